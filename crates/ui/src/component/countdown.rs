//! Until when something is kept for a person. The moment stands there for everybody; the script counts down to it by the
//! server's clock, and says once that two minutes are left, and once that it is over.

use kernel::{Lang, Timestamp};
use maud::{Markup, html};

use crate::{format, icon::icon, text};

#[must_use]
pub fn countdown(lang: Lang, until_at: Timestamp, now: Timestamp) -> Markup {
    let left_ms = until_at.since_ms(now).max(0);
    html! {
        div.notice.t-info.countdown data-left=(left_ms) data-soon=(text::hold_soon(lang)) data-over=(text::hold_over(lang)) {
            (icon("clock"))
            div {
                p { (text::hold_until(lang, &format::moment(lang, until_at, now))) " " strong data-clock {} }
                p.notice-title role="status" {}
            }
        }
    }
}
