//! Money on its way back, at the wish of a person: staff ask and other staff approve; an owner asks for the rest of a
//! top-up. What goes back by the rules alone never comes through here.

use capability::{
    payment::{Command, Refusal, State as PaymentState},
    refund::{self, Reason, Route, State},
};
use kernel::{CityId, DepartmentId, Error, Id, Kind, Money, Result, ServiceId, Timestamp, access::Purpose};
use manifest::{act::Act, pay::Purpose as PayPurpose};

use crate::{Citizen, Deed, OnceKey, Platform, Scope, Staff, Verb, payment::Beside, quote::Till};

/// Refunds shown at the desk.
const LIST_MAX: u32 = 200;
/// Top-ups looked through for a rest.
const TOP_UPS_MAX: u32 = 100;

/// A refund as the desk sees it. No personal data: who pays is looked up only with a reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundView {
    pub refund_no: String,
    pub payment: Id,
    pub service: ServiceId,
    pub department: DepartmentId,
    pub amount: Money,
    pub paid: Money,
    pub state: State,
    pub reason: Reason,
    pub route: Route,
    /// What staff call whoever asked; empty for the rules.
    pub asked_by: String,
    pub asked_at: Timestamp,
    pub decided_by: String,
    pub decided_at: Option<Timestamp>,
    pub note: String,
    pub document_no: Option<String>,
    /// This member of staff asked for it, so somebody else decides.
    pub own: bool,
}

/// A payment as the desk sees it: what is needed to decide about money, and nothing about the person.
#[derive(Clone, Debug)]
pub struct DeskPayment {
    pub id: Id,
    pub service: ServiceId,
    pub department: DepartmentId,
    pub payee: String,
    pub state: PaymentState,
    pub amount: Money,
    pub refunded: Money,
    pub orders: Vec<DeskOrder>,
    pub biller_ref: Option<String>,
    pub opened_at: Timestamp,
    pub paid_at: Option<Timestamp>,
    pub posted_at: Option<Timestamp>,
    pub refunds: Vec<RefundView>,
    pub journal: Vec<DeskEntry>,
    /// What could go back now.
    pub refundable: Money,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskOrder {
    pub out_trade_no: String,
    pub provider: String,
    pub state: capability::payment::AttemptState,
    pub trade_no: Option<String>,
    pub paid_at: Option<Timestamp>,
}

/// A line of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskEntry {
    pub at: Timestamp,
    pub step: ledger::Step,
    pub debit: String,
    pub credit: String,
    pub amount: Money,
}

impl Platform {
    /// Refunds in a state, the longest waiting first, of the departments that this member of staff works for.
    pub async fn refunds(&self, staff: &Staff, city: &CityId, state: State) -> Result<Vec<RefundView>> {
        let scope = staff.may(Verb::SeeRefunds, city).ok_or(Kind::Denied("not_your_role"))?;
        let cell = self.inner.stores.city(city).await?;
        let mut views = Vec::new();
        for info in cell.refunds(state, Timestamp(0), LIST_MAX).await? {
            let Some(facts) = cell.payment_facts(info.payment).await? else { continue };
            if scope.covers(&facts.department) {
                views.push(self.refund_view(staff, &facts, &info.refund).await?);
            }
        }
        Ok(views)
    }

    async fn refund_view(
        &self,
        staff: &Staff,
        facts: &store::PaymentFacts,
        refund: &store::Refund,
    ) -> Result<RefundView> {
        let (asked_by, decided_by) =
            (self.staff_name(refund.facts.asked_by).await?, self.staff_name(refund.decided_by).await?);
        Ok(RefundView {
            refund_no: refund.facts.refund_no.clone(),
            payment: facts.id,
            service: facts.service.clone(),
            department: facts.department.clone(),
            amount: refund.facts.amount,
            paid: facts.amount,
            state: refund.facts.state,
            reason: refund.facts.reason,
            route: refund.facts.route,
            asked_by,
            asked_at: refund.asked_at,
            decided_by,
            decided_at: refund.decided_at,
            note: refund.note.clone().unwrap_or_default(),
            document_no: refund.document_no.clone(),
            own: refund.facts.asked_by == Some(staff.id),
        })
    }

    /// A payment by its id, by an order number or by a refund number: whatever stands on the paper in front of staff.
    pub async fn desk_payment(&self, staff: &Staff, city: &CityId, number: &str) -> Result<DeskPayment> {
        let scope = staff.may(Verb::SeeRefunds, city).ok_or(Kind::Denied("not_your_role"))?;
        self.desk_payment_in(staff, &scope, city, number).await
    }

