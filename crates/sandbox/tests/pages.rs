//! The pages for whoever tries things out: departments with their switches, persons with their numbers, the gateways' books.

#![expect(clippy::unwrap_used, reason = "a test's own helpers may fail loudly")]

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, Bytes},
    http::{Request, StatusCode, header},
};
use jiff::civil::date;
use kernel::{Clock as _, FakeClock, Timestamp};
use sandbox::{Area, Config, DemoClock, Department, Sandbox};
use serde_json::{Value, json};
use tower::ServiceExt;

const AREA: &str = "659900";

fn sandbox() -> Arc<Sandbox> {
    let clock = FakeClock::at(Timestamp::from_civil(date(2026, 11, 24).at(10, 0, 0, 0)));
    let area = Area { code: AREA.into(), plates: vec!["新Y".into()], name: "湖滨市".into() };
    Sandbox::new(Config { seed: 42, persons: 1_000, areas: vec![area], clock: Arc::new(clock) })
}

async fn send(app: &Router, method: &str, path: &str, body: Option<&Value>) -> (StatusCode, Bytes) {
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    let request = Request::builder().method(method).uri(path).header(header::CONTENT_TYPE, "application/json");
    let response = app.clone().oneshot(request.body(body).unwrap()).await.unwrap();
    let status = response.status();
    (status, axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap())
}

async fn get(app: &Router, path: &str) -> Value {
    serde_json::from_slice(&send(app, "GET", path, None).await.1).unwrap()
}

#[tokio::test]
async fn the_index_shows_departments_persons_and_switches() {
    let sandbox = sandbox();
    let app = sandbox::router(sandbox.clone());
    let form = |site: &'static str| {
        let builder = Request::post("/faults").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let body = Body::from("department=sms&delay_ms=8000&fault=half");
        app.clone().oneshot(builder.header("sec-fetch-site", site).body(body).unwrap())
    };
    assert_eq!(form("cross-site").await.unwrap().status(), StatusCode::FORBIDDEN);
    assert_eq!(form("same-origin").await.unwrap().headers()[header::LOCATION], "/#sms");
    let sms = get(&app, "/faults").await.as_array().unwrap().iter().find(|line| line["department"] == "sms").cloned();
    assert_eq!(sms.unwrap()["fault"], "half");
    let (_, page) = send(&app, "GET", "/", None).await;
    let page = String::from_utf8(page.to_vec()).unwrap();
    for department in Department::ALL {
        assert!(page.contains(&format!("id=\"{}\"", department.word())));
    }
    for person in sandbox.demo(AREA) {
        assert!(page.contains(&person.resident_id), "{}", person.role);
    }
    for customer in sandbox.demo(AREA).iter().flat_map(|person| &person.customers) {
        assert!(page.contains(&customer.no), "{}", customer.no);
    }
    let parents = sandbox.demo(AREA)[0].customers.iter().filter(|customer| !customer.own).count();
    assert_eq!(parents, 5, "the first looks after a parent's bills");
    for (department, fault, status) in [
        ("alipay", "early", StatusCode::OK),
        ("alipay", "none", StatusCode::OK),
        ("wechatpay", "wrong-person", StatusCode::UNPROCESSABLE_ENTITY),
        ("water", "early", StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let path = format!("/faults/{department}");
        assert_eq!(send(&app, "PUT", &path, Some(&json!({ "fault": fault }))).await.0, status, "{department} {fault}");
    }
    for path in ["/alipay", "/wechatpay"] {
        assert_eq!(send(&app, "GET", path, None).await.0, StatusCode::OK, "{path}");
    }
    if let Ok(dir) = std::env::var("SANDBOX_SHEETS") {
        std::fs::write(format!("{dir}/index.html"), page).unwrap();
    }
    assert_eq!(send(&app, "PUT", "/faults/nobody", Some(&json!({ "fault": "slow" }))).await.0, StatusCode::NOT_FOUND);
    let persons = get(&app, &format!("/truth/{AREA}/persons?from=4&count=2")).await;
    assert_eq!(persons[0]["resident_id"], sandbox.citizen(AREA, 4).unwrap().person.resident_id);
    assert_eq!(persons.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn time_passes_for_whoever_was_lent_the_clock_and_forward_only() {
    let of_its_own = sandbox::router(sandbox());
    assert_eq!(get(&of_its_own, "/clock").await["now"], "2026-11-24T10:00:00+08:00");
    let wish = |until: &str| json!({ "until": until });
    let (status, _) = send(&of_its_own, "PUT", "/clock", Some(&wish("2026-11-24T11:00:00+08:00"))).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "nobody moves a clock that was not lent");

    let clock = Arc::new(DemoClock::at(Timestamp::from_civil(date(2026, 11, 24).at(10, 0, 0, 0))));
    let area = Area { code: AREA.into(), plates: vec!["新Y".into()], name: "湖滨市".into() };
    let lent = Sandbox::new(Config { seed: 42, persons: 100, areas: vec![area], clock: clock.clone() });
    lent.lend_clock(clock.clone());
    let app = sandbox::router(lent);
    let before = (clock.now(), clock.counted_ms());
    assert_eq!(send(&app, "PUT", "/clock", Some(&wish("2026-11-27T08:30:00+08:00"))).await.0, StatusCode::OK);
    let (passed, counted) = (clock.now().since_ms(before.0), clock.counted_ms() - before.1);
    assert_eq!(clock.now().date(), date(2026, 11, 27));
    assert!((passed - counted).abs() < 1_000, "both hands move together: {passed} {counted}");
    for (until, status) in
        [("2026-11-26T00:00:00+08:00", StatusCode::CONFLICT), ("tomorrow", StatusCode::UNPROCESSABLE_ENTITY)]
    {
        assert_eq!(send(&app, "PUT", "/clock", Some(&wish(until))).await.0, status, "{until}");
    }
}
