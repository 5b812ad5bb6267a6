//! `shimin pack …`: check packs, show one, begin a city from another, and compare two directories.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use clap::Subcommand;
use manifest::load::Files;
use serde::Serialize;

use crate::{
    output::{self, Ending, Trouble, progress},
    packs::{self, Source},
};

#[derive(Subcommand)]
pub enum Command {
    /// Check every file: where, what, and how to mend it
    Check {
        /// Directory of packs
        dir: Option<PathBuf>,
        #[arg(long)]
        json: bool,
    },
    /// Show a city or a service as it is understood
    Show {
        id: String,
        #[arg(long, value_name = "DIR")]
        packs: Option<PathBuf>,
        #[arg(long)]
        json: bool,
    },
    /// Begin a city with another one's files
    New {
        /// The new city: lower-case letters, digits and hyphens
        city: String,
        /// The city to begin from
        #[arg(long)]
        like: String,
        #[arg(long, value_name = "DIR", default_value = "packs")]
        packs: PathBuf,
        #[arg(long)]
        json: bool,
    },
    /// What differs between two directories of packs, value by value
    Diff {
        old: PathBuf,
        new: PathBuf,
        #[arg(long)]
        json: bool,
    },
}

pub fn run(command: Command) -> Result<Ending, Trouble> {
    match command {
        Command::Check { dir, json } => check(&Source::choose(dir.as_deref()), json),
        Command::Show { id, packs, json } => show(&Source::choose(packs.as_deref()), &id, json),
        Command::New { city, like, packs, json } => begin(&packs, &city, &like, json),
        Command::Diff { old, new, json } => diff(&old, &new, json),
    }
}

fn check(source: &Source, json: bool) -> Result<Ending, Trouble> {
    let files = source.read()?;
    let loaded = packs::check(&files);
    if json {
        output::json(&loaded.findings)?;
    } else {
        for finding in &loaded.findings {
            output::data(finding.render(&files));
        }
        let errors = loaded.findings.iter().filter(|finding| finding.is_error()).count();
        progress(format_args!(
            "{}: {} files, {} cities, {} services; {errors} errors, {} warnings",
            source.name(),
            files.len(),
            loaded.catalogue.cities.len(),
            loaded.catalogue.services.len(),
            loaded.findings.len() - errors
        ));
    }
    Ok(if loaded.is_clean() { Ending::Well } else { Ending::Invalid })
}

fn show(source: &Source, id: &str, json: bool) -> Result<Ending, Trouble> {
    let loaded = packs::check(&source.read()?);
    let value = if let Some(pack) = loaded.catalogue.city(id) {
        serde_json::json!({ "city": pack.city, "bindings": pack.bindings })
    } else if let Some(service) = loaded.catalogue.services.get(id) {
        serde_json::json!({ "service": service.as_ref() })
    } else {
        let known: Vec<&str> = loaded
            .catalogue
            .cities
            .keys()
            .map(|id| id.as_str())
            .chain(loaded.catalogue.services.keys().map(|id| id.as_str()))
            .collect();
        return Err(Trouble::failed(format!("neither a city nor a service: {id}. There are: {}", known.join(", "))));
    };
    if json {
        output::json(&value)?;
    } else {
        output::data(serde_json::to_string_pretty(&value).map_err(Trouble::failed)?);
    }
    Ok(Ending::Well)
}

#[derive(Serialize)]
struct Begun {
    files: Vec<String>,
    next: &'static str,
}

fn begin(packs: &Path, city: &str, like: &str, json: bool) -> Result<Ending, Trouble> {
    if !kernel::id::is_slug(city) || !kernel::id::is_slug(like) {
        return Err(Trouble::new(Ending::Usage, "a city's id has lower-case letters, digits and single hyphens"));
    }
    let (from, to) = (packs.join("cities").join(like), packs.join("cities").join(city));
    let trouble = |path: &Path, cause: std::io::Error| Trouble::failed(format!("{}: {cause}", path.display()));
    if to.exists() {
        return Err(Trouble::failed(format!("{} is there already", to.display())));
    }
    let entries = fs::read_dir(&from).map_err(|cause| trouble(&from, cause))?;
    fs::create_dir_all(&to).map_err(|cause| trouble(&to, cause))?;
    let mut files = Vec::new();
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.ends_with(".toml") {
            continue;
        }
        let text = fs::read_to_string(entry.path()).map_err(|cause| trouble(&entry.path(), cause))?;
        let text = text.replace(&format!("id = \"{like}\""), &format!("id = \"{city}\""));
        let path = to.join(&name);
        fs::write(&path, text).map_err(|cause| trouble(&path, cause))?;
        files.push(path.display().to_string());
    }
    files.sort();
    let next = "edit name, code, plates and hotline, then: shimin pack check";
    if json {
        output::json(&Begun { files, next })?;
    } else {
        output::data(files.join("\n"));
        progress(next);
    }
    Ok(Ending::Well)
}

