//! A city: `packs/cities/<id>/city.toml`.

use kernel::{CityId, ServiceId, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::schema::{SlugForm, TextForm};

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct City {
    #[schemars(with = "SlugForm")]
    pub id: CityId,
    #[schemars(with = "TextForm")]
    pub name: Text,
    #[schemars(with = "TextForm")]
    pub province: Text,
    /// Six digits of GB/T 2260, for example 140100.
    #[schemars(regex(pattern = "^[0-9]{6}$"))]
    pub code: String,
    /// Plate places registered here, for example `晋A`. `沪*` stands for every letter.
    #[schemars(length(min = 1))]
    pub plates: Vec<String>,
    pub state: CityState,
    /// 0–359: the hue of the band. The linter refuses one whose contrast falls below 4.5.
    #[schemars(range(min = 0, max = 359))]
    pub hue: u16,
    /// Name of the lattice pattern drawn in the band.
    pub motif: Motif,
    /// The government service hotline.
    #[schemars(length(min = 3))]
    pub hotline: String,
    /// Services in the order of the home page.
    #[serde(default)]
    #[schemars(with = "Vec<SlugForm>")]
    pub services: Vec<ServiceId>,
    #[schemars(with = "TextForm")]
    pub offline: Text,
    #[serde(default)]
    pub districts: Vec<District>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CityState {
    /// Open to citizens.
    Open,
    /// Listed in the city picker, with the service list still empty.
    Soon,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Motif {
    Lattice,
    Waves,
    Ice,
    Coins,
    Tortoise,
    Wan,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct District {
    #[schemars(regex(pattern = "^[0-9]{6}$"))]
    pub code: String,
    #[schemars(with = "TextForm")]
    pub name: Text,
}

/// The colour of a city's band as sRGB: `hsl(hue, 81 %, 29 %)`. Pages and the linter use this one function, so that what
/// is checked is what is shown.
#[must_use]
pub fn band(hue: u16) -> [u8; 3] {
    const SATURATION: f64 = 0.81;
    const LIGHTNESS: f64 = 0.29;
    let chroma = (1.0 - (2.0 * LIGHTNESS - 1.0_f64).abs()) * SATURATION;
    let sector = f64::from(hue % 360) / 60.0;
    let second = chroma * (1.0 - (sector % 2.0 - 1.0).abs());
    let (r, g, b) = match hue % 360 / 60 {
        0 => (chroma, second, 0.0),
        1 => (second, chroma, 0.0),
        2 => (0.0, chroma, second),
        3 => (0.0, second, chroma),
        4 => (second, 0.0, chroma),
        _ => (chroma, 0.0, second),
    };
    let base = LIGHTNESS - chroma / 2.0;
    [r, g, b].map(|part| ((part + base) * 255.0).round() as u8)
}

/// The contrast ratio of two colours, by WCAG 2.2.
#[must_use]
pub fn contrast(a: [u8; 3], b: [u8; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn luminance(colour: [u8; 3]) -> f64 {
    let [r, g, b] = colour.map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_band_is_the_colour_of_its_hue() {
        assert_eq!(band(202), [14, 90, 134]);
        assert_eq!(band(0), [134, 14, 14]);
        assert_eq!(band(120), [14, 134, 14]);
        assert_eq!(band(240), [14, 14, 134]);
    }

    #[test]
    fn contrast_follows_the_published_extremes() {
        assert!((contrast([255; 3], [0; 3]) - 21.0).abs() < 1e-9);
        assert!((contrast([119; 3], [255; 3]) - 4.478).abs() < 0.001);
        assert!(contrast([255; 3], band(202)) > 4.5);
        assert!(contrast([255; 3], band(60)) < 4.5, "white on olive cannot be read");
    }
}
