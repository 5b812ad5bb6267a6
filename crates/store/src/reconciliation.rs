//! Reconciliation: our lines of a day, and the breaks that a comparison found.
//!
//! A break is a work item that a person resolves; nothing here mends one silently. It is named by what it is about, so a day
//! that is compared again finds the same breaks and leaves the resolved ones resolved. What vanished by itself, because the
//! other side's list was late, is closed as such.

use ::ledger::reconcile::{Break, Cause, Kind, Side};
use kernel::{Date, Id, Money, ServiceId, Timestamp};

use crate::{City, Error, Result, Row, Tx, payment::money, statement::statement, value::values};

statement! {
    RECONCILIATION_PAID = "SELECT a.out_trade_no, a.trade_no, a.amount_fen, a.paid_at, p.id FROM attempt a JOIN payment p ON p.number = a.payment
        WHERE a.provider = ?1 AND a.paid_at >= ?2 AND a.paid_at < ?3 ORDER BY a.paid_at, a.out_trade_no";
    RECONCILIATION_REFUNDED = "SELECT r.refund_no, r.out_trade_no, r.amount_fen, r.done_at, p.id FROM refund r
        JOIN attempt a ON a.out_trade_no = r.out_trade_no JOIN payment p ON p.number = r.payment
        WHERE r.done_at >= ?2 AND r.done_at < ?3 AND a.provider = ?1 AND r.route = 'provider' ORDER BY r.done_at, r.refund_no";
    RECONCILIATION_POSTED = "SELECT id, biller_ref, amount_fen, posted_at, service FROM payment
        WHERE department = ?1 AND posted_at >= ?2 AND posted_at < ?3 ORDER BY posted_at, id";
    RECONCILIATION_DONE = "INSERT INTO reconciliation (day, side, party, ours, theirs, done_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT (day, side, party) DO UPDATE SET ours = excluded.ours, theirs = excluded.theirs, done_at = excluded.done_at";
    RECONCILIATION_VANISHED = "UPDATE reconciliation_break SET resolved_at = ?4, note = 'vanished'
        WHERE day = ?1 AND side = ?2 AND party = ?3 AND vanishes = 1 AND resolved_at IS NULL";
    RECONCILIATION_BREAK = "INSERT INTO reconciliation_break (id, day, side, party, kind, order_no, ours_fen, theirs_fen, vanishes, found_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
        ON CONFLICT (day, side, party, kind, order_no) DO UPDATE SET
            resolved_at = CASE WHEN reconciliation_break.resolved_by IS NULL THEN NULL ELSE reconciliation_break.resolved_at END,
            note = CASE WHEN reconciliation_break.resolved_by IS NULL THEN NULL ELSE reconciliation_break.note END,
            ours_fen = excluded.ours_fen, theirs_fen = excluded.theirs_fen, vanishes = reconciliation_break.vanishes * excluded.vanishes";
    RECONCILIATION_DAY = "SELECT day, side, party, ours, theirs, done_at FROM reconciliation WHERE day = ?1 ORDER BY side, party";
    RECONCILIATION_OPEN = "SELECT id, day, side, party, kind, order_no, ours_fen, theirs_fen, found_at, resolved_at, resolved_by, note,
            claimed_by, claimed_at, cause
        FROM reconciliation_break WHERE resolved_at IS NULL ORDER BY day, found_at, id LIMIT ?1";
    RECONCILIATION_OF_DAY = "SELECT id, day, side, party, kind, order_no, ours_fen, theirs_fen, found_at, resolved_at, resolved_by, note,
            claimed_by, claimed_at, cause
        FROM reconciliation_break WHERE day = ?1 ORDER BY side, party, order_no";
    RECONCILIATION_ONE = "SELECT id, day, side, party, kind, order_no, ours_fen, theirs_fen, found_at, resolved_at, resolved_by, note,
            claimed_by, claimed_at, cause
        FROM reconciliation_break WHERE id = ?1";
    RECONCILIATION_CLAIM = "UPDATE reconciliation_break SET claimed_by = ?2, claimed_at = ?3
        WHERE id = ?1 AND resolved_at IS NULL AND claimed_by IS NULL";
    RECONCILIATION_RELEASE = "UPDATE reconciliation_break SET claimed_by = NULL, claimed_at = NULL
        WHERE id = ?1 AND resolved_at IS NULL AND claimed_by = ?2";
    RECONCILIATION_RESOLVE = "UPDATE reconciliation_break SET resolved_at = ?5, resolved_by = ?2, note = ?3, cause = ?4
        WHERE id = ?1 AND resolved_at IS NULL AND (claimed_by IS NULL OR claimed_by = ?2)";
}

