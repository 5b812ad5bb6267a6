//! The first pass: a file against its JSON Schema. Unknown and missing keys, wrong types, empty texts, values out of range.
//!
//! The schema is the one that editors get, so what an editor accepts the linter accepts too. Only the parts of JSON
//! Schema that our own schemas use are understood; a test refuses a schema that uses more.

use std::{collections::BTreeMap, sync::LazyLock};

use serde_json::Value as Json;
use toml::de::{DeTable, DeValue};

use crate::{
    document::{Document, Place, Problem},
    finding::nearest,
    schema::Kind,
};

/// Everything in which a file departs from its schema.
#[must_use]
pub fn check(document: &Document<'_>, kind: Kind) -> Vec<Problem> {
    // Generating a schema takes longer than walking a file; a province has hundreds of files of the same few kinds.
    static SCHEMAS: LazyLock<BTreeMap<Kind, Json>> =
        LazyLock::new(|| Kind::ALL.into_iter().map(|kind| (kind, kind.schema().to_value())).collect());
    let Some(schema) = SCHEMAS.get(&kind) else { return Vec::new() };
    let mut walk = Walk { root: schema, problems: Vec::new() };
    walk.table(document.table(), schema, &Place::root());
    walk.problems
}

struct Walk<'s> {
    root: &'s Json,
    problems: Vec<Problem>,
}

/// A pattern of our schemas, the test for it and the words for it.
type Pattern = (&'static str, fn(&str) -> bool, &'static str);

const PATTERNS: [Pattern; 5] = [
    ("^[0-9]{6}$", |text| text.len() == 6 && digits(text), "six digits"),
    (
        "^([0-9]{2}){0,3}$",
        |text| text.len() <= 6 && text.len().is_multiple_of(2) && digits(text),
        "two, four or six digits",
    ),
    (
        "^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
        kernel::id::is_slug,
        "lower-case letters, digits and single hyphens, starting with a letter",
    ),
    (
        "^([a-z][a-z0-9]*(-[a-z0-9]+)*)?$",
        |text| text.is_empty() || kernel::id::is_slug(text),
        "lower-case letters, digits and single hyphens, starting with a letter; or nothing",
    ),
    (
        "^([01][0-9]|2[0-3]):[0-5][0-9]$",
        |text| text.len() == 5 && text.parse::<jiff::civil::Time>().is_ok(),
        "a time of day as \"06:30\"",
    ),
];

fn digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

