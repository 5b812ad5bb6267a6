//! The citizen's own data: what the platform knows of them, a copy of it, and its end.

use kernel::{Result, Timestamp};

use crate::{Citizen, OnceKey, Platform};

/// What the platform knows of a person, masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileView {
    pub phone: String,
    pub name: Option<String>,
    pub resident_id: Option<String>,
    pub verified_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

impl Platform {
    pub async fn profile(&self, citizen: &Citizen) -> Result<ProfileView> {
        let _ = citizen;
        Err(kernel::Error::internal("not built yet"))
    }

    /// Everything that is kept about the citizen, in clear, for the citizen.
    pub async fn export(&self, citizen: &Citizen) -> Result<serde_json::Value> {
        let _ = citizen;
        Err(kernel::Error::internal("not built yet"))
    }

    /// Ends the account: personal data goes, the log of whose data they read stays with those people.
    pub async fn delete_account(&self, citizen: &Citizen, once: OnceKey) -> Result<()> {
        let _ = (citizen, once);
        Err(kernel::Error::internal("not built yet"))
    }
}
