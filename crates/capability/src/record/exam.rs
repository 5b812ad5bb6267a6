//! The driver's medical exam: by when the next one must be handed in.
//!
//! From a certain age on it is due within some days after the end of every cycle; for some classes after every so many
//! cycles at any age. An exam counts for a cycle if it was taken in the six months before the cycle's end (so long is
//! its certificate valid) or at any time after it. Only the last obligation behind today can be overdue.

use kernel::Date;
use manifest::rule::ExamRule;

use super::cycle;

/// Months for which a medical certificate is valid.
const CERTIFICATE_MONTHS: i32 = 6;
/// Every holder meets an obligation within so many cycles, or never: no class has a longer period. One missed longer ago
/// has cost the licence meanwhile, and is no longer to be handed in.
const CYCLES_LOOKED_AT: i16 = 3;

/// The day by which the next exam must be handed in; `Some(None)` if none is needed, `None` if no rule is known.
///
/// `rule` gives the rule in force on a day. The age counts on the last day of the cycle. Rules of the future are not
/// known, so that coming cycles are judged by today's.
#[must_use]
pub fn due_on<'a>(
    rule: impl Fn(Date) -> Option<&'a ExamRule>,
    born_on: Date,
    first_issued_on: Date,
    class: &str,
    examined_on: Option<Date>,
    today: Date,
) -> Option<Option<Date>> {
    rule(today)?;
    let due = |number: i16| {
        let end_on = cycle::nth(first_issued_on, number).end_on;
        let rule = rule(end_on.min(today))?;
        let by_age = age_on(born_on, end_on) >= rule.age;
        let by_class = classes(class)
            .filter_map(|class| rule.cycles_by_class.get(class))
            .any(|&cycles| cycles > 0 && u32::from(number.unsigned_abs()).is_multiple_of(cycles));
        (by_age || by_class).then(|| (end_on, plus_days(end_on, rule.days_after_cycle)))
    };
    let done = |end_on: Date| {
        let valid_from = end_on.checked_sub(jiff::Span::new().months(CERTIFICATE_MONTHS)).unwrap_or(Date::MIN);
        examined_on.is_some_and(|examined_on| examined_on > valid_from)
    };
    let current = cycle::holding(first_issued_on, today).number;
    let last = (1..current).rev().take(usize::from(CYCLES_LOOKED_AT.unsigned_abs())).find_map(due);
    let has_period = rule(today).is_some_and(|rule| classes(class).any(|c| rule.cycles_by_class.contains_key(c)));
    // Somebody who reaches the age only in a later cycle has nothing to hand in yet.
    if last.is_none() && due(current).is_none() && !has_period {
        return Some(None);
    }
    let coming = (current..=current.saturating_add(CYCLES_LOOKED_AT)).filter_map(due);
    Some(last.into_iter().chain(coming).find(|&(end_on, _)| !done(end_on)).map(|(_, due_on)| due_on))
}

/// The classes of a licence: `A2D` holds A2 and D.
fn classes(text: &str) -> impl Iterator<Item = &str> {
    let starts: Vec<usize> = text.char_indices().filter(|(_, c)| c.is_ascii_uppercase()).map(|(at, _)| at).collect();
    let ends: Vec<usize> = starts.iter().skip(1).copied().chain([text.len()]).collect();
    starts.into_iter().zip(ends).map(|(from, to)| text[from..to].trim_end_matches([',', ' ', '/', '、']))
}

/// Whole years on a day; the birthday itself counts.
fn age_on(born_on: Date, day: Date) -> i16 {
    let before_birthday = (day.month(), day.day()) < (born_on.month(), born_on.day());
    day.year() - born_on.year() - i16::from(before_birthday)
}

fn plus_days(day: Date, days: i32) -> Date {
    day.checked_add(jiff::Span::new().days(days)).unwrap_or(Date::MAX)
}
