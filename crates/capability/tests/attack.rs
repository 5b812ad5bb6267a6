//! An attack on `payment::decide`: 100,000 payments, each with a storm of callbacks that are genuine, doubled, shuffled,
//! late, of a wrong amount or after the refund, among the deeds of the department, of staff and of time. What comes out is
//! compared with a model so simple that one can see that it is right. A failure names the seed of its storm.

use std::collections::{BTreeMap, BTreeSet};

use capability::{
    payment::{AttemptFacts, AttemptState, Command, Decision, Effect, Facts, Payee, State, decide},
    refund,
};
use kernel::{Id, Money, ProviderId, Rng, SeededRng, Timestamp};
use ledger::{Step, account::Side};

const AMOUNT: Money = Money::from_fen(8_640);
const EXPIRES_AT: Timestamp = Timestamp(900_000);
const IN_TIME: Timestamp = Timestamp(1_000);
const ORDERS: usize = 3;
const STORMS: u64 = 100_000;

/// What can happen, as the model sees it. Orders are numbers.
#[derive(Clone, Copy, Debug)]
enum Event {
    Paid {
        order: usize,
        at: Timestamp,
    },
    /// Genuine, and for another amount than the order's.
    PaidWrong {
        order: usize,
    },
    Closed {
        order: usize,
    },
    Expired,
    Cancelled,
    Begun,
    Accepted,
    Refused,
    /// Staff return the whole of it, one asking and another approving.
    StaffReturn,
    Sent {
        order: usize,
    },
    Back {
        order: usize,
    },
}

/// The model: what has happened, without tables, accounts or effects.
#[derive(Debug, Default)]
struct Model {
    arrived: BTreeSet<usize>,
    closed_orders: BTreeSet<usize>,
    closed: bool,
    applied: Option<usize>,
    begun: bool,
    verdict: Option<bool>,
    returned_by_staff: bool,
    sent: BTreeSet<usize>,
    back: BTreeSet<usize>,
}

impl Model {
    fn hear(&mut self, event: Event) {
        match event {
            Event::Paid { order, at } => {
                if self.arrived.insert(order)
                    && !self.closed
                    && self.applied.is_none()
                    && at <= EXPIRES_AT
                    && !self.closed_orders.contains(&order)
                {
                    self.applied = Some(order);
                }
            }
            Event::PaidWrong { .. } => {}
            Event::Closed { order } => {
                self.closed_orders.insert(order);
            }
            Event::Expired | Event::Cancelled => self.closed |= self.applied.is_none(),
            Event::Begun => self.begun |= self.applied.is_some(),
            Event::Accepted if self.begun => self.verdict = self.verdict.or(Some(true)),
            Event::Refused if self.begun => self.verdict = self.verdict.or(Some(false)),
            Event::Accepted | Event::Refused => {}
            Event::StaffReturn => self.returned_by_staff |= self.verdict == Some(true),
            Event::Sent { order } if self.goes_back(order) => {
                self.sent.insert(order);
            }
            Event::Back { order } if self.goes_back(order) => {
                self.back.insert(order);
            }
            Event::Sent { .. } | Event::Back { .. } => {}
        }
    }

    /// Whether an order's money is on its way back, or is back.
    fn goes_back(&self, order: usize) -> bool {
        let applied = self.applied == Some(order);
        self.arrived.contains(&order) && (!applied || self.verdict == Some(false) || self.returned_by_staff)
    }

    fn state(&self) -> State {
        let Some(order) = self.applied else { return if self.closed { State::Closed } else { State::Pending } };
        let under_way = match (self.back.contains(&order), self.sent.contains(&order)) {
            (true, _) => Some(State::Refunded),
            (_, true) => Some(State::Refunding),
            _ => None,
        };
        match self.verdict {
            None => {
                if self.begun {
                    State::Posting
                } else {
                    State::Paid
                }
            }
            Some(true) => under_way.unwrap_or(State::Posted),
            Some(false) => under_way.unwrap_or(State::Failed),
        }
    }

