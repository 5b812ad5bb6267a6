//! One exchange over HTTP with somebody who is never trusted: not with the platform's time, memory or connections, not
//! to be where they say, not to keep to the format. Departments and payment providers are asked through it.
//!
//! What is asked and what an answer means is the caller's. No cache, no retry of anything that may have arrived.

mod address;
mod breaker;
pub mod charset;
pub mod json;
mod line;
mod wire;

pub use address::AllowList;
pub use line::{Admitted, Limits, Line};
pub use wire::{Reply, Request, Wire};
