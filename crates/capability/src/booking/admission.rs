//! The queue before the doors: who is let in when more come than can be served, and what the others are told.
//!
//! A place in it is one number and a few counters, whatever the crowd: nothing grows with it, so that it cannot collapse.
//! The rate is measured and smoothed, in thousandths per second, and the promise that follows is rounded up: waiting
//! less than one was told is a pleasure.
//!
//! Whoever waits is not here: they come back when they were told to, and many never do. So the counter follows those who
//! are really served, nothing is kept free for anybody, and a crowd of which nobody comes back is forgotten within moments.

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

/// Who was served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Came {
    /// Somebody whose turn it was.
    ByTurn,
    /// Somebody who found a place free for which nobody with a turn was there.
    Between,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Queue {
    issued: u64,
    admitted: u64,
    /// Served per second, in thousandths.
    rate: u64,
    measured_at: Option<Timestamp>,
    since: u64,
    /// When somebody came by turn, or when the queue began; and how many came between since.
    came_at: Option<Timestamp>,
    between: u64,
    /// By how many the counter goes on at once, while nobody comes.
    stride: u64,
    strode_at: Option<Timestamp>,
    /// Turns up to here are good no more; those up to `lapses` will be next.
    lapsed: u64,
    lapses: u64,
    lapsed_at: Option<Timestamp>,
}

/// A measurement covers at least this much time.
const MEASURE_MS: i64 = 250;
/// A turn is good for at least this long after it came up, and for less than twice as long.
const GOOD_MS: i64 = 180_000;
/// When for so long others were served and nobody came whose turn it was, the crowd went home.
const DESERTED_MS: i64 = 2_000;
const STRIDE_MS: i64 = 50;
const STRIDE_MIN: u64 = 64;

impl Queue {
    pub fn enter(&mut self, now: Timestamp) -> Turn {
        if self.waiting() == 0 {
            self.came_at = Some(now);
            (self.measured_at, self.between) = (None, 0);
        }
        self.issued += 1;
        Turn(self.issued)
    }

    #[must_use]
    pub const fn waiting(&self) -> u64 {
        self.issued - self.admitted
    }

    /// Whether a turn is one of this queue's: a queue that began anew has not given out so many, and a turn of yesterday
    /// does not pass by those who wait today.
    #[must_use]
    pub const fn knows(&self, turn: Turn) -> bool {
        turn.0 > self.lapsed && turn.0 <= self.issued
    }

    /// Served per second, as measured last.
    #[must_use]
    pub const fn rate_per_s(&self) -> u64 {
        self.rate / 1000
    }

    /// Somebody is being served: the next in the queue may come. For whoever came between, one more: somebody else is
    /// missing.
    pub fn served(&mut self, came: Came, now: Timestamp) {
        if self.waiting() == 0 {
            return;
        }
        let next = match came {
            Came::ByTurn => {
                self.came_at = Some(now);
                (self.stride, self.between) = (0, 0);
                1
            }
            Came::Between => {
                self.between += 1;
                2
            }
        };
        self.admitted += next.min(self.waiting());
        self.measure(now);
    }

    fn measure(&mut self, now: Timestamp) {
        let Some(from) = self.measured_at else {
            (self.measured_at, self.since) = (Some(now), 0);
            return;
        };
        self.since += 1;
        let elapsed = now.since_ms(from);
        // A clock that was set back starts a new measurement.
        if elapsed < 0 {
            (self.measured_at, self.since) = (Some(now), 0);
        } else if elapsed >= MEASURE_MS {
            let measured = self.since.saturating_mul(1_000_000) / elapsed.unsigned_abs();
            self.rate = if self.rate == 0 { measured } else { (self.rate * 7 + measured) / 8 };
            (self.measured_at, self.since) = (Some(now), 0);
        }
    }

    /// What goes by by itself; to be called whenever somebody asks.
    pub fn pass(&mut self, now: Timestamp) {
        let due = |at: Option<Timestamp>, ms: i64| at.is_none_or(|at| now.since_ms(at) >= ms || now < at);
        if due(self.lapsed_at, GOOD_MS) {
            (self.lapsed, self.lapses) = (self.lapses, self.admitted);
            self.lapsed_at = Some(now);
        }
        // Where few are served, few come.
        let patience =
            DESERTED_MS.max(20_000_000_i64.checked_div(i64::try_from(self.rate).unwrap_or(i64::MAX)).unwrap_or(0));
        if self.waiting() > 0 && self.between > 0 && due(self.came_at, patience) && due(self.strode_at, STRIDE_MS) {
            self.stride = self.stride.saturating_mul(2).max(STRIDE_MIN);
            self.admitted += self.stride.min(self.waiting());
            self.strode_at = Some(now);
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

/// A promise that can be kept: from half a minute seconds in fives, from a minute in halves of it, from ten minutes in
/// whole ones.
const fn rounded_up(s: u64) -> u64 {
    let step = match s {
        0..30 => 1,
        30..60 => 5,
        60..600 => 30,
        _ => 60,
    };
    s.div_ceil(step) * step
}
