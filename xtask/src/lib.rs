//! The chores as a library, so that tests that run alone can start the same PostgreSQL that `cargo xtask test` starts.

pub mod bench;
pub mod check;
pub mod postgres;
pub mod shell;
pub mod shots;
pub mod test;
pub mod tools;
