//! A callback of WeChat Pay: signed over its raw bytes, with what happened sealed inside. It is believed when the
//! signature holds under a pinned key of these minutes, the seal opens with our key, and what is inside names our shop.

use connector::pay::{Callback, Event, Forged, Notice};
use exchange::json;
use kernel::{Money, Timestamp};
use serde::{Deserialize, de::DeserializeOwned};

use super::{
    sealed::ApiKey,
    signature::{ALGORITHM, Pinned, Stamped},
};
use crate::field;

const BODY_BYTES_MAX: usize = 32 * 1024;

/// Whom a callback must be meant for.
pub struct Shop<'a> {
    pub mchid: &'a str,
    pub appid: &'a str,
    pub pinned: &'a Pinned,
    pub key: &'a ApiKey,
}

#[derive(Deserialize)]
struct Envelope {
    id: String,
    event_type: String,
    resource: Resource,
}

#[derive(Deserialize)]
struct Resource {
    algorithm: String,
    ciphertext: String,
    #[serde(default)]
    associated_data: String,
    nonce: String,
}

#[derive(Deserialize)]
struct Transaction {
    mchid: String,
    appid: String,
    out_trade_no: String,
    transaction_id: String,
    trade_state: String,
    success_time: String,
    amount: Amount,
}

#[derive(Deserialize)]
struct Amount {
    total: i64,
    currency: Option<String>,
}

#[derive(Deserialize)]
struct Refund {
    mchid: String,
    out_trade_no: String,
    out_refund_no: String,
    success_time: Option<String>,
}

pub fn read(callback: &Callback<'_>, shop: &Shop<'_>, now: Timestamp) -> Result<Notice, Forged> {
    if callback.body.len() > BODY_BYTES_MAX {
        return Err(Forged::Malformed);
    }
    let stamped = Stamped::read(|name| callback.header(name)).ok_or(Forged::Malformed)?;
    let named = callback.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("Wechatpay-Signature-Type"));
    if named && callback.header("Wechatpay-Signature-Type") != Some(ALGORITHM) {
        return Err(Forged::Malformed);
    }
    shop.pinned.verify(&stamped, callback.body, now)?;
    let envelope: Envelope = parse(callback.body)?;
    if envelope.resource.algorithm != "AEAD_AES_256_GCM" || !field::is_number(&envelope.id) {
        return Err(Forged::Malformed);
    }
    let resource = &envelope.resource;
    let inside =
        shop.key.open(&resource.nonce, &resource.associated_data, &resource.ciphertext).ok_or(Forged::Sealed)?;
    let (event, at) = match envelope.event_type.as_str() {
        "TRANSACTION.SUCCESS" => paid(parse(&inside)?, shop)?,
        "REFUND.SUCCESS" | "REFUND.ABNORMAL" | "REFUND.CLOSED" => refund(parse(&inside)?, shop, &stamped)?,
        _ => return Err(Forged::Malformed),
    };
    Ok(Notice { notify_id: envelope.id, event, at })
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Forged> {
    let text = std::str::from_utf8(bytes).map_err(|_| Forged::Malformed)?;
    let value = json::parse(text).map_err(|_| Forged::Malformed)?;
    serde_json::from_value(value).map_err(|_| Forged::Malformed)
}

fn paid(transaction: Transaction, shop: &Shop<'_>) -> Result<(Event, Timestamp), Forged> {
    if transaction.mchid != shop.mchid || transaction.appid != shop.appid {
        return Err(Forged::Merchant);
    }
    if transaction.amount.currency.is_some_and(|currency| currency != "CNY") {
        return Err(Forged::Currency);
    }
    let numbers = field::is_number(&transaction.out_trade_no) && field::is_number(&transaction.transaction_id);
    if !numbers || transaction.trade_state != "SUCCESS" || transaction.amount.total <= 0 {
        return Err(Forged::Malformed);
    }
    let at = field::read_rfc3339(&transaction.success_time).ok_or(Forged::Malformed)?;
    let event = Event::Paid {
        out_trade_no: transaction.out_trade_no,
        trade_no: transaction.transaction_id,
        amount: Money::from_fen(transaction.amount.total),
    };
    Ok((event, at))
}

fn refund(refund: Refund, shop: &Shop<'_>, stamped: &Stamped<'_>) -> Result<(Event, Timestamp), Forged> {
    if refund.mchid != shop.mchid {
        return Err(Forged::Merchant);
    }
    if !field::is_number(&refund.out_trade_no) || !field::is_number(&refund.out_refund_no) {
        return Err(Forged::Malformed);
    }
    let at = match refund.success_time.as_deref() {
        Some(text) => field::read_rfc3339(text).ok_or(Forged::Malformed)?,
        // A refund that failed has no time of success; the notice has its own.
        None => Timestamp(stamped.timestamp.parse::<i64>().map_err(|_| Forged::Malformed)?.saturating_mul(1000)),
    };
    Ok((Event::Refund { out_trade_no: refund.out_trade_no, refund_no: refund.out_refund_no }, at))
}

#[cfg(test)]
#[path = "notice_tests.rs"]
mod tests;
