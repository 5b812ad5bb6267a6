//! The books of a payment gateway: shops, orders and refunds, and what may become of them. Both gateways keep
//! the same books and say it in their own words. Held in memory.

use std::collections::HashMap;

use kernel::{Date, Timestamp};
use serde::{Deserialize, Serialize};

use super::agreement::Agreement;

/// A shop that has brought its public key.
#[derive(Clone, Debug)]
pub(crate) struct Shop {
    /// `app_id` or `mchid`.
    pub(crate) id: String,
    /// X.509 SubjectPublicKeyInfo.
    pub(crate) public_key: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TradeState {
    Waiting,
    Paid,
    /// Closed without having been paid.
    Closed,
}

/// One order as the gateway has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Trade {
    pub shop: String,
    pub out_trade_no: String,
    /// The gateway's own number.
    pub trade_no: String,
    pub amount_fen: i64,
    pub subject: String,
    pub channel: Channel,
    pub state: TradeState,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub paid_at: Option<Timestamp>,
    pub refunds: Vec<Refund>,
    /// An order that is only a code becomes a trade when somebody scans it.
    pub seen: bool,
    pub notify_url: Option<String>,
    pub return_url: Option<String>,
}

/// How an order came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    Page,
    Wap,
    /// A code to scan.
    Code,
    /// A page inside the gateway's own app.
    InApp,
    Agreement,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refund {
    /// The shop's number.
    pub no: String,
    /// The gateway's own number.
    pub id: String,
    pub amount_fen: i64,
    pub reason: String,
    pub created_at: Timestamp,
    pub state: RefundState,
    pub done_at: Option<Timestamp>,
    pub notify_url: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefundState {
    Processing,
    Done,
    /// The payer's account takes nothing; a person must look.
    Abnormal,
}

impl Trade {
    /// What went back, or is on its way.
    #[must_use]
    pub fn refunded_fen(&self) -> i64 {
        let counts = self.refunds.iter().filter(|refund| refund.state != RefundState::Abnormal);
        counts.map(|refund| refund.amount_fen).sum()
    }

    #[must_use]
    pub fn refund(&self, no: &str) -> Option<&Refund> {
        self.refunds.iter().find(|refund| refund.no == no)
    }

    pub(crate) fn is_given_back(&self) -> bool {
        self.state == TradeState::Paid && self.refunded_fen() == self.amount_fen
    }
}

/// What a shop orders.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) shop: String,
    pub(crate) out_trade_no: String,
    pub(crate) amount_fen: i64,
    pub(crate) subject: String,
    pub(crate) channel: Channel,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) notify_url: Option<String>,
    pub(crate) return_url: Option<String>,
    pub(crate) seen: bool,
}

/// Why the books do not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrong {
    NoSuchTrade,
    /// Paid already.
    Paid,
    /// Closed already, or run out.
    Closed,
    /// The number was used for another order, or another refund.
    Differs,
    /// Not paid, so nothing can go back.
    NotPaid,
    /// More than is left.
    TooMuch,
    /// The books are full.
    Full,
}

/// A bound on memory: more than any test or demo needs.
const TRADES_MAX: usize = 1_000_000;

#[derive(Default)]
pub(crate) struct Book {
    shops: HashMap<String, Shop>,
    trades: HashMap<String, Trade>,
    /// Trade numbers in the order in which they came, and by the shop's number.
    order: Vec<String>,
    by_order: HashMap<(String, String), String>,
    by_refund: HashMap<(String, String), String>,
    pub(super) agreements: Vec<Agreement>,
    numbers: u64,
}

impl Book {
    /// The shop with this number, made or given another key.
    pub(crate) fn register(&mut self, shop: Shop) {
        self.shops.insert(shop.id.clone(), shop);
    }

    pub(crate) fn shop(&self, id: &str) -> Option<&Shop> {
        self.shops.get(id)
    }

