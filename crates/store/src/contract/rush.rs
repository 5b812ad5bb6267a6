//! Many claimants and few units: exactly what there is is sold, nobody has it twice, and whoever was told so has it.

use std::collections::{BTreeMap, BTreeSet};

use capability::booking::{
    Refusal, State,
    pool::{Door, Take},
};
use serde_json::json;

use super::{
    booking::{becomes, claim, facts_of, given_up, hold, is_clean, new_pool, plan, profile},
    *,
};
use crate::{AdvanceBooking, Hold, HoldRefused, NewPool};

/// Everybody asks through whatever door is next, twice by two accounts, and once more when they were not answered.
pub async fn five_thousand_claim_twenty_units(opener: Arc<dyn Opener>) {
    const UNITS: u64 = 20;
    const CLAIMS: u64 = 5000;
    const CALLERS: u64 = 64;
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    let pool = plan(&city, new_pool("d1", UNITS as u32)).await;
    let profile = profile(&json!({}));
    let tasks: Vec<_> = (0..CALLERS)
        .map(|caller| {
            let (city, profile) = (city.clone(), Arc::clone(&profile));
            tokio::spawn(async move {
                let mut mine = Vec::new();
                for n in (caller..CLAIMS).step_by(CALLERS as usize) {
                    // Two accounts of one person race each other.
                    let wish = Hold { account: Some(id(n)), ..claim(n, n / 2, "d1", pool, &profile) };
                    let first = hold(&city, wish.clone()).await;
                    let again = hold(&city, wish).await;
                    match (&first, &again) {
                        (Ok(held), Ok(repeat)) => assert_eq!(held.id, repeat.id, "a repeat is the first"),
                        (Ok(_), Err(refused)) => panic!("granted, and then {refused:?}"),
                        _ => {}
                    }
                    match first.or(again) {
                        Ok(held) => mine.push((n / 2, held.taken[0].units[0])),
                        Err(HoldRefused::Refused(Refusal::SoldOut { .. } | Refusal::SameHalfDay)) => {}
                        Err(other) => panic!("{other:?}"),
                    }
                }
                mine
            })
        })
        .collect();
    let (mut persons, mut units) = (BTreeSet::new(), BTreeSet::new());
    for task in tasks {
        for (person, unit) in task.await.expect("task") {
            assert!(persons.insert(person), "person {person} has two");
            assert!(units.insert(unit), "unit {unit} was sold twice");
        }
    }
    assert_eq!(units, (1..=UNITS as u32).collect(), "exactly sold out");
    assert_eq!(city.outbox_depth().await, Ok(UNITS), "a message for each that was granted");
    is_clean(&city).await;
}

/// Claims, cancellations, exchanges of the capacity and returns, all at once. Afterwards everything agrees.
pub async fn whatever_happens_at_once_the_stock_agrees(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    let day = NewPool { numbered: false, part: "day".into(), ..new_pool("park", 40) };
    let band = NewPool { numbered: false, part: "morning".into(), ..new_pool("park", 25) };
    let pools = [plan(&city, day).await, plan(&city, band).await];
    let profile = profile(&json!({ "quota": [{ "of": "place", "per": "day", "max": 2 }] }));
    let tasks: Vec<_> = (0..16_u64)
        .map(|caller| {
            let (city, profile) = (city.clone(), Arc::clone(&profile));
            tokio::spawn(async move {
                let rng = SeededRng::new(caller);
                let mut mine: Vec<u64> = Vec::new();
                for step in 0..60_u64 {
                    let n = 1000 * caller + step;
                    match rng.below(8) {
                        0..=4 => {
                            let take = Take::any(Door::Online, 1 + rng.below(2) as u32);
                            let pools = pools.map(|pool| (pool, take.clone())).to_vec();
                            let wish = Hold { pools, ..claim(n, rng.below(30), "park", 0, &profile) };
                            if hold(&city, wish).await.is_ok() {
                                mine.push(n);
                            }
                        }
                        5 | 6 => {
                            let Some(n) = mine.pop() else { continue };
                            let booking = facts_of(&city, n).await;
                            let later = rng.below(2) == 0;
                            let release = Some(if later { NOON.plus_s(1) } else { NOON });
                            let gone = AdvanceBooking { release, ..given_up(&booking) };
                            assert_eq!(city.advance_booking(gone).await, Ok(true), "nobody else changes it");
                        }
                        _ => {
                            city.return_units(NOON.plus_s(1), 5).await.expect("store");
                            let resized = city.resize_pool(pools[1], 20 + rng.below(10) as u32, [u32::MAX; 3]).await;
                            assert!(resized.is_ok());
                        }
                    }
                }
                mine.len()
            })
        })
        .collect();
    let mut standing = 0;
    for task in tasks {
        standing += task.await.expect("task");
    }
    assert!(standing > 5, "{standing} bookings stand");
    while !city.return_units(NOON.plus_s(1), 7).await.expect("store").is_empty() {}
    is_clean(&city).await;
    let stock = city.stock(&pools, NOON).await.expect("store");
    let taken: Vec<u32> = stock.iter().flatten().map(capability::booking::Pool::taken).collect();
    assert!(taken[0] == taken[1] && taken[0] as usize >= standing, "both pools have the same claims: {taken:?}");
}

