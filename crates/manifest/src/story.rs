//! Stories: examples beside a service that run as acceptance tests against the sandbox. `packs/services/<id>.story.toml`.
//!
//! A story names a synthetic citizen by role, never by number, and holds in every city that lists the service. Only the
//! types and the parser are here; whoever has a sandbox runs them.

use kernel::{ServiceId, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    booking::story::BookingStory,
    schema::{SlugForm, TextForm},
};

/// One `*.story.toml`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StoryFile {
    #[schemars(with = "SlugForm")]
    pub service: ServiceId,
    #[serde(default)]
    pub story: Vec<Story>,
    /// Stories of a service that is booked.
    #[serde(default)]
    pub booking: Vec<BookingStory>,
}

/// Given a citizen, when they ask, then they see.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Story {
    #[schemars(with = "TextForm")]
    pub name: Text,
    pub given: Role,
    /// What is wrong with the department meanwhile; nothing if absent.
    #[serde(default)]
    pub when: When,
    pub expect: Expect,
}

/// Synthetic citizens that the sandbox can always produce, one by one, for any city.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Owns a car with at least one violation that is not paid.
    OwnerWithOpenViolations,
    /// Owns a car with violations, all of them paid.
    OwnerWithPaidViolations,
    /// Owns a car without any violation on record.
    OwnerWithoutViolations,
    /// Holds a licence with at least one violation that is not paid.
    DriverWithOpenViolations,
    /// Holds a licence without any violation on record.
    DriverWithoutViolations,
    /// Holds a licence with points taken in this cycle.
    DriverWithPoints,
    /// Holds a licence without points taken in this cycle.
    DriverWithoutPoints,
    /// Is younger than the age of the exam, holds no class that needs one, and has an older exam on record.
    DriverBelowExamAge,
    /// Has reached the age of the exam, and an exam is on record.
    DriverAtExamAge,
    /// Has no medical exam on record.
    DriverWithoutExam,
    /// Has an account at the biller, and owes for at least one period.
    CustomerWithArrears,
    /// Has an account at the biller, and owes for two periods or more.
    CustomerWithSeveralPeriods,
    /// Has an account at the biller, and owes nothing.
    CustomerWithoutArrears,
    /// Has an account with money on it.
    CustomerWithBalance,
}

impl Role {
    pub const ALL: [Self; 14] = [
        Self::OwnerWithOpenViolations,
        Self::OwnerWithPaidViolations,
        Self::OwnerWithoutViolations,
        Self::DriverWithOpenViolations,
        Self::DriverWithoutViolations,
        Self::DriverWithPoints,
        Self::DriverWithoutPoints,
        Self::DriverBelowExamAge,
        Self::DriverAtExamAge,
        Self::DriverWithoutExam,
        Self::CustomerWithArrears,
        Self::CustomerWithSeveralPeriods,
        Self::CustomerWithoutArrears,
        Self::CustomerWithBalance,
    ];

    /// The card that the citizen asks with.
    #[must_use]
    pub const fn subject(self) -> crate::service::Subject {
        match self {
            Self::OwnerWithOpenViolations | Self::OwnerWithPaidViolations | Self::OwnerWithoutViolations => {
                crate::service::Subject::Vehicle
            }
            Self::CustomerWithArrears
            | Self::CustomerWithSeveralPeriods
            | Self::CustomerWithoutArrears
            | Self::CustomerWithBalance => crate::service::Subject::Customer,
            _ => crate::service::Subject::Licence,
        }
    }
}

/// The circumstances of the question.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct When {
    /// The department misbehaves like this.
    #[serde(default)]
    pub fault: Fault,
    /// The citizen asked once before the department began to misbehave, so that a last good answer exists.
    #[serde(default)]
    pub asked_before: bool,
}

/// The sandbox's fault switches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    #[default]
    None,
    Slow,
    Down,
    Garbage,
    Half,
    WrongPerson,
    Gb18030,
    Redirect,
    Giant,
    /// The department knows nothing under the keys any more, for example because the car was sold.
    Unmatched,
}

impl Fault {
    /// The word of the sandbox's switch.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Slow => "slow",
            Self::Down => "down",
            Self::Garbage => "garbage",
            Self::Half => "half",
            Self::WrongPerson => "wrong-person",
            Self::Gb18030 => "gb18030",
            Self::Redirect => "redirect",
            Self::Giant => "giant",
            Self::Unmatched => "unmatched",
        }
    }

    /// True if an answer arrives all the same.
    #[must_use]
    pub const fn is_harmless(self) -> bool {
        matches!(self, Self::None | Self::Gb18030)
    }
}

/// What the citizen sees.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    pub outcome: Outcome,
    /// The headline, before `{count}` and `{subject}` are filled in. If absent, the service's own text for the outcome.
    #[serde(default)]
    #[schemars(with = "Option<TextForm>")]
    pub headline: Option<Text>,
    /// Least number of rows.
    #[serde(default)]
    pub rows_min: Option<u32>,
    #[serde(default)]
    pub rows_max: Option<u32>,
    /// Least and most number of rows that the headline counts.
    #[serde(default)]
    pub open_min: Option<u32>,
    #[serde(default)]
    pub open_max: Option<u32>,
    /// Fields that must be there, in some row or in every row.
    #[serde(default)]
    pub field: Vec<FieldExpect>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Rows.
    Some,
    /// Nothing on record: good news, or a plain fact.
    None,
    /// The last good answer, with its age.
    Stale,
    /// No answer, and what to do instead.
    Unavailable,
    /// The department answers that it knows nothing under the keys of the card: bind it anew.
    Unmatched,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldExpect {
    #[schemars(length(min = 1))]
    pub key: String,
    /// `any`: at least one row fits. `every`: all rows fit.
    #[serde(default)]
    pub rows: Quantifier,
    /// The normalised value is one of these; if absent, it only has to be there.
    #[serde(default)]
    pub one_of: Vec<String>,
    /// For numbers, money and points.
    #[serde(default)]
    pub at_least: Option<i64>,
    #[serde(default)]
    pub at_most: Option<i64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Quantifier {
    #[default]
    Any,
    Every,
}

impl FieldExpect {
    /// Whether the rows of an answer are as the story says.
    #[must_use]
    pub fn holds(&self, rows: &[crate::binding::Row]) -> bool {
        let fits = |row: &crate::binding::Row| {
            row.get(&self.key).is_some_and(|value| {
                (self.one_of.is_empty() || self.one_of.contains(&value.text()))
                    && self.at_least.is_none_or(|least| value.number().is_some_and(|n| n >= least))
                    && self.at_most.is_none_or(|most| value.number().is_some_and(|n| n <= most))
            })
        };
        match self.rows {
            Quantifier::Any => rows.iter().any(fits),
            Quantifier::Every => !rows.is_empty() && rows.iter().all(fits),
        }
    }
}
