//! The one way in which a payment changes: read what is known, decide, write everything in one commit; and if something
//! changed meanwhile, begin again.

use capability::payment::{self, Command, Decision, Effect, Payee, Refusal, Tell};
use kernel::{CityId, Error, Id, Kind, Money, Result, Timestamp};
use ledger::reconcile::{Break, Side};
use serde::{Deserialize, Serialize};
use store::{Advance, Message, MetBreak, Payload, PaymentFacts, RefundChange};

use crate::{
    Platform,
    callback::{CallbackKey, id_of},
};

/// Message kinds of a city's outbox.
pub(crate) const POST: &str = "pay.post";
pub(crate) const CLOSE: &str = "pay.close";
pub(crate) const REFUND: &str = "pay.refund";
pub(crate) const RELEASE: &str = "pay.release";
pub(crate) const TELL: &str = "pay.tell";

/// A decision taken this often without standing means that something is wrong with us.
const TRIES_MAX: usize = 16;

/// What is written beside a change: the message or the callback that caused it, and a word of staff's.
#[derive(Clone, Debug, Default)]
pub(crate) struct Beside {
    pub(crate) delivered: Option<Id>,
    pub(crate) callback: Option<CallbackKey>,
    pub(crate) note: Option<String>,
}

/// A message about a payment. No personal data: whom it is for is looked up when it leaves.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Errand {
    pub(crate) payment: Id,
    /// The order or the refund that it is about.
    #[serde(default)]
    pub(crate) number: String,
    #[serde(default)]
    pub(crate) word: String,
    #[serde(default)]
    pub(crate) amount: Money,
}

impl Platform {
    /// Decides and writes. A refusal has changed nothing, but what caused it is marked as done with.
    pub(crate) async fn drive(
        &self,
        city: &CityId,
        cell: &store::City,
        payment: Id,
        command: Command,
        beside: Beside,
    ) -> Result<Result<payment::State, Refusal>> {
        for _ in 0..TRIES_MAX {
            let facts = cell.payment_facts(payment).await?.ok_or(Kind::NotFound)?;
            let known = facts_of(&facts)?;
            let now = self.now();
            let decision = match payment::decide(&known, &command, now) {
                Ok(decision) => decision,
                Err(refusal) => {
                    self.done_with(cell, &beside, refusal.code()).await?;
                    return Ok(Err(refusal));
                }
            };
            if decision.is_nothing(&known) {
                self.done_with(cell, &beside, "known").await?;
                return Ok(Ok(facts.state));
            }
            let state = decision.state;
            let advance = self.advance_of(city, cell, &facts, decision, &beside, now).await?;
            let rings = !advance.messages.is_empty();
            if cell.advance(advance).await? {
                if rings {
                    self.inner.bells.ring(Some(city));
                }
                return Ok(Ok(state));
            }
        }
        Err(Error::internal("a payment changes faster than it can be decided"))
    }

    async fn done_with(&self, cell: &store::City, beside: &Beside, outcome: &str) -> Result<()> {
        if let Some(key) = &beside.callback {
            cell.mark_applied(key.applied(outcome), self.now()).await?;
        }
        if let Some(key) = beside.delivered {
            cell.deliver(key).await?;
        }
        Ok(())
    }

    async fn advance_of(
        &self,
        city: &CityId,
        cell: &store::City,
        facts: &PaymentFacts,
        decision: Decision,
        beside: &Beside,
        now: Timestamp,
    ) -> Result<Advance> {
        let mut advance = Advance::to(facts.id, facts.version, decision.state, now);
        advance.refunded = (decision.refunded != facts.refunded).then_some(decision.refunded);
        advance.biller_ref = decision.biller_ref.clone();
        advance.attempts = decision.attempts;
        advance.transfers = decision.transfers;
        let note = |change: capability::refund::Change| RefundChange { change, note: beside.note.clone() };
        advance.refunds = decision.refunds.into_iter().map(note).collect();
        advance.delivered = beside.delivered;
        advance.callback = beside.callback.as_ref().map(|key| key.applied("applied"));
        for effect in decision.effects {
            match effect {
                Effect::IssueReceipt => {
                    let biller_ref = decision.biller_ref.as_deref();
                    advance.receipt = Some(self.new_receipt(city, cell, facts, biller_ref, now).await?);
                }
                Effect::Break(found) => {
                    tracing::error!(payment = %facts.id, ?found, "what we were told contradicts what we know");
                    let id = Id::random(&*self.inner.rng);
                    advance.breaks.push(MetBreak { id, party: party_of(facts, &found), found });
                }
                effect => advance.messages.extend(message(facts, &effect, now)?),
            }
        }
        Ok(advance)
    }
}

