//! From a quote to an open payment with an order at a provider, and from one provider to another.

use std::net::{IpAddr, Ipv4Addr};

use capability::payment::{AttemptState, State};
use connector::pay::{Device, Order};
use identity::digest;
use kernel::{CityId, Error, Id, Index, Kind, Money, Pii, ProviderId, Result, ServiceId, access::Purpose};
use manifest::{CityPack, Service, act::Act, pay::Payee};
use store::{BillLine, NewAttempt, OpenPayment, OpenRefused, PaymentFacts};

use super::{DETAIL, Detail, DetailLine};
use crate::{
    Citizen, OnceKey, Platform,
    act::{Said, civil},
    platform::{key_reused, once},
    quote::{Quote, QuoteLine, Till},
};

/// The index of a bill: equal bills of one department have equal indexes.
const BILL: &str = "payment.bill";
/// The index from which a payment's id is taken.
const PAYMENT: &str = "payment.id";
/// A provider that has not called by then is asked.
const FIRST_QUERY_S: i64 = 10;

/// What the citizen chose to pay, and how.
#[derive(Clone, Debug)]
pub struct PayForm<'a> {
    pub what: Chosen<'a>,
    /// The total that the page showed.
    pub quoted: Money,
    /// A provider's id.
    pub provider: &'a str,
    pub device: Device,
    pub address: IpAddr,
}

