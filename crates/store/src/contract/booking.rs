//! Claims, one behaviour after the other, and what the tests beside it need. The races are in `rush`, the random walks in
//! `stock_model`.

use capability::booking::{
    Facts, Profile, Refusal, State,
    hold::Key,
    pool::{Door, Legs, Take, Taken},
    refusal::Which,
    rule::{Per, What},
};
use kernel::{Calendar, Money};
use serde_json::json;

use super::*;
use crate::{AdvanceBooking, BookingFacts, BookingNames, HeldBooking, Hold, HoldParty, HoldRefused, NewPool, PoolsOf};

/// Thursday, three days after [`NOON`]'s Monday.
pub(super) fn day() -> kernel::Date {
    NOON.plus_s(3 * 86_400).date()
}

/// Nine o'clock of that day.
pub(super) fn nine() -> Timestamp {
    NOON.plus_s(3 * 86_400 - 3 * 3600)
}

/// Released at midnight, 30 days ahead, one of a resource per half-day; given-up units come back at once.
pub(super) fn profile(more: &serde_json::Value) -> Arc<Profile> {
    let mut profile = json!({
        "effective_on": "2015-01-01",
        "source": { "zh-CN": "样例", "en": "Sample" },
        "hold_s": 600,
        "extend_s": 300,
        "release": { "at": "00:00", "days_from": 0, "days_to": 30 },
        "quota": [{ "of": "resource", "per": "half-day" }],
        "moves_max": 1,
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        profile[name] = value.clone();
    }
    Arc::new(serde_json::from_value(profile).expect("a profile"))
}

pub(super) fn new_pool(resource: &str, capacity: u32) -> NewPool {
    NewPool {
        service: service(),
        place: "lakeside-clinic".into(),
        section: "eyes".into(),
        resource: resource.into(),
        part: String::new(),
        on: day(),
        starts_at: nine(),
        ends_at: nine().plus_s(3 * 3600),
        capacity,
        numbered: true,
        legs: 1,
        shares: [u32::MAX; 3],
    }
}

/// Plans a pool and gives its number.
pub(super) async fn plan(city: &City, pool: NewPool) -> i64 {
    let of = PoolsOf {
        service: pool.service.clone(),
        place: Some(pool.place.clone()),
        resource: Some(pool.resource.clone()),
        from_on: pool.on,
        to_on: pool.on,
    };
    city.plan_pools(vec![pool.clone()]).await.expect("store");
    let found = city.pools(of).await.expect("store");
    found.into_iter().find(|info| info.pool == pool).expect("planned").number
}

pub(super) fn person(n: u64) -> Index {
    Index(hash(500_000 + n))
}

/// The n-th claim: of one unit of a pool, for one person, by their own account.
pub(super) fn claim(n: u64, who: u64, resource: &str, pool: i64, profile: &Arc<Profile>) -> Hold {
    Hold {
        id: id(n),
        request: hash(900_000 + n),
        account: Some(id(600_000 + who)),
        service: service(),
        pools: vec![(pool, Take::any(Door::Online, 1))],
        door: Door::Online,
        class: "general".into(),
        names: BookingNames {
            place: "lakeside-clinic".into(),
            section: "eyes".into(),
            resource: resource.into(),
            matter: String::new(),
        },
        fault_scope: "clinics".into(),
        starts_at: nine(),
        ends_at: nine().plus_s(1800),
        parties: vec![HoldParty {
            account: Some(id(600_000 + who)),
            person: person(who),
            born_on: "1990-03-07".parse().expect("a date"),
        }],
        party_count: 1,
        price: Money::ZERO,
        drawn: false,
        waiting: None,
        profile: Arc::clone(profile),
        calendar: Arc::new(Calendar::default()),
        detail: sealed("who and where"),
        lookup: Some(Index(hash(700_000 + n))),
        messages: vec![message(800_000 + n, NOON)],
        at: NOON,
    }
}

pub(super) async fn hold(city: &City, hold: Hold) -> Result<HeldBooking, HoldRefused> {
    city.hold(hold).await.expect("store")
}

pub(super) async fn facts_of(city: &City, n: u64) -> BookingFacts {
    city.booking_facts(id(n)).await.expect("store").expect("there")
}

/// A change of the state, and of nothing else.
pub(super) fn becomes(booking: &BookingFacts, state: State) -> AdvanceBooking {
    let facts = Facts { state, ..booking.facts.clone() };
    AdvanceBooking::to(booking.id, booking.version, facts, NOON)
}

/// Given up, with its units back at once.
pub(super) fn given_up(booking: &BookingFacts) -> AdvanceBooking {
    AdvanceBooking { release: Some(NOON), ..becomes(booking, State::Cancelled) }
}

pub(super) async fn is_clean(city: &City) {
    let audit = city.audit_stock().await.expect("store");
    assert!(audit.is_clean(), "{audit:#?}");
}

pub async fn a_claim_is_kept_whole(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    let pool = plan(&city, new_pool("d1", 3)).await;
    let profile = profile(&json!({ "pay": "upfront" }));
    let wish = Hold { price: Money::from_fen(4500), ..claim(1, 1, "d1", pool, &profile) };
    let held = hold(&city, wish.clone()).await.expect("held");
    let taken = Taken { door: Door::Online, count: 1, units: vec![1], legs: Legs::ONE };
    assert_eq!(held.taken, std::slice::from_ref(&taken));
    assert_eq!((held.facts.state, held.facts.held_until_at), (State::Held, NOON.plus_s(600)));
    let kept = facts_of(&city, 1).await;
    assert_eq!((kept.facts.clone(), kept.parts.clone()), (held.facts, vec![(pool, taken)]));
    assert_eq!((kept.version, kept.account, kept.made_on), (1, wish.account, NOON.date()));
    assert_eq!((&kept.names, kept.door, kept.missed_at), (&wish.names, Door::Online, wish.ends_at));
    assert_eq!((kept.parties.len(), kept.parties[0].person), (1, person(1)));
    assert_eq!(city.outbox_depth().await, Ok(1), "its message is there with it");
    assert_eq!(city.booking_by_number(&kept.number).await, Ok(Some(id(1))));
    assert_eq!(city.booking_by_number("123456789012").await, Ok(None));
    assert_eq!(city.knows_lookup(id(1), &Index(hash(700_001))).await, Ok(true));
    assert_eq!(city.knows_lookup(id(1), &Index(hash(700_002))).await, Ok(false));
    let unknown = Hold { pools: vec![(99, Take::any(Door::Online, 1))], ..claim(2, 2, "d1", pool, &profile) };
    assert_eq!(hold(&city, unknown).await, Err(HoldRefused::NoSuchPool));
    // An id that is another claim's costs nobody else anything.
    let (city, twice) = (&city, Hold { id: id(1), ..claim(3, 3, "d1", pool, &profile) });
    let outcomes =
        city.hold_all(vec![claim(4, 4, "d1", pool, &profile), twice, claim(5, 5, "d1", pool, &profile)]).await;
    let outcomes: Vec<_> =
        outcomes.expect("store").into_iter().map(|it| it.map(|held| held.taken[0].units[0])).collect();
    assert_eq!(outcomes, [Ok(2), Err(HoldRefused::KeyReused), Ok(3)]);
    assert_eq!(hold(city, claim(6, 6, "d1", pool, &profile)).await, Err(Refusal::SoldOut { free: 0 }.into()));
    is_clean(city).await;
}

pub async fn one_key_claims_once(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    let pool = plan(&city, new_pool("d1", 2)).await;
    let profile = profile(&json!({}));
    let wish = |n, who, request| Hold { request: hash(request), ..claim(n, who, "d1", pool, &profile) };
    let first = hold(&city, wish(1, 1, 1)).await.expect("held");
    assert_eq!(hold(&city, wish(1, 1, 1)).await, Ok(first.clone()), "the repeat is told of the first");
    assert_eq!(hold(&city, wish(1, 1, 2)).await, Err(HoldRefused::KeyReused));
    // In one batch too, and with the last unit gone.
    let both = city.hold_all(vec![wish(3, 2, 1), wish(3, 2, 1), wish(3, 2, 2)]).await.expect("store");
    assert_eq!(both[0], both[1]);
    assert_eq!(both[2], Err(HoldRefused::KeyReused));
    assert_eq!(hold(&city, wish(1, 1, 1)).await, Ok(first.clone()), "sold out, and yet theirs");
    let sold_out = Err(Refusal::SoldOut { free: 0 }.into());
    assert_eq!(hold(&city, wish(7, 3, 1)).await, sold_out);
    // Whoever starts anew knows it from the database.
    drop((city, stores));
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    assert_eq!(hold(&city, wish(8, 4, 1)).await, sold_out, "memory is warm now");
    assert_eq!(hold(&city, wish(1, 1, 1)).await, Ok(first));
    let kept = facts_of(&city, 1).await;
    assert_eq!(city.booking_by_number(&kept.number).await, Ok(Some(id(1))), "the numbers are the same");
    // A refusal is not kept: who asks again may be luckier.
    assert_eq!(city.advance_booking(given_up(&kept)).await, Ok(true));
    assert_eq!(hold(&city, wish(7, 3, 1)).await.map(|held| held.id), Ok(id(7)));
    let again = hold(&city, wish(1, 1, 1)).await.expect("told");
    assert_eq!((again.id, again.facts.state), (id(1), State::Cancelled), "as it is now");
    is_clean(&city).await;
}

pub async fn keys_are_freed_by_state(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    let pool = plan(&city, new_pool("d1", 20)).await;
    let quota =
        json!({ "quota": [{ "of": "resource", "per": "half-day" }, { "of": "section", "per": "live", "max": 2 }] });
    let profile = profile(&quota);
    let used = async |who, key: &Key| city.used_of(&person(who), key).await.expect("store");
    let (half_day, live) = (
        &Key { text: format!("resource/lakeside-clinic/d1/{}am", day()), max: 1, until_on: Some(day()) },
        &Key { text: "section/lakeside-clinic/eyes/live".into(), max: 2, until_on: None },
    );
    hold(&city, claim(1, 1, "d1", pool, &profile)).await.expect("held");
    assert_eq!((used(1, half_day).await, used(1, live).await), (1, 1));
    for n in [2, 3] {
        // The second time from memory.
        assert_eq!(hold(&city, claim(n, 1, "d1", pool, &profile)).await, Err(Refusal::SameHalfDay.into()));
    }
    let state = async |n, state| {
        let booking = facts_of(&city, n).await;
        assert_eq!(city.advance_booking(becomes(&booking, state)).await, Ok(true));
    };
    state(1, State::Booked).await;
    state(1, State::CheckedIn).await;
    assert_eq!((used(1, half_day).await, used(1, live).await), (1, 1));
    state(1, State::Done).await;
    assert_eq!((used(1, half_day).await, used(1, live).await), (1, 0), "used up, and nothing to come of it");
    assert_eq!(hold(&city, claim(4, 1, "d1", pool, &profile)).await, Err(Refusal::SameHalfDay.into()));
    // Given up: both are free.
    hold(&city, claim(5, 2, "d1", pool, &profile)).await.expect("held");
    assert_eq!(city.advance_booking(given_up(&facts_of(&city, 5).await)).await, Ok(true));
    assert_eq!((used(2, half_day).await, used(2, live).await), (0, 0));
    hold(&city, claim(6, 2, "d1", pool, &profile)).await.expect("held again");
    // Another doctor on the same half-day, and then no third in the section.
    let other = plan(&city, new_pool("d2", 20)).await;
    let third = plan(&city, new_pool("d3", 20)).await;
    hold(&city, claim(7, 2, "d2", other, &profile)).await.expect("held");
    let over = Refusal::OverQuota { which: Which::Person { of: What::Section, per: Per::Live }, max: 2 };
    assert_eq!(hold(&city, claim(8, 2, "d3", third, &profile)).await, Err(over.into()));
    // The same person twice in one claim is one person.
    let mut pair = claim(9, 3, "d3", third, &profile);
    pair.parties.push(pair.parties[0].clone());
    assert_eq!(hold(&city, pair).await, Err(Refusal::SameHalfDay.into()));
    assert_eq!(used(3, live).await, 0);
    is_clean(&city).await;
    // What is over is forgotten, and what is to come of it is not.
    assert_eq!(city.purge_slots(day()).await, Ok(0));
    let tomorrow = day().tomorrow().expect("a day");
    assert!(city.purge_slots(tomorrow).await.expect("store") >= 3);
    assert_eq!((used(2, half_day).await, used(2, live).await), (0, 2));
}

pub async fn bookings_are_shown_to_whose_they_are(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    let pool = plan(&city, new_pool("d1", 20)).await;
    let profile = profile(&json!({ "quota": [] }));
    let (me, partner, stranger) = (id(600_001), id(600_002), id(600_003));
    for n in 1..=3 {
        let mut wish = claim(n, 1, "d1", pool, &profile);
        if n == 2 {
            wish.parties.push(HoldParty { account: Some(partner), ..claim(2, 2, "d1", pool, &profile).parties[0] });
            wish.party_count = 2;
        }
        hold(&city, wish).await.expect("held");
    }
    let read = |account| access(account, NOON);
    let (view, _) = city.booking(read(me), me, id(2)).await.expect("store").expect("mine");
    assert_eq!((view.detail, view.facts.facts.consents), (Some(sealed("who and where")), vec![true, false]));
    assert!(city.booking(read(partner), partner, id(2)).await.expect("store").is_some(), "a party sees it");
    assert!(city.booking(read(partner), partner, id(1)).await.expect("store").is_none());
    assert!(city.booking(read(stranger), stranger, id(2)).await.expect("store").is_none());
    assert_eq!(city.bookings_kept_for(person(2), 9).await, Ok(vec![id(2)]), "before any login of theirs is known");
    assert_eq!(city.bookings_kept_for(person(1), 9).await, Ok(vec![]), "nobody asks who asked");
    assert!(city.access_log(stranger, None, 10).await.expect("store").is_empty());
    let seqs = |list: Vec<crate::BookingInfo>| list.into_iter().map(|info| info.id).collect::<Vec<_>>();
    let (list, _) = city.bookings(read(me), me, None, 2).await.expect("store");
    let before = list.last().map(|info| info.seq);
    assert_eq!(seqs(list), [id(3), id(2)]);
    assert_eq!(seqs(city.bookings(read(me), me, before, 2).await.expect("store").0), [id(1)]);
    assert_eq!(seqs(city.bookings(read(partner), partner, None, 9).await.expect("store").0), [id(2)]);
    assert!(city.access_log(me, None, 50).await.expect("store").len() >= 5, "a partner's look is on record with me");
    let day_list =
        city.bookings_of_day(read(stranger), &service(), "lakeside-clinic", day(), 9).await.expect("store").0;
    assert_eq!(seqs(day_list), [id(1), id(2), id(3)]);
    let of_pool = city.bookings_of_pool(pool, 0, 9).await.expect("store");
    assert!(of_pool.len() == 3 && of_pool.iter().all(|info| info.detail.is_none()));

    // The second party agrees by a login of their own.
    let booking = facts_of(&city, 2).await;
    let facts = Facts { consents: vec![true, true], ..booking.facts.clone() };
    let agreed = AdvanceBooking::to(booking.id, booking.version, facts, NOON);
    assert_eq!(city.advance_booking(AdvanceBooking { agreed: Some((1, stranger)), ..agreed }).await, Ok(true));
    assert!(city.booking(read(stranger), stranger, id(2)).await.expect("store").is_some());
    assert_eq!(facts_of(&city, 2).await.facts.consents, [true, true]);

    // An account that goes takes its name along; what is still to come is known at the counter until it is over.
    assert_eq!(city.advance_booking(given_up(&facts_of(&city, 1).await)).await, Ok(true));
    city.forget(me).await.expect("store");
    assert!(city.bookings(read(me), me, None, 9).await.expect("store").0.is_empty());
    assert_eq!(city.booking_detail(id(1)).await, Ok(None));
    assert!(city.booking_detail(id(3)).await.expect("store").is_some());
    assert_eq!(city.advance_booking(given_up(&facts_of(&city, 3).await)).await, Ok(true));
    assert_eq!(city.booking_detail(id(3)).await, Ok(None));
    is_clean(&city).await;
}

pub async fn time_that_was_told_is_kept(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    assert_eq!(city.highest_time().await, Ok(Timestamp(0)));
    city.keep_time(NOON).await.expect("store");
    city.keep_time(NOON.plus_s(-60)).await.expect("store");
    assert_eq!(city.highest_time().await, Ok(NOON));
}
