//! Evidence sheets as enforcement cameras make them: the car before and after, and its plate close up, with time, place
//! and code. Drawn from the record, so the same record gives the same sheet; no picture of a real street or car.

mod canvas;
mod font;

use canvas::{Canvas, Ink};

use crate::{vehicle::Vehicle, violation::Violation};

const BLACK: Ink = 0;
const STRIP: Ink = 1;
const WHITE: Ink = 2;
const ASPHALT: Ink = 3;
const KERB: Ink = 4;
const PAINT: Ink = 5;
const SKY: Ink = 6;
const HOUSE: Ink = 7;
const HOUSE_DARK: Ink = 8;
const GREEN: Ink = 9;
const RED: Ink = 10;
const YELLOW: Ink = 11;
const PLATE: Ink = 12;
const BODY: Ink = 13;
const BODY_DARK: Ink = 14;
const GLASS: Ink = 15;

const WIDTH: i32 = 640;
const HEIGHT: i32 = 720;

/// One sheet of three frames, at most 12 kB.
pub(crate) fn sheet(vehicle: &Vehicle, violation: &Violation) -> Option<Vec<u8>> {
    let mut canvas = Canvas::new(WIDTH, HEIGHT);
    canvas.rect(0, 0, WIDTH, HEIGHT, STRIP);
    let time = violation.at.strftime("%Y-%m-%d %H:%M").to_string();
    canvas.text(12, 9, 2, WHITE, &format!("NO.{}", violation.id));
    canvas.text(440, 9, 2, YELLOW, &format!("CODE {}", violation.code));
    canvas.text(12, 31, 2, WHITE, &format!("{time}  LOC {}", violation.place_code));
    canvas.text(440, 31, 2, WHITE, &violation.office_code);
    let seed = violation.id.bytes().fold(7_u64, |sum, b| kernel::rng::mix(sum ^ u64::from(b)));
    for (i, x) in [(0, 4), (1, 322)] {
        let view = View { x, y: 54, w: 314, h: 330 };
        street(&mut canvas, view, vehicle, violation, i, seed);
        label(
            &mut canvas,
            view,
            &format!("{}/3", i + 1),
            &format!("{time}:{:02}", seed % 50 + i.unsigned_abs() as u64 * 3),
        );
    }
    let view = View { x: 4, y: 388, w: 632, h: 328 };
    close_up(&mut canvas, view, vehicle);
    label(&mut canvas, view, "3/3", &format!("{time}:{:02}", seed % 50 + 6));
    canvas.png(&palette(vehicle, violation)).ok()
}

#[derive(Clone, Copy)]
struct View {
    x: i32,
    y: i32,
    w: i32,
    h: i32,
}

fn label(canvas: &mut Canvas, view: View, number: &str, time: &str) {
    canvas.rect(view.x, view.y + view.h - 20, view.w, 20, STRIP);
    canvas.text(view.x + 8, view.y + view.h - 16, 2, YELLOW, number);
    canvas.text(view.x + 58, view.y + view.h - 16, 2, WHITE, time);
    canvas.clip_to((0, 0, WIDTH, HEIGHT));
}

