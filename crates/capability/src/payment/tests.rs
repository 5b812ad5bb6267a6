mod properties;
mod transitions;

use std::collections::{BTreeMap, BTreeSet};

use kernel::Id;
use ledger::{Step, account::Side};

use super::*;
use crate::refund::{Reason, Route};

pub(super) const AMOUNT: Money = Money::from_fen(8_640);
pub(super) const EXPIRES_AT: Timestamp = Timestamp(900_000);
pub(super) const ASKER: Id = Id([1; 16]);
pub(super) const APPROVER: Id = Id([2; 16]);

pub(super) fn merchant() -> Payee {
    Payee::parse("merchant:a-utility").expect("a payee")
}

pub(super) fn treasury() -> Payee {
    Payee::parse("treasury:990100:103050101").expect("a payee")
}

pub(super) fn order(n: usize) -> String {
    format!("99010000000000000000000000{n:06}")
}

/// A payment with some orders at two providers, nothing paid.
pub(super) fn pending(payee: Payee, attempts: usize) -> Facts {
    let provider = |n: usize| ProviderId::parse(["alipay", "wechatpay"][n % 2]).expect("a slug");
    Facts {
        state: State::Pending,
        amount: AMOUNT,
        payee,
        expires_at: EXPIRES_AT,
        posted: false,
        attempts: (0..attempts)
            .map(|n| AttemptFacts {
                out_trade_no: order(n),
                provider: provider(n),
                state: AttemptState::Open,
                amount: AMOUNT,
                trade_no: None,
            })
            .collect(),
        refunds: Vec::new(),
    }
}

pub(super) fn confirmed(n: usize) -> Command {
    let trade_no = format!("2026{n}");
    Command::Confirmed { out_trade_no: order(n), trade_no, amount: AMOUNT, paid_at: Timestamp(1_000) }
}

pub(super) fn accepted() -> Command {
    Command::BillerAccepted { biller_ref: "B1".to_owned() }
}

/// A payment with its books. It keeps decisions as the store does, and checks after each that the books agree with the
/// facts.
#[derive(Clone)]
pub(super) struct Kept {
    pub facts: Facts,
    pub posted_steps: BTreeSet<(Step, u16)>,
    /// By account, on its normal side.
    pub balances: BTreeMap<Account, i64>,
    pub receipts: usize,
    pub postings: usize,
    pub sent: Vec<String>,
}

impl Kept {
    pub fn new(facts: Facts) -> Self {
        Self {
            facts,
            posted_steps: BTreeSet::new(),
            balances: BTreeMap::new(),
            receipts: 0,
            postings: 0,
            sent: Vec::new(),
        }
    }

    pub fn balance(&self, account: &Account) -> i64 {
        self.balances.get(account).copied().unwrap_or(0)
    }

    /// Decides and keeps; a refusal changes nothing.
    pub fn tell(&mut self, command: &Command, now: Timestamp) -> Result<Decision, Refusal> {
        let decision = decide(&self.facts, command, now)?;
        assert!(reachable(self.facts.state, decision.state), "{:?} to {:?}", self.facts.state, decision.state);
        for change in &decision.attempts {
            let mut attempts = self.facts.attempts.iter();
            let before =
                attempts.find(|it| it.out_trade_no == change.out_trade_no).expect("an attempt of the payment").state;
            let between = ATTEMPT_TABLE.iter().filter(|(from, _)| *from == before).map(|(_, to)| *to);
            let allowed = attempt_may_become(before, change.state)
                || between.into_iter().any(|state| attempt_may_become(state, change.state));
            assert!(allowed, "{before:?} to {:?}", change.state);
        }
        for transfer in &decision.transfers {
            assert!(transfer.is_sound(), "{transfer:?}");
            let once = self.posted_steps.insert((transfer.step, transfer.part));
            assert!(once, "posted twice: {transfer:?} after {command:?}");
            for (account, side) in [(&transfer.debit, Side::Debit), (&transfer.credit, Side::Credit)] {
                let sign = if account.normal_side() == side { 1 } else { -1 };
                *self.balances.entry(account.clone()).or_default() += sign * transfer.amount.fen();
            }
        }
        for effect in &decision.effects {
            match effect {
                Effect::IssueReceipt => self.receipts += 1,
                Effect::AskBiller => self.postings += 1,
                Effect::SendRefund { refund_no } => self.sent.push(refund_no.clone()),
                _ => {}
            }
        }
        self.facts = self.facts.after(&decision);
        assert_eq!(self.facts.refunded(), decision.refunded);
        self.check();
        Ok(decision)
    }

