//! Arithmetic on civil dates that cannot fail: the population lives far from the ends of the calendar.

use jiff::{Span, civil::date};
use kernel::Date;

/// How registers write "without end".
pub(crate) const LONG_TERM: Date = date(2099, 12, 31);

pub(crate) fn plus_days(from: Date, days: i32) -> Date {
    from.checked_add(Span::new().days(days)).unwrap_or(from)
}

/// The same day `years` later; 29 February becomes the 28th in common years.
pub(crate) fn plus_years(from: Date, years: i16) -> Date {
    from.checked_add(Span::new().years(years)).unwrap_or(from)
}

pub(crate) fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

pub(crate) fn age_on(birth: Date, day: Date) -> i16 {
    let before_birthday = (day.month(), day.day()) < (birth.month(), birth.day());
    day.year() - birth.year() - i16::from(before_birthday)
}

pub(crate) fn first_of_month(day: Date) -> Date {
    date(day.year(), day.month(), 1)
}
