//! Newer and older, with where one is. Links only: the address holds the place.

use kernel::Lang;
use maud::{Markup, html};

use crate::component::button::Button;
use crate::text;

/// `page` counts from one. `href` makes the address of a page. Nothing is drawn for a single page.
#[must_use]
pub fn pagination(lang: Lang, page: u32, pages: u32, href: impl Fn(u32) -> String) -> Markup {
    html! {
        @if pages > 1 {
            nav.pages aria-label=(text::pages(lang)) {
                @if page > 1 { (Button::secondary(text::page_previous(lang)).href(&href(page - 1))) } @else { span {} }
                span { (text::page_of(lang, page, pages)) }
                @if page < pages { (Button::secondary(text::page_next(lang)).href(&href(page + 1))) } @else { span {} }
            }
        }
    }
}
