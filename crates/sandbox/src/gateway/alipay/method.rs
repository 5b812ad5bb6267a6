//! The methods of the platform, each with the codes that the real one answers.

use std::sync::Arc;

use kernel::Timestamp;
use serde_json::{Map, Value, json};

use super::{Request, Said, agreement, declined, instant, notice, unreadable};
use crate::{
    Sandbox,
    fault::Fault,
    gateway::{
        Gateway,
        book::{Channel, Order, Refund, RefundState, Trade, TradeState, Wrong},
        civil,
        post::{self, Letter, Subject},
        yuan,
    },
};

const PAGES: [&str; 3] = ["alipay.trade.page.pay", "alipay.trade.wap.pay", "alipay.user.agreement.page.sign"];
const CALLS: [&str; 9] = [
    "alipay.trade.precreate",
    "alipay.trade.query",
    "alipay.trade.close",
    "alipay.trade.refund",
    "alipay.trade.fastpay.refund.query",
    "alipay.trade.pay",
    "alipay.user.agreement.query",
    "alipay.user.agreement.unsign",
    "alipay.data.dataservice.bill.downloadurl.query",
];

pub(super) fn is_page(method: &str) -> bool {
    PAGES.contains(&method)
}

pub(super) fn is_known(method: &str) -> bool {
    CALLS.contains(&method) || is_page(method)
}

pub(super) async fn call(sandbox: &Arc<Sandbox>, request: &Request) -> Said {
    match request.method.as_str() {
        "alipay.trade.precreate" => precreate(sandbox, request).await,
        "alipay.trade.query" => query(sandbox, request),
        "alipay.trade.close" => close(sandbox, request),
        "alipay.trade.refund" => refund(sandbox, request),
        "alipay.trade.fastpay.refund.query" => refund_query(sandbox, request),
        "alipay.trade.pay" => pay(sandbox, request),
        "alipay.user.agreement.query" => agreement::query(sandbox, request),
        "alipay.user.agreement.unsign" => agreement::unsign(sandbox, request),
        "alipay.data.dataservice.bill.downloadurl.query" => bill_url(sandbox, request),
        _ => Err(unreadable("isv.invalid-method", "没有这个接口")),
    }
}

fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

fn wrong(wrong: Wrong) -> super::Refusal {
    match wrong {
        Wrong::NoSuchTrade => declined("ACQ.TRADE_NOT_EXIST", "交易不存在"),
        Wrong::Paid => declined("ACQ.TRADE_HAS_SUCCESS", "交易已被支付"),
        Wrong::Closed => declined("ACQ.TRADE_HAS_CLOSE", "交易已经关闭"),
        Wrong::Differs => declined("ACQ.CONTEXT_INCONSISTENT", "交易信息被篡改"),
        Wrong::NotPaid => declined("ACQ.TRADE_STATUS_ERROR", "交易状态不合法"),
        Wrong::TooMuch => declined("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "退款金额超限"),
        Wrong::Full => super::Refusal("20000", "Service Currently Unavailable", "isp.unknow-error", "系统繁忙".into()),
    }
}

fn order(request: &Request, channel: Channel, now: Timestamp) -> Result<Order, super::Refusal> {
    let out_trade_no = request.required("out_trade_no")?;
    if out_trade_no.len() > 64 || !out_trade_no.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        return Err(declined("ACQ.INVALID_PARAMETER", "out_trade_no 只能是字母、数字、下划线，最多 64 位"));
    }
    let subject = request.required("subject")?;
    if subject.chars().any(|c| matches!(c, '/' | '=' | '&')) || subject.chars().count() > 256 {
        return Err(declined("ACQ.INVALID_PARAMETER", "subject 不能有 /、=、&，最多 256 字"));
    }
    let expires_at = match (request.text("time_expire"), request.text("timeout_express")) {
        (Some(at), _) => Some(
            instant(&at).ok_or_else(|| declined("ACQ.INVALID_PARAMETER", "time_expire 应写作 yyyy-MM-dd HH:mm:ss"))?,
        ),
        (None, Some(minutes)) => {
            let minutes = minutes.strip_suffix('m').and_then(|minutes| minutes.parse::<i64>().ok());
            minutes.map(|minutes| now.plus_s(minutes.saturating_mul(60)))
        }
        (None, None) => None,
    };
    Ok(Order {
        shop: request.shop.clone(),
        out_trade_no,
        amount_fen: request.fen("total_amount")?,
        subject,
        channel,
        expires_at,
        notify_url: request.notify_url.clone(),
        return_url: request.return_url.clone(),
        seen: channel != Channel::Code,
    })
}

