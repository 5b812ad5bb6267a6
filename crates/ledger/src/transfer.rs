//! One posting: the same amount leaves one account and enters another, so that the books cannot but balance.
//!
//! A transfer is never changed and never taken back; a mistake is mended by another transfer, `Corrected`. Within one
//! payment a step happens once per `part`, and the store refuses the second: whatever is repeated by a network, a queue
//! or a person is posted once.

use kernel::Money;

use crate::account::Account;

/// Money moves from `debit` to `credit`: of two accounts that we owe, the first shrinks and the second grows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Transfer {
    pub debit: Account,
    pub credit: Account,
    /// Above zero.
    pub amount: Money,
    pub step: Step,
    /// Tells apart what may happen more than once in a payment: the number of the attempt for `Paid`, of the refund for
    /// `RefundAsked` and `Refunded`, otherwise 0.
    pub part: u16,
}

/// Why a transfer was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Step {
    /// `clearing:<provider>` to `escrow`: the citizen has paid.
    Paid = 1,
    /// `escrow` to the payee: the department has taken it.
    Posted = 2,
    /// `escrow` or a merchant to `refund`: set aside for the citizen.
    RefundAsked = 3,
    /// `refund` to `clearing:<provider>`: it is back.
    Refunded = 4,
    /// `bank:<provider>` to `clearing:<provider>`: the provider has paid out.
    Settled = 5,
    /// A payee to `bank:<provider>`: we have paid out.
    PaidOut = 6,
    /// By staff, with a break as its reason.
    Corrected = 7,
}

impl Step {
    pub const ALL: [Self; 7] =
        [Self::Paid, Self::Posted, Self::RefundAsked, Self::Refunded, Self::Settled, Self::PaidOut, Self::Corrected];

    /// The number that is stored.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.code() == code)
    }

    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::Posted => "posted",
            Self::RefundAsked => "refund-asked",
            Self::Refunded => "refunded",
            Self::Settled => "settled",
            Self::PaidOut => "paid-out",
            Self::Corrected => "corrected",
        }
    }

    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.word() == word)
    }
}

impl Transfer {
    /// A transfer that the books take: something moves, and it moves somewhere else.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.amount > Money::ZERO && self.debit != self.credit
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn steps_survive_their_code_and_their_word() {
        for step in Step::ALL {
            assert_eq!(Step::from_code(step.code()), Some(step));
            assert_eq!(Step::parse(step.word()), Some(step));
        }
        assert_eq!(Step::ALL.iter().map(|step| step.code()).collect::<BTreeSet<_>>().len(), Step::ALL.len());
        assert_eq!((Step::from_code(0), Step::parse("nothing")), (None, None));
    }

    #[test]
    fn nothing_and_a_circle_are_no_transfers() {
        let sound = Transfer {
            debit: Account::escrow(),
            credit: Account::refund(),
            amount: Money::from_fen(1),
            step: Step::RefundAsked,
            part: 0,
        };
        assert!(sound.is_sound());
        assert!(!Transfer { amount: Money::ZERO, ..sound.clone() }.is_sound());
        assert!(!Transfer { amount: Money::from_fen(-1), ..sound.clone() }.is_sound());
        assert!(!Transfer { credit: Account::escrow(), ..sound }.is_sound());
    }
}
