//! Stories: they ask with a card that the service takes, and expect what can be.

use std::{collections::BTreeMap, sync::Arc};

use kernel::ServiceId;

use super::{booking, offer};
use crate::{
    document::{Place, Problem, place},
    pay::Purpose,
    rule::Rules,
    service::Service,
    story::{Expect, Fault, Outcome, Role, Story, StoryFile},
};

#[must_use]
pub fn check(
    file: &StoryFile,
    file_stem: &str,
    services: &BTreeMap<ServiceId, Arc<Service>>,
    rules: Option<&Rules>,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    if file.service.as_str() != file_stem {
        let what = format!("stories of `{}` in the file of `{file_stem}`", file.service);
        let fix = format!("write `service = \"{file_stem}\"`, or rename the file");
        problems.push(Problem::error("id-differs", place!["service"], what, fix));
    }
    let Some(service) = services.get(&file.service) else {
        let what = format!("there is no sound service `{}`", file.service);
        let known: Vec<&str> = services.keys().map(ServiceId::as_str).collect();
        problems.push(Problem::error("unknown-service", place!["service"], what, offer(file.service.as_str(), known)));
        return problems;
    };
    let (told, fix) = match service.booking {
        None => (!file.story.is_empty(), "write a [[story]]"),
        Some(_) => (!file.booking.is_empty(), "write a [[booking]] with its steps"),
    };
    if !told {
        let what = format!("nothing is told of `{}`", service.id);
        problems.push(Problem::error("empty", place!["service"], what, fix));
    }
    booking::stories(file, service, rules, &mut problems);
    for (i, story) in file.story.iter().enumerate() {
        let at = place!["story", i];
        who(story, service, &at, &mut problems);
        what(story, &at, &mut problems);
        how_many(&story.expect, &at.at("expect"), &mut problems);
        fields(&story.expect, service, &at.at("expect").at("field"), &mut problems);
    }
    problems
}

/// The citizen has what the service asks with, and can be in the state that it is about.
fn who(story: &Story, service: &Service, at: &Place, problems: &mut Vec<Problem>) {
    if story.given.subject() != service.subject {
        let what = format!("this citizen has no {} to ask with", service.subject.word());
        let fix = format!("choose a citizen with a {}", service.subject.word());
        problems.push(Problem::error("wrong-role", at.at("given"), what, fix));
    }
    let tops_up = service.pay.as_ref().is_some_and(|pay| pay.purpose == Purpose::TopUp);
    if tops_up && story.given.subject() == service.subject && story.given != Role::CustomerWithBalance {
        let what = "a balance is topped up, and nobody owes for one";
        problems.push(Problem::error("wrong-role", at.at("given"), what, "choose customer-with-balance"));
    }
}

/// The outcome can follow from the circumstances.
fn what(story: &Story, at: &Place, problems: &mut Vec<Problem>) {
    let harmless = story.when.fault.is_harmless();
    let unmatched = story.when.fault == Fault::Unmatched;
    let possible = match story.expect.outcome {
        Outcome::Some | Outcome::None => harmless,
        Outcome::Stale => !harmless && !unmatched && story.when.asked_before,
        Outcome::Unavailable => !harmless && !unmatched && !story.when.asked_before,
        Outcome::Unmatched => unmatched,
    };
    if !possible {
        let what = "this outcome cannot follow from these circumstances";
        let fix = "a department that answers gives some or none; one that fails gives stale if asked before, else unavailable; unmatched gives unmatched";
        problems.push(Problem::error("impossible-outcome", at.at("expect").at("outcome"), what, fix));
    }
}

fn how_many(expect: &Expect, at: &Place, problems: &mut Vec<Problem>) {
    let least = expect.rows_min.unwrap_or(0);
    if expect.rows_max.is_some_and(|most| most < least)
        || (matches!(expect.outcome, Outcome::None | Outcome::Unavailable | Outcome::Unmatched)
            && (least > 0 || !expect.field.is_empty()))
    {
        let what = "no number of rows can be right";
        let fix = "mend rows_min, rows_max or outcome";
        problems.push(Problem::error("impossible-rows", at.clone(), what, fix));
    }
    let (open_least, open_most) = (expect.open_min.unwrap_or(0), expect.open_max.unwrap_or(u32::MAX));
    if open_least > open_most || expect.rows_max.is_some_and(|most| most < open_least) {
        let what = "no number of open rows can be right";
        let fix = "mend open_min, open_max or rows_max";
        problems.push(Problem::error("impossible-rows", at.at("open_min"), what, fix));
    }
}

fn fields(expect: &Expect, service: &Service, at: &Place, problems: &mut Vec<Problem>) {
    for (j, wanted) in expect.field.iter().enumerate() {
        let at = at.at(j);
        let Some(field) = service.fields().iter().find(|field| field.key == wanted.key) else {
            let what = format!("`{}` has no field `{}`", service.id, wanted.key);
            let known: Vec<&str> = service.fields().iter().map(|field| field.key.as_str()).collect();
            problems.push(Problem::error("unknown-field", at.at("key"), what, offer(&wanted.key, known)));
            continue;
        };
        let values: Vec<&str> = field.choices.iter().map(|choice| choice.value.as_str()).collect();
        let unknown = |value: &str| !values.is_empty() && !values.contains(&value);
        for (k, value) in wanted.one_of.iter().enumerate().filter(|(_, value)| unknown(value)) {
            let what = format!("`{}` is never `{value}`", wanted.key);
            let fix = offer(value, values.iter().copied());
            problems.push(Problem::error("unknown-choice", at.at("one_of").at(k), what, fix));
        }
    }
}