/// The street with its lights and signs, and the car at step `i` of what it did.
fn street(canvas: &mut Canvas, view: View, vehicle: &Vehicle, violation: &Violation, i: i32, seed: u64) {
    let View { x, y, w, h } = view;
    canvas.clip_to((x, y, x + w, y + h));
    let horizon = y + h * 36 / 100;
    canvas.rect(x, y, w, h, SKY);
    let mut left = x - 6;
    let mut rest = seed;
    while left < x + w {
        let (width, height) = (28 + (rest % 30) as i32, 24 + (rest / 32 % 62) as i32);
        canvas.rect(left, horizon - height, width, height, if rest & 64 == 0 { HOUSE } else { HOUSE_DARK });
        for row in (horizon - height + 6..horizon - 8).step_by(12) {
            for column in (left + 5..left + width - 5).step_by(9) {
                canvas.rect(column, row, 4, 6, KERB);
            }
        }
        left += width + 3;
        rest = kernel::rng::mix(rest);
    }
    canvas.rect(x, horizon, w, h, GREEN);
    let middle = x + w / 2;
    let bottom = y + h;
    canvas.trapezoid((horizon, middle - 34, middle + 34), (bottom, x - 70, x + w + 70), KERB);
    canvas.trapezoid((horizon, middle - 30, middle + 30), (bottom, x - 56, x + w + 56), ASPHALT);
    // Lane lines run to the vanishing point; the forbidden one is solid and yellow.
    let at = |share: i32, depth: i32| middle + (30 + (w / 2 + 26) * depth / 100) * share / 100;
    let depth_y = |depth: i32| horizon + (bottom - horizon) * depth / 100;
    for share in [-34, 34] {
        let solid = violation.code == "1345" && share == 34;
        for step in 0..12 {
            let (from, to) = (step * step * 70 / 100, (step * step * 70 + step * 90 + 60) / 100);
            let (from, to) = if solid { (from, (step + 1) * (step + 1) * 70 / 100) } else { (from, to) };
            let thick = 1 + from / 22;
            canvas.trapezoid(
                (depth_y(from), at(share, from) - thick, at(share, from) + thick),
                (depth_y(to), at(share, to) - thick, at(share, to) + thick),
                if solid { YELLOW } else { PAINT },
            );
        }
    }
    if matches!(violation.code, "1625" | "1357") {
        canvas.trapezoid((depth_y(62), at(-98, 62), at(98, 62)), (depth_y(65), at(-98, 65), at(98, 65)), PAINT);
        for stripe in (-90..90).step_by(20) {
            canvas.trapezoid(
                (depth_y(40), at(stripe, 40), at(stripe + 10, 40)),
                (depth_y(52), at(stripe, 52), at(stripe + 10, 52)),
                PAINT,
            );
        }
    }
    signs(canvas, view, horizon, violation.code);
    // A stranger far ahead, then the car itself, nearer first and farther a moment later.
    car(canvas, (at(-66, 16), depth_y(16)), 30, (HOUSE_DARK, BLACK), None);
    let (share, depth) = match (violation.code, i) {
        ("1345", 0) => (20, 88),
        ("1345", _) => (36, 50),
        ("1039", _) => (80, 46),
        ("1301", 0) => (-60, 48),
        ("1301", _) => (-60, 84),
        ("1018", 0) => (84, 54),
        ("1018", _) => (84, 34),
        (_, 0) => (2, 84),
        _ => (2, 46),
    };
    let width = 34 + depth;
    let feet = (at(share, depth), depth_y(depth));
    let lamps = car(canvas, feet, width, (BODY, BODY_DARK), Some(vehicle));
    canvas.frame(feet.0 - width / 2 - 8, lamps - 8, width + 16, feet.1 - lamps + 14, 2, RED);
    if violation.code == "1357" {
        let walker = (at(-46, 47), depth_y(50));
        canvas.disc(walker.0, walker.1 - 34, 5, YELLOW);
        canvas.rect(walker.0 - 4, walker.1 - 29, 9, 17, WHITE);
        canvas.rect(walker.0 - 4, walker.1 - 12, 3, 12, BLACK);
        canvas.rect(walker.0 + 2, walker.1 - 12, 3, 12, BLACK);
    }
}

