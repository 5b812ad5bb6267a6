//! The access log: who read whose data, written in the commit that the reading waits for.
//!
//! Only this crate issues receipts, and only after the commit, so that opening personal data without an entry is
//! impossible. Entries hold ids, never names. They are kept when an account is deleted: they point to nobody then, and
//! what was read stays on record.

use kernel::{Access, AccountId, Actor, Id, Receipt, ServiceId, Timestamp, access::Purpose};

use crate::{Cell, Error, Result, Row, Tx, Value, statement::statement, value::values};

statement! {
    ACCESS_RECORD = "INSERT INTO access (subject, at, id, actor_kind, actor, purpose, service, door)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    ACCESS_SEEN = "SELECT id FROM access WHERE subject = ?1 AND at >= ?2 AND at <= ?3 AND actor = ?4 AND door = ?5 AND service = ?6 LIMIT 1";
    ACCESS_LOG = "SELECT id, at, actor_kind, actor, purpose, service, door FROM access
        WHERE subject = ?1 AND (at, id) < (?2, ?3) ORDER BY at DESC, id DESC LIMIT ?4";
}

/// One reading, as its subject sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessEntry {
    pub id: Id,
    pub at: Timestamp,
    pub actor: Actor,
    pub purpose: Purpose,
    pub service: Option<ServiceId>,
    pub door: String,
}

impl AccessEntry {
    fn read(row: &Row) -> Result<Self> {
        let kind = row.text(2)?;
        let actor = match kind.as_str() {
            "citizen" => Actor::Citizen(row.id(3)?),
            "staff" => Actor::Staff(row.id(3)?),
            "platform" => Actor::Platform,
            other => return Err(Error::Corrupt(format!("an actor of kind {other}"))),
        };
        Ok(Self {
            id: row.id(0)?,
            at: row.timestamp(1)?,
            actor,
            purpose: row.word(4, Purpose::parse)?,
            service: row.maybe(5, |row, at| row.word(at, ServiceId::parse))?,
            door: row.text(6)?,
        })
    }
}

/// An entry with the id it will have, given before the job runs so that the job can run again.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) id: Id,
    pub(crate) access: Access,
}

impl Entry {
    /// The same reading, of somebody else's data too: the n-th entry beside this one.
    pub(crate) fn beside(&self, n: u128, subject: AccountId) -> Self {
        let id = Id(u128::from_be_bytes(self.id.0).wrapping_add(n).to_be_bytes());
        Self { id, access: Access { subject, ..self.access.clone() } }
    }

    pub(crate) fn with(self, purpose: Purpose) -> Self {
        Self { access: Access { purpose, ..self.access }, ..self }
    }

    fn values(&self) -> Vec<Value> {
        let access = &self.access;
        let (kind, actor) = match access.actor {
            Actor::Citizen(id) => ("citizen", Some(id)),
            Actor::Staff(id) => ("staff", Some(id)),
            Actor::Platform => ("platform", None),
        };
        values![
            access.subject,
            access.at,
            self.id,
            kind,
            actor,
            access.purpose.word(),
            access.service.as_ref().map(ServiceId::as_str),
            access.door
        ]
        .to_vec()
    }
}

/// Writes the entries as part of the job that reads the data.
pub(crate) async fn record(tx: &mut dyn Tx, entries: &[Entry]) -> Result<()> {
    let rows: Vec<Vec<Value>> = entries.iter().map(Entry::values).collect();
    tx.batch(&ACCESS_RECORD, &rows).await?;
    Ok(())
}

/// The same for a list that is looked at again and again: one entry for each person and day, whose door says that it may
/// have been more than once. Every reading is behind an entry of its day, in the commit that it waits for.
pub(crate) async fn record_daily(tx: &mut dyn Tx, entries: Vec<Entry>) -> Result<()> {
    let mut new = Vec::new();
    for entry in entries {
        let Access { at, actor, subject, service, door, .. } = &entry.access;
        let known = match actor {
            Actor::Staff(actor) => {
                let midnight = Timestamp::from_civil(at.date().at(0, 0, 0, 0));
                let of = values![*subject, midnight, *at, *actor, *door, service.as_ref().map(ServiceId::as_str)];
                tx.one(&ACCESS_SEEN, of).await?.is_some()
            }
            _ => false,
        };
        if !known {
            new.push(entry);
        }
    }
    record(tx, &new).await
}

/// Called after the commit of the entries, and only then.
pub(crate) const fn receipt(at: Timestamp) -> Receipt {
    Receipt::issued_after_commit(at)
}

impl Cell {
    pub(crate) fn entry(&self, access: Access) -> Entry {
        Entry { id: self.random_id(), access }
    }

    /// Writes readings of data that is not in this store, for example an answer on its way from a department.
    pub async fn record_access(&self, accesses: Vec<Access>) -> Result<Vec<Receipt>> {
        let receipts: Vec<Timestamp> = accesses.iter().map(|access| access.at).collect();
        let entries: Vec<Entry> = accesses.into_iter().map(|access| self.entry(access)).collect();
        self.write(entries, |entries, tx| Box::pin(async move { record(tx, entries).await })).await?;
        Ok(receipts.into_iter().map(receipt).collect())
    }

    /// Who read this person's data, newest first; `before` is the last entry of the page before.
    pub async fn access_log(
        &self,
        subject: AccountId,
        before: Option<(Timestamp, Id)>,
        limit: u32,
    ) -> Result<Vec<AccessEntry>> {
        let (at, id) = before.unwrap_or((Timestamp(i64::MAX), Id([0xff; 16])));
        let rows = self.read(&ACCESS_LOG, values![subject, at, id, limit]).await?;
        rows.iter().map(AccessEntry::read).collect()
    }
}
