//! The queue before the doors: who is let in when more come than can be served, and what the others are told.
//!
//! A place in it is one number and two counters, whatever the crowd: nothing grows with it, so that it cannot collapse.
//! The rate is measured and smoothed, in thousandths per second, and the promise that follows is rounded up: waiting
//! less than one was told is a pleasure.

use kernel::Timestamp;

/// One number in the order of arrival, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Turn(pub u64);

/// What somebody in the queue is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    In,
    Waiting {
        /// How many stand before them; 0 is next.
        ahead: u64,
        /// `None` while nobody is let in: an estimate would be a lie.
        wait_s: Option<u64>,
    },
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Queue {
    issued: u64,
    admitted: u64,
    /// Let in per second, in thousandths.
    rate: u64,
    measured_at: Option<Timestamp>,
    since: u64,
}

/// A measurement covers at least this much time.
const MEASURE_MS: i64 = 1000;

impl Queue {
    pub const fn enter(&mut self) -> Turn {
        self.issued += 1;
        Turn(self.issued)
    }

    #[must_use]
    pub const fn waiting(&self) -> u64 {
        self.issued - self.admitted
    }

    /// Whether a turn is one of this queue's: a queue that began anew has not given out so many.
    #[must_use]
    pub const fn knows(&self, turn: Turn) -> bool {
        turn.0 > 0 && turn.0 <= self.issued
    }

    /// Let in per second, as measured last.
    #[must_use]
    pub const fn rate_per_s(&self) -> u64 {
        self.rate / 1000
    }

    /// Lets in as many as there is room for; the answer says how many. Whoever left without a word is let in too and
    /// takes no room: the next call fills what they left free.
    pub fn admit(&mut self, room: u64, now: Timestamp) -> u64 {
        let count = room.min(self.waiting());
        self.admitted += count;
        self.measure(count, now);
        count
    }

    fn measure(&mut self, count: u64, now: Timestamp) {
        self.since += count;
        let Some(from) = self.measured_at else {
            self.measured_at = Some(now);
            self.since = 0;
            return;
        };
        let elapsed = now.since_ms(from);
        // A clock that was set back starts a new measurement.
        if now < from {
            self.measured_at = Some(now);
            self.since = 0;
        } else if elapsed >= MEASURE_MS {
            let measured = self.since.saturating_mul(1_000_000) / elapsed.unsigned_abs();
            self.rate = if self.rate == 0 { measured } else { (self.rate * 3 + measured) / 4 };
            self.measured_at = Some(now);
            self.since = 0;
        }
    }

    #[must_use]
    pub fn place(&self, turn: Turn) -> Place {
        if turn.0 <= self.admitted {
            return Place::In;
        }
        let ahead = turn.0 - self.admitted - 1;
        let wait_s = ((ahead + 1) * 1000).div_ceil(self.rate.max(1));
        Place::Waiting { ahead, wait_s: (self.rate > 0).then(|| rounded_up(wait_s)) }
    }
}

/// A promise that can be kept: seconds in fives, from a minute in halves of it, from ten minutes in whole ones.
const fn rounded_up(s: u64) -> u64 {
    let step = match s {
        0..60 => 5,
        60..600 => 30,
        _ => 60,
    };
    s.div_ceil(step) * step
}
