//! Sessions: opaque, seen by their owner, ended one by one or all at once.
//!
//! Reading one is the hottest statement of the platform: one point read, with what every page needs to know about the
//! account beside it. A token is never here, only its hash.

use kernel::{AccountId, Id, Timestamp};

use crate::{
    Error, KeyReused, Once, Platform, Preferences, Result, Row, Tx,
    once::{recall, remember},
    statement::statement,
    value::values,
};

statement! {
    SESSION_START = "INSERT INTO session (id, account, token_hash, kind, label, created_at, last_seen_at, idle_ms, expires_at)
        SELECT ?1, id, ?3, ?4, ?5, ?6, ?6, ?7, ?8 FROM account WHERE id = ?2";
    SESSION_FIND = "SELECT s.id, s.account, s.kind, s.created_at, s.last_seen_at, a.verified_at, a.lang, a.size, a.theme,
            (SELECT count(*) FROM consent c
                WHERE c.from_account = s.account AND c.state = 'asked' AND c.expires_at > ?2)
        FROM session s JOIN account a ON a.id = s.account
        WHERE s.token_hash = ?1 AND s.expires_at > ?2 AND s.last_seen_at + s.idle_ms > ?2";
    SESSION_TOUCH = "UPDATE session SET last_seen_at = ?2
        WHERE id = ?1 AND last_seen_at < ?2 AND expires_at > ?2 AND last_seen_at + idle_ms > ?2";
    SESSION_ROTATE = "UPDATE session SET token_hash = ?2 WHERE id = ?1";
    SESSION_END = "DELETE FROM session WHERE id = ?2 AND account = ?1";
    SESSION_END_ALL = "DELETE FROM session WHERE account = ?1";
    SESSION_END_OTHERS = "DELETE FROM session WHERE account = ?1 AND id <> ?2";
    SESSION_LIST = "SELECT id, kind, label, created_at, last_seen_at FROM session
        WHERE account = ?1 AND expires_at > ?2 AND last_seen_at + idle_ms > ?2 ORDER BY last_seen_at DESC, id";
    SESSION_PURGE = "DELETE FROM session WHERE expires_at <= ?1";
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SessionKind {
    /// A browser, with a cookie.
    Web,
    /// A program, with a token that the citizen made for it.
    Token,
}

impl SessionKind {
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Token => "token",
        }
    }

    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Web, Self::Token].into_iter().find(|kind| kind.word() == word)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSession {
    pub id: Id,
    pub token_hash: [u8; 32],
    pub kind: SessionKind,
    /// What its owner will recognise it by, for example the browser.
    pub label: String,
    pub created_at: Timestamp,
    /// Ends when it was not seen for so long.
    pub idle_s: u32,
    /// Ends then, however busy.
    pub expires_at: Timestamp,
}

/// A live session with what every page needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub id: Id,
    pub account: AccountId,
    pub kind: SessionKind,
    /// The real-name check was passed.
    pub verified: bool,
    pub preferences: Preferences,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
    /// How many people wait for the citizen's consent.
    pub asked_consents: u64,
}

/// A session as its owner sees it in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionInfo {
    pub id: Id,
    pub kind: SessionKind,
    pub label: String,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
}

pub(crate) async fn start(tx: &mut dyn Tx, account: AccountId, session: &NewSession) -> Result<()> {
    let values = values![
        session.id,
        account,
        &session.token_hash,
        session.kind.word(),
        &session.label,
        session.created_at,
        i64::from(session.idle_s) * 1000,
        session.expires_at
    ];
    match tx.execute(&SESSION_START, values).await? {
        1 => Ok(()),
        _ => Err(Error::Missing("account")),
    }
}

impl Platform {
    /// Says under which id; a repeat with the same key says under which id it did the first time.
    pub async fn start_session(
        &self,
        account: AccountId,
        session: NewSession,
        once: Option<Once>,
    ) -> Result<Result<Id, KeyReused>> {
        self.write((account, session, once), |(account, session, once), tx| {
            Box::pin(async move {
                if let Some(outcome) = recall(tx, once.as_ref()).await? {
                    return Ok(outcome);
                }
                start(tx, *account, session).await?;
                let outcome = Ok(session.id);
                remember(tx, once.as_ref(), session.created_at, &outcome).await?;
                Ok(outcome)
            })
        })
        .await
    }

    /// The session of a token; `None` when there is none, when it ended, or when it was idle for too long.
    pub async fn session(&self, token_hash: &[u8; 32], now: Timestamp) -> Result<Option<Session>> {
        let Some(row) = self.read_one(&SESSION_FIND, values![token_hash, now]).await? else { return Ok(None) };
        Ok(Some(Session {
            id: row.id(0)?,
            account: row.id(1)?,
            kind: row.word(2, SessionKind::parse)?,
            created_at: row.timestamp(3)?,
            last_seen_at: row.timestamp(4)?,
            verified: row.maybe(5, Row::timestamp)?.is_some(),
            preferences: Preferences {
                lang: row.maybe(6, Row::text)?,
                size: row.maybe(7, Row::text)?,
                theme: row.maybe(8, Row::text)?,
            },
            asked_consents: row.count(9)?,
        }))
    }

    /// The session was seen. Never revives one that is over, and never goes back in time.
    pub async fn touch(&self, id: Id, now: Timestamp) -> Result<bool> {
        Ok(self.execute(&SESSION_TOUCH, values![id, now]).await? == 1)
    }

    /// Gives the session another token; the old one stops working.
    pub async fn rotate(&self, id: Id, token_hash: [u8; 32]) -> Result<bool> {
        Ok(self.execute(&SESSION_ROTATE, values![id, &token_hash]).await? == 1)
    }

    /// False when the account has no such session.
    pub async fn end_session(&self, account: AccountId, id: Id) -> Result<bool> {
        Ok(self.execute(&SESSION_END, values![account, id]).await? == 1)
    }

    /// "Sign out everywhere", or everywhere else. Says how many ended.
    pub async fn end_all_sessions(&self, account: AccountId, except: Option<Id>) -> Result<u64> {
        match except {
            Some(id) => self.execute(&SESSION_END_OTHERS, values![account, id]).await,
            None => self.execute(&SESSION_END_ALL, values![account]).await,
        }
    }

    /// The live sessions of an account, the one seen last first.
    pub async fn sessions(&self, account: AccountId, now: Timestamp) -> Result<Vec<SessionInfo>> {
        let rows = self.read(&SESSION_LIST, values![account, now]).await?;
        let read = |row: &Row| {
            Ok(SessionInfo {
                id: row.id(0)?,
                kind: row.word(1, SessionKind::parse)?,
                label: row.text(2)?,
                created_at: row.timestamp(3)?,
                last_seen_at: row.timestamp(4)?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// Forgets sessions that can never be used again.
    pub async fn purge_sessions(&self, now: Timestamp) -> Result<u64> {
        self.execute(&SESSION_PURGE, values![now]).await
    }
}
