//! Bookings: the citizen's list, one of them, and what a number with the end of a resident ID brings up. What there is to
//! book is in `offer` and `unit`, a claim in `hold`, what is done with a booking in `change`.

pub mod change;
pub mod hold;
pub mod offer;
pub mod refused;
pub mod unit;
pub mod waiting;

use axum::{Json, extract::State};
use engine::{BookingFound, BookingLine, BookingParty, BookingView, Can as EngineCan, PersonLine, PlaceRef};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Api,
    caller::{Address, Asked, Body, Places, SignedIn, city, id, service},
    catalogue::Words,
    problem::Refusal,
};

/// A booking, with what can be done with it now.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"id": "0h3v7c9k2m4n6p8q0r2s4t6v8w", "number": "202603030001", "service": "lamp-visit",
    "kind": "appointment", "state": "held", "place": {"id": "lakeside-1", "name": {"zh-CN": "湖滨医院",
        "en": "Lakeside Hospital"}, "address": {"zh-CN": "湖滨路 1 号", "en": "1 Lakeside Road"}, "phone": "12320",
        "way": {"zh-CN": "地铁湖滨站", "en": "Metro Lakeside"}}, "section": null, "resource": null, "class": "expert",
    "matter": null, "starts_at": "2026-03-03T08:00:00+08:00", "ends_at": "2026-03-03T08:30:00+08:00", "units": ["2"],
    "count": 1, "from": null, "to": null, "held_until_at": "2026-03-02T10:15:00+08:00", "price_fen": 5000,
    "paid_fen": 0, "refunded_fen": 0, "persons": [], "parties": [], "bring": [],
    "can": {"confirm": false, "pay_fen": 5000, "extend_s": 300, "cancel": {"until_at": null, "kept_fen": 0,
        "back_fen": 0}, "exchange": false, "consent": false, "decline": false}, "payment": null, "department_ref": null,
    "department": {"zh-CN": "湖滨医院", "en": "Lakeside Hospital"}, "phone": "12320", "voucher": null,
    "check_in_until_at": "2026-03-03T08:30:00+08:00", "moved_to": null, "instead_of": null}))]
