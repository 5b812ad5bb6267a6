//! The shops at payment providers: those of the city's file at the start, the sandbox's as soon as the sandbox answers.
//! A mistake in the file ends the start, because money is nothing to guess about; a sandbox that is late delays nothing.

use std::{path::PathBuf, sync::Arc, time::Duration};

use connector_pay::setup::{self, Setup};
use engine::Platform;
use kernel::{Clock, Rng};

use crate::output::Trouble;

/// What is needed to open the shops.
#[derive(Clone)]
pub struct Shops {
    pub file: Option<PathBuf>,
    pub sandbox: Option<String>,
    /// The sandbox as a citizen's browser reaches it.
    pub sandbox_pages: Option<String>,
    /// Where our own key lies.
    pub data: PathBuf,
    pub allow_hosts: Vec<String>,
    pub clock: Arc<dyn Clock>,
    pub rng: Arc<dyn Rng>,
}

/// Between two tries to reach the sandbox.
const AGAIN_AFTER: Duration = Duration::from_secs(2);

impl Shops {
    /// Puts the providers in force: at once, or in the background where the sandbox has to answer first.
    pub async fn open(self, platform: &Platform) -> Result<(), Trouble> {
        if self.file.is_some() {
            platform.provide(self.providers().await.map_err(Trouble::failed)?);
        } else if self.sandbox.is_some() {
            let platform = platform.clone();
            tokio::spawn(async move {
                loop {
                    match self.providers().await {
                        Ok(providers) => return platform.provide(providers),
                        Err(cause) => tracing::warn!(%cause, "no payment provider yet"),
                    }
                    tokio::time::sleep(AGAIN_AFTER).await;
                }
            });
        }
        Ok(())
    }

    async fn providers(&self) -> Result<connector::pay::Providers, connector_pay::Unusable> {
        setup::providers(Setup {
            file: self.file.as_deref(),
            sandbox: self.sandbox.as_deref(),
            sandbox_pages: self.sandbox_pages.as_deref(),
            data: &self.data,
            allow_hosts: &self.allow_hosts,
            clock: Arc::clone(&self.clock),
            rng: Arc::clone(&self.rng),
        })
        .await
    }
}
