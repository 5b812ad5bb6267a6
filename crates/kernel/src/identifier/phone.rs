//! Mobile numbers of mainland China.

use super::{Mistake, What, normalise, personal};

/// Eleven digits, `1[3-9]…`. A leading `+86` or `0086` is dropped.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Phone(String);

impl Phone {
    pub fn parse(text: &str) -> Result<Self, Mistake> {
        let text = normalise(text);
        let text = text.strip_prefix("+86").or_else(|| text.strip_prefix("0086")).unwrap_or(&text);
        let got = text.chars().count();
        if got == 0 {
            return Err(Mistake::Empty("手机号 / mobile number"));
        }
        if let Some(found) = text.chars().find(|c| !c.is_ascii_digit()) {
            return Err(Mistake::Character { what: What::Phone, found });
        }
        if got != 11 {
            return Err(Mistake::Length { what: What::Phone, wanted: "11", got });
        }
        match text.as_bytes() {
            [b'1', b'3'..=b'9', ..] => Ok(Self(text.to_owned())),
            _ => Err(Mistake::CheckDigit(What::Phone)),
        }
    }
}

personal!(Phone, crate::mask::phone);
