//! Names of persons: Han, rare Han, Latin, and the middle dot of translated names.

use super::{Mistake, What, personal};

/// 2 to 50 characters of letters (any script), with single `·` or spaces between. `•．・` become `·`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PersonName(String);

impl PersonName {
    pub fn parse(text: &str) -> Result<Self, Mistake> {
        let text: String =
            text.trim().chars().map(|c| if matches!(c, '•' | '．' | '・' | '‧') { '·' } else { c }).collect();
        let got = text.chars().count();
        if got == 0 {
            return Err(Mistake::Empty("姓名 / name"));
        }
        // Private-use characters are how old systems write rare Han characters; refusing them would shut people out.
        let letter = |c: char| c.is_alphabetic() || ('\u{E000}'..='\u{F8FF}').contains(&c);
        if let Some(found) = text.chars().find(|&c| !letter(c) && c != '·' && c != ' ') {
            return Err(Mistake::Character { what: What::PersonName, found });
        }
        if !(2..=50).contains(&got) {
            return Err(Mistake::Length { what: What::PersonName, wanted: "2–50", got });
        }
        Ok(Self(text))
    }
}

personal!(PersonName, crate::mask::name);
