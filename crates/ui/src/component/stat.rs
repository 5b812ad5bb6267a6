//! The strip of my figures on the home page: 2 条待处理, 9 分剩余. Each is a link, because a figure without a way on is a tease.

use maud::{Markup, html};

use crate::component::tag::Tone;

#[derive(Clone, Copy, Debug, Default)]
pub struct Stat<'a> {
    pub label: &'a str,
    pub value: &'a str,
    pub unit: &'a str,
    pub href: Option<&'a str>,
    pub tone: Tone,
    /// The value is words, which need more room than a number.
    pub words: bool,
    /// A third line, for example the age of a figure that is not fresh; empty for none.
    pub note: &'a str,
}

#[must_use]
pub fn stats(stats: &[Stat<'_>]) -> Markup {
    let inside = |stat: &Stat<'_>| {
        html! {
            span.stat-value.(stat.tone.class()).words[stat.words] { (stat.value) @if !stat.unit.is_empty() { " " small { (stat.unit) } } }
            span.stat-label { (stat.label) @if !stat.note.is_empty() { br; small { (stat.note) } } }
        }
    };
    html! {
        // Two by two, so that four figures leave no hole in a row of three.
        ul.stats.pairs[stats.len().is_multiple_of(2)] {
            @for stat in stats {
                li { @if let Some(href) = stat.href { a href=(href) { (inside(stat)) } } @else { div { (inside(stat)) } } }
            }
        }
    }
}
