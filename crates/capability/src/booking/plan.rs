//! From what a city offers in ordinary weeks to the pools of one day.
//!
//! The same day always gives the same pools, whoever asks and however often, so that a job may roll them forward twice.
//! A day on which a place does not work has none: working days come from the calendar, so that a Saturday that pays for
//! a holiday is a day like any other, and the Monday of the holiday is not.

use kernel::{Calendar, Date, Money, Timestamp};

use super::{
    grid::{Sitting, Slot},
    limit::{self, MINUTE_MS},
    pool::{Door, LEGS_MAX},
    release,
    rule::{
        BookingKind, BookingRules, Offer,
        coach::seats,
        offer::{Place, Resource, Section, SittingPlan, TripPlan, Weekday},
        ticket::TicketRule,
    },
};

/// The part of a ticket that counts in the day's quota; a time of entry is a part of its own, by the band's id.
pub const DAY: &str = "day";
/// The part of a coach seat that counts people in the vehicle.
pub const RIDE: &str = "ride";
/// The part of a coach seat that is the seat.
pub const SEAT: &str = "seat";

/// A pool as it is to be, before anybody took of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedPool {
    pub place: String,
    /// Empty for a ticket: an attraction has neither sections nor resources.
    pub section: String,
    pub resource: String,
    /// Which pool of a claim this is: empty for an appointment.
    pub part: String,
    pub on: Date,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub capacity: u32,
    pub numbered: bool,
    pub legs: u8,
    /// The most that may be taken through each door, in the order of [`Door::ALL`].
    pub shares: [u32; 3],
    pub class: String,
    /// Of one unit. A coach has the fares of its line instead.
    pub price: Money,
}

/// All pools of a day, place by place. Empty where nothing is open, and under no rule in force.
#[must_use]
pub fn pools(
    offer: &Offer,
    kind: BookingKind,
    rules: &BookingRules,
    calendar: &Calendar,
    day: Date,
) -> Vec<PlannedPool> {
    let mut planned = Vec::new();
    for place in offer.place.iter().filter(|place| works(offer, place, rules, calendar, day)) {
        match kind {
            BookingKind::Appointment => {
                for (section, resource) in place.resources() {
                    let today = resource.sitting.iter().filter(|sitting| sits(sitting, day));
                    planned.extend(today.map(|sitting| of_sitting(place, section, resource, sitting, day)));
                }
            }
            BookingKind::Ticket => {
                let rule = place.ticket.as_deref().and_then(|id| rules.ticket_on(day, id));
                planned.extend(rule.into_iter().flat_map(|rule| of_tickets(place, rule, day)));
            }
            BookingKind::Coach => {
                for (section, resource) in place.resources() {
                    let today = resource.trip.iter().filter(|trip| departs(trip, day));
                    planned.extend(today.flat_map(|trip| of_trip(place, section, resource, trip, day)));
                }
            }
        }
    }
    planned
}

/// Whether a place works on a day at all.
#[must_use]
pub fn works(offer: &Offer, place: &Place, rules: &BookingRules, calendar: &Calendar, day: Date) -> bool {
    let profile = rules.profile_on(day, offer.profile_of(place));
    profile.is_some_and(|profile| limit::is_open(profile.days, calendar, day))
}

/// The last day whose pools are needed now: one past the furthest that can be booked, so that the next release finds them,
/// and further where lots are drawn before it.
#[must_use]
pub fn until_on(offer: &Offer, rules: &BookingRules, calendar: &Calendar, now: Timestamp) -> Date {
    let today = now.date();
    let furthest = |place: &Place| {
        let profile = rules.profile_on(today, offer.profile_of(place))?;
        let last = release::strip(profile, calendar, now).last()?.on;
        let early = profile.lottery.as_ref().map_or(0, |lottery| lottery.opens_minutes_before.div_ceil(24 * 60));
        Some(limit::plus_days(last, i32::try_from(early).unwrap_or(0)))
    };
    offer.place.iter().filter_map(furthest).max().unwrap_or(today)
}

