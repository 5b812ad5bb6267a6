//! The driver register: class, terms of validity and the twelve-month points cycle.

use jiff::civil::date;
use kernel::Date;
use serde::Serialize;

use crate::{
    days::{LONG_TERM, age_on, plus_days, plus_years},
    demo,
    draw::Topic,
    population::District,
};

/// A licence as the register shows it on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Licence {
    pub resident_id: String,
    pub file_no: String,
    pub class: String,
    pub first_issued_on: Date,
    /// The present term. A licence without end is valid to 2099-12-31.
    pub valid_from: Date,
    pub valid_to: Date,
    pub cycle_from: Date,
    pub points_taken: u32,
    pub status: &'static str,
}

/// What of a licence does not depend on the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    class: &'static str,
    pub(crate) first_issued_on: Date,
}

/// Nobody's first licence is younger, so that every violation has a licensed driver.
const LAST_ISSUE: Date = date(2024, 6, 30);
const FIRST_ISSUE: Date = date(1986, 1, 1);
const CLASSES: [(&str, u64); 9] =
    [("C1", 590), ("C2", 240), ("C1D", 25), ("A1", 10), ("A2", 35), ("A3", 5), ("B1", 10), ("B2", 75), ("C5", 10)];

impl Grant {
    /// The class on a day: the heavy classes end at 63.
    pub(crate) fn class_on(&self, birth: Date, today: Date) -> &'static str {
        if self.class.starts_with(['A', 'B']) && age_on(birth, today) >= 63 { "C1" } else { self.class }
    }

    /// The number of the points cycle on a day, 0 for the first, and the day it began.
    pub(crate) fn cycle(&self, today: Date) -> (i16, Date) {
        let mut i = (today.year() - self.first_issued_on.year()).max(0);
        let mut from = plus_years(self.first_issued_on, i);
        if from > today && i > 0 {
            i -= 1;
            from = plus_years(self.first_issued_on, i);
        }
        (i, from)
    }
}

impl District {
    pub(crate) fn grant(&self, n: u64) -> Option<Grant> {
        if let Some(part) = demo::part(n) {
            return part.licence.map(|(class, first_issued_on)| Grant { class, first_issued_on });
        }
        let mut draw = self.draw(Topic::Licence, n);
        let share = [92, 75, 60, 35][usize::try_from(n % 4).ok()?];
        if n >= self.persons() || !draw.chance(share) {
            return None;
        }
        let of_age = plus_years(self.birth(n)?, 18);
        let mut first_issued_on = plus_days(of_age, 30 + draw.days(12 * 365));
        if first_issued_on < FIRST_ISSUE {
            first_issued_on = plus_days(FIRST_ISSUE, draw.days(25 * 365));
        }
        let class = draw.weigh(&CLASSES, |&(_, share)| share).0;
        (first_issued_on <= LAST_ISSUE).then_some(Grant { class, first_issued_on })
    }

    /// First and last day of the present term, and its number: six years, ten years, without end.
    pub(crate) fn term(&self, n: u64, grant: Grant, today: Date) -> (Date, Date, u32) {
        let mut draw = self.draw(Topic::Renewal, n);
        let late = demo::part(n).is_none() && draw.chance(8);
        let mut lateness = || if late { 1 + draw.days(200) } else { 0 };
        let second = plus_years(grant.first_issued_on, 6);
        if today <= plus_days(second, lateness()) {
            return (grant.first_issued_on, second, 1);
        }
        let third = plus_years(grant.first_issued_on, 16);
        if today <= plus_days(third, lateness()) {
            return (second, third, 2);
        }
        (third, LONG_TERM, 3)
    }

    pub(crate) fn licence(&self, n: u64, today: Date) -> Option<Licence> {
        let grant = self.grant(n)?;
        let person = self.person(n)?;
        let (valid_from, valid_to, _) = self.term(n, grant, today);
        let (_, cycle_from) = grant.cycle(today);
        let points_taken = self.points(n, cycle_from, today);
        let status = if points_taken >= 12 {
            "超分"
        } else if today > valid_to {
            "逾期未换证"
        } else if self.exam_overdue(n, today) {
            "逾期未体检"
        } else {
            "正常"
        };
        Some(Licence {
            resident_id: person.resident_id,
            file_no: self.file_no(n)?,
            class: grant.class_on(person.birth, today).to_owned(),
            first_issued_on: grant.first_issued_on,
            valid_from,
            valid_to,
            cycle_from,
            points_taken,
            status,
        })
    }

    /// Points count in the cycle in which the decision fell, not the violation.
    fn points(&self, n: u64, cycle_from: Date, today: Date) -> u32 {
        self.driver_violations(n, today)
            .iter()
            .filter(|v| v.decision.as_ref().is_some_and(|decision| decision.at.date() >= cycle_from))
            .map(|v| v.points)
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cycle_begins_on_the_day_of_the_first_licence() {
        let grant = |first_issued_on| Grant { class: "C1", first_issued_on };
        let cycle = |first, today| grant(first).cycle(today).1;
        assert_eq!(cycle(date(2012, 5, 20), date(2026, 4, 1)), date(2025, 5, 20));
        assert_eq!(cycle(date(2012, 5, 20), date(2026, 5, 19)), date(2025, 5, 20));
        assert_eq!(cycle(date(2012, 5, 20), date(2026, 5, 20)), date(2026, 5, 20));
        assert_eq!(cycle(date(2008, 2, 29), date(2026, 2, 28)), date(2026, 2, 28), "28 February in common years");
        assert_eq!(cycle(date(2024, 2, 1), date(2024, 3, 1)), date(2024, 2, 1));
    }
}
