//! The counter, the gate and the schedule over HTTP: whoever comes is booked, checked in, called and seen to; a ticket lets
//! in once, also when the gate reports late; a sitting that is called off is everybody's and nobody's fault.

use std::{sync::Arc, time::Duration};

use capability::booking::{State, voucher::PlaceKey};
use engine::{DeskAt, DeskPlace, Role, Verb, VoucherFacts};
use kernel::{FakeClock, Id, Timestamp};
use manifest::{booking::BookingKind, story};
use reqwest::{StatusCode, header};
use testkit::{Clerk, Engine, Town, TownConfig};

on_both_engines! {
    somebody_without_a_booking_is_booked_called_and_seen_to
    a_ticket_lets_in_once_however_it_is_reported
    a_sitting_that_is_called_off_is_nobodys_fault
}

/// A Thursday morning, in the middle of what ordinary weeks offer.
async fn town(engine: Engine) -> Town {
    let nine = Timestamp::from_civil("2026-11-26T09:05:00".parse().expect("a time"));
    let town = TownConfig { clock: Arc::new(FakeClock::at(nine)), ..TownConfig::new(engine) };
    Town::start(town).await
}

/// The first place of a kind that gives something out at its counter today.
async fn place(town: &Town, clerk: &Clerk<'_>, kind: BookingKind) -> (DeskPlace, String) {
    let staff = town.platform.staff(&clerk.token).await.expect("store").expect("signed in");
    let places = town.platform.desk_places(&staff, Verb::BookOnSite, &clerk.city);
    for _ in 0..400 {
        for place in places.iter().filter(|place| place.kind == kind) {
            let at = format!("{}/{}", place.service, place.id);
            let open = town.platform.walk_in(&staff, &clerk.city, &DeskAt::parse(&at).expect("a place")).await;
            if !open.expect("the counter").sittings.is_empty() {
                return (place.clone(), at);
            }
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no counter of {kind:?} gives anything out today");
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    text.split(before).nth(1).and_then(|rest| rest.split(after).next()).unwrap_or_else(|| panic!("no {before}: {text}"))
}

/// Books for somebody of the sandbox at the counter; says which booking it became.
async fn books(town: &Town, clerk: &Clerk<'_>, at: &str) -> Id {
    let person = town.cast(&town.open_city(), story::Role::DriverWithoutViolations).person.person;
    let page = clerk.reads(&clerk.below(&format!("walk-in?at={at}"))).await;
    let key = between(&page, "name=\"key\" value=\"", "\"");
    let pool = between(&page, "name=\"pool\" value=\"", "\"");
    let matter = if page.contains("name=\"matter\"") {
        between(page.split("name=\"matter\"").nth(1).expect("a choice"), "<option value=\"", "\"")
    } else {
        ""
    };
    let (name, id) = (person.name.as_str(), person.resident_id.as_str());
    let wrong = [("at", at), ("key", key), ("pool", pool), ("matter", matter), ("name", "王"), ("resident_id", "1")];
    let refused = clerk.post(&clerk.below("walk-in"), &wrong).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let form = [("at", at), ("key", key), ("pool", pool), ("matter", matter), ("name", name), ("resident_id", id)];
    let mut made = Vec::new();
    // The second one is the same form sent again.
    for _ in 0..2 {
        let answered = clerk.post(&clerk.below("walk-in"), &form).await;
        let status = answered.status();
        let to =
            answered.headers().get(header::LOCATION).and_then(|to| to.to_str().ok()).unwrap_or_default().to_owned();
        assert_eq!(status, StatusCode::SEE_OTHER, "{}", answered.text().await.unwrap_or_default());
        made.push(Id::parse(to.rsplit('/').next().unwrap_or_default()).expect("a booking"));
    }
    assert_eq!(made[0], made[1], "one form, one booking");
    made[0]
}

async fn state(town: &Town, clerk: &Clerk<'_>, id: Id) -> State {
    let cell = town.stores.city(&clerk.city).await.expect("the cell");
    cell.booking_facts(id).await.expect("store").expect("a booking").facts.state
}

async fn somebody_without_a_booking_is_booked_called_and_seen_to(engine: Engine) {
    let town = town(engine).await;
    let city = town.open_city().city.id.clone();
    let clerk = town.staff(&city, Role::Counter).await;
    let (_, at) = place(&town, &clerk, BookingKind::Appointment).await;
    let id = books(&town, &clerk, &at).await;
    let own = clerk.below(&format!("bookings/{id}"));
    let page = clerk.reads(&own).await;
    assert!(page.contains("At the counter") && !page.contains("Not paid"), "{page}");
    if state(&town, &clerk, id).await != State::CheckedIn {
        let early = clerk.post(&format!("{own}/attend"), &[("deed", "check-in")]).await;
        assert_eq!(early.status(), StatusCode::SEE_OTHER, "{}", early.text().await.unwrap_or_default());
    }
    assert_eq!(state(&town, &clerk, id).await, State::CheckedIn);

    // Found by number, and not by a number that nobody has, nor by something that is none.
    let cell = town.stores.city(&city).await.expect("the cell");
    let number = cell.booking_facts(id).await.expect("store").expect("a booking").number;
    let spaced = format!("{} {} {}", &number[..4], &number[4..8], &number[8..]);
    let found = clerk.post(&clerk.below("counter"), &[("code", &spaced)]).await;
    assert_eq!(found.headers()[header::LOCATION].to_str().expect("text"), own);
    for code in ["000000000000", "0", "hello", &"7".repeat(214)] {
        let none = clerk.post(&clerk.below("counter"), &[("code", code)]).await;
        assert_eq!(none.status(), StatusCode::UNPROCESSABLE_ENTITY, "{code:.20}");
    }

    let queue = clerk.below("queue");
    let nowhere = clerk.post(&queue, &[("at", at.as_str()), ("deed", "next"), ("window", " ")]).await;
    assert_eq!(nowhere.status(), StatusCode::UNPROCESSABLE_ENTITY, "the hall must know where to go");
    let called = clerk.post(&queue, &[("at", at.as_str()), ("deed", "next"), ("window", "Window 3")]).await;
    assert_eq!(called.status(), StatusCode::SEE_OTHER);
    let hall = clerk.reads(&clerk.below(&format!("hall?at={at}"))).await;
    assert!(hall.contains("Window 3") && hall.contains("0 people wait"), "{hall}");
    let again = clerk.post(&queue, &[("at", at.as_str()), ("deed", "next"), ("window", "Window 3")]).await;
    assert_eq!(again.status(), StatusCode::CONFLICT, "nobody waits");
    let booking = id.to_string();
    for deed in ["again", "pass"] {
        let form = [("at", at.as_str()), ("deed", deed), ("window", "Window 3"), ("booking", &booking)];
        assert_eq!(clerk.post(&queue, &form).await.status(), StatusCode::SEE_OTHER, "{deed}");
    }
    let day = clerk.reads(&clerk.below(&format!("day?at={at}"))).await;
    assert!(day.contains(&number), "the day's list has them");
    // It is open all day: one entry stands for every look, and says so.
    clerk.reads(&clerk.below(&format!("day?at={at}"))).await;
    let staff = town.platform.staff(&clerk.token).await.expect("store").expect("signed in");
    let log = cell.access_log(staff.id, None, 100).await.expect("store");
    assert_eq!(log.iter().filter(|entry| entry.door == "desk-list").count(), 1, "{log:?}");
    let finish = [("at", at.as_str()), ("deed", "finish"), ("booking", booking.as_str())];
    assert_eq!(clerk.post(&queue, &finish).await.status(), StatusCode::SEE_OTHER);
    assert_eq!(state(&town, &clerk, id).await, State::Done);
    let acts = clerk.reads("/desk/me").await;
    assert!(acts.contains(&format!("booking {id} finish")) && acts.contains("forged"), "{acts}");
}

async fn a_ticket_lets_in_once_however_it_is_reported(engine: Engine) {
    let town = town(engine).await;
    let city = town.open_city().city.id.clone();
    let clerk = town.staff(&city, Role::Counter).await;
    let (place, at) = place(&town, &clerk, BookingKind::Ticket).await;
    let gate = clerk.below(&format!("gate/{at}"));
    let cell = town.stores.city(&city).await.expect("the cell");
    let report = async |key: &str, code: &str, at_ms: String| {
        let entries = format!("{key} {at_ms} - {code}");
        let answered = clerk.post(&format!("{gate}/entries"), &[("entries", &entries)]).await;
        answered.text().await.expect("lines").trim().to_owned()
    };

    let (one, other) = (books(&town, &clerk, &at).await, books(&town, &clerk, &at).await);
    let facts = cell.booking_facts(one).await.expect("store").expect("a booking");
    let about = |place| VoucherFacts {
        number: &facts.number,
        service: &facts.service,
        place,
        starts_at: facts.facts.starts_at,
        ends_at: facts.facts.ends_at,
        persons: 1,
        at_gate: Vec::new(),
    };
    let code = town.platform.voucher(&city, about(&place.id)).expect("a voucher");
    let elsewhere = town.platform.voucher(&city, about("no-such-place")).expect("a voucher");
    assert_ne!(PlaceKey::of(place.service.as_str(), &place.id), PlaceKey::of(place.service.as_str(), "no-such-place"));

    let now = town.clock.now();
    if now < facts.facts.starts_at {
        assert!(facts.facts.starts_at.date() == now.date(), "a ticket of today");
    }
    let bent = format!("{}{}", &code[..code.len() - 1], if code.ends_with('1') { '2' } else { '1' });
    assert_eq!(report("key-forged-1", &bent, "-".into()).await, "key-forged-1 forged");
    assert_eq!(report("key-elsewhere", &elsewhere, "-".into()).await, "key-elsewhere other_place");
    assert_eq!(report("key-unknown-1", "000000000000", "-".into()).await, "key-unknown-1 unknown");
    assert_eq!(report("key-nonsense", "7", "-".into()).await, "key-nonsense unreadable");

    // It was let in while there was no line; the first report's answer is lost, and a second person comes with a copy.
    let then = now.plus_s(-30).0.to_string();
    let entered = format!("key-first-1 in {} 1", facts.number);
    assert_eq!(report("key-first-1", &code, then.clone()).await, entered);
    assert_eq!(report("key-first-1", &code, then).await, entered, "the same entry, reported again");
    assert!(report("key-second-1", &code, "-".into()).await.starts_with("key-second-1 already_used"));
    let scanned = clerk.post(&gate, &[("key", "key-third-1"), ("code", &facts.number)]).await;
    assert!(scanned.text().await.expect("a page").contains("Used already"), "by number it is the same ticket");
    assert_eq!(state(&town, &clerk, one).await, State::CheckedIn);

    let second = cell.booking_facts(other).await.expect("store").expect("a booking").number;
    let scanned = clerk.post(&gate, &[("key", "key-fourth-1"), ("code", &second)]).await;
    assert!(scanned.text().await.expect("a page").contains("Let in 1 person"));
    let told = clerk.reads(&format!("{gate}/state?since=0")).await;
    assert!(told.contains("inside 2\nentered 2\n") && told.contains(&format!("gone {second}")), "{told}");
    assert_eq!(clerk.post(&format!("{gate}/left"), &[("left", "1")]).await.status(), StatusCode::SEE_OTHER);
    assert_eq!(clerk.post(&format!("{gate}/left"), &[("left", "-1")]).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(clerk.reads(&format!("{gate}/state?since=0")).await.contains("inside 1\nentered 2\n"));
    let acts = clerk.reads("/desk/me").await;
    for outcome in ["forged", "already_used", "other_place"] {
        assert!(acts.contains(outcome), "{outcome} is on record: {acts}");
    }
}

async fn a_sitting_that_is_called_off_is_nobodys_fault(engine: Engine) {
    let town = town(engine).await;
    let city = town.open_city().city.id.clone();
    let clerk = town.staff(&city, Role::Counter).await;
    let (place, at) = place(&town, &clerk, BookingKind::Appointment).await;
    let id = books(&town, &clerk, &at).await;
    let cell = town.stores.city(&city).await.expect("the cell");
    let facts = cell.booking_facts(id).await.expect("store").expect("a booking");
    let pool = facts.parts[0].0;

    let scheduler = town.staff(&city, Role::Scheduler).await.steps_up().await;
    assert_eq!(scheduler.page(&scheduler.below(&format!("bookings/{id}"))).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(clerk.page(&clerk.below(&format!("pools/{pool}/stop"))).await.status(), StatusCode::FORBIDDEN);
    let own = scheduler.below(&format!("pools/{pool}"));
    assert!(scheduler.reads(&scheduler.below(&format!("schedule?at={at}"))).await.contains(&format!("pools/{pool}\"")));

    // Fewer than are taken is refused; a preview changes nothing; saving does.
    let before = cell.pool(pool).await.expect("store").expect("a pool");
    let form = |units: &str, deed: &str| {
        [("units", units), ("online", ""), ("on_site", ""), ("phone", "0"), ("reason", "extra"), ("deed", deed)]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
    };
    let send = async |units: &str, deed: &str| {
        let form = form(units, deed);
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        scheduler.post(&format!("{own}/edit"), &form).await.status()
    };
    assert_eq!(send("0", "save").await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(send("many", "save").await, StatusCode::UNPROCESSABLE_ENTITY);
    let more = (before.pool.capacity + 5).to_string();
    assert_eq!(send(&more, "preview").await, StatusCode::OK);
    assert_eq!(cell.pool(pool).await.expect("store").expect("a pool"), before, "a look changes nothing");
    assert_eq!(send(&more, "save").await, StatusCode::SEE_OTHER);
    assert_eq!(cell.pool(pool).await.expect("store").expect("a pool").pool.capacity, before.pool.capacity + 5);

    let resource = facts.names.resource.as_str();
    let sitting = [
        ("at", at.as_str()),
        ("resource", resource),
        ("on", "2026-11-29"),
        ("from", "05:10"),
        ("to", "06:40"),
        ("units", "12"),
        ("on_site", "2"),
        ("phone", ""),
        ("reason", "extra clinic"),
    ];
    let add = scheduler.below("sitting");
    assert_eq!(scheduler.post(&add, &sitting).await.status(), StatusCode::SEE_OTHER);
    assert_eq!(scheduler.post(&add, &sitting).await.status(), StatusCode::UNPROCESSABLE_ENTITY, "there is one now");

    let asked = scheduler.reads(&format!("{own}/stop")).await;
    assert!(asked.contains("1 booking will be stopped"), "{asked}");
    let stop = format!("{own}/stop");
    assert_eq!(scheduler.post(&stop, &[("reason", " ")]).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_ne!(state(&town, &clerk, id).await, State::Stopped);
    assert_eq!(scheduler.post(&stop, &[("reason", "the doctor is ill")]).await.status(), StatusCode::SEE_OTHER);
    assert_eq!(state(&town, &clerk, id).await, State::Stopped);
    assert!(scheduler.reads(&stop).await.contains("It is called off"));
    let marks = cell.marks_of(&facts.parties[0].person, &facts.fault_scope).await.expect("store");
    assert_eq!(marks, [], "nobody is blamed");
    assert!(cell.audit_stock().await.expect("store").is_clean());
    let figures = scheduler.reads(&scheduler.below(&format!("figures?at={at}"))).await;
    assert!(figures.contains("Called off"), "{figures}");
    assert!(town.platform.catalogue().services.contains_key(&place.service));
}
