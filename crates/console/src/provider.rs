//! Payment providers and departments as the operator sees them: how they answer, and what their last failure was.

use axum::response::Response;
use connector::{Failure, Health, pay::ProviderHealth};
use engine::ProviderView;
use kernel::Timestamp;
use maud::{Markup, html};
use ui::{
    component::{Column, card, empty, heading, table, tag},
    format, text,
};

use crate::{
    route::Outcome,
    visit::{Sheet, Visit},
    word,
};

pub(crate) async fn list(visit: &mut Visit) -> Outcome {
    let (providers, health) = (visit.platform().providers(), visit.platform().provider_health());
    let departments = visit.platform().health();
    Ok(page(visit, &providers, &health, &departments))
}

pub(crate) fn page(
    visit: &Visit,
    providers: &[ProviderView],
    health: &[ProviderHealth],
    departments: &[Health],
) -> Response {
    let l = visit.lang;
    let columns = [
        Column::text(text::act_who(l)),
        Column::text(text::provider_state(l)),
        Column::text(text::provider_last_ok(l)),
        Column::text(text::provider_last_failure(l)),
    ];
    let pay: Vec<Vec<Markup>> = providers
        .iter()
        .map(|provider| {
            let found = health.iter().find(|one| one.provider == provider.id);
            let (tone, state) = word::health(l, found.map_or(connector::HealthState::Unknown, |one| one.state));
            vec![
                html! { (provider.name.get(l)) small.mono translate="no" { (provider.id) } },
                tag(tone, state),
                last(visit, found.and_then(|one| one.last_answer_at)),
                failure(visit, found.and_then(|one| one.last_failure)),
            ]
        })
        .collect();
    let city = visit.pack.as_ref().map(|pack| &pack.city.id);
    let ours = visit.pack.iter().flat_map(|pack| &pack.bindings.department).map(|known| (city, known));
    let shared = visit.catalogue.platform.department.iter().map(|known| (None, known));
    let rows: Vec<Vec<Markup>> = ours
        .chain(shared)
        .map(|(scope, (id, department))| {
            let found = departments.iter().find(|one| one.scope.as_ref() == scope && one.department == *id);
            let (tone, state) = word::health(l, found.map_or(connector::HealthState::Unknown, |one| one.state));
            vec![
                html! { (department.name.get(l)) small.mono translate="no" { (id) } },
                tag(tone, state),
                last(visit, found.and_then(|one| one.last_answer_at)),
                failure(visit, found.and_then(|one| one.last_failure)),
            ]
        })
        .collect();
    let body = html! {
        (heading(text::providers_title(l), text::providers_lead(l)))
        @if pay.is_empty() { (empty("wallet", text::providers_none(l), "", html! {})) }
        @else { (card(text::providers_pay(l), None, table(text::providers_pay(l), &columns, &pay, &[]))) }
        (card(text::providers_departments(l), None, table(text::providers_departments(l), &columns, &rows, &[])))
    };
    visit.show(Sheet::new(text::providers_title(l), body))
}

fn last(visit: &Visit, at: Option<Timestamp>) -> Markup {
    html! { @match at { Some(at) => (format::age(visit.lang, at, visit.now)), None => (text::never(visit.lang)) } }
}

fn failure(visit: &Visit, failure: Option<Failure>) -> Markup {
    html! { @if let Some(failure) = failure { (word::failure(visit.lang, failure)) } }
}
