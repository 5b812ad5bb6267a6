//! One sitting of which there is too little: many more people than there are units ask for it at once. Afterwards the
//! stock is held against what people were told.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use capability::booking::pool::{Door, Legs};
use kernel::{CityId, Clock, Id, Index, ServiceId, SystemClock};
use manifest::booking::BookingKind;
use serde_json::{Value, json};
use store::{PoolInfo, PoolsOf};

use crate::Town;

pub struct Scarce {
    pub city: CityId,
    pub service: ServiceId,
    /// The city's number in resident IDs.
    pub area: String,
    pub pool: i64,
    pub slots: usize,
    /// `POST` this there, with a token.
    pub path: String,
    pub claim: Value,
}

impl Town {
    /// A sitting some days ahead that has so many units, of the first service whose numbers one person books for themselves.
    ///
    /// # Panics
    /// If no city offers such a thing.
    pub async fn scarce(&self, slots: usize) -> Scarce {
        let (city, service) = appointments(self);
        let cell = self.stores.city(&city).await.expect("the cell");
        let now = self.platform.now();
        let from_on = capability::booking::limit::plus_days(now.date(), 2);
        let to_on = capability::booking::limit::plus_days(from_on, 4);
        let of = PoolsOf { service: service.clone(), place: None, resource: None, from_on, to_on };
        let mut pool: Option<PoolInfo> = None;
        for _ in 0..600 {
            let pools = cell.pools(of.clone()).await.expect("pools");
            pool = pools.into_iter().find(|info| info.pool.starts_at > now && info.free(Door::Online) > 0);
            if pool.is_some() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let pool = pool.expect("pools are made");
        let capacity = u32::try_from(slots).expect("not so many");
        cell.resize_pool(pool.number, capacity, [capacity; 3]).await.expect("answers").expect("nothing is taken yet");
        let catalogue = self.catalogue();
        let pack = catalogue.city(city.as_str()).expect("the city");
        let offer = &pack.offers[&service];
        let resource = offer.place(&pool.pool.place).and_then(|place| place.resource(&pool.pool.resource));
        let matter = resource.and_then(|(_, resource)| offer.matter.iter().find(|matter| resource.takes(&matter.id)));
        let claim = json!({
            "place": pool.pool.place, "resource": pool.pool.resource, "matter": matter.map(|matter| matter.id.clone()),
            "starts_at": pool.pool.starts_at.rfc3339(), "confirm": true,
        });
        let path = format!("/api/v1/cities/{city}/services/{service}/bookings");
        Scarce { area: pack.city.code.clone(), pool: pool.number, slots, path, claim, city, service }
    }
}

fn appointments(town: &Town) -> (CityId, ServiceId) {
    let catalogue = town.catalogue();
    let found = catalogue.cities.iter().find_map(|(city, pack)| {
        let mut services = pack.offers.keys().filter_map(|id| catalogue.service(pack, id.as_str()));
        let fits = |service: &&Arc<manifest::Service>| {
            service.booking.as_ref().is_some_and(|one| one.kind == BookingKind::Appointment && one.parties == 1)
        };
        services.find(fits).map(|service| (city.clone(), service.id.clone()))
    });
    found.expect("a city that offers appointments")
}

impl Scarce {
    /// What people were told against what there is: one line for each thing that is wrong.
    ///
    /// # Panics
    /// If the store does not answer.
    pub async fn audit(&self, town: &Town, told: &[Id]) -> Vec<String> {
        let cell = town.stores.city(&self.city).await.expect("the cell");
        let (pool, slots) = (self.pool, self.slots);
        let mut faults = Vec::new();
        let mut fault = |wrong: bool, what: String| faults.extend(wrong.then_some(what));
        let stock = cell.stock(&[pool], SystemClock.now()).await.expect("stock").remove(0).expect("the pool");
        let free = stock.free(Door::Online, Legs::ONE);
        fault(free != 0, format!("{free} units are left"));
        fault(stock.taken() as usize != slots, format!("{} of {slots} units are taken", stock.taken()));
        let audit = cell.audit_stock().await.expect("an audit");
        fault(!audit.is_clean(), format!("the stock is not sound: {audit:?}"));
        let (mut ids, mut persons, mut after) = (BTreeSet::new(), BTreeSet::<Index>::new(), 0);
        loop {
            let page = cell.bookings_of_pool(pool, after, 500).await.expect("bookings");
            let Some(last) = page.last() else { break };
            after = last.seq;
            for info in page.iter().filter(|info| info.state.takes_stock()) {
                ids.insert(info.id);
                let facts = cell.booking_facts(info.id).await.expect("facts").expect("a booking");
                for party in facts.parties {
                    fault(!persons.insert(party.person), "somebody has two".to_owned());
                }
            }
        }
        fault(ids.len() != slots, format!("{} bookings for {slots} units", ids.len()));
        let told: BTreeSet<Id> = told.iter().copied().collect();
        let lost = told.difference(&ids).count();
        fault(lost > 0, format!("{lost} acknowledged bookings are gone"));
        let silent = ids.difference(&told).count();
        fault(
            silent > 0,
            format!("{silent} bookings of which nobody was told, although everybody asked until they heard"),
        );
        faults
    }
}
