//! What each payee gets for a day: how many payments, what they come to, what went back, and what is left to pay out.
//!
//! Computed from the day's transfers and nothing else, so that what is settled is what is booked. A day is closed when
//! its breaks are; that is the desk's to hold.

use std::collections::BTreeMap;

use kernel::Money;

use crate::{
    account::{Account, Kind},
    transfer::{Step, Transfer},
};

/// One payee's day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settlement {
    pub payments: u32,
    pub gross: Money,
    pub refunds: u32,
    pub refunded: Money,
}

impl Settlement {
    /// What is left to pay out. Below zero on a day on which more went back than came.
    #[must_use]
    pub const fn net(&self) -> Money {
        Money::from_fen(self.gross.fen() - self.refunded.fen())
    }

    fn add(&mut self, transfer: &Transfer, payee_gains: bool) {
        let (count, sum) =
            if payee_gains { (&mut self.payments, &mut self.gross) } else { (&mut self.refunds, &mut self.refunded) };
        *count += 1;
        *sum = Money::from_fen(sum.fen().saturating_add(transfer.amount.fen()));
    }
}

/// The day's settlements by payee. A payee to whom nothing happened has none.
#[must_use]
pub fn settle<'a>(transfers: impl IntoIterator<Item = &'a Transfer>) -> BTreeMap<Account, Settlement> {
    let is_payee = |account: &Account| matches!(account.kind(), Kind::Merchant | Kind::Treasury);
    let mut days: BTreeMap<Account, Settlement> = BTreeMap::new();
    for transfer in transfers {
        match transfer.step {
            Step::Posted if is_payee(&transfer.credit) => {
                days.entry(transfer.credit.clone()).or_default().add(transfer, true);
            }
            Step::RefundAsked if is_payee(&transfer.debit) => {
                days.entry(transfer.debit.clone()).or_default().add(transfer, false);
            }
            // Corrections have their own line in the books and are paid out by hand.
            _ => {}
        }
    }
    days
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn account(name: &str) -> Account {
        Account::parse(name).expect(name)
    }

    fn transfer(step: Step, debit: &str, credit: &str, fen: i64) -> Transfer {
        Transfer { debit: account(debit), credit: account(credit), amount: Money::from_fen(fen), step, part: 0 }
    }

    #[test]
    fn a_day_is_counted_by_payee() {
        let (utility, fines) = ("merchant:a-utility", "treasury:990100:103050101");
        let day = [
            transfer(Step::Paid, "clearing:alipay", "escrow", 8_640),
            transfer(Step::Posted, "escrow", utility, 8_640),
            transfer(Step::Posted, "escrow", utility, 100),
            transfer(Step::Posted, "escrow", fines, 20_000),
            transfer(Step::RefundAsked, utility, "refund", 640),
            transfer(Step::Refunded, "refund", "clearing:alipay", 640),
            // Refused and surplus money was never the payee's.
            transfer(Step::RefundAsked, "escrow", "refund", 500),
            transfer(Step::PaidOut, utility, "bank:alipay", 8_000),
            transfer(Step::Corrected, "suspense", utility, 1),
        ];
        let days = settle(&day);
        let money = Money::from_fen;
        let expected = Settlement { payments: 2, gross: money(8_740), refunds: 1, refunded: money(640) };
        assert_eq!(days[&account(utility)], expected);
        assert_eq!(days[&account(utility)].net(), money(8_100));
        assert_eq!(days[&account(fines)].net(), money(20_000));
        assert_eq!(days.len(), 2);
        assert!(settle(&[]).is_empty());
    }

    proptest! {
        /// What is settled is what the books say that the payees have gained.
        #[test]
        fn settlements_add_up_to_the_balances(steps in prop::collection::vec((0usize..3, 0usize..3, 1i64..10_000), 0..60)) {
            let payees = ["merchant:a", "merchant:b", "treasury:990100:1"];
            let day: Vec<Transfer> = steps
                .iter()
                .map(|(kind, payee, fen)| match kind {
                    0 => transfer(Step::Posted, "escrow", payees[*payee], *fen),
                    1 => transfer(Step::RefundAsked, payees[*payee], "refund", *fen),
                    _ => transfer(Step::Paid, "clearing:p", "escrow", *fen),
                })
                .collect();
            let days = settle(&day);
            for payee in payees.map(account) {
                let gained: i64 = day.iter().map(|transfer| {
                    i64::from(transfer.credit == payee) * transfer.amount.fen()
                        - i64::from(transfer.debit == payee) * transfer.amount.fen()
                }).sum();
                prop_assert_eq!(days.get(&payee).map_or(0, |day| day.net().fen()), gained);
            }
        }
    }
}
