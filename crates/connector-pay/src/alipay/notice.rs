//! A notice of the open platform: a form, signed over its decoded parameters. It is believed after four questions: is
//! the form whole and unambiguous, does the signature hold, is it meant for our shop, is it of these days?
//!
//! The signed text joins parameters by `&` without escaping, so one text can be cut into parameters in several ways. A
//! value that could have swallowed its neighbour is therefore refused; none of ours looks like that.

use std::collections::BTreeMap;

use connector::pay::{Event, Forged, Notice};
use kernel::{Money, Timestamp};

use crate::{field, rsa::GatewayKey};

const BODY_BYTES_MAX: usize = 16 * 1024;
const PARAMETERS_MAX: usize = 96;
/// The platform repeats a notice for 25 hours; what is older comes from somebody who kept it.
const AGE_MAX_MS: i64 = 36 * 3_600_000;
/// Clocks differ.
const AHEAD_MAX_MS: i64 = 5 * 60_000;

/// Whom a notice must be meant for.
pub struct Shop<'a> {
    pub app_id: &'a str,
    pub seller_id: &'a str,
    pub key: &'a GatewayKey,
}

type Parameters = BTreeMap<String, String>;

pub fn read(body: &[u8], shop: &Shop<'_>, now: Timestamp) -> Result<Notice, Forged> {
    let mut parameters = form(body)?;
    let sign = parameters.remove("sign").ok_or(Forged::Malformed)?;
    signed(&mut parameters, &sign, shop.key)?;
    if parameters.get("app_id").map(String::as_str) != Some(shop.app_id) {
        return Err(Forged::Merchant);
    }
    let sent_at = time(&parameters, "notify_time")?;
    if now.since_ms(sent_at) > AGE_MAX_MS || sent_at.since_ms(now) > AHEAD_MAX_MS {
        return Err(Forged::Stale);
    }
    let notify_id = number(&parameters, "notify_id")?;
    let (event, at) = match parameters.get("notify_type").map(String::as_str) {
        Some("trade_status_sync") => trade(&parameters, shop, sent_at)?,
        Some(kind @ ("dut_user_sign" | "dut_user_unsign")) => (agreement(&parameters, kind)?, sent_at),
        _ => return Err(Forged::Malformed),
    };
    Ok(Notice { notify_id, event, at })
}

/// The parameters of a form, decoded strictly: UTF-8, every name once.
fn form(body: &[u8]) -> Result<Parameters, Forged> {
    let body = std::str::from_utf8(body).ok().filter(|body| body.len() <= BODY_BYTES_MAX).ok_or(Forged::Malformed)?;
    let mut parameters = Parameters::new();
    for pair in body.split('&') {
        let (name, value) = pair.split_once('=').ok_or(Forged::Malformed)?;
        let (name, value) = (decoded(name)?, decoded(value)?);
        if !is_name(&name)
            || swallowed(&value)
            || parameters.insert(name, value).is_some()
            || parameters.len() > PARAMETERS_MAX
        {
            return Err(Forged::Malformed);
        }
    }
    Ok(parameters)
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// True for `a&name=b`.
fn swallowed(value: &str) -> bool {
    value.split('&').skip(1).any(|part| part.split_once('=').is_some_and(|(name, _)| is_name(name)))
}

/// Percent-decoding that knows no half measures: a `%` is followed by two hexadecimal digits, and the bytes are UTF-8.
fn decoded(text: &str) -> Result<String, Forged> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || rest.next().and_then(|b| char::from(b).to_digit(16)).ok_or(Forged::Malformed);
                u8::try_from(digit()? << 4 | digit()?).map_err(|_| Forged::Malformed)?
            }
            byte if byte.is_ascii_graphic() => byte,
            _ => return Err(Forged::Malformed),
        });
    }
    String::from_utf8(bytes).map_err(|_| Forged::Malformed)
}

/// The rule says that `sign_type` is not signed; the provider's library tries it signed first, for senders that do sign
/// it. Either way it must name the one algorithm.
fn signed(parameters: &mut Parameters, sign: &str, key: &GatewayKey) -> Result<(), Forged> {
    // Unlike a request, a notice signs its empty values too: otherwise anybody could add some.
    let holds = |parameters: &Parameters| {
        let text = parameters.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
        key.verifies(text.as_bytes(), sign)
    };
    let sign_type = parameters.remove("sign_type").ok_or(Forged::Malformed)?;
    if sign_type != "RSA2" {
        return Err(Forged::Malformed);
    }
    if holds(parameters) {
        return Ok(());
    }
    parameters.insert("sign_type".into(), sign_type);
    if holds(parameters) { Ok(()) } else { Err(Forged::Signature) }
}

