//! The traffic police over the wire: a record is accepted, decided and paid once, and every later question shows it.

#![expect(clippy::unwrap_used, reason = "a test's own helpers may fail loudly")]

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
};
use jiff::civil::date;
use kernel::{FakeClock, Timestamp};
use sandbox::{Area, Config, Department, Fault, Sandbox, State, Violation};
use serde_json::{Value, json};
use tower::ServiceExt;

const AREA: &str = "659900";

struct Town {
    app: Router,
    sandbox: Arc<Sandbox>,
    clock: Arc<FakeClock>,
}

fn town() -> Town {
    let clock = Arc::new(FakeClock::at(Timestamp::from_civil(date(2026, 11, 24).at(10, 0, 0, 0))));
    let area = Area { code: AREA.into(), plates: vec!["新Y".into()], name: "湖滨市".into() };
    let sandbox = Sandbox::new(Config { seed: 42, persons: 1_000, areas: vec![area], clock: clock.clone() });
    Town { app: sandbox::router(sandbox.clone()), sandbox, clock }
}

impl Town {
    async fn raw(&self, path: &str, body: &Value) -> (StatusCode, String) {
        let request =
            Request::post(path).header("content-type", "application/json").body(Body::from(body.to_string())).unwrap();
        let response = self.app.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap_or_default();
        (status, String::from_utf8_lossy(&bytes).into_owned())
    }

    async fn ask(&self, act: &str, body: Value) -> Value {
        serde_json::from_str(&self.raw(&format!("/{AREA}/traffic-police/{act}"), &body).await.1).unwrap()
    }

    fn violations(&self, state: State) -> Vec<Violation> {
        let all = self.sandbox.citizen(AREA, 0).unwrap().vehicles.into_iter().flat_map(|car| car.violations);
        all.filter(|violation| violation.state == state).collect()
    }

    fn licence(&self, n: u64) -> String {
        self.sandbox.citizen(AREA, n).unwrap().person.resident_id
    }
}

fn payment(key: &str, decision_no: &str, fine_fen: i64, surcharge_fen: i64) -> Value {
    let yuan = |fen: i64| format!("{}.{:02}", fen / 100, fen % 100);
    json!({ "lsh": key, "jdsbh": decision_no, "je": yuan(fine_fen), "znj": yuan(surcharge_fen),
        "jfsj": "2026-11-24 09:59:00", "jylsh": "2026112422001" })
}

#[tokio::test]
async fn accepting_decides_a_record_for_the_driver_and_paying_ends_it() {
    let town = town();
    let open = town.violations(State::Open).remove(0);
    let me = town.licence(0);
    let points = town.sandbox.citizen(AREA, 0).unwrap().licence.unwrap().points_taken;
    let asked = json!({ "xh": open.id, "jszh": me });
    let decided = town.ask("accept", asked.clone()).await;
    assert_eq!(
        (&decided["code"], &decided["xh"], &decided["clsj"]),
        (&json!("0000"), &json!(open.id), &json!("2026-11-24 10:00"))
    );
    let no = decided["jdsbh"].as_str().unwrap().to_owned();
    town.clock.advance_s(60);
    assert_eq!(town.ask("accept", asked).await, decided, "asked again, the same decision");
    let other = town.ask("accept", json!({ "xh": open.id, "jszh": town.licence(1) })).await;
    assert_eq!(other["code"], "2011");

    // Every later question tells of it, the driver's record and the points too.
    let citizen = town.sandbox.citizen(AREA, 0).unwrap();
    let record = citizen.driver_violations.iter().find(|record| record.id == open.id).unwrap();
    let decision = record.decision.as_ref().unwrap();
    assert_eq!((record.state, &decision.no, &decision.licence_no), (State::Decided, &no, &me));
    assert_eq!((record.fine_fen, record.points, record.at), (open.fine_fen, open.points, open.at));
    assert_eq!(citizen.licence.unwrap().points_taken, points + open.points);

    let pay = async |body: Value| town.ask("pay", body).await;
    let wrong = pay(payment("k1", &no, open.fine_fen - 1, 0)).await;
    assert_eq!((&wrong["code"], &wrong["znj"]), (&json!("2002"), &json!("0.00")));
    assert_eq!(pay(payment("k2", &no, open.fine_fen, 100)).await["code"], "2002");
    let done = pay(payment("k3", &no, open.fine_fen, 0)).await;
    assert_eq!((&done["code"], &done["xh"], &done["jg"]), (&json!("0000"), &json!(open.id), &json!("已入账")));
    assert_eq!(pay(payment("k3", &no, open.fine_fen, 0)).await, done);
    assert_eq!(pay(payment("k3", &no, open.fine_fen + 1, 0)).await["code"], "2003");
    assert_eq!(pay(payment("k4", &no, open.fine_fen, 0)).await["code"], "2001");
    assert_eq!(town.ask("accept", json!({ "xh": open.id, "jszh": me })).await["code"], "2001");
    assert!(town.violations(State::Paid).iter().any(|record| record.id == open.id));

    let list = town.ask("list", json!({ "rq": "2026-11-24" })).await;
    assert_eq!(
        (&list["total"], &list["list"][0]["jdsbh"], &list["list"][0]["zdbh"]),
        (&json!(1), &json!(no), &json!(open.id))
    );
    assert_eq!(town.ask("list", json!({ "rq": "2026-11-25" })).await["code"], "0001");
}

