//! Autopay: what a citizen allowed to be paid without asking, up to a limit, and with a notice before each debit.
//!
//! A debit is planned when the citizen is told, in the same commit as the message, and is made once: the bill's key names it.
//! The agreement with the provider is sealed, because with it money can be taken.

use kernel::{AccountId, Id, Index, Money, ProviderId, Sealed, ServiceId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    City, KeyReused, Message, Once, Result, Row,
    once::{recall, remember},
    outbox,
    payment::money,
    statement::statement,
    value::values,
};

statement! {
    AUTOPAY_LIVE = "SELECT id FROM autopay WHERE card = ?1 AND service = ?2 AND stopped_at IS NULL";
    AUTOPAY_SET = "INSERT INTO autopay (id, account, card, service, provider, agreement, limit_fen, since_at, check_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    AUTOPAY_LIMIT = "UPDATE autopay SET limit_fen = ?3 WHERE id = ?2 AND account = ?1 AND stopped_at IS NULL";
    AUTOPAY_STOP = "UPDATE autopay SET stopped_at = ?3, check_at = NULL WHERE id = ?2 AND account = ?1 AND stopped_at IS NULL";
    AUTOPAY_STOP_CARD = "UPDATE autopay SET stopped_at = ?2, check_at = NULL WHERE card = ?1 AND stopped_at IS NULL RETURNING id";
    AUTOPAY_DROP_DEBITS = "UPDATE autopay_debit SET debit_at = NULL, outcome = 'stopped'
        WHERE autopay = ?1 AND debit_at IS NOT NULL";
    AUTOPAY_LIST = "SELECT id, account, card, service, provider, agreement, limit_fen, since_at, stopped_at FROM autopay
        WHERE account = ?1 ORDER BY since_at DESC, id";
    AUTOPAY_ONE = "SELECT id, account, card, service, provider, agreement, limit_fen, since_at, stopped_at FROM autopay WHERE id = ?1";
    AUTOPAY_CLAIM = "UPDATE autopay SET check_at = ?1
        WHERE id IN (SELECT id FROM autopay WHERE check_at <= ?2 ORDER BY check_at LIMIT ?3)
        RETURNING id, account, card, service, provider, agreement, limit_fen, since_at, stopped_at";
    AUTOPAY_CHECKED = "UPDATE autopay SET check_at = ?2 WHERE id = ?1 AND stopped_at IS NULL";
    AUTOPAY_PLAN = "INSERT INTO autopay_debit (autopay, key, amount_fen, told_at, debit_at)
        SELECT id, ?2, ?3, ?4, ?5 FROM autopay WHERE id = ?1 AND stopped_at IS NULL AND limit_fen >= ?3
        ON CONFLICT (autopay, key) DO NOTHING";
    AUTOPAY_DEBIT_CLAIM = "UPDATE autopay_debit SET debit_at = ?1
        WHERE (autopay, key) IN (SELECT autopay, key FROM autopay_debit WHERE debit_at <= ?2 ORDER BY debit_at LIMIT ?3)
        RETURNING autopay, key, amount_fen, told_at, debit_at, outcome, payment";
    AUTOPAY_DEBIT_DONE = "UPDATE autopay_debit SET debit_at = NULL, outcome = ?3, payment = ?4
        WHERE autopay = ?1 AND key = ?2 AND debit_at IS NOT NULL";
    AUTOPAY_DEBITS = "SELECT autopay, key, amount_fen, told_at, debit_at, outcome, payment FROM autopay_debit
        WHERE autopay = ?1 ORDER BY told_at DESC, key LIMIT ?2";
    AUTOPAY_FORGET_DEBITS = "DELETE FROM autopay_debit WHERE autopay IN (SELECT id FROM autopay WHERE account = ?1)";
    AUTOPAY_FORGET = "DELETE FROM autopay WHERE account = ?1";
}