    pub(crate) async fn desk_payment_in(
        &self,
        staff: &Staff,
        scope: &Scope,
        city: &CityId,
        number: &str,
    ) -> Result<DeskPayment> {
        let cell = self.inner.stores.city(city).await?;
        let number = number.trim();
        let id = match Id::parse(number) {
            Some(id) => Some(id),
            None => match cell.payment_of_attempt(number).await? {
                Some(id) => Some(id),
                None => cell.payment_of_refund(number).await?,
            },
        };
        let facts = match id {
            Some(id) => cell.payment_facts(id).await?.filter(|facts| scope.covers(&facts.department)),
            None => None,
        };
        let facts = facts.ok_or(Kind::NotFound)?;
        let mut refunds = Vec::new();
        for refund in &facts.refunds {
            refunds.push(self.refund_view(staff, &facts, refund).await?);
        }
        let journal = cell.journal_of(facts.number).await?;
        let known = crate::payment::drive::facts_of(&facts)?;
        Ok(DeskPayment {
            id: facts.id,
            service: facts.service,
            department: facts.department,
            payee: facts.payee,
            state: facts.state,
            amount: facts.amount,
            refunded: facts.refunded,
            orders: facts.attempts.into_iter().map(DeskOrder::from).collect(),
            biller_ref: facts.biller_ref,
            opened_at: facts.opened_at,
            paid_at: facts.paid_at,
            posted_at: facts.posted_at,
            refunds,
            journal: journal.into_iter().map(DeskEntry::from).collect(),
            refundable: if known.state == PaymentState::Posted { known.refundable() } else { Money::ZERO },
        })
    }

    /// Staff ask for a refund, with a reason. A fine of the treasury becomes a treasury procedure by itself.
    pub async fn ask_refund(
        &self,
        staff: &Staff,
        city: &CityId,
        payment: Id,
        amount: Money,
        reason: &str,
    ) -> Result<()> {
        let command = Command::AskRefund { amount, by: staff.id };
        self.refund_deed(staff, Verb::AskRefund, city, payment, command, reason).await
    }

    pub async fn approve_refund(
        &self,
        staff: &Staff,
        city: &CityId,
        payment: Id,
        refund_no: &str,
        reason: &str,
    ) -> Result<()> {
        let command = Command::ApproveRefund { refund_no: refund_no.to_owned(), by: staff.id };
        self.refund_deed(staff, Verb::DecideRefund, city, payment, command, reason).await
    }

    pub async fn decline_refund(
        &self,
        staff: &Staff,
        city: &CityId,
        payment: Id,
        refund_no: &str,
        reason: &str,
    ) -> Result<()> {
        let command = Command::DeclineRefund { refund_no: refund_no.to_owned(), by: staff.id };
        self.refund_deed(staff, Verb::DecideRefund, city, payment, command, reason).await
    }

    /// The treasury, or the bank, has given it back: its document says so.
    pub async fn complete_refund(
        &self,
        staff: &Staff,
        city: &CityId,
        payment: Id,
        refund_no: &str,
        document_no: &str,
    ) -> Result<()> {
        let document_no = document_no.trim().to_owned();
        if document_no.is_empty() || document_no.chars().count() > 64 {
            return Err(Error::field("document_no", kernel::identifier::Mistake::Empty("退付文号 / document number")));
        }
        let command = Command::GivenBack { refund_no: refund_no.to_owned(), document_no, by: staff.id };
        self.refund_deed(staff, Verb::CompleteRefund, city, payment, command, "").await
    }

    /// A refund that the provider could not make is ordered again, after what was in its way is gone.
    pub async fn send_refund_again(&self, staff: &Staff, city: &CityId, payment: Id, refund_no: &str) -> Result<()> {
        let command = Command::SendRefundAgain { refund_no: refund_no.to_owned() };
        self.refund_deed(staff, Verb::CompleteRefund, city, payment, command, "").await
    }

    async fn refund_deed(
        &self,
        staff: &Staff,
        verb: Verb,
        city: &CityId,
        payment: Id,
        command: Command,
        reason: &str,
    ) -> Result<()> {
        let cell = self.inner.stores.city(city).await?;
        let facts = cell.payment_facts(payment).await?.ok_or(Kind::NotFound)?;
        let department = facts.department.clone();
        let note = reason.trim().chars().take(500).collect::<String>();
        let beside = Beside { note: (!note.is_empty()).then_some(note), ..Beside::default() };
        let deed =
            Deed { verb, city, department: Some(&department), place: "", object: format!("payment {payment}"), reason };
        let work = async {
            match self.drive(city, &cell, payment, command, beside).await? {
                Ok(_) => Ok(()),
                Err(refusal) => Err(refused(refusal)),
            }
        };
        self.deed(staff, deed, work).await
    }

