//! Bindings: whatever a department is asked can be asked, and whatever it answers can be read.

use std::{collections::BTreeMap, sync::Arc};

use kernel::{CityId, ServiceId};

use super::{
    act, department,
    mapping::{kind_fits, pointer, source},
    offer, placeholders,
};
use crate::{
    binding::{Binding, Bindings, Check, Method},
    booking::service::Eligibility,
    city::{City, CityState},
    document::{Place, Problem, place},
    service::{Service, Subject},
};

/// Services by id, as far as they are sound.
pub type Services = BTreeMap<ServiceId, Arc<Service>>;

/// The bindings of a city, or of the whole country if there is no city.
#[must_use]
pub fn check(bindings: &Bindings, city: Option<&City>, services: &Services) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (id, department) in &bindings.department {
        let at = place!["department", id.as_str()];
        department::check(department, city, id.as_str(), &at, &mut problems);
        let acts = bindings.act.values().flat_map(BTreeMap::values);
        let used =
            bindings.check.values().chain(bindings.service.values()).chain(acts).any(|one| one.department == *id);
        if !used {
            let what = format!("nothing asks the department `{id}`");
            problems.push(Problem::warning("unused-department", at, what, "remove it, or bind something to it"));
        }
    }
    for (&check, binding) in &bindings.check {
        let at = place!["check", check.word()];
        if check.is_national() != city.is_none() {
            let home = if check.is_national() { "platform/bindings.toml" } else { "the city's bindings.toml" };
            let what = format!("the check `{}` does not belong here", check.word());
            problems.push(Problem::error("misplaced-check", at.key(), what, format!("move it to {home}")));
        }
        common(binding, bindings, check.question_values(), check != Check::Sms, &at, &mut problems);
        check_rows(check, binding, &at, &mut problems);
    }
    for (id, binding) in &bindings.service {
        let at = place!["service", id.as_str()];
        let Some(city) = city else {
            let what = "services are bound by cities";
            problems.push(Problem::error("misplaced-service", at.key(), what, "move it to a city's bindings.toml"));
            continue;
        };
        if !city.services.contains(id) {
            let what = format!("`{id}` is bound, and the city does not list it");
            let listed: Vec<&str> = city.services.iter().map(ServiceId::as_str).collect();
            problems.push(Problem::warning("unlisted-service", at.key(), what, offer(id.as_str(), listed)));
        }
        let Some(service) = services.get(id) else {
            continue;
        };
        common(binding, bindings, service.subject.question_values(), true, &at, &mut problems);
        service_rows(service, binding, &at, &mut problems);
    }
    act::check(bindings, city, services, &mut problems);
    if let Some(city) = city.filter(|city| city.state == CityState::Open) {
        let listed = || city.services.iter().filter_map(|id| services.get(id));
        let of = |subject: Subject| listed().any(|service| service.subject == subject);
        let marries = listed()
            .filter_map(|service| service.booking.as_ref())
            .any(|booking| booking.check == Some(Eligibility::Marriage));
        for (check, needed, why) in [
            (Check::VehicleOwner, of(Subject::Vehicle), "nobody can bind a vehicle here"),
            (Check::LicenceHolder, of(Subject::Licence), "nobody can bind a licence here"),
            (Check::MaritalStatus, marries, "nobody knows here who may marry"),
        ] {
            if needed && !bindings.check.contains_key(&check) {
                let what = format!("{why}: the check `{}` is missing", check.word());
                let fix = format!("add [check.{}]", check.word());
                problems.push(Problem::error("missing-check", place!["check"], what, fix));
            }
        }
    }
    problems
}

/// Services that the city lists and nothing binds; their place is in `city.toml`.
#[must_use]
pub fn unbound(city: &City, bindings: &Bindings, services: &BTreeMap<ServiceId, Arc<Service>>) -> Vec<Problem> {
    // The stock of what is booked is ours: its city offers it instead.
    let booked = |id: &ServiceId| services.get(id).is_some_and(|service| service.booking.is_some());
    let missing = city.services.iter().enumerate().filter(|(_, id)| !bindings.service.contains_key(*id) && !booked(id));
    missing
        .map(|(i, id)| {
            let what = format!("`{id}` is listed, and no department answers it");
            let fix = format!("add [service.{id}] to the city's bindings.toml, or take it off the list");
            Problem::error("unbound-service", place!["services", i], what, fix)
        })
        .collect()
}

