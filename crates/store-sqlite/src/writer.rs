//! The one writer of a file: a thread that takes whatever waits, runs job after job, commits once, and only then answers.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
    thread::JoinHandle,
};

use rusqlite::Connection;
use store::{CellName, Done, Error, Fut, Inbox, Job, Queue, Result, Row, Rows, Statement, Tx, Value, Waiting};

use crate::{
    connection::{self, execute, failed, is_io_failure, many},
    reader::Readers,
};

static BEGIN: Statement = Statement::new("BEGIN", "BEGIN IMMEDIATE");
static SAVEPOINT: Statement = Statement::new("SAVEPOINT", "SAVEPOINT job");
static RELEASE: Statement = Statement::new("RELEASE", "RELEASE job");
static UNDO: Statement = Statement::new("UNDO", "ROLLBACK TO job");
static ROLLBACK: Statement = Statement::new("ROLLBACK", "ROLLBACK");
static COMMIT: Statement = Statement::new("COMMIT", "COMMIT");

/// After so many statements that wrote, the log is moved into the file. A page that is written again and again is moved
/// once, so more is cheaper; but what a log of more than some ten megabytes holds is found more slowly.
const CHECKPOINT_STATEMENTS: u64 = 4000;

/// The running thread. It ends when the last queue to it is gone; dropping this waits for that, so that the file is closed
/// behind us. Whoever owns both drops the queue first.
pub(crate) struct Writer(Option<JoinHandle<()>>);

impl Writer {
    pub(crate) fn start(connection: Connection, cell: &CellName, readers: Arc<Readers>) -> Result<(Queue, Self)> {
        let (queue, inbox) = Queue::new();
        let name = match cell {
            CellName::Platform => "write platform".to_owned(),
            CellName::City(id) => format!("write {id}"),
        };
        let thread = std::thread::Builder::new()
            .name(name)
            .spawn(move || write(connection, &readers, inbox))
            .map_err(|cause| Error::Unavailable(format!("writer thread: {cause}")))?;
        Ok((queue, Self(Some(thread))))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if let Some(thread) = self.0.take()
            && thread.join().is_err()
        {
            tracing::error!("a writer thread panicked");
        }
    }
}

fn write(connection: Connection, readers: &Readers, mut inbox: Inbox) {
    let mut tx = Direct { connection, written: 0 };
    while let Some(batch) = inbox.batch_blocking() {
        if !batch.is_empty() {
            commit(&mut tx, readers, batch, &inbox);
        }
        if tx.written >= CHECKPOINT_STATEMENTS {
            checkpoint(&mut tx, readers);
        }
    }
    checkpoint(&mut tx, readers);
    // The file is closed before the inbox goes, because its going tells those who closed the queue that we are done.
    drop(tx);
}

/// One batch, one commit, and the answers after it.
fn commit(tx: &mut Direct, readers: &Readers, batch: Vec<Waiting>, inbox: &Inbox) {
    let outcomes = match together(tx, &batch).and_then(|outcomes| outcomes.map_or_else(|| apart(tx, &batch), Ok)) {
        Ok(outcomes) => outcomes,
        Err(cause) => {
            roll_back(tx);
            return refuse(batch, &cause);
        }
    };
    match tx.connection.prepare_cached(COMMIT.sql).and_then(|mut commit| commit.raw_execute()) {
        Ok(_) => {
            readers.committed();
            inbox.committed(batch.len());
            for (waiting, outcome) in batch.into_iter().zip(outcomes) {
                waiting.answer(outcome);
            }
        }
        Err(cause) => {
            abort_on_io_failure(&cause);
            roll_back(tx);
            refuse(batch, &failed(&COMMIT, &cause));
        }
    }
}

/// All jobs, nearly always. `None`, with everything undone, if one of them fails.
fn together(tx: &mut Direct, batch: &[Waiting]) -> Result<Option<Vec<Result<Done>>>> {
    execute(&tx.connection, &BEGIN, &[])?;
    let mut outcomes = Vec::with_capacity(batch.len());
    for waiting in batch {
        let outcome = attempt(tx, &*waiting.job);
        if outcome.is_err() || tx.connection.is_autocommit() {
            roll_back(tx);
            return Ok(None);
        }
        outcomes.push(outcome);
    }
    Ok(Some(outcomes))
}

/// The same with every job in a savepoint, which copies each page before it is changed: the one that fails is undone, and
/// no other.
fn apart(tx: &mut Direct, batch: &[Waiting]) -> Result<Vec<Result<Done>>> {
    execute(&tx.connection, &BEGIN, &[])?;
    batch.iter().map(|waiting| run(tx, &*waiting.job)).collect()
}

/// SQLite may have given up the transaction already, for example because the disk is full.
fn roll_back(tx: &Direct) {
    if !tx.connection.is_autocommit() {
        drop(execute(&tx.connection, &ROLLBACK, &[]));
    }
}

