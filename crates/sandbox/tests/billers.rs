//! Bills, cards and their postings over the wire: what is due, what is refused, and that a key is answered once for ever.

#![expect(clippy::unwrap_used, reason = "a test's own helpers may fail loudly")]

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
};
use jiff::civil::date;
use kernel::{FakeClock, Timestamp};
use sandbox::{Area, Config, Department, Fault, Sandbox};
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
        let request = Request::post(format!("/{AREA}/{path}")).body(Body::from(body.to_string())).unwrap();
        let response = self.app.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap_or_default();
        (status, String::from_utf8_lossy(&bytes).into_owned())
    }

    async fn ask(&self, path: &str, body: Value) -> Value {
        serde_json::from_str(&self.raw(path, &body).await.1).unwrap()
    }

    /// The number of a demo person's account.
    fn no(&self, biller: &str, n: u64) -> String {
        let citizen = self.sandbox.citizen(AREA, n).unwrap();
        citizen.customers.iter().find(|customer| customer.biller.word() == biller).unwrap().no.clone()
    }

    async fn open_bills(&self, biller: &str, no: &str) -> Vec<Value> {
        let answer = self.ask(&format!("{biller}/bills"), json!({ "hh": no })).await;
        assert_eq!(answer["total"], answer["list"].as_array().unwrap().len());
        answer["list"].as_array().unwrap().iter().filter(|bill| bill["zt"] == "未缴").cloned().collect()
    }
}

fn order(key: &str, no: &str, bills: &[&Value]) -> Value {
    let ids: Vec<&str> = bills.iter().map(|bill| bill["zdbh"].as_str().unwrap()).collect();
    json!({ "lsh": key, "hh": no, "zdbh": ids.join(","), "je": sum(bills, "je"), "wyj": sum(bills, "wyj"),
        "jfsj": "2026-11-24 09:59:30", "jylsh": "2026112422001" })
}

fn sum(bills: &[&Value], field: &str) -> String {
    let fen = bills.iter().map(|bill| kernel::Money::parse_yuan(bill[field].as_str().unwrap()).unwrap().fen());
    let fen: i64 = fen.sum();
    format!("{}.{:02}", fen / 100, fen % 100)
}

#[tokio::test]
async fn an_account_is_shown_to_whoever_knows_number_and_name_and_to_nobody_else() {
    let town = town();
    let no = town.no("electricity", 0);
    let known = town.ask("electricity/customer", json!({ "hh": no, "hmwz": "舟" })).await;
    assert_eq!((&known["match"], &known["data"]["hm"]), (&json!("1"), &json!("林**")));
    assert!(!known["data"]["dz"].as_str().unwrap().contains("单元"));
    let wrong_name = town.ask("electricity/customer", json!({ "hh": no, "hmwz": "厚" })).await;
    let no_name = town.ask("electricity/customer", json!({ "hh": no, "hmwz": "" })).await;
    assert_eq!((&wrong_name["code"], &wrong_name["match"]), (&json!("0002"), &json!("0")));
    assert_eq!(no_name, wrong_name);
    let nobody = town.ask("electricity/customer", json!({ "hh": "6500000000", "hmwz": "舟" })).await;
    assert_eq!((&nobody["code"], &nobody["match"]), (&json!("0002"), &json!("0")));
    assert!(nobody.get("data").is_none());
    assert_eq!(town.raw("electricity/customer", &json!({})).await.0, StatusCode::BAD_REQUEST);
    town.sandbox.set_fault(Department::Electricity, Fault::WrongPerson, 0);
    assert_ne!(town.ask("electricity/customer", json!({ "hh": no, "hmwz": "舟" })).await["hh"], no);
}

