//! Before a handler: who may call, how often. After it: problems in the caller's language, no copy in any cache, and a
//! count. The table of routes decides; a route that it does not know is closed.

use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use kernel::Kind;

use crate::{
    Api, caller,
    problem::Refusal,
    rate::Caller,
    route::{self, Policy},
    rush,
};

pub async fn enter(State(api): State<Api>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let lang = caller::lang(request.headers());
    let method = request.method().clone();
    let path = request.extensions().get::<MatchedPath>().map_or_else(String::new, |path| path.as_str().to_owned());
    let admitted = match rush::waits(&api, &mut request, &path).await {
        Some(waits) => Err(waits),
        None => admit(&api, &mut request, &path).await,
    };
    let mut response = match admitted {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    };
    if let Some(refusal) = response.extensions_mut().remove::<Refusal>() {
        if refusal.status().is_server_error() {
            tracing::warn!(route = path, code = refusal.code(), cause = ?refusal, "a request failed");
        }
        response = refusal.written(lang);
    }
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox"),
    );
    api.meter.request("api", method.as_str(), &path, response.status().as_u16(), began.elapsed());
    response
}

async fn admit(api: &Api, request: &mut Request, path: &str) -> Result<(), Refusal> {
    let row = route::find(request.method(), path).ok_or(Kind::NotFound)?;
    let address = caller::address(request.extensions());
    let too_many = |retry_after_s| Refusal::from(Kind::TooMany { retry_after_s });
    let now = Instant::now();
    if matches!(row.policy, Policy::Anyone | Policy::Signed) {
        return api.rates.enter(Caller::Address(address), row.rate, now).map_err(too_many);
    }
    // Guessing tokens is counted by address, before the look-up.
    let token = bearer(request).ok_or(Kind::SignInNeeded)?;
    let citizen = api.platform.citizen(&token, "api").await?;
    let Some(citizen) = citizen else {
        api.rates.enter(Caller::Address(address), route::Rate::Guessing, now).map_err(too_many)?;
        return Err(Kind::SignInNeeded.into());
    };
    api.rates.enter(Caller::Account(citizen.account), row.rate, now).map_err(too_many)?;
    if row.policy == Policy::Verified && !citizen.verified {
        return Err(Kind::RealNameNeeded.into());
    }
    request.extensions_mut().insert(citizen);
    Ok(())
}

/// `Authorization: Bearer <token>`. A cookie is no token here, so no other site can make a browser call the API.
pub fn bearer(request: &Request) -> Option<String> {
    let value = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && (16..=256).contains(&token.len())).then(|| token.trim().to_owned())
}
