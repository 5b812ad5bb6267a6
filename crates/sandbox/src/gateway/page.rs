//! A gateway's books on a page, for whoever wants to see what was ordered, paid, given back and told.

use std::sync::Arc;

use axum::{Router, extract::State, response::Response, routing::get};
use kernel::Text;
use maud::html;

use super::{
    Gateway,
    agreement::AgreementState,
    book::{RefundState, TradeState},
    civil, yuan,
};
use crate::{Sandbox, page::page};

const REFRESH_S: u32 = 5;
/// The page shows the newest; the truth has them all.
const SHOWN: usize = 50;

pub(super) fn routes() -> Router<Arc<Sandbox>> {
    Router::new().route("/alipay", get(alipay)).route("/wechatpay", get(wechatpay))
}

async fn alipay(State(sandbox): State<Arc<Sandbox>>) -> Response {
    show(&sandbox, Gateway::Alipay)
}

async fn wechatpay(State(sandbox): State<Arc<Sandbox>>) -> Response {
    show(&sandbox, Gateway::WechatPay)
}

fn show(sandbox: &Sandbox, gateway: Gateway) -> Response {
    let truth = sandbox.gateway(gateway);
    let name = gateway.department().name();
    let word = gateway.word();
    let body = html! {
        h2 { (name.zh_cn) " " span.en lang="en" { (name.en) ": orders, newest first" } }
        p { a href={ "/truth/" (word) } { "全部数据 JSON" } " · " a href={ "/#" (word) } { "故障" } }
        @if truth.trades.is_empty() {
            p { "还没有订单，收到后会自己出现。" span.en lang="en" { " Nothing yet; this page refreshes itself." } }
        }
        div.grid {
            @for trade in truth.trades.iter().rev().take(SHOWN) {
                article.card {
                    span.state { (trade.state.name().zh_cn) " " span lang="en" { (trade.state.name().en) } }
                    h3 { "¥" (yuan(trade.amount_fen)) }
                    p { (trade.subject) }
                    p { small { (trade.out_trade_no) " · " (civil(trade.created_at)) } }
                    @for refund in &trade.refunds {
                        p { "退 ¥" (yuan(refund.amount_fen)) " " small { (refund.no) " · " (refund.state.name().zh_cn) } }
                    }
                    @let told = truth.deliveries.iter().filter(|one| one.about == trade.trade_no);
                    @let (tries, heard) = told.fold((0, 0), |(all, yes), one| (all + 1, yes + u32::from(one.acknowledged)));
                    @if tries > 0 { p { small { "通知 " (tries) " 次，确认 " (heard) " 次" } } }
                    p { a href={ "/" (word) "/cashier/" (trade.trade_no) } { "收银台" } }
                }
            }
        }
        @if !truth.agreements.is_empty() {
            h2 { "代扣协议 " span.en lang="en" { "Agreements" } }
            div.grid {
                @for agreement in truth.agreements.iter().rev().take(SHOWN) {
                    article.card {
                        span.state { (agreement.state.name().zh_cn) " " span lang="en" { (agreement.state.name().en) } }
                        p { (agreement.external_no) }
                        p { a href={ "/alipay/agreement/" (agreement.agreement_no) } { "看协议" } }
                    }
                }
            }
        }
    };
    page(&name.zh_cn, Some(REFRESH_S), body)
}

impl TradeState {
    fn name(self) -> Text {
        match self {
            Self::Waiting => Text::new("待付款", "waiting"),
            Self::Paid => Text::new("已付款", "paid"),
            Self::Closed => Text::new("已关闭", "closed"),
        }
    }
}

impl RefundState {
    fn name(self) -> Text {
        match self {
            Self::Processing => Text::new("处理中", "under way"),
            Self::Done => Text::new("已到账", "done"),
            Self::Abnormal => Text::new("退不回去", "abnormal"),
        }
    }
}

impl AgreementState {
    fn name(self) -> Text {
        match self {
            Self::Asked => Text::new("待授权", "asked"),
            Self::InForce => Text::new("授权中", "in force"),
            Self::Ended => Text::new("已解除", "ended"),
        }
    }
}
