//! Why not. A refusal is an answer like any other: it says which rule stood in the way and what would help, to a machine
//! first; faces put it into words.

use kernel::{Date, Money, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    State,
    pool::Door,
    rule::{Fault, Per, What},
};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
#[error("{}", self.code())]
pub enum Refusal {
    /// Fewer are free than were asked for.
    SoldOut {
        free: u32,
    },
    /// This very unit is gone; others may be free.
    Taken {
        unit: u32,
    },
    NoSuchUnit {
        unit: u32,
    },
    OverQuota {
        which: Which,
        max: u32,
    },
    /// A person sees one doctor at most once in a half-day.
    SameHalfDay,
    OneLiveBookingPerMatter,
    TooEarly {
        opens_at: Timestamp,
    },
    TooLate {
        closed_at: Timestamp,
    },
    /// The place does not work on that day.
    ClosedDay {
        next_on: Date,
    },
    BlockedUntil {
        until_on: Date,
        fault: Fault,
        count: u16,
    },
    /// Too young, or too old.
    Age {
        min: Option<i16>,
        max: Option<i16>,
    },
    HoldExpired {
        expired_at: Timestamp,
    },
    AlreadyExtended,
    /// Somebody else has to agree first, by their own login.
    ConsentMissing {
        missing: u16,
    },
    NoSuchParty {
        party: u16,
    },
    PaymentNeeded {
        amount: Money,
    },
    /// Something else was paid than is owed: it goes back.
    WrongAmount {
        expected: Money,
    },
    /// It cannot happen before.
    NotYet {
        from_at: Timestamp,
    },
    /// It was used: a second entry.
    AlreadyUsed,
    /// Called off.
    Stopped,
    /// It has been exchanged often enough.
    NoMoreMoves {
        max: u8,
    },
    /// From here, this does not happen.
    WrongState {
        state: State,
    },
    /// The place is full just now.
    Full {
        inside: u32,
        max: u32,
    },
    /// What the price was asked for has to be shown.
    ProofMissing {
        concession: String,
        owed: Money,
    },
    /// Taller than the price allows.
    TooTall {
        height_cm_max: u16,
        owed: Money,
    },
    /// Another place is responsible.
    Jurisdiction {
        rule: Jurisdiction,
    },
    /// The same person twice.
    SamePerson,
    /// Where it does not stop, or not in this order.
    NoSuchStop,
}

/// Which quota is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Which {
    Door(Door),
    Person { of: What, per: Per },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Jurisdiction {
    /// At the registry where one of the two is registered.
    Household,
    /// At a registry that the province has named for it.
    Designated,
}

impl Refusal {
    /// The stable word for machines.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::SoldOut { .. } => "sold_out",
            Self::Taken { .. } => "taken",
            Self::NoSuchUnit { .. } => "no_such_unit",
            Self::OverQuota { .. } => "over_quota",
            Self::SameHalfDay => "same_half_day",
            Self::OneLiveBookingPerMatter => "one_live_booking_per_matter",
            Self::TooEarly { .. } => "too_early",
            Self::TooLate { .. } => "too_late",
            Self::ClosedDay { .. } => "closed_day",
            Self::BlockedUntil { .. } => "blocked_until",
            Self::Age { .. } => "age",
            Self::HoldExpired { .. } => "hold_expired",
            Self::AlreadyExtended => "already_extended",
            Self::ConsentMissing { .. } => "consent_missing",
            Self::NoSuchParty { .. } => "no_such_party",
            Self::PaymentNeeded { .. } => "payment_needed",
            Self::WrongAmount { .. } => "wrong_amount",
            Self::NotYet { .. } => "not_yet",
            Self::AlreadyUsed => "already_used",
            Self::Stopped => "stopped",
            Self::NoMoreMoves { .. } => "no_more_moves",
            Self::WrongState { .. } => "wrong_state",
            Self::Full { .. } => "full",
            Self::ProofMissing { .. } => "proof_missing",
            Self::TooTall { .. } => "too_tall",
            Self::Jurisdiction { .. } => "jurisdiction",
            Self::SamePerson => "same_person",
            Self::NoSuchStop => "no_such_stop",
        }
    }
}
