//! One pool at the desk: what it has, when it is released, other numbers with what follows from them, and calling it off.

use axum::response::Response;
use engine::{PoolView, ReleaseView, StopPreview, Verb};
use kernel::{Kind, Lang, Money, identifier::Mistake};
use maud::{Markup, html};
use ui::{
    Button, Tone,
    component::{Column, Field, Input, Stat, Summary, card, form, heading, notice, stats, summary, table, tag},
    format, text,
};

use crate::{
    day::sitting,
    mishap::Mishap,
    route::Outcome,
    trouble::Trouble,
    visit::{Sheet, Visit},
};

/// What was typed into the form of a pool: units in all, and the most through each door.
#[derive(Clone, Copy)]
pub(crate) struct Wish {
    pub capacity: u32,
    pub shares: [u32; 3],
}

const SHARES: [&str; 3] = ["online", "on_site", "phone"];

fn number(visit: &Visit) -> Result<i64, Trouble> {
    visit.param("pool").parse().map_err(|_| Kind::NotFound.into())
}

async fn one(visit: &Visit) -> Result<PoolView, Trouble> {
    Ok(visit.platform().desk_pool(visit.staff()?, &visit.city()?.city.id, number(visit)?).await?)
}

pub(crate) async fn show(visit: &mut Visit) -> Outcome {
    let pool = one(visit).await?;
    Ok(pool_page(visit, &pool))
}

fn title(lang: Lang, pool: &PoolView) -> String {
    sitting(lang, pool.resource.get(lang), &pool.part, format::clocks(pool.starts_at, pool.ends_at))
}

fn lead(visit: &Visit, pool: &PoolView) -> String {
    let l = visit.lang;
    format!("{} · {}", pool.place.get(l), format::day_and_weekday(l, pool.on, visit.now.date()))
}

fn share(lang: Lang, share: u32) -> String {
    if share == u32::MAX { text::counter_no_limit(lang).to_owned() } else { share.to_string() }
}

fn facts(visit: &Visit, pool: &PoolView) -> Markup {
    let l = visit.lang;
    let release = &pool.release;
    let moment = |at| format::moment(l, at, visit.now);
    let mut lines = vec![
        Summary::text(text::schedule_units(l), &pool.capacity.to_string()),
        Summary::text(text::schedule_taken(l), &pool.taken_all.to_string()),
        Summary::text(text::pool_share_online(l), &share(l, pool.shares[0])),
        Summary::text(text::pool_share_on_site(l), &share(l, pool.shares[1])),
        Summary::text(text::pool_share_phone(l), &share(l, pool.shares[2])),
        Summary::text(text::pool_opens(l), &moment(release.opens_at)),
        Summary::text(text::pool_closes(l), &moment(release.closes_at)),
        Summary::text(text::pool_on_site_opens(l), &moment(release.on_site_opens_at)),
    ];
    if let Some((from, until)) = release.drawn {
        lines.push(Summary::text(text::pool_drawn(l), &text::pool_drawn_between(l, &moment(from), &moment(until))));
    }
    if let Some(price) = pool.price {
        lines.push(Summary::text(text::pool_price(l), &format::money(price)).hint(text::pool_price_note(l)));
    }
    let rule = pool.rule_on.map(|on| text::pool_rule(l, &format::date(l, on)));
    html! {
        (summary(lines))
        @if let Some(rule) = rule { p.source { (rule) " · " (pool.rule_source.get(l)) } }
    }
}

pub(crate) fn pool_page(visit: &Visit, pool: &PoolView) -> Response {
    let l = visit.lang;
    let at = &pool.at;
    let to = |path: &str| visit.below(&format!("pools/{}/{path}", pool.number));
    let title = title(l, pool);
    let body = html! {
        (heading(&title, &lead(visit, pool)))
        @if pool.stopped { (notice(Tone::Bad, text::stop_done_title(l), html! {})) }
        @else if pool.edited { p { (tag(Tone::Info, text::schedule_edited(l))) } }
        (card("", None, facts(visit, pool)))
        p.actions {
            @if visit.may(Verb::ChangeSchedule) && !pool.stopped { (Button::secondary(text::pool_edit_title(l)).href(&to("edit"))) }
            @if visit.may(Verb::StopSitting) { (Button::secondary(text::pool_stop(l)).href(&to("stop"))) }
            (Button::link(text::schedule_title(l)).href(&visit.below(&format!("schedule?at={at}&from={}", pool.on))))
        }
    };
    visit.show(Sheet::new(&title, body))
}

