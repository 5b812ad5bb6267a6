//! Small drawings of numbers. Each has the numbers beside it as text, so that nobody needs the drawing.

use std::f64::consts::TAU;
use std::fmt::Write as _;

use kernel::Lang;
use maud::{Markup, html};

use crate::{svg, text};

/// Points of a licence: a ring of twelve, those left in colour, with the figure in words. More than twelve taken is a full ring.
#[must_use]
pub fn points_gauge(lang: Lang, taken: u32) -> Markup {
    let left = 12_u32.saturating_sub(taken);
    let tone = match left {
        0..=2 => "t-bad",
        3..=6 => "t-warn",
        _ => "t-ok",
    };
    let mut ring = String::from(r#"<svg viewBox="0 0 120 120" aria-hidden="true" fill="none" stroke-width="12">"#);
    for segment in 0..12_u32 {
        // A gap of 5 degrees between segments of 25.
        let from = (f64::from(segment) * 30.0 + 2.5) / 360.0 * TAU;
        let to = (f64::from(segment) * 30.0 + 27.5) / 360.0 * TAU;
        let (r, c) = (52.0, 60.0);
        let class = if segment < left { "on" } else { "off" };
        let _ = write!(
            ring,
            r#"<path class="{class}" d="M{:.1} {:.1}A{r} {r} 0 0 1 {:.1} {:.1}"/>"#,
            c + r * from.sin(),
            c - r * from.cos(),
            c + r * to.sin(),
            c - r * to.cos(),
        );
    }
    ring.push_str("</svg>");
    html! {
        div.gauge.(tone) {
            div.ring { (svg::drawn(ring)) p { strong { (left) } span { (text::points_unit(lang, left.into())) } } }
            div { p.gauge-title { (text::points_left(lang, left.into())) } p.hint { (text::points_taken(lang, taken.into())) } }
        }
    }
}

/// Horizontal bars with their figures: `(label, value, value as text)`. The figures are the data table.
#[must_use]
pub fn bars(title: &str, items: &[(&str, u64, &str)]) -> Markup {
    let most = items.iter().map(|i| i.1).max().unwrap_or(0).max(1);
    html! {
        div.bars role="group" aria-label=(title) {
            @for (i, (label, value, shown)) in items.iter().enumerate() {
                // Thousandths of the widest bar, in integers.
                @let width = u128::from(*value) * 1000 / u128::from(most);
                div.bar-item {
                    p { span { (label) } strong { (shown) } }
                    (svg::drawn(format!(
                        r#"<svg viewBox="0 0 1000 16" height="8" width="100%" preserveAspectRatio="none" aria-hidden="true"><path class="off" d="M0 0h1000v16H0z"/><path class="s{}" d="M0 0h{width}v16H0z"/></svg>"#,
                        i % 6 + 1
                    )))
                }
            }
        }
    }
}

/// A year as twelve columns, the highest as high as the drawing: `(label, month, value, value as text)`,
/// with the table below it.
#[must_use]
pub fn months(lang: Lang, title: &str, items: &[(&str, i8, u64, &str)]) -> Markup {
    let most = items.iter().map(|item| item.2).max().unwrap_or(0).max(1);
    let mut columns = String::new();
    for ((_, below, value, _), x) in items.iter().zip((0_u64..).step_by(50)) {
        let height = u64::try_from(u128::from(*value) * 120 / u128::from(most)).unwrap_or(120);
        // A month without anything is a line on the ground.
        let (height, middle) = (height.max(2), x + 25);
        let _ = write!(
            columns,
            r#"<path d="M{} 124v-{height}h34v{height}z"/><text x="{middle}" y="148">{below}</text>"#,
            x + 8
        );
    }
    html! {
        figure.spark.months {
            figcaption.sr { (title) }
            (svg::drawn(format!(r#"<svg viewBox="0 0 {} 156" aria-hidden="true">{columns}</svg>"#, items.len() * 50)))
            details.more-box {
                summary { (text::show_table(lang)) }
                table { caption.sr { (title) } tbody { @for (label, _, _, shown) in items { tr { th scope="row" { (label) } td { (shown) } } } } }
            }
        }
    }
}

/// A line over time: `(label, value)`, with the table below it.
#[must_use]
pub fn sparkline(lang: Lang, title: &str, points: &[(&str, u64)]) -> Markup {
    let most = points.iter().map(|p| p.1).max().unwrap_or(0).max(1);
    let steps = u64::try_from(points.len().saturating_sub(1)).unwrap_or(1).max(1);
    let mut line = String::new();
    for ((_, value), i) in points.iter().zip(0_u64..) {
        let x = i * 600 / steps;
        let y = 110 - u64::try_from(u128::from(*value) * 100 / u128::from(most)).unwrap_or(100);
        let _ = write!(line, "{}{x} {y}", if i == 0 { 'M' } else { 'L' });
    }
    html! {
        figure.spark {
            figcaption { (title) }
            (svg::drawn(format!(
                r#"<svg viewBox="0 0 600 120" aria-hidden="true"><path class="area" d="{line}L600 119L0 119z"/><path class="s1 line" d="{line}"/></svg>"#
            )))
            details.more-box {
                summary { (text::show_table(lang)) }
                table { caption.sr { (title) } tbody { @for (label, value) in points { tr { th scope="row" { (label) } td { (value) } } } } }
            }
        }
    }
}

/// One column of [`stacks`]: its label, and how much of each part, from the ground up.
#[derive(Clone, Debug)]
pub struct Stack<'a> {
    pub label: &'a str,
    pub parts: Vec<u64>,
}

/// Columns made of parts, all to one scale; the parts are named in a legend, and the table stands below. A column without
/// anything is a line on the ground.
#[must_use]
pub fn stacks(lang: Lang, title: &str, legend: &[&str], columns: &[Stack<'_>]) -> Markup {
    let sum = |stack: &Stack<'_>| stack.parts.iter().sum::<u64>();
    let most = columns.iter().map(sum).max().unwrap_or(0).max(1);
    let height = |value: u64| u64::try_from(u128::from(value) * 120 / u128::from(most)).unwrap_or(120);
    let width = columns.len().max(1) * 40;
    let mut drawing = format!(r#"<svg viewBox="0 0 {width} 128" aria-hidden="true">"#);
    for (stack, x) in columns.iter().zip((4_u64..).step_by(40)) {
        let mut below = 0;
        for (value, series) in stack.parts.iter().zip(1..) {
            // Heights are differences of the rounded sums, so that the parts fill the column exactly.
            let (from, to) = (height(below), height(below + value));
            below += value;
            if to > from {
                let _ = write!(drawing, r#"<path class="s{series}" d="M{x} {}h32v-{}h-32z"/>"#, 124 - from, to - from);
            }
        }
        if below == 0 {
            let _ = write!(drawing, r#"<path class="off" d="M{x} 124h32v-2h-32z"/>"#);
        }
    }
    drawing.push_str("</svg>");
    html! {
        figure.spark.stacks {
            figcaption.sr { (title) }
            ul.legend aria-hidden="true" {
                @for (i, part) in legend.iter().enumerate() { li { span.{ "k" (i + 1) } {} (part) } }
            }
            (svg::drawn(drawing))
            details.more-box {
                summary { (text::show_table(lang)) }
                table {
                    caption.sr { (title) }
                    thead { tr { td {} @for part in legend { th scope="col" { (part) } } } }
                    tbody { @for stack in columns { tr { th scope="row" { (stack.label) } @for value in &stack.parts { td { (value) } } } } }
                }
            }
        }
    }
}
