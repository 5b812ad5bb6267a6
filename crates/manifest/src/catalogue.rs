//! The catalogue: every pack that is in force, as one immutable value that readers share.

use std::{collections::BTreeMap, sync::Arc};

use kernel::{Calendar, CityId, ServiceId};

use crate::{
    binding::Bindings,
    booking::Offer,
    city::{City, CityState},
    rule::Rules,
    search::Index,
    service::Service,
};

/// What a running platform knows about cities and services. Replaced whole, never changed in place.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    pub services: BTreeMap<ServiceId, Arc<Service>>,
    pub cities: BTreeMap<CityId, Arc<CityPack>>,
    /// Departments that answer for the whole country: the real-name check, guardianship, the SMS gateway.
    pub platform: Arc<Bindings>,
    pub rules: Arc<Rules>,
    pub calendar: Arc<Calendar>,
    /// What [`Catalogue::search`] looks through; built by [`Catalogue::new`].
    pub(crate) index: Arc<Index>,
}

/// A city with its bindings and offers.
#[derive(Clone, Debug)]
pub struct CityPack {
    pub city: City,
    pub bindings: Bindings,
    /// What the city offers of the services that are booked.
    pub offers: BTreeMap<ServiceId, Arc<Offer>>,
}

impl Catalogue {
    #[must_use]
    pub fn new(
        services: BTreeMap<ServiceId, Arc<Service>>,
        cities: BTreeMap<CityId, Arc<CityPack>>,
        platform: Arc<Bindings>,
        rules: Arc<Rules>,
        calendar: Arc<Calendar>,
    ) -> Self {
        let index = Arc::new(Index::build(services.values(), cities.values()));
        Self { services, cities, platform, rules, calendar, index }
    }

    #[must_use]
    pub fn city(&self, id: &str) -> Option<&Arc<CityPack>> {
        self.cities.get(id)
    }

    /// The open city that lists the most: where a demonstration lives, and what a new city is made after.
    #[must_use]
    pub fn foremost(&self) -> Option<&Arc<CityPack>> {
        let open = self.cities.values().filter(|pack| pack.city.state == CityState::Open);
        open.max_by_key(|pack| pack.city.services.len())
    }

    /// A service that this city lists.
    #[must_use]
    pub fn service(&self, city: &CityPack, id: &str) -> Option<&Arc<Service>> {
        let id = city.city.services.iter().find(|listed| listed.as_str() == id)?;
        self.services.get(id)
    }

    /// The services of a city in its order.
    pub fn services_of<'a>(&'a self, city: &'a CityPack) -> impl Iterator<Item = &'a Arc<Service>> {
        city.city.services.iter().filter_map(|id| self.services.get(id))
    }
}