    /// What is left on a prepaid card and can go back to where it came from: the balance, as far as it came from top-ups
    /// that were paid here.
    pub async fn rest(&self, citizen: &Citizen, city: &CityId, service: &ServiceId, card: Id) -> Result<Rest> {
        let catalogue = self.catalogue();
        let pack = self.open_city(&catalogue, city)?;
        let service = catalogue.service(&pack, service.as_str()).ok_or(Kind::NotFound)?;
        let till = Till::of(&pack, service)?;
        if till.pay.purpose != PayPurpose::TopUp || till.act(Act::Withdraw).is_err() {
            return Err(Kind::NotFound.into());
        }
        let answer = self.fresh(citizen, city, &service.id, card).await?;
        let balance = till.pay.balance.as_ref().and_then(|field| answer.rows.first()?.get(field)?.number());
        let balance = Money::from_fen(balance.unwrap_or(0).max(0));
        let cell = self.inner.stores.city(city).await?;
        let top_ups = self.top_ups(citizen, &cell, &service.id, card).await?;
        let left: Vec<Money> = top_ups.iter().map(|(_, left)| *left).collect();
        // Money that came another way, over a counter, goes back that way.
        let returnable = balance.min(Money::from_fen(left.iter().map(|left| left.fen()).sum()));
        let shares = refund::spread(returnable, &left).unwrap_or_default();
        let shares = top_ups.into_iter().map(|(payment, _)| payment).zip(shares);
        let parts = shares.filter(|(_, share)| *share > Money::ZERO).collect();
        Ok(Rest { balance, returnable, department: answer.department, phone: answer.phone, parts })
    }

    /// The posted top-ups of this card by this citizen, newest first, with what each could still give back.
    async fn top_ups(
        &self,
        citizen: &Citizen,
        cell: &store::City,
        service: &ServiceId,
        card: Id,
    ) -> Result<Vec<(Id, Money)>> {
        let access = self.access(citizen, citizen.account, Purpose::Payment, Some(service));
        let (kept, _) = cell.payments(access, citizen.account, None, TOP_UPS_MAX).await?;
        let mut found = Vec::new();
        for info in kept.iter().filter(|info| info.service == *service && info.state == PaymentState::Posted) {
            let Some(facts) = cell.payment_facts(info.id).await? else { continue };
            if facts.card != Some(card) {
                continue;
            }
            let waits = |refund: &store::Refund| refund.facts.state == refund::State::Asked;
            if !facts.refunds.iter().any(waits) {
                found.push((info.id, crate::payment::drive::facts_of(&facts)?.refundable()));
            }
        }
        Ok(found)
    }

    /// Asks for the rest back. The department lets go of it first; then it goes the way it came, newest top-up first.
    pub async fn withdraw_rest(
        &self,
        citizen: &Citizen,
        city: &CityId,
        service: &ServiceId,
        card: Id,
        quoted: Money,
        _key: OnceKey,
    ) -> Result<Id> {
        let rest = self.rest(citizen, city, service, card).await?;
        if rest.returnable != quoted {
            return Err(Kind::Conflict("amount_changed").into());
        }
        let cell = self.inner.stores.city(city).await?;
        let mut first = None;
        for (payment, amount) in rest.parts {
            let asked = self.drive(city, &cell, payment, Command::AskRest { amount }, Beside::default()).await?;
            match asked {
                // A second tap on the same button finds what the first one asked for.
                Ok(_) | Err(Refusal::AlreadyAsked) => first = first.or(Some(payment)),
                Err(refusal) => return Err(refused(refusal)),
            }
        }
        first.ok_or_else(|| Kind::Conflict("nothing_to_return").into())
    }
}

/// What can go back of a prepaid balance.
#[derive(Clone, Debug)]
pub struct Rest {
    pub balance: Money,
    /// As far as it came from top-ups made here.
    pub returnable: Money,
    pub department: kernel::Text,
    pub phone: String,
    /// From which payments, newest first.
    pub parts: Vec<(Id, Money)>,
}

pub(crate) fn refused(refusal: Refusal) -> Error {
    match refusal {
        Refusal::FourEyes => Kind::Denied(refusal.code()).into(),
        Refusal::UnknownRefund | Refusal::UnknownAttempt => Kind::NotFound.into(),
        refusal => Kind::Conflict(refusal.code()).into(),
    }
}

impl From<store::AttemptFacts> for DeskOrder {
    fn from(attempt: store::AttemptFacts) -> Self {
        let store::AttemptFacts { out_trade_no, provider, state, trade_no, paid_at, .. } = attempt;
        Self { out_trade_no, provider: provider.to_string(), state, trade_no, paid_at }
    }
}

impl From<store::JournalEntry> for DeskEntry {
    fn from(entry: store::JournalEntry) -> Self {
        let ledger::Transfer { debit, credit, amount, step, .. } = entry.transfer;
        Self { at: entry.at, step, debit: debit.as_str().to_owned(), credit: credit.as_str().to_owned(), amount }
    }
}
