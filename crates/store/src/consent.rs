//! Consents: one person lets another see a certain kind of thing of theirs, until they take it back.
//!
//! A consent is between persons, so it belongs to the platform. Which cards rest on it is the city's affair: whoever
//! revokes one also calls `City::unbind_by_consent`.

use kernel::{AccountId, Id, Sealed, Timestamp};

use crate::{
    KeyReused, Once, Platform, Result, Row,
    once::{recall, remember},
    statement::statement,
    value::values,
};

statement! {
    CONSENT_ASK = "INSERT INTO consent (id, from_account, to_account, kind, label, state, asked_at, expires_at)
        VALUES (?1, ?2, ?3, ?4, ?5, 'asked', ?6, ?7)";
    CONSENT_DECIDE = "UPDATE consent SET state = ?3, decided_at = ?4
        WHERE id = ?2 AND from_account = ?1 AND state = 'asked' AND expires_at > ?4";
    CONSENT_REVOKE = "UPDATE consent SET state = 'revoked', decided_at = ?3
        WHERE id = ?2 AND (from_account = ?1 OR to_account = ?1) AND state IN ('asked', 'granted')";
    CONSENT_LIST = "SELECT id, from_account, to_account, kind, label, state, asked_at, decided_at, expires_at FROM consent
        WHERE from_account = ?1 OR to_account = ?1 ORDER BY asked_at DESC, id";
    CONSENT_BY_ID = "SELECT id, from_account, to_account, kind, label, state, asked_at, decided_at, expires_at FROM consent
        WHERE id = ?1 AND state = 'granted' AND expires_at > ?2";
    CONSENT_BETWEEN = "SELECT id, from_account, to_account, kind, label, state, asked_at, decided_at, expires_at FROM consent
        WHERE from_account = ?1 AND to_account = ?2 AND kind = ?3 AND state = 'granted' AND expires_at > ?4
        ORDER BY expires_at DESC LIMIT 1";
}

#[derive(Clone, Debug)]
pub struct AskConsent {
    pub id: Id,
    /// Whose data it is.
    pub from: AccountId,
    /// Who wants to see it.
    pub to: AccountId,
    /// What it is about, in one word, for example the kind of card.
    pub kind: String,
    /// What the person who decides is shown.
    pub label: Sealed,
    pub at: Timestamp,
    pub expires_at: Timestamp,
    pub once: Option<Once>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConsentState {
    Asked,
    Granted,
    Refused,
    Revoked,
    /// Its time is over, whether it was granted or never decided.
    Expired,
}

impl ConsentState {
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Granted => "granted",
            Self::Refused => "refused",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
        }
    }

    /// The word of a stored state. `Expired` is never stored: it follows from the clock.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Asked, Self::Granted, Self::Refused, Self::Revoked].into_iter().find(|state| state.word() == word)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    pub id: Id,
    pub from: AccountId,
    pub to: AccountId,
    pub kind: String,
    pub label: Sealed,
    pub state: ConsentState,
    pub asked_at: Timestamp,
    pub decided_at: Option<Timestamp>,
    pub expires_at: Timestamp,
}

impl Consent {
    fn read(row: &Row, now: Timestamp) -> Result<Self> {
        let expires_at = row.timestamp(8)?;
        let state = match row.word(5, ConsentState::parse)? {
            ConsentState::Asked | ConsentState::Granted if expires_at <= now => ConsentState::Expired,
            state => state,
        };
        Ok(Self {
            id: row.id(0)?,
            from: row.id(1)?,
            to: row.id(2)?,
            kind: row.text(3)?,
            label: row.sealed(4)?,
            state,
            asked_at: row.timestamp(6)?,
            decided_at: row.maybe(7, Row::timestamp)?,
            expires_at,
        })
    }
}

/// Which consent is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConsentKey {
    Id(Id),
    Between { from: AccountId, to: AccountId, kind: String },
}

impl Platform {
    /// Asks; a repeat of the same request gives the id of the first.
    pub async fn ask_consent(&self, ask: AskConsent) -> Result<Result<Id, KeyReused>> {
        self.write(ask, |ask, tx| {
            Box::pin(async move {
                if let Some(outcome) = recall(tx, ask.once.as_ref()).await? {
                    return Ok(outcome);
                }
                let row = values![ask.id, ask.from, ask.to, &ask.kind, &ask.label, ask.at, ask.expires_at];
                tx.execute(&CONSENT_ASK, row).await?;
                let outcome = Ok(ask.id);
                remember(tx, ask.once.as_ref(), ask.at, &outcome).await?;
                Ok(outcome)
            })
        })
        .await
    }

    /// Only the person whose data it is decides, once, and while the question is open.
    pub async fn decide_consent(&self, account: AccountId, id: Id, granted: bool, at: Timestamp) -> Result<bool> {
        let state = if granted { ConsentState::Granted } else { ConsentState::Refused };
        Ok(self.execute(&CONSENT_DECIDE, values![account, id, state.word(), at]).await? == 1)
    }

    /// Either side ends it, before or after the decision.
    pub async fn revoke_consent(&self, account: AccountId, id: Id, at: Timestamp) -> Result<bool> {
        Ok(self.execute(&CONSENT_REVOKE, values![account, id, at]).await? == 1)
    }

    /// All consents that the account gave or was given, newest first, as they stand at `now`.
    pub async fn consents(&self, account: AccountId, now: Timestamp) -> Result<Vec<Consent>> {
        let rows = self.read(&CONSENT_LIST, values![account]).await?;
        rows.iter().map(|row| Consent::read(row, now)).collect()
    }

    /// The consent, if it was granted and is neither revoked nor over.
    pub async fn consent_in_force(&self, key: &ConsentKey, now: Timestamp) -> Result<Option<Consent>> {
        let row = match key {
            ConsentKey::Id(id) => self.read_one(&CONSENT_BY_ID, values![*id, now]).await?,
            ConsentKey::Between { from, to, kind } => {
                self.read_one(&CONSENT_BETWEEN, values![*from, *to, kind, now]).await?
            }
        };
        row.map(|row| Consent::read(&row, now)).transpose()
    }
}
