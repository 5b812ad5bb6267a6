//! The platform: everything a door needs, behind one handle that is cheap to clone.

use std::sync::Arc;

use arc_swap::ArcSwap;
use connector::Connector;
use kernel::{Clock, Rng, Timestamp};
use manifest::Catalogue;

use crate::Limits;

/// What a platform is made of. Only `shimin` and tests put one together.
pub struct Parts {
    pub catalogue: Catalogue,
    pub connector: Arc<dyn Connector>,
    pub vault: identity::Vault,
    pub clock: Arc<dyn Clock>,
    pub rng: Arc<dyn Rng>,
    pub limits: Limits,
}

#[derive(Clone)]
pub struct Platform {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) catalogue: ArcSwap<Catalogue>,
    pub(crate) connector: Arc<dyn Connector>,
    pub(crate) vault: identity::Vault,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) rng: Arc<dyn Rng>,
    pub(crate) limits: Limits,
}

impl Platform {
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let Parts { catalogue, connector, vault, clock, rng, limits } = parts;
        let catalogue = ArcSwap::from_pointee(catalogue);
        Self { inner: Arc::new(Inner { catalogue, connector, vault, clock, rng, limits }) }
    }

    /// The packs in force. A reader keeps the one it took, however often packs are published meanwhile.
    #[must_use]
    pub fn catalogue(&self) -> Arc<Catalogue> {
        self.inner.catalogue.load_full()
    }

    /// Puts other packs in force, as a whole.
    pub fn publish(&self, catalogue: Catalogue) {
        self.inner.catalogue.store(Arc::new(catalogue));
    }

    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.inner.clock
    }

    #[must_use]
    pub fn rng(&self) -> &Arc<dyn Rng> {
        &self.inner.rng
    }

    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }
}
