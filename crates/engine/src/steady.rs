//! The platform's clock: the wall's, as long as it can be believed.
//!
//! Releases, holds and deadlines go by this one. When somebody sets the machine's clock, time goes on at the pace of the
//! clock that only counts, the operator is told, and nothing is released early or revived; how much may be followed is
//! decided in [`capability::booking::steady`].

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicI64, Ordering},
};

use capability::booking::steady::Steady;
use kernel::{Clock, Timestamp};

/// The two clocks are compared this often. Between two looks time is counted, so that what is lost by rounding at each look
/// is far less than what may be corrected, and a jump is not followed by anybody who looks in between.
const LOOK_MS: i64 = 10_000;

pub struct SteadyClock {
    machine: Arc<dyn Clock>,
    course: Mutex<Course>,
    doubt_ms: AtomicI64,
}

struct Course {
    steady: Steady,
    /// What was read at the last look, on both clocks.
    looked: Timestamp,
    counted_ms: i64,
    /// The latest time that was told.
    told: Timestamp,
}

impl SteadyClock {
    /// Starts from the latest time on record.
    #[must_use]
    pub fn new(machine: Arc<dyn Clock>, highest: Timestamp) -> Self {
        let (wall, counted_ms) = (machine.now(), machine.counted_ms());
        let looked = wall.max(highest);
        let course = Course { steady: Steady::new(highest, wall, counted_ms), looked, counted_ms, told: looked };
        Self { machine, course: Mutex::new(course), doubt_ms: AtomicI64::new(0) }
    }

    /// How far the machine's clock is from what it should show; 0 while it is believed.
    #[must_use]
    pub fn doubt_ms(&self) -> i64 {
        self.doubt_ms.load(Ordering::Relaxed)
    }

    fn tell_of(&self, doubt_ms: i64) {
        let before = self.doubt_ms.swap(doubt_ms, Ordering::Relaxed);
        if (before == 0) == (doubt_ms == 0) {
            return;
        }
        if doubt_ms == 0 {
            tracing::info!("the machine's clock is believed again");
        } else {
            tracing::error!(doubt_ms, "the machine's clock was moved: time goes on by the clock that counts");
        }
    }
}

impl Clock for SteadyClock {
    fn now(&self) -> Timestamp {
        let counted_ms = self.machine.counted_ms();
        let mut course = self.course.lock().unwrap_or_else(PoisonError::into_inner);
        let mut now = course.looked.plus_ms((counted_ms - course.counted_ms).max(0));
        if counted_ms - course.counted_ms >= LOOK_MS {
            let reading = course.steady.read(self.machine.now(), counted_ms);
            self.tell_of(reading.doubt_ms.unwrap_or(0));
            (course.looked, course.counted_ms) = (reading.now, counted_ms);
            now = reading.now;
        }
        // What was told stays told.
        course.told = course.told.max(now);
        course.told
    }

    fn counted_ms(&self) -> i64 {
        self.machine.counted_ms()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A machine whose two clocks are set apart.
    #[derive(Default)]
    struct Machine {
        wall: AtomicI64,
        counted: AtomicI64,
    }

    impl Machine {
        fn passes(&self, ms: i64) {
            self.wall.fetch_add(ms, Ordering::SeqCst);
            self.counted.fetch_add(ms, Ordering::SeqCst);
        }
    }

    impl Clock for Machine {
        fn now(&self) -> Timestamp {
            Timestamp(self.wall.load(Ordering::SeqCst))
        }

        fn counted_ms(&self) -> i64 {
            self.counted.load(Ordering::SeqCst)
        }
    }

    #[test]
    fn a_clock_that_is_set_moves_nobody() {
        let machine = Arc::new(Machine::default());
        machine.passes(1_000_000);
        let clock = SteadyClock::new(machine.clone(), Timestamp(0));
        assert_eq!((clock.now(), clock.doubt_ms()), (Timestamp(1_000_000), 0));
        const DAY_MS: i64 = 86_400_000;
        for jump in [DAY_MS, -2 * DAY_MS] {
            machine.wall.fetch_add(jump, Ordering::SeqCst);
            let before = clock.now();
            machine.passes(15_000);
            assert_eq!(clock.now().since_ms(before), 15_000, "time goes on, and no faster");
            assert_ne!(clock.doubt_ms(), 0, "the operator is told");
        }
        machine.wall.fetch_add(DAY_MS, Ordering::SeqCst);
        assert_eq!(clock.doubt_ms().abs(), DAY_MS, "as of the last look");
        machine.passes(15_000);
        clock.now();
        assert_eq!(clock.doubt_ms(), 0, "set right again, it is believed again");
    }

    #[test]
    fn rounding_is_no_doubt_however_often_it_is_asked() {
        let machine = Arc::new(Machine::default());
        machine.passes(1_000_000);
        let clock = SteadyClock::new(machine.clone(), Timestamp(0));
        let mut last = clock.now();
        for n in 0..200_000_i64 {
            // One clock is a millisecond late at every other look.
            machine.wall.fetch_add(if n % 2 == 0 { 9 } else { 11 }, Ordering::SeqCst);
            machine.counted.fetch_add(10, Ordering::SeqCst);
            let now = clock.now();
            assert!(now >= last, "never back");
            assert_eq!(clock.doubt_ms(), 0, "after {n} looks");
            last = now;
        }
    }

    #[test]
    fn time_begins_where_it_was_kept() {
        let machine = Arc::new(Machine::default());
        machine.passes(1_000);
        let clock = SteadyClock::new(machine.clone(), Timestamp(9_000));
        machine.passes(500);
        assert_eq!(clock.now(), Timestamp(9_500), "a machine that was set back while it was off takes nothing back");
    }
}
