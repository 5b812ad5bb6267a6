//! The journal: transfers that are appended and never changed, and what follows from them.
//!
//! Accounts and payments stand in it as numbers, which is what keeps an entry small. No row is updated when money moves: a
//! balance is a roll-up, made every [`ROLL_UP`] entries, and the tail of entries after it, found by index. The key of an entry
//! is payment, step and part, so a repeat finds its first.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use ::ledger::{Account, Step, Transfer};
use kernel::{Money, Timestamp};

use crate::{City, Error, Result, Row, Tx, Value, payment::money, statement::statement, value::values};

/// How many entries the tail of a balance has at most, about.
pub const ROLL_UP: i64 = 8192;

statement! {
    LEDGER_ACCOUNT = "SELECT number FROM ledger_account WHERE name = ?1";
    LEDGER_ACCOUNT_ADD = "INSERT INTO ledger_account (number, name, debit_fen, credit_fen, rolled_to)
        VALUES ((SELECT coalesce(max(number), 0) + 1 FROM ledger_account), ?1, 0, 0, 0) RETURNING number";
    LEDGER_LAST = "SELECT coalesce(max(seq), 0) FROM transfer";
    LEDGER_APPEND = "INSERT INTO transfer (seq, debit, credit, amount_fen, at, payment, step, part)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (payment, step, part) DO NOTHING",
        set "INSERT INTO transfer (seq, debit, credit, amount_fen, at, payment, step, part)
        SELECT * FROM unnest(?1::bigint[], ?2::bigint[], ?3::bigint[], ?4::bigint[], ?5::bigint[], ?6::bigint[], ?7::bigint[], ?8::bigint[])
        ON CONFLICT (payment, step, part) DO NOTHING";
    LEDGER_FIND = "SELECT seq, debit, credit, amount_fen FROM transfer WHERE payment = ?1 AND step = ?2 AND part = ?3";
    LEDGER_ROLL_UP = "UPDATE ledger_account SET
            debit_fen = debit_fen + coalesce((SELECT CAST(sum(amount_fen) AS BIGINT) FROM transfer
                WHERE debit = ledger_account.number AND seq > rolled_to AND seq <= ?1), 0),
            credit_fen = credit_fen + coalesce((SELECT CAST(sum(amount_fen) AS BIGINT) FROM transfer
                WHERE credit = ledger_account.number AND seq > rolled_to AND seq <= ?1), 0),
            rolled_to = ?1
        WHERE rolled_to < ?1";
    LEDGER_BALANCE = "SELECT name, debit_fen + coalesce((SELECT CAST(sum(amount_fen) AS BIGINT) FROM transfer
                WHERE debit = ledger_account.number AND seq > rolled_to), 0),
            credit_fen + coalesce((SELECT CAST(sum(amount_fen) AS BIGINT) FROM transfer
                WHERE credit = ledger_account.number AND seq > rolled_to), 0)
        FROM ledger_account WHERE name = ?1";
    LEDGER_BALANCES = "SELECT name, debit_fen + coalesce((SELECT CAST(sum(amount_fen) AS BIGINT) FROM transfer
                WHERE debit = ledger_account.number AND seq > rolled_to), 0),
            credit_fen + coalesce((SELECT CAST(sum(amount_fen) AS BIGINT) FROM transfer
                WHERE credit = ledger_account.number AND seq > rolled_to), 0)
        FROM ledger_account ORDER BY name";
    LEDGER_HISTORY = "SELECT h.seq, d.name, c.name, h.amount_fen, h.at, h.payment, h.step, h.part FROM (
            SELECT * FROM (SELECT * FROM transfer WHERE debit = (SELECT number FROM ledger_account WHERE name = ?1) AND seq < ?2
                ORDER BY seq DESC LIMIT ?3) AS out_of
            UNION ALL
            SELECT * FROM (SELECT * FROM transfer WHERE credit = (SELECT number FROM ledger_account WHERE name = ?1) AND seq < ?2
                ORDER BY seq DESC LIMIT ?3) AS into_it
        ) AS h JOIN ledger_account d ON d.number = h.debit JOIN ledger_account c ON c.number = h.credit
        ORDER BY h.seq DESC LIMIT ?3";
    LEDGER_OF_PAYMENT = "SELECT h.seq, d.name, c.name, h.amount_fen, h.at, h.payment, h.step, h.part
        FROM transfer h JOIN ledger_account d ON d.number = h.debit JOIN ledger_account c ON c.number = h.credit
        WHERE h.payment = ?1 ORDER BY h.seq";
}

/// A transfer with whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posting {
    /// The payment's number; below zero for what belongs to a day: -20260302.
    pub payment: i64,
    pub transfer: Transfer,
    pub at: Timestamp,
}

