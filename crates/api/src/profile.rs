//! What the platform knows about the citizen: a look, a copy, and the end of it.

use axum::{Json, extract::State, http::StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    Api,
    caller::{Once, SignedIn},
    problem::Refusal,
};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"phone": "199****0001", "name": "张*", "resident_id": "140***********0010",
    "verified_at": "2026-03-02T10:00:00+08:00", "created_at": "2026-03-02T09:58:00+08:00"}))]
pub struct Profile {
    /// Masked, like the name and the resident ID.
    phone: String,
    name: Option<String>,
    resident_id: Option<String>,
    verified_at: Option<String>,
    created_at: String,
}

/// The profile, masked. The reading is entered in the access log.
#[utoipa::path(get, path = "/api/v1/profile", tag = "profile", responses((status = 200, body = Profile)))]
pub async fn show(State(api): State<Api>, SignedIn(citizen): SignedIn) -> Result<Json<Profile>, Refusal> {
    let profile = api.platform.profile(&citizen).await?;
    Ok(Json(Profile {
        phone: profile.phone,
        name: profile.name,
        resident_id: profile.resident_id,
        verified_at: profile.verified_at.map(kernel::Timestamp::rfc3339),
        created_at: profile.created_at.rfc3339(),
    }))
}

/// A copy of everything that is kept about the citizen.
#[utoipa::path(get, path = "/api/v1/profile/export", tag = "profile",
    responses((status = 200, body = serde_json::Value)))]
pub async fn export(State(api): State<Api>, SignedIn(citizen): SignedIn) -> Result<Json<serde_json::Value>, Refusal> {
    Ok(Json(api.platform.export(&citizen).await?))
}

/// Delete the account and the personal data in it.
#[utoipa::path(delete, path = "/api/v1/profile", tag = "profile", responses((status = 204)))]
pub async fn delete(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Once(once): Once,
) -> Result<StatusCode, Refusal> {
    api.platform.delete_account(&citizen, once).await?;
    Ok(StatusCode::NO_CONTENT)
}
