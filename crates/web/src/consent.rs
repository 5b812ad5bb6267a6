//! Consent between two persons: ask a family member, decide what others asked, take it back.

use axum::response::Response;
use engine::{ConsentState, ConsentView, Direction};
use kernel::Kind;
use manifest::service::Subject;
use maud::{Markup, html};
use ui::{
    Button, Tone,
    component::{Consent, Field, Input, Radio, Row, card, field::radios, form, heading, notice, rows},
    format, text,
};

use crate::{
    mishap::Mishap,
    route::Outcome,
    visit::{Sheet, Visit},
};

pub(crate) async fn list(visit: &mut Visit) -> Outcome {
    let consents = visit.platform().consents(visit.citizen()?).await?;
    Ok(page(visit, &consents, &Mishap::none()))
}

fn what(visit: &Visit, kind: Subject) -> &'static str {
    match kind {
        Subject::Vehicle => text::card_vehicles(visit.lang),
        Subject::Licence => text::card_licences(visit.lang),
        Subject::Customer | Subject::Person => text::card_customers(visit.lang),
    }
}

pub(crate) fn page(visit: &Visit, consents: &[ConsentView], mishap: &Mishap) -> Response {
    let l = visit.lang;
    let of = |direction: Direction, states: &[ConsentState]| {
        consents.iter().filter(|c| c.direction == direction && states.contains(&c.state)).collect::<Vec<_>>()
    };
    let asked_of_me = of(Direction::Given, &[ConsentState::Asked]);
    let given = of(Direction::Given, &[ConsentState::Granted]);
    let received = of(Direction::Received, &[ConsentState::Asked, ConsentState::Granted]);
    let form_value = |name: &str| visit.form.get(name).to_owned();
    let kind = if visit.form.get("kind").is_empty() { Subject::Vehicle.word().to_owned() } else { form_value("kind") };
    let body = html! {
        (mishap.above(l))
        (heading(text::family_title(l), text::family_lead(l)))
        @if visit.query.has("asked") && visit.form.is_empty() {
            (notice(Tone::Ok, l.pick("申请已发出", "The request is sent"), html! {
                p { (l.pick("对方在这里实名过，就会在自己的手机上看到。同意以后，您就能添加。", "If they have confirmed their name here, they see it on their phone. Once they agree, you can add it.")) }
            }))
        }
        @for consent in &asked_of_me { (decide(visit, consent)) }
        @if !given.is_empty() { h2 { (text::consents_title(l)) } }
        @for consent in &given { (decide(visit, consent)) }
        (received_card(visit, &received))
        (form(l, "/me/consents", &visit.new_key(), html! {
            h2 { (text::card_add_family(l)) }
            (Field { name: "person_name", label: text::name_label(l), hint: text::name_hint(l), error: mishap.of("person_name"), value: &form_value("person_name"), ..Field::default() }.html(l))
            (Field { name: "person_phone", label: text::phone_label(l), hint: text::family_phone_hint(l), error: mishap.of("person_phone"), value: &form_value("person_phone"), input: Input::Phone, ..Field::default() }.html(l))
            (radios(l, &Field { name: "kind", label: l.pick("想看什么", "What you would like to see"), error: mishap.of("kind"), value: &kind, ..Field::default() }, &[
                Radio { value: Subject::Vehicle.word(), label: text::card_vehicles(l), ..Radio::default() },
                Radio { value: Subject::Licence.word(), label: text::card_licences(l), ..Radio::default() },
            ]))
            (Button::primary(text::family_ask(l)).wide())
        }))
    };
    visit.show(Sheet { title: text::family_title(l), back: "/me", status: mishap.status(), body, ..Sheet::default() })
}

