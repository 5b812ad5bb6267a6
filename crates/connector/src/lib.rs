//! The narrow waist between the platform and whatever answers for a department: what can be asked, what can come back,
//! and what can go wrong. No wire format and no HTTP here; `connector-http` speaks one, tests speak another. The waist
//! towards payment providers is `pay`.

pub mod pay;

use std::{collections::BTreeMap, fmt, future::Future, pin::Pin};

use kernel::{DepartmentId, Pii, Timestamp};
use manifest::{
    Binding, Department,
    binding::{Row, Value},
};
use serde::{Deserialize, Serialize};

pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The values that a binding's `{name}` places are filled from. Personal, so they cannot be printed.
#[derive(Clone, Debug)]
pub struct Question {
    pub values: Pii<BTreeMap<String, String>>,
    pub extent: Extent,
}

impl Question {
    pub fn new<K: Into<String>>(values: impl IntoIterator<Item = (K, String)>) -> Self {
        let values = values.into_iter().map(|(key, value)| (key.into(), value)).collect();
        Self { values: Pii::new(values), extent: Extent::Subject }
    }

    /// A question about everything that a department did on a day.
    pub fn of_a_day<K: Into<String>>(values: impl IntoIterator<Item = (K, String)>) -> Self {
        Self { extent: Extent::Day, ..Self::new(values) }
    }
}

/// How much may come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// What one register has on one person, vehicle or account.
    Subject,
    /// Every line of a day: as long as the day was busy, and nobody waits for the page.
    Day,
}

/// A department's answer. "There is nothing" is an empty `rows`; not answering is a [`Failure`].
#[derive(Clone, Debug)]
pub struct Answer {
    pub rows: Pii<Vec<Row>>,
    pub provenance: Provenance,
}

/// Where an answer comes from, and a fingerprint of what was said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    pub department: DepartmentId,
    pub fetched_at: Timestamp,
    /// SHA-256 of the department's raw answer, in hex.
    pub evidence_sha256: String,
}

/// A picture that belongs to a record, checked to be one.
#[derive(Clone)]
pub struct Image {
    pub content_type: &'static str,
    pub bytes: Pii<Vec<u8>>,
}

/// Why there is no answer. The citizen hears "unavailable"; the operator and the log hear which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// Nobody there: refused, reset, unresolved, 5xx.
    Down,
    /// Too slow for the deadline.
    TimedOut,
    /// The department says that it is busy.
    Busy,
    /// The circuit breaker is open, or the bulkhead is full: not asked at all.
    NotAsked,
    /// Not the agreed format: bad JSON, bad encoding, unknown code, a value that cannot be read.
    Garbage,
    /// Fewer rows or fields than promised.
    Half,
    /// The answer is about somebody or something else.
    WrongSubject,
    /// Larger or deeper than allowed.
    TooLarge,
    /// Tried to send us elsewhere.
    Redirected,
    /// The address is not on the allow-list.
    Forbidden,
    /// Understood and declined. The log has the code.
    Refused,
    /// Not a failure of the department at all: it says that nothing is known under the keys that were asked with.
    Unmatched,
}

impl Failure {
    pub const ALL: [Self; 12] = [
        Self::Down,
        Self::TimedOut,
        Self::Busy,
        Self::NotAsked,
        Self::Garbage,
        Self::Half,
        Self::WrongSubject,
        Self::TooLarge,
        Self::Redirected,
        Self::Forbidden,
        Self::Refused,
        Self::Unmatched,
    ];

    /// The word for machines.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Down => "down",
            Self::TimedOut => "timed_out",
            Self::Busy => "busy",
            Self::NotAsked => "not_asked",
            Self::Garbage => "garbage",
            Self::Half => "half",
            Self::WrongSubject => "wrong_subject",
            Self::TooLarge => "too_large",
            Self::Redirected => "redirected",
            Self::Forbidden => "forbidden",
            Self::Refused => "refused",
            Self::Unmatched => "unmatched",
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Down => "down",
            Self::TimedOut => "timed out",
            Self::Busy => "busy",
            Self::NotAsked => "not asked: breaker open or bulkhead full",
            Self::Garbage => "garbage",
            Self::Half => "half an answer",
            Self::WrongSubject => "answer about another subject",
            Self::TooLarge => "answer too large",
            Self::Redirected => "redirected",
            Self::Forbidden => "address not allowed",
            Self::Refused => "refused",
            Self::Unmatched => "nothing is known under these keys",
        })
    }
}

impl std::error::Error for Failure {}

/// How a department has been doing, for the status page and for operators.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Health {
    /// The city, or `None` for departments of the whole country.
    pub scope: Option<kernel::CityId>,
    pub department: DepartmentId,
    pub state: HealthState,
    pub last_answer_at: Option<Timestamp>,
    pub last_failure: Option<Failure>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HealthState {
    /// Never asked since the start.
    Unknown,
    Up,
    /// Some questions fail.
    Shaky,
    /// The breaker is open.
    Down,
}

/// A department with its place: breakers and bulkheads are per city and department.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    pub scope: Option<&'a kernel::CityId>,
    pub department: &'a Department,
    pub binding: &'a Binding,
}

pub trait Connector: Send + Sync + 'static {
    /// Asks one question. Never longer than the department's deadline, never more than its concurrency.
    fn ask<'a>(&'a self, target: Target<'a>, question: &'a Question) -> BoxFuture<'a, Result<Answer, Failure>>;

    /// Fetches the evidence picture of one row.
    fn evidence<'a>(&'a self, target: Target<'a>, row: &'a Pii<Row>) -> BoxFuture<'a, Result<Image, Failure>>;

    fn health(&self) -> Vec<Health>;
}

/// True if a row lacks one of the keys that the service cannot do without, or holds it blank: half an answer. The
/// connector knows bindings and not services, so whoever knows the service asks.
#[must_use]
pub fn missing(rows: &[Row], required: &[&str]) -> bool {
    rows.iter().any(|row| {
        required.iter().any(|key| match row.get(*key) {
            Some(Value::Text(text)) => text.trim().is_empty(),
            Some(Value::Number(_)) => false,
            None => true,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_has_one_word_for_machines() {
        for failure in Failure::ALL {
            assert_eq!(serde_json::to_value(failure).expect("a word"), failure.word());
        }
    }

    #[test]
    fn a_required_key_must_be_in_every_row() {
        let row = |keys: &[(&str, Value)]| {
            keys.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect::<Row>()
        };
        let whole = row(&[("id", Value::Number(0)), ("place", Value::Text("x".into()))]);
        let cut = row(&[("id", Value::Number(1))]);
        let blank = row(&[("id", Value::Number(1)), ("place", Value::Text(" ".into()))]);
        assert!(!missing(&[], &["id"]));
        assert!(!missing(std::slice::from_ref(&whole), &["id", "place"]));
        assert!(!missing(&[whole.clone(), cut.clone()], &["id"]));
        assert!(missing(&[whole.clone(), cut], &["id", "place"]));
        assert!(missing(&[whole, blank], &["place"]));
    }
}