#[tokio::test]
async fn bills_are_paid_oldest_first_and_exactly() {
    let town = town();
    let no = town.no("electricity", 0);
    let open = town.open_bills("electricity", &no).await;
    assert_eq!(open.len(), 3, "newest first");
    let (newest, oldest) = (&open[0], &open[2]);
    // Due on 20 November, today is the 24th: four days at 0.1 %, one yuan at least.
    assert_eq!((&newest["jzrq"], &newest["wyj"]), (&json!("2026-11-20"), &json!("1.00")));
    assert!(sum(&[oldest], "wyj").parse::<f64>().unwrap() > 1.0);

    let pay = async |body: Value| town.ask("electricity/pay", body).await;
    assert_eq!(pay(order("k1", &no, &[newest])).await["code"], "2004");
    let mut less = order("k2", &no, &[oldest]);
    less["je"] = "0.01".into();
    let changed = pay(less).await;
    assert_eq!((&changed["code"], &changed["yjje"], &changed["wyj"]), (&json!("2002"), &oldest["je"], &oldest["wyj"]));
    let mut unknown = order("k3", &no, &[oldest]);
    unknown["zdbh"] = format!("{no}190001").into();
    assert_eq!(pay(unknown).await["code"], "2007");

    let both = order("k4", &no, &[oldest, &open[1]]);
    let done = pay(both.clone()).await;
    assert_eq!((&done["code"], &done["jg"], &done["lsh"]), (&json!("0000"), &json!("已入账"), &json!("k4")));
    assert_eq!(pay(both.clone()).await, done, "the same key has the same answer");
    let mut other = both.clone();
    other["je"] = "1.00".into();
    assert_eq!(pay(other).await["code"], "2003");
    let mut again = both;
    again["lsh"] = "k5".into();
    assert_eq!(pay(again).await["code"], "2001");
    assert_eq!(town.open_bills("electricity", &no).await.as_slice(), &open[..1]);

    // A refusal is an answer too, and stays one although the bill could be paid now.
    assert_eq!(pay(order("k1", &no, &[newest])).await["code"], "2004");
    assert_eq!(pay(order("k6", &no, &[newest])).await["code"], "0000");
    assert_eq!(town.open_bills("electricity", &no).await, Vec::<Value>::new());
    let list = town.ask("electricity/list", json!({ "rq": "2026-11-24" })).await;
    let keys: Vec<&str> = list["list"].as_array().unwrap().iter().map(|line| line["lsh"].as_str().unwrap()).collect();
    assert_eq!((&list["total"], keys.as_slice()), (&json!(2), ["k4", "k6"].as_slice()));
    assert_eq!(town.ask("electricity/list", json!({ "rq": "2026-11-23" })).await["code"], "0001");
    assert_eq!(town.sandbox.postings(AREA, Department::Electricity).len(), 2);
}

#[tokio::test]
async fn a_late_fee_ends_on_the_day_of_payment_however_late_the_posting_arrives() {
    let town = town();
    let no = town.no("heating", 0);
    let bill = town.open_bills("heating", &no).await.remove(0);
    assert_eq!((&bill["jzrq"], &bill["wyj"]), (&json!("2026-12-31"), &json!("0.00")));
    let mut paid = order("k1", &no, &[&bill]);
    paid["jfsj"] = "2026-12-31 23:59:59".into();
    assert_eq!(town.raw("heating/pay", &paid).await.0, StatusCode::BAD_REQUEST, "nobody pays next month");
    town.clock.advance_s(57 * 86_400);
    let grown = town.open_bills("heating", &no).await.remove(0);
    assert_ne!(grown["wyj"], "0.00", "20 January");
    let mut too_little = paid.clone();
    too_little["lsh"] = "k2".into();
    too_little["jfsj"] = "2027-01-01 00:00:00".into();
    assert_eq!(town.ask("heating/pay", too_little).await["code"], "2002");
    assert_eq!(town.ask("heating/pay", paid).await["code"], "0000");
}

#[tokio::test]
async fn a_bill_is_paid_in_parts_where_the_company_allows_it() {
    let town = town();
    let no = town.no("water", 4);
    let open = town.open_bills("water", &no).await;
    let bill = open.iter().find(|bill| sum(&[bill], "je").parse::<f64>().unwrap() > 25.0).unwrap();
    let part = |key: &str, je: &str| {
        let mut part = order(key, &no, &[bill]);
        part["je"] = je.into();
        part
    };
    let least = town.ask("water/pay", part("k1", "9.99")).await;
    assert_eq!((&least["code"], &least["zdjn"]), (&json!("2005"), &json!("10.00")));
    assert_eq!(town.ask("water/pay", part("k2", "15.00")).await["code"], "0000");
    let rest = town.open_bills("water", &no).await;
    let rest = rest.iter().find(|one| one["zdbh"] == bill["zdbh"]).unwrap();
    let cents = |value: &Value| kernel::Money::parse_yuan(value.as_str().unwrap()).unwrap().fen();
    assert_eq!(cents(&rest["je"]), cents(&bill["je"]) - 1_500);
    assert_eq!(town.ask("water/pay", order("k3", &no, &[bill])).await["code"], "2002", "no more than is left");
    assert_eq!(town.ask("water/pay", order("k4", &no, &[rest])).await["code"], "0000");
}

