//! The use cases of the platform: what a citizen can do, and what staff can, joined from capabilities, stores, departments
//! and identity.
//!
//! Doors (`web`, `console`, `api`) call [`Platform`] and nothing below it. No HTTP, no SQL, no wire format, no page and no adapter
//! is named here. Text arrives exactly as it was typed; mistakes come back all at once, by field.

mod access;
mod act;
mod autopay;
mod bill;
mod booking;
mod callback;
mod card;
mod consent;
mod counter;
mod customer;
mod flight;
mod gate;
mod health;
mod home;
mod job;
mod limit;
mod notice;
mod once;
mod outbox;
mod payment;
mod platform;
mod price;
mod profile;
mod provider;
mod purge;
mod quote;
mod real_name;
mod receipt;
mod reconciliation;
mod record;
mod refund;
mod register;
mod schedule;
mod session;
mod settlement;
mod sign_in;
mod staff;
mod staff_account;
mod staff_act;
mod staff_role;
mod steady;
mod tally;
mod thing;
mod voucher;

pub use access::{AccessView, Cursor, Page, StaffTitle, Who};
pub use autopay::{AutopayState, AutopayView, DebitView};
pub use bill::{BillAccount, BillKnown};
pub use booking::{
    Again, BandView, BookingDay, BookingFound, BookingLine, BookingPage, BookingParty, BookingQuote, BookingView, Can,
    CancelView, CompanionForm, CompanionView, DayState, DrawEntry, DrawView, Drawn, HoldForm, HoldOutcome, InsteadView,
    Joined, Kin, MatterView, NearView, PartnerForm, Pass, PeriodView, PersonForm, PersonLine, PlaceRef, PlaceView,
    PlacesView, QuotePerson, ResourceView, RulesView, SaidOfPerson, SeatView, SectionView, SittingView, StopView,
    TripView, UnitsView, WaitingView, Waits, Where, Wished, height,
};
pub use card::{CardState, CardView, LicenceForm, Relation, VehicleForm, Whose};
pub use consent::{ConsentState, ConsentView, Direction};
pub use counter::{
    AtDesk, Call, CounterFind, DayPool, DayRow, DeskAt, DeskBooking, DeskDay, DeskPerson, DeskPlace, DeskSection,
    PERSON_FIELDS, Queue, QueueEntry, WalkIn, WalkInForm, WalkInView,
};
pub use customer::CustomerForm;
pub use gate::{Entered, Entry, GateRefused, GateView};
pub use health::CellLoad;
pub use home::{Home, HomeStat};
pub use limit::Limits;
pub use once::OnceKey;
pub use payment::{
    CashierView, Chosen, MonthPaid, Opened, PaidLine, PayForm, PaymentInfo, PaymentPage, PaymentView, RefundLine,
};
pub use platform::{Parts, Platform};
pub use price::{PriceChangeView, PriceForm, PriceView, PricesView};
pub use profile::ProfileView;
pub use provider::ProviderView;
pub use quote::{
    BillerRules, PayeeView, Quote, QuoteLine,
    payable::{Payable, PayableRow},
};
pub use receipt::{Claims, ReceiptPublic, ReceiptView};
pub use reconciliation::{BreakView, DayView, PartyView};
pub use record::{Answer, Asked, Freshness, Unavailable, Unmatched, row_key};
pub use refund::{DeskEntry, DeskOrder, DeskPayment, RefundView, Rest};
pub use schedule::{
    FigureDay, PoolView, ReleaseView, ScheduleDay, ScheduleView, SittingForm, SittingWrong, StopPreview,
};
pub use session::{Citizen, Preferences, SessionKind, SessionView, Size, Theme};
pub use settlement::{BalanceView, DayOpen, SettlementDay, SettlementView};
pub use sign_in::{CodeSent, Device, SignedIn};
pub use staff::{Staff, StaffSignIn, StaffSignedIn};
pub use staff_account::{NewStaffForm, StaffSecrets, StaffView};
pub use staff_act::{ActView, Deed};
pub use staff_role::{CLASHES, Grant, POLICY, Role, Scope, Verb, clash};
pub use steady::SteadyClock;
pub use store::Load as StoreLoad;
pub use tally::Asking;
pub use voucher::VoucherFacts;
