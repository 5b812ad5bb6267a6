//! Bookings of two: each agrees or says no by their own login, and nobody else does.

use std::sync::Arc;

use kernel::ServiceId;
use manifest::CityPack;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::{Engine, Town, TownConfig};

on_both_engines! {
    two_agree_each_by_their_own_login
    whoever_was_asked_can_say_no
}

async fn town(engine: Engine) -> Town {
    Town::start(TownConfig::new(engine)).await.with_shops().await
}

fn is(seen: &Value, state: &str) -> bool {
    seen["state"] == state
}

/// A city where two book together.
fn pair(town: &Town) -> (Arc<CityPack>, ServiceId) {
    let catalogue = town.catalogue();
    let pair = catalogue.cities.values().find_map(|city| {
        let service =
            town.booked(city, |service, _| service.booking.as_ref().is_some_and(|booking| booking.parties == 2));
        service.map(|service| (city.clone(), service))
    });
    pair.expect("a city where two book together")
}

async fn whoever_was_asked_can_say_no(engine: Engine) {
    let town = town(engine).await;
    let (city, service) = pair(&town);
    let (one, other) = (town.books(&city, &service, 4).await, town.books(&city, &service, 5).await);
    let mut claim = one.finds(1).await.remove(0);
    let (name, resident_id) = other.face();
    claim["partner"] = json!({ "name": name, "resident_id": resident_id });
    let booking = one.holds(&claim).await;
    let consent = format!("/bookings/{booking}/consent");
    for nobody in [&one, &town.books(&city, &service, 8).await] {
        assert_eq!(nobody.call(Method::DELETE, &consent, None).await.status, StatusCode::NOT_FOUND);
    }
    assert!(other.sees(&booking).await["can"]["decline"] == true);
    assert!(one.sees(&booking).await["can"]["decline"] == false);
    let before = town.sandbox.messages(&one.visitor.phone).len();
    for _ in 0..2 {
        let no = other.call(Method::DELETE, &consent, None).await;
        assert_eq!((no.status, &no.body["state"]), (StatusCode::OK, &json!("declined")), "{}", no.body);
    }
    let told = || town.sandbox.messages(&one.visitor.phone).len() > before;
    let seen = one.waits_for(&booking, "a word to who asked", |_| told()).await;
    assert!(is(&seen, "declined"), "{seen}");
    let agreed = other.does(&booking, "consent").await;
    assert_eq!((agreed.status, agreed.code()), (StatusCode::CONFLICT, "wrong_state"), "{}", agreed.body);
    // Nobody is blamed, and both can book again at once.
    claim = one.finds(1).await.remove(0);
    claim["partner"] = json!({ "name": other.face().0, "resident_id": other.face().1 });
    one.holds(&claim).await;
    assert!(one.told().told.is_empty(), "the registry never hears of it");
}

async fn two_agree_each_by_their_own_login(engine: Engine) {
    let town = town(engine).await;
    let (city, service) = pair(&town);
    let (one, other) = (town.books(&city, &service, 4).await, town.books(&city, &service, 5).await);
    let stranger = town.books(&city, &service, 8).await;
    let mut claim = one.finds(1).await.remove(0);
    let (name, resident_id) = other.face();
    claim["partner"] = json!({ "name": name, "resident_id": resident_id });
    let booking = one.holds(&claim).await;
    let early = one.does(&booking, "confirmation").await;
    assert_eq!(
        (early.status, early.code(), &early.body["refusal"]["missing"]),
        (StatusCode::CONFLICT, "consent_missing", &json!(1))
    );
    // Nobody else can agree, nor look.
    assert_eq!(stranger.does(&booking, "consent").await.status, StatusCode::NOT_FOUND);
    assert_eq!(stranger.call(Method::GET, &format!("/bookings/{booking}"), None).await.status, StatusCode::NOT_FOUND);
    let seen = other.sees(&booking).await;
    assert!(seen["can"]["consent"] == true && seen["can"]["cancel"].is_null(), "{seen}");
    let agreed = other.does(&booking, "consent").await;
    assert_eq!((agreed.status, &agreed.body["state"]), (StatusCode::OK, &json!("booked")), "{}", agreed.body);
    one.waits_for(&booking, "the department", |seen| seen["department_ref"].is_string()).await;
    let told = one.told();
    assert_eq!(told.booked[0].ids, [one.face().1, other.face().1], "both are told");
    // What is agreed is no longer declined, and nobody but who was asked can decline.
    let late = other.call(Method::DELETE, &format!("/bookings/{booking}/consent"), None).await;
    assert_eq!((late.status, late.code()), (StatusCode::CONFLICT, "wrong_state"), "{}", late.body);

    // Who is married already is not given a day.
    let married = town.books(&city, &service, 0).await;
    let free = town.books(&city, &service, 9).await;
    let (name, resident_id) = free.face();
    claim = married.finds(1).await.remove(0);
    claim["partner"] = json!({ "name": name, "resident_id": resident_id });
    let refused = married.claims(&claim).await;
    assert_eq!((refused.status, refused.code()), (StatusCode::CONFLICT, "may_not_marry"), "{}", refused.body);
    // Nobody learns of somebody else that they are married: that is asked when they agree, and told to them.
    let (name, resident_id) = married.face();
    claim = free.finds(1).await.remove(0);
    claim["partner"] = json!({ "name": name, "resident_id": resident_id });
    let booking = free.holds(&claim).await;
    let refused = married.does(&booking, "consent").await;
    assert_eq!((refused.status, refused.code()), (StatusCode::CONFLICT, "may_not_marry"), "{}", refused.body);
    assert!(is(&free.sees(&booking).await, "held"), "and it waits until its deadline");
}
