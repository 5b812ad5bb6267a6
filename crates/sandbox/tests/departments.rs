//! Every wire format and every fault, asked in process; and the truth held against the wire and against itself.

#![expect(clippy::unwrap_used, reason = "a test's own helpers may fail loudly")]

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, Bytes},
    http::{Request, StatusCode, header},
};
use futures_util::StreamExt;
use jiff::civil::date;
use kernel::{
    FakeClock, Timestamp,
    identifier::{Plate, PlateKind, Vin},
};
use proptest::prelude::*;
use sandbox::{Area, Citizen, Config, Department, Fault, Sandbox, State, Violation};
use serde_json::{Value, json};
use tower::ServiceExt;

const AREA: &str = "659900";

fn sandbox() -> Arc<Sandbox> {
    let clock = FakeClock::at(Timestamp::from_civil(date(2026, 11, 24).at(10, 0, 0, 0)));
    let area = Area { code: AREA.into(), plates: vec!["新Y".into()], name: "湖滨市".into() };
    Sandbox::new(Config { seed: 42, persons: 100_000, areas: vec![area], clock: Arc::new(clock) })
}

async fn send(app: &Router, method: &str, path: &str, body: Option<&Value>) -> (StatusCode, String, Bytes) {
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::CONTENT_TYPE, "application/json")
        .body(body)
        .unwrap();
    let response = app.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE).map_or("", |v| v.to_str().unwrap()).to_owned();
    (status, kind, axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap_or_default())
}

async fn post(app: &Router, path: &str, body: Value) -> Value {
    let (_, _, bytes) = send(app, "POST", path, Some(&body)).await;
    serde_json::from_slice(&bytes).unwrap()
}

async fn get(app: &Router, path: &str) -> Value {
    serde_json::from_slice(&send(app, "GET", path, None).await.2).unwrap()
}

fn police(path: &str) -> String {
    format!("/{AREA}/traffic-police/{path}")
}

fn vehicle_card(citizen: &Citizen, i: usize) -> Value {
    let vehicle = &citizen.vehicles[i];
    json!({ "hphm": vehicle.vehicle.plate, "hpzl": vehicle.vehicle.kind, "clsbdh": vehicle.vin_tail })
}

/// Compares the wire's rows with the records they tell of.
fn assert_same(answer: &Value, truth: &[Violation]) {
    assert_eq!(answer["total"], truth.len());
    assert_eq!(answer["code"], if truth.is_empty() { "0001" } else { "0000" });
    let list = answer["list"].as_array().unwrap();
    assert_eq!(list.len(), truth.len());
    for (row, v) in list.iter().zip(truth) {
        assert_eq!(row["xh"], v.id);
        assert_eq!(v.id.len(), 16);
        assert_eq!(row["wfxw"], v.code);
        assert_eq!(row["wfsj"], v.at.strftime("%Y-%m-%d %H:%M").to_string());
        assert_eq!(row["fkje"], (v.fine_fen / 100).to_string());
        assert_eq!(row["wfjfs"], v.points.to_string());
        assert_eq!(row["wzzt"], v.state.word());
        assert_eq!(row["cjjg"].as_str().unwrap().len(), 12);
        assert_eq!(row.get("jdsbh").is_some(), v.decision.is_some());
        assert_eq!(row.get("zp").is_some(), v.photo_status == 1);
    }
}

#[tokio::test]
async fn the_wire_tells_the_truth_about_many_citizens() {
    let sandbox = sandbox();
    let app = sandbox::router(sandbox.clone());
    let mut with_violations = 0;
    for n in (0..20).chain((0..100_000).step_by(997)) {
        let citizen = sandbox.citizen(AREA, n).unwrap();
        let id = &citizen.person.resident_id;
        for (i, vehicle) in citizen.vehicles.iter().enumerate() {
            let mut card = vehicle_card(&citizen, i);
            assert_same(&post(&app, &police("violations/vehicle"), card.clone()).await, &vehicle.violations);
            with_violations += usize::from(!vehicle.violations.is_empty());
            card["sfzmhm"] = id.as_str().into();
            let owned = post(&app, &format!("/{AREA}/vehicle-register/owner"), card).await;
            assert_eq!((&owned["match"], &owned["data"]["zt"]), (&json!("1"), &json!(vehicle.status)));
            assert_eq!(owned["data"]["yxqz"], vehicle.inspection_to.to_string());
        }
        let Some(licence) = &citizen.licence else { continue };
        let holder = json!({ "sfzmhm": id, "dabh": licence.file_no });
        let points = post(&app, &format!("/{AREA}/driver-register/points"), holder.clone()).await;
        assert_eq!(points["data"]["ljjf"], licence.points_taken.to_string());
        let held = post(&app, &format!("/{AREA}/driver-register/holder"), holder).await;
        assert_eq!((&held["match"], &held["data"]["zjcx"]), (&json!("1"), &json!(licence.class)));
        assert_eq!(held["data"]["yxqz"], licence.valid_to.to_string());
        let driver = json!({ "jszh": id, "dabh": licence.file_no });
        assert_same(&post(&app, &police("violations/driver"), driver).await, &citizen.driver_violations);
        let path = format!("/{AREA}/medical-register/exam?sfzmhm={id}&dabh={}", licence.file_no);
        let exam = get(&app, &path).await;
        match &citizen.exam {
            Some(truth) => assert_eq!(exam["data"]["tjrq"], truth.examined_on.to_string()),
            None => assert_eq!(exam["code"], "0001"),
        }
        let known = post(&app, "/public-security/identity", json!({ "xm": citizen.person.name, "sfzmhm": id })).await;
        assert_eq!(known["result"], "01");
    }
    assert!(with_violations > 8, "{with_violations}");
}

