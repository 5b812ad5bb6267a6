//! A service by itself: its fields fit together, its computed fields can be computed, its icon can be drawn.

use std::collections::BTreeSet;

use super::{is_han, is_phone, offer};
use crate::{
    document::{Place, Problem, place},
    load::Known,
    service::{Answer, Field, FieldKind, Place as Where, Service, Shape},
};

#[must_use]
pub fn check(service: &Service, file_stem: &str, known: &Known<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    if service.id.as_str() != file_stem {
        problems.push(Problem::error(
            "id-differs",
            place!["id"],
            format!("the id is `{}`, and the file is named `{file_stem}`", service.id),
            format!("write `id = \"{file_stem}\"`, or rename the file"),
        ));
    }
    if let Some(icons) = known.icons
        && !icons.contains(&service.icon.as_str())
    {
        let what = format!("there is no icon `{}`", service.icon);
        problems.push(Problem::error(
            "unknown-icon",
            place!["icon"],
            what,
            offer(&service.icon, icons.iter().copied()),
        ));
    }
    let short = service.short_name.zh_cn.chars().filter(|&c| is_han(c)).count();
    if short > 6 {
        let what = format!("the short name has {short} Han characters, and a tile holds six");
        problems.push(Problem::error("too-long", place!["short_name", "zh-CN"], what, "shorten it"));
    }
    if service.words.is_empty() {
        problems.push(Problem::warning(
            "no-words",
            place!["words"],
            "nobody will find it by everyday words",
            "add `words = [\"…\"]`: what people say, not what the law says",
        ));
    }
    if !is_phone(&service.guide.contact.phone) {
        problems.push(Problem::error(
            "bad-phone",
            place!["guide", "contact", "phone"],
            format!("\"{}\" cannot be called", service.guide.contact.phone),
            "digits, spaces and hyphens",
        ));
    }
    fields(service, &mut problems);
    if let Some(shown) = &service.answer {
        answer(shown, &mut problems);
    }
    problems
}

fn fields(service: &Service, problems: &mut Vec<Problem>) {
    let fields = service.fields();
    let keys = || fields.iter().map(|field| field.key.as_str());
    let mut seen = BTreeSet::new();
    for (i, field) in fields.iter().enumerate() {
        let at = place!["answer", "fields", i];
        if !is_field_key(&field.key) {
            let what = format!("`{}` is no field name", field.key);
            problems.push(Problem::error("bad-field-key", at.at("key"), what, "lower-case letters, digits and _"));
        }
        if !seen.insert(field.key.as_str()) {
            let what = format!("the field `{}` is there twice", field.key);
            problems.push(Problem::error("duplicate-field", at.at("key"), what, "remove one of them"));
        }
        choices(field, &at, problems);
        if let Some(derive) = &field.derive {
            let wanted = derive.with.arity();
            if derive.from.len() != wanted {
                problems.push(Problem::error(
                    "wrong-arguments",
                    at.at("derive").at("from"),
                    format!(
                        "`{}` is computed from {} fields, and the function takes {wanted}",
                        field.key,
                        derive.from.len()
                    ),
                    format!("name {wanted} fields, in the order of the function"),
                ));
            }
            for (j, from) in derive.from.iter().enumerate() {
                if !keys().any(|key| key == from) || *from == field.key {
                    let what = format!("`{}` cannot be computed from `{from}`", field.key);
                    let others: Vec<&str> = keys().filter(|key| *key != field.key).collect();
                    let fix = offer(from, others);
                    problems.push(Problem::error("unknown-field", at.at("derive").at("from").at(j), what, fix));
                }
            }
            if !derive.with.kinds().contains(&field.kind) {
                let what = format!("the function of `{}` gives another kind of value", field.key);
                let fix = format!("its kind can be {:?}", derive.with.kinds());
                problems.push(Problem::error("wrong-kind", at.at("kind"), what, fix));
            }
        }
    }
}

fn choices(field: &Field, at: &Place, problems: &mut Vec<Problem>) {
    if (field.kind == FieldKind::Choice) == field.choices.is_empty() {
        let (what, fix) = if field.choices.is_empty() {
            (
                format!("`{}` is a choice without choices", field.key),
                "add `choices = [{ value = …, label = …, tone = … }]`",
            )
        } else {
            (
                format!("`{}` has choices, and is no choice", field.key),
                "write `kind = \"choice\"`, or remove the choices",
            )
        };
        problems.push(Problem::error("choices", at.at("kind"), what, fix));
    }
    let mut seen = BTreeSet::new();
    for (j, choice) in field.choices.iter().enumerate() {
        if !seen.insert(choice.value.as_str()) {
            let what = format!("`{}` has the choice `{}` twice", field.key, choice.value);
            problems.push(Problem::error(
                "duplicate-choice",
                at.at("choices").at(j).at("value"),
                what,
                "remove one of them",
            ));
        }
    }
    if let Some(derive) = &field.derive {
        for word in derive.with.choices().iter().filter(|word| !seen.contains(*word)) {
            let what = format!("`{}` can become `{word}`, and has no words for it", field.key);
            problems.push(Problem::error(
                "uncovered-choice",
                at.at("choices"),
                what,
                format!("add a choice with value \"{word}\""),
            ));
        }
    }
}

fn answer(answer: &Answer, problems: &mut Vec<Problem>) {
    let keys = || answer.fields.iter().map(|field| field.key.as_str());
    let mut needs = |key: &str, at: Place, use_of: &str| {
        if !keys().any(|known| known == key) {
            let what = format!("{use_of} names the field `{key}`, which is not there");
            problems.push(Problem::error("unknown-field", at, what, offer(key, keys().collect::<Vec<_>>())));
        }
    };
    if let Some(home) = &answer.home.field {
        needs(home, place!["answer", "home", "field"], "the home page");
    }
    if let Some(evidence) = &answer.evidence {
        needs(evidence, place!["answer", "evidence"], "the evidence");
    }
    if let Some(open) = &answer.open_when {
        needs(&open.field, place!["answer", "open_when", "field"], "the headline's count");
        if let Some(field) = answer.fields.iter().find(|field| field.key == open.field && !field.choices.is_empty()) {
            for (i, value) in open.equals.iter().enumerate() {
                let values: Vec<&str> = field.choices.iter().map(|choice| choice.value.as_str()).collect();
                if !values.contains(&value.as_str()) {
                    let what = format!("`{}` is never `{value}`", open.field);
                    let at = place!["answer", "open_when", "equals", i];
                    problems.push(Problem::error("unknown-choice", at, what, offer(value, values)));
                }
            }
        }
    }
    if answer.shape == Shape::List && !answer.fields.iter().any(|field| field.place == Where::Title) {
        problems.push(Problem::error(
            "no-title",
            place!["answer", "shape"],
            "rows of the list have no title",
            "give one field `place = \"title\"`",
        ));
    }
}

fn is_field_key(key: &str) -> bool {
    key.starts_with(|c: char| c.is_ascii_lowercase())
        && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}
