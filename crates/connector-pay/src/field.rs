//! Single fields as providers write them: yuan with two decimals, times of the day in Shanghai, numbers of orders. Read
//! strictly, because a field that is read in two ways is a way to be paid one amount and to book another.

use jiff::civil::DateTime;
use kernel::{Date, Money, Timestamp};

const CIVIL: &str = "%Y-%m-%d %H:%M:%S";

/// `1234.50`: yuan without grouping.
pub fn yuan(amount: Money) -> String {
    amount.yuan().replace(',', "")
}

/// Reads `86.40`: digits and at most one point, nothing around them, no sign.
pub fn read_yuan(text: &str) -> Option<Money> {
    let plain = text.len() <= 16 && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if plain && !text.ends_with('.') { Money::parse_yuan(text) } else { None }
}

/// Reads an amount that a bill writes with or without a sign, and gives its size.
pub fn read_size(text: &str) -> Option<Money> {
    read_yuan(text.strip_prefix('-').unwrap_or(text))
}

/// The same for a fee, which may have up to five decimals: those beyond the fen are cut off.
pub fn cut_size(text: &str) -> Option<Money> {
    match text.split_once('.') {
        Some((_, fen)) if (3..=5).contains(&fen.len()) && fen.bytes().all(|b| b.is_ascii_digit()) => {
            read_size(&text[..text.len() - (fen.len() - 2)])
        }
        _ => read_size(text),
    }
}

/// `2026-03-02 10:00:00` in Shanghai.
pub fn civil(at: Timestamp) -> String {
    at.civil().strftime(CIVIL).to_string()
}

pub fn read_civil(text: &str) -> Option<Timestamp> {
    if text.len() != 19 || !text.is_ascii() {
        return None;
    }
    let at = DateTime::strptime(CIVIL, text).ok()?;
    (at.strftime(CIVIL).to_string() == text).then(|| Timestamp::from_civil(at))
}

pub fn day(day: Date) -> String {
    day.strftime("%Y-%m-%d").to_string()
}

/// Reads `2026-03-02T10:00:00+08:00`.
pub fn read_rfc3339(text: &str) -> Option<Timestamp> {
    let at: jiff::Timestamp = text.parse().ok()?;
    (text.len() <= 35).then(|| Timestamp(at.as_millisecond()))
}

/// As much of a text as fits into so many bytes of UTF-8, without control characters.
pub fn cut(text: &str, bytes_max: usize) -> String {
    let mut cut = String::new();
    for c in text.chars().map(|c| if c.is_control() { ' ' } else { c }) {
        if cut.len() + c.len_utf8() > bytes_max {
            break;
        }
        cut.push(c);
    }
    cut
}

/// True for what a number of an order, a trade, a refund or an agreement may look like. In particular it holds nothing
/// that could end one parameter and begin another.
pub fn is_number(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-|*@.".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yuan_are_read_in_one_way_only() {
        for (text, fen) in [("86.40", 8_640), ("0.01", 1), ("86.4", 8_640), ("1234567", 123_456_700)] {
            assert_eq!(read_yuan(text), Some(Money::from_fen(fen)), "{text}");
        }
        for text in ["", " 86.40", "86.40 ", "-86.40", "+1", "1,000.00", "86.", ".5", "8.640", "1e2", "８６", "86.40\t"]
        {
            assert_eq!(read_yuan(text), None, "{text}");
        }
        assert_eq!(yuan(Money::from_fen(123_456_789)), "1234567.89");
        assert_eq!(yuan(Money::from_fen(5)), "0.05");
    }

    #[test]
    fn a_bill_may_sign_its_amounts_and_write_more_of_its_fees() {
        for (text, fen) in [("-350.00", 35_000), ("0.01", 1), ("7", 700)] {
            assert_eq!(read_size(text), Some(Money::from_fen(fen)), "{text}");
            assert_eq!(cut_size(text), Some(Money::from_fen(fen)), "{text}");
        }
        for (text, fen) in [("0.60000", 60), ("-0.00600", 0), ("0.51999", 51)] {
            assert_eq!(cut_size(text), Some(Money::from_fen(fen)), "{text}");
            assert_eq!(read_size(text), None, "{text}");
        }
        for text in ["--1", "", "-", "1.2.3", "0.6x0", "0.000001"] {
            assert_eq!(cut_size(text), None, "{text}");
        }
    }

    #[test]
    fn times_are_read_in_one_way_only() {
        let at = Timestamp(1_772_416_800_000);
        assert_eq!(civil(at), "2026-03-02 10:00:00");
        assert_eq!(read_civil("2026-03-02 10:00:00"), Some(at));
        for text in ["2026-3-2 10:00:00", "2026-02-30 10:00:00", "2026-03-02T10:00:00", "2026-03-02 10:00", "２"] {
            assert_eq!(read_civil(text), None, "{text}");
        }
        assert_eq!(read_rfc3339("2026-03-02T10:00:00+08:00"), Some(at));
        assert_eq!(read_rfc3339("2026-03-02T02:00:00Z"), Some(at));
        assert_eq!(read_rfc3339("2026-03-02T10:00:00"), None);
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(cut("水费", 5), "水");
        assert_eq!(cut("水费\n2", 99), "水费 2");
    }

    #[test]
    fn a_number_ends_no_parameter() {
        assert!(is_number("1401000123456789abcdefghjkmnpqrs"));
        for text in ["", "a b", "a&b", "a=b", "湖", "a\n", &"x".repeat(65)] {
            assert!(!is_number(text), "{text}");
        }
    }
}