#[tokio::test]
async fn a_card_is_topped_up_and_the_rest_goes_back() {
    let town = town();
    let no = town.no("hospital", 2);
    let cents = |value: &Value| kernel::Money::parse_yuan(value.as_str().unwrap()).unwrap().fen();
    let balance = async || town.ask("hospital/balance", json!({ "hh": no })).await["list"][0].clone();
    let before = balance().await;
    assert_eq!(before["ktje"], "0.00", "what lay there before is not ours to give back");
    let top_up = |key: &str, je: &str| json!({ "lsh": key, "hh": no, "je": je, "jfsj": "2026-11-24T09:59:00+08:00" });
    for (key, je) in [("a", "9.99"), ("b", "1000.01")] {
        let refused = town.ask("hospital/pay", top_up(key, je)).await;
        assert_eq!(
            (&refused["code"], &refused["zxcz"], &refused["zdcz"]),
            (&json!("2006"), &json!("10.00"), &json!("1000.00"))
        );
    }
    let done = town.ask("hospital/pay", top_up("c", "200.00")).await;
    assert_eq!(town.ask("hospital/pay", top_up("c", "200.00")).await, done);
    assert_eq!(cents(&balance().await["ye"]), cents(&before["ye"]) + 20_000);
    assert_eq!(balance().await["ktje"], "200.00");

    // Somebody sees a doctor.
    town.sandbox.spend(AREA, sandbox::Biller::Hospital, &no, cents(&before["ye"]) + 4_500).unwrap();
    assert_eq!(balance().await["ktje"], "155.00");
    let back = |key: &str, je: &str| json!({ "lsh": key, "hh": no, "je": je, "yjzlsh": done["jzlsh"] });
    let refused = town.ask("hospital/withdraw", back("d", "155.01")).await;
    assert_eq!((&refused["code"], &refused["ktje"]), (&json!("2008"), &json!("155.00")));
    let given = town.ask("hospital/withdraw", back("e", "155.00")).await;
    assert_eq!(given["code"], "0000");
    assert_eq!(town.ask("hospital/withdraw", back("e", "155.00")).await, given);
    assert_eq!(balance().await["ye"], "0.00");
    assert_eq!(town.ask("hospital/withdraw", back("f", "0.01")).await["code"], "2008");
    assert_eq!(town.ask("hospital/bills", json!({ "hh": no })).await["code"], "0001");
    let water = town.no("water", 0);
    assert_eq!(town.ask("water/balance", json!({ "hh": water })).await["code"], "2009");
    assert_eq!(
        town.ask("water/pay", json!({ "lsh": "x", "hh": water, "je": "20", "jfsj": "2026-11-24 09:00:00" })).await["code"],
        "2009"
    );
}

#[tokio::test]
async fn an_answer_that_is_lost_was_booked_all_the_same_and_one_about_another_was_not() {
    let town = town();
    let no = town.no("electricity", 4);
    let open = town.open_bills("electricity", &no).await;
    let oldest = open.last().unwrap();
    town.sandbox.set_fault(Department::Electricity, Fault::WrongPerson, 0);
    assert_ne!(town.ask("electricity/pay", order("k1", &no, &[oldest])).await["hh"], no);
    assert_eq!(town.sandbox.postings(AREA, Department::Electricity), []);
    town.sandbox.set_fault(Department::Electricity, Fault::Down, 0);
    town.raw("electricity/pay", &order("k1", &no, &[oldest])).await;
    assert_eq!(town.sandbox.postings(AREA, Department::Electricity), []);
    town.sandbox.set_fault(Department::Electricity, Fault::Garbage, 0);
    town.raw("electricity/pay", &order("k1", &no, &[oldest])).await;
    assert_eq!(town.sandbox.postings(AREA, Department::Electricity).len(), 1);
    town.sandbox.set_fault(Department::Electricity, Fault::None, 0);
    assert_eq!(town.ask("electricity/pay", order("k1", &no, &[oldest])).await["code"], "0000");
    assert_eq!(town.sandbox.postings(AREA, Department::Electricity).len(), 1);
}
