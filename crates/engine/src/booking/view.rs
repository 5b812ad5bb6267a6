//! What pages and programs are shown of a booking service.

use std::sync::Arc;

use capability::booking::State;
use kernel::{Date, Id, Money, ServiceId, Text, Timestamp};
use manifest::booking::{BookingKind, BookingWords, Profile, ticket::Concession};

use super::companion::Kin;

/// Where, and what for, as the address of a page says it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Where<'a> {
    pub place: &'a str,
    pub section: Option<&'a str>,
    pub resource: Option<&'a str>,
    pub matter: Option<&'a str>,
    /// Stops of a journey.
    pub from: Option<&'a str>,
    pub to: Option<&'a str>,
}

#[derive(Clone, Debug)]
pub struct PlacesView {
    pub kind: BookingKind,
    pub words: BookingWords,
    pub parties: u8,
    pub persons_max: u8,
    pub for_others: bool,
    pub places: Vec<PlaceView>,
    pub matters: Vec<MatterView>,
}

#[derive(Clone, Debug)]
pub struct PlaceView {
    pub id: String,
    pub name: Text,
    pub address: Text,
    pub phone: String,
    pub way: Text,
    pub sections: Vec<SectionView>,
    /// Stops at which a journey from here can begin or end, in the order of the lines.
    pub stops: Vec<StopView>,
    /// The nearest day with something free.
    pub soonest_on: Option<Date>,
    /// On all days that are open now.
    pub free: u32,
}

