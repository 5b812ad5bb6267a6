//! Puts the house together: the one crate that names adapters. A library so that tests run the same wiring as citizens do;
//! the binary's `main` only reads the command line.

pub mod command;
pub mod demo;
pub mod house;
pub mod key;
pub mod output;
pub mod packs;
pub mod server;
pub mod shop;
pub mod terminal;
