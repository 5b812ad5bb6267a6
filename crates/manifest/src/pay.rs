//! What can be paid at a service, and to whom: the `[pay]` section of a service's file. Only which field is which; how a
//! payment goes is the ledger's and the engine's, the same for every service.

use kernel::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    schema::TextForm,
    service::{Match, Service},
};

/// Paying the rows of an answer, or, for a top-up, paying into the account that the answer shows.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pay {
    pub purpose: Purpose,
    pub payee: Payee,
    /// Budget item of the treasury account, for example 103050101. Only for `payee = "treasury"`.
    #[serde(default)]
    pub item: Option<String>,
    /// Field by which the department knows the row. One payment at a time is open for each.
    #[serde(default)]
    pub id: Option<String>,
    /// Field of the amount, without what has been added for being late.
    #[serde(default)]
    pub amount: Option<String>,
    /// Field of what the department has added for being late. The department's figure goes before our own.
    #[serde(default)]
    pub surcharge: Option<String>,
    /// Field that names the row to the payer: the period of a bill, the offence.
    #[serde(default)]
    pub title: Option<String>,
    /// Field that orders the rows, the smallest being the oldest. Needed where a biller takes the oldest first.
    #[serde(default)]
    pub period: Option<String>,
    /// Field of a decision's number. Where it is named, a row without it cannot be paid, and the posting goes by it.
    #[serde(default)]
    pub decision: Option<String>,
    /// Rows that can be paid.
    #[serde(default)]
    pub when: Option<Match>,
    /// Rows that can be paid once their decision has been accepted, through the act `accept`.
    #[serde(default)]
    pub accept: Option<Match>,
    /// What is added for being late, by our own dated rules: shown before paying.
    #[serde(default)]
    pub late: Option<Late>,
    /// Field of the least that may be paid of a row, where the biller takes a part.
    #[serde(default)]
    pub least: Option<String>,
    /// Field of the balance, for a top-up.
    #[serde(default)]
    pub balance: Option<String>,
    /// Field of how much of the balance can be given back.
    #[serde(default)]
    pub withdrawable: Option<String>,
    /// What the payer reads before paying: to whom the money goes, and how it comes back.
    #[schemars(with = "TextForm")]
    pub note: Text,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// A penalty by decision.
    Fine,
    /// Bills of an account at a biller.
    Bill,
    /// Money put on an account in advance.
    TopUp,
    /// A unit of something finite that is held. No pack writes it: the price is the offer's.
    #[serde(skip_deserializing)]
    #[schemars(skip)]
    Booking,
}

impl Purpose {
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::Bill => "bill",
            Self::TopUp => "top-up",
            Self::Booking => "booking",
        }
    }

    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Fine, Self::Bill, Self::TopUp, Self::Booking].into_iter().find(|purpose| purpose.word() == word)
    }
}

/// Whose money it becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Payee {
    /// The department that is bound for the act `pay`.
    Merchant,
    /// The city's treasury: no partial payment, no balance, no autopay, and refunds by treasury procedure.
    Treasury,
}

/// A late fee of the rules, and the fields that it is computed from.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Late {
    /// Name of a rule in `late-fees.toml`.
    #[schemars(length(min = 1))]
    pub rule: String,
    /// Field of the day from which days are counted, which is not counted itself: received on, due on.
    #[schemars(length(min = 1))]
    pub from: String,
    /// Fields of the first and the last day of a pause, while a decision is contested. An empty last day: it still is.
    #[serde(default)]
    pub paused_from: Option<String>,
    #[serde(default)]
    pub paused_to: Option<String>,
}

impl Pay {
    /// Every field that the section names, with the key under which it stands.
    #[must_use]
    pub fn fields(&self) -> Vec<(&'static str, &str)> {
        let own = [
            ("id", &self.id),
            ("amount", &self.amount),
            ("surcharge", &self.surcharge),
            ("title", &self.title),
            ("period", &self.period),
            ("decision", &self.decision),
            ("least", &self.least),
            ("balance", &self.balance),
            ("withdrawable", &self.withdrawable),
        ];
        own.into_iter().filter_map(|(key, field)| Some((key, field.as_deref()?))).collect()
    }
}

impl Service {
    /// True if there is anything to pay here.
    #[must_use]
    pub const fn is_paid(&self) -> bool {
        self.pay.is_some()
    }
}
