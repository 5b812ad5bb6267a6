//! The end of a day of bookings: what departments have on their registers is held against what we have, and what differs
//! is a work item at the desk.

use std::{sync::Arc, time::Duration};

use engine::Role;
use kernel::{Clock as _, Date, FakeClock, SystemClock, Timestamp};
use ledger::reconcile::{Kind, Side};
use manifest::{Act, CityPack, booking::BookingKind};
use reqwest::StatusCode;
use serde_json::json;
use testkit::{Engine, Town, TownConfig};

on_both_engines! {
    a_day_of_bookings_is_held_against_the_registers
}

async fn compared(town: &Town, city: &CityPack, day: Date) -> Vec<(String, u32, u32)> {
    let cell = town.stores.city(&city.city.id).await.expect("the cell");
    for _ in 0..600 {
        let done = cell.reconciled(day).await.expect("answers");
        let registers: Vec<_> = done.iter().filter(|one| one.side == Side::Register).collect();
        let lists = city
            .bindings
            .act
            .iter()
            .filter(|(service, acts)| acts.contains_key(&Act::List) && city.offers.contains_key(*service));
        if registers.len() == lists.count() {
            return registers.iter().map(|one| (one.party.clone(), one.ours, one.theirs)).collect();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{day} is not compared");
}

async fn a_day_of_bookings_is_held_against_the_registers(engine: Engine) {
    let noon = SystemClock.now().date().at(12, 0, 0, 0);
    let clock = Arc::new(FakeClock::at(Timestamp::from_civil(noon)));
    let town = Town::start(TownConfig { clock: clock.clone(), ..TownConfig::new(engine) }).await.with_shops().await;
    let city = town.open_city();
    let service = town
        .booked(&city, |service, kind| {
            kind == BookingKind::Appointment && city.offers.get(&service.id).is_some_and(|it| !it.matter.is_empty())
        })
        .expect("an appointment");
    let citizen = town.books(&city, &service, 4).await;
    let mut claim = citizen.finds(1).await.remove(0);
    claim["confirm"] = true.into();
    let booking = citizen.holds(&claim).await;
    let known = citizen.waits_for(&booking, "the department", |seen| seen["department_ref"].is_string()).await;
    let day: Date = known["starts_at"].as_str().expect("a time")[..10].parse().expect("a day");
    clock.set(Timestamp::from_civil(day.at(10, 30, 0, 0)).plus_s(86_400));
    let department = city.bindings.act[&service][&Act::Book].department.to_string();
    let found = compared(&town, &city, day).await;
    assert!(found.iter().all(|(_, ours, theirs)| ours == theirs), "{found:?}");
    assert!(found.iter().any(|(party, ours, _)| *party == department && *ours == 1), "{found:?}");
    let cell = town.stores.city(&city.city.id).await.expect("the cell");
    assert!(cell.breaks_of(day).await.expect("answers").is_empty());

    // The register has somebody of whom we know nothing.
    let url = format!("{}/book", city.bindings.department[department.as_str()].base_url);
    let url = url.replacen("sandbox:", &town.sandbox_url, 1);
    let (name, resident_id) = citizen.face();
    let extra = json!({ "lsh": "somebody-else-1", "yyh": "999999999999", "dtbm": "x", "sxbm": "y", "hh": "9",
        "yysj": format!("{day} 09:00:00"), "xm": name, "sfzmhm": resident_id });
    let told = town.http.post(&url).json(&extra).send().await.expect("the department answers");
    assert_eq!(told.status(), StatusCode::OK, "{url}");
    let clerk = town.staff(&city.city.id, Role::Treasurer).await.steps_up().await;
    let again = clerk.post(&clerk.below(&format!("settlements/{day}/compare")), &[]).await;
    assert_eq!(again.status(), StatusCode::SEE_OTHER, "{}", again.text().await.unwrap_or_default());
    let breaks = cell.breaks_of(day).await.expect("answers");
    let [found] = breaks.as_slice() else { panic!("{breaks:?}") };
    assert_eq!((found.found.side, found.found.kind), (Side::Register, Kind::Long));
    assert_eq!((found.found.order.as_str(), found.party.as_str()), ("999999999999", department.as_str()));
    let page = clerk.reads(&clerk.below("breaks")).await;
    assert!(page.contains("999999999999"), "and the desk sees it");
}