    /// How many amounts stand in each account.
    fn balances(&self) -> [(&'static str, i64); 5] {
        let at_provider =
            |parity: usize| self.arrived.difference(&self.back).filter(|order| *order % 2 == parity).count() as i64;
        let going_back = (0..ORDERS).filter(|order| self.goes_back(*order) && !self.back.contains(order)).count();
        [
            ("clearing:alipay", at_provider(0)),
            ("clearing:wechatpay", at_provider(1)),
            ("escrow", i64::from(self.applied.is_some() && self.verdict.is_none())),
            ("refund", going_back as i64),
            ("merchant:a-utility", i64::from(self.verdict == Some(true) && !self.returned_by_staff)),
        ]
    }
}

/// The payment as the store would keep it, with its books.
struct Kept {
    facts: Facts,
    steps: BTreeSet<(Step, u16)>,
    balances: BTreeMap<String, i64>,
    postings: usize,
    receipts: usize,
    sent: Vec<String>,
    breaks: usize,
    /// For the negative control: a store that loses what became of the attempts.
    forgets_attempts: bool,
}

fn order_no(order: usize) -> String {
    format!("99010000000000000000000000{order:06}")
}

impl Kept {
    fn new() -> Self {
        let attempt = |order: usize| AttemptFacts {
            out_trade_no: order_no(order),
            provider: ProviderId::parse(["alipay", "wechatpay"][order % 2]).expect("a slug"),
            state: AttemptState::Open,
            amount: AMOUNT,
            trade_no: None,
        };
        let facts = Facts {
            state: State::Pending,
            amount: AMOUNT,
            payee: Payee::parse("merchant:a-utility").expect("a payee"),
            expires_at: EXPIRES_AT,
            posted: false,
            attempts: (0..ORDERS).map(attempt).collect(),
            refunds: Vec::new(),
        };
        Self {
            facts,
            steps: BTreeSet::new(),
            balances: BTreeMap::new(),
            postings: 0,
            receipts: 0,
            sent: Vec::new(),
            breaks: 0,
            forgets_attempts: false,
        }
    }

    fn commands(&self, event: Event) -> Vec<Command> {
        let refund_no = |order: usize| {
            let mut refunds = self.facts.refunds.iter();
            let known = refunds.find(|refund| refund.out_trade_no == order_no(order));
            known.map_or_else(|| refund::number(&order_no(order), 9), |refund| refund.refund_no.clone())
        };
        let paid = |order: usize, amount: Money, paid_at: Timestamp| Command::Confirmed {
            out_trade_no: order_no(order),
            trade_no: format!("2026{order}"),
            amount,
            paid_at,
        };
        match event {
            Event::Paid { order, at } => vec![paid(order, AMOUNT, at)],
            Event::PaidWrong { order } => vec![paid(order, Money::from_fen(1), IN_TIME)],
            Event::Closed { order } => vec![Command::AttemptClosed { out_trade_no: order_no(order) }],
            Event::Expired => vec![Command::Expire],
            Event::Cancelled => vec![Command::Cancel],
            Event::Begun => vec![Command::BeginPosting],
            Event::Accepted => vec![Command::BillerAccepted { biller_ref: "B1".to_owned() }],
            Event::Refused => vec![Command::BillerRefused],
            Event::StaffReturn => {
                let part = self.facts.refunds.len() as u16;
                let paid = self.facts.attempts.iter().find(|attempt| attempt.state == AttemptState::Paid);
                let refund_no = refund::number(paid.map_or("", |attempt| &attempt.out_trade_no), part);
                vec![
                    Command::AskRefund { amount: AMOUNT, by: Id([1; 16]) },
                    Command::ApproveRefund { refund_no, by: Id([2; 16]) },
                ]
            }
            Event::Sent { order } => vec![Command::RefundSent { refund_no: refund_no(order) }],
            Event::Back { order } => vec![Command::RefundDone { refund_no: refund_no(order) }],
        }
    }

    /// Decides and keeps. `Err` is what the store's unique index would refuse.
    fn hear(&mut self, event: Event) -> Result<(), String> {
        for command in self.commands(event) {
            let Ok(decision) = decide(&self.facts, &command, EXPIRES_AT) else { continue };
            self.keep(&decision)?;
        }
        Ok(())
    }

    fn keep(&mut self, decision: &Decision) -> Result<(), String> {
        for transfer in &decision.transfers {
            if !self.steps.insert((transfer.step, transfer.part)) {
                return Err(format!("posted twice: {transfer:?}"));
            }
            for (account, side) in [(&transfer.debit, Side::Debit), (&transfer.credit, Side::Credit)] {
                let sign = if account.normal_side() == side { 1 } else { -1 };
                *self.balances.entry(account.as_str().to_owned()).or_default() += sign * transfer.amount.fen();
            }
        }
        for effect in &decision.effects {
            match effect {
                Effect::AskBiller => self.postings += 1,
                Effect::IssueReceipt => self.receipts += 1,
                Effect::SendRefund { refund_no } => self.sent.push(refund_no.clone()),
                Effect::Break(_) => self.breaks += 1,
                _ => {}
            }
        }
        let attempts = self.forgets_attempts.then(|| self.facts.attempts.clone());
        self.facts = self.facts.after(decision);
        if let Some(attempts) = attempts {
            self.facts.attempts = attempts;
        }
        Ok(())
    }

