//! Notices of the platform: a form whose parameters are signed without `sign` and `sign_type`.

use std::collections::BTreeMap;

use kernel::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

use super::{
    method::{BUYER_ID, BUYER_LOGON_ID, status},
    seller_id,
};
use crate::{
    Sandbox,
    gateway::{
        Gateway,
        agreement::{Agreement, AgreementState},
        book::{Book, Trade, TradeState},
        civil,
        post::{Forgery, Letter, Message, Subject, Writing},
        yuan,
    },
};

/// The same for every try of a notice.
pub(in crate::gateway) fn id(book: &mut Book, now: Timestamp) -> String {
    book.next_no("", now, 34)
}

type Parameters = BTreeMap<&'static str, String>;

pub(in crate::gateway) fn write(sandbox: &Sandbox, letter: &Letter, writing: Writing) -> Option<Message> {
    let (desk, now) = (sandbox.gateways.desk(Gateway::Alipay), sandbox.clock.now());
    let mut parameters = match letter.subject {
        Subject::Paid | Subject::Refunded => {
            let mut trade = desk.book().trade(&letter.about, now)?;
            if matches!(writing, Writing::Forged(_)) && trade.state != TradeState::Paid {
                // A forger says that what is not paid is.
                (trade.state, trade.paid_at) = (TradeState::Paid, Some(now));
            }
            of_trade(&trade, letter)?
        }
        Subject::Signed | Subject::Ended => {
            of_agreement(desk.book().agreement(|one| one.agreement_no == letter.about)?, letter.subject)
        }
    };
    parameters.insert("notify_id", letter.id.clone());
    let stale = writing == Writing::Forged(Forgery::Stale);
    parameters.insert("notify_time", civil(if stale { now.plus_s(-4 * 86_400) } else { now }));
    parameters.insert("charset", "utf-8".into());
    parameters.insert("version", "1.0".into());
    match writing {
        Writing::WrongAmount => lower(&mut parameters),
        Writing::Forged(Forgery::OtherShop) => {
            parameters.insert("app_id", "2021000000000099".into());
            parameters.insert("auth_app_id", "2021000000000099".into());
            parameters.insert("seller_id", "2088000000000099".into());
        }
        _ => {}
    }
    let text = text(&parameters);
    let sign = match writing {
        Writing::Forged(Forgery::Stranger) => sandbox.gateways.forger().sign(text.as_bytes()),
        Writing::Forged(Forgery::Unsigned) => String::new(),
        _ => desk.key().sign(text.as_bytes()),
    };
    if writing == Writing::Forged(Forgery::Altered) {
        parameters.entry("total_amount").and_modify(|amount| amount.insert(0, '9'));
    }
    if writing == Writing::Forged(Forgery::Added) {
        parameters.insert("passback_params", "1&trade_status=TRADE_SUCCESS".into());
    }
    parameters.insert("sign_type", "RSA2".into());
    if !sign.is_empty() {
        parameters.insert("sign", sign);
    }
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let body = parameters.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect::<Vec<_>>().join("&");
    let kind = "application/x-www-form-urlencoded; charset=utf-8".to_owned();
    Some(Message { headers: vec![("content-type", kind)], body })
}

