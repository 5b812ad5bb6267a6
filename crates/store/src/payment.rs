//! Payments: what a citizen set out to pay, to whom, through which orders at which providers, and how far it got.
//!
//! A bill is in one open payment at most, and the database holds that, not a check before it: `payment_bill_held`. What a
//! payment becomes is decided elsewhere; here it changes in one way only, [`City::advance`], which compares the version that
//! was decided upon. Facts hold no personal data; the detail is sealed and opens to its account alone.

pub(crate) mod advance;
mod open;
pub(crate) mod state;

use capability::payment::{AttemptState, State};
use kernel::{Access, AccountId, DepartmentId, Id, Index, Money, ProviderId, Receipt, Sealed, ServiceId, Timestamp};

pub use self::{
    advance::Advance,
    open::{OpenPayment, OpenRefused},
};
use crate::{
    City, Refund, Result, Row,
    access::{Entry, receipt, record},
    refund,
    statement::statement,
    value::values,
};

statement! {
    PAYMENT_HOLDER = "SELECT p.id, p.account, p.state FROM payment_bill b JOIN payment p ON p.number = b.payment
        WHERE b.key = ?1 AND b.held = 1";
    PAYMENT_OPEN = "INSERT INTO payment (number, id, account, subject, card, service, department, payee, purpose, state, version,
            amount_fen, refunded_fen, again, detail, opened_at, expires_at, changed_at)
        VALUES ((SELECT coalesce(max(number), 0) + 1 FROM payment), ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'pending', 1,
            ?9, 0, ?10, ?11, ?12, ?13, ?12)
        RETURNING number";
    PAYMENT_BILL_ADD = "INSERT INTO payment_bill (payment, part, key, amount_fen, surcharge_fen, held) VALUES (?1, ?2, ?3, ?4, ?5, 1)";
    PAYMENT_ATTEMPT_ADD = "INSERT INTO attempt (out_trade_no, payment, part, provider, state, amount_fen, opened_at, queries, query_at)
        VALUES (?1, ?2, (SELECT count(*) FROM attempt WHERE payment = ?2), ?3, 'open', ?4, ?5, 0, ?6)";
    PAYMENT_ATTEMPT_FOR = "UPDATE payment SET version = version + 1, changed_at = ?3, expires_at = ?4
        WHERE id = ?1 AND version = ?2 AND state = 'pending' RETURNING number";
    PAYMENT_FACTS = "SELECT id, number, version, account, service, department, payee, purpose, again, state, amount_fen,
            refunded_fen, opened_at, expires_at, paid_at, posted_at, biller_ref, card
        FROM payment WHERE id = ?1";
    PAYMENT_BILLS = "SELECT key, amount_fen, surcharge_fen FROM payment_bill WHERE payment = ?1 ORDER BY part";
    PAYMENT_ATTEMPTS = "SELECT out_trade_no, provider, state, amount_fen, trade_no, opened_at, paid_at FROM attempt
        WHERE payment = ?1 ORDER BY part";
    PAYMENT_OF_ATTEMPT = "SELECT p.id FROM attempt a JOIN payment p ON p.number = a.payment WHERE a.out_trade_no = ?1";
    PAYMENT_DETAIL = "SELECT number, subject, detail FROM payment WHERE id = ?2 AND account = ?1";
    PAYMENT_SEALED = "SELECT detail FROM payment WHERE id = ?1";
    PAYMENT_LIST = "SELECT id, number, subject, service, department, purpose, state, amount_fen, refunded_fen, opened_at, paid_at,
            posted_at, detail
        FROM payment WHERE account = ?1 AND number < ?2 ORDER BY number DESC LIMIT ?3";
    PAYMENT_BY_MONTH = "SELECT service, paid_month, CAST(sum(amount_fen - refunded_fen) AS BIGINT) FROM payment
        WHERE account = ?1 AND paid_month >= ?2 AND state = 'posted'
        GROUP BY service, paid_month ORDER BY paid_month, service";
    PAYMENT_QUERY = "UPDATE attempt SET query_at = ?1, queries = queries + 1
        WHERE out_trade_no IN (SELECT out_trade_no FROM attempt WHERE query_at <= ?2 ORDER BY query_at LIMIT ?3)
        RETURNING out_trade_no, provider, queries";
    PAYMENT_QUERY_AGAIN = "UPDATE attempt SET query_at = ?2 WHERE out_trade_no = ?1 AND query_at IS NOT NULL";
    PAYMENT_TO_EXPIRE = "SELECT id FROM payment WHERE state = 'pending' AND expires_at <= ?1 ORDER BY expires_at LIMIT ?2";
    PAYMENT_IN_STATE = "SELECT id FROM payment WHERE state = ?1 AND number > ?2
            AND state IN ('pending', 'paid', 'posting', 'failed', 'refunding')
        ORDER BY number LIMIT ?3";
    PAYMENT_OF_BILL = "SELECT p.id, p.account, p.state FROM payment_bill b JOIN payment p ON p.number = b.payment
        WHERE b.key = ?1 ORDER BY b.payment DESC LIMIT 1";
    PAYMENT_FORGET = "UPDATE payment SET account = NULL, subject = NULL, card = NULL,
            detail = CASE WHEN state IN ('closed', 'posted', 'refunded') THEN NULL ELSE detail END
        WHERE account = ?1 RETURNING number";
    PAYMENT_FORGET_SUBJECT = "UPDATE payment SET subject = NULL WHERE subject = ?1";
}

