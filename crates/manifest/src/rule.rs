//! Dated rules: points, fines and ages by the day on which they apply. `packs/rules/<set>/*.toml`.
//!
//! A question about a rule always names a day; the answer comes from the youngest rule in force on it. A city may
//! override the country's fine, because the place of the violation decides.

use std::collections::BTreeMap;

use kernel::{Date, Money, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    booking::BookingRules,
    fee::{LateFeeRule, TariffRule},
    schema::{DateForm, TextForm},
};

/// All rule sets merged, each rule with the day from which it holds.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// Youngest first.
    pub(crate) points: Vec<PointsRule>,
    pub(crate) exam: Vec<ExamRule>,
    pub(crate) fines: Vec<FineRule>,
    pub(crate) late_fees: Vec<LateFeeRule>,
    pub(crate) tariffs: Vec<TariffRule>,
    /// Release profiles, tickets, fares of children, marriages.
    pub booking: BookingRules,
}

/// Points per violation code from a day on.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PointsRule {
    #[schemars(with = "DateForm")]
    pub effective_on: Date,
    /// The order or article that says so.
    #[schemars(with = "TextForm")]
    pub source: Text,
    /// Points of a full cycle.
    #[schemars(range(min = 1, max = 100))]
    pub full: i64,
    #[serde(rename = "code")]
    pub by_code: BTreeMap<String, Violation>,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Violation {
    #[schemars(with = "TextForm")]
    pub text: Text,
    #[schemars(range(min = 0, max = 12))]
    pub points: i64,
}

/// The driver's medical exam from a day on.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExamRule {
    #[schemars(with = "DateForm")]
    pub effective_on: Date,
    #[schemars(with = "TextForm")]
    pub source: Text,
    /// From this age on, one exam a cycle.
    #[schemars(range(min = 18, max = 100))]
    pub age: i16,
    /// Days after the end of a cycle within which it must be handed in.
    #[schemars(range(min = 0, max = 366))]
    pub days_after_cycle: i32,
    /// Licence classes whose holders hand in one exam every so many cycles whatever their age, for example C5 = 3.
    #[serde(default)]
    pub cycles_by_class: BTreeMap<String, u32>,
}

/// The range of a fine by place (first digits of the area code; empty = the whole country) and code, from a day on.
#[derive(Clone, Debug)]
pub struct FineRule {
    pub effective_on: Date,
    pub place: String,
    pub source: Text,
    pub by_code: BTreeMap<String, (Money, Money)>,
}

/// `packs/rules/<set>/points.toml`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PointsFile {
    #[schemars(length(min = 1))]
    pub rule: Vec<PointsRule>,
}

/// `packs/rules/<set>/exam.toml`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExamFile {
    #[schemars(length(min = 1))]
    pub rule: Vec<ExamRule>,
}

/// `packs/rules/<set>/fines.toml`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FinesFile {
    #[schemars(length(min = 1))]
    pub rule: Vec<FineRuleForm>,
}

/// A [`FineRule`] as written: amounts in yuan.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FineRuleForm {
    #[schemars(with = "DateForm")]
    pub effective_on: Date,
    /// First two, four or six digits of the area code; empty for the whole country.
    #[serde(default)]
    #[schemars(regex(pattern = "^([0-9]{2}){0,3}$"))]
    pub place: String,
    #[schemars(with = "TextForm")]
    pub source: Text,
    pub code: BTreeMap<String, FineRange>,
}

/// A fine in whole yuan, from and to, both included.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FineRange {
    #[schemars(range(min = 0, max = 100_000))]
    pub from_yuan: i64,
    #[schemars(range(min = 0, max = 100_000))]
    pub to_yuan: i64,
}

impl From<FineRuleForm> for FineRule {
    fn from(form: FineRuleForm) -> Self {
        let fen = |yuan: i64| Money::from_fen(yuan * 100);
        Self {
            effective_on: form.effective_on,
            place: form.place,
            source: form.source,
            by_code: form
                .code
                .into_iter()
                .map(|(code, range)| (code, (fen(range.from_yuan), fen(range.to_yuan))))
                .collect(),
        }
    }
}

impl Rules {
    /// Merges rules of any order.
    #[must_use]
    pub fn new(mut points: Vec<PointsRule>, mut exam: Vec<ExamRule>, mut fines: Vec<FineRule>) -> Self {
        points.sort_by_key(|rule| std::cmp::Reverse(rule.effective_on));
        exam.sort_by_key(|rule| std::cmp::Reverse(rule.effective_on));
        fines.sort_by_key(|rule| std::cmp::Reverse(rule.effective_on));
        Self { points, exam, fines, ..Self::default() }
    }

    /// The same rules with others about money, of any order.
    #[must_use]
    pub fn with_fees(self, late_fees: Vec<LateFeeRule>, tariffs: Vec<TariffRule>) -> Self {
        Self { late_fees, tariffs, ..self }
    }

    /// The same rules with those of booking.
    #[must_use]
    pub fn with_booking(self, booking: BookingRules) -> Self {
        Self { booking, ..self }
    }

    /// The points rule in force on a day; `None` before the oldest.
    #[must_use]
    pub fn points_on(&self, day: Date) -> Option<&PointsRule> {
        self.points.iter().find(|rule| rule.effective_on <= day)
    }

    #[must_use]
    pub fn exam_on(&self, day: Date) -> Option<&ExamRule> {
        self.exam.iter().find(|rule| rule.effective_on <= day)
    }

    /// The range for a code at a place on a day: the most local rule that knows the code, and of those the youngest.
    #[must_use]
    pub fn fine_on(&self, day: Date, place: &str, code: &str) -> Option<(Money, Money, &FineRule)> {
        self.fines
            .iter()
            .filter(|rule| rule.effective_on <= day && place.starts_with(&rule.place))
            .filter_map(|rule| rule.by_code.get(code).map(|&(from, to)| (from, to, rule)))
            .max_by_key(|(_, _, rule)| (rule.place.len(), rule.effective_on))
    }
}
