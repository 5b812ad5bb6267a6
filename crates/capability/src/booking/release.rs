//! When a day's units can be had: from the hour at which the window reaches the day, until it has moved past it.
//!
//! Everything is a comparison of `now` with two instants that follow from the day alone. Nothing remembers that it was
//! opened, so a clock that is set back closes what it opened, and opens it again at its hour, once.

use kernel::{Calendar, Date, Timestamp};

use super::{
    limit,
    pool::Door,
    refusal::Refusal,
    rule::{OpenDays, Profile, Release},
};

/// When the units of a day appear.
#[must_use]
pub fn opens_at(release: &Release, calendar: &Calendar, day: Date) -> Timestamp {
    limit::at(limit::days_before(calendar, day, release.days_to, release.counted), release.at)
}

/// The first instant at which they cannot be had any more.
#[must_use]
pub fn closes_at(release: &Release, calendar: &Calendar, starts_at: Timestamp) -> Timestamp {
    let day = starts_at.date();
    let by_window =
        || limit::midnight(limit::plus_days(limit::days_before(calendar, day, release.days_from, release.counted), 1));
    match (&release.closes, release.days_from) {
        // A ticket for the whole day is sold until the last sale of the day, long after the gates have opened.
        (Some(closes), 0) => limit::ends_at(closes, starts_at, calendar),
        (Some(closes), _) => by_window().min(limit::ends_at(closes, starts_at, calendar)),
        (None, 0) => starts_at,
        (None, _) => by_window(),
    }
}

/// The window of a door; `None` for a counter of which nothing is said: it has the day itself.
#[must_use]
pub fn window(profile: &Profile, door: Door) -> Option<&Release> {
    match door {
        Door::OnSite => profile.on_site.as_ref(),
        Door::Online | Door::Phone => Some(&profile.release),
    }
}

/// Whether something of this day can be had now.
pub fn check(
    profile: &Profile,
    calendar: &Calendar,
    door: Door,
    (starts_at, ends_at): (Timestamp, Timestamp),
    now: Timestamp,
) -> Result<(), Refusal> {
    let day = starts_at.date();
    if !limit::is_open(profile.days, calendar, day) {
        return Err(Refusal::ClosedDay { next_on: limit::next_open(profile.days, calendar, day) });
    }
    let (opens_at, closes_at) = match window(profile, door) {
        Some(release) => (opens_at(release, calendar, day), closes_at(release, calendar, starts_at)),
        // Whoever stands at the counter may have what is going on.
        None => (limit::midnight(day), ends_at),
    };
    match () {
        () if now >= closes_at => Err(Refusal::TooLate { closed_at: closes_at }),
        () if now < opens_at => Err(Refusal::TooEarly { opens_at }),
        () => Ok(()),
    }
}

/// One day of a date strip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    pub on: Date,
    pub open: bool,
    /// When its units appear, if they have not yet.
    pub opens_at: Option<Timestamp>,
}

/// The days that a strip shows: from today to one day past the furthest that is open, so that the next release is seen.
#[must_use]
pub fn strip(profile: &Profile, calendar: &Calendar, now: Timestamp) -> Vec<Day> {
    let release = &profile.release;
    let mut days = Vec::new();
    let mut on = now.date();
    let mut ahead = false;
    // Working days may be a third of all days around a long holiday.
    for _ in 0..=(u32::from(release.days_to) * 3 + 14) {
        if ahead {
            break;
        }
        let works = limit::is_open(profile.days, calendar, on);
        let opens_at = opens_at(release, calendar, on);
        // The day's last moment stands for its last unit.
        let last = limit::midnight(limit::plus_days(on, 1)).plus_ms(-1);
        let closed = now >= closes_at(release, calendar, last);
        ahead = works && now < opens_at;
        days.push(Day { on, open: works && !closed && !ahead, opens_at: ahead.then_some(opens_at) });
        on = limit::plus_days(on, 1);
    }
    days
}

/// The days of a month's length on which an office works, from a day on.
#[must_use]
pub fn open_days(days: OpenDays, calendar: &Calendar, from: Date, count: usize) -> Vec<Date> {
    let mut found = Vec::with_capacity(count);
    let mut on = from;
    while found.len() < count {
        let next = limit::next_open(days, calendar, on);
        found.push(next);
        on = limit::plus_days(next, 1);
    }
    found
}
