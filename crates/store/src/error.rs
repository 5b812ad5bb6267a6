//! What can go wrong below the ports. A refusal that a person can act on is never in here: it is typed per method.

/// A failure of the infrastructure.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The writer's queue is full: nothing was done, and so many are ahead.
    #[error("the writer is busy, {position} are waiting")]
    Busy { position: usize },
    /// The store is being closed.
    #[error("the store is closed")]
    Closed,
    /// The engine did not answer, and nothing was committed.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// The connection broke while the commit was under way: it may or may not stand. A repeat with the same
    /// idempotency key finds out.
    #[error("the outcome of the commit is unknown: {0}")]
    Unknown(String),
    /// The stored state, or a statement, is not what this binary expects.
    #[error("the database is not as expected: {0}")]
    Corrupt(String),
    /// A row that the caller holds an id of is gone, for example an account deleted meanwhile.
    #[error("there is no such {0}")]
    Missing(&'static str),
    /// Data was asked for without naming who reads it.
    #[error("personal data cannot be opened without an access entry")]
    NoAccess,
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

impl From<Error> for kernel::Error {
    fn from(error: Error) -> Self {
        let kind = match error {
            Error::Busy { .. } | Error::Closed | Error::Unavailable(_) | Error::Unknown(_) => {
                kernel::Kind::Unavailable("store")
            }
            Error::Missing(_) => kernel::Kind::NotFound,
            Error::Corrupt(_) | Error::NoAccess => kernel::Kind::Internal,
        };
        Self::new(kind).because(error)
    }
}
