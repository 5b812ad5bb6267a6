//! What everything costs at a place and by what right; asking for another price, and deciding about it.

use axum::response::Response;
use capability::booking::price::State;
use engine::{DeskPlace, PriceChangeView, PriceForm, PriceView, PricesView, Verb};
use kernel::{Error, Lang, identifier::Mistake};
use maud::{Markup, html};
use ui::{
    Button, Tone,
    component::{Column, Field, Input, Summary, card, empty, form, heading, notice, select, summary, table, tag},
    format, text,
};

use crate::{
    mishap::Mishap,
    place::{chooser, chosen, places},
    queue::no_place,
    route::Outcome,
    visit::{Sheet, Visit},
};

pub(crate) async fn page(visit: &mut Visit) -> Outcome {
    with(visit, &Mishap::none()).await
}

async fn with(visit: &mut Visit, mishap: &Mishap) -> Outcome {
    let places = places(visit, Verb::SeePrices)?;
    let Some((_, at)) = chosen(visit, &places) else { return Ok(no_place(visit, text::prices_title(visit.lang))) };
    let prices = visit.platform().desk_prices(visit.staff()?, &visit.city()?.city.id, &at).await?;
    Ok(prices_page(visit, &places, &prices, mishap))
}

fn named(lang: Lang, name: &kernel::Text) -> String {
    let name = name.get(lang);
    if name.is_empty() { text::prices_ticket(lang).to_owned() } else { name.to_owned() }
}

fn prices(visit: &Visit, prices: &[PriceView]) -> Markup {
    let l = visit.lang;
    let columns = [
        Column::text(text::prices_what(l)),
        Column::number(text::prices_today(l)),
        Column::text(text::prices_source(l)),
        Column::text(text::prices_ahead(l)),
    ];
    let row = |one: &PriceView| {
        let ahead = one.ahead.iter().map(|(on, price)| text::prices_from(l, &format::date(l, *on), &price.yuan()));
        vec![
            html! { (named(l, &one.name)) },
            html! { (format::money(one.price)) },
            html! {
                @match one.set_on {
                    Some(on) => (text::prices_set(l, &format::date(l, on))),
                    None => (one.source.get(l)),
                }
            },
            html! { @for line in ahead { (line) br; } },
        ]
    };
    let rows: Vec<_> = prices.iter().map(row).collect();
    table(text::prices_title(l), &columns, &rows, &[])
}

fn state(lang: Lang, state: State) -> Markup {
    match state {
        State::Asked => tag(Tone::Warn, text::price_asked(lang)),
        State::Approved => tag(Tone::Ok, text::price_approved(lang)),
        State::Declined => tag(Tone::Plain, text::price_declined(lang)),
    }
}

fn changes(visit: &Visit, changes: &[PriceChangeView]) -> Markup {
    let l = visit.lang;
    let columns = [
        Column::text(text::prices_what(l)),
        Column::text(text::price_from_on(l)),
        Column::number(text::price_new(l)),
        Column::text(text::reason_label(l)),
        Column::text(text::price_state(l)),
    ];
    let row = |one: &PriceChangeView| {
        vec![
            html! { (named(l, &one.name)) },
            html! { (format::date(l, one.from_on)) },
            html! { (format::money(one.price)) },
            html! { (one.reason) small { (one.asked_by) " · " (format::moment(l, one.asked_at, visit.now)) } },
            html! {
                (state(l, one.state))
                @if !one.decided_by.is_empty() { small { (one.decided_by) @if !one.note.is_empty() { " · " (one.note) } } }
                @if one.state == State::Asked && !one.own && visit.may(Verb::DecidePrice) {
                    " " a href=(visit.below(&format!("prices/{}", one.id))) { (text::price_decide(l)) }
                }
            },
        ]
    };
    let rows: Vec<_> = changes.iter().map(row).collect();
    table(text::price_changes(l), &columns, &rows, &[])
}

fn ask_form(visit: &Visit, prices: &PricesView, mishap: &Mishap) -> Markup {
    let l = visit.lang;
    let labels: Vec<(String, String)> = prices
        .prices
        .iter()
        .map(|one| (one.what.clone(), format!("{} · {}", named(l, &one.name), format::money(one.price))))
        .collect();
    let options: Vec<(&str, &str)> = labels.iter().map(|(what, label)| (what.as_str(), label.as_str())).collect();
    let at = prices.at.to_string();
    let typed = |name: &'static str, label, hint, input| Field {
        name,
        label,
        hint,
        error: mishap.of(name),
        value: visit.form.get(name),
        input,
        ..Field::default()
    };
    form(
        l,
        &visit.below("prices"),
        "",
        html! {
            h2 { (text::price_ask_title(l)) }
            p.hint { (text::price_ask_lead(l)) }
            input type="hidden" name="at" value=(at);
            (select(l, &typed("what", text::prices_what(l), "", Input::Text), &options))
            (typed("price", text::price_new(l), text::price_new_hint(l), Input::Amount).html(l))
            (typed("from_on", text::price_from_on(l), text::price_from_hint(l), Input::Date).html(l))
            (typed("reason", text::reason_label(l), text::price_reason_hint(l), Input::Text).html(l))
            (Button::primary(text::price_ask_go(l)).wide())
        },
    )
}

