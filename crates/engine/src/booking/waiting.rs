//! The waiting list: who is offered what comes back. An offer is a hold with a deadline, and a word to the phone; whoever
//! lets it pass has left the list.

use std::collections::{BTreeMap, BTreeSet};

use capability::booking::{
    Refusal, plan,
    pool::{Door, Pool, Take},
    waiting,
};
use kernel::{CityId, Id, Kind, Result, ServiceId, Text, Timestamp, access::Purpose};
use store::{JoinWaiting, WaitingEntry};

use super::{hold::HoldForm, wish::Wish};
use crate::{Citizen, Platform, platform::need_real_name, real_name::PERSON};

/// Whoever waits for more than this waits for nothing.
const WAITING_MAX: usize = 5;

/// A place on a list.
#[derive(Clone, Debug)]
pub struct WaitingView {
    pub id: Id,
    pub service: ServiceId,
    pub place: Text,
    pub resource: Option<Text>,
    pub band: String,
    pub starts_at: Timestamp,
    pub units: u32,
    /// How many stand before.
    pub ahead: usize,
}

/// What comes of wanting to wait.
#[derive(Clone, Debug)]
pub enum Joined {
    Waits(Id),
    /// There is something free: no need to wait.
    Free,
    Refused(Refusal),
}

impl Platform {
    /// Puts the citizen's claim on the list of what is full.
    pub async fn join_waiting(
        &self,
        citizen: &Citizen,
        city: &CityId,
        service: &ServiceId,
        form: &HoldForm<'_>,
    ) -> Result<Joined> {
        need_real_name(citizen)?;
        let cell = self.inner.stores.city(city).await?;
        let wanted = self.wanted(city, service, form, Door::Online).await?;
        match self.refused_by_memory(&cell, &wanted).await? {
            Some(Refusal::SoldOut { .. } | Refusal::OverQuota { .. } | Refusal::Taken { .. }) => {}
            Some(refusal) => return Ok(Joined::Refused(refusal)),
            None => return Ok(Joined::Free),
        }
        if cell.waiting_of_account(citizen.account).await?.len() >= WAITING_MAX {
            return Err(Kind::Conflict("too_many_waiting").into());
        }
        let persons = self.persons(citizen, &wanted).await?;
        if let Some(refusal) = self.may_come(&wanted, &persons).await? {
            return Ok(Joined::Refused(refusal));
        }
        let units = u32::try_from(persons.len()).unwrap_or(u32::MAX);
        let first = persons.first().map(|(who, _)| who.resident_id.clone()).unwrap_or_default();
        let pool = wanted.pools.last().ok_or(Kind::NotFound)?.number;
        let (starts_at, wish) = (wanted.starts_at, Wish::of(&wanted, persons));
        let id = cell.join_waiting(JoinWaiting {
            id: Id::random(&*self.inner.rng),
            pool,
            account: citizen.account,
            person: self.inner.vault.index(PERSON, &first),
            units,
            lot: None,
            detail: self.seal_wish(&wish)?,
            at: self.now(),
            until_at: starts_at,
        });
        Ok(Joined::Waits(id.await?))
    }

    /// `NotFound` when the citizen does not wait there.
    pub async fn leave_waiting(&self, citizen: &Citizen, city: &CityId, id: Id) -> Result<()> {
        self.open_city(&self.catalogue(), city)?;
        let cell = self.inner.stores.city(city).await?;
        if cell.leave_waiting(citizen.account, id).await? { Ok(()) } else { Err(Kind::NotFound.into()) }
    }

    /// Where the citizen waits. What they wrote is not opened: the pool says what it is.
    pub async fn waiting(&self, citizen: &Citizen, city: &CityId) -> Result<Vec<WaitingView>> {
        let catalogue = self.catalogue();
        let pack = self.open_city(&catalogue, city)?;
        let cell = self.inner.stores.city(city).await?;
        let own = cell.waiting_of_account(citizen.account).await?;
        if own.is_empty() {
            return Ok(Vec::new());
        }
        let access = self.access(citizen, citizen.account, Purpose::Booking, None);
        cell.record_access(vec![access]).await?;
        let mut views = Vec::with_capacity(own.len());
        for entry in own {
            let Some(info) = cell.pool(entry.pool).await? else { continue };
            let list: Vec<_> = cell.waiting_of(&[entry.pool]).await?.iter().map(|one| one.waiting).collect();
            let place = pack.offers.get(&info.pool.service).and_then(|offer| offer.place(&info.pool.place));
            let resource = place.and_then(|place| place.resource(&info.pool.resource));
            views.push(WaitingView {
                id: entry.waiting.claim,
                service: info.pool.service.clone(),
                place: place.map(|place| place.name.clone()).unwrap_or_default(),
                resource: resource.map(|(_, resource)| resource.name.clone()),
                // A seat and a ride are no times of entry.
                band: if [plan::DAY, plan::RIDE, plan::SEAT].contains(&info.pool.part.as_str()) {
                    String::new()
                } else {
                    info.pool.part.clone()
                },
                starts_at: info.pool.starts_at,
                units: entry.waiting.units,
                ahead: waiting::ahead(&list, entry.waiting.claim).unwrap_or(0),
            });
        }
        Ok(views)
    }

