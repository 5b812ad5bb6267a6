//! The voucher: what a citizen shows at the counter or the gate, signed by the city, verified without a line.
//!
//! It is written in digits alone. A scanner types what it reads, and a desk in China has an input method switched on:
//! letters would open its candidates, digits go through. A QR code keeps three and a third bits in a digit, so that they
//! cost no more room than letters would. Seven bytes are seventeen digits; there is one way to write a voucher, and any
//! other is refused.
//!
//! No personal data: whoever finds one learns that somebody has a booking. That a booking was given up since, and that
//! somebody entered with it already, the signature cannot say; the gate keeps lists for both.

use aws_lc_rs::digest::{SHA256, digest};
use kernel::Timestamp;
use ledger::note::{PublicKey, SIGNATURE_LEN, Signer, Wrong};

use super::number::DIGITS;

const FORM: &str = "voucher of shimin, form 1";
const VERSION: u8 = 1;
/// 2020-01-01T00:00:00Z. Times are whole minutes since; three bytes last until 2051.
const EPOCH_MS: i64 = 1_577_836_800_000;
const MINUTE_MS: i64 = 60_000;
/// A code of more digits is finer than a phone shows well.
const DIGITS_MAX: usize = 600;
const CONCESSION_BYTES_MAX: usize = 40;

/// Of what a voucher is: a service at a place. Four bytes of a hash, for a comparison at the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlaceKey(pub [u8; 4]);

impl PlaceKey {
    #[must_use]
    pub fn of(service: &str, place: &str) -> Self {
        let hash = digest(&SHA256, format!("{service}\n{place}").as_bytes());
        Self(hash.as_ref().first_chunk().copied().unwrap_or_default())
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voucher {
    /// Six digits of GB/T 2260.
    pub city_code: u32,
    /// Twelve digits.
    pub number: String,
    pub place: PlaceKey,
    /// Whole minutes.
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    /// How many people it lets in.
    pub persons: u8,
    /// What has to be seen before they go in. Nothing, for most.
    pub at_gate: Vec<Show>,
}

/// So many of the persons paid less, and show why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Show {
    pub persons: u8,
    /// The concession's id in the rule of the ticket.
    pub concession: String,
    /// Measured, where a height is what counts.
    pub height_cm_max: Option<u8>,
}

impl Voucher {
    /// The text of the code. `None` for what a voucher cannot carry: another number than twelve digits, times before 2020
    /// or longer than six weeks, nobody, or more to be shown than fits.
    #[must_use]
    pub fn sign(&self, signer: &Signer) -> Option<String> {
        let mut bytes = self.bytes(signer.public())?;
        let signature = signer.sign_as(FORM, &bytes);
        bytes.extend_from_slice(&signature);
        let text = digits::write(&bytes);
        (text.len() <= DIGITS_MAX).then_some(text)
    }

    /// Reads what `sign` wrote with this key. What it says is returned, because only what was verified may be believed.
    pub fn verify(text: &str, key: &PublicKey) -> Result<Self, Wrong> {
        if text.len() > DIGITS_MAX {
            return Err(Wrong::Form);
        }
        let bytes = digits::read(text).ok_or(Wrong::Form)?;
        let (body, signature) =
            bytes.len().checked_sub(SIGNATURE_LEN).and_then(|at| bytes.split_at_checked(at)).ok_or(Wrong::Form)?;
        let (voucher, hash) = Self::parse(body).ok_or(Wrong::Form)?;
        if hash != key.hash() {
            return Err(Wrong::Key);
        }
        key.verify_as(FORM, body, signature)?;
        // The key's holder wrote it, so it is in the one form; this holds even for a holder that does not.
        if voucher.bytes(key).as_deref() == Some(body) { Ok(voucher) } else { Err(Wrong::Form) }
    }

    fn bytes(&self, key: &PublicKey) -> Option<Vec<u8>> {
        let in_form = self.number.len() == DIGITS && self.number.bytes().all(|digit| digit.is_ascii_digit());
        let number: u64 = self.number.parse().ok().filter(|_| in_form)?;
        let minutes = minutes(self.starts_at)?;
        let length = u16::try_from(self::minutes(self.ends_at)?.checked_sub(minutes)?).ok()?;
        let fits = self.city_code < 1_000_000 && minutes < 1 << 24 && self.persons > 0 && length > 0;
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(&self.city_code.to_be_bytes()[1..]);
        bytes.extend_from_slice(&number.to_be_bytes()[3..]);
        bytes.extend_from_slice(&self.place.0);
        bytes.extend_from_slice(&minutes.to_be_bytes()[1..]);
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.push(self.persons);
        bytes.extend_from_slice(&key.hash());
        bytes.push(u8::try_from(self.at_gate.len()).ok()?);
        for show in &self.at_gate {
            let id = show.concession.as_bytes();
            if !is_id(id) || show.persons == 0 || show.height_cm_max == Some(0) {
                return None;
            }
            bytes.extend_from_slice(&[show.persons, show.height_cm_max.unwrap_or(0), u8::try_from(id.len()).ok()?]);
            bytes.extend_from_slice(id);
        }
        fits.then_some(bytes)
    }

