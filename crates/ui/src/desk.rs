//! The document of the staff desk: who is signed in, for which city, and the rooms that their roles open.
//!
//! The same tokens, components and content policy as the citizens' pages, wider and denser, after [`crate::assets::CSS`]
//! with [`crate::assets::DESK_CSS`].

use kernel::Lang;
use maud::{Markup, html};

use crate::{
    icon::icon,
    page::{self, Css, Size, Theme, document, size_form},
    text,
};

/// Where the shell's own links lead. `console` serves these.
pub mod route {
    pub const HOME: &str = "/desk";
    pub const ME: &str = "/desk/me";
    pub const SIGN_OUT: &str = "/desk/sign-out";
}

/// A room of the desk.
#[derive(Clone, Debug)]
pub struct Tab<'a> {
    pub label: &'a str,
    pub href: String,
    pub current: bool,
}

#[derive(Clone, Debug)]
pub struct Desk<'a> {
    pub title: &'a str,
    pub lang: Lang,
    pub size: Size,
    pub theme: Theme,
    pub css: Css<'a>,
    /// Path of this page with its query: where the size and language buttons return to.
    pub path: &'a str,
    /// What colleagues call whoever is signed in; nobody on the sign-in page.
    pub staff: Option<&'a str>,
    /// The city; empty where none is chosen.
    pub place: &'a str,
    pub tabs: &'a [Tab<'a>],
    pub sandbox: bool,
    /// A script of the desk's own, which holds that of every page too.
    pub script: Option<&'a str>,
    /// For a screen that hangs on a wall: the body alone, and without script a fresh page after so many seconds.
    pub wall_s: Option<u32>,
    /// The form on this page came back with mistakes: the title says so first.
    pub error: bool,
    pub body: Markup,
}

impl Desk<'_> {
    /// The document.
    #[must_use]
    pub fn html(self) -> Markup {
        let lang = self.lang;
        let title = html! {
            @if self.error { (text::title_error(lang)) }
            (self.title) @if !self.place.is_empty() { " · " (self.place) } " · " (text::desk(lang))
        };
        let extra = html! {
            script type="module" src=(self.script.unwrap_or(page::route::SCRIPT)) {}
            @if let Some(seconds) = self.wall_s.filter(|seconds| *seconds > 0) {
                noscript { meta http-equiv="refresh" content=(seconds); }
            }
        };
        let body = html! {
            @if self.wall_s.is_some() { main.hall #main tabindex="-1" { (self.body) } }
            @else {
                (self.top())
                (self.nav())
                main.wrap #main tabindex="-1" { (self.body) }
                footer.foot {
                    div.wrap {
                        (size_form(lang, self.size, self.path))
                        @if self.sandbox { p.sandbox { (text::sandbox_note(lang)) } }
                    }
                }
            }
        };
        document(lang, &format!("{} {} desk", self.size.word(), self.theme.word()), title, self.css, extra, body)
    }

    fn top(&self) -> Markup {
        let lang = self.lang;
        html! {
            header.desk-top {
                div.wrap {
                    a href=(route::HOME) { (icon("landmark")) strong { (text::desk(lang)) } }
                    @if !self.place.is_empty() { span.desk-place { (self.place) } }
                    span.grow {}
                    @if let Some(name) = self.staff {
                        a href=(route::ME) { (icon("circle-user")) span { (name) } }
                        form method="post" action=(route::SIGN_OUT) { button type="submit" { (icon("log-out")) span { (text::sign_out(lang)) } } }
                    }
                }
            }
        }
    }

    fn nav(&self) -> Markup {
        html! {
            @if !self.tabs.is_empty() {
                nav.desk-nav aria-label=(text::desk_rooms(self.lang)) {
                    div.wrap {
                        ul {
                            @for tab in self.tabs {
                                li { a href=(tab.href) aria-current=[tab.current.then_some("page")] { (tab.label) } }
                            }
                        }
                    }
                }
            }
        }
    }
}
