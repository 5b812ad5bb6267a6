//! Exchanges, end to end: what costs more is held beside the old one and paid by itself, what costs less brings the
//! difference back, and every fen is accounted for.

use std::sync::Arc;

use kernel::{Id, ServiceId};
use manifest::{CityPack, booking::service::BookingKind};
use reqwest::{Method, StatusCode};
use sandbox::{BookedState, What};
use serde_json::{Value, json};
use testkit::{Answered, Booker, Engine, Town, TownConfig};

on_both_engines! {
    something_dearer_is_exchanged_by_its_own_money
    something_dearer_that_is_not_paid_changes_nothing
    something_cheaper_brings_the_difference_back_and_then_the_rest
}

async fn town(engine: Engine) -> (Town, Arc<CityPack>, ServiceId) {
    let town = Town::start(TownConfig::new(engine)).await.with_shops().await;
    let city = town.open_city();
    let coach = town.booked(&city, |_, kind| kind == BookingKind::Coach).expect("a coach line");
    (town, city, coach)
}

fn is(seen: &Value, state: &str) -> bool {
    seen["state"] == state
}

/// The latest ride there is, to the last stop and to the one before: the same coach, for more and for less.
async fn long_and_short(citizen: &Booker<'_>, city: &CityPack) -> (Value, Value) {
    let long = citizen.finds_late().await;
    let named = |name: &str| long[name].as_str().unwrap_or_default().to_owned();
    let place = city.offers[&citizen.service].place(&named("place")).expect("a place");
    let (_, resource) = place.resource(&named("resource")).expect("a line");
    let stops = &resource.line.as_ref().expect("stops").stop;
    assert!(stops.len() > 2, "a line with a stop on its way");
    let mut short = long.clone();
    short["from"] = stops[0].id.as_str().into();
    short["to"] = stops[stops.len() - 2].id.as_str().into();
    (long, short)
}

async fn quoted(citizen: &Booker<'_>, claim: &Value) -> i64 {
    let path = format!("/services/{}/booking-quote", citizen.service);
    let quote = citizen.call(Method::POST, &path, Some(claim.clone())).await;
    quote.body["total_fen"].as_i64().expect("a price")
}

async fn exchanges(citizen: &Booker<'_>, booking: &str, claim: &Value, total_fen: i64) -> Answered {
    let mut claim = claim.clone();
    claim["total_fen"] = total_fen.into();
    citizen.call(Method::POST, &format!("/bookings/{booking}/exchange"), Some(claim)).await
}

/// Books, pays and waits until the carrier knows.
async fn has_paid(citizen: &Booker<'_>, claim: &Value) -> (String, String) {
    let booking = citizen.holds(claim).await;
    let payment = citizen.pays(&booking).await;
    citizen.waits_for(&booking, "the carrier", |seen| is(seen, "paid") && seen["department_ref"].is_string()).await;
    (booking, payment)
}

fn known(citizen: &Booker<'_>, seen: &Value) -> Option<(BookedState, i64)> {
    let told = citizen.told();
    let one = told.booked.iter().find(|one| seen["number"] == one.number)?;
    Some((one.state, one.back_fen))
}

async fn is_balanced(town: &Town, city: &CityPack) {
    let cell = town.stores.city(&city.city.id).await.expect("the cell");
    let audit = cell.audit().await.expect("books");
    assert!(audit.is_clean(), "{audit:?}");
    let stock = cell.audit_stock().await.expect("stock");
    assert!(stock.is_clean(), "{stock:?}");
}

async fn something_dearer_is_exchanged_by_its_own_money(engine: Engine) {
    let (town, city, coach) = town(engine).await;
    let citizen = town.books(&city, &coach, 4).await;
    let (long, short) = long_and_short(&citizen, &city).await;
    let (low, high) = (quoted(&citizen, &short).await, quoted(&citizen, &long).await);
    assert!(low < high, "{low} {high}");
    let (old, first) = has_paid(&citizen, &short).await;
    // The amount that the page showed is another one by now: nothing happens.
    let wrong = exchanges(&citizen, &old, &long, high - low).await;
    assert_eq!((wrong.status, wrong.code()), (StatusCode::CONFLICT, "amount_changed"), "{}", wrong.body);
    let held = exchanges(&citizen, &old, &long, high).await;
    assert_eq!(held.status, StatusCode::CREATED, "{}", held.body);
    let new = held.body["booking"].as_str().expect("an id").to_owned();
    let seen = citizen.sees(&new).await;
    assert!(is(&seen, "held") && seen["instead_of"] == json!(old) && seen["can"]["pay_fen"] == json!(high), "{seen}");
    assert!(is(&citizen.sees(&old).await, "paid"), "and the old one stands");
    citizen.pays(&new).await;
    let seen = citizen.waits_for(&new, "its money", |seen| is(seen, "paid")).await;
    assert!(seen["paid_fen"] == json!(high) && seen["instead_of"].is_null() && seen["voucher"].is_string(), "{seen}");
    let gone = citizen.sees(&old).await;
    assert!(is(&gone, "moved") && gone["moved_to"] == json!(new) && gone["refunded_fen"] == json!(low), "{gone}");
    citizen.waits_for_payment(&first, "its money back", |seen| seen["refunded_fen"] == json!(low)).await;
    // The carrier has one seat for them and not two.
    let both = || known(&citizen, &gone).zip(known(&citizen, &seen));
    let done = || both().is_some_and(|(old, new)| old.0 == BookedState::Cancelled && new.0 == BookedState::Booked);
    citizen.waits_for(&new, "the carrier", |_| done()).await;
    assert_eq!(known(&citizen, &gone).expect("known").1, low);
    // Exchanged once: it is not exchanged again.
    let again = exchanges(&citizen, &new, &short, low).await;
    assert_eq!((again.status, again.code()), (StatusCode::CONFLICT, "no_more_moves"), "{}", again.body);
    is_balanced(&town, &city).await;
}

