//! Opening a payment, and putting another order beside the first.

use capability::payment::State;
use kernel::{AccountId, DepartmentId, Id, Money, Sealed, ServiceId, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    BillLine, NewAttempt, PAYMENT_ATTEMPT_ADD, PAYMENT_ATTEMPT_FOR, PAYMENT_BILL_ADD, PAYMENT_HOLDER, PAYMENT_OPEN,
};
use crate::{
    City, Error, KeyReused, Once, Result, Row, Tx, Value,
    once::{recall, remember},
    value::values,
};

#[derive(Clone, Debug)]
pub struct OpenPayment {
    pub id: Id,
    /// Who pays.
    pub account: AccountId,
    /// Whose bills they are, if that is a person with an account.
    pub subject: Option<AccountId>,
    pub card: Option<Id>,
    pub service: ServiceId,
    pub department: DepartmentId,
    /// The name of the ledger account that the money is for.
    pub payee: String,
    /// `bill`, `fine`, `top-up`.
    pub purpose: String,
    pub bills: Vec<BillLine>,
    /// The same bills may be paid again after this payment: a top-up, or a part.
    pub again: bool,
    pub amount: Money,
    /// What the owner's page and the biller need: titles, customer number, periods.
    pub detail: Sealed,
    pub at: Timestamp,
    pub expires_at: Timestamp,
    pub attempt: NewAttempt,
    pub once: Option<Once>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OpenRefused {
    /// One of the bills is in this open payment of the same account.
    AlreadyOpen(Id),
    /// One of the bills is in an open payment of somebody else.
    AlreadyOpenElsewhere,
    /// One of the bills was paid; the payment is named if it is the same account's.
    AlreadyPaid(Option<Id>),
    KeyReused,
}

impl From<KeyReused> for OpenRefused {
    fn from(_: KeyReused) -> Self {
        Self::KeyReused
    }
}

/// Why one of the bills is not free, if so.
async fn held(tx: &mut dyn Tx, open: &OpenPayment) -> Result<Option<OpenRefused>> {
    for bill in &open.bills {
        let Some(row) = tx.one(&PAYMENT_HOLDER, values![&bill.key]).await? else { continue };
        let own = row.maybe(1, Row::id)? == Some(open.account);
        let id = own.then(|| row.id(0)).transpose()?;
        return Ok(Some(match (row.word(2, State::parse)?, id) {
            (State::Posted, id) => OpenRefused::AlreadyPaid(id),
            (_, Some(id)) => OpenRefused::AlreadyOpen(id),
            (_, None) => OpenRefused::AlreadyOpenElsewhere,
        }));
    }
    Ok(None)
}

async fn add_attempt(tx: &mut dyn Tx, number: i64, attempt: &NewAttempt, at: Timestamp) -> Result<()> {
    let NewAttempt { out_trade_no, provider, amount, query_at } = attempt;
    let values = values![out_trade_no, number, provider.as_str(), amount.fen(), at, *query_at];
    tx.execute(&PAYMENT_ATTEMPT_ADD, values).await?;
    Ok(())
}

impl City {
    /// Opens a payment with its first order. A bill that is open or paid elsewhere refuses all of it.
    pub async fn open_payment(&self, open: OpenPayment) -> Result<Result<Id, OpenRefused>> {
        self.write(open, |open, tx| {
            Box::pin(async move {
                if let Some(outcome) = recall(tx, open.once.as_ref()).await? {
                    return Ok(outcome);
                }
                let outcome = match held(tx, open).await? {
                    Some(refused) => Err(refused),
                    None => insert(tx, open).await.map(|()| Ok(open.id))?,
                };
                remember(tx, open.once.as_ref(), open.at, &outcome).await?;
                Ok(outcome)
            })
        })
        .await
    }

    /// Another order for a pending payment, for example at another provider, with the time that it now has. False when the
    /// payment is no longer as it was when that was decided.
    pub async fn new_attempt(
        &self,
        payment: Id,
        version: i64,
        attempt: NewAttempt,
        at: Timestamp,
        expires_at: Timestamp,
    ) -> Result<bool> {
        self.write((payment, version, attempt, at, expires_at), |(payment, version, attempt, at, expires_at), tx| {
            Box::pin(async move {
                let values = values![*payment, *version, *at, *expires_at];
                let Some(row) = tx.one(&PAYMENT_ATTEMPT_FOR, values).await? else { return Ok(false) };
                add_attempt(tx, row.int(0)?, attempt, *at).await?;
                Ok(true)
            })
        })
        .await
    }
}

async fn insert(tx: &mut dyn Tx, open: &OpenPayment) -> Result<()> {
    let payment = values![
        open.id,
        open.account,
        open.subject,
        open.card,
        open.service.as_str(),
        open.department.as_str(),
        &open.payee,
        &open.purpose,
        open.amount.fen(),
        open.again,
        &open.detail,
        open.at,
        open.expires_at
    ];
    let row = tx.one(&PAYMENT_OPEN, payment).await?.ok_or(Error::Missing("payment"))?;
    let number = row.int(0)?;
    let line = |(part, bill): (i64, &BillLine)| {
        values![number, part, &bill.key, bill.amount.fen(), bill.surcharge.fen()].to_vec()
    };
    let lines: Vec<Vec<Value>> = (0..).zip(&open.bills).map(line).collect();
    tx.batch(&PAYMENT_BILL_ADD, &lines).await?;
    add_attempt(tx, number, &open.attempt, open.at).await
}
