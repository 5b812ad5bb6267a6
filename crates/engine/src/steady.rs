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

pub struct SteadyClock {
    machine: Arc<dyn Clock>,
    steady: Mutex<Steady>,
    doubt_ms: AtomicI64,
}

impl SteadyClock {
    /// Starts from the latest time on record.
    #[must_use]
    pub fn new(machine: Arc<dyn Clock>, highest: Timestamp) -> Self {
        let steady = Steady::new(highest, machine.now(), machine.counted_ms());
        Self { machine, steady: Mutex::new(steady), doubt_ms: AtomicI64::new(0) }
    }

    /// How far the machine's clock is from what it should show; 0 while it is believed.
    #[must_use]
    pub fn doubt_ms(&self) -> i64 {
        self.doubt_ms.load(Ordering::Relaxed)
    }
}

impl Clock for SteadyClock {
    fn now(&self) -> Timestamp {
        let (wall, counted_ms) = (self.machine.now(), self.machine.counted_ms());
        let reading = self.steady.lock().unwrap_or_else(PoisonError::into_inner).read(wall, counted_ms);
        let doubt_ms = reading.doubt_ms.unwrap_or(0);
        let before = self.doubt_ms.swap(doubt_ms, Ordering::Relaxed);
        if (before == 0) != (doubt_ms == 0) {
            if doubt_ms == 0 {
                tracing::info!("the machine's clock is believed again");
            } else {
                tracing::error!(doubt_ms, "the machine's clock was moved: time goes on by the clock that counts");
            }
        }
        reading.now
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
            machine.passes(5_000);
            assert_eq!(clock.now().since_ms(before), 5_000, "time goes on, and no faster");
            assert_ne!(clock.doubt_ms(), 0, "the operator is told");
        }
        machine.wall.fetch_add(DAY_MS, Ordering::SeqCst);
        assert_eq!(clock.doubt_ms().abs(), DAY_MS, "as of the last reading");
        clock.now();
        assert_eq!(clock.doubt_ms(), 0, "set right again, it is believed again");
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
