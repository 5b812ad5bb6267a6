//! What comes back when something is given up, step by step in time, as a small table.

use maud::{Markup, html};

#[derive(Clone, Copy, Debug)]
pub struct Rung<'a> {
    /// 11 月 26 日 08:00 前, 发车后
    pub until: &'a str,
    /// 退 40.50 元, 不退
    pub back: &'a str,
    /// The one that holds now.
    pub now: bool,
}

/// `heads` are the headings of the two columns.
#[must_use]
pub fn ladder(caption: &str, heads: (&str, &str), rungs: &[Rung<'_>]) -> Markup {
    html! {
        table.ladder {
            caption { (caption) }
            thead { tr { th scope="col" { (heads.0) } th scope="col" { (heads.1) } } }
            tbody {
                @for rung in rungs {
                    tr class=[rung.now.then_some("now")] aria-current=[rung.now.then_some("true")] { th scope="row" { (rung.until) } td { (rung.back) } }
                }
            }
        }
    }
}
