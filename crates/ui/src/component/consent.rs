//! A consent: who may see what of mine, until when, and the button that ends it.

use kernel::Lang;
use maud::{Markup, html};

use crate::component::button::Button;
use crate::component::tag::{Tone, tag};
use crate::icon::icon;
use crate::text;

#[derive(Clone, Copy, Debug, Default)]
pub struct Consent<'a> {
    /// To whom: 张* (家人).
    pub who: &'a str,
    /// What it covers.
    pub what: &'a str,
    /// Given when, or until when, as text.
    pub when: &'a str,
    /// Path of the POST that withdraws it; none if it has ended.
    pub withdraw: Option<&'a str>,
    /// Path of the POST that grants it; set while it is only asked for.
    pub grant: Option<&'a str>,
}

impl Consent<'_> {
    #[must_use]
    pub fn html(&self, lang: Lang) -> Markup {
        let (tone, state) = match (self.grant, self.withdraw) {
            (Some(_), _) => (Tone::Warn, text::consent_asked(lang)),
            (None, Some(_)) => (Tone::Ok, text::consent_given(lang)),
            (None, None) => (Tone::Plain, text::consent_ended(lang)),
        };
        html! {
            section.card.consent {
                div.row {
                    span.ico { (icon("handshake")) }
                    span.row-text {
                        strong.row-title { (self.who) }
                        span.row-detail { (self.what) }
                        span.row-detail { (self.when) }
                    }
                    (tag(tone, state))
                }
                @if self.grant.is_some() || self.withdraw.is_some() {
                    div.actions {
                        @if let Some(action) = self.grant {
                            form method="post" action=(action) { (Button::primary(text::consent_grant(lang))) }
                        }
                        @if let Some(action) = self.withdraw {
                            form method="post" action=(action) {
                                (Button::secondary(if self.grant.is_some() { text::consent_decline(lang) } else { text::consent_withdraw(lang) }))
                            }
                        }
                    }
                }
            }
        }
    }
}
