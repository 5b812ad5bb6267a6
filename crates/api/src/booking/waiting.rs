//! What comes back, and what is drawn by lot: places on waiting lists, and claims in draws that anybody can recompute.

use axum::{Json, extract::State, http::StatusCode};
use engine::{DrawEntry, DrawView, Joined, WaitingView};
use kernel::{Date, Error, Kind, Timestamp, identifier::Mistake};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::hold::Claim;
use crate::{
    Api,
    caller::{Asked, Body, Places, SignedIn, city, id, service},
    catalogue::Words,
    problem::Refusal,
};

/// A place on a waiting list.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"id": "0h3v7c9k2m4n6p8q0r2s4t6v8w", "service": "lamp-visit",
    "place": {"zh-CN": "湖滨医院", "en": "Lakeside Hospital"}, "resource": null, "band": "",
    "starts_at": "2026-03-03T08:00:00+08:00", "units": 1, "ahead": 2}))]
pub struct Waiting {
    id: String,
    service: String,
    place: Words,
    resource: Option<Words>,
    band: String,
    starts_at: String,
    units: u32,
    /// So many stand before.
    ahead: usize,
}

impl From<WaitingView> for Waiting {
    fn from(view: WaitingView) -> Self {
        Self {
            id: view.id.to_string(),
            service: view.service.to_string(),
            place: (&view.place).into(),
            resource: view.resource.as_ref().map(Words::from),
            band: view.band,
            starts_at: view.starts_at.rfc3339(),
            units: view.units,
            ahead: view.ahead,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct Entered {
    id: String,
}

/// A draw, with everything that is needed to recompute it once it is drawn.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"service": "lamp-visit", "place": "lakeside-1", "on": "2026-05-20",
    "opens_at": "2026-04-20T08:00:00+08:00", "closes_at": "2026-04-21T08:00:00+08:00", "commitment": "9f86d0…",
    "drawn": null}))]
pub struct Draw {
    service: String,
    place: String,
    on: String,
    opens_at: String,
    closes_at: String,
    /// SHA-256 of the seed, published before the first claim.
    commitment: String,
    drawn: Option<Drawn>,
}

#[derive(Serialize, ToSchema)]
pub struct Drawn {
    at: String,
    seed: String,
    beacon: String,
    /// Ascending, as they are hashed.
    claims: Vec<String>,
    /// By their lots.
    order: Vec<String>,
}

impl From<DrawView> for Draw {
    fn from(view: DrawView) -> Self {
        let words = |ids: Vec<kernel::Id>| ids.iter().map(ToString::to_string).collect();
        Self {
            service: view.service.to_string(),
            place: view.place,
            on: view.on.to_string(),
            opens_at: view.opens_at.rfc3339(),
            closes_at: view.closes_at.rfc3339(),
            commitment: view.commitment,
            drawn: view.drawn.map(|drawn| Drawn {
                at: Timestamp::rfc3339(drawn.at),
                seed: drawn.seed,
                beacon: drawn.beacon,
                claims: words(drawn.claims),
                order: words(drawn.order),
            }),
        }
    }
}

/// A claim in a draw, and what came of it.
#[derive(Serialize, ToSchema)]
pub struct Lot {
    id: String,
    service: String,
    place: String,
    on: String,
    closes_at: String,
    /// From 1 on, once it is drawn.
    lot: Option<usize>,
    of: usize,
    /// What was won.
    booking: Option<String>,
}

impl From<DrawEntry> for Lot {
    fn from(entry: DrawEntry) -> Self {
        Self {
            id: entry.id.to_string(),
            service: entry.service.to_string(),
            place: entry.place,
            on: entry.on.to_string(),
            closes_at: entry.closes_at.rfc3339(),
            lot: entry.lot,
            of: entry.of,
            booking: entry.booking.map(|id| id.to_string()),
        }
    }
}

/// Wait for what is full: what comes back is offered in the order of the list, as a hold with a deadline.
#[utoipa::path(post, path = "/api/v1/cities/{city}/services/{service}/waiting", tag = "bookings",
    params(("city" = String, Path), ("service" = String, Path)), request_body = Claim,
    responses((status = 201, body = Entered)))]
