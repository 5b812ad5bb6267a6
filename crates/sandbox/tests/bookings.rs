//! Bookings over the wire: five departments, each in its own words, that do a thing once, refuse what they must, and can
//! be asked afterwards what they were told.

#![expect(clippy::unwrap_used, reason = "a test's own helpers may fail loudly")]

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use jiff::civil::date;
use kernel::{FakeClock, Timestamp};
use sandbox::{Area, BookedState, Config, Department, Fault, Happened, Sandbox, What};
use serde_json::{Value, json};
use tower::ServiceExt;

const AREA: &str = "659900";
const ELSEWHERE: &str = "310000";
const WHEN: &str = "2026-11-25 08:00:00";

struct Town {
    app: Router,
    sandbox: Arc<Sandbox>,
}

fn town() -> Town {
    let clock = FakeClock::at(Timestamp::from_civil(date(2026, 11, 24).at(10, 0, 0, 0)));
    let area = |code: &str, name: &str| Area { code: code.into(), plates: vec!["新Y".into()], name: name.into() };
    let areas = vec![area(AREA, "湖滨市"), area(ELSEWHERE, "山前市")];
    let sandbox = Sandbox::new(Config { seed: 42, persons: 1_000, areas, clock: Arc::new(clock) });
    Town { app: sandbox::router(sandbox.clone()), sandbox }
}

impl Town {
    async fn send(&self, method: &str, path: &str, body: &Value) -> (StatusCode, String) {
        let request = Request::builder().method(method).uri(path).header(header::CONTENT_TYPE, "application/json");
        let request = request.body(Body::from(body.to_string())).unwrap();
        let response = self.app.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap_or_default();
        (status, String::from_utf8_lossy(&bytes).into_owned())
    }

    async fn ask(&self, path: &str, body: &Value) -> Value {
        serde_json::from_str(&self.send("POST", &format!("/{AREA}/{path}"), body).await.1).unwrap()
    }

    fn person(&self, n: u64) -> (String, String) {
        let person = self.sandbox.citizen(AREA, n).unwrap().person;
        (person.name, person.resident_id)
    }

    /// A message in a department's own words: what is told, under which key, of which booking and unit.
    fn message(&self, department: Department, what: What, key: &str, number: &str, unit: &str) -> (String, Value) {
        let ((name, id), (second, second_id)) = (self.person(4), self.person(5));
        let act = match what {
            What::Book => "book",
            What::Cancel => "cancel",
            What::Arrive => "arrive",
        };
        let path = format!("{}/{act}", department.word());
        match department {
            Department::Clinic => {
                let more = json!({ "request_no": key, "total_amount": "15.00", "refund_amount": "15.00" }).to_string();
                let range = json!({ "range": "08:00-08:30" }).to_string();
                let (biz_type, operate, path) = match what {
                    What::Book => ("REG_SUCCESS", "CREATE_UPDATE", "clinic/regnotify"),
                    What::Cancel => ("REG_CANCEL", "DELETE", "clinic/regnotify"),
                    What::Arrive => ("", "", "clinic/checkin"),
                };
                let body = json!({
                    "biz_type": biz_type, "operate": operate, "third_no": number, "treat_date": WHEN,
                    "treat_date_ext": range, "line_no": unit.parse::<u32>().unwrap_or(0), "patient_name": name,
                    "patient_card_type": "01", "patient_card_no": id, "notify_time": "2026-11-24 10:00:00",
                    "cancel_reason": "cancelled", "hos_info": { "code": "h1", "name": "湖滨医院" },
                    "dept_info": { "code": "d1", "name": "内科" }, "doctor_info": { "code": "r1", "name": "王医生" },
                    "extend_params": more,
                });
                (path.into(), body)
            }
            Department::MarriageRegistry => (
                path,
                json!({ "lsh": key, "yyh": number, "djjg": "r1", "djlx": "m", "yysj": WHEN, "hh": unit,
                    "dsrxm": format!("{name},{second}"), "dsrsfz": format!("{id},{second_id}") }),
            ),
            Department::Attraction => (
                path,
                json!({ "requestId": key, "orderNo": number, "spotId": "hill", "visitTime": WHEN, "names": name,
                    "idNos": id, "amount": "15.00", "refund": "15.00", "seat": unit }),
            ),
            Department::Carrier => (
                path,
                json!({ "lsh": key, "ddh": number, "cz": "south", "bc": "t1", "fcsj": WHEN, "zwh": unit,
                    "ckxm": name, "cksfz": id, "pj": "15.00", "tkje": "15.00" }),
            ),
            _ => (
                path,
                json!({ "lsh": key, "yyh": number, "dtbm": "h1", "ckz": "w1", "sxbm": "m1", "yysj": WHEN, "hh": unit,
                    "xm": name, "sfzmhm": id, "je": "15.00", "tkje": "15.00" }),
            ),
        }
    }

    async fn tell(&self, department: Department, what: What, key: &str, number: &str, unit: &str) -> Value {
        let (path, body) = self.message(department, what, key, number, unit);
        self.ask(&path, &body).await
    }
}