    fn differs_from(&self, model: &Model) -> Option<String> {
        let expected = model.balances();
        let agree = expected
            .iter()
            .all(|(account, amounts)| self.balances.get(*account).copied().unwrap_or(0) == amounts * AMOUNT.fen());
        let elsewhere = self
            .balances
            .iter()
            .find(|(account, fen)| **fen != 0 && !expected.iter().any(|(known, _)| known == account));
        let going = (0..ORDERS).filter(|order| model.goes_back(*order)).count();
        let sent: BTreeSet<&String> = self.sent.iter().collect();
        let sound = self.facts.state == model.state()
            && agree
            && elsewhere.is_none()
            && self.postings == usize::from(model.applied.is_some())
            && self.receipts == usize::from(model.verdict == Some(true))
            && (self.sent.len(), sent.len()) == (going, going);
        (!sound).then(|| {
            format!("state {:?}, balances {:?}, {} postings, {} receipts, sent {:?}; the model has {:?}, {expected:?}: {model:?}",
                self.facts.state, self.balances, self.postings, self.receipts, self.sent, model.state())
        })
    }
}

/// A storm: whoever pays, pays one to three orders, in time or late; each callback comes one to ten times; then everything
/// is shuffled, some of it only near its place, so that courses that make sense are common.
fn storm(rng: &SeededRng) -> Vec<Event> {
    let mut events: Vec<(u64, Event)> = Vec::new();
    let mut add = |near: u64, copies: u64, event: Event| {
        for _ in 0..copies {
            events.push((near * 100 + rng.below(spread(rng)), event));
        }
    };
    for order in 0..=rng.below(ORDERS as u64) as usize {
        let at = if rng.below(4) == 0 { EXPIRES_AT.plus_ms(1) } else { IN_TIME };
        add(1, 1 + rng.below(10), Event::Paid { order, at });
        if rng.below(4) == 0 {
            add(1, 1 + rng.below(3), Event::PaidWrong { order });
        }
        add(4, rng.below(3), Event::Sent { order });
        add(5, rng.below(4), Event::Back { order });
        add(7, rng.below(3), Event::Paid { order, at });
        add(3, rng.below(2), Event::Closed { order });
    }
    add(2, 1 + rng.below(2), Event::Begun);
    let verdict = if rng.below(3) == 0 { Event::Refused } else { Event::Accepted };
    add(3, 1 + rng.below(3), verdict);
    if rng.below(8) == 0 {
        add(3, 1, Event::Refused);
    }
    if rng.below(3) == 0 {
        add(3, 1 + rng.below(2), Event::StaffReturn);
    }
    if rng.below(3) == 0 {
        add(rng.below(8), 1, if rng.below(2) == 0 { Event::Expired } else { Event::Cancelled });
    }
    events.sort_by_key(|(place, _)| *place);
    events.into_iter().map(|(_, event)| event).collect()
}

/// Near its place, or anywhere.
fn spread(rng: &SeededRng) -> u64 {
    if rng.below(5) == 0 { 900 } else { 150 }
}

/// What a storm left, or how it differs from the model.
fn run(seed: u64, forgets_attempts: bool) -> Result<(State, usize), String> {
    let (mut kept, mut model) = (Kept::new(), Model::default());
    kept.forgets_attempts = forgets_attempts;
    for event in storm(&SeededRng::new(kernel::rng::mix(seed))) {
        kept.hear(event)?;
        model.hear(event);
    }
    kept.differs_from(&model).map_or(Ok((kept.facts.state, kept.breaks)), Err)
}

fn attack(seeds: std::ops::Range<u64>) {
    let mut ends: BTreeMap<State, u64> = BTreeMap::new();
    let mut breaks = 0;
    for seed in seeds.clone() {
        match run(seed, false) {
            Ok((end, found)) => {
                *ends.entry(end).or_default() += 1;
                breaks += found;
            }
            Err(why) => panic!("seed {seed}: {why}\n{:#?}", storm(&SeededRng::new(kernel::rng::mix(seed)))),
        }
    }
    // A storm that never gets anywhere would prove nothing: every state is an end of at least one in a thousand.
    let least = (seeds.end - seeds.start) / 1_000;
    for state in State::ALL {
        assert!(ends.get(state).is_some_and(|count| *count >= least), "{state:?} is too rare: {ends:?}");
    }
    assert!(breaks as u64 > least, "wrong amounts and contradictions were heard");
}

// In halves, because a test has one thread.
#[test]
fn no_storm_of_callbacks_has_another_effect_than_the_simple_model() {
    attack(0..STORMS / 2);
}

#[test]
fn no_other_storm_of_callbacks_has_either() {
    attack(STORMS / 2..STORMS);
}

/// The negative control: if the store forgot what became of an attempt, the attack would notice.
#[test]
fn a_store_that_forgets_attempts_is_found_out() {
    let found = (0..1_000).filter(|seed| run(*seed, true).is_err()).count();
    assert!(found > 900, "only {found} of 1,000 storms notice");
}
