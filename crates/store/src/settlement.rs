//! Settlement: what every payee is owed for a day, and the daily close that fixes it.
//!
//! The sums are made in the commit that closes the day. A day with open breaks, or one that was not compared with everybody,
//! is not closed; a closed day stays as it is. Paying out is a posting of its own.

use ::ledger::{Account, reconcile::Side};
use kernel::{Date, Id, Money, Timestamp};

use crate::{
    City, Result, Row, Tx,
    payment::money,
    reconciliation::{bounds, date},
    statement::statement,
    value::values,
};

statement! {
    SETTLEMENT_CLOSED = "SELECT closed_by FROM daily_close WHERE day = ?1";
    SETTLEMENT_BREAKS = "SELECT count(*) FROM reconciliation_break WHERE day = ?1 AND resolved_at IS NULL";
    SETTLEMENT_COMPARED = "SELECT side, party FROM reconciliation WHERE day = ?1 AND side = ?2 AND party = ?3";
    SETTLEMENT_IN = "SELECT payee, count(*), CAST(sum(amount_fen) AS BIGINT) FROM payment
        WHERE posted_at >= ?1 AND posted_at < ?2 GROUP BY payee ORDER BY payee";
    SETTLEMENT_OUT = "SELECT p.payee, count(*), CAST(sum(r.amount_fen) AS BIGINT) FROM refund r JOIN payment p ON p.number = r.payment
        WHERE r.approved_at >= ?1 AND r.approved_at < ?2 AND r.route = 'provider' AND r.reason NOT IN ('surplus', 'late')
            AND p.posted_at IS NOT NULL
        GROUP BY p.payee ORDER BY p.payee";
    SETTLEMENT_ADD = "INSERT INTO settlement (day, payee, payments, gross_fen, refunds, refunded_fen) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    SETTLEMENT_CLOSE = "INSERT INTO daily_close (day, closed_by, closed_at) VALUES (?1, ?2, ?3)";
    SETTLEMENT_OF_DAY = "SELECT payee, payments, gross_fen, refunds, refunded_fen FROM settlement WHERE day = ?1 ORDER BY payee";
    SETTLEMENT_DAYS = "SELECT day, closed_by, closed_at FROM daily_close ORDER BY day DESC LIMIT ?1";
}

/// What a day came to for one payee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    pub payee: Account,
    /// How many payments the payee took.
    pub payments: u64,
    pub gross: Money,
    /// How many refunds were set aside out of the payee's money.
    pub refunds: u64,
    pub refunded: Money,
}

impl Settlement {
    /// Below zero when more went back than came in.
    #[must_use]
    pub const fn net(&self) -> Money {
        Money::from_fen(self.gross.fen() - self.refunded.fen())
    }
}

#[derive(Clone, Debug)]
pub struct CloseDay {
    pub day: Date,
    /// With whom the day must have been compared.
    pub parties: Vec<(Side, String)>,
    pub staff: Id,
    pub at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CloseRefused {
    /// The day is not over.
    TooEarly,
    AlreadyClosed,
    NotCompared(Vec<(Side, String)>),
    BreaksOpen(u64),
}

/// A day that was closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosedDay {
    pub day: Date,
    pub closed_by: Id,
    pub closed_at: Timestamp,
}

impl City {
    /// Fixes what every payee is owed for a day.
    pub async fn close_day(&self, close: CloseDay) -> Result<Result<Vec<Settlement>, CloseRefused>> {
        self.write(close, |close, tx| Box::pin(run(tx, close))).await
    }

    /// The settlements of a closed day; of an open one there are none.
    pub async fn settlements(&self, day: Date) -> Result<Vec<Settlement>> {
        let rows = self.read(&SETTLEMENT_OF_DAY, values![&day.to_string()]).await?;
        let read = |row: &Row| {
            Ok(Settlement {
                payee: row.word(0, Account::parse)?,
                payments: row.count(1)?,
                gross: money(row, 2)?,
                refunds: row.count(3)?,
                refunded: money(row, 4)?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// What a day would come to if it were closed as it is now.
    pub async fn settlements_so_far(&self, day: Date) -> Result<Vec<Settlement>> {
        let (from, to) = bounds(day);
        let taken = self.read(&SETTLEMENT_IN, values![from, to]).await?;
        let given_back = self.read(&SETTLEMENT_OUT, values![from, to]).await?;
        add_up(&taken, &given_back)
    }

    /// The days that were closed, the newest first.
    pub async fn closed_days(&self, limit: u32) -> Result<Vec<ClosedDay>> {
        let rows = self.read(&SETTLEMENT_DAYS, values![limit]).await?;
        let read =
            |row: &Row| Ok(ClosedDay { day: date(row, 0)?, closed_by: row.id(1)?, closed_at: row.timestamp(2)? });
        rows.iter().map(read).collect()
    }
}

async fn run(tx: &mut dyn Tx, close: &CloseDay) -> Result<Result<Vec<Settlement>, CloseRefused>> {
    let day = close.day.to_string();
    let (from, to) = bounds(close.day);
    if close.at < to {
        return Ok(Err(CloseRefused::TooEarly));
    }
    if tx.one(&SETTLEMENT_CLOSED, values![&day]).await?.is_some() {
        return Ok(Err(CloseRefused::AlreadyClosed));
    }
    let mut missing = Vec::new();
    for (side, party) in &close.parties {
        if tx.one(&SETTLEMENT_COMPARED, values![&day, side.word(), party]).await?.is_none() {
            missing.push((*side, party.clone()));
        }
    }
    if !missing.is_empty() {
        return Ok(Err(CloseRefused::NotCompared(missing)));
    }
    let open = tx.one(&SETTLEMENT_BREAKS, values![&day]).await?.map_or(Ok(0), |row| row.count(0))?;
    if open > 0 {
        return Ok(Err(CloseRefused::BreaksOpen(open)));
    }
    let settled = sums(tx, from, to).await?;
    for it in &settled {
        let (payments, refunds) = (it.payments.cast_signed(), it.refunds.cast_signed());
        let row = values![&day, it.payee.as_str(), payments, it.gross.fen(), refunds, it.refunded.fen()];
        tx.execute(&SETTLEMENT_ADD, row).await?;
    }
    tx.execute(&SETTLEMENT_CLOSE, values![&day, close.staff, close.at]).await?;
    Ok(Ok(settled))
}

async fn sums(tx: &mut dyn Tx, from: Timestamp, to: Timestamp) -> Result<Vec<Settlement>> {
    let taken = tx.many(&SETTLEMENT_IN, values![from, to]).await?;
    let given_back = tx.many(&SETTLEMENT_OUT, values![from, to]).await?;
    add_up(&taken, &given_back)
}

fn add_up(taken: &[Row], given_back: &[Row]) -> Result<Vec<Settlement>> {
    let mut settled: Vec<Settlement> = Vec::new();
    for row in taken {
        let (payee, payments, gross) = (row.word(0, Account::parse)?, row.count(1)?, money(row, 2)?);
        settled.push(Settlement { payee, payments, gross, refunds: 0, refunded: Money::ZERO });
    }
    for row in given_back {
        let (payee, refunds, refunded) = (row.word(0, Account::parse)?, row.count(1)?, money(row, 2)?);
        match settled.iter_mut().find(|it| it.payee == payee) {
            Some(it) => (it.refunds, it.refunded) = (refunds, refunded),
            None => settled.push(Settlement { payee, payments: 0, gross: Money::ZERO, refunds, refunded }),
        }
    }
    settled.sort_by(|a, b| a.payee.cmp(&b.payee));
    Ok(settled)
}
