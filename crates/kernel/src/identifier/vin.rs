//! The vehicle identification number, GB 16735 (ISO 3779).

use super::{Mistake, What, normalise, personal};

/// 17 characters without I, O and Q. A wrong check character is a warning only: imports often carry one.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Vin(String);

const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];

impl Vin {
    pub fn parse(text: &str) -> Result<Self, Mistake> {
        let text = normalise(text);
        let got = text.chars().count();
        if let Some(found) = text.chars().find(|&c| value(c).is_none()) {
            return Err(Mistake::Character { what: What::Vin, found });
        }
        if got != 17 {
            return Err(Mistake::Length { what: What::Vin, wanted: "17", got });
        }
        Ok(Self(text))
    }

    /// The six characters printed at the end: the second key of a vehicle query.
    pub fn parse_tail(text: &str) -> Result<String, Mistake> {
        let text = normalise(text);
        let got = text.chars().count();
        if got == 0 {
            return Err(Mistake::Empty("车辆识别代号后 6 位 / last 6 of the VIN"));
        }
        if let Some(found) = text.chars().find(|&c| value(c).is_none()) {
            return Err(Mistake::Character { what: What::VinTail, found });
        }
        match got {
            6 => Ok(text),
            17 => Ok(text[11..].to_owned()),
            _ => Err(Mistake::Length { what: What::VinTail, wanted: "6", got }),
        }
    }

    #[must_use]
    pub fn tail(&self) -> &str {
        &self.0[11..]
    }

    #[must_use]
    pub fn check_fits(&self) -> bool {
        let sum: u32 = self.0.chars().zip(WEIGHTS).map(|(c, w)| value(c).unwrap_or(0) * w).sum();
        let check = match sum % 11 {
            10 => 'X',
            rest => char::from_digit(rest, 10).unwrap_or('0'),
        };
        self.0.chars().nth(8) == Some(check)
    }
}

fn value(c: char) -> Option<u32> {
    match c {
        '0'..='9' => c.to_digit(10),
        'A'..='H' => Some(c as u32 - 'A' as u32 + 1),
        'J'..='N' => Some(c as u32 - 'J' as u32 + 1),
        'P' => Some(7),
        'R' => Some(9),
        'S'..='Z' => Some(c as u32 - 'S' as u32 + 2),
        _ => None,
    }
}

fn mask(text: &str) -> String {
    crate::mask::tail(text, 6)
}

personal!(Vin, mask);
