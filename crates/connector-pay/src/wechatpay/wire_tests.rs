//! Whole exchanges: what is sent, and what comes of every kind of answer.

use kernel::{FakeClock, SeededRng};
use reqwest::Url;

use super::*;
use crate::{
    config::Secret,
    testing::{
        self, NOW,
        door::{self, Door, Heard},
    },
};

const PAID: &str = r#"{"mchid":"1900000001","appid":"wx1","out_trade_no":"o1","transaction_id":"t1","trade_state":"SUCCESS","success_time":"2026-03-02T10:00:00+08:00","amount":{"total":8640,"currency":"CNY"}}"#;
const DONE: &str = r#"{"refund_id":"5","out_refund_no":"r1","transaction_id":"t1","out_trade_no":"o1","status":"SUCCESS","success_time":"2026-03-02T10:00:00+08:00","amount":{"refund":1000,"total":8640,"currency":"CNY"}}"#;

fn shop(door: &Door, clock: &Arc<FakeClock>) -> WeChatPay {
    let shop = config::WeChatPay {
        gateway: door.url("/wechatpay"),
        pages: None,
        mchid: "1900000001".into(),
        appid: "wx1".into(),
        serial: "S1".into(),
        merchant_key: Secret::new(testing::merchant().pem().expect("pem").as_str()),
        api_v3_key: Secret::new("0123456789abcdef0123456789abcdef"),
        platform_keys: vec![config::PlatformKey {
            serial: "P1".into(),
            public_key: Secret::new(testing::provider().public_pem().expect("pem")),
        }],
    };
    let clock: Arc<FakeClock> = Arc::clone(clock);
    WeChatPay::new(shop, &[], clock, Arc::new(SeededRng::new(1))).unwrap_or_else(|why| panic!("{why}"))
}

fn signed_by(key: &MerchantKey, status: u16, body: &str, at: Timestamp) -> Vec<u8> {
    let timestamp = (at.0 / 1000).to_string();
    let signature = key.sign(&format!("{timestamp}\nn1\n{body}\n")).expect("signed");
    let headers = [
        ("Wechatpay-Serial", "P1"),
        ("Wechatpay-Timestamp", &timestamp),
        ("Wechatpay-Nonce", "n1"),
        ("Wechatpay-Signature", &signature),
    ];
    door::http(status, &headers, body.as_bytes())
}

fn says(status: u16, body: &str) -> Vec<u8> {
    signed_by(testing::provider(), status, body, NOW)
}

/// Checks the signature of a request as the platform checks it.
fn verified(heard: &Heard) {
    let authorization = heard.headers["authorization"].strip_prefix("WECHATPAY2-SHA256-RSA2048 ").expect("the scheme");
    let part = |name: &str| {
        let rest = authorization.split_once(&format!("{name}=\"")).expect("a part").1;
        rest.split_once('"').expect("its end").0.to_owned()
    };
    assert_eq!((part("mchid").as_str(), part("serial_no").as_str()), ("1900000001", "S1"));
    let (timestamp, nonce) = (part("timestamp"), part("nonce_str"));
    let message = format!("{}\n{}\n{timestamp}\n{nonce}\n{}\n", heard.method, heard.target, heard.body);
    let key = GatewayKey::read(&testing::merchant().public_pem().expect("pem")).expect("a key");
    assert!(key.verifies(message.as_bytes(), &part("signature")), "{heard:?}");
}

