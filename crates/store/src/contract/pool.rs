//! Pools: planned, edited, sold over legs.

use capability::booking::{
    Refusal, State,
    pool::{Door, Legs, Take},
    refusal::Which,
};
use serde_json::json;

use super::{
    booking::{becomes, claim, day, facts_of, given_up, hold, is_clean, new_pool, nine, plan, profile},
    *,
};
use crate::{AdvanceBooking, BelowTaken, Hold, NewPool, PoolsOf};

fn of_day() -> PoolsOf {
    PoolsOf { service: service(), place: None, resource: None, from_on: day(), to_on: day() }
}

pub async fn pools_are_planned_edited_and_listed(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    let (first, other) = (new_pool("d1", 20), NewPool { place: "hill-clinic".into(), ..new_pool("d1", 5) });
    let week: Vec<NewPool> = vec![first.clone(), other.clone(), first.clone()];
    assert_eq!(city.plan_pools(week.clone()).await, Ok(2), "one of them was named twice");
    assert_eq!(city.plan_pools(week).await, Ok(0), "planning again adds nothing");
    let listed = city.pools(of_day()).await.expect("store");
    assert_eq!(listed.iter().map(|info| info.pool.clone()).collect::<Vec<_>>(), [other.clone(), first.clone()]);
    let at_hill = PoolsOf { place: Some("hill-clinic".into()), resource: Some("d1".into()), ..of_day() };
    assert_eq!(city.pools(at_hill.clone()).await.expect("store").len(), 1);
    let nobody = PoolsOf { resource: Some("d9".into()), ..at_hill };
    assert!(city.pools(nobody).await.expect("store").is_empty());
    let (hill, lake) = (listed[0].number, listed[1].number);

    // What nobody touched follows the pack.
    let larger = NewPool { capacity: 8, legs: 3, shares: [4, 8, 8], ..other.clone() };
    assert_eq!(city.stock(&[hill], NOON).await.expect("store")[0].as_ref().map(|pool| pool.capacity()), Some(5));
    assert_eq!(city.plan_pools(vec![larger.clone()]).await, Ok(0));
    assert_eq!(city.pool(hill).await.expect("store").expect("there").pool, larger);
    assert_eq!(city.stock(&[hill], NOON).await.expect("store")[0].as_ref().map(|pool| pool.capacity()), Some(8));
    // What somebody has, or the desk has changed, does not.
    let profile = profile(&json!({}));
    hold(&city, claim(1, 1, "d1", lake, &profile)).await.expect("held");
    city.plan_pools(vec![NewPool { capacity: 99, ..first.clone() }]).await.expect("store");
    assert_eq!(city.pool(lake).await.expect("store").expect("there").pool, first);
    assert_eq!(city.resize_pool(hill, 9, [9, 2, 0]).await, Ok(Ok(())));
    city.plan_pools(vec![other]).await.expect("store");
    let edited = city.pool(hill).await.expect("store").expect("there");
    assert!(edited.edited && edited.pool.capacity == 9 && edited.pool.shares == [9, 2, 0], "{edited:?}");
    assert_eq!((edited.free(Door::Online), edited.free(Door::OnSite), edited.free(Door::Phone)), (9, 2, 0));
    is_clean(&city).await;
}

pub async fn a_pool_never_shrinks_below_what_is_taken(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    let pool = plan(&city, new_pool("d1", 5)).await;
    let profile = profile(&json!({}));
    for n in 1..=3 {
        let mut wish = claim(n, n, "d1", pool, &profile);
        wish.pools[0].1.chosen = vec![[1, 2, 4][n as usize - 1]];
        hold(&city, wish).await.expect("held");
    }
    assert_eq!(city.resize_pool(pool, 3, [u32::MAX; 3]).await, Ok(Err(BelowTaken { least: 4 })));
    assert_eq!(city.resize_pool(pool, 4, [2, 4, 4]).await, Ok(Ok(())));
    // The share is below what was taken through that door: nothing more goes through it.
    let over = Refusal::OverQuota { which: Which::Door(Door::Online), max: 2 };
    assert_eq!(hold(&city, claim(4, 4, "d1", pool, &profile)).await, Err(over.into()));
    let on_site = Hold { door: Door::OnSite, ..claim(5, 5, "d1", pool, &profile) };
    let on_site = Hold { pools: vec![(pool, Take::any(Door::OnSite, 1))], at: nine(), ..on_site };
    assert_eq!(hold(&city, on_site).await.expect("held").taken[0].units, [3]);
    is_clean(&city).await;

    assert_eq!(city.stop_pool(pool).await, Ok(true));
    assert_eq!(city.stop_pool(pool).await, Ok(false));
    assert_eq!(hold(&city, claim(6, 6, "d1", pool, &profile)).await, Err(Refusal::Stopped.into()));
    // What stands is given back one by one.
    let stopped = AdvanceBooking { release: Some(NOON), ..becomes(&facts_of(&city, 1).await, State::Stopped) };
    assert_eq!(city.advance_booking(stopped).await, Ok(true));
    assert_eq!(city.pool(pool).await.expect("store").expect("there").taken, [2, 1, 0]);
    is_clean(&city).await;
}

pub async fn seats_are_sold_over_legs(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    let coach =
        |part: &str, capacity, numbered| NewPool { part: part.into(), numbered, legs: 4, ..new_pool("trip", capacity) };
    let (ride, seat) = (plan(&city, coach("ride", 3, false)).await, plan(&city, coach("seat", 2, true)).await);
    let profile = profile(&json!({ "quota": [] }));
    let wish = |n, from, to, people, seats: &[u32]| {
        let legs = Legs { from, to };
        let people = Take { door: Door::Online, count: people, chosen: vec![], legs };
        let seats = Take { count: seats.len() as u32, chosen: seats.to_vec(), ..people.clone() };
        Hold { pools: vec![(ride, people), (seat, seats)], ..claim(n, n, "trip", ride, &profile) }
    };
    hold(&city, wish(1, 0, 2, 2, &[1])).await.expect("with a child on the lap");
    assert_eq!(hold(&city, wish(2, 1, 3, 1, &[1])).await, Err(Refusal::Taken { unit: 1 }.into()));
    // The seat is free from the third stop on, and the vehicle is full on the second leg.
    hold(&city, wish(3, 2, 4, 1, &[1])).await.expect("held");
    hold(&city, wish(4, 0, 4, 1, &[2])).await.expect("held");
    assert_eq!(hold(&city, wish(5, 1, 2, 1, &[2])).await, Err(Refusal::SoldOut { free: 0 }.into()));
    assert_eq!(hold(&city, wish(6, 3, 5, 1, &[1])).await, Err(Refusal::NoSuchStop.into()));
    let stock = city.stock(&[ride, seat, 99], NOON).await.expect("store");
    let rest = Legs { from: 2, to: 4 };
    assert_eq!(stock[0].as_ref().map(|pool| pool.free(Door::Online, rest)), Some(1));
    assert_eq!(stock[1].as_ref().map(|pool| pool.free_units(rest).count()), Some(0));
    assert!(stock[2].is_none());
    is_clean(&city).await;
    assert_eq!(city.advance_booking(given_up(&facts_of(&city, 3).await)).await, Ok(true));
    let again = hold(&city, wish(7, 3, 4, 1, &[1])).await.expect("held");
    assert_eq!(again.taken[1].units, [1]);
    is_clean(&city).await;
}
