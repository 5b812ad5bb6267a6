//! Bookings, end to end over the API: from what is free over the cashier to the department, and back when it says no.

use kernel::{CityId, ServiceId};
use manifest::{
    CityPack,
    booking::{Pay, service::BookingKind},
};
use reqwest::{Method, StatusCode};
use sandbox::{BookedState, Fault, What};
use serde_json::json;
use std::sync::Arc;
use testkit::{Booker, Engine, Town, TownConfig};

on_both_engines! {
    a_number_is_paid_told_once_and_given_back
    a_department_that_refuses_leaves_the_citizen_whole
    a_department_that_is_down_is_told_when_it_is_back
    a_hold_that_runs_out_is_nobodys_and_a_second_claim_is_refused_with_its_rule
    what_is_somebody_elses_is_refused
    a_companion_is_booked_for
    a_sitting_that_is_called_off_pays_everybody_back
    a_department_hears_that_somebody_has_left_for_good
}

async fn town(engine: Engine) -> Town {
    Town::start(TownConfig::new(engine)).await.with_shops().await
}

/// Something with numbers that costs money, or that does not.
fn appointment(town: &Town, paid: bool) -> (Arc<CityPack>, ServiceId) {
    let city = town.open_city();
    let costs = |id: &ServiceId| {
        let offer = city.offers.get(id);
        offer.is_some_and(|offer| {
            offer.place.iter().flat_map(|place| place.resources()).any(|(_, resource)| resource.price_fen > 0)
        })
    };
    let service = town.booked(&city, |service, kind| {
        kind == BookingKind::Appointment
            && service.booking.as_ref().is_some_and(|booking| booking.parties == 1)
            && costs(&service.id) == paid
    });
    (city.clone(), service.expect("an appointment"))
}

/// Somebody who goes where one pays before it is theirs.
async fn payer<'t>(town: &'t Town, city: &CityPack, service: &ServiceId, n: u64) -> Booker<'t> {
    let (catalogue, today) = (town.catalogue(), town.clock.today());
    let offer = &city.offers[service];
    let upfront = |place: &&manifest::booking::offer::Place| {
        let profile = catalogue.rules.booking.profile_on(today, offer.profile_of(place));
        profile.is_some_and(|profile| profile.pay == Pay::Upfront)
    };
    let mut citizen = town.books(city, service, n).await;
    citizen.places = offer.place.iter().filter(upfront).map(|place| place.id.clone()).collect();
    assert!(!citizen.places.is_empty(), "{service}: nowhere does one pay first");
    citizen
}

fn is(seen: &serde_json::Value, state: &str) -> bool {
    seen["state"] == state
}

async fn is_balanced(town: &Town, city: &CityId) {
    let audit = town.stores.city(city).await.expect("the cell").audit().await.expect("books");
    assert!(audit.is_clean(), "{audit:?}");
}

/// Books, pays and waits until the department knows.
async fn has_paid(citizen: &Booker<'_>, claim: &serde_json::Value) -> (String, String) {
    let booking = citizen.holds(claim).await;
    let held = citizen.sees(&booking).await;
    assert!(is(&held, "held") && held["can"]["pay_fen"] == held["price_fen"] && held["voucher"].is_null(), "{held}");
    let payment = citizen.pays(&booking).await;
    citizen.waits_for(&booking, "its money", |seen| is(seen, "paid") || is(seen, "refused")).await;
    (booking, payment)
}

