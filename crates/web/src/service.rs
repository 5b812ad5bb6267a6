//! All services of a city, and the page that says what a service is before anybody starts it.

use kernel::Text;
use manifest::Service;
use maud::{Markup, html};
use ui::{
    Button,
    component::{Row, Step, Summary, card, empty, heading, rows, steps, summary},
    text,
};

use crate::{
    return_path::with_return,
    route::Outcome,
    visit::{Sheet, Visit},
};

pub(crate) async fn all(visit: &mut Visit) -> Outcome {
    let pack = visit.city()?;
    visit.remember_city(&pack.city.id);
    let l = visit.lang;
    let id = &pack.city.id;
    let services: Vec<&Service> = visit.catalogue.services_of(&pack).map(|service| &**service).collect();
    let body = html! {
        (heading(text::services_title(l), pack.city.name.get(l)))
        (ui::component::band::search(l, &format!("/{id}/search"), ""))
        (list(visit, id.as_str(), &services))
        @if services.is_empty() {
            (empty("inbox", &text::city_soon_title(l, pack.city.name.get(l)), text::city_soon_detail(l),
                html! { (Button::secondary(text::switch_city(l)).href("/cities")) }))
        }
    };
    Ok(visit.show(Sheet { title: text::services_title(l), back: &format!("/{id}"), body, ..Sheet::default() }))
}

/// Services as rows, each leading to its start page.
pub(crate) fn list(visit: &Visit, city: &str, services: &[&Service]) -> Markup {
    let l = visit.lang;
    let hrefs: Vec<String> = services.iter().map(|service| format!("/{city}/s/{}", service.id)).collect();
    let list: Vec<Row<'_>> = services
        .iter()
        .zip(&hrefs)
        .map(|(service, href)| Row {
            title: service.name.get(l),
            detail: service.summary.get(l),
            href: Some(href),
            icon: Some(&service.icon),
            ..Row::default()
        })
        .collect();
    html! { @if !list.is_empty() { section.card { (rows(&list)) } } }
}

pub(crate) async fn start(visit: &mut Visit) -> Outcome {
    let pack = visit.city()?;
    visit.remember_city(&pack.city.id);
    let service = visit.service(&pack)?;
    let l = visit.lang;
    let id = &pack.city.id;
    let books = service.booking.is_some();
    let ask = format!("/{id}/s/{}/{}", service.id, if books { "book" } else { "ask" });
    let guide = &service.guide;
    let (label, href) = match &visit.citizen {
        // Anybody may look at what is free.
        _ if books => (text::booking_start(l), ask),
        None => (text::start_sign_in_first(l), with_return("/sign-in", Some(&ask))),
        Some(citizen) if !citizen.verified => (text::real_name_needed(l), with_return("/real-name", Some(&ask))),
        Some(_) => (text::start_now(l), ask),
    };
    let go: Vec<Step<'_>> = guide.steps.iter().map(|step| Step { text: step.get(l), ..Step::default() }).collect();
    let body = html! {
        (heading(service.name.get(l), service.summary.get(l)))
        p.actions { (Button::primary(label).href(&href).wide()) }
        (card("", None, summary([
            Summary::text(text::start_time_limit(l), guide.time_limit.get(l)),
            Summary::text(text::start_fee(l), guide.fee.get(l)),
            Summary::text(text::start_run_by(l), guide.contact.name.get(l)),
            Summary::markup(text::start_contact(l), telephone(&guide.contact.phone)),
        ])))
        (card(text::start_you_need(l), None, bullets(l, &guide.materials)))
        (card(text::start_steps(l), None, steps(&go)))
        (card(text::start_if_wrong(l), None, html! { p { (guide.if_wrong.get(l)) } }))
        (card(text::start_offline(l), None, html! { p { (guide.offline.get(l)) } }))
        (card(text::start_legal_basis(l), None, bullets(l, &guide.legal_basis)))
    };
    let title = service.short_name.get(l);
    Ok(visit.show(Sheet { title, back: &format!("/{id}"), body, ..Sheet::default() }))
}

fn bullets(lang: kernel::Lang, texts: &[Text]) -> Markup {
    html! { div.prose { ul { @for text in texts { li { (text.get(lang)) } } } } }
}

/// A number to tap.
pub(crate) fn telephone(number: &str) -> Markup {
    let digits: String = number.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    html! { a href={ "tel:" (digits) } { (number) } }
}
