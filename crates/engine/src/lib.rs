//! The use cases of the platform: what a citizen can do, joined from capabilities, stores, departments and identity.
//!
//! Doors (`web`, `api`) call [`Platform`] and nothing below it. No HTTP, no SQL, no wire format, no page and no adapter
//! is named here. Text arrives exactly as it was typed; mistakes come back all at once, by field.

mod access;
mod act;
mod card;
mod consent;
mod customer;
mod flight;
mod health;
mod home;
mod limit;
mod once;
mod outbox;
mod platform;
mod profile;
mod real_name;
mod record;
mod register;
mod session;
mod sign_in;
mod thing;

pub use access::{AccessView, Cursor, Page, Who};
pub use card::{CardState, CardView, LicenceForm, Relation, VehicleForm, Whose};
pub use consent::{ConsentState, ConsentView, Direction};
pub use customer::CustomerForm;
pub use home::{Home, HomeStat};
pub use limit::Limits;
pub use once::OnceKey;
pub use platform::{Parts, Platform};
pub use profile::ProfileView;
pub use record::{Answer, Asked, Freshness, Unavailable, Unmatched, row_key};
pub use session::{Citizen, Preferences, SessionKind, SessionView, Size, Theme};
pub use sign_in::{CodeSent, Device, SignedIn};
