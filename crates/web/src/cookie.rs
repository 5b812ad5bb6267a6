//! Cookies: the session's, and the handful that remember how somebody likes to read. No cookie tracks anybody.

use axum::http::{HeaderMap, HeaderValue, header};

/// Seconds of a year, for what a person chose.
pub const YEAR_S: u32 = 31_536_000;

/// The cookies of one request, found once. Values are ours and plain, so nothing is decoded.
#[derive(Debug, Default)]
pub(crate) struct Cookies {
    text: String,
    /// Where each name begins and ends, and where its value ends.
    places: Vec<[usize; 3]>,
}

impl Cookies {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let mut text = String::new();
        for line in headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok()) {
            text.push_str(line);
            text.push(';');
        }
        let mut places = Vec::with_capacity(8);
        let mut begin = 0;
        for pair in text.split_terminator(';') {
            let end = begin + pair.len();
            let name = begin + pair.len() - pair.trim_ascii_start().len();
            if let Some(length) = text[name..end].find('=') {
                places.push([name, name + length, end]);
            }
            begin = end + 1;
        }
        Self { text, places }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let [_, equals, end] = *self.places.iter().find(|place| &self.text[place[0]..place[1]] == name)?;
        Some(self.text[equals + 1..end].trim_ascii_end())
    }
}

/// Reads one cookie of a request whose others do not matter.
#[must_use]
pub fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
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
        let cookies = Cookies::of(&headers);
        for name in ["lang", "xlang", "size", "shimin", "theme", "lan", ""] {
            assert_eq!(cookies.get(name), read(&headers, name).filter(|_| !name.is_empty()), "{name}");
        }
        headers.append(header::COOKIE, HeaderValue::from_static("; =; a; b= c ;;d=1=2"));
        let cookies = Cookies::of(&headers);
        let found = ["a", "b", "d", "lang"].map(|name| cookies.get(name));
        assert_eq!(found, [None, Some(" c"), Some("1=2"), Some("en")]);
    }

    #[test]
    fn a_secure_cookie_says_so() {
        let line = set("__Host-shimin", "t", "/", 60, true).expect("a plain value");
        assert_eq!(line, "__Host-shimin=t; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure");
        assert!(set("a", "b\r\nc", "/", 1, false).is_none(), "a line break cannot enter a header");
    }
}
