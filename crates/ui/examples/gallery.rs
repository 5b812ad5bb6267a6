//! Writes the gallery as files that a browser opens without a server: `cargo run -p ui --example gallery -- <directory>`.

use std::path::PathBuf;

use kernel::Lang;
use manifest::city::Motif;
use ui::page::{Band, Channel, Css, Look, Page, Size, Theme};

fn main() -> std::io::Result<()> {
    let directory = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "target/gallery".into()));
    std::fs::create_dir_all(&directory)?;
    std::fs::write(directory.join("icon.svg"), ui::assets::ICON_SVG)?;
    let motifs = [Motif::Lattice, Motif::Waves, Motif::Ice, Motif::Coins, Motif::Tortoise, Motif::Wan];
    for lang in Lang::ALL {
        for size in Size::ALL {
            for theme in [Theme::Light, Theme::Dark] {
                for (motif, hue) in motifs.into_iter().zip([201_u16, 170, 265, 20, 140, 335]) {
                    let css = format!("{}{}", *ui::assets::CSS, ui::hue::stylesheet(hue));
                    let band = if motif == Motif::Waves {
                        Band::Back { title: lang.pick("车辆违法", "Violations"), href: "#", help_href: "#" }
                    } else {
                        let city = lang.pick("湖滨", "Lakeside");
                        Band::Home { city, cities_href: "#", search_href: "#", me_href: "#", signed_in: true }
                    };
                    let page = Page {
                        title: "Gallery",
                        lang,
                        size,
                        theme,
                        channel: Channel::Web,
                        band,
                        look: Some(Look { hue, motif }),
                        css: Css::Inline(&css),
                        path: "/gallery",
                        hotline: "12345",
                        sandbox: true,
                        script: true,
                        refresh: None,
                        error: false,
                        body: ui::gallery(lang),
                    };
                    let file = format!("{}-{}-{}-{hue}.html", lang.tag(), size.word(), theme.word());
                    // Without a server there is no root: addresses become relative.
                    let html = page.html().into_string().replace("/assets/", "");
                    std::fs::write(directory.join(file), html)?;
                }
            }
        }
    }
    Ok(())
}
