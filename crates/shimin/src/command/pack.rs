//! `shimin pack …`: check packs, show one, begin a city from another, and compare two directories.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::Subcommand;
use kernel::{CityId, Text};
use manifest::{Change, scaffold::NewCity};
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
        /// Its Chinese name
        #[arg(long)]
        name: Option<String>,
        /// Its English name
        #[arg(long)]
        name_en: Option<String>,
        /// Six digits of GB/T 2260
        #[arg(long)]
        code: Option<String>,
        /// Letters of its plates; may be repeated
        #[arg(long = "plate")]
        plates: Vec<String>,
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
        Command::New { city, like, name, name_en, code, plates, packs, json } => {
            begin(&packs, &Begin { city, like, name, name_en, code, plates }, json)
        }
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

struct Begin {
    city: String,
    like: String,
    name: Option<String>,
    name_en: Option<String>,
    code: Option<String>,
    plates: Vec<String>,
}

fn begin(packs: &Path, asked: &Begin, json: bool) -> Result<Ending, Trouble> {
    let id = |text: &str| {
        let says = format!("`{text}`: a city's id has lower-case letters, digits and single hyphens");
        CityId::parse(text).ok_or_else(|| Trouble::new(Ending::Usage, says))
    };
    let name = asked.name.as_ref().map(|zh| Text::new(zh, asked.name_en.as_ref().unwrap_or(zh)));
    let new =
        NewCity { name, code: asked.code.clone(), plates: asked.plates.clone(), ..NewCity::named(id(&asked.city)?) };
    let files = Source::Directory(packs.to_path_buf()).read()?;
    let made = manifest::scaffold(&files, &new, &id(&asked.like)?).map_err(Trouble::failed)?;
    let mut written = Vec::new();
    for (path, text) in made {
        let path = packs.join(path);
        let trouble = |cause: std::io::Error| Trouble::failed(format!("{}: {cause}", path.display()));
        fs::create_dir_all(path.parent().unwrap_or(packs)).map_err(trouble)?;
        fs::write(&path, text).map_err(trouble)?;
        written.push(path.display().to_string());
    }
    let next = "edit what is not the new city's own yet, then: shimin pack check";
    if json {
        output::json(&Begun { files: written, next })?;
    } else {
        output::data(written.join("\n"));
        progress(next);
    }
    Ok(Ending::Well)
}

fn diff(old: &Path, new: &Path, json: bool) -> Result<Ending, Trouble> {
    let read = |path: &Path| Source::Directory(path.to_path_buf()).read();
    let changes = manifest::diff(&read(old)?, &read(new)?);
    if json {
        output::json(&changes)?;
    } else {
        for Change { path, place, old, new } in &changes {
            output::data(match (old, new) {
                (None, Some(value)) => format!("+ {path} {place} = {value}"),
                (Some(value), None) => format!("- {path} {place} = {value}"),
                (old, new) => format!(
                    "~ {path} {place}: {} -> {}",
                    old.as_deref().unwrap_or_default(),
                    new.as_deref().unwrap_or_default()
                ),
            });
        }
        progress(format_args!("{} differences", changes.len()));
    }
    Ok(Ending::Well)
}
