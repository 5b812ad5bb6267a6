//! The one way in which a booking changes.
//!
//! Somebody read the facts and decided; the version says whether they still stand. If they do, everything that was decided
//! happens in one commit: the state, the keys that are free again, the units that go back or will, faults, the payment's
//! deadline, what is to be told. If they do not, nothing happens and the caller decides again.

use capability::booking::{Facts, State, pool::Taken, rule::Fault};
use kernel::{AccountId, Date, Id, Index, Timestamp};

use super::{consents_text, fault_word, parts};
use crate::{
    City, Message, Result, Row, Tx, Value,
    hold::write::tally,
    outbox,
    pool::give_back::{Back, give_back},
    statement::statement,
    value::values,
};

statement! {
    ADVANCE_READ = "SELECT seq, state, parts, service, place, day, units, fault_scope, payment FROM booking WHERE id = ?1 AND version = ?2";
    ADVANCE_BOOKING = "UPDATE booking SET version = version + 1, state = ?2, held_until_at = ?3, extended = ?4, consents = ?5, moves = ?6,
            price_fen = ?7, paid_fen = ?8, refunded_fen = ?9, back_at = coalesce(?10, back_at),
            withdrawn = CASE WHEN ?11 = 1 THEN 1 ELSE withdrawn END, payment = CASE WHEN ?12 = 1 THEN ?13 ELSE payment END,
            department_ref = coalesce(?14, department_ref), moved_to = coalesce(?15, moved_to), changed_at = ?16,
            detail = CASE WHEN forgotten = 1 AND ?17 = 0 THEN NULL ELSE detail END,
            lookup = CASE WHEN forgotten = 1 AND ?17 = 0 THEN NULL ELSE lookup END
        WHERE seq = ?1";
    ADVANCE_KEYS = "DELETE FROM booking_key WHERE booking = ?1 AND (live_only = 1 OR ?2 = 1) RETURNING person, key, ordinal";
    ADVANCE_MARK = "INSERT INTO mark (person, scope, fault, booking, day)
        SELECT DISTINCT person, ?2, ?3, booking, ?4 FROM booking_party WHERE booking = ?1";
    ADVANCE_FORGIVE = "DELETE FROM mark WHERE booking = ?1 AND fault = ?2";
    ADVANCE_AGREED = "UPDATE booking_party SET account = ?3 WHERE booking = ?1 AND part = ?2";
    ADVANCE_PAYMENT_UNTIL = "UPDATE payment SET expires_at = ?2, version = version + 1 WHERE id = ?1 AND state = 'pending'";
}

/// A fault to be put on record for everybody for whom the booking is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewMark {
    pub fault: Fault,
    pub on: Date,
}

/// What was decided about a booking as it stood at `version`.
#[derive(Clone, Debug)]
pub struct AdvanceBooking {
    pub id: Id,
    pub version: i64,
    /// As they are from now on.
    pub facts: Facts,
    /// Its units can be had again from then on: at once, when it is not after `at`.
    pub release: Option<Timestamp>,
    /// Its units do not exist after all: they stay taken, as nobody's.
    pub withdraw: bool,
    pub marks: Vec<NewMark>,
    /// This fault of the booking is taken off the record.
    pub forgive: Option<Fault>,
    /// A party, by its place, has agreed by this login.
    pub agreed: Option<(u16, AccountId)>,
    /// Its payment from now on; `Some(None)` for none any more.
    pub payment: Option<Option<Id>>,
    /// The payment of the hold expires with it: its deadline moves along, if it is still pending.
    pub payment_expires_at: Option<Timestamp>,
    /// What the department calls it.
    pub department_ref: Option<String>,
    pub messages: Vec<Message>,
    /// The outbox message whose delivery caused this.
    pub delivered: Option<Id>,
    pub at: Timestamp,
}

impl AdvanceBooking {
    /// A change of the facts and nothing beside it, for the caller to add to.
    #[must_use]
    pub const fn to(id: Id, version: i64, facts: Facts, at: Timestamp) -> Self {
        Self {
            id,
            version,
            facts,
            release: None,
            withdraw: false,
            marks: Vec::new(),
            forgive: None,
            agreed: None,
            payment: None,
            payment_expires_at: None,
            department_ref: None,
            messages: Vec::new(),
            delivered: None,
            at,
        }
    }
}

/// The word that is stored for a fault, read back.
pub(super) fn fault(word: &str) -> Option<Fault> {
    [Fault::NoShow, Fault::Cancel].into_iter().find(|fault| fault_word(*fault) == word)
}

