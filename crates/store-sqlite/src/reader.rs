//! Reading connections, used inline: a point read costs less than handing it to another thread.
//!
//! A connection keeps its snapshot as long as nothing was committed since, because taking and giving back one costs as much
//! as a point read: four calls into the kernel for file locks. Old snapshots are let go before the log is moved into the
//! file, which they would stop otherwise.

use std::{
    path::PathBuf,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use rusqlite::Connection;
use store::{Result, Statement};

use crate::connection::{self, execute};

static BEGIN: Statement = Statement::new("BEGIN READING", "BEGIN");
static END: Statement = Statement::new("END READING", "COMMIT");

/// Idle connections, the one used last on top, because its pages are warm. There are never more than threads that read
/// at the same moment.
pub(crate) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Reader>>,
    commits: AtomicU64,
}

struct Reader {
    connection: Connection,
    /// How many commits there were when its snapshot was asked for; the snapshot has them all. `None` without a snapshot.
    sees: Option<u64>,
}

impl Readers {
    pub(crate) const fn new(path: PathBuf) -> Self {
        Self { path, idle: Mutex::new(Vec::new()), commits: AtomicU64::new(0) }
    }

    pub(crate) fn with<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut reader = match idle {
            Some(reader) => reader,
            None => Reader { connection: connection::reading(&self.path)?, sees: None },
        };
        // Whoever was answered before this read began has been counted, so nobody misses what they wrote themselves.
        reader.look(self.commits.load(Ordering::SeqCst))?;
        let outcome = work(&reader.connection);
        if outcome.is_err() {
            reader.let_go()?;
        }
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
        outcome
    }

    /// Something was committed: what readers see is old. Called before anybody is told of the commit.
    pub(crate) fn committed(&self) {
        self.commits.fetch_add(1, Ordering::SeqCst);
    }

    /// Idle connections stop holding on to what they see.
    pub(crate) fn let_go(&self) -> Result<()> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).iter_mut().try_for_each(Reader::let_go)
    }
}

impl Reader {
    fn look(&mut self, commits: u64) -> Result<()> {
        if self.sees == Some(commits) {
            return Ok(());
        }
        self.let_go()?;
        execute(&self.connection, &BEGIN, &[])?;
        self.sees = Some(commits);
        Ok(())
    }

    fn let_go(&mut self) -> Result<()> {
        if self.sees.take().is_some() && !self.connection.is_autocommit() {
            execute(&self.connection, &END, &[])?;
        }
        Ok(())
    }
}
