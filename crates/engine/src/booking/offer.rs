//! What can be booked: places, days, and the units of a day, from the pack's offer and the stock as it is.
//!
//! Anybody may look, and during a rush everybody does, so nothing here reads a person, and one look at the pools of a
//! service is kept for a moment and shared. What a page shows as free may be gone when it is asked for; then the claim
//! is refused with what is left.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use capability::booking::{
    coach,
    hold::Rules,
    limit, lottery, plan,
    pool::{Door, Legs},
    release,
};
use kernel::{CityId, Date, Error, Kind, Money, Result, ServiceId, Timestamp};
use manifest::{
    Catalogue, CityPack, Service,
    booking::{
        Booking, BookingKind, Offer, Profile,
        offer::{Matter, Place, Resource},
    },
};
use store::{PoolInfo, PoolsOf};

use super::set_price::Prices;
use super::view::{BookingDay, DayState, MatterView, PlaceView, PlacesView, SectionView, StopView, Where};
use crate::Platform;

/// For so long a look at the pools of a service is good enough to show.
pub(crate) const LOOK_MS: i64 = 1_000;
/// While somebody looks anew, this old a look is good enough to find a pool by.
const LOOK_OLD_MS: i64 = 5_000;
/// The last day that anything is shown of.
const DAYS_MAX: i32 = 60;

/// The part of an appointment; the others are named where pools are planned.
pub(crate) const SITTING: &str = "";

/// A service that a city offers for booking, with everything by which it is understood.
#[derive(Clone)]
pub(crate) struct Offered {
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) pack: Arc<CityPack>,
    pub(crate) service: Arc<Service>,
    pub(crate) offer: Arc<Offer>,
    /// What its desk has set; none, where prices are not asked for.
    pub(crate) prices: Arc<Prices>,
}

impl Offered {
    pub(crate) fn booking(&self) -> Result<&Booking> {
        self.service.booking.as_ref().ok_or_else(|| Kind::NotFound.into())
    }

    pub(crate) fn place(&self, id: &str) -> Result<&Place> {
        self.offer.place(id).ok_or_else(|| Kind::NotFound.into())
    }

    /// The rules of a place as of a day: of the day on which something is made, not of the one for which it is.
    pub(crate) fn profile(&self, place: &Place, made_on: Date) -> Result<Arc<Profile>> {
        let profile = self.catalogue.rules.booking.profile_on(made_on, self.offer.profile_of(place));
        profile.cloned().ok_or_else(|| Error::internal("an offer whose profile is not in force"))
    }

    pub(crate) fn rules<'a>(&'a self, profile: &'a Profile) -> Rules<'a> {
        Rules { profile, calendar: &self.catalogue.calendar }
    }
}

/// Looks at pools that were made a moment ago.
#[derive(Default)]
pub(crate) struct Looks(Mutex<HashMap<(CityId, ServiceId), Look>>);

#[derive(Clone)]
struct Look {
    at: Timestamp,
    pools: Arc<Vec<PoolInfo>>,
    /// Something was taken or given back since.
    changed: bool,
}

impl Look {
    /// A look from the future, of a clock that was set back since, is as old as can be.
    fn age_ms(&self, now: Timestamp) -> i64 {
        let age = now.since_ms(self.at);
        if age < 0 { i64::MAX } else { age }
    }
}

impl Looks {
    fn all(&self) -> MutexGuard<'_, HashMap<(CityId, ServiceId), Look>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn of(&self, key: &(CityId, ServiceId)) -> Option<Look> {
        self.all().get(key).cloned()
    }

    fn put(&self, key: (CityId, ServiceId), look: Look) {
        self.all().insert(key, look);
    }

    fn changed(&self, key: &(CityId, ServiceId)) {
        if let Some(look) = self.all().get_mut(key) {
            look.changed = true;
        }
    }

    fn unchanged(&self, key: &(CityId, ServiceId)) {
        if let Some(look) = self.all().get_mut(key) {
            look.changed = false;
        }
    }
}

impl Platform {
    pub(crate) fn offered(&self, city: &CityId, service: &ServiceId) -> Result<Offered> {
        let catalogue = self.catalogue();
        let pack = self.open_city(&catalogue, city)?;
        let service = catalogue.service(&pack, service.as_str()).cloned().ok_or(Kind::NotFound)?;
        let offer = pack.offers.get(&service.id).cloned().ok_or(Kind::NotFound)?;
        Ok(Offered { catalogue, pack, service, offer, prices: Arc::default() })
    }

