//! A town for tests: the sandbox and the platform on free ports in this process, wired exactly as the binary wires them,
//! with citizens who do what citizens do, over real HTTP.
//!
//! Not a second implementation of anything: what a test asserts is what came over the wire, or the sandbox's truth.

mod booker;
mod clerk;
mod database;
mod payer;
mod role;
mod scarce;
mod server;
mod settle;
mod town;
pub mod truth;
mod visitor;

pub use booker::{Answered, Booker};
pub use clerk::Clerk;
pub use database::Engine;
pub use payer::Payer;
pub use role::{Account, Cast, cast};
pub use scarce::Scarce;
pub use server::Server;
pub use settle::settle;
pub use town::{Grounds, Town, TownConfig, department_of, packs};
pub use visitor::Visitor;
