//! The rest of a prepaid balance, back to where it came from.

use axum::response::Response;
use engine::Rest;
use kernel::{Id, Kind, Money};
use manifest::{CityPack, Service};
use maud::html;
use ui::{
    Button, Tone,
    component::{Summary, card, form, heading, notice, summary},
    format, text,
};

use crate::{
    quote::ask_path,
    route::Outcome,
    service::telephone,
    visit::{Sheet, Visit},
};

pub(crate) async fn show(visit: &mut Visit) -> Outcome {
    let pack = visit.city()?;
    let service = visit.service(&pack)?;
    let card = visit.id_param("card")?;
    let rest = visit.platform().rest(visit.citizen()?, &pack.city.id, &service.id, card).await?;
    Ok(page(visit, &pack, &service, card, &rest))
}

pub(crate) fn page(visit: &Visit, pack: &CityPack, service: &Service, of: Id, rest: &Rest) -> Response {
    let l = visit.lang;
    let back = ask_path(pack, service, of);
    let amount = rest.returnable.yuan();
    let here = format!("/{}/s/{}/rest/{of}", pack.city.id, service.id);
    let body = html! {
        (heading(text::rest_title(l), service.name.get(l)))
        (card("", None, summary([Summary::markup(text::top_up_balance(l), html! { strong.sum { (format::money(rest.balance)) } })])))
        @if rest.returnable > Money::ZERO {
            p { strong { (text::rest_returnable(l, &amount)) } " " (text::rest_detail(l)) }
            (form(l, &here, &visit.new_key(), html! {
                input type="hidden" name="total_fen" value=(rest.returnable.fen());
                (Button::primary(&text::rest_button(l, &amount)).wide())
            }))
        } @else {
            (notice(Tone::Info, text::rest_nothing_title(l), html! { p { (text::rest_nothing_detail(l)) } }))
        }
        p.hint { (rest.department.get(l)) " " (telephone(&rest.phone)) }
    };
    visit.show(Sheet { title: text::rest_title(l), back: &back, body, ..Sheet::default() })
}

pub(crate) async fn withdraw(visit: &mut Visit) -> Outcome {
    let pack = visit.city()?;
    let service = visit.service(&pack)?;
    let card = visit.id_param("card")?;
    let quoted = Money::from_fen(visit.form.get("total_fen").parse().map_err(|_| Kind::Conflict("bad_amount"))?);
    let (citizen, once) = (visit.citizen()?, visit.once()?);
    let payment = visit.platform().withdraw_rest(citizen, &pack.city.id, &service.id, card, quoted, once).await?;
    Ok(visit.see_other(&format!("/{}/payments/{payment}", pack.city.id)))
}
