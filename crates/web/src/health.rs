//! How the departments are doing, for everybody to see: a citizen in front of an "unavailable" asks first whether it is
//! only them.

use axum::response::Response;
use connector::{Health, HealthState};
use kernel::{CityId, DepartmentId};
use manifest::{binding::Bindings, city::CityState};
use maud::{Markup, html};
use ui::{
    Tone,
    component::{Row, card, heading, rows},
    format, text,
};

use crate::{
    route::Outcome,
    visit::{Sheet, Visit},
};

pub(crate) async fn status(visit: &mut Visit) -> Outcome {
    let health = visit.platform().health();
    Ok(page(visit, &health))
}

pub(crate) fn page(visit: &Visit, health: &[Health]) -> Response {
    let l = visit.lang;
    let count = |state| health.iter().filter(|one| one.state == state).count() as u64;
    let title = match (count(HealthState::Down), count(HealthState::Shaky)) {
        (0, 0) => text::status_all_well(l).to_owned(),
        (0, shaky) => text::status_some_shaky(l, shaky),
        (down, _) => text::status_some_down(l, down),
    };
    let body = html! {
        (heading(&title, &text::as_of(l, &format::moment(l, visit.now, visit.now))))
        @for pack in visit.catalogue.cities.values().filter(|pack| pack.city.state == CityState::Open) {
            (departments(visit, pack.city.name.get(l), Some(&pack.city.id), &pack.bindings, health))
        }
        (departments(visit, l.pick("全国", "Whole country"), None, &visit.catalogue.platform, health))
    };
    visit.show(Sheet { title: text::status_title(l), body, ..Sheet::default() })
}

fn departments(visit: &Visit, title: &str, scope: Option<&CityId>, bindings: &Bindings, health: &[Health]) -> Markup {
    let l = visit.lang;
    let of = |id: &DepartmentId| health.iter().find(|one| one.scope.as_ref() == scope && one.department == *id);
    let lines: Vec<(&str, String, (Tone, &'static str))> = bindings
        .department
        .iter()
        .map(|(id, department)| {
            let found = of(id);
            let state = match found.map_or(HealthState::Unknown, |one| one.state) {
                HealthState::Up => (Tone::Ok, text::status_up(l)),
                HealthState::Shaky => (Tone::Warn, text::status_slow(l)),
                HealthState::Down => (Tone::Bad, text::status_down(l)),
                HealthState::Unknown => (Tone::Plain, text::status_unknown(l)),
            };
            let last = found.and_then(|one| one.last_answer_at);
            let detail = last.map(|at| text::status_last_ok(l, &format::age(l, at, visit.now))).unwrap_or_default();
            (department.name.get(l), detail, state)
        })
        .collect();
    let list: Vec<Row<'_>> = lines
        .iter()
        .map(|(name, detail, state)| Row { title: name, detail, tag: Some(*state), ..Row::default() })
        .collect();
    html! { @if !list.is_empty() { (card(title, None, rows(&list))) } }
}
