//! Money goes back: by the rules at once, by wish after somebody else has agreed, and always to where it came from.

use kernel::{Id, Money};
use ledger::{
    Account, Step,
    reconcile::{Kind, Side},
};

use super::{
    AttemptState, Effect, Event, Payee, Refusal, State, Tell,
    decide::Outcome,
    draft::{Draft, part_of},
};
use crate::refund::{self, Reason, Route};

impl Draft {
    /// Sets money aside and orders it back, because the rules say so.
    pub(super) fn give_back(&mut self, out_trade_no: &str, amount: Money, reason: Reason, from: Account) {
        let refund = self.new_refund(out_trade_no, amount, reason, refund::State::Approved, None);
        self.set_aside(&refund, from);
        self.effect(Effect::Tell(Tell::GoesBack { reason, amount }));
    }

    /// Gives back what the rules of a booking say, less what they have given back already.
    pub(super) fn give_back_in_all(&mut self, total: Money) -> Outcome {
        let ours = |refund: &refund::Facts| refund.reason == Reason::Booking;
        let amount = Money::from_fen(total.fen() - self.facts.refunds_where(ours).fen());
        if amount <= Money::ZERO {
            return Ok(());
        }
        if self.facts.state != State::Posted {
            return Err(Refusal::NotNow(self.facts.state));
        }
        if matches!(self.facts.payee, Payee::Treasury(_)) {
            return Err(Refusal::Treasury);
        }
        let left = self.facts.refundable();
        if amount > left {
            return Err(Refusal::TooMuch { left });
        }
        let out_trade_no = self.paid_attempt().ok_or(Refusal::UnknownAttempt)?;
        let from = self.facts.payee.account();
        self.give_back(&out_trade_no, amount, Reason::Booking, from);
        Ok(())
    }

    fn set_aside(&mut self, refund: &refund::Facts, from: Account) {
        self.transfer(from, Account::refund(), refund.amount, Step::RefundAsked, part_of(refund));
        self.effect(Effect::SendRefund { refund_no: refund.refund_no.clone() });
    }

    pub(super) fn ask(&mut self, amount: Money, by: Option<Id>) -> Outcome {
        if self.facts.state != State::Posted {
            return Err(Refusal::NotNow(self.facts.state));
        }
        let reason = match (&self.facts.payee, by) {
            (_, Some(_)) => Reason::Staff,
            (Payee::Merchant(_), None) => Reason::Rest,
            (Payee::Treasury(_), None) => return Err(Refusal::Treasury),
        };
        let waits = |refund: &refund::Facts| refund.reason == Reason::Rest && refund.state == refund::State::Asked;
        if reason == Reason::Rest && self.facts.refunds.iter().any(waits) {
            return Err(Refusal::AlreadyAsked);
        }
        if amount <= Money::ZERO {
            return Err(Refusal::NotPositive);
        }
        let left = self.facts.refundable();
        if amount > left {
            return Err(Refusal::TooMuch { left });
        }
        // The same wish of the same person, still waiting: a form that was sent twice.
        let same = |refund: &refund::Facts| {
            refund.state == refund::State::Asked && refund.asked_by == by && refund.amount == amount
        };
        if self.facts.refunds.iter().any(same) {
            return Err(Refusal::AlreadyAsked);
        }
        let out_trade_no = self.paid_attempt().ok_or(Refusal::UnknownAttempt)?;
        let refund = self.new_refund(&out_trade_no, amount, reason, refund::State::Asked, by);
        if reason == Reason::Rest {
            self.effect(Effect::AskRelease { refund_no: refund.refund_no, amount });
        }
        Ok(())
    }

    pub(super) fn approve(&mut self, refund_no: &str, by: Id) -> Outcome {
        let refund = self.refund(refund_no)?;
        if refund.reason != Reason::Staff || refund.state != refund::State::Asked {
            return Err(Refusal::RefundNotNow(refund.state));
        }
        if !refund::may_approve(&refund, by) {
            return Err(Refusal::FourEyes);
        }
        self.approved(refund, Some(by))
    }

    fn approved(&mut self, refund: refund::Facts, by: Option<Id>) -> Outcome {
        let refund = self.move_refund(refund, refund::Event::Approved, by, None)?;
        if refund.route == Route::Provider {
            self.set_aside(&refund, self.facts.payee.account());
        }
        self.effect(Effect::Tell(Tell::GoesBack { reason: refund.reason, amount: refund.amount }));
        self.settle_refunds(&refund)
    }

    pub(super) fn decline(&mut self, refund_no: &str, by: Id) -> Outcome {
        let refund = self.refund(refund_no)?;
        if refund.reason != Reason::Staff {
            return Err(Refusal::RefundNotNow(refund.state));
        }
        self.move_refund(refund, refund::Event::Declined, Some(by), None).map(drop)
    }

