//! What something costs on a day: the price that the desk has set for it, or else what the plan or the published rule says.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use capability::booking::{
    coach,
    pool::Legs,
    price::{self, Dated},
};
use kernel::{CityId, Date, Money, Result, ServiceId, Timestamp};
use manifest::booking::{
    coach::Line,
    offer::{Place, Resource},
    ticket::TicketRule,
};
use store::PriceOf;

use super::offer::{LOOK_MS, Offered};
use crate::Platform;

/// The prices that the desks of a city have set.
#[derive(Debug, Default)]
pub(crate) struct Prices(BTreeMap<PriceOf, Vec<Dated>>);

/// What is known of them in each city, and since when.
#[derive(Default)]
pub(crate) struct KnownPrices(Mutex<HashMap<CityId, (Timestamp, Arc<Prices>)>>);

impl Platform {
    /// Everything by which a service is understood, with the prices of its desk as they were a second ago at most.
    pub(crate) async fn priced_offer(&self, city: &CityId, service: &ServiceId) -> Result<Offered> {
        let offered = self.offered(city, service)?;
        Ok(Offered { prices: self.prices_of(city).await?, ..offered })
    }

    pub(crate) async fn prices_of(&self, city: &CityId) -> Result<Arc<Prices>> {
        let now = self.now();
        let known = &self.inner.prices.0;
        let fresh = known.lock().unwrap_or_else(PoisonError::into_inner).get(city).cloned();
        if let Some((_, prices)) = fresh.filter(|(at, _)| (0..LOOK_MS).contains(&now.since_ms(*at))) {
            return Ok(prices);
        }
        let mut prices = Prices::default();
        for (of, dated) in self.inner.stores.city(city).await?.approved_prices().await? {
            prices.0.entry(of).or_default().push(dated);
        }
        let prices = Arc::new(prices);
        known.lock().unwrap_or_else(PoisonError::into_inner).insert(city.clone(), (now, Arc::clone(&prices)));
        Ok(prices)
    }

    /// After a decision of our own, the next look is a new one.
    pub(crate) fn prices_changed(&self, city: &CityId) {
        self.inner.prices.0.lock().unwrap_or_else(PoisonError::into_inner).remove(city);
    }
}

/// How a fare is named among prices.
pub(crate) fn fare_key(resource: &Resource, line: &Line, legs: Legs) -> String {
    let stop = |at: u8| line.stop.get(usize::from(at)).map_or("", |stop| stop.id.as_str());
    format!("{}/{}/{}", resource.id, stop(legs.from), stop(legs.to))
}

impl Offered {
    /// The price that the desk has set for a day, if it has.
    pub(crate) fn set_price(&self, place: &Place, what: &str, on: Date) -> Option<Dated> {
        let of = PriceOf { service: self.service.id.clone(), place: place.id.clone(), what: what.to_owned() };
        self.prices.0.get(&of).and_then(|set| price::on(set, on))
    }

    /// All that the desk has set for something, in the order of the decisions.
    pub(crate) fn set_prices(&self, place: &Place, what: &str) -> &[Dated] {
        let of = PriceOf { service: self.service.id.clone(), place: place.id.clone(), what: what.to_owned() };
        self.prices.0.get(&of).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn number_price(&self, place: &Place, resource: &Resource, on: Date) -> Money {
        let set = self.set_price(place, &resource.id, on);
        set.map_or(Money::from_fen(resource.price_fen), |set| set.price)
    }

    pub(crate) fn ticket_price(&self, place: &Place, rule: &TicketRule, on: Date) -> Money {
        self.set_price(place, "", on).map_or(Money::from_fen(rule.price_fen), |set| set.price)
    }

    pub(crate) fn fare(&self, place: &Place, resource: &Resource, line: &Line, legs: Legs, on: Date) -> Option<Money> {
        let set = self.set_price(place, &fare_key(resource, line, legs), on);
        set.map(|set| set.price).or_else(|| coach::fare(line, legs))
    }
}
