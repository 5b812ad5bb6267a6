//! Vehicle plates, GA 36-2018, and the plate kind that is part of their key.

use serde::{Deserialize, Serialize};

use super::{Mistake, normalise, personal};

const PROVINCES: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";
const LAST: &str = "挂学警港澳领";

#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Plate(String);

impl Plate {
    pub fn parse(text: &str) -> Result<Self, Mistake> {
        let text: String = normalise(text).chars().filter(|c| !matches!(c, '·' | '•' | '.')).collect();
        if text.is_empty() {
            return Err(Mistake::Empty("车牌号 / plate number"));
        }
        let chars: Vec<char> = text.chars().collect();
        let place =
            chars.len() >= 2 && PROVINCES.contains(chars[0]) && chars[1].is_ascii_uppercase() && chars[1] != 'I';
        let valid = place
            && match &chars[2..] {
                serial if serial.len() == 5 => ordinary(serial),
                serial if serial.len() == 6 => new_energy(serial),
                _ => false,
            };
        if valid { Ok(Self(text)) } else { Err(Mistake::PlatePattern) }
    }

    /// Province character and letter: where the vehicle is registered.
    #[must_use]
    pub fn place(&self) -> &str {
        let end = self.0.char_indices().nth(2).map_or(self.0.len(), |(i, _)| i);
        &self.0[..end]
    }

    /// True for the six-character serial of new-energy vehicles.
    #[must_use]
    pub fn is_new_energy(&self) -> bool {
        self.0.chars().count() == 8
    }
}

const fn serial_char(c: char) -> bool {
    c.is_ascii_digit() || (c.is_ascii_uppercase() && c != 'I' && c != 'O')
}

fn ordinary(serial: &[char]) -> bool {
    serial[..4].iter().all(|&c| serial_char(c)) && (serial_char(serial[4]) || LAST.contains(serial[4]))
}

fn new_energy(serial: &[char]) -> bool {
    let digits = |part: &[char]| part.iter().all(char::is_ascii_digit);
    let small = "DABCEFGHJK".contains(serial[0]) && serial_char(serial[1]) && digits(&serial[2..]);
    let large = digits(&serial[..5]) && matches!(serial[5], 'D' | 'F');
    small || large
}

personal!(Plate, crate::mask::plate);

/// 号牌种类: the same plate text can exist once per kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PlateKind {
    #[serde(rename = "01")]
    Large,
    #[serde(rename = "02")]
    Small,
    #[serde(rename = "07")]
    Motorcycle,
    #[serde(rename = "15")]
    Trailer,
    #[serde(rename = "16")]
    Training,
    #[serde(rename = "51")]
    LargeNewEnergy,
    #[serde(rename = "52")]
    SmallNewEnergy,
}

impl PlateKind {
    pub const ALL: [Self; 7] = [
        Self::Small,
        Self::SmallNewEnergy,
        Self::Large,
        Self::LargeNewEnergy,
        Self::Motorcycle,
        Self::Trailer,
        Self::Training,
    ];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Large => "01",
            Self::Small => "02",
            Self::Motorcycle => "07",
            Self::Trailer => "15",
            Self::Training => "16",
            Self::LargeNewEnergy => "51",
            Self::SmallNewEnergy => "52",
        }
    }

    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    #[must_use]
    pub const fn say(self, lang: crate::Lang) -> &'static str {
        match self {
            Self::Large => lang.pick("大型汽车", "large vehicle"),
            Self::Small => lang.pick("小型汽车", "small car"),
            Self::Motorcycle => lang.pick("摩托车", "motorcycle"),
            Self::Trailer => lang.pick("挂车", "trailer"),
            Self::Training => lang.pick("教练车", "training car"),
            Self::LargeNewEnergy => lang.pick("大型新能源汽车", "large new-energy vehicle"),
            Self::SmallNewEnergy => lang.pick("小型新能源汽车", "small new-energy car"),
        }
    }
}
