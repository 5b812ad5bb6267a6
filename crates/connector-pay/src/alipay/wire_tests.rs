//! Whole exchanges: what is sent, and what comes of every kind of answer.

use std::collections::BTreeMap;

use connector::pay::{AgreementOrder, AgreementState, Debit};
use kernel::{FakeClock, Money};

use super::{request::to_sign, *};
use crate::{
    config::{Agreement, Desktop, Secret},
    testing::{
        self, NOW,
        door::{self, Door},
    },
    zip,
};

const PAID: &str = r#"{"code":"10000","msg":"Success","out_trade_no":"o1","trade_no":"t1","trade_status":"TRADE_SUCCESS","total_amount":"86.40","send_pay_date":"2026-03-02 10:00:00"}"#;

fn shop(door: &Door, desktop: Desktop) -> Alipay {
    shop_at(door, desktop, Arc::new(FakeClock::at(NOW)))
}

fn shop_at(door: &Door, desktop: Desktop, clock: Arc<FakeClock>) -> Alipay {
    let shop = config::Alipay {
        gateway: door.url("/alipay/gateway.do"),
        pages: None,
        app_id: "2021000000000001".into(),
        seller_id: "2088000000000001".into(),
        merchant_key: Secret::new(testing::merchant().pem().expect("pem").as_str()),
        gateway_public_key: Secret::new(testing::provider().public_pem().expect("pem")),
        desktop,
        agreement: Some(Agreement {
            personal_product_code: "CYCLE_PAY_AUTH_P".into(),
            product_code: "CYCLE_PAY_AUTH".into(),
            sign_scene: "INDUSTRY|DEFAULT".into(),
        }),
    };
    Alipay::new(shop, &[], clock).unwrap_or_else(|why| panic!("{why}"))
}

/// A signed reply to a method.
fn says(method: &str, said: &str) -> Vec<u8> {
    let sign = testing::provider().sign(said).expect("signed");
    let body = format!("{{\"{}_response\":{said},\"sign\":\"{sign}\"}}", method.replace('.', "_"));
    door::http(200, &[("content-type", "text/html;charset=utf-8")], body.as_bytes())
}

