//! A little work for a claim, only while a rush is on, and never a picture puzzle.
//!
//! A phone does the work in well under a second without anybody noticing; who asks ten thousand times does it ten
//! thousand times. Whoever cannot compute (no script, an old reader) waits a few seconds instead: the same challenge is
//! good without a solution once it is old enough. Nothing is stored: a challenge carries its time and difficulty under
//! our seal, bound to one claimant and what they wait for.

use aws_lc_rs::{
    digest::{SHA256, digest},
    hmac,
};
use kernel::Timestamp;

/// Beyond this, an old phone takes longer than it would have to wait.
pub const BITS_MAX: u8 = 16;
const BITS_MIN: u8 = 10;
/// A queue that is served within this is no rush.
const BACKLOG_S_MIN: u64 = 2;
/// Whoever waits does so for as long as this for each bit above the least, and at least this long.
const WAIT_S: i64 = 5;

/// How much work a claim takes now: nothing without a rush, one bit more for each doubling of the queue.
#[must_use]
pub fn bits(waiting: u64, served_per_s: u64) -> u8 {
    let backlog_s = waiting / served_per_s.max(1);
    match backlog_s {
        0..BACKLOG_S_MIN => 0,
        _ => u8::try_from(backlog_s.ilog2()).unwrap_or(BITS_MAX).saturating_add(BITS_MIN).min(BITS_MAX),
    }
}

/// How long one waits who does not compute.
#[must_use]
pub const fn wait_s(bits: u8) -> i64 {
    if bits == 0 { 0 } else { WAIT_S * (1 + bits.saturating_sub(BITS_MIN) as i64) }
}

/// What seals are made with.
pub struct Key(hmac::Key);

impl Key {
    #[must_use]
    pub fn new(secret: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    fn seal(&self, subject: &[u8], head: &str) -> String {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(head.as_bytes());
        context.update(b"\n");
        context.update(subject);
        context.sign().as_ref()[..16].iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// A little work, and since when it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Challenge {
    pub bits: u8,
    pub at: Timestamp,
}

impl Challenge {
    /// As text: `bits.time.seal`. The subject is who claims what.
    #[must_use]
    pub fn seal(self, key: &Key, subject: &str) -> String {
        let head = format!("{}.{}", self.bits, self.at.0);
        format!("{head}.{}", key.seal(subject.as_bytes(), &head))
    }

    /// One of ours for this subject.
    #[must_use]
    pub fn open(key: &Key, subject: &str, text: &str) -> Option<Self> {
        let (head, mac) = text.rsplit_once('.')?;
        let expected = key.seal(subject.as_bytes(), head);
        aws_lc_rs::constant_time::verify_slices_are_equal(expected.as_bytes(), mac.as_bytes()).ok()?;
        let (bits, at) = head.split_once('.')?;
        Some(Self { bits: bits.parse().ok()?, at: Timestamp(at.parse().ok()?) })
    }

    /// Solved, or waited for. The text is what was given out, and a number solves it.
    #[must_use]
    pub fn is_paid(self, text: &str, solution: Option<u64>, now: Timestamp) -> bool {
        self.left_s(now) == 0 || solution.is_some_and(|solution| solves(text, self.bits, solution))
    }

    /// How long is still to be waited by whoever does not compute. A clock that was set back makes nobody wait longer.
    #[must_use]
    pub fn left_s(self, now: Timestamp) -> u64 {
        let (whole_s, gone_ms) = (wait_s(self.bits), now.since_ms(self.at).max(0));
        u64::try_from(whole_s - gone_ms / 1000).unwrap_or(0)
    }
}

/// Whether a number solves a challenge: `SHA-256(text ‖ "." ‖ number in decimal)` begins with so many zero bits.
#[must_use]
pub fn solves(text: &str, bits: u8, solution: u64) -> bool {
    let hash = digest(&SHA256, format!("{text}.{solution}").as_bytes());
    let mut head = [0; 8];
    head.copy_from_slice(&hash.as_ref()[..8]);
    u64::from_be_bytes(head).leading_zeros() >= u32::from(bits)
}