async fn a_number_is_paid_told_once_and_given_back(engine: Engine) {
    let town = town(engine).await;
    let (city, service) = appointment(&town, true);
    let citizen = payer(&town, &city, &service, 4).await;
    let claim = citizen.finds_late().await;
    let (booking, payment) = has_paid(&citizen, &claim).await;
    let known = citizen.waits_for(&booking, "the department", |seen| seen["department_ref"].is_string()).await;
    assert!(known["voucher"].is_string() && known["paid_fen"] == known["price_fen"], "{known}");

    let told = citizen.told();
    let number = known["number"].as_str().expect("a number");
    let of: Vec<_> = told.told.iter().filter(|one| one.number == number).collect();
    assert_eq!(of.len(), 1, "one message: {of:?}");
    assert_eq!((of[0].what, of[0].refused), (What::Book, None));
    let booked = told.booked.iter().find(|one| one.number == number).expect("on record there");
    let (name, resident_id) = citizen.face();
    assert_eq!((&booked.names, &booked.ids), (&vec![name], &vec![resident_id]));
    assert_eq!(json!(booked.paid_fen), known["paid_fen"]);
    assert_eq!(json!(booked.reference), known["department_ref"]);
    assert_eq!(json!([booked.unit]), known["units"]);

    // Without signing in, by number and tail; a wrong tail finds nothing.
    let tail = &citizen.face().1[14..];
    let find = format!("/services/{service}/bookings/find");
    let found = citizen.call(Method::POST, &find, Some(json!({ "number": number, "id_tail": tail }))).await;
    assert_eq!((found.status, &found.body["state"]), (StatusCode::OK, &json!("paid")));
    assert!(!found.body.to_string().contains(&citizen.face().0), "no name is told");
    let wrong = citizen.call(Method::POST, &find, Some(json!({ "number": number, "id_tail": "0000" }))).await;
    assert_eq!(wrong.status, StatusCode::NOT_FOUND);

    let back = known["can"]["cancel"]["back_fen"].clone();
    let gone = citizen.gives_up(&booking).await;
    assert_eq!((gone.status, &gone.body["state"]), (StatusCode::OK, &json!("cancelled")), "{}", gone.body);
    citizen.waits_for_payment(&payment, "its money back", |seen| seen["refunded_fen"] == back).await;
    let cancelled =
        || citizen.told().booked.iter().any(|one| one.number == number && one.state == BookedState::Cancelled);
    citizen.waits_for(&booking, "the department to know", |_| cancelled()).await;
    is_balanced(&town, &city.city.id).await;
}

async fn a_department_that_refuses_leaves_the_citizen_whole(engine: Engine) {
    let town = town(engine).await;
    let (city, service) = appointment(&town, true);
    let citizen = payer(&town, &city, &service, 4).await;
    for (fault, same_again) in [(Fault::PersonRefused, true), (Fault::UnitGone, false)] {
        let claims = citizen.finds(2).await;
        town.fault(citizen.department, fault);
        let (booking, payment) = has_paid(&citizen, &claims[0]).await;
        let refused = citizen.waits_for(&booking, "its end", |seen| is(seen, "refused")).await;
        assert_eq!(refused["refunded_fen"], refused["price_fen"], "{refused}");
        assert!(refused["voucher"].is_null(), "{refused}");
        let price = refused["price_fen"].clone();
        citizen.waits_for_payment(&payment, "its money back", |seen| seen["refunded_fen"] == price).await;
        town.fault(citizen.department, Fault::None);
        // A unit that is gone is nobody's; one that was refused for a person can be had again.
        let unit: u32 = refused["units"][0].as_str().and_then(|unit| unit.parse().ok()).expect("a number");
        let mut same = claims[0].clone();
        same["numbers"] = json!([unit, unit]);
        let again = citizen.claims(&same).await;
        let status = if same_again { StatusCode::CREATED } else { StatusCode::CONFLICT };
        assert_eq!(again.status, status, "{fault:?}: {}", again.body);
        if same_again {
            let gone = citizen.gives_up(again.body["booking"].as_str().expect("an id")).await;
            assert_eq!(gone.status, StatusCode::OK, "{}", gone.body);
        } else {
            assert_eq!(again.code(), "sold_out");
            assert!(again.body["nearest"].as_array().is_some_and(|near| !near.is_empty()), "{}", again.body);
        }
    }
    is_balanced(&town, &city.city.id).await;
}

async fn a_department_that_is_down_is_told_when_it_is_back(engine: Engine) {
    let town = town(engine).await;
    let (city, service) = appointment(&town, false);
    let citizen = town.books(&city, &service, 4).await;
    let mut claim = citizen.finds(1).await.remove(0);
    claim["confirm"] = true.into();
    // The answer is lost, and what was told is told again under the same key.
    town.fault(citizen.department, Fault::Half);
    let booking = citizen.holds(&claim).await;
    let seen = citizen.waits_for(&booking, "being booked", |seen| is(seen, "booked")).await;
    let number = seen["number"].as_str().expect("a number");
    let arrived = || citizen.told().told.iter().any(|one| one.number == number);
    citizen.waits_for(&booking, "the department to hear", |_| arrived()).await;
    assert!(citizen.sees(&booking).await["department_ref"].is_null());
    town.fault(citizen.department, Fault::None);
    citizen.waits_for(&booking, "the department", |seen| seen["department_ref"].is_string()).await;
    let told = citizen.told();
    assert_eq!(told.booked.iter().filter(|one| one.number == number).count(), 1, "booked once");
    let keys: std::collections::BTreeSet<_> = told.told.iter().map(|one| &one.key).collect();
    assert_eq!(keys.len(), 1, "one key: {:?}", told.told);
    assert!(told.told[0].times > 1, "told again: {:?}", told.told);
}