/// Places an order; a gateway that is too early has it paid, and says so, before it answers.
async fn place(sandbox: &Arc<Sandbox>, order: Order) -> Result<Trade, super::Refusal> {
    let (desk, now) = (sandbox.gateways.desk(Gateway::Alipay), sandbox.clock.now());
    let trade = desk.book().open(order, Gateway::Alipay.prefix(), now).map_err(wrong)?;
    match sandbox.faults.get(Gateway::Alipay.department()).fault {
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
    Ok(trade)
}

/// The letter about something that happened to a trade, if the shop wants one.
pub(in crate::gateway) fn letter(
    sandbox: &Sandbox,
    trade: &Trade,
    subject: Subject,
    refund_no: Option<&str>,
) -> Option<Letter> {
    let desk = sandbox.gateways.desk(Gateway::Alipay);
    Some(Letter {
        gateway: Gateway::Alipay,
        subject,
        id: notice::id(&mut desk.book(), sandbox.clock.now()),
        url: trade.notify_url.clone()?,
        about: trade.trade_no.clone(),
        refund_no: refund_no.map(str::to_owned),
    })
}

/// Where the browser goes for a page.
pub(super) async fn open_page(sandbox: &Arc<Sandbox>, request: &Request) -> Result<String, super::Refusal> {
    let channel = if request.method == "alipay.trade.wap.pay" { Channel::Wap } else { Channel::Page };
    let order = order(request, channel, sandbox.clock.now())?;
    let trade = place(sandbox, order).await?;
    Ok(format!("/alipay/cashier/{}", trade.trade_no))
}

async fn precreate(sandbox: &Arc<Sandbox>, request: &Request) -> Said {
    let order = order(request, Channel::Code, sandbox.clock.now())?;
    let trade = place(sandbox, order).await?;
    let qr_code = sandbox.gateways.cashier(Gateway::Alipay, &request.origin, &trade.trade_no);
    Ok(fields(json!({ "out_trade_no": trade.out_trade_no, "qr_code": qr_code })))
}

fn find(sandbox: &Sandbox, request: &Request) -> Result<Trade, super::Refusal> {
    let (mut book, now) = (sandbox.gateways.desk(Gateway::Alipay).book(), sandbox.clock.now());
    let found = match (request.text("out_trade_no"), request.text("trade_no")) {
        (_, Some(trade_no)) => book.trade(&trade_no, now).filter(|trade| trade.shop == request.shop && trade.seen),
        (Some(out_trade_no), None) => book.trade_of_order(&request.shop, &out_trade_no, now),
        (None, None) => return Err(declined("ACQ.INVALID_PARAMETER", "out_trade_no 和 trade_no 要有一个")),
    };
    found.ok_or_else(|| wrong(Wrong::NoSuchTrade))
}

/// The platform's word for the state of a trade.
pub(super) fn status(trade: &Trade) -> &'static str {
    match trade.state {
        TradeState::Waiting => "WAIT_BUYER_PAY",
        TradeState::Closed => "TRADE_CLOSED",
        TradeState::Paid if trade.is_given_back() => "TRADE_CLOSED",
        TradeState::Paid => "TRADE_SUCCESS",
    }
}

pub(super) const BUYER_LOGON_ID: &str = "199****0001";
pub(super) const BUYER_ID: &str = "2088000000000001";

fn query(sandbox: &Sandbox, request: &Request) -> Said {
    let trade = find(sandbox, request)?;
    let mut said = json!({
        "buyer_logon_id": BUYER_LOGON_ID,
        "buyer_pay_amount": "0.00",
        "buyer_user_id": BUYER_ID,
        "invoice_amount": "0.00",
        "out_trade_no": trade.out_trade_no,
        "point_amount": "0.00",
        "receipt_amount": "0.00",
        "total_amount": yuan(trade.amount_fen),
        "trade_no": trade.trade_no,
        "trade_status": status(&trade),
    });
    if let Some(at) = trade.paid_at {
        said["send_pay_date"] = civil(at).into();
        for amount in ["buyer_pay_amount", "invoice_amount", "receipt_amount"] {
            said[amount] = yuan(trade.amount_fen).into();
        }
    }
    Ok(fields(said))
}

fn close(sandbox: &Sandbox, request: &Request) -> Said {
    let trade = find(sandbox, request)?;
    let closed = sandbox.gateways.desk(Gateway::Alipay).book().close(&trade.trade_no, sandbox.clock.now());
    match closed {
        Ok(trade) => Ok(fields(json!({ "out_trade_no": trade.out_trade_no, "trade_no": trade.trade_no }))),
        Err(Wrong::NoSuchTrade) => Err(wrong(Wrong::NoSuchTrade)),
        Err(_) => Err(declined("ACQ.REASON_TRADE_STATUS_INVALID", "交易状态不允许关闭")),
    }
}

