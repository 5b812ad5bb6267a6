//! The whole document around a page's body.
//!
//! Written for a strict content security policy: no inline script, no style attribute, no data address. An inlined style
//! sheet is exactly [`Css::Inline`]'s text, so that `web` can allow it by hash.

use kernel::Lang;
use manifest::city::Motif;
use maud::{DOCTYPE, Markup, html};

use crate::component::band;
pub use crate::component::band::Band;
use crate::icon::icon;
use crate::{assets, svg, text};

/// Where the shell's own links lead. `web` serves these.
pub mod route {
    pub const HELP: &str = "/help";
    pub const SETTINGS: &str = "/settings";
    /// POST with `size`, `theme` or `lang`, and `back`, the path to return to.
    pub const DISPLAY: &str = "/settings/display";
    pub const ACCESSIBILITY: &str = "/accessibility";
    pub const PRIVACY: &str = "/privacy";
    pub const STATUS: &str = "/status";
    pub const OFFLINE: &str = "/offline";
    pub const SCRIPT: &str = "/assets/app.js";
    pub const ICON: &str = "/assets/icon.svg";
}

/// The size of the root's text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Size {
    /// 16 px
    #[default]
    Standard,
    /// 21 px
    Large,
    /// 30 px
    Huge,
}

impl Size {
    pub const ALL: [Self; 3] = [Self::Standard, Self::Large, Self::Huge];

    /// The word in forms and cookies.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Large => "large",
            Self::Huge => "huge",
        }
    }

    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|size| size.word() == word)
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Theme {
    /// As the phone is set.
    #[default]
    Auto,
    Light,
    Dark,
}

impl Theme {
    pub const ALL: [Self; 3] = [Self::Auto, Self::Light, Self::Dark];

    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.word() == word)
    }
}

/// The app around the page. A host app draws its own title bar, so that ours is left out there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Channel {
    #[default]
    Web,
    Alipay,
    Weibo,
    Taobao,
}

impl Channel {
    pub const ALL: [Self; 4] = [Self::Web, Self::Alipay, Self::Weibo, Self::Taobao];

    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Alipay => "alipay",
            Self::Weibo => "weibo",
            Self::Taobao => "taobao",
        }
    }

    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.word() == word)
    }
}

/// The style sheet: inlined on the first visit, linked when the browser has it.
#[derive(Clone, Copy, Debug)]
pub enum Css<'a> {
    Inline(&'a str),
    Linked(&'a str),
}

/// How a city looks: its hue's rules must be part of the style sheet, see [`crate::hue::stylesheet`].
#[derive(Clone, Copy, Debug)]
pub struct Look {
    pub hue: u16,
    pub motif: Motif,
}

/// What stands around every body of the house. `extra` is the rest of the head: the scripts.
pub(crate) fn document(lang: Lang, classes: &str, title: Markup, css: Css<'_>, extra: Markup, body: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(lang.tag()) class=(classes) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width,initial-scale=1,viewport-fit=cover";
                title { (title) }
                meta name="description" content=(text::house_description(lang));
                meta name="color-scheme" content="light dark";
                meta name="format-detection" content="telephone=no";
                @match css {
                    Css::Inline(css) => style { (svg::style_sheet(css)) },
                    Css::Linked(url) => link rel="stylesheet" href=(url);,
                }
                link rel="icon" href=(route::ICON) type="image/svg+xml";
                (extra)
            }
            body {
                a.skip href="#main" { (text::skip_to_content(lang)) }
                (body)
            }
        }
    }
}

/// The buttons for the size of text and the other language, as they stand at the foot of every page.
pub(crate) fn size_form(lang: Lang, size: Size, back: &str) -> Markup {
    let other = match lang {
        Lang::ZhCn => Lang::En,
        Lang::En => Lang::ZhCn,
    };
    html! {
        form.sizes method="post" action=(route::DISPLAY) data-display {
            input type="hidden" name="back" value=(back);
            fieldset {
                legend { (text::text_size(lang)) }
                @for one in Size::ALL {
                    button type="submit" name="size" value=(one.word()) aria-pressed=(one == size) { (text::size_name(lang, one)) }
                }
            }
            button type="submit" name="lang" value=(other.tag()) lang=(other.tag()) { (icon("languages")) span { (text::language_name(other)) } }
        }
    }
}

