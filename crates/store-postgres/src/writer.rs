//! The one writer of a schema: a task that takes whatever waits, runs each job in a savepoint, commits once, and only
//! then answers. Beginning, savepoints and releases travel with the statement that follows them.

use std::{panic::AssertUnwindSafe, sync::Arc};

use futures_util::FutureExt;
use store::{Done, Error, Fut, Inbox, Result, Row, Rows, Statement, Tx, Value, Waiting};

use crate::{
    connection::{Connection, Text},
    pool::Pool,
};

/// Held until the end of the transaction, so that writers of several processes take turns.
pub(crate) fn lock(schema: &str) -> String {
    format!("SELECT pg_advisory_xact_lock(hashtextextended('{schema}', 0))")
}

pub(crate) async fn write(pool: Arc<Pool>, schema: Arc<str>, mut inbox: Inbox) {
    while let Some(batch) = inbox.batch().await {
        if !batch.is_empty() {
            commit(&pool, &schema, batch, &inbox).await;
        }
    }
}

/// Why a batch did not stand.
enum Failed {
    /// Nothing of it stands.
    Undone(Error),
    /// The connection broke while the commit was under way.
    Unknown(Error),
}

async fn commit(pool: &Pool, schema: &str, batch: Vec<Waiting>, inbox: &Inbox) {
    let mut outcome = attempt(pool, schema, &batch).await;
    // A server that was restarted has closed its connections; the jobs may run again, because nothing was committed.
    if let Err(Failed::Undone(cause @ Error::Unavailable(_))) = &outcome {
        tracing::warn!(%cause, jobs = batch.len(), "a batch is tried again");
        outcome = attempt(pool, schema, &batch).await;
    }
    match outcome {
        Ok(outcomes) => {
            inbox.committed(batch.len());
            for (waiting, outcome) in batch.into_iter().zip(outcomes) {
                waiting.answer(outcome);
            }
        }
        Err(Failed::Undone(cause)) => refuse(batch, &cause, Error::Unavailable),
        Err(Failed::Unknown(cause)) => refuse(batch, &cause, Error::Unknown),
    }
}

fn refuse(batch: Vec<Waiting>, cause: &Error, say: fn(String) -> Error) {
    tracing::error!(%cause, jobs = batch.len(), "a batch was not committed");
    for waiting in batch {
        waiting.answer(Err(say(cause.to_string())));
    }
}

async fn attempt(pool: &Pool, schema: &str, batch: &[Waiting]) -> Result<Vec<Result<Done>>, Failed> {
    let mut connection = pool.lease(schema).await.map_err(Failed::Undone)?;
    connection.spoiled = true;
    let begin = format!("BEGIN; {}; SAVEPOINT job", lock(schema));
    let mut tx = Pipelined { connection: &mut connection, first: Some(begin), failure: None };
    let mut outcomes = Vec::with_capacity(batch.len());
    for waiting in batch {
        outcomes.push(run(&mut tx, waiting).await?);
    }
    // `RELEASE` fails in an aborted transaction, where a bare `COMMIT` would quietly roll back.
    let last = match tx.first.as_deref() {
        Some(UNDO) => "ROLLBACK TO job; COMMIT",
        Some(NEXT) => "RELEASE job; COMMIT",
        // No job ran a statement, so nothing has begun.
        _ => "",
    };
    if let Err((refused, cause)) = connection.commit(last).await {
        return Err(if refused { Failed::Undone(cause) } else { Failed::Unknown(cause) });
    }
    connection.spoiled = false;
    Ok(outcomes)
}

const NEXT: &str = "RELEASE job; SAVEPOINT job";
const UNDO: &str = "ROLLBACK TO job";

async fn run(tx: &mut Pipelined<'_>, waiting: &Waiting) -> Result<Result<Done>, Failed> {
    let outcome = AssertUnwindSafe(waiting.job.run(tx)).catch_unwind().await;
    let outcome = outcome.unwrap_or_else(|_| Err(Error::Corrupt("a job panicked".into())));
    let failure = match tx.failure.take() {
        // The connection or the server is going: the transaction went with it, whatever the job made of that.
        Some(cause @ Error::Unavailable(_)) => return Err(Failed::Undone(cause)),
        failure => failure,
    };
    // On PostgreSQL a failed statement spoils its savepoint, even if the job made light of it.
    let outcome = outcome.and_then(|done| failure.map_or(Ok(done), Err));
    if tx.first.is_none() {
        tx.first = Some(if outcome.is_ok() { NEXT } else { UNDO }.to_owned());
    }
    Ok(outcome)
}