pub async fn join(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Places((place, what)): Places<(String, String)>,
    Body(claim): Body<Claim>,
) -> Result<(StatusCode, Json<Entered>), Refusal> {
    let persons = claim.persons()?;
    let form = claim.form(&persons)?;
    match api.platform.join_waiting(&citizen, &city(&place)?, &service(&what)?, &form).await? {
        Joined::Waits(waits) => Ok((StatusCode::CREATED, Json(Entered { id: waits.to_string() }))),
        Joined::Free => Err(Kind::Conflict("free_now").into()),
        Joined::Refused(refusal) => Err(Refusal::of_booking(refusal, Vec::new())),
    }
}

/// Where the citizen waits.
#[utoipa::path(get, path = "/api/v1/cities/{city}/waiting", tag = "bookings", params(("city" = String, Path)),
    responses((status = 200, body = Vec<Waiting>)))]
pub async fn list(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Places(place): Places<String>,
) -> Result<Json<Vec<Waiting>>, Refusal> {
    let waiting = api.platform.waiting(&citizen, &city(&place)?).await?;
    Ok(Json(waiting.into_iter().map(Waiting::from).collect()))
}

/// Wait no longer.
#[utoipa::path(delete, path = "/api/v1/cities/{city}/waiting/{waiting}", tag = "bookings",
    params(("city" = String, Path), ("waiting" = String, Path)), responses((status = 204)))]
pub async fn leave(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Places((place, waiting)): Places<(String, String)>,
) -> Result<StatusCode, Refusal> {
    api.platform.leave_waiting(&citizen, &city(&place)?, id(&waiting)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
pub struct OfDay {
    place: String,
    on: String,
}

/// The draw of a place and day, for everybody to see and to recompute.
#[utoipa::path(get, path = "/api/v1/cities/{city}/services/{service}/draw", tag = "bookings",
    params(("city" = String, Path), ("service" = String, Path), ("place" = String, Query), ("on" = String, Query)),
    responses((status = 200, body = Draw)))]
pub async fn draw(
    State(api): State<Api>,
    Places((place, what)): Places<(String, String)>,
    Asked(asked): Asked<OfDay>,
) -> Result<Json<Draw>, Refusal> {
    let on: Date = asked.on.parse().map_err(|_| Error::field("on", Mistake::Choice))?;
    let view = api.platform.draw(&city(&place)?, &service(&what)?, &asked.place, on).await?;
    Ok(Json(view.into()))
}

/// Put a claim into the draw of its day. Whoever comes first has no advantage; a person is in it once.
#[utoipa::path(post, path = "/api/v1/cities/{city}/services/{service}/draw", tag = "bookings",
    params(("city" = String, Path), ("service" = String, Path)), request_body = Claim,
    responses((status = 201, body = Entered)))]
pub async fn enter(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Places((place, what)): Places<(String, String)>,
    Body(claim): Body<Claim>,
) -> Result<(StatusCode, Json<Entered>), Refusal> {
    let persons = claim.persons()?;
    let form = claim.form(&persons)?;
    match api.platform.enter_draw(&citizen, &city(&place)?, &service(&what)?, &form).await? {
        Ok(entered) => Ok((StatusCode::CREATED, Json(Entered { id: entered.to_string() }))),
        Err(refusal) => Err(Refusal::of_booking(refusal, Vec::new())),
    }
}

/// The citizen's claims in draws.
#[utoipa::path(get, path = "/api/v1/cities/{city}/draws", tag = "bookings", params(("city" = String, Path)),
    responses((status = 200, body = Vec<Lot>)))]
pub async fn lots(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Places(place): Places<String>,
) -> Result<Json<Vec<Lot>>, Refusal> {
    let entries = api.platform.draw_entries(&citizen, &city(&place)?).await?;
    Ok(Json(entries.into_iter().map(Lot::from).collect()))
}

/// Take a claim out of a draw before it closes.
#[utoipa::path(delete, path = "/api/v1/cities/{city}/draws/{claim}", tag = "bookings",
    params(("city" = String, Path), ("claim" = String, Path)), responses((status = 204)))]
pub async fn withdraw(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Places((place, claim)): Places<(String, String)>,
) -> Result<StatusCode, Refusal> {
    api.platform.leave_draw(&citizen, &city(&place)?, id(&claim)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
