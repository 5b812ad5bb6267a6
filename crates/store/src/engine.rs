//! The narrow waist: what an engine must be able to do, and nothing more.
//!
//! A read is one statement, so it always sees one state and may run wherever it is cheapest (on SQLite that is the
//! calling thread). A write is a [`Job`] that the engine groups with whatever else waits, and answers only after the
//! commit. Connections, pools and threads are the engine's own affair.

use std::{any::Any, pin::Pin, sync::Arc};

use kernel::CityId;

use crate::{CellKind, Load, Result, Row, Statement, Value};

pub type Fut<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// What a job hands back. The port that made the job knows the type.
pub type Done = Box<dyn Any + Send>;

/// A statement with the rows for which it is run.
pub type Rows = (&'static Statement, Vec<Vec<Value>>);

/// An open transaction. On SQLite every future is ready when it is polled first.
pub trait Tx: Send {
    fn execute<'a>(&'a mut self, statement: &'static Statement, values: &'a [Value]) -> Fut<'a, u64>;

    fn many<'a>(&'a mut self, statement: &'static Statement, values: &'a [Value]) -> Fut<'a, Vec<Row>>;

    fn one<'a>(&'a mut self, statement: &'static Statement, values: &'a [Value]) -> Fut<'a, Option<Row>>;

    /// The same statement for many rows: pipelined where a round trip costs something.
    fn batch<'a>(&'a mut self, statement: &'static Statement, rows: &'a [Vec<Value>]) -> Fut<'a, Vec<u64>>;

    /// The same statement for many rows as one set, where the engine can, in their order; says how many rows it changed in
    /// all. The statement has a text for sets.
    fn set<'a>(&'a mut self, statement: &'static Statement, rows: &'a [Vec<Value>]) -> Fut<'a, u64>;

    /// The same question for many rows, with the answers to each, as one set where the engine can. The text for sets answers
    /// with the place of the row that is answered ahead of the columns, counted from 1.
    fn each<'a>(&'a mut self, statement: &'static Statement, rows: &'a [Vec<Value>]) -> Fut<'a, Vec<Vec<Row>>>;

    /// Several of [`Self::set`], one after the other, without waiting in between.
    fn sets<'a>(&'a mut self, sets: &'a [Rows]) -> Fut<'a, Vec<u64>>;

    /// Several of [`Self::each`], without waiting in between.
    fn eaches<'a>(&'a mut self, questions: &'a [Rows]) -> Fut<'a, Vec<Vec<Vec<Row>>>>;
}

/// A unit of writing. `Ok` is committed, also when it carries a refusal; `Err` undoes this job and no other. A job may
/// run more than once before it is answered, so it must not have effects beside those in the transaction.
pub trait Job: Send + Sync {
    fn run<'a>(&'a self, tx: &'a mut dyn Tx) -> Fut<'a, Done>;
}

/// One open cell.
pub trait Engine: Send + Sync {
    fn read<'a>(&'a self, statement: &'static Statement, values: &'a [Value]) -> Fut<'a, Vec<Row>>;

    /// Queues the job. Its answer comes after the commit that contains it.
    fn write(&self, job: Box<dyn Job>) -> Fut<'_, Done>;

    /// Prepares a statement without running it, so that a wrong one is found before a citizen finds it.
    fn prepare(&self, statement: &'static Statement) -> Fut<'_, ()>;

    /// How the writer is doing.
    fn load(&self) -> Load;

    /// Nobody else writes to this cell while it is open here, so what was committed here is all there is.
    fn is_alone(&self) -> bool;

    /// Commits what waits, then refuses further writes.
    fn close(&self) -> Fut<'_, ()>;
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum CellName {
    Platform,
    City(CityId),
}

/// `platform`, or the id of a city.
impl std::fmt::Display for CellName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Platform => f.write_str("platform"),
            Self::City(id) => f.write_str(id.as_str()),
        }
    }
}

impl CellName {
    #[must_use]
    pub const fn kind(&self) -> CellKind {
        match self {
            Self::Platform => CellKind::Platform,
            Self::City(_) => CellKind::City,
        }
    }
}

/// Opens cells, creating and migrating them as needed.
pub trait Opener: Send + Sync {
    fn open<'a>(&'a self, cell: &'a CellName) -> Fut<'a, Arc<dyn Engine>>;
}
