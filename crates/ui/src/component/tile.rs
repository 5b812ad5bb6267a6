//! The grid of services: an icon, a short name, a link. One column in the large sizes.

use maud::{Markup, html};

use crate::icon::icon;

#[derive(Clone, Copy, Debug, Default)]
pub struct Tile<'a> {
    pub label: &'a str,
    pub href: &'a str,
    pub icon: &'a str,
}

#[must_use]
pub fn tiles(tiles: &[Tile<'_>]) -> Markup {
    html! {
        ul.tiles {
            @for tile in tiles {
                li { a.tile href=(tile.href) { span.ico { (icon(tile.icon)) } span { (tile.label) } } }
            }
        }
    }
}
