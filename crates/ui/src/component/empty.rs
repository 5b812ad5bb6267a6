//! Nothing to show: either good news, drawn as such, or an empty shelf with the one thing to do about it.

use maud::{Markup, html};

use crate::icon::icon;
use crate::svg;

/// A window lattice with a tick: nothing is owed, nothing is due.
const WINDOW: &str = include_str!("../asset/good-news.svg");

/// Good news, as the page's headline: `没有未处理违法`. It is never phrased as "no data".
#[must_use]
pub fn good_news(title: &str, detail: &str, more: Markup) -> Markup {
    html! {
        section.card.empty.good {
            (svg::compiled_in(WINDOW.trim_end()))
            h2 { (title) }
            @if !detail.is_empty() { p { (detail) } }
            (more)
        }
    }
}

/// Nothing here yet: why, and the one thing to do.
#[must_use]
pub fn empty(icon_name: &str, title: &str, detail: &str, action: Markup) -> Markup {
    html! {
        section.card.empty {
            span.ico { (icon(icon_name)) }
            h2 { (title) }
            @if !detail.is_empty() { p { (detail) } }
            (action)
        }
    }
}
