//! The cashier: the page on which a payer of the sandbox pays, pays twice, pays later or gives up. Both gateways have the
//! same one in their own colour. It works without script, on a phone, in two languages.

use std::{sync::Arc, time::Duration};

use axum::{
    Form, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use kernel::Lang;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde::Deserialize;

use super::{
    Gateway, alipay,
    book::{Trade, TradeState},
    post::{self, Letter, Subject},
    wechatpay, yuan,
};
use crate::Sandbox;

const CSS: &str = include_str!("cashier.css");
/// How long somebody who pays later takes.
const LATER: Duration = Duration::from_secs(10);

pub(super) fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/alipay/cashier/{trade_no}", get(show_alipay).post(act_alipay))
        .route("/wechatpay/cashier/{trade_no}", get(show_wechatpay).post(act_wechatpay))
}

/// The language of a page: what the browser asks for, else Chinese.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words(Lang);

impl Words {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Self(asked.split(',').filter_map(Lang::parse).next().unwrap_or_default())
    }

    pub(super) const fn pick<'a>(self, zh_cn: &'a str, en: &'a str) -> &'a str {
        self.0.pick(zh_cn, en)
    }
}

/// A form of another site that is open in the same browser pays for nobody.
pub(super) fn is_cross_site(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site")
}

/// The origin of an address, for the content policy: a form may send the browser on to it.
fn origin_of(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://").filter(|(scheme, _)| matches!(*scheme, "http" | "https"))?;
    let host = rest.split(['/', '?', '#']).next()?;
    let plain = !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.:[]".contains(&b));
    plain.then(|| format!("{scheme}://{host}"))
}

pub(super) fn page(gateway: Gateway, words: Words, return_url: Option<&str>, body: &Markup) -> Response {
    let onward = return_url.and_then(origin_of).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self' {onward}; frame-ancestors 'none'; base-uri 'none'"
    );
    let name = match gateway {
        Gateway::Alipay => words.pick("支付宝 · 沙箱", "Alipay · sandbox"),
        Gateway::WechatPay => words.pick("微信支付 · 沙箱", "WeChat Pay · sandbox"),
    };
    let page = html! {
        (DOCTYPE)
        html lang=(words.0.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (name) }
                style { (PreEscaped(CSS)) }
            }
            body class=(gateway.word()) {
                header { (name) }
                main { (body) }
                footer { (words.pick("模拟的收银台，不动真钱。", "A simulated cashier; no real money moves.")) }
            }
        }
    };
    ([(header::CONTENT_SECURITY_POLICY, policy), (header::CACHE_CONTROL, "no-store".to_owned())], page).into_response()
}

/// A page that says what is wrong.
pub(super) fn trouble(gateway: Gateway, status: StatusCode, headers: &HeaderMap, what: &str) -> Response {
    let words = Words::of(headers);
    let body = html! {
        h1 { (words.pick("付不了", "This cannot be paid")) }
        p { (what) }
    };
    (status, page(gateway, words, None, &body)).into_response()
}

#[derive(Deserialize)]
struct Onward {
    /// WeChat Pay's pages are told here where the payer goes afterwards.
    redirect_url: Option<String>,
}

#[derive(Deserialize)]
struct Act {
    act: String,
}

async fn show_alipay(
    State(sandbox): State<Arc<Sandbox>>,
    Path(trade_no): Path<String>,
    headers: HeaderMap,
) -> Response {
    show(&sandbox, Gateway::Alipay, &trade_no, None, &headers)
}

async fn show_wechatpay(
    State(sandbox): State<Arc<Sandbox>>,
    Path(trade_no): Path<String>,
    Query(Onward { redirect_url }): Query<Onward>,
    headers: HeaderMap,
) -> Response {
    show(&sandbox, Gateway::WechatPay, &trade_no, redirect_url, &headers)
}

async fn act_alipay(
    State(sandbox): State<Arc<Sandbox>>,
    Path(trade_no): Path<String>,
    headers: HeaderMap,
    Form(Act { act }): Form<Act>,
) -> Response {
    perform(&sandbox, Gateway::Alipay, &trade_no, None, &headers, &act)
}

async fn act_wechatpay(
    State(sandbox): State<Arc<Sandbox>>,
    Path(trade_no): Path<String>,
    Query(Onward { redirect_url }): Query<Onward>,
    headers: HeaderMap,
    Form(Act { act }): Form<Act>,
) -> Response {
    perform(&sandbox, Gateway::WechatPay, &trade_no, redirect_url, &headers, &act)
}

