//! The desk's own style sheet, and the script that reads codes; the rest are those of the citizens' pages.

use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::Response,
};
use bytes::Bytes;
use kernel::Kind;
use web::shell::{
    headers::{gzip, takes_gzip},
    short_hash,
};

use crate::{route::Outcome, visit::Visit};

/// The script of counter, gate and hall. Its address changes with it, so that a device may keep it for ever.
pub(crate) struct Script {
    pub(crate) url: String,
    name: String,
    gzip: Bytes,
}

impl Script {
    pub(crate) fn new() -> Self {
        let text = ui::assets::DESK_JS.as_bytes();
        let name = format!("{}.js", short_hash(text));
        Self { url: format!("/desk/assets/{name}"), name, gzip: gzip(text, 9) }
    }
}

pub(crate) async fn sheet(visit: &mut Visit) -> Outcome {
    let (style, script) = (&visit.site.style, &visit.site.script);
    let name = visit.param("name");
    let compress = takes_gzip(visit.request_headers());
    let (kind, body) = match name.strip_suffix(".css") {
        Some(hash) if hash == style.hash => {
            let plain = || Body::from(style.text.clone());
            ("text/css; charset=utf-8", if compress { Body::from(style.gzip.clone()) } else { plain() })
        }
        None if name == script.name => {
            let plain = || Body::from(ui::assets::DESK_JS.as_str());
            ("text/javascript; charset=utf-8", if compress { Body::from(script.gzip.clone()) } else { plain() })
        }
        _ => return Err(Kind::NotFound.into()),
    };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if compress {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok(response)
}
