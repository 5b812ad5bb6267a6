//! The unified social credit code of an organisation, GB 32100-2015. Public, so it prints in clear.

use std::fmt;

use super::{Mistake, What, normalise};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CreditCode(String);

const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
const ORG_WEIGHTS: [usize; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

impl CreditCode {
    pub fn parse(text: &str) -> Result<Self, Mistake> {
        let text = normalise(text);
        let got = text.chars().count();
        let position = |b: u8| ALPHABET.iter().position(|&a| a == b);
        if let Some(found) = text.chars().find(|&c| !c.is_ascii() || position(c as u8).is_none()) {
            return Err(Mistake::Character { what: What::CreditCode, found });
        }
        if got != 18 {
            return Err(Mistake::Length { what: What::CreditCode, wanted: "18", got });
        }
        let bytes = text.as_bytes();
        let sum: usize = bytes.iter().zip(WEIGHTS).map(|(&b, w)| position(b).unwrap_or(0) * w).sum();
        let fits = bytes[17] == ALPHABET[(31 - sum % 31) % 31];
        if !fits || !organisation_fits(&bytes[8..17]) {
            return Err(Mistake::CheckDigit(What::CreditCode));
        }
        Ok(Self(text))
    }
}

/// Characters 9 to 17 are an organisation code with a check of its own (GB 11714: base 36, modulus 11).
fn organisation_fits(code: &[u8]) -> bool {
    let value = |b: u8| if b.is_ascii_digit() { b - b'0' } else { b - b'A' + 10 };
    let sum: usize = code.iter().zip(ORG_WEIGHTS).map(|(&b, w)| usize::from(value(b)) * w).sum();
    let check = match 11 - sum % 11 {
        10 => b'X',
        11 => b'0',
        digit => b'0' + u8::try_from(digit).unwrap_or(0),
    };
    code[8] == check
}

impl fmt::Display for CreditCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
