//! The rest of a prepaid balance, back to where it came from.

use axum::{http::StatusCode, response::Response};
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
    quote::{ask_path, stopped},
    route::Outcome,
    service::telephone,
    visit::{Sheet, Visit},
};

pub(crate) async fn show(visit: &mut Visit) -> Outcome {
    let pack = visit.city()?;
    let service = visit.service(&pack)?;
    let card = visit.id_param("card")?;
    looked(visit, &pack, &service, card, false).await
}

async fn looked(visit: &Visit, pack: &CityPack, service: &Service, card: Id, changed: bool) -> Outcome {
    match visit.platform().rest(visit.citizen()?, &pack.city.id, &service.id, card).await {
        Ok(rest) => Ok(page(visit, pack, service, card, &rest, changed)),
        Err(error) => stopped(visit, pack, service, card, error),
    }
}

/// `changed`: what was asked for a moment ago is another amount by now, and nothing was done.
pub(crate) fn page(visit: &Visit, pack: &CityPack, service: &Service, of: Id, rest: &Rest, changed: bool) -> Response {
    let l = visit.lang;
    let back = ask_path(pack, service, of);
    let amount = rest.returnable.yuan();
    let here = format!("/{}/s/{}/rest/{of}", pack.city.id, service.id);
    let body = html! {
        @if changed { (notice(Tone::Warn, text::rest_changed_title(l), html! { p { (text::rest_changed_detail(l)) } })) }
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
    let status = if changed { StatusCode::CONFLICT } else { StatusCode::OK };
    visit.show(Sheet { title: text::rest_title(l), back: &back, status, body, ..Sheet::default() })
}

pub(crate) async fn withdraw(visit: &mut Visit) -> Outcome {
    let pack = visit.city()?;
    let service = visit.service(&pack)?;
    let card = visit.id_param("card")?;
    let quoted = Money::from_fen(visit.form.get("total_fen").parse().map_err(|_| Kind::Conflict("bad_amount"))?);
    let (citizen, once) = (visit.citizen()?, visit.once()?);
    match visit.platform().withdraw_rest(citizen, &pack.city.id, &service.id, card, quoted, once).await {
        Ok(payment) => Ok(visit.see_other(&format!("/{}/payments/{payment}", pack.city.id))),
        Err(error) if matches!(error.kind, Kind::Conflict(_)) => looked(visit, &pack, &service, card, true).await,
        Err(error) => stopped(visit, &pack, &service, card, error),
    }
}
