//! What changed between two states of some packs, value by value: for the operator who is about to publish.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::load::Files;

/// One value that is not what it was. `old` is absent for what is new, `new` for what is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Path below `packs/`.
    pub path: String,
    /// Place in the file, for example `answer.fields[fine].label.en`; empty for the whole file.
    pub place: String,
    pub old: Option<String>,
    pub new: Option<String>,
}

/// Every difference in meaning, in the order of paths; comments and layout do not count. A file that is no TOML is
/// compared as text.
#[must_use]
pub fn diff(old: &Files, new: &Files) -> Vec<Change> {
    let mut changes = Vec::new();
    let paths: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for path in paths {
        match (old.get(path), new.get(path)) {
            (Some(before), Some(after)) if before == after => {}
            (Some(before), Some(after)) => file(path, before, after, &mut changes),
            (before, after) => changes.push(Change {
                path: path.clone(),
                place: String::new(),
                old: before.map(|_| "file".to_owned()),
                new: after.map(|_| "file".to_owned()),
            }),
        }
    }
    changes
}

fn file(path: &str, before: &str, after: &str, changes: &mut Vec<Change>) {
    let table = |text: &str| path.ends_with(".toml").then(|| text.parse::<toml::Table>().ok()).flatten();
    if let (Some(before), Some(after)) = (table(before), table(after)) {
        let (before, after) = (leaves(&toml::Value::Table(before)), leaves(&toml::Value::Table(after)));
        let places: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for place in places {
            let (old, new) = (before.get(place), after.get(place));
            if old != new {
                changes.push(Change {
                    path: path.to_owned(),
                    place: place.clone(),
                    old: old.cloned(),
                    new: new.cloned(),
                });
            }
        }
    } else {
        changes.push(Change {
            path: path.to_owned(),
            place: String::new(),
            old: Some(format!("{} bytes", before.len())),
            new: Some(format!("{} bytes", after.len())),
        });
    }
}

/// Keys that name an entry of a list.
const NAMES: [&str; 4] = ["key", "value", "code", "id"];

fn leaves(value: &toml::Value) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    walk(value, String::new(), &mut found);
    found
}

fn walk(value: &toml::Value, place: String, found: &mut BTreeMap<String, String>) {
    match value {
        toml::Value::Table(table) if !table.is_empty() => {
            for (key, inner) in table {
                let place = if place.is_empty() { key.clone() } else { format!("{place}.{key}") };
                walk(inner, place, found);
            }
        }
        toml::Value::Array(list) if list.iter().any(toml::Value::is_table) => {
            for (i, inner) in list.iter().enumerate() {
                // An entry with a name of its own keeps it when others come or go before it.
                let name = NAMES.iter().find_map(|key| inner.get(key)?.as_str());
                let unique = name.is_some_and(|name| {
                    let same =
                        |other: &&toml::Value| NAMES.iter().find_map(|key| other.get(key)?.as_str()) == Some(name);
                    list.iter().filter(same).count() == 1
                });
                let step = name.filter(|_| unique).map_or_else(|| i.to_string(), str::to_owned);
                walk(inner, format!("{place}[{step}]"), found);
            }
        }
        leaf => {
            found.insert(place, leaf.to_string());
        }
    }
}
