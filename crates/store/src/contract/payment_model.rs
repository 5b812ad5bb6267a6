//! Whatever happens to payments, decided by the rules of `capability`: the store must keep exactly what was decided, and the
//! books must balance after every step.

use std::collections::BTreeMap;

use capability::{
    payment::{self, Command, Decision, Payee},
    refund,
};
use proptest::prelude::*;

use super::{
    model::walk,
    money::{fen, open_payment, order, provider},
    *,
};
use crate::{Advance, NewAttempt, PaymentFacts};

/// Payments and orders of one walk, each by a small number.
#[derive(Clone, Debug)]
enum Step {
    Open { payment: u64 },
    AnotherOrder { payment: u64 },
    Say { payment: u64, order: u64, what: u8, refund: u16, amount: i64 },
}

fn facts_of(facts: &PaymentFacts) -> payment::Facts {
    let attempt = |it: &crate::AttemptFacts| payment::AttemptFacts {
        out_trade_no: it.out_trade_no.clone(),
        provider: it.provider.clone(),
        state: it.state,
        amount: it.amount,
        trade_no: it.trade_no.clone(),
    };
    payment::Facts {
        state: facts.state,
        amount: facts.amount,
        payee: Payee::parse(&facts.payee).expect("a payee"),
        expires_at: facts.expires_at,
        posted: facts.posted_at.is_some(),
        attempts: facts.attempts.iter().map(attempt).collect(),
        refunds: facts.refunds.iter().map(|refund| refund.facts.clone()).collect(),
    }
}

fn advance_of(facts: &PaymentFacts, decision: Decision, receipt: u64) -> Advance {
    let mut advance = Advance::to(facts.id, facts.version, decision.state, NOON.plus_s(facts.version));
    for effect in &decision.effects {
        if *effect == payment::Effect::IssueReceipt {
            advance.receipt = Some(crate::NewReceipt {
                id: id(receipt),
                receipt_no: receipt.to_string(),
                leaf: hash(receipt),
                body: sealed("receipt"),
            });
        }
    }
    advance.refunded = Some(decision.refunded);
    advance.biller_ref = decision.biller_ref;
    advance.attempts = decision.attempts;
    advance.transfers = decision.transfers;
    advance.refunds = decision.refunds.into_iter().map(Into::into).collect();
    advance
}

fn command(what: u8, out_trade_no: String, refund_no: String, amount: i64) -> Command {
    let (clerk, chief) = (id(30), id(31));
    match what {
        0..=3 => Command::Confirmed {
            trade_no: format!("trade of {out_trade_no}"),
            out_trade_no,
            amount: fen(8640),
            paid_at: NOON.plus_s(30),
        },
        4 => Command::Confirmed { trade_no: "other".into(), out_trade_no, amount: fen(1), paid_at: NOON },
        5 => Command::AttemptClosed { out_trade_no },
        6 => Command::Cancel,
        7 | 8 => Command::BeginPosting,
        9..=11 => Command::BillerAccepted { biller_ref: "ref".into() },
        12 => Command::BillerRefused,
        13 | 14 => Command::AskRefund { amount: fen(amount), by: clerk },
        15 => Command::AskRest { amount: fen(amount) },
        16 | 17 => Command::ApproveRefund { refund_no, by: chief },
        18 => Command::DeclineRefund { refund_no, by: chief },
        19 => Command::RestReleased { refund_no },
        20 => Command::RefundSent { refund_no },
        21..=23 => Command::RefundDone { refund_no },
        24 => Command::RefundAbnormal { refund_no },
        _ => Command::GivenBack { refund_no, document_no: "document".into(), by: clerk },
    }
}

pub async fn payments_follow_the_rules(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    let amounts = prop_oneof![Just(8640_i64), 1..8640_i64];
    let step = prop_oneof![
        1 => (0..2_u64).prop_map(|payment| Step::Open { payment }),
        1 => (0..2_u64).prop_map(|payment| Step::AnotherOrder { payment }),
        9 => (0..2_u64, 0..3_u64, 0..27_u8, 0..3_u16, amounts).prop_map(|(payment, order, what, refund, amount)| {
            Step::Say { payment, order, what, refund, amount }
        }),
    ];
    walk(step, async |steps, first| {
        let mut model: BTreeMap<u64, payment::Facts> = BTreeMap::new();
        let read = async |payment| city.payment_facts(id(first + payment)).await.expect("store");
        for (n, step) in (100..).zip(steps) {
            match step {
                Step::Open { payment } => {
                    let n = first + payment;
                    if model.contains_key(&payment) {
                        continue;
                    }
                    city.open_payment(open_payment(n, id(1), n)).await.expect("store").expect("opened");
                    model.insert(payment, facts_of(&read(payment).await.expect("opened")));
                }
                Step::AnotherOrder { payment } => {
                    let Some(facts) = read(payment).await else { continue };
                    let attempt = NewAttempt {
                        out_trade_no: order(first + n),
                        provider: provider(),
                        amount: facts.amount,
                        query_at: NOON,
                    };
                    let added = city.new_attempt(facts.id, facts.version, attempt, NOON, facts.expires_at).await;
                    assert_eq!(added.expect("store"), facts.state == payment::State::Pending);
                    model.insert(payment, facts_of(&read(payment).await.expect("opened")));
                }
                Step::Say { payment, order, what, refund, amount } => {
                    let Some(facts) = read(payment).await else { continue };
                    let order = (order as usize).min(facts.attempts.len() - 1);
                    let refund_of = facts.refunds.get(usize::from(refund)).map(|it| it.facts.refund_no.clone());
                    let out_trade_no = facts.attempts[order].out_trade_no.clone();
                    let refund_no = refund_of.unwrap_or_else(|| refund::number(&out_trade_no, 9));
                    let known = facts_of(&facts);
                    assert_eq!(model.get(&payment), Some(&known), "the store keeps what was decided");
                    let said = command(what, out_trade_no, refund_no, amount);
                    let Ok(decision) = payment::decide(&known, &said, NOON.plus_s(60)) else { continue };
                    model.insert(payment, known.after(&decision));
                    let advance = advance_of(&facts, decision, first + n);
                    assert!(city.advance(advance).await.expect("store"), "nobody else changes it");
                }
            }
        }
        for (payment, expected) in model {
            assert_eq!(facts_of(&read(payment).await.expect("opened")), expected);
        }
        let audit = city.audit().await.expect("store");
        assert!(audit.is_clean(), "{audit:#?}");
    });
}
