//! When to stop asking a department that fails, and when to try again. A pure state machine: the instant comes in, the
//! next state goes out. Locking, logging and counting by department live in `department`.

use kernel::Timestamp;

/// So many failures in a row open the breaker.
pub const FAILURES_IN_A_ROW_MAX: u32 = 5;
/// How many of the latest exchanges are looked at for the ratio, and for a department's health.
pub const WINDOW: u32 = 20;
/// The ratio says nothing before so many exchanges.
const WINDOW_MIN: u32 = 10;
/// After so long one exchange may try whether the department is back.
pub const COOL_DOWN_MS: i64 = 5_000;

/// The latest exchanges, one bit each, the newest lowest; set means failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recent {
    failed: u32,
    count: u32,
}

impl Recent {
    #[must_use]
    pub const fn with(self, failed: bool) -> Self {
        let mask = (1 << WINDOW) - 1;
        let count = if self.count < WINDOW { self.count + 1 } else { WINDOW };
        Self { failed: ((self.failed << 1) | failed as u32) & mask, count }
    }

    /// True if one of the latest `n` failed.
    #[must_use]
    pub const fn failed_within(self, n: u32) -> bool {
        self.failed & ((1 << n) - 1) != 0
    }

    const fn too_many(self) -> bool {
        self.failed.trailing_ones() >= FAILURES_IN_A_ROW_MAX
            || (self.count >= WINDOW_MIN && self.failed.count_ones() * 2 >= self.count)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breaker {
    /// Questions pass.
    Closed(Recent),
    /// No question passes.
    Open { since: Timestamp },
    /// One question is on its way to find out; no other passes.
    Probing { since: Timestamp },
}

impl Default for Breaker {
    fn default() -> Self {
        Self::Closed(Recent::default())
    }
}

/// What an admitted exchange is allowed to say about the department when it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    Ordinary,
    Probe,
}

/// How an admitted exchange ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The department answered, whatever it said.
    Answered,
    Failed,
    /// Whoever asked went away; nothing was learnt.
    Abandoned,
}

impl Breaker {
    /// May one more question be asked?
    #[must_use]
    pub fn admit(self, now: Timestamp) -> (Self, Option<Pass>) {
        match self {
            Self::Closed(_) => (self, Some(Pass::Ordinary)),
            // A clock that was set back must not keep the breaker open for hours.
            Self::Open { since } if now.since_ms(since) >= COOL_DOWN_MS || now < since => {
                (Self::Probing { since: now }, Some(Pass::Probe))
            }
            Self::Open { .. } | Self::Probing { .. } => (self, None),
        }
    }

    /// An admitted exchange has ended.
    #[must_use]
    pub const fn after(self, pass: Pass, end: End, now: Timestamp) -> Self {
        match (self, pass, end) {
            (Self::Probing { .. }, Pass::Probe, End::Answered) => Self::Closed(Recent { failed: 0, count: 0 }),
            (Self::Probing { .. }, Pass::Probe, End::Failed) => Self::Open { since: now },
            // The next question becomes the probe at once.
            (Self::Probing { since }, Pass::Probe, End::Abandoned) => {
                Self::Open { since: Timestamp(since.0.saturating_sub(COOL_DOWN_MS)) }
            }
            (Self::Closed(recent), _, End::Answered) => Self::Closed(recent.with(false)),
            (Self::Closed(recent), _, End::Failed) => {
                let recent = recent.with(true);
                if recent.too_many() { Self::Open { since: now } } else { Self::Closed(recent) }
            }
            // What set out before the breaker opened says nothing about now.
            (state, _, _) => state,
        }
    }

    #[must_use]
    pub const fn is_closed(self) -> bool {
        matches!(self, Self::Closed(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T0: Timestamp = Timestamp(1_000_000);

    fn run(ends: impl IntoIterator<Item = End>) -> Breaker {
        ends.into_iter().fold(Breaker::default(), |state, end| state.after(Pass::Ordinary, end, T0))
    }

    #[test]
    fn the_transition_table() {
        use {Breaker::*, End::*, Pass::*};
        let fresh = Recent::default();
        let open = Open { since: T0 };
        let probing = Probing { since: T0 };
        let later = T0.plus_ms(9);
        for (from, pass, end, to) in [
            (Closed(fresh), Ordinary, Answered, Closed(fresh.with(false))),
            (Closed(fresh), Ordinary, Failed, Closed(fresh.with(true))),
            (Closed(fresh), Ordinary, Abandoned, Closed(fresh)),
            (open, Ordinary, Answered, open),
            (open, Ordinary, Failed, open),
            (open, Ordinary, Abandoned, open),
            (probing, Ordinary, Answered, probing),
            (probing, Ordinary, Failed, probing),
            (probing, Ordinary, Abandoned, probing),
            (probing, Probe, Answered, Closed(fresh)),
            (probing, Probe, Failed, Open { since: later }),
            (probing, Probe, Abandoned, Open { since: T0.plus_ms(-COOL_DOWN_MS) }),
        ] {
            assert_eq!(from.after(pass, end, later), to, "{from:?} {pass:?} {end:?}");
        }
    }

    #[test]
    fn five_failures_in_a_row_open_it_and_four_do_not() {
        assert!(run([End::Failed; 4]).is_closed());
        assert_eq!(run([End::Failed; 5]), Breaker::Open { since: T0 });
        assert!(run([End::Failed, End::Failed, End::Failed, End::Failed, End::Answered, End::Failed]).is_closed());
    }

    #[test]
    fn every_second_failure_opens_it_once_there_is_enough_to_judge() {
        let turns = |n| run([End::Answered, End::Failed].into_iter().cycle().take(n));
        assert!(turns(9).is_closed());
        assert!(!turns(10).is_closed());
        let third = |n| run([End::Answered, End::Answered, End::Failed].into_iter().cycle().take(n));
        assert!(third(300).is_closed());
    }

    #[test]
    fn one_probe_after_the_cool_down_and_no_second_beside_it() {
        let open = Breaker::Open { since: T0 };
        assert_eq!(open.admit(T0.plus_ms(COOL_DOWN_MS - 1)), (open, None));
        let at = T0.plus_ms(COOL_DOWN_MS);
        let (probing, pass) = open.admit(at);
        assert_eq!((probing, pass), (Breaker::Probing { since: at }, Some(Pass::Probe)));
        assert_eq!(probing.admit(at.plus_s(3600)), (probing, None));
        assert_eq!(probing.after(Pass::Probe, End::Abandoned, at).admit(at).1, Some(Pass::Probe));
    }

    #[test]
    fn a_clock_set_back_does_not_keep_it_open() {
        assert_eq!(Breaker::Open { since: T0 }.admit(T0.plus_s(-7200)).1, Some(Pass::Probe));
    }
}
