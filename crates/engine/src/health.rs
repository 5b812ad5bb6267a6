//! How the departments and the store are doing.

use kernel::Result;

use crate::Platform;

impl Platform {
    /// Every department asked since the start.
    #[must_use]
    pub fn health(&self) -> Vec<connector::Health> {
        Vec::new()
    }

    /// Ok once the store answers.
    pub async fn ready(&self) -> Result<()> {
        Err(kernel::Error::internal("not built yet"))
    }
}
