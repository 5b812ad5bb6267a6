//! The bounded queue between the ports and the one writer of a cell.
//!
//! The writer takes whatever waits: alone a command is committed at once, under load up to [`BATCH_MAX`] share one
//! commit, so latency falls instead of rising. A full queue says so at once rather than letting callers time out.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

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

/// How a cell's writer is doing, counted since it was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    pub commits: u64,
    /// Jobs in those commits: so many shared one on average.
    pub jobs: u64,
    /// Jobs that wait now.
    pub waiting: u64,
}

/// What both ends of a queue count on.
#[derive(Default)]
struct Counts {
    commits: AtomicU64,
    jobs: AtomicU64,
}

/// The callers' end.
#[derive(Clone)]
pub struct Queue {
    sender: mpsc::Sender<Note>,
    counts: Arc<Counts>,
}

/// The writer's end.
pub struct Inbox {
    notes: mpsc::Receiver<Note>,
    counts: Arc<Counts>,
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
        let counts = Arc::<Counts>::default();
        let inbox = Inbox { notes, counts: Arc::clone(&counts), taken: Vec::new(), closing: Vec::new() };
        (Self { sender, counts }, inbox)
    }

    pub async fn submit(&self, job: Box<dyn Job>) -> Result<Done> {
        let (answer, answered) = oneshot::channel();
        self.sender.try_send(Note::Job(Waiting { job, answer })).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => Error::Busy { position: self.sender.max_capacity() + 1 },
            mpsc::error::TrySendError::Closed(_) => Error::Closed,
        })?;
        answered.await.map_err(|_| Error::Closed)?
    }

    #[must_use]
    pub fn load(&self) -> Load {
        Load {
            commits: self.counts.commits.load(Ordering::Relaxed),
            jobs: self.counts.jobs.load(Ordering::Relaxed),
            waiting: (self.sender.max_capacity() - self.sender.capacity()) as u64,
        }
    }

    /// Returns once the writer has committed what waited and ended.
    pub async fn close(&self) {
        let (closing, ended) = oneshot::channel();
        if self.sender.send(Note::Close(closing)).await.is_ok() {
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

    /// The writer tells of each commit, before it answers those who wait for it.
    pub fn committed(&self, jobs: usize) {
        self.counts.commits.fetch_add(1, Ordering::Relaxed);
        self.counts.jobs.fetch_add(jobs as u64, Ordering::Relaxed);
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
