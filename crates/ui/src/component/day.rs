//! A strip of days to choose from, sideways: each a link that says in words how it stands, so that nobody needs colours.

use kernel::{Date, Lang};
use maud::{Markup, html};

use crate::{format, text};

#[derive(Clone, Copy, Debug)]
pub struct Day<'a> {
    pub on: Date,
    /// How it stands: 余 22, 约满, 休息, 18:00 放号.
    pub words: &'a str,
    /// Where it leads; none for a day on which nothing can be done.
    pub href: Option<&'a str>,
    pub chosen: bool,
}

/// `past` is the id of what comes after the strip: whoever goes by keyboard need not pass through a month of days.
#[must_use]
pub fn days(lang: Lang, today: Date, days: &[Day<'_>], past: &str) -> Markup {
    let inside = |day: &Day<'_>, first: bool| {
        let (whole, short) = (format::day(lang, day.on), format::day_of_month(lang, day.on));
        html! {
            span { (format::weekday(lang, day.on, today)) }
            " "
            // The month is written where it begins; a screen reader hears it with every day.
            strong {
                @if first || day.on.day() == 1 || whole == short { (whole) } @else { span.sr { (whole) } span aria-hidden="true" { (short) } }
            }
            " "
            span { (day.words) }
        }
    };
    // What scrolls can be reached by keyboard, also when every day is a dead end.
    let stuck = days.iter().all(|day| day.href.is_none());
    html! {
        nav.days aria-label=(text::booking_days(lang)) tabindex=[stuck.then_some("0")] {
            a.skip href={ "#" (past) } { (text::booking_days_skip(lang)) }
            ul {
                @for (at, day) in days.iter().enumerate() {
                    li {
                        @if let Some(href) = day.href {
                            a.day href=(href) aria-current=[day.chosen.then_some("date")] { (inside(day, at == 0)) }
                        } @else {
                            span.day { (inside(day, at == 0)) }
                        }
                    }
                }
            }
        }
    }
}