fn trade(parameters: &Parameters, shop: &Shop<'_>, sent_at: Timestamp) -> Result<(Event, Timestamp), Forged> {
    if parameters.get("seller_id").map(String::as_str) != Some(shop.seller_id) {
        return Err(Forged::Merchant);
    }
    let currencies = ["trans_currency", "settle_currency", "pay_currency"];
    if currencies.iter().filter_map(|name| parameters.get(*name)).any(|currency| currency != "CNY") {
        return Err(Forged::Currency);
    }
    let out_trade_no = number(parameters, "out_trade_no")?;
    let trade_no = number(parameters, "trade_no")?;
    let amount = amount(parameters, "total_amount")?;
    let state = parameters.get("trade_status").ok_or(Forged::Malformed)?;
    let paid = parameters.contains_key("gmt_payment");
    let given_back = parameters.contains_key("refund_fee") || parameters.contains_key("gmt_refund");
    match (state.as_str(), paid, given_back) {
        // A refund that nobody ordered here has no number of ours; reconciliation finds it.
        ("TRADE_SUCCESS" | "TRADE_FINISHED" | "TRADE_CLOSED", _, true) => match parameters.get("out_biz_no") {
            Some(no) if !no.is_empty() => {
                let refund_no = number(parameters, "out_biz_no")?;
                Ok((Event::Refund { out_trade_no, refund_no }, refunded_at(parameters)?.unwrap_or(sent_at)))
            }
            _ => Ok((Event::Nothing { out_trade_no }, sent_at)),
        },
        ("TRADE_SUCCESS" | "TRADE_FINISHED", true, false) => {
            Ok((Event::Paid { out_trade_no, trade_no, amount }, time(parameters, "gmt_payment")?))
        }
        ("TRADE_CLOSED", false, false) => Ok((Event::Closed { out_trade_no }, sent_at)),
        ("TRADE_CLOSED", true, false) | ("WAIT_BUYER_PAY", false, false) => {
            Ok((Event::Nothing { out_trade_no }, sent_at))
        }
        _ => Err(Forged::Malformed),
    }
}

/// The time of a refund has a fraction where other times have none: `2026-03-02 10:00:00.000`.
fn refunded_at(parameters: &Parameters) -> Result<Option<Timestamp>, Forged> {
    let Some(text) = parameters.get("gmt_refund") else { return Ok(None) };
    let whole = match text.split_once('.') {
        Some((whole, part)) if part.len() <= 3 && part.bytes().all(|b| b.is_ascii_digit()) => whole,
        Some(_) => return Err(Forged::Malformed),
        None => text,
    };
    field::read_civil(whole).map(Some).ok_or(Forged::Malformed)
}

fn agreement(parameters: &Parameters, kind: &str) -> Result<Event, Forged> {
    let external_no = number(parameters, "external_agreement_no")?;
    let agreement_no = number(parameters, "agreement_no")?;
    match (kind, parameters.get("status").map(String::as_str)) {
        ("dut_user_sign", Some("NORMAL")) => Ok(Event::Signed { external_no, agreement_no }),
        ("dut_user_unsign", Some("UNSIGN" | "STOP")) => Ok(Event::Ended { external_no, agreement_no }),
        _ => Err(Forged::Malformed),
    }
}

fn number(parameters: &Parameters, name: &str) -> Result<String, Forged> {
    parameters.get(name).filter(|text| field::is_number(text)).cloned().ok_or(Forged::Malformed)
}

fn amount(parameters: &Parameters, name: &str) -> Result<Money, Forged> {
    parameters.get(name).and_then(|text| field::read_yuan(text)).filter(|m| m.fen() > 0).ok_or(Forged::Malformed)
}

fn time(parameters: &Parameters, name: &str) -> Result<Timestamp, Forged> {
    parameters.get(name).and_then(|text| field::read_civil(text)).ok_or(Forged::Malformed)
}

#[cfg(test)]
#[path = "notice_tests.rs"]
mod tests;