/// Departments that still carry another city's name after a copy: the citizen would read a false source.
#[must_use]
pub fn borrowed(bindings: &Bindings, city: &City, names: &[(CityId, String)]) -> Vec<Problem> {
    let own = bare(&city.name.zh_cn);
    let mut problems = Vec::new();
    for (id, department) in &bindings.department {
        for (key, text) in [("name", &department.name.zh_cn), ("address", &department.address.zh_cn)] {
            let other = names.iter().find(|(other, name)| {
                let name = bare(name);
                *other != city.id
                    && name != own
                    && name.chars().count() > 1
                    && text.contains(name)
                    && !text.contains(own)
            });
            if let Some((_, name)) = other {
                let what = format!("the {key} of `{id}` speaks of {name}, and this is {}", city.name.zh_cn);
                let at = place!["department", id.as_str(), key, "zh-CN"];
                problems.push(Problem::warning("other-city", at, what, "write this city's own department"));
            }
        }
    }
    problems
}

fn bare(name: &str) -> &str {
    name.trim_end_matches('市')
}

/// What every binding needs, whoever asks.
pub(super) fn common(
    binding: &Binding,
    bindings: &Bindings,
    values: &[&str],
    personal: bool,
    at: &Place,
    problems: &mut Vec<Problem>,
) {
    if !bindings.department.contains_key(&binding.department) {
        let what = format!("there is no department `{}`", binding.department);
        let known: Vec<&str> = bindings.department.keys().map(kernel::DepartmentId::as_str).collect();
        let fix = offer(binding.department.as_str(), known);
        problems.push(Problem::error("unknown-department", at.at("department"), what, fix));
    }
    if !binding.path.starts_with('/') || binding.path.contains("..") || binding.path.contains(['?', '#', ' ']) {
        let what = format!("`{}` is no path", binding.path);
        problems.push(Problem::error("bad-path", at.at("path"), what, "begin with /, and put the query into `send`"));
    }
    let mut fillable = |template: &str, at: Place| {
        for name in placeholders(template) {
            if !values.contains(&name) {
                let what = format!("the question has no value `{name}`");
                problems.push(Problem::error(
                    "unknown-placeholder",
                    at.clone(),
                    what,
                    offer(name, values.iter().copied()),
                ));
            }
        }
    };
    fillable(&binding.path, at.at("path"));
    for (name, template) in &binding.send {
        fillable(template, at.at("send").at(name));
    }
    nested(binding, at, problems);
    pointer(&binding.outcome.path, false, at.at("outcome").at("path"), problems);
    pointer(&binding.rows, true, at.at("rows"), problems);
    if let Some(total) = &binding.total {
        pointer(total, false, at.at("total"), problems);
    }
    let mut meanings = BTreeMap::new();
    let rule = &binding.outcome;
    for (meaning, codes) in
        [("found", &rule.found), ("none", &rule.none), ("unmatched", &rule.unmatched), ("busy", &rule.busy)]
    {
        for (i, code) in codes.iter().enumerate() {
            if let Some(other) = meanings.insert(code, meaning) {
                let what = format!("the code {code} means both `{other}` and `{meaning}`");
                let place = at.at("outcome").at(meaning).at(i);
                problems.push(Problem::error("ambiguous-outcome", place, what, "let it mean one thing"));
            }
        }
    }
    for (i, echo) in binding.echo.iter().enumerate() {
        let at = at.at("echo").at(i);
        pointer(echo.path.strip_prefix("row:").unwrap_or(&echo.path), false, at.at("path"), problems);
        if !values.contains(&echo.question.as_str()) {
            let what = format!("the question has no value `{}`", echo.question);
            let fix = offer(&echo.question, values.iter().copied());
            problems.push(Problem::error("unknown-placeholder", at.at("question"), what, fix));
        }
    }
    if personal && binding.echo.is_empty() {
        let what = "another person's answer could not be told from the right one";
        let fix = "add `echo = [{ path = \"/…\", question = \"…\" }]` with a value that the answer repeats";
        problems.push(Problem::error("no-echo", at.at("echo"), what, fix));
    }
}

/// Names that lead into the body lead somewhere, and no two to the same place.
fn nested(binding: &Binding, at: &Place, problems: &mut Vec<Problem>) {
    let mut error = |code: &'static str, at: Place, what: String, fix: &str| {
        problems.push(Problem::error(code, at, what, fix));
    };
    let whole = |name: &str| if name.starts_with('/') { name.to_owned() } else { format!("/{name}") };
    for name in binding.send.keys().filter(|name| name.starts_with('/')) {
        let at = at.at("send").at(name);
        if binding.method == Method::Get {
            error("nested-query", at.clone(), format!("a query has no `{name}`"), "write a name without /");
        }
        let below =
            |other: &&String| *other != name && format!("{}/", whole(name)).starts_with(&format!("{}/", whole(other)));
        if let Some(other) = binding.send.keys().find(below) {
            error("nested-value", at, format!("`{other}` is a value, and `{name}` lies inside it"), "send one of them");
        }
    }
    for (i, part) in binding.as_text.iter().enumerate() {
        if !binding.send.keys().any(|name| name.starts_with(&format!("{part}/"))) {
            let what = format!("nothing is sent inside `{part}`");
            error("nested-value", at.at("as_text").at(i), what, "name an object that `send` fills: \"/name\"");
        }
    }
    for name in binding.send.keys().filter(|name| name.starts_with('/')) {
        pointer(name, false, at.at("send").at(name), problems);
    }
}