async fn something_dearer_that_is_not_paid_changes_nothing(engine: Engine) {
    let (town, city, coach) = town(engine).await;
    let citizen = town.books(&city, &coach, 4).await;
    let (long, short) = long_and_short(&citizen, &city).await;
    let high = quoted(&citizen, &long).await;
    let (old, _) = has_paid(&citizen, &short).await;
    let before = citizen.sees(&old).await;
    let hold = async || {
        let held = exchanges(&citizen, &old, &long, high).await;
        assert_eq!(held.status, StatusCode::CREATED, "{}", held.body);
        held.body["booking"].as_str().expect("an id").to_owned()
    };
    // Its time runs out.
    let new = hold().await;
    let cell = town.stores.city(&city.city.id).await.expect("the cell");
    let id = Id::parse(&new).expect("an id");
    let facts = cell.booking_facts(id).await.expect("answers").expect("a booking");
    let mut past = facts.facts.clone();
    past.held_until_at = town.clock.now().plus_s(-1);
    let late = store::AdvanceBooking::to(id, facts.version, past, town.clock.now());
    assert!(cell.advance_booking(late).await.expect("answers"));
    citizen.waits_for(&new, "its end", |seen| is(seen, "expired")).await;
    assert_eq!(citizen.sees(&old).await, before);
    // They put it back.
    let new = hold().await;
    assert_eq!(citizen.gives_up(&new).await.body["state"], "cancelled");
    assert_eq!(citizen.sees(&old).await, before);
    // The old one is given up meanwhile: its money goes its own way, and the new one stands alone.
    let new = hold().await;
    let back = before["can"]["cancel"]["back_fen"].clone();
    assert_eq!(citizen.gives_up(&old).await.body["state"], "cancelled");
    citizen.pays(&new).await;
    citizen.waits_for(&new, "its money", |seen| is(seen, "paid")).await;
    let gone = citizen.sees(&old).await;
    assert!(is(&gone, "cancelled") && gone["refunded_fen"] == back, "{gone}");
    let books = || citizen.told().told.iter().filter(|told| told.what == What::Book && told.refused.is_none()).count();
    citizen.waits_for(&new, "the carrier", |_| books() == 2).await;
    is_balanced(&town, &city).await;
}

async fn something_cheaper_brings_the_difference_back_and_then_the_rest(engine: Engine) {
    let (town, city, coach) = town(engine).await;
    let citizen = town.books(&city, &coach, 4).await;
    let (long, short) = long_and_short(&citizen, &city).await;
    let (low, high) = (quoted(&citizen, &short).await, quoted(&citizen, &long).await);
    let (old, payment) = has_paid(&citizen, &long).await;
    let moved = exchanges(&citizen, &old, &short, low).await;
    assert_eq!(moved.status, StatusCode::CREATED, "{}", moved.body);
    let new = moved.body["booking"].as_str().expect("an id").to_owned();
    let seen = citizen.sees(&new).await;
    assert!(is(&seen, "booked") || is(&seen, "paid"), "{seen}");
    assert_eq!((&seen["paid_fen"], &seen["payment"]), (&json!(low), &json!(payment)));
    let back = |fen: i64| move |seen: &Value| seen["refunded_fen"] == json!(fen);
    citizen.waits_for_payment(&payment, "the difference", back(high - low)).await;
    // What is given up now brings its own part back, on top of the difference.
    let rest = seen["can"]["cancel"]["back_fen"].as_i64().expect("an amount");
    assert!(rest > 0 && rest <= low, "{seen}");
    assert_eq!(citizen.gives_up(&new).await.body["state"], "cancelled");
    citizen.waits_for_payment(&payment, "the rest", back(high - low + rest)).await;
    is_balanced(&town, &city).await;
}
