//! Moments before a start, and lengths of days: the arithmetic of "by 15:00 on the working day before" and "within
//! twelve months".

use jiff::{Span, civil::Time};
use kernel::{Calendar, Date, Timestamp};

use super::{Counted, Length, Limit, OpenDays};

pub const MINUTE_MS: i64 = 60_000;
/// No office is closed for longer; a calendar that says so is mistaken, and the search for an open day ends.
const CLOSED_DAYS_MAX: usize = 60;

#[must_use]
pub fn at(day: Date, time: Time) -> Timestamp {
    Timestamp::from_civil(day.to_datetime(time))
}

/// The first moment of a day.
#[must_use]
pub fn midnight(day: Date) -> Timestamp {
    at(day, Time::midnight())
}

#[must_use]
pub fn plus_days(day: Date, n: i32) -> Date {
    day.checked_add(Span::new().days(n)).unwrap_or(if n < 0 { Date::MIN } else { Date::MAX })
}

/// So many days before; of working days, the n-th one before.
#[must_use]
pub fn days_before(calendar: &Calendar, day: Date, n: u16, counted: Counted) -> Date {
    match counted {
        Counted::Calendar => plus_days(day, -i32::from(n)),
        Counted::Working => {
            let (mut on, mut left) = (day, n);
            while left > 0 && on > Date::MIN {
                on = plus_days(on, -1);
                left -= u16::from(calendar.is_working_day(on));
            }
            on
        }
    }
}

/// The first instant at which it is too late.
#[must_use]
pub fn ends_at(limit: &Limit, starts_at: Timestamp, calendar: &Calendar) -> Timestamp {
    match (limit.minutes_before, limit.at) {
        // "Half an hour before" includes that half-hour's first moment; "until the start" does not include the start.
        (Some(0), _) => starts_at,
        (Some(minutes), _) => starts_at.plus_ms(1 - i64::from(minutes) * MINUTE_MS),
        (None, Some(time)) => at(days_before(calendar, starts_at.date(), limit.days_before, limit.counted), time),
        (None, None) if limit.days_before > 0 => {
            midnight(days_before(calendar, starts_at.date(), limit.days_before, limit.counted))
        }
        (None, None) => starts_at,
    }
}

#[must_use]
pub fn is_open(days: OpenDays, calendar: &Calendar, day: Date) -> bool {
    match days {
        OpenDays::Every => true,
        OpenDays::Working => calendar.is_working_day(day),
    }
}

/// The first day from this one on, this one included, on which the place works.
#[must_use]
pub fn next_open(days: OpenDays, calendar: &Calendar, day: Date) -> Date {
    (0..CLOSED_DAYS_MAX).map(|n| plus_days(day, n as i32)).find(|&on| is_open(days, calendar, on)).unwrap_or(day)
}

/// The first day after a length of time that begins on a day.
#[must_use]
pub fn end_of(length: &Length, begins_on: Date) -> Date {
    if length.calendar_month {
        return plus_days(begins_on.last_of_month(), 1);
    }
    let span = Span::new().months(i32::from(length.months)).days(i32::from(length.days));
    begins_on.checked_add(span).unwrap_or(Date::MAX)
}

/// Whether a day lies within a length of time that ends with the day `last`.
#[must_use]
pub fn within(length: &Length, day: Date, last: Date) -> bool {
    day <= last
        && if length.calendar_month {
            (day.year(), day.month()) == (last.year(), last.month())
        } else {
            last < end_of(length, day)
        }
}

/// Whole years on a day; the birthday itself counts. A birthday of 29 February is kept on 1 March in common years.
#[must_use]
pub fn age_on(born_on: Date, day: Date) -> i16 {
    let before_birthday = (day.month(), day.day()) < (born_on.month(), born_on.day());
    day.year() - born_on.year() - i16::from(before_birthday)
}
