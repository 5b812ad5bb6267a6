//! What load balancers, operators and citizens ask about the platform itself.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{Api, document, problem::Refusal};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"city": "lakeside", "department": "harbour-office", "state": "up",
    "last_answer_at": "2026-03-02T10:00:00+08:00", "last_failure": null}))]
pub struct DepartmentHealth {
    /// Absent for departments of the whole country.
    city: Option<String>,
    department: String,
    /// `unknown`, `up`, `shaky` or `down`
    #[schema(value_type = String)]
    state: connector::HealthState,
    last_answer_at: Option<String>,
    last_failure: Option<String>,
}

/// The process is alive.
#[utoipa::path(get, path = "/healthz", tag = "health", responses((status = 200, body = String)))]
pub async fn live() -> &'static str {
    "ok\n"
}

/// The process can serve: its store answers.
#[utoipa::path(get, path = "/readyz", tag = "health", responses((status = 200, body = String)))]
pub async fn ready(State(api): State<Api>) -> Result<&'static str, Refusal> {
    api.platform.ready().await?;
    Ok("ok\n")
}

/// Counters for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "health", responses((status = 200, body = String)))]
pub async fn metrics(State(api): State<Api>) -> Response {
    let platform = &api.platform;
    let text = api.meter.render(&platform.health(), &platform.askings(), &platform.cell_loads().await);
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}

/// This document.
#[utoipa::path(get, path = "/openapi.json", tag = "health", responses((status = 200, body = serde_json::Value)))]
pub async fn openapi() -> Response {
    match document::openapi_json() {
        Ok(text) => ([(header::CONTENT_TYPE, "application/json")], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// How each department has been doing.
#[utoipa::path(get, path = "/api/v1/status", tag = "catalogue",
    responses((status = 200, body = Vec<DepartmentHealth>)))]
pub async fn status(State(api): State<Api>) -> Json<Vec<DepartmentHealth>> {
    Json(
        api.platform
            .health()
            .into_iter()
            .map(|one| DepartmentHealth {
                city: one.scope.map(|city| city.to_string()),
                department: one.department.to_string(),
                state: one.state,
                last_answer_at: one.last_answer_at.map(kernel::Timestamp::rfc3339),
                last_failure: one.last_failure.map(|failure| failure.to_string()),
            })
            .collect(),
    )
}
