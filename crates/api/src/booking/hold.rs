//! A claim: what it would cost, taking it, and exchanging a booking for another one.

use axum::{Json, extract::State, http::StatusCode};
use engine::{
    BookingQuote, HoldForm, HoldOutcome, Kin, NearView, PartnerForm, Pass, PersonForm, QuotePerson, SaidOfPerson,
    Waits, Where,
};
use kernel::{Error, Money, Timestamp, identifier::Mistake};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Api,
    caller::{Body, Once, Places, SignedIn, city, id, service},
    catalogue::Words,
    problem::Refusal,
};

/// What is wanted, in the words of the places, days and units.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"place": "lakeside-1", "resource": "wang", "starts_at": "2026-03-03T08:00:00+08:00",
    "numbers": [1, 3], "persons": [{"who": "own"}], "total_fen": 5000}))]
pub struct Claim {
    #[serde(default)]
    place: String,
    #[serde(default)]
    section: Option<String>,
    #[serde(default)]
    resource: Option<String>,
    #[serde(default)]
    matter: Option<String>,
    /// Stops of a journey.
    #[serde(default)]
    from: Option<String>,
    #[serde(default)]
    to: Option<String>,
    /// `starts_at` of the sitting, the band or the trip.
    #[serde(default)]
    starts_at: String,
    /// Of a ticket: the band's `id`; left out for the whole day.
    #[serde(default)]
    band: String,
    /// Of an appointment: `first` and `last` of a period, from which any number will do; left out for the whole sitting.
    #[serde(default)]
    numbers: Option<(u32, u32)>,
    /// Of a coach: these seats and no others; left out for any.
    #[serde(default)]
    seats: Vec<u32>,
    /// For whom; the citizen themselves if left out.
    #[serde(default = "own")]
    persons: Vec<Person>,
    /// The other one, where two must agree. They agree by their own login.
    #[serde(default)]
    partner: Option<Partner>,
    /// The total that was seen. Another total by now is refused with `amount_changed`.
    #[serde(default)]
    total_fen: Option<i64>,
    /// Confirm at once, where nothing has to be paid or agreed to first.
    #[serde(default)]
    confirm: bool,
    /// What the answer `claim_queue` gave, and what solves it if it has `bits`; without a solution after `unsolved_s`.
    #[serde(default)]
    turn: Option<String>,
    #[serde(default)]
    solution: Option<u64>,
}

fn own() -> Vec<Person> {
    vec![Person { who: "own".to_owned(), height_cm: None, proofs: Vec::new(), wants_seat: false }]
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// `own`, or the id of a companion.
    who: String,
    /// Where a price depends on it.
    #[serde(default)]
    height_cm: Option<u16>,
    /// Papers that will be shown at the gate.
    #[serde(default)]
    proofs: Vec<String>,
    /// A child that could be carried, and is to have a seat.
    #[serde(default)]
    wants_seat: bool,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Partner {
    #[serde(default)]
    name: String,
    #[serde(default)]
    resident_id: String,
}

impl Claim {
    pub fn persons(&self) -> Result<Vec<PersonForm>, Refusal> {
        let form = |person: &Person| {
            let who = if person.who == Kin::Own.word() { None } else { Some(id(&person.who)?) };
            let said = SaidOfPerson {
                height_cm: person.height_cm,
                proofs: person.proofs.iter().cloned().collect(),
                wants_seat: person.wants_seat,
            };
            Ok(PersonForm { who, said })
        };
        self.persons.iter().map(form).collect()
    }

    pub fn form<'a>(&'a self, persons: &'a [PersonForm]) -> Result<HoldForm<'a>, Refusal> {
        let starts_at = Timestamp::parse_rfc3339(&self.starts_at);
        Ok(HoldForm {
            at: Where {
                place: &self.place,
                section: self.section.as_deref(),
                resource: self.resource.as_deref(),
                matter: self.matter.as_deref(),
                from: self.from.as_deref(),
                to: self.to.as_deref(),
            },
            starts_at: starts_at.ok_or_else(|| Error::field("starts_at", Mistake::Choice))?,
            band: &self.band,
            period: self.numbers,
            seats: &self.seats,
            persons,
            partner: self
                .partner
                .as_ref()
                .map(|partner| PartnerForm { name: &partner.name, resident_id: &partner.resident_id }),
            quoted: self.total_fen.map(Money::from_fen),
            confirm: self.confirm,
            pass: Pass { turn: self.turn.as_deref(), solution: self.solution },
        })
    }
}

/// What a claim would cost, person by person.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"persons": [{"name": "林**", "relation": "own", "price_fen": 6000,
    "concession": {"zh-CN": "学生", "en": "Student"}, "height_cm_max": null, "proofs": ["student-card"], "seat": true}],
    "total_fen": 6000, "since": "2026-03-01"}))]
pub struct Quote {
    persons: Vec<QuoteLine>,
    total_fen: i64,
    /// The day from which on it costs so much, where that is known.
    since: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct QuoteLine {
    /// Masked.
    name: String,
    /// `own`, `child`, `parent`, `spouse` or `other`
    relation: &'static str,
    price_fen: i64,
    concession: Option<Words>,
    /// Measured at the gate.
    height_cm_max: Option<u16>,
    /// One of these papers is shown at the gate.
    proofs: Vec<String>,
    /// False for a child that is carried.
    seat: bool,
}

impl From<BookingQuote> for Quote {
    fn from(quote: BookingQuote) -> Self {
        let line = |person: QuotePerson| QuoteLine {
            name: person.name,
            relation: person.kin.word(),
            price_fen: person.price.fen(),
            concession: person.concession.as_ref().map(Words::from),
            height_cm_max: person.at_gate.height_cm_max,
            proofs: person.at_gate.proofs,
            seat: person.seat,
        };
        Self {
            persons: quote.persons.into_iter().map(line).collect(),
            total_fen: quote.total.fen(),
            since: quote.since.map(|on| on.to_string()),
        }
    }
}

/// Something that is free near what was refused, in the words of a claim.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Near {
    /// `resource` of a claim; empty for a ticket.
    resource: String,
    /// `band` of a claim.
    band: String,
    /// `starts_at` of a claim.
    claim_starts_at: String,
    /// When it begins for whoever has it.
    starts_at: String,
    ends_at: String,
    /// The number of an appointment: send it twice as `numbers`.
    unit: Option<u32>,
    free: u32,
}

