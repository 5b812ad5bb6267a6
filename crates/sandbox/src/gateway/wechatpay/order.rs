//! Orders of WeChat Pay: placed, asked about, closed.

use std::sync::Arc;

use axum::http::StatusCode;
use kernel::Timestamp;
use serde_json::{Value, json};

use super::{Refusal, Request, Said, app_id, declined, parameter};
use crate::{
    Sandbox,
    fault::Fault,
    gateway::{
        AMOUNT_FEN_MAX, Gateway,
        book::{Channel, Order, Trade, TradeState, Wrong},
        post::{self, Letter, Subject},
    },
};

fn wrong(wrong: Wrong) -> Refusal {
    match wrong {
        Wrong::NoSuchTrade => declined(StatusCode::NOT_FOUND, "ORDER_NOT_EXIST", "订单不存在"),
        Wrong::Paid => declined(StatusCode::BAD_REQUEST, "ORDERPAID", "订单已支付"),
        Wrong::Closed => declined(StatusCode::BAD_REQUEST, "ORDER_CLOSED", "订单已关闭"),
        Wrong::Differs => declined(StatusCode::FORBIDDEN, "OUT_TRADE_NO_USED", "商户订单号重复"),
        Wrong::NotPaid | Wrong::TooMuch => declined(StatusCode::BAD_REQUEST, "INVALID_REQUEST", "订单状态不允许"),
        Wrong::Full => declined(StatusCode::INTERNAL_SERVER_ERROR, "SYSTEM_ERROR", "系统繁忙"),
    }
}

fn order(request: &Request, channel: Channel) -> Result<Order, Refusal> {
    request.is_own()?;
    if request.text("appid")? != app_id(&request.shop) {
        return Err(declined(StatusCode::BAD_REQUEST, "APPID_MCHID_NOT_MATCH", "AppID 和商户号不匹配"));
    }
    let out_trade_no = request.text("out_trade_no")?;
    let plain = out_trade_no.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-|*".contains(&b));
    if !plain || !(6..=32).contains(&out_trade_no.len()) {
        return Err(parameter("out_trade_no 应为 6 到 32 位的字母、数字、_-|*"));
    }
    let amount = &request.content["amount"];
    if amount["currency"].as_str().is_some_and(|currency| currency != "CNY") {
        return Err(parameter("amount.currency 只能是 CNY"));
    }
    let amount_fen = amount["total"].as_i64().filter(|fen| (1..=AMOUNT_FEN_MAX).contains(fen));
    let notify_url = request.text("notify_url")?;
    if !notify_url.starts_with("http") || notify_url.contains('?') {
        return Err(parameter("notify_url 应为不带参数的网址"));
    }
    let expires_at = match request.content["time_expire"].as_str() {
        Some(text) => {
            let at: jiff::Timestamp = text.parse().map_err(|_| parameter("time_expire 应为 RFC 3339"))?;
            Some(Timestamp(at.as_millisecond()))
        }
        None => None,
    };
    match channel {
        Channel::Wap if request.content["scene_info"]["payer_client_ip"].as_str().is_none() => {
            return Err(parameter("scene_info.payer_client_ip 必填"));
        }
        Channel::InApp if request.content["payer"]["openid"].as_str().is_none() => {
            return Err(parameter("payer.openid 必填"));
        }
        _ => {}
    }
    Ok(Order {
        shop: request.shop.clone(),
        out_trade_no,
        amount_fen: amount_fen.ok_or_else(|| parameter("amount.total 应为正整数，单位分"))?,
        subject: request.text("description")?,
        channel,
        expires_at,
        notify_url: Some(notify_url),
        return_url: None,
        seen: true,
    })
}