#[tokio::test]
async fn strangers_and_the_absent_look_the_same() {
    let sandbox = sandbox();
    let app = sandbox::router(sandbox.clone());
    let (first, second) = (sandbox.citizen(AREA, 0).unwrap(), sandbox.citizen(AREA, 4).unwrap());
    let owner = format!("/{AREA}/vehicle-register/owner");
    let mut card = vehicle_card(&first, 0);
    card["sfzmhm"] = second.person.resident_id.as_str().into();
    let stranger = post(&app, &owner, card.clone()).await;
    card["clsbdh"] = "999999".into();
    assert_eq!(post(&app, &owner, card).await, stranger);
    assert_eq!((&stranger["code"], &stranger["match"]), (&json!("0002"), &json!("0")));

    let holder = json!({ "sfzmhm": first.person.resident_id, "dabh": second.licence.as_ref().unwrap().file_no });
    let refused = post(&app, &format!("/{AREA}/driver-register/holder"), holder).await;
    assert_eq!((&refused["code"], &refused["match"]), (&json!("0002"), &json!("0")));

    let named = |xm: &str| json!({ "xm": xm, "sfzmhm": first.person.resident_id });
    assert_eq!(post(&app, "/public-security/identity", named("别人")).await["result"], "02");
    let nobody = json!({ "xm": "别人", "sfzmhm": "659900199003079999" });
    assert_eq!(post(&app, "/public-security/identity", nobody).await["result"], "03");
    let dotted = sandbox.citizen(AREA, 8).unwrap().person;
    let other_dot = json!({ "xm": dotted.name.replace('·', "•"), "sfzmhm": dotted.resident_id });
    assert_eq!(post(&app, "/public-security/identity", other_dot).await["result"], "01");

    let child = sandbox.citizen(AREA, 2).unwrap().person.resident_id;
    for (guardian, result) in [(&first, "01"), (&second, "02")] {
        let pair = json!({ "jhr": guardian.person.resident_id, "bjhr": child });
        assert_eq!(post(&app, "/public-security/guardian", pair).await["result"], result);
    }
    let (status, _, _) = send(&app, "POST", "/000000/vehicle-register/owner", Some(&json!({}))).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let (status, _, _) = send(&app, "POST", &owner, Some(&json!({}))).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn each_fault_shows_at_once_and_goes_at_once() {
    let sandbox = sandbox();
    let app = sandbox::router(sandbox.clone());
    let first = sandbox.citizen(AREA, 0).unwrap();
    let (path, card) = (police("violations/vehicle"), vehicle_card(&first, 0));
    let whole = post(&app, &path, card.clone()).await;
    let switch = async |fault: &str| {
        let wanted = json!({ "fault": fault, "delay_ms": 80 });
        let (status, _, bytes) = send(&app, "PUT", "/faults/traffic-police", Some(&wanted)).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(serde_json::from_slice::<Value>(&bytes).unwrap()["fault"], fault);
    };

    switch("slow").await;
    let started = std::time::Instant::now();
    assert_eq!(post(&app, &path, card.clone()).await, whole);
    assert!(started.elapsed().as_millis() >= 80);

    switch("down").await;
    let mut down = [send(&app, "POST", &path, Some(&card)).await, send(&app, "POST", &path, Some(&card)).await];
    down.sort_by_key(|answer| answer.0);
    assert_eq!((down[0].0, down[0].2.len()), (StatusCode::OK, 0), "a connection that breaks");
    assert_eq!(down[1].0, StatusCode::SERVICE_UNAVAILABLE);

    switch("garbage").await;
    let (status, _, bytes) = send(&app, "POST", &path, Some(&card)).await;
    assert_eq!(status, StatusCode::OK);
    assert!(serde_json::from_slice::<Value>(&bytes).is_err());

    switch("half").await;
    let half = post(&app, &path, card.clone()).await;
    assert_eq!(half["total"], whole["total"]);
    assert!(half["list"].as_array().unwrap().len() < whole["list"].as_array().unwrap().len());

    switch("wrong-person").await;
    let wrong = post(&app, &path, card.clone()).await;
    assert_eq!(wrong["code"], "0000");
    assert_ne!(wrong["hphm"], whole["hphm"]);

    switch("gb18030").await;
    let (_, kind, bytes) = send(&app, "POST", &path, Some(&card)).await;
    assert_eq!(kind, "application/json; charset=GB18030");
    let (text, _, failed) = encoding_rs::GB18030.decode(&bytes);
    assert!(!failed && std::str::from_utf8(&bytes).is_err());
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), whole);

    switch("redirect").await;
    assert_eq!(send(&app, "POST", &path, Some(&card)).await.0, StatusCode::FOUND);

    switch("giant").await;
    let request = Request::post(&path).body(Body::from(card.to_string())).unwrap();
    let mut body = app.clone().oneshot(request).await.unwrap().into_body().into_data_stream();
    let mut bytes = 0;
    while bytes < 60_000 {
        bytes += body.next().await.unwrap().unwrap().len();
    }

    switch("none").await;
    assert_eq!(post(&app, &path, card).await, whole);
    assert_eq!(sandbox.questions(Department::TrafficPolice), 11);
    assert_eq!(sandbox.questions(Department::Sms), 0);
}

