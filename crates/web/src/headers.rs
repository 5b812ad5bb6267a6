//! What every answer carries: the policies that browsers enforce for us, how long it may be kept, and compression.

use std::io::Write as _;

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};

use crate::{frame::Frame, style::Style};

/// Below this a packet is a packet, compressed or not.
const GZIP_FROM_BYTES: usize = 1_200;

const REFERRER_POLICY: HeaderValue = HeaderValue::from_static("same-origin");
const PERMISSIONS_POLICY: HeaderValue =
    HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()");
const PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");
const OPENER: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const SAME_ORIGIN: HeaderValue = HeaderValue::from_static("same-origin");
/// A personal page is never kept, not even by the back button of a shared phone.
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
/// Other pages differ by cookies, so only the browser may keep them, and it asks again.
const PRIVATE: HeaderValue = HeaderValue::from_static("private, no-cache");
const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

/// The policy for pages whose inlined sheet has this hash.
pub(crate) fn content_security_policy(style_sha256_base64: &str) -> HeaderValue {
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'sha256-{style_sha256_base64}'; img-src 'self'; \
         connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; \
         base-uri 'none'; report-uri /csp-report"
    );
    HeaderValue::try_from(policy).unwrap_or(NOTHING_ALLOWED)
}

/// For answers that are no pages.
const NOTHING_ALLOWED: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// The headers of any answer that is not a file.
pub fn put_on(headers: &mut HeaderMap, style: Option<&Style>, personal: bool) {
    headers.reserve(12);
    headers.insert(header::CONTENT_SECURITY_POLICY, style.map_or(NOTHING_ALLOWED, |style| style.policy.clone()));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, REFERRER_POLICY);
    headers.insert(PERMISSIONS, PERMISSIONS_POLICY);
    headers.insert(OPENER, SAME_ORIGIN);
    headers.insert(header::CACHE_CONTROL, if personal { NO_STORE } else { PRIVATE });
}

/// Lets a page use the camera: one that reads codes, and no other.
pub fn allow_camera(headers: &mut HeaderMap) {
    let policy = "camera=(self), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()";
    headers.insert(PERMISSIONS, HeaderValue::from_static(policy));
}

/// Lets the forms of a page end at other origins too: browsers hold the redirects after a form to the same policy.
pub(crate) fn allow_forms_to(headers: &mut HeaderMap, origins: &[String]) {
    let policy = headers.get(header::CONTENT_SECURITY_POLICY).and_then(|value| value.to_str().ok());
    let allowed =
        policy.map(|policy| policy.replace("form-action 'self'", &format!("form-action 'self' {}", origins.join(" "))));
    if let Some(Ok(value)) = allowed.map(HeaderValue::try_from) {
        headers.insert(header::CONTENT_SECURITY_POLICY, value);
    }
}

/// The headers of a page.
pub(crate) fn of_page(style: Option<&Style>, personal: bool) -> HeaderMap {
    let mut headers = HeaderMap::new();
    put_on(&mut headers, style, personal);
    headers.insert(header::CONTENT_TYPE, HTML);
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding, cookie, accept-language"));
    headers
}

/// The text of a page: all of it made for this answer, or a frame with what concerns the person.
pub enum Text<'a> {
    Whole(String),
    Framed(&'a Frame, &'a str),
}

impl From<String> for Text<'_> {
    fn from(whole: String) -> Self {
        Self::Whole(whole)
    }
}

/// A page, compressed if the browser takes it.
#[must_use]
pub fn html<'a>(
    text: impl Into<Text<'a>>,
    status: StatusCode,
    asked: &HeaderMap,
    style: Option<&Style>,
    personal: bool,
) -> Response {
    let takes_gzip = takes_gzip(asked);
    let (compress, body) = match text.into() {
        Text::Whole(html) if takes_gzip && html.len() >= GZIP_FROM_BYTES => (true, gzip(html.as_bytes(), 1)),
        Text::Whole(html) => (false, Bytes::from(html)),
        Text::Framed(frame, personal) if takes_gzip => (true, frame.gzip_around(personal)),
        Text::Framed(frame, personal) => (false, frame.around(personal)),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    *response.headers_mut() = match style {
        Some(style) => style.headers[usize::from(personal)].clone(),
        None => of_page(None, personal),
    };
    if compress {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

/// True if `Accept-Encoding` names gzip and does not refuse it.
#[must_use]
pub fn takes_gzip(asked: &HeaderMap) -> bool {
    let accepted = asked.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split(',').any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        name.trim() == "gzip" && !matches!(weight.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000")
    })
}

#[must_use]
pub fn gzip(bytes: &[u8], level: u32) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 3 + 64), Compression::new(level));
    // Writing into memory cannot fail; if it did, an empty answer would show it at once.
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    Bytes::from(written.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_sent_only_to_whoever_takes_it() {
        let asked = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(value));
            takes_gzip(&headers)
        };
        assert!(asked("gzip") && asked("br, gzip;q=0.8") && asked("deflate,gzip"));
        assert!(!asked("br") && !asked("gzip;q=0") && !asked("x-gzipped"));
        assert!(!takes_gzip(&HeaderMap::new()));
    }

    #[test]
    fn what_is_compressed_comes_back() {
        use std::io::Read as _;
        let text = "市民之家".repeat(1000);
        let mut out = String::new();
        flate2::read::GzDecoder::new(&gzip(text.as_bytes(), 1)[..]).read_to_string(&mut out).expect("gzip");
        assert_eq!(out, text);
    }
}
