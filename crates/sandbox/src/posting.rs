//! What was done at a department's counter from outside: postings, and the answer that each key was given. A key that comes
//! again gets the same answer for ever; a key with another content is refused. Held in memory, on top of the computed
//! population.

use std::collections::HashMap;

use jiff::civil::DateTime;
use kernel::{Date, Timestamp};
use serde::Serialize;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PostingKind {
    /// Bills or a fine.
    Paid,
    TopUp,
    Withdrawn,
}

/// One line of a department's books.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Posting {
    pub kind: PostingKind,
    /// Whoever asked for it chose this.
    pub key: String,
    /// Customer number, or number of the decision.
    pub subject: String,
    /// Bills, or the record of the violation, with what each was given; empty for a balance.
    pub bills: Vec<Share>,
    /// Without late fee or surcharge.
    pub amount_fen: i64,
    pub late_fee_fen: i64,
    pub paid_at: DateTime,
    pub booked_at: Timestamp,
    /// The department's own number of this line.
    pub reference: String,
    /// The payment provider's number, as told.
    pub trade_no: String,
    /// The line that a withdrawal takes back.
    pub against: Option<String>,
}

/// What one bill got of a posting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Share {
    pub id: String,
    pub amount_fen: i64,
    pub late_fee_fen: i64,
}

/// Why a department does not do what it is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) enum Refusal {
    AlreadyPaid,
    /// What is due now, and the late fee or surcharge.
    AmountChanged {
        due_fen: i64,
        late_fee_fen: i64,
    },
    KeyReused,
    OldestFirst,
    BelowMinimum {
        min_fen: i64,
    },
    OutOfRange {
        min_fen: i64,
        max_fen: i64,
    },
    NoSuchBill,
    BalanceShort {
        left_fen: i64,
    },
    NotOffered,
    Contested,
    DecidedOtherwise,
}

impl Refusal {
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::AlreadyPaid => "2001",
            Self::AmountChanged { .. } => "2002",
            Self::KeyReused => "2003",
            Self::OldestFirst => "2004",
            Self::BelowMinimum { .. } => "2005",
            Self::OutOfRange { .. } => "2006",
            Self::NoSuchBill => "2007",
            Self::BalanceShort { .. } => "2008",
            Self::NotOffered => "2009",
            Self::Contested => "2010",
            Self::DecidedOtherwise => "2011",
        }
    }

    pub(crate) const fn message(&self) -> &'static str {
        match self {
            Self::AlreadyPaid => "已缴清",
            Self::AmountChanged { .. } => "应缴金额有变",
            Self::KeyReused => "流水号已用于另一笔业务",
            Self::OldestFirst => "须先缴较早的账单",
            Self::BelowMinimum { .. } => "低于最低缴纳金额",
            Self::OutOfRange { .. } => "超出充值范围",
            Self::NoSuchBill => "账单不存在",
            Self::BalanceShort { .. } => "可退余额不足",
            Self::NotOffered => "本单位不办理此业务",
            Self::Contested => "申辩处理中",
            Self::DecidedOtherwise => "已由他人处理",
        }
    }
}

pub(crate) type Outcome = Result<Posting, Refusal>;

/// What of a bill was paid, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) on: Date,
    pub(crate) amount_fen: i64,
}

/// The books of one department of one area.
#[derive(Default)]
pub(crate) struct Journal {
    postings: Vec<Posting>,
    parts: HashMap<String, Vec<Part>>,
    /// Sum of top-ups less withdrawals by customer number, and what was spent at the counter.
    topped_fen: HashMap<String, i64>,
    spent_fen: HashMap<String, i64>,
    answers: HashMap<String, (String, Outcome)>,
}

impl Journal {
    /// Decides once per key: `content` is everything that was asked under it.
    pub(crate) fn once(&mut self, key: &str, content: String, decide: impl FnOnce(&Self) -> Outcome) -> Outcome {
        if let Some((before, outcome)) = self.answers.get(key) {
            return if *before == content { outcome.clone() } else { Err(Refusal::KeyReused) };
        }
        let outcome = decide(self);
        if let Ok(posting) = &outcome {
            self.book(posting.clone());
        }
        self.answers.insert(key.to_owned(), (content, outcome.clone()));
        outcome
    }

    fn book(&mut self, posting: Posting) {
        match posting.kind {
            PostingKind::Paid => {
                let on = posting.paid_at.date();
                for share in &posting.bills {
                    let part = Part { on, amount_fen: share.amount_fen };
                    self.parts.entry(share.id.clone()).or_default().push(part);
                }
            }
            PostingKind::TopUp => *self.topped_fen.entry(posting.subject.clone()).or_default() += posting.amount_fen,
            PostingKind::Withdrawn => {
                *self.topped_fen.entry(posting.subject.clone()).or_default() -= posting.amount_fen;
            }
        }
        self.postings.push(posting);
    }

    pub(crate) fn paid(&self, bill: &str) -> &[Part] {
        self.parts.get(bill).map_or(&[], Vec::as_slice)
    }

    /// Top-ups less withdrawals.
    pub(crate) fn topped_fen(&self, subject: &str) -> i64 {
        self.topped_fen.get(subject).copied().unwrap_or(0)
    }

    pub(crate) fn spent_fen(&self, subject: &str) -> i64 {
        self.spent_fen.get(subject).copied().unwrap_or(0)
    }

    /// Money leaves a balance at the counter, without a posting of ours.
    pub(crate) fn spend(&mut self, subject: &str, amount_fen: i64) {
        let spent = self.spent_fen.entry(subject.to_owned()).or_default();
        *spent = spent.saturating_add(amount_fen);
    }

    pub(crate) fn postings(&self) -> &[Posting] {
        &self.postings
    }

    /// The number of the next line.
    pub(crate) fn next_reference(&self, prefix: &str, day: Date) -> String {
        format!("{prefix}{}{:08}", day.strftime("%Y%m%d"), self.postings.len() + 1)
    }
}
