//! What automatic payment does by itself: looks for bills, tells the citizen the day before, and debits what was told.

use connector::pay::{AgreementState, Debit, Device};
use kernel::{AccountId, CityId, Error, Id, Index, Kind, Money, Result, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Autopay, AutopayDebit, Message, Payload, PlanDebit};

use super::{ASKED_LOOK_S, NOTICE};
use crate::{
    Chosen, Citizen, OnceKey, Opened, PayForm, Platform, SessionKind, callback::id_of, notice::before_debit,
    outbox::Delivery,
};

/// Looked at in one turn, and the seconds for which they are left to whoever took them.
const DUE_MAX: u32 = 16;
const LEASE_S: u32 = 120;
/// Bills are looked for once a day; an agreement that is not made is waited for an hour.
const LOOK_S: i64 = 86_400;
const ASKED_MAX_MS: i64 = 3_600_000;
/// Between the notice and the debit.
const NOTICE_S: i64 = 86_400;
/// Of debits: they are made by day.
const DEBIT_HOUR: i8 = 10;

#[derive(Serialize, Deserialize)]
struct Notice {
    autopay: Id,
    amount: Money,
    debit_at: Timestamp,
    customer: String,
}

impl Platform {
    /// Looks for bills to announce, and makes the debits that were announced.
    pub(crate) async fn autopay_due(&self, city: &CityId, cell: &store::City) -> Result<usize> {
        let due = cell.autopays_due(self.now(), LEASE_S, DUE_MAX).await?;
        let debits = cell.debits_due(self.now(), LEASE_S, DUE_MAX).await?;
        let count = due.len() + debits.len();
        for autopay in due {
            let next_s = match self.announce(city, cell, &autopay).await {
                Ok(next_s) => next_s,
                Err(cause) => {
                    tracing::warn!(%cause, "bills of an automatic payment are looked for again later");
                    3_600
                }
            };
            cell.autopay_checked(autopay.id, self.now().plus_s(next_s)).await?;
        }
        for debit in debits {
            if let Err(cause) = self.make_debit(city, cell, &debit).await {
                tracing::warn!(%cause, "an automatic payment is tried again");
            }
        }
        Ok(count)
    }

    /// Tells the citizen of the bills that will be paid tomorrow. Says in how many seconds to look again.
    async fn announce(&self, city: &CityId, cell: &store::City, autopay: &Autopay) -> Result<i64> {
        match self.agreement(autopay).await? {
            AgreementState::InForce { .. } => {}
            AgreementState::Ended => {
                cell.stop_autopay(autopay.account, autopay.id, self.now()).await?;
                return Ok(LOOK_S);
            }
            AgreementState::Asked | AgreementState::Unknown => {
                if self.now().since_ms(autopay.since_at) > ASKED_MAX_MS {
                    cell.stop_autopay(autopay.account, autopay.id, self.now()).await?;
                }
                return Ok(ASKED_LOOK_S);
            }
        }
        let catalogue = self.catalogue();
        let pack = self.open_city(&catalogue, city)?;
        let Some(service) = catalogue.service(&pack, autopay.service.as_str()) else { return Ok(LOOK_S) };
        let citizen = on_behalf(autopay.account);
        let answer = self.fresh(&citizen, city, &service.id, autopay.card).await?;
        let open = self.payable(&pack, service, &answer).map(|payable| payable.rows).unwrap_or_default();
        let now = self.now();
        for row in open.into_iter().map(|row| row.row) {
            let quote = self.quote(&citizen, city, &service.id, autopay.card, std::slice::from_ref(&row)).await;
            // With the oldest first, a younger bill cannot be quoted alone: its turn comes when the older one is paid.
            let Ok(quote) = quote else { break };
            if quote.total > autopay.limit {
                continue;
            }
            let debit_at = by_day(now.plus_s(NOTICE_S));
            let notice =
                Notice { autopay: autopay.id, amount: quote.total, debit_at, customer: quote.card.title.clone() };
            let key = self.autopay_key(autopay, &row);
            let message = Message {
                key: id_of(&[NOTICE.as_bytes(), &autopay.id.0, &key.0]),
                kind: NOTICE,
                payload: Payload::Plain(serde_json::to_vec(&notice).map_err(Error::internal)?),
                due_at: now,
            };
            let plan = PlanDebit { autopay: autopay.id, key, amount: quote.total, at: now, debit_at, message };
            if cell.plan_debit(plan).await? {
                self.inner.bells.ring(Some(city));
            }
        }
        Ok(LOOK_S)
    }

    /// A row's name as the key of its debit.
    fn autopay_key(&self, autopay: &Autopay, row: &str) -> Index {
        self.inner.vault.index("autopay.row", &format!("{}|{row}", autopay.id))
    }

    async fn make_debit(&self, city: &CityId, cell: &store::City, debit: &AutopayDebit) -> Result<()> {
        let (outcome, payment) = self.debited(city, cell, debit).await?;
        cell.debit_done(debit.autopay, &debit.key, outcome, payment).await?;
        Ok(())
    }