    /// Offers what is free to those who wait for it, in their order.
    pub(crate) async fn offer_to_waiting(&self, city: &CityId, cell: &store::City) -> Result<usize> {
        let mut done = 0;
        for pool in cell.pools_with_waiting(self.now()).await? {
            let stock = cell.stock(&[pool], self.now()).await?.into_iter().next().flatten();
            // Nothing is free, most of the time, and nothing need be opened to know that.
            if stock.is_some_and(|stock| stock.has_room(Door::Online)) {
                done += self.offer_of_pool(city, cell, pool).await?;
            }
        }
        cell.purge_waiting(self.now()).await?;
        Ok(done)
    }

    async fn offer_of_pool(&self, city: &CityId, cell: &store::City, pool: i64) -> Result<usize> {
        let list = cell.waiting_of(&[pool]).await?;
        let mut wants = BTreeMap::new();
        for entry in &list {
            match self.wished(city, cell, &self.read_wish(&entry.detail)?).await {
                Ok(Ok(takes)) => drop(wants.insert(entry.waiting.claim, takes)),
                Ok(Err(refusal)) => tracing::debug!(code = refusal.code(), "whoever waits goes on waiting"),
                // The plan has changed: there is no such thing any more.
                Err(error) if error.kind == Kind::NotFound => drop(cell.drop_waiting(entry.waiting.claim).await?),
                Err(error) => return Err(error),
            }
        }
        let numbers: BTreeSet<i64> = wants.values().flatten().map(|(number, _)| *number).collect();
        let numbers: Vec<i64> = numbers.into_iter().collect();
        let stock = cell.stock(&numbers, self.now()).await?;
        let mut pools: BTreeMap<i64, Pool> =
            numbers.iter().zip(stock).filter_map(|(number, pool)| Some((*number, pool?))).collect();
        let order: Vec<_> = list.iter().map(|entry| entry.waiting).collect();
        let mut done = 0;
        for claim in waiting::offers(&order, |one| wants.get(&one.claim).is_some_and(|takes| take(&mut pools, takes))) {
            let Some(entry) = list.iter().find(|entry| entry.waiting.claim == claim) else { continue };
            done += usize::from(self.offer(city, cell, entry).await?);
        }
        Ok(done)
    }

    async fn offer(&self, city: &CityId, cell: &store::City, entry: &WaitingEntry) -> Result<bool> {
        let claim = entry.waiting.claim;
        let Some(account) = entry.account else {
            cell.drop_waiting(claim).await?;
            return Ok(false);
        };
        let wish = self.read_wish(&entry.detail)?;
        match self.hold_wish(city, cell, &wish, account, claim, Some(claim)).await? {
            Ok(_) => Ok(true),
            // Somebody was quicker; the next turn is soon.
            Err(Refusal::SoldOut { .. } | Refusal::Taken { .. }) => Ok(false),
            Err(refusal) => {
                tracing::info!(code = refusal.code(), "whoever waited may not have it any more");
                cell.drop_waiting(claim).await?;
                Ok(false)
            }
        }
    }
}

/// Takes all of it, or nothing, of what is free just now.
fn take(pools: &mut BTreeMap<i64, Pool>, takes: &[(i64, Take)]) -> bool {
    let all = takes.iter().all(|(number, take)| pools.get(number).is_some_and(|pool| pool.check(take).is_ok()));
    for (number, take) in takes.iter().filter(|_| all) {
        // It was checked above, and no pool is named twice.
        let _taken = pools.get_mut(number).map(|pool| pool.take(take));
    }
    all
}