    /// The pools of a service from today on, as they were a second ago at most, and after our own last change.
    pub(crate) async fn pools_ahead(&self, city: &CityId, service: &ServiceId) -> Result<Arc<Vec<PoolInfo>>> {
        let now = self.now();
        let key = (city.clone(), service.clone());
        match self.inner.looks.of(&key) {
            Some(look) if look.age_ms(now) < LOOK_MS && !look.changed => Ok(look.pools),
            _ => self.look(key, now).await,
        }
    }

    /// The same for a claim, which only asks which pools there are: what is free in them the stock in memory says. In a
    /// rush every sale changes what a page shows, and nobody reads a hundred pools anew for that.
    pub(crate) async fn pools_known(&self, city: &CityId, service: &ServiceId) -> Result<Arc<Vec<PoolInfo>>> {
        let now = self.now();
        let key = (city.clone(), service.clone());
        match self.inner.looks.of(&key) {
            Some(look) if look.age_ms(now) < LOOK_MS => Ok(look.pools),
            // The first who finds it too old looks; whoever comes meanwhile takes the old one.
            Some(look) if look.age_ms(now) < LOOK_OLD_MS => {
                self.inner.looks.put(key.clone(), Look { at: now, ..look });
                self.look(key, now).await
            }
            _ => self.look(key, now).await,
        }
    }

    async fn look(&self, key: (CityId, ServiceId), now: Timestamp) -> Result<Arc<Vec<PoolInfo>>> {
        let looks = &self.inner.looks;
        looks.unchanged(&key);
        let cell = self.inner.stores.city(&key.0).await?;
        let (from_on, to_on) = (now.date(), limit::plus_days(now.date(), DAYS_MAX));
        let of = PoolsOf { service: key.1.clone(), place: None, resource: None, from_on, to_on };
        let pools = Arc::new(cell.pools(of).await?);
        // Somebody may have changed something while we looked.
        let changed = looks.of(&key).is_some_and(|look| look.changed);
        looks.put(key, Look { at: now, pools: Arc::clone(&pools), changed });
        Ok(pools)
    }

    /// After a change of our own, the next look of a page is a new one.
    pub(crate) fn look_again(&self, city: &CityId, service: &ServiceId) {
        self.inner.looks.changed(&(city.clone(), service.clone()));
    }

    /// Where it can be booked, and what for.
    pub async fn booking_places(&self, city: &CityId, service: &ServiceId) -> Result<PlacesView> {
        let offered = self.offered(city, service)?;
        let booking = offered.booking()?.clone();
        let pools = self.pools_ahead(city, service).await?;
        let mut places = Vec::with_capacity(offered.offer.place.len());
        for place in &offered.offer.place {
            places.push(self.place_view(&offered, booking.kind, place, &pools)?);
        }
        Ok(PlacesView {
            kind: booking.kind,
            words: booking.words,
            parties: booking.parties,
            persons_max: booking.persons_max,
            for_others: booking.for_others,
            places,
            matters: offered.offer.matter.iter().map(matter_view).collect(),
        })
    }

    fn place_view(&self, offered: &Offered, kind: BookingKind, place: &Place, pools: &[PoolInfo]) -> Result<PlaceView> {
        let now = self.now();
        let profile = offered.profile(place, now.date())?;
        let days = release::strip(&profile, &offered.catalogue.calendar, now);
        let open: Vec<Date> = days.iter().filter(|day| day.open).map(|day| day.on).collect();
        let here: Vec<&PoolInfo> = pools
            .iter()
            .filter(|info| info.pool.place == place.id && info.pool.starts_at > now)
            .filter(|info| open.contains(&info.pool.on) && is_counted(kind, place, offered, info))
            .collect();
        let sum = |of: &dyn Fn(&PoolInfo) -> bool| {
            let of: Vec<&&PoolInfo> = here.iter().filter(|info| of(info)).collect();
            let free = of.iter().map(|info| info.free(Door::Online)).sum::<u32>();
            let soonest_on = of.iter().filter(|info| info.free(Door::Online) > 0).map(|info| info.pool.on).min();
            (soonest_on, free)
        };
        let sections = place.section.iter().map(|section| {
            let (soonest_on, free) = sum(&|info| info.pool.section == section.id);
            SectionView { id: section.id.clone(), name: section.name.clone(), soonest_on, free }
        });
        let (soonest_on, free) = sum(&|_| true);
        Ok(PlaceView {
            id: place.id.clone(),
            name: place.name.clone(),
            address: place.address.clone(),
            phone: place.phone.clone(),
            way: place.way.clone(),
            sections: sections.collect(),
            stops: stops(place),
            soonest_on,
            free,
        })
    }

