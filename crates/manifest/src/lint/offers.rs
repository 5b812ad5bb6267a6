//! What a city offers of a service that is booked: names that lead somewhere, times that can be meant, and no more kept
//! back than there is.

use std::collections::{BTreeMap, BTreeSet};

use kernel::ServiceId;

use super::{bindings::Services, is_phone, offer as nearest};
use crate::{
    booking::{
        BookingKind,
        coach::seats,
        offer::{Offer, Place as Where, Resource, SittingPlan, TripPlan, Weekday},
        sound,
    },
    city::City,
    document::{Place, Problem, place},
    rule::Rules,
};

/// What is wrong with an offer; `rules` are absent if they have errors of their own.
#[must_use]
pub fn check(offer: &Offer, file_stem: &str, city: &City, services: &Services, rules: Option<&Rules>) -> Vec<Problem> {
    let mut desk = Desk { offer, city, rules, kind: None, problems: Vec::new() };
    if offer.service.as_str() != file_stem {
        let what = format!("the offer of `{}` in the file of `{file_stem}`", offer.service);
        let fix = format!("write `service = \"{file_stem}\"`, or rename the file");
        desk.error("id-differs", place!["service"], what, fix);
    }
    if !city.services.contains(&offer.service) {
        let what = format!("`{}` is offered, and the city does not list it", offer.service);
        let listed: Vec<&str> = city.services.iter().map(ServiceId::as_str).collect();
        desk.problems.push(Problem::warning(
            "unlisted-service",
            place!["service"],
            what,
            nearest(offer.service.as_str(), listed),
        ));
    }
    match services.get(&offer.service) {
        // A service that is refused has been reported.
        None => {}
        Some(service) => match &service.booking {
            None => {
                let what = format!("`{}` is not booked, so there is nothing to offer", offer.service);
                desk.error("misplaced-offer", place!["service"], what, "remove the file");
            }
            Some(booking) => desk.kind = Some(booking.kind),
        },
    }
    desk.offer();
    desk.problems
}

/// Services that the city lists, that are booked, and that nobody offers; their place is in `city.toml`.
#[must_use]
pub fn missing(city: &City, written: &BTreeSet<ServiceId>, services: &Services) -> Vec<Problem> {
    let booked = |id: &ServiceId| services.get(id).is_some_and(|service| service.booking.is_some());
    let missing = city.services.iter().enumerate().filter(|(_, id)| booked(id) && !written.contains(*id));
    missing
        .map(|(i, id)| {
            let what = format!("`{id}` is listed, and the city offers nothing of it");
            let fix = format!("add cities/{}/offers/{id}.toml, or take it off the list", city.id);
            Problem::error("no-offer", place!["services", i], what, fix)
        })
        .collect()
}

/// Whose places are whose, by service, name and address.
#[derive(Debug, Default)]
pub struct Counted {
    by: BTreeMap<(ServiceId, String, String), BTreeSet<String>>,
}

impl Counted {
    fn key(offer: &Offer, place: &Where) -> (ServiceId, String, String) {
        (offer.service.clone(), place.name.zh_cn.clone(), place.address.zh_cn.clone())
    }

    pub fn add(&mut self, offer: &Offer, city: &City) {
        for place in &offer.place {
            self.by.entry(Self::key(offer, place)).or_default().insert(city.id.to_string());
        }
    }

    /// A place that two cities count would be sold twice. Both are told: nobody else knows whose it is.
    #[must_use]
    pub fn check(&self, offer: &Offer, city: &City) -> Vec<Problem> {
        let other = |place| self.by.get(&Self::key(offer, place))?.iter().find(|other| *other != city.id.as_str());
        let shared = offer.place.iter().enumerate().filter_map(|(i, place)| Some((i, place, other(place)?)));
        shared
            .map(|(i, place, other)| {
                let what = format!("{other} counts the units of `{}` too: they would be given out twice", place.id);
                Problem::warning("shared-place", place!["place", i, "name"], what, "write each city's own places")
            })
            .collect()
    }
}

struct Desk<'a> {
    offer: &'a Offer,
    city: &'a City,
    rules: Option<&'a Rules>,
    /// Unknown as long as the service has errors.
    kind: Option<BookingKind>,
    problems: Vec<Problem>,
}

