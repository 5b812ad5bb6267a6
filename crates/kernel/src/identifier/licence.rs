//! The file number of a driver's licence (档案编号), unchanged for life. The licence number itself is the resident ID.

use super::{Mistake, What, normalise, personal};

/// Twelve digits; the first four name the issuing city.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct LicenceFileNo(String);

impl LicenceFileNo {
    pub fn parse(text: &str) -> Result<Self, Mistake> {
        let text = normalise(text);
        let got = text.chars().count();
        if got == 0 {
            return Err(Mistake::Empty("驾驶证档案编号 / licence file number"));
        }
        if let Some(found) = text.chars().find(|c| !c.is_ascii_digit()) {
            return Err(Mistake::Character { what: What::LicenceFileNo, found });
        }
        if got != 12 {
            return Err(Mistake::Length { what: What::LicenceFileNo, wanted: "12", got });
        }
        Ok(Self(text))
    }
}

fn mask(text: &str) -> String {
    crate::mask::tail(text, 4)
}

personal!(LicenceFileNo, mask);
