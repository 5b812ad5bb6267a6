//! Headings, cards and sections: the frame that everything else sits in.

use maud::{Markup, html};

/// The page's one `h1`, with a line below it that may be empty.
#[must_use]
pub fn heading(title: &str, lead: &str) -> Markup {
    html! {
        header.head {
            h1 { (title) }
            @if !lead.is_empty() { p.lead { (lead) } }
        }
    }
}

/// A white card. `title` is its `h2`; empty for none. `more` is a link at the right of the title.
#[must_use]
pub fn card(title: &str, more: Option<(&str, &str)>, body: Markup) -> Markup {
    html! {
        section.card {
            @if !title.is_empty() {
                div.card-head {
                    h2 { (title) }
                    @if let Some((label, href)) = more {
                        // The heading is part of the link's name, because a list of links read aloud says "all, all, all".
                        a.more href=(href) aria-label={ (label) " · " (title) } { (label) }
                    }
                }
            }
            (body)
        }
    }
}

/// A section without a card's frame, for text.
#[must_use]
pub fn section(title: &str, body: Markup) -> Markup {
    html! { section.prose { h2 { (title) } (body) } }
}

/// Something that opens in place, without script.
#[must_use]
pub fn disclosure(title: &str, body: Markup) -> Markup {
    html! { details.more-box { summary { (title) } div { (body) } } }
}

/// Two columns from 900 px on, one below: what matters first, then what stands beside it.
#[must_use]
pub fn columns(main: Markup, side: Markup) -> Markup {
    html! { div.cols { div { (main) } div { (side) } } }
}
