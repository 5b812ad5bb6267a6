//! The chart of accounts. A name says whose money it is, so that a balance can be read without a second table.
//!
//! | name | whose money | grows by |
//! |---|---|---|
//! | `clearing:<provider>` | taken by a payment provider, not yet in our bank | debit |
//! | `bank:<provider>` | paid out to our bank by a provider | debit |
//! | `escrow` | a citizen's, paid and not yet taken by the department | credit |
//! | `refund` | a citizen's, on its way back | credit |
//! | `merchant:<department>` | a department's own revenue | credit |
//! | `treasury:<city code>:<item>` | the treasury's: fines and permit fees, by budget item | credit |
//! | `suspense` | nobody knows yet; staff find out | credit |

use std::{fmt, sync::Arc};

use kernel::{DepartmentId, ProviderId, id::is_slug};

/// The name of a ledger account, checked once.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Account(Arc<str>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Clearing,
    Bank,
    Escrow,
    Refund,
    Merchant,
    Treasury,
    Suspense,
}

/// The side on which an account grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Debit,
    Credit,
}

impl Kind {
    pub const ALL: [Self; 7] =
        [Self::Clearing, Self::Bank, Self::Escrow, Self::Refund, Self::Merchant, Self::Treasury, Self::Suspense];

    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Clearing => "clearing",
            Self::Bank => "bank",
            Self::Escrow => "escrow",
            Self::Refund => "refund",
            Self::Merchant => "merchant",
            Self::Treasury => "treasury",
            Self::Suspense => "suspense",
        }
    }

    /// What we hold grows by debit; what we owe grows by credit.
    #[must_use]
    pub const fn normal_side(self) -> Side {
        match self {
            Self::Clearing | Self::Bank => Side::Debit,
            Self::Escrow | Self::Refund | Self::Merchant | Self::Treasury | Self::Suspense => Side::Credit,
        }
    }
}

impl Account {
    #[must_use]
    pub fn clearing(provider: &ProviderId) -> Self {
        Self(format!("clearing:{provider}").into())
    }

    #[must_use]
    pub fn bank(provider: &ProviderId) -> Self {
        Self(format!("bank:{provider}").into())
    }

    #[must_use]
    pub fn escrow() -> Self {
        Self("escrow".into())
    }

    #[must_use]
    pub fn refund() -> Self {
        Self("refund".into())
    }

    #[must_use]
    pub fn suspense() -> Self {
        Self("suspense".into())
    }

    #[must_use]
    pub fn merchant(department: &DepartmentId) -> Self {
        Self(format!("merchant:{department}").into())
    }

    /// A budget item of a city's treasury: six digits of the area code, then the item's code.
    #[must_use]
    pub fn treasury(city_code: &str, item: &str) -> Option<Self> {
        Self::parse(&format!("treasury:{city_code}:{item}"))
    }

    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let mut parts = name.split(':');
        let first = parts.next()?;
        let kind = Kind::ALL.into_iter().find(|kind| kind.word() == first)?;
        let rest: Vec<&str> = parts.collect();
        let sound = match (kind, rest.as_slice()) {
            (Kind::Escrow | Kind::Refund | Kind::Suspense, []) => true,
            (Kind::Clearing | Kind::Bank | Kind::Merchant, [id]) => is_slug(id),
            (Kind::Treasury, [city_code, item]) => is_city_code(city_code) && is_item(item),
            _ => false,
        };
        sound.then(|| Self(name.into()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    #[must_use]
    pub fn kind(&self) -> Kind {
        let first = self.0.split(':').next().unwrap_or_default();
        // Only checked names exist, so that the default is never taken.
        Kind::ALL.into_iter().find(|kind| kind.word() == first).unwrap_or(Kind::Suspense)
    }

    /// What stands behind the kind: a provider, a department, or `<city code>:<item>`; empty for the accounts that
    /// exist once.
    #[must_use]
    pub fn owner(&self) -> &str {
        self.0.split_once(':').map_or("", |(_, owner)| owner)
    }

    #[must_use]
    pub fn normal_side(&self) -> Side {
        self.kind().normal_side()
    }
}

fn is_city_code(text: &str) -> bool {
    text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit())
}

/// Codes of budget items are digits; sample packs also write words.
fn is_item(text: &str) -> bool {
    (1..=32).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chart_of_accounts_is_closed() {
        for (name, kind, owner) in [
            ("clearing:alipay", Kind::Clearing, "alipay"),
            ("bank:wechatpay", Kind::Bank, "wechatpay"),
            ("escrow", Kind::Escrow, ""),
            ("refund", Kind::Refund, ""),
            ("suspense", Kind::Suspense, ""),
            ("merchant:a-utility", Kind::Merchant, "a-utility"),
            ("treasury:990100:103050101", Kind::Treasury, "990100:103050101"),
        ] {
            let account = Account::parse(name).expect(name);
            assert_eq!((account.kind(), account.owner(), account.as_str()), (kind, owner, name));
        }
        for name in [
            "",
            "escrow:x",
            "clearing",
            "clearing:",
            "clearing:A",
            "merchant:a:b",
            "treasury:990100",
            "treasury:99010:1",
            "treasury:990100:",
            "treasury:990100:-1",
            "fee",
            "Escrow",
            "escrow ",
        ] {
            assert_eq!(Account::parse(name), None, "{name}");
        }
    }

    #[test]
    fn built_names_are_parsed_names() {
        let (provider, department) =
            (ProviderId::parse("alipay").expect("slug"), DepartmentId::parse("a-utility").expect("slug"));
        let accounts = [
            Account::clearing(&provider),
            Account::bank(&provider),
            Account::escrow(),
            Account::refund(),
            Account::suspense(),
            Account::merchant(&department),
            Account::treasury("990100", "103050101").expect("sound"),
        ];
        for account in accounts {
            assert_eq!(Account::parse(account.as_str()), Some(account.clone()));
        }
    }
}