/// True while the payment's bills cannot be put into another payment. A posted one keeps its bills for ever, unless they may
/// be paid again.
fn holds(state: State, again: bool) -> bool {
    state.holds_the_bill() && !(again && state == State::Posted)
}

/// True when nothing is to be done any more that needs the sealed detail.
fn is_ended(state: State) -> bool {
    state.is_final() || state == State::Posted
}

/// One bill in a payment. Its key is a keyed hash of biller, customer and bill, so that equals are found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillLine {
    pub key: Index,
    /// With the surcharge.
    pub amount: Money,
    pub surcharge: Money,
}

/// One order at one provider, to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAttempt {
    pub out_trade_no: String,
    pub provider: ProviderId,
    pub amount: Money,
    /// When the provider is asked, if it has not called by then.
    pub query_at: Timestamp,
}

/// One order at one provider. Its place among the payment's orders is the `part` of its transfers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptFacts {
    pub out_trade_no: String,
    pub provider: ProviderId,
    pub state: AttemptState,
    pub amount: Money,
    pub trade_no: Option<String>,
    pub opened_at: Timestamp,
    pub paid_at: Option<Timestamp>,
}

/// Everything that is known of a payment, without personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentFacts {
    pub id: Id,
    /// Within the city; the journal names the payment by it.
    pub number: i64,
    /// What [`City::advance`] compares.
    pub version: i64,
    /// `None` when the account was deleted.
    pub account: Option<AccountId>,
    pub service: ServiceId,
    pub department: DepartmentId,
    /// The name of the ledger account that the money is for.
    pub payee: String,
    pub purpose: String,
    pub again: bool,
    pub state: State,
    pub amount: Money,
    pub refunded: Money,
    pub opened_at: Timestamp,
    pub expires_at: Timestamp,
    pub paid_at: Option<Timestamp>,
    pub posted_at: Option<Timestamp>,
    pub biller_ref: Option<String>,
    /// The card whose bills they are, while the account is there.
    pub card: Option<Id>,
    pub bills: Vec<BillLine>,
    pub attempts: Vec<AttemptFacts>,
    pub refunds: Vec<Refund>,
}

/// A payment as its account sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentView {
    pub facts: PaymentFacts,
    pub detail: Sealed,
}

/// A line of the account's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentInfo {
    pub id: Id,
    /// Names the place in the list: the next page is what comes before it.
    pub number: i64,
    pub subject: Option<AccountId>,
    pub service: ServiceId,
    pub department: DepartmentId,
    pub purpose: String,
    pub state: State,
    pub amount: Money,
    pub refunded: Money,
    pub opened_at: Timestamp,
    pub paid_at: Option<Timestamp>,
    pub posted_at: Option<Timestamp>,
    pub detail: Sealed,
}

/// What was paid for a service in a month, less what came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonthSum {
    pub service: ServiceId,
    /// Year and month as one number: 202603.
    pub month: i64,
    pub amount: Money,
}

/// An order that the provider is to be asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueQuery {
    pub out_trade_no: String,
    pub provider: ProviderId,
    /// How often it was asked, this time included.
    pub queries: u32,
}

pub(crate) fn money(row: &Row, at: usize) -> Result<Money> {
    row.int(at).map(Money::from_fen)
}

fn read_bill(row: &Row) -> Result<BillLine> {
    Ok(BillLine { key: Index(row.hash(0)?), amount: money(row, 1)?, surcharge: money(row, 2)? })
}