#[derive(Clone, Copy, Debug)]
pub enum Chosen<'a> {
    /// Rows of the answer, whole.
    Rows(&'a [String]),
    /// One row, in part: the amount as typed.
    Part(&'a str, &'a str),
    /// Money in advance: the amount as typed.
    TopUp(&'a str),
}

/// What comes of wanting to pay.
#[derive(Clone, Debug)]
pub enum Opened {
    /// Its page leads on, to the cashier or to what became of it.
    Payment(Id),
    /// The amount is another one by now: nothing was done, and the citizen is asked again.
    Changed(Box<Quote>),
}

impl Platform {
    /// What is chosen, priced now.
    pub async fn quote_of(
        &self,
        citizen: &Citizen,
        city: &CityId,
        service: &ServiceId,
        card: Id,
        what: Chosen<'_>,
    ) -> Result<Quote> {
        match what {
            Chosen::Rows(rows) => self.quote(citizen, city, service, card, rows).await,
            Chosen::Part(row, amount) => self.quote_part(citizen, city, service, card, row, amount).await,
            Chosen::TopUp(amount) => self.quote_top_up(citizen, city, service, card, amount).await,
        }
    }

    /// Opens a payment. The same key gives the same payment, also after it was paid.
    pub async fn pay(
        &self,
        citizen: &Citizen,
        city: &CityId,
        service: &ServiceId,
        card: Id,
        form: PayForm<'_>,
        key: OnceKey,
    ) -> Result<Opened> {
        let catalogue = self.catalogue();
        let pack = self.open_city(&catalogue, city)?;
        let service = catalogue.service(&pack, service.as_str()).ok_or(Kind::NotFound)?;
        let till = Till::of(&pack, service)?;
        self.provider(form.provider)?;
        let cell = self.inner.stores.city(city).await?;
        let id = self.payment_id(citizen, &key);
        if let Some(facts) = cell.payment_facts(id).await? {
            return if facts.amount == form.quoted && facts.service == service.id {
                Ok(Opened::Payment(id))
            } else {
                Err(key_reused())
            };
        }
        let mut quote = self.quote_of(citizen, city, &service.id, card, form.what).await?;
        if quote.total != form.quoted {
            return Ok(Opened::Changed(Box::new(quote)));
        }
        for line in quote.lines.iter_mut().filter(|line| line.accept) {
            self.accept(citizen, &till, &quote.card.id, line, id).await?;
        }
        let open = self.open_payment(citizen, &till, &quote, &form, id, &key).await?;
        match cell.open_payment(open).await? {
            Ok(id) | Err(OpenRefused::AlreadyOpen(id) | OpenRefused::AlreadyPaid(Some(id))) => Ok(Opened::Payment(id)),
            Err(OpenRefused::AlreadyOpenElsewhere) => Err(Kind::Conflict("bill_open_elsewhere").into()),
            Err(OpenRefused::AlreadyPaid(None)) => Err(Kind::Conflict("bill_paid").into()),
            Err(OpenRefused::KeyReused) => Err(key_reused()),
        }
    }

    /// The id of the payment that this key makes: nobody else can guess it, and the same form finds it again.
    pub(crate) fn payment_id(&self, citizen: &Citizen, key: &OnceKey) -> Id {
        let Index(hash) = self.inner.vault.index(PAYMENT, &format!("{}|{}", citizen.account, key.as_str()));
        Id::from_slice(&hash[..16]).unwrap_or(Id([0; 16]))
    }

    async fn open_payment(
        &self,
        citizen: &Citizen,
        till: &Till<'_>,
        quote: &Quote,
        form: &PayForm<'_>,
        id: Id,
        key: &OnceKey,
    ) -> Result<OpenPayment> {
        let (inner, now) = (&self.inner, self.now());
        let city = &till.pack.city;
        let (department, binding) = till.act(Act::Pay)?;
        let (_, department_id) = (department, binding.department.clone());
        let payee = match till.pay.payee {
            Payee::Merchant => ledger::Account::merchant(&department_id),
            Payee::Treasury => till
                .pay
                .item
                .as_deref()
                .and_then(|item| ledger::Account::treasury(&city.code, item))
                .ok_or_else(|| Error::internal("the pack names no budget item for the treasury"))?,
        };
        let cell = inner.stores.city(&city.id).await?;
        let held = self.held(citizen, &cell).await?.into_iter().find(|held| held.view.id == quote.card.id);
        let held = held.ok_or(Kind::NotFound)?;
        let again = !matches!(form.what, Chosen::Rows(_));
        let bills = quote.lines.iter().map(|line| BillLine {
            key: match form.what {
                // Every top-up is a bill of its own.
                Chosen::TopUp(_) => inner.vault.index(BILL, &id.to_string()),
                _ => inner.vault.index(BILL, &format!("{department_id}|{}", line.bill)),
            },
            amount: line.due(),
            surcharge: line.surcharge,
        });
        let detail = Detail {
            lines: quote.lines.iter().map(DetailLine::from).collect(),
            customer: quote.card.title.clone(),
            values: held.thing.question().values.process(Clone::clone),
            answer_key: held.key.0,
        };
        let detail = serde_json::to_vec(&detail).map_err(Error::internal)?;
        let rows: Vec<&str> = quote.lines.iter().map(|line| line.bill.as_str()).collect();
        let total = quote.total.fen().to_string();
        let parts = [city.id.as_str(), till.service.id.as_str(), &rows.join(","), &total];
        Ok(OpenPayment {
            id,
            account: citizen.account,
            subject: Some(held.subject),
            card: Some(quote.card.id),
            service: till.service.id.clone(),
            department: department_id.clone(),
            payee: payee.as_str().to_owned(),
            purpose: till.pay.purpose.word().to_owned(),
            bills: bills.collect(),
            again,
            amount: quote.total,
            detail: inner.vault.seal(&*inner.rng, DETAIL, &detail),
            at: now,
            expires_at: now.plus_s(inner.limits.payment_s.into()),
            attempt: self.new_order(till.pack, form.provider, quote.total)?,
            once: Some(once(citizen, key, "pay", &parts)),
        })
    }

    /// A new order number at a provider: the city's code, so that a callback finds its city, and 128 random bits.
    pub(crate) fn new_order(&self, pack: &CityPack, provider: &str, amount: Money) -> Result<NewAttempt> {
        Ok(NewAttempt {
            out_trade_no: format!("{}{}", pack.city.code, Id::random(&*self.inner.rng)),
            provider: ProviderId::parse(provider).ok_or(Kind::NotFound)?,
            amount,
            query_at: self.now().plus_s(FIRST_QUERY_S),
        })
    }

    /// The citizen accepts a record; the department makes its decision, once, whatever becomes of the payment.
    async fn accept(
        &self,
        citizen: &Citizen,
        till: &Till<'_>,
        card: &Id,
        line: &mut QuoteLine,
        payment: Id,
    ) -> Result<()> {
        let (name, resident_id) = self.real_name_of(citizen, citizen.account, Purpose::Payment).await?;
        let cell = self.inner.stores.city(&till.pack.city.id).await?;
        let held =
            self.held(citizen, &cell).await?.into_iter().find(|held| held.view.id == *card).ok_or(Kind::NotFound)?;
        let mut values = held.thing.question().values.process(Clone::clone);
        let key = digest(&[b"accept", line.bill.as_bytes(), &citizen.account.0]);
        let own = [
            ("id", line.bill.clone()),
            ("name", name),
            ("resident_id", resident_id),
            ("at", civil(self.now())),
            ("key", key[..16].iter().map(|byte| format!("{byte:02x}")).collect()),
        ];
        values.extend(own.map(|(name, value)| (name.to_owned(), value)));
        tracing::info!(payment = %payment, service = %till.service.id, "a record is accepted");
        match self.told(till.pack, till.service, Act::Accept, values).await {
            Ok(Said::Yes(row)) => {
                line.decision = row.get("decision_no").map(manifest::Value::text);
                line.accept = false;
                if line.decision.is_none() { Err(Kind::Unavailable("department").into()) } else { Ok(()) }
            }
            Ok(Said::No { .. }) => Err(Kind::Conflict("accept_refused").into()),
            Err(failure) => Err(Error::new(Kind::Unavailable("department")).because(failure)),
        }
    }

    /// Another provider for an open payment. The orders before it stay until they are closed: whichever is paid first
    /// counts, and what comes twice goes back.
    pub async fn switch_provider(&self, citizen: &Citizen, city: &CityId, payment: Id, provider: &str) -> Result<()> {
        let catalogue = self.catalogue();
        let pack = self.open_city(&catalogue, city)?;
        self.provider(provider)?;
        let cell = self.inner.stores.city(city).await?;
        let facts = self.own_payment(citizen, &cell, payment).await?;
        if facts.state != State::Pending {
            return Ok(());
        }
        let open = facts.attempts.iter().rfind(|attempt| attempt.state == AttemptState::Open);
        if open.is_some_and(|attempt| attempt.provider.as_str() == provider) {
            return Ok(());
        }
        let now = self.now();
        let attempt = self.new_order(&pack, provider, facts.amount)?;
        let expires_at = facts.expires_at.max(now.plus_s(i64::from(self.inner.limits.payment_s) / 2));
        // If it has changed meanwhile, its page shows what became of it.
        cell.new_attempt(payment, facts.version, attempt, now, expires_at).await?;
        for attempt in facts.attempts.iter().filter(|attempt| attempt.state == AttemptState::Open) {
            self.close_order(&pack, &cell, payment, attempt.provider.as_str(), &attempt.out_trade_no).await?;
        }
        Ok(())
    }

    /// The facts of the citizen's own payment; for everybody else there is none.
    pub(crate) async fn own_payment(&self, citizen: &Citizen, cell: &store::City, id: Id) -> Result<PaymentFacts> {
        let facts = cell.payment_facts(id).await?;
        facts.filter(|facts| facts.account == Some(citizen.account)).ok_or_else(|| Kind::NotFound.into())
    }

    /// An order as its provider is told of it.
    pub(crate) fn order(
        &self,
        pack: &CityPack,
        service: &Service,
        facts: &PaymentFacts,
        attempt: &store::AttemptFacts,
        device: Device,
        address: Option<IpAddr>,
    ) -> Order {
        let city = &pack.city.id;
        Order {
            out_trade_no: attempt.out_trade_no.clone(),
            amount: attempt.amount,
            subject: format!("{} {}", pack.city.name.zh_cn, service.short_name.zh_cn),
            expires_at: facts.expires_at,
            notify_url: self.notify_url(attempt.provider.as_str(), city),
            return_url: format!("{}/{city}/payments/{}?back=1", self.inner.public_url, facts.id),
            device,
            payer_ip: Pii::new(address.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)).to_string()),
        }
    }

    pub(crate) fn notify_url(&self, provider: &str, city: &CityId) -> String {
        format!("{}/notify/{provider}/{city}", self.inner.public_url)
    }
}

impl From<&QuoteLine> for DetailLine {
    fn from(line: &QuoteLine) -> Self {
        Self {
            bill: line.bill.clone(),
            title: line.title.clone(),
            amount: line.amount,
            surcharge: line.surcharge,
            decision: line.decision.clone(),
        }
    }
}