#[tokio::test]
async fn every_department_books_once_gives_back_once_and_lets_in_once() {
    for department in Department::BOOKED {
        let town = town();
        let word = department.word();
        let done = town.tell(department, What::Book, "k1", "100000000001", "7").await;
        assert_eq!(done["code"], "0000", "{word}: {done}");
        assert!(done.to_string().contains("100000000001") && done.to_string().contains("\"k1\""), "{word}: {done}");
        assert_eq!(town.tell(department, What::Book, "k1", "100000000001", "7").await, done, "{word}: the same key");
        let code =
            async |what, key: &str, number: &str| town.tell(department, what, key, number, "7").await["code"].clone();
        assert_eq!(code(What::Book, "k1", "100000000002").await, "2003", "{word}");
        assert_eq!(code(What::Book, "k2", "100000000002").await, "3001", "{word}: nobody sells a unit twice");
        assert_eq!(code(What::Cancel, "k3", "100000000002").await, "3003", "{word}");
        assert_eq!(code(What::Cancel, "k4", "100000000001").await, "0000", "{word}");
        assert_eq!(code(What::Arrive, "k5", "100000000001").await, "3004", "{word}");
        assert_eq!(code(What::Book, "k6", "100000000003").await, "0000", "{word}: it is free again");
        assert_eq!(code(What::Arrive, "k7", "100000000003").await, "0000", "{word}");
        assert_eq!(code(What::Arrive, "k8", "100000000003").await, "3005", "{word}");

        let truth = town.sandbox.bookings(AREA, department);
        let states: Vec<BookedState> = truth.booked.iter().map(|booked| booked.state).collect();
        assert_eq!(states, [BookedState::Cancelled, BookedState::Arrived], "{word}");
        assert_eq!(
            (truth.booked[0].paid_fen, truth.booked[0].starts_at.as_str()),
            (if department == Department::MarriageRegistry { 0 } else { 1_500 }, WHEN),
            "{word}"
        );
        assert_eq!(truth.booked[0].unit, "7", "{word}");
        assert_eq!((truth.told.len(), truth.told[0].times), (8, 3), "{word}");
        let told = town.send("GET", &format!("/truth/{AREA}/bookings/{word}"), &json!(null)).await.1;
        assert_eq!(serde_json::from_str::<Value>(&told).unwrap(), serde_json::to_value(&truth).unwrap(), "{word}");
        let page = town.send("GET", &format!("/bookings/{word}"), &json!(null)).await.1;
        assert!(page.contains("100000000003") && page.contains("3005") && page.contains("已到场"), "{word}");
        assert!(town.sandbox.bookings(ELSEWHERE, department).told.is_empty(), "{word}: another area's is another's");
    }
}

#[tokio::test]
async fn a_department_can_be_switched_to_refuse_and_its_counter_can_be_quicker() {
    for department in Department::BOOKED {
        let town = town();
        let word = department.word();
        for (fault, code) in [("unit-gone", "3001"), ("person-refused", "3002")] {
            let switch = town.send("PUT", &format!("/faults/{word}"), &json!({ "fault": fault })).await;
            assert_eq!(switch.0, StatusCode::OK, "{word} {fault}: {}", switch.1);
            let refused = town.tell(department, What::Book, fault, &format!("{fault}-1"), "7").await;
            assert_eq!(refused["code"], code, "{word}: {refused}");
        }
        town.sandbox.set_fault(department, Fault::None, 0);
        assert_eq!(
            town.tell(department, What::Book, "unit-gone", "unit-gone-1", "7").await["code"],
            "3001",
            "for ever"
        );

        let booked = town.tell(department, What::Book, "k1", "1", "8").await;
        assert_eq!(booked["code"], "0000", "{word}");
        let known = town.sandbox.bookings(AREA, department).booked.remove(0);
        let taken = json!({ "place": known.place, "resource": known.resource, "starts_at": WHEN, "unit": "9" });
        let lever = format!("/truth/{AREA}/bookings/{word}");
        assert_eq!(town.send("POST", &lever, &taken).await.0, StatusCode::NO_CONTENT);
        assert_eq!(town.tell(department, What::Book, "k2", "2", "9").await["code"], "3001", "{word}");
        let person = |unwanted: bool| json!({ "resident_id": known.ids[0], "unwanted": unwanted });
        town.send("POST", &lever, &person(true)).await;
        assert_eq!(town.tell(department, What::Book, "k3", "3", "10").await["code"], "3002", "{word}");
        town.send("POST", &lever, &person(false)).await;
        assert_eq!(town.tell(department, What::Book, "k4", "4", "10").await["code"], "0000", "{word}");
    }
    let town = town();
    for (path, status) in [
        (format!("/truth/{AREA}/bookings/water"), StatusCode::NOT_FOUND),
        ("/truth/000000/bookings/clinic".into(), StatusCode::NOT_FOUND),
    ] {
        assert_eq!(town.send("GET", &path, &json!(null)).await.0, status, "{path}");
        let body = json!({ "resident_id": "1", "unwanted": true });
        assert_eq!(town.send("POST", &path, &body).await.0, status, "{path}");
    }
    assert_eq!(town.send("GET", "/bookings/water", &json!(null)).await.0, StatusCode::NOT_FOUND);
    let nothing = Happened::Person { resident_id: "1".into(), unwanted: true };
    assert!(town.sandbox.at_the_counter("000000", Department::Clinic, nothing).is_none());
}