/// The gantry with the lights, or the sign that was disregarded.
fn signs(canvas: &mut Canvas, view: View, horizon: i32, code: &str) {
    let (post, top) = (view.x + view.w - 38, view.y + 22);
    canvas.rect(post, top, 5, horizon - top + 40, BLACK);
    if matches!(code, "1344" | "1039" | "1352") {
        let (cx, cy) = (post + 2, top + 26);
        canvas.disc(cx, cy, 24, RED);
        canvas.disc(cx, cy, 18, if code == "1352" { WHITE } else { PLATE });
        match code {
            "1352" => canvas.text(cx - 11, cy - 7, 2, BLACK, "60"),
            "1344" => {
                canvas.disc(cx, cy, 20, RED);
                canvas.rect(cx - 13, cy - 4, 27, 9, WHITE);
            }
            _ => {
                for step in -14..=14 {
                    canvas.rect(cx + step - 2, cy + step - 1, 5, 3, RED);
                    canvas.rect(cx + step - 2, cy - step - 1, 5, 3, RED);
                }
            }
        }
        return;
    }
    canvas.rect(post - 130, top, 134, 5, BLACK);
    for head in [post - 122, post - 56] {
        canvas.round(head, top - 6, 50, 22, 5, BLACK);
        let red = code == "1625";
        canvas.disc(head + 10, top + 5, 7, if red { RED } else { HOUSE_DARK });
        canvas.disc(head + 25, top + 5, 7, HOUSE_DARK);
        canvas.disc(head + 40, top + 5, 7, if red { HOUSE_DARK } else { GREEN });
    }
}

/// A car from behind, standing on `feet`. Returns the height of its roof.
fn car(canvas: &mut Canvas, feet: (i32, i32), w: i32, (body, shade): (Ink, Ink), plated: Option<&Vehicle>) -> i32 {
    let (cx, ground) = feet;
    let left = cx - w / 2;
    let unit = |share: i32| (w * share / 100).max(1);
    let roof = ground - unit(82);
    canvas.rect(left + unit(4), ground - unit(16), unit(18), unit(16), BLACK);
    canvas.rect(left + unit(78), ground - unit(16), unit(18), unit(16), BLACK);
    canvas.trapezoid(
        (roof, left + unit(20), left + unit(80)),
        (ground - unit(46), left + unit(8), left + unit(92)),
        body,
    );
    canvas.trapezoid(
        (roof + unit(6), left + unit(25), left + unit(75)),
        (ground - unit(49), left + unit(16), left + unit(84)),
        GLASS,
    );
    canvas.round(left, ground - unit(50), w, unit(42), unit(8), body);
    canvas.rect(left + unit(2), ground - unit(16), w - unit(4), unit(7), shade);
    canvas.round(left + unit(3), ground - unit(44), unit(17), unit(11), unit(3), RED);
    canvas.round(left + unit(80), ground - unit(44), unit(17), unit(11), unit(3), RED);
    if let Some(vehicle) = plated {
        let (plate_w, plate_h) = (unit(40), unit(13));
        let (x, y) = (cx - plate_w / 2, ground - unit(33));
        canvas.rect(x, y, plate_w, plate_h, PLATE);
        if w > 110 {
            let serial = serial(vehicle);
            let scale = (plate_w / (6 * i32::try_from(serial.len()).unwrap_or(7))).max(1);
            canvas.text(x + 3, y + (plate_h - 7 * scale) / 2, scale, plate_ink(vehicle), &serial);
        }
    }
    roof
}

