//! An open cell and the two ways into it: a read of one statement, a write of one job.

use std::{marker::PhantomData, sync::Arc};

use kernel::{Id, Rng};

use crate::{CellName, Done, Engine, Error, Fut, Job, Result, Row, Statement, Tx, Value};

/// What the platform's cell and every city's cell have in common: the access log, the outbox and idempotency.
#[derive(Clone)]
pub struct Cell {
    name: CellName,
    engine: Arc<dyn Engine>,
    rng: Arc<dyn Rng>,
}

impl Cell {
    pub(crate) fn new(name: CellName, engine: Arc<dyn Engine>, rng: Arc<dyn Rng>) -> Self {
        Self { name, engine, rng }
    }

    #[must_use]
    pub const fn name(&self) -> &CellName {
        &self.name
    }

    /// The engine below, for tests and `doctor`.
    #[must_use]
    pub fn engine(&self) -> &Arc<dyn Engine> {
        &self.engine
    }

    pub(crate) fn random_id(&self) -> Id {
        Id::random(&*self.rng)
    }

    pub(crate) async fn read(&self, statement: &'static Statement, values: &[Value]) -> Result<Vec<Row>> {
        self.engine.read(statement, values).await
    }

    pub(crate) async fn read_one(&self, statement: &'static Statement, values: &[Value]) -> Result<Option<Row>> {
        Ok(self.read(statement, values).await?.into_iter().next())
    }

    /// Runs `body` over `input` as one job. The input stays with the job, so that the body can run again.
    pub(crate) async fn write<I, T, F>(&self, input: I, body: F) -> Result<T>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        F: for<'a> Fn(&'a I, &'a mut dyn Tx) -> Fut<'a, T> + Send + Sync + 'static,
    {
        let done = self.engine.write(Box::new(Work { input, body, output: PhantomData })).await?;
        done.downcast().map(|output| *output).map_err(|_| Error::Corrupt("a job answered with another type".into()))
    }

    /// A write of one statement; says how many rows it changed.
    pub(crate) async fn execute(&self, statement: &'static Statement, values: &[Value]) -> Result<u64> {
        self.write(values.to_vec(), |values, tx| tx.execute(statement, values)).await
    }
}

struct Work<I, T, F> {
    input: I,
    body: F,
    output: PhantomData<fn() -> T>,
}

impl<I, T, F> Job for Work<I, T, F>
where
    I: Send + Sync,
    T: Send + 'static,
    F: for<'a> Fn(&'a I, &'a mut dyn Tx) -> Fut<'a, T> + Send + Sync,
{
    fn run<'a>(&'a self, tx: &'a mut dyn Tx) -> Fut<'a, Done> {
        Box::pin(async move { Ok(Box::new((self.body)(&self.input, tx).await?) as Done) })
    }
}