fn check_rows(check: Check, binding: &Binding, at: &Place, problems: &mut Vec<Problem>) {
    let known = check.row_fields();
    for (key, mapping) in &binding.row {
        let at = at.at("row").at(key);
        if !known.contains(&key.as_str()) {
            let what = format!("the check `{}` has no field `{key}`", check.word());
            problems.push(Problem::error("unknown-field", at.key(), what, offer(key, known.iter().copied())));
        }
        source(key, mapping, &at, problems);
        if key == "match" {
            let values = mapping.table.values().chain(&mapping.constant).chain(&mapping.default);
            for value in values.filter(|value| !matches!(value.as_str(), "yes" | "no")) {
                let what = format!("`match` becomes \"{value}\"");
                problems.push(Problem::error("uncovered-choice", at.clone(), what, "let it become \"yes\" or \"no\""));
            }
        }
    }
    if !binding.row.contains_key("match") {
        let what = format!("the check `{}` never says whether it matches", check.word());
        problems.push(Problem::error(
            "missing-mapping",
            at.at("row"),
            what,
            "add `match = { path = \"/…\", table = { … } }`",
        ));
    }
    if binding.evidence_path.is_some() {
        problems.push(Problem::error(
            "misplaced-evidence",
            at.at("evidence_path"),
            "checks have no evidence",
            "remove it",
        ));
    }
}

fn service_rows(service: &Service, binding: &Binding, at: &Place, problems: &mut Vec<Problem>) {
    let Some(answer) = &service.answer else {
        let what = format!("`{}` is booked: no department answers a question about it", service.id);
        problems.push(Problem::error(
            "misplaced-service",
            at.key(),
            what,
            "bind what its department is told as [act.…]",
        ));
        return;
    };
    let fields = &answer.fields;
    for (key, mapping) in &binding.row {
        let at = at.at("row").at(key);
        let Some(field) = fields.iter().find(|field| field.key == *key) else {
            let what = format!("`{}` has no field `{key}`", service.id);
            let known: Vec<&str> = fields.iter().map(|field| field.key.as_str()).collect();
            problems.push(Problem::error("unknown-field", at.key(), what, offer(key, known)));
            continue;
        };
        if field.derive.is_some() {
            let what = format!("`{key}` is computed, and cannot come from the department as well");
            problems.push(Problem::error("derived-field", at.key(), what, "remove the mapping"));
        }
        source(key, mapping, &at, problems);
        kind_fits(field, mapping, &at, problems);
    }
    for field in fields.iter().filter(|field| field.derive.is_none() && !binding.row.contains_key(&field.key)) {
        let (key, fix) = (&field.key, format!("add `{} = {{ path = \"/…\" }}`", field.key));
        let problem = if field.required {
            let what = format!("nothing fills `{key}`, which `{}` requires", service.id);
            Problem::error("missing-mapping", at.at("row"), what, fix)
        } else {
            let what = format!("nothing fills `{key}` of `{}` in this city", service.id);
            Problem::warning("unfilled-field", at.at("row"), what, fix)
        };
        problems.push(problem);
    }
    match (&answer.evidence, &binding.evidence_path) {
        (Some(_), None) => {
            let what = format!("`{}` shows evidence, and nothing says where it is", service.id);
            problems.push(Problem::error(
                "missing-evidence",
                at.clone(),
                what,
                "add `evidence_path = \"/…/{id}.png\"`",
            ));
        }
        (None, Some(_)) => {
            let what = format!("`{}` shows no evidence", service.id);
            problems.push(Problem::error("misplaced-evidence", at.at("evidence_path"), what, "remove it"));
        }
        (Some(_), Some(path)) => {
            for name in placeholders(path).into_iter().filter(|name| !binding.row.contains_key(*name)) {
                let what = format!("the row has no field `{name}`");
                let known: Vec<&str> = binding.row.keys().map(String::as_str).collect();
                problems.push(Problem::error("unknown-placeholder", at.at("evidence_path"), what, offer(name, known)));
            }
        }
        (None, None) => {}
    }
}