fn read_attempt(row: &Row) -> Result<AttemptFacts> {
    Ok(AttemptFacts {
        out_trade_no: row.text(0)?,
        provider: row.word(1, ProviderId::parse)?,
        state: row.word(2, AttemptState::parse)?,
        amount: money(row, 3)?,
        trade_no: row.maybe(4, Row::text)?,
        opened_at: row.timestamp(5)?,
        paid_at: row.maybe(6, Row::timestamp)?,
    })
}

impl PaymentFacts {
    fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.id(0)?,
            number: row.int(1)?,
            version: row.int(2)?,
            account: row.maybe(3, Row::id)?,
            service: row.word(4, ServiceId::parse)?,
            department: row.word(5, DepartmentId::parse)?,
            payee: row.text(6)?,
            purpose: row.text(7)?,
            again: row.int(8)? == 1,
            state: row.word(9, State::parse)?,
            amount: money(row, 10)?,
            refunded: money(row, 11)?,
            opened_at: row.timestamp(12)?,
            expires_at: row.timestamp(13)?,
            paid_at: row.maybe(14, Row::timestamp)?,
            posted_at: row.maybe(15, Row::timestamp)?,
            biller_ref: row.maybe(16, Row::text)?,
            card: row.maybe(17, Row::id)?,
            bills: Vec::new(),
            attempts: Vec::new(),
            refunds: Vec::new(),
        })
    }
}

impl PaymentInfo {
    fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.id(0)?,
            number: row.int(1)?,
            subject: row.maybe(2, Row::id)?,
            service: row.word(3, ServiceId::parse)?,
            department: row.word(4, DepartmentId::parse)?,
            purpose: row.text(5)?,
            state: row.word(6, State::parse)?,
            amount: money(row, 7)?,
            refunded: money(row, 8)?,
            opened_at: row.timestamp(9)?,
            paid_at: row.maybe(10, Row::timestamp)?,
            posted_at: row.maybe(11, Row::timestamp)?,
            detail: row.sealed(12)?,
        })
    }
}

/// One entry for the reader's own subject, and one for everybody else whose bills are shown.
fn entries(entry: &Entry, subjects: impl Iterator<Item = Option<AccountId>>) -> Vec<Entry> {
    let mut others: Vec<AccountId> = subjects.flatten().filter(|subject| *subject != entry.access.subject).collect();
    others.sort_unstable();
    others.dedup();
    let beside = (1..).zip(others).map(|(n, subject)| entry.beside(n, subject));
    std::iter::once(entry.clone()).chain(beside).collect()
}

impl City {
    /// What is known of a payment. The version is read first: if something changes meanwhile, `advance` will say so.
    pub async fn payment_facts(&self, id: Id) -> Result<Option<PaymentFacts>> {
        let Some(row) = self.read_one(&PAYMENT_FACTS, values![id]).await? else { return Ok(None) };
        let mut facts = PaymentFacts::read(&row)?;
        let bills = self.read(&PAYMENT_BILLS, values![facts.number]).await?;
        let attempts = self.read(&PAYMENT_ATTEMPTS, values![facts.number]).await?;
        facts.bills = bills.iter().map(read_bill).collect::<Result<_>>()?;
        facts.attempts = attempts.iter().map(read_attempt).collect::<Result<_>>()?;
        facts.refunds = refund::of_payment(self, facts.number).await?;
        Ok(Some(facts))
    }

    /// The sealed detail, for the machine that tells the department: nobody looks at it there. A page asks for
    /// [`City::payment`].
    pub async fn payment_detail(&self, id: Id) -> Result<Option<Sealed>> {
        let row = self.read_one(&PAYMENT_SEALED, values![id]).await?;
        row.map_or(Ok(None), |row| row.maybe(0, Row::sealed))
    }

    /// A payment of the account's own, with its detail; `None` for everybody else.
    pub async fn payment(&self, access: Access, account: AccountId, id: Id) -> Result<Option<(PaymentView, Receipt)>> {
        let at = access.at;
        let detail = self
            .write((self.entry(access), account, id), |(entry, account, id), tx| {
                Box::pin(async move {
                    let Some(row) = tx.one(&PAYMENT_DETAIL, values![*account, *id]).await? else { return Ok(None) };
                    record(tx, &entries(entry, std::iter::once(row.maybe(1, Row::id)?))).await?;
                    row.sealed(2).map(Some)
                })
            })
            .await?;
        let (Some(detail), Some(facts)) = (detail, self.payment_facts(id).await?) else { return Ok(None) };
        Ok(Some((PaymentView { facts, detail }, receipt(at))))
    }