#[derive(Clone, Debug)]
pub struct SetAutopay {
    pub id: Id,
    pub account: AccountId,
    /// Whose bills are paid: the card of the customer number.
    pub card: Id,
    pub service: ServiceId,
    pub provider: ProviderId,
    /// The provider's number of the agreement.
    pub agreement: Sealed,
    /// No bill above it is paid without asking.
    pub limit: Money,
    pub at: Timestamp,
    /// When bills are looked for first.
    pub check_at: Timestamp,
    pub once: Option<Once>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AutopayRefused {
    /// The card's bills are paid already.
    AlreadySet(Id),
    KeyReused,
}

impl From<KeyReused> for AutopayRefused {
    fn from(_: KeyReused) -> Self {
        Self::KeyReused
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Autopay {
    pub id: Id,
    pub account: AccountId,
    pub card: Id,
    pub service: ServiceId,
    pub provider: ProviderId,
    pub agreement: Sealed,
    pub limit: Money,
    pub since_at: Timestamp,
    pub stopped_at: Option<Timestamp>,
}

impl Autopay {
    fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.id(0)?,
            account: row.id(1)?,
            card: row.id(2)?,
            service: row.word(3, ServiceId::parse)?,
            provider: row.word(4, ProviderId::parse)?,
            agreement: row.sealed(5)?,
            limit: money(row, 6)?,
            since_at: row.timestamp(7)?,
            stopped_at: row.maybe(8, Row::timestamp)?,
        })
    }
}

/// A debit that the citizen is told of before it is made.
#[derive(Clone, Debug)]
pub struct PlanDebit {
    pub autopay: Id,
    /// Of the bill, as in a payment.
    pub key: Index,
    pub amount: Money,
    pub at: Timestamp,
    pub debit_at: Timestamp,
    /// The notice.
    pub message: Message,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AutopayDebit {
    pub autopay: Id,
    pub key: Index,
    pub amount: Money,
    pub told_at: Timestamp,
    /// `None` once it was made, or will not be.
    pub debit_at: Option<Timestamp>,
    /// A word: `paid`, `refused`, `changed`, `stopped`.
    pub outcome: Option<String>,
    pub payment: Option<Id>,
}

impl AutopayDebit {
    fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            autopay: row.id(0)?,
            key: Index(row.hash(1)?),
            amount: money(row, 2)?,
            told_at: row.timestamp(3)?,
            debit_at: row.maybe(4, Row::timestamp)?,
            outcome: row.maybe(5, Row::text)?,
            payment: row.maybe(6, Row::id)?,
        })
    }
}

impl City {
    pub async fn set_autopay(&self, set: SetAutopay) -> Result<Result<Id, AutopayRefused>> {
        self.write(set, |set, tx| {
            Box::pin(async move {
                if let Some(outcome) = recall(tx, set.once.as_ref()).await? {
                    return Ok(outcome);
                }
                let live = tx.one(&AUTOPAY_LIVE, values![set.card, set.service.as_str()]).await?;
                let outcome = if let Some(row) = live {
                    Err(AutopayRefused::AlreadySet(row.id(0)?))
                } else {
                    let row = values![
                        set.id,
                        set.account,
                        set.card,
                        set.service.as_str(),
                        set.provider.as_str(),
                        &set.agreement,
                        set.limit.fen(),
                        set.at,
                        set.check_at
                    ];
                    tx.execute(&AUTOPAY_SET, row).await?;
                    Ok(set.id)
                };
                remember(tx, set.once.as_ref(), set.at, &outcome).await?;
                Ok(outcome)
            })
        })
        .await
    }

    /// False when the account has no such autopay in force.
    pub async fn limit_autopay(&self, account: AccountId, id: Id, limit: Money) -> Result<bool> {
        Ok(self.execute(&AUTOPAY_LIMIT, values![account, id, limit.fen()]).await? == 1)
    }

    /// Nothing is debited from here on, what was announced included. False when the account has no such autopay in force.
    pub async fn stop_autopay(&self, account: AccountId, id: Id, at: Timestamp) -> Result<bool> {
        self.write((account, id, at), |&(account, id, at), tx| {
            Box::pin(async move {
                let stopped = tx.execute(&AUTOPAY_STOP, values![account, id, at]).await? == 1;
                if stopped {
                    tx.execute(&AUTOPAY_DROP_DEBITS, values![id]).await?;
                }
                Ok(stopped)
            })
        })
        .await
    }

