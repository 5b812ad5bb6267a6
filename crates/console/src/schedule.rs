//! The schedule of days ahead at a place, and a sitting that no plan has.

use axum::response::Response;
use capability::booking::limit;
use engine::{DeskPlace, PoolView, ScheduleView, SittingForm, Verb};
use kernel::{Date, Kind};
use maud::{Markup, html};
use ui::{
    Button, Tone,
    component::{Column, Field, Input, card, empty, form, heading, select, table, tag},
    format, text,
};

use crate::{
    day::sitting,
    mishap::Mishap,
    place::{chooser, chosen, day, places},
    queue::no_place,
    route::Outcome,
    visit::{Sheet, Visit},
};

/// As many days as fit a page.
const DAYS: i32 = 7;

pub(crate) async fn page(visit: &mut Visit) -> Outcome {
    let places = places(visit, Verb::SeeSchedule)?;
    let Some((_, at)) = chosen(visit, &places) else { return Ok(no_place(visit, text::schedule_title(visit.lang))) };
    let from_on = day(visit, "from", visit.now.date());
    let schedule = visit.platform().schedule(visit.staff()?, &visit.city()?.city.id, &at, from_on, DAYS).await?;
    Ok(schedule_page(visit, &places, &schedule))
}

fn rows(visit: &Visit, pools: &[PoolView]) -> Markup {
    let l = visit.lang;
    let columns = [
        Column::text(text::schedule_sitting(l)),
        Column::number(text::schedule_units(l)),
        Column::number(text::schedule_taken(l)),
        Column::text(text::schedule_release(l)),
        Column::text(text::schedule_open(l)),
    ];
    let row = |pool: &PoolView| {
        let times = format::clocks(pool.starts_at, pool.ends_at);
        vec![
            html! {
                (sitting(l, pool.resource.get(l), &pool.part, times)) small { (pool.section.get(l)) }
                @if pool.stopped { (tag(Tone::Bad, text::day_stopped(l))) }
                @else if pool.edited { (tag(Tone::Info, text::schedule_edited(l))) }
            },
            html! { (pool.capacity) },
            html! { (pool.taken_all) },
            html! { (format::moment(l, pool.release.opens_at, visit.now)) },
            html! { a href=(visit.below(&format!("pools/{}", pool.number))) { (text::schedule_open(l)) } },
        ]
    };
    let rows: Vec<Vec<Markup>> = pools.iter().map(row).collect();
    table(text::schedule_title(l), &columns, &rows, &[])
}

pub(crate) fn schedule_page(visit: &Visit, places: &[DeskPlace], schedule: &ScheduleView) -> Response {
    let l = visit.lang;
    let at = &schedule.at;
    let go = |days: i32| {
        let from = limit::plus_days(schedule.from_on, days);
        visit.below(&format!("schedule?at={at}&from={from}"))
    };
    let body = html! {
        (heading(text::schedule_title(l), text::schedule_lead(l)))
        (chooser(visit, "schedule", places, at, &[("from", text::desk_day_label(l), schedule.from_on)]))
        @if schedule.days.iter().all(|day| day.pools.is_empty()) {
            (empty("calendar", text::schedule_none(l), "", html! {}))
        }
        @for day in schedule.days.iter().filter(|day| !day.pools.is_empty() || !day.open) {
            (card(&format::day_and_weekday(l, day.on, visit.now.date()), None, html! {
                @if day.pools.is_empty() { p.hint { (text::schedule_closed(l)) } } @else { (rows(visit, &day.pools)) }
            }))
        }
        p.actions {
            @if visit.may(Verb::ChangeSchedule) {
                (Button::secondary(text::schedule_add(l)).href(&visit.below(&format!("sitting?at={at}"))))
            }
            (Button::link(text::schedule_sooner(l)).href(&go(-DAYS)))
            (Button::link(text::schedule_later(l)).href(&go(DAYS)))
        }
    };
    visit.show(Sheet::new(text::schedule_title(l), body))
}