pub(super) async fn prepay(sandbox: &Arc<Sandbox>, request: &Request, kind: &str) -> Said {
    let channel = match kind {
        "native" => Channel::Code,
        "h5" => Channel::Wap,
        "jsapi" => Channel::InApp,
        _ => return Err(declined(StatusCode::NOT_FOUND, "RESOURCE_NOT_EXISTS", "没有这个下单方式")),
    };
    let (desk, now) = (sandbox.gateways.desk(Gateway::WechatPay), sandbox.clock.now());
    let order = order(request, channel)?;
    let trade = desk.book().open(order, Gateway::WechatPay.prefix(), now).map_err(wrong)?;
    match sandbox.faults.get(Gateway::WechatPay.department()).fault {
        Fault::Early => {
            let paid = desk.book().pay(&trade.trade_no, now);
            if let Some(letter) = paid.ok().as_ref().and_then(|trade| letter(sandbox, trade, Subject::Paid, None)) {
                post::send_first(sandbox, letter).await;
            }
        }
        Fault::Forged => {
            if let Some(letter) = letter(sandbox, &trade, Subject::Paid, None) {
                post::forge(sandbox, &letter).await;
            }
        }
        _ => {}
    }
    let cashier = sandbox.gateways.cashier(Gateway::WechatPay, &request.origin, &trade.trade_no);
    Ok(Some(match channel {
        Channel::Code => json!({ "code_url": cashier }),
        Channel::Wap => json!({ "h5_url": cashier }),
        _ => json!({ "prepay_id": format!("wx{}", trade.trade_no) }),
    }))
}

/// The letter about something that happened to a trade, if the shop wants one.
pub(in crate::gateway) fn letter(
    _: &Sandbox,
    trade: &Trade,
    subject: Subject,
    refund_no: Option<&str>,
) -> Option<Letter> {
    let url = match refund_no {
        None => trade.notify_url.clone()?,
        Some(no) => trade.refund(no)?.notify_url.clone()?,
    };
    Some(Letter {
        gateway: Gateway::WechatPay,
        subject,
        id: super::notice::id(),
        url,
        about: trade.trade_no.clone(),
        refund_no: refund_no.map(str::to_owned),
    })
}

fn kind(trade: &Trade) -> &'static str {
    match trade.channel {
        Channel::Wap => "MWEB",
        Channel::InApp => "JSAPI",
        _ => "NATIVE",
    }
}

/// A transaction as replies and callbacks write it.
pub(super) fn transaction(trade: &Trade) -> Value {
    let (state, says) = match trade.state {
        TradeState::Waiting => ("NOTPAY", "订单未支付"),
        TradeState::Closed => ("CLOSED", "订单已关闭"),
        TradeState::Paid if trade.refunds.is_empty() => ("SUCCESS", "支付成功"),
        TradeState::Paid => ("REFUND", "转入退款"),
    };
    let mut said = json!({
        "mchid": trade.shop,
        "appid": app_id(&trade.shop),
        "out_trade_no": trade.out_trade_no,
        "trade_state": state,
        "trade_state_desc": says,
        "attach": "",
        "amount": { "total": trade.amount_fen, "currency": "CNY" },
    });
    if let Some(at) = trade.paid_at {
        said["transaction_id"] = trade.trade_no.as_str().into();
        said["trade_type"] = kind(trade).into();
        said["bank_type"] = "OTHERS".into();
        said["success_time"] = at.rfc3339().into();
        said["payer"] = json!({ "openid": "oSandboxPayer000000000000001" });
        said["amount"] = json!({
            "total": trade.amount_fen, "payer_total": trade.amount_fen, "currency": "CNY", "payer_currency": "CNY",
        });
    }
    said
}

pub(super) fn query(
    sandbox: &Sandbox,
    request: &Request,
    out_trade_no: Option<&str>,
    transaction_id: Option<&str>,
) -> Said {
    let (mut book, now) = (sandbox.gateways.desk(Gateway::WechatPay).book(), sandbox.clock.now());
    let trade = match (out_trade_no, transaction_id) {
        (Some(no), _) => book.trade_of_order(&request.shop, no, now),
        (None, Some(id)) => book.trade(id, now).filter(|trade| trade.shop == request.shop),
        (None, None) => None,
    };
    Ok(Some(transaction(&trade.ok_or_else(|| wrong(Wrong::NoSuchTrade))?)))
}

pub(super) fn close(sandbox: &Sandbox, request: &Request, out_trade_no: &str) -> Said {
    request.is_own()?;
    let (mut book, now) = (sandbox.gateways.desk(Gateway::WechatPay).book(), sandbox.clock.now());
    let trade = book.trade_of_order(&request.shop, out_trade_no, now).ok_or_else(|| wrong(Wrong::NoSuchTrade))?;
    match book.close(&trade.trade_no, now) {
        // Closing what is closed is fine with this gateway.
        Ok(_) | Err(Wrong::Closed) => Ok(None),
        Err(why) => Err(wrong(why)),
    }
}
