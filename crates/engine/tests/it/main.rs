//! The use cases against the real SQLite store, scripted registers, a fake clock and seeded randomness.

#![expect(clippy::unwrap_used, reason = "a poisoned lock is a failed test")]

mod card;
mod consent;
mod customer;
mod record;
mod sign_in;
mod staff;
mod town;
