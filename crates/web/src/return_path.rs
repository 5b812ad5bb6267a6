//! Where a person goes back to after signing in or after changing a setting. Only our own relative paths are accepted, so
//! that nobody can send a citizen to a stranger's page through our address (an "open redirect").

/// The path if it is one of ours, else `None`.
#[must_use]
pub fn own_path(to: &str) -> Option<&str> {
    let ours = to.starts_with('/')
        // Browsers read `//host` and `/\host` as another site.
        && !to.starts_with("//")
        && !to.starts_with("/\\")
        && to.len() <= 512
        && to.bytes().all(|byte| byte > b' ' && byte < 0x7f && byte != b'\\');
    // Going back to the door one has just passed would turn in circles.
    (ours && !to.starts_with("/sign-")).then_some(to)
}

/// `path?to=…`, with the return path encoded; the bare path if there is nowhere to return to.
#[must_use]
pub fn with_return(path: &str, to: Option<&str>) -> String {
    match to {
        Some(to) => format!("{path}?to={}", encode(to)),
        None => path.to_owned(),
    }
}

/// Percent-encodes a value for a query or one segment of a path.
#[must_use]
pub fn encode(text: &str) -> percent_encoding::PercentEncode<'_> {
    const KEEP: &percent_encoding::AsciiSet =
        &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/');
    percent_encoding::utf8_percent_encode(text, KEEP)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_paths_are_returned_to() {
        for ours in ["/", "/lakeside", "/lakeside/s/bicycle-fine/ask?card=0&again=1", "/me/access?before=1.2"] {
            assert_eq!(own_path(ours), Some(ours));
        }
        for not_ours in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "lakeside",
            "/a\r\nSet-Cookie: x=1",
            "/a\\b",
            "/ a",
            "/湖",
            "/sign-in",
            "/sign-out",
        ] {
            assert_eq!(own_path(not_ours), None, "{not_ours}");
        }
    }

    #[test]
    fn a_return_path_survives_its_encoding() {
        assert_eq!(with_return("/sign-in", Some("/a/b?q=1&c=2")), "/sign-in?to=/a/b%3Fq%3D1%26c%3D2");
        assert_eq!(with_return("/sign-in", None), "/sign-in");
    }
}
