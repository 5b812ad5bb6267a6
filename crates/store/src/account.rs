//! Accounts: a phone, later a verified person, and how they like their pages.

use kernel::{Access, AccountId, Index, Receipt, Sealed, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    Error, KeyReused, Once, Platform, Result,
    access::{receipt, record},
    once::{recall, remember},
    statement::statement,
    value::values,
};

statement! {
    ACCOUNT_BY_PHONE = "SELECT id FROM account WHERE phone_index = ?1";
    ACCOUNT_BY_PERSON = "SELECT id FROM account WHERE person_index = ?1";
    ACCOUNT_CREATE = "INSERT INTO account (id, phone_index, phone, created_at) VALUES (?1, ?2, ?3, ?4)";
    ACCOUNT_VERIFIED_AT = "SELECT verified_at FROM account WHERE id = ?1";
    ACCOUNT_VERIFY = "UPDATE account
        SET person_index = ?2, name = ?3, resident_id = ?4, born_on = ?5, verified_at = ?6 WHERE id = ?1";
    ACCOUNT_PREFER = "UPDATE account SET lang = ?2, size = ?3, theme = ?4 WHERE id = ?1";
    ACCOUNT_PROFILE = "SELECT id, phone, name, resident_id, born_on, verified_at, created_at
        FROM account WHERE id = ?1";
    ACCOUNT_DELETE_CODE = "DELETE FROM code WHERE phone_index = (SELECT phone_index FROM account WHERE id = ?1)";
    ACCOUNT_DELETE_SENT = "DELETE FROM code_sent WHERE phone_index = (SELECT phone_index FROM account WHERE id = ?1)";
    ACCOUNT_DELETE_SESSIONS = "DELETE FROM session WHERE account = ?1";
    ACCOUNT_DELETE_CONSENTS_FROM = "DELETE FROM consent WHERE from_account = ?1";
    ACCOUNT_DELETE_CONSENTS_TO = "DELETE FROM consent WHERE to_account = ?1";
    ACCOUNT_DELETE_ONCE = "DELETE FROM once WHERE actor = ?1";
    ACCOUNT_DELETE = "DELETE FROM account WHERE id = ?1";
}

/// How the citizen likes their pages; `None` is "as the device says".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preferences {
    pub lang: Option<String>,
    pub size: Option<String>,
    pub theme: Option<String>,
}

