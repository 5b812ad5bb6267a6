//! Signing in: a one-time code to a phone, then a token.

use axum::{Json, extract::State, http::StatusCode};
use engine::{Device, SessionKind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Api,
    caller::{Address, Body, Speaks},
    problem::Refusal,
};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"phone": "19900000001"}))]
pub struct CodeWanted {
    /// A mobile number of mainland China, 11 digits.
    #[serde(default)]
    phone: String,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"phone": "199****0001", "resend_after_s": 60, "expires_s": 300}))]
pub struct CodeSent {
    /// The phone, masked.
    phone: String,
    /// Seconds until another code can be asked for.
    resend_after_s: u32,
    /// Seconds for which this code is good.
    expires_s: u32,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"phone": "19900000001", "code": "314159", "label": "My script"}))]
pub struct SignIn {
    #[serde(default)]
    phone: String,
    /// The six digits from the message.
    #[serde(default)]
    code: String,
    /// What the citizen sees in the list of sessions.
    #[serde(default)]
    label: String,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"token": "q0W1…", "created": false, "verified": true}))]
pub struct SignedIn {
    /// Send it as `Authorization: Bearer <token>`. It is shown once and kept by us only as a hash.
    token: String,
    /// The account is new.
    created: bool,
    /// The real-name check is passed.
    verified: bool,
}

/// Send a one-time code to a phone.
#[utoipa::path(post, path = "/api/v1/sign-in/code", tag = "sign-in", request_body = CodeWanted,
    responses((status = 200, body = CodeSent)))]
pub async fn send_code(
    State(api): State<Api>,
    Address(address): Address,
    Speaks(lang): Speaks,
    Body(form): Body<CodeWanted>,
) -> Result<Json<CodeSent>, Refusal> {
    let sent = api.platform.send_code(&form.phone, address, lang).await?;
    Ok(Json(CodeSent { phone: sent.phone_masked, resend_after_s: sent.resend_after_s, expires_s: sent.expires_s }))
}

/// Exchange the code for a token.
#[utoipa::path(post, path = "/api/v1/sign-in", tag = "sign-in", request_body = SignIn,
    responses((status = 201, body = SignedIn)))]
pub async fn sign_in(
    State(api): State<Api>,
    Address(address): Address,
    Body(form): Body<SignIn>,
) -> Result<(StatusCode, Json<SignedIn>), Refusal> {
    let label = if form.label.trim().is_empty() { "API" } else { form.label.trim() };
    let label: String = label.chars().filter(|c| !c.is_control()).take(64).collect();
    let device = Device { label, address, kind: SessionKind::Token };
    let done = api.platform.sign_in(&form.phone, &form.code, device).await?;
    let body = SignedIn { token: done.token, created: done.created, verified: done.citizen.verified };
    Ok((StatusCode::CREATED, Json(body)))
}
