//! The packs of this repository, and made-up ones that are broken in every way the linter knows.

mod booking;
mod change;
mod lakeside;
mod linter;
mod packs;
mod paying;
mod rules;
mod search;
