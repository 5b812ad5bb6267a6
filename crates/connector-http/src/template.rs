//! Filling the `{name}` places of a binding. One pass, so that a value which happens to hold `{…}` is never read as a
//! place. No conditions and no formatting: the mapping language stays small.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but RFC 3986's unreserved characters.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// A relative path that a department itself handed out keeps its slashes.
const PATH: &AsciiSet = &SEGMENT.remove(b'/');

/// How a value is written into its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writing {
    AsIs,
    Segment,
    Path,
}

/// Fills the places of `template`; `None` if a value is missing.
pub fn fill<'v>(
    template: &str,
    writing: Writing,
    value: impl Fn(&str) -> Option<std::borrow::Cow<'v, str>>,
) -> Option<String> {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let (name, after) = after.split_once('}')?;
        let value = value(name)?;
        match writing {
            Writing::AsIs => out.push_str(&value),
            Writing::Segment => out.extend(utf8_percent_encode(&value, SEGMENT)),
            Writing::Path => out.extend(utf8_percent_encode(&value, PATH)),
        }
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

/// True if a filled path leaves the place it was written for: dot segments climb, in either spelling.
#[must_use]
pub fn climbs(path: &str) -> bool {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    path.split(['/', '\\'])
        .any(|segment| matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | ".."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(template: &str, writing: Writing, value: &str) -> Option<String> {
        fill(template, writing, |name| (name == "a").then(|| value.to_owned().into()))
    }

    #[test]
    fn places_are_filled_once_and_encoded() {
        assert_eq!(
            with("/x/{a}/y", Writing::Segment, "晋A/0?#{a}%").as_deref(),
            Some("/x/%E6%99%8BA%2F0%3F%23%7Ba%7D%25/y")
        );
        assert_eq!(with("{a}-{a}", Writing::AsIs, "{a}").as_deref(), Some("{a}-{a}"));
        assert_eq!(with("/{a}", Writing::Path, "evidence/1.png?x").as_deref(), Some("/evidence/1.png%3Fx"));
        assert_eq!(with("none", Writing::AsIs, "v").as_deref(), Some("none"));
    }

    #[test]
    fn a_missing_value_fills_nothing() {
        assert_eq!(with("/{b}", Writing::Segment, "v"), None);
        assert_eq!(with("/{a", Writing::Segment, "v"), None);
    }

    #[test]
    fn a_path_that_climbs_is_noticed() {
        for path in ["/a/../b", "/..", "../b", "/a/%2e%2E/b", "/a/.%2e", "/a/./b", "/a\\..\\b"] {
            assert!(climbs(path), "{path}");
        }
        for path in ["/a/b", "/a/..b", "/a/b..png", "/a?x=../y", ""] {
            assert!(!climbs(path), "{path}");
        }
    }
}
