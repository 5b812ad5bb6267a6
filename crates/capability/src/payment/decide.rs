//! What follows. A decision is drafted on a copy of the facts, so that each rule sees what the one before it did.

use kernel::{Money, Timestamp};
use ledger::{
    Account, Step,
    reconcile::{Kind, Side},
};

use super::{
    AttemptChange, AttemptFacts, AttemptState, Command, Decision, Effect, Event, Facts, Refusal, State, Tell,
    draft::Draft,
};
use crate::refund::Reason;

pub(super) type Outcome = Result<(), Refusal>;

/// What follows from something that happens to a payment.
pub fn decide(facts: &Facts, command: &Command, now: Timestamp) -> Result<Decision, Refusal> {
    let mut draft = Draft::of(facts);
    match command {
        Command::Confirmed { out_trade_no, trade_no, amount, paid_at } => {
            draft.confirmed(out_trade_no, trade_no, *amount, *paid_at)
        }
        Command::AttemptClosed { out_trade_no } => draft.attempt_closed(out_trade_no),
        Command::Expire => draft.expire(now),
        Command::Cancel => draft.cancel(),
        Command::BeginPosting => draft.begin_posting(),
        Command::BillerAccepted { biller_ref } => draft.biller_accepted(biller_ref),
        Command::BillerRefused => draft.biller_refused(),
        Command::AskRefund { amount, by } => draft.ask(*amount, Some(*by)),
        Command::AskRest { amount } => draft.ask(*amount, None),
        Command::GiveBack { total } => draft.give_back_in_all(*total),
        Command::ApproveRefund { refund_no, by } => draft.approve(refund_no, *by),
        Command::DeclineRefund { refund_no, by } => draft.decline(refund_no, *by),
        Command::RestReleased { refund_no } => draft.rest_released(refund_no),
        Command::RestKept { refund_no } => draft.rest_kept(refund_no),
        Command::RefundSent { refund_no } => draft.refund_sent(refund_no),
        Command::RefundDone { refund_no } => draft.refund_done(refund_no),
        Command::RefundAbnormal { refund_no } => draft.refund_abnormal(refund_no),
        Command::SendRefundAgain { refund_no } => draft.send_again(refund_no),
        Command::GivenBack { refund_no, document_no, by } => draft.given_back(refund_no, document_no, *by),
    }?;
    Ok(draft.finish())
}

impl Draft {
    // --- Money arrives -----------------------------------------------------------------------------------------------

    fn confirmed(&mut self, out_trade_no: &str, trade_no: &str, amount: Money, paid_at: Timestamp) -> Outcome {
        let at = self.attempt(out_trade_no)?;
        let attempt = &self.facts.attempts[at];
        if amount != attempt.amount {
            let ours = Some(attempt.amount);
            self.contradicted(Kind::Amount, Side::Provider, out_trade_no, ours, Some(amount));
            return Ok(());
        }
        match attempt.state {
            AttemptState::Paid | AttemptState::Refunding | AttemptState::Refunded => {
                // A second trade under one order's number would be money that no order of ours explains.
                if attempt.trade_no.as_deref().is_some_and(|known| known != trade_no) {
                    self.contradicted(Kind::Long, Side::Provider, out_trade_no, None, Some(amount));
                }
                Ok(())
            }
            AttemptState::Open if self.is_awaited(attempt, paid_at) => {
                self.advance(Event::Paid)?;
                self.arrived(at, AttemptState::Paid, trade_no, paid_at)?;
                self.close_orders();
                self.effect(Effect::AskBiller);
                self.effect(Effect::Tell(Tell::Paid));
                Ok(())
            }
            AttemptState::Open | AttemptState::Closed => {
                let nothing_paid = matches!(self.facts.state, State::Pending | State::Closed);
                let reason = if nothing_paid { Reason::Late } else { Reason::Surplus };
                self.arrived(at, AttemptState::Refunding, trade_no, paid_at)?;
                self.give_back(out_trade_no, amount, reason, Account::escrow());
                Ok(())
            }
        }
    }

