//! Adding an account at a biller: its number, and how the holder's name ends.

use axum::response::Response;
use engine::CustomerForm;
use kernel::Kind;
use manifest::{Biller, CityPack, Service, service::Subject};
use maud::{Markup, html};
use ui::{
    Button,
    component::{Field, Input, Row, form, heading},
    text,
};

use crate::{
    mishap::Mishap,
    return_path::{own_path, with_return},
    route::Outcome,
    sign_in::to_input,
    visit::{Sheet, Visit},
};

/// Where an account of this service is added.
pub(crate) fn bind_path(pack: &CityPack, service: &Service) -> String {
    format!("/{}/cards/{}/{}", pack.city.id, Subject::Customer.word(), service.id)
}

/// One row per service whose accounts can be added here.
pub(crate) fn add_rows(visit: &Visit, pack: &CityPack) -> Markup {
    let l = visit.lang;
    let services = visit.catalogue.services_of(pack).filter(|service| service.subject == Subject::Customer);
    let adds: Vec<(String, String, &str)> = services
        .map(|service| {
            (text::card_add_customer(l, service.short_name.get(l)), bind_path(pack, service), service.icon.as_str())
        })
        .collect();
    let list: Vec<Row<'_>> = adds
        .iter()
        .map(|(title, href, icon)| Row { title, href: Some(href), icon: Some(icon), ..Row::default() })
        .collect();
    html! { @if !list.is_empty() { section.card { (ui::component::rows(&list)) } } }
}

pub(crate) async fn bind_form(visit: &mut Visit) -> Outcome {
    show(visit, &Mishap::none())
}

fn show(visit: &mut Visit, mishap: &Mishap) -> Outcome {
    let pack = visit.city()?;
    let service = visit.service(&pack)?;
    let biller = pack.bindings.biller.get(&service.id).ok_or(Kind::NotFound)?;
    Ok(bind_page(visit, &pack, &service, biller, mishap))
}

pub(crate) fn bind_page(
    visit: &Visit,
    pack: &CityPack,
    service: &Service,
    biller: &Biller,
    mishap: &Mishap,
) -> Response {
    let l = visit.lang;
    let title = text::card_add_customer(l, service.short_name.get(l));
    let number = &biller.customer_no;
    let hint = text::customer_no_hint(l, number.hint.get(l), &number.example);
    let typed = |name: &str| visit.form.get(name).to_owned();
    let body = html! {
        (mishap.above(l))
        (heading(&title, text::customer_lead(l)))
        (form(l, &bind_path(pack, service), &visit.new_key(), html! {
            (to_input(visit.return_to()))
            (Field { name: "customer_no", label: text::customer_no_label(l), hint: &hint, error: mishap.of("customer_no"),
                value: &typed("customer_no"), input: Input::CustomerNo, ..Field::default() }.html(l))
            (Field { name: "holder_tail", label: text::holder_tail_label(l), hint: text::holder_tail_hint(l), error: mishap.of("holder_tail"),
                value: &typed("holder_tail"), input: Input::HolderTail, ..Field::default() }.html(l))
            (Button::primary(text::vehicle_submit(l)).wide())
        }))
    };
    let back = own_path(visit.query.get("to"))
        .map_or_else(|| format!("/{}/cards", pack.city.id), |_| format!("/{}/s/{}", pack.city.id, service.id));
    visit.show(Sheet { title: &title, back: &back, status: mishap.status(), body, ..Sheet::default() })
}

/// Whoever came from the bills sees them now; whoever came from nowhere does so too.
pub(crate) async fn bind(visit: &mut Visit) -> Outcome {
    let pack = visit.city()?;
    let service = visit.service(&pack)?;
    let form = CustomerForm {
        service: service.id.as_str(),
        customer_no: visit.form.get("customer_no"),
        holder_tail: visit.form.get("holder_tail"),
    };
    match visit.platform().bind_customer(visit.citizen()?, &pack.city.id, form, visit.once()?).await {
        Ok(card) => {
            let bills = format!("/{}/s/{}/ask?card={card}", pack.city.id, service.id);
            Ok(visit.see_other(visit.return_to().unwrap_or(&bills)))
        }
        Err(error) => {
            let mishap = Mishap::of_error(error, visit.lang)?;
            show(visit, &mishap)
        }
    }
}

/// The way from a service without an account to its form, and back to the question.
pub(crate) fn bind_and_return(pack: &CityPack, service: &Service, ask: &str) -> String {
    with_return(&bind_path(pack, service), Some(ask))
}
