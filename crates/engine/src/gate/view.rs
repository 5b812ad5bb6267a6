//! What a gate knows and says.

use capability::booking::{State, voucher::Show};
use kernel::{Date, Text, Timestamp};

use crate::counter::DeskAt;

/// Everything that a gate needs to work on its own for a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateView {
    pub at: DeskAt,
    pub place: Text,
    pub on: Date,
    /// The city's public key, 32 bytes as hexadecimal.
    pub key: String,
    /// How vouchers name the key, the city and the place, as hexadecimal and digits.
    pub key_hash: String,
    pub city_code: u32,
    pub place_key: String,
    /// How early before its start a voucher lets in, in minutes; none for the whole day.
    pub early_minutes: Option<u32>,
    /// What concessions are called.
    pub concessions: Vec<(String, Text)>,
    /// Numbers of the day with which nobody gets in any more: used, given up, called off.
    pub gone: Vec<String>,
    /// When this was so: the next question asks for what came after.
    pub as_of: Timestamp,
    pub entered: u32,
    pub inside: u32,
    /// How many may be inside at once; none where nobody counts.
    pub instant: Option<u32>,
}

/// One entry, as a gate reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Drawn by the gate: a repeat under the same key is the same entry.
    pub key: String,
    /// What was scanned or typed.
    pub text: String,
    /// When; now, for a gate with a line.
    pub at: Option<Timestamp>,
    /// What had to be seen was seen.
    pub seen: bool,
}

/// They go in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entered {
    pub number: String,
    pub persons: u32,
    pub inside: u32,
    pub instant: Option<u32>,
}

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GateRefused {
    /// Neither a voucher nor a number.
    Unreadable,
    /// Not signed by this city.
    Forged,
    OtherPlace,
    Unknown,
    /// Something has to be seen first; then it is sent again as seen.
    Show {
        number: String,
        persons: u32,
        at_gate: Vec<Show>,
    },
    NotYet {
        from_at: Timestamp,
    },
    TooLate {
        closed_at: Timestamp,
    },
    Used {
        at: Option<Timestamp>,
    },
    /// Given up, called off, never paid.
    Gone {
        state: State,
    },
    Unpaid,
    Full {
        inside: u32,
        max: u32,
    },
}

impl GateRefused {
    /// The word in the log of deeds and in a gate's own list.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Forged => "forged",
            Self::OtherPlace => "other_place",
            Self::Unknown => "unknown",
            Self::Show { .. } => "show",
            Self::NotYet { .. } => "not_yet",
            Self::TooLate { .. } => "too_late",
            Self::Used { .. } => "already_used",
            Self::Gone { .. } => "gone",
            Self::Unpaid => "unpaid",
            Self::Full { .. } => "full",
        }
    }
}
