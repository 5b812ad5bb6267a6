//! Payments as the citizen makes and follows them: opening one for a quote, the way to the cashier, the page that tells
//! how far it got, and the list of all of them.
//!
//! What becomes of a payment is decided in `capability::payment` and written by [`drive`](Platform::drive) alone. No state
//! is ever assumed: a cashier's return address proves nothing, so the page asks the provider.

pub(crate) mod drive;
mod open;
mod order;
mod posting;

use std::collections::BTreeMap;

use capability::{payment::State, refund};
use connector::pay::Cashier;
use kernel::{CityId, Id, Kind, Money, Receipt, Result, ServiceId, Text, Timestamp, access::Purpose};
use manifest::pay::Purpose as PayPurpose;
use serde::{Deserialize, Serialize};

pub(crate) use self::drive::Beside;
pub use self::open::{Chosen, Opened, PayForm};
use crate::{Citizen, Platform, provider::ProviderView};

/// The field of the sealed detail.
pub(crate) const DETAIL: &str = "payment.detail";

/// What a payment's pages and its biller need, sealed with the payment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Detail {
    pub(crate) lines: Vec<DetailLine>,
    /// The card as the page shows it: a plate, a masked number.
    pub(crate) customer: String,
    /// What the binding's places are filled from: the card's own values.
    pub(crate) values: BTreeMap<String, String>,
    /// Under which the service's answer about the card is kept, so that it can be made anew.
    pub(crate) answer_key: [u8; 32],
}

impl Detail {
    /// The booking that it pays.
    fn booking(&self, purpose: &str) -> Option<Id> {
        let line = self.lines.first().filter(|_| purpose == PayPurpose::Booking.word())?;
        Id::parse(&line.bill)
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DetailLine {
    /// The department's number of the bill; empty for a top-up.
    pub(crate) bill: String,
    pub(crate) title: String,
    /// Without the surcharge.
    pub(crate) amount: Money,
    pub(crate) surcharge: Money,
    pub(crate) decision: Option<String>,
}

/// One payment, as the person who makes it sees it.
#[derive(Clone, Debug)]
pub struct PaymentView {
    pub id: Id,
    pub service: ServiceId,
    /// The card whose bill it is, unless it was removed since.
    pub card: Option<Id>,
    pub purpose: PayPurpose,
    pub state: State,
    pub amount: Money,
    pub refunded: Money,
    pub lines: Vec<PaidLine>,
    /// Plate, or masked number of the account.
    pub customer: String,
    pub department: Text,
    pub phone: String,
    pub treasury: bool,
    /// The provider of the attempt that was paid, or that is open.
    pub provider: Option<ProviderView>,
    /// Where to go on while it is open.
    pub cashier: Option<CashierView>,
    /// Ways to pay that can be chosen instead while it is open.
    pub others: Vec<ProviderView>,
    pub opened_at: Timestamp,
    pub expires_at: Timestamp,
    pub paid_at: Option<Timestamp>,
    pub posted_at: Option<Timestamp>,
    /// The department's own number of the posting.
    pub biller_ref: Option<String>,
    pub receipt: Option<Id>,
    /// What it is for, if that is a booking.
    pub booking: Option<Id>,
    pub refunds: Vec<RefundLine>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaidLine {
    pub title: String,
    pub amount: Money,
    pub surcharge: Money,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CashierView {
    /// An address to go to.
    Open(String),
    /// A code to scan with the provider's app.
    Scan(String),
    /// The provider does not answer now.
    Unavailable,
}

/// Money on its way back, in the words of who waits for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundLine {
    pub amount: Money,
    pub reason: refund::Reason,
    pub state: refund::State,
    pub route: refund::Route,
    pub asked_at: Timestamp,
    pub done_at: Option<Timestamp>,
}

/// A line of the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentInfo {
    pub id: Id,
    pub city: CityId,
    pub service: ServiceId,
    pub state: State,
    pub amount: Money,
    pub refunded: Money,
    /// One for each bill.
    pub titles: Vec<String>,
    pub customer: String,
    pub opened_at: Timestamp,
    pub paid_at: Option<Timestamp>,
}

/// A page of the history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PaymentPage {
    pub items: Vec<PaymentInfo>,
    /// What the next page comes before.
    pub next: Option<i64>,
}

/// What was paid in one month, for the year's chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonthPaid {
    pub year: i16,
    pub month: i8,
    pub amount: Money,
}

