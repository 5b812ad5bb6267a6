//! Calling: who is next among those who are here, and the screen in the hall that says so.

use axum::response::Response;
use engine::{Call, DeskAt, DeskPlace, Queue, QueueEntry, Verb};
use kernel::{Id, Kind};
use maud::{Markup, html};
use ui::{
    Button,
    component::{Column, Field, Stat, card, empty, form, heading, stats, table},
    format, text,
};
use web::shell::encode;

use crate::{
    mishap::Mishap,
    place::{chooser, chosen, name, none, places},
    route::Outcome,
    visit::{Sheet, Visit},
};

/// How long a hall's screen shows the same picture without script.
const HALL_S: u32 = 10;
const HALL_NEXT: usize = 8;

pub(crate) async fn page(visit: &mut Visit) -> Outcome {
    show(visit, &Mishap::none()).await
}

async fn show(visit: &Visit, mishap: &Mishap) -> Outcome {
    let places = places(visit, Verb::SeeCounter)?;
    let Some((_, at)) = chosen(visit, &places) else { return Ok(no_place(visit, text::calling_title(visit.lang))) };
    let queue = visit.platform().queue(visit.staff()?, &visit.city()?.city.id, &at).await?;
    Ok(queue_page(visit, &places, &queue, mishap))
}

pub(crate) fn no_place(visit: &Visit, title: &str) -> Response {
    let body = html! { (heading(title, "")) (none(visit.lang)) };
    visit.show(Sheet::new(title, body))
}

fn label(entry: &QueueEntry) -> Markup {
    html! {
        @match entry.call_no {
            Some(number) => strong.call { (number) },
            None => span.mono translate="no" { (entry.number.get(8..).unwrap_or_default()) },
        }
    }
}

fn rows(visit: &Visit, at: &DeskAt, entries: &[QueueEntry], called: bool) -> Markup {
    let l = visit.lang;
    let mut columns = vec![
        Column::text(text::counter_call_no(l)),
        Column::text(text::counter_name(l)),
        Column::text(text::counter_what(l)),
        Column::text(text::counter_when(l)),
    ];
    if called {
        columns.push(Column::text(text::calling_window(l)));
        columns.push(Column::text(text::counter_state(l)));
    }
    let row = |entry: &QueueEntry| {
        let mut row = vec![
            html! { a href=(visit.below(&format!("bookings/{}", entry.id))) { (label(entry)) } },
            html! { span.nb translate="no" { (entry.name) } },
            html! { (entry.resource.get(l)) },
            html! { span.nb { (format::clock(entry.starts_at)) } @if entry.passed { small { (text::calling_passed(l)) } } },
        ];
        if called {
            row.push(html! { (entry.window) small { (text::calling_times(l, entry.times.into())) } });
            row.push(deeds(visit, at, entry));
        }
        row
    };
    let rows: Vec<Vec<Markup>> = entries.iter().map(row).collect();
    table(if called { text::calling_called(l) } else { text::calling_waiting(l) }, &columns, &rows, &[])
}

/// Calling again, passing over, finishing: one form for each person who was called.
fn deeds(visit: &Visit, at: &DeskAt, entry: &QueueEntry) -> Markup {
    let l = visit.lang;
    if !visit.may(Verb::Attend) {
        return html! {};
    }
    html! {
        form.inline method="post" action=(visit.below("queue")) {
            input type="hidden" name="at" value=(at);
            input type="hidden" name="window" value=(entry.window);
            input type="hidden" name="booking" value=(entry.id);
            (Button::secondary(text::calling_again(l)).value("deed", "again"))
            (Button::secondary(text::calling_pass(l)).value("deed", "pass"))
            (Button::primary(text::counter_finish(l)).value("deed", "finish"))
        }
    }
}

