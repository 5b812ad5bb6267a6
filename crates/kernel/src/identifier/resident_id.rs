//! The resident identity number, GB 11643-1999, and the residence permits that share its form.

use super::{Mistake, What, normalise, personal};
use crate::clock::Date;

/// 18 characters: six of area, eight of birth, three of sequence, one of check.
///
/// The area is checked by province only: districts that were abolished long ago live on in their citizens' numbers.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ResidentId(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sex {
    Female,
    Male,
}

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS: &[u8; 11] = b"10X98765432";

/// Province codes of GB/T 2260, and 81–83 of the residence permits of Hong Kong, Macau and Taiwan residents.
const PROVINCES: [u8; 37] = [
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54, 61, 62, 63,
    64, 65, 71, 81, 82, 83, 91, 99,
];

impl ResidentId {
    /// Parses a number as typed. `today` is needed because nobody is born tomorrow.
    pub fn parse(text: &str, today: Date) -> Result<Self, Mistake> {
        let text = normalise(text);
        let got = text.chars().count();
        if got == 0 {
            return Err(Mistake::Empty("身份证号 / resident ID"));
        }
        let bad = text.chars().enumerate().find(|&(i, c)| !(c.is_ascii_digit() || (i == 17 && c == 'X')));
        if let Some((_, found)) = bad {
            return Err(Mistake::Character { what: What::ResidentId, found });
        }
        if got != 18 {
            return Err(Mistake::Length { what: What::ResidentId, wanted: "18", got });
        }
        let id = Self(text);
        if !PROVINCES[..35].contains(&id.number(0, 2)) {
            return Err(Mistake::Province);
        }
        let birth = id.birth_date().ok_or(Mistake::BirthDate)?;
        if birth > today {
            return Err(Mistake::BirthDateAhead);
        }
        if check(&id.0) != id.0.as_bytes()[17] {
            return Err(Mistake::CheckDigit(What::ResidentId));
        }
        Ok(id)
    }

    /// Makes the 18-character number of a legacy 15-digit one. Such numbers are void since 2013; old records carry them.
    pub fn from_legacy(text: &str, today: Date) -> Result<Self, Mistake> {
        let text = normalise(text);
        if text.len() != 15 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Mistake::Length { what: What::ResidentId, wanted: "15", got: text.chars().count() });
        }
        Self::from_parts(&format!("{}19{}", &text[..6], &text[6..]), today)
    }

    /// Completes 17 digits with their check character. For registers and the sandbox.
    pub fn from_parts(first_17: &str, today: Date) -> Result<Self, Mistake> {
        if first_17.len() != 17 || !first_17.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Mistake::Length { what: What::ResidentId, wanted: "17", got: first_17.chars().count() });
        }
        Self::parse(&format!("{first_17}{}", check(first_17) as char), today)
    }

    fn number(&self, from: usize, to: usize) -> u8 {
        self.0[from..to].parse().unwrap_or(0)
    }

    fn birth_date(&self) -> Option<Date> {
        let year: i16 = self.0[6..10].parse().ok()?;
        if year < 1800 {
            return None;
        }
        Date::new(year, i8::try_from(self.number(10, 12)).ok()?, i8::try_from(self.number(12, 14)).ok()?).ok()
    }

    #[must_use]
    pub fn birth(&self) -> Date {
        self.birth_date().unwrap_or(Date::ZERO)
    }

    #[must_use]
    pub fn sex(&self) -> Sex {
        if self.0.as_bytes()[16] % 2 == 1 { Sex::Male } else { Sex::Female }
    }

    /// Whole years on a day; the birthday itself counts.
    #[must_use]
    pub fn age_on(&self, day: Date) -> i16 {
        let birth = self.birth();
        let before_birthday = (day.month(), day.day()) < (birth.month(), birth.day());
        day.year() - birth.year() - i16::from(before_birthday)
    }
}

/// The check character over the first 17 digits.
fn check(text: &str) -> u8 {
    let sum: u32 = text.bytes().take(17).zip(WEIGHTS).map(|(b, w)| u32::from(b.saturating_sub(b'0')) * w).sum();
    CHECKS[(sum % 11) as usize]
}

personal!(ResidentId, crate::mask::resident_id);
