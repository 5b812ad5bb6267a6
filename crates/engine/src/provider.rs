//! The payment providers as citizens and operators see them, and the ways to the cashier that are kept in memory.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use connector::{
    HealthState,
    pay::{Cashier, Order, Provider, ProviderHealth, Providers},
};
use kernel::{Error, Kind, Result, Text, Timestamp};

use crate::Platform;

/// A way to pay, as it is offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderView {
    /// The word in forms: `alipay`, `wechatpay`.
    pub id: String,
    pub name: Text,
    /// False while the provider does not answer: it is offered last, and the page says so.
    pub up: bool,
}

/// Cashiers of open orders. Some providers make an address once and for a while; asking them at every look at a page
/// would be rude. Losing one costs a question.
#[derive(Default)]
pub(crate) struct Cashiers(Mutex<HashMap<String, (Cashier, Timestamp)>>);

/// Above so many, those that have run out are forgotten.
const CASHIERS_BEFORE_SWEEP: usize = 4_096;
/// A kept address is used for so long; providers' own run out after five minutes.
const CASHIER_KEPT_S: i64 = 240;

impl Cashiers {
    fn get(&self, out_trade_no: &str, now: Timestamp) -> Option<Cashier> {
        let cashiers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cashiers.get(out_trade_no).filter(|(_, until)| *until > now).map(|(cashier, _)| cashier.clone())
    }

    fn put(&self, out_trade_no: &str, cashier: Cashier, now: Timestamp) {
        let mut cashiers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if cashiers.len() >= CASHIERS_BEFORE_SWEEP {
            cashiers.retain(|_, (_, until)| *until > now);
        }
        cashiers.insert(out_trade_no.to_owned(), (cashier, now.plus_s(CASHIER_KEPT_S)));
    }
}

impl Platform {
    /// Puts the ways to pay in force. Without any, nothing can be paid, and pages say so.
    pub fn provide(&self, providers: Providers) {
        self.inner.providers.store(Arc::new(providers));
    }

    /// The ways to pay, those that answer first.
    #[must_use]
    pub fn providers(&self) -> Vec<ProviderView> {
        let view = |provider: &Arc<dyn Provider>| ProviderView {
            id: provider.id().to_owned(),
            name: provider.name(),
            up: provider.health().state != HealthState::Down,
        };
        let mut views: Vec<ProviderView> = self.inner.providers.load().iter().map(view).collect();
        views.sort_by_key(|view| !view.up);
        views
    }

    /// Those at which a citizen can agree to be debited.
    #[must_use]
    pub fn autopay_providers(&self) -> Vec<ProviderView> {
        let able = |view: &ProviderView| self.provider(&view.id).is_ok_and(|provider| provider.agreements().is_some());
        self.providers().into_iter().filter(able).collect()
    }

    #[must_use]
    pub fn provider_health(&self) -> Vec<ProviderHealth> {
        self.inner.providers.load().iter().map(|provider| provider.health()).collect()
    }

    /// Where cashiers are, for the content policy of pages that lead there.
    #[must_use]
    pub fn cashier_origins(&self) -> Vec<String> {
        self.inner.providers.load().iter().flat_map(|provider| provider.cashier_origins()).collect()
    }

    pub(crate) fn provider(&self, id: &str) -> Result<Arc<dyn Provider>> {
        let unknown = || Error::new(Kind::Unavailable("provider")).because("no such provider is configured");
        self.inner.providers.load().get(id).map(Arc::clone).ok_or_else(unknown)
    }

    /// The way to the cashier of an order, kept or asked for.
    pub(crate) async fn cashier(&self, provider: &str, order: &Order) -> Result<Cashier> {
        let now = self.now();
        if let Some(kept) = self.inner.cashiers.get(&order.out_trade_no, now) {
            return Ok(kept);
        }
        let opened = self.provider(provider)?.open(order).await;
        let cashier = opened.map_err(|failure| Error::new(Kind::Unavailable("provider")).because(failure))?;
        self.inner.cashiers.put(&order.out_trade_no, cashier.clone(), now);
        Ok(cashier)
    }
}
