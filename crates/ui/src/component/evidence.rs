//! A picture that a department gave as evidence.

use maud::{Markup, html};

/// `width` and `height` keep the place free, so that nothing moves when the picture arrives.
#[must_use]
pub fn evidence(src: &str, alt: &str, caption: &str, width: u32, height: u32) -> Markup {
    html! {
        figure.evidence {
            a href=(src) { img src=(src) alt=(alt) width=(width) height=(height) loading="lazy" decoding="async"; }
            figcaption { (caption) }
        }
    }
}
