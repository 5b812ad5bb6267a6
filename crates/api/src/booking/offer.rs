//! What there is to book: places, and the days of each. Open to everybody: what is free is no secret.

use axum::{Json, extract::State};
use engine::{BookingDay, DayState, MatterView, PlaceView, PlacesView, SectionView, StopView, Where};
use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Api,
    caller::{Asked, Places as InPath, city, service},
    catalogue::Words,
    problem::Refusal,
};

/// Where it can be booked, and what for.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"kind": "appointment", "words": {"place": {"zh-CN": "医院", "en": "Hospital"}, "section": null,
    "resource": null, "unit": {"zh-CN": "号", "en": "number"}}, "parties": 1, "persons_max": 1, "for_others": true,
    "places": [{"id": "lakeside-1", "name": {"zh-CN": "湖滨医院", "en": "Lakeside Hospital"},
        "address": {"zh-CN": "湖滨路 1 号", "en": "1 Lakeside Road"}, "phone": "12320",
        "way": {"zh-CN": "地铁湖滨站", "en": "Metro Lakeside"}, "sections": [], "stops": [],
        "soonest_on": "2026-03-03", "free": 12}], "matters": []}))]
pub struct Places {
    /// `appointment`, `ticket` or `coach`
    kind: &'static str,
    words: PartWords,
    /// How many must agree, each by their own login.
    parties: u8,
    persons_max: u8,
    /// It can be booked for companions.
    for_others: bool,
    places: Vec<Place>,
    matters: Vec<Matter>,
}

/// What citizens call the parts.
#[derive(Serialize, ToSchema)]
pub struct PartWords {
    place: Words,
    section: Option<Words>,
    resource: Option<Words>,
    unit: Words,
}

#[derive(Serialize, ToSchema)]
pub struct Place {
    id: String,
    name: Words,
    address: Words,
    phone: String,
    way: Words,
    sections: Vec<Section>,
    /// Where a journey from here can begin or end.
    stops: Vec<Stop>,
    /// The nearest day with something free.
    soonest_on: Option<String>,
    /// On all days that can be booked now.
    free: u32,
}

#[derive(Serialize, ToSchema)]
pub struct Section {
    id: String,
    name: Words,
    soonest_on: Option<String>,
    free: u32,
}

#[derive(Serialize, ToSchema)]
pub struct Stop {
    id: String,
    name: Words,
}

/// What one comes for.
#[derive(Serialize, ToSchema)]
pub struct Matter {
    id: String,
    name: Words,
    bring: Vec<Words>,
    /// Paid at the window.
    fee_fen: i64,
    note: Option<Words>,
}

impl From<&PlacesView> for Places {
    fn from(view: &PlacesView) -> Self {
        let words = &view.words;
        Self {
            kind: view.kind.word(),
            words: PartWords {
                place: (&words.place).into(),
                section: words.section.as_ref().map(Words::from),
                resource: words.resource.as_ref().map(Words::from),
                unit: (&words.unit).into(),
            },
            parties: view.parties,
            persons_max: view.persons_max,
            for_others: view.for_others,
            places: view.places.iter().map(Place::from).collect(),
            matters: view.matters.iter().map(Matter::from).collect(),
        }
    }
}

impl From<&PlaceView> for Place {
    fn from(place: &PlaceView) -> Self {
        Self {
            id: place.id.clone(),
            name: (&place.name).into(),
            address: (&place.address).into(),
            phone: place.phone.clone(),
            way: (&place.way).into(),
            sections: place.sections.iter().map(Section::from).collect(),
            stops: place.stops.iter().map(Stop::from).collect(),
            soonest_on: place.soonest_on.map(|day| day.to_string()),
            free: place.free,
        }
    }
}

impl From<&SectionView> for Section {
    fn from(section: &SectionView) -> Self {
        Self {
            id: section.id.clone(),
            name: (&section.name).into(),
            soonest_on: section.soonest_on.map(|day| day.to_string()),
            free: section.free,
        }
    }
}

impl From<&StopView> for Stop {
    fn from(stop: &StopView) -> Self {
        Self { id: stop.id.clone(), name: (&stop.name).into() }
    }
}

impl From<&MatterView> for Matter {
    fn from(matter: &MatterView) -> Self {
        Self {
            id: matter.id.clone(),
            name: (&matter.name).into(),
            bring: matter.bring.iter().map(Words::from).collect(),
            fee_fen: matter.fee.fen(),
            note: matter.note.as_ref().map(Words::from),
        }
    }
}

/// A day of the strip.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"on": "2026-03-03", "state": "open", "free": 12, "opens_at": null, "until_at": null}))]
pub struct Day {
    on: String,
    /// `open`; `full`; `closed`: the place does not work; `ahead`: it appears at `opens_at`; `drawn`: lots are drawn, and
    /// claims are taken from `opens_at` to `until_at`
    state: &'static str,
    free: Option<u32>,
    opens_at: Option<String>,
    until_at: Option<String>,
}

impl From<&BookingDay> for Day {
    fn from(day: &BookingDay) -> Self {
        let (state, free, opens_at, until_at) = match day.state {
            DayState::Open { free } => ("open", Some(free), None, None),
            DayState::Full => ("full", Some(0), None, None),
            DayState::Closed => ("closed", None, None, None),
            DayState::Ahead { opens_at } => ("ahead", None, Some(opens_at), None),
            DayState::Drawn { from_at, until_at } => ("drawn", None, Some(from_at), Some(until_at)),
        };
        let [opens_at, until_at] = [opens_at, until_at].map(|at: Option<Timestamp>| at.map(Timestamp::rfc3339));
        Self { on: day.on.to_string(), state, free, opens_at, until_at }
    }
}

/// Where, of a question about days and units.
#[derive(Deserialize)]
pub struct At {
    place: String,
    section: Option<String>,
    resource: Option<String>,
    matter: Option<String>,
    from: Option<String>,
    to: Option<String>,
    pub on: Option<String>,
}

impl At {
    pub fn place(&self) -> Where<'_> {
        Where {
            place: &self.place,
            section: self.section.as_deref(),
            resource: self.resource.as_deref(),
            matter: self.matter.as_deref(),
            from: self.from.as_deref(),
            to: self.to.as_deref(),
        }
    }
}

/// Places and matters of a service that is booked.
#[utoipa::path(get, path = "/api/v1/cities/{city}/services/{service}/places", tag = "bookings",
    params(("city" = String, Path), ("service" = String, Path)), responses((status = 200, body = Places)))]
pub async fn places(
    State(api): State<Api>,
    InPath((place, what)): InPath<(String, String)>,
) -> Result<Json<Places>, Refusal> {
    let view = api.platform.booking_places(&city(&place)?, &service(&what)?).await?;
    Ok(Json(Places::from(&view)))
}

/// The days of a place, of a section or of somebody there, with what is free.
#[utoipa::path(get, path = "/api/v1/cities/{city}/services/{service}/days", tag = "bookings",
    params(("city" = String, Path), ("service" = String, Path), ("place" = String, Query),
        ("section" = Option<String>, Query), ("resource" = Option<String>, Query), ("matter" = Option<String>, Query),
        ("from" = Option<String>, Query), ("to" = Option<String>, Query)),
    responses((status = 200, body = Vec<Day>)))]
pub async fn days(
    State(api): State<Api>,
    InPath((place, what)): InPath<(String, String)>,
    Asked(at): Asked<At>,
) -> Result<Json<Vec<Day>>, Refusal> {
    let days = api.platform.booking_days(&city(&place)?, &service(&what)?, at.place()).await?;
    Ok(Json(days.iter().map(Day::from).collect()))
}
