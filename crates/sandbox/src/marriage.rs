//! Who is married, and where each has their household: what a marriage registry looks up before it gives two people a
//! day. Computed like everything about persons; what happens at a registry changes nothing here.

use serde::Serialize;

use crate::{demo, draw::Topic, population::District};

/// As the register writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Marital {
    Single,
    Married,
    Divorced,
    Widowed,
}

impl Marital {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Single => "未婚",
            Self::Married => "已婚",
            Self::Divorced => "离异",
            Self::Widowed => "丧偶",
        }
    }
}

/// Districts that a household can be in, by their last two digits.
const DISTRICTS: [&str; 9] = ["01", "04", "05", "06", "07", "09", "10", "12", "15"];

impl District {
    /// Of the demo families the first is married; the others are apart, so that there is somebody who can marry.
    pub(crate) fn marital(&self, n: u64) -> Marital {
        match n % 4 {
            2 => Marital::Single,
            3 => Marital::Widowed,
            _ if n < 4 => Marital::Married,
            _ if demo::part(n).is_some() => Marital::Divorced,
            _ if self.draw(Topic::Marriage, n / 4).chance(70) => Marital::Married,
            _ => Marital::Divorced,
        }
    }

    /// The area code of the household's district. The city's own level has the rest of the digits.
    pub(crate) fn household(&self, n: u64) -> String {
        let family = if n % 4 == 3 { n } else { n / 4 * 4 };
        let district = self.draw(Topic::Household, family).pick(&DISTRICTS).to_owned();
        let city = match self.area.code.get(..4).unwrap_or("0000") {
            // A municipality's districts are of its area 01.
            code if code.ends_with("00") => format!("{}01", &code[..2]),
            code => code.to_owned(),
        };
        format!("{city}{district}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::population::lakeside;

    #[test]
    fn couples_agree_and_somebody_can_marry() {
        let population = lakeside(2_000);
        let district = population.district("659900").expect("area");
        assert_eq!((district.marital(0), district.marital(1)), (Marital::Married, Marital::Married));
        assert_eq!((district.marital(4), district.marital(5)), (Marital::Divorced, Marital::Divorced));
        let mut married = 0;
        for family in 0..500 {
            let pair = [family * 4, family * 4 + 1];
            assert_eq!(district.marital(pair[0]), district.marital(pair[1]), "{family}");
            assert_eq!(district.household(pair[0]), district.household(pair[1]), "{family}");
            married += u32::from(district.marital(pair[0]) == Marital::Married);
        }
        assert!((250..450).contains(&married), "{married}");
        assert!(district.household(8).starts_with("6599"));
    }
}