    /// What must hold whatever has happened.
    pub fn check(&self) {
        let facts = &self.facts;
        let sum = |is: &dyn Fn(&refund::Facts) -> bool| -> i64 {
            facts.refunds.iter().filter(|it| is(it)).map(|it| it.amount.fen()).sum()
        };
        let set_aside = |it: &refund::Facts| {
            use refund::State::{Abnormal, Approved, Sent};
            it.route == Route::Provider && matches!(it.state, Approved | Sent | Abnormal)
        };
        // Escrow and refund hold what is not yet with its owner, and nothing else.
        let escrow = if matches!(facts.state, State::Paid | State::Posting) { facts.amount.fen() } else { 0 };
        assert_eq!(self.balance(&Account::escrow()), escrow, "{facts:?}");
        assert_eq!(self.balance(&Account::refund()), sum(&set_aside), "{facts:?}");
        let taken_back = |it: &refund::Facts| {
            matches!(it.reason, Reason::Staff | Reason::Rest | Reason::Booking)
                && (set_aside(it) || (it.state == refund::State::Done && it.route == Route::Provider))
        };
        let payee = if facts.posted { facts.amount.fen() - sum(&taken_back) } else { 0 };
        assert_eq!(self.balance(&facts.payee.account()), payee, "{facts:?}");
        // What we hold is what we owe.
        let total = |side: Side| -> i64 {
            self.balances.iter().filter(|(account, _)| account.normal_side() == side).map(|(_, fen)| fen).sum()
        };
        assert_eq!(total(Side::Debit), total(Side::Credit));
        assert!(facts.refunded() <= facts.amount && facts.refundable() >= Money::ZERO, "{facts:?}");
        assert_eq!(facts.state == State::Refunded, facts.refunded() == facts.amount);
        assert_eq!(self.receipts, usize::from(facts.posted), "a receipt for what was posted, once");
        assert!(self.postings <= 1);
        let money_in = facts.attempts.iter().filter(|it| it.trade_no.is_some()).count();
        let paid_in = self.posted_steps.iter().filter(|(step, _)| *step == Step::Paid).count();
        assert_eq!(money_in, paid_in, "what arrived is booked");
        for attempt in &facts.attempts {
            let mut unapplied = facts
                .refunds
                .iter()
                .filter(|it| it.out_trade_no == attempt.out_trade_no && it.reason.is_of_unapplied_money());
            if let Some(refund) = unapplied.next() {
                assert_eq!(refund.amount, attempt.amount, "unapplied money goes back whole");
                assert!(unapplied.next().is_none(), "and once");
                let back = refund.state == refund::State::Done;
                assert_eq!(attempt.state, if back { AttemptState::Refunded } else { AttemptState::Refunding });
            }
        }
    }
}

/// By at most two events of the table: one decision may take two steps.
fn reachable(from: State, to: State) -> bool {
    let step = |from: State| TABLE.iter().filter(move |(state, _, _)| *state == from).map(|(_, _, to)| *to);
    from == to || step(from).any(|between| between == to || step(between).any(|end| end == to))
}

#[test]
fn words_are_read_back() {
    for state in State::ALL {
        assert_eq!(State::parse(state.word()), Some(*state));
    }
    for state in AttemptState::ALL {
        assert_eq!(AttemptState::parse(state.word()), Some(*state));
    }
    assert_eq!(State::parse("open"), None);
}

#[test]
fn the_table_is_a_function_and_every_end_is_an_end() {
    for (i, (from, on, _)) in TABLE.iter().enumerate() {
        assert!(!from.is_final(), "{from:?} is left by {on:?}");
        assert!(!TABLE[..i].iter().any(|(state, event, _)| (state, event) == (from, on)), "{from:?} {on:?} twice");
    }
    for state in State::ALL.iter().filter(|state| !state.is_final()) {
        assert!(TABLE.iter().any(|(from, _, _)| from == state), "{state:?} is left by nothing");
    }
}

#[test]
fn a_payee_is_a_department_or_the_treasury() {
    for name in ["merchant:a-utility", "treasury:990100:103050101"] {
        assert_eq!(Payee::parse(name).expect(name).account().as_str(), name);
    }
    for name in ["escrow", "clearing:alipay", "merchant:", "treasury:1:2"] {
        assert_eq!(Payee::parse(name), None, "{name}");
    }
}