#[derive(Serialize)]
struct Change {
    path: String,
    /// The key inside the file; empty if the file as a whole came or went.
    key: String,
    old: Option<String>,
    new: Option<String>,
}

fn diff(old: &Path, new: &Path, json: bool) -> Result<Ending, Trouble> {
    let read = |path: &Path| Source::Directory(path.to_path_buf()).read();
    let changes = compare(&read(old)?, &read(new)?);
    if json {
        output::json(&changes)?;
    } else {
        for change in &changes {
            let key = if change.key.is_empty() { String::new() } else { format!(" {}", change.key) };
            output::data(match (&change.old, &change.new) {
                (None, Some(_)) if key.is_empty() => format!("+ {}", change.path),
                (Some(_), None) if key.is_empty() => format!("- {}", change.path),
                (None, Some(value)) => format!("+ {}{key} = {value}", change.path),
                (Some(value), None) => format!("- {}{key} = {value}", change.path),
                (old, new) => format!(
                    "~ {}{key}: {} -> {}",
                    change.path,
                    old.as_deref().unwrap_or_default(),
                    new.as_deref().unwrap_or_default()
                ),
            });
        }
        progress(format_args!("{} differences", changes.len()));
    }
    Ok(Ending::Well)
}

fn compare(old: &Files, new: &Files) -> Vec<Change> {
    let mut changes = Vec::new();
    for path in old.keys().chain(new.keys().filter(|path| !old.contains_key(*path))) {
        let whole = |file: Option<&String>| file.map(|_| "file".to_owned());
        let change = |key: &str, old, new| Change { path: path.clone(), key: key.to_owned(), old, new };
        match (old.get(path), new.get(path)) {
            (Some(a), Some(b)) if a == b => {}
            (Some(a), Some(b)) => {
                let (a, b) = (flatten(a), flatten(b));
                for key in a.keys().chain(b.keys().filter(|key| !a.contains_key(*key))) {
                    if a.get(key) != b.get(key) {
                        changes.push(change(key, a.get(key).cloned(), b.get(key).cloned()));
                    }
                }
            }
            (a, b) => changes.push(change("", whole(a), whole(b))),
        }
    }
    changes
}

/// Dotted keys and their values. A file that is no TOML (a calendar, or one with a mistake) is one value.
fn flatten(text: &str) -> BTreeMap<String, String> {
    fn walk(key: &str, value: &toml::Value, into: &mut BTreeMap<String, String>) {
        match value {
            toml::Value::Table(table) => {
                for (name, value) in table {
                    let key = if key.is_empty() { name.clone() } else { format!("{key}.{name}") };
                    walk(&key, value, into);
                }
            }
            toml::Value::Array(items) => {
                for (i, item) in items.iter().enumerate() {
                    walk(&format!("{key}[{i}]"), item, into);
                }
            }
            value => {
                into.insert(key.to_owned(), value.to_string());
            }
        }
    }
    let mut values = BTreeMap::new();
    match text.parse::<toml::Table>() {
        Ok(table) => walk("", &toml::Value::Table(table), &mut values),
        Err(_) => {
            values.insert("(text)".into(), format!("{} bytes", text.len()));
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_named_value_by_value() {
        let files = |pairs: &[(&str, &str)]| -> Files {
            pairs.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
        };
        let old = files(&[("a.toml", "x = 1\n[t]\ny = [1, 2]\n"), ("gone.toml", "")]);
        let new = files(&[("a.toml", "x = 1\n[t]\ny = [1, 3]\nz = \"n\"\n"), ("new.toml", "")]);
        let changes = compare(&old, &new);
        let told: Vec<_> =
            changes.iter().map(|c| (c.path.as_str(), c.key.as_str(), c.old.as_deref(), c.new.as_deref())).collect();
        assert_eq!(
            told,
            [
                ("a.toml", "t.y[1]", Some("2"), Some("3")),
                ("a.toml", "t.z", None, Some("\"n\"")),
                ("gone.toml", "", Some("file"), None),
                ("new.toml", "", None, Some("file")),
            ]
        );
    }
}
