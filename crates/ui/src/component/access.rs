//! One entry of "who looked at my records".

use kernel::{Lang, Timestamp};
use maud::{Markup, html};

use crate::component::tag::{Tone, tag};
use crate::icon::icon;
use crate::{format, text};

#[derive(Clone, Copy, Debug)]
pub struct Access<'a> {
    /// Who: 您本人, or the name of a department or person.
    pub who: &'a str,
    /// What was read: 机动车违法 · 晋A***00.
    pub what: &'a str,
    /// Why it was read, or over which way; empty for none.
    pub why: &'a str,
    pub at: Timestamp,
    pub now: Timestamp,
    pub own: bool,
    /// The reading was refused.
    pub refused: bool,
}

impl Access<'_> {
    /// A list item for `ul.rows`.
    #[must_use]
    pub fn html(&self, lang: Lang) -> Markup {
        html! {
            li {
                div.row {
                    span.ico { (icon(if self.own { "user" } else { "eye" })) }
                    span.row-text {
                        span.row-title { (self.who) }
                        span.row-detail { (self.what) @if !self.why.is_empty() { " · " (self.why) } }
                        time.row-detail datetime=(self.at.rfc3339()) { (format::moment(lang, self.at, self.now)) }
                    }
                    @if self.refused { (tag(Tone::Ok, text::access_refused(lang))) }
                    @else if self.own { (tag(Tone::Plain, text::access_own(lang))) }
                    @else { (tag(Tone::Info, text::access_read(lang))) }
                }
            }
        }
    }
}
