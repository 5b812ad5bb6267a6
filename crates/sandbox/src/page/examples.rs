//! Wire examples of the index page, filled with demo persons so that they can be tried as they stand.

use serde_json::json;

use super::booked;
use crate::{demo::DemoPerson, department::Department};

/// Request line and body of each question, filled with demo persons so that they can be tried as they stand.
pub(super) fn of(department: Department, area: &str, people: &[DemoPerson]) -> Vec<(String, Option<String>)> {
    let Some(first) = people.first() else { return Vec::new() };
    let (plate, kind, tail) = first.vehicles.first().cloned().unwrap_or_default();
    let ward = people.get(2).map_or("", |person| person.resident_id.as_str());
    let holder = json!({ "sfzmhm": first.resident_id, "dabh": first.file_no });
    match department {
        Department::TrafficPolice => vec![
            post(
                format!("/{area}/traffic-police/violations/vehicle"),
                json!({ "hphm": plate, "hpzl": kind, "clsbdh": tail }),
            ),
            post(
                format!("/{area}/traffic-police/violations/driver"),
                json!({ "jszh": first.resident_id, "dabh": first.file_no }),
            ),
            (format!("GET /{area}/traffic-police/evidence/{{xh}}.png"), None),
            post(format!("/{area}/traffic-police/accept"), json!({ "xh": "{xh}", "jszh": first.resident_id })),
            post(
                format!("/{area}/traffic-police/pay"),
                json!({ "lsh": "example-1", "jdsbh": "{jdsbh}", "je": "200.00", "znj": "0.00", "jfsj": "2026-11-24 10:00:00" }),
            ),
            post(format!("/{area}/traffic-police/list"), json!({ "rq": "2026-11-24" })),
        ],
        Department::VehicleRegister => vec![post(
            format!("/{area}/vehicle-register/owner"),
            json!({ "hphm": plate, "hpzl": kind, "clsbdh": tail, "sfzmhm": first.resident_id }),
        )],
        Department::DriverRegister => vec![
            post(format!("/{area}/driver-register/holder"), holder.clone()),
            post(format!("/{area}/driver-register/points"), holder),
        ],
        Department::MedicalRegister => vec![(
            format!("GET /{area}/medical-register/exam?sfzmhm={}&dabh={}", first.resident_id, first.file_no),
            None,
        )],
        Department::PublicSecurity => vec![
            post("/public-security/identity".into(), json!({ "xm": first.name, "sfzmhm": first.resident_id })),
            post("/public-security/guardian".into(), json!({ "jhr": first.resident_id, "bjhr": ward })),
        ],
        Department::Alipay => gateway("alipay", "gateway.do"),
        Department::WechatPay => gateway("wechatpay", "v3/pay/transactions/native"),
        Department::Water
        | Department::Electricity
        | Department::Gas
        | Department::Heating
        | Department::Broadband
        | Department::Hospital => biller(department, area, first),
        Department::Clinic
        | Department::PoliceHall
        | Department::MarriageRegistry
        | Department::Attraction
        | Department::Carrier => booked::of(department, area, people),
        Department::Sms => vec![
            post("/sms/send".into(), json!({ "phone": first.phone, "text": "验证码 482913", "key": "example-1" })),
            (format!("GET /sms.json?phone={}", first.phone), None),
        ],
    }
}

pub(super) fn post(path: String, body: serde_json::Value) -> (String, Option<String>) {
    (format!("POST {path}"), Some(body.to_string()))
}

fn gateway(word: &str, order: &str) -> Vec<(String, Option<String>)> {
    vec![
        post(format!("/{word}/merchant"), json!({ "public_key_pem": "-----BEGIN PUBLIC KEY-----…" })),
        (format!("POST /{word}/{order}"), None),
        (format!("GET /{word}/cashier/{{trade_no}}"), None),
        (format!("GET /truth/{word}"), None),
        ("PUT /gateways".to_owned(), Some(json!({ "speed": 100, "bills": "at-once" }).to_string())),
    ]
}

fn biller(department: Department, area: &str, first: &DemoPerson) -> Vec<(String, Option<String>)> {
    let Some(account) = first.customers.iter().find(|account| account.biller.department() == department) else {
        return Vec::new();
    };
    let (no, word) = (account.no.as_str(), department.word());
    let at = |act: &str| format!("/{area}/{word}/{act}");
    let mut all = vec![post(at("customer"), json!({ "hh": no, "hmwz": account.holder_tail }))];
    if department == Department::Hospital {
        let top_up = json!({ "lsh": "example-1", "hh": no, "je": "100.00", "jfsj": "2026-11-24 10:00:00" });
        all.push(post(at("balance"), json!({ "hh": no })));
        all.push(post(at("pay"), top_up));
        all.push(post(at("withdraw"), json!({ "lsh": "example-2", "hh": no, "je": "30.00", "yjzlsh": "{jzlsh}" })));
    } else {
        let pay = json!({
            "lsh": "example-1", "hh": no, "zdbh": "{zdbh}", "je": "86.40", "wyj": "1.04", "jfsj": "2026-11-24 10:00:00",
        });
        all.push(post(at("bills"), json!({ "hh": no })));
        all.push(post(at("pay"), pay));
    }
    all.push(post(at("list"), json!({ "rq": "2026-11-24" })));
    all
}