pub(crate) async fn edit_form(visit: &mut Visit) -> Outcome {
    let pool = one(visit).await?;
    Ok(edit_page(visit, &pool, None, &Mishap::none()))
}

/// What is there now beside what the wish would make of it.
fn preview(visit: &Visit, pool: &PoolView, wish: Wish) -> Markup {
    let l = visit.lang;
    let release = &pool.release;
    let then = ReleaseView::free(wish.capacity, wish.shares, pool.taken, pool.taken_all);
    let columns = [
        Column::text(text::schedule_release(l)),
        Column::number(text::pool_now(l)),
        Column::number(text::pool_then(l)),
    ];
    let line = |label: &str, now: String, then: String| vec![html! { (label) }, html! { (now) }, html! { (then) }];
    let free = [text::pool_free_online(l), text::pool_free_on_site(l), text::pool_free_phone(l)];
    let mut rows = vec![line(text::schedule_units(l), pool.capacity.to_string(), wish.capacity.to_string())];
    for (door, label) in free.into_iter().enumerate() {
        rows.push(line(label, release.free[door].to_string(), then[door].to_string()));
    }
    let open = visit.now >= release.opens_at;
    html! {
        (table(text::pool_preview_title(l), &columns, &rows, &[]))
        @if open { p.hint { (text::pool_already_open(l)) } }
        @else { p.hint { (text::pool_opens(l)) " " (format::moment(l, release.opens_at, visit.now)) } }
    }
}

pub(crate) fn edit_page(visit: &Visit, pool: &PoolView, wish: Option<Wish>, mishap: &Mishap) -> Response {
    let l = visit.lang;
    let sent = visit.method == axum::http::Method::POST;
    let now = |share: u32| if share == u32::MAX { String::new() } else { share.to_string() };
    let value = |name: &str, now: String| if sent { visit.form.get(name).to_owned() } else { now };
    let units = value("units", pool.capacity.to_string());
    let hint = text::pool_units_hint(l, pool.taken_all.into());
    let labels = [text::pool_share_online(l), text::pool_share_on_site(l), text::pool_share_phone(l)];
    let body = html! {
        (mishap.above(l))
        (heading(text::pool_edit_title(l), &format!("{} · {}", title(l, pool), lead(visit, pool))))
        div.two {
            (form(l, &visit.below(&format!("pools/{}/edit", pool.number)), "", html! {
                (Field { name: "units", label: text::pool_units(l), hint: &hint, error: mishap.of("units"), value: &units,
                    input: Input::Count, ..Field::default() }.html(l))
                @for ((name, label), share) in SHARES.into_iter().zip(labels).zip(pool.shares) {
                    @let value = value(name, now(share));
                    (Field { name, label, hint: text::pool_share_hint(l), error: mishap.of(name), value: &value,
                        input: Input::Count, optional: true }.html(l))
                }
                (Field { name: "reason", label: text::reason_label(l), hint: text::pool_reason_hint(l),
                    error: mishap.of("reason"), value: visit.form.get("reason"), ..Field::default() }.html(l))
                div.actions {
                    (Button::secondary(text::pool_preview(l)).value("deed", "preview"))
                    (Button::primary(text::pool_save(l)).value("deed", "save"))
                }
            }))
            div {
                @if let Some(wish) = wish { (card(text::pool_preview_title(l), None, preview(visit, pool, wish))) }
                (card(text::pool_now(l), None, facts(visit, pool)))
            }
        }
    };
    visit.show(Sheet::new(text::pool_edit_title(l), body).status(mishap.status()))
}

/// What was typed, or which fields are no numbers.
fn wish(visit: &Visit) -> Result<Wish, Vec<(&'static str, String)>> {
    let mistake = || text::pool_units_mistake(visit.lang).to_owned();
    let read = |name: &str| kernel::identifier::normalise(visit.form.get(name)).parse::<u32>().ok();
    let mut wrong = Vec::new();
    let capacity = read("units");
    if capacity.is_none() {
        wrong.push(("units", mistake()));
    }
    let mut shares = [u32::MAX; 3];
    for (share, name) in shares.iter_mut().zip(SHARES) {
        if visit.form.get(name).trim().is_empty() {
            continue;
        }
        match read(name) {
            Some(typed) => *share = typed,
            None => wrong.push((name, mistake())),
        }
    }
    match capacity {
        Some(capacity) if wrong.is_empty() => Ok(Wish { capacity, shares }),
        _ => Err(wrong),
    }
}

