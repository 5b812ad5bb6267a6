//! Callbacks of WeChat Pay: what happened, sealed with AES-256-GCM under the shared key, in an envelope whose raw bytes are
//! signed.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{api_v3_key, app_id, order::transaction, refund::status, stamp};
use crate::{
    Sandbox,
    gateway::{
        Gateway,
        book::{RefundState, Trade, TradeState},
        post::{Forgery, Letter, Message, Subject, Writing},
        random_text,
    },
};

/// A UUID in its usual form; the same for every try of a callback.
pub(super) fn id() -> String {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let draw = || HEX[usize::from(random_text(1).as_bytes()[0]) % 16] as char;
    let hex: String = std::iter::repeat_with(draw).take(32).collect();
    format!("{}-{}-5{}-8{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
}

pub(in crate::gateway) fn write(sandbox: &Sandbox, letter: &Letter, writing: Writing) -> Option<Message> {
    let (desk, now) = (sandbox.gateways.desk(Gateway::WechatPay), sandbox.clock.now());
    let (trade, shop) = {
        let mut book = desk.book();
        let mut trade = book.trade(&letter.about, now)?;
        if matches!(writing, Writing::Forged(_)) && trade.state != TradeState::Paid {
            // A forger says that what is not paid is.
            (trade.state, trade.paid_at) = (TradeState::Paid, Some(now));
        }
        let shop = book.shop(&trade.shop)?.clone();
        (trade, shop)
    };
    let (event, original, mut inside) = match letter.subject {
        Subject::Refunded => of_refund(&trade, letter.refund_no.as_deref()?)?,
        _ => ("TRANSACTION.SUCCESS", "transaction", of_payment(trade)),
    };
    match writing {
        Writing::WrongAmount => lower(&mut inside),
        Writing::Forged(Forgery::OtherShop) => {
            inside["mchid"] = "1999999999".into();
            inside["appid"] = app_id("1999999999").into();
        }
        _ => {}
    }
    // Somebody who does not know the shared key seals with another.
    let key = match writing {
        Writing::Forged(Forgery::Added) => "0".repeat(32),
        _ => api_v3_key(&shop),
    };
    let nonce = random_text(12);
    let ciphertext = seal(&key, &nonce, original, &inside.to_string())?;
    let mut body = json!({
        "id": letter.id,
        "create_time": now.rfc3339(),
        "resource_type": "encrypt-resource",
        "event_type": event,
        "summary": if letter.subject == Subject::Refunded { "退款通知" } else { "支付成功" },
        "resource": {
            "original_type": original,
            "algorithm": "AEAD_AES_256_GCM",
            "ciphertext": ciphertext,
            "associated_data": original,
            "nonce": nonce,
        },
    })
    .to_string();
    let signer = match writing {
        Writing::Forged(Forgery::Stranger) => sandbox.gateways.forger(),
        _ => desk.key(),
    };
    // Six minutes: one more than anybody should believe.
    let age_s = if writing == Writing::Forged(Forgery::Stale) { 360 } else { 0 };
    let mut headers = stamp(sandbox, signer, &body, age_s);
    match writing {
        Writing::Forged(Forgery::Altered) => {
            body = body.replacen("支付成功", "支付成功！", 1).replacen("退款通知", "退款通知！", 1)
        }
        Writing::Forged(Forgery::Unsigned) => headers.retain(|(name, _)| *name != "wechatpay-signature"),
        _ => {}
    }
    headers.push(("content-type", "application/json; charset=utf-8".to_owned()));
    Some(Message { headers, body })
}

fn seal(key: &str, nonce: &str, associated: &str, text: &str) -> Option<String> {
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key.as_bytes()).ok()?);
    let nonce = Nonce::try_assume_unique_for_key(nonce.as_bytes()).ok()?;
    let mut sealed = text.as_bytes().to_vec();
    key.seal_in_place_append_tag(nonce, Aad::from(associated.as_bytes()), &mut sealed).ok()?;
    Some(STANDARD.encode(sealed))
}

/// The payment as it was when it was made, however late its callback comes.
fn of_payment(mut trade: Trade) -> Value {
    trade.refunds.clear();
    transaction(&trade)
}

fn of_refund(trade: &Trade, no: &str) -> Option<(&'static str, &'static str, Value)> {
    let refund = trade.refund(no)?;
    let event = match refund.state {
        RefundState::Abnormal => "REFUND.ABNORMAL",
        _ => "REFUND.SUCCESS",
    };
    let mut inside = json!({
        "mchid": trade.shop,
        "transaction_id": trade.trade_no,
        "out_trade_no": trade.out_trade_no,
        "refund_id": refund.id,
        "out_refund_no": refund.no,
        "refund_status": status(refund),
        "user_received_account": "支付用户零钱",
        "amount": {
            "total": trade.amount_fen,
            "refund": refund.amount_fen,
            "payer_total": trade.amount_fen,
            "payer_refund": refund.amount_fen,
        },
    });
    if let Some(at) = refund.done_at {
        inside["success_time"] = at.rfc3339().into();
    }
    Some((event, "refund", inside))
}

/// A fen too little, sealed and signed all the same.
fn lower(inside: &mut Value) {
    for name in ["total", "payer_total"] {
        if let Some(fen) = inside["amount"][name].as_i64() {
            inside["amount"][name] = (fen - 1).into();
        }
    }
}
