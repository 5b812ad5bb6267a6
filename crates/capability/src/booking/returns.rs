//! Units that come back: after a random time, and to whoever has waited longest before anyone else.

use kernel::{Rng, Timestamp};

use super::rule::Delay;

/// When a given-up unit can be had again. It never takes more than half of the time that is left to use it: a fair
/// chance at an appointment that is over is none.
#[must_use]
pub fn back_at(after: Option<Delay>, now: Timestamp, closes_at: Timestamp, rng: &dyn Rng) -> Timestamp {
    let Some(Delay { from_s, to_s }) = after else { return now };
    let spread = u64::from(to_s.saturating_sub(from_s)) * 1000 + 1;
    let delay_ms = i64::from(from_s) * 1000 + i64::try_from(rng.below(spread)).unwrap_or(0);
    now.plus_ms(delay_ms.min(closes_at.since_ms(now) / 2))
}
