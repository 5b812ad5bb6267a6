//! Consent between two persons: one asks to see the other's vehicle or licence records, the other decides, either ends it.

use kernel::{Id, Result, Timestamp};
use manifest::service::Subject;

use crate::{Citizen, OnceKey, Platform};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentView {
    pub id: Id,
    pub direction: Direction,
    /// Masked name of the other person.
    pub other: String,
    pub kind: Subject,
    pub state: ConsentState,
    pub asked_at: Timestamp,
    pub decided_at: Option<Timestamp>,
    pub expires_at: Timestamp,
}

/// Seen from the citizen who looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Others may see the citizen's data.
    Given,
    /// The citizen may see another person's data.
    Received,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConsentState {
    Asked,
    Granted,
    Refused,
    Revoked,
    Expired,
}

impl Platform {
    /// Asks a person for consent. The reply is the same whether or not that person is known here.
    pub async fn ask_consent(
        &self,
        citizen: &Citizen,
        person_phone: &str,
        person_name: &str,
        kind: Subject,
        once: OnceKey,
    ) -> Result<Id> {
        let _ = (citizen, person_phone, person_name, kind, once);
        Err(kernel::Error::internal("not built yet"))
    }

    pub async fn consents(&self, citizen: &Citizen) -> Result<Vec<ConsentView>> {
        let _ = citizen;
        Err(kernel::Error::internal("not built yet"))
    }

    /// Grants or refuses what somebody asked of the citizen.
    pub async fn decide_consent(&self, citizen: &Citizen, id: Id, granted: bool) -> Result<()> {
        let _ = (citizen, id, granted);
        Err(kernel::Error::internal("not built yet"))
    }

    /// Ends a consent, from either side; the cards bound by it go at once, in every city.
    pub async fn revoke_consent(&self, citizen: &Citizen, id: Id) -> Result<()> {
        let _ = (citizen, id);
        Err(kernel::Error::internal("not built yet"))
    }
}
