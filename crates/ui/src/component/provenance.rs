//! Where an answer comes from and how old it is. An answer without this line does not leave the house.

use kernel::{Lang, Timestamp};
use maud::{Markup, html};

use crate::component::tag::Tone;
use crate::icon::icon;
use crate::{format, text};

#[derive(Clone, Copy, Debug)]
pub struct Provenance<'a> {
    pub department: &'a str,
    /// When the department gave this answer.
    pub fetched_at: Timestamp,
    pub now: Timestamp,
    /// Where a newer answer can be asked for.
    pub refresh_href: Option<&'a str>,
    /// The department could not be reached, so that this is its last good answer.
    pub stale: bool,
}

impl Provenance<'_> {
    #[must_use]
    pub fn html(&self, lang: Lang) -> Markup {
        let at = format::moment(lang, self.fetched_at, self.now);
        html! {
            @if self.stale {
                div.notice.(Tone::Warn.class()) {
                    (icon("clock"))
                    div {
                        p.notice-title { (text::stale_title(lang, &format::age(lang, self.fetched_at, self.now))) }
                        p { (text::stale_detail(lang, self.department, &at)) }
                        @if let Some(href) = self.refresh_href { p { a href=(href) { (text::try_again(lang)) } } }
                    }
                }
            } @else {
                p.source {
                    (text::data_from(lang, self.department)) " · "
                    time datetime=(self.fetched_at.rfc3339()) { (text::updated(lang, &at)) }
                    @if let Some(href) = self.refresh_href { " · " a href=(href) { (text::refresh(lang)) } }
                }
            }
        }
    }
}
