//! Prices that a desk has set: which one holds on a day, and which may be asked for.
//!
//! A price holds from a day on, for units of that day and later; what is held or sold keeps the price at which it was. So
//! it is asked for before its first day, by one person, and decided by another.

use kernel::{Date, Id, Money, Timestamp};

use crate::words;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    Asked,
    Approved,
    Declined,
}
words!(State {
    Asked = "asked",
    Approved = "approved",
    Declined = "declined",
});

/// A price that was approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dated {
    pub from_on: Date,
    pub decided_at: Timestamp,
    pub price: Money,
}

/// The price of a day: of those whose day has come the latest, and of the same day the one that was decided last. `None`:
/// what the plan says.
#[must_use]
pub fn on(set: &[Dated], day: Date) -> Option<Dated> {
    set.iter().copied().filter(|one| one.from_on <= day).max_by_key(|one| (one.from_on, one.decided_at))
}

/// Why a price is not asked for, or not decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// No amount, or one that is out of all proportion.
    Price,
    /// It costs so much on that day already.
    Same,
    /// Not a day that is still to begin.
    Day,
    /// Whoever asked does not decide.
    Own,
    /// Somebody has decided.
    Decided,
}

/// More is a slip of the finger.
const PRICE_MAX_FEN: i64 = 10_000_000;

pub fn ask(now: Money, wish: Money, from_on: Date, today: Date) -> Result<(), Wrong> {
    match () {
        () if !(0..=PRICE_MAX_FEN).contains(&wish.fen()) => Err(Wrong::Price),
        () if from_on <= today => Err(Wrong::Day),
        () if now == wish => Err(Wrong::Same),
        () => Ok(()),
    }
}

/// Two pairs of eyes, and a day that has not begun: nobody wakes up to another price for today.
pub fn decide(
    state: State,
    (asked_by, by): (Id, Id),
    approves: bool,
    from_on: Date,
    today: Date,
) -> Result<State, Wrong> {
    match state {
        State::Asked if asked_by == by => Err(Wrong::Own),
        State::Asked if approves && from_on <= today => Err(Wrong::Day),
        State::Asked => Ok(if approves { State::Approved } else { State::Declined }),
        State::Approved | State::Declined => Err(Wrong::Decided),
    }
}
