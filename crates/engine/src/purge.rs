//! What is over goes by itself, once an hour: idempotency keys of last week, quotas of days gone by, codes and sessions that
//! have run out.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use kernel::{CityId, Result, Timestamp};

use crate::Platform;

const EVERY_MS: i64 = 3_600_000;

/// When each cell was last cleared, or first seen.
#[derive(Default)]
pub(crate) struct Purged(Mutex<HashMap<Option<CityId>, Timestamp>>);

impl Purged {
    /// Whether it is a cell's turn, which it takes.
    fn is_due(&self, city: Option<&CityId>, now: Timestamp) -> bool {
        let mut cells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = cells.entry(city.cloned()).or_insert(now);
        let due = now.since_ms(*last) >= EVERY_MS;
        if due {
            *last = now;
        }
        due
    }
}

impl Platform {
    pub(crate) async fn purge_due(&self, city: Option<&CityId>) -> Result<()> {
        let now = self.now();
        if !self.inner.purged.is_due(city, now) {
            return Ok(());
        }
        let Some(city) = city else {
            let platform = self.inner.stores.platform();
            platform.purge_once(now).await?;
            platform.purge_codes(now).await?;
            platform.purge_sessions(now).await?;
            return platform.purge_staff_sessions(now).await.map(drop).map_err(Into::into);
        };
        let cell = self.inner.stores.city(city).await?;
        cell.purge_once(now).await?;
        cell.purge_slots(now.date()).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_cleared_every_hour_and_not_when_it_is_first_seen() {
        let (purged, city) = (Purged::default(), CityId::parse("lakeside").expect("a slug"));
        let due = |city, minutes: i64| purged.is_due(city, Timestamp(0).plus_s(60 * minutes));
        assert_eq!([0, 59, 60, 61, 119, 120].map(|at| due(None, at)), [false, false, true, false, false, true]);
        assert_eq!([130, 189, 190].map(|at| due(Some(&city), at)), [false, false, true]);
    }
}
