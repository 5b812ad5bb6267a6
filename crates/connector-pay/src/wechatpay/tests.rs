//! What a verified reply comes to mean, and that an unverified one means nothing.

use kernel::{FakeClock, SeededRng};
use reqwest::header::HeaderMap;

use super::*;
use crate::{config::Secret, testing};

/// 2026-03-02 10:00:00.
const NOW: Timestamp = Timestamp(1_772_416_800_000);

fn shop(gateway: &str) -> WeChatPay {
    let shop = config::WeChatPay {
        gateway: gateway.to_owned(),
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
    let clock = Arc::new(FakeClock::at(NOW));
    WeChatPay::new(shop, &[], clock, Arc::new(SeededRng::new(1))).unwrap_or_else(|why| panic!("{why}"))
}

fn reply(status: u16, body: &str, signed: bool) -> Reply {
    let mut headers = HeaderMap::new();
    if signed {
        let signature = testing::provider().sign(&format!("1772416800\nn1\n{body}\n")).expect("signed");
        for (name, value) in [
            ("wechatpay-serial", "P1"),
            ("wechatpay-timestamp", "1772416800"),
            ("wechatpay-nonce", "n1"),
            ("wechatpay-signature", &signature),
        ] {
            headers.insert(name, HeaderValue::from_str(value).expect("a header"));
        }
    }
    Reply { status: StatusCode::from_u16(status).expect("a status"), headers, body: body.as_bytes().to_vec() }
}

#[test]
fn a_reply_is_believed_for_its_signature() {
    let (plain, secure) = (shop("http://127.0.0.1:1/wechatpay"), shop("https://pay.example"));
    let says = |shop: &WeChatPay, reply: Reply| match shop.read(&reply) {
        Ok(Said::Yes(value)) => Ok(value.to_string()),
        Ok(Said::No(code)) => Ok(code),
        Err(failure) => Err(failure),
    };
    assert_eq!(says(&plain, reply(200, "{\"a\":1}", true)), Ok("{\"a\":1}".into()));
    assert_eq!(says(&plain, reply(204, "", true)), Ok("null".into()));
    assert_eq!(says(&plain, reply(404, "{\"code\":\"ORDER_NOT_EXIST\"}", true)), Ok("ORDER_NOT_EXIST".into()));
    assert_eq!(says(&secure, reply(404, "{\"code\":\"ORDER_NOT_EXIST\"}", false)), Ok("ORDER_NOT_EXIST".into()));
    for (shop, reply) in [
        (&plain, reply(200, "{\"a\":1}", false)),
        (&secure, reply(200, "{\"a\":1}", false)),
        (&secure, reply(204, "", false)),
        (&plain, reply(404, "{\"code\":\"ORDER_NOT_EXIST\"}", false)),
        (&secure, reply(404, "<html>", false)),
        (&plain, reply(400, "{}", true)),
        (&plain, reply(200, "{\"a\":1,\"a\":2}", true)),
    ] {
        assert_eq!(says(shop, reply), Err(Failure::Garbage));
    }
    let mut altered = reply(200, "{\"a\":1}", true);
    altered.body[5] = b'2';
    assert_eq!(says(&plain, altered), Err(Failure::Garbage));
    let mut twice = reply(200, "{\"a\":1}", true);
    twice.headers.append("wechatpay-serial", HeaderValue::from_static("P1"));
    assert_eq!(says(&plain, twice), Err(Failure::Garbage));
}

#[test]
fn a_trade_is_read_completely_or_not_at_all() {
    let shop = shop("https://pay.example");
    let read = |pointer: &str, value: Value| {
        let mut said = json!({
            "mchid": "1900000001", "appid": "wx1", "out_trade_no": "o1", "transaction_id": "t1", "trade_state": "SUCCESS",
            "success_time": "2026-03-02T10:00:00+08:00", "amount": { "total": 8640, "currency": "CNY" },
        });
        *said.pointer_mut(pointer).expect("there") = value;
        shop.trade(&said, "o1")
    };
    let truth = Trade::Paid { trade_no: "t1".into(), amount: Money::from_fen(8_640), paid_at: NOW };
    assert_eq!(read("/trade_state", "SUCCESS".into()), Ok(truth.clone()));
    assert_eq!(read("/trade_state", "REFUND".into()), Ok(truth), "paid, and given back since");
    for (state, trade) in [
        ("NOTPAY", Trade::Waiting),
        ("USERPAYING", Trade::Waiting),
        ("CLOSED", Trade::Closed),
        ("REVOKED", Trade::Closed),
    ] {
        assert_eq!(read("/trade_state", state.into()), Ok(trade), "{state}");
    }
    for (pointer, value, why) in [
        ("/out_trade_no", "o2".into(), Failure::WrongSubject),
        ("/mchid", "1900000002".into(), Failure::WrongSubject),
        ("/trade_state", Value::Null, Failure::Half),
        ("/trade_state", "ACCEPT".into(), Failure::Garbage),
        ("/amount/total", Value::Null, Failure::Half),
        ("/amount/total", 0.into(), Failure::Garbage),
        ("/amount/total", json!(86.4), Failure::Garbage),
        ("/amount/currency", "USD".into(), Failure::Garbage),
        ("/success_time", "soon".into(), Failure::Garbage),
        ("/transaction_id", "".into(), Failure::Half),
    ] {
        assert_eq!(read(pointer, value), Err(why), "{pointer}");
    }
}

#[test]
fn a_refund_is_done_stuck_or_on_its_way() {
    let read = |status: &str| {
        let said = json!({
            "out_trade_no": "o1", "out_refund_no": "r1", "status": status, "success_time": "2026-03-02T10:00:00+08:00",
        });
        refund_state(&said, "o1", "r1")
    };
    assert_eq!(read("SUCCESS"), Ok(RefundState::Done { at: NOW }));
    assert_eq!(read("PROCESSING"), Ok(RefundState::Processing));
    assert_eq!(read("ABNORMAL"), Ok(RefundState::Abnormal("ABNORMAL".into())));
    assert_eq!(read("CLOSED"), Ok(RefundState::Abnormal("CLOSED".into())));
    assert_eq!(read("DONE"), Err(Failure::Garbage));
    let other = json!({ "out_trade_no": "o1", "out_refund_no": "r2", "status": "SUCCESS" });
    assert_eq!(refund_state(&other, "o1", "r1"), Err(Failure::WrongSubject));
}