#[tokio::test]
async fn a_booking_is_kept_once_though_its_answer_was_lost_or_was_about_another() {
    for department in Department::BOOKED {
        let town = town();
        let booked = || town.sandbox.bookings(AREA, department).booked.len();
        town.sandbox.set_fault(department, Fault::WrongPerson, 0);
        let another = town.tell(department, What::Book, "k1", "100000000001", "7").await;
        assert!(!another.to_string().contains("100000000001"), "{another}");
        town.sandbox.set_fault(department, Fault::Down, 0);
        let (path, body) = town.message(department, What::Book, "k1", "100000000001", "7");
        let (_, broken) = town.send("POST", &format!("/{AREA}/{path}"), &body).await;
        assert!(!broken.contains("0000"), "{broken}");
        assert_eq!(booked(), 0);
        for fault in [Fault::Half, Fault::Garbage] {
            town.sandbox.set_fault(department, fault, 0);
            let (_, text) = town.send("POST", &format!("/{AREA}/{path}"), &body).await;
            assert!(serde_json::from_str::<Value>(&text).is_err(), "{text}");
            assert_eq!(booked(), 1);
        }
        town.sandbox.set_fault(department, Fault::None, 0);
        assert_eq!(town.tell(department, What::Book, "k1", "100000000001", "7").await["code"], "0000");
        assert_eq!((booked(), town.sandbox.bookings(AREA, department).told[0].times), (1, 3));
    }
}

#[tokio::test]
async fn the_clinic_reads_the_notice_as_its_documentation_says() {
    let town = town();
    let (path, good) = town.message(Department::Clinic, What::Book, "k1", "1", "7");
    let status = async |body: &Value| town.send("POST", &format!("/{AREA}/{path}"), body).await.0;
    for (name, value) in [
        ("biz_type", json!("REG")),
        ("operate", json!("DELETE")),
        ("third_no", json!("")),
        ("treat_date", json!("2026-11-25")),
        ("treat_date_ext", json!({ "range": "08:00-08:30" })),
        ("treat_date_ext", json!("{\"range\":\"8-9\"}")),
        ("patient_card_type", json!("02")),
        ("patient_card_no", json!("")),
        ("notify_time", json!("now")),
        ("hos_info", json!("h1")),
        ("extend_params", json!("request_no=1")),
    ] {
        let mut bad = good.clone();
        bad[name] = value;
        assert_eq!(status(&bad).await, StatusCode::BAD_REQUEST, "{name}");
    }
    assert_eq!(status(&good).await, StatusCode::OK);
    let (_, mut cancel) = town.message(Department::Clinic, What::Cancel, "k2", "1", "7");
    cancel["cancel_reason"] = "".into();
    assert_eq!(status(&cancel).await, StatusCode::BAD_REQUEST);
    let known = town.sandbox.bookings(AREA, Department::Clinic).booked.remove(0);
    assert_eq!((known.place.as_str(), known.section.as_str(), known.resource.as_str()), ("h1", "d1", "r1"));
}

#[tokio::test]
async fn a_registry_wants_two_and_knows_who_may_marry() {
    let town = town();
    let (path, mut one) = town.message(Department::MarriageRegistry, What::Book, "k1", "1", "7");
    one["dsrsfz"] = town.person(4).1.into();
    assert_eq!(town.send("POST", &format!("/{AREA}/{path}"), &one).await.0, StatusCode::BAD_REQUEST);

    let status = async |area: &str, name: &str, id: &str| -> Value {
        let body = json!({ "xm": name, "sfzmhm": id });
        serde_json::from_str(&town.send("POST", &format!("/{area}/marriage-registry/status"), &body).await.1).unwrap()
    };
    let (married, free) = (town.person(0), town.person(4));
    assert_eq!(status(AREA, &married.0, &married.1).await["hyzk"], "已婚");
    let answer = status(ELSEWHERE, &free.0, &free.1).await;
    assert_eq!((&answer["code"], &answer["hyzk"], &answer["sfzmhm"]), (&json!("0000"), &json!("离异"), &json!(free.1)));
    assert!(answer["hjqh"].as_str().unwrap().starts_with("6599"), "{answer}");
    let local = town.sandbox.citizen(ELSEWHERE, 4).unwrap().person;
    let household = status(ELSEWHERE, &local.name, &local.resident_id).await["hjqh"].clone();
    assert!(household.as_str().unwrap().starts_with("3101"), "a municipality's districts: {household}");
    assert_eq!(status(AREA, &married.0, &free.1).await["code"], "0002", "another name");
    assert_eq!(status(AREA, "无此人", "659900199001010000").await["code"], "0002");
    town.sandbox.set_fault(Department::MarriageRegistry, Fault::WrongPerson, 0);
    assert_ne!(status(AREA, &free.0, &free.1).await["sfzmhm"], json!(free.1));
}
