//! How often one caller may call: a count per caller and kind of route within a minute, in memory.
//!
//! It protects this process. Limits that must survive a restart (codes per phone, tries per code) are the store's.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::Mutex,
    time::{Duration, Instant},
};

use kernel::AccountId;

use crate::route::Rate;

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Caller {
    Account(AccountId),
    Address(IpAddr),
}

struct Window {
    began: Instant,
    count: u32,
}

/// Callers remembered at once. When there are more, the oldest windows go first; nobody is locked out by a flood.
const CALLERS_MAX: usize = 50_000;
/// How many callers an address may stand for.
const SHARED_ADDRESS: u32 = 10;
const MINUTE: Duration = Duration::from_secs(60);

#[derive(Default)]
pub struct Rates(Mutex<HashMap<(Caller, Rate), Window>>);

impl Rates {
    /// Counts a call; `Err` says after how many seconds the next one is welcome.
    pub fn enter(&self, caller: Caller, rate: Rate, now: Instant) -> Result<(), u32> {
        let mut windows = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if windows.len() >= CALLERS_MAX {
            windows.retain(|_, window| now.duration_since(window.began) < MINUTE);
            if windows.len() >= CALLERS_MAX {
                windows.clear();
            }
        }
        let window = windows.entry((caller, rate)).or_insert(Window { began: now, count: 0 });
        let age = now.duration_since(window.began);
        if age >= MINUTE {
            *window = Window { began: now, count: 0 };
        }
        // Many phones of one carrier share an address.
        let shared = if matches!(caller, Caller::Address(_)) { SHARED_ADDRESS } else { 1 };
        if window.count >= rate.per_minute() * shared {
            return Err(u32::try_from((MINUTE.saturating_sub(age)).as_secs()).unwrap_or(60) + 1);
        }
        window.count += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_waits_after_the_limit_and_others_do_not() {
        let rates = Rates::default();
        let start = Instant::now();
        let one = Caller::Address(IpAddr::from([127, 0, 0, 1]));
        let other = Caller::Address(IpAddr::from([127, 0, 0, 2]));
        for _ in 0..Rate::Guessing.per_minute() * SHARED_ADDRESS {
            assert_eq!(rates.enter(one, Rate::Guessing, start), Ok(()));
        }
        let wait = rates.enter(one, Rate::Guessing, start + Duration::from_secs(20)).expect_err("over the limit");
        assert!((40..=41).contains(&wait), "{wait}");
        assert_eq!(rates.enter(other, Rate::Guessing, start), Ok(()), "another caller");
        assert_eq!(rates.enter(one, Rate::Reading, start), Ok(()), "another kind of route");
        assert_eq!(rates.enter(one, Rate::Guessing, start + MINUTE), Ok(()), "a minute later");
    }
}