    /// The days of a strip. Without a section or resource, of the whole place.
    pub async fn booking_days(&self, city: &CityId, service: &ServiceId, at: Where<'_>) -> Result<Vec<BookingDay>> {
        let offered = self.offered(city, service)?;
        let (now, place) = (self.now(), offered.place(at.place)?);
        let kind = offered.booking()?.kind;
        let profile = offered.profile(place, now.date())?;
        let calendar = &offered.catalogue.calendar;
        let pools = self.pools_ahead(city, service).await?;
        let fits = |info: &&PoolInfo| {
            info.pool.place == place.id
                && at.section.is_none_or(|section| info.pool.section == section)
                && at.resource.is_none_or(|resource| info.pool.resource == resource)
                && takes_matter(place, info, at.matter)
                && goes(place, info, at)
                && is_counted(kind, place, &offered, info)
        };
        let pools: Vec<&PoolInfo> = pools.iter().filter(fits).collect();
        let day = |day: release::Day| {
            let mut of = pools.iter().filter(|info| info.pool.on == day.on).peekable();
            let state = match (day.opens_at, of.peek().is_some()) {
                (Some(opens_at), _) => match lottery::window(&profile, calendar, day.on) {
                    Some((from_at, until_at)) if now < until_at => DayState::Drawn { from_at, until_at },
                    _ => DayState::Ahead { opens_at },
                },
                (None, true) if day.open => {
                    let ahead = of.filter(|info| can_begin(kind, info, now));
                    match ahead.map(|info| info.free(Door::Online)).sum() {
                        0 => DayState::Full,
                        free => DayState::Open { free },
                    }
                }
                _ => DayState::Closed,
            };
            BookingDay { on: day.on, state }
        };
        Ok(release::strip(&profile, calendar, now).into_iter().map(day).collect())
    }
}

/// The line of a resource, and the legs between two stops of it; from its first stop to its last, where none are named.
pub(crate) fn journey<'a>(resource: &'a Resource, at: Where<'_>) -> Option<(&'a manifest::booking::coach::Line, Legs)> {
    let line = resource.line.as_ref()?;
    let from = at.from.or_else(|| line.stop.first().map(|stop| stop.id.as_str()))?;
    let to = at.to.or_else(|| line.stop.last().map(|stop| stop.id.as_str()))?;
    coach::legs(line, from, to).ok().map(|legs| (line, legs))
}

fn goes(place: &Place, info: &PoolInfo, at: Where<'_>) -> bool {
    let anywhere = at.from.is_none() && at.to.is_none();
    anywhere || place.resource(&info.pool.resource).is_some_and(|(_, resource)| journey(resource, at).is_some())
}

fn takes_matter(place: &Place, info: &PoolInfo, matter: Option<&str>) -> bool {
    matter.is_none_or(|id| place.resource(&info.pool.resource).is_none_or(|(_, resource)| resource.takes(id)))
}

/// Of the pools of one claim, the one by which a list counts what is free: a day's quota stands over its bands, and people
/// over seats.
fn is_counted(kind: BookingKind, place: &Place, offered: &Offered, info: &PoolInfo) -> bool {
    match kind {
        BookingKind::Appointment => info.pool.part == SITTING,
        BookingKind::Coach => info.pool.part == plan::RIDE,
        BookingKind::Ticket => {
            let rule =
                place.ticket.as_deref().and_then(|id| offered.catalogue.rules.booking.ticket_on(info.pool.on, id));
            let banded = rule.is_some_and(|rule| !rule.band.is_empty());
            (info.pool.part == plan::DAY) != banded
        }
    }
}

/// A ticket is good until its band ends; everything else is to be had before it begins.
fn can_begin(kind: BookingKind, info: &PoolInfo, now: Timestamp) -> bool {
    if kind == BookingKind::Ticket { info.pool.ends_at > now } else { info.pool.starts_at > now }
}

pub(crate) fn stops(place: &Place) -> Vec<StopView> {
    let mut stops: Vec<StopView> = Vec::new();
    for (_, resource) in place.resources() {
        for stop in resource.line.iter().flat_map(|line| &line.stop) {
            if stops.iter().all(|known| known.id != stop.id) {
                stops.push(StopView { id: stop.id.clone(), name: stop.name.clone() });
            }
        }
    }
    stops
}

pub(crate) fn matter_view(matter: &Matter) -> MatterView {
    MatterView {
        id: matter.id.clone(),
        name: matter.name.clone(),
        bring: matter.bring.clone(),
        fee: Money::from_fen(matter.fee_fen),
        note: matter.note.clone(),
    }
}