    /// What the account set, the newest first, with what it stopped.
    pub async fn autopays(&self, account: AccountId) -> Result<Vec<Autopay>> {
        self.read(&AUTOPAY_LIST, values![account]).await?.iter().map(Autopay::read).collect()
    }

    pub async fn autopay(&self, id: Id) -> Result<Option<Autopay>> {
        self.read_one(&AUTOPAY_ONE, values![id]).await?.as_ref().map(Autopay::read).transpose()
    }

    /// Leases up to `limit` autopays whose bills are to be looked for.
    pub async fn autopays_due(&self, now: Timestamp, lease_s: u32, limit: u32) -> Result<Vec<Autopay>> {
        let values = vec![now.plus_s(lease_s.into()).into(), now.into(), limit.into()];
        let rows = self.write(values, |values, tx| tx.many(&AUTOPAY_CLAIM, values)).await?;
        rows.iter().map(Autopay::read).collect()
    }

    /// When bills are looked for next.
    pub async fn autopay_checked(&self, id: Id, check_at: Timestamp) -> Result<bool> {
        Ok(self.execute(&AUTOPAY_CHECKED, values![id, check_at]).await? == 1)
    }

    /// Plans a debit and posts the notice of it. False, and no notice, when the bill is planned already, when it is above the
    /// limit, or when the citizen has stopped meanwhile.
    pub async fn plan_debit(&self, plan: PlanDebit) -> Result<bool> {
        self.write(plan, |plan, tx| {
            Box::pin(async move {
                let row = values![plan.autopay, &plan.key, plan.amount.fen(), plan.at, plan.debit_at];
                let planned = tx.execute(&AUTOPAY_PLAN, row).await? == 1;
                if planned {
                    outbox::post(tx, &plan.message).await?;
                }
                Ok(planned)
            })
        })
        .await
    }

    /// Leases up to `limit` debits whose time has come.
    pub async fn debits_due(&self, now: Timestamp, lease_s: u32, limit: u32) -> Result<Vec<AutopayDebit>> {
        let values = vec![now.plus_s(lease_s.into()).into(), now.into(), limit.into()];
        let rows = self.write(values, |values, tx| tx.many(&AUTOPAY_DEBIT_CLAIM, values)).await?;
        rows.iter().map(AutopayDebit::read).collect()
    }

    /// What became of a debit. False when it was done, or dropped, before.
    pub async fn debit_done(&self, autopay: Id, key: &Index, outcome: &str, payment: Option<Id>) -> Result<bool> {
        Ok(self.execute(&AUTOPAY_DEBIT_DONE, values![autopay, key, outcome, payment]).await? == 1)
    }

    /// The debits of an autopay, the newest first.
    pub async fn autopay_debits(&self, autopay: Id, limit: u32) -> Result<Vec<AutopayDebit>> {
        self.read(&AUTOPAY_DEBITS, values![autopay, limit]).await?.iter().map(AutopayDebit::read).collect()
    }
}

/// The card is gone: nothing is paid for it any more.
pub(crate) async fn stop_for_card(tx: &mut dyn crate::Tx, card: Id, at: Timestamp) -> Result<()> {
    if let Some(row) = tx.one(&AUTOPAY_STOP_CARD, values![card, at]).await? {
        tx.execute(&AUTOPAY_DROP_DEBITS, values![row.id(0)?]).await?;
    }
    Ok(())
}

/// The autopays' part of deleting an account.
pub(crate) async fn forget(tx: &mut dyn crate::Tx, account: AccountId) -> Result<()> {
    tx.execute(&AUTOPAY_FORGET_DEBITS, values![account]).await?;
    tx.execute(&AUTOPAY_FORGET, values![account]).await?;
    Ok(())
}