async fn a_hold_that_runs_out_is_nobodys_and_a_second_claim_is_refused_with_its_rule(engine: Engine) {
    let town = town(engine).await;
    let (city, service) = appointment(&town, false);
    let citizen = town.books(&city, &service, 4).await;
    let claims = citizen.finds(2).await;
    let booking = citizen.holds(&claims[0]).await;
    let held = citizen.sees(&booking).await;
    assert!(is(&held, "held") && held["can"]["confirm"] == true, "{held}");
    // One live booking for a matter, wherever.
    let second = citizen.claims(&claims[1]).await;
    assert_eq!(
        (second.status, second.code()),
        (StatusCode::CONFLICT, "one_live_booking_per_matter"),
        "{}",
        second.body
    );
    assert!(second.body["detail"].as_str().is_some_and(|detail| !detail.is_empty()));

    let cell = town.stores.city(&city.city.id).await.expect("the cell");
    let id = kernel::Id::parse(&booking).expect("an id");
    let facts = cell.booking_facts(id).await.expect("answers").expect("a booking");
    // As if its time had passed: no request names the deadline, so a test has to write it.
    let mut past = facts.facts.clone();
    past.held_until_at = town.clock.now().plus_s(-1);
    assert!(
        cell.advance_booking(store::AdvanceBooking::to(id, facts.version, past, town.clock.now()))
            .await
            .expect("answers")
    );
    let late = citizen.does(&booking, "confirmation").await;
    assert_eq!((late.status, late.code()), (StatusCode::CONFLICT, "hold_expired"), "{}", late.body);
    assert!(late.body["refusal"]["closed_at"].is_string(), "{}", late.body);
    citizen.waits_for(&booking, "its end", |seen| is(seen, "expired")).await;
    assert!(citizen.told().told.is_empty(), "the department never hears of a hold");
}

async fn what_is_somebody_elses_is_refused(engine: Engine) {
    let town = town(engine).await;
    let (city, service) = appointment(&town, false);
    let (owner, other) = (town.books(&city, &service, 4).await, town.books(&city, &service, 8).await);
    let claims = owner.finds(2).await;
    let booking = owner.holds(&claims[0]).await;
    let path = format!("/bookings/{booking}");
    for (method, path, body) in [
        (Method::GET, path.clone(), None),
        (Method::DELETE, path.clone(), None),
        (Method::POST, format!("{path}/confirmation"), None),
        (Method::POST, format!("{path}/extension"), None),
        (Method::POST, format!("{path}/consent"), None),
        (Method::POST, format!("{path}/payments"), Some(json!({ "provider": "alipay" }))),
        (Method::POST, format!("{path}/exchange"), Some(claims[1].clone())),
    ] {
        let refused = other.call(method.clone(), &path, body).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND, "{method} {path}: {}", refused.body);
    }
    let seen = owner.sees(&booking).await;
    assert!(is(&seen, "held"), "{seen}");
    assert_eq!(other.call(Method::GET, "/bookings", None).await.body["bookings"], json!([]));
    // Exchanged in one step: the old one is gone, the new one stands.
    let mut new = claims[1].clone();
    assert_eq!(owner.does(&booking, "confirmation").await.status, StatusCode::OK);
    if owner.sees(&booking).await["can"]["exchange"] == true {
        new["total_fen"] = 0.into();
        let moved = owner.call(Method::POST, &format!("{path}/exchange"), Some(new)).await;
        assert_eq!(moved.status, StatusCode::CREATED, "{}", moved.body);
        let old = owner.sees(&booking).await;
        assert_eq!((&old["state"], &old["moved_to"]), (&json!("moved"), &moved.body["booking"]));
    }
    let list = owner.call(Method::GET, "/bookings", None).await.body;
    assert!(list["bookings"].as_array().is_some_and(|all| !all.is_empty()), "{list}");
}

async fn a_companion_is_booked_for(engine: Engine) {
    let town = town(engine).await;
    let (city, service) = appointment(&town, true);
    let citizen = payer(&town, &city, &service, 4).await;
    let parent = town.sandbox.citizen(&town.open_city().city.code, 7).expect("a person").person;
    let form = json!({ "name": parent.name, "resident_id": parent.resident_id, "relation": "parent" });
    let added = citizen.visitor.call(Method::POST, "/companions", Some(form)).await;
    assert_eq!(added.status(), StatusCode::CREATED);
    let companion = added.json::<serde_json::Value>().await.expect("JSON")["id"].clone();
    let mut claim = citizen.finds(1).await.remove(0);
    claim["persons"] = json!([{ "who": companion }]);
    let (booking, _) = has_paid(&citizen, &claim).await;
    let known = citizen.waits_for(&booking, "the department", |seen| seen["department_ref"].is_string()).await;
    assert_eq!(known["persons"][0]["relation"], "parent");
    assert_eq!(citizen.told().booked[0].ids, [parent.resident_id]);
    // Somebody else's companion is nobody's.
    let other = town.books(&city, &service, 8).await;
    let refused = other.call(Method::POST, &format!("/services/{service}/booking-quote"), Some(claim)).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND, "{}", refused.body);
}

