//! Cards: the vehicles and licences a person has added, adding one, removing one.

use axum::response::Response;
use engine::{CardState, CardView, ConsentState, ConsentView, Direction, LicenceForm, VehicleForm, Whose};
use kernel::{Id, Kind, identifier::PlateKind};
use manifest::{CityPack, service::Subject};
use maud::{Markup, html};
use ui::{
    Button, Tone,
    component::{Field, Input, Row, card, empty, form, heading, rows, select},
    format, text,
};

use crate::{
    customer,
    mishap::Mishap,
    return_path::{own_path, with_return},
    route::Outcome,
    sign_in::to_input,
    visit::{Sheet, Visit},
};

pub(crate) async fn list(visit: &mut Visit) -> Outcome {
    let pack = visit.city()?;
    visit.remember_city(&pack.city.id);
    let cards = visit.platform().cards(visit.citizen()?, &pack.city.id).await?;
    Ok(list_page(visit, &pack, &cards))
}

pub(crate) fn list_page(visit: &Visit, pack: &CityPack, cards: &[CardView]) -> Response {
    let l = visit.lang;
    let home = format!("/{}", pack.city.id);
    let of = |kind: Subject| cards.iter().filter(move |card| card.kind == kind).collect::<Vec<_>>();
    let (vehicles, licences, customers) = (of(Subject::Vehicle), of(Subject::Licence), of(Subject::Customer));
    let body = html! {
        (heading(text::cards_title(l), text::cards_lead(l)))
        @if cards.is_empty() {
            (empty("id-card", text::cards_none_title(l), text::cards_none_detail(l), html! {}))
        }
        (group(visit, pack, text::card_vehicles(l), &vehicles))
        (group(visit, pack, text::card_licences(l), &licences))
        (group(visit, pack, text::card_customers(l), &customers))
        section.card {
            (rows(&[
                Row { title: text::card_add_vehicle(l), detail: text::vehicle_lead(l), href: Some(&format!("{home}/cards/vehicle")), icon: Some("plus"), ..Row::default() },
                Row { title: text::card_add_licence(l), detail: text::licence_lead(l), href: Some(&format!("{home}/cards/licence")), icon: Some("plus"), ..Row::default() },
                Row { title: text::card_add_family(l), detail: text::family_lead(l), href: Some("/me/consents"), icon: Some("user-plus"), ..Row::default() },
            ]))
        }
        (customer::add_rows(visit, pack))
    };
    visit.show(Sheet { title: text::cards_title(l), back: &home, body, ..Sheet::default() })
}

/// What a card looks like and is called. Of an account at a biller only its service tells what it is for.
fn face(visit: &Visit, pack: &CityPack, card: &CardView) -> (String, String) {
    let service = card.service.as_ref().and_then(|id| visit.catalogue.service(pack, id.as_str()));
    match (card.kind, service) {
        (Subject::Vehicle, _) => ("car".to_owned(), card.title.clone()),
        (Subject::Customer, Some(service)) => {
            (service.icon.clone(), format!("{} {}", service.short_name.get(visit.lang), card.title))
        }
        _ => ("id-card".to_owned(), card.title.clone()),
    }
}

fn group(visit: &Visit, pack: &CityPack, title: &str, cards: &[&CardView]) -> Markup {
    let l = visit.lang;
    let home = &pack.city.id;
    let details: Vec<((String, String), String, String)> = cards
        .iter()
        .map(|card| (face(visit, pack, card), describe(visit, card), format!("/{home}/cards/{}/unbind", card.id)))
        .collect();
    html! {
        @if !cards.is_empty() {
            (ui::component::card(title, None, html! {
                ul.rows {
                    @for (bound, ((icon, title), detail, unbind)) in cards.iter().zip(&details) {
                        li { div.row {
                            span.ico { (ui::icon(icon)) }
                            span.row-text {
                                span.row-title translate="no" { (title) }
                                @if !detail.is_empty() { span.row-detail { (detail) } }
                                @if bound.state != CardState::InForce { (ui::component::tag(Tone::Warn, ended(l, bound.state))) }
                            }
                            a.btn.btn-link href=(unbind) aria-label={ (text::card_remove(l)) " " (title) } { (text::card_remove(l)) }
                        } }
                    }
                }
            }))
        }
    }
}

const fn ended(lang: kernel::Lang, state: CardState) -> &'static str {
    match state {
        CardState::InForce => "",
        CardState::WardGrownUp => text::family_not_minor(lang),
        CardState::ConsentEnded => text::consent_ended(lang),
    }
}

/// Brand or class, whose it is, and until when it is good.
fn describe(visit: &Visit, card: &CardView) -> String {
    let l = visit.lang;
    let mut parts = Vec::new();
    if let Some(whose) = &card.whose {
        parts.push(text::card_of(l, whose));
    }
    if !card.subtitle.is_empty() {
        parts.push(card.subtitle.clone());
    }
    if let Some(day) = card.valid_to {
        let day = format::date(l, day);
        parts.push(match card.kind {
            Subject::Vehicle => text::card_inspection_to(l, &day),
            Subject::Licence | Subject::Customer | Subject::Person => text::card_licence_to(l, &day),
        });
    }
    parts.join(" · ")
}

