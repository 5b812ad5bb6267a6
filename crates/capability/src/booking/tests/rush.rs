//! A whole release in memory: the draw, the race for the rest, the waiting list, and what must be true at the end.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Id, Rng, SeededRng};

use super::{
    super::{
        hold::{self, Ask, Names, Person},
        lottery,
        pool::{Door, Legs, Pool, Take},
        waiting::{self, Waiting},
    },
    *,
};

/// What a store keeps of one pool and of all persons, as far as a rush goes.
struct Counter {
    pool: Pool,
    counts: BTreeMap<usize, BTreeMap<String, u16>>,
    sold: BTreeMap<u32, usize>,
    refused: BTreeMap<&'static str, usize>,
}

impl Counter {
    fn claim(&mut self, resource: &str, person: usize, now: Timestamp, drawn: bool) {
        let none = BTreeMap::new();
        let counts = self.counts.get(&person).unwrap_or(&none);
        let ask = Ask {
            door: Door::Online,
            class: "expert",
            names: Names { place: "one", section: "eyes", resource, matter: "" },
            starts_at: at("2026-03-20T09:00"),
            ends_at: at("2026-03-20T12:00"),
            persons: &[Person { born_on: day("1990-03-07"), marks: &[], counts }],
            parties: 1,
            price: yuan("50"),
            drawn,
        };
        let take = Take::any(Door::Online, 1);
        match hold::decide(&ask, &[(&self.pool, take.clone())], rules("hospital-a"), now) {
            Ok(held) => {
                let taken = self.pool.take(&take).expect("what was granted can be taken");
                let before = self.sold.insert(taken.units[0], person);
                assert_eq!(before, None, "number {} twice", taken.units[0]);
                for key in held.keys {
                    *self.counts.entry(person).or_default().entry(key.text).or_default() += 1;
                }
            }
            Err(refusal) => *self.refused.entry(refusal.code()).or_default() += 1,
        }
    }
}

/// Everybody asks twice, through two accounts, in a random order.
fn claims(rng: &SeededRng, claimants: usize) -> Vec<usize> {
    let mut claims: Vec<usize> = (0..claimants * 2).map(|n| n / 2).collect();
    for at in (1..claims.len()).rev() {
        claims.swap(at, rng.below(at as u64 + 1) as usize);
    }
    claims
}

#[test]
fn a_rush_sells_exactly_what_there_is_and_one_to_each() {
    for (slots, claimants) in [(20, 5_000), (1_000, 20_000)] {
        let rng = SeededRng::new(slots.into());
        let (counts, sold, refused) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let mut counter = Counter { pool: Pool::numbered(slots), counts, sold, refused };
        let opens_at = at("2026-03-06T06:30");
        for person in claims(&rng, claimants) {
            counter.claim("d1", person, opens_at.plus_ms(-1), false);
            counter.claim("d1", person, opens_at, false);
        }
        let persons: BTreeSet<&usize> = counter.sold.values().collect();
        assert_eq!((counter.sold.len(), persons.len()), (slots as usize, slots as usize));
        assert_eq!(counter.refused["too_early"], claimants * 2);
        let refused: usize = counter.refused.values().sum();
        assert_eq!(refused + slots as usize, claimants * 4, "everybody is answered");
        assert!(counter.refused["same_half_day"] > 0 && counter.refused["sold_out"] > claimants);
    }
}

#[test]
fn a_drawn_release_goes_by_lot_and_a_unit_that_comes_back_to_the_next() {
    let id = |person: usize| Id(u128::try_from(person).unwrap().to_be_bytes());
    let person = |id: &Id| usize::try_from(u128::from_be_bytes(id.0)).unwrap();
    let rng = SeededRng::new(11);
    let asked: Vec<Id> = claims(&rng, 300).into_iter().map(id).collect();
    let seed = [3; 32];
    let commitment = lottery::commit(&seed);
    let draw = lottery::draw(seed, b"", asked);
    assert_eq!(lottery::verify(&commitment, &draw), Ok(()));
    assert_eq!(draw.order.len(), 300, "two claims of one person are one lot");

    let (counts, sold, refused) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    let mut counter = Counter { pool: Pool::numbered(20), counts, sold, refused };
    let before_release = at("2026-03-06T06:00");
    for claim in &draw.order[..20] {
        counter.claim("d1", person(claim), before_release, true);
    }
    assert_eq!((counter.sold.len(), counter.refused.len()), (20, 0));
    counter.claim("d1", 299, at("2026-03-06T06:30"), false);
    assert!(counter.refused.contains_key("sold_out") || counter.refused.contains_key("same_half_day"));

    let list: Vec<Waiting> = (0u32..)
        .zip(&draw.order)
        .skip(20)
        .map(|(lot, claim)| Waiting { claim: *claim, lot: Some(lot), joined_at: before_release, units: 1 })
        .collect();
    let back = Take { chosen: vec![7], ..Take::any(Door::Online, 1) };
    let taken = pool::Taken { door: Door::Online, count: 1, units: back.chosen, legs: Legs::ONE };
    assert!(counter.pool.give_back(&taken));
    counter.sold.remove(&7);
    let mut free = counter.pool.clone();
    let offered = waiting::offers(&list, |one| free.take(&Take::any(Door::Online, one.units)).is_ok());
    assert_eq!(offered, [draw.order[20]]);
    counter.claim("d1", person(&offered[0]), at("2026-03-06T08:00"), true);
    assert_eq!(counter.sold.get(&7), Some(&person(&draw.order[20])));
}
