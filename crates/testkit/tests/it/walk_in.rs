//! At the counter without a booking: a family's tickets, and seats on a coach, out of the counter's share.

use std::sync::Arc;

use engine::Role;
use kernel::{Clock as _, FakeClock, Id, ServiceId, SystemClock, Timestamp};
use manifest::{CityPack, booking::BookingKind};
use reqwest::StatusCode;
use sandbox::Department;
use testkit::{Clerk, Engine, Town, TownConfig};

on_both_engines! {
    a_family_gets_its_tickets_and_its_seats_at_the_counter
}

/// What the counter of a place offers: the value of its first choice, when the pools are made.
async fn first_pool(clerk: &Clerk<'_>, at: &str) -> String {
    for _ in 0..400 {
        let page = clerk.reads(&clerk.below(&format!("walk-in?at={at}"))).await;
        let found =
            page.split("name=\"pool\"").skip(1).find_map(|rest| rest.split("value=\"").nth(1)?.split('"').next());
        if let Some(pool) = found {
            return pool.to_owned();
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{at}: the counter has nothing");
}

fn offered(town: &Town, city: &CityPack, kind: BookingKind) -> (ServiceId, String) {
    let service = town.booked(city, |_, known| known == kind).expect("such a service");
    let place = city.offers[&service].place[0].id.clone();
    (service, place)
}

async fn booked(town: &Town, city: &CityPack, response: reqwest::Response) -> store::BookingFacts {
    let status = response.status();
    let location = response.headers().get("location").and_then(|to| to.to_str().ok()).unwrap_or_default().to_owned();
    assert_eq!(status, StatusCode::SEE_OTHER, "{}", response.text().await.unwrap_or_default());
    let id = location.rsplit('/').next().and_then(Id::parse).expect("a booking");
    let cell = town.stores.city(&city.city.id).await.expect("the cell");
    cell.booking_facts(id).await.expect("answers").expect("a booking")
}

async fn a_family_gets_its_tickets_and_its_seats_at_the_counter(engine: Engine) {
    let morning = SystemClock.now().date().at(6, 0, 0, 0);
    let clock = Arc::new(FakeClock::at(Timestamp::from_civil(morning)));
    let town = Town::start(TownConfig { clock: clock.clone(), ..TownConfig::new(engine) }).await;
    let city = town.open_city();
    let clerk = town.staff(&city.city.id, Role::Counter).await;
    let person = |n: u64| town.sandbox.citizen(&city.city.code, n).expect("a person").person;
    let family = [person(4), person(8), person(9)];
    let path = clerk.below("walk-in");

    let (service, place) = offered(&town, &city, BookingKind::Ticket);
    let at = format!("{service}/{place}");
    let pool = first_pool(&clerk, &at).await;
    let mut form = vec![("at", at.as_str()), ("pool", pool.as_str()), ("key", "walk-in-family-0001")];
    for ((name, id), person) in engine::PERSON_FIELDS.into_iter().zip(&family) {
        form.extend([(name, person.name.as_str()), (id, person.resident_id.as_str())]);
    }
    // Nobody twice, and the line that is wrong is named.
    let mut twice = form.clone();
    let last = twice.len() - 2;
    twice[last..].copy_from_slice(&[("name_3", family[0].name.as_str()), ("resident_id_3", &family[0].resident_id)]);
    let wrong = clerk.post(&path, &twice).await;
    assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text().await.expect("a page").contains("resident_id_3"));
    let facts = booked(&town, &city, clerk.post(&path, &form).await).await;
    assert_eq!((facts.units(), facts.parties.len(), facts.account), (3, 3, None));
    let again = booked(&town, &city, clerk.post(&path, &form).await).await;
    assert_eq!(again.id, facts.id, "the same form is one booking");

    let (service, place) = offered(&town, &city, BookingKind::Coach);
    let at = format!("{service}/{place}");
    let pool = first_pool(&clerk, &at).await;
    let mut form = vec![("at", at.as_str()), ("pool", pool.as_str()), ("key", "walk-in-coach-0001")];
    for ((name, id), person) in engine::PERSON_FIELDS.into_iter().zip(&family[..2]) {
        form.extend([(name, person.name.as_str()), (id, person.resident_id.as_str())]);
    }
    let mut nowhere = form.clone();
    nowhere.extend([("from", "no-such-stop"), ("to", "no-such-stop")]);
    assert_eq!(clerk.post(&path, &nowhere).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let facts = booked(&town, &city, clerk.post(&path, &form).await).await;
    let seats = facts.parts.iter().find(|(_, taken)| !taken.units.is_empty()).expect("seats");
    assert_eq!((facts.units(), seats.1.units.len()), (2, 2), "each has a seat of their own");
    for _ in 0..400 {
        let told = town.sandbox.bookings(&city.city.code, Department::Carrier);
        if told.booked.iter().any(|one| one.number == facts.number && one.names.len() == 2) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the carrier is not told");
}
