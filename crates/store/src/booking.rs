//! Bookings: what somebody holds, has or had of what can run out.
//!
//! A booking begins in `hold` and changes in one way only, [`City::advance_booking`], which compares the version that was
//! decided upon. Facts hold no personal data; the detail is sealed and opens to its accounts, and to staff who leave a trace.

pub(crate) mod advance;
pub(crate) mod audit;
pub(crate) mod due;
pub(crate) mod list;
pub(crate) mod moving;

use capability::booking::{
    Facts, State,
    block::Mark,
    hold::Key,
    number::Numbering,
    pool::{Door, Taken},
    rule::Fault,
    slot::Slot,
};
use kernel::{AccountId, Date, Id, Index, ServiceId, Timestamp};

use crate::{BookingNames, Cell, City, Error, Result, Row, Tx, payment::money, statement::statement, value::values};

pub use self::{
    advance::{AdvanceBooking, NewMark},
    audit::StockAudit,
    due::{Tally, TallyOf},
    list::{BookingInfo, BookingView, OnRecord},
    moving::MoveBooking,
};

statement! {
    BOOKING_FACTS = "SELECT id, seq, people, version, account, service, place, section, resource, matter, fault_scope, class, door, drawn,
            state, starts_at, ends_at, held_until_at, extended, consents, moves, price_fen, paid_fen, refunded_fen, parts, back_at,
            withdrawn, payment, department_ref, moved_from, moved_to, made_at, changed_at, missed_at
        FROM booking WHERE id = ?1";
    BOOKING_PARTIES = "SELECT part, account FROM booking_party WHERE booking = ?1";
    BOOKING_AT = "SELECT id FROM booking WHERE seq = ?1";
    BOOKING_BY_LOOKUP = "SELECT 1 FROM booking WHERE id = ?1 AND lookup = ?2";
    BOOKING_OF_PAYMENT = "SELECT id FROM booking WHERE payment = ?1 ORDER BY seq DESC LIMIT 1";
    pub(crate) BOOKING_MARKS = "SELECT fault, day FROM mark WHERE person = ?1 AND scope = ?2",
        set "SELECT q.n, m.fault, m.day FROM unnest(?1::bytea[], ?2::text[]) WITH ORDINALITY AS q(person, scope, n)
        CROSS JOIN LATERAL (SELECT fault, day FROM mark WHERE person = q.person AND scope = q.scope LIMIT 1000) m";
    BOOKING_USED = "SELECT count(*) FROM booking_slot WHERE what = ?1";
    BOOKING_SLOTS_OVER = "DELETE FROM booking_slot WHERE what >= ?1 AND what < ?2";
    BOOKING_FORGET = "UPDATE booking SET account = NULL, forgotten = 1,
            detail = CASE WHEN state IN ('held', 'booked', 'paid', 'checked_in') THEN detail END,
            lookup = CASE WHEN state IN ('held', 'booked', 'paid', 'checked_in') THEN lookup END
        WHERE account = ?1";
    BOOKING_FORGET_PARTY = "UPDATE booking_party SET account = NULL WHERE account = ?1";
    BOOKING_FORGET_WAITING = "DELETE FROM waiting WHERE account = ?1";
    BOOKING_FORGET_CLAIMS = "UPDATE draw_claim SET account = NULL, detail = NULL WHERE account = ?1";
}

/// Somebody for whom a booking is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BookingParty {
    pub person: Index,
    /// A login that is known and is not the booking's own.
    pub account: Option<AccountId>,
}

/// Everything that is known of a booking, without personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookingFacts {
    pub id: Id,
    /// Its place within the city; lists are paged by it.
    pub seq: i64,
    /// What is told at the counter.
    pub number: String,
    /// What [`City::advance_booking`] compares.
    pub version: i64,
    /// `None` for one that was made at the counter, and when the account was deleted.
    pub account: Option<AccountId>,
    pub service: ServiceId,
    pub names: BookingNames,
    pub fault_scope: String,
    pub door: Door,
    pub drawn: bool,
    /// The day whose rules it keeps.
    pub made_on: Date,
    pub made_at: Timestamp,
    pub changed_at: Timestamp,
    /// What `capability` decides upon.
    pub facts: Facts,
    /// The first instant at which it is too late to come.
    pub missed_at: Timestamp,
    /// What it took of which pool.
    pub parts: Vec<(i64, Taken)>,
    /// It was given up, and this is when others can have its units.
    pub back_at: Option<Timestamp>,
    /// It was given up, and its units do not exist.
    pub withdrawn: bool,
    /// The parties first, `facts.consents.len()` of them, then everybody else.
    pub parties: Vec<BookingParty>,
    pub payment: Option<Id>,
    pub department_ref: Option<String>,
    pub moved_from: Option<Id>,
    pub moved_to: Option<Id>,
}

/// Of each party one letter: whether it has agreed.
pub(crate) fn consents_text(consents: &[bool]) -> String {
    consents.iter().map(|&agreed| if agreed { 'y' } else { 'n' }).collect()
}

fn parts(row: &Row, at: usize) -> Result<Vec<(i64, Taken)>> {
    serde_json::from_str(&row.text(at)?).map_err(|cause| Error::Corrupt(format!("parts of a booking: {cause}")))
}

fn people(row: &Row, at: usize) -> Result<Vec<Index>> {
    let index = |bytes: &[u8]| bytes.try_into().map(Index).map_err(|_| Error::Corrupt("people of a booking".into()));
    row.blob(at)?.chunks(32).map(index).collect()
}

