//! A city's own colours, made out of one number.
//!
//! The light band is `manifest::city::band`, which the linter measures. Everything else gets one lightness for all hues, so
//! that contrast holds for every one of them by construction; the tests walk all 360.
//! Only the band and the brand colours follow the hue. States (good, warning, bad) stay what they are everywhere.

use crate::colour::Rgb;

/// The tokens that follow the hue, for one theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Brand {
    /// Behind white text at the top of the home page.
    pub band: Rgb,
    /// Links and main buttons.
    pub brand: Rgb,
    /// The same, pressed.
    pub strong: Rgb,
    /// Behind icons and quiet notices.
    pub weak: Rgb,
}

#[must_use]
pub fn light(hue: u16) -> Brand {
    let [r, g, b] = manifest::city::band(hue);
    Brand {
        band: Rgb(r, g, b),
        brand: Rgb::of_hue(hue, 0.45, 0.105),
        strong: Rgb::of_hue(hue, 0.37, 0.09),
        weak: Rgb::of_hue(hue, 0.95, 0.018),
    }
}

#[must_use]
pub fn dark(hue: u16) -> Brand {
    Brand {
        band: Rgb::of_hue(hue, 0.29, 0.05),
        brand: Rgb::of_hue(hue, 0.78, 0.09),
        strong: Rgb::of_hue(hue, 0.84, 0.07),
        weak: Rgb::of_hue(hue, 0.32, 0.045),
    }
}

fn rules(brand: Brand) -> String {
    let Brand { band, brand, strong, weak } = brand;
    format!("--band:{};--brand:{};--strong:{};--weak:{}", band.hex(), brand.hex(), strong.hex(), weak.hex())
}

/// The rules for one hue, to be appended to [`crate::assets::CSS`] or served as a sheet of its own. `<html>` carries the
/// class `hue-N`.
#[must_use]
pub fn stylesheet(hue: u16) -> String {
    let hue = hue % 360;
    let (light, dark) = (rules(light(hue)), rules(dark(hue)));
    format!(
        ".hue-{hue}{{{light}}}@media screen and (prefers-color-scheme:dark){{.hue-{hue}:not(.light){{{dark}}}}}@media screen{{.hue-{hue}.dark{{{dark}}}}}"
    )
}
