//! The bounded queue between the ports and the one writer of a cell.
//!
//! The writer takes whatever waits: alone a command is committed at once, under load up to [`BATCH_MAX`] share one
//! commit, so latency falls instead of rising. A full queue says so at once rather than letting callers time out.

use tokio::sync::{mpsc, oneshot};

use crate::{Done, Error, Job, Result};

/// How many jobs share a commit at most.
pub const BATCH_MAX: usize = 1024;
/// How many jobs wait at most before callers are told that the writer is busy.
pub const QUEUE_MAX: usize = 8192;

/// A job whose caller waits.
pub struct Waiting {
    pub job: Box<dyn Job>,
    answer: oneshot::Sender<Result<Done>>,
}

impl Waiting {
    /// Tells the caller. Only after the commit. A caller that went away does not undo what it asked for.
    pub fn answer(self, outcome: Result<Done>) {
        drop(self.answer.send(outcome));
    }
}

enum Note {
    Job(Waiting),
    Close(oneshot::Sender<()>),
}

/// The callers' end.
#[derive(Clone)]
pub struct Queue(mpsc::Sender<Note>);

/// The writer's end.
pub struct Inbox {
    notes: mpsc::Receiver<Note>,
    taken: Vec<Note>,
    /// Dropped with the inbox, which is how those who closed the queue learn that the writer has ended.
    closing: Vec<oneshot::Sender<()>>,
}

impl Queue {
    #[must_use]
    pub fn new() -> (Self, Inbox) {
        Self::with_capacity(QUEUE_MAX)
    }

    #[must_use]
    pub fn with_capacity(jobs_max: usize) -> (Self, Inbox) {
        let (sender, notes) = mpsc::channel(jobs_max);
        (Self(sender), Inbox { notes, taken: Vec::new(), closing: Vec::new() })
    }

    pub async fn submit(&self, job: Box<dyn Job>) -> Result<Done> {
        let (answer, answered) = oneshot::channel();
        self.0.try_send(Note::Job(Waiting { job, answer })).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => Error::Busy { position: self.0.max_capacity() + 1 },
            mpsc::error::TrySendError::Closed(_) => Error::Closed,
        })?;
        answered.await.map_err(|_| Error::Closed)?
    }

    /// Returns once the writer has committed what waited and ended.
    pub async fn close(&self) {
        let (closing, ended) = oneshot::channel();
        if self.0.send(Note::Close(closing)).await.is_ok() {
            drop(ended.await);
        }
    }
}

impl Inbox {
    /// The next batch, or `None` when all callers are gone or the queue was closed and is empty.
    pub async fn batch(&mut self) -> Option<Vec<Waiting>> {
        let taken = self.notes.recv_many(&mut self.taken, BATCH_MAX).await;
        (taken > 0).then(|| self.sort())
    }

    /// The same, for a writer that is a thread.
    pub fn batch_blocking(&mut self) -> Option<Vec<Waiting>> {
        let taken = self.notes.blocking_recv_many(&mut self.taken, BATCH_MAX);
        (taken > 0).then(|| self.sort())
    }

    /// The jobs among the notes. May be empty, when there was nothing but the wish to close.
    fn sort(&mut self) -> Vec<Waiting> {
        let mut jobs = Vec::with_capacity(self.taken.len());
        for note in self.taken.drain(..) {
            match note {
                Note::Job(waiting) => jobs.push(waiting),
                Note::Close(closing) => {
                    self.notes.close();
                    self.closing.push(closing);
                }
            }
        }
        jobs
    }
}
