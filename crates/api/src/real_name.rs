//! The real-name check: name and resident ID, asked at the register.

use axum::{extract::State, http::StatusCode};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    Api,
    caller::{Body, Once, SignedIn},
    problem::Refusal,
};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "张三", "resident_id": "140100199003070010"}))]
pub struct RealName {
    #[serde(default)]
    name: String,
    #[serde(default)]
    resident_id: String,
}

/// Pass the real-name check.
#[utoipa::path(post, path = "/api/v1/real-name", tag = "profile", request_body = RealName,
    responses((status = 204, description = "The register says that the two belong together.")))]
pub async fn verify(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Once(once): Once,
    Body(form): Body<RealName>,
) -> Result<StatusCode, Refusal> {
    api.platform.verify_real_name(&citizen, &form.name, &form.resident_id, once).await?;
    Ok(StatusCode::NO_CONTENT)
}
