//! The second pass: what a schema cannot say. Each module looks at the values of one kind of file and names the place of
//! what is wrong; positions in the text are found afterwards.

pub mod act;
pub mod bindings;
pub mod booking;
pub mod city;
mod department;
mod mapping;
pub mod offers;
pub mod pay;
pub mod rules;
pub mod service;
pub mod story;
pub mod texts;

/// The names inside `{…}` of a template, in order. An unclosed brace counts as a name, so that it is reported.
#[must_use]
pub fn placeholders(template: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let inner = &rest[open + 1..];
        let close = inner.find('}').unwrap_or(inner.len());
        found.push(&inner[..close]);
        rest = inner.get(close + 1..).unwrap_or_default();
    }
    found
}

pub(crate) fn is_han(c: char) -> bool {
    matches!(c as u32, 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0x20000..=0x3FFFD | 0x3007)
}

/// `did you mean …`, or the list of what there is.
pub(crate) fn offer<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str> + Clone) -> String {
    match crate::finding::nearest(wanted, names.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            let mut names: Vec<&str> = names.into_iter().collect();
            names.sort_unstable();
            names.dedup();
            if names.is_empty() { "there is none yet".to_owned() } else { format!("one of {}", names.join(", ")) }
        }
    }
}

/// Digits, spaces, hyphens, a leading plus.
pub(crate) fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    (3..=15).contains(&digits) && text.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-' | '+' | '(' | ')'))
}

#[cfg(test)]
mod tests {
    #[test]
    fn placeholders_are_found() {
        assert_eq!(super::placeholders("/a/{plate}/{x}.png"), ["plate", "x"]);
        assert_eq!(super::placeholders("{open"), ["open"]);
        assert!(super::placeholders("none").is_empty());
    }
}
