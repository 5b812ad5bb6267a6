//! One signed-in device, and the button that signs it out.

use kernel::{Lang, Timestamp};
use maud::{Markup, html};

use crate::component::button::Button;
use crate::component::tag::{Tone, tag};
use crate::icon::icon;
use crate::{format, text};

#[derive(Clone, Copy, Debug)]
pub struct Session<'a> {
    /// Name of the device, as well as it is known: 手机 · 支付宝.
    pub device: &'a str,
    /// A phone rather than a computer.
    pub phone: bool,
    pub last_seen_at: Timestamp,
    pub now: Timestamp,
    pub current: bool,
    /// Path of the POST that ends it.
    pub end: &'a str,
}

impl Session<'_> {
    /// A list item for `ul.rows`.
    #[must_use]
    pub fn html(&self, lang: Lang) -> Markup {
        html! {
            li {
                div.row {
                    span.ico { (icon(if self.phone { "smartphone" } else { "monitor" })) }
                    span.row-text {
                        span.row-title { (self.device) }
                        span.row-detail { (text::session_seen(lang, &format::age(lang, self.last_seen_at, self.now))) }
                    }
                    @if self.current { (tag(Tone::Ok, text::session_current(lang))) }
                    @else { form method="post" action=(self.end) { (Button::link(text::session_end(lang))) } }
                }
            }
        }
    }
}
