//! The style sheet with one city's colours, its address and its place in the content security policy.
//!
//! A first visit gets the sheet inside the page, so that one round trip paints it; a cookie then says that the browser has
//! seen this version, and later pages link to it. One sheet per hue is made when it is first needed and kept.

use std::sync::OnceLock;

use aws_lc_rs::digest::{SHA256, digest};
use axum::http::{HeaderMap, HeaderValue};
use base64::Engine as _;
use bytes::Bytes;

use crate::headers::{content_security_policy, gzip, of_page};

pub struct Style {
    pub text: String,
    pub hash: String,
    pub url: String,
    pub gzip: Bytes,
    /// The policy that allows exactly this sheet to stand inside the page.
    pub policy: HeaderValue,
    /// The headers of every page with this sheet: one that others may see, and a personal one.
    pub(crate) headers: [HeaderMap; 2],
}

impl Style {
    fn new(hue: Option<u16>) -> Self {
        let mut text = ui::assets::CSS.clone();
        if let Some(hue) = hue {
            text.push_str(&ui::hue::stylesheet(hue));
        }
        Self::of(text, "/assets")
    }

    /// Any sheet, served below `directory` under its hash.
    #[must_use]
    pub fn of(text: String, directory: &str) -> Self {
        let sum = digest(&SHA256, text.as_bytes());
        let hash = short_hash(text.as_bytes());
        let policy = content_security_policy(&base64::engine::general_purpose::STANDARD.encode(sum.as_ref()));
        let url = format!("{directory}/{hash}.css");
        let mut style = Self { url, gzip: gzip(text.as_bytes(), 9), hash, text, policy, headers: Default::default() };
        style.headers = [false, true].map(|personal| of_page(Some(&style), personal));
        style
    }
}

/// The first 64 bits of a file's SHA-256, for its address.
pub fn short_hash(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    digest(&SHA256, bytes).as_ref().iter().take(8).fold(String::with_capacity(16), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// All sheets: one for each hue, and one for pages of no city.
pub(crate) struct Styles([OnceLock<Style>; 361]);

impl Default for Styles {
    fn default() -> Self {
        Self([const { OnceLock::new() }; 361])
    }
}

impl Styles {
    pub(crate) fn of_hue(&self, hue: Option<u16>) -> &Style {
        let hue = hue.map(|hue| hue % 360);
        let at = hue.map_or(360, usize::from);
        self.0[at].get_or_init(|| Style::new(hue))
    }

    /// The sheet behind an address, if it is one of the hues given or was made before.
    pub(crate) fn by_hash(&self, hash: &str, hues: impl Iterator<Item = u16>) -> Option<&Style> {
        let made = || self.0.iter().filter_map(OnceLock::get).find(|style| style.hash == hash);
        made().or_else(|| {
            // Another process of the same version may have written the page.
            let _ = self.of_hue(None);
            for hue in hues {
                let _ = self.of_hue(Some(hue));
            }
            made()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_is_found_by_its_hash_even_if_another_process_made_it() {
        let made = Styles::default();
        let hash = made.of_hue(Some(200)).hash.clone();
        assert_ne!(hash, made.of_hue(None).hash);
        let fresh = Styles::default();
        assert!(fresh.by_hash(&hash, [30, 200].into_iter()).is_some());
        assert!(fresh.by_hash("0000000000000000", [30].into_iter()).is_none());
    }
}
