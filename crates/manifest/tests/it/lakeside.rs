//! A small sound pack of a city that does not exist, to be broken by tests.

use manifest::{Files, Finding, Known, Loaded, load};

pub const ICONS: [&str; 3] = ["bicycle", "gauge", "car"];
pub const SERVICE: &str = "services/bicycle-fine.toml";
pub const POINTS: &str = "services/rider-points.toml";
pub const STORY: &str = "services/bicycle-fine.story.toml";
pub const CITY: &str = "cities/lakeside/city.toml";
pub const BINDINGS: &str = "cities/lakeside/bindings.toml";

pub fn files() -> Files {
    [
        (SERVICE, include_str!("lakeside/bicycle-fine.toml")),
        (STORY, include_str!("lakeside/bicycle-fine.story.toml")),
        (POINTS, include_str!("lakeside/rider-points.toml")),
        ("services/rider-points.story.toml", include_str!("lakeside/rider-points.story.toml")),
        (CITY, include_str!("lakeside/city.toml")),
        (BINDINGS, include_str!("lakeside/bindings.toml")),
        ("rules/old/points.toml", include_str!("lakeside/points.toml")),
        ("rules/old/fines.toml", include_str!("lakeside/fines.toml")),
    ]
    .into_iter()
    .map(|(path, text)| (path.to_owned(), text.to_owned()))
    .collect()
}

pub fn check(files: &Files) -> Loaded {
    load(files, &Known { icons: Some(&ICONS) })
}

/// The pack with one text replaced, which must be there.
pub fn with(path: &str, from: &str, to: &str) -> Files {
    let mut files = files();
    let text = files.get_mut(path).expect("the file is there");
    assert!(text.contains(from), "{path} has no {from:?}");
    *text = text.replacen(from, to, 1);
    files
}

/// The finding of a code, with the place that it must point at: the first `marked` in the file after `after`.
#[track_caller]
pub fn expect<'l>(loaded: &'l Loaded, files: &Files, code: &str, path: &str, after: &str, marked: &str) -> &'l Finding {
    let found: Vec<&Finding> =
        loaded.findings.iter().filter(|finding| finding.code == code && finding.path == path).collect();
    assert!(!found.is_empty(), "no {code} in {path}: {:#?}", loaded.findings);
    let text = &files[path];
    let start = text.find(after).unwrap_or_else(|| panic!("{path} has no {after:?}"));
    let at = start + text[start..].find(marked).unwrap_or_else(|| panic!("{path} has no {marked:?} after {after:?}"));
    let line = text[..at].matches('\n').count() + 1;
    let column = text[text[..at].rfind('\n').map_or(0, |i| i + 1)..at].chars().count() + 1;
    let places: Vec<_> = found.iter().map(|finding| (finding.line, finding.column)).collect();
    found
        .into_iter()
        .find(|finding| (finding.line, finding.column) == (line, column))
        .unwrap_or_else(|| panic!("{code} should be at {line}:{column}, and is at {places:?}"))
}