/// A booking at the version that was decided upon.
pub(super) struct At {
    pub(super) seq: i64,
    state: State,
    parts: Vec<(i64, Taken)>,
    service: String,
    place: String,
    day: Date,
    units: i64,
    scope: String,
    payment: Option<Id>,
}

/// What a change gave back.
#[derive(Default)]
pub(super) struct Changed {
    pub(super) back: Vec<Back>,
    pub(super) freed: Vec<(Index, String, u16)>,
}

pub(super) async fn at(tx: &mut dyn Tx, advance: &AdvanceBooking) -> Result<Option<At>> {
    let Some(row) = tx.one(&ADVANCE_READ, values![advance.id, advance.version]).await? else { return Ok(None) };
    Ok(Some(At {
        seq: row.int(0)?,
        state: row.word(1, State::parse)?,
        parts: parts(&row, 2)?,
        service: row.text(3)?,
        place: row.text(4)?,
        day: row.date(5)?,
        units: row.int(6)?,
        scope: row.text(7)?,
        payment: row.maybe(8, Row::id)?,
    }))
}

impl AdvanceBooking {
    fn values(&self, seq: i64, moved_to: Option<Id>) -> Vec<Value> {
        let facts = &self.facts;
        let later = self.release.filter(|&back_at| back_at > self.at);
        values![
            seq,
            facts.state.word(),
            facts.held_until_at,
            facts.extended,
            &consents_text(&facts.consents),
            i64::from(facts.moves),
            facts.price.fen(),
            facts.paid.fen(),
            facts.refunded.fen(),
            later,
            self.withdraw,
            self.payment.is_some(),
            self.payment.flatten(),
            self.department_ref.as_ref(),
            moved_to,
            self.at,
            facts.state.is_live()
        ]
        .to_vec()
    }
}

/// Writes what was decided. The caller has found the booking at its version.
pub(super) async fn run(tx: &mut dyn Tx, advance: &AdvanceBooking, at: At, moved_to: Option<Id>) -> Result<Changed> {
    let mut changed = Changed::default();
    let state = advance.facts.state;
    tx.execute(&ADVANCE_BOOKING, &advance.values(at.seq, moved_to)).await?;
    if !state.is_live() {
        let rows = tx.many(&ADVANCE_KEYS, values![at.seq, !state.takes_stock()]).await?;
        let read = |row: &Row| Ok((row.index(0)?, row.text(1)?, u16::try_from(row.int(2)?).unwrap_or(u16::MAX)));
        changed.freed = rows.iter().map(read).collect::<Result<_>>()?;
    }
    if advance.release.is_some_and(|back_at| back_at <= advance.at) {
        changed.back = give_back(tx, &[(at.seq, at.parts)]).await?;
    }
    if state != at.state {
        let what = (at.service.as_str(), at.place.as_str(), at.day);
        tally(tx, what, &[(at.state, -at.units), (state, at.units)]).await?;
    }
    for mark in &advance.marks {
        tx.execute(&ADVANCE_MARK, values![at.seq, &at.scope, fault_word(mark.fault), mark.on]).await?;
    }
    if let Some(fault) = advance.forgive {
        tx.execute(&ADVANCE_FORGIVE, values![at.seq, fault_word(fault)]).await?;
    }
    if let Some((party, account)) = advance.agreed {
        tx.execute(&ADVANCE_AGREED, values![at.seq, i64::from(party), account]).await?;
    }
    if let (Some(payment), Some(until)) = (at.payment, advance.payment_expires_at) {
        tx.execute(&ADVANCE_PAYMENT_UNTIL, values![payment, until]).await?;
    }
    for message in &advance.messages {
        outbox::post(tx, message).await?;
    }
    if let Some(key) = advance.delivered {
        outbox::delivered(tx, key).await?;
    }
    Ok(changed)
}

impl City {
    /// False when the booking is no longer at `version`: read it again and decide again. Nothing has happened then.
    pub async fn advance_booking(&self, advance: AdvanceBooking) -> Result<bool> {
        let changed = self
            .write(advance, |advance, tx| {
                Box::pin(async move {
                    let Some(found) = at(tx, advance).await? else { return Ok(None) };
                    run(tx, advance, found, None).await.map(Some)
                })
            })
            .await?;
        let Some(changed) = changed else { return Ok(false) };
        self.remember(changed);
        Ok(true)
    }

    /// Memory follows what was committed.
    pub(super) fn remember(&self, changed: Changed) {
        for (pool, turn, back) in changed.back {
            self.stock.given_back(pool, turn, &back);
        }
        self.stock.freed(changed.freed.into_iter().map(|(person, key, _)| (person, key)));
    }
}
