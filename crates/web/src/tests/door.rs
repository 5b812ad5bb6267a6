//! The doors as strangers find them: every route by its policy, headers, files, forged forms, wrong methods.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use tower::ServiceExt;

use super::sample;
use crate::{CspReports, Policy, Web, router, routes};

pub(crate) struct Answered {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answered {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

pub(crate) async fn call(router: &Router, request: Request<Body>) -> Answered {
    let response = router.clone().oneshot(request).await.expect("the router is infallible");
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, 1 << 20).await.expect("a body in memory").to_vec();
    Answered { status: parts.status, headers: parts.headers, body }
}

pub(crate) fn get(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).expect("a request")
}

pub(crate) fn post(path: &str, body: &str) -> Request<Body> {
    Request::post(path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .body(Body::from(body.to_owned()))
        .expect("a request")
}

async fn web(sandbox: bool, reports: &CspReports) -> Router {
    router(Web {
        platform: sample::platform().await,
        sandbox_url: sandbox.then(|| "http://127.0.0.1:8090".to_owned()),
        secure_cookies: false,
        csp_reports: reports.clone(),
        answered: Arc::new(|_, _, _, _| {}),
    })
}

/// A path that exists for each route of the table.
fn example(path: &str) -> String {
    let id = sample::id(9).to_string();
    let booked = ["/book", "/query", "/draw"].iter().any(|end| path.contains(end));
    let path = if booked { path.replace("{service}", "clinic-number") } else { path.to_owned() };
    path.replace("{city}", "lakeside")
        .replace("{service}", "bicycle-fine")
        .replace("{card}", &id)
        .replace("{payment}", &id)
        .replace("{booking}", &id)
        .replace("{receipt}", &id)
        .replace("{row}", "1")
        .replace("{id}", &id)
        .replace("{name}", "icon.svg")
        .replace("{trouble}", "city-soon")
}

#[tokio::test]
async fn a_stranger_gets_public_pages_and_is_shown_the_way_in_to_all_others() {
    let web = web(true, &CspReports::default()).await;
    for route in routes() {
        let path = example(route.path);
        let answered = if route.method == Method::GET {
            call(&web, get(&path)).await
        } else if route.policy == Policy::Anyone && path.starts_with("/sign-in") {
            // Needs the store behind it; tested where there is one.
            continue;
        } else {
            call(&web, post(&path, "")).await
        };
        match route.policy {
            Policy::SignedIn | Policy::Verified => {
                assert_eq!(answered.status, StatusCode::SEE_OTHER, "{} {path}", route.method);
                let location = answered.header("location");
                assert!(location.starts_with("/sign-in"), "{} {path} leads to {location}", route.method);
                assert!(answered.body.is_empty(), "{path}: nothing personal on the way");
            }
            // A receipt is public to whoever knows its number, and this number is nobody's; nothing at all is no receipt.
            Policy::Anyone if path.contains("/verify/") => assert_eq!(answered.status, StatusCode::NOT_FOUND, "{path}"),
            // No draw is announced.
            Policy::Anyone if path.contains("/draw") => assert_eq!(answered.status, StatusCode::NOT_FOUND, "{path}"),
            Policy::Anyone if (path == "/verify" || path.ends_with("/query")) && route.method == Method::POST => {
                assert_eq!(answered.status, StatusCode::UNPROCESSABLE_ENTITY);
            }
            Policy::Anyone | Policy::SandboxOnly => {
                assert!(
                    answered.status.is_success() || answered.status == StatusCode::SEE_OTHER,
                    "{} {path}: {}",
                    route.method,
                    answered.status
                );
            }
        }
        assert_eq!(
            answered.header("x-content-type-options"),
            if path == "/csp-report" { "" } else { "nosniff" },
            "{path}"
        );
    }
}

#[tokio::test]
async fn whoever_is_sent_away_comes_back_to_where_they_were() {
    let web = web(true, &CspReports::default()).await;
    let answered = call(&web, get("/lakeside/s/bicycle-fine/ask?again=1")).await;
    assert_eq!(answered.header("location"), "/sign-in?to=/lakeside/s/bicycle-fine/ask%3Fagain%3D1");
    let answered = call(&web, post("/lakeside/cards/vehicle", "plate=x")).await;
    assert_eq!(answered.header("location"), "/sign-in?to=/lakeside/cards/vehicle", "the form itself, not the deed");
    let answered = call(&web, post("/me/sessions/end-all", "")).await;
    assert_eq!(answered.header("location"), "/sign-in", "a deed has no page to come back to");
    let page = call(&web, get("/sign-in?to=//evil.example")).await.text();
    assert!(!page.contains("name=\"to\""), "a stranger's address is not kept");
    let page = call(&web, get("/sign-in?to=/lakeside")).await.text();
    assert!(page.contains("name=\"to\" value=\"/lakeside\""), "our own is");
}

#[tokio::test]
async fn the_service_worker_may_fetch_pages_and_nothing_else() {
    let web = web(true, &CspReports::default()).await;
    let answered = call(&web, get("/sw.js")).await;
    assert_eq!(
        answered.header("content-security-policy"),
        "default-src 'none'; connect-src 'self'; frame-ancestors 'none'",
        "a worker that may not fetch turns every page after the first into an error"
    );
}

#[tokio::test]
async fn pages_carry_the_policies_that_browsers_enforce() {
    let web = web(true, &CspReports::default()).await;
    for path in ["/lakeside", "/sign-in", "/help", "/no/such/page", "/lakeside/services"] {
        let answered = call(&web, get(path)).await;
        let policy = answered.header("content-security-policy");
        for rule in [
            "default-src 'none'",
            "script-src 'self'",
            "img-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "report-uri /csp-report",
        ] {
            assert!(policy.contains(rule), "{path}: {rule} in {policy}");
        }
        assert!(!policy.contains("unsafe"), "{path}");
        assert_eq!(answered.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(answered.header("cross-origin-opener-policy"), "same-origin", "{path}");
        assert!(answered.header("permissions-policy").contains("camera=()"), "{path}");
        assert!(answered.header("cache-control").contains("no-"), "{path}");
        // The sheet inside the page is the one that the policy allows, byte by byte.
        let html = answered.text();
        let sheet = html.split_once("<style>").and_then(|(_, rest)| rest.split_once("</style>")).expect("a sheet").0;
        let sum = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, sheet.as_bytes());
        let hash = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, sum.as_ref());
        assert!(policy.contains(&format!("'sha256-{hash}'")), "{path}: the sheet's hash");
    }
}

