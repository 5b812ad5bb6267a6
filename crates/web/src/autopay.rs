//! Automatic payment of a card's bills: what is allowed, what was debited, and the button that stops it.

use axum::response::Response;
use connector::pay::Cashier;
use engine::{AutopayState, AutopayView, DebitView, ProviderView};
use kernel::{Id, Lang};
use manifest::{CityPack, Service};
use maud::{Markup, html};
use ui::{
    Button, Tone,
    component::{Field, Input, Radio, Summary, card, form, heading, notice, qr, radios, summary},
    format, text,
};

use crate::{
    mishap::Mishap,
    quote::{ask_path, device, stopped},
    route::Outcome,
    visit::{Sheet, Visit},
};

pub(crate) async fn show(visit: &mut Visit) -> Outcome {
    let pack = visit.city()?;
    let service = visit.service(&pack)?;
    let card = visit.id_param("card")?;
    let look = !visit.query.get("back").is_empty();
    let set = visit.platform().autopay(visit.citizen()?, &pack.city.id, &service.id, card, look).await?;
    Ok(page(visit, &pack, &service, card, set.as_ref(), &Mishap::none()))
}

pub(crate) fn path(pack: &CityPack, service: &Service, card: Id) -> String {
    format!("/{}/s/{}/autopay/{card}", pack.city.id, service.id)
}

pub(crate) fn page(
    visit: &Visit,
    pack: &CityPack,
    service: &Service,
    of: Id,
    set: Option<&AutopayView>,
    mishap: &Mishap,
) -> Response {
    let l = visit.lang;
    let back = ask_path(pack, service, of);
    let here = path(pack, service, of);
    let providers = visit.platform().autopay_providers();
    let live = set.filter(|set| set.state != AutopayState::Stopped);
    let body = html! {
        (mishap.above(l))
        (heading(text::autopay_title(l), service.name.get(l)))
        @if let Some(set) = live {
            @if set.state == AutopayState::Asked {
                (notice(Tone::Warn, text::autopay_asked_title(l), html! { p { (text::autopay_asked_detail(l)) } }))
                p.actions { (Button::secondary(text::payment_refresh(l)).href(&format!("{here}?back=1")).icon("refresh-cw")) }
            }
            (card("", None, summary([
                Summary::text(text::autopay_provider(l), &name_of(visit, &set.provider)),
                Summary::text(text::autopay_limit(l), &format::money(set.limit)),
                Summary::text(text::autopay_since(l), &format::date_time(l, set.since_at)),
            ])))
            @for debit in &set.debits { (card("", None, one(l, debit))) }
            form.actions method="post" action={ (here) "/stop" } {
                input type="hidden" name="id" value=(set.id);
                (Button::danger(text::autopay_stop(l)))
            }
        } @else {
            p.lead { (text::autopay_lead(l)) }
            @if set.is_some() { (notice(Tone::Info, "", html! { p { (text::autopay_stopped_before(l)) } })) }
            @if providers.is_empty() {
                (notice(Tone::Warn, text::autopay_none_title(l), html! { p { (text::autopay_none_detail(l)) } }))
            } @else { (form(l, &here, &visit.new_key(), html! {
                (Field { name: "limit", label: text::autopay_limit_label(l), hint: text::autopay_limit_hint(l), error: mishap.of("limit"), value: visit.form.get("limit"), input: Input::Amount, ..Field::default() }.html(l))
                @if let [only] = providers.as_slice() {
                    input type="hidden" name="provider" value=(only.id);
                    (Button::primary(&text::autopay_next_at(l, only.name.get(l))).wide())
                } @else {
                    (choice(visit, &providers))
                    (Button::primary(text::autopay_next(l)).wide())
                }
            })) }
        }
    };
    visit.show(Sheet {
        title: text::autopay_title(l),
        back: &back,
        status: mishap.status(),
        pays: true,
        body,
        ..Sheet::default()
    })
}

fn choice(visit: &Visit, providers: &[ProviderView]) -> Markup {
    let l = visit.lang;
    let option = |provider: &ProviderView| (provider.id.clone(), provider.name.get(l).to_owned());
    let named: Vec<(String, String)> = providers.iter().map(option).collect();
    let options: Vec<Radio<'_>> =
        named.iter().map(|(id, name)| Radio { value: id, label: name, ..Radio::default() }).collect();
    let typed = visit.form.get("provider");
    let value = named.iter().find(|(id, _)| id == typed).or(named.first()).map_or("", |(id, _)| id.as_str());
    radios(l, &Field { name: "provider", label: text::autopay_provider(l), value, ..Field::default() }, &options)
}

fn name_of(visit: &Visit, id: &str) -> String {
    let providers = visit.platform().providers();
    providers.iter().find(|one| one.id == id).map_or(id.to_owned(), |one| one.name.get(visit.lang).to_owned())
}

fn one(lang: Lang, debit: &DebitView) -> Markup {
    let outcome = match debit.outcome.as_deref() {
        None => text::autopay_planned(lang),
        Some("paid") => text::autopay_paid(lang),
        Some("declined") => text::autopay_declined(lang),
        Some("changed") => text::autopay_changed(lang),
        Some(_) => text::autopay_stopped(lang),
    };
    let on = debit.debit_at.unwrap_or(debit.told_at);
    summary([
        Summary::text(text::pay_amount(lang), &format::money(debit.amount)),
        Summary::text(outcome, &format::date_time(lang, on)),
    ])
}

pub(crate) async fn set(visit: &mut Visit) -> Outcome {
    let pack = visit.city()?;
    let service = visit.service(&pack)?;
    let card = visit.id_param("card")?;
    let (limit, provider) = (visit.form.get("limit"), visit.form.get("provider"));
    let (citizen, device, once) = (visit.citizen()?, device(visit), visit.once()?);
    let asked =
        visit.platform().set_autopay(citizen, &pack.city.id, &service.id, card, limit, provider, device, once).await;
    match asked {
        Ok(Cashier::Open(url)) => Ok(visit.see_other(&url)),
        Ok(Cashier::Scan(code)) => {
            let l = visit.lang;
            let body = html! {
                (heading(text::autopay_title(l), service.name.get(l)))
                (card_of_code(l, &code))
                p.actions { (Button::secondary(text::payment_refresh(l)).href(&format!("{}?back=1", path(&pack, &service, card)))) }
            };
            let back = ask_path(&pack, &service, card);
            Ok(visit.show(Sheet { title: text::autopay_title(l), back: &back, body, ..Sheet::default() }))
        }
        // Set already: its page says so, and what it is.
        Err(error) if error.code() == "autopay_set" => Ok(visit.see_other(&path(&pack, &service, card))),
        Err(error) if matches!(error.code(), "provider" | "provider_without_autopay") => {
            stopped(visit, &pack, &service, card, error)
        }
        Err(error) => {
            let mishap = Mishap::of_error(error, visit.lang)?;
            Ok(page(visit, &pack, &service, card, None, &mishap))
        }
    }
}

fn card_of_code(lang: Lang, code: &str) -> Markup {
    card("", None, qr(code, text::autopay_title(lang)))
}

pub(crate) async fn stop(visit: &mut Visit) -> Outcome {
    let pack = visit.city()?;
    let service = visit.service(&pack)?;
    let card = visit.id_param("card")?;
    let id = Id::parse(visit.form.get("id")).ok_or(kernel::Kind::NotFound)?;
    visit.platform().stop_autopay(visit.citizen()?, &pack.city.id, id).await?;
    Ok(visit.see_other(&path(&pack, &service, card)))
}
