//! How often and how long: the numbers that bound sign-in, sessions, cards and questions, and the counter that holds
//! somebody to a rate.
//!
//! Counters live in memory and forget when the process ends. What must survive a restart (codes per phone, tries per
//! code) is counted by the store.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, PoisonError},
};

use kernel::{Error, Kind, Result, Timestamp};

/// Bounds of a running platform. The defaults are the ones meant for citizens.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Seconds between two codes to one phone.
    pub code_wait_s: u32,
    /// Codes to one phone in 24 hours.
    pub code_day_max: u32,
    /// Seconds for which a code is good.
    pub code_s: u32,
    /// Wrong tries that a code survives.
    pub code_tries_max: u32,
    /// Codes asked for and sign-ins tried from one address in an hour.
    pub address_hour_max: u32,
    /// Seconds after which an unused session on the web ends.
    pub session_idle_s: u32,
    /// Seconds after which any session on the web ends.
    pub session_s: u32,
    /// Seconds after which an access token ends.
    pub token_s: u32,
    /// Access tokens and sessions that an account can have at once are not bounded; their last use is written this often.
    pub touch_s: u32,
    /// Vehicles bound in one city.
    pub vehicles_max: usize,
    /// Licences bound in one city: one's own and the family's.
    pub licences_max: usize,
    /// Claims of one city that are decided at once; the others take a turn.
    pub claims_at_once: usize,
    /// Claims that stand at its door, so that no place inside is empty while the next one comes.
    pub claims_standing: usize,
    /// Persons for whom an account books.
    pub companions_max: u64,
    /// Accounts at billers bound in one city: of several homes, and the parents'.
    pub customers_max: usize,
    /// Tries at binding, or at the real-name check, in an hour: the register must not become an oracle.
    pub register_hour_max: u32,
    /// Consents asked for in an hour.
    pub consent_hour_max: u32,
    /// Questions of one account that reach a department in a minute.
    pub ask_minute_max: u32,
    /// Seconds for which an asked consent waits for its answer, and for which a granted one holds.
    pub consent_s: u32,
    /// Seconds for which a cashier stays open.
    pub payment_s: u32,
    /// Entries on one page of the access log.
    pub access_page: usize,
    /// Wrong tries in a row that a staff account survives, and seconds for which it rests then.
    pub staff_tries_max: u32,
    pub staff_lock_s: u32,
    /// Seconds after which an unused session at the desk ends, and any session at the desk.
    pub staff_idle_s: u32,
    pub staff_session_s: u32,
    /// Seconds for which an authenticator code that was entered again counts.
    pub step_up_s: u32,
}

impl Default for Limits {
    fn default() -> Self {
        const DAY_S: u32 = 86_400;
        Self {
            code_wait_s: 60,
            code_day_max: 10,
            code_s: 300,
            code_tries_max: 5,
            address_hour_max: 120,
            session_idle_s: 7 * DAY_S,
            session_s: 30 * DAY_S,
            token_s: 180 * DAY_S,
            touch_s: 60,
            vehicles_max: 5,
            licences_max: 5,
            claims_at_once: 128,
            claims_standing: 512,
            companions_max: 5,
            customers_max: 30,
            register_hour_max: 10,
            consent_hour_max: 10,
            ask_minute_max: 60,
            consent_s: 365 * DAY_S,
            payment_s: 900,
            access_page: 30,
            staff_tries_max: 5,
            staff_lock_s: 900,
            staff_idle_s: 1_800,
            staff_session_s: 43_200,
            step_up_s: 300,
        }
    }
}

/// Holds each key to so many acts in so many seconds (generic cell rate algorithm: one number per key).
#[derive(Debug)]
pub(crate) struct Rate<K> {
    /// Milliseconds that one act costs.
    cost_ms: i64,
    /// Milliseconds that may be spent ahead.
    burst_ms: i64,
    spent_until: Mutex<HashMap<K, i64>>,
}

/// Above so many keys, those that have nothing spent are forgotten.
const KEYS_BEFORE_SWEEP: usize = 4_096;

impl<K: Eq + Hash> Rate<K> {
    pub(crate) fn new(acts: u32, in_s: u32) -> Self {
        let burst_ms = i64::from(in_s) * 1_000;
        Self { cost_ms: burst_ms / i64::from(acts.max(1)), burst_ms, spent_until: Mutex::default() }
    }

    /// Takes one act, or says when to come back.
    pub(crate) fn take(&self, key: K, now: Timestamp) -> Result<()> {
        let mut spent_until = self.spent_until.lock().unwrap_or_else(PoisonError::into_inner);
        if spent_until.len() >= KEYS_BEFORE_SWEEP {
            spent_until.retain(|_, until| *until > now.0);
        }
        let until = spent_until.entry(key).or_insert(now.0);
        let next = (*until).max(now.0) + self.cost_ms;
        let over_ms = next - now.0 - self.burst_ms;
        if over_ms > 0 {
            let retry_after_s = u32::try_from(over_ms.div_euclid(1_000) + 1).unwrap_or(u32::MAX);
            return Err(Error::new(Kind::TooMany { retry_after_s }));
        }
        *until = next;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_lets_its_number_through_and_recovers_with_time() {
        let rate = Rate::new(10, 3_600);
        for act in 0..10 {
            assert!(rate.take("a", Timestamp(0)).is_ok(), "act {act}");
        }
        let refused = rate.take("a", Timestamp(0)).expect_err("the eleventh");
        assert_eq!(refused.kind, Kind::TooMany { retry_after_s: 361 });
        assert!(rate.take("b", Timestamp(0)).is_ok(), "others are not held");
        assert!(rate.take("a", Timestamp(361_000)).is_ok());
        assert!(rate.take("a", Timestamp(361_000)).is_err());
    }

    #[test]
    fn keys_with_nothing_spent_are_forgotten() {
        let rate = Rate::new(1, 1);
        for key in 0..KEYS_BEFORE_SWEEP {
            assert!(rate.take(key, Timestamp(0)).is_ok());
        }
        assert!(rate.take(usize::MAX, Timestamp(10_000)).is_ok());
        assert_eq!(rate.spent_until.lock().expect("not poisoned").len(), 1);
    }
}