    /// Money is the payment's if it comes in time, on an open order, for the whole amount, and is the first.
    fn is_awaited(&self, attempt: &AttemptFacts, paid_at: Timestamp) -> bool {
        self.facts.state == State::Pending && paid_at <= self.facts.expires_at && attempt.amount == self.facts.amount
    }

    fn arrived(&mut self, at: usize, state: AttemptState, trade_no: &str, paid_at: Timestamp) -> Outcome {
        let attempt = &self.facts.attempts[at];
        let (clearing, amount) = (Account::clearing(&attempt.provider), attempt.amount);
        let change = AttemptChange {
            out_trade_no: attempt.out_trade_no.clone(),
            state,
            trade_no: Some(trade_no.to_owned()),
            paid_at: Some(paid_at),
        };
        let part = u16::try_from(at).unwrap_or(u16::MAX);
        self.transfer(clearing, Account::escrow(), amount, Step::Paid, part);
        self.change_attempt(at, change)
    }

    fn attempt_closed(&mut self, out_trade_no: &str) -> Outcome {
        let at = self.attempt(out_trade_no)?;
        // Alipay calls an order closed also when all its money went back: that is no news.
        if self.facts.attempts[at].state == AttemptState::Open {
            self.move_attempt(at, AttemptState::Closed)?;
        }
        Ok(())
    }

    fn expire(&mut self, now: Timestamp) -> Outcome {
        if self.facts.state != State::Pending {
            return Ok(());
        }
        if now < self.facts.expires_at {
            return Err(Refusal::NotExpired);
        }
        self.advance(Event::Expired)?;
        self.close_orders();
        Ok(())
    }

    fn cancel(&mut self) -> Outcome {
        if self.facts.state == State::Closed {
            return Ok(());
        }
        self.advance(Event::Cancelled)?;
        self.close_orders();
        Ok(())
    }

    /// An order stays open until its provider has said that it is closed: until then it can be paid.
    fn close_orders(&mut self) {
        let open = self.facts.attempts.iter().filter(|attempt| attempt.state == AttemptState::Open);
        let close = |attempt: &AttemptFacts| Effect::CloseOrder {
            out_trade_no: attempt.out_trade_no.clone(),
            provider: attempt.provider.clone(),
        };
        let effects: Vec<Effect> = open.map(close).collect();
        effects.into_iter().for_each(|effect| self.effect(effect));
    }

    // --- The department takes it, or does not ------------------------------------------------------------------------

    fn begin_posting(&mut self) -> Outcome {
        if self.facts.state == State::Posting { Ok(()) } else { self.advance(Event::PostBegun) }
    }

    fn biller_accepted(&mut self, biller_ref: &str) -> Outcome {
        match self.facts.state {
            _ if self.facts.posted => Ok(()),
            State::Failed | State::Refunding | State::Refunded => {
                // It said no before, and the money is on its way back.
                let (order, amount) = (self.paid_attempt().unwrap_or_default(), Some(self.facts.amount));
                self.contradicted(Kind::Long, Side::Department, &order, None, amount);
                Ok(())
            }
            _ => {
                self.advance(Event::PostAccepted)?;
                let payee = self.facts.payee.account();
                self.transfer(Account::escrow(), payee, self.facts.amount, Step::Posted, 0);
                self.posted_as(biller_ref);
                self.effect(Effect::IssueReceipt);
                self.effect(Effect::Tell(Tell::Posted));
                Ok(())
            }
        }
    }

    fn biller_refused(&mut self) -> Outcome {
        let paid = self.paid_attempt();
        match self.facts.state {
            _ if self.facts.posted => {
                let amount = Some(self.facts.amount);
                self.contradicted(Kind::Short, Side::Department, &paid.unwrap_or_default(), amount, None);
                Ok(())
            }
            State::Failed | State::Refunding | State::Refunded => Ok(()),
            _ => {
                self.advance(Event::PostRefused)?;
                let out_trade_no = paid.ok_or(Refusal::UnknownAttempt)?;
                self.give_back(&out_trade_no, self.facts.amount, Reason::Refused, Account::escrow());
                Ok(())
            }
        }
    }
}
