//! Breaks: where three lists disagree. Each is taken up by one person, who finds out why and says so.

use axum::response::Response;
use engine::{BreakView, Verb};
use kernel::{Date, Money};
use ledger::reconcile::{Cause, Kind as BreakKind, Side};
use maud::{Markup, html};
use ui::{
    Button, Tone,
    component::{
        Column, Field, Radio, Summary, card, empty, filters, form, good_news, heading, notice, radios, summary, table,
        tag,
    },
    format, text,
};

use crate::{
    mishap::Mishap,
    route::Outcome,
    trouble::Trouble,
    visit::{Sheet, Visit},
    word,
};

/// The provider or department, by the name that people know.
pub(crate) fn party(visit: &Visit, side: Side, party: &str) -> String {
    let l = visit.lang;
    let name = match side {
        Side::Provider => {
            let known = visit.platform().providers().into_iter().find(|known| known.id == party);
            known.map(|known| known.name.get(l).to_owned())
        }
        Side::Department | Side::Register => {
            let departments = visit.pack.as_ref().map(|pack| &pack.bindings.department);
            departments.and_then(|all| all.get(party)).map(|known| known.name.get(l).to_owned())
        }
    };
    name.unwrap_or_else(|| party.to_owned())
}

pub(crate) fn amount(visit: &Visit, amount: Option<Money>) -> Markup {
    match amount {
        Some(amount) => html! { (format::money(amount)) },
        None => html! { (text::empty_amount(visit.lang)) },
    }
}

pub(crate) async fn list(visit: &mut Visit) -> Outcome {
    let city = visit.city()?.city.id.clone();
    let breaks = match visit.query.get("day").parse::<Date>() {
        Ok(day) => visit.platform().breaks_of_day(visit.staff()?, &city, day).await?,
        Err(_) => visit.platform().open_breaks(visit.staff()?, &city).await?,
    };
    Ok(list_page(visit, &breaks))
}

pub(crate) fn list_page(visit: &Visit, breaks: &[BreakView]) -> Response {
    let l = visit.lang;
    let chosen = BreakKind::parse(visit.query.get("kind"));
    let day = visit.query.get("day").parse::<Date>().ok();
    let href = |kind: Option<BreakKind>| {
        let of_kind = kind.map(|kind| format!("kind={}", kind.word()));
        let of_day = day.map(|day| format!("day={day}"));
        let query: Vec<String> = of_kind.into_iter().chain(of_day).collect();
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{}{mark}{}", visit.below("breaks"), query.join("&"))
    };
    let count = |kind: Option<BreakKind>| breaks.iter().filter(|one| kind.is_none_or(|kind| one.kind == kind)).count();
    let mut choices = vec![(format!("{} {}", text::all(l), count(None)), href(None), chosen.is_none())];
    choices.extend(BreakKind::ALL.map(|kind| {
        let label = format!("{} {}", word::break_kind_short(l, kind), count(Some(kind)));
        (label, href(Some(kind)), chosen == Some(kind))
    }));
    let columns = [
        Column::text(text::break_day(l)),
        Column::text(text::break_kind(l)),
        Column::text(text::break_party(l)),
        Column::text(text::break_number(l)),
        Column::number(text::break_ours(l)),
        Column::number(text::break_theirs(l)),
        Column::text(text::break_taken_by(l)),
        Column::text(text::break_open_it(l)),
    ];
    let rows: Vec<Vec<Markup>> = breaks
        .iter()
        .filter(|one| chosen.is_none_or(|kind| one.kind == kind))
        .map(|one| {
            vec![
                html! { (format::date(l, one.day)) },
                tag(word::break_tone(one.kind), word::break_kind_short(l, one.kind)),
                html! { (party(visit, one.side, &one.party)) small { (word::side(l, one.side)) } },
                html! { span.mono translate="no" { (one.number) } },
                amount(visit, one.ours),
                amount(visit, one.theirs),
                match (one.resolved_at, one.claimed_by.as_str()) {
                    (Some(_), _) => tag(Tone::Ok, text::break_resolved_title(l)),
                    (None, "") => html! { (text::break_untaken(l)) },
                    (None, name) => html! { (name) },
                },
                html! {
                    a href=(visit.below(&format!("breaks/{}", one.id))) aria-label={ (text::break_open_it(l)) " " (one.number) } {
                        (text::break_open_it(l))
                    }
                },
            ]
        })
        .collect();
    let body = html! {
        (heading(text::breaks_title(l), text::breaks_lead(l)))
        @if let Some(day) = day {
            p { (format::date(l, day)) " · " a href=(visit.below("breaks")) { (text::breaks_open(l)) } }
        }
        @if breaks.is_empty() { (good_news(text::breaks_none_title(l), text::breaks_none_detail(l), html! {})) }
        @else {
            (filters(text::breaks_filter(l), &choices))
            @if rows.is_empty() { (empty("scale", text::breaks_filtered_none(l), "", html! {})) }
            @else { (card("", None, table(text::breaks_title(l), &columns, &rows, &[]))) }
        }
    };
    visit.show(Sheet::new(text::breaks_title(l), body))
}

async fn one(visit: &Visit) -> Result<BreakView, Trouble> {
    let city = &visit.city()?.city.id;
    Ok(visit.platform().reconciliation_break(visit.staff()?, city, visit.id_param("break")?).await?)
}

