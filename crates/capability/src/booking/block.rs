//! Whoever leaves units unused, over and over, waits a while before the next one.
//!
//! A block is not stored: it follows from the faults that are on record, so that a fault which staff take back takes
//! its block with it. Faults that led to a block are used up and lead to no second one.

use kernel::Date;

use super::{
    limit,
    refusal::Refusal,
    rule::{Block, Fault},
};

/// A fault on record: the day of the appointment that was missed, or the day on which one was cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    pub on: Date,
    pub fault: Fault,
}

/// The first day on which the person is free again, for a block that holds today.
#[must_use]
pub fn until(rule: &Block, marks: &[Mark], today: Date) -> Option<Date> {
    let mut days: Vec<Date> = marks.iter().filter(|mark| mark.fault == rule.fault).map(|mark| mark.on).collect();
    days.sort_unstable();
    let mut counting: Vec<Date> = Vec::new();
    let mut blocked: Option<Date> = None;
    // What a clock has put into the future does not count yet.
    for day in days.into_iter().take_while(|&day| day <= today) {
        counting.push(day);
        if let Some(within) = &rule.within {
            counting.retain(|&one| limit::within(within, one, day));
        }
        if counting.len() >= usize::from(rule.count.max(1)) {
            blocked = blocked.max(Some(limit::end_of(&rule.lasts, day)));
            counting.clear();
        }
    }
    blocked.filter(|&until_on| today < until_on)
}

/// The longest of the blocks that hold today.
pub fn check(rules: &[Block], marks: &[Mark], today: Date) -> Result<(), Refusal> {
    let longest = rules.iter().filter_map(|rule| Some((until(rule, marks, today)?, rule))).max_by_key(|(on, _)| *on);
    match longest {
        Some((until_on, rule)) => Err(Refusal::BlockedUntil { until_on, fault: rule.fault, count: rule.count }),
        None => Ok(()),
    }
}
