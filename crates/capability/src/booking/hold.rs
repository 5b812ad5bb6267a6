//! Whether somebody may have a unit: the first step, and the only one for which people race.
//!
//! The order of the questions is that of their price. Those that depend on the day alone are answered without knowing
//! who asks; those about the person from a few indexed rows; the stock comes last, because it alone must be asked and
//! taken in one breath. A person is who they are and not the account through which they ask: the keys below are kept by
//! the index of the resident ID.

use std::collections::BTreeMap;

use kernel::{Calendar, Date, Money, Timestamp};

use super::{
    Facts, State,
    block::{self, Mark},
    limit,
    pool::{Door, Pool, Take},
    refusal::{Refusal, Which},
    release,
    rule::{Per, Profile, Quota, What},
};

/// The rules that hold, with the calendar in which they count.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    pub profile: &'a Profile,
    pub calendar: &'a Calendar,
}

/// The names of what is asked for, as far as a quota may count by them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Names<'a> {
    pub place: &'a str,
    pub section: &'a str,
    pub resource: &'a str,
    pub matter: &'a str,
}

/// Who is to have it. One per person, whoever's account it is.
#[derive(Clone, Copy)]
pub struct Person<'a> {
    pub born_on: Date,
    pub marks: &'a [Mark],
    /// How much of each key is in use.
    pub counts: &'a BTreeMap<String, u16>,
}

#[derive(Clone)]
pub struct Ask<'a> {
    pub door: Door,
    pub class: &'a str,
    pub names: Names<'a>,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub persons: &'a [Person<'a>],
    /// How many have to consent by their own login, the one who asks included.
    pub parties: u16,
    pub price: Money,
    /// Won in a draw, or offered from the waiting list: it need not wait for the hour of release.
    pub drawn: bool,
}

/// What a person uses up. The store keeps each of its `max` [slots](super::slot::Slot) unique.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    pub text: String,
    pub max: u16,
    /// The last day for which it counts. Without one it is free again as soon as nothing is to come of the booking, also if
    /// it was used.
    pub until_on: Option<Date>,
}

impl Key {
    /// Whether a booking in such a state uses it up.
    #[must_use]
    pub const fn in_use(&self, state: State) -> bool {
        if self.until_on.is_none() { state.is_live() } else { state.takes_stock() }
    }
}

/// A hold that may be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    pub facts: Facts,
    /// For each person the same.
    pub keys: Vec<Key>,
}

/// What one person uses up with such a booking.
#[must_use]
pub fn keys(profile: &Profile, names: &Names<'_>, starts_at: Timestamp) -> Vec<Key> {
    profile.quota.iter().map(|quota| key(quota, names, starts_at)).collect()
}

fn key(quota: &Quota, names: &Names<'_>, starts_at: Timestamp) -> Key {
    let Names { place, section, resource, matter } = names;
    let thing = match quota.of {
        What::Place => format!("place/{place}"),
        What::Section => format!("section/{place}/{section}"),
        What::Resource => format!("resource/{place}/{resource}"),
        // The same matter in another hall is the same matter.
        What::Matter => format!("matter/{matter}"),
    };
    let start = starts_at.civil();
    let day = start.date();
    let (period, until_on) = match quota.per {
        Per::HalfDay => (format!("{day}{}", if start.hour() < 12 { "am" } else { "pm" }), Some(day)),
        Per::Day => (day.to_string(), Some(day)),
        Per::Month => (format!("{:04}-{:02}", day.year(), day.month()), Some(day.last_of_month())),
        Per::Live => ("live".to_owned(), None),
    };
    Key { text: format!("{thing}/{period}"), max: quota.max, until_on }
}

/// The refusal that a used-up quota means. The store says it too, when its index has the last word.
#[must_use]
pub const fn over(quota: &Quota) -> Refusal {
    match (quota.of, quota.per) {
        (What::Resource, Per::HalfDay) => Refusal::SameHalfDay,
        (What::Matter, Per::Live) if quota.max == 1 => Refusal::OneLiveBookingPerMatter,
        (of, per) => Refusal::OverQuota { which: Which::Person { of, per }, max: quota.max as u32 },
    }
}

/// Grants a hold or says why not. Nothing is taken: the caller does that in the commit that keeps the hold.
pub fn decide(ask: &Ask<'_>, pools: &[(&Pool, Take)], rules: Rules<'_>, now: Timestamp) -> Result<Held, Refusal> {
    let keys = keys(rules.profile, &ask.names, ask.starts_at);
    Ok(Held { facts: grant(ask, &keys, pools, rules, now)?, keys })
}

/// The same for somebody who knows the [keys] already, and asks more than once.
pub fn grant(
    ask: &Ask<'_>,
    keys: &[Key],
    pools: &[(&Pool, Take)],
    rules: Rules<'_>,
    now: Timestamp,
) -> Result<Facts, Refusal> {
    let Rules { profile, calendar } = rules;
    match release::check(profile, calendar, ask.door, (ask.starts_at, ask.ends_at), now) {
        Err(Refusal::TooEarly { .. }) if ask.drawn => {}
        outcome => outcome?,
    }
    if now >= ask.ends_at {
        return Err(Refusal::TooLate { closed_at: ask.ends_at });
    }
    for person in ask.persons {
        check_person(person, ask, keys, profile, now)?;
    }
    for (pool, take) in pools {
        pool.check(take)?;
    }
    let held_until_at = now.plus_s(i64::from(profile.hold_s)).min(ask.ends_at);
    let mut consents = vec![false; usize::from(ask.parties.max(1))];
    consents[0] = true;
    Ok(Facts {
        state: State::Held,
        held_until_at,
        extended: false,
        class: ask.class.to_owned(),
        starts_at: ask.starts_at,
        ends_at: ask.ends_at,
        price: ask.price,
        paid: Money::ZERO,
        refunded: Money::ZERO,
        consents,
        moves: 0,
    })
}

fn check_person(
    person: &Person<'_>,
    ask: &Ask<'_>,
    keys: &[Key],
    profile: &Profile,
    now: Timestamp,
) -> Result<(), Refusal> {
    if let Some(min) = profile.online_age_min
        && ask.door != Door::OnSite
        && limit::age_on(person.born_on, ask.starts_at.date()) < min
    {
        return Err(Refusal::Age { min: Some(min), max: None });
    }
    // A block keeps people from booking ahead; it does not keep the sick from the counter.
    if ask.door != Door::OnSite {
        block::check(&profile.block, person.marks, now.date())?;
    }
    for (quota, key) in profile.quota.iter().zip(keys) {
        if person.counts.get(&key.text).is_some_and(|&used| used >= key.max) {
            return Err(over(quota));
        }
    }
    Ok(())
}