/// Why a posting is not in the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PostRefused {
    /// It moves nothing, or moves it to where it is.
    Unsound,
    /// The payment's step and part were posted before, with another amount or other accounts: entry so and so.
    Different(i64),
}

/// An entry of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalEntry {
    pub seq: i64,
    pub payment: i64,
    pub transfer: Transfer,
    pub at: Timestamp,
}

impl JournalEntry {
    fn read(row: &Row) -> Result<Self> {
        let code = |row: &Row, at| row.int(at).map(|code| u8::try_from(code).ok().and_then(Step::from_code));
        Ok(Self {
            seq: row.int(0)?,
            payment: row.int(5)?,
            transfer: Transfer {
                debit: row.word(1, Account::parse)?,
                credit: row.word(2, Account::parse)?,
                amount: money(row, 3)?,
                step: code(row, 6)?.ok_or_else(|| Error::Corrupt("a step that this binary does not know".into()))?,
                part: u16::try_from(row.int(7)?).map_err(|_| Error::Corrupt("a part too large".into()))?,
            },
            at: row.timestamp(4)?,
        })
    }
}

/// What an account says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balance {
    pub account: Account,
    pub debit: Money,
    pub credit: Money,
}

impl Balance {
    fn read(row: &Row) -> Result<Self> {
        Ok(Self { account: row.word(0, Account::parse)?, debit: money(row, 1)?, credit: money(row, 2)? })
    }

    /// On the side on which the account grows.
    #[must_use]
    pub fn amount(&self) -> Money {
        let (debit, credit) = (self.debit.fen(), self.credit.fen());
        Money::from_fen(match self.account.normal_side() {
            ::ledger::account::Side::Debit => debit - credit,
            ::ledger::account::Side::Credit => credit - debit,
        })
    }
}

/// Numbers of accounts that are known to be committed. They never change.
#[derive(Clone, Default)]
pub(crate) struct Accounts(Arc<RwLock<HashMap<Account, i64>>>);

impl Accounts {
    fn get(&self, account: &Account) -> Option<i64> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(account).copied()
    }

    fn learn(&self, numbers: Vec<(Account, i64)>) {
        if !numbers.is_empty() {
            self.0.write().unwrap_or_else(PoisonError::into_inner).extend(numbers);
        }
    }
}

/// The number of an account, given to it now if it is new.
async fn number(tx: &mut dyn Tx, account: &Account) -> Result<i64> {
    let name = account.as_str();
    if let Some(row) = tx.one(&LEDGER_ACCOUNT, values![name]).await? {
        return row.int(0);
    }
    tx.one(&LEDGER_ACCOUNT_ADD, values![name]).await?.ok_or(Error::Missing("ledger account"))?.int(0)
}

/// A posting with the numbers of its accounts, as far as they are known.
struct Numbered {
    posting: Posting,
    debit: Option<i64>,
    credit: Option<i64>,
}

/// What a batch came to: an outcome for each posting, and the numbers that were looked up.
struct Journalled {
    /// The last entry before the batch.
    last: i64,
    outcomes: Vec<Result<i64, PostRefused>>,
    numbers: Vec<(Account, i64)>,
}

/// Appends what is not there yet, and says for each posting where it is.
async fn journal(tx: &mut dyn Tx, postings: &[Numbered]) -> Result<Journalled> {
    let last = tx.one(&LEDGER_LAST, values![]).await?.ok_or(Error::Missing("journal"))?.int(0)?;
    let mut looked_up: HashMap<&Account, i64> = HashMap::new();
    let mut outcomes = Vec::with_capacity(postings.len());
    let mut rows: Vec<Vec<Value>> = Vec::with_capacity(postings.len());
    for Numbered { posting, debit, credit } in postings {
        let Posting { payment, transfer, at } = posting;
        if !transfer.is_sound() {
            outcomes.push(Err(PostRefused::Unsound));
            continue;
        }
        let mut sides = [0; 2];
        for (side, (known, account)) in sides.iter_mut().zip([(debit, &transfer.debit), (credit, &transfer.credit)]) {
            *side = match known.or_else(|| looked_up.get(account).copied()) {
                Some(number) => number,
                None => {
                    let number = number(tx, account).await?;
                    looked_up.insert(account, number);
                    number
                }
            };
        }
        let seq = last + 1 + rows.len() as i64;
        let [debit, credit] = sides;
        let (step, part) = (i64::from(transfer.step.code()), i64::from(transfer.part));
        let fen = transfer.amount.fen();
        rows.push(values![seq, debit, credit, fen, *at, *payment, step, part].to_vec());
        outcomes.push(Ok(seq));
    }
    let numbers = looked_up.into_iter().map(|(account, number)| (account.clone(), number)).collect();
    if tx.set(&LEDGER_APPEND, &rows).await? < rows.len() as u64 {
        let placed = outcomes.iter_mut().filter(|outcome| outcome.is_ok());
        for (outcome, row) in placed.zip(&rows) {
            *outcome = find(tx, row).await?;
        }
    }
    let next = last + rows.len() as i64;
    if last / ROLL_UP != next / ROLL_UP {
        tx.execute(&LEDGER_ROLL_UP, values![last]).await?;
    }
    Ok(Journalled { last, outcomes, numbers })
}