/// Sixty-four see the same booking and change it: one of them does.
pub async fn sixty_four_tasks_change_one_booking_once(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    let pool = plan(&city, new_pool("d1", 1)).await;
    hold(&city, claim(1, 1, "d1", pool, &profile(&json!({})))).await.expect("held");
    let seen = facts_of(&city, 1).await;
    let tasks: Vec<_> = (0..64)
        .map(|n| {
            let (city, seen) = (city.clone(), seen.clone());
            tokio::spawn(async move {
                let advance = if n % 2 == 0 { given_up(&seen) } else { becomes(&seen, State::Booked) };
                city.advance_booking(advance).await.expect("store")
            })
        })
        .collect();
    let mut stood = 0;
    for task in tasks {
        stood += u32::from(task.await.expect("task"));
    }
    assert_eq!((stood, facts_of(&city, 1).await.version), (1, 2));
    is_clean(&city).await;
}

/// Two processes on one database sell one stock. Each may be told by the other's units that they are gone a moment later.
pub async fn two_processes_sell_one_stock(first: Arc<dyn Opener>, second: Arc<dyn Opener>) {
    let mut cities = Vec::new();
    for opener in [first, second] {
        let stores = open(&opener).await;
        cities.push(lakeside(&stores).await);
    }
    let pool = plan(&cities[0], new_pool("d1", 30)).await;
    let profile = profile(&json!({}));
    let tasks: Vec<_> = (0..400_u64)
        .map(|n| {
            let (city, profile) = (cities[n as usize % 2].clone(), Arc::clone(&profile));
            tokio::spawn(async move {
                // Every person asks at both.
                let wish = Hold { account: Some(id(n)), ..claim(n, n / 2, "d1", pool, &profile) };
                (n, hold(&city, wish).await)
            })
        })
        .collect();
    let mut units = BTreeMap::new();
    let mut persons = BTreeSet::new();
    let mut sold = Vec::new();
    for task in tasks {
        if let (n, Ok(held)) = task.await.expect("task") {
            assert!(persons.insert(n / 2), "person {} has two", n / 2);
            assert_eq!(units.insert(held.taken[0].units[0], n), None, "sold twice");
            sold.push((n, held.id));
        }
    }
    assert_eq!(units.len(), 30, "exactly sold out");
    for (n, held) in &sold {
        // A repeat that comes to the other process is the first, although the pool is sold out there too.
        let there = &cities[(*n as usize + 1) % 2];
        let wish = Hold { account: Some(id(*n)), ..claim(*n, n / 2, "d1", pool, &profile) };
        assert_eq!(hold(there, wish).await.map(|repeat| repeat.id), Ok(*held));
    }
    // What one gives back, the other can have, as soon as it looks again.
    let (n, held) = sold[0];
    let [here, there] = cities.as_slice() else { panic!("two cities") };
    let booking = here.booking_facts(held).await.expect("store").expect("there");
    assert_eq!(here.advance_booking(given_up(&booking)).await, Ok(true));
    let later = Hold { at: NOON.plus_s(1), ..claim(5000, 5000, "d1", pool, &profile) };
    let again = hold(there, later).await.expect("it is free");
    assert_eq!(units.get(&again.taken[0].units[0]), Some(&n));
    for city in &cities {
        is_clean(city).await;
    }
}
