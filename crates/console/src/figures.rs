//! How well the days of a place were used, and who booked and did not come: drawn, and as a table.

use axum::response::Response;
use capability::booking::{figures::Figures, limit};
use engine::{DeskAt, DeskPlace, FigureDay, Verb};
use kernel::{Date, Lang};
use maud::{Markup, html};
use ui::{
    component::{Column, Stack, Stat, card, empty, heading, stacks, stats, table},
    format, text,
};

use crate::{
    place::{chooser, chosen, day, places},
    queue::no_place,
    route::Outcome,
    visit::{Sheet, Visit},
};

/// Two weeks are read at a glance.
const DAYS: i32 = 13;

pub(crate) async fn page(visit: &mut Visit) -> Outcome {
    let places = places(visit, Verb::SeeSchedule)?;
    let Some((_, at)) = chosen(visit, &places) else { return Ok(no_place(visit, text::figures_title(visit.lang))) };
    let today = visit.now.date();
    let until_on = day(visit, "until", today);
    let from_on = day(visit, "from", limit::plus_days(until_on, -DAYS));
    let city = &visit.city()?.city.id;
    let days = visit.platform().figures(visit.staff()?, city, &at, (from_on, until_on)).await?;
    Ok(figures_page(visit, &places, &at, (from_on, until_on), &days))
}

/// 12.3 %
fn permille(share: Option<u64>) -> String {
    share.map_or_else(|| "–".to_owned(), |share| format!("{}.{} %", share / 10, share % 10))
}

fn sum(days: &[FigureDay]) -> Figures {
    days.iter().fold(Figures::default(), |mut sum, FigureDay { figures, .. }| {
        sum.capacity += figures.capacity;
        sum.ahead += figures.ahead;
        sum.came += figures.came;
        sum.missed += figures.missed;
        sum.cancelled += figures.cancelled;
        sum.called_off += figures.called_off;
        sum
    })
}

fn row(figures: &Figures, label: &str) -> Vec<Markup> {
    let cells = [
        label.to_owned(),
        figures.capacity.to_string(),
        figures.came.to_string(),
        figures.missed.to_string(),
        figures.ahead.to_string(),
        figures.cancelled.to_string(),
        figures.called_off.to_string(),
        permille(figures.used_permille()),
        permille(figures.no_show_permille()),
    ];
    cells.into_iter().map(|cell| html! { (cell) }).collect()
}

fn chart(lang: Lang, days: &[FigureDay]) -> Markup {
    let labels: Vec<String> = days.iter().map(|day| format::day(lang, day.on)).collect();
    let columns: Vec<Stack<'_>> = days
        .iter()
        .zip(&labels)
        .map(|(FigureDay { figures, .. }, label)| Stack {
            label,
            parts: vec![figures.came, figures.missed, figures.ahead],
        })
        .collect();
    let legend = [text::figures_came(lang), text::figures_missed(lang), text::figures_ahead(lang)];
    stacks(lang, text::figures_chart(lang), &legend, &columns)
}

pub(crate) fn figures_page(
    visit: &Visit,
    places: &[DeskPlace],
    at: &DeskAt,
    (from_on, until_on): (Date, Date),
    days: &[FigureDay],
) -> Response {
    let l = visit.lang;
    let all = sum(days);
    let (used, missed) = (permille(all.used_permille()), permille(all.no_show_permille()));
    let (came, capacity) = (all.came.to_string(), all.capacity.to_string());
    let counts = [
        Stat { label: text::figures_used(l), value: &used, ..Stat::default() },
        Stat { label: text::figures_no_show(l), value: &missed, ..Stat::default() },
        Stat { label: text::figures_came(l), value: &came, ..Stat::default() },
        Stat { label: text::figures_capacity(l), value: &capacity, ..Stat::default() },
    ];
    let columns = [
        Column::text(text::desk_day_label(l)),
        Column::number(text::figures_capacity(l)),
        Column::number(text::figures_came(l)),
        Column::number(text::figures_missed(l)),
        Column::number(text::figures_ahead(l)),
        Column::number(text::figures_cancelled(l)),
        Column::number(text::figures_called_off(l)),
        Column::number(text::figures_used(l)),
        Column::number(text::figures_no_show(l)),
    ];
    let rows: Vec<Vec<Markup>> = days.iter().map(|day| row(&day.figures, &format::day(l, day.on))).collect();
    let range = [("from", text::desk_day_label(l), from_on), ("until", text::desk_until_label(l), until_on)];
    let body = html! {
        (heading(text::figures_title(l), text::figures_lead(l)))
        (chooser(visit, "figures", places, at, &range))
        @if days.is_empty() { (empty("gauge", text::figures_none(l), "", html! {})) }
        @else {
            (stats(&counts))
            (card("", None, chart(l, days)))
            (card("", None, table(text::figures_title(l), &columns, &rows, &row(&all, text::desk_place_all(l)))))
        }
    };
    visit.show(Sheet::new(text::figures_title(l), body))
}
