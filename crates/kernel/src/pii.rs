//! Personal data in a box that cannot be printed and opens only against a receipt.
//!
//! A [`Receipt`](crate::Receipt) exists only after the access log holds the matching entry, so whoever reads personal
//! data has already left a trace. The box does not encrypt: sealing at rest is `identity`'s work.

use std::fmt;

use crate::access::Receipt;

/// A value about a person. `Debug` prints dots; there is no `Display`, no `Serialize` and no `Deref`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Pii<T>(T);

impl<T> Pii<T> {
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// Opens the box for somebody who is on record as reading it.
    pub fn open(self, _read: &Receipt) -> T {
        self.0
    }

    /// Looks into the box for somebody who is on record as reading it.
    pub const fn peek(&self, _read: &Receipt) -> &T {
        &self.0
    }

    /// For the machine alone: comparing, hashing, sealing, sending to the department that owns the data. The closure's
    /// result must not carry the value to a person; `tests/tidy.rs` lists the crates that may call this.
    pub fn process<R>(&self, work: impl FnOnce(&T) -> R) -> R {
        work(&self.0)
    }

    pub fn map<R>(self, work: impl FnOnce(T) -> R) -> Pii<R> {
        Pii(work(self.0))
    }
}

impl<T> fmt::Debug for Pii<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("‹personal›")
    }
}

/// Personal data encrypted at rest: opaque bytes that only `identity::Vault` can open, and only against a receipt.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Sealed(pub Vec<u8>);

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "‹sealed, {} bytes›", self.0.len())
    }
}

/// A keyed hash of an identifier, so that equal identifiers can be found without being stored. It leaks equality, and
/// nothing else to whoever lacks the key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Index(pub [u8; 32]);

impl fmt::Debug for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "‹index {:02x}{:02x}…›", self.0[0], self.0[1])
    }
}