pub struct Booking {
    id: String,
    /// Twelve digits, as on the voucher.
    number: String,
    service: String,
    /// `appointment`, `ticket` or `coach`
    kind: &'static str,
    /// `held`, `booked`, `paid`, `checked_in`, `done`, `cancelled`, `moved`, `no_show`, `expired`, `stopped`: called off by
    /// the place, `refused`: the department would not have it
    state: &'static str,
    place: PlaceShown,
    section: Option<Words>,
    resource: Option<Words>,
    class: String,
    matter: Option<offer::Matter>,
    starts_at: String,
    ends_at: String,
    /// Numbers of the queue, labels of seats; none where units have no names.
    units: Vec<String>,
    count: u32,
    from: Option<Words>,
    to: Option<Words>,
    /// Set by the server. From then on a hold is nobody's.
    held_until_at: String,
    price_fen: i64,
    paid_fen: i64,
    refunded_fen: i64,
    persons: Vec<PersonShown>,
    /// Where others must agree, everybody who must.
    parties: Vec<Party>,
    bring: Vec<Words>,
    can: Can,
    /// `GET …/payments/{payment}`
    payment: Option<String>,
    /// What the department calls it, once it knows.
    department_ref: Option<String>,
    department: Words,
    phone: String,
    /// The text of the QR code that lets one in; signed, and readable without a line.
    voucher: Option<String>,
    check_in_until_at: String,
    /// The booking for which it was exchanged.
    moved_to: Option<String>,
    /// It is held beside this booking, and takes its place when it is paid.
    instead_of: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct PlaceShown {
    id: String,
    name: Words,
    address: Words,
    phone: String,
    way: Words,
}

#[derive(Serialize, ToSchema)]
pub struct PersonShown {
    /// Masked.
    name: String,
    /// `own`, `child`, `parent`, `spouse` or `other`
    relation: &'static str,
    price_fen: i64,
    concession: Option<Words>,
    height_cm_max: Option<u16>,
    proofs: Vec<String>,
    /// False for a child that is carried.
    seat: bool,
}

#[derive(Serialize, ToSchema)]
pub struct Party {
    /// Masked.
    name: String,
    agreed: bool,
    /// The one who asks.
    own: bool,
}

/// What can be done now.
#[derive(Serialize, ToSchema)]
pub struct Can {
    confirm: bool,
    pay_fen: Option<i64>,
    /// By so many seconds.
    extend_s: Option<u32>,
    cancel: Option<CanCancel>,
    exchange: bool,
    consent: bool,
    /// Whoever looks was asked to agree and can still say no: `DELETE …/consent`.
    decline: bool,
}

#[derive(Serialize, ToSchema)]
pub struct CanCancel {
    /// From then on it is too late; absent for what is only held.
    until_at: Option<String>,
    kept_fen: i64,
    back_fen: i64,
}

impl From<&PlaceRef> for PlaceShown {
    fn from(place: &PlaceRef) -> Self {
        Self {
            id: place.id.clone(),
            name: (&place.name).into(),
            address: (&place.address).into(),
            phone: place.phone.clone(),
            way: (&place.way).into(),
        }
    }
}

impl From<&EngineCan> for Can {
    fn from(can: &EngineCan) -> Self {
        Self {
            confirm: can.confirm,
            pay_fen: can.pay.map(kernel::Money::fen),
            extend_s: can.extend_s,
            cancel: can.cancel.map(|cancel| CanCancel {
                until_at: cancel.until_at.map(kernel::Timestamp::rfc3339),
                kept_fen: cancel.kept.fen(),
                back_fen: cancel.back.fen(),
            }),
            exchange: can.move_,
            consent: can.consent,
            decline: can.decline,
        }
    }
}

impl From<BookingView> for Booking {
    fn from(view: BookingView) -> Self {
        let person = |person: &PersonLine| PersonShown {
            name: person.name.clone(),
            relation: person.kin.word(),
            price_fen: person.price.fen(),
            concession: person.concession.as_ref().map(Words::from),
            height_cm_max: person.height_cm_max,
            proofs: person.proofs.clone(),
            seat: person.seat,
        };
        let party = |party: &BookingParty| Party { name: party.name.clone(), agreed: party.agreed, own: party.own };
        Self {
            id: view.id.to_string(),
            number: view.number,
            service: view.service.to_string(),
            kind: view.kind.word(),
            state: view.state.word(),
            place: (&view.place).into(),
            section: view.section.as_ref().map(Words::from),
            resource: view.resource.as_ref().map(Words::from),
            class: view.class,
            matter: view.matter.as_ref().map(offer::Matter::from),
            starts_at: view.starts_at.rfc3339(),
            ends_at: view.ends_at.rfc3339(),
            units: view.units,
            count: view.count,
            from: view.from.as_ref().map(Words::from),
            to: view.to.as_ref().map(Words::from),
            held_until_at: view.held_until_at.rfc3339(),
            price_fen: view.price.fen(),
            paid_fen: view.paid.fen(),
            refunded_fen: view.refunded.fen(),
            persons: view.persons.iter().map(person).collect(),
            parties: view.parties.iter().map(party).collect(),
            bring: view.bring.iter().map(Words::from).collect(),
            can: (&view.can).into(),
            payment: view.payment.map(|id| id.to_string()),
            department_ref: view.department_ref,
            department: (&view.department).into(),
            phone: view.phone,
            voucher: view.voucher,
            check_in_until_at: view.check_in_until_at.rfc3339(),
            moved_to: view.moved_to.map(|id| id.to_string()),
            instead_of: view.instead_of.map(|old| old.id.to_string()),
        }
    }
}

/// A line of the list.
#[derive(Serialize, ToSchema)]
pub struct BookingEntry {
    id: String,
    number: String,
    service: String,
    state: &'static str,
    place: Words,
    resource: Option<Words>,
    starts_at: String,
    ends_at: String,
    held_until_at: String,
    price_fen: i64,
    count: u32,
}

impl From<BookingLine> for BookingEntry {
    fn from(line: BookingLine) -> Self {
        Self {
            id: line.id.to_string(),
            number: line.number,
            service: line.service.to_string(),
            state: line.state.word(),
            place: (&line.place).into(),
            resource: line.resource.as_ref().map(Words::from),
            starts_at: line.starts_at.rfc3339(),
            ends_at: line.ends_at.rfc3339(),
            held_until_at: line.held_until_at.rfc3339(),
            price_fen: line.price.fen(),
            count: line.count,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct Bookings {
    bookings: Vec<BookingEntry>,
    /// Send it as `before` to read on; absent at the end.
    next: Option<i64>,
}

/// What anybody learns who knows a number and how its holder's resident ID ends. No name.
#[derive(Serialize, ToSchema)]
pub struct Found {
    number: String,
    state: &'static str,
    place: PlaceShown,
    section: Option<Words>,
    resource: Option<Words>,
    matter: Option<offer::Matter>,
    starts_at: String,
    ends_at: String,
    units: Vec<String>,
    bring: Vec<Words>,
}

impl From<BookingFound> for Found {
    fn from(found: BookingFound) -> Self {
        Self {
            number: found.number,
            state: found.state.word(),
            place: (&found.place).into(),
            section: found.section.as_ref().map(Words::from),
            resource: found.resource.as_ref().map(Words::from),
            matter: found.matter.as_ref().map(offer::Matter::from),
            starts_at: found.starts_at.rfc3339(),
            ends_at: found.ends_at.rfc3339(),
            units: found.units,
            bring: found.bring.iter().map(Words::from).collect(),
        }
    }
}

#[derive(Deserialize)]
pub struct Before {
    before: Option<i64>,
}

/// The citizen's bookings in a city, newest first, with those to which they are a party.
#[utoipa::path(get, path = "/api/v1/cities/{city}/bookings", tag = "bookings",
    params(("city" = String, Path), ("before" = Option<i64>, Query)), responses((status = 200, body = Bookings)))]
pub async fn list(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Places(place): Places<String>,
    Asked(query): Asked<Before>,
) -> Result<Json<Bookings>, Refusal> {
    let page = api.platform.bookings(&citizen, &city(&place)?, query.before).await?;
    Ok(Json(Bookings { bookings: page.items.into_iter().map(BookingEntry::from).collect(), next: page.next }))
}

/// One booking: the citizen's own, or one to which they are a party. The reading is entered in the access log.
#[utoipa::path(get, path = "/api/v1/cities/{city}/bookings/{booking}", tag = "bookings",
    params(("city" = String, Path), ("booking" = String, Path)), responses((status = 200, body = Booking)))]
pub async fn show(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Places((place, booking)): Places<(String, String)>,
) -> Result<Json<Booking>, Refusal> {
    let view = api.platform.booking(&citizen, &city(&place)?, id(&booking)?).await?;
    Ok(Json(view.into()))
}

/// A number, and the last four of the resident ID of whom it is for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"number": "202603030001", "id_tail": "0010"}))]
pub struct Wanted {
    #[serde(default)]
    number: String,
    #[serde(default)]
    id_tail: String,
}

/// Look a booking up without signing in. A wrong pair looks like one that does not exist, and tries are counted.
#[utoipa::path(post, path = "/api/v1/cities/{city}/services/{service}/bookings/find", tag = "bookings",
    params(("city" = String, Path), ("service" = String, Path)), request_body = Wanted,
    responses((status = 200, body = Found)))]
pub async fn find(
    State(api): State<Api>,
    Places((place, what)): Places<(String, String)>,
    Address(address): Address,
    Body(form): Body<Wanted>,
) -> Result<Json<Found>, Refusal> {
    let (place, what) = (city(&place)?, service(&what)?);
    let found = api.platform.find_booking(&place, &what, &form.number, &form.id_tail, address).await?;
    Ok(Json(found.into()))
}
