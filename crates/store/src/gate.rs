//! Entries at a gate, each under the key that the gate drew for it, and how many have left.
//!
//! Whether a booking is used is the booking's state. What is kept here tells a gate that reports again, because the answer
//! was lost, from somebody who comes with the same voucher a second time.

use kernel::{Date, Id, ServiceId, Timestamp};

use crate::{City, Result, Row, statement::statement, value::values};

statement! {
    GATE_ENTER = "INSERT INTO gate_entry (booking, key, at) VALUES (?1, ?2, ?3) ON CONFLICT (booking) DO NOTHING";
    GATE_FIND = "SELECT key, at FROM gate_entry WHERE booking = ?1";
    GATE_SET = "UPDATE gate_entry SET key = ?2, at = ?3 WHERE booking = ?1";
    GATE_DROP = "DELETE FROM gate_entry WHERE booking = ?1 AND key = ?2";
    GATE_LEFT_ADD = "INSERT INTO gate_left (service, place, day, people) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (service, place, day) DO UPDATE SET people = gate_left.people + excluded.people";
    GATE_LEFT = "SELECT people FROM gate_left WHERE service = ?1 AND place = ?2 AND day = ?3";
    GATE_GONE = "SELECT b.seq
        FROM pool s JOIN booking_pool p ON p.pool = s.number JOIN booking b ON b.seq = p.booking
        WHERE s.service = ?1 AND s.place = ?2 AND s.day = ?3 AND p.part = 0 AND b.changed_at >= ?4
            AND b.state NOT IN ('held', 'booked', 'paid') ORDER BY b.changed_at, b.seq LIMIT ?5";
}

/// What is known of the entry with a booking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateEntry {
    pub key: String,
    pub at: Timestamp,
    /// It was written just now.
    pub new: bool,
}

impl City {
    /// Writes down that somebody is about to go in with a booking, unless somebody did; says what is written.
    pub async fn gate_entry(&self, booking: Id, key: &str, at: Timestamp) -> Result<GateEntry> {
        self.write((booking, key.to_owned(), at), |(booking, key, at), tx| {
            Box::pin(async move {
                if tx.execute(&GATE_ENTER, values![*booking, &*key, *at]).await? > 0 {
                    return Ok(GateEntry { key: key.clone(), at: *at, new: true });
                }
                let row = tx.one(&GATE_FIND, values![*booking]).await?.ok_or(crate::Error::Missing("gate_entry"))?;
                Ok(GateEntry { key: row.text(0)?, at: row.timestamp(1)?, new: false })
            })
        })
        .await
    }

    /// The entry is this one's after all: the one before it never went in.
    pub async fn set_gate_entry(&self, booking: Id, key: &str, at: Timestamp) -> Result<()> {
        self.execute(&GATE_SET, values![booking, key, at]).await.map(drop)
    }

    /// They did not go in.
    pub async fn drop_gate_entry(&self, booking: Id, key: &str) -> Result<()> {
        self.execute(&GATE_DROP, values![booking, key]).await.map(drop)
    }

    /// So many more people have left a place.
    pub async fn gate_left(&self, service: &ServiceId, place: &str, on: Date, people: u32) -> Result<()> {
        self.execute(&GATE_LEFT_ADD, values![service.as_str(), place, on, people]).await.map(drop)
    }

    /// How many have left on a day.
    pub async fn left_of(&self, service: &ServiceId, place: &str, on: Date) -> Result<u64> {
        let row = self.read_one(&GATE_LEFT, values![service.as_str(), place, on]).await?;
        row.map_or(Ok(0), |row| row.count(0))
    }

    /// Numbers with which nobody gets in any more, changed since an instant: used, given up, called off.
    pub async fn gone_of(
        &self,
        service: &ServiceId,
        place: &str,
        on: Date,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<String>> {
        let values = values![service.as_str(), place, on, since, limit];
        self.read(&GATE_GONE, values).await?.iter().map(|row: &Row| Ok(self.numbering.number(row.int(0)?))).collect()
    }
}