/// The parameters of an address and a form, with the signature checked as the platform checks it.
fn verified(target: &str, body: &str) -> (BTreeMap<String, String>, Value) {
    let url = Url::parse("http://x").and_then(|base| base.join(target)).expect("a target");
    let pairs = url.query_pairs().into_owned().chain(url::form_urlencoded::parse(body.as_bytes()).into_owned());
    let map: BTreeMap<String, String> = pairs.collect();
    let text = to_sign(map.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let key = GatewayKey::read(&testing::merchant().public_pem().expect("pem")).expect("a key");
    assert!(key.verifies(text.as_bytes(), &map["sign"]), "{map:?}");
    let content = serde_json::from_str(&map["biz_content"]).expect("JSON");
    (map, content)
}

#[tokio::test]
async fn a_page_is_an_address_with_everything_in_it() {
    let door = Door::open().await;
    for (device, method, product) in [
        (Device::Phone, "alipay.trade.wap.pay", "QUICK_WAP_WAY"),
        (Device::Desktop, "alipay.trade.page.pay", "FAST_INSTANT_TRADE_PAY"),
    ] {
        let shop = shop(&door, Desktop::Page);
        let Ok(Cashier::Open(url)) = Provider::open(&shop, &testing::order(device)).await else { panic!("no address") };
        let (map, content) = verified(&url, "");
        assert_eq!(map["method"], method);
        assert_eq!(map["notify_url"], "https://city.example/notify/x/y");
        assert_eq!(map["return_url"], "https://city.example/p/1?a=b");
        let wanted = json!({
            "out_trade_no": "o1", "total_amount": "86.40", "subject": "水费 2026-02", "time_expire": "2026-03-02 10:15:00",
            "product_code": product,
        });
        assert_eq!(content, wanted);
        assert!(shop.cashier_origins().iter().any(|origin| url.starts_with(origin.as_str())));
    }
    assert!(door.heard().is_empty(), "nothing was asked");
}

#[tokio::test]
async fn a_code_is_asked_for() {
    let door = Door::open().await;
    let shop = shop(&door, Desktop::Code);
    let said = r#"{"code":"10000","out_trade_no":"o1","qr_code":"https:\/\/qr.example\/bax"}"#;
    door.will_say(says("alipay.trade.precreate", said));
    let cashier = Provider::open(&shop, &testing::order(Device::Desktop)).await;
    assert_eq!(cashier, Ok(Cashier::Scan("https://qr.example/bax".into())));
    let heard = door.heard();
    let (map, content) = verified(&heard[0].target, &heard[0].body);
    assert_eq!((heard[0].method.as_str(), map["method"].as_str()), ("POST", "alipay.trade.precreate"));
    assert_eq!(content["total_amount"], "86.40");
    assert!(heard[0].body.starts_with("biz_content="), "the content is the body");
}

#[tokio::test]
async fn orders_are_asked_about_closed_and_given_back() {
    const QUERY: &str = "alipay.trade.query";
    const CLOSE: &str = "alipay.trade.close";
    const REFUND: &str = "alipay.trade.refund";
    const REFUND_QUERY: &str = "alipay.trade.fastpay.refund.query";
    let door = Door::open().await;
    let shop = shop(&door, Desktop::Page);
    let no = |code: &str| format!(r#"{{"code":"40004","sub_code":"{code}"}}"#);
    let paid = Trade::Paid { trade_no: "t1".into(), amount: Money::from_fen(8_640), paid_at: NOW };

    door.will_say(says(QUERY, PAID));
    assert_eq!(Provider::query(&shop, "o1").await, Ok(paid.clone()));
    door.will_say(says(QUERY, &no("ACQ.TRADE_NOT_EXIST")));
    assert_eq!(Provider::query(&shop, "o1").await, Ok(Trade::Unknown));
    door.will_say(says(QUERY, &no("isv.insufficient-isv-permissions")));
    assert_eq!(Provider::query(&shop, "o1").await, Err(Failure::Refused));

    door.will_say(says(CLOSE, r#"{"code":"10000","out_trade_no":"o1","trade_no":"t1"}"#));
    assert_eq!(Provider::close(&shop, "o1").await, Ok(Trade::Closed));
    // The money was faster.
    door.will_say(says(CLOSE, &no("ACQ.REASON_TRADE_STATUS_INVALID")));
    door.will_say(says(QUERY, PAID));
    assert_eq!(Provider::close(&shop, "o1").await, Ok(paid));

    let done = r#"{"code":"10000","out_trade_no":"o1","out_request_no":"r1","refund_status":"REFUND_SUCCESS","gmt_refund_pay":"2026-03-02 10:00:00"}"#;
    door.heard();
    door.will_say(says(
        REFUND,
        r#"{"code":"10000","out_trade_no":"o1","trade_no":"t1","fund_change":"Y","refund_fee":"10.00"}"#,
    ));
    door.will_say(says(REFUND_QUERY, done));
    assert_eq!(Provider::refund(&shop, &testing::refund()).await, Ok(RefundState::Done { at: NOW }));
    let heard = door.heard();
    let (_, content) = verified(&heard[0].target, &heard[0].body);
    let wanted =
        json!({ "out_trade_no": "o1", "out_request_no": "r1", "refund_amount": "10.00", "refund_reason": "退一部分" });
    assert_eq!(content, wanted);
    // Accepted, and not yet to be seen.
    door.will_say(says(REFUND, r#"{"code":"10000","out_trade_no":"o1","fund_change":"Y"}"#));
    door.will_say(says(REFUND_QUERY, r#"{"code":"10000"}"#));
    assert_eq!(Provider::refund(&shop, &testing::refund()).await, Ok(RefundState::Processing));
    door.will_say(says(REFUND, &no("ACQ.SELLER_BALANCE_NOT_ENOUGH")));
    let stuck = RefundState::Abnormal("ACQ.SELLER_BALANCE_NOT_ENOUGH".into());
    assert_eq!(Provider::refund(&shop, &testing::refund()).await, Ok(stuck));
    door.will_say(says(REFUND, &no("ACQ.SYSTEM_ERROR")));
    assert_eq!(Provider::refund(&shop, &testing::refund()).await, Err(Failure::Down));
}

#[tokio::test]
async fn an_agreement_is_signed_debited_and_ended() {
    let door = Door::open().await;
    let shop = shop(&door, Desktop::Page);
    let agreements = Provider::agreements(&shop).expect("agreements");
    let order = AgreementOrder {
        external_no: "a1".into(),
        limit: Money::from_fen(20_000),
        subject: "水费".into(),
        notify_url: "https://city.example/notify/x/y".into(),
        return_url: "https://city.example/a".into(),
        device: Device::Phone,
    };
    let Ok(Cashier::Open(url)) = agreements.sign(&order).await else { panic!("no address") };
    let (map, content) = verified(&url, "");
    assert_eq!(map["method"], "alipay.user.agreement.page.sign");
    assert_eq!(content["period_rule_params"]["single_amount"], "200.00");
    assert_eq!(content["access_params"]["channel"], "ALIPAYAPP");

    let state = r#"{"code":"10000","external_agreement_no":"a1","agreement_no":"A1","status":"NORMAL"}"#;
    door.will_say(says("alipay.user.agreement.query", state));
    assert_eq!(agreements.query("a1").await, Ok(AgreementState::InForce { agreement_no: "A1".into() }));
    door.will_say(says("alipay.user.agreement.query", state));
    assert_eq!(agreements.query("a2").await, Err(Failure::WrongSubject));

    let debit = || agreements.debit("A1", &DEBIT);
    static DEBIT: std::sync::LazyLock<Order> = std::sync::LazyLock::new(|| testing::order(Device::Phone));
    door.will_say(says(
        "alipay.trade.pay",
        r#"{"code":"10000","out_trade_no":"o1","trade_no":"t1","total_amount":"86.40"}"#,
    ));
    door.will_say(says("alipay.trade.query", PAID));
    let paid = Trade::Paid { trade_no: "t1".into(), amount: Money::from_fen(8_640), paid_at: NOW };
    assert_eq!(debit().await, Ok(Debit::Trade(paid)));
    for (said, result) in [
        (r#"{"code":"10003"}"#, Ok(Debit::Trade(Trade::Waiting))),
        (
            r#"{"code":"40004","sub_code":"ACQ.BUYER_BALANCE_NOT_ENOUGH"}"#,
            Ok(Debit::Declined("ACQ.BUYER_BALANCE_NOT_ENOUGH".into())),
        ),
        (r#"{"code":"40004","sub_code":"ACQ.AGREEMENT_NOT_EXIST"}"#, Ok(Debit::NoAgreement)),
        (r#"{"code":"40004","sub_code":"ACQ.SYSTEM_ERROR"}"#, Err(Failure::Down)),
    ] {
        door.will_say(says("alipay.trade.pay", said));
        assert_eq!(debit().await, result, "{said}");
    }

    door.will_say(says("alipay.user.agreement.query", state));
    door.will_say(says("alipay.user.agreement.unsign", r#"{"code":"10000"}"#));
    assert_eq!(agreements.end("a1").await, Ok(()));
    let heard = door.heard();
    let (_, content) = verified(&heard.last().expect("heard").target, &heard.last().expect("heard").body);
    assert_eq!(content, json!({ "agreement_no": "A1" }));
}

#[tokio::test]
async fn a_bill_is_fetched_from_the_gateway_and_its_neighbours_only() {
    const METHOD: &str = "alipay.data.dataservice.bill.downloadurl.query";
    let door = Door::open().await;
    let shop = shop(&door, Desktop::Page);
    let day = jiff::civil::date(2026, 3, 2);
    let csv = "#账号：[20880000000000010156]\n支付宝交易号,商户订单号,业务类型,完成时间,订单金额（元）,退款批次号/请求号,服务费（元）\n\
               t1,o1,交易,2026-03-02 10:00:00,86.40,,0.52\n#业务明细列表结束\n";
    let csv = encoding_rs::GBK.encode(csv).0;
    let name = encoding_rs::GBK.encode("20880000000000010156_20260302_业务明细.csv").0;
    door.will_say(says(METHOD, &format!(r#"{{"code":"10000","bill_download_url":"{}"}}"#, door.url("/bill?token=1"))));
    door.will_say(door::http(200, &[], &zip::tests::archive(&[(&name, &csv)])));
    let lines = Provider::bill(&shop, day).await.expect("a bill").expect("of this day");
    assert_eq!((lines.len(), lines[0].amount, lines[0].fee), (1, Money::from_fen(8_640), Money::from_fen(52)));
    door.will_say(says(METHOD, r#"{"code":"40004","sub_code":"isp.bill_not_exist"}"#));
    assert_eq!(Provider::bill(&shop, day).await, Ok(None));
    door.will_say(says(METHOD, r#"{"code":"10000","bill_download_url":"http://127.0.0.1:9/bill"}"#));
    assert_eq!(Provider::bill(&shop, day).await, Err(Failure::Forbidden));

    let real = config::Alipay { gateway: "https://openapi.pay.example/gateway.do".into(), ..shop.shop };
    let real = Alipay::new(real, &[], Arc::new(FakeClock::at(NOW))).unwrap_or_else(|why| panic!("{why}"));
    let url = |text: &str| real.bill_url(text).map(String::from);
    assert_eq!(url("http://bills.pay.example/x?y=1"), Ok("https://bills.pay.example/x?y=1".into()));
    for text in
        ["https://evil.example/x", "https://evilpay.example/x", "https://169.254.169.254/", "https://pay.example.cn/"]
    {
        assert_eq!(url(text), Err(Failure::Forbidden), "{text}");
    }
}

/// What a gateway can say that is not an answer: each of it is a failure, whatever was asked.
#[tokio::test]
async fn garbage_never_becomes_a_state() {
    let door = Door::open().await;
    let stranger = testing::stranger().sign(PAID).expect("signed");
    let html = door::http(200, &[("content-type", "text/html")], b"<html>busy</html>");
    let unsigned = door::http(200, &[], format!("{{\"alipay_trade_query_response\":{PAID}}}").as_bytes());
    let forged = format!("{{\"alipay_trade_query_response\":{PAID},\"sign\":\"{stranger}\"}}");
    let mut cut = says("alipay.trade.query", PAID);
    cut.truncate(cut.len() - 20);
    let answers: Vec<(&str, Vec<u8>)> = vec![
        ("nothing", Vec::new()),
        ("not HTTP", b"hello\r\n\r\n".to_vec()),
        ("HTML", html),
        ("an error", door::http(502, &[], b"bad gateway")),
        ("an error with a good answer", says("alipay.trade.query", PAID).replace_status("500")),
        ("a redirect", door::http(302, &[("location", "http://169.254.169.254/")], b"")),
        ("empty", door::http(200, &[], b"")),
        ("null", door::http(200, &[], b"null")),
        ("unsigned", unsigned),
        ("a stranger's signature", door::http(200, &[], forged.as_bytes())),
        ("half", cut),
        ("another method's answer", says("alipay.trade.sync", PAID)),
        ("another order's answer", says("alipay.trade.query", &PAID.replace("o1", "o2"))),
        ("a state nobody knows", says("alipay.trade.query", &PAID.replace("TRADE_SUCCESS", "TRADE_OK"))),
        ("an amount nobody can read", says("alipay.trade.query", &PAID.replace("86.40", "86.4O"))),
        ("too much", door::http(200, &[], &vec![b' '; gateway::REPLY_BYTES_MAX + 1])),
        ("not UTF-8", door::http(200, &[], b"{\"alipay_trade_query_response\":\"\xff\"}")),
    ];
    let clock = Arc::new(FakeClock::at(NOW));
    let shop = shop_at(&door, Desktop::Code, Arc::clone(&clock));
    let (order, refund) = (testing::order(Device::Desktop), testing::refund());
    for (what, answer) in answers {
        let asked = |name: &'static str, failure: Option<Failure>| {
            assert!(failure.is_some_and(|failure| failure != Failure::NotAsked), "{name} after {what}: {failure:?}");
            // What was not asked for is taken back; the breaker lets the next question pass.
            door.forget();
            clock.advance_s(10);
            for _ in 0..2 {
                door.will_say(answer.clone());
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

trait ReplaceStatus {
    fn replace_status(self, status: &str) -> Vec<u8>;
}

impl ReplaceStatus for Vec<u8> {
    fn replace_status(mut self, status: &str) -> Vec<u8> {
        self[9..12].copy_from_slice(status.as_bytes());
        self
    }
}
