//! A small canvas of sixteen colours, and its PNG with four bits a pixel.

use super::font;

/// Index into the palette.
pub(super) type Ink = u8;

pub(super) struct Canvas {
    width: i32,
    height: i32,
    pixels: Vec<Ink>,
    clip: (i32, i32, i32, i32),
}

impl Canvas {
    pub(super) fn new(width: i32, height: i32) -> Self {
        let pixels = vec![0; usize::try_from(width * height).unwrap_or(0)];
        Self { width, height, pixels, clip: (0, 0, width, height) }
    }

    /// Nothing is drawn outside left, top, right, bottom until the next call.
    pub(super) fn clip_to(&mut self, clip: (i32, i32, i32, i32)) {
        self.clip = clip;
    }

    fn put(&mut self, x: i32, y: i32, ink: Ink) {
        let (left, top, right, bottom) = self.clip;
        if x >= left.max(0) && x < right.min(self.width) && y >= top.max(0) && y < bottom.min(self.height) {
            let at = usize::try_from(y * self.width + x).unwrap_or(0);
            self.pixels[at] = ink;
        }
    }

    pub(super) fn rect(&mut self, x: i32, y: i32, w: i32, h: i32, ink: Ink) {
        for row in y..y + h {
            for column in x..x + w {
                self.put(column, row, ink);
            }
        }
    }

    pub(super) fn frame(&mut self, x: i32, y: i32, w: i32, h: i32, thick: i32, ink: Ink) {
        self.rect(x, y, w, thick, ink);
        self.rect(x, y + h - thick, w, thick, ink);
        self.rect(x, y, thick, h, ink);
        self.rect(x + w - thick, y, thick, h, ink);
    }

    /// A rectangle with corners cut round.
    pub(super) fn round(&mut self, x: i32, y: i32, w: i32, h: i32, radius: i32, ink: Ink) {
        for row in 0..h {
            let from_edge = row.min(h - 1 - row);
            let inset = if from_edge < radius {
                let dy = radius - from_edge;
                radius - (radius * radius - dy * dy).max(0).isqrt()
            } else {
                0
            };
            self.rect(x + inset, y + row, w - 2 * inset, 1, ink);
        }
    }

    pub(super) fn disc(&mut self, cx: i32, cy: i32, radius: i32, ink: Ink) {
        for dy in -radius..=radius {
            let half = (radius * radius - dy * dy).isqrt();
            self.rect(cx - half, cy + dy, 2 * half + 1, 1, ink);
        }
    }

    /// A shape between two horizontal edges: `(y, left, right)` above and below.
    pub(super) fn trapezoid(&mut self, above: (i32, i32, i32), below: (i32, i32, i32), ink: Ink) {
        let height = (below.0 - above.0).max(1);
        for y in above.0..below.0 {
            let along = |from: i32, to: i32| from + (to - from) * (y - above.0) / height;
            let (left, right) = (along(above.1, below.1), along(above.2, below.2));
            self.rect(left, y, (right - left).max(1), 1, ink);
        }
    }

    pub(super) fn text(&mut self, x: i32, y: i32, scale: i32, ink: Ink, text: &str) {
        let mut left = x;
        for c in text.chars() {
            for (column, bits) in font::glyph(c).into_iter().enumerate() {
                for row in 0..font::HEIGHT {
                    if bits >> row & 1 == 1 {
                        let (dx, dy) = (i32::try_from(column).unwrap_or(0), i32::try_from(row).unwrap_or(0));
                        self.rect(left + dx * scale, y + dy * scale, scale, scale, ink);
                    }
                }
            }
            left += i32::try_from(font::ADVANCE).unwrap_or(0) * scale;
        }
    }

    pub(super) fn png(&self, palette: &[[u8; 3]; 16]) -> Result<Vec<u8>, png::EncodingError> {
        let (width, height) = (self.width.unsigned_abs(), self.height.unsigned_abs());
        let mut out = Vec::with_capacity(12_000);
        let mut encoder = png::Encoder::new(&mut out, width, height);
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_depth(png::BitDepth::Four);
        encoder.set_palette(palette.concat());
        encoder.set_compression(png::Compression::High);
        encoder.set_filter(png::Filter::NoFilter);
        let packed: Vec<u8> =
            self.pixels.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or(0)).collect();
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&packed)?;
        writer.finish()?;
        Ok(out)
    }
}
