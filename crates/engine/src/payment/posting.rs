//! Errands of a payment: telling the department that it was paid, closing orders that nobody wants, giving money back, and
//! a word to the citizen. Each is a message of the outbox with a key that never changes, repeated until the other side has
//! answered; only then it goes, in the commit of what follows.

use capability::payment::{Command, State};
use connector::pay::{RefundOrder, RefundState};
use kernel::{CityId, Error, Id, Kind, Money, Result};
use manifest::{CityPack, act::Act, pay::Purpose};
use store::{OutboxRow, PaymentFacts};

use super::{
    Beside, DETAIL, Detail,
    drive::{Errand, REFUND, key_of},
};
use crate::{
    Platform,
    act::{Said, Values, civil, put_money},
    outbox::Delivery,
    quote::Till,
};

/// Seconds until a refund under way is asked about again.
const REFUND_LOOK_S: i64 = 5;

impl Platform {
    /// Tells the department, with the payment's own key: it books it once, however often it is told.
    pub(crate) async fn post_payment(
        &self,
        city: &CityId,
        cell: &store::City,
        row: &OutboxRow,
        errand: &Errand,
    ) -> Result<Delivery> {
        let payment = errand.payment;
        let beside = Beside { delivered: Some(row.key), ..Beside::default() };
        match self.drive(city, cell, payment, Command::BeginPosting, Beside::default()).await? {
            Ok(State::Posting) => {}
            // Posted, refused or given back already: the message has outlived its use.
            Ok(_) | Err(_) => return Ok(Delivery::Done),
        }
        let facts = cell.payment_facts(payment).await?.ok_or(Kind::NotFound)?;
        if facts.purpose == Purpose::Booking.word() {
            return self.post_for_booking(city, cell, &facts, beside).await;
        }
        let catalogue = self.catalogue();
        let pack = self.open_city(&catalogue, city)?;
        let service = catalogue.services.get(&facts.service).ok_or(Kind::Unavailable("service"))?;
        let till = Till::of(&pack, service)?;
        let detail = self.detail(cell, payment).await?;
        let command = match self.told(till.pack, till.service, Act::Pay, posting(&facts, &detail, payment)).await {
            Ok(Said::Yes(row)) => {
                let biller_ref = row.get("biller_ref").map(manifest::Value::text).unwrap_or_default();
                Command::BillerAccepted { biller_ref }
            }
            Ok(Said::No { reason, .. }) => {
                tracing::warn!(%payment, service = %facts.service, reason, "the department refuses a payment");
                Command::BillerRefused
            }
            Err(failure) => return Err(Error::new(Kind::Unavailable("department")).because(failure)),
        };
        if let Err(refusal) = self.drive(city, cell, payment, command, beside).await? {
            tracing::error!(%payment, code = refusal.code(), "the department's word could not be applied");
        }
        self.refresh_answer(&pack, service, &detail, cell);
        Ok(Delivery::Settled)
    }

    /// What was paid for is a booking: whether it takes the money is decided here and not by a department.
    async fn post_for_booking(
        &self,
        city: &CityId,
        cell: &store::City,
        facts: &PaymentFacts,
        beside: Beside,
    ) -> Result<Delivery> {
        let detail = self.detail(cell, facts.id).await?;
        let command = self.post_to_booking(city, cell, facts, &detail).await?;
        if let Err(refusal) = self.drive(city, cell, facts.id, command, beside).await? {
            tracing::error!(payment = %facts.id, code = refusal.code(), "a booking's word could not be applied");
        }
        Ok(Delivery::Settled)
    }

    /// The kept answer about the card still says that the bill is open. Nobody waits for the new one.
    fn refresh_answer(
        &self,
        pack: &std::sync::Arc<CityPack>,
        service: &std::sync::Arc<manifest::Service>,
        detail: &Detail,
        cell: &store::City,
    ) {
        let question = connector::Question::new(detail.values.clone());
        let key = kernel::Index(detail.answer_key);
        let flight = self.clone().fly(pack.clone(), service.clone(), question, cell.clone(), key);
        tokio::spawn(async move {
            if let Err(failure) = flight.await {
                tracing::debug!(%failure, "an answer is not made anew");
            }
        });
    }

    /// The sealed detail, for the machine that tells the department.
    pub(crate) async fn detail(&self, cell: &store::City, payment: Id) -> Result<Detail> {
        let sealed =
            cell.payment_detail(payment).await?.ok_or_else(|| Error::internal("a payment without its detail"))?;
        let read = self.inner.vault.process(DETAIL, &sealed, |bytes| serde_json::from_slice(bytes))?;
        read.map_err(|_| Error::internal("a payment's detail cannot be read"))
    }

    pub(crate) async fn close_errand(&self, city: &CityId, cell: &store::City, errand: &Errand) -> Result<Delivery> {
        let catalogue = self.catalogue();
        let pack = self.open_city(&catalogue, city)?;
        self.close_order(&pack, cell, errand.payment, &errand.word, &errand.number).await?;
        Ok(Delivery::Done)
    }