#[tokio::test]
async fn answers_of_one_row_are_cut_or_confused_too() {
    let sandbox = sandbox();
    let app = sandbox::router(sandbox.clone());
    let first = sandbox.citizen(AREA, 0).unwrap();
    let id = first.person.resident_id.as_str();
    let holder = json!({ "sfzmhm": id, "dabh": first.licence.unwrap().file_no });
    let questions = [
        (Department::DriverRegister, format!("/{AREA}/driver-register/points"), holder.clone()),
        (Department::DriverRegister, format!("/{AREA}/driver-register/holder"), holder),
        (Department::PublicSecurity, "/public-security/identity".into(), json!({ "xm": "林远舟", "sfzmhm": id })),
    ];
    for (department, path, body) in questions {
        sandbox.set_fault(department, Fault::Half, 0);
        let (_, _, bytes) = send(&app, "POST", &path, Some(&body)).await;
        assert!(!bytes.is_empty() && serde_json::from_slice::<Value>(&bytes).is_err(), "{path}");
        sandbox.set_fault(department, Fault::WrongPerson, 0);
        assert_ne!(post(&app, &path, body).await["sfzmhm"], id, "{path}");
    }
}

#[tokio::test]
async fn evidence_is_a_small_picture_of_the_record() {
    let sandbox = sandbox();
    let app = sandbox::router(sandbox.clone());
    let mut pictures = 0;
    for n in (0..16).chain(16..500) {
        for vehicle in sandbox.citizen(AREA, n).unwrap().vehicles {
            for v in vehicle.violations {
                let (status, kind, bytes) = send(&app, "GET", &police(&format!("evidence/{}.png", v.id)), None).await;
                if v.photo_status != 1 {
                    assert_eq!(status, StatusCode::NOT_FOUND);
                    continue;
                }
                assert_eq!((status, kind.as_str()), (StatusCode::OK, "image/png"), "{}", v.id);
                assert!(bytes.starts_with(b"\x89PNG") && bytes.len() <= 12_000, "{} bytes", bytes.len());
                pictures += 1;
                if pictures < 12
                    && let Ok(dir) = std::env::var("SANDBOX_SHEETS")
                {
                    std::fs::write(format!("{dir}/{pictures}-{}.png", v.code), &bytes).unwrap();
                }
            }
        }
    }
    assert!(pictures > 20, "{pictures}");
}

#[tokio::test]
async fn text_messages_arrive_once_and_not_at_all_when_the_gateway_is_down() {
    let sandbox = sandbox();
    let app = sandbox::router(sandbox.clone());
    let sms = |key: &str| json!({ "phone": "19900000001", "text": "验证码 482913，<b>五</b>分钟有效", "key": key });
    for key in ["a", "a", "b"] {
        assert_eq!(post(&app, "/sms/send", sms(key)).await["code"], "0000");
    }
    sandbox.set_fault(Department::Sms, Fault::Redirect, 0);
    send(&app, "POST", "/sms/send", Some(&sms("c"))).await;
    let keys: Vec<_> = sandbox.messages("19900000001").into_iter().map(|sms| sms.key).collect();
    assert_eq!(keys, ["b", "a"]);
    assert_eq!(get(&app, "/sms.json?phone=19900000001").await.as_array().unwrap().len(), 2);
    assert_eq!(get(&app, "/sms.json?phone=19900000002").await, json!([]));
    let (_, _, page) = send(&app, "GET", "/sms", None).await;
    let page = String::from_utf8(page.to_vec()).unwrap();
    assert!(page.contains("482913</p>") && !page.contains("<b>"));
}

