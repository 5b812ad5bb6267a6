//! A service that is booked says so whole: a `[booking]` section, no rows of a department, no card.

use crate::{
    booking::{Booking, BookingKind, Eligibility},
    document::{Problem, place},
    service::{Capability, Service, Subject},
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
