//! Companions: the persons for whom an account books. They belong to the account and so to the platform; a booking keeps
//! its own sealed copy, because what was booked does not change when a companion is removed.

use kernel::{Access, AccountId, Id, Index, Receipt, Sealed, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    KeyReused, Once, Platform, Result, Row, Tx,
    access::{receipt, record},
    once::{recall, remember},
    statement::statement,
    value::values,
};

statement! {
    COMPANION_COUNT = "SELECT count(*) FROM companion WHERE account = ?1";
    COMPANION_FIND = "SELECT id FROM companion WHERE account = ?1 AND person = ?2";
    COMPANION_ADD = "INSERT INTO companion (id, account, person, relation, face, added_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    COMPANION_REMOVE = "DELETE FROM companion WHERE account = ?1 AND id = ?2";
    COMPANION_FORGET = "DELETE FROM companion WHERE account = ?1";
    COMPANION_LIST = "SELECT c.id, c.person, c.relation, c.face, c.added_at, a.id FROM companion c
            LEFT JOIN account a ON a.person_index = c.person
        WHERE c.account = ?1 ORDER BY c.added_at, c.id";
}

#[derive(Clone, Debug)]
pub struct AddCompanion {
    pub id: Id,
    pub account: AccountId,
    /// Who they are: the index of the resident ID.
    pub person: Index,
    pub relation: String,
    /// Name and number.
    pub face: Sealed,
    pub at: Timestamp,
    /// An account has at most so many.
    pub max: u64,
    pub once: Option<Once>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CompanionRefused {
    /// Already there, under this id.
    Known(Id),
    Full,
    KeyReused,
}

impl From<KeyReused> for CompanionRefused {
    fn from(_: KeyReused) -> Self {
        Self::KeyReused
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Companion {
    pub id: Id,
    pub person: Index,
    pub relation: String,
    pub face: Sealed,
    pub added_at: Timestamp,
}

impl Companion {
    fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.id(0)?,
            person: Index(row.hash(1)?),
            relation: row.text(2)?,
            face: row.sealed(3)?,
            added_at: row.timestamp(4)?,
        })
    }
}

impl Platform {
    pub async fn add_companion(&self, add: AddCompanion) -> Result<Result<Id, CompanionRefused>> {
        self.write(add, |add, tx| {
            Box::pin(async move {
                if let Some(outcome) = recall(tx, add.once.as_ref()).await? {
                    return Ok(outcome);
                }
                let outcome = added(tx, add).await?;
                remember(tx, add.once.as_ref(), add.at, &outcome).await?;
                Ok(outcome)
            })
        })
        .await
    }

    /// The account's companions in the order in which they were added. Those who have an account themselves find the
    /// reading in their own log.
    pub async fn companions(&self, access: Access) -> Result<(Vec<Companion>, Receipt)> {
        let at = access.at;
        let list = self
            .write(self.entry(access), |entry, tx| {
                Box::pin(async move {
                    let rows = tx.many(&COMPANION_LIST, values![entry.access.subject]).await?;
                    let mut entries = vec![entry.clone()];
                    for (n, row) in (1..).zip(&rows) {
                        let own: Option<AccountId> = row.maybe(5, Row::id)?;
                        entries.extend(own.map(|account| entry.beside(n, account)));
                    }
                    record(tx, &entries).await?;
                    rows.iter().map(Companion::read).collect::<Result<Vec<_>>>()
                })
            })
            .await?;
        Ok((list, receipt(at)))
    }

    /// False when the account has no such companion.
    pub async fn remove_companion(&self, account: AccountId, id: Id) -> Result<bool> {
        Ok(self.execute(&COMPANION_REMOVE, values![account, id]).await? == 1)
    }
}

async fn added(tx: &mut dyn Tx, add: &AddCompanion) -> Result<Result<Id, CompanionRefused>> {
    if let Some(row) = tx.one(&COMPANION_FIND, values![add.account, &add.person]).await? {
        return Ok(Err(CompanionRefused::Known(row.id(0)?)));
    }
    let count = tx.one(&COMPANION_COUNT, values![add.account]).await?.map_or(Ok(0), |row| row.count(0))?;
    if count >= add.max {
        return Ok(Err(CompanionRefused::Full));
    }
    let values = values![add.id, add.account, &add.person, &add.relation, &add.face, add.at];
    tx.execute(&COMPANION_ADD, values).await?;
    Ok(Ok(add.id))
}

/// The companions' part of deleting an account.
pub(crate) async fn forget(tx: &mut dyn Tx, account: AccountId) -> Result<()> {
    tx.execute(&COMPANION_FORGET, values![account]).await.map(drop)
}
