//! The door of payment providers: whatever they send is handed on byte for byte, and answered as they expect.
//!
//! Nobody signs in here. A callback is believed because of its signature, which the provider's own room verifies; what is
//! not believed is answered with a refusal and nothing else.

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use connector::pay::Callback;
use kernel::{CityId, Kind};

use crate::{Api, problem::Refusal};

/// A payment provider's notice about an order of this city.
#[utoipa::path(post, path = "/notify/{provider}/{city}", tag = "callbacks",
    params(("provider" = String, Path), ("city" = String, Path)),
    request_body(content = String, content_type = "application/octet-stream"),
    responses((status = 200, description = "Kept; the provider need not send it again")))]
pub async fn notify(
    State(api): State<Api>,
    Path((provider, city)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let city = CityId::parse(&city).ok_or(Kind::NotFound)?;
    let headers: Vec<(String, String)> = headers
        .iter()
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
        .collect();
    let callback = Callback { headers: &headers, body: &body };
    let ack = api.platform.hear(&provider, &city, &callback).await.ok_or(Kind::NotFound)?;
    let status = StatusCode::from_u16(ack.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Ok((status, [(header::CONTENT_TYPE, ack.content_type)], ack.body).into_response())
}
