//! Consent between persons: somebody asks to see, the other says yes or no, and either side can end it.

use axum::{Json, extract::State, http::StatusCode};
use engine::{ConsentState, Direction};
use manifest::service::Subject;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Api,
    caller::{Body, Once, Places, SignedIn, id},
    problem::Refusal,
};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"id": "0h3v7c9k2m4n6p8q0r2s4t6v8w", "direction": "given", "other": "李*", "kind": "vehicle",
    "state": "granted", "asked_at": "2026-03-02T10:00:00+08:00", "decided_at": "2026-03-02T10:05:00+08:00",
    "expires_at": "2027-03-02T10:00:00+08:00"}))]
pub struct Consent {
    id: String,
    /// `given`: the other sees the citizen's data. `received`: the citizen sees the other's.
    direction: &'static str,
    /// The other's name, masked.
    other: String,
    /// `vehicle` or `licence`
    kind: &'static str,
    /// `asked`, `granted`, `refused`, `revoked` or `expired`
    state: &'static str,
    asked_at: String,
    decided_at: Option<String>,
    expires_at: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"person_phone": "19900000002", "person_name": "李四", "kind": "vehicle"}))]
pub struct ConsentWanted {
    #[serde(default)]
    person_phone: String,
    #[serde(default)]
    person_name: String,
    /// `vehicle` or `licence`
    #[serde(default)]
    kind: String,
}

#[derive(Serialize, ToSchema)]
pub struct ConsentAsked {
    /// The same reply is given whether or not that person is known here.
    id: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    granted: bool,
}

/// Consents given and received.
#[utoipa::path(get, path = "/api/v1/consents", tag = "consents", responses((status = 200, body = Vec<Consent>)))]
pub async fn list(State(api): State<Api>, SignedIn(citizen): SignedIn) -> Result<Json<Vec<Consent>>, Refusal> {
    let consents = api.platform.consents(&citizen).await?;
    Ok(Json(
        consents
            .into_iter()
            .map(|one| Consent {
                id: one.id.to_string(),
                direction: match one.direction {
                    Direction::Given => "given",
                    Direction::Received => "received",
                },
                other: one.other,
                kind: one.kind.word(),
                state: match one.state {
                    ConsentState::Asked => "asked",
                    ConsentState::Granted => "granted",
                    ConsentState::Refused => "refused",
                    ConsentState::Revoked => "revoked",
                    ConsentState::Expired => "expired",
                },
                asked_at: one.asked_at.rfc3339(),
                decided_at: one.decided_at.map(kernel::Timestamp::rfc3339),
                expires_at: one.expires_at.rfc3339(),
            })
            .collect(),
    ))
}

/// Ask a person for consent to see their vehicles or licence.
#[utoipa::path(post, path = "/api/v1/consents", tag = "consents", request_body = ConsentWanted,
    responses((status = 202, body = ConsentAsked)))]
pub async fn ask(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Once(once): Once,
    Body(form): Body<ConsentWanted>,
) -> Result<(StatusCode, Json<ConsentAsked>), Refusal> {
    let kind = Subject::parse(&form.kind)
        .filter(|kind| kind.is_lent())
        .ok_or_else(|| kernel::Error::field("kind", kernel::identifier::Mistake::Choice))?;
    let asked = api.platform.ask_consent(&citizen, &form.person_phone, &form.person_name, kind, once).await?;
    Ok((StatusCode::ACCEPTED, Json(ConsentAsked { id: asked.to_string() })))
}

/// Say yes or no to a person who asked.
#[utoipa::path(post, path = "/api/v1/consents/{consent}/decision", tag = "consents",
    params(("consent" = String, Path)), request_body = Decision, responses((status = 204)))]
pub async fn decide(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Places(consent): Places<String>,
    Body(form): Body<Decision>,
) -> Result<StatusCode, Refusal> {
    api.platform.decide_consent(&citizen, id(&consent)?, form.granted).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// End a consent, from either side. Cards bound by it are unbound at once.
#[utoipa::path(delete, path = "/api/v1/consents/{consent}", tag = "consents",
    params(("consent" = String, Path)), responses((status = 204)))]
pub async fn revoke(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Places(consent): Places<String>,
) -> Result<StatusCode, Refusal> {
    api.platform.revoke_consent(&citizen, id(&consent)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
