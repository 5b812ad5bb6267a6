//! Prices at the desk, end to end: asked for by one, approved by another, from a day on; what was held before keeps its
//! price, and citizens see the new one with its date.

use engine::Role;
use kernel::Money;
use manifest::booking::BookingKind;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::{Booker, Clerk, Engine, Town, TownConfig};

on_both_engines! {
    a_price_holds_from_its_day_when_somebody_else_has_agreed
}

async fn total(citizen: &Booker<'_>, claim: &Value) -> i64 {
    let path = format!("/services/{}/booking-quote", citizen.service);
    let quote = citizen.call(Method::POST, &path, Some(claim.clone())).await;
    assert_eq!(quote.status, StatusCode::OK, "{}", quote.body);
    quote.body["total_fen"].as_i64().expect("a price")
}

async fn asks(clerk: &Clerk<'_>, at: &str, price: i64, from_on: &str, reason: &str) -> StatusCode {
    let yuan = Money::from_fen(price).plain_yuan();
    let form = [("at", at), ("what", ""), ("price", yuan.as_str()), ("from_on", from_on), ("reason", reason)];
    clerk.post(&clerk.below("prices"), &form).await.status()
}

async fn a_price_holds_from_its_day_when_somebody_else_has_agreed(engine: Engine) {
    let town = Town::start(TownConfig::new(engine)).await.with_shops().await;
    let city = town.open_city();
    let service = town.booked(&city, |_, kind| kind == BookingKind::Ticket).expect("an attraction");
    let citizen = town.books(&city, &service, 4).await;
    let claim = citizen.finds_late().await;
    let place = claim["place"].as_str().expect("a place").to_owned();
    let day = claim["starts_at"].as_str().expect("a time")[..10].to_owned();
    let at = format!("{service}/{place}");
    let before = total(&citizen, &claim).await;
    assert!(before > 0);
    // What is held keeps its price, whatever follows.
    let held = citizen.holds(&claim).await;

    let scheduler = town.staff(&city.city.id, Role::Scheduler).await;
    let treasurer = town.staff(&city.city.id, Role::Treasurer).await.steps_up().await;
    let today = town.clock.today().to_string();
    assert_eq!(asks(&scheduler, &at, before + 1_000, &today, "high season").await, StatusCode::CONFLICT, "not today");
    assert_eq!(asks(&scheduler, &at, before, &day, "high season").await, StatusCode::CONFLICT, "the same");
    assert_eq!(asks(&scheduler, &at, before + 1_000, &day, "").await, StatusCode::UNPROCESSABLE_ENTITY, "no reason");
    assert_eq!(asks(&scheduler, &at, before + 1_000, &day, "high season").await, StatusCode::SEE_OTHER);
    assert_eq!(total(&citizen, &claim).await, before, "nobody has agreed yet");

    let cell = town.stores.city(&city.city.id).await.expect("the cell");
    let asked = cell.price_changes(&service, &place, 10).await.expect("store");
    let id = asked[0].asked.id;
    let path = treasurer.below(&format!("prices/{id}"));
    let own = scheduler.post(&scheduler.below(&format!("prices/{id}")), &[("decision", "approve")]).await;
    assert_eq!(own.status(), StatusCode::FORBIDDEN, "whoever asks has not the role to decide");
    let agreed = treasurer.post(&path, &[("decision", "approve")]).await;
    assert_eq!(agreed.status(), StatusCode::SEE_OTHER, "{}", agreed.text().await.unwrap_or_default());
    let again = treasurer.post(&path, &[("decision", "approve")]).await;
    assert_eq!(again.status(), StatusCode::CONFLICT, "decided once");

    assert_eq!(total(&citizen, &claim).await, before + 1_000, "from its day on");
    let kept = citizen.sees(&held).await;
    assert_eq!((&kept["price_fen"], &kept["can"]["pay_fen"]), (&json!(before), &json!(before)), "{kept}");
    // The amount that a page showed before is refused, and nothing is taken.
    let mut old = claim.clone();
    old["total_fen"] = before.into();
    let neighbour = town.books(&city, &service, 8).await;
    let path = format!("/services/{service}/bookings");
    let refused = neighbour.call(Method::POST, &path, Some(old)).await;
    assert_eq!((refused.status, refused.code()), (StatusCode::CONFLICT, "amount_changed"), "{}", refused.body);
    // An earlier day costs what it did.
    let earlier = citizen.finds(1).await.remove(0);
    if earlier["starts_at"].as_str().is_some_and(|at| at[..10] < *day) && earlier["place"] == claim["place"] {
        assert_eq!(total(&citizen, &earlier).await, before);
    }
    // Citizens read the price with its date.
    let units = format!("/services/{service}/units?place={place}&on={day}");
    let seen = citizen.call(Method::GET, &units, None).await.body;
    assert_eq!(seen["bands"][0]["price_fen"], json!(before + 1_000), "{seen}");
    let path = format!("/services/{service}/booking-quote");
    assert_eq!(citizen.call(Method::POST, &path, Some(claim)).await.body["since"], json!(day));
}