fn close_up(canvas: &mut Canvas, view: View, vehicle: &Vehicle) {
    let View { x, y, w, h } = view;
    canvas.clip_to((x, y, x + w, y + h));
    canvas.rect(x, y, w, h, BODY);
    canvas.trapezoid((y, x + 30, x + w - 30), (y + 58, x + 12, x + w - 12), GLASS);
    canvas.rect(x, y + 70, w, 3, BODY_DARK);
    for lamp in [x - 20, x + w - 110] {
        canvas.round(lamp, y + 84, 130, 70, 16, BODY_DARK);
        canvas.round(lamp + 6, y + 90, 118, 58, 12, RED);
        canvas.round(lamp + 24, y + 106, 82, 16, 6, YELLOW);
    }
    canvas.rect(x, y + h - 76, w, 60, BODY_DARK);
    canvas.rect(x + 60, y + h - 62, w - 120, 18, BLACK);
    let (plate_w, plate_h) = (390, 112);
    let (left, top) = (x + (w - plate_w) / 2, y + 108);
    canvas.round(left - 6, top - 6, plate_w + 12, plate_h + 12, 10, BODY_DARK);
    canvas.round(left, top, plate_w, plate_h, 10, PLATE);
    let ink = plate_ink(vehicle);
    canvas.frame(left + 6, top + 6, plate_w - 12, plate_h - 12, 3, ink);
    for screw in [left + 90, left + plate_w - 90] {
        canvas.disc(screw, top + 14, 4, BODY_DARK);
    }
    let serial = serial(vehicle);
    let length = i32::try_from(serial.chars().count()).unwrap_or(7);
    let scale = if length > 7 { 7 } else { 8 };
    canvas.text(left + (plate_w - length * 6 * scale + scale) / 2, top + 31, scale, ink, &serial);
}

/// The plate without its province character, which the font lacks: `A·00000`.
fn serial(vehicle: &Vehicle) -> String {
    let mut chars = vehicle.plate.chars().skip(1);
    let letter: String = chars.by_ref().take(1).collect();
    format!("{letter}·{}", chars.collect::<String>())
}

fn plate_ink(vehicle: &Vehicle) -> Ink {
    if vehicle.kind == "02" { WHITE } else { BLACK }
}

fn palette(vehicle: &Vehicle, violation: &Violation) -> [[u8; 3]; 16] {
    let night = !(6..19).contains(&violation.at.hour());
    let (body, shade) = match vehicle.colour {
        "白" => ([0xE8, 0xEA, 0xEC], [0xA9, 0xAF, 0xB6]),
        "黑" => ([0x2A, 0x2D, 0x33], [0x17, 0x19, 0x1D]),
        "灰" => ([0x7B, 0x81, 0x89], [0x55, 0x5A, 0x61]),
        "银" => ([0xBD, 0xC3, 0xC9], [0x8B, 0x92, 0x99]),
        "红" => ([0xA3, 0x26, 0x2A], [0x6E, 0x18, 0x1C]),
        "蓝" => ([0x2C, 0x5D, 0xA8], [0x1C, 0x3E, 0x73]),
        "棕" => ([0x6E, 0x4A, 0x34], [0x4A, 0x31, 0x22]),
        "绿" => ([0x3C, 0x7A, 0x62], [0x27, 0x52, 0x41]),
        _ => ([0xD8, 0xA8, 0x2E], [0x97, 0x74, 0x1E]),
    };
    let plate = match vehicle.kind {
        "51" | "52" => [0x8F, 0xD8, 0xA4],
        "01" | "07" => [0xF0, 0xBE, 0x3C],
        _ => [0x1B, 0x4F, 0xA6],
    };
    let by_light = |day: [u8; 3], dark: [u8; 3]| if night { dark } else { day };
    [
        [0x0A, 0x0C, 0x0F],
        [0x12, 0x18, 0x20],
        [0xFF, 0xFF, 0xFF],
        by_light([0x4A, 0x4F, 0x56], [0x2B, 0x2F, 0x36]),
        by_light([0x9A, 0x9F, 0xA5], [0x55, 0x5A, 0x60]),
        by_light([0xE4, 0xE4, 0xDC], [0xB4, 0xB4, 0xAA]),
        by_light([0xB5, 0xCB, 0xDB], [0x18, 0x22, 0x31]),
        by_light([0x8C, 0x97, 0xA3], [0x36, 0x40, 0x4C]),
        by_light([0x6C, 0x77, 0x83], [0x27, 0x30, 0x3A]),
        by_light([0x4E, 0x7C, 0x54], [0x24, 0x4A, 0x36]),
        [0xD9, 0x2E, 0x2A],
        [0xF2, 0xC2, 0x3E],
        plate,
        body,
        shade,
        [0x26, 0x33, 0x40],
    ]
}