pub(crate) fn prices_page(visit: &Visit, places: &[DeskPlace], view: &PricesView, mishap: &Mishap) -> Response {
    let l = visit.lang;
    let body = html! {
        (mishap.above(l))
        (heading(text::prices_title(l), view.place.get(l)))
        (chooser(visit, "prices", places, &view.at, &[]))
        @if view.prices.is_empty() {
            (empty("wallet", text::prices_none_title(l), text::prices_none_detail(l), html! {}))
        } @else {
            (card("", None, prices(visit, &view.prices)))
        }
        @if !view.changes.is_empty() { (card(text::price_changes(l), None, changes(visit, &view.changes))) }
        @if visit.may(Verb::AskPrice) && !view.prices.is_empty() { (ask_form(visit, view, mishap)) }
    };
    visit.show(Sheet::new(text::prices_title(l), body).status(mishap.status()))
}

pub(crate) async fn ask(visit: &mut Visit) -> Outcome {
    let places = places(visit, Verb::AskPrice)?;
    let Some((_, at)) = chosen(visit, &places) else { return Ok(no_place(visit, text::prices_title(visit.lang))) };
    let form = PriceForm {
        what: visit.form.get("what"),
        price: visit.form.get("price"),
        from_on: visit.form.get("from_on"),
        reason: visit.form.get("reason"),
    };
    match visit.platform().ask_price(visit.staff()?, &visit.city()?.city.id, &at, form).await {
        Ok(_) => Ok(visit.see_other(&visit.below(&format!("prices?at={at}")))),
        Err(error) => {
            let mishap = Mishap::of_error(error, visit.lang)?;
            with(visit, &mishap).await
        }
    }
}

async fn one(visit: &Visit) -> Result<PriceChangeView, crate::trouble::Trouble> {
    let id = visit.id_param("id")?;
    Ok(visit.platform().desk_price(visit.staff()?, &visit.city()?.city.id, id).await?)
}

pub(crate) async fn decide_form(visit: &mut Visit) -> Outcome {
    let change = one(visit).await?;
    Ok(decide_page(visit, &change, &Mishap::none()))
}

pub(crate) fn decide_page(visit: &Visit, change: &PriceChangeView, mishap: &Mishap) -> Response {
    let l = visit.lang;
    let amount = format::money(change.price);
    let title = text::price_decide_title(l, &amount);
    let body = html! {
        (mishap.above(l))
        (heading(&title, text::price_decide_lead(l)))
        (card("", None, summary([
            Summary::markup(text::price_state(l), state(l, change.state)),
            Summary::text(text::booking_where(l), change.place.get(l)),
            Summary::text(text::prices_what(l), &named(l, &change.name)),
            Summary::text(text::price_before(l), &format::money(change.before)),
            Summary::text(text::price_new(l), &amount),
            Summary::text(text::price_from_on(l), &format::date(l, change.from_on)),
            Summary::text(text::reason_label(l), &change.reason).hint(&change.asked_by),
        ])))
        @if change.own { (notice(Tone::Info, text::price_own(l), html! {})) }
        @else if change.state == State::Asked {
            (form(l, &visit.below(&format!("prices/{}", change.id)), "", html! {
                (Field { name: "reason", label: text::decide_note(l), hint: text::decide_note_hint(l), optional: true,
                    error: mishap.of("reason"), value: visit.form.get("reason"), ..Field::default() }.html(l))
                div.actions {
                    (Button::primary(&text::price_approve_go(l, &amount)).value("decision", "approve"))
                    (Button::danger(text::price_decline_go(l)).value("decision", "decline"))
                }
            }))
        }
        p.actions { (Button::link(text::cancel(l)).href(&visit.below(&format!("prices?at={}", change.at)))) }
    };
    visit.show(Sheet::new(&title, body).status(mishap.status()))
}

pub(crate) async fn decide(visit: &mut Visit) -> Outcome {
    let (id, reason) = (visit.id_param("id")?, visit.form.get("reason").trim());
    let approves = visit.form.get("decision") == "approve";
    let done = if !approves && reason.is_empty() {
        Err(Error::field("reason", Mistake::Empty("审核意见 / reason for declining")))
    } else {
        visit.platform().decide_price(visit.staff()?, &visit.city()?.city.id, id, approves, reason).await
    };
    let change = one(visit).await?;
    match done {
        Ok(()) => Ok(visit.see_other(&visit.below(&format!("prices?at={}", change.at)))),
        Err(error) => {
            let mishap = Mishap::of_error(error, visit.lang)?;
            Ok(decide_page(visit, &change, &mishap))
        }
    }
}
