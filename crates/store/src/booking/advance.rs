//! The one way in which a booking changes.
//!
//! Somebody read the facts and decided; the version says whether they still stand. If they do, everything that was decided
//! happens in one commit: the state, the keys that are free again, the units that go back or will, faults, the payment's
//! deadline, what is to be told. If they do not, nothing happens and the caller decides again.

use std::collections::BTreeSet;

use capability::booking::{Facts, State, pool::Taken, rule::Fault, slot::Slot};
use kernel::{AccountId, Date, Id, Index, Timestamp};

use super::{consents_text, fault_word, parts, people};
use crate::{
    City, Error, Message, Result, Row, Tx, Value,
    hold::write::tally,
    outbox,
    pool::give_back::{Back, give_back},
    statement::statement,
    value::{row, values},
};

statement! {
    ADVANCE_READ = "SELECT seq, state, parts, service, place, day, units, fault_scope, payment, people, slots
        FROM booking WHERE id = ?1 AND version = ?2";
    ADVANCE_BOOKING = "UPDATE booking SET version = version + 1, state = ?2, held_until_at = ?3, extended = ?4, consents = ?5, moves = ?6,
            price_fen = ?7, paid_fen = ?8, refunded_fen = ?9, back_at = coalesce(?10, back_at),
            withdrawn = CASE WHEN ?11 = 1 THEN 1 ELSE withdrawn END, payment = CASE WHEN ?12 = 1 THEN ?13 ELSE payment END,
            department_ref = coalesce(?14, department_ref), moved_to = coalesce(?15, moved_to), changed_at = ?16, slots = ?18,
            detail = CASE WHEN forgotten = 1 AND ?17 = 0 THEN NULL ELSE detail END,
            lookup = CASE WHEN forgotten = 1 AND ?17 = 0 THEN NULL ELSE lookup END
        WHERE seq = ?1";
    ADVANCE_SLOT = "DELETE FROM booking_slot WHERE what = ?1 AND ordinal = ?2";
    ADVANCE_MARK = "INSERT INTO mark (person, scope, fault, booking, day) VALUES (?1, ?2, ?3, ?4, ?5)";
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
    people: Vec<Index>,
    slots: Vec<Slot>,
}

impl At {
    /// What its persons do not use up any more in another state.
    pub(super) fn freed_by(&self, state: State) -> BTreeSet<Slot> {
        let is_freed = |slot: &&Slot| !state.is_live() && (slot.is_live_only() || !state.takes_stock());
        self.slots.iter().filter(is_freed).copied().collect()
    }
}

/// What a change gave back.
#[derive(Default)]
pub(super) struct Changed {
    pub(super) back: Vec<Back>,
    pub(super) freed: Vec<Slot>,
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
        people: people(&row, 9)?,
        slots: Slot::split(&row.blob(10)?).ok_or_else(|| Error::Corrupt("slots of a booking".into()))?,
    }))
}

impl AdvanceBooking {
    fn values(&self, at: &At, freed: &BTreeSet<Slot>, moved_to: Option<Id>) -> Vec<Value> {
        let facts = &self.facts;
        let later = self.release.filter(|&back_at| back_at > self.at);
        let kept = at.slots.iter().filter(|slot| !freed.contains(slot)).copied();
        values![
            at.seq,
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
            facts.state.is_live(),
            Slot::join(kept)
        ]
        .to_vec()
    }
}

/// Writes what was decided. The caller has found the booking at its version.
pub(super) async fn run(tx: &mut dyn Tx, advance: &AdvanceBooking, at: At, moved_to: Option<Id>) -> Result<Changed> {
    let mut changed = Changed::default();
    let state = advance.facts.state;
    let freed = at.freed_by(state);
    tx.execute(&ADVANCE_BOOKING, &advance.values(&at, &freed, moved_to)).await?;
    changed.freed.extend(freed);
    let slots: Vec<Vec<Value>> =
        changed.freed.iter().map(|slot| row![slot.what(), i64::from(slot.ordinal())]).collect();
    tx.batch(&ADVANCE_SLOT, &slots).await?;
    if advance.release.is_some_and(|back_at| back_at <= advance.at) {
        changed.back = give_back(tx, &[(at.seq, at.parts)]).await?;
    }
    if state != at.state {
        let what = (at.service.as_str(), at.place.as_str(), at.day);
        tally(tx, what, &[(at.state, -at.units), (state, at.units)]).await?;
    }
    for mark in &advance.marks {
        let people: BTreeSet<&Index> = at.people.iter().collect();
        let row = |person| row![person, &at.scope, fault_word(mark.fault), at.seq, mark.on];
        let rows: Vec<Vec<Value>> = people.into_iter().map(row).collect();
        tx.batch(&ADVANCE_MARK, &rows).await?;
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
        self.stock.freed(&changed.freed);
    }
}
