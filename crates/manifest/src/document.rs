//! One TOML file with the position of every value, so that whatever is said about a value can point at it.

use std::{fmt, ops::Range};

use serde::de::{DeserializeOwned, IntoDeserializer};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::finding::{Finding, Severity};

/// One step from a table or an array to what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Key(String),
    Index(usize),
}

impl From<&str> for Step {
    fn from(key: &str) -> Self {
        Self::Key(key.to_owned())
    }
}

impl From<&String> for Step {
    fn from(key: &String) -> Self {
        Self::Key(key.clone())
    }
}

impl From<usize> for Step {
    fn from(index: usize) -> Self {
        Self::Index(index)
    }
}

/// Where in a document something stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    steps: Vec<Step>,
    of_key: bool,
}

impl Place {
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    /// One step further in.
    #[must_use]
    pub fn at(&self, step: impl Into<Step>) -> Self {
        let mut steps = self.steps.clone();
        steps.push(step.into());
        Self { steps, of_key: false }
    }

    /// The key itself instead of its value.
    #[must_use]
    pub fn key(&self) -> Self {
        Self { steps: self.steps.clone(), of_key: true }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, step) in self.steps.iter().enumerate() {
            match step {
                Step::Key(key) if i == 0 => f.write_str(key)?,
                Step::Key(key) => write!(f, ".{key}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// Shorthand for a place: `place!["answer", "fields", 2, "kind"]`.
macro_rules! place {
    ($($step:expr),* $(,)?) => {{
        let place = $crate::document::Place::root();
        $( let place = place.at($step); )*
        place
    }};
}
pub(crate) use place;

/// Something wrong with a value, before it is known where in the text the value stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub severity: Severity,
    pub code: &'static str,
    pub place: Place,
    pub what: String,
    pub fix: String,
}

impl Problem {
    #[must_use]
    pub fn error(code: &'static str, place: Place, what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { severity: Severity::Error, code, place, what: what.into(), fix: fix.into() }
    }

    #[must_use]
    pub fn warning(code: &'static str, place: Place, what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, place, what, fix) }
    }
}

pub struct Document<'a> {
    pub path: &'a str,
    pub text: &'a str,
    root: Spanned<DeTable<'a>>,
}

impl<'a> Document<'a> {
    /// Reads the text; every syntax error becomes a finding of its own.
    pub fn parse(path: &'a str, text: &'a str) -> Result<Self, Vec<Finding>> {
        let (root, errors) = DeTable::parse_recoverable(text);
        if errors.is_empty() {
            return Ok(Self { path, text, root });
        }
        Err(errors
            .into_iter()
            .map(|error| {
                let span = error.span().unwrap_or(0..0);
                finding(path, text, span, Severity::Error, "syntax", error.message(), "write it as TOML")
            })
            .collect())
    }

    #[must_use]
    pub fn table(&self) -> &DeTable<'a> {
        self.root.get_ref()
    }

    /// Makes a value of the whole file.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Box<Finding>> {
        T::deserialize(self.root.clone().into_deserializer()).map_err(|error| {
            let span = error.span().unwrap_or(0..0);
            let fix = "compare with the file's JSON Schema";
            Box::new(finding(self.path, self.text, span, Severity::Error, "unreadable", error.message(), fix))
        })
    }

    /// The bytes of a place. A place that does not exist is where its nearest surrounding table is.
    #[must_use]
    pub fn span(&self, place: &Place) -> Range<usize> {
        let mut span = 0..0;
        let mut here: Option<&DeValue<'a>> = None;
        for (i, step) in place.steps.iter().enumerate() {
            let last = i + 1 == place.steps.len();
            let next = match (step, here) {
                (Step::Key(key), None) if i == 0 => self.table().get_key_value(key.as_str()),
                (Step::Key(key), Some(DeValue::Table(table))) => table.get_key_value(key.as_str()),
                (Step::Index(index), Some(DeValue::Array(array))) => {
                    let Some(value) = array.get(*index) else { return span };
                    span = value.span();
                    here = Some(value.get_ref());
                    continue;
                }
                _ => return span,
            };
            let Some((key, value)) = next else { return span };
            span = if last && place.of_key { key.span() } else { value.span() };
            here = Some(value.get_ref());
        }
        span
    }

    #[must_use]
    pub fn find(&self, problem: Problem) -> Finding {
        let span = self.span(&problem.place);
        finding(self.path, self.text, span, problem.severity, problem.code, &problem.what, &problem.fix)
    }
}

/// A finding at a range of bytes.
#[must_use]
pub fn finding(
    path: &str,
    text: &str,
    span: Range<usize>,
    severity: Severity,
    code: &'static str,
    what: &str,
    fix: &str,
) -> Finding {
    let start = floor(text, span.start);
    let line_start = text[..start].rfind('\n').map_or(0, |i| i + 1);
    let line_end = text[start..].find('\n').map_or(text.len(), |i| start + i);
    let end = floor(text, span.end).clamp(start, line_end);
    Finding {
        severity,
        code,
        path: path.to_owned(),
        line: text[..start].matches('\n').count() + 1,
        column: text[line_start..start].chars().count() + 1,
        length: text[start..end].chars().count().max(1),
        what: what.replace('\n', " "),
        fix: fix.to_owned(),
    }
}

fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "a = 1\n\n[guide]\nfee = { zh-CN = \"免费\", en = \"free\" }\n\n[[field]]\nkey = \"x\"\n\n[[field]]\nkey = 'y'\n\n[department.bureau]\nphone = \"1\"\n";

    fn at(place: &Place) -> (usize, usize, usize) {
        let document = Document::parse("x.toml", TEXT).map_err(|_| "syntax").expect("valid");
        let found = document.find(Problem::error("x", place.clone(), "", ""));
        (found.line, found.column, found.length)
    }

    #[test]
    fn places_are_exact() {
        assert_eq!(at(&place!["a"]), (1, 5, 1));
        assert_eq!(at(&place!["a"].key()), (1, 1, 1));
        assert_eq!(at(&place!["guide"]), (3, 1, 7));
        assert_eq!(at(&place!["guide", "fee", "en"]), (4, 28, 6), "columns count characters");
        assert_eq!(at(&place!["field", 1, "key"]), (10, 7, 3));
        assert_eq!(at(&place!["field", 1]), (9, 1, 9));
        assert_eq!(at(&place!["department", "bureau", "phone"]), (13, 9, 3));
    }

    #[test]
    fn a_missing_place_is_its_table() {
        assert_eq!(at(&place!["guide", "steps"]), (3, 1, 7));
        assert_eq!(at(&place!["department", "bureau", "base_url"]), (12, 1, 19));
        assert_eq!(at(&place!["nothing", "here"]).0, 1);
    }

    #[test]
    fn syntax_errors_have_a_place() {
        let findings = Document::parse("x.toml", "a = 1\nb = \nc = 'x\n").err().expect("broken");
        assert_eq!((findings[0].line, findings[0].code), (2, "syntax"));
        assert!(findings.len() >= 2, "{findings:#?}");
    }
}
