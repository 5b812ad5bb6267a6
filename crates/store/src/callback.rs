//! The durable inbox of what payment providers send: acknowledged after this commit, applied later, known for ever.
//!
//! Only what was verified comes here. A provider sends the same thing many times and in any order; the hash of its own key of
//! it tells a repeat. A callback that cannot be applied yet, because its order is not there yet, waits and comes again.

use kernel::{ProviderId, Sealed, Timestamp};

use crate::{City, Error, Result, Row, Tx, statement::statement, value::values};

statement! {
    CALLBACK_RECEIVE = "INSERT INTO callback (provider, key_sha256, body, received_at, due_at, tries) VALUES (?1, ?2, ?3, ?4, ?4, 0)
        ON CONFLICT (provider, key_sha256) DO NOTHING";
    CALLBACK_CLAIM = "UPDATE callback SET due_at = ?1, tries = tries + 1
        WHERE (provider, key_sha256) IN (SELECT provider, key_sha256 FROM callback WHERE due_at <= ?2 ORDER BY due_at LIMIT ?3)
        RETURNING provider, key_sha256, body, received_at, tries";
    CALLBACK_POSTPONE = "UPDATE callback SET due_at = ?3 WHERE provider = ?1 AND key_sha256 = ?2 AND applied_at IS NULL";
    CALLBACK_APPLY = "UPDATE callback SET outcome = ?3, applied_at = ?4, due_at = NULL
        WHERE provider = ?1 AND key_sha256 = ?2 AND applied_at IS NULL";
    CALLBACK_NEXT = "SELECT min(due_at) FROM callback WHERE due_at IS NOT NULL";
}

/// A callback that the caller holds until its lease is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingCallback {
    pub provider: ProviderId,
    /// Of the provider's own key of it.
    pub key_sha256: [u8; 32],
    pub body: Sealed,
    pub received_at: Timestamp,
    /// How often it was tried, this time included.
    pub tries: u32,
}

/// What a callback came to, for [`Advance`](crate::Advance) or on its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallbackApplied {
    pub provider: ProviderId,
    pub key_sha256: [u8; 32],
    /// A word for the operator: `paid`, `surplus`, `repeat`, `wrong amount`.
    pub outcome: String,
}

/// Marks it as applied, as part of the advance that it caused. Twice is a mistake of the caller's: the version says that the
/// facts were the ones that the first had left.
pub(crate) async fn apply(tx: &mut dyn Tx, applied: &CallbackApplied, at: Timestamp) -> Result<()> {
    let CallbackApplied { provider, key_sha256, outcome } = applied;
    match tx.execute(&CALLBACK_APPLY, values![provider.as_str(), key_sha256, outcome, at]).await? {
        1 => Ok(()),
        _ => Err(Error::Missing("callback that waits")),
    }
}

impl City {
    /// Writes down what arrived. False when it was here before; it is acknowledged all the same.
    pub async fn receive(
        &self,
        provider: &ProviderId,
        key_sha256: &[u8; 32],
        body: &Sealed,
        at: Timestamp,
    ) -> Result<bool> {
        Ok(self.execute(&CALLBACK_RECEIVE, values![provider.as_str(), key_sha256, body, at]).await? == 1)
    }

    /// Leases up to `limit` callbacks that are not applied yet.
    pub async fn pending_callbacks(&self, now: Timestamp, lease_s: u32, limit: u32) -> Result<Vec<PendingCallback>> {
        let values = vec![now.plus_s(lease_s.into()).into(), now.into(), limit.into()];
        let rows = self.write(values, |values, tx| tx.many(&CALLBACK_CLAIM, values)).await?;
        let read = |row: &Row| {
            Ok(PendingCallback {
                provider: row.word(0, ProviderId::parse)?,
                key_sha256: row.hash(1)?,
                body: row.sealed(2)?,
                received_at: row.timestamp(3)?,
                tries: u32::try_from(row.int(4)?).unwrap_or(u32::MAX),
            })
        };
        rows.iter().map(read).collect()
    }

    /// It cannot be applied yet. False when it was applied meanwhile.
    pub async fn postpone_callback(
        &self,
        provider: &ProviderId,
        key_sha256: &[u8; 32],
        due_at: Timestamp,
    ) -> Result<bool> {
        Ok(self.execute(&CALLBACK_POSTPONE, values![provider.as_str(), key_sha256, due_at]).await? == 1)
    }

    /// It needs no advance: a repeat of what is known. False when it was applied meanwhile.
    pub async fn mark_applied(&self, applied: CallbackApplied, at: Timestamp) -> Result<bool> {
        let CallbackApplied { provider, key_sha256, outcome } = &applied;
        Ok(self.execute(&CALLBACK_APPLY, values![provider.as_str(), key_sha256, outcome, at]).await? == 1)
    }

    /// When the next callback is due, if one waits.
    pub async fn next_callback_due(&self) -> Result<Option<Timestamp>> {
        self.read_one(&CALLBACK_NEXT, values![]).await?.map_or(Ok(None), |row| row.maybe(0, Row::timestamp))
    }
}