pub(crate) async fn show(visit: &mut Visit) -> Outcome {
    let one = one(visit).await?;
    Ok(page(visit, &one, &Mishap::none()))
}

pub(crate) fn page(visit: &Visit, one: &BreakView, mishap: &Mishap) -> Response {
    let l = visit.lang;
    let title = text::break_title(l, word::break_kind_short(l, one.kind));
    let difference = Money::from_fen(one.theirs.map_or(0, Money::fen) - one.ours.map_or(0, Money::fen));
    let facts = summary([
        Summary::text(text::break_kind(l), word::break_kind(l, one.kind)),
        Summary::text(text::break_day(l), &format::date(l, one.day)),
        Summary::text(text::break_party(l), &party(visit, one.side, &one.party)).hint(word::side(l, one.side)),
        Summary::markup(text::break_number(l), html! { span.mono translate="no" { (one.number) } }),
        Summary::markup(text::break_ours(l), amount(visit, one.ours)),
        Summary::markup(text::break_theirs(l), amount(visit, one.theirs)),
        Summary::text(text::break_difference(l), &format::money(difference)),
        Summary::text(text::break_found(l), &format::moment(l, one.found_at, visit.now)),
    ]);
    let find = visit.below(&format!("payments?number={}", web::shell::encode(&one.number)));
    let body = html! {
        (mishap.above(l))
        (heading(&title, ""))
        div.two {
            div {
                (card("", None, facts))
                @if visit.may(Verb::SeeRefunds) { p.actions { (Button::link(text::break_payment(l)).href(&find)) } }
            }
            div { (what_next(visit, one, mishap)) }
        }
    };
    visit.show(Sheet::new(&title, body).status(mishap.status()))
}

fn what_next(visit: &Visit, one: &BreakView, mishap: &Mishap) -> Markup {
    let l = visit.lang;
    let to = |deed: &str| visit.below(&format!("breaks/{}/{deed}", one.id));
    if let Some(at) = one.resolved_at {
        let by_itself = one.resolved_by.is_empty();
        let cause = one.cause.map_or("", |cause| word::cause(l, cause));
        let rows = summary([
            Summary::text(text::act_when(l), &format::moment(l, at, visit.now)),
            Summary::text(text::act_who(l), &one.resolved_by),
            Summary::text(text::break_cause(l), cause),
            Summary::text(text::break_note(l), &one.note),
        ]);
        return card(
            text::break_resolved_title(l),
            None,
            if by_itself {
                html! { p { (text::break_vanished(l)) } }
            } else {
                rows
            },
        );
    }
    if !visit.may(Verb::ResolveBreak) {
        return html! {};
    }
    if !one.claimed_by.is_empty() && !one.own {
        let title = text::break_locked(l, &one.claimed_by);
        return notice(Tone::Info, &title, html! { p { (text::break_locked_detail(l)) } });
    }
    if !one.own {
        return form(
            l,
            &to("claim"),
            "",
            html! { p { (text::break_claim_hint(l)) } (Button::primary(text::break_claim(l)).wide()) },
        );
    }
    let causes =
        Cause::ALL.map(|cause| Radio { value: cause.word(), label: word::cause(l, cause), ..Radio::default() });
    let cause = Field {
        name: "cause",
        label: text::break_cause(l),
        error: mishap.of("cause"),
        value: visit.form.get("cause"),
        ..Field::default()
    };
    let note = Field {
        name: "note",
        label: text::break_note(l),
        hint: text::break_note_hint(l),
        error: mishap.of("note"),
        value: visit.form.get("note"),
        ..Field::default()
    };
    html! {
        (form(l, &to("resolve"), "", html! {
            h2 { (text::break_resolve_title(l)) }
            (radios(l, &cause, &causes))
            (note.html(l))
            (Button::primary(text::break_resolve_go(l)).wide())
        }))
        form.actions method="post" action=(to("release")) { (Button::link(text::break_release(l))) }
    }
}

pub(crate) async fn claim(visit: &mut Visit) -> Outcome {
    let (city, id) = (visit.city()?.city.id.clone(), visit.id_param("break")?);
    let done = visit.platform().claim_break(visit.staff()?, &city, id).await;
    after(visit, done, &format!("breaks/{id}")).await
}

pub(crate) async fn release(visit: &mut Visit) -> Outcome {
    let (city, id) = (visit.city()?.city.id.clone(), visit.id_param("break")?);
    let done = visit.platform().release_break(visit.staff()?, &city, id).await;
    after(visit, done, &format!("breaks/{id}")).await
}

pub(crate) async fn resolve(visit: &mut Visit) -> Outcome {
    let (city, id) = (visit.city()?.city.id.clone(), visit.id_param("break")?);
    let (cause, note) = (visit.form.get("cause"), visit.form.get("note"));
    let done = visit.platform().resolve_break(visit.staff()?, &city, id, cause, note).await;
    after(visit, done, "breaks").await
}

/// Where a deed leads, or the break again with what was wrong.
async fn after(visit: &Visit, done: kernel::Result<()>, to: &str) -> Outcome {
    match done {
        Ok(()) => Ok(visit.see_other(&visit.below(to))),
        Err(error) => {
            let mishap = Mishap::of_error(error, visit.lang)?;
            let one = one(visit).await?;
            Ok(page(visit, &one, &mishap))
        }
    }
}
