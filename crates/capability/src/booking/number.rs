//! The number that is told at the counter: twelve digits that say which booking of the city it is, and nothing else to
//! anybody who lacks the city's key.
//!
//! It is the booking's place in the city, shuffled, and so it is neither kept nor looked up: it is reckoned in both
//! directions. The last digit checks the others, so that a slip of the tongue is told from a booking that is not there.
//! Without the key a number says neither how many bookings there are nor what the next one's number is.

use aws_lc_rs::digest::{SHA256, digest};

/// Whoever speaks to a computer counts them.
pub const DIGITS: usize = 12;
/// The first digit is not a zero: 90 thousand million numbers of eleven digits, in two halves of 300,000 each.
const FIRST: u64 = 10_000_000_000;
const HALF: u64 = 300_000;
const ROUNDS: [u8; 4] = [0, 1, 2, 3];

/// The shuffle of a city.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Numbering([u8; 16]);

impl std::fmt::Debug for Numbering {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Numbering")
    }
}

impl Numbering {
    #[must_use]
    pub const fn new(key: [u8; 16]) -> Self {
        Self(key)
    }

    /// The number of a booking by its place.
    #[must_use]
    pub fn number(&self, seq: i64) -> String {
        let seq = seq.unsigned_abs();
        let (mut left, mut right) = (seq / HALF % HALF, seq % HALF);
        for round in ROUNDS {
            (left, right) = (right, (left + self.stir(round, right)) % HALF);
        }
        let number = (FIRST + left * HALF + right).to_string();
        let check = check_digit(number.bytes());
        number + &check.to_string()
    }

    /// The place of the booking with a number; `None` for what cannot be one. Whether there is one, its place says.
    #[must_use]
    pub fn seq(&self, number: &str) -> Option<i64> {
        if !is_number(number) {
            return None;
        }
        let number = number[..DIGITS - 1].parse::<u64>().ok()?.checked_sub(FIRST)?;
        let (mut left, mut right) = (number / HALF, number % HALF);
        for round in ROUNDS.into_iter().rev() {
            (left, right) = ((right + HALF - self.stir(round, left)) % HALF, left);
        }
        i64::try_from(left * HALF + right).ok()
    }

    fn stir(&self, round: u8, half: u64) -> u64 {
        let mut text = [0; 25];
        text[..16].copy_from_slice(&self.0);
        text[16] = round;
        text[17..].copy_from_slice(&half.to_be_bytes());
        let hash = digest(&SHA256, &text);
        hash.as_ref().first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes) % HALF)
    }
}

/// Whether a text can be a number at all. What is mistyped by one digit, or has two neighbours exchanged, is none.
#[must_use]
pub fn is_number(text: &str) -> bool {
    text.len() == DIGITS
        && text.bytes().all(|digit| digit.is_ascii_digit())
        && !text.starts_with('0')
        && text.bytes().next_back() == Some(b'0' + check_digit(text.bytes().take(DIGITS - 1)))
}

/// Damm's digit: it finds every single wrong digit and every exchange of two neighbours.
fn check_digit(digits: impl Iterator<Item = u8>) -> u8 {
    const TABLE: [[u8; 10]; 10] = [
        [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
        [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
        [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
        [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
        [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
        [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
        [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
        [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
        [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
        [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
    ];
    digits.fold(0, |row, digit| TABLE[usize::from(row)][usize::from(digit - b'0')])
}
