//! The one door through which markup that was not written with `html!` enters a page.
//!
//! Everything else is escaped by maud; a test refuses `PreEscaped` anywhere else in the crate. What comes through here is
//! drawn by this crate or compiled in. Never a pack's text, never a citizen's, never a department's.

use maud::{Markup, PreEscaped};

/// Markup that this crate compiled in.
#[must_use]
pub(crate) fn compiled_in(markup: &str) -> Markup {
    PreEscaped(markup.to_owned())
}

/// The same, straight into the page.
pub(crate) fn write(page: &mut String, markup: &'static str) {
    page.push_str(markup);
}

/// An SVG that this crate drew out of numbers.
#[must_use]
pub(crate) fn drawn(markup: String) -> Markup {
    PreEscaped(markup)
}

/// The text of a style sheet inside `<style>`, where escaping would break it. A sheet that could close the element is dropped.
#[must_use]
pub(crate) fn style_sheet(css: &str) -> Markup {
    PreEscaped(if css.contains('<') { String::new() } else { css.to_owned() })
}
