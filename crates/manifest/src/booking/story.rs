//! Stories of what is booked: a citizen goes from step to step, and each step ends in a state or in a refusal.
//!
//! A story holds in every city that lists the service, so it names no place and no doctor: it says what kind of thing is
//! wanted, and whoever runs it takes the first that is free.

use kernel::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::schema::TextForm;

/// `[[booking]]` of a story file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BookingStory {
    #[schemars(with = "TextForm")]
    pub name: Text,
    pub given: Guest,
    #[schemars(length(min = 1))]
    pub step: Vec<Step>,
}

/// Synthetic citizens that the sandbox can always produce, one by one, for any city.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Guest {
    /// Between 25 and 59.
    Adult,
    /// 65 or older.
    Senior,
    /// A man of 22 or more and a woman of 20 or more, who both want it.
    Couple,
    /// Two of whom one is too young to marry.
    TooYoung,
}

/// What happens next, and what comes of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub does: Deed,
    /// What is wanted, for a hold, a move and a draw.
    #[serde(default)]
    pub wants: Wants,
    /// The booking is in this state afterwards.
    #[serde(default)]
    pub becomes: Option<BookingState>,
    /// The refusal's word: nothing has changed.
    #[serde(default)]
    pub refused: Option<String>,
    /// What the booking costs.
    #[serde(default)]
    #[schemars(range(min = 0, max = 100_000_000))]
    pub price_fen: Option<i64>,
    /// What has gone back of what was paid.
    #[serde(default)]
    #[schemars(range(min = 0, max = 100_000_000))]
    pub back_fen: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Deed {
    /// Takes a unit; the booking that the later steps are about.
    Hold,
    /// Tries to take another one, beside the booking.
    HoldAgain,
    /// The other party agrees, by their own login.
    Consent,
    Confirm,
    Pay,
    Extend,
    Cancel,
    Move,
    /// Nobody does anything until the deadline has passed.
    LetExpire,
    /// Whoever offers it calls it off.
    Stop,
}

/// What kind of thing is wanted; what is not said does not matter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wants {
    /// `general`, `expert`.
    #[serde(default)]
    pub class: Option<String>,
    #[serde(default)]
    pub matter: Option<String>,
    /// At a place under this release profile.
    #[serde(default)]
    pub profile: Option<String>,
    /// A registry that the province has named, or one that it has not.
    #[serde(default)]
    pub designated: Option<bool>,
    /// A time of entry.
    #[serde(default)]
    pub band: Option<String>,
    /// A coach with numbered seats, or one without.
    #[serde(default)]
    pub seats: Option<bool>,
    /// So many days from today, and from there on the first on which the place works; tomorrow, where nothing is said.
    #[serde(default = "tomorrow")]
    #[schemars(range(min = 0, max = 60))]
    pub day: u16,
    /// How many come, the citizen included; the others are companions of the same age.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 20))]
    pub persons: u8,
    /// Papers that everybody shows at the gate.
    #[serde(default)]
    pub proofs: Vec<String>,
}

impl Default for Wants {
    fn default() -> Self {
        Self {
            class: None,
            matter: None,
            profile: None,
            designated: None,
            band: None,
            seats: None,
            day: tomorrow(),
            persons: one(),
            proofs: Vec::new(),
        }
    }
}

const fn tomorrow() -> u16 {
    1
}

const fn one() -> u8 {
    1
}

/// The states of a booking, as `capability::booking` has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BookingState {
    Held,
    Booked,
    Paid,
    CheckedIn,
    Done,
    Cancelled,
    Moved,
    NoShow,
    Expired,
    Stopped,
    Refused,
    Declined,
}

impl BookingState {
    pub const ALL: [Self; 12] = [
        Self::Held,
        Self::Booked,
        Self::Paid,
        Self::CheckedIn,
        Self::Done,
        Self::Cancelled,
        Self::Moved,
        Self::NoShow,
        Self::Expired,
        Self::Stopped,
        Self::Refused,
        Self::Declined,
    ];

    /// The word of the same state in `capability::booking`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Booked => "booked",
            Self::Paid => "paid",
            Self::CheckedIn => "checked_in",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
            Self::Moved => "moved",
            Self::NoShow => "no_show",
            Self::Expired => "expired",
            Self::Stopped => "stopped",
            Self::Refused => "refused",
            Self::Declined => "declined",
        }
    }
}

/// Words of the refusals that a step can end in, as `capability::booking` has them.
pub const REFUSALS: [&str; 28] = [
    "sold_out",
    "taken",
    "no_such_unit",
    "over_quota",
    "same_half_day",
    "one_live_booking_per_matter",
    "too_early",
    "too_late",
    "closed_day",
    "blocked_until",
    "age",
    "hold_expired",
    "already_extended",
    "consent_missing",
    "no_such_party",
    "payment_needed",
    "wrong_amount",
    "not_yet",
    "already_used",
    "stopped",
    "no_more_moves",
    "wrong_state",
    "full",
    "proof_missing",
    "too_tall",
    "jurisdiction",
    "same_person",
    "no_such_stop",
];
