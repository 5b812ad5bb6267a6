//! A place in a queue, and a little work instead of a picture puzzle: pages that send themselves again. Each has a button,
//! so that nobody depends on the script.

use kernel::Lang;
use maud::{Markup, html};

use crate::{component::button::Button, text};

/// Everything that the form held, as hidden inputs.
fn kept(pairs: &[(&str, &str)]) -> Markup {
    html! { @for (name, value) in pairs { input type="hidden" name=(name) value=(value); } }
}

#[derive(Clone, Copy, Debug)]
pub struct Queue<'a> {
    pub action: &'a str,
    /// What was typed, to be sent again, the turn included.
    pub form: &'a [(&'a str, &'a str)],
    /// How many stand before them.
    pub ahead: u64,
    /// About how long it takes; none while nobody can say.
    pub wait: Option<&'a str>,
    /// After so many seconds the script asks again.
    pub again_s: u32,
}

impl Queue<'_> {
    #[must_use]
    pub fn html(&self, lang: Lang) -> Markup {
        html! {
            form.card.form.queue method="post" action=(self.action) data-again=(self.again_s) {
                (kept(self.form))
                p role="status" {
                    span.queue-ahead { (self.ahead) }
                    span { (text::queue_ahead(lang, self.ahead)) }
                }
                @if let Some(wait) = self.wait { p.lead { (text::queue_wait(lang, wait)) } }
                (Button::secondary(text::queue_again(lang)).icon("refresh-cw").wide())
            }
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Work<'a> {
    pub action: &'a str,
    pub form: &'a [(&'a str, &'a str)],
    pub challenge: &'a str,
    pub bits: u8,
    /// Whoever does not compute waits so long.
    pub wait_s: u32,
}

impl Work<'_> {
    #[must_use]
    pub fn html(&self, lang: Lang) -> Markup {
        html! {
            form.card.form.queue method="post" action=(self.action) data-work=(self.challenge) data-bits=(self.bits) data-again=(self.wait_s) {
                (kept(self.form))
                input type="hidden" name="challenge" value=(self.challenge);
                input type="hidden" name="solution" value="";
                p role="status" { (text::work_detail(lang, u64::from(self.wait_s))) }
                (Button::secondary(text::work_go(lang)).after_s(self.wait_s).wide())
            }
        }
    }
}
