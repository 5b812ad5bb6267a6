//! The trade bill of a day: every value behind a grave accent, the sums last. Its hash is told in a signed reply.

use std::fmt::Write as _;

use aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY;
use axum::http::StatusCode;
use kernel::Date;
use serde_json::json;

use super::{Request, Said, app_id, declined, parameter};
use crate::{
    Sandbox,
    gateway::{
        Gateway,
        book::{Channel, Refund, Trade},
        civil, fee_fen, key, yuan,
    },
};

const HEADS: &str = "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,\
                     付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,\
                     退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注";
const SUM_HEADS: &str = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额";

pub(super) fn url(sandbox: &Sandbox, request: &Request, bill_date: &str) -> Said {
    let now = sandbox.clock.now();
    let day: Date = bill_date.parse().map_err(|_| parameter("bill_date 应写作 yyyy-MM-dd"))?;
    let something = !sandbox.gateways.desk(Gateway::WechatPay).book().lines(&request.shop, day).is_empty();
    if !sandbox.gateways.settings().bills.has(day, now) || !something {
        return Err(declined(StatusCode::BAD_REQUEST, "NO_STATEMENT_EXIST", "账单文件不存在"));
    }
    let csv = csv(sandbox, &request.shop, day);
    let token = sandbox.gateways.ticket(&request.shop, day, now);
    Ok(Some(json!({
        "hash_type": "SHA1",
        "hash_value": key::hex(&SHA1_FOR_LEGACY_USE_ONLY, csv.as_bytes()),
        "download_url": format!("{}/wechatpay/v3/billdownload/file?token={token}", request.origin),
    })))
}

pub(super) fn csv(sandbox: &Sandbox, shop: &str, day: Date) -> String {
    let book = sandbox.gateways.desk(Gateway::WechatPay).book();
    let lines = book.lines(shop, day);
    let (mut count, mut paid_fen, mut back_fen, mut fees_fen) = (0, 0, 0, 0);
    let mut out = format!("\u{feff}{HEADS}\r\n");
    for (at, trade, refund) in lines {
        count += 1;
        match refund {
            None => {
                paid_fen += trade.amount_fen;
                fees_fen += fee_fen(trade.amount_fen);
            }
            Some(refund) => {
                back_fen += refund.amount_fen;
                fees_fen -= fee_fen(refund.amount_fen);
            }
        }
        out.push_str(&line(trade, refund, &civil(at)));
    }
    let (paid, back, fees) = (yuan(paid_fen), yuan(back_fen), yuan(fees_fen));
    let _ = write!(out, "{SUM_HEADS}\r\n`{count},`{paid},`{back},`0.00,`{fees}000,`{paid},`{back}\r\n");
    out
}

fn line(trade: &Trade, refund: Option<&Refund>, at: &str) -> String {
    let kind = match trade.channel {
        Channel::Wap => "MWEB",
        Channel::InApp => "JSAPI",
        _ => "NATIVE",
    };
    let zero = "0.00".to_owned();
    let (state, paid, fee) = match refund {
        None => ("SUCCESS", yuan(trade.amount_fen), yuan(fee_fen(trade.amount_fen))),
        Some(refund) => ("REFUND", zero.clone(), yuan(-fee_fen(refund.amount_fen))),
    };
    let (refund_id, refund_no, back, refund_kind, refund_state) = match refund {
        None => ("0", "0", zero, "", ""),
        Some(refund) => (refund.id.as_str(), refund.no.as_str(), yuan(refund.amount_fen), "ORIGINAL", "SUCCESS"),
    };
    let subject = trade.subject.replace(['`', '\r', '\n'], " ");
    let values = [
        at,
        &app_id(&trade.shop),
        &trade.shop,
        "0",
        "",
        &trade.trade_no,
        &trade.out_trade_no,
        "oSandboxPayer000000000000001",
        kind,
        state,
        "OTHERS",
        "CNY",
        &paid,
        "0.00",
        refund_id,
        refund_no,
        &back,
        "0.00",
        refund_kind,
        refund_state,
        &subject,
        "",
        &format!("{fee}000"),
        "0.60%",
        &paid,
        &back,
        "",
    ];
    let mut row = values.map(|value| format!("`{value}")).join(",");
    row.push_str("\r\n");
    row
}
