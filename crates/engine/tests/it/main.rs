//! The use cases against the real SQLite store, scripted registers, a fake clock and seeded randomness.

mod card;
mod consent;
mod record;
mod sign_in;
mod town;
