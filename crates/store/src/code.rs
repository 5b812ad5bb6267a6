//! One-time codes: sent rarely, tried a few times, used once.
//!
//! Whoever checks a code also signs in, in the same commit, so that one code never opens two sessions. The code itself is
//! never here, only its keyed hash.

use kernel::{AccountId, Index, Sealed, Timestamp};

use crate::{
    Cell, Message, NewSession, Platform, Result, account, outbox, session, statement::statement, value::values,
};

const DAY_MS: i64 = 24 * 3600 * 1000;

statement! {
    CODE_SENT = "SELECT count(*), max(sent_at), min(sent_at) FROM code_sent WHERE phone_index = ?1 AND sent_at > ?2";
    CODE_SENT_ADD = "INSERT INTO code_sent (phone_index, sent_at) VALUES (?1, ?2)";
    CODE_SENT_PURGE = "DELETE FROM code_sent WHERE sent_at <= ?1";
    CODE_PUT = "INSERT INTO code (phone_index, code_hash, expires_at, tries) VALUES (?1, ?2, ?3, 0)
        ON CONFLICT (phone_index) DO UPDATE SET code_hash = excluded.code_hash, expires_at = excluded.expires_at, tries = 0";
    CODE_FIND = "SELECT code_hash, expires_at, tries FROM code WHERE phone_index = ?1";
    CODE_TRY = "UPDATE code SET tries = tries + 1 WHERE phone_index = ?1";
    CODE_USE = "DELETE FROM code WHERE phone_index = ?1";
    CODE_PURGE = "DELETE FROM code WHERE expires_at <= ?1";
}

#[derive(Clone, Debug)]
pub struct SendCode {
    pub phone: Index,
    pub code_hash: [u8; 32],
    pub now: Timestamp,
    pub expires_at: Timestamp,
    /// The shortest time between two codes for one phone.
    pub wait_s: u32,
    /// How many codes one phone gets in 24 hours.
    pub day_max: u32,
    /// The text message, in the same commit.
    pub message: Message,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooSoon {
    pub retry_after_s: u32,
}

#[derive(Clone, Debug)]
pub struct SignIn {
    pub phone: Index,
    /// Kept if the account is new.
    pub phone_sealed: Sealed,
    pub code_hash: [u8; 32],
    pub now: Timestamp,
    pub tries_max: u32,
    /// The id of the account, if there is none yet.
    pub new_account: AccountId,
    pub session: NewSession,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedIn {
    pub account: AccountId,
    pub created: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeRefused {
    Wrong {
        tries_left: u32,
    },
    /// There is no live code: never sent, too old, used, or tried too often.
    Expired,
}

/// Compares without telling by its time how much was right.
fn same(a: &[u8; 32], b: &[u8; 32]) -> bool {
    a.iter().zip(b).fold(0, |differences, (a, b)| differences | (a ^ b)) == 0
}

impl Platform {
    /// Replaces the live code of a phone and posts the message that carries it.
    pub async fn send_code(&self, send: SendCode) -> Result<Result<(), TooSoon>> {
        self.write(send, |send, tx| {
            Box::pin(async move {
                let day_ago = send.now.plus_ms(-DAY_MS);
                if let Some(sent) = tx.one(&CODE_SENT, values![&send.phone, day_ago]).await?
                    && sent.count(0)? > 0
                {
                    let next_at = sent.timestamp(1)?.plus_s(send.wait_s.into());
                    let day_over_at = sent.timestamp(2)?.plus_ms(DAY_MS);
                    let full = sent.count(0)? >= u64::from(send.day_max);
                    let free_at = if full { next_at.max(day_over_at) } else { next_at };
                    if send.now < free_at {
                        let retry_after_s =
                            u32::try_from((free_at.since_ms(send.now) + 999) / 1000).unwrap_or(u32::MAX);
                        return Ok(Err(TooSoon { retry_after_s }));
                    }
                }
                tx.execute(&CODE_SENT_ADD, values![&send.phone, send.now]).await?;
                tx.execute(&CODE_PUT, values![&send.phone, &send.code_hash, send.expires_at]).await?;
                outbox::post(tx, &send.message).await?;
                Ok(Ok(()))
            })
        })
        .await
    }

    /// Counts a try, uses the code, finds or makes the account and starts the session: all of it, or none.
    pub async fn sign_in(&self, sign_in: SignIn) -> Result<Result<SignedIn, CodeRefused>> {
        self.write(sign_in, |it, tx| {
            Box::pin(async move {
                let Some(code) = tx.one(&CODE_FIND, values![&it.phone]).await? else {
                    return Ok(Err(CodeRefused::Expired));
                };
                let tries = u32::try_from(code.int(2)?).unwrap_or(u32::MAX);
                if code.timestamp(1)? <= it.now || tries >= it.tries_max {
                    return Ok(Err(CodeRefused::Expired));
                }
                if !same(&code.hash(0)?, &it.code_hash) {
                    tx.execute(&CODE_TRY, values![&it.phone]).await?;
                    return Ok(Err(CodeRefused::Wrong { tries_left: it.tries_max - tries - 1 }));
                }
                tx.execute(&CODE_USE, values![&it.phone]).await?;
                let (account, created) =
                    account::find_or_create(tx, &it.phone, &it.phone_sealed, it.new_account, it.now).await?;
                session::start(tx, account, &it.session).await?;
                Ok(Ok(SignedIn { account, created }))
            })
        })
        .await
    }

    /// Forgets codes that no longer work and sendings older than a day.
    pub async fn purge_codes(&self, now: Timestamp) -> Result<u64> {
        let cell: &Cell = self;
        let sent = cell.execute(&CODE_SENT_PURGE, values![now.plus_ms(-DAY_MS)]).await?;
        Ok(sent + cell.execute(&CODE_PURGE, values![now]).await?)
    }
}
