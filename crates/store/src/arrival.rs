//! Who is here and waits to be called, and where to. What a hall shows is kept beside the booking and not in it: a number
//! and a masked name, so that a screen that is drawn every few seconds opens nothing that is anybody's.
//!
//! Whether they still wait is the booking's state alone: a sitting that is called off empties its queue by itself.

use kernel::{Date, Id, ServiceId, Timestamp};

use crate::{City, Result, Row, Value, statement::statement, value::values};

statement! {
    ARRIVAL_ADD = "INSERT INTO arrival (booking, service, place, section, resource, day, number, call_no, name, starts_at, arrived_at,
            called_to, called_at, times, passed_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, '', NULL, 0, NULL) ON CONFLICT (booking) DO NOTHING";
    ARRIVAL_LIST = "SELECT a.booking, a.section, a.resource, a.number, a.call_no, a.name, a.starts_at, a.arrived_at, a.called_to,
            a.called_at, a.times, a.passed_at
        FROM arrival a JOIN booking b ON b.id = a.booking
        WHERE a.service = ?1 AND a.place = ?2 AND a.day = ?3 AND (?4 = '' OR a.section = ?4) AND (?5 = '' OR a.resource = ?5)
            AND b.state = 'checked_in'
        ORDER BY coalesce(a.passed_at, 0), a.starts_at, coalesce(a.call_no, 0), a.arrived_at";
    ARRIVAL_NEXT = "SELECT a.booking
        FROM arrival a JOIN booking b ON b.id = a.booking
        WHERE a.service = ?1 AND a.place = ?2 AND a.day = ?3 AND (?4 = '' OR a.section = ?4) AND (?5 = '' OR a.resource = ?5)
            AND b.state = 'checked_in' AND a.called_at IS NULL
        ORDER BY coalesce(a.passed_at, 0), a.starts_at, coalesce(a.call_no, 0), a.arrived_at LIMIT 1";
    ARRIVAL_CALL = "UPDATE arrival SET called_to = ?2, called_at = ?3, times = 1, passed_at = NULL WHERE booking = ?1 AND called_at IS NULL";
    ARRIVAL_AGAIN = "UPDATE arrival SET called_to = ?2, called_at = ?3, times = times + 1 WHERE booking = ?1 AND called_at IS NOT NULL";
    ARRIVAL_PASS = "UPDATE arrival SET called_to = '', called_at = NULL, passed_at = ?2 WHERE booking = ?1 AND called_at IS NOT NULL";
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewArrival {
    pub booking: Id,
    pub at: ArrivalsOf,
    pub number: String,
    /// The number that is called, where units have one.
    pub call_no: Option<u32>,
    /// Masked already.
    pub name: String,
    pub starts_at: Timestamp,
    pub arrived_at: Timestamp,
}

/// Of which queue: a place's on a day, or that of one section or resource of it. Empty is all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArrivalsOf {
    pub service: ServiceId,
    pub place: String,
    pub section: String,
    pub resource: String,
    pub on: Date,
}

impl ArrivalsOf {
    fn values(&self) -> [Value; 5] {
        [
            self.service.as_str().into(),
            self.place.as_str().into(),
            self.on.into(),
            self.section.as_str().into(),
            self.resource.as_str().into(),
        ]
    }
}

/// Somebody who is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    pub booking: Id,
    pub section: String,
    pub resource: String,
    pub number: String,
    pub call_no: Option<u32>,
    pub name: String,
    pub starts_at: Timestamp,
    pub arrived_at: Timestamp,
    /// The window or room; empty while nobody has called them.
    pub called_to: String,
    pub called_at: Option<Timestamp>,
    pub times: u32,
    /// They were called and did not come: others go first.
    pub passed_at: Option<Timestamp>,
}

impl Arrival {
    fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            booking: row.id(0)?,
            section: row.text(1)?,
            resource: row.text(2)?,
            number: row.text(3)?,
            call_no: row.maybe(4, Row::small)?,
            name: row.text(5)?,
            starts_at: row.timestamp(6)?,
            arrived_at: row.timestamp(7)?,
            called_to: row.text(8)?,
            called_at: row.maybe(9, Row::timestamp)?,
            times: row.small(10)?,
            passed_at: row.maybe(11, Row::timestamp)?,
        })
    }
}

impl City {
    /// Puts somebody who was checked in into the queue. A repeat changes nothing.
    pub async fn arrive(&self, new: NewArrival) -> Result<()> {
        self.write(new, |new, tx| {
            Box::pin(async move {
                let [service, place, on, section, resource] = new.at.values();
                let row = [
                    new.booking.into(),
                    service,
                    place,
                    section,
                    resource,
                    on,
                    new.number.as_str().into(),
                    new.call_no.into(),
                    new.name.as_str().into(),
                    new.starts_at.into(),
                    new.arrived_at.into(),
                ];
                tx.execute(&ARRIVAL_ADD, &row).await.map(drop)
            })
        })
        .await
    }

    /// Who is here, in the order in which they are called; those who were called are among them.
    pub async fn arrivals(&self, of: &ArrivalsOf) -> Result<Vec<Arrival>> {
        self.read(&ARRIVAL_LIST, &of.values()).await?.iter().map(Arrival::read).collect()
    }

    /// Calls the next one to a window: the lowest number among those who wait; whoever was passed over comes last. `None`:
    /// nobody waits. Two windows never call the same person.
    pub async fn call_next(&self, of: ArrivalsOf, called_to: &str, at: Timestamp) -> Result<Option<Id>> {
        self.write((of, called_to.to_owned(), at), |(of, called_to, at), tx| {
            Box::pin(async move {
                loop {
                    let Some(row) = tx.one(&ARRIVAL_NEXT, &of.values()).await? else { return Ok(None) };
                    let next = row.id(0)?;
                    // Another process may have called them since; then it is the one after.
                    if tx.execute(&ARRIVAL_CALL, values![next, &*called_to, *at]).await? > 0 {
                        return Ok(Some(next));
                    }
                }
            })
        })
        .await
    }

    /// Calls somebody once more. False when they are not called just now.
    pub async fn call_again(&self, booking: Id, called_to: &str, at: Timestamp) -> Result<bool> {
        Ok(self.execute(&ARRIVAL_AGAIN, values![booking, called_to, at]).await? > 0)
    }

    /// They were called and did not come. False when they are not called just now.
    pub async fn pass_over(&self, booking: Id, at: Timestamp) -> Result<bool> {
        Ok(self.execute(&ARRIVAL_PASS, values![booking, at]).await? > 0)
    }
}
