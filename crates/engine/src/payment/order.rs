//! Orders at providers: asked when they keep silent, closed when nobody wants them any more, and believed only when the
//! provider itself says so.

use super::Beside;
use crate::{Platform, callback::CallbackKey};
use capability::payment::{AttemptState, Command, State};
use connector::pay::Trade;
use kernel::{CityId, Error, Id, Kind, Money, Result, Timestamp};
use manifest::CityPack;

/// Orders asked about in one turn, and the seconds for which they are left to whoever took them.
const QUERIES_MAX: u32 = 32;
const LEASE_S: u32 = 30;
/// Seconds between two questions: the first wait doubles up to the last.
const WAIT_S: (i64, i64) = (10, 120);
const EXPIRED_MAX: u32 = 32;

impl Platform {
    /// A provider says that money has arrived.
    #[expect(clippy::too_many_arguments, reason = "all of it is what the provider said")]
    pub(crate) async fn money_arrived(
        &self,
        city: &CityId,
        cell: &store::City,
        payment: Id,
        out_trade_no: &str,
        trade_no: &str,
        amount: Money,
        paid_at: Timestamp,
        callback: Option<CallbackKey>,
    ) -> Result<()> {
        let (out_trade_no, trade_no) = (out_trade_no.to_owned(), trade_no.to_owned());
        let command = Command::Confirmed { out_trade_no, trade_no, amount, paid_at };
        let driven = self.drive(city, cell, payment, command, Beside { callback, ..Beside::default() }).await?;
        if let Err(refusal) = driven {
            tracing::error!(%payment, code = refusal.code(), "money that arrived could not be applied");
        }
        Ok(())
    }

    /// Takes a provider's word about an order.
    pub(crate) async fn heard_of_order(
        &self,
        city: &CityId,
        cell: &store::City,
        payment: Id,
        out_trade_no: &str,
        trade: Trade,
    ) -> Result<()> {
        match trade {
            Trade::Paid { trade_no, amount, paid_at } => {
                self.money_arrived(city, cell, payment, out_trade_no, &trade_no, amount, paid_at, None).await
            }
            Trade::Closed => {
                let command = Command::AttemptClosed { out_trade_no: out_trade_no.to_owned() };
                self.drive(city, cell, payment, command, Beside::default()).await.map(drop)
            }
            Trade::Waiting | Trade::Unknown => Ok(()),
        }
    }

    /// Asks about the open orders of a payment that somebody is looking at. Never longer than a moment, and silent about
    /// providers that do not answer: the page says what is known.
    pub(crate) async fn look_at_provider(&self, city: &CityId, cell: &store::City, payment: Id) -> Result<()> {
        let Some(facts) = cell.payment_facts(payment).await? else { return Ok(()) };
        if facts.state != State::Pending {
            return Ok(());
        }
        for attempt in facts.attempts.iter().filter(|attempt| attempt.state == AttemptState::Open) {
            let Ok(provider) = self.provider(attempt.provider.as_str()) else { continue };
            let asked = tokio::time::timeout(std::time::Duration::from_secs(2), provider.query(&attempt.out_trade_no));
            if let Ok(Ok(trade)) = asked.await {
                self.heard_of_order(city, cell, payment, &attempt.out_trade_no, trade).await?;
            }
        }
        Ok(())
    }

    pub(crate) async fn query_silent(&self, city: &CityId, cell: &store::City) -> Result<usize> {
        let due = cell.due_for_query(self.now(), LEASE_S, QUERIES_MAX).await?;
        let count = due.len();
        for order in due {
            let Some(payment) = cell.payment_of_attempt(&order.out_trade_no).await? else { continue };
            match self.provider(order.provider.as_str())?.query(&order.out_trade_no).await {
                Ok(trade) => self.heard_of_order(city, cell, payment, &order.out_trade_no, trade).await?,
                Err(failure) => {
                    tracing::warn!(provider = %order.provider, %failure, "an order is asked about again later")
                }
            }
            let wait_s = WAIT_S.0.saturating_mul(1 << order.queries.min(8)).min(WAIT_S.1);
            // False: the order is settled and need not be asked about any more.
            cell.query_again(&order.out_trade_no, self.now().plus_s(wait_s)).await?;
        }
        Ok(count)
    }

    pub(crate) async fn expire_payments(&self, city: &CityId, cell: &store::City) -> Result<usize> {
        let due = cell.due_to_expire(self.now(), EXPIRED_MAX).await?;
        for payment in &due {
            self.look_at_provider(city, cell, *payment).await?;
            if let Err(refusal) = self.drive(city, cell, *payment, Command::Expire, Beside::default()).await? {
                tracing::warn!(%payment, code = refusal.code(), "a payment does not run out");
            }
        }
        Ok(due.len())
    }

    /// Closes an order at its provider. `Paid` means that the money came first.
    pub(crate) async fn close_order(
        &self,
        pack: &CityPack,
        cell: &store::City,
        payment: Id,
        provider: &str,
        out_trade_no: &str,
    ) -> Result<()> {
        let city = &pack.city.id;
        match self.provider(provider)?.close(out_trade_no).await {
            // An order that the provider never saw is as good as closed; should it be paid all the same, it goes back.
            Ok(Trade::Unknown | Trade::Waiting) => {
                self.heard_of_order(city, cell, payment, out_trade_no, Trade::Closed).await
            }
            Ok(trade) => self.heard_of_order(city, cell, payment, out_trade_no, trade).await,
            Err(failure) => Err(Error::new(Kind::Unavailable("provider")).because(failure)),
        }
    }

    /// The citizen gives up an open payment. Money that is under way already goes back by itself.
    pub async fn cancel_payment(&self, citizen: &crate::Citizen, city: &CityId, payment: Id) -> Result<()> {
        self.open_city(&self.catalogue(), city)?;
        let cell = self.inner.stores.city(city).await?;
        self.own_payment(citizen, &cell, payment).await?;
        self.look_at_provider(city, &cell, payment).await?;
        match self.drive(city, &cell, payment, Command::Cancel, Beside::default()).await? {
            Ok(_) => Ok(()),
            Err(_) => Err(Kind::Conflict("payment_not_now").into()),
        }
    }
}
