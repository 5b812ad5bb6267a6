//! The files that `web` serves under `/assets`, compiled in.
//!
//! The style sheet is written for people in `asset/app.css` and squeezed once when first asked for. Hashes, compression
//! and headers are `web`'s.

use std::sync::LazyLock;

use manifest::city::Motif;

/// The style sheet, comments and idle space removed. Safe to inline: it holds no `<`.
pub static CSS: LazyLock<String> = LazyLock::new(|| squeeze(CSS_SOURCE));

/// What the staff desk adds to it: tables, tabs, width.
pub static DESK_CSS: LazyLock<String> = LazyLock::new(|| squeeze(include_str!("asset/desk.css")));

/// The style sheet as written.
pub(crate) const CSS_SOURCE: &str = include_str!("asset/app.css");

/// The one ES module, served as `/assets/app.js`.
pub const JS: &str = include_str!("asset/app.js");

/// The same with what the desk's counter, gate and hall add to it, in a block of its own: one file, served by `console`.
pub static DESK_JS: LazyLock<String> = LazyLock::new(|| format!("{JS}\n{{\n{}}}\n", include_str!("asset/desk.js")));

/// The service worker, served as `/sw.js` so that its scope is the whole site.
pub const SERVICE_WORKER: &str = include_str!("asset/sw.js");

/// The site's icon, served as `/assets/icon.svg`.
pub const ICON_SVG: &str = include_str!("asset/icon.svg");

/// The lattice of a city's band. It stands in the page itself: some two hundred bytes cost less than a request does.
#[must_use]
pub const fn motif(motif: Motif) -> &'static str {
    match motif {
        Motif::Lattice => include_str!("asset/motif-lattice.svg"),
        Motif::Waves => include_str!("asset/motif-waves.svg"),
        Motif::Ice => include_str!("asset/motif-ice.svg"),
        Motif::Coins => include_str!("asset/motif-coins.svg"),
        Motif::Tortoise => include_str!("asset/motif-tortoise.svg"),
        Motif::Wan => include_str!("asset/motif-wan.svg"),
    }
}

/// Removes comments, and space where CSS does not need it. Our own sheet holds no strings with braces or double spaces.
fn squeeze(source: &str) -> String {
    let mut bare = String::with_capacity(source.len());
    let mut rest = source;
    while let Some((before, after)) = rest.split_once("/*") {
        bare.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    bare.push_str(rest);
    let mut out = String::with_capacity(bare.len());
    for word in bare.split_ascii_whitespace() {
        let glued = out.ends_with(['{', '}', ';', ',', ':', '>']) || word.starts_with(['{', '}', '>']);
        if !out.is_empty() && !glued {
            out.push(' ');
        }
        out.push_str(word);
    }
    out.replace(";}", "}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squeezing_keeps_the_meaning() {
        let source =
            "/* why */\n.a > .b,\n.c { margin: 0 4px; width: calc(1px + 2px); }\n.d:hover .e { color: red; }\n";
        assert_eq!(squeeze(source), ".a>.b,.c{margin:0 4px;width:calc(1px + 2px)}.d:hover .e{color:red}");
    }
}
