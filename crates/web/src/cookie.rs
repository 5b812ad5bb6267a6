//! Cookies: the session's, and the handful that remember how somebody likes to read. No cookie tracks anybody.

use axum::http::{HeaderMap, HeaderValue, header};

/// Seconds of a year, for what a person chose.
pub const YEAR_S: u32 = 31_536_000;

/// Reads one cookie. Values are ours and plain, so nothing is decoded.
pub fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let pairs = headers.get_all(header::COOKIE).iter().flat_map(|line| line.as_bytes().split(|byte| *byte == b';'));
    let value = |pair: &'a [u8]| pair.trim_ascii().strip_prefix(name.as_bytes())?.strip_prefix(b"=");
    pairs.filter_map(value).find_map(|value| std::str::from_utf8(value).ok())
}

/// The name of the session cookie. `__Host-` makes browsers refuse one set by a sister domain, and needs TLS.
#[must_use]
pub const fn session_name(secure: bool) -> &'static str {
    if secure { "__Host-shimin" } else { "shimin" }
}

/// A `Set-Cookie` line. Every cookie of ours is for the server alone, and stays with same-site navigation.
#[must_use]
pub fn set(name: &str, value: &str, path: &str, max_age_s: u32, secure: bool) -> Option<HeaderValue> {
    line(name, value, path, max_age_s, secure, "Lax")
}

/// The same for a cookie that no link on another site may bring along.
#[must_use]
pub fn set_strict(name: &str, value: &str, path: &str, max_age_s: u32, secure: bool) -> Option<HeaderValue> {
    line(name, value, path, max_age_s, secure, "Strict")
}

fn line(name: &str, value: &str, path: &str, max_age_s: u32, secure: bool, same_site: &str) -> Option<HeaderValue> {
    let secure = if secure { "; Secure" } else { "" };
    let line = format!("{name}={value}; Path={path}; Max-Age={max_age_s}; HttpOnly; SameSite={same_site}{secure}");
    HeaderValue::try_from(line).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("xlang=no; lang=en; size=large"));
        headers.append(header::COOKIE, HeaderValue::from_static("shimin=abc=="));
        assert_eq!(read(&headers, "lang"), Some("en"));
        assert_eq!(read(&headers, "shimin"), Some("abc=="));
        assert_eq!(read(&headers, "theme"), None);
        assert_eq!(read(&headers, "lan"), None);
    }

    #[test]
    fn a_secure_cookie_says_so() {
        let line = set("__Host-shimin", "t", "/", 60, true).expect("a plain value");
        assert_eq!(line, "__Host-shimin=t; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure");
        assert!(set("a", "b\r\nc", "/", 1, false).is_none(), "a line break cannot enter a header");
    }
}