#[tokio::test]
async fn a_code_a_page_and_a_call_within_the_app() {
    let (door, clock) = (Door::open().await, Arc::new(FakeClock::at(NOW)));
    let shop = shop(&door, &clock);
    door.will_say(says(200, r#"{"code_url":"weixin://wxpay/bizpayurl?pr=1"}"#));
    let cashier = Provider::open(&shop, &testing::order(Device::Desktop)).await;
    assert_eq!(cashier, Ok(Cashier::Scan("weixin://wxpay/bizpayurl?pr=1".into())));
    door.will_say(says(200, r#"{"h5_url":"https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=1"}"#));
    let Ok(Cashier::Open(url)) = Provider::open(&shop, &testing::order(Device::Phone)).await else { panic!("no page") };
    let url = Url::parse(&url).expect("an address");
    let back = url.query_pairs().find(|(name, _)| name == "redirect_url").expect("the way back");
    assert_eq!((url.host_str(), &*back.1), (Some("wx.tenpay.com"), "https://city.example/p/1?a=b"));
    door.will_say(says(200, r#"{"prepay_id":"wx26112221580621e9"}"#));
    let call = shop.open_in_app(&testing::order(Device::Phone), "openid").await.expect("a call");
    let message = format!("wx1\n1772416800\n{}\nprepay_id=wx26112221580621e9\n", call.nonce_str);
    let key = GatewayKey::read(&testing::merchant().public_pem().expect("pem")).expect("a key");
    assert!(key.verifies(message.as_bytes(), &call.pay_sign));

    let heard = door.heard();
    heard.iter().for_each(verified);
    let targets: Vec<&str> = heard.iter().map(|heard| heard.target.as_str()).collect();
    assert_eq!(targets, ["native", "h5", "jsapi"].map(|kind| format!("/wechatpay/v3/pay/transactions/{kind}")));
    let content: Value = serde_json::from_str(&heard[1].body).expect("JSON");
    let wanted = json!({
        "appid": "wx1", "mchid": "1900000001", "description": "水费 2026-02", "out_trade_no": "o1",
        "time_expire": "2026-03-02T10:15:00+08:00", "notify_url": "https://city.example/notify/x/y",
        "amount": { "total": 8640, "currency": "CNY" },
        "scene_info": { "payer_client_ip": "203.0.113.7", "h5_info": { "type": "Wap" } },
    });
    assert_eq!(content, wanted);
}

/// A sandbox writes addresses as we reach it; a phone in the same house reaches it elsewhere.
#[tokio::test]
async fn an_address_is_given_out_as_the_payer_reaches_it() {
    let (door, clock) = (Door::open().await, Arc::new(FakeClock::at(NOW)));
    let mut shop = shop(&door, &clock);
    shop.gateway.pages = Url::parse("http://192.168.1.7:8090/wechatpay").expect("an address");
    door.will_say(says(200, &format!(r#"{{"code_url":"{}"}}"#, door.url("/wechatpay/cashier/1"))));
    let cashier = Provider::open(&shop, &testing::order(Device::Desktop)).await;
    assert_eq!(cashier, Ok(Cashier::Scan("http://192.168.1.7:8090/wechatpay/cashier/1".into())));
    assert_eq!(shop.cashier_origins(), ["http://192.168.1.7:8090"]);
}

#[tokio::test]
async fn orders_are_asked_about_closed_and_given_back() {
    let (door, clock) = (Door::open().await, Arc::new(FakeClock::at(NOW)));
    let shop = shop(&door, &clock);
    let no = |code: &str| format!(r#"{{"code":"{code}","message":"x"}}"#);
    let paid = Trade::Paid { trade_no: "t1".into(), amount: Money::from_fen(8_640), paid_at: NOW };

    door.will_say(says(200, PAID));
    assert_eq!(Provider::query(&shop, "o1").await, Ok(paid.clone()));
    door.will_say(says(404, &no("ORDER_NOT_EXIST")));
    assert_eq!(Provider::query(&shop, "o1").await, Ok(Trade::Unknown));
    door.will_say(says(401, &no("SIGN_ERROR")));
    assert_eq!(Provider::query(&shop, "o1").await, Err(Failure::Refused));
    door.will_say(says(204, ""));
    assert_eq!(Provider::close(&shop, "o1").await, Ok(Trade::Closed));
    // The money was faster.
    door.will_say(says(400, &no("ORDER_PAID")));
    door.will_say(says(200, PAID));
    assert_eq!(Provider::close(&shop, "o1").await, Ok(paid));

    door.will_say(says(200, DONE));
    assert_eq!(Provider::refund(&shop, &testing::refund()).await, Ok(RefundState::Done { at: NOW }));
    door.will_say(says(200, &DONE.replace("SUCCESS", "PROCESSING")));
    assert_eq!(Provider::query_refund(&shop, "o1", "r1").await, Ok(RefundState::Processing));
    door.will_say(says(200, &DONE.replace("1000,", "1001,")));
    assert_eq!(Provider::refund(&shop, &testing::refund()).await, Err(Failure::WrongSubject), "another amount");
    door.will_say(says(403, &no("NOT_ENOUGH")));
    let stuck = RefundState::Abnormal("NOT_ENOUGH".into());
    assert_eq!(Provider::refund(&shop, &testing::refund()).await, Ok(stuck));
    door.will_say(says(404, &no("RESOURCE_NOT_EXISTS")));
    assert_eq!(Provider::query_refund(&shop, "o1", "r1").await, Ok(RefundState::Unknown));
    door.will_say(says(429, &no("FREQUENCY_LIMITED")));
    assert_eq!(Provider::refund(&shop, &testing::refund()).await, Err(Failure::Busy));
    door.will_say(says(500, &no("SYSTEM_ERROR")));
    assert_eq!(Provider::refund(&shop, &testing::refund()).await, Err(Failure::Down));
    let heard = door.heard();
    heard.iter().for_each(verified);
    assert_eq!(heard[0].target, "/wechatpay/v3/pay/transactions/out-trade-no/o1?mchid=1900000001");
}

#[tokio::test]
async fn a_bill_is_the_file_whose_hash_was_told() {
    let (door, clock) = (Door::open().await, Arc::new(FakeClock::at(NOW)));
    let shop = shop(&door, &clock);
    let day = jiff::civil::date(2026, 3, 2);
    let file = "交易时间,公众账号ID,商户号,微信订单号,商户订单号,交易状态,货币种类,商户退款单号,手续费,订单金额,申请退款金额\n\
                `2026-03-02 10:00:00,`wx1,`1900000001,`t1,`o1,`SUCCESS,`CNY,`0,`0.52000,`86.40,`0.00\n\
                总交易单数,应结订单总金额\n`1,`86.40\n";
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, file.as_bytes());
    let hash: String = hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    let told = |url: &str, hash: &str| {
        says(200, &format!(r#"{{"hash_type":"SHA1","hash_value":"{hash}","download_url":"{url}"}}"#))
    };
    let url = door.url("/v3/billdownload/file?token=1");
    door.will_say(told(&url, &hash));
    door.will_say(door::http(200, &[], file.as_bytes()));
    let lines = Provider::bill(&shop, day).await.expect("a bill").expect("of this day");
    assert_eq!((lines.len(), lines[0].amount), (1, Money::from_fen(8_640)));
    door.heard().iter().for_each(verified);

    door.will_say(told(&url, &hash));
    door.will_say(door::http(200, &[], file.replace("86.40,`0.00", "0.01,`0.00").as_bytes()));
    assert_eq!(Provider::bill(&shop, day).await, Err(Failure::Half), "another file");
    door.will_say(told("http://127.0.0.1:9/file", &hash));
    assert_eq!(Provider::bill(&shop, day).await, Err(Failure::Forbidden));
    door.will_say(says(400, r#"{"code":"NO_STATEMENT_EXIST","message":"x"}"#));
    assert_eq!(Provider::bill(&shop, day).await, Ok(None));
}

/// What a gateway can say that is not an answer: each of it is a failure, whatever was asked.
#[tokio::test]
async fn garbage_never_becomes_a_state() {
    let (door, clock) = (Door::open().await, Arc::new(FakeClock::at(NOW)));
    let shop = shop(&door, &clock);
    let (order, refund) = (testing::order(Device::Desktop), testing::refund());
    type Answer = Box<dyn Fn(Timestamp) -> Vec<u8>>;
    let good = |status: u16, body: &'static str| -> Answer {
        Box::new(move |at| signed_by(testing::provider(), status, body, at))
    };
    let raw = |bytes: Vec<u8>| -> Answer { Box::new(move |_| bytes.clone()) };
    let answers: Vec<(&str, Answer)> = vec![
        ("nothing", raw(Vec::new())),
        ("not HTTP", raw(b"hello\r\n\r\n".to_vec())),
        ("HTML", raw(door::http(200, &[], b"<html>busy</html>"))),
        ("an error", raw(door::http(502, &[], b"bad gateway"))),
        ("an error with a good answer", good(500, PAID)),
        ("a redirect", raw(door::http(302, &[("location", "http://169.254.169.254/")], b""))),
        ("empty and unsigned", raw(door::http(204, &[], b""))),
        ("unsigned", raw(door::http(200, &[], PAID.as_bytes()))),
        ("an unsigned refusal", raw(door::http(404, &[], b"{\"code\":\"ORDER_NOT_EXIST\"}"))),
        ("a stranger's signature", Box::new(|at| signed_by(testing::stranger(), 200, PAID, at))),
        ("yesterday's answer", Box::new(|at| signed_by(testing::provider(), 200, PAID, at.plus_s(-86_400)))),
        ("signed HTML", good(404, "<html>not found</html>")),
        ("a refusal without a code", good(400, "{}")),
        ("a refusal nobody knows", good(400, "{\"code\":\"NEWS\"}")),
        ("too much", raw(door::http(200, &[], &vec![b' '; gateway::REPLY_BYTES_MAX + 1]))),
    ];
    for (what, answer) in answers {
        let asked = |name: &'static str, failure: Option<Failure>| {
            assert!(failure.is_some_and(|failure| failure != Failure::NotAsked), "{name} after {what}: {failure:?}");
            // What was not asked for is taken back; the breaker lets the next question pass.
            door.forget();
            clock.advance_s(10);
            for _ in 0..2 {
                door.will_say(answer(clock.now()));
            }
        };
        asked("beginning", Some(Failure::Garbage));
        asked("query", Provider::query(&shop, "o1").await.err());
        asked("close", Provider::close(&shop, "o1").await.err());
        asked("refund", Provider::refund(&shop, &refund).await.err());
        asked("refund query", Provider::query_refund(&shop, "o1", "r1").await.err());
        asked("open", Provider::open(&shop, &order).await.err());
        asked("bill", Provider::bill(&shop, jiff::civil::date(2026, 3, 2)).await.err());
    }
}
