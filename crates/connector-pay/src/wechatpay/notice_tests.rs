//! Callbacks: the genuine ones mean one thing, and everything else is refused.

use proptest::{prelude::*, sample::Index};
use serde_json::{Value, json};

use super::*;
use crate::testing;

const MCHID: &str = "1900000001";
const APPID: &str = "wx0000000000000001";
const KEY: &[u8] = b"0123456789abcdef0123456789abcdef";
const SERIAL: &str = "PUB_KEY_ID_0000000001";
/// 2026-03-02 10:00:00.
const NOW: Timestamp = Timestamp(1_772_416_800_000);

struct Sent {
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

fn transaction() -> Value {
    json!({
        "mchid": MCHID, "appid": APPID, "out_trade_no": "o1", "transaction_id": "4200000000000001",
        "trade_type": "NATIVE", "trade_state": "SUCCESS", "bank_type": "OTHERS",
        "success_time": "2026-03-02T09:59:58+08:00", "payer": { "openid": "x" },
        "amount": { "total": 8640, "payer_total": 8640, "currency": "CNY", "payer_currency": "CNY" },
    })
}

fn envelope(event_type: &str, inside: &Value) -> Value {
    let key = ApiKey::new(KEY).expect("a key");
    json!({
        "id": "EV-2018022511223320873", "create_time": "2026-03-02T10:00:00+08:00", "resource_type": "encrypt-resource",
        "event_type": event_type, "summary": "支付成功",
        "resource": {
            "original_type": "transaction", "algorithm": "AEAD_AES_256_GCM", "associated_data": "transaction",
            "nonce": "fdasfjihihds", "ciphertext": key.seal("fdasfjihihds", "transaction", &inside.to_string()),
        },
    })
}

fn signed_by(key: &crate::rsa::MerchantKey, at: Timestamp, body: String) -> Sent {
    let timestamp = at.0 / 1000;
    let signature = key.sign(&format!("{timestamp}\nn1\n{body}\n")).expect("signed");
    let headers = [
        ("Content-Type", "application/json".to_owned()),
        ("Wechatpay-Serial", SERIAL.to_owned()),
        ("Wechatpay-Timestamp", timestamp.to_string()),
        ("Wechatpay-Nonce", "n1".to_owned()),
        ("Wechatpay-Signature", signature),
        ("Wechatpay-Signature-Type", ALGORITHM.to_owned()),
    ];
    Sent { headers: headers.map(|(name, value)| (name.to_owned(), value)).to_vec(), body: body.into_bytes() }
}

fn sent(envelope: &Value) -> Sent {
    signed_by(testing::provider(), NOW, envelope.to_string())
}

fn heard_at(sent: &Sent, now: Timestamp) -> Result<Notice, Forged> {
    let pinned = Pinned::new(vec![(SERIAL.into(), testing::provider_public())]);
    let key = ApiKey::new(KEY).expect("a key");
    let shop = Shop { mchid: MCHID, appid: APPID, pinned: &pinned, key: &key };
    read(&Callback { headers: &sent.headers, body: &sent.body }, &shop, now)
}

fn heard(sent: &Sent) -> Result<Notice, Forged> {
    heard_at(sent, NOW)
}

fn truth() -> Notice {
    Notice {
        notify_id: "EV-2018022511223320873".into(),
        event: Event::Paid {
            out_trade_no: "o1".into(),
            trade_no: "4200000000000001".into(),
            amount: Money::from_fen(8_640),
        },
        at: NOW.plus_s(-2),
    }
}

fn paid() -> Sent {
    sent(&envelope("TRANSACTION.SUCCESS", &transaction()))
}

#[test]
fn genuine_callbacks_are_read() {
    assert_eq!(heard(&paid()), Ok(truth()));
    let inside = json!({
        "mchid": MCHID, "out_trade_no": "o1", "transaction_id": "4200000000000001", "out_refund_no": "r1",
        "refund_id": "50000000000000001", "refund_status": "SUCCESS", "success_time": "2026-03-02T09:59:58+08:00",
        "amount": { "total": 8640, "refund": 1000, "payer_total": 8640, "payer_refund": 1000 },
    });
    let event = Event::Refund { out_trade_no: "o1".into(), refund_no: "r1".into() };
    for kind in ["REFUND.SUCCESS", "REFUND.ABNORMAL", "REFUND.CLOSED"] {
        let notice = heard(&sent(&envelope(kind, &inside)));
        assert_eq!(notice.map(|notice| (notice.event, notice.at)), Ok((event.clone(), NOW.plus_s(-2))), "{kind}");
    }
}

#[test]
fn a_genuine_callback_for_another_shop_or_another_money_is_refused() {
    let with = |change: &dyn Fn(&mut Value)| {
        let mut inside = transaction();
        change(&mut inside);
        heard(&sent(&envelope("TRANSACTION.SUCCESS", &inside)))
    };
    assert_eq!(with(&|t| t["mchid"] = "1900000002".into()), Err(Forged::Merchant));
    assert_eq!(with(&|t| t["appid"] = "wx2".into()), Err(Forged::Merchant));
    assert_eq!(with(&|t| t["amount"]["currency"] = "USD".into()), Err(Forged::Currency));
    for (pointer, value) in [
        ("/amount/total", json!(0)),
        ("/amount/total", json!(-1)),
        ("/amount/total", json!("8640")),
        ("/amount/total", json!(86.4)),
        ("/trade_state", json!("NOTPAY")),
        ("/success_time", json!("yesterday")),
        ("/out_trade_no", json!("")),
        ("/out_trade_no", json!("a b")),
    ] {
        let said = with(&|t| *t.pointer_mut(pointer).expect("there") = value.clone());
        assert_eq!(said, Err(Forged::Malformed), "{pointer} {value}");
    }
}

#[test]
fn keys_times_and_seals_must_be_ours() {
    let good = envelope("TRANSACTION.SUCCESS", &transaction());
    assert_eq!(heard(&signed_by(testing::stranger(), NOW, good.to_string())), Err(Forged::Signature));
    assert_eq!(heard(&signed_by(testing::merchant(), NOW, good.to_string())), Err(Forged::Signature));
    assert_eq!(heard_at(&paid(), NOW.plus_s(300)), Err(Forged::Stale));
    assert_eq!(heard_at(&paid(), NOW.plus_s(-300)), Err(Forged::Stale));
    assert_eq!(heard_at(&paid(), NOW.plus_s(299)), Ok(truth()));
    let mut other = paid();
    other.headers[1].1 = "PUB_KEY_ID_0000000002".into();
    assert_eq!(heard(&other), Err(Forged::Key));
    let mut sealed = good.clone();
    let stranger = ApiKey::new(&[9; 32]).expect("a key");
    sealed["resource"]["ciphertext"] = stranger.seal("fdasfjihihds", "transaction", &transaction().to_string()).into();
    assert_eq!(heard(&sent(&sealed)), Err(Forged::Sealed));
    let mut algorithm = good.clone();
    algorithm["resource"]["algorithm"] = "NONE".into();
    assert_eq!(heard(&sent(&algorithm)), Err(Forged::Malformed));
    assert_eq!(heard(&sent(&envelope("COUPON.USE", &transaction()))), Err(Forged::Malformed));
    // A payment told as a refund, and the other way round.
    assert_eq!(heard(&sent(&envelope("REFUND.SUCCESS", &transaction()))), Err(Forged::Malformed));
}

#[test]
fn a_replay_with_another_body_or_without_its_headers_is_refused() {
    let mut small = transaction();
    small["amount"]["total"] = 1.into();
    let other = sent(&envelope("TRANSACTION.SUCCESS", &small));
    let swapped = Sent { headers: other.headers, body: paid().body };
    assert_eq!(heard(&swapped), Err(Forged::Signature));
    for i in 1..=4 {
        let mut sent = paid();
        let header = sent.headers.remove(i);
        assert_eq!(heard(&sent), Err(Forged::Malformed), "without {}", header.0);
        let mut sent = paid();
        sent.headers.push(header);
        assert_eq!(heard(&sent), Err(Forged::Malformed), "twice");
    }
    let mut sent = paid();
    sent.headers[5].1 = "WECHATPAY2-SM2-WITH-SM3".into();
    assert_eq!(heard(&sent), Err(Forged::Malformed));
}

#[test]
fn none_of_many_forgeries_is_accepted() {
    use kernel::{Rng as _, SeededRng};
    let many: u64 = std::env::var("SHIMIN_FORGERIES").ok().and_then(|text| text.parse().ok()).unwrap_or(10_000) / 2;
    let seed = 20_260_302;
    let rng = SeededRng::new(seed);
    let at = |len: usize| usize::try_from(rng.below(len as u64)).expect("small");
    let (genuine, mut other) = (paid(), transaction());
    other["out_trade_no"] = "o2".into();
    let other = sent(&envelope("TRANSACTION.SUCCESS", &other));
    for n in 0..many {
        let mut forged = Sent { headers: genuine.headers.clone(), body: genuine.body.clone() };
        match rng.below(7) {
            0 | 1 => {
                let i = at(forged.body.len());
                forged.body[i] ^= 1 << rng.below(8);
            }
            2 => {
                let i = 1 + at(4);
                let mut bytes = forged.headers[i].1.clone().into_bytes();
                let j = at(bytes.len());
                bytes[j] = b"0123456789abcdefABCDEF+/=\n "[at(27)];
                forged.headers[i].1 = String::from_utf8_lossy(&bytes).into_owned();
            }
            3 => drop(forged.headers.remove(1 + at(4))),
            4 => {
                let i = 1 + at(4);
                forged.headers[i].1.clone_from(&other.headers[i].1);
                forged.body.clone_from(&other.body);
            }
            5 => forged.body.truncate(at(genuine.body.len())),
            _ => {
                let i = at(forged.body.len());
                forged.body.insert(i, b" \n,}0"[at(5)]);
            }
        }
        let same = forged.body == genuine.body && forged.headers == genuine.headers;
        let other = forged.body == other.body && forged.headers == other.headers;
        let said = heard(&forged);
        assert!(same || other || said.is_err(), "seed {seed}, forgery {n} was read as {said:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn an_altered_byte_of_the_body_is_refused(at in any::<Index>(), bit in 0_u8..8) {
        let mut sent = paid();
        let at = at.index(sent.body.len());
        sent.body[at] ^= 1 << bit;
        prop_assert_eq!(heard(&sent), Err(Forged::Signature));
    }

    #[test]
    fn any_signed_bytes_are_refused_without_a_panic(body in "[ -~]{0,200}") {
        prop_assert!(heard(&signed_by(testing::provider(), NOW, body)).is_err());
    }
}