/// What the register said about the person behind an account.
#[derive(Clone, Debug)]
pub struct SetRealName {
    pub account: AccountId,
    /// Of the resident ID: one person has one account.
    pub person: Index,
    pub name: Sealed,
    pub resident_id: Sealed,
    pub born_on: Option<Sealed>,
    pub at: Timestamp,
    pub once: Option<Once>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RealNameRefused {
    /// Another account belongs to this person.
    PersonHasAccount,
    /// This account belongs to a person already.
    AlreadyVerified,
    KeyReused,
}

impl From<KeyReused> for RealNameRefused {
    fn from(_: KeyReused) -> Self {
        Self::KeyReused
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    pub account: AccountId,
    pub phone: Sealed,
    pub name: Option<Sealed>,
    pub resident_id: Option<Sealed>,
    pub born_on: Option<Sealed>,
    pub verified_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

impl Platform {
    /// False when there is no such account.
    pub async fn set_preferences(&self, account: AccountId, preferences: Preferences) -> Result<bool> {
        let Preferences { lang, size, theme } = &preferences;
        let values = values![account, lang.as_ref(), size.as_ref(), theme.as_ref()];
        Ok(self.execute(&ACCOUNT_PREFER, values).await? == 1)
    }

    pub async fn set_real_name(&self, real: SetRealName) -> Result<Result<(), RealNameRefused>> {
        self.write(real, |real, tx| {
            Box::pin(async move {
                if let Some(outcome) = recall(tx, real.once.as_ref()).await? {
                    return Ok(outcome);
                }
                let account = tx.one(&ACCOUNT_VERIFIED_AT, values![real.account]).await?;
                let verified_at = account.ok_or(Error::Missing("account"))?.maybe(0, crate::Row::timestamp)?;
                let outcome = if verified_at.is_some() {
                    Err(RealNameRefused::AlreadyVerified)
                } else if tx.one(&ACCOUNT_BY_PERSON, values![&real.person]).await?.is_some() {
                    Err(RealNameRefused::PersonHasAccount)
                } else {
                    let person = values![
                        real.account,
                        &real.person,
                        &real.name,
                        &real.resident_id,
                        real.born_on.as_ref(),
                        real.at
                    ];
                    tx.execute(&ACCOUNT_VERIFY, person).await?;
                    Ok(())
                };
                remember(tx, real.once.as_ref(), real.at, &outcome).await?;
                Ok(outcome)
            })
        })
        .await
    }

    pub async fn account_by_person(&self, person: &Index) -> Result<Option<AccountId>> {
        self.read_one(&ACCOUNT_BY_PERSON, values![person]).await?.map(|row| row.id(0)).transpose()
    }

    pub async fn account_by_phone(&self, phone: &Index) -> Result<Option<AccountId>> {
        self.read_one(&ACCOUNT_BY_PHONE, values![phone]).await?.map(|row| row.id(0)).transpose()
    }

    /// The only way to a profile: the one of the access's subject, with the entry in the same commit.
    pub async fn open_profile(&self, access: Access) -> Result<Option<(Profile, Receipt)>> {
        let at = access.at;
        let profile = self
            .write(self.entry(access), |entry, tx| {
                Box::pin(async move {
                    let Some(row) = tx.one(&ACCOUNT_PROFILE, values![entry.access.subject]).await? else {
                        return Ok(None);
                    };
                    record(tx, std::slice::from_ref(entry)).await?;
                    Ok(Some(Profile {
                        account: row.id(0)?,
                        phone: row.sealed(1)?,
                        name: row.maybe(2, crate::Row::sealed)?,
                        resident_id: row.maybe(3, crate::Row::sealed)?,
                        born_on: row.maybe(4, crate::Row::sealed)?,
                        verified_at: row.maybe(5, crate::Row::timestamp)?,
                        created_at: row.timestamp(6)?,
                    }))
                })
            })
            .await?;
        Ok(profile.map(|profile| (profile, receipt(at))))
    }

    /// Everything personal goes: the profile, codes, sessions, consents either way and kept outcomes. Access entries
    /// stay, and point to nobody. The cities forget their part with `City::forget`.
    pub async fn delete_account(&self, account: AccountId) -> Result<bool> {
        self.write(account, |&account, tx| {
            Box::pin(async move {
                for statement in [
                    &ACCOUNT_DELETE_CODE,
                    &ACCOUNT_DELETE_SENT,
                    &ACCOUNT_DELETE_SESSIONS,
                    &ACCOUNT_DELETE_CONSENTS_FROM,
                    &ACCOUNT_DELETE_CONSENTS_TO,
                    &ACCOUNT_DELETE_ONCE,
                ] {
                    tx.execute(statement, values![account]).await?;
                }
                crate::companion::forget(tx, account).await?;
                Ok(tx.execute(&ACCOUNT_DELETE, values![account]).await? == 1)
            })
        })
        .await
    }
}

/// The account of a phone, made now if there is none. Says whether it was made.
pub(crate) async fn find_or_create(
    tx: &mut dyn crate::Tx,
    phone: &Index,
    phone_sealed: &Sealed,
    new_account: AccountId,
    at: Timestamp,
) -> Result<(AccountId, bool)> {
    if let Some(row) = tx.one(&ACCOUNT_BY_PHONE, values![phone]).await? {
        return Ok((row.id(0)?, false));
    }
    tx.execute(&ACCOUNT_CREATE, values![new_account, phone, phone_sealed, at]).await?;
    Ok((new_account, true))
}
