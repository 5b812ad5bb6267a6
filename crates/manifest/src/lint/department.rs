//! A department by itself: it can be called, its address is safe to ask, and it is this city's.

use std::net::IpAddr;

use super::is_phone;
use crate::{
    binding::Department,
    city::City,
    document::{Place, Problem},
};

pub(super) fn check(department: &Department, city: Option<&City>, id: &str, at: &Place, problems: &mut Vec<Problem>) {
    if !kernel::id::is_slug(id) {
        let what = format!("`{id}` is no department id");
        problems.push(Problem::error("bad-id", at.key(), what, "lower-case letters, digits and single hyphens"));
    }
    if !is_phone(&department.phone) {
        let what = format!("\"{}\" cannot be called", department.phone);
        problems.push(Problem::error("bad-phone", at.at("phone"), what, "digits, spaces and hyphens"));
    }
    let url = department.base_url.as_str();
    if !is_allowed_url(url) {
        let what = format!("`{url}` is not a safe address");
        let fix = "https://host/path; plain http only for 127.0.0.1 or localhost; sandbox:/path for the sandbox";
        problems.push(Problem::error("bad-url", at.at("base_url"), what, fix));
    }
    if let (Some(city), Some(path)) = (city, url.strip_prefix("sandbox:/")) {
        let area = path.split('/').next().unwrap_or_default();
        if area.len() == 6 && area.bytes().all(|b| b.is_ascii_digit()) && area != city.code {
            let what = format!("this asks the department of area {area}, and the city is {}", city.code);
            let fix = format!("write sandbox:/{}{}", city.code, &path[6..]);
            problems.push(Problem::error("other-city", at.at("base_url"), what, fix));
        }
    }
    for (name, value) in &department.headers {
        let valid = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if !valid || value.contains(['\r', '\n']) {
            let what = format!("`{name}` cannot be sent as a header");
            problems.push(Problem::error("bad-header", at.at("headers").at(name), what, "letters, digits and hyphens"));
        }
    }
}

fn is_allowed_url(url: &str) -> bool {
    if let Some(path) = url.strip_prefix("sandbox:") {
        return path.starts_with('/') && !path.contains("..");
    }
    let (secure, rest) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
        (Some(rest), _) => (true, rest),
        (_, Some(rest)) => (false, rest),
        _ => return false,
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    if host.is_empty() || authority.contains('@') || rest.contains(['?', '#', ' ']) {
        return false;
    }
    secure || host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_safe_addresses_pass() {
        for url in
            ["https://a.example/x", "http://127.0.0.1:80/x", "http://localhost/x", "http://[::1]:8090", "sandbox:/1/a"]
        {
            assert!(is_allowed_url(url), "{url}");
        }
        for url in [
            "http://a.example",
            "ftp://a.example",
            "https://",
            "https://a@b.example/",
            "http://127.0.0.1.example/",
            "sandbox:x",
            "sandbox:/../x",
            "https://a.example/?q=1",
        ] {
            assert!(!is_allowed_url(url), "{url}");
        }
    }
}