/// Months that the chart of a year shows.
const MONTHS_SHOWN: i16 = 12;

impl Platform {
    /// One payment. `look` asks the provider about an open order first, for somebody who comes back from the cashier.
    pub async fn payment(
        &self,
        citizen: &Citizen,
        city: &CityId,
        id: Id,
        device: connector::pay::Device,
        look: bool,
    ) -> Result<PaymentView> {
        let catalogue = self.catalogue();
        let pack = self.open_city(&catalogue, city)?;
        let cell = self.inner.stores.city(city).await?;
        self.own_payment(citizen, &cell, id).await?;
        if look {
            self.look_at_provider(city, &cell, id).await?;
        }
        let access = self.access(citizen, citizen.account, Purpose::Payment, None);
        let (kept, receipt) = cell.payment(access, citizen.account, id).await?.ok_or(Kind::NotFound)?;
        let detail = self.open_detail(&kept.detail, &receipt)?;
        let facts = kept.facts;
        let provider_of = |id: &str| self.providers().into_iter().find(|provider| provider.id == id);
        let open = facts.attempts.iter().rfind(|attempt| attempt.state == capability::payment::AttemptState::Open);
        let paid = facts.attempts.iter().find(|attempt| attempt.paid_at.is_some());
        let pending = facts.state == State::Pending;
        let service = catalogue.services.get(&facts.service);
        let cashier = match (open, service) {
            (Some(attempt), Some(service)) if pending => {
                let order = self.order(&pack, service, &facts, attempt, device, None);
                Some(match self.cashier(attempt.provider.as_str(), &order).await {
                    Ok(Cashier::Open(url)) => CashierView::Open(url),
                    Ok(Cashier::Scan(text)) => CashierView::Scan(text),
                    Err(cause) => {
                        tracing::warn!(provider = %attempt.provider, %cause, "a cashier does not open");
                        CashierView::Unavailable
                    }
                })
            }
            _ => None,
        };
        let shown = paid.or(open).and_then(|attempt| provider_of(attempt.provider.as_str()));
        let others = self.providers().into_iter();
        let others = others.filter(|other| pending && shown.as_ref().is_none_or(|shown| shown.id != other.id));
        let department = pack.bindings.department.get(&facts.department);
        Ok(PaymentView {
            id,
            service: facts.service.clone(),
            card: facts.card,
            purpose: PayPurpose::parse(&facts.purpose).ok_or_else(|| kernel::Error::internal("a stored purpose"))?,
            state: facts.state,
            amount: facts.amount,
            refunded: facts.refunded,
            booking: detail.booking(&facts.purpose),
            lines: detail.lines.into_iter().map(PaidLine::from).collect(),
            customer: detail.customer,
            department: department.map(|department| department.name.clone()).unwrap_or_default(),
            phone: department.map(|department| department.phone.clone()).unwrap_or_default(),
            treasury: facts.payee.starts_with("treasury:"),
            others: others.collect(),
            provider: shown,
            cashier,
            opened_at: facts.opened_at,
            expires_at: facts.expires_at,
            paid_at: facts.paid_at,
            posted_at: facts.posted_at,
            biller_ref: facts.biller_ref,
            receipt: cell.receipt_of_payment(id).await?,
            refunds: facts.refunds.iter().map(RefundLine::from).collect(),
        })
    }

