//! Fair when there is not enough: what comes back goes to whoever has waited longest, and days that everybody wants are
//! drawn by lot, so that anybody can recompute who won.

use std::{sync::Arc, time::Duration};

use capability::booking::{Refusal, State, lottery, pool::Door};
use engine::{
    BookingView, Citizen, DayState, HoldForm, HoldOutcome, Joined, OnceKey, PartnerForm, Pass, PersonForm, Where,
};
use kernel::{CityId, Clock as _, FakeClock, Id, ServiceId, SystemClock, Timestamp};
use manifest::{booking::BookingKind, story::Role};
use testkit::{Cast, Engine, Town, TownConfig};

on_both_engines! {
    what_comes_back_goes_to_whoever_waited_longest
    a_day_that_everybody_wants_is_drawn_for_all_to_recompute
}

const LOOKS: u32 = 400;
const LOOK_EVERY: Duration = Duration::from_millis(50);

fn key() -> OnceKey {
    OnceKey::random(&kernel::SystemRng)
}

/// The city and the service of a kind with so many parties.
fn offered(town: &Town, kind: BookingKind, parties: u8) -> (CityId, ServiceId) {
    let catalogue = town.catalogue();
    let fits = |service: &manifest::Service| {
        service.booking.as_ref().is_some_and(|booking| booking.kind == kind && booking.parties == parties)
    };
    let found = catalogue.cities.iter().find_map(|(city, pack)| {
        let service = pack.offers.keys().filter_map(|id| catalogue.service(pack, id.as_str())).find(|one| fits(one))?;
        Some((city.clone(), service.id.clone()))
    });
    found.expect("such a service somewhere")
}

fn form<'a>(at: Where<'a>, starts_at: Timestamp, persons: &'a [PersonForm]) -> HoldForm<'a> {
    HoldForm {
        at,
        starts_at,
        band: "",
        period: None,
        seats: &[],
        persons,
        partner: None,
        quoted: None,
        confirm: true,
        pass: Pass::default(),
    }
}

