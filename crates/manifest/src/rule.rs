//! Dated rules: points, fines and ages by the day on which they apply. `packs/rules/<set>/*.toml`.
//!
//! A question about a rule always names a day; the answer comes from the youngest rule in force on it. A city may
//! override the country's fine, because the place of the violation decides.

use std::collections::BTreeMap;

use kernel::{Date, Money, Text};

/// All rule sets merged, each rule with the day from which it holds.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// Youngest first.
    pub(crate) points: Vec<PointsRule>,
    pub(crate) exam: Vec<ExamRule>,
    pub(crate) fines: Vec<FineRule>,
}

/// Points per violation code from a day on.
#[derive(Clone, Debug)]
pub struct PointsRule {
    pub effective_on: Date,
    pub source: Text,
    /// Points of a full cycle.
    pub full: i64,
    pub by_code: BTreeMap<String, Violation>,
}

#[derive(Clone, Debug)]
pub struct Violation {
    pub text: Text,
    pub points: i64,
}

/// The driver's medical exam from a day on.
#[derive(Clone, Debug)]
pub struct ExamRule {
    pub effective_on: Date,
    pub source: Text,
    /// From this age on, one exam a cycle.
    pub age: i16,
    /// Days after the end of a cycle within which it must be handed in.
    pub days_after_cycle: i32,
    /// Licence classes whose holders hand in one exam every so many cycles whatever their age, for example C5 = 3.
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

impl Rules {
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
