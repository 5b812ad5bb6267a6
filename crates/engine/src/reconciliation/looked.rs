//! How often a city's days are looked at.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use kernel::{CityId, Timestamp};

/// When each city's days were last looked at: the daily comparison is looked for every few minutes, not at every turn.
#[derive(Default)]
pub(crate) struct Looked(Mutex<HashMap<CityId, Timestamp>>);

const LOOK_EVERY_S: i64 = 300;

impl Looked {
    pub(super) fn is_due(&self, city: &CityId, now: Timestamp) -> bool {
        let mut looked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let due = looked.get(city).is_none_or(|at| now.since_ms(*at) >= LOOK_EVERY_S * 1_000);
        if due {
            looked.insert(city.clone(), now);
        }
        due
    }
}
