//! Rows of a list: a title, a second line, perhaps an icon before and a tag or value behind. The whole row is the link.

use maud::{Markup, Render, html};

use crate::component::tag::{Tone, tag};
use crate::icon::icon;

#[derive(Clone, Copy, Debug, Default)]
pub struct Row<'a> {
    pub title: &'a str,
    /// Second line; empty for none.
    pub detail: &'a str,
    /// Where the row leads; none for a row that only says something.
    pub href: Option<&'a str>,
    pub icon: Option<&'a str>,
    pub tag: Option<(Tone, &'a str)>,
    /// A value at the right; empty for none.
    pub value: &'a str,
}

impl Render for Row<'_> {
    fn render(&self) -> Markup {
        let inside = html! {
            @if let Some(name) = self.icon { span.ico { (icon(name)) } }
            span.row-text {
                span.row-title { (self.title) }
                @if !self.detail.is_empty() { span.row-detail { (self.detail) } }
                // Beside an icon there is no room for a tag at the right of a phone.
                @if let (Some((tone, text)), true) = (self.tag, self.icon.is_some()) { (tag(tone, text)) }
            }
            @if !self.value.is_empty() { span.row-value { (self.value) } }
            @if let (Some((tone, text)), None) = (self.tag, self.icon) { (tag(tone, text)) }
        };
        html! {
            @if let Some(href) = self.href { a.row.go href=(href) { (inside) } } @else { div.row { (inside) } }
        }
    }
}

#[must_use]
pub fn rows(rows: &[Row<'_>]) -> Markup {
    html! { ul.rows { @for row in rows { li { (row) } } } }
}
