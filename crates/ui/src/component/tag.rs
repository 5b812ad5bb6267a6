//! A tag: one state in one or two words. The word carries the meaning, the colour only helps.

use maud::{Markup, html};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    #[default]
    Plain,
    Info,
    Ok,
    Warn,
    Bad,
}

impl Tone {
    pub const ALL: [Self; 5] = [Self::Plain, Self::Info, Self::Ok, Self::Warn, Self::Bad];

    /// The class that colours it.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Plain => "t-plain",
            Self::Info => "t-info",
            Self::Ok => "t-ok",
            Self::Warn => "t-warn",
            Self::Bad => "t-bad",
        }
    }

    /// The icon beside a notice of this tone, so that colour never speaks alone.
    #[must_use]
    pub const fn icon(self) -> &'static str {
        match self {
            Self::Plain | Self::Info => "info",
            Self::Ok => "circle-check",
            Self::Warn => "triangle-alert",
            Self::Bad => "circle-alert",
        }
    }
}

impl From<manifest::service::Tone> for Tone {
    fn from(tone: manifest::service::Tone) -> Self {
        match tone {
            manifest::service::Tone::Plain => Self::Plain,
            manifest::service::Tone::Ok => Self::Ok,
            manifest::service::Tone::Warn => Self::Warn,
            manifest::service::Tone::Bad => Self::Bad,
        }
    }
}

#[must_use]
pub fn tag(tone: Tone, text: &str) -> Markup {
    html! { span.tag.(tone.class()) { (text) } }
}
