//! Prices that a desk asked for: from which day on, why, who decided. Nothing is overwritten: a price that no longer holds
//! is followed by another one.

use capability::booking::price::{Dated, State};
use kernel::{Date, Id, Money, ServiceId, Timestamp};

use crate::{City, Result, Row, payment::money, statement::statement, value::values};

statement! {
    PRICE_ASK = "INSERT INTO price_change (id, service, place, what, from_on, price_fen, before_fen, reason, asked_by, asked_at, state, note)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 'asked', '')";
    PRICE_DECIDE = "UPDATE price_change SET state = ?2, decided_by = ?3, decided_at = ?4, note = ?5 WHERE id = ?1 AND state = 'asked'";
    PRICE_ONE = "SELECT id, service, place, what, from_on, price_fen, before_fen, reason, asked_by, asked_at, state, decided_by, decided_at, note
        FROM price_change WHERE id = ?1";
    PRICE_OF_PLACE = "SELECT id, service, place, what, from_on, price_fen, before_fen, reason, asked_by, asked_at, state, decided_by, decided_at, note
        FROM price_change WHERE service = ?1 AND place = ?2 ORDER BY asked_at DESC, id DESC LIMIT ?3";
    PRICE_APPROVED = "SELECT service, place, what, from_on, decided_at, price_fen FROM price_change WHERE state = 'approved' ORDER BY decided_at, id";
}

/// What has the price: the ticket of a place, a resource, or a resource between two stops.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PriceOf {
    pub service: ServiceId,
    pub place: String,
    /// Empty for a ticket; the id of a resource; `line/from/to`.
    pub what: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPrice {
    pub id: Id,
    pub of: PriceOf,
    pub from_on: Date,
    pub price: Money,
    /// What it costs on that day otherwise.
    pub before: Money,
    pub reason: String,
    pub by: Id,
    pub at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceChange {
    pub asked: NewPrice,
    pub state: State,
    pub decided_by: Option<Id>,
    pub decided_at: Option<Timestamp>,
    pub note: String,
}

impl PriceChange {
    fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            asked: NewPrice {
                id: row.id(0)?,
                of: PriceOf { service: row.word(1, ServiceId::parse)?, place: row.text(2)?, what: row.text(3)? },
                from_on: row.date(4)?,
                price: money(row, 5)?,
                before: money(row, 6)?,
                reason: row.text(7)?,
                by: row.id(8)?,
                at: row.timestamp(9)?,
            },
            state: row.word(10, State::parse)?,
            decided_by: row.maybe(11, Row::id)?,
            decided_at: row.maybe(12, Row::timestamp)?,
            note: row.text(13)?,
        })
    }
}

impl City {
    pub async fn ask_price(&self, new: NewPrice) -> Result<()> {
        let NewPrice { id, of, from_on, price, before, reason, by, at } = &new;
        let row = values![
            *id,
            of.service.as_str(),
            &of.place,
            &of.what,
            *from_on,
            price.fen(),
            before.fen(),
            reason,
            *by,
            *at
        ];
        self.execute(&PRICE_ASK, row).await.map(drop)
    }

    /// False when somebody has decided already.
    pub async fn decide_price(&self, id: Id, state: State, by: Id, at: Timestamp, note: &str) -> Result<bool> {
        Ok(self.execute(&PRICE_DECIDE, values![id, state.word(), by, at, note]).await? == 1)
    }

    pub async fn price_change(&self, id: Id) -> Result<Option<PriceChange>> {
        self.read_one(&PRICE_ONE, values![id]).await?.as_ref().map(PriceChange::read).transpose()
    }

    /// What was asked for at a place, newest first.
    pub async fn price_changes(&self, service: &ServiceId, place: &str, limit: u32) -> Result<Vec<PriceChange>> {
        let rows = self.read(&PRICE_OF_PLACE, values![service.as_str(), place, limit]).await?;
        rows.iter().map(PriceChange::read).collect()
    }

    /// Every price that was approved, in the order of the decisions. A city has few.
    pub async fn approved_prices(&self) -> Result<Vec<(PriceOf, Dated)>> {
        let read = |row: &Row| {
            let of = PriceOf { service: row.word(0, ServiceId::parse)?, place: row.text(1)?, what: row.text(2)? };
            Ok((of, Dated { from_on: row.date(3)?, decided_at: row.timestamp(4)?, price: money(row, 5)? }))
        };
        self.read(&PRICE_APPROVED, values![]).await?.iter().map(read).collect()
    }
}
