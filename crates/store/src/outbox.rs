//! What must happen outside the store: a row that is written in the commit of its cause and goes when the other side
//! has said yes.
//!
//! Delivery is at least once, with the message's key, so that the other side can tell a repeat. A claim is a lease: who
//! claims and dies leaves the message to the next one when the lease is over.

use kernel::{Id, Sealed, Timestamp};

use crate::{
    Cell, Result, Row, Tx, Value,
    statement::statement,
    value::{row, values},
};

statement! {
    pub(crate) OUTBOX_POST = "INSERT INTO outbox (key, kind, payload, sealed, due_at, attempts) VALUES (?1, ?2, ?3, ?4, ?5, 0)
        ON CONFLICT (key) DO NOTHING",
        set "INSERT INTO outbox (key, kind, payload, sealed, due_at, attempts)
        SELECT q.*, 0 FROM unnest(?1::bytea[], ?2::text[], ?3::bytea[], ?4::bigint[], ?5::bigint[]) AS q ON CONFLICT (key) DO NOTHING";
    OUTBOX_CLAIM = "UPDATE outbox SET due_at = ?1, attempts = attempts + 1
        WHERE key IN (SELECT key FROM outbox WHERE due_at <= ?2 ORDER BY due_at LIMIT ?3)
        RETURNING key, kind, payload, sealed, attempts";
    OUTBOX_DELIVER = "DELETE FROM outbox WHERE key = ?1";
    OUTBOX_POSTPONE = "UPDATE outbox SET due_at = ?2, cause = ?3 WHERE key = ?1";
    OUTBOX_HURRY = "UPDATE outbox SET due_at = ?2 WHERE key = ?1 AND due_at > ?2";
    OUTBOX_NEXT = "SELECT min(due_at) FROM outbox";
    OUTBOX_STUCK = "SELECT key, kind, due_at, attempts, cause FROM outbox WHERE attempts >= ?1 ORDER BY attempts DESC, key LIMIT ?2";
    OUTBOX_DEPTH = "SELECT count(*) FROM outbox";
}

/// What a message carries. Whatever names a person is sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    Sealed(Sealed),
    Plain(Vec<u8>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Goes with every delivery, so that the other side counts it once.
    pub key: Id,
    pub kind: &'static str,
    pub payload: Payload,
    pub due_at: Timestamp,
}

/// A message that the caller holds until its lease is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxRow {
    pub key: Id,
    pub kind: String,
    pub payload: Payload,
    /// How often it was claimed, this time included.
    pub attempts: u32,
}

impl OutboxRow {
    fn read(row: &Row) -> Result<Self> {
        let bytes = row.blob(2)?;
        Ok(Self {
            key: row.id(0)?,
            kind: row.text(1)?,
            payload: if row.int(3)? == 1 { Payload::Sealed(Sealed(bytes)) } else { Payload::Plain(bytes) },
            attempts: u32::try_from(row.int(4)?).unwrap_or(u32::MAX),
        })
    }
}

/// A message that is tried again and again, as the operator sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StuckMessage {
    pub key: Id,
    pub kind: String,
    pub due_at: Timestamp,
    pub attempts: u32,
    /// Why it was postponed last.
    pub cause: Option<String>,
}

/// A message as it is kept.
pub(crate) fn row(message: &Message) -> Vec<Value> {
    let (sealed, bytes) = match &message.payload {
        Payload::Sealed(sealed) => (true, sealed.0.as_slice()),
        Payload::Plain(bytes) => (false, bytes.as_slice()),
    };
    row![message.key, message.kind, bytes, sealed, message.due_at]
}

/// Writes a message as part of the job that causes it.
pub(crate) async fn post(tx: &mut dyn Tx, message: &Message) -> Result<()> {
    tx.execute(&OUTBOX_POST, &row(message)).await?;
    Ok(())
}

/// Takes a delivered message away as part of the job that follows from its delivery.
pub(crate) async fn delivered(tx: &mut dyn Tx, key: Id) -> Result<()> {
    tx.execute(&OUTBOX_DELIVER, values![key]).await.map(drop)
}

impl Cell {
    /// Posts messages that have no other effect beside them.
    pub async fn post(&self, messages: Vec<Message>) -> Result<()> {
        self.write(messages, |messages, tx| {
            Box::pin(async move {
                for message in messages {
                    post(tx, message).await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// Leases up to `limit` messages that are due.
    pub async fn claim(&self, now: Timestamp, lease_s: u32, limit: u32) -> Result<Vec<OutboxRow>> {
        let values = vec![now.plus_s(lease_s.into()).into(), now.into(), limit.into()];
        let rows = self.write(values, |values, tx| tx.many(&OUTBOX_CLAIM, values)).await?;
        rows.iter().map(OutboxRow::read).collect()
    }

    /// The other side has said yes. False if somebody else delivered it meanwhile.
    pub async fn deliver(&self, key: Id) -> Result<bool> {
        Ok(self.execute(&OUTBOX_DELIVER, values![key]).await? == 1)
    }

    /// The other side did not: try again later. The cause is for the operator and never holds personal data.
    pub async fn postpone(&self, key: Id, due_at: Timestamp, cause: &str) -> Result<bool> {
        Ok(self.execute(&OUTBOX_POSTPONE, values![key, due_at, cause]).await? == 1)
    }

    /// Something was heard that makes a waiting message due now. False when it is due already, or delivered.
    pub async fn hurry(&self, key: Id, due_at: Timestamp) -> Result<bool> {
        Ok(self.execute(&OUTBOX_HURRY, values![key, due_at]).await? == 1)
    }

    /// When the next message is due, leased ones included, so that a runner knows how long it may sleep; `None` when there is
    /// none.
    pub async fn next_due(&self) -> Result<Option<Timestamp>> {
        self.read_one(&OUTBOX_NEXT, values![]).await?.map_or(Ok(None), |row| row.maybe(0, Row::timestamp))
    }

    /// Messages that were claimed so often, or more, with the last cause. For the operator: it reads all that wait.
    pub async fn stuck(&self, attempts: u32, limit: u32) -> Result<Vec<StuckMessage>> {
        let rows = self.read(&OUTBOX_STUCK, values![attempts, limit]).await?;
        let read = |row: &Row| {
            Ok(StuckMessage {
                key: row.id(0)?,
                kind: row.text(1)?,
                due_at: row.timestamp(2)?,
                attempts: u32::try_from(row.int(3)?).unwrap_or(u32::MAX),
                cause: row.maybe(4, Row::text)?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// How many messages are not delivered yet. For the operator's gauges: it counts rows.
    pub async fn outbox_depth(&self) -> Result<u64> {
        self.read_one(&OUTBOX_DEPTH, values![]).await?.map_or(Ok(0), |row| row.count(0))
    }
}
