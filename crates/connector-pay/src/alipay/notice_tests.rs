//! Notices: the genuine ones mean one thing, and everything else is refused.

use proptest::{prelude::*, sample::Index};

use super::*;
use crate::testing;

pub const APP_ID: &str = "2021000000000001";
pub const SELLER_ID: &str = "2088000000000001";
const ORDER: &str = "1401000123456789abcdefghjkmnpqrs";
/// 2026-03-02 10:01:00.
const NOW: Timestamp = Timestamp(1_772_416_860_000);

type Pairs = Vec<(String, String)>;

fn pairs(pairs: &[(&str, &str)]) -> Pairs {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// A notice of a payment as the platform sends it, without its signature.
fn paid() -> Pairs {
    pairs(&[
        ("app_id", APP_ID),
        ("auth_app_id", APP_ID),
        ("buyer_logon_id", "139****0001"),
        ("charset", "utf-8"),
        ("fund_bill_list", r#"[{"amount":"86.40","fundChannel":"ALIPAYACCOUNT"}]"#),
        ("gmt_create", "2026-03-02 09:59:30"),
        ("gmt_payment", "2026-03-02 10:00:00"),
        ("notify_id", "2026030200222100000000000000000001"),
        ("notify_time", "2026-03-02 10:00:01"),
        ("notify_type", "trade_status_sync"),
        ("out_trade_no", ORDER),
        ("receipt_amount", "86.40"),
        ("seller_id", SELLER_ID),
        ("subject", "水费 2026-02 & 100%+"),
        ("total_amount", "86.40"),
        ("trade_no", "2026030222001400000000000001"),
        ("trade_status", "TRADE_SUCCESS"),
        ("version", "1.0"),
    ])
}

fn with(mut pairs: Pairs, name: &str, value: Option<&str>) -> Pairs {
    pairs.retain(|(other, _)| other != name);
    if let Some(value) = value {
        pairs.push((name.to_owned(), value.to_owned()));
    }
    pairs.sort();
    pairs
}

fn text(pairs: &Pairs) -> String {
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

fn form(pairs: &Pairs) -> Vec<u8> {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish().into_bytes()
}

/// Signed as the platform signs: over the sorted parameters, without `sign_type`.
fn signed(mut pairs: Pairs) -> Pairs {
    pairs.sort();
    let sign = testing::provider().sign(&text(&pairs)).expect("signed");
    pairs.push(("sign_type".into(), "RSA2".into()));
    pairs.push(("sign".into(), sign));
    pairs
}

fn heard(body: &[u8]) -> Result<Notice, Forged> {
    read(body, &Shop { app_id: APP_ID, seller_id: SELLER_ID, key: &testing::provider_public() }, NOW)
}

fn said(pairs: Pairs) -> Result<Notice, Forged> {
    heard(&form(&signed(pairs)))
}

fn truth() -> Notice {
    Notice {
        notify_id: "2026030200222100000000000000000001".into(),
        event: Event::Paid {
            out_trade_no: ORDER.into(),
            trade_no: "2026030222001400000000000001".into(),
            amount: Money::from_fen(8_640),
        },
        at: Timestamp(1_772_416_800_000),
    }
}

#[test]
fn a_genuine_notice_is_read_in_any_order_and_either_way_of_signing() {
    assert_eq!(said(paid()), Ok(truth()));
    let mut shuffled = signed(paid());
    shuffled.reverse();
    assert_eq!(heard(&form(&shuffled)), Ok(truth()));
    // With `sign_type` among the signed parameters, as some senders do.
    let mut pairs = with(paid(), "sign_type", Some("RSA2"));
    let sign = testing::provider().sign(&text(&pairs)).expect("signed");
    pairs.push(("sign".into(), sign));
    assert_eq!(heard(&form(&pairs)), Ok(truth()));
    assert_eq!(said(with(paid(), "body", Some(""))), Ok(truth()), "empty values are signed as they are");
}

#[test]
fn states_become_events() {
    let event = |pairs: Pairs| said(pairs).map(|notice| notice.event);
    let out_trade_no = ORDER.to_owned();
    let unpaid = |state| with(with(paid(), "gmt_payment", None), "trade_status", Some(state));
    assert_eq!(event(with(paid(), "trade_status", Some("TRADE_FINISHED"))), Ok(truth().event));
    assert_eq!(event(unpaid("TRADE_CLOSED")), Ok(Event::Closed { out_trade_no: out_trade_no.clone() }));
    assert_eq!(event(unpaid("WAIT_BUYER_PAY")), Ok(Event::Nothing { out_trade_no: out_trade_no.clone() }));
    assert_eq!(event(unpaid("TRADE_SUCCESS")), Err(Forged::Malformed), "paid, and not paid");
    assert_eq!(event(with(paid(), "trade_status", Some("PAID"))), Err(Forged::Malformed));

    let part = with(with(paid(), "refund_fee", Some("10.00")), "gmt_refund", Some("2026-03-02 10:00:30.123"));
    assert_eq!(event(part.clone()), Ok(Event::Nothing { out_trade_no: out_trade_no.clone() }), "not ordered here");
    let part = with(part, "out_biz_no", Some("r1"));
    let refund = Event::Refund { out_trade_no, refund_no: "r1".into() };
    assert_eq!(event(part.clone()), Ok(refund.clone()));
    assert_eq!(event(with(part, "trade_status", Some("TRADE_CLOSED"))), Ok(refund));
}

#[test]
fn agreements_are_told_apart() {
    let told = |kind: &str, status: &str| {
        said(pairs(&[
            ("agreement_no", "20260000000000000001"),
            ("app_id", APP_ID),
            ("external_agreement_no", "a1"),
            ("notify_id", "n1"),
            ("notify_time", "2026-03-02 10:00:01"),
            ("notify_type", kind),
            ("status", status),
        ]))
        .map(|notice| notice.event)
    };
    let (external_no, agreement_no) = ("a1".to_owned(), "20260000000000000001".to_owned());
    let signed = Event::Signed { external_no: external_no.clone(), agreement_no: agreement_no.clone() };
    assert_eq!(told("dut_user_sign", "NORMAL"), Ok(signed));
    assert_eq!(told("dut_user_unsign", "UNSIGN"), Ok(Event::Ended { external_no, agreement_no }));
    assert_eq!(told("dut_user_sign", "UNSIGN"), Err(Forged::Malformed));
    assert_eq!(told("dut_user_pause", "NORMAL"), Err(Forged::Malformed));
}

#[test]
fn a_genuine_notice_for_another_shop_another_day_or_another_money_is_refused() {
    for (name, value, why) in [
        ("app_id", "2021000000000002", Forged::Merchant),
        ("seller_id", "2088000000000002", Forged::Merchant),
        ("notify_time", "2026-02-28 10:00:01", Forged::Stale),
        ("notify_time", "2026-03-02 10:07:01", Forged::Stale),
        ("trans_currency", "USD", Forged::Currency),
        ("total_amount", "0.00", Forged::Malformed),
        ("total_amount", "-86.40", Forged::Malformed),
        ("total_amount", "86.400", Forged::Malformed),
        ("total_amount", "８６.40", Forged::Malformed),
        ("out_trade_no", "a&total_amount=1.00", Forged::Malformed),
        ("gmt_payment", "yesterday", Forged::Malformed),
        ("notify_type", "trade", Forged::Malformed),
    ] {
        assert_eq!(said(with(paid(), name, Some(value))), Err(why), "{name}={value}");
    }
    for name in
        ["app_id", "seller_id", "notify_time", "notify_id", "notify_type", "total_amount", "trade_no", "out_trade_no"]
    {
        assert!(said(with(paid(), name, None)).is_err(), "without {name}");
    }
}

#[test]
fn what_is_not_signed_by_the_pinned_key_is_refused() {
    let mut stranger = with(paid(), "sign_type", Some("RSA2"));
    let sign = testing::stranger().sign(&text(&with(stranger.clone(), "sign_type", None))).expect("signed");
    stranger.push(("sign".into(), sign));
    assert_eq!(heard(&form(&stranger)), Err(Forged::Signature));
    // Our own key is not the provider's.
    let mut own = with(paid(), "sign_type", Some("RSA2"));
    let sign = testing::merchant().sign(&text(&paid())).expect("signed");
    own.push(("sign".into(), sign));
    assert_eq!(heard(&form(&own)), Err(Forged::Signature));
    for (sign_type, sign) in [("RSA2", ""), ("RSA", "AAAA"), ("NONE", ""), ("", "AAAA"), ("RSA2", "AAAA")] {
        let mut pairs = paid();
        pairs.push(("sign_type".into(), sign_type.into()));
        pairs.push(("sign".into(), sign.into()));
        assert!(heard(&form(&pairs)).is_err(), "{sign_type} {sign}");
    }
    assert_eq!(heard(&form(&paid())), Err(Forged::Malformed), "no signature at all");
}

#[test]
fn a_form_that_two_readers_would_read_differently_is_refused() {
    let good = form(&signed(paid()));
    let and = |tail: &[u8]| [&good, tail].concat();
    for tail in
        ["&total_amount=86.40", "&x", "&=1", "&x=%4", "&x=%zz", "&x=%ff", "&x=a b", "&x=\u{7}", "&", "&xé=1", "&x=湖"]
    {
        assert_eq!(heard(&and(tail.as_bytes())), Err(Forged::Malformed), "{tail}");
    }
    assert_eq!(heard(&and(b"&x=1")), Err(Forged::Signature), "a parameter more");
    assert_eq!(heard(&and(b"&refund_fee=")), Err(Forged::Signature), "an empty one");
    assert_eq!(said(with(paid(), "subject", Some("a&seller_id=b"))), Err(Forged::Malformed), "two readings");
    assert_eq!(heard(&and(format!("&x={}", "1".repeat(BODY_BYTES_MAX)).as_bytes())), Err(Forged::Malformed));
    assert_eq!(heard(b""), Err(Forged::Malformed));
}

/// How many forgeries to try: 10,000 for everyday, as many as `SHIMIN_FORGERIES` says for a release.
fn forgeries() -> u64 {
    std::env::var("SHIMIN_FORGERIES").ok().and_then(|text| text.parse().ok()).unwrap_or(10_000) / 2
}

#[test]
fn none_of_many_forgeries_is_accepted() {
    use kernel::{Rng as _, SeededRng};
    let seed = 20_260_302;
    let rng = SeededRng::new(seed);
    let genuine = signed(paid());
    let other = signed(with(with(paid(), "out_trade_no", Some("other")), "total_amount", Some("0.01")));
    let letters = b"0123456789abcdefABCDEF.&=+%_- \x00\n\xc3\xa9";
    for n in 0..forgeries() {
        let mut pairs = genuine.clone();
        let at = |rng: &SeededRng, len: usize| usize::try_from(rng.below(len as u64)).expect("small");
        let i = at(&rng, pairs.len());
        match rng.below(7) {
            // One character of a value, or of a name, becomes another.
            0 | 1 => {
                let letter = letters[at(&rng, letters.len())];
                let (name, value) = &mut pairs[i];
                let text = if rng.below(4) == 0 { name } else { value };
                let mut bytes = text.clone().into_bytes();
                let j = at(&rng, bytes.len());
                bytes[j] = letter;
                *text = String::from_utf8_lossy(&bytes).into_owned();
            }
            2 => drop(pairs.remove(i)),
            3 => pairs.push((format!("p{}", rng.below(1000)), rng.u64().to_string())),
            // A parameter swallows its neighbour, or gives a part away.
            4 if i + 1 < pairs.len() => {
                let (name, value) = pairs.remove(i + 1);
                pairs[i].1 = format!("{}&{name}={value}", pairs[i].1);
            }
            // The signature of another genuine notice.
            5 => pairs.last_mut().expect("sign").1.clone_from(&other.last().expect("sign").1),
            // A value of another genuine notice.
            _ => pairs[i].1.clone_from(&other[at(&rng, other.len())].1),
        }
        let same = {
            let (mut a, mut b) = (pairs.clone(), genuine.clone());
            a.sort();
            b.sort();
            a == b
        };
        let said = heard(&form(&pairs));
        assert!(same || said.is_err(), "seed {seed}, forgery {n}: {pairs:?} was read as {said:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn an_altered_byte_changes_nothing_or_is_refused(at in any::<Index>(), with in any::<u8>()) {
        let mut body = form(&signed(paid()));
        let at = at.index(body.len());
        body[at] = with;
        let said = heard(&body);
        prop_assert!(said.is_err() || said == Ok(truth()), "{said:?}");
    }

    #[test]
    fn any_bytes_are_refused_without_a_panic(body in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(heard(&body).is_err());
    }
}
