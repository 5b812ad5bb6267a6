//! A little work for a claim, only while a rush is on, and never a picture puzzle.
//!
//! A phone does the work in well under a second without anybody noticing; who asks ten thousand times does it ten
//! thousand times. Whoever cannot compute (no script, an old reader) waits a few seconds instead: the same challenge is
//! good without a solution once it is old enough. Nothing is stored: a challenge carries its time and difficulty under
//! our seal, bound to one claimant and one pool.

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
/// How many bits the rush may have grown by since the challenge was made: an honest page is not sent back for a doubling.
const RISE_BITS: u8 = 2;
/// A challenge that is older was hoarded.
const GOOD_S: i64 = 120;
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    #[error("not a challenge of ours for this claim")]
    Forged,
    #[error("the challenge is too old")]
    Stale,
    #[error("the challenge is easier than what is asked for now")]
    TooEasy,
    #[error("not solved, and not waited long enough")]
    Unsolved,
}

/// How long one waits who does not compute.
#[must_use]
pub const fn wait_s(bits: u8) -> i64 {
    if bits == 0 { 0 } else { WAIT_S * (1 + bits.saturating_sub(BITS_MIN) as i64) }
}

fn seal(key: &hmac::Key, subject: &[u8], head: &str) -> String {
    let mut context = hmac::Context::with_key(key);
    context.update(head.as_bytes());
    context.update(b"\n");
    context.update(subject);
    context.sign().as_ref()[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A challenge as text: `bits.time.seal`. The subject is who claims what: the session and the pool.
#[must_use]
pub fn issue(key: &[u8; 32], subject: &[u8], bits: u8, now: Timestamp) -> String {
    let head = format!("{bits}.{}", now.0);
    format!("{head}.{}", seal(&hmac::Key::new(hmac::HMAC_SHA256, key), subject, &head))
}

/// Whether a number solves a challenge: `SHA-256(challenge ‖ "." ‖ number in decimal)` begins with so many zero bits.
#[must_use]
pub fn solves(challenge: &str, bits: u8, solution: u64) -> bool {
    let hash = digest(&SHA256, format!("{challenge}.{solution}").as_bytes());
    let mut head = [0; 8];
    head.copy_from_slice(&hash.as_ref()[..8]);
    u64::from_be_bytes(head).leading_zeros() >= u32::from(bits)
}

/// Checks a challenge that comes back; `bits` is what is asked for now. One that was made when there was no rush is good
/// for nothing once there is.
pub fn verify(
    key: &[u8; 32],
    subject: &[u8],
    bits: u8,
    challenge: &str,
    solution: Option<u64>,
    now: Timestamp,
) -> Result<(), Wrong> {
    let (head, mac) = challenge.rsplit_once('.').ok_or(Wrong::Forged)?;
    let expected = seal(&hmac::Key::new(hmac::HMAC_SHA256, key), subject, head);
    aws_lc_rs::constant_time::verify_slices_are_equal(expected.as_bytes(), mac.as_bytes())
        .map_err(|_| Wrong::Forged)?;
    let (own_bits, at) = head.split_once('.').ok_or(Wrong::Forged)?;
    let own_bits: u8 = own_bits.parse().map_err(|_| Wrong::Forged)?;
    let at = Timestamp(at.parse().map_err(|_| Wrong::Forged)?);
    let age_ms = now.0.saturating_sub(at.0);
    if !(0..=GOOD_S * 1000).contains(&age_ms) {
        return Err(Wrong::Stale);
    }
    if own_bits.saturating_add(RISE_BITS) < bits || (own_bits == 0 && bits > 0) {
        return Err(Wrong::TooEasy);
    }
    let solved = own_bits == 0 || solution.is_some_and(|solution| solves(challenge, own_bits, solution));
    let waited = age_ms >= wait_s(own_bits) * 1000;
    if solved || waited { Ok(()) } else { Err(Wrong::Unsolved) }
}