/// Whose card a form is about, as the form says it: empty, `ward`, or the id of a consent.
fn whose<'a>(visit: &'a Visit) -> Result<Whose<'a>, crate::trouble::Trouble> {
    Ok(match visit.form.get("for") {
        "" => Whose::Me,
        "ward" => Whose::Ward { name: visit.form.get("ward_name"), resident_id: visit.form.get("ward_id") },
        id => Whose::Consent(Id::parse(id).ok_or(Kind::NotFound)?),
    })
}

pub(crate) async fn vehicle_form(visit: &mut Visit) -> Outcome {
    bind_form(visit, Subject::Vehicle, &Mishap::none()).await
}

pub(crate) async fn licence_form(visit: &mut Visit) -> Outcome {
    bind_form(visit, Subject::Licence, &Mishap::none()).await
}

async fn bind_form(visit: &mut Visit, subject: Subject, mishap: &Mishap) -> Outcome {
    let pack = visit.city()?;
    let consents = visit.platform().consents(visit.citizen()?).await?;
    Ok(bind_page(visit, &pack, subject, &consents, mishap))
}

pub(crate) fn bind_page(
    visit: &Visit,
    pack: &CityPack,
    subject: Subject,
    consents: &[ConsentView],
    mishap: &Mishap,
) -> Response {
    let l = visit.lang;
    let here = format!("/{}/cards/{}", pack.city.id, subject.word());
    let posted = !visit.form.is_empty();
    let chosen = if posted { visit.form.get("for") } else { visit.query.get("for") };
    let usable: Vec<&ConsentView> = consents
        .iter()
        .filter(|c| c.direction == Direction::Received && c.state == ConsentState::Granted && c.kind == subject)
        .collect();
    let of_other = usable.iter().find(|consent| consent.id.to_string() == chosen);
    let (title, own_lead, submit) = match subject {
        Subject::Vehicle => (text::vehicle_title(l), text::vehicle_lead(l), text::vehicle_submit(l)),
        Subject::Licence | Subject::Customer | Subject::Person => {
            (text::licence_title(l), text::licence_lead(l), text::vehicle_submit(l))
        }
    };
    let lead = match (chosen, of_other) {
        ("ward", _) => text::family_child_detail(l).to_owned(),
        (_, Some(consent)) => text::card_of(l, &consent.other),
        _ => own_lead.to_owned(),
    };
    let to = visit.return_to();
    let body = html! {
        (mishap.above(l))
        (heading(title, &lead))
        (form(l, &here, &visit.new_key(), html! {
            (to_input(to))
            @if chosen == "ward" || of_other.is_some() { input type="hidden" name="for" value=(chosen); }
            @if chosen == "ward" {
                (Field { name: "ward_name", label: l.pick("孩子的姓名", "The child's name"), hint: text::name_hint(l), error: mishap.of("ward_name"), value: visit.form.get("ward_name"), ..Field::default() }.html(l))
                (Field { name: "ward_id", label: l.pick("孩子的身份证号", "The child's resident ID"), hint: text::resident_id_hint(l), error: mishap.of("ward_id"), value: visit.form.get("ward_id"), input: Input::ResidentId, ..Field::default() }.html(l))
            }
            @match subject {
                Subject::Vehicle => (vehicle_fields(visit, pack, posted, mishap)),
                Subject::Licence | Subject::Customer | Subject::Person => (Field { name: "file_no", label: text::file_no_label(l), hint: text::file_no_hint(l), error: mishap.of("file_no"),
                    value: visit.form.get("file_no"), input: Input::FileNo, ..Field::default() }.html(l)),
            }
            (Button::primary(submit).wide())
        }))
        (others(visit, &here, chosen, &usable))
    };
    let back = own_path(visit.query.get("to"))
        .map_or_else(|| format!("/{}/cards", pack.city.id), |_| format!("/{}", pack.city.id));
    visit.show(Sheet { title, back: &back, status: mishap.status(), body, ..Sheet::default() })
}

fn vehicle_fields(visit: &Visit, pack: &CityPack, posted: bool, mishap: &Mishap) -> Markup {
    let l = visit.lang;
    // The place is typed already where a city has only one; nobody likes to look for 晋 on a keyboard.
    let place = match &pack.city.plates[..] {
        [only] if !only.ends_with('*') => only.as_str(),
        _ => "",
    };
    let kinds: Vec<(&str, &str)> = PlateKind::ALL.iter().map(|kind| (kind.code(), kind.say(l))).collect();
    let form = &visit.form;
    html! {
        (Field { name: "plate", label: text::plate_label(l), hint: text::plate_hint(l), error: mishap.of("plate"),
            value: if posted { form.get("plate") } else { place }, input: Input::Plate, ..Field::default() }.html(l))
        (select(l, &Field { name: "plate_kind", label: text::plate_kind_label(l), error: mishap.of("plate_kind"),
            value: if posted { form.get("plate_kind") } else { PlateKind::Small.code() }, ..Field::default() }, &kinds))
        (Field { name: "vin_tail", label: text::vin_tail_label(l), hint: text::vin_tail_hint(l), error: mishap.of("vin_tail"),
            value: form.get("vin_tail"), input: Input::VinTail, ..Field::default() }.html(l))
    }
}

