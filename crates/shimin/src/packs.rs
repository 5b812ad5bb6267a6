//! Packs on disk: read, watched, and published while the platform runs. The ones that the binary brings along are used
//! where no directory is given or found.
//!
//! A broken pack never takes a running city down: what has errors stays as it last was, and the operator reads why.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use engine::Platform;
use manifest::{
    Catalogue,
    load::{Files, Known, Loaded, load},
};

use crate::output::{Trouble, progress};

static EMBEDDED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/packs.rs"));

/// How often the directory is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// A pack file is written by hand; something larger is something else.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// Where packs come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    Embedded,
    Directory(PathBuf),
}

impl Source {
    /// The directory that was named, else `./packs` if it is there, else what the binary brings along.
    #[must_use]
    pub fn choose(named: Option<&Path>) -> Self {
        match named {
            Some(directory) => Self::Directory(directory.to_path_buf()),
            None if Path::new("packs").is_dir() => Self::Directory("packs".into()),
            None => Self::Embedded,
        }
    }

    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Embedded => "the packs inside the binary".into(),
            Self::Directory(path) => path.display().to_string(),
        }
    }

    /// Every pack file, by its path below the source.
    pub fn read(&self) -> Result<Files, Trouble> {
        match self {
            Self::Embedded => Ok(EMBEDDED.iter().map(|(path, text)| ((*path).into(), (*text).into())).collect()),
            Self::Directory(root) => {
                let mut files = Files::new();
                for path in list(root).map_err(|cause| Trouble::failed(format!("{}: {cause}", root.display())))?.keys()
                {
                    // A file that goes away between the list and the reading is one that is not there.
                    if let Ok(bytes) = fs::read(root.join(path)) {
                        files.insert(path.clone(), String::from_utf8_lossy(&bytes).into_owned());
                    }
                }
                Ok(files)
            }
        }
    }
}

/// Pack files with what changes when they change.
fn list(root: &Path) -> io::Result<BTreeMap<String, (SystemTime, u64)>> {
    let mut found = BTreeMap::new();
    let mut open = vec![root.to_path_buf()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(&directory)? {
            let path = entry?.path();
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            let Ok(about) = fs::metadata(&path) else { continue };
            if about.is_dir() {
                open.push(path);
            } else if (name.ends_with(".toml") || (name.starts_with("calendars/") && name.ends_with(".json")))
                && about.len() <= FILE_BYTES_MAX
            {
                found.insert(name, (about.modified().unwrap_or(SystemTime::UNIX_EPOCH), about.len()));
            }
        }
    }
    Ok(found)
}

/// Reads files into a catalogue, checking icons against those that pages can draw.
#[must_use]
pub fn check(files: &Files) -> Loaded {
    load(files, &Known { icons: Some(ui::ICONS) })
}

/// What a starting platform runs with. With nothing sound there is nothing to start.
pub fn open(source: &Source) -> Result<Catalogue, Trouble> {
    let files = source.read()?;
    let loaded = check(&files);
    report(source, &loaded, &files);
    if loaded.catalogue.cities.is_empty() {
        return Err(Trouble::new(
            crate::output::Ending::Invalid,
            format!("{}: no city that could be opened", source.name()),
        ));
    }
    Ok(loaded.catalogue)
}

fn report(source: &Source, loaded: &Loaded, files: &Files) {
    for finding in &loaded.findings {
        progress(finding.render(files));
        if finding.is_error() {
            tracing::error!(path = finding.path, line = finding.line, what = finding.what, "a pack has an error");
        }
    }
    if !loaded.is_clean() {
        progress(format_args!(
            "{}: what has errors stays as it was; `shimin pack check` shows it again",
            source.name()
        ));
    }
}

/// Watches a directory and publishes what is sound, for as long as it is polled.
pub async fn watch(source: Source, platform: Platform) {
    let Source::Directory(root) = &source else { return std::future::pending().await };
    let mut known = list(root).ok();
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    loop {
        ticks.tick().await;
        let (look_at, last) = (root.clone(), known.clone());
        let seen = tokio::task::spawn_blocking(move || list(&look_at).ok()).await.ok().flatten();
        // A directory that cannot be read now (unmounted, being replaced) is no reason to forget the cities.
        if seen.is_none() || seen == last {
            continue;
        }
        known = seen;
        publish(&source, &platform);
    }
}

/// Reads the source again and puts in force what is sound.
pub fn publish(source: &Source, platform: &Platform) {
    let files = match source.read() {
        Ok(files) => files,
        Err(trouble) => return progress(trouble),
    };
    let loaded = check(&files);
    report(source, &loaded, &files);
    let clean = loaded.is_clean();
    let catalogue = loaded.or_last_good(&platform.catalogue());
    if catalogue.cities.is_empty() {
        return progress(format_args!("{}: no city is left; the last good ones stay open", source.name()));
    }
    let (cities, services) = (catalogue.cities.len(), catalogue.services.len());
    platform.publish(catalogue);
    if clean {
        progress(format_args!("packs published: {cities} cities, {services} services"));
    }
    tracing::info!(cities, services, clean, "packs published");
}
