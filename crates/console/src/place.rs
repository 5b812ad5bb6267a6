//! DeskAt somebody works: the place that a page is about, chosen once and kept in its address.

use engine::{DeskAt, DeskPlace, Verb};
use kernel::{Date, Lang};
use maud::{Markup, html};
use ui::{
    Button,
    component::{Field, Input, empty, select},
    text,
};

use crate::{trouble::Trouble, visit::Visit};

/// The places of the city at which this person may do something.
pub(crate) fn places(visit: &Visit, verb: Verb) -> Result<Vec<DeskPlace>, Trouble> {
    let city = &visit.city()?.city.id;
    Ok(visit.platform().desk_places(visit.staff()?, verb, city))
}

/// The place that the address names, if it is one of these; else the first.
pub(crate) fn chosen<'a>(visit: &Visit, places: &'a [DeskPlace]) -> Option<(&'a DeskPlace, DeskAt)> {
    let asked = DeskAt::parse(visit.query.get("at")).or_else(|| DeskAt::parse(visit.form.get("at")));
    let find = |at: &DeskAt| places.iter().find(|place| place.service == at.service && place.id == at.place);
    let found = asked.and_then(|at| {
        let place = find(&at)?;
        let known = at.section.is_empty() || place.sections.iter().any(|section| section.id == at.section);
        known.then_some((place, at))
    });
    found.or_else(|| places.first().map(|place| (place, whole(place))))
}

pub(crate) fn whole(place: &DeskPlace) -> DeskAt {
    let (section, resource) = (String::new(), String::new());
    DeskAt { service: place.service.clone(), place: place.id.clone(), section, resource }
}

/// `湖滨医院 · 内科`.
pub(crate) fn name(lang: Lang, place: &DeskPlace, at: &DeskAt) -> String {
    let section = place.sections.iter().find(|section| section.id == at.section);
    match section {
        Some(section) => format!("{} · {}", place.name.get(lang), section.name.get(lang)),
        None => place.name.get(lang).to_owned(),
    }
}

/// Every place, and every section where there is more than one: `(at, label)`.
fn options(lang: Lang, places: &[DeskPlace], chosen: &DeskAt) -> Vec<(String, String)> {
    let several = places.iter().any(|place| place.service != places[0].service);
    let mut options = Vec::new();
    for place in places {
        let at = whole(place);
        let service = if several { format!("{} · ", place.service_name.get(lang)) } else { String::new() };
        options.push((at.to_string(), format!("{service}{}", place.name.get(lang))));
        if place.sections.len() > 1 {
            for section in &place.sections {
                let at = DeskAt { section: section.id.clone(), ..at.clone() };
                options.push((at.to_string(), format!("{service}{}", name(lang, place, &at))));
            }
        }
        // The doctors of the section in sight, and not of all.
        let here = place.sections.iter().filter(|one| place.id == chosen.place && one.id == chosen.section);
        for section in here.filter(|section| section.resources.len() > 1) {
            for (id, resource) in &section.resources {
                let at = DeskAt { section: section.id.clone(), resource: id.clone(), ..at.clone() };
                options.push((at.to_string(), format!("{service}{} · {}", name(lang, place, &at), resource.get(lang))));
            }
        }
    }
    options
}

/// The choice of a place, and of days where a page has them: a form that leads to an address that can be kept.
pub(crate) fn chooser(
    visit: &Visit,
    path: &str,
    places: &[DeskPlace],
    at: &DeskAt,
    days: &[(&str, &str, Date)],
) -> Markup {
    let l = visit.lang;
    let options = options(l, places, at);
    let options: Vec<(&str, &str)> = options.iter().map(|(at, label)| (at.as_str(), label.as_str())).collect();
    let value = at.to_string();
    let field = Field { name: "at", label: text::desk_place_label(l), value: &value, ..Field::default() };
    html! {
        form.card.inline method="get" action=(visit.below(path)) {
            (select(l, &field, &options))
            @for (name, label, day) in days {
                @let value = day.to_string();
                (Field { name, label, value: &value, input: Input::Date, ..Field::default() }.html(l))
            }
            (Button::secondary(text::desk_place_go(l)))
        }
    }
}

/// Nothing is booked here, or nothing that is in this person's care.
pub(crate) fn none(lang: Lang) -> Markup {
    empty("calendar", text::desk_places_none_title(lang), text::desk_places_none_detail(lang), html! {})
}

/// A day of the address, or another one.
pub(crate) fn day(visit: &Visit, name: &str, otherwise: Date) -> Date {
    visit.query.get(name).parse().unwrap_or(otherwise)
}