    /// The voucher and the hash of the key that it names.
    fn parse(body: &[u8]) -> Option<(Self, [u8; 4])> {
        let mut rest = body;
        if take::<1>(&mut rest)? != [VERSION] {
            return None;
        }
        let [a, b, c] = take::<3>(&mut rest)?;
        let city_code = u32::from_be_bytes([0, a, b, c]);
        let [a, b, c, d, e] = take::<5>(&mut rest)?;
        let number = format!("{:0width$}", u64::from_be_bytes([0, 0, 0, a, b, c, d, e]), width = DIGITS);
        let place = PlaceKey(take::<4>(&mut rest)?);
        let [a, b, c] = take::<3>(&mut rest)?;
        let starts_at = Timestamp(EPOCH_MS + i64::from(u32::from_be_bytes([0, a, b, c])) * MINUTE_MS);
        let length = u16::from_be_bytes(take::<2>(&mut rest)?);
        let [persons] = take::<1>(&mut rest)?;
        let hash = take::<4>(&mut rest)?;
        let [shows] = take::<1>(&mut rest)?;
        let mut at_gate = Vec::new();
        for _ in 0..shows {
            let [persons, height, length] = take::<3>(&mut rest)?;
            let (id, after) = rest.split_at_checked(usize::from(length))?;
            rest = after;
            let concession = String::from_utf8(id.to_vec()).ok()?;
            at_gate.push(Show { persons, concession, height_cm_max: (height > 0).then_some(height) });
        }
        let ends_at = starts_at.plus_ms(i64::from(length) * MINUTE_MS);
        rest.is_empty().then_some((Self { city_code, number, place, starts_at, ends_at, persons, at_gate }, hash))
    }
}

fn minutes(at: Timestamp) -> Option<u32> {
    let since_ms = at.0.checked_sub(EPOCH_MS).filter(|since_ms| since_ms % MINUTE_MS == 0)?;
    u32::try_from(since_ms / MINUTE_MS).ok()
}

fn is_id(id: &[u8]) -> bool {
    let is_letter = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-';
    (1..=CONCESSION_BYTES_MAX).contains(&id.len()) && id.iter().all(is_letter)
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*taken)
}

/// Bytes as decimal digits, in groups, so that a reader needs no long arithmetic.
mod digits {
    const GROUP_BYTES: usize = 7;
    /// How many digits so many bytes take: the first power of ten that holds them.
    const WIDTH: [usize; GROUP_BYTES + 1] = [0, 3, 5, 8, 10, 13, 15, 17];

    pub(super) fn write(bytes: &[u8]) -> String {
        let group = |bytes: &[u8]| {
            let value = bytes.iter().fold(0u64, |value, byte| value << 8 | u64::from(*byte));
            format!("{value:0width$}", width = WIDTH[bytes.len()])
        };
        bytes.chunks(GROUP_BYTES).map(group).collect()
    }

    pub(super) fn read(text: &str) -> Option<Vec<u8>> {
        if !text.bytes().all(|digit| digit.is_ascii_digit()) {
            return None;
        }
        let mut bytes = Vec::with_capacity(text.len() / 2);
        for group in text.as_bytes().chunks(WIDTH[GROUP_BYTES]) {
            let length = WIDTH.iter().position(|width| *width == group.len())?;
            let value: u64 = std::str::from_utf8(group).ok()?.parse().ok()?;
            if value >> (8 * length) != 0 {
                return None;
            }
            bytes.extend_from_slice(&value.to_be_bytes()[8 - length..]);
        }
        Some(bytes)
    }
}

/// What was scanned or typed at a counter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presented {
    Voucher(String),
    Number(String),
}

impl Presented {
    /// From text that is normalised already: no spaces, no full-width digits.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let is_digits = !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
        match text.len() {
            DIGITS if is_digits => Some(Self::Number(text.to_owned())),
            // Shorter than any voucher, and longer than a number: neither.
            length if is_digits && length > 2 * SIGNATURE_LEN => Some(Self::Voucher(text.to_owned())),
            _ => None,
        }
    }
}
