//! `payment`: a citizen's intent to pay, from the first click to the receipt or to the money back home.
//!
//! A payment is what the citizen wants; an attempt is one order at one provider. Money may arrive on any attempt, late,
//! twice or with a wrong amount, and the department may refuse what was paid. One function decides what follows from
//! each of these; its caller keeps the decision in one commit, or decides again if the payment has changed meanwhile.

mod back;
mod command;
mod decide;
mod draft;

use kernel::{DepartmentId, Money, ProviderId, Timestamp};
use ledger::Account;

pub use self::{
    command::{Command, Decision, Effect, Refusal, Tell},
    decide::decide,
};
use crate::{refund, words};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// The cashier is open.
    Pending,
    /// Nothing was paid, and nothing will be: expired or given up. What arrives now goes back.
    Closed,
    /// The provider has the money; the department does not know yet.
    Paid,
    /// The department is being told, with the same key until it has answered.
    Posting,
    /// The department has taken it: there is a receipt.
    Posted,
    /// The department refused it: the whole amount is set aside for the citizen.
    Failed,
    /// The whole amount is on its way back.
    Refunding,
    /// The whole amount is back.
    Refunded,
}
words!(State {
    Pending = "pending",
    Closed = "closed",
    Paid = "paid",
    Posting = "posting",
    Posted = "posted",
    Failed = "failed",
    Refunding = "refunding",
    Refunded = "refunded",
});

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Event {
    Paid,
    Expired,
    Cancelled,
    PostBegun,
    PostAccepted,
    PostRefused,
    /// An order for all that was left has gone out.
    RefundBegun,
    /// All of it is back.
    RefundDone,
}

pub const TABLE: &[(State, Event, State)] = &[
    (State::Pending, Event::Paid, State::Paid),
    (State::Pending, Event::Expired, State::Closed),
    (State::Pending, Event::Cancelled, State::Closed),
    (State::Paid, Event::PostBegun, State::Posting),
    (State::Posting, Event::PostAccepted, State::Posted),
    (State::Posting, Event::PostRefused, State::Failed),
    (State::Failed, Event::RefundBegun, State::Refunding),
    (State::Posted, Event::RefundBegun, State::Refunding),
    (State::Refunding, Event::RefundDone, State::Refunded),
];

#[must_use]
pub fn next(state: State, event: Event) -> Option<State> {
    crate::after(TABLE, state, event)
}

impl State {
    /// No event leaves it. Money that arrives on it all the same goes back on its own.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Closed | Self::Refunded)
    }

    /// A bill with a payment in such a state is not paid by another one.
    #[must_use]
    pub const fn holds_the_bill(self) -> bool {
        matches!(self, Self::Pending | Self::Paid | Self::Posting | Self::Posted)
    }
}

/// One order at one provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AttemptState {
    Open,
    /// Its money is the payment's.
    Paid,
    Closed,
    /// All its money is on its way back.
    Refunding,
    Refunded,
}
words!(AttemptState {
    Open = "open",
    Paid = "paid",
    Closed = "closed",
    Refunding = "refunding",
    Refunded = "refunded",
});

pub const ATTEMPT_TABLE: &[(AttemptState, AttemptState)] = &[
    (AttemptState::Open, AttemptState::Paid),
    (AttemptState::Open, AttemptState::Closed),
    // Surplus and late money goes back without having been the payment's.
    (AttemptState::Open, AttemptState::Refunding),
    (AttemptState::Closed, AttemptState::Refunding),
    (AttemptState::Paid, AttemptState::Refunding),
    (AttemptState::Refunding, AttemptState::Refunded),
];

/// Whether an attempt may become another. One decision may take it two steps.
#[must_use]
pub fn attempt_may_become(from: AttemptState, to: AttemptState) -> bool {
    ATTEMPT_TABLE.contains(&(from, to))
}

/// Whose revenue it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Payee {
    Merchant(DepartmentId),
    /// Fines and permit fees: they go to the treasury and come back by its procedure alone.
    Treasury(Account),
}

impl Payee {
    #[must_use]
    pub fn account(&self) -> Account {
        match self {
            Self::Merchant(department) => Account::merchant(department),
            Self::Treasury(account) => account.clone(),
        }
    }

    /// Reads the name of a payee's ledger account; `None` for an account that is no payee's.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let account = Account::parse(name)?;
        match account.kind() {
            ledger::Kind::Merchant => DepartmentId::parse(account.owner()).map(Self::Merchant),
            ledger::Kind::Treasury => Some(Self::Treasury(account)),
            _ => None,
        }
    }
}

/// What is known of a payment when something happens to it. No personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    pub state: State,
    pub amount: Money,
    pub payee: Payee,
    pub expires_at: Timestamp,
    /// The department has once said yes.
    pub posted: bool,
    /// In the order in which they were made: the place is the `part` of an attempt's transfer.
    pub attempts: Vec<AttemptFacts>,
    pub refunds: Vec<refund::Facts>,
}

impl Facts {
    /// What of the payment is back, as the payment shows it. Surplus and late money never was the payment's.
    #[must_use]
    pub fn refunded(&self) -> Money {
        self.refunds_where(|refund| refund.state == refund::State::Done)
    }

    /// What can still be asked back: nothing may go back twice, and nothing that was not paid.
    #[must_use]
    pub fn refundable(&self) -> Money {
        let gone = self.refunds_where(|refund| refund.state != refund::State::Declined);
        Money::from_fen(self.amount.fen() - gone.fen())
    }

    /// Whether another order may be made for it, at the same or at another provider.
    #[must_use]
    pub fn takes_attempts(&self, now: Timestamp) -> bool {
        self.state == State::Pending && now < self.expires_at
    }

    /// The payment as it is once a decision is kept.
    #[must_use]
    pub fn after(&self, decision: &Decision) -> Self {
        let mut facts = self.clone();
        facts.state = decision.state;
        facts.posted |= decision.state == State::Posted;
        for change in &decision.attempts {
            for attempt in facts.attempts.iter_mut().filter(|attempt| attempt.out_trade_no == change.out_trade_no) {
                attempt.state = change.state;
                if change.trade_no.is_some() {
                    attempt.trade_no.clone_from(&change.trade_no);
                }
            }
        }
        for change in &decision.refunds {
            let own = |refund: &&mut refund::Facts| refund.refund_no == change.facts.refund_no;
            match facts.refunds.iter_mut().find(own) {
                Some(refund) => *refund = change.facts.clone(),
                None => facts.refunds.push(change.facts.clone()),
            }
        }
        facts
    }

    /// The sum of the refunds of the payment's own money that are such and such.
    fn refunds_where(&self, is: impl Fn(&refund::Facts) -> bool) -> Money {
        let own = self.refunds.iter().filter(|refund| !refund.reason.is_of_unapplied_money() && is(refund));
        Money::from_fen(own.map(|refund| refund.amount.fen()).sum())
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptFacts {
    pub out_trade_no: String,
    pub provider: ProviderId,
    pub state: AttemptState,
    pub amount: Money,
    /// The provider's number, once money has arrived.
    pub trade_no: Option<String>,
}

/// What becomes of an attempt. The provider's number and time come with the money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptChange {
    pub out_trade_no: String,
    pub state: AttemptState,
    pub trade_no: Option<String>,
    pub paid_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests;
