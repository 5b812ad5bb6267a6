//! Buttons and links that look like buttons. A button names the act: 缴款 100.00 元, never 确定.

use maud::{Markup, Render, html};

use crate::icon::icon;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Style {
    #[default]
    Primary,
    Secondary,
    Danger,
    Link,
}

/// A submit button; with [`Button::href`] a link that looks the same.
#[derive(Clone, Copy, Debug, Default)]
#[must_use]
pub struct Button<'a> {
    label: &'a str,
    style: Style,
    href: Option<&'a str>,
    icon: Option<&'a str>,
    value: Option<(&'a str, &'a str)>,
    wide: bool,
    countdown_s: u32,
}

impl<'a> Button<'a> {
    pub fn primary(label: &'a str) -> Self {
        Self { label, ..Self::default() }
    }

    pub fn secondary(label: &'a str) -> Self {
        Self { label, style: Style::Secondary, ..Self::default() }
    }

    /// For what cannot be taken back.
    pub fn danger(label: &'a str) -> Self {
        Self { label, style: Style::Danger, ..Self::default() }
    }

    /// A button that reads like a link, for lesser acts beside a main one.
    pub fn link(label: &'a str) -> Self {
        Self { label, style: Style::Link, ..Self::default() }
    }

    /// Makes it a link to `href`.
    pub fn href(self, href: &'a str) -> Self {
        Self { href: Some(href), ..self }
    }

    pub fn icon(self, icon: &'a str) -> Self {
        Self { icon: Some(icon), ..self }
    }

    /// Sends `name=value` with the form.
    pub fn value(self, name: &'a str, value: &'a str) -> Self {
        Self { value: Some((name, value)), ..self }
    }

    /// As wide as its container.
    pub fn wide(self) -> Self {
        Self { wide: true, ..self }
    }

    /// Usable only after so many seconds, counted down on the button by the script. Without the script it is usable at
    /// once, and the server says how long to wait.
    pub fn after_s(self, countdown_s: u32) -> Self {
        Self { countdown_s, ..self }
    }
}

impl Render for Button<'_> {
    fn render(&self) -> Markup {
        let style = match self.style {
            Style::Primary => "btn",
            Style::Secondary => "btn btn-2",
            Style::Danger => "btn btn-bad",
            Style::Link => "btn btn-link",
        };
        let wide = if self.wide { " wide" } else { "" };
        let inside = html! { @if let Some(name) = self.icon { (icon(name)) } span { (self.label) } };
        html! {
            @if let Some(href) = self.href {
                a class={ (style) (wide) } href=(href) { (inside) }
            } @else {
                button class={ (style) (wide) } type="submit"
                    name=[self.value.map(|v| v.0)] value=[self.value.map(|v| v.1)]
                    data-after=[(self.countdown_s > 0).then_some(self.countdown_s)] { (inside) }
            }
        }
    }
}