/// Where a posting stands that may have been there before.
async fn find(tx: &mut dyn Tx, row: &[Value]) -> Result<Result<i64, PostRefused>> {
    let found = tx.one(&LEDGER_FIND, &row[5..8]).await?.ok_or(Error::Missing("entry of the journal"))?;
    let seq = found.int(0)?;
    let same = found.0[1..4] == row[1..4];
    Ok(if same { Ok(seq) } else { Err(PostRefused::Different(seq)) })
}

/// Writes a payment's transfers as part of its advance. There, a step that was taken before is a mistake of the caller's.
pub(crate) async fn append(tx: &mut dyn Tx, payment: i64, transfers: &[Transfer], at: Timestamp) -> Result<()> {
    if transfers.is_empty() {
        return Ok(());
    }
    let number = |transfer: &Transfer| {
        let posting = Posting { payment, transfer: transfer.clone(), at };
        Numbered { posting, debit: None, credit: None }
    };
    let postings: Vec<Numbered> = transfers.iter().map(number).collect();
    let Journalled { last, outcomes, .. } = journal(tx, &postings).await?;
    for (place, outcome) in (last + 1..).zip(outcomes) {
        match outcome {
            Ok(seq) if seq == place => {}
            Ok(seq) | Err(PostRefused::Different(seq)) => {
                return Err(Error::Corrupt(format!(
                    "a transfer of payment {payment} is in the journal already: {seq}"
                )));
            }
            Err(PostRefused::Unsound) => {
                return Err(Error::Corrupt(format!("a transfer of payment {payment} moves nothing")));
            }
        }
    }
    Ok(())
}

/// One call for whatever waits: the batch of [`City::post_transfer`].
pub(crate) async fn post_batch(
    cell: crate::Cell,
    accounts: Accounts,
    postings: Vec<Posting>,
) -> Result<Vec<Result<i64, PostRefused>>> {
    let number = |posting: Posting| {
        let (debit, credit) = (accounts.get(&posting.transfer.debit), accounts.get(&posting.transfer.credit));
        Numbered { posting, debit, credit }
    };
    let postings: Vec<Numbered> = postings.into_iter().map(number).collect();
    let Journalled { outcomes, numbers, .. } =
        cell.write(postings, |postings, tx| Box::pin(journal(tx, postings))).await?;
    accounts.learn(numbers);
    Ok(outcomes)
}

impl City {
    /// Puts one transfer into the journal, together with whatever others wait. Gives its place; a repeat gives the place of
    /// the first.
    pub async fn post_transfer(&self, posting: Posting) -> Result<Result<i64, PostRefused>> {
        self.postings.submit(posting).await
    }

    /// Many transfers in one commit, with an outcome each.
    pub async fn post_transfers(&self, postings: Vec<Posting>) -> Result<Vec<Result<i64, PostRefused>>> {
        post_batch(self.cell().clone(), self.accounts.clone(), postings).await
    }

    pub async fn balance(&self, account: &Account) -> Result<Option<Balance>> {
        self.read_one(&LEDGER_BALANCE, values![account.as_str()]).await?.as_ref().map(Balance::read).transpose()
    }

    /// Every account that ever moved, by name.
    pub async fn balances(&self) -> Result<Vec<Balance>> {
        self.read(&LEDGER_BALANCES, values![]).await?.iter().map(Balance::read).collect()
    }

    /// The entries of an account, newest first; `before` is the place of the last one of the page before.
    pub async fn history(&self, account: &Account, before: Option<i64>, limit: u32) -> Result<Vec<JournalEntry>> {
        let rows = self.read(&LEDGER_HISTORY, values![account.as_str(), before.unwrap_or(i64::MAX), limit]).await?;
        rows.iter().map(JournalEntry::read).collect()
    }

    /// The entries of one payment, oldest first.
    pub async fn journal_of(&self, payment: i64) -> Result<Vec<JournalEntry>> {
        self.read(&LEDGER_OF_PAYMENT, values![payment]).await?.iter().map(JournalEntry::read).collect()
    }
}