/// A consent about the citizen's own data: theirs to grant, refuse or take back.
fn decide(visit: &Visit, consent: &ConsentView) -> Markup {
    let l = visit.lang;
    let asked = consent.state == ConsentState::Asked;
    let (grant, withdraw) =
        (format!("/me/consents/{}/grant", consent.id), format!("/me/consents/{}/withdraw", consent.id));
    let who = if asked { text::family_wants(l, &consent.other) } else { consent.other.clone() };
    let when = match consent.decided_at {
        Some(at) if !asked => text::consent_since(l, &format::date(l, at.date())),
        _ => format::moment(l, consent.asked_at, visit.now),
    };
    let until = text::consent_until(l, &format::date(l, consent.expires_at.date()));
    Consent {
        who: &who,
        what: what(visit, consent.kind),
        when: &format!("{when} · {until}"),
        withdraw: Some(&withdraw),
        grant: asked.then_some(&grant),
    }
    .html(l)
}

/// What others let the citizen see, and what they have been asked.
fn received_card(visit: &Visit, received: &[&ConsentView]) -> Markup {
    let l = visit.lang;
    let lines: Vec<(String, Option<String>)> = received
        .iter()
        .map(|consent| {
            let detail = match consent.state {
                ConsentState::Granted => text::consent_until(l, &format::date(l, consent.expires_at.date())),
                _ => format::moment(l, consent.asked_at, visit.now),
            };
            // What is granted leads to the form that adds the card.
            let city = visit.look.as_ref().filter(|_| consent.state == ConsentState::Granted);
            let href = city.map(|pack| format!("/{}/cards/{}?for={}", pack.city.id, consent.kind.word(), consent.id));
            (format!("{} · {detail}", what(visit, consent.kind)), href)
        })
        .collect();
    let list: Vec<Row<'_>> = received
        .iter()
        .zip(&lines)
        .map(|(consent, (detail, href))| Row {
            title: &consent.other,
            detail,
            href: href.as_deref(),
            icon: Some("users"),
            tag: Some(match consent.state {
                ConsentState::Granted => (Tone::Ok, text::consent_given(l)),
                _ => (Tone::Warn, text::consent_asked(l)),
            }),
            ..Row::default()
        })
        .collect();
    html! { @if !list.is_empty() { (card(text::card_family(l), None, rows(&list))) } }
}

pub(crate) async fn ask(visit: &mut Visit) -> Outcome {
    let kind = Subject::parse(visit.form.get("kind")).filter(|kind| kind.is_lent()).unwrap_or(Subject::Vehicle);
    let (phone, name) = (visit.form.get("person_phone"), visit.form.get("person_name"));
    let citizen = visit.citizen()?;
    match visit.platform().ask_consent(citizen, phone, name, kind, visit.once()?).await {
        Ok(_) => Ok(visit.see_other("/me/consents?asked=1")),
        Err(error) => {
            let mishap = Mishap::of_error(error, visit.lang)?;
            let consents = visit.platform().consents(citizen).await?;
            Ok(page(visit, &consents, &mishap))
        }
    }
}

pub(crate) async fn grant(visit: &mut Visit) -> Outcome {
    let id = visit.id_param("id")?;
    visit.platform().decide_consent(visit.citizen()?, id, true).await?;
    Ok(visit.see_other("/me/consents"))
}

/// Refuses what is only asked for, and ends what was granted.
pub(crate) async fn withdraw(visit: &mut Visit) -> Outcome {
    let id = visit.id_param("id")?;
    let citizen = visit.citizen()?;
    let consents = visit.platform().consents(citizen).await?;
    let consent = consents.iter().find(|consent| consent.id == id).ok_or(Kind::NotFound)?;
    match (consent.direction, consent.state) {
        (Direction::Given, ConsentState::Asked) => visit.platform().decide_consent(citizen, id, false).await?,
        (_, ConsentState::Asked | ConsentState::Granted) => visit.platform().revoke_consent(citizen, id).await?,
        // Sent twice: it has ended already.
        _ => {}
    }
    Ok(visit.see_other("/me/consents"))
}
