//! The books: who owes what to whom, what was receipted, and whether three parties agree.
//!
//! Pure arithmetic over integer fen and hashes. Keeping the books is `store`'s work, and deciding what enters them is
//! `capability`'s; this crate knows neither a payment's life nor a provider's wire format.

pub mod account;
pub mod capitals;
pub mod merkle;
pub mod note;
pub mod receipt;
pub mod reconcile;
pub mod settlement;
pub mod transfer;

pub use account::{Account, Kind};
pub use transfer::{Step, Transfer};
