//! A QR code, drawn as one path in black on white, because scanners do not know dark mode.

use std::fmt::Write as _;

use maud::{Markup, html};

use crate::svg;

/// `alt` says what the code leads to. A text too long for a code (2,953 bytes) gives the text itself.
#[must_use]
pub fn qr(content: &str, alt: &str) -> Markup {
    let Ok(code) = qrcode::QrCode::new(content.as_bytes()) else {
        return html! { p.qr { (content) } };
    };
    let width = code.width();
    let mut path = String::new();
    for (y, line) in code.to_colors().chunks(width).enumerate() {
        let mut x = 0;
        while x < width {
            let run = line[x..].iter().take_while(|c| **c == qrcode::Color::Dark).count();
            if run > 0 {
                // Four modules of quiet zone on every side.
                let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + 4, y + 4);
            }
            x += run.max(1);
        }
    }
    let side = width + 8;
    let drawing = format!(
        r##"<svg viewBox="0 0 {side} {side}" shape-rendering="crispEdges" aria-hidden="true"><path fill="#fff" d="M0 0h{side}v{side}H0z"/><path fill="#000" d="{path}"/></svg>"##
    );
    html! { div.qr role="img" aria-label=(alt) { (svg::drawn(drawing)) } }
}
