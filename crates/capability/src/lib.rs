//! What services are made of: pure functions from state, rules and a day to values. No clock, no store, no network.

pub mod record;