#[derive(Clone, Debug)]
pub struct SectionView {
    pub id: String,
    pub name: Text,
    pub soonest_on: Option<Date>,
    pub free: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StopView {
    pub id: String,
    pub name: Text,
}

#[derive(Clone, Debug)]
pub struct MatterView {
    pub id: String,
    pub name: Text,
    pub bring: Vec<Text>,
    pub fee: Money,
    pub note: Option<Text>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BookingDay {
    pub on: Date,
    pub state: DayState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayState {
    Open {
        free: u32,
    },
    Full,
    /// The place does not work, or nothing is planned.
    Closed,
    /// It appears then.
    Ahead {
        opens_at: Timestamp,
    },
    /// Lots are drawn: claims are taken between these.
    Drawn {
        from_at: Timestamp,
        until_at: Timestamp,
    },
}

#[derive(Clone, Debug, Default)]
pub struct UnitsView {
    pub resources: Vec<ResourceView>,
    pub bands: Vec<BandView>,
    pub trips: Vec<TripView>,
}

#[derive(Clone, Debug)]
pub struct ResourceView {
    pub id: String,
    pub section: String,
    pub name: Text,
    pub title: Option<Text>,
    pub about: Option<Text>,
    pub class: String,
    pub class_name: Option<Text>,
    pub price: Money,
    pub sittings: Vec<SittingView>,
}

#[derive(Clone, Debug)]
pub struct SittingView {
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub stopped: bool,
    pub free: u32,
    pub periods: Vec<PeriodView>,
}

/// At most half an hour of a sitting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeriodView {
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    /// Numbers of its units.
    pub first: u32,
    pub last: u32,
    pub free: u32,
}

#[derive(Clone, Debug)]
pub struct BandView {
    /// Empty for the whole day.
    pub id: String,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub stopped: bool,
    pub free: u32,
    pub price: Money,
}

#[derive(Clone, Debug)]
pub struct TripView {
    pub resource: String,
    pub name: Text,
    pub class_name: Option<Text>,
    /// Names the trip: when the vehicle leaves its first stop.
    pub starts_at: Timestamp,
    /// From the stop at which one boards.
    pub departs_at: Timestamp,
    pub arrives_at: Timestamp,
    pub from: StopView,
    pub to: StopView,
    pub fare: Money,
    pub free: u32,
    pub stopped: bool,
    /// Numbered seats in reading order; none where a ticket is for the ride.
    pub seats: Vec<SeatView>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeatView {
    pub unit: u32,
    pub label: String,
    pub row: u16,
    pub column: u16,
    pub free: bool,
}

/// A booking, as the person whose it is sees it.
#[derive(Clone, Debug)]
pub struct BookingView {
    pub id: Id,
    /// Twelve digits.
    pub number: String,
    pub service: ServiceId,
    pub kind: BookingKind,
    pub state: State,
    pub place: PlaceRef,
    pub section: Option<Text>,
    pub resource_id: String,
    pub resource: Option<Text>,
    pub class: String,
    pub matter: Option<MatterView>,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    /// Numbers of the queue, labels of seats; none where units have no names.
    pub units: Vec<String>,
    pub count: u32,
    pub from: Option<Text>,
    pub to: Option<Text>,
    pub held_until_at: Timestamp,
    pub price: Money,
    pub paid: Money,
    pub refunded: Money,
    pub persons: Vec<PersonLine>,
    /// More than one where others must agree.
    pub parties: Vec<BookingParty>,
    /// What to bring: for the place, then for the matter.
    pub bring: Vec<Text>,
    pub can: Can,
    pub payment: Option<Id>,
    /// The department's own number, once it knows.
    pub department_ref: Option<String>,
    pub department: Text,
    pub phone: String,
    /// The text of the QR code, while it lets somebody in.
    pub voucher: Option<String>,
    /// From when until when it is shown at the place.
    pub check_in_until_at: Timestamp,
    pub moved_to: Option<Id>,
    /// Held beside another booking, whose place it takes when it is paid.
    pub instead_of: Option<InsteadView>,
    /// How the page that made it is filled in again.
    pub again: Again,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaceRef {
    pub id: String,
    pub name: Text,
    pub address: Text,
    pub phone: String,
    pub way: Text,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonLine {
    /// Masked.
    pub name: String,
    pub kin: Kin,
    pub price: Money,
    pub concession: Option<Text>,
    pub height_cm_max: Option<u16>,
    /// One of these papers is shown.
    pub proofs: Vec<String>,
    pub seat: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookingParty {
    pub name: String,
    pub agreed: bool,
    /// The one who looks.
    pub own: bool,
}

/// What can be done with it now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Can {
    pub confirm: bool,
    pub pay: Option<Money>,
    /// By so many seconds.
    pub extend_s: Option<u32>,
    pub cancel: Option<CancelView>,
    pub move_: bool,
    /// The one who looks has not agreed yet.
    pub consent: bool,
    /// The one who looks was asked to agree, and can still say no.
    pub decline: bool,
}

/// What a hold is to replace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InsteadView {
    pub id: Id,
    pub number: String,
    /// What comes back of it.
    pub back: Money,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CancelView {
    /// The first moment at which it is too late; `None` for what is only held.
    pub until_at: Option<Timestamp>,
    pub kept: Money,
    pub back: Money,
}

/// How the page that made a booking is filled in again, when its hold has run out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Again {
    pub section: String,
    pub matter: String,
    pub from: Option<String>,
    pub to: Option<String>,
    pub band: String,
}

/// A line of the list.
#[derive(Clone, Debug)]
pub struct BookingLine {
    pub id: Id,
    pub number: String,
    pub service: ServiceId,
    pub state: State,
    pub place: Text,
    pub resource: Option<Text>,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub held_until_at: Timestamp,
    pub price: Money,
    pub count: u32,
}

#[derive(Clone, Debug, Default)]
pub struct BookingPage {
    pub items: Vec<BookingLine>,
    /// What the next page comes before.
    pub next: Option<i64>,
}

/// What anybody learns who knows a number and how its holder's resident ID ends. No name.
#[derive(Clone, Debug)]
pub struct BookingFound {
    pub number: String,
    pub state: State,
    pub place: PlaceRef,
    pub section: Option<Text>,
    pub resource: Option<Text>,
    pub matter: Option<MatterView>,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub units: Vec<String>,
    pub bring: Vec<Text>,
}

/// The rules that hold at a place, for a page to state before anything is asked for.
#[derive(Clone, Debug)]
pub struct RulesView {
    pub profile: Arc<Profile>,
    /// Until when this very thing can be cancelled.
    pub cancel_until_at: Timestamp,
    /// What is kept of the price from then on, step by step: until when, percent, at least.
    pub refund: Vec<(Timestamp, u8, Money)>,
    pub concessions: Vec<Concession>,
}