pub(crate) fn queue_page(visit: &Visit, places: &[DeskPlace], queue: &Queue, mishap: &Mishap) -> Response {
    let l = visit.lang;
    let at = queue.at.to_string();
    let typed = visit.form.get("window");
    let window = if typed.is_empty() { visit.query.get("window") } else { typed };
    let counts = [
        (text::calling_waiting(l), queue.waiting.len().to_string()),
        (text::calling_ahead(l), queue.ahead.to_string()),
        (text::calling_done(l), queue.done.to_string()),
        (text::calling_missed(l), queue.missed.to_string()),
    ];
    let counts: Vec<Stat<'_>> = counts.iter().map(|(label, value)| Stat { label, value, ..Stat::default() }).collect();
    let body = html! {
        (mishap.above(l))
        (heading(text::calling_title(l), text::calling_lead(l)))
        (chooser(visit, "queue", places, &queue.at, &[]))
        div.two {
            div {
                @if visit.may(Verb::Attend) {
                    (form(l, &visit.below("queue"), "", html! {
                        input type="hidden" name="at" value=(at);
                        (Field { name: "window", label: text::calling_window(l), hint: text::calling_window_hint(l),
                            error: mishap.of("window"), value: window, ..Field::default() }.html(l))
                        (Button::primary(text::calling_next(l)).value("deed", "next").wide())
                    }))
                }
                @if queue.called.is_empty() { p.hint { (text::calling_none_called(l)) } }
                @else { (card(text::calling_called(l), None, rows(visit, &queue.at, &queue.called, true))) }
                @if queue.waiting.is_empty() { (empty("users", text::calling_none(l), "", html! {})) }
                @else { (card(text::calling_waiting(l), None, rows(visit, &queue.at, &queue.waiting, false))) }
            }
            div {
                (stats(&counts))
                p.actions { (Button::link(text::calling_hall(l)).href(&visit.below(&format!("hall?at={at}")))) }
            }
        }
    };
    visit.show(Sheet::new(text::calling_title(l), body).status(mishap.status()))
}

pub(crate) async fn call(visit: &mut Visit) -> Outcome {
    let city = visit.city()?.city.id.clone();
    let at = DeskAt::parse(visit.form.get("at")).ok_or(Kind::NotFound)?;
    let window = visit.form.get("window").trim().to_owned();
    let booking = || Id::parse(visit.form.get("booking")).ok_or(Kind::NotFound);
    let deed = match visit.form.get("deed") {
        "next" if window.is_empty() => {
            let mistake = text::calling_window_mistake(visit.lang).to_owned();
            return show(visit, &Mishap::of_fields(vec![("window", mistake)])).await;
        }
        "next" => Call::Next,
        "again" => Call::Again(booking()?),
        "pass" => Call::Pass(booking()?),
        "finish" => Call::Finish(booking()?),
        _ => return Err(Kind::NotFound.into()),
    };
    match visit.platform().call(visit.staff()?, &city, &at, &window, deed).await {
        Ok(()) => Ok(visit.see_other(&visit.below(&format!("queue?at={at}&window={}", encode(&window))))),
        Err(error) => {
            let mishap = Mishap::of_error(error, visit.lang)?;
            show(visit, &mishap).await
        }
    }
}

pub(crate) async fn hall(visit: &mut Visit) -> Outcome {
    let places = places(visit, Verb::SeeCounter)?;
    let Some((place, at)) = chosen(visit, &places) else { return Ok(no_place(visit, text::hall_title(visit.lang))) };
    let queue = visit.platform().queue(visit.staff()?, &visit.city()?.city.id, &at).await?;
    Ok(hall_page(visit, &name(visit.lang, place, &at), &queue))
}

/// Numbers and masked names, in a size that is read across a hall.
pub(crate) fn hall_page(visit: &Visit, place: &str, queue: &Queue) -> Response {
    let l = visit.lang;
    let paused = !visit.query.get("pause").is_empty();
    let here = format!("hall?at={}", queue.at);
    let other = if paused { visit.below(&here) } else { visit.below(&format!("{here}&pause=yes")) };
    let waiting = u64::try_from(queue.waiting.len()).unwrap_or_default();
    let one = |entry: &QueueEntry| {
        html! { span.hall-no { (label(entry)) } " " span.hall-name translate="no" { (entry.name) } }
    };
    let body = html! {
        header.hall-top {
            h1 { (place) }
            p { (text::hall_updated(l, &format::clock(visit.now))) @if paused { " · " (text::hall_paused(l)) } }
        }
        div #hall aria-live="polite" data-hall=[(!paused).then_some(HALL_S)] data-stale=(text::hall_stale(l)) {
            section.hall-now {
                h2 { (text::hall_now(l)) }
                @if queue.called.is_empty() { p.hall-none { (text::hall_nobody(l)) } }
                ul { @for entry in queue.called.iter().take(HALL_NEXT) { li { (one(entry)) " " strong.hall-window { (text::hall_go(l, &entry.window)) } } } }
            }
            section.hall-next {
                h2 { (text::hall_next(l)) }
                ul { @for entry in queue.waiting.iter().take(HALL_NEXT) { li { (one(entry)) } } }
                p { (text::hall_waiting(l, waiting)) }
            }
        }
        p.actions {
            (Button::link(if paused { text::hall_resume(l) } else { text::hall_pause(l) }).href(&other))
            (Button::link(text::desk_back(l)).href(&visit.below(&format!("queue?at={}", queue.at))))
        }
    };
    visit.show(Sheet::new(text::hall_title(l), body).wall(if paused { 0 } else { HALL_S }))
}
