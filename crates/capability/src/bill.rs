//! `bill`: what is owed today, and which of it may be paid together.
//!
//! What a debt grows by is computed from the rule of the day and from dates, never kept; a department that says a figure
//! of its own is believed instead, and that choice is the engine's. All of it is integers, rounded half up to the fen
//! once, at the end.

use kernel::{Date, Money};
use manifest::fee::{LateFee, Tariff};

/// Days ahead that `grows_on` looks. Nobody plans a payment further ahead, and fees below a fen a day end the search.
const AHEAD_DAYS: i32 = 3_660;

/// First and last day, both included, of a time in which nothing is added: a decision is contested. Without a last day it
/// still is.
pub type Pause = (Date, Option<Date>);

/// What has been added to an amount by `today`, counting from the day after `from`.
///
/// The days that cost nothing are calendar days and run also during a pause: the law lets a contested decision stand and
/// only does not count the days for what is added (行政处罚法, Articles 72 and 73).
#[must_use]
pub fn late_fee(rule: &LateFee, amount: Money, from: Date, today: Date, paused: &[Pause]) -> Money {
    let Some(first) = plus_days(from, i32::from(rule.grace_days) + 1) else { return Money::ZERO };
    let year_end = Date::new(first.year(), 12, 31).unwrap_or(Date::MAX);
    let later = rule.per_mille_a_day_later_years.unwrap_or(rule.per_mille_a_day);
    let days = counted_days(first, today.min(year_end), paused);
    let days_later = plus_days(year_end, 1).map_or(0, |start| counted_days(start, today, paused));
    if days + days_later == 0 || amount <= Money::ZERO {
        return Money::ZERO;
    }
    let per_mille = i128::from(days) * i128::from(rule.per_mille_a_day) + i128::from(days_later) * i128::from(later);
    let fee = half_up(i128::from(amount.fen()) * per_mille, 1_000).max(rule.min_fen);
    let cap = |percent| half_up(i128::from(amount.fen()) * i128::from(percent), 100);
    Money::from_fen(rule.cap_percent.map_or(fee, |percent| fee.min(cap(percent))))
}

/// The first day after today on which more has been added; `None` if that is not in sight: capped, or paused for good.
#[must_use]
pub fn grows_on(rule: &LateFee, amount: Money, from: Date, today: Date, paused: &[Pause]) -> Option<Date> {
    let now = late_fee(rule, amount, from, today, paused);
    let on = |ahead: i32| plus_days(today, ahead);
    let grown = |ahead: i32| on(ahead).is_some_and(|day| late_fee(rule, amount, from, day, paused) > now);
    // It never shrinks with time, so the day is found by halving.
    let (mut same, mut more) = (0, AHEAD_DAYS);
    if !grown(more) {
        return None;
    }
    while more - same > 1 {
        let middle = same + (more - same) / 2;
        *(if grown(middle) { &mut more } else { &mut same }) = middle;
    }
    on(more)
}

/// Days from `start` to `end`, both included, without those of a pause. Pauses may overlap.
fn counted_days(start: Date, end: Date, paused: &[Pause]) -> i64 {
    let mut pauses: Vec<(Date, Date)> =
        paused.iter().map(|(from, to)| (*from, to.unwrap_or(Date::MAX))).filter(|(from, to)| from <= to).collect();
    pauses.sort_unstable();
    let mut counted = days(start, end);
    let mut free = start;
    for (from, to) in pauses {
        counted -= days(from.max(free), to.min(end));
        if to >= free {
            free = to.tomorrow().unwrap_or(Date::MAX);
        }
    }
    counted
}

/// Days from `start` to `end`, both included; none if they are the wrong way round.
fn days(start: Date, end: Date) -> i64 {
    if start > end { 0 } else { i64::from(start.until(end).map_or(0, |span| span.get_days())) + 1 }
}

fn plus_days(day: Date, days: i32) -> Option<Date> {
    day.checked_add(jiff::Span::new().days(days)).ok()
}

/// A quotient of a dividend that is not negative, rounded half up.
fn half_up(dividend: i128, divisor: i128) -> i64 {
    i64::try_from((dividend + divisor / 2) / divisor).unwrap_or(i64::MAX)
}

/// What some units cost, and the part of each step in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cost {
    pub total: Money,
    pub steps: Vec<Step>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    pub units: u32,
    /// Thousandths of a yuan.
    pub unit_milliyuan: u32,
}

/// The price of some units by a tariff with steps. Only steps that were reached are listed.
#[must_use]
pub fn cost(tariff: &Tariff, units: u32) -> Cost {
    let mut below = 0;
    let mut steps = Vec::new();
    for step in &tariff.step {
        let up_to = step.up_to.unwrap_or(u32::MAX).min(units);
        let here = up_to.saturating_sub(below);
        if here > 0 {
            steps.push(Step { units: here, unit_milliyuan: step.unit_milliyuan });
        }
        below = below.max(up_to);
    }
    let milliyuan = steps.iter().map(|step| i128::from(step.units) * i128::from(step.unit_milliyuan)).sum();
    Cost { total: Money::from_fen(half_up(milliyuan, 10)), steps }
}

/// Whether the chosen bills are the oldest ones. `open` has the oldest first; the order of the choice does not matter.
#[must_use]
pub fn is_oldest_first(open: &[&str], chosen: &[&str]) -> bool {
    let is_chosen = |bill: &&&str| chosen.contains(*bill);
    let oldest = open.iter().take_while(is_chosen).count();
    open.iter().filter(is_chosen).count() == oldest && chosen.iter().all(|bill| open.contains(bill))
}

/// Why an amount that somebody typed is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AmountRefused {
    /// Less than the least that is taken.
    TooSmall { min: Money },
    /// More than is owed, or than may be put on the account at once.
    TooLarge { max: Money },
    /// The biller takes the whole bill or nothing.
    WholeOnly { due: Money },
}

/// Whether a part of what is due may be paid: at least one fen, at most all of it, and less than all only where the
/// biller takes parts.
pub fn check_part(takes_parts: bool, due: Money, part: Money) -> Result<(), AmountRefused> {
    let min = Money::from_fen(1);
    match part {
        _ if part < min => Err(AmountRefused::TooSmall { min }),
        _ if part > due => Err(AmountRefused::TooLarge { max: due }),
        _ if part < due && !takes_parts => Err(AmountRefused::WholeOnly { due }),
        _ => Ok(()),
    }
}

/// Whether so much may be put on an account at once.
pub fn check_top_up(min: Money, max: Money, amount: Money) -> Result<(), AmountRefused> {
    match amount {
        _ if amount < min => Err(AmountRefused::TooSmall { min }),
        _ if amount > max => Err(AmountRefused::TooLarge { max }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
