//! Wire examples of those who are told of bookings.

use serde_json::{Value, json};

use super::examples::post;
use crate::{demo::DemoPerson, department::Department};

/// The messages of a department about the first demo person; a registry's about the first two.
pub(super) fn of(department: Department, area: &str, people: &[DemoPerson]) -> Vec<(String, Option<String>)> {
    let [first, second, ..] = people else { return Vec::new() };
    let at = |act: &str| format!("/{area}/{}/{act}", department.word());
    let three = |book: Value, number: &str, key: &str| {
        let later = |n: &str| json!({ key: n, number: "202611240001" });
        vec![post(at("book"), book), post(at("cancel"), later("example-2")), post(at("arrive"), later("example-3"))]
    };
    let (name, id) = (&first.name, &first.resident_id);
    match department {
        Department::Clinic => clinic(&at("regnotify"), &at("checkin"), first),
        Department::MarriageRegistry => {
            let book = json!({
                "lsh": "example-1", "yyh": "202611240001", "djjg": "registry-1", "djlx": "marriage",
                "yysj": "2026-11-25 09:00:00", "hh": "1",
                "dsrxm": format!("{name},{}", second.name), "dsrsfz": format!("{id},{}", second.resident_id),
            });
            let mut all = three(book, "yyh", "lsh");
            all.push(post(at("status"), json!({ "xm": name, "sfzmhm": id })));
            all
        }
        Department::Attraction => three(
            json!({ "requestId": "example-1", "orderNo": "202611240001", "spotId": "hill", "visitTime": "2026-11-25 09:00:00",
                "names": name, "idNos": id, "types": "full", "amount": "120.00" }),
            "orderNo",
            "requestId",
        ),
        Department::Carrier => three(
            json!({ "lsh": "example-1", "ddh": "202611240001", "cz": "south", "bc": "t0800", "fcsj": "2026-11-25 08:00:00",
                "zwh": "1A", "qd": "south", "zd": "river", "ckxm": name, "cksfz": id, "pj": "45.00" }),
            "ddh",
            "lsh",
        ),
        _ => three(
            json!({ "lsh": "example-1", "yyh": "202611240001", "dtbm": "hall-1", "ckz": "papers", "sxbm": "id-card",
                "yysj": "2026-11-25 09:00:00", "hh": "1", "xm": name, "sfzmhm": id }),
            "yyh",
            "lsh",
        ),
    }
}

fn clinic(regnotify: &str, checkin: &str, first: &DemoPerson) -> Vec<(String, Option<String>)> {
    let more = |key: &str| json!({ "request_no": key, "total_amount": "15.00" }).to_string();
    let registered = json!({
        "biz_type": "REG_SUCCESS", "operate": "CREATE_UPDATE", "third_no": "202611240001",
        "hos_info": { "code": "h1", "name": "医院" }, "dept_info": { "code": "d1", "name": "内科" },
        "doctor_info": { "code": "r1", "name": "医生" }, "treat_date": "2026-11-25 08:00:00",
        "treat_date_ext": json!({ "range": "08:00-08:30" }).to_string(), "line_no": 1,
        "patient_name": first.name, "patient_card_type": "01", "patient_card_no": first.resident_id,
        "notify_time": "2026-11-24 10:00:00", "extend_params": more("example-1"),
    });
    let cancelled = json!({
        "biz_type": "REG_CANCEL", "operate": "DELETE", "third_no": "202611240001", "cancel_reason": "cancelled",
        "notify_time": "2026-11-24 11:00:00", "extend_params": more("example-2"),
    });
    vec![
        post(regnotify.to_owned(), registered),
        post(regnotify.to_owned(), cancelled),
        post(checkin.to_owned(), json!({ "third_no": "202611240001", "extend_params": more("example-3") })),
    ]
}