fn show(
    sandbox: &Sandbox,
    gateway: Gateway,
    trade_no: &str,
    redirect_url: Option<String>,
    headers: &HeaderMap,
) -> Response {
    let words = Words::of(headers);
    let Some(trade) = sandbox.gateways.desk(gateway).book().see(trade_no, sandbox.clock.now()) else {
        return trouble(gateway, StatusCode::NOT_FOUND, headers, words.pick("没有这个订单", "No such order"));
    };
    let back = redirect_url.or_else(|| trade.return_url.clone()).filter(|url| origin_of(url).is_some());
    let amount = yuan(trade.amount_fen);
    let body = html! {
        h1 { (trade.subject) }
        p.amount { "¥" (amount) }
        dl {
            dt { (words.pick("商家订单号", "Order")) } dd { (trade.out_trade_no) }
            dt { (words.pick("交易号", "Trade")) } dd { (trade.trade_no) }
        }
        @match trade.state {
            TradeState::Waiting => form method="post" {
                button.main type="submit" name="act" value="pay" { (words.pick("付款", "Pay")) " ¥" (amount) }
                button type="submit" name="act" value="later" { (words.pick("十秒后再付", "Pay in ten seconds")) }
                button type="submit" name="act" value="pay-twice" { (words.pick("连付两次", "Pay twice")) }
                button type="submit" name="act" value="give-up" { (words.pick("不付了", "Give up")) }
            },
            TradeState::Paid => p.done { @if trade.is_given_back() { (words.pick("已全额退款", "Given back in full")) }
                @else { (words.pick("付款成功", "Paid")) } },
            TradeState::Closed => p { (words.pick("订单已关闭，付不了了。", "This order is closed and cannot be paid.")) },
        }
        @if trade.state != TradeState::Waiting && let Some(url) = &back {
            p { a href=(url) { (words.pick("返回商家", "Back to the shop")) } }
        }
    };
    page(gateway, words, back.as_deref(), &body)
}

fn perform(
    sandbox: &Arc<Sandbox>,
    gateway: Gateway,
    trade_no: &str,
    redirect_url: Option<String>,
    headers: &HeaderMap,
    act: &str,
) -> Response {
    if is_cross_site(headers) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let now = sandbox.clock.now();
    let Some(trade) = sandbox.gateways.desk(gateway).book().see(trade_no, now) else {
        let what = Words::of(headers).pick("没有这个订单", "No such order");
        return trouble(gateway, StatusCode::NOT_FOUND, headers, what);
    };
    let paid = match act {
        "pay" => pay(sandbox, gateway, trade_no, 1),
        "pay-twice" => pay(sandbox, gateway, trade_no, 2),
        "later" => {
            let (sandbox, trade_no) = (Arc::clone(sandbox), trade_no.to_owned());
            tokio::spawn(async move {
                tokio::time::sleep(LATER / sandbox.gateways.settings().speed.clamp(1, 1_000)).await;
                pay(&sandbox, gateway, &trade_no, 1);
            });
            false
        }
        "give-up" => false,
        _ => return StatusCode::UNPROCESSABLE_ENTITY.into_response(),
    };
    let back = redirect_url.or_else(|| trade.return_url.clone()).filter(|url| origin_of(url).is_some());
    match back {
        Some(url) if paid && gateway == Gateway::Alipay => {
            Redirect::to(&alipay::notice::return_to(sandbox, &trade, &url)).into_response()
        }
        // A trade that was closed meanwhile says so here.
        Some(url) if paid || matches!(act, "later" | "give-up") => Redirect::to(&url).into_response(),
        _ => Redirect::to(&format!("/{}/cashier/{trade_no}", gateway.word())).into_response(),
    }
}

/// Pays a trade and tells the shop, as often as the payer pressed. The money moves once.
fn pay(sandbox: &Arc<Sandbox>, gateway: Gateway, trade_no: &str, times: usize) -> bool {
    let Ok(trade) = sandbox.gateways.desk(gateway).book().pay(trade_no, sandbox.clock.now()) else { return false };
    for _ in 0..times {
        if let Some(letter) = paid_letter(sandbox, gateway, &trade) {
            post::send(sandbox, letter);
        }
    }
    true
}

fn paid_letter(sandbox: &Sandbox, gateway: Gateway, trade: &Trade) -> Option<Letter> {
    match gateway {
        Gateway::Alipay => alipay::letter(sandbox, trade, Subject::Paid, None),
        Gateway::WechatPay => wechatpay::letter(sandbox, trade, Subject::Paid, None),
    }
}

impl Sandbox {
    /// Pays an order as the cashier does, by the shop's number. False if it cannot be paid.
    pub fn pay_order(self: &Arc<Self>, gateway: Gateway, out_trade_no: &str) -> bool {
        let trade_nos = self.gateways.desk(gateway).book().trade_nos(out_trade_no);
        trade_nos.iter().any(|trade_no| pay(self, gateway, trade_no, 1))
    }
}
