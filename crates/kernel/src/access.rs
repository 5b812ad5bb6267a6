//! Who read whose data, and the proof that it was written down.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    clock::Timestamp,
    id::{AccountId, ServiceId},
};

/// Who reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// A citizen, on a page or with a token.
    Citizen(AccountId),
    /// A member of staff, by account.
    Staff(AccountId),
    /// The platform itself, for a purpose that the entry names (for example a reminder).
    Platform,
}

/// What a reading of personal data is for. Shown to the citizen in plain words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// The owner looks at their own profile.
    Profile,
    /// The owner, or a delegate, looks at cards (vehicles, licences).
    Cards,
    /// A question to a department through a service.
    Record,
    /// Evidence that belongs to a record, such as a photo.
    Evidence,
    /// Checking a name and resident ID against the register.
    RealName,
    /// Checking that a vehicle or licence belongs to the person.
    Ownership,
    /// Sending a message to the person's phone.
    Message,
    /// A copy of the person's data for the person.
    Export,
    /// Paying: what is paid, what was paid, and its receipts.
    Payment,
    /// Booking: for whom, when and where, and letting them in.
    Booking,
}

impl Purpose {
    pub const ALL: [Self; 10] = [
        Self::Profile,
        Self::Cards,
        Self::Record,
        Self::Evidence,
        Self::RealName,
        Self::Ownership,
        Self::Message,
        Self::Export,
        Self::Payment,
        Self::Booking,
    ];

    /// The word stored in the access log and shown by the API.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::Cards => "cards",
            Self::Record => "record",
            Self::Evidence => "evidence",
            Self::RealName => "real_name",
            Self::Ownership => "ownership",
            Self::Message => "message",
            Self::Export => "export",
            Self::Payment => "payment",
            Self::Booking => "booking",
        }
    }

    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.word() == word)
    }
}

/// One reading, to be written into the access log before the data is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    pub at: Timestamp,
    pub actor: Actor,
    /// Whose data it is.
    pub subject: AccountId,
    pub purpose: Purpose,
    /// The service through which the data was asked for, if any.
    pub service: Option<ServiceId>,
    /// Through which door: `web`, `api`, `job`.
    pub door: &'static str,
}

/// Proof that an [`Access`] is in the log. Only the store hands it out, after the commit.
pub struct Receipt {
    at: Timestamp,
}

impl Receipt {
    /// Called by the store once the entry is durable. A test refuses this name anywhere outside `store`.
    #[doc(hidden)]
    #[must_use]
    pub const fn issued_after_commit(at: Timestamp) -> Self {
        Self { at }
    }

    #[must_use]
    pub const fn at(&self) -> Timestamp {
        self.at
    }
}

impl fmt::Debug for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Receipt({})", self.at.0)
    }
}
