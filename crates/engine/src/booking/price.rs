//! What a claim costs, person by person: the price of a number, a ticket with its concessions, a fare with children.

use std::collections::BTreeSet;

use capability::booking::{
    coach::{self, Child, Ride},
    decide::percent,
    pool::Legs,
    ticket::{self, AtGate, Quote, Visitor},
};
use kernel::{Date, Error, Kind, Money, Result, identifier::Mistake};
use manifest::booking::{
    BookingKind,
    offer::{Place, Resource},
    ticket::Concession,
};

use serde::{Deserialize, Serialize};

use super::{companion::Who, offer::Offered};

/// Nobody older pays as a child, whatever their height.
const CHILD_AGE_MAX: i16 = 17;

/// What is said of a person when something is booked for them, beside who they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    pub height_cm: Option<u16>,
    /// Papers that will be shown.
    pub proofs: BTreeSet<String>,
    /// A child that could be carried, and is to have a seat.
    pub wants_seat: bool,
}

/// What one person pays, and what has to be seen before they go in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Priced {
    pub(crate) price: Money,
    pub(crate) concession: Option<String>,
    pub(crate) at_gate: AtGate,
    pub(crate) ride: Ride,
}

impl Priced {
    fn full(price: Money) -> Self {
        Self { price, concession: None, at_gate: AtGate::default(), ride: Ride { pay_percent: 100, seat: true } }
    }

    fn quoted(quote: Quote) -> Self {
        let Quote { price, concession, at_gate } = quote;
        Self { price, concession, at_gate, ride: Ride { pay_percent: 100, seat: true } }
    }
}

/// Everybody, in their order.
pub(crate) fn persons(
    offered: &Offered,
    place: &Place,
    resource: Option<&Resource>,
    legs: Legs,
    on: Date,
    persons: &[(Who, Said)],
) -> Result<Vec<Priced>> {
    let missing = || Error::internal("an offer whose rule is not in force");
    let rules = &offered.catalogue.rules.booking;
    match offered.booking()?.kind {
        BookingKind::Appointment => {
            let price = offered.number_price(place, resource.ok_or(Kind::NotFound)?, on);
            Ok(persons.iter().map(|_| Priced::full(price)).collect())
        }
        BookingKind::Ticket => {
            let rule = place.ticket.as_deref().and_then(|id| rules.ticket_on(on, id)).ok_or_else(missing)?;
            let full = offered.ticket_price(place, rule, on);
            let quote = |(who, said): &(Who, Said)| {
                Ok(Priced::quoted(ticket::quote(full, &rule.concession, &visitor(who, said, on)?)))
            };
            persons.iter().map(quote).collect()
        }
        BookingKind::Coach => {
            let rule = place.coach.as_deref().and_then(|id| rules.coach_on(on, id)).ok_or_else(missing)?;
            let resource = resource.ok_or(Kind::NotFound)?;
            let line = resource.line.as_ref().ok_or(Kind::NotFound)?;
            let fare = offered.fare(place, resource, line, legs, on).ok_or(Kind::NotFound)?;
            let ages: Vec<i16> = persons.iter().map(|(who, _)| age(who, on)).collect::<Result<_>>()?;
            let adults = u16::try_from(ages.iter().filter(|age| **age > CHILD_AGE_MAX).count()).unwrap_or(u16::MAX);
            let young = |at: &usize| ages[*at] <= CHILD_AGE_MAX;
            let places: Vec<usize> = (0..persons.len()).filter(young).collect();
            let children: Vec<Child> = places.iter().map(|at| child(ages[*at], &persons[*at].1)).collect();
            let rides = coach::children(&rule.child, adults, &children);
            let mut priced = Vec::with_capacity(persons.len());
            for (at, (who, said)) in persons.iter().enumerate() {
                priced.push(match places.iter().position(|place| *place == at).and_then(|place| rides.get(place)) {
                    Some(ride) => Priced {
                        price: percent(fare, ride.pay_percent),
                        concession: (ride.pay_percent < 100)
                            .then(|| if ride.seat { "child" } else { "carried" }.to_owned()),
                        at_gate: AtGate::default(),
                        ride: *ride,
                    },
                    None => Priced::quoted(ticket::quote(fare, &rule.concession, &visitor(who, said, on)?)),
                });
            }
            Ok(priced)
        }
    }
}

/// The concessions that somebody can claim at a place, to be offered on the form.
pub(crate) fn concessions(offered: &Offered, place: &Place, on: Date) -> Vec<Concession> {
    let rules = &offered.catalogue.rules.booking;
    let ticket = place.ticket.as_deref().and_then(|id| rules.ticket_on(on, id)).map(|rule| rule.concession.clone());
    let coach = || place.coach.as_deref().and_then(|id| rules.coach_on(on, id)).map(|rule| rule.concession.clone());
    ticket.or_else(coach).unwrap_or_default()
}

fn age(who: &Who, on: Date) -> Result<i16> {
    Ok(capability::booking::limit::age_on(who.resident(on)?.birth(), on))
}

fn visitor(who: &Who, said: &Said, on: Date) -> Result<Visitor> {
    Ok(Visitor { age: age(who, on)?, height_cm: said.height_cm, proofs: said.proofs.clone() })
}

/// A height that nobody gave helps nobody: age alone decides then.
fn child(age: i16, said: &Said) -> Child {
    Child { age, height_cm: said.height_cm.unwrap_or(u16::MAX), wants_seat: said.wants_seat }
}

/// A height as typed, in centimetres; empty for none.
pub fn height(text: &str) -> Result<Option<u16>, Mistake> {
    let text = kernel::identifier::normalise(text);
    match text.trim_end_matches("CM").parse::<u16>() {
        _ if text.is_empty() => Ok(None),
        Ok(height) if (30..=250).contains(&height) => Ok(Some(height)),
        _ => Err(Mistake::Height),
    }
}

/// Since when the price of a day holds, where that is known: by the desk, or by the published rule.
pub(crate) fn since(
    offered: &Offered,
    place: &Place,
    resource: Option<&Resource>,
    legs: Legs,
    on: Date,
) -> Option<Date> {
    let what = match resource {
        None => String::new(),
        Some(resource) => match &resource.line {
            Some(line) => super::set_price::fare_key(resource, line, legs),
            None => resource.id.clone(),
        },
    };
    let rule = || place.ticket.as_deref().and_then(|id| offered.catalogue.rules.booking.ticket_on(on, id));
    offered.set_price(place, &what, on).map(|set| set.from_on).or_else(|| rule().map(|rule| rule.effective_on))
}
