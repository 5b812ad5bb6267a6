//! Lists of a name and its value, and values of which only a part is shown.

use maud::{Markup, html};

/// One line of a summary list.
#[derive(Clone, Debug)]
pub struct Summary<'a> {
    pub label: &'a str,
    pub value: Markup,
    /// Explains the value; empty for none.
    pub hint: &'a str,
    /// `(label, href)` of a link that changes it.
    pub action: Option<(&'a str, &'a str)>,
}

impl<'a> Summary<'a> {
    #[must_use]
    pub fn text(label: &'a str, value: &str) -> Self {
        Self { label, value: html! { (value) }, hint: "", action: None }
    }

    #[must_use]
    pub fn markup(label: &'a str, value: Markup) -> Self {
        Self { label, value, hint: "", action: None }
    }

    #[must_use]
    pub fn hint(self, hint: &'a str) -> Self {
        Self { hint, ..self }
    }

    #[must_use]
    pub fn action(self, label: &'a str, href: &'a str) -> Self {
        Self { action: Some((label, href)), ..self }
    }
}

#[must_use]
pub fn summary<'a>(items: impl IntoIterator<Item = Summary<'a>>) -> Markup {
    html! {
        dl.summary {
            @for item in items {
                div {
                    dt { (item.label) }
                    dd {
                        (item.value)
                        @if !item.hint.is_empty() { p.hint { (item.hint) } }
                        @if let Some((label, href)) = item.action {
                            " " a href=(href) aria-label={ (label) " · " (item.label) } { (label) }
                        }
                    }
                }
            }
        }
    }
}

/// A text that `kernel::mask` has already masked: tabular, and never machine-translated.
#[must_use]
pub fn masked(text: &str) -> Markup {
    html! { span.masked translate="no" { (text) } }
}
