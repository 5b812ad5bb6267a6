//! Waiting lists of what is no appointment: a full coach, where a part of the way may be free, and a full day of tickets.

use std::time::Duration;

use capability::booking::{State, plan, pool::Door};
use engine::{Citizen, DayState, HoldForm, HoldOutcome, Joined, OnceKey, Pass, PersonForm, Where};
use kernel::{Clock as _, Id, ServiceId, SystemClock};
use manifest::{CityPack, booking::BookingKind};
use testkit::{Engine, Town, TownConfig};

on_both_engines! {
    a_full_coach_is_waited_for_by_whoever_needs_the_full_leg
    a_full_day_of_tickets_is_waited_for
}

const LOOKS: u32 = 400;
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The pools of a city's service, when the house has made them.
async fn pools(town: &Town, city: &CityPack, service: &ServiceId) -> Vec<store::PoolInfo> {
    let cell = town.stores.city(&city.city.id).await.expect("the cell");
    let today = town.platform.now().date();
    for _ in 0..LOOKS {
        let of = store::PoolsOf {
            service: service.clone(),
            place: None,
            resource: None,
            from_on: today,
            to_on: capability::booking::limit::plus_days(today, 30),
        };
        let pools = cell.pools(of).await.expect("pools");
        if !pools.is_empty() {
            return pools;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    panic!("no pools are made");
}

struct Full<'t> {
    town: &'t Town,
    city: &'t CityPack,
    service: ServiceId,
    form: HoldForm<'t>,
}

impl Full<'_> {
    async fn holds(&self, citizen: &Citizen, form: &HoldForm<'_>) -> HoldOutcome {
        let key = OnceKey::random(&kernel::SystemRng);
        let id = &self.city.city.id;
        self.town.platform.hold_booking(citizen, id, &self.service, form, key).await.expect("answers")
    }

    async fn joins(&self, citizen: &Citizen, form: &HoldForm<'_>) -> Joined {
        self.town.platform.join_waiting(citizen, &self.city.city.id, &self.service, form).await.expect("answers")
    }

    /// The last one goes, two wait, it is given up, and the first of the two is offered it.
    async fn goes_to_the_first(&self, first: &Citizen, taken: &HoldForm<'_>) {
        let city = &self.city.city.id;
        let (second, third) = (self.town.somebody().await, self.town.somebody().await);
        let HoldOutcome::Booking(held) = self.holds(first, taken).await else { panic!("it was free") };
        assert!(matches!(self.holds(&second, &self.form).await, HoldOutcome::Refused { .. }), "it is full");
        let mut waiting = Vec::new();
        for citizen in [&second, &third] {
            let joined = self.joins(citizen, &self.form).await;
            let Joined::Waits(id) = joined else { panic!("{joined:?}") };
            waiting.push(id);
        }
        self.town.platform.cancel_booking(first, city, held).await.expect("answers").expect("given up");
        self.comes_back().await;
        assert_eq!(self.offered(&second, waiting[0]).await, State::Held);
        assert!(self.town.platform.booking(&third, city, waiting[1]).await.is_err(), "there was one, for one");
        let still = self.town.platform.waiting(&third, city).await.expect("their list");
        assert_eq!(still.iter().map(|one| (one.ahead, one.band.as_str())).collect::<Vec<_>>(), [(0, self.form.band)]);
    }

    /// Its random time is the store's to count, so it is hurried here.
    async fn comes_back(&self) {
        let cell = self.town.stores.city(&self.city.city.id).await.expect("the cell");
        let late = SystemClock.now().plus_s(86_400);
        for _ in 0..LOOKS {
            if !cell.return_units(late, 16).await.expect("answers").is_empty() {
                return;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        panic!("nothing comes back");
    }

    async fn offered(&self, citizen: &Citizen, id: Id) -> State {
        for _ in 0..LOOKS {
            if let Ok(view) = self.town.platform.booking(citizen, &self.city.city.id, id).await {
                return view.state;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        panic!("what was waited for does not come");
    }
}

fn form<'a>(at: Where<'a>, info: &store::PoolInfo, band: &'a str, own: &'a [PersonForm]) -> HoldForm<'a> {
    HoldForm {
        at,
        starts_at: info.pool.starts_at,
        band,
        period: None,
        seats: &[],
        persons: own,
        partner: None,
        quoted: None,
        confirm: false,
        pass: Pass::default(),
    }
}

async fn a_full_coach_is_waited_for_by_whoever_needs_the_full_leg(engine: Engine) {
    let town = Town::start(TownConfig::new(engine)).await;
    let city = town.open_city();
    let service = town.booked(&city, |_, kind| kind == BookingKind::Coach).expect("a coach line");
    let pools = pools(&town, &city, &service).await;
    let seats = pools.iter().rfind(|info| info.pool.part == plan::SEAT && info.pool.legs > 1).expect("a coach");
    let cell = town.stores.city(&city.city.id).await.expect("the cell");
    cell.resize_pool(seats.number, 1, [1, 1, 1]).await.expect("answers").expect("nothing is taken yet");
    let place = city.offers[&service].place(&seats.pool.place).expect("a place").clone();
    let (_, resource) = place.resource(&seats.pool.resource).expect("a line");
    let stops: Vec<&str> = resource.line.as_ref().expect("stops").stop.iter().map(|stop| stop.id.as_str()).collect();
    let at = Where { place: &place.id, resource: Some(&resource.id), ..Where::default() };
    let own = [PersonForm::default()];
    let ride =
        |from: usize, to: usize| form(Where { from: Some(stops[from]), to: Some(stops[to]), ..at }, seats, "", &own);
    let last = stops.len() - 1;
    let full = Full { town: &town, city: &city, service, form: ride(0, last) };
    // The rest of the way is free: nobody need wait for that.
    let first = town.somebody().await;
    full.goes_to_the_first(&first, &ride(0, 1)).await;
    let other = town.somebody().await;
    assert!(matches!(full.joins(&other, &ride(1, last)).await, Joined::Waits(_)), "the offer holds the whole way");
}

async fn a_full_day_of_tickets_is_waited_for(engine: Engine) {
    let town = Town::start(TownConfig::new(engine)).await;
    let city = town.open_city();
    let service = town.booked(&city, |_, kind| kind == BookingKind::Ticket).expect("an attraction");
    let pools = pools(&town, &city, &service).await;
    // Of the last day that can be bought, so that it does not close while the test runs.
    let offered = town.platform.booking_places(&city.city.id, &service).await.expect("places");
    let place = offered.places.iter().find(|place| place.free > 0).expect("a place");
    let at = Where { place: &place.id, ..Where::default() };
    let days = town.platform.booking_days(&city.city.id, &service, at).await.expect("days");
    let on = days.iter().rev().find(|day| matches!(day.state, DayState::Open { .. })).expect("an open day").on;
    let of_day = |info: &&store::PoolInfo| info.pool.on == on && info.pool.place == place.id;
    let day = pools.iter().filter(of_day).find(|info| info.pool.part == plan::DAY).expect("a day");
    // The whole day is full, and none of its times of entry.
    let cell = town.stores.city(&city.city.id).await.expect("the cell");
    cell.resize_pool(day.number, 1, [1, 1, 1]).await.expect("answers").expect("nothing is taken yet");
    let band = pools.iter().filter(of_day).find(|info| info.pool.part != plan::DAY);
    let own = [PersonForm::default()];
    let name = band.map_or("", |info| info.pool.part.as_str());
    assert!(band.is_none_or(|info| info.free(Door::Online) > 1));
    let form = form(at, band.unwrap_or(day), name, &own);
    let full = Full { town: &town, city: &city, service, form: form.clone() };
    full.goes_to_the_first(&town.somebody().await, &form).await;
}