pub(crate) async fn sitting_form(visit: &mut Visit) -> Outcome {
    let places = places(visit, Verb::ChangeSchedule)?;
    let Some((place, at)) = chosen(visit, &places) else { return Ok(no_place(visit, text::sitting_title(visit.lang))) };
    Ok(sitting_page(visit, &places, place, &at, &Mishap::none()))
}

pub(crate) fn sitting_page(
    visit: &Visit,
    places: &[DeskPlace],
    place: &DeskPlace,
    at: &engine::DeskAt,
    mishap: &Mishap,
) -> Response {
    let l = visit.lang;
    let sections = place.sections.iter().filter(|section| at.section.is_empty() || section.id == at.section);
    let resources: Vec<(&str, String)> = sections
        .flat_map(|section| section.resources.iter().map(move |one| (section, one)))
        .map(|(section, (id, name))| (id.as_str(), format!("{} · {}", section.name.get(l), name.get(l))))
        .collect();
    let resources: Vec<(&str, &str)> = resources.iter().map(|(id, label)| (*id, label.as_str())).collect();
    let field = |name, label, hint, input| Field {
        name,
        label,
        hint,
        error: mishap.of(name),
        value: visit.form.get(name),
        input,
        ..Field::default()
    };
    let body = html! {
        (mishap.above(l))
        (heading(text::sitting_title(l), text::sitting_lead(l)))
        (chooser(visit, "sitting", places, at, &[]))
        @if resources.is_empty() { (empty("calendar", text::schedule_none(l), "", html! {})) }
        @else {
            (form(l, &visit.below("sitting"), "", html! {
                input type="hidden" name="at" value=(at);
                (select(l, &field("resource", text::sitting_resource(l), "", Input::Text), &resources))
                (field("on", text::desk_day_label(l), "", Input::Date).html(l))
                (field("from", text::sitting_from(l), "", Input::Time).html(l))
                (field("to", text::sitting_to(l), "", Input::Time).html(l))
                (field("units", text::pool_units(l), "", Input::Count).html(l))
                (Field { optional: true, ..field("on_site", text::sitting_on_site(l), "", Input::Count) }.html(l))
                (Field { optional: true, ..field("phone", text::sitting_phone(l), "", Input::Count) }.html(l))
                (field("reason", text::reason_label(l), text::pool_reason_hint(l), Input::Text).html(l))
                (Button::primary(text::sitting_go(l)))
            }))
        }
    };
    visit.show(Sheet::new(text::sitting_title(l), body).status(mishap.status()))
}

pub(crate) async fn add_sitting(visit: &mut Visit) -> Outcome {
    let city = visit.city()?.city.id.clone();
    let typed = |name| visit.form.get(name);
    let at = engine::DeskAt::parse(typed("at")).ok_or(Kind::NotFound)?;
    let form = SittingForm {
        resource: typed("resource"),
        on: typed("on"),
        from: typed("from"),
        to: typed("to"),
        units: typed("units"),
        on_site: typed("on_site"),
        phone: typed("phone"),
        reason: typed("reason"),
    };
    let l = visit.lang;
    let error = match visit.platform().add_sitting(visit.staff()?, &city, &at, form).await {
        Ok(wrong) if wrong.is_empty() => {
            let on: Date = typed("on").parse().unwrap_or(visit.now.date());
            return Ok(visit.see_other(&visit.below(&format!("schedule?at={at}&from={on}"))));
        }
        Ok(wrong) => Mishap::of_fields(wrong.into_iter().map(|one| crate::word::sitting_wrong(l, one)).collect()),
        Err(error) => Mishap::of_error(error, l)?,
    };
    let places = places(visit, Verb::ChangeSchedule)?;
    let (place, at) = chosen(visit, &places).ok_or(Kind::NotFound)?;
    Ok(sitting_page(visit, &places, place, &at, &error))
}
