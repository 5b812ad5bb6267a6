//! Whatever a city offers can be had: each booking service of each open city is walked from its places to the voucher, and
//! what is given up is told to the department and paid back.

use std::time::Duration;

use capability::{booking::State, payment::State as PaymentState};
use engine::{
    BookingView, Citizen, DayState, HoldForm, HoldOutcome, OnceKey, Pass, PersonForm, PlaceView, UnitsView, Where,
};
use kernel::{CityId, Id, Money, ServiceId};
use manifest::booking::BookingKind;
use testkit::{Engine, Payer, Town, TownConfig};

on_both_engines! {
    whatever_is_offered_can_be_had_and_given_up
}

/// Longer than anything takes that is not broken, on a busy machine too.
const LOOKS: u32 = 400;
const LOOK_EVERY: Duration = Duration::from_millis(50);

fn key() -> OnceKey {
    OnceKey::random(&kernel::SystemRng)
}

/// A place with something free; pools are made by a job when the house starts.
async fn place(town: &Town, city: &CityId, service: &ServiceId) -> PlaceView {
    for _ in 0..LOOKS {
        let places = town.platform.booking_places(city, service).await.expect("places");
        if let Some(place) = places.places.into_iter().find(|place| place.soonest_on.is_some()) {
            return place;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    panic!("{service}: nothing is free anywhere");
}

/// The first thing that a page would offer.
fn choose<'a>(kind: BookingKind, units: &'a UnitsView, at: Where<'a>) -> Option<HoldForm<'a>> {
    let form = |at, starts_at, band, period| HoldForm {
        at,
        starts_at,
        band,
        period,
        seats: &[],
        persons: &[],
        partner: None,
        quoted: None,
        confirm: true,
        pass: Pass::default(),
    };
    match kind {
        BookingKind::Appointment => units.resources.iter().find_map(|resource| {
            let sitting = resource.sittings.iter().find(|sitting| sitting.free > 0)?;
            let period = sitting.periods.iter().find(|period| period.free > 0)?;
            let at = Where { resource: Some(&resource.id), ..at };
            Some(form(at, sitting.starts_at, "", Some((period.first, period.last))))
        }),
        BookingKind::Ticket => {
            let band = units.bands.iter().find(|band| band.free > 0)?;
            Some(form(at, band.starts_at, band.id.as_str(), None))
        }
        BookingKind::Coach => {
            let trip = units.trips.iter().find(|trip| trip.free > 0)?;
            Some(form(Where { resource: Some(&trip.resource), ..at }, trip.starts_at, "", None))
        }
    }
}

async fn view(town: &Town, citizen: &Citizen, city: &CityId, id: Id) -> BookingView {
    town.platform.booking(citizen, city, id).await.expect("their own booking")
}

async fn until(
    town: &Town,
    citizen: &Citizen,
    city: &CityId,
    id: Id,
    what: &str,
    fits: impl Fn(&BookingView) -> bool,
) -> BookingView {
    for _ in 0..LOOKS {
        let seen = view(town, citizen, city, id).await;
        if fits(&seen) {
            return seen;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    let stuck = town.stores.city(city).await.expect("the cell").stuck(1, 10).await;
    panic!("a booking waits for {what}: {stuck:?} {:?}", view(town, citizen, city, id).await);
}

/// Holds the first thing that is free.
async fn takes(town: &Town, citizen: &Citizen, city: &CityId, service: &ServiceId) -> Id {
    let places = town.platform.booking_places(city, service).await.expect("places");
    let place = place(town, city, service).await;
    let matter = places.matters.first().map(|matter| matter.id.as_str());
    let at = Where { place: &place.id, matter, ..Where::default() };
    let days = town.platform.booking_days(city, service, at).await.expect("days");
    for day in days.iter().filter(|day| matches!(day.state, DayState::Open { .. })) {
        let units = town.platform.booking_units(city, service, at, day.on).await.expect("units");
        let Some(form) = choose(places.kind, &units, at) else { continue };
        let own = [PersonForm::default()];
        let form = HoldForm { persons: &own, ..form };
        let quote = town.platform.quote_booking(citizen, city, service, &form).await.expect("a price");
        let form = HoldForm { quoted: Some(quote.total), ..form };
        match town.platform.hold_booking(citizen, city, service, &form, key()).await.expect("an answer") {
            HoldOutcome::Booking(id) => return id,
            other => panic!("{service}: {other:?}"),
        }
    }
    panic!("{service}: no day has anything, although its place says so");
}

async fn whatever_is_offered_can_be_had_and_given_up(engine: Engine) {
    let town = Town::start(TownConfig::new(engine)).await.with_shops().await;
    let citizen = town.somebody().await;
    let mut walked = 0;
    for (city, pack) in &town.catalogue().cities {
        for service in town.services(pack) {
            let Some(booking) = service.booking.as_ref().filter(|booking| booking.parties == 1) else { continue };
            walked += 1;
            let id = takes(&town, &citizen, city, &service.id).await;
            let held = view(&town, &citizen, city, id).await;
            if let Some(owed) = held.can.pay {
                pays(&town, &citizen, city, &service.id, id, owed).await;
            }
            let fits = |seen: &BookingView| {
                matches!(seen.state, State::Booked | State::Paid)
                    && (!booking.tell || seen.department_ref.is_some())
                    && (held.can.pay.is_none() || seen.paid == held.price)
            };
            let had = until(&town, &citizen, city, id, "the department", fits).await;
            assert!(had.voucher.is_some() && !had.persons.is_empty(), "{}: {had:?}", service.id);
            let Some(cancel) = had.can.cancel else { continue };
            town.platform.cancel_booking(&citizen, city, id).await.expect("answers").expect("it can be given up");
            let gone = view(&town, &citizen, city, id).await;
            assert_eq!((gone.state, gone.refunded), (State::Cancelled, cancel.back), "{}", service.id);
            assert!(gone.voucher.is_none(), "a voucher of what was given up lets nobody in");
            if let Some(payment) = gone.payment.filter(|_| cancel.back > Money::ZERO) {
                let payer = payer(&town, &citizen, city, &service.id);
                payer.waits_until(payment, "its money", |view| view.refunded == cancel.back).await;
            }
        }
    }
    assert!(walked > 0, "some city offers something");
    let cell = town.stores.city(&town.open_city().city.id).await.expect("the cell");
    let audit = cell.audit().await.expect("books");
    assert!(audit.is_clean(), "{audit:?}");
}

fn payer<'t>(town: &'t Town, citizen: &Citizen, city: &CityId, service: &ServiceId) -> Payer<'t> {
    Payer::with(town, citizen.clone(), city.clone(), service.clone())
}

async fn pays(town: &Town, citizen: &Citizen, city: &CityId, service: &ServiceId, id: Id, owed: Money) {
    let opened = town.platform.pay_booking(citizen, city, id, "alipay", key()).await.expect("answers");
    let payment = opened.expect("it can be paid");
    let payer = payer(town, citizen, city, service);
    payer.looks_at_cashier(payment).await;
    payer.pays_at_cashier(payment).await;
    let posted = payer.waits_for(payment, PaymentState::Posted).await;
    assert_eq!(posted.amount, owed);
}
