//! Refunds: money on its way back, kept for as long as the payment.
//!
//! A refund changes only together with its payment, in [`City::advance`](crate::City::advance). The database holds the four
//! eyes too: who decides is not who asked.

use capability::{
    payment::State as PaymentState,
    refund::{Change, Facts, Reason, Route, State},
};
use kernel::{Id, Timestamp};

use crate::{City, Error, Result, Row, Tx, payment::money, statement::statement, value::values};

statement! {
    REFUND_ADD = "INSERT INTO refund (refund_no, payment, part, out_trade_no, route, reason, state, amount_fen, asked_by, asked_at,
            note, document_no, changed_at, approved_at, done_at)
        VALUES (?1, ?2, (SELECT count(*) FROM refund WHERE payment = ?2), ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?9, ?12, ?13)";
    REFUND_CHANGE = "UPDATE refund SET state = ?3, decided_by = coalesce(decided_by, ?4),
            decided_at = CASE WHEN ?4 IS NULL THEN decided_at ELSE coalesce(decided_at, ?5) END, done_by = coalesce(done_by, ?10),
            note = coalesce(?6, note), document_no = coalesce(?7, document_no), changed_at = ?5,
            approved_at = coalesce(approved_at, ?8), done_at = coalesce(done_at, ?9)
        WHERE refund_no = ?1 AND payment = ?2";
    REFUND_OF_PAYMENT = "SELECT refund_no, out_trade_no, route, reason, state, amount_fen, asked_by, asked_at, decided_by, decided_at,
            done_by, note, document_no, changed_at, done_at
        FROM refund WHERE payment = ?1 ORDER BY part";
    REFUND_LIST = "SELECT r.refund_no, r.out_trade_no, r.route, r.reason, r.state, r.amount_fen, r.asked_by, r.asked_at, r.decided_by,
            r.decided_at, r.done_by, r.note, r.document_no, r.changed_at, r.done_at, p.id, p.state
        FROM refund r JOIN payment p ON p.number = r.payment
        WHERE r.state = ?1 AND r.asked_at >= ?2 ORDER BY r.asked_at, r.refund_no LIMIT ?3";
    REFUND_PAYMENT = "SELECT p.id FROM refund r JOIN payment p ON p.number = r.payment WHERE r.refund_no = ?1";
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    pub facts: Facts,
    pub asked_at: Timestamp,
    pub decided_by: Option<Id>,
    pub decided_at: Option<Timestamp>,
    /// Who completed it, where the provider did not.
    pub done_by: Option<Id>,
    /// A word of staff's.
    pub note: Option<String>,
    /// Of the treasury's procedure.
    pub document_no: Option<String>,
    pub changed_at: Timestamp,
    pub done_at: Option<Timestamp>,
}

/// What was decided about a refund, with a word of whoever decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundChange {
    pub change: Change,
    /// Kept beside the refund; never personal data.
    pub note: Option<String>,
}

impl From<Change> for RefundChange {
    fn from(change: Change) -> Self {
        Self { change, note: None }
    }
}

/// A refund on the desk, with the payment that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundInfo {
    pub refund: Refund,
    pub payment: Id,
    pub payment_state: PaymentState,
}

fn read(row: &Row) -> Result<Refund> {
    Ok(Refund {
        facts: Facts {
            refund_no: row.text(0)?,
            out_trade_no: row.text(1)?,
            route: row.word(2, Route::parse)?,
            reason: row.word(3, Reason::parse)?,
            state: row.word(4, State::parse)?,
            amount: money(row, 5)?,
            asked_by: row.maybe(6, Row::id)?,
        },
        asked_at: row.timestamp(7)?,
        decided_by: row.maybe(8, Row::id)?,
        decided_at: row.maybe(9, Row::timestamp)?,
        done_by: row.maybe(10, Row::id)?,
        note: row.maybe(11, Row::text)?,
        document_no: row.maybe(12, Row::text)?,
        changed_at: row.timestamp(13)?,
        done_at: row.maybe(14, Row::timestamp)?,
    })
}

pub(crate) async fn of_payment(city: &City, number: i64) -> Result<Vec<Refund>> {
    city.read(&REFUND_OF_PAYMENT, values![number]).await?.iter().map(read).collect()
}

/// Writes what was decided, as part of the payment's advance.
pub(crate) async fn change(tx: &mut dyn Tx, number: i64, changes: &[RefundChange], at: Timestamp) -> Result<()> {
    for RefundChange { change: Change { facts, is_new, decided_by, document_no }, note } in changes {
        let is_done = facts.state == State::Done;
        let done_at = is_done.then_some(at);
        // Who completes a refund may be who asked for it; who decides about it may not.
        let (decided_by, done_by) = if is_done { (None, *decided_by) } else { (*decided_by, None) };
        let approved_at = (!matches!(facts.state, State::Asked | State::Declined)).then_some(at);
        let changed = if *is_new {
            let values = values![
                &facts.refund_no,
                number,
                &facts.out_trade_no,
                facts.route.word(),
                facts.reason.word(),
                facts.state.word(),
                facts.amount.fen(),
                facts.asked_by,
                at,
                note.as_ref(),
                document_no.as_ref(),
                approved_at,
                done_at
            ];
            tx.execute(&REFUND_ADD, values).await?
        } else {
            let values = values![
                &facts.refund_no,
                number,
                facts.state.word(),
                decided_by,
                at,
                note.as_ref(),
                document_no.as_ref(),
                approved_at,
                done_at,
                done_by
            ];
            tx.execute(&REFUND_CHANGE, values).await?
        };
        if changed != 1 {
            return Err(Error::Missing("refund of this payment"));
        }
    }
    Ok(())
}

impl City {
    /// The refunds of a state from some time on, the longest waiting first.
    pub async fn refunds(&self, state: State, from: Timestamp, limit: u32) -> Result<Vec<RefundInfo>> {
        let rows = self.read(&REFUND_LIST, values![state.word(), from, limit]).await?;
        let read = |row: &Row| {
            Ok(RefundInfo {
                refund: read(row)?,
                payment: row.id(15)?,
                payment_state: row.word(16, PaymentState::parse)?,
            })
        };
        rows.iter().map(read).collect()
    }

    pub async fn payment_of_refund(&self, refund_no: &str) -> Result<Option<Id>> {
        self.read_one(&REFUND_PAYMENT, values![refund_no]).await?.map(|row| row.id(0)).transpose()
    }
}