async fn pools_are_made(town: &Town, city: &CityId, service: &ServiceId) {
    for _ in 0..LOOKS {
        let places = town.platform.booking_places(city, service).await.expect("places");
        if places.places.iter().any(|place| place.free > 0) {
            return;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    panic!("no pools are made");
}

async fn becomes(town: &Town, citizen: &Citizen, city: &CityId, id: Id) -> BookingView {
    for _ in 0..LOOKS {
        if let Ok(view) = town.platform.booking(citizen, city, id).await {
            return view;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    panic!("what was waited for does not come: {id}");
}

async fn what_comes_back_goes_to_whoever_waited_longest(engine: Engine) {
    let town = Town::start(TownConfig::new(engine)).await;
    let (city, service) = offered(&town, BookingKind::Appointment, 1);
    pools_are_made(&town, &city, &service).await;
    let places = town.platform.booking_places(&city, &service).await.expect("places");
    let place = places.places.iter().find(|place| place.free > 0).expect("a place");
    let matter = places.matters.first().map(|matter| matter.id.as_str());
    let at = Where { place: &place.id, matter, ..Where::default() };
    let days = town.platform.booking_days(&city, &service, at).await.expect("days");
    // Not the nearest one: it may close while the test runs.
    let day = days.iter().rev().find(|day| matches!(day.state, DayState::Open { .. })).expect("an open day").on;
    let units = town.platform.booking_units(&city, &service, at, day).await.expect("units");
    let (resource, sitting) = units
        .resources
        .iter()
        .find_map(|resource| Some((resource, resource.sittings.iter().find(|sitting| sitting.free > 0)?)))
        .expect("a sitting");
    let at = Where { resource: Some(&resource.id), ..at };
    let cell = town.stores.city(&city).await.expect("the cell");
    let of = store::PoolsOf {
        service: service.clone(),
        place: Some(place.id.clone()),
        resource: Some(resource.id.clone()),
        from_on: day,
        to_on: day,
    };
    let pools = cell.pools(of).await.expect("pools");
    let pool = pools.iter().find(|info| info.pool.starts_at == sitting.starts_at).expect("its pool");
    // One unit is left of it.
    cell.resize_pool(pool.number, 1, [1, 1, 1]).await.expect("answers").expect("nothing is taken yet");
    let own = [PersonForm::default()];
    let form = form(at, sitting.starts_at, &own);
    let (first, second, third) = (town.somebody().await, town.somebody().await, town.somebody().await);
    let held = town.platform.hold_booking(&first, &city, &service, &form, key()).await.expect("answers");
    let HoldOutcome::Booking(id) = held else { panic!("{held:?}") };
    let refused = town.platform.hold_booking(&second, &city, &service, &form, key()).await.expect("answers");
    let HoldOutcome::Refused { refusal, nearest } = refused else { panic!("{refused:?}") };
    assert!(matches!(refusal, Refusal::SoldOut { .. } | Refusal::OverQuota { .. }), "{refusal:?}");
    assert!(nearest.len() <= 3 && nearest.iter().all(|near| near.pool_starts_at != sitting.starts_at), "{nearest:?}");
    let mut waiting = Vec::new();
    for citizen in [&second, &third] {
        let joined = town.platform.join_waiting(citizen, &city, &service, &form).await.expect("answers");
        let Joined::Waits(id) = joined else { panic!("{joined:?}") };
        waiting.push(id);
    }
    let seen = town.platform.waiting(&third, &city).await.expect("their list");
    assert_eq!(seen.iter().map(|one| one.ahead).collect::<Vec<_>>(), [1], "one stands before");
    town.platform.cancel_booking(&first, &city, id).await.expect("answers").expect("given up");
    // It comes back after the random time that the rules say; that is the store's to count, so it is hurried here.
    for _ in 0..LOOKS {
        let free = cell.stock(&[pool.number], town.platform.now()).await.expect("stock").remove(0).expect("a pool");
        let late = SystemClock.now().plus_s(86_400);
        if free.free(Door::Online, capability::booking::pool::Legs::ONE) > 0
            || !cell.return_units(late, 16).await.expect("answers").is_empty()
        {
            break;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    let offered = becomes(&town, &second, &city, waiting[0]).await;
    assert_eq!(offered.state, State::Held, "whoever came first is offered it first");
    assert!(town.platform.booking(&third, &city, waiting[1]).await.is_err(), "there was one, for one");
    assert!(town.platform.waiting(&second, &city).await.expect("their list").is_empty(), "an offer leaves the list");
    let still = town.platform.waiting(&third, &city).await.expect("their list");
    assert_eq!(still.iter().map(|one| one.ahead).collect::<Vec<_>>(), [0], "and the next one is next");
}

/// Two who may marry here, and the one of them who asks.
async fn couple(town: &Town, city: &CityId) -> (Citizen, Cast) {
    let catalogue = town.catalogue();
    let pack = catalogue.city(city.as_str()).expect("the city");
    let cast = |male: bool| loop {
        let cast = town.cast(pack, Role::DriverWithoutViolations);
        let today = town.platform.now().date();
        let age = today.year() - cast.person.person.birth.year();
        if cast.person.person.male == male && (24..60).contains(&age) {
            return cast;
        }
    };
    let (one, other) = (cast(true), cast(false));
    (town.citizen(city, one).await, other)
}

async fn a_day_that_everybody_wants_is_drawn_for_all_to_recompute(engine: Engine) {
    // Sixteen days before, on the day of the window's first hour.
    let clock = Arc::new(FakeClock::at(Timestamp::from_civil("2027-05-04T09:00:00".parse().expect("a time"))));
    let town = Town::start(TownConfig { clock: clock.clone(), ..TownConfig::new(engine) }).await;
    let (city, service) = offered(&town, BookingKind::Appointment, 2);
    let day: kernel::Date = "2027-05-20".parse().expect("a date");
    let places = town.platform.booking_places(&city, &service).await.expect("places");
    let place = places.places.first().expect("a registry");
    let at =
        Where { place: &place.id, matter: places.matters.first().map(|matter| matter.id.as_str()), ..Where::default() };
    let mut draw = None;
    for _ in 0..LOOKS {
        draw = town.platform.draw(&city, &service, &place.id, day).await.ok();
        if draw.is_some() {
            break;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    let announced = draw.expect("the draw is announced before the first claim");
    assert!(announced.drawn.is_none() && announced.commitment.len() == 64);
    let units = town.platform.booking_units(&city, &service, at, day).await.expect("units");
    let resource = units.resources.first().expect("windows");
    let sitting = resource.sittings.first().expect("a sitting");
    let at = Where { resource: Some(&resource.id), ..at };
    let own = [PersonForm::default()];
    let mut entered = Vec::new();
    for _ in 0..60 {
        if entered.len() == 3 {
            break;
        }
        let (citizen, partner) = couple(&town, &city).await;
        let (name, resident_id) = (partner.person.person.name.clone(), partner.person.person.resident_id.clone());
        let partner = PartnerForm { name: &name, resident_id: &resident_id };
        let form = HoldForm { partner: Some(partner), confirm: false, ..form(at, sitting.starts_at, &own) };
        let early = town.platform.hold_booking(&citizen, &city, &service, &form, key()).await.expect("answers");
        assert!(matches!(early, HoldOutcome::Refused { refusal: Refusal::TooEarly { .. }, .. }), "{early:?}");
        match town.platform.enter_draw(&citizen, &city, &service, &form).await {
            Ok(Ok(claim)) => {
                let again = town.platform.enter_draw(&citizen, &city, &service, &form).await.expect("answers");
                assert_eq!(again, Ok(claim), "nobody is in it twice");
                entered.push((citizen, claim));
            }
            // The register says that one of them is married.
            Ok(Err(Refusal::Age { .. } | Refusal::Jurisdiction { .. })) | Err(_) => {}
            Ok(Err(other)) => panic!("{other:?}"),
        }
    }
    assert_eq!(entered.len(), 3, "three couples take part");
    clock.set(announced.closes_at);
    let mut drawn = None;
    for _ in 0..LOOKS {
        drawn = town.platform.draw(&city, &service, &place.id, day).await.expect("the draw").drawn;
        if drawn.is_some() {
            break;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    let drawn = drawn.expect("lots are drawn when the window closes");
    let cell = town.stores.city(&city).await.expect("the cell");
    let info = cell.draw_of(&service, &place.id, day).await.expect("answers").expect("a draw");
    let published = info.result.expect("the whole of it is published");
    assert_eq!(lottery::verify(&info.commitment, &published), Ok(()), "anybody can recompute it");
    assert_eq!(drawn.order.len(), 3);
    for (citizen, claim) in &entered {
        let won = becomes(&town, citizen, &city, *claim).await;
        assert_eq!((won.state, won.starts_at.date()), (State::Held, day), "there is room for three");
        let entry = town.platform.draw_entries(citizen, &city).await.expect("their claims").remove(0);
        assert_eq!((entry.booking, entry.of), (Some(*claim), 3));
    }
}