pub(crate) async fn edit(visit: &mut Visit) -> Outcome {
    let pool = one(visit).await?;
    let wish = match wish(visit) {
        Ok(wish) => wish,
        Err(wrong) => return Ok(edit_page(visit, &pool, None, &Mishap::of_fields(wrong))),
    };
    let below = |least: u32| Mishap::of_fields(vec![("units", text::pool_below(visit.lang, least.into()))]);
    if wish.capacity < pool.taken_all {
        return Ok(edit_page(visit, &pool, None, &below(pool.taken_all)));
    }
    if visit.form.get("deed") != "save" {
        return Ok(edit_page(visit, &pool, Some(wish), &Mishap::none()));
    }
    let reason = visit.form.get("reason").trim();
    if reason.is_empty() {
        let mistake = vec![("reason", Mistake::Empty("原因 / reason").say(visit.lang))];
        return Ok(edit_page(visit, &pool, Some(wish), &Mishap::of_fields(mistake)));
    }
    let city = &visit.city()?.city.id;
    let (platform, staff) = (visit.platform(), visit.staff()?);
    match platform.resize_pool(staff, city, pool.number, wish.capacity, wish.shares, reason).await {
        Ok(None) => Ok(visit.see_other(&visit.below(&format!("pools/{}", pool.number)))),
        Ok(Some(least)) => Ok(edit_page(visit, &pool, Some(wish), &below(least))),
        Err(error) => Ok(edit_page(visit, &pool, Some(wish), &Mishap::of_error(error, visit.lang)?)),
    }
}

async fn stop_view(visit: &Visit) -> Result<StopPreview, Trouble> {
    Ok(visit.platform().stop_preview(visit.staff()?, &visit.city()?.city.id, number(visit)?).await?)
}

pub(crate) async fn stop_form(visit: &mut Visit) -> Outcome {
    let stop = stop_view(visit).await?;
    Ok(stop_page(visit, &stop, &Mishap::none()))
}

pub(crate) fn stop_page(visit: &Visit, stop: &StopPreview, mishap: &Mishap) -> Response {
    let l = visit.lang;
    let pool = &stop.pool;
    let back = format::money(stop.back);
    let mut counts = vec![
        (text::day_rows(l), stop.bookings.to_string()),
        (text::stop_persons(l), stop.persons.to_string()),
        (text::stop_here(l), stop.here.to_string()),
    ];
    if stop.back > Money::ZERO {
        counts.push((text::stop_back(l), back));
    }
    let counts: Vec<Stat<'_>> = counts.iter().map(|(label, value)| Stat { label, value, ..Stat::default() }).collect();
    let done = pool.stopped && stop.bookings == 0;
    let body = html! {
        (mishap.above(l))
        (heading(text::stop_title(l), &format!("{} · {}", title(l, pool), lead(visit, pool))))
        @if done { (notice(Tone::Ok, text::stop_done_title(l), html! {})) }
        @else {
            @let words = if pool.stopped { text::stop_rest(l, stop.bookings.into()) } else { text::stop_count(l, stop.bookings.into()) };
            (notice(Tone::Warn, &words, html! { p { (text::stop_lead(l)) } }))
            (stats(&counts))
            (form(l, &visit.below(&format!("pools/{}/stop", pool.number)), "", html! {
                (Field { name: "reason", label: text::reason_label(l), hint: text::stop_reason_hint(l),
                    error: mishap.of("reason"), value: visit.form.get("reason"), ..Field::default() }.html(l))
                (Button::danger(&text::stop_go(l, stop.persons.into())))
            }))
        }
        p.actions { (Button::link(text::cancel(l)).href(&visit.below(&format!("pools/{}", pool.number)))) }
    };
    visit.show(Sheet::new(text::stop_title(l), body).status(mishap.status()))
}

pub(crate) async fn stop(visit: &mut Visit) -> Outcome {
    let number = number(visit)?;
    let reason = visit.form.get("reason").trim();
    let error = if reason.is_empty() {
        kernel::Error::field("reason", Mistake::Empty("停办原因 / reason"))
    } else {
        let city = &visit.city()?.city.id;
        match visit.platform().stop_sitting(visit.staff()?, city, number, reason).await {
            Ok(()) => return Ok(visit.see_other(&visit.below(&format!("pools/{number}/stop")))),
            Err(error) => error,
        }
    };
    let mishap = Mishap::of_error(error, visit.lang)?;
    let stop = stop_view(visit).await?;
    Ok(stop_page(visit, &stop, &mishap))
}
