//! A service that is booked says so whole: a `[booking]` section, no rows of a department, no card.

use super::offer;
use crate::{
    booking::{
        Booking, BookingKind, Eligibility,
        story::{Deed, Guest, REFUSALS, Step},
    },
    document::{Place, Problem, place},
    rule::Rules,
    service::{Capability, Service, Subject},
    story::StoryFile,
};

#[must_use]
pub fn check(service: &Service) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut error = |code, at, what: String, fix: &str| problems.push(Problem::error(code, at, what, fix));
    let id = &service.id;
    let Some(booking) = &service.booking else {
        if service.capability == Capability::Booking {
            let what = format!("`{id}` is booked, and nothing says how");
            error("missing-key", place!["capability"], what, "add a [booking] section, or mend the capability");
        } else if service.answer.is_none() {
            let what = format!("`{id}` says nothing of what the department answers");
            error("missing-key", place!["capability"], what, "add an [answer] section");
        }
        if service.subject == Subject::Person {
            let what = format!("`{id}` asks a department, and needs a card to ask with");
            error("wrong-subject", place!["subject"], what, "write vehicle, licence or customer");
        }
        return problems;
    };
    if service.capability != Capability::Booking {
        let what = format!("`{id}` has a [booking] section, and is not booked");
        error(
            "misplaced-booking",
            place!["capability"],
            what,
            "write `capability = \"booking\"`, or remove the section",
        );
    }
    if service.answer.is_some() {
        let what = format!("what `{id}` offers is counted here: no department answers with rows");
        error("misplaced-answer", place!["answer"], what, "remove [answer]");
    }
    if service.pay.is_some() {
        let what = format!("a booking of `{id}` is paid by its profile");
        error("misplaced-pay", place!["pay"], what, "remove [pay]; `pay` of the release profile says when it is paid");
    }
    if service.subject != Subject::Person {
        let what = format!("`{id}` is booked for a person, and not for a {}", service.subject.word());
        error("wrong-subject", place!["subject"], what, "write `subject = \"person\"`");
    }
    fits(booking, &mut problems);
    problems
}

/// The parts of the section fit together.
fn fits(booking: &Booking, problems: &mut Vec<Problem>) {
    let mut error = |at, what: &str, fix: &str| problems.push(Problem::error("impossible-booking", at, what, fix));
    let appointment = booking.kind == BookingKind::Appointment;
    if booking.persons_max < booking.parties {
        error(
            place!["booking", "persons_max"],
            "fewer people may come than must agree",
            "let `persons_max` be at least `parties`",
        );
    }
    if appointment && booking.persons_max > booking.parties {
        error(
            place!["booking", "persons_max"],
            "an appointment is for those who must agree, and nobody else",
            "let `persons_max` be `parties`; who comes along needs no number",
        );
    }
    if booking.parties > 1 && booking.for_others {
        error(
            place!["booking", "for_others"],
            "who must agree by their own login cannot be booked for",
            "remove it, or write `parties = 1`",
        );
    }
    if booking.check == Some(Eligibility::Marriage) && booking.parties != 2 {
        error(place!["booking", "parties"], "a marriage has two parties", "write `parties = 2`");
    }
    let named = [(&booking.words.section, "section"), (&booking.words.resource, "resource")];
    for (_, word) in named.into_iter().filter(|(text, _)| appointment && text.is_none()) {
        error(
            place!["booking", "words", word],
            "citizens choose here, and the page has no word for what they choose",
            "add its word in both languages",
        );
    }
}

/// Stories of what is booked: only of a service that is, told in an order that can be, and ending in one thing.
pub fn stories(file: &StoryFile, service: &Service, rules: Option<&Rules>, problems: &mut Vec<Problem>) {
    let Some(booking) = &service.booking else {
        if !file.booking.is_empty() {
            let what = format!("`{}` is not booked", service.id);
            problems.push(Problem::error("misplaced-booking", place!["booking"], what, "write it as a [[story]]"));
        }
        return;
    };
    if !file.story.is_empty() {
        let what = format!("`{}` asks no department for rows", service.id);
        problems.push(Problem::error("misplaced-story", place!["story"], what, "write it as a [[booking]]"));
    }
    for (i, story) in file.booking.iter().enumerate() {
        let at = place!["booking", i];
        let pair = matches!(story.given, Guest::Couple | Guest::TooYoung);
        if pair != (booking.parties > 1) {
            let what = format!("`{}` needs {} to agree", service.id, booking.parties);
            let fix = if pair { "choose adult or senior" } else { "choose couple or too-young" };
            problems.push(Problem::error("wrong-role", at.at("given"), what, fix));
        }
        for (j, step) in story.step.iter().enumerate() {
            self::step(step, j, booking, rules, &at.at("step").at(j), problems);
        }
    }
}

fn step(
    step: &Step,
    position: usize,
    booking: &Booking,
    rules: Option<&Rules>,
    at: &Place,
    problems: &mut Vec<Problem>,
) {
    let mut error = |code, at, what: String, fix: String| problems.push(Problem::error(code, at, what, fix));
    if (position == 0) != (step.does == Deed::Hold) {
        let what = "a story begins with its one hold, and the other steps are about it".to_owned();
        error("impossible-step", at.at("does"), what, "begin with hold; a second one is hold-again".to_owned());
    }
    if step.becomes.is_some() == step.refused.is_some() {
        let what = "a step ends in a state, or in a refusal".to_owned();
        error("impossible-step", at.at("becomes"), what, "write either `becomes` or `refused`".to_owned());
    }
    if let Some(word) = step.refused.as_deref().filter(|word| !REFUSALS.contains(word)) {
        let what = format!("nothing is ever refused with `{word}`");
        error("unknown-word", at.at("refused"), what, offer(word, REFUSALS));
    }
    if step.does == Deed::Consent && booking.parties < 2 {
        let what = "there is nobody else who has to agree".to_owned();
        error("impossible-step", at.at("does"), what, "remove it".to_owned());
    }
    let wants = &step.wants;
    if wants.persons > booking.persons_max {
        let what = format!("{} persons, and one booking is for {} at most", wants.persons, booking.persons_max);
        error("out-of-range", at.at("wants").at("persons"), what, "lower it, or raise `persons_max`".to_owned());
    }
    let known: Option<Vec<&str>> = rules.map(|rules| rules.booking.profile_ids().collect());
    if let (Some(id), Some(known)) = (wants.profile.as_deref(), known)
        && !known.contains(&id)
    {
        let what = format!("there is no profile rule `{id}`");
        error("unknown-rule", at.at("wants").at("profile"), what, offer(id, known));
    }
}
