//! The truth behind a gateway: what was paid, given back and told, so that somebody outside can compare three ways. Never
//! faulty. And the settings.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::{get, post},
};
use serde::{Deserialize, Serialize};

use super::{
    Gateway, Settings,
    agreement::Agreement,
    book::{RefundState, Trade},
    post::{self, Delivery},
};
use crate::Sandbox;

/// Everything that a gateway knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GatewayTruth {
    /// Oldest first; each with its refunds.
    pub trades: Vec<Trade>,
    pub agreements: Vec<Agreement>,
    /// Every try to tell a shop something, oldest first; the last twenty thousand.
    pub deliveries: Vec<Delivery>,
}

impl Sandbox {
    #[must_use]
    pub fn gateway(&self, gateway: Gateway) -> GatewayTruth {
        let desk = self.gateways.desk(gateway);
        let mut book = desk.book();
        let trades = book.trades(self.clock.now());
        GatewayTruth { trades, agreements: book.agreements().to_vec(), deliveries: desk.post.deliveries() }
    }

    /// Sends every notice of an order once more, as old as it is, and says how many those are.
    pub fn resend(self: &Arc<Self>, gateway: Gateway, out_trade_no: &str) -> usize {
        let desk = self.gateways.desk(gateway);
        let trade_nos = desk.book().trade_nos(out_trade_no);
        let letters: Vec<_> = trade_nos.iter().flat_map(|trade_no| desk.post.letters(trade_no)).collect();
        let count = letters.len();
        for letter in letters {
            post::send(self, letter);
        }
        count
    }
}

pub(super) fn routes() -> Router<Arc<Sandbox>> {
    let one = |gateway: Gateway| {
        Router::new()
            .route(
                &format!("/truth/{}", gateway.word()),
                get(async move |State(sandbox): State<Arc<Sandbox>>| Json(sandbox.gateway(gateway))),
            )
            .route(
                &format!("/truth/{}/resend", gateway.word()),
                post(async move |State(sandbox): State<Arc<Sandbox>>, Json(asked): Json<OfOrder>| {
                    match sandbox.resend(gateway, &asked.out_trade_no) {
                        0 => StatusCode::NOT_FOUND,
                        _ => StatusCode::ACCEPTED,
                    }
                }),
            )
    };
    Router::new()
        .merge(one(Gateway::Alipay))
        .merge(one(Gateway::WechatPay))
        .route("/gateways", get(settings).put(set))
        .route("/truth/{gateway}/pay", post(pay))
}

#[derive(Deserialize)]
struct OfOrder {
    out_trade_no: String,
}

/// Pays an order without anybody going to the cashier.
async fn pay(
    State(sandbox): State<Arc<Sandbox>>,
    Path(gateway): Path<String>,
    Json(asked): Json<OfOrder>,
) -> StatusCode {
    match Gateway::parse(&gateway) {
        None => StatusCode::NOT_FOUND,
        Some(gateway) if sandbox.pay_order(gateway, &asked.out_trade_no) => StatusCode::ACCEPTED,
        Some(_) => StatusCode::CONFLICT,
    }
}

async fn settings(State(sandbox): State<Arc<Sandbox>>) -> Json<Settings> {
    Json(sandbox.gateway_settings())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    speed: Option<u32>,
    bills: Option<super::Bills>,
    refunds: Option<RefundState>,
    /// `null` is a balance without end.
    #[serde(default, with = "present")]
    buyer_balance_fen: Option<Option<i64>>,
}

/// Tells `null` from what is absent.
mod present {
    use serde::{Deserialize, Deserializer};

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<i64>>, D::Error> {
        Option::deserialize(deserializer).map(Some)
    }
}

async fn set(State(sandbox): State<Arc<Sandbox>>, Json(change): Json<Change>) -> Json<Settings> {
    let now = sandbox.gateway_settings();
    sandbox.set_gateways(Settings {
        speed: change.speed.unwrap_or(now.speed),
        bills: change.bills.unwrap_or(now.bills),
        refunds: change.refunds.unwrap_or(now.refunds),
        buyer_balance_fen: change.buyer_balance_fen.unwrap_or(now.buyer_balance_fen),
    });
    Json(sandbox.gateway_settings())
}
