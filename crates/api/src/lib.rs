//! The open API: the same questions as on the pages, asked with a token. `/api/v1`, `/openapi.json`, and what machines
//! read about the platform's health.
//!
//! Handlers are thin: they read a request, call the engine once and shape the answer. Who may call what is one table
//! ([`routes`]), enforced by the [`gate`] before any handler runs. No rule about cities or services is here.

mod access;
mod autopay;
mod bill;
mod booking;
mod callback;
mod caller;
mod card;
mod catalogue;
mod companion;
mod consent;
mod document;
mod gate;
mod health;
mod metric;
mod payment;
mod problem;
mod profile;
mod quote;
mod rate;
mod real_name;
mod receipt;
mod record;
mod rest;
mod route;
mod rush;
mod session;
mod sign_in;

use std::sync::Arc;

use axum::{Router, extract::DefaultBodyLimit, http::StatusCode, middleware, routing::any};
use engine::Platform;

pub use document::openapi;
pub use metric::Meter;
pub use problem::CODES;
pub use route::{Policy, RouteInfo, routes};

/// What every handler shares.
#[derive(Clone)]
pub struct Api {
    pub platform: Platform,
    pub meter: Arc<Meter>,
    rates: Arc<rate::Rates>,
}

impl Api {
    #[must_use]
    pub fn new(platform: Platform, meter: Arc<Meter>) -> Self {
        Self { platform, meter, rates: Arc::new(rate::Rates::default()) }
    }
}

/// Largest body of a request. The longest form has six short fields.
pub(crate) const BODY_BYTES_MAX: usize = 16 * 1024;

/// The API's routes, whole. Expects the peer's address as `ConnectInfo<SocketAddr>` in the request's extensions.
pub fn router(api: Api) -> Router {
    let (router, _) = document::open_router().split_for_parts();
    router
        // Paths of the API that name nothing pass the gate too, which does not find them in its table.
        .route("/api/{*rest}", any(async || StatusCode::NOT_FOUND))
        .layer(middleware::from_fn_with_state(api.clone(), gate::enter))
        .method_not_allowed_fallback(problem::no_such_method)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(api)
}
