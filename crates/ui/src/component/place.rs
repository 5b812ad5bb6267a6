//! Places to choose from: a hospital, a hall, a station. Each says where it is, how to get there and when there is room.

use maud::{Markup, html};

use crate::component::tag::{Tone, tag};

#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    pub name: &'a str,
    pub address: &'a str,
    /// How one gets there, in words; empty for none.
    pub way: &'a str,
    /// 最早 11 月 26 日, 余 22; 都约满了.
    pub state: (Tone, &'a str),
    pub href: &'a str,
}

#[must_use]
pub fn places(places: &[Place<'_>]) -> Markup {
    html! {
        ul.rows {
            @for place in places {
                li {
                    a.row.go href=(place.href) {
                        span.row-text {
                            span.row-title { (place.name) }
                            @if !place.address.is_empty() { span.row-detail { (place.address) } }
                            @if !place.way.is_empty() { span.row-detail { (place.way) } }
                            @if !place.state.1.is_empty() { (tag(place.state.0, place.state.1)) }
                        }
                    }
                }
            }
        }
    }
}