/// One of our lines: an order that was paid, or a refund that was done, at a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderLine {
    pub out_trade_no: String,
    pub trade_no: Option<String>,
    /// Set when it is a refund.
    pub refund_no: Option<String>,
    pub amount: Money,
    pub at: Timestamp,
    pub payment: Id,
}

/// One of our lines: a payment that a department has taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DepartmentLine {
    pub payment: Id,
    pub biller_ref: Option<String>,
    pub amount: Money,
    pub at: Timestamp,
    pub service: ServiceId,
}

/// A comparison of one day with one party, with everything that it found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconciled {
    pub day: Date,
    pub side: Side,
    /// The provider or the department.
    pub party: String,
    /// How many lines each had.
    pub ours: u32,
    pub theirs: u32,
    pub breaks: Vec<Break>,
    pub at: Timestamp,
}

/// A contradiction that was met outside a comparison: it belongs to the day on which it was met, and waits for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetBreak {
    pub id: Id,
    /// The provider or the department.
    pub party: String,
    pub found: Break,
}

/// A break on the desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BreakInfo {
    pub id: Id,
    pub day: Date,
    /// The provider or the department.
    pub party: String,
    pub found: Break,
    pub found_at: Timestamp,
    pub resolved_at: Option<Timestamp>,
    /// Nobody, when it vanished at a later comparison.
    pub resolved_by: Option<Id>,
    pub note: Option<String>,
    /// Who has taken it up. Nobody else resolves it meanwhile.
    pub claimed_by: Option<Id>,
    pub claimed_at: Option<Timestamp>,
    /// What it came from, in the word of whoever resolved it.
    pub cause: Option<Cause>,
}

/// That a day was compared with a party.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReconciledDay {
    pub day: Date,
    pub side: Side,
    pub party: String,
    pub ours: u32,
    pub theirs: u32,
    pub at: Timestamp,
}

pub(crate) fn date(row: &Row, at: usize) -> Result<Date> {
    row.text(at)?.parse().map_err(|_| Error::Corrupt(format!("column {at} holds no date")))
}

fn count(row: &Row, at: usize) -> Result<u32> {
    Ok(u32::try_from(row.int(at)?).unwrap_or(u32::MAX))
}

impl BreakInfo {
    fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.id(0)?,
            day: date(row, 1)?,
            party: row.text(3)?,
            found: Break {
                side: row.word(2, Side::parse)?,
                kind: row.word(4, Kind::parse)?,
                order: row.text(5)?,
                ours: row.maybe(6, money)?,
                theirs: row.maybe(7, money)?,
            },
            found_at: row.timestamp(8)?,
            resolved_at: row.maybe(9, Row::timestamp)?,
            resolved_by: row.maybe(10, Row::id)?,
            note: row.maybe(11, Row::text)?,
            claimed_by: row.maybe(12, Row::id)?,
            claimed_at: row.maybe(13, Row::timestamp)?,
            cause: row.maybe(14, |row, at| row.word(at, Cause::parse))?,
        })
    }
}

/// The first instants of a day and of the day after.
pub(crate) fn bounds(day: Date) -> (Timestamp, Timestamp) {
    let from = Timestamp::from_civil(day.at(0, 0, 0, 0));
    (from, from.plus_s(24 * 3600))
}

async fn put(
    tx: &mut dyn Tx,
    id: Id,
    day: Date,
    party: &str,
    found: &Break,
    vanishes: bool,
    at: Timestamp,
) -> Result<()> {
    let (day, side, kind) = (day.to_string(), found.side.word(), found.kind.word());
    let (ours, theirs) = (found.ours.map(Money::fen), found.theirs.map(Money::fen));
    let row = values![id, &day, side, party, kind, &found.order, ours, theirs, vanishes, at];
    tx.execute(&RECONCILIATION_BREAK, row).await?;
    Ok(())
}

/// Writes down what was met on the way, as part of the advance that met it.
pub(crate) async fn met(tx: &mut dyn Tx, met: &MetBreak, at: Timestamp) -> Result<()> {
    put(tx, met.id, at.date(), &met.party, &met.found, false, at).await
}