impl<'s> Walk<'s> {
    /// Follows references, and takes the one real schema out of "this or null".
    fn resolve(&self, mut schema: &'s Json) -> &'s Json {
        for _ in 0..8 {
            if let Some(target) = schema["$ref"].as_str() {
                schema = self.root.pointer(target.trim_start_matches('#')).unwrap_or(&Json::Null);
            } else if let Some(real) =
                schema["anyOf"].as_array().and_then(|any| any.iter().find(|one| one["type"].as_str() != Some("null")))
            {
                schema = real;
            } else {
                break;
            }
        }
        schema
    }

    fn table(&mut self, table: &DeTable<'_>, schema: &'s Json, place: &Place) {
        let properties = schema["properties"].as_object();
        let open = schema.get("additionalProperties").filter(|more| more.is_object());
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            match properties.and_then(|known| known.get(name)).or(open) {
                Some(inner) => self.value(value.get_ref(), inner, &place.at(name)),
                None => {
                    let known = || properties.into_iter().flat_map(|known| known.keys().map(String::as_str));
                    let fix = match nearest(name, known()) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("remove it; known here: {}", known().collect::<Vec<_>>().join(", ")),
                    };
                    let what = format!("unknown key `{name}`{}", within(place));
                    self.problems.push(Problem::error("unknown-key", place.at(name).key(), what, fix));
                }
            }
        }
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str) {
            if table.contains_key(name) {
                continue;
            }
            let inner = properties.and_then(|known| known.get(name)).unwrap_or(&Json::Null);
            self.missing(name, inner, place);
        }
    }

    fn missing(&mut self, name: &str, inner: &'s Json, place: &Place) {
        let problem = match name {
            "zh-CN" => Problem::error(
                "missing-language",
                place.clone(),
                format!("`{place}` has no Chinese text"),
                "add `zh-CN = \"…\"`",
            ),
            "en" => Problem::error(
                "missing-language",
                place.clone(),
                format!("`{place}` has no English text"),
                "add `en = \"…\"`",
            ),
            _ => {
                let schema = self.resolve(inner);
                let example = match schema["type"].as_str() {
                    _ if schema["properties"].get("zh-CN").is_some() => "{ zh-CN = \"…\", en = \"…\" }",
                    Some("array") => "[…]",
                    Some("integer") => "0",
                    Some("object") => "{ … }",
                    _ => "\"…\"",
                };
                let meaning = inner["description"].as_str().map_or_else(String::new, |text| format!(" ({text})"));
                Problem::error(
                    "missing-key",
                    place.clone(),
                    format!("`{name}` is missing{}", within(place)),
                    format!("add `{name} = {example}`{meaning}"),
                )
            }
        };
        self.problems.push(problem);
    }

    fn value(&mut self, value: &DeValue<'_>, schema: &'s Json, place: &Place) {
        let schema = self.resolve(schema);
        let words = words(schema);
        if !words.is_empty() {
            return self.word(value, &words, place);
        }
        let wanted = match &schema["type"] {
            Json::String(one) => one.as_str(),
            Json::Array(some) => some.iter().filter_map(Json::as_str).find(|one| *one != "null").unwrap_or_default(),
            _ => return,
        };
        match (wanted, value) {
            ("object", DeValue::Table(table)) => self.table(table, schema, place),
            ("array", DeValue::Array(array)) => {
                if (array.len() as u64) < schema["minItems"].as_u64().unwrap_or(0) {
                    let what = format!("`{place}` is empty");
                    self.problems.push(Problem::error("empty", place.clone(), what, "list at least one"));
                }
                if let Some(inner) = schema.get("items") {
                    for (i, item) in array.iter().enumerate() {
                        self.value(item.get_ref(), inner, &place.at(i));
                    }
                }
            }
            ("string", DeValue::String(text)) => self.text(text, schema, place),
            ("integer", DeValue::Integer(number)) => {
                let number = i64::from_str_radix(&number.as_str().replace('_', ""), number.radix()).ok();
                self.number(number, schema, place);
            }
            ("boolean", DeValue::Boolean(_)) | ("number", DeValue::Integer(_) | DeValue::Float(_)) => {}
            (wanted, found) => {
                let what = format!("`{place}` is {}, and should be {}", say(found.type_str()), say(wanted));
                let fix =
                    if matches!(found, DeValue::String(_)) { "take the quotes away" } else { "see the file's schema" };
                let fix = if wanted == "string" { "write it in quotes" } else { fix };
                self.problems.push(Problem::error("wrong-type", place.clone(), what, fix));
            }
        }
    }

    fn word(&mut self, value: &DeValue<'_>, words: &[&str], place: &Place) {
        let found = value.as_str().unwrap_or_default();
        if words.contains(&found) {
            return;
        }
        let fix = match nearest(found, words.iter().copied()) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("one of {}", words.join(", ")),
        };
        let what = format!("`{place}` cannot be \"{found}\"");
        self.problems.push(Problem::error("unknown-word", place.clone(), what, fix));
    }

    fn text(&mut self, text: &str, schema: &Json, place: &Place) {
        let length = text.trim().chars().count() as u64;
        if length < schema["minLength"].as_u64().unwrap_or(0) {
            let what =
                if text.trim().is_empty() { format!("`{place}` is empty") } else { format!("`{place}` is too short") };
            return self.problems.push(Problem::error("empty", place.clone(), what, "write something useful here"));
        }
        if schema["maxLength"].as_u64().is_some_and(|most| length > most) {
            let what = format!("`{place}` is too long");
            self.problems.push(Problem::error("too-long", place.clone(), what, "shorten it"));
        }
        if schema["format"] == "date" && text.parse::<kernel::Date>().is_err() {
            let what = format!("`{place}` is no date");
            self.problems.push(Problem::error("bad-date", place.clone(), what, "write it as \"2022-04-01\""));
        }
        let pattern = PATTERNS.iter().find(|(pattern, ..)| schema["pattern"] == *pattern);
        if let Some((_, test, meaning)) = pattern
            && !test(text)
        {
            let what = format!("`{place}` cannot be \"{text}\"");
            self.problems.push(Problem::error("bad-pattern", place.clone(), what, format!("write {meaning}")));
        }
    }

    fn number(&mut self, number: Option<i64>, schema: &Json, place: &Place) {
        let (least, most) = (schema["minimum"].as_i64(), schema["maximum"].as_i64());
        let fits = number.is_some_and(|n| least.is_none_or(|least| n >= least) && most.is_none_or(|most| n <= most));
        if !fits {
            let bound = |n: Option<i64>| n.map_or_else(|| "…".to_owned(), |n| n.to_string());
            let what = format!("`{place}` is out of range");
            let fix = format!("between {} and {}", bound(least), bound(most));
            self.problems.push(Problem::error("out-of-range", place.clone(), what, fix));
        }
    }
}

