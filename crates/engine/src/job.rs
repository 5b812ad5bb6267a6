//! What runs without anybody asking: a worker for each open city and one for the platform. It delivers what waits in the
//! outbox, applies what providers told us, asks providers that kept silent, and lets payments run out.
//!
//! The tables are the truth; a bell only saves waiting. Whatever a worker was doing when the process died is found again by
//! the next one, because claims are leases and every effect carries its key.

use std::{
    collections::{HashMap, HashSet},
    future::Future,
    panic::AssertUnwindSafe,
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::FutureExt as _;
use kernel::{CityId, Error, Result};
use tokio::{
    sync::{Notify, watch},
    task::JoinSet,
};

use crate::Platform;

/// How long the tables are not looked at while no bell rings.
const NAP: Duration = Duration::from_secs(2);
/// How often newly opened cities are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// A bell for each cell. Ringing one that nobody listens to yet is heard later.
#[derive(Default)]
pub(crate) struct Bells(Mutex<HashMap<Option<CityId>, Arc<Notify>>>);

impl Bells {
    fn of(&self, city: Option<&CityId>) -> Arc<Notify> {
        let mut bells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(bells.entry(city.cloned()).or_default())
    }

    pub(crate) fn ring(&self, city: Option<&CityId>) {
        self.of(city).notify_one();
    }
}

impl Platform {
    /// Works until `until` is ready. What is under way then is done again, under the same keys, by whoever runs next.
    pub async fn run_jobs(&self, until: impl Future<Output = ()> + Send) {
        let mut until = pin!(until);
        let (end, told) = watch::channel(false);
        let mut workers = JoinSet::new();
        let mut known: HashSet<Option<CityId>> = HashSet::new();
        loop {
            let catalogue = self.catalogue();
            let open = catalogue.cities.values().filter(|pack| pack.city.state == manifest::city::CityState::Open);
            let cells = open.map(|pack| Some(pack.city.id.clone())).chain(std::iter::once(None));
            for cell in cells.filter(|cell| !known.contains(cell)).collect::<Vec<_>>() {
                known.insert(cell.clone());
                workers.spawn(self.clone().work(cell, told.clone()));
            }
            tokio::select! {
                () = &mut until => break,
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
        let _ = end.send(true);
        while workers.join_next().await.is_some() {}
    }

    /// The worker of one cell.
    async fn work(self, city: Option<CityId>, mut told: watch::Receiver<bool>) {
        let bell = self.inner.bells.of(city.as_ref());
        while !*told.borrow() {
            let done = tokio::select! {
                biased;
                _ = told.changed() => return,
                // A turn that panics must not end the worker: whatever it stumbled over, the other payments go on.
                done = AssertUnwindSafe(self.turn(city.as_ref())).catch_unwind() => {
                    done.unwrap_or_else(|_| Err(Error::internal("a job panicked")))
                }
            };
            match done {
                Ok(0) => {}
                Ok(_) => continue,
                Err(cause) => tracing::warn!(%cause, city = city.as_ref().map_or("platform", CityId::as_str), "jobs"),
            }
            tokio::select! {
                _ = told.changed() => return,
                () = bell.notified() => {}
                () = tokio::time::sleep(NAP) => {}
            }
        }
    }

    /// Everything that is due in one cell, once. Says how much was done.
    async fn turn(&self, city: Option<&CityId>) -> Result<usize> {
        self.purge_due(city).await?;
        let Some(city) = city else { return self.deliver_due(self.inner.stores.platform(), None).await };
        let cell = self.inner.stores.city(city).await?;
        let mut done = self.deliver_due(&cell, Some(city)).await?;
        done += self.apply_callbacks(city, &cell).await?;
        done += self.query_silent(city, &cell).await?;
        done += self.expire_payments(city, &cell).await?;
        done += self.autopay_due(city, &cell).await?;
        done += self.bookings_due(city, &cell).await?;
        done += self.reconcile_due(city, &cell).await?;
        Ok(done)
    }
}
