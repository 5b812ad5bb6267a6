//! What a verified reply comes to mean.

use kernel::Money;

use super::*;

fn paid() -> Value {
    json!({
        "code": "10000", "out_trade_no": "o1", "trade_no": "t1", "trade_status": "TRADE_SUCCESS",
        "total_amount": "86.40", "send_pay_date": "2026-03-02 10:00:00",
    })
}

#[test]
fn a_trade_is_read_completely_or_not_at_all() {
    let read = |changes: &[(&str, Value)]| {
        let mut said = paid();
        for (name, value) in changes {
            match value {
                Value::Null => drop(said.as_object_mut().expect("an object").remove(*name)),
                value => said[*name] = value.clone(),
            }
        }
        trade(&said, "o1")
    };
    let at = Timestamp(1_772_416_800_000);
    let truth = Trade::Paid { trade_no: "t1".into(), amount: Money::from_fen(8_640), paid_at: at };
    assert_eq!(read(&[]), Ok(truth.clone()));
    assert_eq!(read(&[("trade_status", "TRADE_CLOSED".into())]), Ok(truth), "paid, and given back since");
    assert_eq!(read(&[("trade_status", "TRADE_CLOSED".into()), ("send_pay_date", Value::Null)]), Ok(Trade::Closed));
    assert_eq!(read(&[("trade_status", "WAIT_BUYER_PAY".into()), ("send_pay_date", Value::Null)]), Ok(Trade::Waiting));
    for (name, value, why) in [
        ("out_trade_no", "o2".into(), Failure::WrongSubject),
        ("out_trade_no", Value::Null, Failure::Half),
        ("trade_status", Value::Null, Failure::Half),
        ("trade_status", "TRADE_PENDING".into(), Failure::Garbage),
        ("total_amount", Value::Null, Failure::Half),
        ("total_amount", "0.00".into(), Failure::Garbage),
        ("total_amount", "86,40".into(), Failure::Garbage),
        ("total_amount", json!(86.4), Failure::Half),
        ("send_pay_date", Value::Null, Failure::Half),
        ("send_pay_date", "soon".into(), Failure::Garbage),
        ("trade_no", "".into(), Failure::Half),
    ] {
        assert_eq!(read(&[(name, value)]), Err(why), "{name}");
    }
}

#[test]
fn a_refund_is_done_when_it_says_when() {
    let done = json!({
        "out_trade_no": "o1", "out_request_no": "r1", "refund_status": "REFUND_SUCCESS",
        "gmt_refund_pay": "2026-03-02 10:00:00",
    });
    assert_eq!(refund_state(&done, "o1", "r1"), Ok(RefundState::Done { at: Timestamp(1_772_416_800_000) }));
    assert_eq!(refund_state(&done, "o1", "r2"), Err(Failure::WrongSubject));
    assert_eq!(refund_state(&done, "o2", "r1"), Err(Failure::WrongSubject));
    assert_eq!(refund_state(&json!({ "out_trade_no": "o1" }), "o1", "r1"), Ok(RefundState::Unknown));
    assert_eq!(refund_state(&json!({ "refund_status": "MAYBE" }), "o1", "r1"), Err(Failure::Garbage));
}

#[test]
fn a_subject_ends_no_parameter_and_no_column() {
    assert_eq!(subject("水费 2026-02 & a=b, \"c\"/\n"), "水费 2026-02   a b   c   ");
}
