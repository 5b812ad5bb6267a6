//! Who calls, in which language, and what they brought: extractors that every handler shares.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::{
    Json,
    extract::{ConnectInfo, FromRequest, FromRequestParts, Path, Query, Request, rejection::JsonRejection},
    http::{Extensions, HeaderMap, StatusCode, header, request::Parts},
};
use engine::{Citizen, OnceKey};
use kernel::{CityId, Id, Kind, Lang, ServiceId};
use serde::de::DeserializeOwned;

use crate::{Api, problem::Refusal};

/// The citizen whom the gate let in.
pub struct SignedIn(pub Citizen);

impl<S: Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        parts.extensions.get::<Citizen>().cloned().map(Self).ok_or_else(|| Kind::SignInNeeded.into())
    }
}

/// The language that the caller reads.
#[derive(Clone, Copy)]
pub struct Speaks(pub Lang);

impl<S: Sync> FromRequestParts<S> for Speaks {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(lang(&parts.headers)))
    }
}

/// The first language of `Accept-Language` that we have. Weights are not read: clients list what they like best first.
pub fn lang(headers: &HeaderMap) -> Lang {
    headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .and_then(|list| list.split(',').find_map(|item| Lang::parse(item.split(';').next().unwrap_or_default())))
        .unwrap_or_default()
}

/// The peer's address. A server that sits behind a proxy sees the proxy's.
pub fn address(extensions: &Extensions) -> IpAddr {
    extensions.get::<ConnectInfo<SocketAddr>>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip())
}

pub struct Address(pub IpAddr);

impl<S: Sync> FromRequestParts<S> for Address {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(address(&parts.extensions)))
    }
}

/// `Idempotency-Key`: the same key gives the same outcome, however often a request is sent. Without the header each
/// request counts as a new one.
pub struct Once(pub OnceKey);

impl FromRequestParts<Api> for Once {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Refusal> {
        let Some(key) = parts.headers.get("idempotency-key") else {
            return Ok(Self(OnceKey::random(api.platform.rng().as_ref())));
        };
        key.to_str().ok().and_then(|key| OnceKey::parse(key).ok()).map(Self).ok_or_else(|| {
            let cause = "Idempotency-Key: 8 to 64 letters, digits, - and _".to_owned();
            Refusal::Request(StatusCode::BAD_REQUEST, "bad_idempotency_key", cause)
        })
    }
}

/// A JSON body.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(rejection) => {
                let status = rejection.status();
                let code = match status {
                    StatusCode::UNSUPPORTED_MEDIA_TYPE => "unsupported_media_type",
                    StatusCode::PAYLOAD_TOO_LARGE => "payload_too_large",
                    _ => "bad_json",
                };
                // The cause names a field or a position, never a value: serde's messages can quote what was sent.
                let cause = match &rejection {
                    JsonRejection::JsonDataError(_) => "a field is missing, unknown or of the wrong type",
                    JsonRejection::JsonSyntaxError(_) => "not JSON",
                    _ => "",
                };
                let status = if code == "bad_json" { StatusCode::BAD_REQUEST } else { status };
                Err(Refusal::Request(status, code, cause.to_owned()))
            }
        }
    }
}

/// A query string.
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        Query::<T>::from_request_parts(parts, state).await.map(|Query(query)| Self(query)).map_err(|_| {
            Refusal::Request(StatusCode::BAD_REQUEST, "bad_request", "the query cannot be read".to_owned())
        })
    }
}

/// The places of a path.
pub struct Places<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Places<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        // A path that cannot be read names nothing that exists.
        Path::<T>::from_request_parts(parts, state)
            .await
            .map(|Path(places)| Self(places))
            .map_err(|_| Kind::NotFound.into())
    }
}

/// Names in paths and queries. What cannot be a name does not exist.
pub fn city(text: &str) -> Result<CityId, Refusal> {
    CityId::parse(text).ok_or_else(|| Kind::NotFound.into())
}

pub fn service(text: &str) -> Result<ServiceId, Refusal> {
    ServiceId::parse(text).ok_or_else(|| Kind::NotFound.into())
}

pub fn id(text: &str) -> Result<Id, Refusal> {
    Id::parse(text).ok_or_else(|| Kind::NotFound.into())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_first_known_language_wins() {
        let of = |list: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static(list));
            lang(&headers)
        };
        assert_eq!(of("fr-FR, en-GB;q=0.8, zh"), Lang::En);
        assert_eq!(of("zh-CN,zh;q=0.9,en;q=0.8"), Lang::ZhCn);
        assert_eq!(of("fr"), Lang::ZhCn);
        assert_eq!(lang(&HeaderMap::new()), Lang::ZhCn);
    }
}
