//! The words every other crate speaks: time, money, identifiers, masks, languages and errors.
//!
//! Nothing here performs IO. The clock and the source of randomness are traits so that the rest of the house takes them
//! as arguments; the two system implementations live here because this is the only crate that may touch them.

pub mod access;
pub mod calendar;
pub mod clock;
pub mod error;
pub mod id;
pub mod identifier;
pub mod lang;
pub mod mask;
pub mod money;
pub mod pii;
pub mod rng;

pub use access::{Access, Actor, Receipt};
pub use calendar::Calendar;
pub use clock::{Clock, Date, FakeClock, SystemClock, Timestamp};
pub use error::{Error, FieldError, Kind, Result};
pub use id::{AccountId, CityId, DepartmentId, Id, ProviderId, ServiceId};
pub use lang::{Lang, Text};
pub use money::Money;
pub use pii::{Index, Pii, Sealed};
pub use rng::{Rng, SeededRng, SystemRng};
