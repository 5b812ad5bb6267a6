//! Stock: counted, numbered, shared between doors, over legs, and several pools at once.

use super::super::{
    pool::{self, BelowTaken, Door, Legs, Pool, Take},
    refusal::{Refusal, Which},
};

fn chosen(units: &[u32]) -> Take {
    let count = u32::try_from(units.len()).unwrap();
    Take { chosen: units.to_vec(), ..Take::any(Door::Online, count) }
}

#[test]
fn the_last_one_is_sold_once() {
    let mut pool = Pool::counted(2);
    let first = pool.take(&Take::any(Door::Online, 1)).unwrap();
    assert_eq!(pool.take(&Take::any(Door::Online, 2)), Err(Refusal::SoldOut { free: 1 }));
    pool.take(&Take::any(Door::Phone, 1)).unwrap();
    assert_eq!(pool.take(&Take::any(Door::OnSite, 1)), Err(Refusal::SoldOut { free: 0 }));
    assert!(pool.give_back(&first));
    assert!(!pool.give_back(&first), "twice");
    assert_eq!((pool.taken(), pool.free(Door::Online, Legs::ONE)), (1, 1));
}

#[test]
fn units_are_kept_for_the_counter() {
    let mut pool = Pool::numbered(10).with_share(Door::Online, 7);
    pool.take(&Take::any(Door::Online, 7)).unwrap();
    let over = Refusal::OverQuota { which: Which::Door(Door::Online), max: 7 };
    assert_eq!(pool.take(&Take::any(Door::Online, 1)), Err(over));
    assert_eq!(pool.free(Door::OnSite, Legs::ONE), 3);
    pool.take(&Take::any(Door::OnSite, 3)).unwrap();
    assert_eq!(pool.take(&Take::any(Door::OnSite, 1)), Err(Refusal::SoldOut { free: 0 }));
}

#[test]
fn a_number_is_one_persons() {
    let mut pool = Pool::numbered(5);
    assert_eq!(pool.take(&chosen(&[3])).unwrap().units, [3]);
    assert_eq!(pool.take(&chosen(&[3])), Err(Refusal::Taken { unit: 3 }));
    assert_eq!(pool.take(&chosen(&[4, 4])), Err(Refusal::Taken { unit: 4 }), "one number for two people");
    for unit in [0, 6, u32::MAX] {
        assert_eq!(pool.take(&chosen(&[unit])), Err(Refusal::NoSuchUnit { unit }));
    }
    let mut fewer = chosen(&[1, 2]);
    fewer.count = 1;
    assert!(pool.take(&fewer).is_err(), "two numbers for one person");
    assert_eq!(pool.take(&Take::any(Door::Online, 3)).unwrap().units, [1, 2, 4]);
    assert_eq!(pool.take(&Take::any(Door::Online, 0)), Err(Refusal::SoldOut { free: 1 }));
}

#[test]
fn a_seat_sold_from_a_to_c_is_free_from_c_to_d() {
    let ride = |from, to| Take { legs: Legs { from, to }, ..chosen(&[1]) };
    let mut seats = Pool::numbered(1).over_legs(3);
    let a_to_c = seats.take(&ride(0, 2)).unwrap();
    assert_eq!(seats.take(&ride(1, 3)), Err(Refusal::SoldOut { free: 0 }), "from b to d");
    seats.take(&ride(2, 3)).unwrap();
    assert_eq!(seats.free(Door::Online, Legs { from: 0, to: 3 }), 0);
    assert!(seats.give_back(&a_to_c));
    assert!(seats.take(&ride(0, 1)).is_ok());
    assert!(seats.take(&ride(1, 2)).is_ok());
    for (from, to) in [(0, 0), (2, 1), (0, 4), (3, 4)] {
        assert_eq!(seats.check(&ride(from, to)), Err(Refusal::NoSuchStop), "{from} to {to}");
    }
}

#[test]
fn two_seats_that_are_free_in_part_are_not_one_that_is_free_all_the_way() {
    let mut seats = Pool::numbered(2).over_legs(2);
    let ride = |from, to, unit| Take { legs: Legs { from, to }, ..chosen(&[unit]) };
    seats.take(&ride(0, 1, 1)).unwrap();
    seats.take(&ride(1, 2, 2)).unwrap();
    let through = Take { legs: Legs { from: 0, to: 2 }, ..Take::any(Door::Online, 1) };
    assert_eq!(seats.take(&through), Err(Refusal::SoldOut { free: 0 }));
    assert_eq!(seats.free(Door::Online, Legs { from: 0, to: 2 }), 0);
    assert_eq!(seats.free(Door::Online, Legs { from: 1, to: 2 }), 1);
}

#[test]
fn the_longest_journey_has_sixty_four_legs() {
    let mut seats = Pool::numbered(1).over_legs(64);
    let all = Take { legs: Legs { from: 0, to: 64 }, ..Take::any(Door::Online, 1) };
    let taken = seats.take(&all).unwrap();
    let last = Take { legs: Legs { from: 63, to: 64 }, ..Take::any(Door::Online, 1) };
    assert!(seats.take(&last).is_err());
    assert!(seats.give_back(&taken));
    let but_the_last = Take { legs: Legs { from: 0, to: 63 }, ..Take::any(Door::Online, 1) };
    assert!(seats.take(&but_the_last).is_ok());
    assert!(seats.take(&last).is_ok());
}

#[test]
fn what_needs_two_pools_takes_both_or_neither() {
    let (mut of_day, mut band) = (Pool::counted(100), Pool::counted(1));
    let two = Take::any(Door::Online, 2);
    let mut pools = [(&mut of_day, two.clone()), (&mut band, two)];
    assert_eq!(pool::take_all(&mut pools), Err(Refusal::SoldOut { free: 1 }));
    assert_eq!((of_day.taken(), band.taken()), (0, 0));
    let one = Take::any(Door::Online, 1);
    let taken = pool::take_all(&mut [(&mut of_day, one.clone()), (&mut band, one)]).unwrap();
    assert_eq!((taken.len(), of_day.taken(), band.taken()), (2, 1, 1));
}

#[test]
fn a_pool_grows_and_never_shrinks_below_what_is_taken() {
    let mut pool = Pool::numbered(4);
    let taken = pool.take(&chosen(&[3])).unwrap();
    assert_eq!(pool.resize(2), Err(BelowTaken { least: 3 }), "number 3 is somebody's");
    pool.resize(3).unwrap();
    pool.resize(5).unwrap();
    assert_eq!(pool.free(Door::Online, Legs::ONE), 4);
    pool.give_back(&taken);
    pool.resize(0).unwrap();
    assert_eq!(pool.check(&Take::any(Door::Online, 1)), Err(Refusal::SoldOut { free: 0 }));
}

#[test]
fn a_stopped_pool_sells_nothing_and_takes_everything_back() {
    let mut pool = Pool::counted(2);
    let taken = pool.take(&Take::any(Door::Online, 1)).unwrap();
    pool.stop();
    assert_eq!(pool.take(&Take::any(Door::Online, 1)), Err(Refusal::Stopped));
    assert!(pool.give_back(&taken));
    assert_eq!((pool.taken(), pool.free(Door::Online, Legs::ONE)), (0, 0));
}
