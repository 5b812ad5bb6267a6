//! The top of a page: the home band with city, search and me, or the bar that leads back.

use kernel::Lang;
use maud::{Markup, html};

use crate::icon::icon;
use crate::text;

#[derive(Clone, Copy, Debug)]
pub enum Band<'a> {
    Home {
        city: &'a str,
        /// City picker.
        cities_href: &'a str,
        /// Search page; takes `q`.
        search_href: &'a str,
        me_href: &'a str,
        signed_in: bool,
    },
    Back {
        title: &'a str,
        href: &'a str,
        help_href: &'a str,
    },
}

/// The home band; it holds the page's `h1`. `other_size` is the button to the large text, or back from it.
pub(crate) fn home(
    lang: Lang,
    city: &str,
    cities_href: &str,
    search_href: &str,
    me: (&str, bool),
    (motif, other_size): (Markup, Markup),
) -> Markup {
    let (me_href, signed_in) = me;
    let me_label = if signed_in { text::me(lang) } else { text::sign_in(lang) };
    html! {
        header.band {
            (motif)
            div.wrap {
                h1.sr { (text::home_title(lang, city)) }
                div.band-top {
                    a.city href=(cities_href) aria-label={ (city) " · " (text::switch_city(lang)) } { (icon("map-pin")) strong { (city) } span.caret {} }
                    span.grow {}
                    (other_size)
                    a.me href=(me_href) { (icon(if signed_in { "circle-user" } else { "log-in" })) span { (me_label) } }
                }
                (search(lang, search_href, ""))
            }
        }
    }
}

pub(crate) fn back(lang: Lang, title: &str, href: &str, help_href: &str) -> Markup {
    html! {
        header.bar {
            div.wrap {
                a.back href=(href) { span.caret {} (text::back(lang)) }
                span.bar-title { (title) }
                a.help href=(help_href) { (text::help(lang)) }
            }
        }
    }
}

/// The search form. On a page that has `id="results"`, the script replaces that region while typing.
#[must_use]
pub fn search(lang: Lang, action: &str, query: &str) -> Markup {
    html! {
        form.search role="search" action=(action) method="get" data-live="results" {
            label.sr for="q" { (text::search_label(lang)) }
            (icon("search"))
            input type="search" id="q" name="q" value=(query) placeholder=(text::search_placeholder(lang)) autocomplete="off" maxlength="60" enterkeyhint="search";
            button type="submit" { (text::search_button(lang)) }
        }
    }
}