/// The words of a closed list, however the schema spells it.
fn words(schema: &Json) -> Vec<&str> {
    let own = schema["enum"].as_array().into_iter().flatten().chain(schema.get("const"));
    let nested = schema["oneOf"]
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|one| one["enum"].as_array().into_iter().flatten().chain(one.get("const")));
    own.chain(nested).filter_map(Json::as_str).collect()
}

fn within(place: &Place) -> String {
    let place = place.to_string();
    if place.is_empty() { String::new() } else { format!(" in `{place}`") }
}

const fn say(type_name: &str) -> &str {
    match type_name.as_bytes() {
        b"string" => "a text",
        b"integer" => "a whole number",
        b"float" => "a number with a point",
        b"boolean" => "true or false",
        b"datetime" => "a bare date",
        b"array" => "a list",
        b"table" | b"object" => "a table",
        _ => type_name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every keyword in a schema must be one that the walk understands, or one that only describes.
    fn keywords(schema: &Json, below_properties: bool) {
        const KNOWN: [&str; 24] = [
            "$schema",
            "$ref",
            "$defs",
            "title",
            "description",
            "type",
            "properties",
            "required",
            "additionalProperties",
            "items",
            "minItems",
            "minLength",
            "maxLength",
            "minimum",
            "maximum",
            "pattern",
            "format",
            "enum",
            "const",
            "oneOf",
            "anyOf",
            "default",
            "propertyNames",
            "uniqueItems",
        ];
        match schema {
            Json::Object(map) => {
                for (key, inner) in map {
                    if !below_properties {
                        assert!(KNOWN.contains(&key.as_str()), "the linter does not understand `{key}`");
                    }
                    if key != "default" {
                        keywords(inner, !below_properties && (key == "properties" || key == "$defs"));
                    }
                }
                if let Some(pattern) = map.get("pattern").and_then(Json::as_str).filter(|_| !below_properties) {
                    assert!(PATTERNS.iter().any(|(known, ..)| *known == pattern), "no test for {pattern}");
                }
            }
            Json::Array(list) => list.iter().for_each(|inner| keywords(inner, false)),
            _ => {}
        }
    }

    #[test]
    fn schemas_use_only_what_the_linter_understands() {
        for kind in Kind::ALL {
            keywords(&kind.schema().to_value(), false);
        }
    }
}