#[derive(Clone, Debug)]
pub struct Page<'a> {
    pub title: &'a str,
    pub lang: Lang,
    pub size: Size,
    pub theme: Theme,
    pub channel: Channel,
    pub band: Band<'a>,
    /// None for pages of no city: the house's own colours, the first lattice.
    pub look: Option<Look>,
    pub css: Css<'a>,
    /// Path of this page with its query: where the size and language buttons return to.
    pub path: &'a str,
    /// The government hotline of the city.
    pub hotline: &'a str,
    /// The answers are made up by the sandbox, and every page says so.
    pub sandbox: bool,
    /// Without a script, this address is opened after so many seconds.
    pub refresh: Option<(u32, &'a str)>,
    /// Whether the script comes along. It only makes things smoother, so a page can do without.
    pub script: bool,
    /// The form on this page came back with mistakes: the title says so first.
    pub error: bool,
    pub body: Markup,
}

impl Page<'_> {
    /// The document.
    #[must_use]
    pub fn html(self) -> Markup {
        let lang = self.lang;
        let title = html! { @if self.error { (text::title_error(lang)) } (self.title) " · " (text::house(lang)) };
        let body = html! {
            (self.top())
            p.offline #offline role="status" hidden { (icon("wifi-off")) span { (text::offline_banner(lang)) } }
            main.wrap #main tabindex="-1" { (self.body) }
            (self.footer())
        };
        let script = html! {
            @if let Some((seconds, url)) = self.refresh {
                noscript { meta http-equiv="refresh" content=(format_args!("{seconds};url={url}")); }
            }
            @if self.script { script type="module" src=(route::SCRIPT) {} }
        };
        document(lang, &self.classes(), title, self.css, script, body)
    }

    fn classes(&self) -> String {
        let mut classes = String::with_capacity(40);
        for class in [self.size.word(), self.theme.word()] {
            classes.push_str(class);
            classes.push(' ');
        }
        if let Some(look) = self.look {
            classes.push_str(&format!("hue-{}", look.hue % 360));
        }
        if self.channel != Channel::Web {
            classes.push_str(" hosted");
        }
        classes
    }

    fn top(&self) -> Markup {
        match self.band {
            Band::Home { city, cities_href, search_href, me_href, signed_in } => {
                let motif = self.look.map_or(Motif::Lattice, |look| look.motif);
                let parts = (svg::compiled_in(assets::motif(motif)), self.other_size());
                band::home(self.lang, city, cities_href, search_href, (me_href, signed_in), parts)
            }
            Band::Back { .. } if self.channel != Channel::Web => html! {},
            Band::Back { title, href, help_href } => band::back(self.lang, title, href, help_href),
        }
    }

    /// The prominent way to the large text, and from there back.
    fn other_size(&self) -> Markup {
        let (size, label) = match self.size {
            Size::Standard => (Size::Large, text::size_large_short(self.lang)),
            Size::Large | Size::Huge => (Size::Standard, text::size_standard_short(self.lang)),
        };
        html! {
            form.other-size method="post" action=(route::DISPLAY) {
                input type="hidden" name="back" value=(self.path);
                button type="submit" name="size" value=(size.word()) { (icon("a-large-small")) span { (label) } }
            }
        }
    }

    fn footer(&self) -> Markup {
        let lang = self.lang;
        html! {
            footer.foot {
                div.wrap {
                    (size_form(lang, self.size, self.path))
                    nav aria-label=(text::footer_label(lang)) {
                        ul {
                            li { a href=(route::HELP) { (text::help_hotline(lang, self.hotline)) } }
                            li { a href=(route::SETTINGS) { (text::settings(lang)) } }
                            li { a href=(route::ACCESSIBILITY) { (text::accessibility(lang)) } }
                            li { a href=(route::PRIVACY) { (text::privacy(lang)) } }
                            li { a href=(route::STATUS) { (text::status(lang)) } }
                        }
                    }
                    @if self.sandbox { p.sandbox { (text::sandbox_note(lang)) } }
                }
            }
        }
    }
}