    /// The day and a number that never comes again.
    pub(crate) fn next_no(&mut self, prefix: &str, now: Timestamp, width: usize) -> String {
        self.numbers += 1;
        let day = now.date().strftime("%Y%m%d").to_string();
        let rest = width.saturating_sub(prefix.len() + day.len());
        let noise = kernel::rng::mix(self.numbers) % 1_000;
        format!("{prefix}{day}{:0rest$}", self.numbers * 1_000 + noise)
    }

    /// Places an order. The same order placed again is the same trade.
    pub(crate) fn open(&mut self, order: Order, prefix: &str, now: Timestamp) -> Result<Trade, Wrong> {
        let key = (order.shop.clone(), order.out_trade_no.clone());
        if let Some(trade_no) = self.by_order.get(&key).cloned() {
            let Some(trade) = self.refreshed(&trade_no, now) else { return Err(Wrong::NoSuchTrade) };
            return match trade.state {
                TradeState::Paid => Err(Wrong::Paid),
                TradeState::Closed => Err(Wrong::Closed),
                TradeState::Waiting if trade.amount_fen != order.amount_fen => Err(Wrong::Differs),
                TradeState::Waiting => {
                    trade.seen |= order.seen;
                    // The newest addresses count: the payer came back through another page.
                    trade.notify_url = order.notify_url.or_else(|| trade.notify_url.clone());
                    trade.return_url = order.return_url.or_else(|| trade.return_url.clone());
                    Ok(trade.clone())
                }
            };
        }
        if order.expires_at.is_some_and(|at| at <= now) {
            return Err(Wrong::Closed);
        }
        if self.trades.len() >= TRADES_MAX {
            return Err(Wrong::Full);
        }
        let trade_no = self.next_no(prefix, now, 28);
        let trade = Trade {
            shop: order.shop,
            out_trade_no: order.out_trade_no,
            trade_no: trade_no.clone(),
            amount_fen: order.amount_fen,
            subject: order.subject,
            channel: order.channel,
            state: TradeState::Waiting,
            created_at: now,
            expires_at: order.expires_at,
            paid_at: None,
            refunds: Vec::new(),
            seen: order.seen,
            notify_url: order.notify_url,
            return_url: order.return_url,
        };
        self.by_order.insert(key, trade_no.clone());
        self.order.push(trade_no.clone());
        self.trades.insert(trade_no, trade.clone());
        Ok(trade)
    }

    /// A trade as of now: what has run out is closed.
    fn refreshed(&mut self, trade_no: &str, now: Timestamp) -> Option<&mut Trade> {
        let trade = self.trades.get_mut(trade_no)?;
        if trade.state == TradeState::Waiting && trade.expires_at.is_some_and(|at| at <= now) {
            trade.state = TradeState::Closed;
        }
        Some(trade)
    }

    pub(crate) fn trade(&mut self, trade_no: &str, now: Timestamp) -> Option<Trade> {
        self.refreshed(trade_no, now).cloned()
    }

    /// The trade of a shop by its own number, if somebody has seen it.
    pub(crate) fn trade_of_order(&mut self, shop: &str, out_trade_no: &str, now: Timestamp) -> Option<Trade> {
        let trade_no = self.by_order.get(&(shop.to_owned(), out_trade_no.to_owned())).cloned()?;
        self.trade(&trade_no, now).filter(|trade| trade.seen)
    }

    /// Somebody looks at the cashier.
    pub(crate) fn see(&mut self, trade_no: &str, now: Timestamp) -> Option<Trade> {
        let trade = self.refreshed(trade_no, now)?;
        trade.seen = true;
        Some(trade.clone())
    }

    pub(crate) fn pay(&mut self, trade_no: &str, now: Timestamp) -> Result<Trade, Wrong> {
        let trade = self.refreshed(trade_no, now).ok_or(Wrong::NoSuchTrade)?;
        match trade.state {
            TradeState::Paid => Err(Wrong::Paid),
            TradeState::Closed => Err(Wrong::Closed),
            TradeState::Waiting => {
                trade.state = TradeState::Paid;
                trade.seen = true;
                trade.paid_at = Some(now);
                Ok(trade.clone())
            }
        }
    }