/// Whose word contradicts ours.
fn party_of(facts: &PaymentFacts, found: &Break) -> String {
    match found.side {
        Side::Department | Side::Register => facts.department.to_string(),
        Side::Provider => {
            let attempt = facts.attempts.iter().find(|attempt| attempt.out_trade_no == found.order);
            attempt.map(|attempt| attempt.provider.to_string()).unwrap_or_default()
        }
    }
}

/// What must happen outside, as a message with a key of its own.
fn message(facts: &PaymentFacts, effect: &Effect, now: Timestamp) -> Result<Option<Message>> {
    let errand = Errand { payment: facts.id, number: String::new(), word: String::new(), amount: facts.amount };
    let (kind, errand) = match effect {
        Effect::AskBiller => (POST, errand),
        Effect::CloseOrder { out_trade_no, provider } => {
            (CLOSE, Errand { number: out_trade_no.clone(), word: provider.to_string(), ..errand })
        }
        Effect::SendRefund { refund_no } => (REFUND, Errand { number: refund_no.clone(), ..errand }),
        Effect::AskRelease { refund_no, amount } => {
            (RELEASE, Errand { number: refund_no.clone(), amount: *amount, ..errand })
        }
        // A page shows what was paid and posted; a message is for what nobody is looking at.
        Effect::Tell(Tell::Paid | Tell::Posted) => return Ok(None),
        Effect::Tell(Tell::GoesBack { reason, amount }) => {
            (TELL, Errand { number: reason.word().to_owned(), word: "goes-back".to_owned(), amount: *amount, ..errand })
        }
        Effect::Tell(Tell::IsBack { amount }) => {
            (TELL, Errand { word: "is-back".to_owned(), amount: *amount, ..errand })
        }
        Effect::Tell(Tell::StaysHere { amount }) => {
            (TELL, Errand { word: "stays-here".to_owned(), amount: *amount, ..errand })
        }
        Effect::IssueReceipt | Effect::Break(_) => return Ok(None),
    };
    let key = key_of(kind, &errand, facts.version);
    let payload = Payload::Plain(serde_json::to_vec(&errand).map_err(Error::internal)?);
    Ok(Some(Message { key, kind, payload, due_at: now }))
}

/// The same errand has the same key, so that it can be found again; two words to a citizen are two messages.
pub(crate) fn key_of(kind: &str, errand: &Errand, version: i64) -> Id {
    let version = if kind == TELL { version } else { 0 };
    id_of(&[
        kind.as_bytes(),
        &errand.payment.0,
        errand.number.as_bytes(),
        errand.word.as_bytes(),
        &version.to_be_bytes(),
    ])
}

/// The store's facts as the decision takes them.
pub(crate) fn facts_of(facts: &PaymentFacts) -> Result<payment::Facts> {
    let attempts = facts.attempts.iter().map(|attempt| payment::AttemptFacts {
        out_trade_no: attempt.out_trade_no.clone(),
        provider: attempt.provider.clone(),
        state: attempt.state,
        amount: attempt.amount,
        trade_no: attempt.trade_no.clone(),
    });
    Ok(payment::Facts {
        state: facts.state,
        amount: facts.amount,
        payee: Payee::parse(&facts.payee).ok_or_else(|| Error::internal("a stored payee"))?,
        expires_at: facts.expires_at,
        posted: facts.posted_at.is_some(),
        attempts: attempts.collect(),
        refunds: facts.refunds.iter().map(|refund| refund.facts.clone()).collect(),
    })
}