#[tokio::test]
async fn the_second_visit_links_the_sheet_and_may_keep_it_for_good() {
    let web = web(true, &CspReports::default()).await;
    let first = call(&web, get("/lakeside")).await;
    let cookies: Vec<&str> = first.headers.get_all("set-cookie").iter().filter_map(|line| line.to_str().ok()).collect();
    let css = cookies.iter().find_map(|line| line.strip_prefix("css=")?.split(';').next()).expect("a css cookie");
    assert!(cookies.iter().any(|line| line.starts_with("city=lakeside;")), "the city is remembered");
    let mut again = get("/lakeside");
    again.headers_mut().insert("cookie", format!("css={css}; city=lakeside").parse().expect("a cookie"));
    let second = call(&web, again).await;
    assert!(second.headers.get("set-cookie").is_none(), "nothing new to remember");
    let html = second.text();
    assert!(!html.contains("<style>"));
    assert!(html.contains(&format!("href=\"/assets/{css}.css\"")));
    let sheet = call(&web, get(&format!("/assets/{css}.css"))).await;
    assert_eq!((sheet.status, sheet.header("content-type")), (StatusCode::OK, "text/css; charset=utf-8"));
    assert!(sheet.header("cache-control").contains("immutable"));
    assert_eq!(call(&web, get("/assets/0123456789abcdef.css")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_compressed_is_the_same_page() {
    let web = web(true, &CspReports::default()).await;
    for path in ["/help", "/assets/app.js", "/manifest.webmanifest"] {
        let plain = call(&web, get(path)).await;
        assert!(plain.headers.get("content-encoding").is_none());
        let mut request = get(path);
        request.headers_mut().insert("accept-encoding", "br, gzip".parse().expect("a header"));
        let zipped = call(&web, request).await;
        assert_eq!(zipped.header("content-encoding"), "gzip", "{path}");
        let mut out = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&zipped.body[..]), &mut out).expect("gzip");
        assert_eq!(out, plain.body, "{path}");
    }
}

#[tokio::test]
async fn head_is_a_get_without_its_body() {
    let web = web(true, &CspReports::default()).await;
    for path in ["/lakeside", "/assets/app.js"] {
        let request = Request::head(path).body(Body::empty()).expect("a request");
        let answered = call(&web, request).await;
        assert_eq!(answered.status, StatusCode::OK);
        assert!(answered.body.is_empty() && !answered.header("content-type").is_empty());
    }
}

#[tokio::test]
async fn an_asset_is_asked_for_by_its_tag() {
    let web = web(true, &CspReports::default()).await;
    let tag = call(&web, get("/assets/app.js")).await.header("etag").to_owned();
    let mut request = get("/assets/app.js");
    request.headers_mut().insert("if-none-match", tag.parse().expect("a tag"));
    let answered = call(&web, request).await;
    assert_eq!(answered.status, StatusCode::NOT_MODIFIED);
    assert!(answered.body.is_empty());
}

#[tokio::test]
async fn what_does_not_exist_is_said_with_one_way_on() {
    let web = web(false, &CspReports::default()).await;
    for path in [
        "/nowhere",
        "/nowhere/services",
        "/lakeside/s/no-such",
        "/a/b/c/d/e/f",
        "/assets/none.svg",
        "/gallery",
        "/lakeside/s/..%2f..%2fetc",
    ] {
        let answered = call(&web, get(path)).await;
        assert_eq!(answered.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answered.text().contains("没有这个页面"), "{path}");
        assert_eq!(answered.header("cache-control"), "no-store", "{path}");
    }
    // The other city offers only one of the two services.
    assert_eq!(call(&web, get("/hilltop/s/bicycle-fine")).await.status, StatusCode::GONE);
    let refused = call(&web, post("/help", "")).await;
    assert_eq!(refused.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(refused.text().contains("<h1"));
    let soon = call(&web, get("/rivermouth")).await;
    assert_eq!(soon.status, StatusCode::OK);
    assert!(soon.text().contains("正在准备"));
}

#[tokio::test]
async fn a_form_from_another_site_is_refused_and_a_giant_one_too() {
    let web = web(true, &CspReports::default()).await;
    let foreign = Request::post("/settings")
        .header("sec-fetch-site", "cross-site")
        .header("origin", "https://evil.example")
        .header("host", "127.0.0.1:8080")
        .body(Body::from("theme=dark"))
        .expect("a request");
    let answered = call(&web, foreign).await;
    assert_eq!(answered.status, StatusCode::FORBIDDEN);
    assert!(answered.headers.get("set-cookie").is_none_or(|line| !line.as_bytes().starts_with(b"theme")));
    let giant = call(&web, post("/settings", &"a=1&".repeat(20_000))).await;
    assert_eq!(giant.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn settings_work_for_whoever_is_not_signed_in() {
    let web = web(true, &CspReports::default()).await;
    let answered = call(&web, post("/settings/display", "back=%2Flakeside&size=huge")).await;
    assert_eq!((answered.status, answered.header("location")), (StatusCode::SEE_OTHER, "/lakeside"));
    assert!(answered.header("set-cookie").starts_with("size=huge; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax"));
    let answered = call(&web, post("/settings/display", "back=https%3A%2F%2Fevil.example&lang=en")).await;
    assert_eq!(answered.header("location"), "/settings");
    let answered = call(&web, post("/settings", "size=enormous")).await;
    assert!(answered.headers.get("set-cookie").is_none(), "what is no choice changes nothing");
    let mut request = get("/help");
    request.headers_mut().insert("cookie", "lang=en; size=huge; theme=dark".parse().expect("cookies"));
    let html = call(&web, request).await.text();
    assert!(html.contains("<html lang=\"en\" class=\"huge dark "), "the cookies are heard");
}

#[tokio::test]
async fn the_language_is_the_browsers_until_one_is_chosen() {
    let web = web(true, &CspReports::default()).await;
    for (accept, lang) in
        [("en-GB,en;q=0.9,zh;q=0.8", "en"), ("fr, zh-TW;q=0.5", "zh-CN"), ("fr", "zh-CN"), ("", "zh-CN")]
    {
        let mut request = get("/help");
        request.headers_mut().insert("accept-language", accept.parse().expect("a header"));
        assert!(call(&web, request).await.text().contains(&format!("<html lang=\"{lang}\"")), "{accept}");
    }
}

#[tokio::test]
async fn a_host_app_draws_its_own_bar() {
    let web = web(true, &CspReports::default()).await;
    let plain = call(&web, get("/help")).await;
    assert!(plain.text().contains("class=\"bar\""));
    let hosted = call(&web, get("/help?channel=alipay")).await;
    assert!(!hosted.text().contains("class=\"bar\""));
    let cookies: Vec<_> = hosted.headers.get_all("set-cookie").iter().filter_map(|line| line.to_str().ok()).collect();
    assert!(cookies.iter().any(|line| line.starts_with("channel=alipay;")), "{cookies:?}");
}

#[tokio::test]
async fn a_csp_report_is_counted() {
    let reports = CspReports::default();
    let web = web(true, &reports).await;
    let answered = call(&web, post("/csp-report", "{}")).await;
    assert_eq!((answered.status, reports.count()), (StatusCode::NO_CONTENT, 1));
}

#[tokio::test]
async fn the_front_door_leads_to_the_city_of_last_time() {
    let web = web(true, &CspReports::default()).await;
    assert_eq!(call(&web, get("/")).await.status, StatusCode::OK, "the choice of cities");
    let mut request = get("/");
    request.headers_mut().insert("cookie", "city=hilltop.lakeside".parse().expect("a cookie"));
    assert_eq!(call(&web, request).await.header("location"), "/hilltop");
    let mut request = get("/");
    request.headers_mut().insert("cookie", "city=gone-for-good".parse().expect("a cookie"));
    assert_eq!(call(&web, request).await.status, StatusCode::OK);
}