/// The ways to add somebody else's, each a link to the same form.
fn others(visit: &Visit, here: &str, chosen: &str, usable: &[&ConsentView]) -> Markup {
    let l = visit.lang;
    let keep = visit.return_to().map(|to| format!("&to={}", crate::return_path::encode(to))).unwrap_or_default();
    let consented: Vec<(String, String)> = usable
        .iter()
        .filter(|consent| consent.id.to_string() != chosen)
        .map(|consent| (text::card_of(l, &consent.other), format!("{here}?for={}{keep}", consent.id)))
        .collect();
    let (own, ward) = (with_return(here, visit.return_to()), format!("{here}?for=ward{keep}"));
    let mut list = Vec::new();
    if !chosen.is_empty() {
        list.push(Row { title: text::card_owner_self(l), href: Some(&own), icon: Some("user"), ..Row::default() });
    }
    for (title, href) in &consented {
        list.push(Row { title, href: Some(href), icon: Some("users"), ..Row::default() });
    }
    if chosen != "ward" {
        list.push(Row {
            title: text::family_child(l),
            detail: text::family_child_detail(l),
            href: Some(&ward),
            icon: Some("baby"),
            ..Row::default()
        });
    }
    list.push(Row {
        title: text::family_adult(l),
        detail: text::family_adult_detail(l),
        href: Some("/me/consents"),
        icon: Some("user-plus"),
        ..Row::default()
    });
    card(text::family_who(l), None, rows(&list))
}

pub(crate) async fn bind_vehicle(visit: &mut Visit) -> Outcome {
    let pack = visit.city()?;
    let input = &visit.form;
    let form = VehicleForm {
        plate: input.get("plate"),
        plate_kind: input.get("plate_kind"),
        vin_tail: input.get("vin_tail"),
        whose: whose(visit)?,
    };
    let bound = visit.platform().bind_vehicle(visit.citizen()?, &pack.city.id, form, visit.once()?).await;
    after_binding(visit, &pack, Subject::Vehicle, bound).await
}

pub(crate) async fn bind_licence(visit: &mut Visit) -> Outcome {
    let pack = visit.city()?;
    let form = LicenceForm { file_no: visit.form.get("file_no"), whose: whose(visit)? };
    let bound = visit.platform().bind_licence(visit.citizen()?, &pack.city.id, form, visit.once()?).await;
    after_binding(visit, &pack, Subject::Licence, bound).await
}

/// Whoever came from a question gets its answer now.
async fn after_binding(visit: &mut Visit, pack: &CityPack, subject: Subject, bound: kernel::Result<Id>) -> Outcome {
    match bound {
        Ok(_) => {
            let cards = format!("/{}/cards", pack.city.id);
            Ok(visit.see_other(visit.return_to().unwrap_or(&cards)))
        }
        Err(error) => {
            let mishap = Mishap::of_error(error, visit.lang)?;
            bind_form(visit, subject, &mishap).await
        }
    }
}

pub(crate) async fn unbind_form(visit: &mut Visit) -> Outcome {
    let pack = visit.city()?;
    let id = visit.id_param("card")?;
    let cards = visit.platform().cards(visit.citizen()?, &pack.city.id).await?;
    let bound = cards.iter().find(|card| card.id == id).ok_or(Kind::NotFound)?;
    Ok(unbind_page(visit, &pack, bound))
}

pub(crate) fn unbind_page(visit: &Visit, pack: &CityPack, bound: &CardView) -> Response {
    let l = visit.lang;
    let cards = format!("/{}/cards", pack.city.id);
    let (_, name) = face(visit, pack, bound);
    let title = text::card_remove_title(l, &name);
    let body = html! {
        (heading(&title, text::card_remove_detail(l)))
        (form(l, &format!("{cards}/{}/unbind", bound.id), &visit.new_key(), html! {
            p { strong translate="no" { (name) } " " (describe(visit, bound)) }
            (Button::danger(text::card_remove(l)).wide())
        }))
        p.actions { (Button::link(text::cancel(l)).href(&cards)) }
    };
    visit.show(Sheet { title: text::card_remove(l), back: &cards, body, ..Sheet::default() })
}

pub(crate) async fn unbind(visit: &mut Visit) -> Outcome {
    let pack = visit.city()?;
    let id = visit.id_param("card")?;
    visit.platform().unbind(visit.citizen()?, &pack.city.id, id, visit.once()?).await?;
    Ok(visit.see_other(&format!("/{}/cards", pack.city.id)))
}
