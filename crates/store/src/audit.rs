//! The audit: whether the books say what the payments say.
//!
//! It reads everything, so it is for an operator, a test and the end of a bench, never for a page. Each question is one
//! statement and sees one state; while money moves, two of them may see two states, so an audit is asked for again before
//! anybody is woken.

use ::ledger::{Account, Step};
use kernel::Money;

use crate::{City, Error, Result, Row, payment::money, statement::statement, value::values};

/// How many of the payments that disagree are named.
const NAMED_MAX: u32 = 100;

statement! {
    AUDIT_JOURNAL = "SELECT count(*), coalesce(CAST(sum(amount_fen) AS BIGINT), 0) FROM transfer";
    AUDIT_ROLLED = "SELECT count(*) FROM ledger_account WHERE
            debit_fen <> coalesce((SELECT CAST(sum(amount_fen) AS BIGINT) FROM transfer
                WHERE debit = ledger_account.number AND seq <= rolled_to), 0)
            OR credit_fen <> coalesce((SELECT CAST(sum(amount_fen) AS BIGINT) FROM transfer
                WHERE credit = ledger_account.number AND seq <= rolled_to), 0)";
    AUDIT_PAYMENTS = "SELECT number FROM payment WHERE
            coalesce((SELECT CAST(sum(amount_fen) AS BIGINT) FROM attempt WHERE payment = payment.number AND paid_at IS NOT NULL), 0)
                <> coalesce((SELECT CAST(sum(amount_fen) AS BIGINT) FROM transfer WHERE payment = payment.number AND step = ?1), 0)
            OR CASE WHEN posted_at IS NULL THEN 0 ELSE amount_fen END
                <> coalesce((SELECT CAST(sum(amount_fen) AS BIGINT) FROM transfer WHERE payment = payment.number AND step = ?2), 0)
            OR coalesce((SELECT CAST(sum(amount_fen) AS BIGINT) FROM refund
                    WHERE payment = payment.number AND approved_at IS NOT NULL AND route = 'provider'), 0)
                <> coalesce((SELECT CAST(sum(amount_fen) AS BIGINT) FROM transfer WHERE payment = payment.number AND step = ?3), 0)
            OR coalesce((SELECT CAST(sum(amount_fen) AS BIGINT) FROM refund
                    WHERE payment = payment.number AND done_at IS NOT NULL AND route = 'provider'), 0)
                <> coalesce((SELECT CAST(sum(amount_fen) AS BIGINT) FROM transfer WHERE payment = payment.number AND step = ?4), 0)
        ORDER BY number LIMIT ?5";
    AUDIT_EXPECTED = "SELECT
            coalesce((SELECT CAST(sum(amount_fen) AS BIGINT) FROM attempt WHERE paid_at IS NOT NULL), 0)
                - coalesce((SELECT CAST(sum(amount_fen) AS BIGINT) FROM payment WHERE posted_at IS NOT NULL), 0)
                - coalesce((SELECT CAST(sum(amount_fen) AS BIGINT) FROM refund WHERE approved_at IS NOT NULL AND route = 'provider'
                    AND reason IN ('surplus', 'late', 'refused')), 0),
            coalesce((SELECT CAST(sum(amount_fen) AS BIGINT) FROM refund WHERE approved_at IS NOT NULL AND route = 'provider'), 0)
                - coalesce((SELECT CAST(sum(amount_fen) AS BIGINT) FROM refund WHERE done_at IS NOT NULL AND route = 'provider'), 0)";
}

/// The journal alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalAudit {
    pub transfers: u64,
    /// The sum of all amounts, counted from the entries.
    pub moved: Money,
    /// What all accounts say together on each side: both are what was moved.
    pub debit: Money,
    pub credit: Money,
    /// Accounts whose roll-up is not what their entries say.
    pub wrong_roll_ups: u64,
}

impl JournalAudit {
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.debit == self.moved && self.credit == self.moved && self.wrong_roll_ups == 0
    }
}

/// The journal beside the payments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audit {
    pub journal: JournalAudit,
    /// Numbers of payments whose orders and refunds are not what their entries say; some of them, if there are many.
    pub wrong_payments: Vec<i64>,
    /// What escrow says, and what is paid and neither posted nor set aside.
    pub escrow: (Money, Money),
    /// What the refund account says, and what is set aside and not back.
    pub refund: (Money, Money),
}

impl Audit {
    #[must_use]
    pub fn is_clean(&self) -> bool {
        let same = |(ours, expected): (Money, Money)| ours == expected;
        self.journal.is_clean() && self.wrong_payments.is_empty() && same(self.escrow) && same(self.refund)
    }
}

impl City {
    pub async fn audit_journal(&self) -> Result<JournalAudit> {
        let journal = self.read_one(&AUDIT_JOURNAL, values![]).await?.ok_or(Error::Missing("journal"))?;
        let wrong = self.read_one(&AUDIT_ROLLED, values![]).await?.ok_or(Error::Missing("journal"))?;
        let balances = self.balances().await?;
        Ok(JournalAudit {
            transfers: journal.count(0)?,
            moved: money(&journal, 1)?,
            debit: Money::from_fen(balances.iter().map(|balance| balance.debit.fen()).sum()),
            credit: Money::from_fen(balances.iter().map(|balance| balance.credit.fen()).sum()),
            wrong_roll_ups: wrong.count(0)?,
        })
    }

    pub async fn audit(&self) -> Result<Audit> {
        let [paid, posted, asked, back] =
            [Step::Paid, Step::Posted, Step::RefundAsked, Step::Refunded].map(|step| i64::from(step.code()));
        let wrong = self.read(&AUDIT_PAYMENTS, values![paid, posted, asked, back, NAMED_MAX]).await?;
        let expected = self.read_one(&AUDIT_EXPECTED, values![]).await?.ok_or(Error::Missing("payments"))?;
        let says = async |account: Account| -> Result<Money> {
            Ok(self.balance(&account).await?.map_or(Money::ZERO, |balance| balance.amount()))
        };
        Ok(Audit {
            journal: self.audit_journal().await?,
            wrong_payments: wrong.iter().map(|row: &Row| row.int(0)).collect::<Result<_>>()?,
            escrow: (says(Account::escrow()).await?, money(&expected, 0)?),
            refund: (says(Account::refund()).await?, money(&expected, 1)?),
        })
    }
}
