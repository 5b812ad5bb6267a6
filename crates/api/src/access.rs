//! Who looked at my records.

use axum::{Json, extract::State};
use engine::{Cursor, Who};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Api,
    caller::{Asked, SignedIn, Speaks, city},
    problem::Refusal,
};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"entries": [{"at": "2026-03-02T10:00:00+08:00", "who": "you", "name": null,
    "purpose": "record", "service": "bicycle-fine", "city": "lakeside", "door": "web"}], "next": null}))]
pub struct AccessLog {
    entries: Vec<AccessEntry>,
    /// Send it as `before` to read on; absent at the end.
    next: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct AccessEntry {
    at: String,
    /// `you`, `delegate`, `staff` or `platform`
    who: &'static str,
    /// The delegate's masked name, or department and role of the member of staff.
    name: Option<String>,
    /// `profile`, `cards`, `record`, `evidence`, `real_name`, `ownership`, `message` or `export`
    purpose: &'static str,
    service: Option<String>,
    city: Option<String>,
    /// `web`, `api`, `desk` or `job`
    door: String,
}

#[derive(Deserialize)]
pub struct From {
    city: Option<String>,
    before: Option<String>,
}

/// Every reading of the citizen's personal data, newest first.
#[utoipa::path(get, path = "/api/v1/access-log", tag = "profile",
    params(("city" = Option<String>, Query), ("before" = Option<String>, Query)),
    responses((status = 200, body = AccessLog)))]
pub async fn log(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Speaks(lang): Speaks,
    Asked(query): Asked<From>,
) -> Result<Json<AccessLog>, Refusal> {
    let place = query.city.as_deref().map(city).transpose()?;
    let before = match query.before.as_deref() {
        Some(text) => Some(Cursor::parse(text).ok_or(kernel::Kind::NotFound)?),
        None => None,
    };
    let page = api.platform.access_log(&citizen, place.as_ref(), before).await?;
    let entries = page
        .items
        .into_iter()
        .map(|entry| {
            let (who, name) = match entry.who {
                Who::You => ("you", None),
                Who::Delegate(name) => ("delegate", Some(name)),
                Who::Staff(title) => ("staff", Some(title.say(lang))),
                Who::Platform => ("platform", None),
            };
            AccessEntry {
                at: entry.at.rfc3339(),
                who,
                name,
                purpose: entry.purpose.word(),
                service: entry.service.map(|id| id.to_string()),
                city: entry.city.map(|id| id.to_string()),
                door: entry.door.to_string(),
            }
        })
        .collect();
    Ok(Json(AccessLog { entries, next: page.next.map(|cursor| cursor.to_string()) }))
}