    pub(super) fn rest_released(&mut self, refund_no: &str) -> Outcome {
        let refund = self.rest(refund_no)?;
        match refund.state {
            refund::State::Asked => self.approved(refund, None),
            refund::State::Declined => {
                self.contradicted(Kind::Long, Side::Department, refund_no, None, Some(refund.amount));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    pub(super) fn rest_kept(&mut self, refund_no: &str) -> Outcome {
        let refund = self.rest(refund_no)?;
        match refund.state {
            refund::State::Asked => {
                let refund = self.move_refund(refund, refund::Event::Declined, None, None)?;
                self.effect(Effect::Tell(Tell::StaysHere { amount: refund.amount }));
                Ok(())
            }
            refund::State::Declined => Ok(()),
            _ => {
                self.contradicted(Kind::Short, Side::Department, refund_no, Some(refund.amount), None);
                Ok(())
            }
        }
    }

    pub(super) fn refund_sent(&mut self, refund_no: &str) -> Outcome {
        let refund = self.provider_refund(refund_no)?;
        match refund.state {
            refund::State::Sent | refund::State::Done => Ok(()),
            _ => {
                let refund = self.move_refund(refund, refund::Event::Sent, None, None)?;
                self.settle_refunds(&refund)
            }
        }
    }

    pub(super) fn refund_done(&mut self, refund_no: &str) -> Outcome {
        let refund = self.provider_refund(refund_no)?;
        match refund.state {
            refund::State::Done => return Ok(()),
            // Nobody here let it go back.
            refund::State::Asked | refund::State::Declined => {
                self.contradicted(Kind::Long, Side::Provider, refund_no, None, Some(refund.amount));
                return Ok(());
            }
            _ => {}
        }
        let refund = self.move_refund(refund, refund::Event::Done, None, None)?;
        let attempt = &self.facts.attempts[self.attempt(&refund.out_trade_no)?];
        let clearing = Account::clearing(&attempt.provider);
        self.back(&refund, Some(clearing))
    }

    pub(super) fn refund_abnormal(&mut self, refund_no: &str) -> Outcome {
        let refund = self.provider_refund(refund_no)?;
        match refund.state {
            refund::State::Abnormal | refund::State::Done => Ok(()),
            _ => self.move_refund(refund, refund::Event::Failed, None, None).map(drop),
        }
    }

    pub(super) fn send_again(&mut self, refund_no: &str) -> Outcome {
        let refund = self.provider_refund(refund_no)?;
        if refund.state != refund::State::Abnormal {
            return Err(Refusal::RefundNotNow(refund.state));
        }
        self.effect(Effect::SendRefund { refund_no: refund.refund_no });
        Ok(())
    }

    pub(super) fn given_back(&mut self, refund_no: &str, document_no: &str, by: Id) -> Outcome {
        let refund = self.refund(refund_no)?;
        // The treasury pays from its own account, and nothing passes ours. A provider that could not leaves the money in
        // our bank.
        let (from_state, through) = match refund.route {
            Route::Treasury => (refund::State::Approved, None),
            Route::Provider => {
                let attempt = &self.facts.attempts[self.attempt(&refund.out_trade_no)?];
                (refund::State::Abnormal, Some(Account::bank(&attempt.provider)))
            }
        };
        if refund.state != from_state {
            return Err(Refusal::RefundNotNow(refund.state));
        }
        let refund = self.move_refund(refund, refund::Event::Done, Some(by), Some(document_no))?;
        self.back(&refund, through)
    }

    fn back(&mut self, refund: &refund::Facts, through: Option<Account>) -> Outcome {
        if let Some(account) = through {
            self.transfer(Account::refund(), account, refund.amount, Step::Refunded, part_of(refund));
        }
        self.effect(Effect::Tell(Tell::IsBack { amount: refund.amount }));
        self.settle_refunds(refund)
    }

    /// Moves the payment and the attempt along when all their money is on its way, or back.
    fn settle_refunds(&mut self, refund: &refund::Facts) -> Outcome {
        let at = self.attempt(&refund.out_trade_no)?;
        if refund.reason.is_of_unapplied_money() {
            if refund.state == refund::State::Done {
                self.move_attempt(at, AttemptState::Refunded)?;
            }
            return Ok(());
        }
        let under_way = |refund: &refund::Facts| match refund.route {
            Route::Provider => {
                matches!(refund.state, refund::State::Sent | refund::State::Done | refund::State::Abnormal)
            }
            Route::Treasury => matches!(refund.state, refund::State::Approved | refund::State::Done),
        };
        let whole = self.facts.amount;
        let by_provider = refund.route == Route::Provider;
        if matches!(self.facts.state, State::Posted | State::Failed) && self.facts.refunds_where(under_way) == whole {
            self.advance(Event::RefundBegun)?;
            if by_provider {
                self.move_attempt(at, AttemptState::Refunding)?;
            }
        }
        if self.facts.state == State::Refunding && self.facts.refunded() == whole {
            self.advance(Event::RefundDone)?;
            if by_provider {
                self.move_attempt(at, AttemptState::Refunded)?;
            }
        }
        Ok(())
    }
}
