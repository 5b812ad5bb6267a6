//! A day at a place: every sitting with its figures, and everybody who comes.

use axum::response::Response;
use engine::{DayPool, DayRow, DeskDay, DeskPlace, Verb};
use kernel::Lang;
use maud::{Markup, html};
use ui::{
    Tone,
    component::{Column, card, empty, heading, notice, table, tag},
    format, text,
};

use crate::{
    place::{chooser, chosen, day, places},
    queue::no_place,
    route::Outcome,
    visit::{Sheet, Visit},
    word,
};

pub(crate) async fn page(visit: &mut Visit) -> Outcome {
    let places = places(visit, Verb::SeeCounter)?;
    let Some((_, at)) = chosen(visit, &places) else { return Ok(no_place(visit, text::day_title(visit.lang))) };
    let on = day(visit, "on", visit.now.date());
    let found = visit.platform().desk_day(visit.staff()?, &visit.city()?.city.id, &at, on).await?;
    Ok(day_page(visit, &places, &found))
}

/// 张主任 · 08:00–12:00
pub(crate) fn sitting(lang: Lang, resource: &str, part: &str, times: String) -> String {
    let part = word::part(lang, part);
    let parts = [resource.to_owned(), part, times];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

fn pools(lang: Lang, pools: &[DayPool]) -> Markup {
    let columns = [
        Column::text(text::schedule_sitting(lang)),
        Column::number(text::day_capacity(lang)),
        Column::number(text::day_taken(lang)),
    ];
    let row = |pool: &DayPool| {
        let times = format::clocks(pool.starts_at, pool.ends_at);
        vec![
            html! {
                (sitting(lang, pool.resource.get(lang), &pool.part, times))
                small { (pool.section.get(lang)) }
                @if pool.stopped { (tag(Tone::Bad, text::day_stopped(lang))) }
            },
            html! { (pool.capacity) },
            html! { (pool.taken) },
        ]
    };
    let rows: Vec<Vec<Markup>> = pools.iter().map(row).collect();
    card(text::day_pools(lang), None, table(text::day_pools(lang), &columns, &rows, &[]))
}

fn bookings(visit: &Visit, rows: &[DayRow]) -> Markup {
    let l = visit.lang;
    let columns = [
        Column::text(text::counter_when(l)),
        Column::text(text::counter_name(l)),
        Column::text(text::counter_what(l)),
        Column::text(text::counter_state(l)),
        Column::text(text::counter_number(l)),
    ];
    let row = |row: &DayRow| {
        let (tone, state) = word::booking(l, row.state);
        vec![
            html! { (format::clock(row.starts_at)) },
            html! { span translate="no" { (row.name) } @if row.persons > 1 { small { (text::day_persons(l, row.persons.into())) } } },
            html! { (row.resource.get(l)) },
            tag(tone, state),
            html! { a href=(visit.below(&format!("bookings/{}", row.id))) { span.mono translate="no" { (row.number) } } },
        ]
    };
    let rows: Vec<Vec<Markup>> = rows.iter().map(row).collect();
    card(text::day_rows(l), None, table(text::day_rows(l), &columns, &rows, &[]))
}

pub(crate) fn day_page(visit: &Visit, places: &[DeskPlace], day: &DeskDay) -> Response {
    let l = visit.lang;
    let body = html! {
        (heading(text::day_title(l), text::day_lead(l)))
        (chooser(visit, "day", places, &day.at, &[("on", text::desk_day_label(l), day.on)]))
        @if !day.pools.is_empty() { (pools(l, &day.pools)) }
        @if day.rows.is_empty() { (empty("calendar", text::day_none(l), "", html! {})) }
        @else { (bookings(visit, &day.rows)) }
        @if day.more { (notice(Tone::Info, text::day_more(l), html! {})) }
    };
    visit.show(Sheet::new(text::day_title(l), body))
}