impl Desk<'_> {
    fn error(&mut self, code: &'static str, at: Place, what: impl Into<String>, fix: impl Into<String>) {
        self.problems.push(Problem::error(code, at, what, fix));
    }

    fn offer(&mut self) {
        let offer = self.offer;
        self.rule("profile", Some(&offer.profile), &place![]);
        self.unique("matter", offer.matter.iter().map(|matter| matter.id.as_str()), &place!["matter"]);
        self.unique("place", offer.place.iter().map(|place| place.id.as_str()), &place!["place"]);
        for (i, place) in offer.place.iter().enumerate() {
            self.place(place, &place!["place", i]);
        }
        for (i, matter) in offer.matter.iter().enumerate() {
            let takes = |place: &Where| place.resources().any(|(_, resource)| resource.takes(&matter.id));
            if !offer.place.iter().any(takes) {
                let what = format!("one can come for `{}` nowhere", matter.id);
                self.error(
                    "unreachable-matter",
                    place!["matter", i, "id"],
                    what,
                    "name it in a `matters`, or remove it",
                );
            }
        }
    }

    /// A dated rule of this id exists.
    fn rule(&mut self, key: &str, id: Option<&str>, at: &Place) {
        let (Some(id), Some(rules)) = (id, self.rules) else { return };
        let rules = &rules.booking;
        let known: Vec<&str> = match key {
            "profile" => rules.profile_ids().collect(),
            "ticket" => rules.ticket_ids().collect(),
            _ => rules.coach_ids().collect(),
        };
        if !known.contains(&id) {
            let what = format!("there is no {key} rule `{id}`");
            self.error("unknown-rule", at.at(key), what, nearest(id, known));
        }
    }

    fn unique<'i>(&mut self, word: &str, ids: impl Iterator<Item = &'i str>, at: &Place) {
        let mut seen = BTreeSet::new();
        for (i, id) in ids.enumerate() {
            if !seen.insert(id) {
                let what = format!("the {word} `{id}` is there twice");
                self.error("duplicate-id", at.at(i).at("id"), what, "give each its own id");
            }
        }
    }

    fn place(&mut self, place: &Where, at: &Place) {
        if !is_phone(&place.phone) {
            let what = format!("\"{}\" cannot be called", place.phone);
            self.error("bad-phone", at.at("phone"), what, "digits, spaces and hyphens");
        }
        let shared = self.city.code.trim_end_matches("00");
        if !place.area.is_empty() && !place.area.starts_with(shared) && !shared.starts_with(&place.area) {
            let what = format!("{} is no area of {}", place.area, self.city.code);
            self.error("other-city", at.at("area"), what, format!("a code that begins with {shared}"));
        }
        self.rule("profile", place.profile.as_deref(), at);
        self.rule("ticket", place.ticket.as_deref(), at);
        self.rule("coach", place.coach.as_deref(), at);
        self.of_kind(place, at);
        self.classes(place, at);
        let mut seen = BTreeMap::new();
        for (i, section) in place.section.iter().enumerate() {
            let at = at.at("section").at(i);
            if place.section[..i].iter().any(|other| other.id == section.id) {
                let what = format!("the section `{}` is there twice", section.id);
                self.error("duplicate-id", at.at("id"), what, "give each its own id");
            }
            for (j, resource) in section.resource.iter().enumerate() {
                let at = at.at("resource").at(j);
                if let Some(other) = seen.insert(resource.id.as_str(), section.id.as_str()) {
                    let what = format!("`{}` is in `{other}` already", resource.id);
                    self.error("duplicate-id", at.at("id"), what, "an id stands for one in the whole place");
                }
                self.resource(place, resource, &at);
            }
        }
    }

    /// What a kind of booking needs of a place, and what has no meaning for it.
    fn of_kind(&mut self, place: &Where, at: &Place) {
        let Some(kind) = self.kind else { return };
        let keys = [
            ("ticket", BookingKind::Ticket, place.ticket.is_some()),
            ("coach", BookingKind::Coach, place.coach.is_some()),
        ];
        for (key, of, there) in keys {
            if kind == of && !there {
                let what = format!("`{}` names no {key} rule: nobody knows what it costs", place.id);
                self.error("missing-key", at.clone(), what, format!("add `{key} = \"…\"`, an id of rules/*"));
            }
            if kind != of && there {
                let what = format!("`{key}` means nothing to what is booked by {}", kind.word());
                self.error("misplaced-key", at.at(key), what, "remove it");
            }
        }
        if kind == BookingKind::Ticket && !place.section.is_empty() {
            let what = "a ticket is for a place: it has no sections";
            self.error("misplaced-key", at.at("section"), what, "remove them; bands are in the ticket rule");
        }
        if kind != BookingKind::Ticket && place.section.is_empty() {
            let what = format!("nothing can be booked at `{}`", place.id);
            self.error("empty", at.clone(), what, "add a [[place.section]] with a resource");
        }
    }

    fn resource(&mut self, place: &Where, resource: &Resource, at: &Place) {
        for (i, id) in resource.matters.iter().enumerate().filter(|(_, id)| self.offer.matter(id).is_none()) {
            let what = format!("there is no matter `{id}`");
            let known: Vec<&str> = self.offer.matter.iter().map(|matter| matter.id.as_str()).collect();
            self.problems.push(Problem::error("unknown-matter", at.at("matters").at(i), what, nearest(id, known)));
        }
        let working = self.rules.is_some_and(|rules| rules.booking.keeps_working_days(self.offer.profile_of(place)));
        for (i, sitting) in resource.sitting.iter().enumerate() {
            self.make_up_days(working, sitting, &at.at("sitting").at(i));
            self.sitting(sitting, &resource.sitting[..i], &at.at("sitting").at(i));
        }
        for (i, trip) in resource.trip.iter().enumerate() {
            self.trip(trip, &resource.trip[..i], &at.at("trip").at(i));
        }
        match self.kind {
            Some(BookingKind::Appointment) => self.appointment(resource, at),
            Some(BookingKind::Coach) => self.coach(resource, at),
            Some(BookingKind::Ticket) | None => {}
        }
    }

    /// Every class of which a place's profile speaks is there, or a rule is for nobody.
    fn classes(&mut self, place: &Where, at: &Place) {
        let Some(rules) = self.rules else { return };
        let there: BTreeSet<&str> = place.resources().map(|(_, resource)| resource.class.as_str()).collect();
        // A place without classes is one to whom all rules apply alike.
        if there.iter().all(|class| class.is_empty()) {
            return;
        }
        for class in rules.booking.classes_of(self.offer.profile_of(place)) {
            if !there.contains(class.as_str()) {
                let what = format!("its profile speaks of the class `{class}`, and nothing at `{}` is of it", place.id);
                let fix = nearest(&class, there.iter().copied().filter(|class| !class.is_empty()).collect::<Vec<_>>());
                self.problems.push(Problem::warning("unknown-class", at.at("id"), what, fix));
            }
        }
    }

    fn appointment(&mut self, resource: &Resource, at: &Place) {
        if resource.sitting.is_empty() {
            let what = format!("`{}` never sits", resource.id);
            self.error("empty", at.clone(), what, "add a [[…sitting]] with its hours and units");
        }
        let of_a_coach = [
            ("line", resource.line.is_some()),
            ("trip", !resource.trip.is_empty()),
            ("seats", resource.seats.is_some()),
            ("ride_max", resource.ride_max.is_some()),
        ];
        for (key, _) in of_a_coach.into_iter().filter(|(_, there)| *there) {
            self.error("misplaced-key", at.at(key), format!("`{key}` belongs to a coach"), "remove it");
        }
    }

    fn coach(&mut self, resource: &Resource, at: &Place) {
        if !resource.sitting.is_empty() {
            self.error("misplaced-key", at.at("sitting"), "a coach does not sit", "write its departures as `trip`");
        }
        match &resource.line {
            None => {
                let what = format!("`{}` has no line: nobody knows where it goes", resource.id);
                self.error("missing-key", at.clone(), what, "add `line = { stop = […], fares_fen = […] }`");
            }
            Some(line) => self.unsound(sound::line(line), &at.at("line")),
        }
        if resource.trip.is_empty() {
            let what = format!("`{}` never departs", resource.id);
            self.error("empty", at.clone(), what, "add a `trip` with its time of departure");
        }
        if let Some(map) = &resource.seats {
            self.unsound(sound::seats(map), &at.at("seats"));
        }
        let seated = resource.seats.as_ref().map(|map| u32::try_from(seats(map).len()).unwrap_or(u32::MAX));
        match (seated, resource.ride_max) {
            (None, None) => {
                let what = format!("nobody knows how many `{}` carries", resource.id);
                self.error("missing-key", at.clone(), what, "add `seats`, or `ride_max` where seats have no numbers");
            }
            (Some(seated), Some(max)) if max < seated => {
                let what = format!("{seated} seats, and {max} people may ride");
                self.error("out-of-range", at.at("ride_max"), what, "let it be at least the number of seats");
            }
            _ => {}
        }
    }

    fn unsound(&mut self, found: Vec<sound::Unsound>, at: &Place) {
        for one in found {
            let at = one.at.split('.').fold(at.clone(), |at, key| at.at(key));
            self.error("unsound", at, one.what, one.fix);
        }
    }

    fn sitting(&mut self, sitting: &SittingPlan, above: &[SittingPlan], at: &Place) {
        if sitting.from >= sitting.to {
            let what = format!("the sitting begins at {} and ends at {}", clock(sitting.from), clock(sitting.to));
            self.error("bad-times", at.at("to"), what, "let `to` be after `from`");
        }
        let kept = u32::from(sitting.on_site) + u32::from(sitting.phone);
        if kept > u32::from(sitting.units) {
            let what = format!("{kept} units are kept back, and there are {}", sitting.units);
            self.error("out-of-range", at.at("on_site"), what, "let `on_site` and `phone` together be at most `units`");
        }
        self.days(sitting.from_on.zip(sitting.until_on).is_some_and(|(from, until)| from > until), at);
        let meets = |other: &&SittingPlan| {
            share_a_day(&other.weekdays, &sitting.weekdays)
                && other.from < sitting.to
                && sitting.from < other.to
                && other.until_on.zip(sitting.from_on).is_none_or(|(until, from)| from <= until)
                && sitting.until_on.zip(other.from_on).is_none_or(|(until, from)| from <= until)
        };
        if let Some(other) = above.iter().find(meets) {
            let what = format!("it overlaps the sitting from {} to {}", clock(other.from), clock(other.to));
            self.error("overlapping-sittings", at.at("from"), what, "nobody sits twice at once: mend days or hours");
        }
    }

    /// Mondays to Fridays by name are no working days: a Saturday that pays for a holiday would be closed.
    fn make_up_days(&mut self, working: bool, sitting: &SittingPlan, at: &Place) {
        let named = Weekday::ALL[..5].iter().all(|day| sitting.weekdays.contains(day));
        if working && named {
            let what = "the place works on working days, and these weekdays leave out the make-up days";
            self.problems.push(Problem::warning("make-up-days", at.at("weekdays"), what, "remove `weekdays`"));
        }
    }

    fn trip(&mut self, trip: &TripPlan, above: &[TripPlan], at: &Place) {
        if above.iter().any(|other| other.id == trip.id) {
            let what = format!("the trip `{}` is there twice", trip.id);
            self.error("duplicate-id", at.at("id"), what, "give each its own id");
        }
        self.days(trip.from_on.zip(trip.until_on).is_some_and(|(from, until)| from > until), at);
        let meets = |other: &&TripPlan| other.departs == trip.departs && share_a_day(&other.weekdays, &trip.weekdays);
        if let Some(other) = above.iter().find(meets) {
            let what = format!("`{}` departs at the same time", other.id);
            self.error(
                "overlapping-trips",
                at.at("departs"),
                what,
                "one vehicle, one departure: write another resource",
            );
        }
    }

    fn days(&mut self, reversed: bool, at: &Place) {
        if reversed {
            self.error(
                "bad-times",
                at.at("until_on"),
                "it ends before it begins",
                "let `until_on` be at least `from_on`",
            );
        }
    }
}

fn share_a_day<D: PartialEq>(a: &[D], b: &[D]) -> bool {
    a.is_empty() || b.is_empty() || a.iter().any(|day| b.contains(day))
}

fn clock(time: jiff::civil::Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}
