//! Bookings as the citizen makes and follows them: what there is, holding a unit, confirming or paying it, giving it up.
//!
//! The stock is the city's own and stands in its cell. What is granted is decided in `capability::booking`, in the commit
//! that takes the units; everything later goes through [`drive_booking`](Platform::drive_booking) alone. A department is
//! told by the outbox, and may say no.

mod admission;
mod asked;
mod change;
pub(crate) mod claim;
pub(crate) mod companion;
mod draw;
pub(crate) mod drive;
pub(crate) mod errand;
mod exchange;
mod hold;
mod job;
mod near;
pub(crate) mod offer;
mod person;
pub(crate) mod price;
mod say;
pub(crate) mod set_price;
pub(crate) mod show;
pub(crate) mod unit;
mod view;
mod waiting;
mod wish;

pub(crate) use self::{
    admission::Doors,
    asked::Persons,
    job::Rolled,
    offer::{Looks, Offered},
};
pub use self::{
    admission::{Pass, Waits},
    change::Wished,
    companion::{CompanionForm, CompanionView, Kin},
    draw::{DrawEntry, DrawView, Drawn},
    hold::{BookingQuote, HoldForm, HoldOutcome, PartnerForm, PersonForm, QuotePerson},
    near::NearView,
    price::{Said as SaidOfPerson, height},
    view::{
        Again, BandView, BookingDay, BookingFound, BookingLine, BookingPage, BookingParty, BookingView, Can,
        CancelView, DayState, InsteadView, MatterView, PeriodView, PersonLine, PlaceRef, PlaceView, PlacesView,
        ResourceView, RulesView, SeatView, SectionView, SittingView, StopView, TripView, UnitsView, Where,
    },
    waiting::{Joined, WaitingView},
};
