//! How the departments and the store are doing.

use kernel::{Id, Result};

use crate::Platform;

impl Platform {
    /// Every department asked since the start.
    #[must_use]
    pub fn health(&self) -> Vec<connector::Health> {
        self.inner.connector.health()
    }

    /// Ok once the store answers.
    pub async fn ready(&self) -> Result<()> {
        self.inner.stores.platform().sessions(Id([0; 16]), self.now()).await?;
        Ok(())
    }
}