/// The open transaction of the writer.
struct Pipelined<'a> {
    connection: &'a mut Connection,
    /// What to send ahead of the next statement.
    first: Option<String>,
    /// The first statement of the job that failed.
    failure: Option<Error>,
}

impl Pipelined<'_> {
    fn note<T>(&mut self, outcome: Result<T>) -> Result<T> {
        if let Err(cause) = &outcome
            && self.failure.is_none()
        {
            self.failure = Some(cause.clone());
        }
        outcome
    }

    /// What must be sent ahead of the statement, taken only once the statement is known to be sound: a beginning that is
    /// taken and not sent would let the next statement run outside the transaction.
    async fn ahead_of(&mut self, statement: &'static Statement, text: Text) -> Result<Option<String>> {
        let prepared = self.connection.prepare_as(statement, text).await;
        self.note(prepared)?;
        Ok(self.first.take())
    }

    /// The same ahead of several; `None` where there is nothing to be sent.
    async fn ahead_of_all(&mut self, all: &[Rows]) -> Result<Option<Option<String>>> {
        let mut any = false;
        for (statement, _) in all.iter().filter(|(_, rows)| !rows.is_empty()) {
            let prepared = self.connection.prepare_as(statement, Text::Set).await;
            self.note(prepared)?;
            any = true;
        }
        Ok(any.then(|| self.first.take()))
    }

    async fn rows(&mut self, statement: &'static Statement, values: &[Value]) -> Result<Vec<Row>> {
        let first = self.ahead_of(statement, Text::Row).await?;
        let outcome = self.connection.many_after(first.as_deref(), statement, values).await;
        self.note(outcome)
    }
}

impl Tx for Pipelined<'_> {
    fn execute<'a>(&'a mut self, statement: &'static Statement, values: &'a [Value]) -> Fut<'a, u64> {
        Box::pin(async move {
            let first = self.ahead_of(statement, Text::Row).await?;
            let outcome = self.connection.execute(first.as_deref(), statement, values).await;
            self.note(outcome)
        })
    }

    fn many<'a>(&'a mut self, statement: &'static Statement, values: &'a [Value]) -> Fut<'a, Vec<Row>> {
        Box::pin(self.rows(statement, values))
    }

    fn one<'a>(&'a mut self, statement: &'static Statement, values: &'a [Value]) -> Fut<'a, Option<Row>> {
        Box::pin(async move { Ok(self.rows(statement, values).await?.into_iter().next()) })
    }

    fn batch<'a>(&'a mut self, statement: &'static Statement, rows: &'a [Vec<Value>]) -> Fut<'a, Vec<u64>> {
        Box::pin(async move {
            if rows.is_empty() {
                return Ok(Vec::new());
            }
            let first = self.ahead_of(statement, Text::Row).await?;
            let outcome = self.connection.batch(first.as_deref(), statement, rows).await;
            self.note(outcome)
        })
    }

    fn set<'a>(&'a mut self, statement: &'static Statement, rows: &'a [Vec<Value>]) -> Fut<'a, u64> {
        Box::pin(async move {
            if rows.is_empty() {
                return Ok(0);
            }
            let first = self.ahead_of(statement, Text::Set).await?;
            let outcome = self.connection.set(first.as_deref(), statement, rows).await;
            self.note(outcome)
        })
    }

    fn each<'a>(&'a mut self, statement: &'static Statement, rows: &'a [Vec<Value>]) -> Fut<'a, Vec<Vec<Row>>> {
        Box::pin(async move {
            if rows.is_empty() {
                return Ok(Vec::new());
            }
            let first = self.ahead_of(statement, Text::Set).await?;
            let outcome = self.connection.each(first.as_deref(), statement, rows).await;
            self.note(outcome)
        })
    }

    fn sets<'a>(&'a mut self, sets: &'a [Rows]) -> Fut<'a, Vec<u64>> {
        Box::pin(async move {
            let Some(first) = self.ahead_of_all(sets).await? else { return Ok(vec![0; sets.len()]) };
            let outcome = self.connection.sets(first.as_deref(), sets).await;
            self.note(outcome)
        })
    }

    fn eaches<'a>(&'a mut self, questions: &'a [Rows]) -> Fut<'a, Vec<Vec<Vec<Row>>>> {
        Box::pin(async move {
            let Some(first) = self.ahead_of_all(questions).await? else { return Ok(vec![Vec::new(); questions.len()]) };
            let outcome = self.connection.eaches(first.as_deref(), questions).await;
            self.note(outcome)
        })
    }
}
