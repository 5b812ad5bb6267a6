//! The desk's own style sheet; script and icon are those of the citizens' pages.

use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::Response,
};
use kernel::Kind;
use web::shell::headers::takes_gzip;

use crate::{route::Outcome, visit::Visit};

pub(crate) async fn sheet(visit: &mut Visit) -> Outcome {
    let style = &visit.site.style;
    if visit.param("name").strip_suffix(".css") != Some(style.hash.as_str()) {
        return Err(Kind::NotFound.into());
    }
    let compress = takes_gzip(visit.request_headers());
    let body = if compress { Body::from(style.gzip.clone()) } else { Body::from(style.text.clone()) };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if compress {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok(response)
}
