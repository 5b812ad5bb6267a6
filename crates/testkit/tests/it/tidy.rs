//! The walls of the house: rules of DESIGN that a compiler does not know, each with the files that break it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

struct Source {
    /// Path from the root of the repository.
    path: String,
    /// The crate's directory name; empty outside `crates/`.
    krate: String,
    text: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository")
}

fn files(under: &str, extensions: &[&str]) -> Vec<Source> {
    let root = root();
    let mut open = vec![root.join(under)];
    let mut found = Vec::new();
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(&directory).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                if !path.ends_with("node_modules") && !path.ends_with("target") {
                    open.push(path);
                }
                continue;
            }
            let kind = path.extension().and_then(|kind| kind.to_str()).unwrap_or_default();
            let Ok(text) = fs::read_to_string(&path) else { continue };
            if extensions.contains(&kind) {
                let path = path.strip_prefix(&root).expect("inside").to_string_lossy().replace('\\', "/");
                let krate = path.strip_prefix("crates/").and_then(|rest| rest.split('/').next()).unwrap_or_default();
                found.push(Source { krate: krate.to_owned(), path, text });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!found.is_empty(), "no files under {under}");
    found
}

fn rust() -> Vec<Source> {
    files("crates", &["rs"])
}

/// Lines of code that runs for citizens: without comments, so that a rule may be spoken of, and without tests.
fn code(source: &Source) -> impl Iterator<Item = (usize, &str)> {
    let tests = source.path.contains("/tests/") || source.path.ends_with("/tests.rs");
    let lines = source.text.lines().enumerate().map(|(i, line)| (i + 1, line.trim_start()));
    let runs = lines.take_while(move |(_, line)| !tests && *line != "#[cfg(test)]");
    runs.filter(|(_, line)| !line.starts_with("//"))
}

/// This file speaks of everything that it forbids.
fn is_this(source: &Source) -> bool {
    source.path.ends_with("testkit/tests/it/tidy.rs")
}

/// Lines with one of some words, outside the crates that may use them.
fn offenders(words: &[&str], allowed: &[&str]) -> Vec<String> {
    rust()
        .iter()
        .filter(|source| !allowed.contains(&source.krate.as_str()) && !is_this(source))
        .flat_map(|source| {
            code(source)
                .filter(|(_, line)| words.iter().any(|word| line.contains(word)))
                .map(|(i, line)| format!("{}:{i}: {line}", source.path))
                .collect::<Vec<_>>()
        })
        .collect()
}

fn none(offenders: Vec<String>, rule: &str) {
    assert!(offenders.is_empty(), "{rule}:\n{}", offenders.join("\n"));
}

#[test]
fn sql_stays_in_the_stores() {
    let words =
        ["SELECT ", "INSERT INTO", "DELETE FROM", "CREATE TABLE", "ON CONFLICT", "rusqlite::", "tokio_postgres::"];
    none(offenders(&words, &["store", "store-sqlite", "store-postgres"]), "SQL belongs into store*");
}

#[test]
fn http_stays_at_the_doors() {
    let doors =
        ["web", "console", "api", "exchange", "connector-http", "connector-pay", "sandbox", "shimin", "testkit"];
    none(offenders(&["axum::", "hyper::", "hyper_util::", "reqwest::"], &doors), "HTTP belongs to the doors");
}

#[test]
fn the_clock_and_randomness_come_in_as_arguments() {
    let words = ["SystemTime::now", "Timestamp::now", "Zoned::now", "getrandom::", "thread_rng", "rand::random"];
    none(offenders(&words, &["kernel"]), "time and randomness come from kernel");
}

#[test]
fn receipts_are_issued_by_the_store_alone() {
    none(offenders(&["issued_after_commit"], &["kernel", "store"]), "only the store proves an access entry");
}

#[test]
fn personal_data_is_processed_unseen_only_where_machines_work() {
    // `Pii::process` leaves no trace, so it may stand only where no person looks.
    let allowed = ["kernel", "identity", "connector-http", "connector-pay", "engine"];
    none(offenders(&[".process(", "Pii::process"], &allowed), "`process` is for machines");
}

#[test]
fn unescaped_markup_stays_in_ui() {
    // The sandbox inlines the style sheet of its own two pages.
    none(offenders(&["PreEscaped"], &["ui", "sandbox"]), "PreEscaped belongs into ui");
    none(
        offenders(&["style=\"", " style={", "style=(", "onclick="], &[]),
        "the content policy forbids inline styles and scripts",
    );
}

#[test]
fn no_city_and_no_service_is_known_to_the_code() {
    let loaded = shimin::packs::check(&shimin::packs::Source::Directory(testkit::packs()).read().expect("packs"));
    let mut words = BTreeSet::new();
    for (id, pack) in &loaded.catalogue.cities {
        words.insert(id.to_string());
        words.insert(pack.city.name.zh_cn.trim_end_matches('市').to_owned());
    }
    for id in loaded.catalogue.services.keys() {
        words.insert(id.to_string());
    }
    assert!(words.len() > 20, "{words:?}");
    let word = |line: &str, word: &str| {
        line.match_indices(word).any(|(at, _)| {
            let edge = |c: Option<char>| c.is_none_or(|c| !c.is_ascii_alphanumeric() && c != '-' && c != '_');
            !word.is_ascii() || (edge(line[..at].chars().next_back()) && edge(line[at + word.len()..].chars().next()))
        })
    };
    let found: Vec<String> = files("crates", &["rs", "toml", "css", "js", "sql", "txt", "snap", "json"])
        .iter()
        .flat_map(|source| {
            let lines = source.text.lines().enumerate();
            lines
                .filter(|(_, line)| words.iter().any(|one| word(line, one)))
                .map(|(i, line)| format!("{}:{}: {line}", source.path, i + 1))
                .collect::<Vec<_>>()
        })
        .collect();
    none(found, "cities and services live in packs");
}