impl City {
    /// What we say was paid and given back at a provider on a day.
    pub async fn provider_day(&self, provider: &str, day: Date) -> Result<Vec<ProviderLine>> {
        let (from, to) = bounds(day);
        let paid = self.read(&RECONCILIATION_PAID, values![provider, from, to]).await?;
        let refunded = self.read(&RECONCILIATION_REFUNDED, values![provider, from, to]).await?;
        let paid = paid.iter().map(|row| {
            Ok(ProviderLine {
                out_trade_no: row.text(0)?,
                trade_no: row.maybe(1, Row::text)?,
                refund_no: None,
                amount: money(row, 2)?,
                at: row.timestamp(3)?,
                payment: row.id(4)?,
            })
        });
        let refunded = refunded.iter().map(|row| {
            Ok(ProviderLine {
                out_trade_no: row.text(1)?,
                trade_no: None,
                refund_no: Some(row.text(0)?),
                amount: money(row, 2)?,
                at: row.timestamp(3)?,
                payment: row.id(4)?,
            })
        });
        paid.chain(refunded).collect()
    }

    /// What we say a department has taken on a day.
    pub async fn department_day(&self, department: &str, day: Date) -> Result<Vec<DepartmentLine>> {
        let (from, to) = bounds(day);
        let rows = self.read(&RECONCILIATION_POSTED, values![department, from, to]).await?;
        let read = |row: &Row| {
            Ok(DepartmentLine {
                payment: row.id(0)?,
                biller_ref: row.maybe(1, Row::text)?,
                amount: money(row, 2)?,
                at: row.timestamp(3)?,
                service: row.word(4, ServiceId::parse)?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// Writes down a comparison. Breaks that staff resolved stay resolved; open ones that are not among these have vanished.
    pub async fn put_reconciled(&self, reconciled: Reconciled) -> Result<()> {
        let ids: Vec<Id> = reconciled.breaks.iter().map(|_| self.random_id()).collect();
        self.write((reconciled, ids), |(it, ids), tx| {
            Box::pin(async move {
                let (day, side, party) = (it.day.to_string(), it.side.word(), &it.party);
                let done = values![&day, side, party, it.ours, it.theirs, it.at];
                tx.execute(&RECONCILIATION_DONE, done).await?;
                tx.execute(&RECONCILIATION_VANISHED, values![&day, side, party, it.at]).await?;
                for (id, new) in ids.iter().zip(&it.breaks) {
                    put(tx, *id, it.day, party, new, true, it.at).await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// Writes down a contradiction that no payment's advance carries, for example money for an order that nobody knows.
    pub async fn put_break(&self, day: Date, party: &str, found: Break, at: Timestamp) -> Result<()> {
        let id = self.random_id();
        self.write((id, day, party.to_owned(), found, at), |(id, day, party, found, at), tx| {
            Box::pin(put(tx, *id, *day, party, found, false, *at))
        })
        .await
    }

    /// With which parties a day was compared.
    pub async fn reconciled(&self, day: Date) -> Result<Vec<ReconciledDay>> {
        let rows = self.read(&RECONCILIATION_DAY, values![&day.to_string()]).await?;
        let read = |row: &Row| {
            Ok(ReconciledDay {
                day: date(row, 0)?,
                side: row.word(1, Side::parse)?,
                party: row.text(2)?,
                ours: count(row, 3)?,
                theirs: count(row, 4)?,
                at: row.timestamp(5)?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// The breaks that wait for a person, the oldest day first.
    pub async fn open_breaks(&self, limit: u32) -> Result<Vec<BreakInfo>> {
        self.read(&RECONCILIATION_OPEN, values![limit]).await?.iter().map(BreakInfo::read).collect()
    }

    /// All breaks of a day, resolved ones too.
    pub async fn breaks_of(&self, day: Date) -> Result<Vec<BreakInfo>> {
        self.read(&RECONCILIATION_OF_DAY, values![&day.to_string()]).await?.iter().map(BreakInfo::read).collect()
    }

    pub async fn reconciliation_break(&self, id: Id) -> Result<Option<BreakInfo>> {
        self.read_one(&RECONCILIATION_ONE, values![id]).await?.as_ref().map(BreakInfo::read).transpose()
    }

    /// Somebody takes it up. False when there is no such break, it is resolved, or a colleague was first.
    pub async fn claim_break(&self, id: Id, staff: Id, at: Timestamp) -> Result<bool> {
        Ok(self.execute(&RECONCILIATION_CLAIM, values![id, staff, at]).await? == 1)
    }

    /// Whoever took it up gives it back.
    pub async fn release_break(&self, id: Id, staff: Id) -> Result<bool> {
        Ok(self.execute(&RECONCILIATION_RELEASE, values![id, staff]).await? == 1)
    }

    /// A person has seen to it. False when there is no such break, it is resolved, or a colleague has taken it up.
    pub async fn resolve_break(&self, id: Id, staff: Id, cause: Cause, note: &str, at: Timestamp) -> Result<bool> {
        Ok(self.execute(&RECONCILIATION_RESOLVE, values![id, staff, note, cause.word(), at]).await? == 1)
    }
}