    /// What became of an announced debit, in the word that is kept of it, and its payment.
    async fn debited(
        &self,
        city: &CityId,
        cell: &store::City,
        debit: &AutopayDebit,
    ) -> Result<(&'static str, Option<Id>)> {
        let Some(autopay) = cell.autopay(debit.autopay).await?.filter(|autopay| autopay.stopped_at.is_none()) else {
            return Ok(("stopped", None));
        };
        let AgreementState::InForce { agreement_no } = self.agreement(&autopay).await? else {
            return Ok(("stopped", None));
        };
        let catalogue = self.catalogue();
        let pack = self.open_city(&catalogue, city)?;
        let service = catalogue.service(&pack, autopay.service.as_str()).ok_or(Kind::Unavailable("service"))?;
        let citizen = on_behalf(autopay.account);
        let answer = self.fresh(&citizen, city, &service.id, autopay.card).await?;
        let open = self.payable(&pack, service, &answer).map(|payable| payable.rows).unwrap_or_default();
        let Some(row) = open.into_iter().map(|row| row.row).find(|row| self.autopay_key(&autopay, row) == debit.key)
        else {
            return Ok(("paid", None));
        };
        let Some(payment) = self.open_debit(city, &citizen, &autopay, debit, &row).await? else {
            return Ok(("changed", None));
        };
        let facts = cell.payment_facts(payment).await?.ok_or(Kind::NotFound)?;
        let open = facts.attempts.iter().find(|it| it.state == capability::payment::AttemptState::Open);
        let Some(attempt) = open.filter(|_| facts.state == capability::payment::State::Pending) else {
            return Ok(("paid", Some(payment)));
        };
        let order = self.order(&pack, service, &facts, attempt, Device::Phone, None);
        let provider = self.provider(autopay.provider.as_str())?;
        let agreements = provider.agreements().ok_or(Kind::Unavailable("provider"))?;
        let debited = agreements.debit(&agreement_no, &order).await;
        let outcome = match debited.map_err(|failure| Error::new(Kind::Unavailable("provider")).because(failure))? {
            Debit::Trade(trade) => {
                self.heard_of_order(city, cell, payment, &attempt.out_trade_no, trade).await?;
                "paid"
            }
            Debit::Declined(code) => {
                tracing::info!(provider = %autopay.provider, code, "an automatic payment was declined");
                self.cancel_payment(&citizen, city, payment).await?;
                "declined"
            }
            Debit::NoAgreement => {
                self.cancel_payment(&citizen, city, payment).await?;
                cell.stop_autopay(autopay.account, autopay.id, self.now()).await?;
                "stopped"
            }
        };
        Ok((outcome, Some(payment)))
    }

    /// Opens the payment of a debit. `None` if it is not what was announced any more: a notice must be true.
    async fn open_debit(
        &self,
        city: &CityId,
        citizen: &Citizen,
        autopay: &Autopay,
        debit: &AutopayDebit,
        row: &String,
    ) -> Result<Option<Id>> {
        let rows = std::slice::from_ref(row);
        let (service, card) = (&autopay.service, autopay.card);
        let quote = self.quote(citizen, city, service, card, rows).await?;
        // What was announced may have grown by the late fee of a day, as the notice says; a bill that is another one by now
        // is not taken, and neither is one above the limit.
        let bill: i64 = quote.lines.iter().map(|line| line.amount.fen()).sum();
        if bill > debit.amount.fen() || quote.total > autopay.limit {
            return Ok(None);
        }
        let form = PayForm {
            what: Chosen::Rows(rows),
            quoted: quote.total,
            provider: autopay.provider.as_str(),
            device: Device::Phone,
            address: std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST),
        };
        let key = OnceKey::parse(&id_of(&[b"debit", &debit.autopay.0, &debit.key.0]).to_string())?;
        Ok(match self.pay(citizen, city, service, card, form, key).await? {
            Opened::Payment(payment) => Some(payment),
            Opened::Changed(_) => None,
        })
    }

    /// The notice before a debit.
    pub(crate) async fn autopay_notice(&self, cell: &store::City, key: Id, payload: &[u8]) -> Result<Delivery> {
        let notice: Notice =
            serde_json::from_slice(payload).map_err(|_| Error::internal("a notice that cannot be read"))?;
        let Some(autopay) = cell.autopay(notice.autopay).await?.filter(|autopay| autopay.stopped_at.is_none()) else {
            return Ok(Delivery::Done);
        };
        let catalogue = self.catalogue();
        let service = catalogue.services.get(&autopay.service).map_or("账单", |service| &service.short_name.zh_cn);
        let text = before_debit(service, &notice.customer, notice.amount, notice.debit_at.date());
        self.text_to(autopay.account, key, &text).await?;
        Ok(Delivery::Done)
    }
}

/// The platform acting for somebody who allowed it. Readings stand in their log as the platform's.
fn on_behalf(account: AccountId) -> Citizen {
    Citizen {
        account,
        session: Id([0; 16]),
        kind: SessionKind::Token,
        verified: true,
        preferences: crate::Preferences::default(),
        door: crate::platform::JOB,
        signed_in_at: Timestamp(0),
        asked_consents: 0,
    }
}

/// The same day at the hour of debits, or the next day if that hour is over.
fn by_day(at: Timestamp) -> Timestamp {
    let hour = Timestamp::from_civil(at.date().at(DEBIT_HOUR, 0, 0, 0));
    if hour >= at { hour } else { hour.plus_s(86_400) }
}