#[test]
fn each_crate_says_why_it_exists() {
    for source in
        rust().iter().filter(|source| source.path.ends_with("src/lib.rs") || source.path.ends_with("src/main.rs"))
    {
        assert!(source.text.starts_with("//!"), "{} does not open with //!", source.path);
    }
}

#[test]
fn money_is_never_a_float() {
    let words = ["fine: f64", "fine_fen: f64", "amount: f64", "amount_fen: f64", "fee: f64", "price: f64"];
    none(offenders(&words, &[]), "money is integer fen");
}

#[test]
fn documents_name_no_machine() {
    let mut found = Vec::new();
    for source in files("docs", &["md"]).iter().chain(&files("crates", &["rs", "md", "toml"])) {
        for (i, line) in source.text.lines().enumerate() {
            if !is_this(source) && ["/work/", "/root/", "/home/"].iter().any(|path| line.contains(path)) {
                found.push(format!("{}:{}: {line}", source.path, i + 1));
            }
        }
    }
    none(found, "paths of one machine mean nothing on another");
}

/// What is small stays small; what is too long already may shrink and may not grow. `SHIMIN_BLESS=1` writes the list of
/// those anew.
fn ratchet(list: &str, max: usize, sizes: BTreeMap<String, usize>, mend: &str) {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/golden").join(list);
    let long: BTreeMap<String, usize> = sizes.into_iter().filter(|(_, lines)| *lines > max).collect();
    if std::env::var_os("SHIMIN_BLESS").is_some() {
        let text: String = long.iter().map(|(name, lines)| format!("{lines} {name}\n")).collect();
        fs::write(&golden, text).expect("written");
    }
    let known: BTreeMap<String, usize> = fs::read_to_string(&golden)
        .expect("the list")
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(lines, name)| (name.to_owned(), lines.parse().expect("a number")))
        .collect();
    let grown: Vec<String> = long
        .into_iter()
        .map(|(name, lines)| (lines, known.get(&name).copied().unwrap_or(max), name))
        .filter(|(lines, allowed, _)| lines > allowed)
        .map(|(lines, allowed, name)| format!("{name} has {lines} lines, {allowed} are allowed"))
        .collect();
    none(grown, mend);
}

#[test]
fn files_stay_small() {
    let sizes = rust().into_iter().map(|source| (source.path, source.text.lines().count())).collect();
    ratchet("long-files.txt", 400, sizes, "split them by noun");
}

#[test]
fn functions_stay_small() {
    let mut sizes = BTreeMap::new();
    for source in rust() {
        for (name, lines) in functions(&source.text) {
            // Two of one name in one file are told apart by the longer: neither may grow beyond it.
            let size: &mut usize = sizes.entry(format!("{} {name}", source.path)).or_default();
            *size = lines.max(*size);
        }
    }
    assert!(sizes.len() > 1_000, "only {} functions are found", sizes.len());
    ratchet("long-functions.txt", 70, sizes, "say in names what the parts do");
}

/// Functions with their lines, from the one that names it to its closing brace, which stands as far in as the function.
fn functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let words = ["pub ", "pub(crate) ", "pub(super) ", "const ", "async ", "unsafe "];
        let bare = words.iter().fold(code, |code, word| code.strip_prefix(word).unwrap_or(code));
        let Some(rest) = bare.strip_prefix("fn ") else { continue };
        let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        let end = format!("{}}}", &line[..line.len() - code.len()]);
        let mut body = lines[at..].iter().enumerate();
        // A signature without a body, or a whole function on one line.
        let open = body.clone().find(|(_, line)| line.ends_with('{') || line.ends_with(';') || line.ends_with('}'));
        if open.is_some_and(|(_, line)| line.ends_with('{'))
            && let Some((length, _)) = body.find(|(_, line)| **line == end)
        {
            found.push((name, length + 1));
        }
    }
    found
}

#[test]
fn functions_are_measured_from_name_to_brace() {
    let text = "impl A {\n    pub(crate) async fn one(\n        &self,\n    ) -> u8 {\n        if x {\n        }\n        1\n    }\n\n    fn two(&self);\n    fn three() {}\n}\n\nconst fn four() {\n}\n";
    assert_eq!(functions(text), [("one".to_owned(), 7), ("four".to_owned(), 2)]);
}

/// A row of the table of words that no page says is work for translators and nobody else. A word counts as said when its
/// name stands anywhere beside its own row.
#[test]
fn every_word_is_said_somewhere() {
    let sources = rust();
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for source in &sources {
        for name in source.text.split(|c: char| !c.is_alphanumeric() && c != '_') {
            *times.entry(name).or_default() += 1;
        }
    }
    let rows = sources.iter().filter(|source| source.path.starts_with("crates/ui/src/text/"));
    let names: Vec<&str> = rows
        .flat_map(|source| source.text.lines())
        .filter(|line| line.starts_with("    ") && line.ends_with("\";") && line.contains(": \""))
        .filter_map(|line| line.trim_start().split([':', '(']).next())
        .collect();
    assert!(names.len() > 100, "only {} words are found: the table has changed its form", names.len());
    let unsaid: Vec<&str> = names.into_iter().filter(|name| times[name] == 1).collect();
    assert!(unsaid.is_empty(), "words that no page says: {unsaid:?}");
}
