//! What time brings about: holds that run out, people who did not come, units that come back. And how a day stands.

use capability::booking::State;
use kernel::{Date, Id, ServiceId, Timestamp};

use super::parts;
use crate::{City, Result, Row, pool::give_back::give_back, statement::statement, value::values};

statement! {
    DUE_HELD = "SELECT id FROM booking WHERE state = 'held' AND held_until_at <= ?1 ORDER BY held_until_at LIMIT ?2";
    DUE_MISSED = "SELECT id FROM booking WHERE state IN ('booked', 'paid') AND missed_at <= ?1 ORDER BY missed_at LIMIT ?2";
    DUE_OVER = "SELECT id FROM booking WHERE state = 'checked_in' AND ends_at <= ?1 ORDER BY ends_at LIMIT ?2";
    DUE_BACK = "SELECT seq, parts FROM booking WHERE back_at <= ?1 ORDER BY back_at LIMIT ?2";
    DUE_BACK_NOW = "UPDATE booking SET back_at = NULL WHERE seq = ?1";
    DUE_NEXT = "SELECT min(at) FROM (
        SELECT min(held_until_at) AS at FROM booking WHERE state = 'held'
        UNION ALL SELECT min(back_at) FROM booking WHERE back_at IS NOT NULL) AS soonest";
    TALLY_OF_SERVICE = "SELECT place, day, state, units FROM booking_tally
        WHERE service = ?1 AND (?2 = '' OR place = ?2) AND day >= ?3 AND day <= ?4 ORDER BY place, day, state";
    TALLY_CAPACITY = "SELECT place, day, CAST(sum(capacity) AS BIGINT) FROM pool
        WHERE service = ?1 AND day >= ?3 AND day <= ?4 AND (?2 = '' OR place = ?2) AND part IN ('', 'day', 'ride') GROUP BY day, place";
    STEADY_HIGHEST = "SELECT highest_at FROM steady WHERE one = 1";
    STEADY_KEEP = "UPDATE steady SET highest_at = ?1 WHERE one = 1 AND highest_at < ?1";
}

/// Of which service, place (all, if none is named) and days figures are asked; both days included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TallyOf {
    pub service: ServiceId,
    pub place: Option<String>,
    pub from_on: Date,
    pub to_on: Date,
}

/// A day of a place, as `capability::booking::figures` takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    pub place: String,
    pub on: Date,
    /// Units of all its pools, but only of one pool of each claim.
    pub capacity: u64,
    /// Units by the state of their bookings; states without any are left out.
    pub counts: Vec<(State, u64)>,
}

impl City {
    /// Holds whose deadline has passed, the longest overdue first. Whoever expires one asks the provider first.
    pub async fn holds_to_expire(&self, now: Timestamp, limit: u32) -> Result<Vec<Id>> {
        self.read(&DUE_HELD, values![now, limit]).await?.iter().map(|row| row.id(0)).collect()
    }

    /// Bookings whose people did not come in time.
    pub async fn to_miss(&self, now: Timestamp, limit: u32) -> Result<Vec<Id>> {
        self.read(&DUE_MISSED, values![now, limit]).await?.iter().map(|row| row.id(0)).collect()
    }

    /// Bookings whose people came, and whose time is over.
    pub async fn to_finish(&self, now: Timestamp, limit: u32) -> Result<Vec<Id>> {
        self.read(&DUE_OVER, values![now, limit]).await?.iter().map(|row| row.id(0)).collect()
    }

    /// When the next hold runs out or the next unit comes back, so that a job knows how long it may sleep.
    pub async fn next_booking_due(&self) -> Result<Option<Timestamp>> {
        self.read_one(&DUE_NEXT, values![]).await?.map_or(Ok(None), |row| row.maybe(0, Row::timestamp))
    }

    /// Puts given-up units whose time has come back into their pools, and says into which, each once.
    pub async fn return_units(&self, now: Timestamp, limit: u32) -> Result<Vec<i64>> {
        let back = self
            .write((now, limit), |(now, limit), tx| {
                Box::pin(async move {
                    let rows = tx.many(&DUE_BACK, values![*now, *limit]).await?;
                    let mut bookings = Vec::with_capacity(rows.len());
                    for row in &rows {
                        bookings.push((row.int(0)?, parts(row, 1)?));
                    }
                    let back = give_back(tx, &bookings).await?;
                    let seqs: Vec<_> = bookings.iter().map(|(seq, _)| values![*seq].to_vec()).collect();
                    tx.batch(&DUE_BACK_NOW, &seqs).await?;
                    Ok(back)
                })
            })
            .await?;
        for (pool, turn, taken) in &back {
            self.stock.given_back(*pool, *turn, taken);
        }
        Ok(back.into_iter().map(|(pool, ..)| pool).collect())
    }

    /// How days stand, by place and day. Days with neither pools nor bookings are left out.
    pub async fn tallies(&self, of: TallyOf) -> Result<Vec<Tally>> {
        let place = of.place.as_deref().unwrap_or_default();
        let values = values![of.service.as_str(), place, of.from_on, of.to_on];
        let mut days = std::collections::BTreeMap::new();
        let new = |(place, on): (String, Date)| Tally { place, on, capacity: 0, counts: Vec::new() };
        for row in self.read(&TALLY_CAPACITY, values).await? {
            let key = (row.text(0)?, row.date(1)?);
            days.entry(key.clone()).or_insert_with(|| new(key)).capacity = row.count(2)?;
        }
        for row in self.read(&TALLY_OF_SERVICE, values).await? {
            let (key, units) = ((row.text(0)?, row.date(1)?), row.count(3)?);
            if units > 0 {
                let counts = &mut days.entry(key.clone()).or_insert_with(|| new(key)).counts;
                counts.push((row.word(2, State::parse)?, units));
            }
        }
        Ok(days.into_values().collect())
    }

    /// The latest time that was kept here, for `capability::booking::steady` to start from.
    pub async fn highest_time(&self) -> Result<Timestamp> {
        self.read_one(&STEADY_HIGHEST, values![]).await?.map_or(Ok(Timestamp(0)), |row| row.timestamp(0))
    }

    /// Keeps the latest time that was told. An earlier one changes nothing.
    pub async fn keep_time(&self, highest: Timestamp) -> Result<()> {
        self.execute(&STEADY_KEEP, values![highest]).await.map(drop)
    }
}
