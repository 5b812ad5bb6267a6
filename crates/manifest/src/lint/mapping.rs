//! One field's way out of a department's row: where its value is, and whether it can be of its kind.

use super::offer;
use crate::{
    binding::Mapping,
    document::{Place, Problem},
    service::{Field, FieldKind},
};

/// A JSON Pointer: empty for the whole, else `/` and parts, with `~` only as `~0` or `~1`.
pub(super) fn pointer(text: &str, whole: bool, at: Place, problems: &mut Vec<Problem>) {
    let parts_fit = text.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
    if (text.is_empty() && whole) || (text.starts_with('/') && parts_fit) {
        return;
    }
    let what = format!("`{text}` is no JSON Pointer");
    problems.push(Problem::error("bad-pointer", at, what, "write /name/of/value"));
}

/// A value comes from exactly one place.
pub(super) fn source(key: &str, mapping: &Mapping, at: &Place, problems: &mut Vec<Problem>) {
    match (&mapping.path, &mapping.constant) {
        (Some(path), None) => pointer(path, false, at.at("path"), problems),
        (None, Some(_)) => {}
        _ => {
            let what = format!("`{key}` needs one source");
            problems.push(Problem::error("no-source", at.clone(), what, "either `path` or `constant`"));
        }
    }
    if let Some(pattern) = &mapping.date
        && !(is_date_pattern(pattern) || is_month_pattern(pattern))
    {
        let what = format!("`{pattern}` is no date pattern");
        problems.push(Problem::error("bad-date-pattern", at.at("date"), what, "for example %Y-%m-%d %H:%M"));
    }
}

/// A month and no day.
fn is_month_pattern(pattern: &str) -> bool {
    let directives: Vec<&str> = pattern.split('%').skip(1).map(|rest| rest.get(..1).unwrap_or_default()).collect();
    directives == ["Y", "m"]
}

fn is_date_pattern(pattern: &str) -> bool {
    let directives: Vec<Option<char>> = pattern.split('%').skip(1).map(|rest| rest.chars().next()).collect();
    let has = |c| directives.contains(&Some(c));
    let day = (has('Y') && has('m') && has('d')) || has('F');
    day && directives.iter().all(|one| one.is_some_and(|c| "YmdHMSFT".contains(c)))
}

pub(super) fn kind_fits(field: &Field, mapping: &Mapping, at: &Place, problems: &mut Vec<Problem>) {
    let key = &field.key;
    let is_date = matches!(field.kind, FieldKind::Date | FieldKind::DateTime | FieldKind::Month);
    let mut wrong =
        |place: Place, what: String, fix: &str| problems.push(Problem::error("wrong-mapping", place, what, fix));
    if mapping.constant.is_none() && (field.kind == FieldKind::Money) != mapping.money.is_some() {
        if mapping.money.is_some() {
            wrong(at.at("money"), format!("`{key}` is no money"), "remove `money`");
        } else {
            wrong(
                at.clone(),
                format!("`{key}` is money of an unknown unit"),
                "add `money = \"yuan\"` or `money = \"fen\"`",
            );
        }
    }
    if mapping.constant.is_none() && is_date != mapping.date.is_some() {
        if mapping.date.is_some() {
            wrong(at.at("date"), format!("`{key}` is no date"), "remove `date`");
        } else {
            wrong(at.clone(), format!("`{key}` is a date of an unknown form"), "add `date = \"%Y-%m-%d\"`");
        }
    }
    if let Some(pattern) = mapping.date.as_ref().filter(|_| is_date) {
        let month = field.kind == FieldKind::Month;
        if month != is_month_pattern(pattern) {
            let (what, fix) = if month {
                (format!("`{key}` is a month without a day"), "for example %Y%m or %Y-%m")
            } else {
                (format!("`{key}` is a day, and the pattern has none"), "for example %Y-%m-%d")
            };
            wrong(at.at("date"), what, fix);
        }
    }
    if field.kind == FieldKind::Choice {
        let values: Vec<&str> = field.choices.iter().map(|choice| choice.value.as_str()).collect();
        let tabled = mapping.table.iter().map(|(theirs, ours)| (ours, at.at("table").at(theirs)));
        let rest = mapping.default.iter().map(|ours| (ours, at.at("default")));
        let fixed = mapping.constant.iter().map(|ours| (ours, at.at("constant")));
        for (ours, place) in tabled.chain(rest).chain(fixed).filter(|(ours, _)| !values.contains(&ours.as_str())) {
            let what = format!("`{key}` has no choice `{ours}`");
            problems.push(Problem::error("uncovered-choice", place, what, offer(ours, values.iter().copied())));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn date_patterns_name_a_whole_day() {
        assert!(is_date_pattern("%Y-%m-%d %H:%M"));
        assert!(is_date_pattern("%Y%m%d"));
        assert!(is_month_pattern("%Y%m") && is_month_pattern("%Y 年 %m 月") && !is_month_pattern("%Y-%m-%d"));
        for pattern in ["%Y-%m", "yyyy-MM-dd", "%Y-%m-%d %", "%Y-%m-%d %Q"] {
            assert!(!is_date_pattern(pattern), "{pattern}");
        }
    }
}
