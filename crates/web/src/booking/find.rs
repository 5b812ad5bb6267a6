//! A booking by its number and the tail of an ID, for whoever has no phone of their own: without signing in, and without a
//! name on the page.

use axum::{http::StatusCode, response::Response};
use engine::BookingFound;
use kernel::{Kind, Lang, identifier::normalise};
use manifest::{CityPack, Service, booking::BookingKind};
use maud::html;
use ui::{
    Button, Tone,
    component::{Field, Input, Summary, card, form, heading, notice, summary},
    text,
};

use super::{
    book_path,
    show::{tag_of, units},
    when,
};
use crate::{
    mishap::Mishap,
    route::Outcome,
    service::telephone,
    visit::{Sheet, Visit},
};

pub(crate) async fn form_page(visit: &mut Visit) -> Outcome {
    let pack = visit.city()?;
    let service = visit.service(&pack)?;
    if service.booking.is_none() {
        return Err(Kind::NotFound.into());
    }
    Ok(page(visit, &pack, &service, None, &Mishap::none()))
}

pub(crate) async fn find(visit: &mut Visit) -> Outcome {
    let pack = visit.city()?;
    let service = visit.service(&pack)?;
    let (number, tail) = (visit.form.get("number"), visit.form.get("tail"));
    if let Some(mishap) = mistakes(visit.lang, number, tail) {
        return Ok(page(visit, &pack, &service, None, &mishap));
    }
    let asked = visit.platform().find_booking(&pack.city.id, &service.id, number, tail, visit.address).await;
    match asked {
        Ok(found) => Ok(page(visit, &pack, &service, Some(Some(&found)), &Mishap::none())),
        Err(error) if error.kind == Kind::NotFound => Ok(page(visit, &pack, &service, Some(None), &Mishap::none())),
        Err(error) => Ok(page(visit, &pack, &service, None, &Mishap::of_error(error, visit.lang)?)),
    }
}

/// What is no number and no tail is said so, and costs nobody a try.
fn mistakes(lang: Lang, number: &str, tail: &str) -> Option<Mishap> {
    let (number, tail) = (normalise(number), normalise(tail));
    let is_number = capability::booking::number::is_number(&number);
    let is_tail = tail.len() == 4
        && tail.bytes().enumerate().all(|(at, byte)| byte.is_ascii_digit() || (at == 3 && byte == b'X'));
    let wrong = [
        (!is_number).then(|| ("number".to_owned(), text::query_booking_number_wrong(lang).to_owned())),
        (!is_tail).then(|| ("tail".to_owned(), text::query_booking_tail_wrong(lang).to_owned())),
    ];
    let wrong: Vec<_> = wrong.into_iter().flatten().collect();
    (!wrong.is_empty()).then(|| Mishap::of_fields(wrong))
}

/// `found`: what was asked for, if something was; `Some(None)` when there is no such booking, or not with this tail.
pub(crate) fn page(
    visit: &Visit,
    pack: &CityPack,
    service: &Service,
    found: Option<Option<&BookingFound>>,
    mishap: &Mishap,
) -> Response {
    let l = visit.lang;
    let here = format!("/{}/s/{}/query", pack.city.id, service.id);
    let value = |name: &str| visit.form.get(name).to_owned();
    let body = html! {
        (mishap.above(l))
        (heading(text::query_booking_title(l), text::query_booking_lead(l)))
        @match found {
            Some(Some(booking)) => (result(visit, service, booking)),
            Some(None) => (notice(Tone::Info, text::query_booking_none_title(l), html! { p { (text::query_booking_none_detail(l)) } p { (telephone(&service.guide.contact.phone)) } })),
            None => {}
        }
        (form(l, &here, "", html! {
            (Field { name: "number", label: text::booking_number(l), hint: text::query_booking_number_hint(l), error: mishap.of("number"), value: &value("number"), input: Input::FileNo, ..Field::default() }.html(l))
            (Field { name: "tail", label: text::query_booking_tail(l), hint: text::query_booking_tail_hint(l), error: mishap.of("tail"), value: &value("tail"), input: Input::IdTail, ..Field::default() }.html(l))
            (Button::primary(text::query_booking_button(l)).wide())
        }))
    };
    let status = if matches!(found, Some(None)) { StatusCode::NOT_FOUND } else { mishap.status() };
    let back = book_path(pack, service);
    visit.show(Sheet { title: text::query_booking_title(l), back: &back, status, body, ..Sheet::default() })
}

fn result(visit: &Visit, service: &Service, booking: &BookingFound) -> maud::Markup {
    let l = visit.lang;
    let kind = service.booking.as_ref().map_or(BookingKind::Appointment, |booking| booking.kind);
    let unit = units(l, kind, &booking.units);
    let of = |text: &Option<kernel::Text>| text.as_ref().map_or("", |text| text.get(l)).to_owned();
    let which = [of(&booking.section), of(&booking.resource)].into_iter().filter(|part| !part.is_empty());
    let which = which.collect::<Vec<_>>().join(" · ");
    card(
        booking.place.name.get(l),
        None,
        html! {
            p { (tag_of(l, booking.state)) }
            (summary([
                Some(Summary::text(text::booking_when(l), &when(l, booking.starts_at, booking.ends_at, visit.now))),
                booking.matter.as_ref().map(|matter| Summary::text(text::booking_matter(l), matter.name.get(l))),
                (!which.is_empty()).then(|| Summary::text(text::booking_which(l), &which)),
                (!unit.is_empty()).then(|| Summary::text(text::booking_unit(l), &unit)),
                Some(Summary::text(text::booking_where(l), booking.place.address.get(l))),
            ].into_iter().flatten()))
            @if !booking.bring.is_empty() {
                h3 { (text::voucher_bring(l)) }
                div.prose { ul { @for thing in &booking.bring { li { (thing.get(l)) } } } }
            }
        },
    )
}
