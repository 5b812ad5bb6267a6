//! Colour arithmetic: contrast as WCAG counts it, and colours of equal lightness in any hue (OKLCH).
//!
//! The browser never sees OKLCH: old WebViews do not know it, so that colours leave here as hex.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

impl Rgb {
    pub const WHITE: Self = Self(255, 255, 255);

    /// Reads `#RRGGBB` or `#RGB`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.trim().strip_prefix('#').filter(|d| d.is_ascii())?;
        let byte = |from: usize, to: usize| u8::from_str_radix(digits.get(from..to)?, 16).ok();
        match digits.len() {
            3 => Some(Self(byte(0, 1)? * 17, byte(1, 2)? * 17, byte(2, 3)? * 17)),
            6 => Some(Self(byte(0, 2)?, byte(2, 4)?, byte(4, 6)?)),
            _ => None,
        }
    }

    #[must_use]
    pub fn hex(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }

    fn linear(self) -> [f64; 3] {
        [self.0, self.1, self.2].map(|channel| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        })
    }

    /// Relative luminance of WCAG 2.
    #[must_use]
    pub fn luminance(self) -> f64 {
        let [r, g, b] = self.linear();
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    /// Contrast ratio of WCAG 2, from 1 to 21.
    #[must_use]
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// Hue in the OKLab plane, in radians.
    fn oklab_hue(self) -> f64 {
        let [r, g, b] = self.linear();
        let l = (0.412_221_470_8 * r + 0.536_332_536_3 * g + 0.051_445_992_9 * b).cbrt();
        let m = (0.211_903_498_2 * r + 0.680_699_545_1 * g + 0.107_396_956_6 * b).cbrt();
        let s = (0.088_302_461_9 * r + 0.281_718_837_6 * g + 0.629_978_700_5 * b).cbrt();
        let a = 1.977_998_495_1 * l - 2.428_592_205 * m + 0.450_593_709_9 * s;
        let b = 0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766 * s;
        b.atan2(a)
    }

    /// A colour of OKLab lightness and chroma in the hue that people know from the colour wheel (0 red, 120 green, 240
    /// blue). Chroma is lowered until the screen can show it, so that lightness, and with it contrast, is kept.
    #[must_use]
    pub fn of_hue(hue_deg: u16, lightness: f64, chroma: f64) -> Self {
        let angle = wheel(hue_deg).oklab_hue();
        let mut chroma = chroma;
        loop {
            if let Some(rgb) = oklab(lightness, chroma * angle.cos(), chroma * angle.sin()) {
                return rgb;
            }
            if chroma <= 0.0 {
                // A grey of any lightness between 0 and 1 can be shown; only a lightness outside ends here.
                return if lightness < 0.5 { Self(0, 0, 0) } else { Self::WHITE };
            }
            chroma = (chroma - 0.004).max(0.0);
        }
    }
}

/// The pure colour of a hue on the HSL wheel.
fn wheel(hue_deg: u16) -> Rgb {
    let hue = hue_deg % 360;
    let rise = |degrees: u16| u8::try_from(u32::from(degrees) * 255 / 60).unwrap_or(255);
    let (within, up, down) = (hue % 60, rise(hue % 60), 255 - rise(hue % 60));
    debug_assert!(within < 60);
    match hue / 60 {
        0 => Rgb(255, up, 0),
        1 => Rgb(down, 255, 0),
        2 => Rgb(0, 255, up),
        3 => Rgb(0, down, 255),
        4 => Rgb(up, 0, 255),
        _ => Rgb(255, 0, down),
    }
}

/// OKLab to sRGB; none if the screen cannot show it.
fn oklab(lightness: f64, a: f64, b: f64) -> Option<Rgb> {
    let l = (lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
    let m = (lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
    let s = (lightness - 0.089_484_177_5 * a - 1.291_485_548 * b).powi(3);
    let channel = |linear: f64| {
        let c = if linear <= 0.003_130_8 { 12.92 * linear } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 };
        // Half a step of eight bits is rounding, more is outside.
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked to lie within 0 and 255.5"
        )]
        (-0.002..=1.002).contains(&c).then(|| (c * 255.0).round().clamp(0.0, 255.0) as u8)
    };
    Some(Rgb(
        channel(4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s)?,
        channel(-1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s)?,
        channel(-0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701 * s)?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_wcags() {
        let black = Rgb(0, 0, 0);
        assert!((black.contrast(Rgb::WHITE) - 21.0).abs() < 1e-9);
        // A pair whose ratio is published widely: #767676 on white just passes 4.5.
        assert!((Rgb(0x76, 0x76, 0x76).contrast(Rgb::WHITE) - 4.54).abs() < 0.01);
        assert!((Rgb(0x77, 0x77, 0x77).contrast(Rgb::WHITE) - 4.48).abs() < 0.01);
    }

    #[test]
    fn hex_is_read_and_written() {
        assert_eq!(Rgb::parse("#0e5a86"), Some(Rgb(14, 90, 134)));
        assert_eq!(Rgb::parse("#fff"), Some(Rgb::WHITE));
        assert_eq!(Rgb(14, 90, 134).hex(), "#0e5a86");
        for bad in ["", "#", "0e5a86", "#12345", "#gggggg", "#红"] {
            assert_eq!(Rgb::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_hue_keeps_its_lightness() {
        let blue = Rgb::of_hue(240, 0.4, 0.1);
        assert!(blue.2 > blue.0 && blue.2 > blue.1, "{blue:?}");
        let red = Rgb::of_hue(0, 0.4, 0.1);
        assert!(red.0 > red.1 && red.0 > red.2, "{red:?}");
        assert!((blue.luminance() - red.luminance()).abs() < 0.03);
    }
}
