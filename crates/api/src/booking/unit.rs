//! The units of a day: numbers of somebody's half-day, times of entry, seats of a trip. Open to everybody.

use axum::{Json, extract::State};
use engine::{BandView, ResourceView, SeatView, SittingView, TripView, UnitsView};
use kernel::{Date, identifier::Mistake};
use serde::Serialize;
use utoipa::ToSchema;

use super::offer::{At, Stop};
use crate::{
    Api,
    caller::{Asked, Places, city, service},
    catalogue::Words,
    problem::Refusal,
};

/// What there is on a day: numbers of somebody's half-day, times of entry, or trips.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"resources": [{"id": "wang", "section": "heart", "name": {"zh-CN": "王医生", "en": "Dr Wang"},
    "title": {"zh-CN": "主任医师", "en": "Chief physician"}, "about": null, "class": "expert", "class_name": null,
    "price_fen": 5000, "sittings": [{"starts_at": "2026-03-03T08:00:00+08:00", "ends_at": "2026-03-03T12:00:00+08:00",
        "stopped": false, "free": 3, "periods": [{"starts_at": "2026-03-03T08:00:00+08:00",
        "ends_at": "2026-03-03T08:30:00+08:00", "first": 1, "last": 3, "free": 2}]}]}], "bands": [], "trips": []}))]
pub struct Units {
    resources: Vec<Resource>,
    bands: Vec<Band>,
    trips: Vec<Trip>,
}

#[derive(Serialize, ToSchema)]
pub struct Resource {
    id: String,
    section: String,
    name: Words,
    title: Option<Words>,
    about: Option<Words>,
    class: String,
    class_name: Option<Words>,
    price_fen: i64,
    sittings: Vec<Sitting>,
}

/// A half-day. Its `starts_at` names it in a claim.
#[derive(Serialize, ToSchema)]
pub struct Sitting {
    starts_at: String,
    ends_at: String,
    stopped: bool,
    free: u32,
    periods: Vec<Period>,
}

/// At most half an hour, with the numbers that are called in it.
#[derive(Serialize, ToSchema)]
pub struct Period {
    starts_at: String,
    ends_at: String,
    first: u32,
    last: u32,
    free: u32,
}

/// A time of entry; `id` is empty for the whole day.
#[derive(Serialize, ToSchema)]
pub struct Band {
    id: String,
    starts_at: String,
    ends_at: String,
    stopped: bool,
    free: u32,
    /// Without concessions.
    price_fen: i64,
}

/// A trip between two stops. Its `starts_at`, when the vehicle leaves its first stop, names it in a claim.
#[derive(Serialize, ToSchema)]
pub struct Trip {
    resource: String,
    name: Words,
    class_name: Option<Words>,
    starts_at: String,
    departs_at: String,
    arrives_at: String,
    from: Stop,
    to: Stop,
    /// The full fare.
    fare_fen: i64,
    free: u32,
    stopped: bool,
    /// Numbered seats in reading order; none where a ticket is for the ride.
    seats: Vec<Seat>,
}

#[derive(Serialize, ToSchema)]
pub struct Seat {
    /// The number by which a claim asks for it.
    unit: u32,
    label: String,
    row: u16,
    column: u16,
    free: bool,
}

impl From<&UnitsView> for Units {
    fn from(view: &UnitsView) -> Self {
        Self {
            resources: view.resources.iter().map(Resource::from).collect(),
            bands: view.bands.iter().map(Band::from).collect(),
            trips: view.trips.iter().map(Trip::from).collect(),
        }
    }
}

impl From<&ResourceView> for Resource {
    fn from(resource: &ResourceView) -> Self {
        Self {
            id: resource.id.clone(),
            section: resource.section.clone(),
            name: (&resource.name).into(),
            title: resource.title.as_ref().map(Words::from),
            about: resource.about.as_ref().map(Words::from),
            class: resource.class.clone(),
            class_name: resource.class_name.as_ref().map(Words::from),
            price_fen: resource.price.fen(),
            sittings: resource.sittings.iter().map(Sitting::from).collect(),
        }
    }
}

impl From<&SittingView> for Sitting {
    fn from(sitting: &SittingView) -> Self {
        let period = |period: &engine::PeriodView| Period {
            starts_at: period.starts_at.rfc3339(),
            ends_at: period.ends_at.rfc3339(),
            first: period.first,
            last: period.last,
            free: period.free,
        };
        Self {
            starts_at: sitting.starts_at.rfc3339(),
            ends_at: sitting.ends_at.rfc3339(),
            stopped: sitting.stopped,
            free: sitting.free,
            periods: sitting.periods.iter().map(period).collect(),
        }
    }
}

impl From<&BandView> for Band {
    fn from(band: &BandView) -> Self {
        Self {
            id: band.id.clone(),
            starts_at: band.starts_at.rfc3339(),
            ends_at: band.ends_at.rfc3339(),
            stopped: band.stopped,
            free: band.free,
            price_fen: band.price.fen(),
        }
    }
}

impl From<&TripView> for Trip {
    fn from(trip: &TripView) -> Self {
        let seat = |seat: &SeatView| Seat {
            unit: seat.unit,
            label: seat.label.clone(),
            row: seat.row,
            column: seat.column,
            free: seat.free,
        };
        Self {
            resource: trip.resource.clone(),
            name: (&trip.name).into(),
            class_name: trip.class_name.as_ref().map(Words::from),
            starts_at: trip.starts_at.rfc3339(),
            departs_at: trip.departs_at.rfc3339(),
            arrives_at: trip.arrives_at.rfc3339(),
            from: (&trip.from).into(),
            to: (&trip.to).into(),
            fare_fen: trip.fare.fen(),
            free: trip.free,
            stopped: trip.stopped,
            seats: trip.seats.iter().map(seat).collect(),
        }
    }
}

/// What there is on one day, `on=2026-03-03`.
#[utoipa::path(get, path = "/api/v1/cities/{city}/services/{service}/units", tag = "bookings",
    params(("city" = String, Path), ("service" = String, Path), ("place" = String, Query), ("on" = String, Query),
        ("section" = Option<String>, Query), ("resource" = Option<String>, Query), ("matter" = Option<String>, Query),
        ("from" = Option<String>, Query), ("to" = Option<String>, Query)),
    responses((status = 200, body = Units)))]
pub async fn units(
    State(api): State<Api>,
    Places((place, what)): Places<(String, String)>,
    Asked(at): Asked<At>,
) -> Result<Json<Units>, Refusal> {
    let on: Option<Date> = at.on.as_deref().and_then(|day| day.parse().ok());
    let on = on.ok_or_else(|| kernel::Error::field("on", Mistake::Choice))?;
    let view = api.platform.booking_units(&city(&place)?, &service(&what)?, at.place(), on).await?;
    Ok(Json(Units::from(&view)))
}
