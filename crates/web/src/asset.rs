//! Files that pages need: style sheets, the script, the service worker, icons, patterns; and what browsers and crawlers ask
//! for by themselves. Compressed once at the start, never per request.

use std::collections::BTreeMap;

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use bytes::Bytes;
use kernel::Kind;

use crate::{
    headers::{gzip, takes_gzip},
    route::Outcome,
    style::short_hash,
    visit::Visit,
};

const FOREVER: &str = "public, max-age=31536000, immutable";
/// Files whose name stays when they change: asked for again after an hour, and then only by their tag.
const HOUR: &str = "public, max-age=3600";
const SVG: &str = "image/svg+xml";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

struct File {
    content_type: &'static str,
    plain: Bytes,
    gzip: Bytes,
    tag: String,
}

impl File {
    fn new(content_type: &'static str, text: &str) -> Self {
        Self {
            content_type,
            plain: Bytes::copy_from_slice(text.as_bytes()),
            gzip: gzip(text.as_bytes(), 9),
            tag: format!("\"{}\"", short_hash(text.as_bytes())),
        }
    }
}

pub(crate) struct Files(BTreeMap<&'static str, File>);

impl Files {
    pub(crate) fn new() -> Self {
        Self(BTreeMap::from([
            ("app.js", File::new(JAVASCRIPT, ui::assets::JS)),
            ("icon.svg", File::new(SVG, ui::assets::ICON_SVG)),
            ("sw.js", File::new(JAVASCRIPT, ui::assets::SERVICE_WORKER)),
            ("robots.txt", File::new("text/plain; charset=utf-8", ROBOTS)),
        ]))
    }
}

/// Personal pages are behind sign-in anyway; this spares crawlers the walk.
const ROBOTS: &str = "User-agent: *\nDisallow: /me\nDisallow: /sign-in\nDisallow: /real-name\nDisallow: /*/s/*/ask\n";

pub(crate) async fn file(visit: &mut Visit) -> Outcome {
    let name = visit.param("name").to_owned();
    if let Some(hash) = name.strip_suffix(".css") {
        let hues = visit.catalogue.cities.values().map(|pack| pack.city.hue);
        let style = visit.site.styles.by_hash(hash, hues).ok_or(Kind::NotFound)?;
        return Ok(respond(
            visit,
            "text/css; charset=utf-8",
            || Bytes::copy_from_slice(style.text.as_bytes()),
            &style.gzip,
            FOREVER,
        ));
    }
    named(visit, if name == "sw.js" || name == "robots.txt" { "" } else { &name }, HOUR)
}

/// A worker lives under the policy of its own file, and fetches pages on behalf of the browser: under a policy that allows
/// nothing it would refuse every page after the first.
pub(crate) async fn service_worker(visit: &mut Visit) -> Outcome {
    let mut response = named(visit, "sw.js", "no-cache")?;
    let policy = HeaderValue::from_static("default-src 'none'; connect-src 'self'; frame-ancestors 'none'");
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

pub(crate) async fn icon(visit: &mut Visit) -> Outcome {
    named(visit, "icon.svg", HOUR)
}

pub(crate) async fn robots(visit: &mut Visit) -> Outcome {
    named(visit, "robots.txt", HOUR)
}

fn named(visit: &Visit, name: &str, keep: &'static str) -> Outcome {
    let file = visit.site.files.0.get(name).ok_or(Kind::NotFound)?;
    let known = visit.headers.get(header::IF_NONE_MATCH).is_some_and(|tag| tag.as_bytes() == file.tag.as_bytes());
    let mut response = respond(visit, file.content_type, || file.plain.clone(), &file.gzip, keep);
    if known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Body::empty();
    }
    if let Ok(tag) = HeaderValue::try_from(&file.tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    Ok(response)
}

fn respond(
    visit: &Visit,
    content_type: &'static str,
    plain: impl FnOnce() -> Bytes,
    gzip: &Bytes,
    keep: &'static str,
) -> Response {
    let compress = takes_gzip(&visit.headers);
    let mut response = Response::new(Body::from(if compress { gzip.clone() } else { plain() }));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // An SVG opened by itself is a document, and one with nothing to run.
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
    );
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if compress {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

/// The site as an app on the home screen.
pub(crate) async fn web_manifest(visit: &mut Visit) -> Outcome {
    let l = visit.lang;
    let manifest = serde_json::json!({
        "name": ui::text::house(l), "short_name": ui::text::house(l), "lang": l.tag(), "start_url": "/", "scope": "/",
        "display": "standalone", "background_color": "#f3f5f7", "theme_color": "#0a4468",
        "icons": [{ "src": "/assets/icon.svg", "sizes": "any", "type": SVG, "purpose": "any" }],
    });
    let text = manifest.to_string();
    let zipped = gzip(text.as_bytes(), 1);
    Ok(respond(visit, "application/manifest+json", || Bytes::from(text), &zipped, HOUR))
}

/// A browser refused something on a page of ours. Counted, and the report itself is dropped unread: it holds addresses of
/// personal pages.
pub(crate) async fn csp_report(visit: &mut Visit) -> Outcome {
    visit.site.csp_reports.add();
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    Ok(response)
}