    /// Orders a refund, or asks what became of it, until it has come to an end.
    pub(crate) async fn refund_errand(
        &self,
        city: &CityId,
        cell: &store::City,
        row: &OutboxRow,
        errand: &Errand,
    ) -> Result<Delivery> {
        let facts = cell.payment_facts(errand.payment).await?.ok_or(Kind::NotFound)?;
        let Some(refund) = facts.refunds.iter().find(|refund| refund.facts.refund_no == errand.number) else {
            return Ok(Delivery::Done);
        };
        if refund.facts.state.is_final() {
            return Ok(Delivery::Done);
        }
        let order_no = &refund.facts.out_trade_no;
        let attempt = facts.attempts.iter().find(|attempt| attempt.out_trade_no == *order_no).ok_or(Kind::Internal)?;
        let provider = self.provider(attempt.provider.as_str())?;
        let order = RefundOrder {
            out_trade_no: order_no.clone(),
            refund_no: errand.number.clone(),
            amount: refund.facts.amount,
            total: attempt.amount,
            reason: "退款".to_owned(),
            notify_url: self.notify_url(attempt.provider.as_str(), city),
        };
        let unavailable = |failure| Error::new(Kind::Unavailable("provider")).because(failure);
        // A refund that was sent may have arrived: the provider is asked before it is told again.
        let known = if row.attempts > 1 {
            provider.query_refund(order_no, &errand.number).await.map_err(unavailable)?
        } else {
            RefundState::Unknown
        };
        let state = match known {
            RefundState::Unknown => provider.refund(&order).await.map_err(unavailable)?,
            known => known,
        };
        let refund_no = errand.number.clone();
        let (command, ended) = match state {
            RefundState::Done { .. } => (Command::RefundDone { refund_no }, true),
            RefundState::Processing | RefundState::Unknown => (Command::RefundSent { refund_no }, false),
            RefundState::Abnormal(code) => {
                tracing::warn!(payment = %errand.payment, code, "a provider cannot give money back by itself");
                (Command::RefundAbnormal { refund_no }, true)
            }
        };
        let beside = Beside { delivered: ended.then_some(row.key), ..Beside::default() };
        if let Err(refusal) = self.drive(city, cell, errand.payment, command, beside).await? {
            tracing::error!(payment = %errand.payment, code = refusal.code(), "a refund's end could not be applied");
        }
        Ok(if ended { Delivery::Settled } else { Delivery::Later(REFUND_LOOK_S) })
    }

    /// A provider rang about a refund: look now instead of later.
    pub(crate) async fn look_at_refund(
        &self,
        city: &CityId,
        cell: &store::City,
        _order_no: &str,
        refund_no: &str,
    ) -> Result<()> {
        let Some(payment) = cell.payment_of_refund(refund_no).await? else { return Ok(()) };
        let errand = Errand { payment, number: refund_no.to_owned(), word: String::new(), amount: Money::ZERO };
        cell.hurry(key_of(REFUND, &errand, 0), self.now()).await?;
        self.inner.bells.ring(Some(city));
        Ok(())
    }

    /// Asks the department to let go of what is left of a top-up.
    pub(crate) async fn release_errand(
        &self,
        city: &CityId,
        cell: &store::City,
        row: &OutboxRow,
        errand: &Errand,
    ) -> Result<Delivery> {
        let catalogue = self.catalogue();
        let pack = self.open_city(&catalogue, city)?;
        let facts = cell.payment_facts(errand.payment).await?.ok_or(Kind::NotFound)?;
        let service = catalogue.services.get(&facts.service).ok_or(Kind::Unavailable("service"))?;
        let till = Till::of(&pack, service)?;
        let detail = self.detail(cell, errand.payment).await?;
        let mut values: Values = detail.values.clone();
        put_money(&mut values, "amount", errand.amount);
        values.insert("at".to_owned(), civil(self.now()));
        values.insert("biller_ref".to_owned(), facts.biller_ref.clone().unwrap_or_default());
        values.insert("key".to_owned(), errand.number.clone());
        let refund_no = errand.number.clone();
        let command = match self.told(till.pack, till.service, Act::Withdraw, values).await {
            Ok(Said::Yes(_)) => Command::RestReleased { refund_no },
            Ok(Said::No { .. }) => Command::RestKept { refund_no },
            Err(failure) => return Err(Error::new(Kind::Unavailable("department")).because(failure)),
        };
        let beside = Beside { delivered: Some(row.key), ..Beside::default() };
        if let Err(refusal) = self.drive(city, cell, errand.payment, command, beside).await? {
            tracing::error!(payment = %errand.payment, code = refusal.code(), "the rest of a top-up could not be applied");
        }
        self.refresh_answer(&pack, service, &detail, cell);
        Ok(Delivery::Settled)
    }
}

/// What the department is told. Lists are in the order of the payment's lines.
fn posting(facts: &PaymentFacts, detail: &Detail, payment: Id) -> Values {
    let mut values = detail.values.clone();
    let each = |say: &dyn Fn(&super::DetailLine) -> String| detail.lines.iter().map(say).collect::<Vec<_>>().join(",");
    let surcharge: i64 = detail.lines.iter().map(|line| line.surcharge.fen()).sum();
    let paid = facts.attempts.iter().find(|attempt| attempt.paid_at.is_some());
    let own = [
        ("ids", each(&|line| line.bill.clone())),
        ("decision_nos", each(&|line| line.decision.clone().unwrap_or_default())),
        ("at", facts.paid_at.map(civil).unwrap_or_default()),
        ("provider", paid.map(|attempt| attempt.provider.to_string()).unwrap_or_default()),
        ("trade_no", paid.and_then(|attempt| attempt.trade_no.clone()).unwrap_or_default()),
        ("key", payment.to_string()),
    ];
    values.extend(own.map(|(name, value)| (name.to_owned(), value)));
    put_money(&mut values, "amount", Money::from_fen(facts.amount.fen() - surcharge));
    put_money(&mut values, "surcharge", Money::from_fen(surcharge));
    put_money(&mut values, "total", facts.amount);
    values
}
