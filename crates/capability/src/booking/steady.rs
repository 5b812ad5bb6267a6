//! A clock that jumps releases nothing early and revives nothing.
//!
//! A machine has two clocks: the wall's, which is set by people and by the network, and one that only counts on. Between
//! two readings they agree within a little. Where they do not, the wall clock was moved: then time goes on at the pace
//! of the other one, and the doubt is reported, until the two agree again or somebody has looked at a watch. Small
//! corrections are followed, out of an allowance that refills slowly, so that many small jumps are not a big one.
//!
//! The counting clock must count while the machine sleeps; one that does not makes every nap a doubt.
//!
//! After a restart there is nothing to compare with but the last time on record: time never goes back behind it. A clock
//! that was moved forward while the machine was off cannot be told from a machine that was off that long.

use kernel::Timestamp;

/// The most that the wall clock may be corrected by at once.
const ALLOWANCE_MS: i64 = 2_000;
/// The allowance grows by a millisecond in so many: twice what a clock is slewed by, twenty times what quartz drifts.
const REFILL: i64 = 1_000;

#[derive(Clone, Debug)]
pub struct Steady {
    /// The latest time that was ever told; kept by the store.
    highest: Timestamp,
    /// A moment on both clocks.
    wall: Timestamp,
    counted_ms: i64,
    allowance_ms: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Never before an earlier one.
    pub now: Timestamp,
    /// How far the wall clock is ahead of what it should show; negative for behind. `None`: not doubted.
    pub doubt_ms: Option<i64>,
}

impl Steady {
    /// Starts from the latest time on record and from a reading of both clocks.
    #[must_use]
    pub fn new(highest: Timestamp, wall: Timestamp, counted_ms: i64) -> Self {
        Self { highest, wall: wall.max(highest), counted_ms, allowance_ms: ALLOWANCE_MS }
    }

    /// What time it is, from a reading of both clocks.
    pub fn read(&mut self, wall: Timestamp, counted_ms: i64) -> Reading {
        let passed_ms = (counted_ms - self.counted_ms).max(0);
        let expected = self.wall.plus_ms(passed_ms);
        let ahead_ms = wall.0.saturating_sub(expected.0);
        self.allowance_ms = (self.allowance_ms + passed_ms / REFILL).min(ALLOWANCE_MS);
        let agree = ahead_ms.unsigned_abs() <= self.allowance_ms.unsigned_abs();
        self.counted_ms += passed_ms;
        self.wall = expected;
        if agree {
            self.wall = wall;
            self.allowance_ms -= ahead_ms.abs();
        }
        // What was told stays told.
        self.highest = self.highest.max(self.wall);
        Reading { now: self.highest, doubt_ms: (!agree).then_some(ahead_ms) }
    }

    /// Somebody has looked at a watch: the wall clock is right.
    pub fn trust(&mut self, wall: Timestamp, counted_ms: i64) {
        self.wall = wall;
        self.counted_ms = counted_ms;
        self.allowance_ms = ALLOWANCE_MS;
    }

    /// What the store keeps.
    #[must_use]
    pub const fn highest(&self) -> Timestamp {
        self.highest
    }
}
