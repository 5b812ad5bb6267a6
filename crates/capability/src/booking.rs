//! `booking`: one unit of something finite, for one person, once.
//!
//! A doctor's number, a window's quarter of an hour, a ticket, a seat: all live the same life. A unit is *held* until a
//! deadline that the server owns, *confirmed* or paid, and used, or else it goes back into its pool. What a kind of
//! booking allows is data ([`rule::Profile`]); how many there are is a [`pool::Pool`]; whether a stranger may have one is
//! [`hold::decide`]; what follows from everything later is [`decide::decide`]. Keeping it is `store`'s work: it must be
//! one commit, because two claimants for the last unit are the ordinary case and not the exception.

pub mod admission;
pub mod block;
pub mod coach;
pub mod decide;
pub mod figures;
pub mod friction;
pub mod grid;
pub mod hold;
pub mod lottery;
pub mod marriage;
pub mod number;
pub mod plan;
pub mod pool;
pub mod price;
pub mod refusal;
pub mod release;
pub mod returns;
pub mod slot;
pub mod steady;
pub mod ticket;
pub mod voucher;
pub mod waiting;

use kernel::{Money, Timestamp};
use serde::{Deserialize, Serialize};

use crate::words;

pub use decide::{Command, Decision, Effect, decide};
pub use manifest::booking::{self as rule, limit, sound};
pub use pool::{Pool, Take, Taken};
pub use refusal::Refusal;
pub use rule::Profile;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nobody else can have it until the deadline.
    Held,
    /// It is theirs; nothing was paid, or nothing has to be.
    Booked,
    Paid,
    /// They are here.
    CheckedIn,
    Done,
    /// Given up by the citizen.
    Cancelled,
    /// Exchanged for another one. It is nobody's fault and counts against nobody.
    Moved,
    NoShow,
    /// The deadline of the hold passed.
    Expired,
    /// Called off by whoever offers it: the doctor is ill, the road is closed. Nobody is blamed, everything is paid back.
    Stopped,
    /// The department was told and would not have it.
    Refused,
    /// Somebody who had to agree did not.
    Declined,
}
words!(State {
    Held = "held",
    Booked = "booked",
    Paid = "paid",
    CheckedIn = "checked_in",
    Done = "done",
    Cancelled = "cancelled",
    Moved = "moved",
    NoShow = "no_show",
    Expired = "expired",
    Stopped = "stopped",
    Refused = "refused",
    Declined = "declined",
});

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Event {
    Confirmed,
    Paid,
    CheckedIn,
    Finished,
    Cancelled,
    Moved,
    Missed,
    /// They were here after all: staff take a no-show back.
    Corrected,
    Expired,
    Stopped,
    Refused,
    Declined,
}
words!(Event {
    Confirmed = "confirmed",
    Paid = "paid",
    CheckedIn = "checked_in",
    Finished = "finished",
    Cancelled = "cancelled",
    Moved = "moved",
    Missed = "missed",
    Corrected = "corrected",
    Expired = "expired",
    Stopped = "stopped",
    Refused = "refused",
    Declined = "declined",
});

pub const TABLE: &[(State, Event, State)] = &[
    (State::Held, Event::Confirmed, State::Booked),
    (State::Held, Event::Paid, State::Paid),
    (State::Held, Event::Cancelled, State::Cancelled),
    (State::Held, Event::Expired, State::Expired),
    (State::Held, Event::Stopped, State::Stopped),
    (State::Held, Event::Declined, State::Declined),
    (State::Booked, Event::Paid, State::Paid),
    (State::Booked, Event::CheckedIn, State::CheckedIn),
    (State::Booked, Event::Cancelled, State::Cancelled),
    (State::Booked, Event::Moved, State::Moved),
    (State::Booked, Event::Missed, State::NoShow),
    (State::Booked, Event::Stopped, State::Stopped),
    (State::Booked, Event::Refused, State::Refused),
    (State::Paid, Event::CheckedIn, State::CheckedIn),
    (State::Paid, Event::Cancelled, State::Cancelled),
    (State::Paid, Event::Moved, State::Moved),
    (State::Paid, Event::Missed, State::NoShow),
    (State::Paid, Event::Stopped, State::Stopped),
    (State::Paid, Event::Refused, State::Refused),
    (State::CheckedIn, Event::Finished, State::Done),
    // The doctor is called away while the hall is full.
    (State::CheckedIn, Event::Stopped, State::Stopped),
    (State::NoShow, Event::Corrected, State::Done),
];

#[must_use]
pub fn next(state: State, event: Event) -> Option<State> {
    crate::after(TABLE, state, event)
}

impl State {
    /// No event leaves it.
    #[must_use]
    pub const fn is_final(self) -> bool {
        !self.is_live() && !matches!(self, Self::NoShow)
    }

    /// Something is still to come of it: it is shown on the home page and counts as "one live booking".
    #[must_use]
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Held | Self::Booked | Self::Paid | Self::CheckedIn)
    }

    /// The unit is not another's to have: in use, or used up. A missed appointment is used up too.
    #[must_use]
    pub const fn takes_stock(self) -> bool {
        self.is_live() || matches!(self, Self::Done | Self::NoShow)
    }
}

/// What is known of a booking when something happens to it. No personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    pub state: State,
    /// Owned by the server: no request names it.
    pub held_until_at: Timestamp,
    /// The one extension is used.
    pub extended: bool,
    /// What the rules tell apart: `general`, `expert`; empty where they do not.
    pub class: String,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub price: Money,
    pub paid: Money,
    /// Of what was paid: given back.
    pub refunded: Money,
    /// Who must consent by their own login, and whether they have. The one who asks has. Never empty.
    pub consents: Vec<bool>,
    /// How often it was exchanged already.
    pub moves: u8,
}

#[cfg(test)]
mod tests;
