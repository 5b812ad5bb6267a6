//! A bounded number of connections for all cells together.

use std::{
    ops::{Deref, DerefMut},
    sync::{Mutex, PoisonError},
};

use store::{Error, Result};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio_postgres::Config;

use crate::connection::Connection;

const CONNECTIONS_MAX: usize = 16;

pub(crate) struct Pool {
    config: Config,
    idle: Mutex<Vec<Connection>>,
    permits: Semaphore,
}

impl Pool {
    pub(crate) fn new(config: Config) -> Self {
        Self { config, idle: Mutex::default(), permits: Semaphore::new(CONNECTIONS_MAX) }
    }

    /// A connection that points to the schema: if possible one that did so before, because its statements are prepared.
    pub(crate) async fn lease(&self, schema: &str) -> Result<Lease<'_>> {
        let permit = self.permits.acquire().await.map_err(|_| Error::Closed)?;
        let connection = match self.take(schema) {
            Some(connection) => connection,
            None => Connection::open(&self.config).await?,
        };
        let mut lease = Lease { connection: Some(connection), pool: self, spoiled: false, _permit: permit };
        lease.point_to(schema).await?;
        Ok(lease)
    }

    fn take(&self, schema: &str) -> Option<Connection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|connection| !connection.is_closed());
        match idle.iter().rposition(|connection| connection.schema() == schema) {
            Some(at) => Some(idle.remove(at)),
            None => idle.pop(),
        }
    }
}

/// A connection in use. It goes back when it is dropped, unless a transaction may be open on it.
pub(crate) struct Lease<'a> {
    connection: Option<Connection>,
    pool: &'a Pool,
    pub(crate) spoiled: bool,
    _permit: SemaphorePermit<'a>,
}

impl Deref for Lease<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("a lease holds its connection until it is dropped")
    }
}

impl DerefMut for Lease<'_> {
    fn deref_mut(&mut self) -> &mut Connection {
        self.connection.as_mut().expect("a lease holds its connection until it is dropped")
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take()
            && !self.spoiled
            && !connection.is_closed()
        {
            self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        }
    }
}
