//! Coach tickets: who rides at which fare and on what, and the seats of a vehicle.

use kernel::{Money, Timestamp};

use super::{
    limit::MINUTE_MS,
    pool::{Door, Legs, Take},
    refusal::Refusal,
    rule::coach::{ChildRule, Line},
};

pub use super::rule::coach::{Seat, seats};

/// Of a child, what fares depend on. It is about a person, so it cannot be printed.
#[derive(Clone, Copy)]
pub struct Child {
    pub age: i16,
    pub height_cm: u16,
    pub wants_seat: bool,
}

/// How a traveller rides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ride {
    pub pay_percent: u8,
    /// A child that is carried has none, and yet counts among those whom the vehicle may carry.
    pub seat: bool,
}

/// How the children of a party ride, in their order.
#[must_use]
pub fn children(rule: &ChildRule, adults: u16, children: &[Child]) -> Vec<Ride> {
    let mut free_left = u32::from(adults) * u32::from(rule.free_per_adult);
    let small = |child: &Child, age_to: Option<i16>, height_to: u16| {
        age_to.is_some_and(|to| child.age <= to) || child.height_cm <= height_to
    };
    let mut ride = |child: &Child| {
        let free = small(child, rule.free_age_to, rule.free_height_cm_to);
        if free && !child.wants_seat && free_left > 0 {
            free_left -= 1;
            return Ride { pay_percent: 0, seat: false };
        }
        let half = free || small(child, rule.half_age_to, rule.half_height_cm_to);
        Ride { pay_percent: if half { 50 } else { 100 }, seat: true }
    };
    children.iter().map(&mut ride).collect()
}

/// What a party takes of the vehicle, and of its seats. Seats may be chosen; there are as many as there are seated.
#[must_use]
pub fn takes(door: Door, rides: &[Ride], legs: Legs, seats: Vec<u32>) -> [Take; 2] {
    let count = |rides: usize| u32::try_from(rides).unwrap_or(u32::MAX);
    let seated = count(rides.iter().filter(|ride| ride.seat).count());
    [
        Take { door, count: count(rides.len()), chosen: Vec::new(), legs },
        Take { door, count: seated, chosen: seats, legs },
    ]
}

/// The legs from one stop to another.
pub fn legs(line: &Line, from: &str, to: &str) -> Result<Legs, Refusal> {
    let place = |id: &str| line.stop.iter().position(|stop| stop.id == id).and_then(|at| u8::try_from(at).ok());
    match (place(from), place(to)) {
        (Some(from), Some(to)) if from < to => Ok(Legs { from, to }),
        _ => Err(Refusal::NoSuchStop),
    }
}

/// The full fare; `None` where the line has none.
#[must_use]
pub fn fare(line: &Line, legs: Legs) -> Option<Money> {
    let row = line.fares_fen.get(usize::from(legs.from))?;
    let ahead = legs.to.checked_sub(legs.from)?.checked_sub(1)?;
    row.get(usize::from(ahead)).copied().map(Money::from_fen)
}

/// When the coach leaves the stop at which one boards.
#[must_use]
pub fn boards_at(line: &Line, departs_at: Timestamp, legs: Legs) -> Option<Timestamp> {
    line.stop.get(usize::from(legs.from)).map(|stop| departs_at.plus_ms(i64::from(stop.minutes) * MINUTE_MS))
}
