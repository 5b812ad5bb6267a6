//! Refunds of WeChat Pay: accepted first, done a moment later, told in a callback of their own.

use std::{sync::Arc, time::Duration};

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Refusal, Request, Said, declined, letter, parameter};
use crate::{
    Sandbox,
    gateway::{
        Gateway,
        book::{Refund, RefundState, Trade, Wrong},
        post::{self, Subject},
    },
};

/// How long a refund is under way, at the real speed.
const TAKES: Duration = Duration::from_secs(5);
const TAKES_AT_LEAST: Duration = Duration::from_millis(30);

fn wrong(wrong: Wrong) -> Refusal {
    match wrong {
        Wrong::NoSuchTrade => declined(StatusCode::NOT_FOUND, "RESOURCE_NOT_EXISTS", "订单不存在"),
        Wrong::TooMuch => declined(StatusCode::BAD_REQUEST, "INVALID_REQUEST", "退款金额大于可退金额"),
        Wrong::Differs => declined(StatusCode::BAD_REQUEST, "INVALID_REQUEST", "退款单号已用于另一笔退款"),
        Wrong::NotPaid | Wrong::Paid | Wrong::Closed => {
            declined(StatusCode::BAD_REQUEST, "INVALID_REQUEST", "订单未支付，不能退款")
        }
        Wrong::Full => declined(StatusCode::INTERNAL_SERVER_ERROR, "SYSTEM_ERROR", "系统繁忙"),
    }
}

/// A refund as replies write it.
fn record(trade: &Trade, refund: &Refund) -> Value {
    let mut said = json!({
        "refund_id": refund.id,
        "out_refund_no": refund.no,
        "transaction_id": trade.trade_no,
        "out_trade_no": trade.out_trade_no,
        "channel": "ORIGINAL",
        "user_received_account": "支付用户零钱",
        "create_time": refund.created_at.rfc3339(),
        "status": status(refund),
        "funds_account": "AVAILABLE",
        "amount": {
            "total": trade.amount_fen,
            "refund": refund.amount_fen,
            "payer_total": trade.amount_fen,
            "payer_refund": refund.amount_fen,
            "settlement_refund": refund.amount_fen,
            "settlement_total": trade.amount_fen,
            "discount_refund": 0,
            "currency": "CNY",
        },
    });
    if let Some(at) = refund.done_at {
        said["success_time"] = at.rfc3339().into();
    }
    said
}

pub(super) const fn status(refund: &Refund) -> &'static str {
    match refund.state {
        RefundState::Processing => "PROCESSING",
        RefundState::Done => "SUCCESS",
        RefundState::Abnormal => "ABNORMAL",
    }
}

pub(super) fn refund(sandbox: &Arc<Sandbox>, request: &Request) -> Said {
    let now = sandbox.clock.now();
    let no = request.text("out_refund_no")?;
    let plain = no.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-|*@".contains(&b));
    if !plain || no.len() > 64 {
        return Err(parameter("out_refund_no 应为最多 64 位的字母、数字、_-|*@"));
    }
    let amount = &request.content["amount"];
    let fen = |name: &str| amount[name].as_i64().filter(|fen| *fen > 0);
    let (Some(amount_fen), Some(total_fen)) = (fen("refund"), fen("total")) else {
        return Err(parameter("amount.refund 和 amount.total 应为正整数，单位分"));
    };
    let mut book = sandbox.gateways.desk(Gateway::WechatPay).book();
    let named = match (request.content["transaction_id"].as_str(), request.content["out_trade_no"].as_str()) {
        (Some(id), _) => book.trade(id, now).filter(|trade| trade.shop == request.shop),
        (None, Some(out_trade_no)) => book.trade_of_order(&request.shop, out_trade_no, now),
        (None, None) => return Err(parameter("transaction_id 和 out_trade_no 要有一个")),
    };
    let trade = named.ok_or_else(|| wrong(Wrong::NoSuchTrade))?;
    if trade.amount_fen != total_fen {
        return Err(declined(StatusCode::BAD_REQUEST, "INVALID_REQUEST", "订单金额与之前不一致"));
    }
    if book.trade_of_refund(&request.shop, &no).is_some_and(|other| other.trade_no != trade.trade_no) {
        return Err(wrong(Wrong::Differs));
    }
    let refund = Refund {
        id: book.next_no("503", now, 29),
        no: no.clone(),
        amount_fen,
        reason: request.content["reason"].as_str().unwrap_or_default().to_owned(),
        created_at: now,
        state: RefundState::Processing,
        done_at: None,
        notify_url: request.content["notify_url"].as_str().filter(|url| url.starts_with("http")).map(str::to_owned),
    };
    let (trade, new) = book.refund(&trade.trade_no, refund, now).map_err(wrong)?;
    drop(book);
    if new {
        finish(sandbox, trade.trade_no.clone(), no.clone());
    }
    Ok(trade.refund(&no).map(|refund| record(&trade, refund)))
}

/// The money arrives, or does not, a moment later.
fn finish(sandbox: &Arc<Sandbox>, trade_no: String, no: String) {
    let sandbox = Arc::clone(sandbox);
    tokio::spawn(async move {
        tokio::time::sleep((TAKES / sandbox.gateways.settings().speed.max(1)).max(TAKES_AT_LEAST)).await;
        let state = match sandbox.gateways.settings().refunds {
            // It stays under way.
            RefundState::Processing => return,
            state => state,
        };
        let desk = sandbox.gateways.desk(Gateway::WechatPay);
        let ended = desk.book().refund_ended(&trade_no, &no, state, sandbox.clock.now());
        if let Some(letter) = ended.and_then(|trade| letter(&sandbox, &trade, Subject::Refunded, Some(&no))) {
            post::send(&sandbox, letter);
        }
    });
}

pub(super) fn query(sandbox: &Sandbox, request: &Request, no: &str) -> Said {
    let book = sandbox.gateways.desk(Gateway::WechatPay).book();
    let trade = book.trade_of_refund(&request.shop, no);
    let found = trade.and_then(|trade| Some(record(trade, trade.refund(no)?)));
    let found = found.ok_or_else(|| declined(StatusCode::NOT_FOUND, "RESOURCE_NOT_EXISTS", "退款单不存在"))?;
    Ok(Some(found))
}