impl BookingFacts {
    fn read(row: &Row, numbering: Numbering) -> Result<Self> {
        let (seq, made_at) = (row.int(1)?, row.timestamp(31)?);
        let party = |person| BookingParty { person, account: None };
        Ok(Self {
            id: row.id(0)?,
            seq,
            number: numbering.number(seq),
            version: row.int(3)?,
            account: row.maybe(4, Row::id)?,
            service: row.word(5, ServiceId::parse)?,
            names: BookingNames {
                place: row.text(6)?,
                section: row.text(7)?,
                resource: row.text(8)?,
                matter: row.text(9)?,
            },
            fault_scope: row.text(10)?,
            door: row.word(12, Door::parse)?,
            drawn: row.flag(13)?,
            made_on: made_at.date(),
            made_at,
            changed_at: row.timestamp(32)?,
            missed_at: row.timestamp(33)?,
            facts: Facts {
                state: row.word(14, State::parse)?,
                held_until_at: row.timestamp(17)?,
                extended: row.flag(18)?,
                class: row.text(11)?,
                starts_at: row.timestamp(15)?,
                ends_at: row.timestamp(16)?,
                price: money(row, 21)?,
                paid: money(row, 22)?,
                refunded: money(row, 23)?,
                consents: row.text(19)?.bytes().map(|letter| letter == b'y').collect(),
                moves: u8::try_from(row.int(20)?).map_err(|_| Error::Corrupt("moves of a booking".into()))?,
            },
            parts: parts(row, 24)?,
            back_at: row.maybe(25, Row::timestamp)?,
            withdrawn: row.flag(26)?,
            parties: people(row, 2)?.into_iter().map(party).collect(),
            payment: row.maybe(27, Row::id)?,
            department_ref: row.maybe(28, Row::text)?,
            moved_from: row.maybe(29, Row::id)?,
            moved_to: row.maybe(30, Row::id)?,
        })
    }

    /// How many units it has of its first pool.
    #[must_use]
    pub fn units(&self) -> u32 {
        self.parts.first().map_or(0, |(_, taken)| taken.count)
    }
}

pub(crate) async fn facts(cell: &Cell, numbering: Numbering, id: Id) -> Result<Option<BookingFacts>> {
    let Some(row) = cell.read_one(&BOOKING_FACTS, values![id]).await? else { return Ok(None) };
    let mut facts = BookingFacts::read(&row, numbering)?;
    for row in cell.read(&BOOKING_PARTIES, values![facts.seq]).await? {
        let party = usize::try_from(row.int(0)?).ok().and_then(|part| facts.parties.get_mut(part));
        party.ok_or_else(|| Error::Corrupt("a party that is none".into()))?.account = row.maybe(1, Row::id)?;
    }
    Ok(Some(facts))
}

pub(crate) fn read_mark(row: &Row) -> Result<Mark> {
    Ok(Mark { fault: row.word(0, advance::fault)?, on: row.date(1)? })
}

impl City {
    /// What is known of a booking. The version is read first: if something changes meanwhile, `advance_booking` will say so.
    pub async fn booking_facts(&self, id: Id) -> Result<Option<BookingFacts>> {
        facts(self.cell(), self.numbering, id).await
    }

    /// The booking of a number that somebody says at the counter.
    pub async fn booking_by_number(&self, number: &str) -> Result<Option<Id>> {
        let Some(seq) = self.numbering.seq(number) else { return Ok(None) };
        self.read_one(&BOOKING_AT, values![seq]).await?.map(|row| row.id(0)).transpose()
    }

    /// Whether somebody who found a booking by its number knows what only its own people know beside it.
    pub async fn knows_lookup(&self, id: Id, lookup: &Index) -> Result<bool> {
        Ok(self.read_one(&BOOKING_BY_LOOKUP, values![id, lookup]).await?.is_some())
    }

    /// The booking that a payment is for. After an exchange, the one that has the money now.
    pub async fn booking_of_payment(&self, payment: Id) -> Result<Option<Id>> {
        self.read_one(&BOOKING_OF_PAYMENT, values![payment]).await?.map(|row| row.id(0)).transpose()
    }

    /// The faults of a person that count together.
    pub async fn marks_of(&self, person: &Index, scope: &str) -> Result<Vec<Mark>> {
        self.read(&BOOKING_MARKS, values![person, scope]).await?.iter().map(read_mark).collect()
    }

    /// How much of a key (`capability::booking::hold::keys`) a person uses up now.
    pub async fn used_of(&self, person: &Index, key: &Key) -> Result<u16> {
        let row = self.read_one(&BOOKING_USED, values![Slot::first(person, key).what()]).await?;
        row.map_or(Ok(0), |row| Ok(u16::try_from(row.int(0)?).unwrap_or(u16::MAX)))
    }

    /// Forgets what persons used up of days before this one: nothing can be booked for them any more.
    pub async fn purge_slots(&self, before: Date) -> Result<u64> {
        let (from, to) = Slot::over_before(before);
        self.execute(&BOOKING_SLOTS_OVER, values![&from[..], &to[..]]).await
    }
}

/// The bookings' part of deleting an account. What is still to come keeps its sealed detail until it is over, because the
/// counter is to know who comes; whoever deletes accounts cancels first what can be cancelled. Used-up quotas and faults
/// stay, by an index that leads to nobody.
pub(crate) async fn forget(tx: &mut dyn Tx, account: AccountId) -> Result<()> {
    for statement in [&BOOKING_FORGET, &BOOKING_FORGET_PARTY, &BOOKING_FORGET_WAITING, &BOOKING_FORGET_CLAIMS] {
        tx.execute(statement, values![account]).await?;
    }
    Ok(())
}

/// The word that is stored for a fault.
const fn fault_word(fault: Fault) -> &'static str {
    match fault {
        Fault::NoShow => "no-show",
        Fault::Cancel => "cancel",
    }
}
