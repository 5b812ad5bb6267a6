//! A booking for somebody who stands at the counter, out of the share that is kept for them.

use axum::response::Response;
use engine::{DeskPlace, PERSON_FIELDS, Verb, WalkIn, WalkInForm, WalkInView};
use kernel::{Kind, Money};
use maud::html;
use ui::{
    Button,
    component::{Field, Input, Radio, empty, form, heading, radios, select},
    format, text,
};

use crate::{
    day::sitting,
    mishap::Mishap,
    place::{chooser, chosen, places},
    queue::no_place,
    route::Outcome,
    visit::{Sheet, Visit},
};

pub(crate) async fn page(visit: &mut Visit) -> Outcome {
    show(visit, &Mishap::none()).await
}

async fn show(visit: &Visit, mishap: &Mishap) -> Outcome {
    let places = places(visit, Verb::BookOnSite)?;
    let Some((_, at)) = chosen(visit, &places) else { return Ok(no_place(visit, text::walk_in_title(visit.lang))) };
    let open = visit.platform().walk_in(visit.staff()?, &visit.city()?.city.id, &at).await?;
    let key = visit.once_key();
    Ok(form_page(visit, &places, &open, &key, mishap))
}

pub(crate) fn form_page(
    visit: &Visit,
    places: &[DeskPlace],
    open: &WalkInView,
    key: &str,
    mishap: &Mishap,
) -> Response {
    let l = visit.lang;
    let typed = |name| visit.form.get(name);
    let key = if typed("key").is_empty() { key } else { typed("key") };
    let body = html! {
        (mishap.above(l))
        (heading(text::walk_in_title(l), text::walk_in_lead(l)))
        (chooser(visit, "walk-in", places, &open.at, &[]))
        @if open.sittings.is_empty() {
            (empty("calendar", text::walk_in_none_title(l), text::walk_in_none_detail(l), html! {}))
        } @else {
            (form(l, &visit.below("walk-in"), key, fields(visit, open, mishap)))
        }
    };
    visit.show(Sheet::new(text::walk_in_title(l), body).status(mishap.status()))
}

fn fields(visit: &Visit, open: &WalkInView, mishap: &Mishap) -> maud::Markup {
    let l = visit.lang;
    let typed = |name| visit.form.get(name);
    let choices: Vec<(String, String, String)> = open.sittings.iter().map(|one| choice(l, one)).collect();
    let choices: Vec<Radio<'_>> =
        choices.iter().map(|(value, label, detail)| Radio { value, label, detail, ..Radio::default() }).collect();
    let matters: Vec<(&str, &str)> = open.matters.iter().map(|(id, name)| (id.as_str(), name.get(l))).collect();
    let any = std::iter::once(("", text::booking_any_stop(l)));
    let stops: Vec<(&str, &str)> = any.chain(open.stops.iter().map(|(id, name)| (id.as_str(), name.get(l)))).collect();
    let more = PERSON_FIELDS.iter().take(open.persons_max).skip(1);
    let more: Vec<_> = (2u64..)
        .zip(more)
        .map(|(n, (name, id))| (*name, *id, text::walk_in_name_of(l, n), text::walk_in_id_of(l, n)))
        .collect();
    let at = open.at.to_string();
    let text_field = |name, label, hint, input| Field {
        name,
        label,
        hint,
        error: mishap.of(name),
        value: typed(name),
        input,
        ..Field::default()
    };
    html! {
        input type="hidden" name="at" value=(at);
        (radios(l, &text_field("pool", text::walk_in_pool(l), "", Input::Text), &choices))
        @if !matters.is_empty() {
            (select(l, &text_field("matter", text::counter_matter(l), "", Input::Text), &matters))
        }
        @if !open.stops.is_empty() {
            (select(l, &text_field("from", text::booking_from_stop(l), "", Input::Text), &stops))
            (select(l, &text_field("to", text::booking_to_stop(l), "", Input::Text), &stops))
        }
        (text_field("name", text::name_label(l), text::walk_in_name_hint(l), Input::PersonName).html(l))
        (text_field("resident_id", text::resident_id_label(l), text::resident_id_hint(l), Input::ResidentId).html(l))
        @if open.persons_max > 1 {
            details.more-box open[more.iter().any(|(name, id, ..)| !typed(name).is_empty() || !typed(id).is_empty())] {
                summary { (text::walk_in_more(l)) }
                @for (name, id, name_label, id_label) in &more {
                    (text_field(name, name_label, "", Input::PersonName).html(l))
                    (text_field(id, id_label, "", Input::ResidentId).html(l))
                }
            }
        }
        (Button::primary(text::walk_in_go(l)))
    }
}

fn choice(l: kernel::Lang, one: &WalkIn) -> (String, String, String) {
    let label = sitting(l, one.resource.get(l), &one.part, format::clocks(one.starts_at, one.ends_at));
    let till = if one.price > Money::ZERO { text::walk_in_till(l, &format::money(one.price)) } else { String::new() };
    (one.pool.to_string(), text::walk_in_free(l, one.free.into(), &label), till)
}

pub(crate) async fn book(visit: &mut Visit) -> Outcome {
    let city = visit.city()?.city.id.clone();
    let typed = |name| visit.form.get(name);
    let at = engine::DeskAt::parse(typed("at")).ok_or(Kind::NotFound)?;
    let key = engine::OnceKey::parse(typed("key"))?;
    let persons = PERSON_FIELDS.map(|(name, resident_id)| (typed(name), typed(resident_id)));
    let form = WalkInForm {
        pool: typed("pool"),
        matter: typed("matter"),
        from: typed("from"),
        to: typed("to"),
        persons: &persons,
    };
    match visit.platform().book_on_site(visit.staff()?, &city, &at, form, key).await {
        Ok(id) => Ok(visit.see_other(&visit.below(&format!("bookings/{id}")))),
        Err(error) => {
            let mishap = Mishap::of_error(error, visit.lang)?;
            show(visit, &mishap).await
        }
    }
}
