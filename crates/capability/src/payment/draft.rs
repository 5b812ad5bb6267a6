//! A decision in the making: the facts as they would be, and what is to be kept and done. Every change goes through the
//! tables here, so that no rule can take a payment, an attempt or a refund where the tables do not lead.

use kernel::{Id, Money};
use ledger::{
    Account, Step, Transfer,
    reconcile::{Break, Kind, Side},
};

use super::{AttemptChange, AttemptState, Decision, Effect, Event, Facts, Payee, Refusal, attempt_may_become, next};
use crate::refund::{self, Change, Reason, Route};

pub(super) struct Draft {
    pub(super) facts: Facts,
    decision: Decision,
}

impl Draft {
    pub(super) fn of(facts: &Facts) -> Self {
        let decision = Decision {
            state: facts.state,
            refunded: facts.refunded(),
            biller_ref: None,
            attempts: Vec::new(),
            refunds: Vec::new(),
            transfers: Vec::new(),
            effects: Vec::new(),
        };
        Self { facts: facts.clone(), decision }
    }

    pub(super) fn finish(self) -> Decision {
        Decision { state: self.facts.state, refunded: self.facts.refunded(), ..self.decision }
    }

    pub(super) fn advance(&mut self, event: Event) -> Result<(), Refusal> {
        self.facts.state = next(self.facts.state, event).ok_or(Refusal::NotNow(self.facts.state))?;
        Ok(())
    }

    pub(super) fn effect(&mut self, effect: Effect) {
        self.decision.effects.push(effect);
    }

    pub(super) fn posted_as(&mut self, biller_ref: &str) {
        self.facts.posted = true;
        self.decision.biller_ref = Some(biller_ref.to_owned());
    }

    pub(super) fn contradicted(
        &mut self,
        kind: Kind,
        side: Side,
        order: &str,
        ours: Option<Money>,
        theirs: Option<Money>,
    ) {
        self.effect(Effect::Break(Break { kind, side, order: order.to_owned(), ours, theirs }));
    }

    pub(super) fn transfer(&mut self, debit: Account, credit: Account, amount: Money, step: Step, part: u16) {
        self.decision.transfers.push(Transfer { debit, credit, amount, step, part });
    }

    // --- Attempts ----------------------------------------------------------------------------------------------------

    pub(super) fn attempt(&self, out_trade_no: &str) -> Result<usize, Refusal> {
        let at = self.facts.attempts.iter().position(|attempt| attempt.out_trade_no == out_trade_no);
        at.ok_or(Refusal::UnknownAttempt)
    }

    /// The number of the order whose money is the payment's.
    pub(super) fn paid_attempt(&self) -> Option<String> {
        let of = |out_trade_no: &str| {
            let refunds = self.facts.refunds.iter();
            refunds.filter(|refund| refund.out_trade_no == out_trade_no).all(|it| !it.reason.is_of_unapplied_money())
        };
        let has_money = |state| matches!(state, AttemptState::Paid | AttemptState::Refunding | AttemptState::Refunded);
        let mut attempts = self.facts.attempts.iter();
        let paid = attempts.find(|attempt| has_money(attempt.state) && of(&attempt.out_trade_no))?;
        Some(paid.out_trade_no.clone())
    }

    pub(super) fn move_attempt(&mut self, at: usize, state: AttemptState) -> Result<(), Refusal> {
        let out_trade_no = self.facts.attempts[at].out_trade_no.clone();
        self.change_attempt(at, AttemptChange { out_trade_no, state, trade_no: None, paid_at: None })
    }

    pub(super) fn change_attempt(&mut self, at: usize, change: AttemptChange) -> Result<(), Refusal> {
        let attempt = &mut self.facts.attempts[at];
        if !attempt_may_become(attempt.state, change.state) {
            return Err(Refusal::NotNow(self.facts.state));
        }
        attempt.state = change.state;
        if change.trade_no.is_some() {
            attempt.trade_no.clone_from(&change.trade_no);
        }
        match self.decision.attempts.iter_mut().find(|known| known.out_trade_no == change.out_trade_no) {
            Some(known) => known.state = change.state,
            None => self.decision.attempts.push(change),
        }
        Ok(())
    }

    // --- Refunds -----------------------------------------------------------------------------------------------------

    pub(super) fn new_refund(
        &mut self,
        out_trade_no: &str,
        amount: Money,
        reason: Reason,
        state: refund::State,
        asked_by: Option<Id>,
    ) -> refund::Facts {
        // The next part after the largest one, so that no order of reading can make two alike.
        let parts = self.facts.refunds.iter().filter_map(|refund| refund::part(&refund.refund_no));
        let part = parts.max().map_or(0, |part| part + 1);
        let by_treasury = matches!(self.facts.payee, Payee::Treasury(_)) && reason == Reason::Staff;
        let refund = refund::Facts {
            refund_no: refund::number(out_trade_no, part),
            out_trade_no: out_trade_no.to_owned(),
            amount,
            state,
            reason,
            route: if by_treasury { Route::Treasury } else { Route::Provider },
            asked_by,
        };
        self.facts.refunds.push(refund.clone());
        self.decision.refunds.push(Change { facts: refund.clone(), is_new: true, decided_by: None, document_no: None });
        refund
    }

    pub(super) fn refund(&self, refund_no: &str) -> Result<refund::Facts, Refusal> {
        let mut refunds = self.facts.refunds.iter();
        refunds.find(|refund| refund.refund_no == refund_no).cloned().ok_or(Refusal::UnknownRefund)
    }

    /// A refund that the provider may speak of.
    pub(super) fn provider_refund(&self, refund_no: &str) -> Result<refund::Facts, Refusal> {
        let refund = self.refund(refund_no)?;
        if refund.route == Route::Provider { Ok(refund) } else { Err(Refusal::Treasury) }
    }

    /// A refund that the department may speak of.
    pub(super) fn rest(&self, refund_no: &str) -> Result<refund::Facts, Refusal> {
        let refund = self.refund(refund_no)?;
        if refund.reason == Reason::Rest { Ok(refund) } else { Err(Refusal::RefundNotNow(refund.state)) }
    }

    pub(super) fn move_refund(
        &mut self,
        refund: refund::Facts,
        event: refund::Event,
        decided_by: Option<Id>,
        document_no: Option<&str>,
    ) -> Result<refund::Facts, Refusal> {
        let state = refund::next(refund.state, event).ok_or(Refusal::RefundNotNow(refund.state))?;
        let facts = refund::Facts { state, ..refund };
        for known in self.facts.refunds.iter_mut().filter(|known| known.refund_no == facts.refund_no) {
            known.clone_from(&facts);
        }
        let document_no = document_no.map(str::to_owned);
        self.decision.refunds.push(Change { facts: facts.clone(), is_new: false, decided_by, document_no });
        Ok(facts)
    }
}

/// The `part` of a refund's transfers. Numbers come from `refund::number`; another one's place is none.
pub(super) fn part_of(refund: &refund::Facts) -> u16 {
    refund::part(&refund.refund_no).unwrap_or(u16::MAX)
}
