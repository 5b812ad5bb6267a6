//! What the linter has to say: where, what, and how to mend it. Rendered like a compiler's message for people, and as
//! JSON for editors and scripts.

use std::fmt::Write as _;

use serde::Serialize;

use crate::load::Files;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The file is refused.
    Error,
    /// The file is taken; somebody should look.
    Warning,
}

/// One finding. Line and column count from 1; the column counts characters, not bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub severity: Severity,
    /// A stable word for machines: `unknown-key`, `low-contrast`.
    pub code: &'static str,
    /// Path below `packs/`.
    pub path: String,
    pub line: usize,
    pub column: usize,
    /// Characters that the caret underlines, at least 1.
    pub length: usize,
    pub what: String,
    pub fix: String,
}

impl Finding {
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// The message as a person reads it, with the line itself and carets below the value.
    #[must_use]
    pub fn render(&self, files: &Files) -> String {
        let Self { path, line, column, what, fix, code, .. } = self;
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let mut out = format!("{severity}[{code}]: {what}\n");
        let gutter = " ".repeat(line.to_string().len());
        let _ = writeln!(out, "{gutter}--> {path}:{line}:{column}");
        if let Some(source) = files.get(path.as_str()).and_then(|text| text.lines().nth(line - 1)) {
            let before = columns(source.chars().take(column - 1));
            let marked = columns(source.chars().skip(column - 1).take(self.length)).max(1);
            let _ = writeln!(out, "{gutter} |");
            let _ = writeln!(out, "{line} | {}", source.replace('\t', " "));
            let _ = writeln!(out, "{gutter} | {}{}", " ".repeat(before), "^".repeat(marked));
        }
        let _ = writeln!(out, "{gutter} = fix: {fix}");
        out
    }
}

/// Terminal columns of a text: a full-width character takes two.
fn columns(text: impl Iterator<Item = char>) -> usize {
    text.map(|c| if is_wide(c) { 2 } else { 1 }).sum()
}

/// East Asian wide and full-width characters, as far as packs use them: CJK, kana, Hangul, full-width forms, emoji.
const fn is_wide(c: char) -> bool {
    matches!(c as u32,
        0x1100..=0x115F | 0x2E80..=0x303E | 0x3041..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF
        | 0xFE30..=0xFE6F | 0xFF00..=0xFF60 | 0xFFE0..=0xFFE6 | 0x1F300..=0x1FAFF | 0x20000..=0x3FFFD)
}

/// The nearest of some names, if it is near enough to be what was meant.
#[must_use]
pub fn nearest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (wanted.chars().count() / 3).max(1) + 1;
    names
        .into_iter()
        .map(|name| (crate::search::distance(wanted, name), name))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carets_stand_below_wide_characters() {
        let files = Files::from([("a.toml".to_owned(), "x = 1\nname = \"湖滨市\" # 注\n".to_owned())]);
        let finding = Finding {
            severity: Severity::Error,
            code: "sample",
            path: "a.toml".into(),
            line: 2,
            column: 9,
            length: 2,
            what: "wrong".into(),
            fix: "mend it".into(),
        };
        assert_eq!(
            finding.render(&files),
            "error[sample]: wrong\n --> a.toml:2:9\n  |\n2 | name = \"湖滨市\" # 注\n  |         ^^^^\n  = fix: mend it\n"
        );
        let after = Finding { column: 13, length: 1, ..finding };
        assert!(after.render(&files).contains(&format!("  | {}^\n", " ".repeat(15))));
    }

    #[test]
    fn the_nearest_name_is_offered_only_when_it_is_near() {
        assert_eq!(nearest("tme_limit", ["fee", "time_limit"]), Some("time_limit"));
        assert_eq!(nearest("colour", ["fee", "time_limit"]), None);
    }
}
