//! A draw that anyone can recompute: what was published before, what after, and how the one follows from the other.

use kernel::Lang;
use maud::{Markup, html};

use crate::{component::card::disclosure, text};

#[derive(Clone, Copy, Debug, Default)]
pub struct Draw<'a> {
    /// The hash of the secret seed, in hexadecimal, published before the first claim.
    pub commitment: &'a str,
    /// The seed, the beacon and how many claims there were; none before the draw.
    pub drawn: Option<(&'a str, &'a str, u64)>,
    /// The file with all claims and their order.
    pub file_href: Option<&'a str>,
}

impl Draw<'_> {
    #[must_use]
    pub fn html(&self, lang: Lang) -> Markup {
        let row = |label, value| html! { div { dt { (label) } dd { code.key translate="no" { (value) } } } };
        html! {
            dl.summary {
                (row(text::draw_commitment(lang), self.commitment))
                @if let Some((seed, beacon, claims)) = self.drawn {
                    (row(text::draw_seed(lang), seed))
                    @if !beacon.is_empty() { (row(text::draw_beacon(lang), beacon)) }
                    div { dt { (text::draw_claims_label(lang)) } dd { (text::draw_claims(lang, claims)) } }
                }
            }
            (disclosure(text::draw_how_title(lang), html! {
                p { (text::draw_how(lang)) }
                p { code.key translate="no" {
                    "commitment = SHA-256(seed)" br;
                    "draw = SHA-256(seed ‖ SHA-256(beacon) ‖ SHA-256(claim ‖ claim ‖ …))" br;
                    "lot(claim) = SHA-256(draw ‖ claim)"
                } }
                p { (text::draw_how_order(lang)) }
                @if let Some(href) = self.file_href { p { a href=(href) { (text::draw_file(lang)) } } }
            }))
        }
    }
}