async fn a_sitting_that_is_called_off_pays_everybody_back(engine: Engine) {
    let town = town(engine).await;
    let (city, service) = appointment(&town, true);
    let one = payer(&town, &city, &service, 4).await;
    let other = payer(&town, &city, &service, 8).await;
    let mut claim = one.finds(1).await.remove(0);
    // Anything of that half-day will do.
    claim.as_object_mut().expect("a claim").remove("numbers");
    let theirs = [(&one, has_paid(&one, &claim).await), (&other, has_paid(&other, &claim).await)];
    let cell = town.stores.city(&city.city.id).await.expect("the cell");
    let mut pools = Vec::new();
    for (_, (booking, _)) in &theirs {
        let id = kernel::Id::parse(booking).expect("an id");
        pools.push(cell.booking_facts(id).await.expect("answers").expect("a booking").parts[0].0);
    }
    assert_eq!(pools[0], pools[1], "both have something of the same half-day");
    let clerk = town.staff(&city.city.id, engine::Role::Scheduler).await.steps_up().await;
    let path = clerk.below(&format!("pools/{}/stop", pools[0]));
    let stopped = clerk.post(&path, &[("reason", "the doctor is ill"), ("once", "stop-sitting-0001")]).await;
    assert_eq!(stopped.status(), StatusCode::SEE_OTHER, "{}", stopped.text().await.unwrap_or_default());
    for (citizen, (booking, payment)) in &theirs {
        let seen = citizen.waits_for(booking, "its end", |seen| is(seen, "stopped")).await;
        assert_eq!(seen["refunded_fen"], seen["price_fen"], "{seen}");
        let price = seen["price_fen"].clone();
        citizen.waits_for_payment(payment, "its money back", |seen| seen["refunded_fen"] == price).await;
    }
    for (citizen, (booking, _)) in &theirs {
        let seen = citizen.sees(booking).await;
        let called_off = || {
            let told = citizen.told();
            told.booked.into_iter().find(|of| seen["number"] == of.number && of.state == BookedState::CalledOff)
        };
        citizen.waits_for(booking, "the department to know", |_| called_off().is_some()).await;
        let known = called_off().expect("on record there");
        assert_eq!((json!(known.back_fen), known.reason.as_str()), (seen["price_fen"].clone(), "stopped"));
        let told: Vec<_> = citizen.told().told.into_iter().filter(|told| seen["number"] == told.number).collect();
        assert_eq!(told.iter().map(|told| told.what).collect::<Vec<_>>(), [What::Book, What::Cancel], "{told:?}");
    }
    let late = one.claims(&claim).await;
    assert_eq!((late.status, late.code()), (StatusCode::CONFLICT, "stopped"), "{}", late.body);
    assert!(late.body["nearest"].as_array().is_some_and(|near| !near.is_empty()), "{}", late.body);
    is_balanced(&town, &city.city.id).await;
}

async fn a_department_hears_that_somebody_has_left_for_good(engine: Engine) {
    let town = town(engine).await;
    let (city, service) = appointment(&town, false);
    let citizen = town.books(&city, &service, 4).await;
    let mut claim = citizen.finds_late().await;
    claim["confirm"] = true.into();
    let booking = citizen.holds(&claim).await;
    citizen.waits_for(&booking, "the department", |seen| seen["department_ref"].is_string()).await;
    // It is down while they go, and hears of it when nothing is kept of them any more.
    town.fault(citizen.department, Fault::Down);
    let gone = citizen.visitor.call(Method::DELETE, "/profile", None).await;
    assert_eq!(gone.status(), StatusCode::NO_CONTENT);
    town.fault(citizen.department, Fault::None);
    let neighbour = town.books(&city, &service, 8).await;
    let theirs = neighbour.holds(&neighbour.finds(1).await[0]).await;
    let heard = || citizen.told().booked.iter().all(|one| one.state == BookedState::Cancelled);
    neighbour.waits_for(&theirs, "the department to know", |_| heard()).await;
    assert_eq!(citizen.told().booked.len(), 1);
}
