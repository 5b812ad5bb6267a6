//! What a process that is killed while people claim leaves behind: every claim that was acknowledged, whole, and no unit twice.

use std::collections::{BTreeMap, BTreeSet};

use capability::booking::State;
use serde_json::json;

use super::{
    booking::{becomes, claim, given_up, is_clean, new_pool, plan, profile},
    *,
};
use crate::{AdvanceBooking, Hold};

const POOLS: u64 = 4;
const UNITS: u64 = 30;
/// Who claims: more than there are units, so that the end of a pool is met as well.
const PERSONS: u64 = 6 * POOLS * UNITS;

fn resource(n: u64) -> String {
    format!("k{}", n % POOLS)
}

/// The n-th claim, as it is made and repeated.
fn wish(n: u64, pools: &[i64], profile: &Arc<capability::booking::Profile>) -> Hold {
    claim(n, n, &resource(n), pools[(n % POOLS) as usize], profile)
}

async fn planned(city: &City) -> Vec<i64> {
    let mut pools = Vec::new();
    for n in 0..POOLS {
        pools.push(plan(city, new_pool(&resource(n), UNITS as u32)).await);
    }
    pools
}

/// Claims, confirms and gives up until it is killed, and says what the store acknowledged: 1 for a claim, 2 for what came
/// after it, 3 for a unit that came back later.
pub async fn claim_until_killed(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    let pools = Arc::new(planned(&city).await);
    let profile = profile(&json!({}));
    let next = Arc::new(std::sync::atomic::AtomicU64::new(1));
    let task = || {
        let (city, pools, profile, next) = (city.clone(), Arc::clone(&pools), Arc::clone(&profile), Arc::clone(&next));
        async move {
            loop {
                let n = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                if n >= PERSONS {
                    // Nothing is left to claim; the one who kills decides when it ends.
                    tokio::time::sleep(std::time::Duration::from_millis(1)).await;
                    super::killed::say(0, 0);
                    continue;
                }
                let Ok(held) = city.hold(wish(n, &pools, &profile)).await.expect("store") else { continue };
                super::killed::say(n, 1);
                let booking = city.booking_facts(held.id).await.expect("store").expect("there");
                let advance = match n % 3 {
                    0 => becomes(&booking, State::Booked),
                    1 => given_up(&booking),
                    _ => AdvanceBooking { release: Some(NOON.plus_s(1)), ..given_up(&booking) },
                };
                assert!(city.advance_booking(advance).await.expect("store"), "nobody else changes it");
                super::killed::say(n, 2);
                if n.is_multiple_of(7) {
                    city.return_units(NOON.plus_s(1), 3).await.expect("store");
                }
            }
        }
    };
    let tasks: tokio::task::JoinSet<()> = (0..16).map(|_| task()).collect();
    tasks.join_all().await;
}

/// Every claim that was acknowledged is there, whatever was not acknowledged is there whole or not at all, a repeat of every
/// claim is told the truth, and afterwards exactly what there is is sold.
pub async fn no_claim_is_lost_and_none_is_doubled(opener: Arc<dyn Opener>, acknowledged: BTreeMap<u64, i64>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    is_clean(&city).await;
    let pools = planned(&city).await;
    let profile = profile(&json!({}));
    for (n, least) in acknowledged.iter().filter(|(n, _)| **n > 0) {
        let booking = city.booking_facts(id(*n)).await.expect("store");
        let booking = booking.unwrap_or_else(|| panic!("claim {n} was acknowledged and is lost"));
        assert!(booking.version >= *least, "claim {n}: {least} was acknowledged, {} is there", booking.version);
        let repeat = city.hold(wish(*n, &pools, &profile)).await.expect("store");
        assert_eq!(repeat.map(|held| held.id), Ok(id(*n)), "a repeat is the first");
    }
    // Everything that is away comes back, and then everybody else asks until nothing is left.
    while !city.return_units(NOON.plus_s(1), 100).await.expect("store").is_empty() {}
    for n in 1..PERSONS + POOLS * UNITS {
        drop(city.hold(Hold { at: NOON.plus_s(2), ..wish(n, &pools, &profile) }).await.expect("store"));
    }
    is_clean(&city).await;
    for pool in city.stock(&pools, NOON).await.expect("store") {
        assert_eq!(pool.expect("planned").taken(), UNITS as u32, "exactly sold out");
    }
    let (mut units, mut persons) = (BTreeSet::new(), BTreeSet::new());
    for pool in pools {
        for info in city.bookings_of_pool(pool, 0, 10_000).await.expect("store") {
            let booking = city.booking_facts(info.id).await.expect("store").expect("listed");
            if !booking.facts.state.takes_stock() {
                continue;
            }
            assert!(units.insert((pool, booking.parts[0].1.units.clone())), "a unit is two people's");
            assert!(persons.insert((pool, booking.parties[0].person)), "a person has two");
        }
    }
    assert_eq!(units.len() as u64, POOLS * UNITS);
}
