//! The one way in which a payment changes.
//!
//! Somebody read the facts and decided; the version says whether the facts still stand. If they do, everything that was
//! decided happens in one commit: the state, the orders, the journal, refunds, the receipt with its place in the tree, what is
//! to be told to others, and what was told to us. If they do not, nothing happens and the caller decides again.

use ::ledger::Transfer;
use capability::payment::{AttemptChange, AttemptState, State};
use kernel::{Id, Money, Timestamp};

use crate::{
    CallbackApplied, City, Message, MetBreak, NewReceipt, RefundChange, Result, Row, Tx, Value, callback, ledger,
    outbox, receipt, reconciliation, refund, statement::statement, value::values,
};

statement! {
    ADVANCE_PAYMENT = "UPDATE payment SET version = version + 1, state = ?3, refunded_fen = coalesce(?4, refunded_fen),
            biller_ref = coalesce(?5, biller_ref), changed_at = ?6, paid_at = coalesce(paid_at, ?7),
            paid_month = coalesce(paid_month, ?8), posted_at = coalesce(posted_at, ?9),
            detail = CASE WHEN account IS NULL AND ?10 = 1 THEN NULL ELSE detail END
        WHERE id = ?1 AND version = ?2 RETURNING number, account, again";
    ADVANCE_BILLS = "UPDATE payment_bill SET held = ?2 WHERE payment = ?1 AND held <> ?2";
    ADVANCE_ATTEMPT = "UPDATE attempt SET state = ?3, trade_no = coalesce(?4, trade_no), paid_at = coalesce(?5, paid_at),
            query_at = CASE WHEN ?3 = 'open' THEN query_at END
        WHERE out_trade_no = ?2 AND payment = ?1";
}

/// What was decided about a payment as it stood at `version`.
#[derive(Clone, Debug)]
pub struct Advance {
    pub payment: Id,
    pub version: i64,
    pub state: State,
    /// The sum of what came back, if it changed.
    pub refunded: Option<Money>,
    pub biller_ref: Option<String>,
    pub attempts: Vec<AttemptChange>,
    /// Written into the journal in this order.
    pub transfers: Vec<Transfer>,
    pub refunds: Vec<RefundChange>,
    pub receipt: Option<NewReceipt>,
    /// Contradictions that the decision found.
    pub breaks: Vec<MetBreak>,
    pub messages: Vec<Message>,
    /// The outbox message whose delivery caused this.
    pub delivered: Option<Id>,
    /// The callback that caused this.
    pub callback: Option<CallbackApplied>,
    pub at: Timestamp,
}

impl Advance {
    /// A change of the state and nothing beside it, for the caller to add to.
    #[must_use]
    pub const fn to(payment: Id, version: i64, state: State, at: Timestamp) -> Self {
        Self {
            payment,
            version,
            state,
            refunded: None,
            biller_ref: None,
            attempts: Vec::new(),
            transfers: Vec::new(),
            refunds: Vec::new(),
            receipt: None,
            breaks: Vec::new(),
            messages: Vec::new(),
            delivered: None,
            callback: None,
            at,
        }
    }

    fn values(&self) -> Vec<Value> {
        // The first time is kept, so giving it again changes nothing.
        let paid_at = self.attempts.iter().filter(|it| it.state == AttemptState::Paid).find_map(|it| it.paid_at);
        let paid_month = paid_at.map(|at| i64::from(at.date().year()) * 100 + i64::from(at.date().month()));
        let posted_at = (self.state == State::Posted).then_some(self.at);
        values![
            self.payment,
            self.version,
            self.state.word(),
            self.refunded.map(Money::fen),
            self.biller_ref.as_ref(),
            self.at,
            paid_at,
            paid_month,
            posted_at,
            super::is_ended(self.state)
        ]
        .to_vec()
    }
}

impl City {
    /// False when the payment is no longer at `version`: read it again and decide again. Nothing has happened then.
    pub async fn advance(&self, advance: Advance) -> Result<bool> {
        self.write(advance, |advance, tx| Box::pin(run(tx, advance))).await
    }
}

async fn run(tx: &mut dyn Tx, advance: &Advance) -> Result<bool> {
    let Some(row) = tx.one(&ADVANCE_PAYMENT, &advance.values()).await? else { return Ok(false) };
    let number = row.int(0)?;
    let forgotten = row.maybe(1, Row::id)?.is_none();
    let again = row.int(2)? == 1;
    tx.execute(&ADVANCE_BILLS, values![number, super::holds(advance.state, again)]).await?;
    let attempt = |it: &AttemptChange| {
        values![number, &it.out_trade_no, it.state.word(), it.trade_no.as_ref(), it.paid_at].to_vec()
    };
    let attempts: Vec<Vec<Value>> = advance.attempts.iter().map(attempt).collect();
    if tx.batch(&ADVANCE_ATTEMPT, &attempts).await?.contains(&0) {
        return Err(crate::Error::Missing("order of this payment"));
    }
    refund::change(tx, number, &advance.refunds, advance.at).await?;
    ledger::append(tx, number, &advance.transfers, advance.at).await?;
    if let Some(new) = &advance.receipt {
        receipt::append(tx, number, new, advance.at, forgotten).await?;
    }
    for met in &advance.breaks {
        reconciliation::met(tx, met, advance.at).await?;
    }
    for message in &advance.messages {
        outbox::post(tx, message).await?;
    }
    if let Some(key) = advance.delivered {
        outbox::delivered(tx, key).await?;
    }
    if let Some(applied) = &advance.callback {
        callback::apply(tx, applied, advance.at).await?;
    }
    Ok(true)
}
