//! A new city made after one that exists: `shimin pack new <city> --like <city>`. Only what can be known is filled in;
//! what cannot stays as it was, and the linter points at it, because no two cities share a code, a name or a plate.

use kernel::{CityId, Text};

use crate::{
    document::{Document, place},
    load::Files,
};

/// What is known of a new city. Whatever is absent is to be written by hand.
#[derive(Clone, Debug)]
pub struct NewCity {
    pub id: CityId,
    pub name: Option<Text>,
    pub code: Option<String>,
    pub plates: Vec<String>,
}

impl NewCity {
    #[must_use]
    pub const fn named(id: CityId) -> Self {
        Self { id, name: None, code: None, plates: Vec::new() }
    }
}

/// Why there is no new city.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is a city of this id.
    Exists(CityId),
    /// The city to be copied is not there, or cannot be read.
    NoModel(CityId),
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exists(id) => write!(f, "cities/{id} is there already"),
            Self::NoModel(id) => {
                write!(f, "cities/{id} cannot be copied: city.toml or bindings.toml is missing or broken")
            }
        }
    }
}

impl std::error::Error for Refusal {}

/// The new city's files, by path. Comments and layout of the model are kept; the city is not open yet, and the districts,
/// which are another city's, are left out.
pub fn scaffold(files: &Files, new: &NewCity, like: &CityId) -> Result<Files, Refusal> {
    let prefix = format!("cities/{}/", new.id);
    if files.keys().any(|path| path.starts_with(&prefix)) {
        return Err(Refusal::Exists(new.id.clone()));
    }
    let refused = || Refusal::NoModel(like.clone());
    let city_path = format!("cities/{like}/city.toml");
    let city_text = files.get(&city_path).ok_or_else(refused)?;
    let city = Document::parse(&city_path, city_text).map_err(|_| refused())?;
    let text_at = |key: &str| city.table().get(key).and_then(|value| value.get_ref().as_str()).map(str::to_owned);
    let old_code = text_at("code").ok_or_else(refused)?;

    let mut edits = vec![(city.span(&place!["id"]), quoted(new.id.as_str()))];
    edits.push((city.span(&place!["state"]), quoted("soon")));
    if let Some(name) = &new.name {
        edits.push((city.span(&place!["name", "zh-CN"]), quoted(&name.zh_cn)));
        edits.push((city.span(&place!["name", "en"]), quoted(&name.en)));
    }
    if let Some(code) = &new.code {
        edits.push((city.span(&place!["code"]), quoted(code)));
    }
    if !new.plates.is_empty() {
        let plates: Vec<String> = new.plates.iter().map(|plate| quoted(plate)).collect();
        edits.push((city.span(&place!["plates"]), format!("[{}]", plates.join(", "))));
    }
    let mut city_text = edited(city_text, edits);
    if let Some(districts) = city_text.find("\n[[districts]]") {
        city_text.truncate(districts);
    }

    let mut made = Files::new();
    made.insert(format!("{prefix}city.toml"), city_text);
    let bindings_path = format!("cities/{like}/bindings.toml");
    if let Some(bindings) = files.get(&bindings_path) {
        let document = Document::parse(&bindings_path, bindings).map_err(|_| refused())?;
        made.insert(format!("{prefix}bindings.toml"), edited(bindings, addresses(&document, &old_code, new)));
    }
    // Whatever stands beside them is copied too: the linter points at every place that is still the model's.
    let offers = format!("cities/{like}/offers/");
    for (path, text) in files.iter().filter(|(path, _)| path.starts_with(&offers)) {
        made.insert(format!("{prefix}offers/{}", &path[offers.len()..]), text.clone());
    }
    Ok(made)
}

/// The sandbox answers by area code: the departments' sample addresses follow the new code.
fn addresses(document: &Document<'_>, old_code: &str, new: &NewCity) -> Vec<(std::ops::Range<usize>, String)> {
    let Some(code) = &new.code else { return Vec::new() };
    let departments = document.table().get("department").and_then(|value| value.get_ref().as_table());
    departments
        .into_iter()
        .flatten()
        .filter_map(|(id, department)| {
            let url = department.get_ref().get("base_url")?.get_ref().as_str()?;
            let rest = url.strip_prefix("sandbox:/")?.strip_prefix(old_code)?;
            let place = place!["department", id.get_ref().as_ref(), "base_url"];
            Some((document.span(&place), quoted(&format!("sandbox:/{code}{rest}"))))
        })
        .collect()
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// The text with some ranges replaced.
fn edited(text: &str, mut edits: Vec<(std::ops::Range<usize>, String)>) -> String {
    edits.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
    let mut text = text.to_owned();
    for (range, with) in edits {
        text.replace_range(range, &with);
    }
    text
}
