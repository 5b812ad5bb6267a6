//! For whom it is: oneself or those whom one books for, and what each has a claim to. What was ticked and typed comes back
//! whatever happens.

use engine::{CompanionView, PersonForm, SaidOfPerson};
use kernel::{Id, Lang};
use manifest::booking::ticket::Concession;
use maud::{Markup, html};
use ui::{
    Button,
    component::{Field, Input, Radio, radios, select},
    text,
};

use crate::{companion, form::Pairs, mishap::Mishap, visit::Visit};

/// The word for oneself, where a companion has an id.
pub(crate) const OWN: &str = "own";

/// What the form can ask about persons.
pub(crate) struct Asked<'a> {
    pub companions: &'a [CompanionView],
    pub persons_max: u8,
    pub for_others: bool,
    /// A child may be carried or have a seat.
    pub seats: bool,
    pub concessions: &'a [Concession],
}

/// Where the form's answers are: the body of a POST, or the address.
pub(crate) fn source(visit: &Visit) -> &Pairs {
    if visit.form.is_empty() { &visit.query } else { &visit.form }
}

/// Whether a field of the form was typed or ticked, and is to come along when something else is chosen.
pub(crate) fn is_typed(name: &str) -> bool {
    ["persons", "sent", "partner_name", "partner_id", "provider"].contains(&name) || name.contains('.')
}

/// Who is ticked; oneself, when nobody is.
fn chosen(pairs: &Pairs) -> Vec<&str> {
    let chosen: Vec<&str> = pairs.all("persons").filter(|who| !who.is_empty()).collect();
    if chosen.is_empty() && !pairs.has("sent") { vec![OWN] } else { chosen }
}

/// The persons as the engine takes them. A height that is none is named, with the field where it stands.
pub(crate) fn read(pairs: &Pairs, lang: Lang) -> Result<Vec<PersonForm>, Mishap> {
    let mut wrong = Vec::new();
    let mut persons = Vec::new();
    for who in chosen(pairs) {
        let height = pairs.get(&format!("height.{who}")).trim();
        let height_cm = match height.parse::<u16>() {
            _ if height.is_empty() => None,
            Ok(cm) if (30..=250).contains(&cm) => Some(cm),
            _ => {
                wrong.push((format!("height.{who}"), text::booking_height_wrong(lang).to_owned()));
                None
            }
        };
        let proof = pairs.get(&format!("proof.{who}")).to_owned();
        let said = SaidOfPerson {
            height_cm,
            proofs: Some(proof).filter(|proof| !proof.is_empty()).into_iter().collect(),
            wants_seat: pairs.has(&format!("seated.{who}")),
        };
        persons.push(PersonForm { who: Id::parse(who), said });
    }
    if wrong.is_empty() { Ok(persons) } else { Err(Mishap::of_fields(wrong)) }
}

/// The part of the form about persons.
pub(crate) fn ask(visit: &Visit, asked: &Asked<'_>, mishap: &Mishap) -> Markup {
    let l = visit.lang;
    let pairs = source(visit);
    let chosen = chosen(pairs);
    if !asked.for_others {
        return html! {
            input type="hidden" name="persons" value=(OWN);
            (options(l, asked, pairs, (OWN, text::booking_self(l)), mishap))
        };
    }
    html! {
        @if asked.persons_max <= 1 { (one_of(l, asked, &chosen, mishap)) } @else { (several(l, asked, pairs, &chosen, mishap)) }
        p { (Button::link(text::booking_add_companion(l)).icon("user-plus").href(&companion::href(&here(visit)))) }
    }
}

/// The check page's own address, with everything in it that was chosen.
fn here(visit: &Visit) -> String {
    let pairs = source(visit)
        .iter()
        .filter(|(name, value)| !value.is_empty() && !["key", "pay_key", "total_fen", "sent"].contains(name));
    super::href(visit.uri.path(), pairs)
}

fn detail(lang: Lang, companion: &CompanionView) -> String {
    format!("{} · {}", companion::kin(lang, companion.relation), companion.resident_id)
}

