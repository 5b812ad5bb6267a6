//! In a rush, before everything else: whoever must wait anyway is told so without a look at the database, the packs or the
//! stock. Ten times more people than can be served cost little more than their ten times as many requests.
//!
//! Who somebody is, is taken from memory, which is good enough to be told to wait. Whoever is let in goes the whole way.

use std::time::Instant;

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::StatusCode,
};
use engine::Pass;
use kernel::{CityId, Kind};
use serde::Deserialize;

use crate::{Api, BODY_BYTES_MAX, gate, problem::Refusal, rate::Caller, route::Rate};

/// The one route for which people queue.
const CLAIMS: &str = "/api/v1/cities/{city}/services/{service}/bookings";

/// What a claim brings along from an earlier answer; the rest of it is read by whoever decides upon it.
#[derive(Default, Deserialize)]
struct Brought {
    #[serde(default)]
    turn: Option<String>,
    #[serde(default)]
    solution: Option<u64>,
}

/// What a claim is told that has to wait; `None` for everything that goes its usual way.
pub async fn waits(api: &Api, request: &mut Request, route: &str) -> Option<Refusal> {
    if route != CLAIMS || request.method() != axum::http::Method::POST {
        return None;
    }
    let city = CityId::parse(request.uri().path().split('/').nth(4)?)?;
    if !api.platform.is_crowded(&city) {
        return None;
    }
    let citizen = api.platform.seen_lately(&gate::bearer(request)?).filter(|citizen| citizen.verified)?;
    let body = std::mem::replace(request.body_mut(), Body::empty());
    let Ok(bytes) = to_bytes(body, BODY_BYTES_MAX).await else {
        return Some(Refusal::Request(StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large", String::new()));
    };
    let brought: Brought = serde_json::from_slice(&bytes).unwrap_or_default();
    *request.body_mut() = Body::from(bytes);
    if let Err(retry_after_s) = api.rates.enter(Caller::Account(citizen.account), Rate::Writing, Instant::now()) {
        return Some(Kind::TooMany { retry_after_s }.into());
    }
    let pass = Pass { turn: brought.turn.as_deref(), solution: brought.solution };
    let waits = api.platform.told_to_wait(&citizen, &city, pass)?;
    Some(Refusal::Waits(Box::new(waits.into())))
}
