//! Times, bands and trips to choose from, as a grid of links: the time, and in words how many are free.

use maud::{Markup, html};

#[derive(Clone, Copy, Debug, Default)]
pub struct Slot<'a> {
    /// 08:30–09:00
    pub label: &'a str,
    /// 余 2, 约满, 已停诊
    pub words: &'a str,
    /// Where it leads; none for what cannot be had.
    pub href: Option<&'a str>,
    pub chosen: bool,
}

#[must_use]
pub fn slots(slots: &[Slot<'_>]) -> Markup {
    let inside = |slot: &Slot<'_>| html! { strong { (slot.label) } " " span { (slot.words) } };
    html! {
        ul.slots {
            @for slot in slots {
                li {
                    @if let Some(href) = slot.href {
                        a.slot href=(href) aria-current=[slot.chosen.then_some("true")] { (inside(slot)) }
                    } @else {
                        span.slot { (inside(slot)) }
                    }
                }
            }
        }
    }
}