    /// How far a payment is, for a page that waits. Nothing personal is opened and no provider is asked: callbacks and
    /// the jobs bring the news.
    pub async fn payment_state(&self, citizen: &Citizen, city: &CityId, id: Id) -> Result<State> {
        self.open_city(&self.catalogue(), city)?;
        let cell = self.inner.stores.city(city).await?;
        cell.payment_state(citizen.account, id).await?.ok_or_else(|| Kind::NotFound.into())
    }

    pub(crate) fn open_detail(&self, sealed: &kernel::Sealed, receipt: &Receipt) -> Result<Detail> {
        let bytes = self.inner.vault.open(DETAIL, sealed, receipt)?;
        serde_json::from_slice(&bytes).map_err(|_| kernel::Error::internal("a payment's detail cannot be read"))
    }

    /// The citizen's payments in a city, newest first.
    pub async fn payments(&self, citizen: &Citizen, city: &CityId, before: Option<i64>) -> Result<PaymentPage> {
        self.open_city(&self.catalogue(), city)?;
        let cell = self.inner.stores.city(city).await?;
        let page = self.inner.limits.access_page;
        let limit = u32::try_from(page + 1).unwrap_or(u32::MAX);
        let access = self.access(citizen, citizen.account, Purpose::Payment, None);
        let (mut kept, receipt) = cell.payments(access, citizen.account, before, limit).await?;
        let more = kept.len() > page;
        kept.truncate(page);
        let next = kept.last().filter(|_| more).map(|last| last.number);
        let mut items = Vec::with_capacity(kept.len());
        for info in kept {
            let detail = self.open_detail(&info.detail, &receipt)?;
            items.push(PaymentInfo {
                id: info.id,
                city: city.clone(),
                service: info.service,
                state: info.state,
                amount: info.amount,
                refunded: info.refunded,
                titles: detail.lines.into_iter().map(|line| line.title).collect(),
                customer: detail.customer,
                opened_at: info.opened_at,
                paid_at: info.paid_at,
            });
        }
        Ok(PaymentPage { items, next })
    }

    /// What was paid in each of the last twelve months, this one last; for one service, or for all.
    pub async fn paid_by_month(
        &self,
        citizen: &Citizen,
        city: &CityId,
        service: Option<&ServiceId>,
    ) -> Result<Vec<MonthPaid>> {
        self.open_city(&self.catalogue(), city)?;
        let cell = self.inner.stores.city(city).await?;
        let today = self.now().date();
        let months = (0..MONTHS_SHOWN).rev().map(|back| {
            let count = i32::from(today.year()) * 12 + i32::from(today.month()) - 1 - i32::from(back);
            let month = i8::try_from(count.rem_euclid(12) + 1).unwrap_or(1);
            (i16::try_from(count.div_euclid(12)).unwrap_or(0), month)
        });
        let mut months: Vec<MonthPaid> =
            months.map(|(year, month)| MonthPaid { year, month, amount: Money::ZERO }).collect();
        let Some(first) = months.first() else { return Ok(months) };
        let from = i64::from(first.year) * 100 + i64::from(first.month);
        let access = self.access(citizen, citizen.account, Purpose::Payment, service);
        let (sums, _) = cell.paid_by_month(access, citizen.account, from).await?;
        for sum in sums.iter().filter(|sum| service.is_none_or(|service| *service == sum.service)) {
            let place = months.iter_mut().find(|it| i64::from(it.year) * 100 + i64::from(it.month) == sum.month);
            if let Some(it) = place {
                it.amount = Money::from_fen(it.amount.fen() + sum.amount.fen());
            }
        }
        Ok(months)
    }
}

impl From<DetailLine> for PaidLine {
    fn from(line: DetailLine) -> Self {
        Self { title: line.title, amount: line.amount, surcharge: line.surcharge }
    }
}

impl From<&store::Refund> for RefundLine {
    fn from(refund: &store::Refund) -> Self {
        Self {
            amount: refund.facts.amount,
            reason: refund.facts.reason,
            state: refund.facts.state,
            route: refund.facts.route,
            asked_at: refund.asked_at,
            done_at: refund.done_at,
        }
    }
}
