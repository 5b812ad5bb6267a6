//! Whoever is here: called in turn, let in once; and a sitting that the desk adds.

use capability::booking::State;

use super::{
    booking::{becomes, claim, day, facts_of, hold, new_pool, nine, plan, profile},
    *,
};
use crate::{ArrivalsOf, NewArrival, PoolsOf};

/// Some of the pool's bookings, checked in and in the queue, in a disorder of arrival.
async fn arrived(city: &City, numbers: &[u64]) -> i64 {
    let rules = profile(&serde_json::json!({}));
    let pool = plan(city, new_pool("shen", 9)).await;
    for n in numbers {
        hold(city, claim(*n, *n, "shen", pool, &rules)).await.expect("held");
        becomes_now(city, *n, State::CheckedIn).await;
        city.arrive(arrival(*n)).await.expect("store");
    }
    pool
}

async fn becomes_now(city: &City, n: u64, state: State) {
    let known = facts_of(city, n).await;
    assert!(city.advance_booking(becomes(&known, state)).await.expect("store"));
}

fn of(resource: &str) -> ArrivalsOf {
    let (place, section) = ("lakeside-clinic".to_owned(), String::new());
    ArrivalsOf { service: service(), place, section, resource: resource.to_owned(), on: day() }
}

fn arrival(n: u64) -> NewArrival {
    NewArrival {
        booking: id(n),
        at: ArrivalsOf { section: "eyes".into(), ..of("shen") },
        number: format!("{n:012}"),
        call_no: u32::try_from(n).ok(),
        name: "王*".into(),
        starts_at: nine(),
        // Who came first does not matter: the number does.
        arrived_at: NOON.plus_s(100 - i64::try_from(n).expect("small")),
    }
}

pub async fn whoever_is_here_is_called_in_turn(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    arrived(&city, &[3, 1, 2]).await;
    city.arrive(arrival(3)).await.expect("a repeat changes nothing");
    let waiting = |list: Vec<crate::Arrival>| list.iter().map(|one| one.call_no).collect::<Vec<_>>();
    assert_eq!(waiting(city.arrivals(&of("")).await.expect("store")), [Some(1), Some(2), Some(3)]);
    assert_eq!(waiting(city.arrivals(&of("lu")).await.expect("store")), [], "another doctor's queue");

    let next = async |window: &str, at| city.call_next(of("shen"), window, at).await.expect("store");
    assert_eq!(next("1", NOON).await, Some(id(1)));
    assert_eq!(next("2", NOON).await, Some(id(2)), "two windows call two people");
    assert!(city.call_again(id(1), "1", NOON.plus_s(60)).await.expect("store"));
    assert!(!city.call_again(id(3), "1", NOON).await.expect("store"), "who was not called is not called again");
    assert!(city.pass_over(id(1), NOON.plus_s(90)).await.expect("store"));
    assert!(!city.pass_over(id(1), NOON.plus_s(91)).await.expect("store"), "passed over once");
    let list = city.arrivals(&of("")).await.expect("store");
    assert_eq!(waiting(list.clone()), [Some(2), Some(3), Some(1)], "who did not come goes last");
    assert_eq!((list[0].called_to.as_str(), list[0].times, list[2].times), ("2", 1, 2));

    becomes_now(&city, 2, State::Done).await;
    becomes_now(&city, 3, State::Stopped).await;
    assert_eq!(waiting(city.arrivals(&of("")).await.expect("store")), [Some(1)], "the state says who is here");
    assert_eq!(next("2", NOON.plus_s(120)).await, Some(id(1)), "and the one passed over has their turn");
    assert_eq!(next("2", NOON.plus_s(121)).await, None);
}

