//! Texts wherever they stand: both languages really are what they say, and nothing in braces that nobody fills.

use toml::de::{DeTable, DeValue};

use super::{is_han, placeholders};
use crate::document::{Document, Place, Problem};

/// Places whose texts are templates, and what fills them.
const TEMPLATES: [(&str, &[&str]); 4] = [
    ("answer.some", &["count", "subject"]),
    ("answer.none", &["subject"]),
    ("answer.none_detail", &["subject"]),
    ("headline", &["count", "subject"]),
];

#[must_use]
pub fn check(document: &Document<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    table(document.table(), &Place::root(), &mut problems);
    problems
}

fn table(within: &DeTable<'_>, place: &Place, problems: &mut Vec<Problem>) {
    if let (Some(zh_cn), Some(en)) = (text(within, "zh-CN"), text(within, "en")) {
        return languages(zh_cn, en, place, problems);
    }
    for (key, inner) in within {
        value(inner.get_ref(), &place.at(key.get_ref().as_ref()), problems);
    }
}

fn value(inner: &DeValue<'_>, place: &Place, problems: &mut Vec<Problem>) {
    match inner {
        DeValue::Table(inner) => table(inner, place, problems),
        DeValue::Array(list) => {
            for (i, item) in list.iter().enumerate() {
                value(item.get_ref(), &place.at(i), problems);
            }
        }
        _ => {}
    }
}

fn text<'a>(table: &'a DeTable<'_>, key: &str) -> Option<&'a str> {
    table.get(key)?.get_ref().as_str()
}

fn languages(zh_cn: &str, en: &str, place: &Place, problems: &mut Vec<Problem>) {
    if en.contains(is_han) {
        problems.push(Problem::error(
            "wrong-language",
            place.at("en"),
            format!("the English text of `{place}` has Chinese characters"),
            "write it in English; Chinese goes into `zh-CN`",
        ));
    }
    if !zh_cn.contains(is_han) && zh_cn.chars().filter(char::is_ascii_alphabetic).count() > 3 {
        problems.push(Problem::warning(
            "wrong-language",
            place.at("zh-CN"),
            format!("the Chinese text of `{place}` has no Chinese character"),
            "write it in Chinese",
        ));
    }
    let path = place.to_string();
    let fillable = TEMPLATES.iter().find(|(end, _)| path.ends_with(end)).map_or(&[][..], |(_, names)| names);
    for (lang, text) in [("zh-CN", zh_cn), ("en", en)] {
        for name in placeholders(text) {
            if !fillable.contains(&name) {
                let fix = match fillable {
                    [] => "this text is shown as it is: write it without braces".to_owned(),
                    names => format!("only {} can be filled here", names.join(", ")),
                };
                problems.push(Problem::error(
                    "unknown-placeholder",
                    place.at(lang),
                    format!("nothing fills `{{{name}}}` in `{place}`"),
                    fix,
                ));
            }
        }
    }
    let sorted = |text| {
        let mut names = placeholders(text);
        names.sort_unstable();
        names.join(",")
    };
    if sorted(zh_cn) != sorted(en) {
        problems.push(Problem::warning(
            "languages-differ",
            place.clone(),
            format!("the languages of `{place}` fill different places"),
            "use the same {…} in both",
        ));
    }
}
