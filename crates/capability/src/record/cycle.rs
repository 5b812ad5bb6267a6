//! The twelve-month cycle in which points are counted, from the day of the first licence.

use kernel::Date;

/// Both days belong to the cycle. `number` counts from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cycle {
    pub number: i16,
    pub start_on: Date,
    pub end_on: Date,
}

/// The n-th cycle of a licence. A licence of 29 February turns its year on 28 February in common years.
#[must_use]
pub fn nth(first_issued_on: Date, number: i16) -> Cycle {
    let end_on = anniversary(first_issued_on, number).yesterday().unwrap_or(Date::MAX);
    Cycle { number, start_on: anniversary(first_issued_on, number.saturating_sub(1)), end_on }
}

/// The cycle that holds a day; the first one for a day before the licence.
#[must_use]
pub fn holding(first_issued_on: Date, day: Date) -> Cycle {
    let years = day.year().saturating_sub(first_issued_on.year()).max(0);
    let number = if anniversary(first_issued_on, years) <= day { years.saturating_add(1) } else { years };
    nth(first_issued_on, number.max(1))
}

/// The same day some years later; jiff takes 29 February to 28 February where there is none.
fn anniversary(first: Date, years: i16) -> Date {
    first.checked_add(jiff::Span::new().years(years)).unwrap_or(Date::MAX)
}

/// Whole days from one date to another, negative backwards.
#[must_use]
pub fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}
