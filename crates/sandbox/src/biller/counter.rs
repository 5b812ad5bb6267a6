//! What a company does when it is told that somebody paid: it books, or says why not. Pure, but for the journal that it
//! reads.

use jiff::civil::DateTime;
use kernel::Timestamp;

use super::{Bill, BillState, Customer};
use crate::{
    draw::Topic,
    population::District,
    posting::{Journal, Outcome, Posting, PostingKind, Refusal, Share},
};

/// Bills to be posted; without bills a top-up of the balance.
#[derive(Clone, Debug, Hash)]
pub(crate) struct Order {
    pub(crate) key: String,
    pub(crate) bills: Vec<String>,
    pub(crate) amount_fen: i64,
    pub(crate) late_fee_fen: i64,
    pub(crate) paid_at: DateTime,
    pub(crate) trade_no: String,
}

/// The rest of a balance, or of one top-up, that is wanted back.
#[derive(Clone, Debug, Hash)]
pub(crate) struct Withdrawal {
    pub(crate) key: String,
    pub(crate) amount_fen: i64,
    pub(crate) against: Option<String>,
}

/// Money on an account or card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Balance {
    pub(crate) fen: i64,
    /// What of it was put there from outside and can go back.
    pub(crate) withdrawable_fen: i64,
}

/// Money that lay on accounts before anybody came through this platform.
const OPENING_FEN_MAX: u64 = 20_000;

impl District {
    /// `None` where an account has no balance.
    pub(crate) fn balance(&self, customer: &Customer, journal: &Journal) -> Option<Balance> {
        let rules = customer.biller.rules();
        rules.top_up_fen?;
        let mut draw = self.draw(Topic::Balance, customer.n << 4 | customer.biller as u64);
        let opening = i64::try_from(draw.below(OPENING_FEN_MAX) / 10 * 10).unwrap_or(0);
        let (topped, spent) = (journal.topped_fen(&customer.no), journal.spent_fen(&customer.no));
        let fen = (opening + topped - spent).max(0);
        let withdrawable_fen = if rules.withdraw { fen.min(topped.max(0)) } else { 0 };
        Some(Balance { fen, withdrawable_fen })
    }

    /// Books an order once per key.
    pub(crate) fn post(&self, customer: &Customer, order: Order, journal: &mut Journal, now: Timestamp) -> Outcome {
        let content = format!("{:?} {order:?}", customer.no);
        let key = order.key.clone();
        journal.once(&key, content, |journal| {
            let bills = if order.bills.is_empty() {
                top_up(customer, &order)?;
                Vec::new()
            } else {
                // The late fee ends on the day of payment, however long the posting took to arrive.
                let on_record = self.bills(customer, journal, order.paid_at.date());
                shares(customer, &order, &on_record)?
            };
            let kind = if bills.is_empty() { PostingKind::TopUp } else { PostingKind::Paid };
            Ok(Posting {
                kind,
                key: order.key,
                subject: customer.no.clone(),
                bills,
                amount_fen: order.amount_fen,
                late_fee_fen: order.late_fee_fen,
                paid_at: order.paid_at,
                booked_at: now,
                reference: journal.next_reference("SF", now.date()),
                trade_no: order.trade_no,
                against: None,
            })
        })
    }

    /// Gives money of a balance back, once per key.
    pub(crate) fn withdraw(
        &self,
        customer: &Customer,
        wanted: Withdrawal,
        journal: &mut Journal,
        now: Timestamp,
    ) -> Outcome {
        let content = format!("{:?} {wanted:?}", customer.no);
        let key = wanted.key.clone();
        journal.once(&key, content, |journal| {
            if !customer.biller.rules().withdraw {
                return Err(Refusal::NotOffered);
            }
            let all = self.balance(customer, journal).map_or(0, |balance| balance.withdrawable_fen);
            let left_fen = match &wanted.against {
                Some(reference) => all.min(left_of(journal, customer, reference)?),
                None => all,
            };
            if wanted.amount_fen <= 0 || wanted.amount_fen > left_fen {
                return Err(Refusal::BalanceShort { left_fen });
            }
            Ok(Posting {
                kind: PostingKind::Withdrawn,
                key: wanted.key,
                subject: customer.no.clone(),
                bills: Vec::new(),
                amount_fen: wanted.amount_fen,
                late_fee_fen: 0,
                paid_at: now.civil(),
                booked_at: now,
                reference: journal.next_reference("TK", now.date()),
                trade_no: String::new(),
                against: wanted.against,
            })
        })
    }
}

fn top_up(customer: &Customer, order: &Order) -> Result<(), Refusal> {
    let (min_fen, max_fen) = customer.biller.rules().top_up_fen.ok_or(Refusal::NotOffered)?;
    if order.late_fee_fen != 0 || !(min_fen..=max_fen).contains(&order.amount_fen) {
        return Err(Refusal::OutOfRange { min_fen, max_fen });
    }
    Ok(())
}

/// What of a top-up has not been taken back yet.
fn left_of(journal: &Journal, customer: &Customer, reference: &str) -> Result<i64, Refusal> {
    let of_this = || journal.postings().iter().filter(|posting| posting.subject == customer.no);
    let top_up = of_this().find(|posting| posting.kind == PostingKind::TopUp && posting.reference == reference);
    let taken = of_this().filter(|posting| posting.against.as_deref() == Some(reference)).map(|back| back.amount_fen);
    Ok(top_up.ok_or(Refusal::NoSuchBill)?.amount_fen - taken.sum::<i64>())
}

/// Splits an order over its bills, or says why it does not fit them.
fn shares(customer: &Customer, order: &Order, on_record: &[Bill]) -> Result<Vec<Share>, Refusal> {
    let rules = customer.biller.rules();
    let mut chosen: Vec<&Bill> = Vec::new();
    for id in &order.bills {
        let bill = on_record.iter().find(|bill| bill.id == *id).ok_or(Refusal::NoSuchBill)?;
        if chosen.iter().any(|other| other.id == bill.id) {
            return Err(Refusal::NoSuchBill);
        }
        chosen.push(bill);
    }
    if chosen.iter().any(|bill| bill.state == BillState::Paid) {
        return Err(Refusal::AlreadyPaid);
    }
    let newest = chosen.iter().map(|bill| bill.issued_on).max();
    let skipped = |bill: &&Bill| {
        bill.state == BillState::Unpaid && Some(bill.issued_on) < newest && chosen.iter().all(|one| one.id != bill.id)
    };
    if rules.oldest_first && on_record.iter().any(|bill| skipped(&bill)) {
        return Err(Refusal::OldestFirst);
    }
    let due_fen: i64 = chosen.iter().map(|bill| bill.rest_fen).sum();
    let late_fee_fen: i64 = chosen.iter().map(|bill| bill.late_fee_fen).sum();
    let changed = Refusal::AmountChanged { due_fen, late_fee_fen };
    if order.late_fee_fen != late_fee_fen || order.amount_fen > due_fen {
        return Err(changed);
    }
    if order.amount_fen < due_fen {
        let ([bill], Some(_)) = (chosen.as_slice(), rules.partial_min_fen) else { return Err(changed) };
        if order.amount_fen < bill.min_fen {
            return Err(Refusal::BelowMinimum { min_fen: bill.min_fen });
        }
        let share = Share { id: bill.id.clone(), amount_fen: order.amount_fen, late_fee_fen };
        return Ok(vec![share]);
    }
    let whole =
        |bill: &&Bill| Share { id: bill.id.clone(), amount_fen: bill.rest_fen, late_fee_fen: bill.late_fee_fen };
    Ok(chosen.iter().map(whole).collect())
}
