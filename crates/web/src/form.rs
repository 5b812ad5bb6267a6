//! What a person typed: pairs of names and values, kept exactly as typed so that a form can be shown again with every
//! answer in it. The parsing of identifiers is the engine's.

use percent_encoding::percent_decode;

/// Names and values of a query or of a form's body, in the order in which they came.
#[derive(Clone, Debug, Default)]
pub struct Pairs(Vec<(String, String)>);

/// More than any form of ours has; a body with more is not one of ours.
const PAIRS_MAX: usize = 64;

impl Pairs {
    /// Reads `a=1&b=2`. Bytes that are no UTF-8 become replacement characters, and no pair is refused: what a value means
    /// is decided by whoever reads it.
    #[must_use]
    pub fn parse(text: &[u8]) -> Self {
        if text.is_empty() {
            return Self::default();
        }
        let decode = |part: &[u8]| {
            let spaced: Vec<u8> = part.iter().map(|&byte| if byte == b'+' { b' ' } else { byte }).collect();
            percent_decode(&spaced).decode_utf8_lossy().into_owned()
        };
        let pairs = text.split(|&byte| byte == b'&').filter(|pair| !pair.is_empty()).take(PAIRS_MAX);
        Self(
            pairs
                .map(|pair| {
                    let at = pair.iter().position(|&byte| byte == b'=').unwrap_or(pair.len());
                    (decode(&pair[..at]), decode(pair.get(at + 1..).unwrap_or_default()))
                })
                .collect(),
        )
    }

    /// The first value of a name; empty if it is missing, because an input left empty and one left out mean the same.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// Every value of a name, in the order in which they came.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// All of it, in the order in which it came.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_read_as_typed() {
        let pairs = Pairs::parse("plate=%E6%99%8BA+00000&empty=&flag&a=b=c&plate=second".as_bytes());
        assert_eq!(pairs.get("plate"), "晋A 00000");
        assert_eq!(pairs.get("empty"), "");
        assert!(pairs.has("flag") && !pairs.has("missing"));
        assert_eq!(pairs.get("a"), "b=c");
        assert!(Pairs::parse(b"").is_empty());
    }

    #[test]
    fn broken_bytes_do_not_break_a_form() {
        let pairs = Pairs::parse(b"q=%ff%zz&=x&%");
        assert_eq!(pairs.get("q"), "\u{fffd}%zz");
        assert_eq!(pairs.get(""), "x");
        assert!(Pairs::parse(&b"a=1&".repeat(500)).0.len() <= PAIRS_MAX);
    }
}