#[tokio::test]
async fn somebody_elses_car_can_be_answered_for() {
    let town = town();
    let open = town.violations(State::Open).remove(0);
    let stranger = town.licence(4);
    assert_eq!(town.ask("accept", json!({ "xh": open.id, "jszh": stranger })).await["dsr"], "赵一凡");
    let records = town.sandbox.citizen(AREA, 4).unwrap().driver_violations;
    assert!(records.iter().any(|record| record.id == open.id));
    assert!(town.sandbox.citizen(AREA, 0).unwrap().driver_violations.iter().all(|record| record.id != open.id));
}

#[tokio::test]
async fn what_does_not_exist_is_unknown_and_what_is_contested_waits() {
    let town = town();
    let open = town.violations(State::Open).remove(0);
    let me = town.licence(0);
    for (record, licence) in
        [("6599009999999999", me.as_str()), (&open.id, "659900199003079999"), (&open.id, &town.licence(2))]
    {
        let unknown = town.ask("accept", json!({ "xh": record, "jszh": licence })).await;
        assert_eq!(unknown["code"], "0002", "{record} {licence}");
    }
    assert_eq!(town.ask("pay", payment("k", "6599000000000000", 100, 0)).await["code"], "0002");
    // The number that an open record would get is not one yet.
    let contested = format!("/truth/{AREA}/violations/{}", open.id);
    assert_eq!(town.raw(&contested, &json!({ "contested": true })).await.0, StatusCode::NO_CONTENT);
    assert_eq!(town.ask("accept", json!({ "xh": open.id, "jszh": me })).await["code"], "2010");
    town.raw(&contested, &json!({ "contested": false })).await;
    assert_eq!(town.ask("accept", json!({ "xh": open.id, "jszh": me })).await["code"], "0000");
    assert_eq!(town.raw(&contested, &json!({})).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let nobody = format!("/truth/{AREA}/violations/1");
    assert_eq!(town.raw(&nobody, &json!({ "contested": true })).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_surcharge_is_that_of_the_day_of_payment_and_rests_during_a_reconsideration() {
    let town = town();
    let decided = town.violations(State::Decided);
    let record = decided.iter().find(|record| record.decision.as_ref().unwrap().late_fee_fen > 0).unwrap();
    let decision = record.decision.as_ref().unwrap();
    let missing = town.ask("pay", payment("k1", &decision.no, record.fine_fen, 0)).await;
    assert_eq!(missing["code"], "2002");
    // Reconsidered since the decision: no day of it counts.
    let body = json!({ "reconsidered_from": decision.at.date().to_string() });
    town.raw(&format!("/truth/{AREA}/violations/{}", record.id), &body).await;
    let now = town.violations(State::Decided).into_iter().find(|one| one.id == record.id).unwrap();
    assert_eq!(now.decision.unwrap().late_fee_fen, 0);
    let done = town.ask("pay", payment("k2", &decision.no, record.fine_fen, 0)).await;
    assert_eq!((&done["code"], &done["znj"]), (&json!("0000"), &json!("0.00")));

    let late =
        decided.iter().find(|one| one.id != record.id && one.decision.as_ref().unwrap().late_fee_fen > 0).unwrap();
    let (no, surcharge) = (&late.decision.as_ref().unwrap().no, late.decision.as_ref().unwrap().late_fee_fen);
    // The news arrives three days after the payment; three more days of surcharge have run, and nobody asks for them.
    town.clock.advance_s(3 * 86_400);
    assert_eq!(town.ask("pay", payment("k3", no, late.fine_fen, surcharge)).await["code"], "0000");
}

#[tokio::test]
async fn a_fine_is_booked_once_though_its_answer_was_lost_or_was_about_another() {
    let town = town();
    let record = town.violations(State::Decided).remove(0);
    let decision = record.decision.unwrap();
    let paid = payment("k1", &decision.no, record.fine_fen, decision.late_fee_fen);
    let count = || town.sandbox.postings(AREA, Department::TrafficPolice).len();
    town.sandbox.set_fault(Department::TrafficPolice, Fault::WrongPerson, 0);
    assert_ne!(town.ask("pay", paid.clone()).await["jdsbh"], decision.no);
    assert_eq!(count(), 0);
    town.sandbox.set_fault(Department::TrafficPolice, Fault::Half, 0);
    assert!(serde_json::from_str::<Value>(&town.raw(&format!("/{AREA}/traffic-police/pay"), &paid).await.1).is_err());
    assert_eq!(count(), 1);
    town.sandbox.set_fault(Department::TrafficPolice, Fault::None, 0);
    assert_eq!(town.ask("pay", paid).await["code"], "0000");
    assert_eq!(count(), 1);
    let answer = town
        .app
        .clone()
        .oneshot(Request::get(format!("/truth/{AREA}/postings/traffic-police")).body(Body::empty()).unwrap());
    let bytes = axum::body::to_bytes(answer.await.unwrap().into_body(), 1 << 20).await.unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&bytes).unwrap()[0]["key"], "k1");
}

#[tokio::test]
async fn a_hundred_at_once_book_a_fine_once() {
    let town = town();
    let record = town.violations(State::Decided).remove(0);
    let decision = record.decision.unwrap();
    let all = (0..100)
        .map(|i| town.ask("pay", payment(&format!("k{i}"), &decision.no, record.fine_fen, decision.late_fee_fen)));
    let answers = futures_util::future::join_all(all).await;
    assert_eq!(answers.iter().filter(|answer| answer["code"] == "0000").count(), 1);
    assert!(answers.iter().all(|answer| answer["code"] == "0000" || answer["code"] == "2001"));
}
