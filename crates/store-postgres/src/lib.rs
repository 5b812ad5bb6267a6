//! The store on PostgreSQL: one schema per cell, one writer task per cell and process, reads on pooled connections.
//!
//! The same jobs and statements run here as on SQLite. A batch holds an advisory lock of its schema, so that several
//! processes keep the meaning of "one writer per city". Deliberately not here: TLS; the platform reaches its database
//! over a socket, the loopback or a private network that the operator protects.

mod connection;
mod migration;
mod pool;
mod value;
mod writer;

use std::sync::Arc;

use store::{CellName, Done, Engine, Error, Fut, Job, Load, Opener, Queue, Result, Row, Statement, Value};

use crate::pool::Pool;

/// A database of cells.
#[derive(Clone)]
pub struct Database {
    pool: Arc<Pool>,
    prefix: String,
}

impl Database {
    /// Connects once, so that a wrong address is found at the start.
    pub async fn connect(url: &str) -> Result<Self> {
        let config = url.parse().map_err(|cause| Error::Unavailable(format!("address of the database: {cause}")))?;
        let pool = Arc::new(Pool::new(config));
        drop(pool.lease("public").await?);
        Ok(Self { pool, prefix: "shimin_".into() })
    }

    /// Keeps several deployments in one database apart. Lower-case letters, digits and underscores.
    #[must_use]
    pub fn with_prefix(self, prefix: &str) -> Self {
        let safe = |c: &char| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '_';
        Self { prefix: prefix.chars().filter(safe).collect(), ..self }
    }

    /// Where a cell lives. A slug has no underscore, so two cities never share a schema.
    #[must_use]
    pub fn schema(&self, cell: &CellName) -> String {
        match cell {
            CellName::Platform => format!("{}platform", self.prefix),
            CellName::City(id) => format!("{}city_{}", self.prefix, id.as_str().replace('-', "_")),
        }
    }
}

impl Opener for Database {
    fn open<'a>(&'a self, cell: &'a CellName) -> Fut<'a, Arc<dyn Engine>> {
        Box::pin(async move {
            let schema: Arc<str> = self.schema(cell).into();
            migration::run(&self.pool, &schema, cell.kind()).await?;
            let (queue, inbox) = Queue::new();
            tokio::spawn(writer::write(Arc::clone(&self.pool), Arc::clone(&schema), inbox));
            Ok(Arc::new(Schema { pool: Arc::clone(&self.pool), schema, queue }) as Arc<dyn Engine>)
        })
    }
}

/// One open schema. When it is dropped, its writer commits what waits and ends.
struct Schema {
    pool: Arc<Pool>,
    schema: Arc<str>,
    queue: Queue,
}

impl Engine for Schema {
    fn read<'a>(&'a self, statement: &'static Statement, values: &'a [Value]) -> Fut<'a, Vec<Row>> {
        Box::pin(async move {
            let mut connection = self.pool.lease(&self.schema).await?;
            let outcome = connection.many(statement, values).await;
            if outcome.is_ok() || !connection.is_closed() {
                return outcome;
            }
            // The server closed a connection that looked idle. A read may be repeated.
            drop(connection);
            self.pool.lease(&self.schema).await?.many(statement, values).await
        })
    }

    fn write(&self, job: Box<dyn Job>) -> Fut<'_, Done> {
        Box::pin(self.queue.submit(job))
    }

    fn prepare(&self, statement: &'static Statement) -> Fut<'_, ()> {
        Box::pin(async move {
            let mut connection = self.pool.lease(&self.schema).await?;
            if statement.set.is_some() {
                connection.prepare_as(statement, connection::Text::Set).await?;
            }
            connection.prepare(statement).await.map(drop)
        })
    }

    fn load(&self) -> Load {
        self.queue.load()
    }

    fn is_alone(&self) -> bool {
        false
    }

    fn close(&self) -> Fut<'_, ()> {
        Box::pin(async move {
            self.queue.close().await;
            Ok(())
        })
    }
}
