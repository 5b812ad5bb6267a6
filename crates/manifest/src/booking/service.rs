//! What a service says of itself when it is booked: what kind of thing it is, how many come, and what its parts are called.

use kernel::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::schema::TextForm;

/// `[booking]` of a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Booking {
    pub kind: BookingKind,
    /// How many must agree, each by their own login: 1, or 2 for a marriage.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 2))]
    pub parties: u8,
    /// How many one booking is for at most.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 20))]
    pub persons_max: u8,
    /// It can be booked for a child, a parent, a friend, and not only for oneself.
    #[serde(default)]
    pub for_others: bool,
    /// A check by dated rules before a unit is held.
    #[serde(default)]
    pub check: Option<Eligibility>,
    pub words: BookingWords,
    /// The department is told of every booking, and may refuse it.
    #[serde(default)]
    pub tell: bool,
}

const fn one() -> u8 {
    1
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BookingKind {
    /// A number of somebody's half-day: a doctor, a window.
    Appointment,
    /// A day at a place, or a time of entry.
    Ticket,
    /// A way between two stops.
    Coach,
}

impl BookingKind {
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Appointment => "appointment",
            Self::Ticket => "ticket",
            Self::Coach => "coach",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Eligibility {
    /// Age, not the same person twice, and the registry that is responsible.
    Marriage,
}

/// What citizens call the parts: 医院, 科室, 医生, 号.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BookingWords {
    #[schemars(with = "TextForm")]
    pub place: Text,
    #[serde(default)]
    #[schemars(with = "Option<TextForm>")]
    pub section: Option<Text>,
    #[serde(default)]
    #[schemars(with = "Option<TextForm>")]
    pub resource: Option<Text>,
    #[schemars(with = "TextForm")]
    pub unit: Text,
}