/// The numbers of an appointment's pool, each with the time for which it is called.
#[must_use]
pub fn slots(starts_at: Timestamp, ends_at: Timestamp, capacity: u32) -> Vec<Slot> {
    let (from, to) = (starts_at.civil(), ends_at.civil());
    let numbers = u16::try_from(capacity).unwrap_or(u16::MAX);
    Sitting { on: from.date(), from: from.time(), to: to.time(), numbers }.slots()
}

fn is_in_force(from_on: Option<Date>, until_on: Option<Date>, day: Date) -> bool {
    from_on.is_none_or(|from| from <= day) && until_on.is_none_or(|until| day <= until)
}

fn is_of_week(weekdays: &[Weekday], day: Date) -> bool {
    weekdays.is_empty() || weekdays.contains(&Weekday::of(day))
}

fn sits(sitting: &SittingPlan, day: Date) -> bool {
    is_of_week(&sitting.weekdays, day) && is_in_force(sitting.from_on, sitting.until_on, day)
}

fn departs(trip: &TripPlan, day: Date) -> bool {
    is_of_week(&trip.weekdays, day) && is_in_force(trip.from_on, trip.until_on, day)
}

/// What is kept for the counter and for callers is not to be had online; the counter may have all that is left, and
/// callers no more than theirs, so that the counter's stay the counter's.
fn shares(sitting: &SittingPlan) -> [u32; 3] {
    let units = u32::from(sitting.units);
    let (on_site, phone) = (u32::from(sitting.on_site), u32::from(sitting.phone));
    let mut shares = [0; 3];
    for (share, door) in shares.iter_mut().zip(Door::ALL) {
        *share = match door {
            Door::Online => units.saturating_sub(on_site + phone),
            Door::OnSite => units,
            Door::Phone => phone,
        };
    }
    shares
}

fn of_sitting(place: &Place, section: &Section, resource: &Resource, sitting: &SittingPlan, day: Date) -> PlannedPool {
    PlannedPool {
        place: place.id.clone(),
        section: section.id.clone(),
        resource: resource.id.clone(),
        part: String::new(),
        on: day,
        starts_at: limit::at(day, sitting.from),
        ends_at: limit::at(day, sitting.to),
        capacity: u32::from(sitting.units),
        numbered: true,
        legs: 1,
        shares: shares(sitting),
        class: resource.class.clone(),
        price: Money::from_fen(resource.price_fen),
    }
}

fn of_tickets(place: &Place, rule: &TicketRule, day: Date) -> Vec<PlannedPool> {
    let pool = |part: &str, from, to, capacity| PlannedPool {
        place: place.id.clone(),
        section: String::new(),
        resource: String::new(),
        part: part.to_owned(),
        on: day,
        starts_at: limit::at(day, from),
        ends_at: limit::at(day, to),
        capacity,
        numbered: false,
        legs: 1,
        shares: [capacity; 3],
        class: String::new(),
        price: Money::from_fen(rule.price_fen),
    };
    let whole = pool(DAY, rule.opens, rule.closes, rule.daily);
    let bands = rule.band.iter().map(|band| pool(&band.id, band.from, band.to, band.units));
    std::iter::once(whole).chain(bands).collect()
}

fn of_trip(place: &Place, section: &Section, resource: &Resource, trip: &TripPlan, day: Date) -> Vec<PlannedPool> {
    let Some(line) = &resource.line else { return Vec::new() };
    let legs = u8::try_from(line.stop.len().saturating_sub(1)).unwrap_or(LEGS_MAX);
    let seated = resource.seats.as_ref().map(|map| u32::try_from(seats(map).len()).unwrap_or(u32::MAX));
    let starts_at = limit::at(day, trip.departs);
    let minutes = line.stop.last().map_or(0, |stop| i64::from(stop.minutes));
    let pool = |part: &str, capacity: u32| PlannedPool {
        place: place.id.clone(),
        section: section.id.clone(),
        resource: resource.id.clone(),
        part: part.to_owned(),
        on: day,
        starts_at,
        ends_at: starts_at.plus_ms(minutes * MINUTE_MS),
        capacity,
        numbered: part == SEAT,
        legs,
        shares: [capacity; 3],
        class: resource.class.clone(),
        price: Money::ZERO,
    };
    let ride = resource.ride_max.or(seated).map(|people| pool(RIDE, people));
    ride.into_iter().chain(seated.map(|seats| pool(SEAT, seats))).collect()
}
