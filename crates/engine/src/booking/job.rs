//! What happens to bookings without anybody asking: pools of the days ahead, holds that ran out, units that come back,
//! people who did not come.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use capability::booking::{Command, limit, plan};
use kernel::{CityId, Kind, Result, Timestamp};
use manifest::Catalogue;
use store::NewPool;

use super::drive::With;
use crate::Platform;

/// How many of each kind are seen to in one turn.
const TURN_MAX: u32 = 64;
/// Pools are rolled forward this often, and at once when packs change.
const ROLL_MS: i64 = 10 * 60_000;
/// The time is put on record this often.
const KEPT_MS: i64 = 60_000;
/// A hold whose money may be on its way is looked at again after this.
const GRACE_MS: i64 = 120_000;

/// When each city's pools were rolled forward, and by which packs.
#[derive(Default)]
pub(crate) struct Rolled {
    pools: Mutex<HashMap<CityId, (Timestamp, usize)>>,
    /// When each city's time was put on record.
    kept: Mutex<HashMap<CityId, Timestamp>>,
}

impl Platform {
    pub(crate) async fn bookings_due(&self, city: &CityId, cell: &store::City) -> Result<usize> {
        self.roll_pools(city, cell).await?;
        let now = self.now();
        let mut done = 0;
        for id in cell.holds_to_expire(now, TURN_MAX).await? {
            done += usize::from(self.expire_hold(city, cell, id).await?);
        }
        for id in cell.to_miss(now, TURN_MAX).await? {
            // A word of the rules, like "too early", leaves it for later.
            done += usize::from(self.drive_booking(city, cell, id, Command::Miss, With::default()).await?.is_ok());
        }
        for id in cell.to_finish(now, TURN_MAX).await? {
            done += usize::from(self.drive_booking(city, cell, id, Command::Finish, With::default()).await?.is_ok());
        }
        let returned = cell.return_units(now, TURN_MAX).await?.len();
        done += returned + self.offer_to_waiting(city, cell).await?;
        done += self.draws_due(city, cell).await?;
        self.keep_time(city, cell).await?;
        Ok(done)
    }

    /// Now and then the time is put on record, so that a clock that is set back while the house is closed takes nothing back.
    async fn keep_time(&self, city: &CityId, cell: &store::City) -> Result<()> {
        let now = self.now();
        let due = {
            let mut kept = self.inner.rolled.kept.lock().unwrap_or_else(PoisonError::into_inner);
            let due = kept.get(city).is_none_or(|at| now.since_ms(*at) >= KEPT_MS);
            if due {
                kept.insert(city.clone(), now);
            }
            due
        };
        if due {
            cell.keep_time(now).await?;
        }
        Ok(())
    }

    /// A hold ends with its deadline, unless its money has arrived and is only being posted.
    async fn expire_hold(&self, city: &CityId, cell: &store::City, id: kernel::Id) -> Result<bool> {
        use capability::payment::State;
        let facts = cell.booking_facts(id).await?.ok_or(Kind::NotFound)?;
        if let Some(payment) = facts.payment {
            // The provider is asked before anything that somebody may have paid for is given away.
            let asked = self.look_at_provider(city, cell, payment).await;
            let state = cell.payment_facts(payment).await?.map(|payment| payment.state);
            let late = self.now().since_ms(facts.facts.held_until_at) < GRACE_MS;
            match state {
                Some(State::Paid | State::Posting) => return Ok(false),
                Some(State::Pending) if late && asked.is_err() => return Ok(false),
                _ => {}
            }
        }
        Ok(self.drive_booking(city, cell, id, Command::Expire, With::default()).await?.is_ok())
    }

    /// Makes the pools of the days ahead from what the packs offer.
    pub(crate) async fn roll_pools(&self, city: &CityId, cell: &store::City) -> Result<u64> {
        let (catalogue, now) = (self.catalogue(), self.now());
        let packs = Arc::as_ptr(&catalogue) as usize;
        {
            let rolled = self.inner.rolled.pools.lock().unwrap_or_else(PoisonError::into_inner);
            let fresh = |(at, by): &(Timestamp, usize)| {
                *by == packs && (0..ROLL_MS).contains(&now.since_ms(*at)) && at.date() == now.date()
            };
            if rolled.get(city).is_some_and(fresh) {
                return Ok(0);
            }
        }
        let added = self.roll(&catalogue, city, cell).await?;
        self.announce_draws(city, cell).await?;
        self.inner.rolled.pools.lock().unwrap_or_else(PoisonError::into_inner).insert(city.clone(), (now, packs));
        Ok(added)
    }

    async fn roll(&self, catalogue: &Catalogue, city: &CityId, cell: &store::City) -> Result<u64> {
        let now = self.now();
        let Some(pack) = catalogue.city(city.as_str()) else { return Ok(0) };
        let (rules, calendar) = (&catalogue.rules.booking, &catalogue.calendar);
        let mut added = 0;
        for (id, offer) in &pack.offers {
            let Some(service) = catalogue.service(pack, id.as_str()) else { continue };
            let Some(booking) = &service.booking else { continue };
            let mut pools = Vec::new();
            let (mut on, until_on) = (now.date(), plan::until_on(offer, rules, calendar, now));
            while on <= until_on {
                let planned = plan::pools(offer, booking.kind, rules, calendar, on);
                pools.extend(planned.into_iter().map(|planned| NewPool {
                    service: id.clone(),
                    place: planned.place,
                    section: planned.section,
                    resource: planned.resource,
                    part: planned.part,
                    on: planned.on,
                    starts_at: planned.starts_at,
                    ends_at: planned.ends_at,
                    capacity: planned.capacity,
                    numbered: planned.numbered,
                    legs: planned.legs,
                    shares: planned.shares,
                }));
                on = limit::plus_days(on, 1);
            }
            added += cell.plan_pools(pools).await?;
            self.look_again(city, id);
        }
        if added > 0 {
            tracing::info!(%city, added, "pools for the days ahead");
        }
        Ok(added)
    }
}