impl From<NearView> for Near {
    fn from(near: NearView) -> Self {
        Self {
            resource: near.resource,
            band: near.band,
            claim_starts_at: near.pool_starts_at.rfc3339(),
            starts_at: near.starts_at.rfc3339(),
            ends_at: near.ends_at.rfc3339(),
            unit: near.unit,
            free: near.free,
        }
    }
}

/// Too many come at once: nothing was taken, and this is what the claim waits for. Send it again with `turn` after
/// `retry_after_s`: the place is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({"ahead": 1204, "wait_s": 6, "turn": "1204.0.1772416800000.0123456789abcdef"}))]
pub struct Wait {
    /// So many are before; 0 is next.
    ahead: u64,
    /// Until it is one's turn; absent while that cannot be said.
    #[serde(skip_serializing_if = "Option::is_none")]
    wait_s: Option<u64>,
    turn: String,
    /// Meanwhile find a number, the `solution`, for which SHA-256 of `turn`, a dot and the number in decimal begins with
    /// `bits` zero bits.
    #[serde(skip_serializing_if = "Option::is_none")]
    bits: Option<u8>,
    /// Without a solution, come after so many seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    unsolved_s: Option<u64>,
    #[serde(skip)]
    pub again_s: u32,
}

impl From<Waits> for Wait {
    fn from(waits: Waits) -> Self {
        let work = waits.bits > 0;
        Self {
            ahead: waits.ahead,
            wait_s: waits.wait_s,
            again_s: u32::try_from(waits.again_s()).unwrap_or(1),
            turn: waits.turn,
            bits: work.then_some(waits.bits),
            unsolved_s: work.then_some(waits.unsolved_s),
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct Taken {
    /// The booking; `GET …/bookings/{booking}` says until when it is held and what can be done with it.
    booking: String,
}

/// The booking that was made, or the refusal with what is near.
fn taken(outcome: HoldOutcome) -> Result<(StatusCode, Json<Taken>), Refusal> {
    match outcome {
        HoldOutcome::Booking(booking) => Ok((StatusCode::CREATED, Json(Taken { booking: booking.to_string() }))),
        HoldOutcome::Refused { refusal, nearest } => {
            Err(Refusal::of_booking(refusal, nearest.into_iter().map(Near::from).collect()))
        }
        HoldOutcome::Waits(waits) => Err(Refusal::Waits(Box::new(waits.into()))),
        HoldOutcome::Changed { .. } => Err(kernel::Kind::Conflict("amount_changed").into()),
    }
}

/// Price a claim. Nothing is taken.
#[utoipa::path(post, path = "/api/v1/cities/{city}/services/{service}/booking-quote", tag = "bookings",
    params(("city" = String, Path), ("service" = String, Path)), request_body = Claim,
    responses((status = 200, body = Quote)))]
pub async fn quote(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Places((place, what)): Places<(String, String)>,
    Body(claim): Body<Claim>,
) -> Result<Json<Quote>, Refusal> {
    let persons = claim.persons()?;
    let form = claim.form(&persons)?;
    let quote = api.platform.quote_booking(&citizen, &city(&place)?, &service(&what)?, &form).await?;
    Ok(Json(quote.into()))
}

/// Hold units until a deadline that the server sets. The same `Idempotency-Key` gives the same booking. A refusal names
/// its rule in `refusal`, and what is free nearby in `nearest`.
#[utoipa::path(post, path = "/api/v1/cities/{city}/services/{service}/bookings", tag = "bookings",
    params(("city" = String, Path), ("service" = String, Path)), request_body = Claim,
    responses((status = 201, body = Taken)))]
pub async fn hold(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Places((place, what)): Places<(String, String)>,
    Once(once): Once,
    Body(claim): Body<Claim>,
) -> Result<(StatusCode, Json<Taken>), Refusal> {
    let persons = claim.persons()?;
    let form = claim.form(&persons)?;
    taken(api.platform.hold_booking(&citizen, &city(&place)?, &service(&what)?, &form, once).await?)
}

/// Exchange a booking for another one of the same service. What costs no more is exchanged in one step: what was paid goes
/// along, and what is left of it comes back. What costs more is held beside the old one (`instead_of`): when it is paid in
/// full, the old one goes and all that was paid for it comes back; if it is not, the old one stands.
#[utoipa::path(post, path = "/api/v1/cities/{city}/bookings/{booking}/exchange", tag = "bookings",
    params(("city" = String, Path), ("booking" = String, Path)), request_body = Claim,
    responses((status = 201, body = Taken)))]
pub async fn exchange(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Places((place, booking)): Places<(String, String)>,
    Once(once): Once,
    Body(claim): Body<Claim>,
) -> Result<(StatusCode, Json<Taken>), Refusal> {
    let persons = claim.persons()?;
    let form = claim.form(&persons)?;
    taken(api.platform.move_booking(&citizen, &city(&place)?, id(&booking)?, &form, once).await?)
}