fn refuse(batch: Vec<Waiting>, cause: &Error) {
    tracing::error!(%cause, jobs = batch.len(), "a batch was not committed");
    for waiting in batch {
        waiting.answer(Err(Error::Unavailable(cause.to_string())));
    }
}

/// Runs one job in its savepoint. The outer error means that the whole transaction is lost.
fn run(tx: &mut Direct, job: &dyn Job) -> Result<Result<Done>> {
    execute(&tx.connection, &SAVEPOINT, &[])?;
    let outcome = attempt(tx, job);
    if tx.connection.is_autocommit() {
        return Err(outcome.err().unwrap_or(Error::Corrupt("a job ended the transaction".into())));
    }
    if outcome.is_err() {
        execute(&tx.connection, &UNDO, &[])?;
    }
    execute(&tx.connection, &RELEASE, &[])?;
    Ok(outcome)
}

fn attempt(tx: &mut Direct, job: &dyn Job) -> Result<Done> {
    catch_unwind(AssertUnwindSafe(|| poll_once(tx, job)))
        .unwrap_or_else(|_| Err(Error::Corrupt("a job panicked".into())))
}

/// All futures of [`Direct`] are ready, so a job ends at its first poll unless it waits for something else, which jobs
/// must not.
fn poll_once(tx: &mut Direct, job: &dyn Job) -> Result<Done> {
    let work = pin!(job.run(tx));
    match work.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => Err(Error::Corrupt("a job waits for something that is not the store".into())),
    }
}

/// Moves the log into the file as far as readers allow. Nothing waits for it, and nothing depends on its success, except
/// that a disk that fails here must not be trusted with the next commit.
fn checkpoint(tx: &mut Direct, readers: &Readers) {
    tx.written = 0;
    if let Err(cause) = readers.let_go() {
        tracing::warn!(%cause, "a reader holds on to what it sees");
    }
    if let Err(cause) = tx.connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())) {
        abort_on_io_failure(&cause);
        tracing::warn!(%cause, "checkpoint");
    }
}

/// After a failed fsync the kernel may drop the pages and report success the next time: whoever carries on acknowledges
/// writes that are not there. PostgreSQL stops for the same reason.
fn abort_on_io_failure(cause: &rusqlite::Error) {
    if is_io_failure(cause) {
        tracing::error!(%cause, "the disk failed, so this process ends; acknowledged writes are on disk");
        std::process::abort();
    }
}

/// The open transaction of the writer thread.
struct Direct {
    connection: Connection,
    /// Statements that wrote since the last checkpoint.
    written: u64,
}

impl Tx for Direct {
    fn execute<'a>(&'a mut self, statement: &'static Statement, values: &'a [Value]) -> Fut<'a, u64> {
        Box::pin(async move {
            self.written += 1;
            execute(&self.connection, statement, values)
        })
    }

    fn many<'a>(&'a mut self, statement: &'static Statement, values: &'a [Value]) -> Fut<'a, Vec<Row>> {
        Box::pin(async move { many(&self.connection, statement, values) })
    }

    fn one<'a>(&'a mut self, statement: &'static Statement, values: &'a [Value]) -> Fut<'a, Option<Row>> {
        Box::pin(async move { Ok(many(&self.connection, statement, values)?.into_iter().next()) })
    }

    fn batch<'a>(&'a mut self, statement: &'static Statement, rows: &'a [Vec<Value>]) -> Fut<'a, Vec<u64>> {
        Box::pin(async move {
            self.written += rows.len() as u64;
            rows.iter().map(|values| execute(&self.connection, statement, values)).collect()
        })
    }

    fn set<'a>(&'a mut self, statement: &'static Statement, rows: &'a [Vec<Value>]) -> Fut<'a, u64> {
        Box::pin(async move {
            self.written += rows.len() as u64;
            connection::execute_all(&self.connection, statement, rows)
        })
    }

    fn each<'a>(&'a mut self, statement: &'static Statement, rows: &'a [Vec<Value>]) -> Fut<'a, Vec<Vec<Row>>> {
        Box::pin(async move { connection::many_each(&self.connection, statement, rows) })
    }

    fn sets<'a>(&'a mut self, sets: &'a [Rows]) -> Fut<'a, Vec<u64>> {
        Box::pin(async move {
            self.written += sets.iter().map(|(_, rows)| rows.len() as u64).sum::<u64>();
            sets.iter().map(|(statement, rows)| connection::execute_all(&self.connection, statement, rows)).collect()
        })
    }

    fn eaches<'a>(&'a mut self, questions: &'a [Rows]) -> Fut<'a, Vec<Vec<Vec<Row>>>> {
        let each = |(statement, rows): &Rows| connection::many_each(&self.connection, statement, rows);
        let answers = questions.iter().map(each).collect();
        Box::pin(std::future::ready(answers))
    }
}