fn one_of(lang: Lang, asked: &Asked<'_>, chosen: &[&str], mishap: &Mishap) -> Markup {
    let lines: Vec<(String, &str, String)> = asked
        .companions
        .iter()
        .map(|companion| (companion.id.to_string(), companion.name.as_str(), detail(lang, companion)))
        .collect();
    let own = Radio { value: OWN, label: text::booking_self(lang), ..Radio::default() };
    let others = lines.iter().map(|(value, label, detail)| Radio { value, label, detail, disabled: false });
    let options: Vec<Radio<'_>> = std::iter::once(own).chain(others).collect();
    let value = chosen.first().copied().unwrap_or(OWN);
    let field = Field {
        name: "persons",
        label: text::booking_who(lang),
        value,
        error: mishap.of("persons"),
        ..Field::default()
    };
    radios(lang, &field, &options)
}

fn several(lang: Lang, asked: &Asked<'_>, pairs: &Pairs, chosen: &[&str], mishap: &Mishap) -> Markup {
    let own = (OWN.to_owned(), text::booking_self(lang).to_owned(), String::new());
    let others = asked
        .companions
        .iter()
        .map(|companion| (companion.id.to_string(), companion.name.clone(), detail(lang, companion)));
    let all: Vec<(String, String, String)> = std::iter::once(own).chain(others).collect();
    let hint = text::booking_persons_max(lang, u64::from(asked.persons_max));
    let field = Field {
        name: "persons",
        label: text::booking_who_several(lang),
        hint: &hint,
        error: mishap.of("persons"),
        ..Field::default()
    };
    html! {
        input type="hidden" name="sent" value="1";
        (ui::component::field::group(&field, html! {
            @for (at, (who, name, detail)) in all.iter().enumerate() {
                @let id = if at == 0 { "persons".to_owned() } else { format!("persons-{who}") };
                div.check {
                    input type="checkbox" id=(id) name="persons" value=(who) checked[chosen.contains(&who.as_str())];
                    label for=(id) { span { (name) @if !detail.is_empty() { " " small { (detail) } } } }
                }
                (options(lang, asked, pairs, (who, name), mishap))
            }
        }))
    }
}

/// Height, papers, a seat: only where they change what is paid, and out of the way of those for whom nothing changes.
fn options(lang: Lang, asked: &Asked<'_>, pairs: &Pairs, (who, name): (&str, &str), mishap: &Mishap) -> Markup {
    let by_height = who != OWN && (asked.seats || asked.concessions.iter().any(|one| one.height_cm_max.is_some()));
    let proven: Vec<(&str, &str)> =
        asked.concessions.iter().filter_map(|one| Some((one.proofs.first()?.as_str(), one.name.get(lang)))).collect();
    if !by_height && proven.is_empty() {
        return html! {};
    }
    let (height, proof, seated) = (format!("height.{who}"), format!("proof.{who}"), format!("seated.{who}"));
    let choices: Vec<(&str, &str)> =
        std::iter::once(("", text::booking_proof_none(lang))).chain(proven.iter().copied()).collect();
    let given = [&height, &proof, &seated].into_iter().any(|name| !pairs.get(name).is_empty());
    html! {
        details.more-box open[given] {
            summary { (text::booking_reductions(lang, name)) }
            div {
                @if by_height {
                    (Field { name: &height, label: &text::booking_height(lang, name), hint: text::booking_height_hint(lang), error: mishap.of(&height), value: pairs.get(&height), input: Input::Height, optional: true }.html(lang))
                }
                @if !proven.is_empty() {
                    (select(lang, &Field { name: &proof, label: &text::booking_proof(lang, name), hint: text::booking_proof_hint(lang), value: pairs.get(&proof), ..Field::default() }, &choices))
                }
                @if asked.seats && who != OWN {
                    div.check {
                        input type="checkbox" id=(seated) name=(seated) value="yes" checked[pairs.has(&seated)];
                        label for=(seated) { (text::booking_seat_wanted(lang, name)) }
                    }
                }
            }
        }
    }
}