    /// The account's payments, newest first; `before` is the number of the last one of the page before.
    pub async fn payments(
        &self,
        access: Access,
        account: AccountId,
        before: Option<i64>,
        limit: u32,
    ) -> Result<(Vec<PaymentInfo>, Receipt)> {
        let at = access.at;
        let input = (self.entry(access), account, before.unwrap_or(i64::MAX), limit);
        let list = self
            .write(input, |(entry, account, before, limit), tx| {
                Box::pin(async move {
                    let rows = tx.many(&PAYMENT_LIST, values![*account, *before, *limit]).await?;
                    let list: Vec<PaymentInfo> = rows.iter().map(PaymentInfo::read).collect::<Result<_>>()?;
                    record(tx, &entries(entry, list.iter().map(|info| info.subject))).await?;
                    Ok(list)
                })
            })
            .await?;
        Ok((list, receipt(at)))
    }

    /// What the account paid and was posted, by service and month, from a month on (202601).
    pub async fn paid_by_month(
        &self,
        access: Access,
        account: AccountId,
        from: i64,
    ) -> Result<(Vec<MonthSum>, Receipt)> {
        let at = access.at;
        let rows = self
            .write((self.entry(access), account, from), |(entry, account, from), tx| {
                Box::pin(async move {
                    record(tx, std::slice::from_ref(entry)).await?;
                    tx.many(&PAYMENT_BY_MONTH, values![*account, *from]).await
                })
            })
            .await?;
        let read = |row: &Row| {
            Ok(MonthSum { service: row.word(0, ServiceId::parse)?, month: row.int(1)?, amount: money(row, 2)? })
        };
        Ok((rows.iter().map(read).collect::<Result<_>>()?, receipt(at)))
    }

    pub async fn payment_of_attempt(&self, out_trade_no: &str) -> Result<Option<Id>> {
        self.read_one(&PAYMENT_OF_ATTEMPT, values![out_trade_no]).await?.map(|row| row.id(0)).transpose()
    }

    /// The newest payment that a bill is or was in, if the account may know of it, with its state; a page shows it beside the
    /// bill. Somebody else's is told without its id.
    pub async fn payment_of_bill(&self, account: AccountId, key: &Index) -> Result<Option<(Option<Id>, State)>> {
        let Some(row) = self.read_one(&PAYMENT_OF_BILL, values![key]).await? else { return Ok(None) };
        let own = row.maybe(1, Row::id)? == Some(account);
        Ok(Some((own.then(|| row.id(0)).transpose()?, row.word(2, State::parse)?)))
    }

    /// Leases up to `limit` orders whose provider has not called in time.
    pub async fn due_for_query(&self, now: Timestamp, lease_s: u32, limit: u32) -> Result<Vec<DueQuery>> {
        let values = vec![now.plus_s(lease_s.into()).into(), now.into(), limit.into()];
        let rows = self.write(values, |values, tx| tx.many(&PAYMENT_QUERY, values)).await?;
        let read = |row: &Row| {
            let queries = u32::try_from(row.int(2)?).unwrap_or(u32::MAX);
            Ok(DueQuery { out_trade_no: row.text(0)?, provider: row.word(1, ProviderId::parse)?, queries })
        };
        rows.iter().map(read).collect()
    }

    /// When the provider is asked next. False when the order is no longer open.
    pub async fn query_again(&self, out_trade_no: &str, query_at: Timestamp) -> Result<bool> {
        Ok(self.execute(&PAYMENT_QUERY_AGAIN, values![out_trade_no, query_at]).await? == 1)
    }

    /// Payments that nobody paid in time, the longest overdue first.
    pub async fn due_to_expire(&self, now: Timestamp, limit: u32) -> Result<Vec<Id>> {
        self.read(&PAYMENT_TO_EXPIRE, values![now, limit]).await?.iter().map(|row| row.id(0)).collect()
    }

    /// The payments of a state that is no end, oldest first; `after` is the number of the last one of the page before.
    pub async fn payments_in(&self, state: State, after: i64, limit: u32) -> Result<Vec<Id>> {
        self.read(&PAYMENT_IN_STATE, values![state.word(), after, limit]).await?.iter().map(|row| row.id(0)).collect()
    }
}

/// The payments' part of deleting an account: what names the person goes. A payment under way keeps its sealed detail until
/// it has ended, because the biller is still to be told.
pub(crate) async fn forget(tx: &mut dyn crate::Tx, account: AccountId) -> Result<()> {
    let ended = tx.many(&PAYMENT_FORGET, values![account]).await?;
    tx.execute(&PAYMENT_FORGET_SUBJECT, values![account]).await?;
    for row in &ended {
        crate::receipt::forget(tx, row.int(0)?).await?;
    }
    Ok(())
}
