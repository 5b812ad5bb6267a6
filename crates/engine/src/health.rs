//! How the departments and the store are doing.

use kernel::{Id, Result};

use crate::{Platform, tally::Asking};

/// How a cell is doing, for whoever runs the platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellLoad {
    /// `platform`, or the id of a city.
    pub cell: String,
    pub load: store::Load,
    /// Messages that are not delivered yet; `None` if the store does not say.
    pub outbox: Option<u64>,
    /// Claims that were told to come back; `None` for a cell in which nobody has queued yet.
    pub queue: Option<u64>,
}

impl Platform {
    /// Every department asked since the start.
    #[must_use]
    pub fn health(&self) -> Vec<connector::Health> {
        self.inner.connector.health()
    }

    /// How often each department was asked since the start, and what came of it.
    #[must_use]
    pub fn askings(&self) -> Vec<Asking> {
        self.inner.tally.read()
    }

    /// Every cell that is open.
    pub async fn cell_loads(&self) -> Vec<CellLoad> {
        let mut loads = Vec::new();
        for cell in self.inner.stores.opened_cells() {
            let name = cell.name().to_string();
            let outbox =
                cell.outbox_depth().await.inspect_err(|cause| tracing::warn!(%cause, cell = name, "outbox")).ok();
            let queue = kernel::CityId::parse(&name).and_then(|city| self.queue_length(&city));
            loads.push(CellLoad { cell: name, load: cell.engine().load(), outbox, queue });
        }
        loads
    }

    /// Ok once the store answers.
    pub async fn ready(&self) -> Result<()> {
        self.inner.stores.platform().sessions(Id([0; 16]), self.now()).await?;
        Ok(())
    }
}
