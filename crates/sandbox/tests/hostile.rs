//! Whatever is sent to the gateways, the companies and the police: an answer, no panic, and nothing booked.

#![expect(clippy::unwrap_used, reason = "a test's own helpers may fail loudly")]

use std::sync::{Arc, OnceLock};

use axum::{Router, body::Body, http::Request};
use jiff::civil::date;
use kernel::{FakeClock, Timestamp};
use proptest::prelude::*;
use sandbox::{Area, Biller, Config, Department, Gateway, Sandbox};
use tower::ServiceExt;

const AREA: &str = "659900";

fn town() -> &'static (Arc<Sandbox>, Router, tokio::runtime::Runtime) {
    static TOWN: OnceLock<(Arc<Sandbox>, Router, tokio::runtime::Runtime)> = OnceLock::new();
    TOWN.get_or_init(|| {
        let clock = FakeClock::at(Timestamp::from_civil(date(2026, 11, 24).at(10, 0, 0, 0)));
        let area = Area { code: AREA.into(), plates: vec!["新Y".into()], name: "湖滨市".into() };
        let sandbox = Sandbox::new(Config { seed: 42, persons: 1_000, areas: vec![area], clock: Arc::new(clock) });
        (Arc::clone(&sandbox), sandbox::router(sandbox), tokio::runtime::Runtime::new().unwrap())
    })
}

fn ask(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> u16 {
    let (_, app, runtime) = town();
    let Ok(request) = headers
        .iter()
        .fold(Request::builder().method(method).uri(path), |request, (name, value)| request.header(*name, *value))
        .body(Body::from(body.to_owned()))
    else {
        return 400;
    };
    runtime.block_on(async { app.clone().oneshot(request).await.unwrap().status().as_u16() })
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[0-9A-Z]{1,20}",
        "[+-]?[0-9]{1,12}(\\.[0-9]{0,3})?",
        "2026-1[0-3]-[0-9]{2}( [0-9]{2}:[0-9]{2}:[0-9]{2})?",
        any::<String>(),
        Just("6500000000".to_owned()),
        Just(format!("{AREA}+000000003")),
    ]
}

fn fields(names: &'static [&'static str]) -> impl Strategy<Value = String> {
    let value = prop_oneof![
        word().prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        Just(serde_json::Value::Null),
        Just(serde_json::json!([1, { "a": 2 }])),
    ];
    prop::collection::vec(value, names.len()).prop_map(|values| {
        let object = names.iter().map(|name| (*name).to_owned()).zip(values);
        serde_json::Value::Object(object.collect()).to_string()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_counter_answers_anything_and_books_nothing(
        body in prop_oneof![
            fields(&["lsh", "hh", "zdbh", "je", "wyj", "jfsj", "jylsh", "hmwz", "rq", "jdsbh", "znj", "xh", "jszh"]),
            any::<String>(),
        ],
    ) {
        for biller in Biller::ALL {
            for act in ["customer", "bills", "balance", "pay", "withdraw", "list"] {
                let status = ask("POST", &format!("/{AREA}/{}/{act}", biller.word()), &[], &body);
                prop_assert!([200, 400].contains(&status), "{act}: {status}");
            }
            prop_assert_eq!(town().0.postings(AREA, biller.department()), []);
        }
        for act in ["accept", "pay", "list"] {
            let status = ask("POST", &format!("/{AREA}/traffic-police/{act}"), &[], &body);
            prop_assert!([200, 400].contains(&status), "{act}: {status}");
        }
        prop_assert_eq!(town().0.postings(AREA, Department::TrafficPolice), []);
    }

    #[test]
    fn a_gateway_answers_anything_and_takes_no_order(
        query in "([a-z_]{1,12}=[ -~]{0,20}&){0,6}",
        method in prop_oneof![Just("alipay.trade.precreate"), Just("alipay.trade.page.pay"), Just("alipay.trade.refund"), Just("x")],
        header in prop_oneof![
            "[ -~]{0,80}",
            "WECHATPAY2-SHA256-RSA2048 mchid=\"[0-9]{0,10}\",nonce_str=\"[a-z]{0,5}\",timestamp=\"-?[0-9]{0,20}\",serial_no=\"[A-F0-9]{0,9}\",signature=\"[A-Za-z+/=]{0,30}\"",
        ],
        body in prop_oneof![fields(&["out_trade_no", "mchid", "appid", "description", "amount", "notify_url"]), any::<String>()],
    ) {
        let form = format!("{query}method={method}&app_id=1&sign=AAAA&sign_type=RSA2&timestamp=2026-11-24 10:00:00&version=1.0");
        prop_assert_eq!(ask("POST", "/alipay/gateway.do", &[], &form), 200);
        prop_assert_eq!(ask("POST", "/alipay/gateway.do", &[], &body), 200);
        for (method, path) in [
            ("POST", "pay/transactions/native"),
            ("GET", "pay/transactions/out-trade-no/x?mchid=1"),
            ("POST", "pay/transactions/out-trade-no/x/close"),
            ("POST", "refund/domestic/refunds"),
            ("GET", "bill/tradebill?bill_date=2026-11-23"),
        ] {
            let status = ask(method, &format!("/wechatpay/v3/{path}"), &[("authorization", &header)], &body);
            prop_assert!([400, 401].contains(&status), "{path}: {status}");
        }
        for gateway in Gateway::ALL {
            prop_assert_eq!(town().0.gateway(gateway).trades, []);
            let status = ask("POST", &format!("/{}/merchant", gateway.word()), &[("content-type", "application/json")], &body);
            prop_assert!([400, 422].contains(&status), "{status}");
        }
    }
}
