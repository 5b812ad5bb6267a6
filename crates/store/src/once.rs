//! Idempotency: a request that is sent twice has one effect and one answer.
//!
//! The outcome is stored in the commit of the effect. Refusals are outcomes too: whoever repeats the request is told the
//! same thing, even if it would be allowed by now.

use kernel::{AccountId, Timestamp};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{Cell, Error, Result, Tx, Value, statement::statement, value::values};

/// How long an outcome is kept.
pub const KEPT_MS: i64 = 7 * 24 * 3600 * 1000;

/// The longest key that is stored.
const KEY_BYTES_MAX: usize = 64;

statement! {
    pub(crate) ONCE_FIND = "SELECT request_hash, outcome FROM once WHERE actor = ?1 AND key = ?2",
        set "SELECT q.n, o.request_hash, o.outcome FROM unnest(?1::bytea[], ?2::text[]) WITH ORDINALITY AS q(actor, key, n)
        CROSS JOIN LATERAL (SELECT request_hash, outcome FROM once WHERE actor = q.actor AND key = q.key LIMIT 1) o";
    pub(crate) ONCE_KEEP = "INSERT INTO once (actor, key, request_hash, outcome, at) VALUES (?1, ?2, ?3, ?4, ?5)",
        set "INSERT INTO once (actor, key, request_hash, outcome, at)
        SELECT * FROM unnest(?1::bytea[], ?2::text[], ?3::bytea[], ?4::text[], ?5::bigint[])";
    ONCE_PURGE = "DELETE FROM once WHERE at < ?1";
}

/// What makes two requests the same request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once {
    pub actor: AccountId,
    /// Chosen by the caller, at most 64 bytes.
    pub key: String,
    /// A hash of everything in the request that matters.
    pub request_hash: [u8; 32],
}

/// The key was used before, for a different request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyReused;

/// A key that could not be kept is the caller's mistake.
pub(crate) fn check(once: &Once) -> Result<()> {
    match once.key.len() {
        1..=KEY_BYTES_MAX => Ok(()),
        _ => Err(Error::Corrupt("an idempotency key has 1 to 64 bytes".into())),
    }
}

/// What is kept of an outcome.
pub(crate) fn row<T, E>(once: &Once, outcome: &Result<T, E>, at: Timestamp) -> Result<Vec<Value>>
where
    T: Serialize,
    E: Serialize,
{
    let outcome = serde_json::to_string(outcome).map_err(|cause| Error::Corrupt(format!("outcome: {cause}")))?;
    Ok(values![once.actor, &once.key, &once.request_hash, &outcome, at].to_vec())
}

/// The outcome of the first request, if this is a repeat of it.
pub(crate) async fn recall<T, E>(tx: &mut dyn Tx, once: Option<&Once>) -> Result<Option<Result<T, E>>>
where
    T: DeserializeOwned,
    E: DeserializeOwned + From<KeyReused>,
{
    let Some(once) = once else { return Ok(None) };
    check(once)?;
    let Some(row) = tx.one(&ONCE_FIND, values![once.actor, &once.key]).await? else { return Ok(None) };
    if row.hash(0)? != once.request_hash {
        return Ok(Some(Err(KeyReused.into())));
    }
    serde_json::from_str(&row.text(1)?).map(Some).map_err(|cause| Error::Corrupt(format!("kept outcome: {cause}")))
}

/// Keeps the outcome beside its effect.
pub(crate) async fn remember<T, E>(
    tx: &mut dyn Tx,
    once: Option<&Once>,
    at: Timestamp,
    outcome: &Result<T, E>,
) -> Result<()>
where
    T: Serialize + Sync,
    E: Serialize + Sync,
{
    let Some(once) = once else { return Ok(()) };
    tx.execute(&ONCE_KEEP, &row(once, outcome, at)?).await?;
    Ok(())
}

impl Cell {
    /// Forgets outcomes older than [`KEPT_MS`].
    pub async fn purge_once(&self, now: Timestamp) -> Result<u64> {
        self.execute(&ONCE_PURGE, values![now.plus_ms(-KEPT_MS)]).await
    }
}
