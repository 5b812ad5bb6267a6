//! A place in a queue: a page that sends itself again, and does a little work meanwhile instead of a picture puzzle. It has
//! a button, so that nobody depends on the script.

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
    /// A sum of so many bits that the script solves meanwhile; 0: none.
    pub turn: &'a str,
    pub bits: u8,
}

impl Queue<'_> {
    #[must_use]
    pub fn html(&self, lang: Lang) -> Markup {
        html! {
            form.card.form.queue method="post" action=(self.action) data-again=(self.again_s) data-work=[(self.bits > 0).then_some(self.turn)] data-bits=[(self.bits > 0).then_some(self.bits)] {
                (kept(self.form))
                @if self.bits > 0 { input type="hidden" name="solution" value=""; }
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