pub async fn an_entry_is_told_from_a_second_one(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    let rules = profile(&serde_json::json!({}));
    let pool = plan(&city, new_pool("shen", 9)).await;
    for n in [1, 2] {
        hold(&city, claim(n, n, "shen", pool, &rules)).await.expect("held");
        becomes_now(&city, n, State::Booked).await;
    }
    let first = city.gate_entry(id(1), "gate-a", NOON).await.expect("store");
    assert_eq!((first.key.as_str(), first.at, first.new), ("gate-a", NOON, true));
    let again = city.gate_entry(id(1), "gate-a", NOON.plus_s(9)).await.expect("store");
    assert_eq!((again.key.as_str(), again.at, again.new), ("gate-a", NOON, false), "a repeat");
    let other = city.gate_entry(id(1), "gate-b", NOON.plus_s(9)).await.expect("store");
    assert_eq!(other.key, "gate-a", "somebody else's");
    city.drop_gate_entry(id(1), "gate-b").await.expect("store");
    assert!(!city.gate_entry(id(1), "gate-b", NOON).await.expect("store").new, "only its own key takes it back");
    city.set_gate_entry(id(1), "gate-b", NOON.plus_s(9)).await.expect("store");
    assert_eq!(city.gate_entry(id(1), "gate-c", NOON).await.expect("store").key, "gate-b");
    city.drop_gate_entry(id(1), "gate-b").await.expect("store");
    assert!(city.gate_entry(id(1), "gate-c", NOON).await.expect("store").new);

    assert_eq!(city.left_of(&service(), "pier", day()).await.expect("store"), 0);
    for people in [3, 4] {
        city.gate_left(&service(), "pier", day(), people).await.expect("store");
    }
    assert_eq!(city.left_of(&service(), "pier", day()).await.expect("store"), 7);
    assert_eq!(city.left_of(&service(), "quay", day()).await.expect("store"), 0);

    let gone = async |since| city.gone_of(&service(), "lakeside-clinic", day(), since, 9).await.expect("store");
    assert_eq!(gone(Timestamp(0)).await, Vec::<String>::new(), "both may still come");
    becomes_now(&city, 2, State::Cancelled).await;
    assert_eq!(gone(Timestamp(0)).await, [facts_of(&city, 2).await.number]);
    assert_eq!(gone(NOON.plus_s(1)).await, Vec::<String>::new(), "nothing since");
}

pub async fn a_sitting_that_no_plan_has_stays_as_it_was_added(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    let of = || PoolsOf { service: service(), place: None, resource: None, from_on: day(), to_on: day() };
    assert!(city.add_pool(new_pool("shen", 9)).await.expect("store"));
    assert!(!city.add_pool(new_pool("shen", 12)).await.expect("store"), "one at a time");
    assert_eq!(city.plan_pools(vec![new_pool("shen", 20)]).await.expect("store"), 0);
    let pools = city.pools(of()).await.expect("store");
    assert_eq!((pools.len(), pools[0].pool.capacity, pools[0].edited), (1, 9, true), "no plan touches it");
    let rules = profile(&serde_json::json!({}));
    hold(&city, claim(1, 1, "shen", pools[0].number, &rules)).await.expect("it is sold like any other");
}

pub async fn a_price_is_decided_once_by_somebody_else(opener: Arc<dyn Opener>) {
    use crate::{NewPrice, PriceOf};
    use capability::booking::price::State;
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    let of = PriceOf { service: service(), place: "pier".to_owned(), what: String::new() };
    let from_on: kernel::Date = "2026-03-09".parse().expect("a date");
    let asked = |n: u64, fen: i64| NewPrice {
        id: id(n),
        of: of.clone(),
        from_on,
        price: kernel::Money::from_fen(fen),
        before: kernel::Money::from_fen(5_000),
        reason: "high season".to_owned(),
        by: id(1),
        at: NOON.plus_s(n as i64),
    };
    for (n, fen) in [(11, 6_000), (12, 6_500), (13, 0)] {
        city.ask_price(asked(n, fen)).await.expect("asked");
    }
    let late = NOON.plus_s(60);
    assert_eq!(city.decide_price(id(11), State::Approved, id(2), late, "").await, Ok(true));
    assert_eq!(city.decide_price(id(11), State::Declined, id(3), late, "no").await, Ok(false), "once");
    assert_eq!(city.decide_price(id(12), State::Declined, id(2), late, "too much").await, Ok(true));
    assert_eq!(city.decide_price(id(99), State::Approved, id(2), late, "").await, Ok(false));
    assert!(city.decide_price(id(13), State::Approved, id(1), late, "").await.is_err(), "not by whoever asked");
    let one = city.price_change(id(12)).await.expect("store").expect("kept");
    assert_eq!((one.asked, one.state, one.decided_by), (asked(12, 6_500), State::Declined, Some(id(2))));
    assert_eq!((one.decided_at, one.note.as_str()), (Some(late), "too much"));
    let all = city.price_changes(&service(), "pier", 10).await.expect("store");
    assert_eq!(all.iter().map(|one| one.asked.id).collect::<Vec<_>>(), [id(13), id(12), id(11)], "newest first");
    assert!(city.price_changes(&service(), "tower", 10).await.expect("store").is_empty());
    let approved = city.approved_prices().await.expect("store");
    let [(what, dated)] = approved.as_slice() else { panic!("{approved:?}") };
    assert_eq!((what, dated.from_on, dated.price.fen()), (&of, from_on, 6_000));
}
