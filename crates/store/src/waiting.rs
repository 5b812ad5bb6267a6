//! The waiting list of a pool: who would have what comes back. Who is offered it is decided in `capability`; an offer is a
//! claim like any other, and leaves the list in its commit.

use capability::booking::waiting::Waiting;
use kernel::{AccountId, Id, Index, Sealed, Timestamp};

use crate::{City, Result, Row, statement::statement, value::values};

statement! {
    WAITING_SAME = "SELECT id FROM waiting WHERE pool = ?1 AND person = ?2";
    WAITING_JOIN = "INSERT INTO waiting (id, pool, account, person, units, lot, detail, joined_at, until_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    WAITING_LEAVE = "DELETE FROM waiting WHERE id = ?2 AND account = ?1";
    pub(crate) WAITING_DROP = "DELETE FROM waiting WHERE id = ?1";
    WAITING_OF_POOL = "SELECT id, pool, account, person, units, lot, detail, joined_at, until_at FROM waiting WHERE pool = ?1";
    WAITING_OF_ACCOUNT = "SELECT id, pool, account, person, units, lot, detail, joined_at, until_at FROM waiting WHERE account = ?1";
    WAITING_POOLS = "SELECT pool FROM waiting WHERE until_at > ?1 ORDER BY until_at LIMIT 4096";
    WAITING_OVER = "DELETE FROM waiting WHERE until_at <= ?1";
}

#[derive(Clone, Debug)]
pub struct JoinWaiting {
    pub id: Id,
    pub pool: i64,
    pub account: AccountId,
    /// For whom: nobody waits twice for one thing.
    pub person: Index,
    pub units: u32,
    /// The place in the draw, for those who took part.
    pub lot: Option<u32>,
    /// What the offer needs: the form as it was filled in.
    pub detail: Sealed,
    pub at: Timestamp,
    /// After which nobody could use it any more.
    pub until_at: Timestamp,
}

/// Somebody who waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingEntry {
    pub pool: i64,
    pub account: Option<AccountId>,
    pub person: Index,
    /// As `capability::booking::waiting` takes it.
    pub waiting: Waiting,
    pub detail: Sealed,
    pub until_at: Timestamp,
}

impl WaitingEntry {
    fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            pool: row.int(1)?,
            account: row.maybe(2, Row::id)?,
            person: row.index(3)?,
            waiting: Waiting {
                claim: row.id(0)?,
                lot: row.maybe(5, Row::small)?,
                joined_at: row.timestamp(7)?,
                units: row.small(4)?,
            },
            detail: row.sealed(6)?,
            until_at: row.timestamp(8)?,
        })
    }
}

impl City {
    /// Puts somebody on the list. Whoever is on it already keeps their place, which is named.
    pub async fn join_waiting(&self, join: JoinWaiting) -> Result<Id> {
        self.write(join, |join, tx| {
            Box::pin(async move {
                if let Some(row) = tx.one(&WAITING_SAME, values![join.pool, &join.person]).await? {
                    return row.id(0);
                }
                let values = values![
                    join.id,
                    join.pool,
                    join.account,
                    &join.person,
                    join.units,
                    join.lot,
                    &join.detail,
                    join.at,
                    join.until_at
                ];
                tx.execute(&WAITING_JOIN, values).await?;
                Ok(join.id)
            })
        })
        .await
    }

    /// Somebody does not wait any more. False when the account does not wait there.
    pub async fn leave_waiting(&self, account: AccountId, id: Id) -> Result<bool> {
        Ok(self.execute(&WAITING_LEAVE, values![account, id]).await? == 1)
    }

    /// Takes a place off the list: its offer was let pass, or cannot be made.
    pub async fn drop_waiting(&self, id: Id) -> Result<bool> {
        Ok(self.execute(&WAITING_DROP, values![id]).await? == 1)
    }

    /// Who waits for these pools, in no order: `capability::booking::waiting` has it.
    pub async fn waiting_of(&self, pools: &[i64]) -> Result<Vec<WaitingEntry>> {
        let mut list = Vec::new();
        for pool in pools {
            for row in self.read(&WAITING_OF_POOL, values![*pool]).await? {
                list.push(WaitingEntry::read(&row)?);
            }
        }
        Ok(list)
    }

    pub async fn waiting_of_account(&self, account: AccountId) -> Result<Vec<WaitingEntry>> {
        self.read(&WAITING_OF_ACCOUNT, values![account]).await?.iter().map(WaitingEntry::read).collect()
    }

    /// Pools for which somebody waits, each once. Lists are short, and most pools have none.
    pub async fn pools_with_waiting(&self, now: Timestamp) -> Result<Vec<i64>> {
        let rows = self.read(&WAITING_POOLS, values![now]).await?;
        let mut pools: Vec<i64> = rows.iter().map(|row| row.int(0)).collect::<Result<_>>()?;
        pools.sort_unstable();
        pools.dedup();
        Ok(pools)
    }

    /// Forgets who waits for what is over. Says how many.
    pub async fn purge_waiting(&self, now: Timestamp) -> Result<u64> {
        self.execute(&WAITING_OVER, values![now]).await
    }
}
