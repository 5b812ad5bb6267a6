//! How the values of a record are said: dates, money, choices and masks, each by the kind of its field.

use kernel::{Lang, Money, mask};
use manifest::{
    Service, Value,
    binding::Row,
    service::{Field, FieldKind, Place},
};
use maud::Markup;
use ui::{
    Tone,
    component::{Summary, tag},
    format, text,
};

pub(crate) fn fields(service: &Service, place: Place) -> impl Iterator<Item = &Field> {
    service.fields().iter().filter(move |field| field.place == place)
}

/// What a record is called: its title fields, or the service if a department left them out.
pub(crate) fn title_of(lang: Lang, service: &Service, row: &Row) -> String {
    let words: Vec<String> = fields(service, Place::Title)
        .filter_map(|field| row.get(&field.key).map(|value| words(lang, field, value)))
        .collect();
    if words.is_empty() { service.name.get(lang).to_owned() } else { words.join(" · ") }
}

/// The first choice of the list, as a tag beside the title.
pub(crate) fn state_tag(lang: Lang, service: &Service, row: &Row) -> Markup {
    let field = fields(service, Place::List).find(|field| field.kind == FieldKind::Choice);
    let state = field.and_then(|field| Some((field, row.get(&field.key)?)));
    maud::html! { @if let Some((field, value)) = state { (choice(lang, field, value)) } }
}

pub(crate) fn choice(lang: Lang, field: &Field, value: &Value) -> Markup {
    let value = value.text();
    match field.choices.iter().find(|choice| choice.value == value) {
        Some(found) => tag(found.tone.into(), found.label.get(lang)),
        None => tag(Tone::Plain, &value),
    }
}

/// A value as a person reads it.
pub(crate) fn words(lang: Lang, field: &Field, value: &Value) -> String {
    match field.kind {
        FieldKind::Date | FieldKind::DateTime => format::civil(lang, &value.text()),
        FieldKind::Month => format::month_of(lang, &value.text()),
        FieldKind::Money => value.number().map_or_else(|| value.text(), |fen| format::money(Money::from_fen(fen))),
        FieldKind::Points => match value.number().and_then(|points| u64::try_from(points).ok()) {
            Some(points) => format!("{points} {}", text::points_unit(lang, points)),
            None => value.text(),
        },
        FieldKind::ResidentId => mask::resident_id(&value.text()),
        FieldKind::Choice => {
            let value = value.text();
            field
                .choices
                .iter()
                .find(|choice| choice.value == value)
                .map_or(value.clone(), |found| found.label.get(lang).to_owned())
        }
        FieldKind::Text | FieldKind::Number | FieldKind::Plate => value.text(),
    }
}

/// One line of a summary. A field that the department left out is left out, unless it is one that it owes.
pub(crate) fn line<'a>(lang: Lang, field: &'a Field, row: &Row, hints: bool) -> Option<Summary<'a>> {
    let value = row.get(&field.key).filter(|value| !value.text().is_empty());
    let label = field.label.get(lang);
    let line = match value {
        Some(value) if field.kind == FieldKind::Choice => Summary::markup(label, choice(lang, field, value)),
        Some(value) if matches!(field.kind, FieldKind::ResidentId | FieldKind::Plate) => {
            Summary::markup(label, ui::component::masked(&words(lang, field, value)))
        }
        Some(value) => Summary::text(label, &words(lang, field, value)),
        None if field.required => Summary::text(label, text::empty_value(lang)),
        None => return None,
    };
    Some(match &field.hint {
        Some(hint) if hints => line.hint(hint.get(lang)),
        _ => line,
    })
}
