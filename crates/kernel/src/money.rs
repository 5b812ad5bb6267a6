//! Money is an integer number of fen. No floats, no bare integers.

use serde::{Deserialize, Serialize};

/// An amount in fen (1/100 yuan).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Money {
    fen: i64,
}

impl Money {
    pub const ZERO: Self = Self { fen: 0 };

    #[must_use]
    pub const fn from_fen(fen: i64) -> Self {
        Self { fen }
    }

    #[must_use]
    pub const fn fen(self) -> i64 {
        self.fen
    }

    /// Reads `200`, `200.5` or `200.00` yuan. More than two decimals, or anything else, is `None`.
    #[must_use]
    pub fn parse_yuan(text: &str) -> Option<Self> {
        let (sign, text) = match text.trim().strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text.trim()),
        };
        let (yuan, fen) = text.split_once('.').unwrap_or((text, ""));
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if yuan.is_empty() || !digits(yuan) || !digits(fen) || fen.len() > 2 {
            return None;
        }
        let cents: i64 = format!("{fen:0<2}").parse().ok()?;
        let fen = yuan.parse::<i64>().ok()?.checked_mul(100)?.checked_add(cents)?;
        Some(Self { fen: sign * fen })
    }

    /// Yuan with two decimals and thousands separated: `1,234.50`.
    #[must_use]
    pub fn yuan(self) -> String {
        let abs = self.fen.unsigned_abs();
        let whole = (abs / 100).to_string();
        let mut grouped = String::with_capacity(whole.len() + 8);
        for (i, c) in whole.chars().enumerate() {
            if i > 0 && (whole.len() - i).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(c);
        }
        let sign = if self.fen < 0 { "-" } else { "" };
        format!("{sign}{grouped}.{:02}", abs % 100)
    }

    /// Yuan with two decimals and nothing else, as machines read it: `1234.50`.
    #[must_use]
    pub fn plain_yuan(self) -> String {
        let sign = if self.fen < 0 { "-" } else { "" };
        let abs = self.fen.unsigned_abs();
        format!("{sign}{}.{:02}", abs / 100, abs % 100)
    }

    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        Some(Self { fen: self.fen.checked_add(other.fen)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yuan_is_read_and_written() {
        for (text, fen) in [("200", 20_000), ("86.4", 8_640), ("86.40", 8_640), ("-0.05", -5), ("0", 0)] {
            assert_eq!(Money::parse_yuan(text).map(Money::fen), Some(fen), "{text}");
        }
        for text in ["", ".5", "1.234", "1e3", "1,000", "二百", "9999999999999999999"] {
            assert_eq!(Money::parse_yuan(text), None, "{text}");
        }
        assert_eq!(Money::from_fen(123_450).yuan(), "1,234.50");
        assert_eq!(Money::from_fen(-5).yuan(), "-0.05");
        assert_eq!(Money::from_fen(123_450).plain_yuan(), "1234.50");
        assert_eq!(Money::from_fen(-5).plain_yuan(), "-0.05");
    }
}