#[test]
fn demo_persons_play_their_parts_on_any_day() {
    for day in [date(2026, 1, 1), date(2026, 3, 2), date(2026, 6, 15), date(2026, 11, 24), date(2027, 2, 28)] {
        let clock = FakeClock::at(Timestamp::from_civil(day.at(8, 0, 0, 0)));
        let area = Area { code: AREA.into(), plates: vec!["新Y".into()], name: "湖滨市".into() };
        let sandbox = Sandbox::new(Config { seed: 1, persons: 1_000, areas: vec![area], clock: Arc::new(clock) });
        let demo = sandbox.demo(AREA);
        let citizen = |role: &str| {
            let person = demo.iter().find(|person| person.role == role).unwrap();
            let n = sandbox.population().person_of_resident_id(&person.resident_id).unwrap().n;
            sandbox.citizen(AREA, n).unwrap()
        };
        let first = citizen("driver-with-open-violations");
        assert_eq!(first.person.phone.as_deref(), Some("19900000001"));
        assert_eq!(first.vehicles.len(), 2);
        for state in [State::Open, State::Decided, State::Paid] {
            assert!(first.vehicles.iter().flat_map(|v| &v.violations).any(|v| v.state == state), "{day}: {state:?}");
        }
        assert_eq!(citizen("full-points").licence.unwrap().points_taken, 12, "{day}");
        let clean = citizen("driver-without-violations");
        assert!(clean.driver_violations.is_empty() && clean.vehicles[0].violations.is_empty());
        let child = citizen("minor-car-owner");
        assert!(child.licence.is_none() && child.person.phone.is_none() && child.vehicles.len() == 1);
        let elder = citizen("elder-exam-due");
        assert!(elder.exam.unwrap().examined_on < elder.licence.unwrap().cycle_from, "{day}");
        assert!(citizen("foreign-name").person.name.contains('·'));
        assert_eq!(citizen("family-member").vehicles.len(), 1);
    }
}

proptest! {
    /// The truth does not contradict itself.
    #[test]
    fn records_points_and_dates_agree(n in 16..100_000_u64) {
        let sandbox = sandbox();
        let today = date(2026, 11, 24);
        let citizen = sandbox.citizen(AREA, n).unwrap();
        for vehicle in &citizen.vehicles {
            prop_assert!(Plate::parse(&vehicle.vehicle.plate).is_ok());
            prop_assert!(PlateKind::parse(vehicle.vehicle.kind).is_some());
            let vin = Vin::parse(&vehicle.vehicle.vin).unwrap();
            prop_assert!(vin.check_fits() && vin.tail() == vehicle.vin_tail);
            prop_assert!(vehicle.violations.len() <= 8);
            for v in &vehicle.violations {
                prop_assert!(v.at.date() < today && v.at.date() > vehicle.vehicle.first_registered_on);
                prop_assert!([0, 1, 3, 6, 9, 12].contains(&v.points));
                if let Some(decision) = &v.decision {
                    prop_assert!(decision.at >= v.at && decision.at.date() < today);
                    prop_assert!(decision.late_fee_fen <= v.fine_fen);
                    let driver = sandbox.citizen(AREA, v.driver).unwrap();
                    prop_assert_eq!(&driver.person.resident_id, &decision.licence_no);
                    prop_assert!(driver.driver_violations.contains(v));
                }
                prop_assert_eq!(v.state == State::Open, v.decision.is_none());
            }
        }
        let counted = |from| citizen.driver_violations.iter().filter(move |v| v.decision.as_ref().is_some_and(|d| d.at.date() >= from));
        if let Some(licence) = &citizen.licence {
            prop_assert_eq!(licence.points_taken, counted(licence.cycle_from).map(|v| v.points).sum::<u32>());
            prop_assert!(licence.first_issued_on > citizen.person.birth && licence.cycle_from <= today);
        } else {
            prop_assert!(citizen.driver_violations.is_empty() && citizen.vehicles.is_empty() && citizen.exam.is_none());
        }
    }
}

#[test]
fn about_four_cars_in_five_have_a_clean_record() {
    let sandbox = sandbox();
    let vehicles: Vec<_> = (16..4_000).flat_map(|n| sandbox.citizen(AREA, n).unwrap().vehicles).collect();
    let clean = vehicles.iter().filter(|vehicle| vehicle.violations.is_empty()).count() * 100 / vehicles.len();
    assert!((75..85).contains(&clean), "{clean} %");
    assert!(vehicles.iter().any(|vehicle| vehicle.vehicle.kind == "52"));
}