    pub(crate) fn close(&mut self, trade_no: &str, now: Timestamp) -> Result<Trade, Wrong> {
        let trade = self.refreshed(trade_no, now).ok_or(Wrong::NoSuchTrade)?;
        match trade.state {
            TradeState::Paid => Err(Wrong::Paid),
            TradeState::Closed => Err(Wrong::Closed),
            TradeState::Waiting => {
                trade.state = TradeState::Closed;
                Ok(trade.clone())
            }
        }
    }

    /// Gives money back. The same number with the same amount is the same refund: the flag says whether it is new.
    pub(crate) fn refund(&mut self, trade_no: &str, refund: Refund, now: Timestamp) -> Result<(Trade, bool), Wrong> {
        let trade = self.refreshed(trade_no, now).ok_or(Wrong::NoSuchTrade)?;
        if let Some(before) = trade.refund(&refund.no) {
            return if before.amount_fen == refund.amount_fen {
                Ok((trade.clone(), false))
            } else {
                Err(Wrong::Differs)
            };
        }
        if trade.state != TradeState::Paid {
            return Err(Wrong::NotPaid);
        }
        if refund.amount_fen <= 0 || refund.amount_fen > trade.amount_fen - trade.refunded_fen() {
            return Err(Wrong::TooMuch);
        }
        let key = (trade.shop.clone(), refund.no.clone());
        trade.refunds.push(refund);
        let trade = trade.clone();
        self.by_refund.insert(key, trade_no.to_owned());
        Ok((trade, true))
    }

    /// A refund that was under way has ended.
    pub(crate) fn refund_ended(
        &mut self,
        trade_no: &str,
        no: &str,
        state: RefundState,
        now: Timestamp,
    ) -> Option<Trade> {
        let trade = self.trades.get_mut(trade_no)?;
        let refund = trade.refunds.iter_mut().find(|refund| refund.no == no)?;
        if refund.state != RefundState::Processing {
            return None;
        }
        refund.state = state;
        refund.done_at = (state == RefundState::Done).then_some(now);
        Some(trade.clone())
    }

    /// The trade of a shop that has a refund with this number.
    pub(crate) fn trade_of_refund(&self, shop: &str, no: &str) -> Option<&Trade> {
        self.trades.get(self.by_refund.get(&(shop.to_owned(), no.to_owned()))?)
    }

    /// The gateway's numbers of whatever any shop ordered under a number.
    pub(crate) fn trade_nos(&self, out_trade_no: &str) -> Vec<String> {
        self.by_order.iter().filter(|((_, no), _)| no == out_trade_no).map(|(_, trade_no)| trade_no.clone()).collect()
    }

    /// All trades, oldest first.
    pub(crate) fn trades(&mut self, now: Timestamp) -> Vec<Trade> {
        let numbers = self.order.clone();
        numbers.iter().filter_map(|trade_no| self.trade(trade_no, now)).collect()
    }

    /// What a shop's bill of a day tells: payments, and refunds with the trade they are of, by time.
    pub(crate) fn lines(&self, shop: &str, day: Date) -> Vec<(Timestamp, &Trade, Option<&Refund>)> {
        let own = self.order.iter().filter_map(|no| self.trades.get(no)).filter(|trade| trade.shop == shop);
        let mut lines: Vec<_> = own
            .flat_map(|trade| {
                let paid = trade.paid_at.map(|at| (at, trade, None));
                let back = trade.refunds.iter().filter_map(move |refund| Some((refund.done_at?, trade, Some(refund))));
                paid.into_iter().chain(back)
            })
            .filter(|(at, ..)| at.date() == day)
            .collect();
        lines.sort_by_key(|(at, ..)| *at);
        lines
    }
}
