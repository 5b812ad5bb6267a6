//! What a person uses up, as the store keeps it: so many bytes, of which no two bookings have the same.
//!
//! The day on which it is over leads, so that what is over lies together and goes together, and what people race for lies
//! together too. Then comes a hash of who and what; the ordinal ends it.

use aws_lc_rs::digest::{Context, SHA256};
use kernel::{Date, Index};

use super::hold::Key;

const DAY: usize = 4;
const WHAT: usize = 16;
const BYTES: usize = DAY + WHAT + 2;

/// One of the units of a key that a person may use up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot([u8; BYTES]);

/// Days since a day before everything, so that no day is zero.
fn days(on: Date) -> u32 {
    let since = on.since(Date::constant(1900, 1, 1)).map_or(0, |span| span.get_days());
    u32::try_from(since).unwrap_or(0).saturating_add(1)
}

impl Slot {
    /// The first one of a person's key.
    #[must_use]
    pub fn first(person: &Index, key: &Key) -> Self {
        let mut hash = Context::new(&SHA256);
        hash.update(&person.0);
        hash.update(key.text.as_bytes());
        let mut bytes = [0; BYTES];
        bytes[..DAY].copy_from_slice(&key.until_on.map_or(0, days).to_be_bytes());
        bytes[DAY..DAY + WHAT].copy_from_slice(&hash.finish().as_ref()[..WHAT]);
        Self(bytes)
    }

    /// The same person's and key's with another ordinal.
    #[must_use]
    pub fn with(mut self, ordinal: u16) -> Self {
        self.0[DAY + WHAT..].copy_from_slice(&ordinal.to_be_bytes());
        self
    }

    #[must_use]
    pub const fn ordinal(&self) -> u16 {
        u16::from_be_bytes([self.0[BYTES - 2], self.0[BYTES - 1]])
    }

    /// It is free again as soon as nothing is to come of the booking, also if it was used.
    #[must_use]
    pub fn is_live_only(&self) -> bool {
        self.0[..DAY] == [0; DAY]
    }

    /// Whose it is and of which key, without the ordinal.
    #[must_use]
    pub fn what(&self) -> &[u8] {
        &self.0[..DAY + WHAT]
    }

    /// What is over before a day lies between these two.
    #[must_use]
    pub fn over_before(on: Date) -> ([u8; DAY], [u8; DAY]) {
        (1_u32.to_be_bytes(), days(on).to_be_bytes())
    }

    /// Several of them one after the other, as they stand in a booking.
    #[must_use]
    pub fn join(slots: impl IntoIterator<Item = Self>) -> Vec<u8> {
        slots.into_iter().flat_map(|slot| slot.0).collect()
    }

    /// What [`Self::join`] wrote; `None` for anything else.
    #[must_use]
    pub fn split(bytes: &[u8]) -> Option<Vec<Self>> {
        bytes.chunks(BYTES).map(|bytes| bytes.try_into().ok().map(Self)).collect()
    }
}
