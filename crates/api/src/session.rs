//! Sessions and tokens: see them, end them, make one more, and how the citizen likes to read.

use axum::{Json, extract::State, http::StatusCode};
use engine::{Preferences, SessionKind, Size, Theme};
use kernel::Lang;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Api,
    caller::{Asked, Body, Once, Places, SignedIn, id},
    problem::Refusal,
};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"id": "0h3v7c9k2m4n6p8q0r2s4t6v8w", "label": "Chrome", "kind": "web",
    "created_at": "2026-03-02T10:00:00+08:00", "last_seen_at": "2026-03-02T10:04:00+08:00", "current": false}))]
pub struct Session {
    id: String,
    label: String,
    /// `web` or `token`
    kind: &'static str,
    created_at: String,
    last_seen_at: String,
    /// The one that asks now.
    current: bool,
}

#[derive(Deserialize)]
pub struct EndAll {
    #[serde(default)]
    keep_this: bool,
}

#[derive(Serialize, ToSchema)]
pub struct Ended {
    /// How many sessions and tokens were ended.
    ended: u64,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"label": "My script"}))]
pub struct TokenWanted {
    #[serde(default)]
    label: String,
}

#[derive(Serialize, ToSchema)]
pub struct Token {
    /// Shown once.
    token: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"lang": "en", "size": "large", "theme": "dark"}))]
pub struct PreferencesWanted {
    /// `zh-CN` or `en`
    lang: Option<String>,
    /// `standard`, `large` or `huge`
    size: Option<String>,
    /// `light`, `dark` or `auto`
    theme: Option<String>,
}

/// End the session of the token that asks.
#[utoipa::path(delete, path = "/api/v1/session", tag = "sessions", responses((status = 204)))]
pub async fn sign_out(State(api): State<Api>, SignedIn(citizen): SignedIn) -> Result<StatusCode, Refusal> {
    api.platform.sign_out(&citizen).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Every session and token of the citizen.
#[utoipa::path(get, path = "/api/v1/sessions", tag = "sessions", responses((status = 200, body = Vec<Session>)))]
pub async fn list(State(api): State<Api>, SignedIn(citizen): SignedIn) -> Result<Json<Vec<Session>>, Refusal> {
    let sessions = api.platform.sessions(&citizen).await?;
    Ok(Json(
        sessions
            .into_iter()
            .map(|one| Session {
                id: one.id.to_string(),
                label: one.label,
                kind: match one.kind {
                    SessionKind::Web => "web",
                    SessionKind::Token => "token",
                },
                created_at: one.created_at.rfc3339(),
                last_seen_at: one.last_seen_at.rfc3339(),
                current: one.current,
            })
            .collect(),
    ))
}

/// Sign out everywhere.
#[utoipa::path(delete, path = "/api/v1/sessions", tag = "sessions",
    params(("keep_this" = Option<bool>, Query, description = "Keep the session that asks")),
    responses((status = 200, body = Ended)))]
pub async fn end_all(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Asked(query): Asked<EndAll>,
) -> Result<Json<Ended>, Refusal> {
    let ended = api.platform.sign_out_everywhere(&citizen, query.keep_this).await?;
    Ok(Json(Ended { ended }))
}

/// End one session or token.
#[utoipa::path(delete, path = "/api/v1/sessions/{session}", tag = "sessions",
    params(("session" = String, Path)), responses((status = 204)))]
pub async fn end_one(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Places(session): Places<String>,
) -> Result<StatusCode, Refusal> {
    let ended = api.platform.end_session(&citizen, id(&session)?).await?;
    if ended { Ok(StatusCode::NO_CONTENT) } else { Err(kernel::Kind::NotFound.into()) }
}

/// Make another token.
#[utoipa::path(post, path = "/api/v1/tokens", tag = "sessions", request_body = TokenWanted,
    responses((status = 201, body = Token)))]
pub async fn new_token(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Once(once): Once,
    Body(form): Body<TokenWanted>,
) -> Result<(StatusCode, Json<Token>), Refusal> {
    let token = api.platform.new_token(&citizen, form.label.trim(), once).await?;
    Ok((StatusCode::CREATED, Json(Token { token })))
}

/// How the citizen likes to read, on every device.
#[utoipa::path(put, path = "/api/v1/preferences", tag = "sessions", request_body = PreferencesWanted,
    responses((status = 204)))]
pub async fn set_preferences(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Body(form): Body<PreferencesWanted>,
) -> Result<StatusCode, Refusal> {
    let choice = |field: &'static str| kernel::Error::field(field, kernel::identifier::Mistake::Choice);
    let preferences = Preferences {
        lang: form.lang.map(|word| Lang::parse(&word).ok_or_else(|| choice("lang"))).transpose()?,
        size: form.size.map(|word| Size::parse(&word).ok_or_else(|| choice("size"))).transpose()?,
        theme: form.theme.map(|word| Theme::parse(&word).ok_or_else(|| choice("theme"))).transpose()?,
    };
    api.platform.set_preferences(&citizen, preferences).await?;
    Ok(StatusCode::NO_CONTENT)
}