/// What is signed: every parameter in the order of the names.
fn text(parameters: &Parameters) -> String {
    parameters.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

/// A fen too little, signed all the same.
fn lower(parameters: &mut Parameters) {
    for name in ["total_amount", "receipt_amount", "buyer_pay_amount", "invoice_amount"] {
        if let Some(amount) = parameters.get_mut(name)
            && let Some(fen) = kernel::Money::parse_yuan(amount).map(kernel::Money::fen)
        {
            *amount = yuan(fen - 1);
        }
    }
}

fn of_trade(trade: &Trade, letter: &Letter) -> Option<Parameters> {
    let amount = yuan(trade.amount_fen);
    let funds = json!([{ "amount": amount, "fundChannel": "ALIPAYACCOUNT" }]).to_string();
    let mut parameters = Parameters::from([
        ("notify_type", "trade_status_sync".to_owned()),
        ("app_id", trade.shop.clone()),
        ("auth_app_id", trade.shop.clone()),
        ("seller_id", seller_id(&trade.shop)),
        ("buyer_id", BUYER_ID.to_owned()),
        ("buyer_logon_id", BUYER_LOGON_ID.to_owned()),
        ("out_trade_no", trade.out_trade_no.clone()),
        ("trade_no", trade.trade_no.clone()),
        ("subject", trade.subject.clone()),
        ("total_amount", amount.clone()),
        ("receipt_amount", amount.clone()),
        ("buyer_pay_amount", amount.clone()),
        ("invoice_amount", amount),
        ("point_amount", "0.00".to_owned()),
        ("fund_bill_list", funds),
        ("gmt_create", civil(trade.created_at)),
    ]);
    parameters.insert("gmt_payment", civil(trade.paid_at?));
    match &letter.refund_no {
        // The notice of the payment says what was true when it was paid, however late it comes.
        None => {
            parameters.insert("trade_status", "TRADE_SUCCESS".into());
        }
        Some(no) => {
            let refund = trade.refund(no)?;
            parameters.insert("trade_status", status(trade).into());
            parameters.insert("out_biz_no", refund.no.clone());
            parameters.insert("refund_fee", yuan(trade.refunded_fen()));
            parameters.insert("gmt_refund", format!("{}.000", civil(refund.done_at?)));
        }
    }
    Some(parameters)
}

fn of_agreement(agreement: &Agreement, subject: Subject) -> Parameters {
    let (kind, status) = match subject {
        Subject::Ended => ("dut_user_unsign", "UNSIGN"),
        _ => ("dut_user_sign", "NORMAL"),
    };
    let mut parameters = Parameters::from([
        ("notify_type", kind.to_owned()),
        ("status", status.to_owned()),
        ("app_id", agreement.shop.clone()),
        ("auth_app_id", agreement.shop.clone()),
        ("agreement_no", agreement.agreement_no.clone()),
        ("external_agreement_no", agreement.external_no.clone()),
        ("personal_product_code", agreement.product.clone()),
        ("sign_scene", agreement.scene.clone()),
        ("alipay_user_id", BUYER_ID.to_owned()),
        ("alipay_logon_id", BUYER_LOGON_ID.to_owned()),
        ("partner_id", seller_id(&agreement.shop)),
    ]);
    if let (Some(at), true) = (agreement.signed_at, agreement.state != AgreementState::Asked) {
        parameters.insert("sign_time", civil(at));
        parameters.insert("valid_time", civil(at));
        parameters.insert("invalid_time", "2115-02-01 00:00:00".into());
    }
    parameters
}

/// What is appended to the address that the payer returns to. It proves nothing, and is signed all the same.
pub(in crate::gateway) fn return_to(sandbox: &Sandbox, trade: &Trade, url: &str) -> String {
    let method = match trade.channel {
        crate::gateway::book::Channel::Wap => "alipay.trade.wap.pay.return",
        _ => "alipay.trade.page.pay.return",
    };
    let mut parameters = Parameters::from([
        ("app_id", trade.shop.clone()),
        ("auth_app_id", trade.shop.clone()),
        ("charset", "utf-8".to_owned()),
        ("method", method.to_owned()),
        ("out_trade_no", trade.out_trade_no.clone()),
        ("seller_id", seller_id(&trade.shop)),
        ("timestamp", civil(sandbox.clock.now())),
        ("total_amount", yuan(trade.amount_fen)),
        ("trade_no", trade.trade_no.clone()),
        ("version", "1.0".to_owned()),
    ]);
    let sign = sandbox.gateways.desk(Gateway::Alipay).key().sign(text(&parameters).as_bytes());
    parameters.insert("sign_type", "RSA2".into());
    parameters.insert("sign", sign);
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let pairs: Vec<String> = parameters.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    let joint = if url.contains('?') { '&' } else { '?' };
    format!("{url}{joint}{}", pairs.join("&"))
}
