//! The real-name check: name and resident ID, answered by the public-security register.

use kernel::Result;

use crate::{Citizen, OnceKey, Platform};

impl Platform {
    /// Checks name and number at the register and keeps them, sealed, if they belong together.
    pub async fn verify_real_name(
        &self,
        citizen: &Citizen,
        name: &str,
        resident_id: &str,
        once: OnceKey,
    ) -> Result<()> {
        let _ = (citizen, name, resident_id, once);
        Err(kernel::Error::internal("not built yet"))
    }
}
