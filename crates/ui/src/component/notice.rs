//! Notices and the summary of what needs mending in a form.

use kernel::Lang;
use maud::{Markup, html};

use crate::component::tag::Tone;
use crate::icon::icon;
use crate::text;

/// A notice in a tone, with an icon and a bold first line that may be empty.
#[must_use]
pub fn notice(tone: Tone, title: &str, body: Markup) -> Markup {
    html! {
        div.notice.(tone.class()) role=[matches!(tone, Tone::Bad).then_some("alert")] {
            (icon(tone.icon()))
            div { @if !title.is_empty() { p.notice-title { (title) } } (body) }
        }
    }
}

/// What needs mending, above the `h1`: `(field id, message)`, the same words as beside the field. The script moves the
/// focus here; without it, the page's title begins with the same warning.
#[must_use]
pub fn error_summary<'a>(lang: Lang, errors: impl IntoIterator<Item = (&'a str, &'a str)>) -> Markup {
    let errors: Vec<_> = errors.into_iter().collect();
    html! {
        @if !errors.is_empty() {
            div.errors #errors tabindex="-1" role="alert" aria-labelledby="errors-title" {
                h2 #errors-title { (text::errors_title(lang, errors.len() as u64)) }
                ul { @for (field, message) in &errors { li { a href={ "#" (field) } { (message) } } } }
            }
        }
    }
}