fn refund(sandbox: &Arc<Sandbox>, request: &Request) -> Said {
    let (trade, now) = (find(sandbox, request)?, sandbox.clock.now());
    let amount_fen = request.fen("refund_amount")?;
    let no = request.text("out_request_no").unwrap_or_else(|| trade.out_trade_no.clone());
    if sandbox.gateways.settings().refunds == RefundState::Abnormal && trade.refund(&no).is_none() {
        return Err(declined("ACQ.SELLER_BALANCE_NOT_ENOUGH", "卖家余额不足"));
    }
    let mut book = sandbox.gateways.desk(Gateway::Alipay).book();
    let refund = Refund {
        id: book.next_no("", now, 28),
        no: no.clone(),
        amount_fen,
        reason: request.text("refund_reason").unwrap_or_default(),
        created_at: now,
        state: RefundState::Done,
        done_at: Some(now),
        notify_url: None,
    };
    let refunded = book.refund(&trade.trade_no, refund, now);
    drop(book);
    let (trade, new) = refunded.map_err(|why| match why {
        Wrong::Differs => declined("ACQ.DISCORDANT_REPEAT_REQUEST", "同一退款请求号的金额与之前不一致"),
        why => wrong(why),
    })?;
    if new && let Some(letter) = letter(sandbox, &trade, Subject::Refunded, Some(&no)) {
        post::send(sandbox, letter);
    }
    Ok(fields(json!({
        "buyer_logon_id": BUYER_LOGON_ID,
        "buyer_user_id": BUYER_ID,
        "fund_change": if new { "Y" } else { "N" },
        "gmt_refund_pay": civil(now),
        "out_trade_no": trade.out_trade_no,
        "refund_fee": yuan(trade.refunded_fen()),
        "send_back_fee": yuan(if new { amount_fen } else { 0 }),
        "trade_no": trade.trade_no,
    })))
}

fn refund_query(sandbox: &Sandbox, request: &Request) -> Said {
    let trade = find(sandbox, request)?;
    let no = request.required("out_request_no")?;
    // A refund that never was is told by what is missing.
    let Some(refund) = trade.refund(&no) else { return Ok(Map::new()) };
    let mut said = json!({
        "out_request_no": refund.no,
        "out_trade_no": trade.out_trade_no,
        "refund_amount": yuan(refund.amount_fen),
        "refund_status": "REFUND_SUCCESS",
        "total_amount": yuan(trade.amount_fen),
        "trade_no": trade.trade_no,
    });
    let wants = |option: &str| {
        request.content["query_options"].as_array().is_some_and(|all| all.iter().any(|one| one == option))
    };
    if wants("gmt_refund_pay")
        && let Some(at) = refund.done_at
    {
        said["gmt_refund_pay"] = civil(at).into();
    }
    Ok(fields(said))
}

/// A debit by agreement. Codes of a payer's app are not taken: nobody holds one.
fn pay(sandbox: &Arc<Sandbox>, request: &Request) -> Said {
    let now = sandbox.clock.now();
    let Some(agreement_no) = request.content["agreement_params"]["agreement_no"].as_str().map(str::to_owned) else {
        return Err(declined("ACQ.PAYMENT_AUTH_CODE_INVALID", "支付失败，获取顾客账户信息失败"));
    };
    let order = order(request, Channel::Agreement, now)?;
    agreement::allows(sandbox, &request.shop, &agreement_no, order.amount_fen)?;
    let desk = sandbox.gateways.desk(Gateway::Alipay);
    if sandbox.gateways.settings().buyer_balance_fen.is_some_and(|balance| balance < order.amount_fen) {
        return Err(declined("ACQ.BUYER_BALANCE_NOT_ENOUGH", "买家余额不足"));
    }
    let paid = {
        let mut book = desk.book();
        let trade = book.open(order, Gateway::Alipay.prefix(), now).map_err(wrong)?;
        book.pay(&trade.trade_no, now).map_err(wrong)?
    };
    if let Some(letter) = letter(sandbox, &paid, Subject::Paid, None) {
        post::send(sandbox, letter);
    }
    Ok(fields(json!({
        "buyer_logon_id": BUYER_LOGON_ID,
        "buyer_pay_amount": yuan(paid.amount_fen),
        "buyer_user_id": BUYER_ID,
        "fund_bill_list": [{ "amount": yuan(paid.amount_fen), "fund_channel": "ALIPAYACCOUNT" }],
        "gmt_payment": civil(now),
        "invoice_amount": yuan(paid.amount_fen),
        "out_trade_no": paid.out_trade_no,
        "point_amount": "0.00",
        "receipt_amount": yuan(paid.amount_fen),
        "total_amount": yuan(paid.amount_fen),
        "trade_no": paid.trade_no,
    })))
}

fn bill_url(sandbox: &Sandbox, request: &Request) -> Said {
    let now = sandbox.clock.now();
    if request.required("bill_type")? != "trade" {
        return Err(declined("isv.invalid-bill-type", "本沙箱只有 trade 账单"));
    }
    let day = request.required("bill_date")?.parse::<kernel::Date>();
    let day = day.map_err(|_| declined("isp.bill_date_invalid", "bill_date 应写作 yyyy-MM-dd"))?;
    let made = sandbox.gateways.settings().bills.has(day, now);
    let something = !sandbox.gateways.desk(Gateway::Alipay).book().lines(&request.shop, day).is_empty();
    if !made || !something {
        return Err(declined("isp.bill_not_exist", "账单不存在"));
    }
    let token = sandbox.gateways.ticket(&request.shop, day, now);
    let url = format!("{}/alipay/bill/{token}.zip", request.origin);
    Ok(fields(json!({ "bill_download_url": url })))
}
