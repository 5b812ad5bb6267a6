//! Packs: the files in which operators write services, cities, bindings and rules, made into validated values.
//!
//! Text in, values and findings out. Nothing here reads a directory or the network; `shimin` feeds it files, so that a
//! pack can be checked in an editor, in a test or in a running city alike.

pub mod act;
pub mod binding;
pub mod booking;
pub mod catalogue;
pub mod change;
pub mod city;
pub mod document;
pub mod fee;
pub mod finding;
pub mod lint;
pub mod load;
pub mod pay;
pub mod rule;
pub mod scaffold;
pub mod schema;
pub mod search;
pub mod service;
mod shape;
pub mod story;

pub use act::{Act, Acts, Biller};
pub use binding::{Binding, Department, Mapping, Value};
pub use booking::{Booking, Offer};
pub use catalogue::{Catalogue, CityPack};
pub use change::{Change, diff};
pub use city::City;
pub use finding::{Finding, Severity};
pub use load::{Files, Known, Loaded, load};
pub use pay::Pay;
pub use rule::Rules;
pub use scaffold::scaffold;
pub use service::Service;
pub use story::{Story, StoryFile};
