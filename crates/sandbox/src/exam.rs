//! The medical register: who had to be examined, when, where, and with what result.

use jiff::civil::date;
use kernel::Date;
use serde::Serialize;

use crate::{
    days::{age_on, plus_days, plus_years},
    demo,
    draw::Topic,
    population::District,
};

/// The last medical certificate on record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exam {
    pub examined_on: Date,
    pub hospital: &'static str,
    pub result: &'static str,
}

const HOSPITALS: [&str; 8] = [
    "市第一人民医院",
    "市中心医院",
    "市中医医院",
    "市第二人民医院",
    "市人民医院体检中心",
    "第三人民医院",
    "铁路医院",
    "康宁医院",
];
/// The certificate is to be handed in within so many days after the end of a cycle.
const GRACE_DAYS: i32 = 30;
/// The age of the yearly exam is 70 since this day; before it was 60.
const RAISED_ON: Date = date(2016, 4, 1);
/// The demo person whose exam is due.
const DUE: u64 = 3;

impl District {
    /// The last exam, if any was ever handed in. Classes without a duty of their own are examined at renewal.
    pub(crate) fn exam(&self, n: u64, today: Date) -> Option<Exam> {
        let grant = self.grant(n)?;
        let (cycle, _) = grant.cycle(today);
        let yearly = (1..=cycle).rev().take(8).find_map(|i| self.exam_of_cycle(n, i, today));
        let renewal = || {
            let (from, _, term) = self.term(n, grant, today);
            (term > 1).then(|| plus_days(from, -self.draw(Topic::Exam, n).days(60)))
        };
        let examined_on = yearly.or_else(renewal)?;
        let mut draw = self.draw(Topic::Exam, n ^ (1 << 41));
        let failed = demo::part(n).is_none() && draw.chance(1);
        Some(Exam {
            examined_on,
            hospital: draw.pick::<&'static str>(&HOSPITALS),
            result: if failed { "不合格" } else { "合格" },
        })
    }

    /// True if a certificate was due and the days of grace are over.
    pub(crate) fn exam_overdue(&self, n: u64, today: Date) -> bool {
        let Some(grant) = self.grant(n) else { return false };
        let (cycle, from) = grant.cycle(today);
        self.is_examined_in(n, cycle)
            && self.exam_of_cycle(n, cycle, today).is_none()
            && today > plus_days(from, GRACE_DAYS)
    }

    /// Whether the law wants a certificate at the beginning of cycle `i`: yearly from 70, for class C5 every third.
    fn is_examined_in(&self, n: u64, i: i16) -> bool {
        let (Some(grant), Some(birth)) = (self.grant(n), self.birth(n)) else { return false };
        let from = plus_years(grant.first_issued_on, i);
        let age = if from < RAISED_ON { 60 } else { 70 };
        i > 0 && (age_on(birth, from) >= age || (grant.class_on(birth, from) == "C5" && i % 3 == 0))
    }

    fn exam_of_cycle(&self, n: u64, i: i16, today: Date) -> Option<Date> {
        if !self.is_examined_in(n, i) {
            return None;
        }
        let grant = self.grant(n)?;
        let mut draw = self.draw(Topic::Exam, n << 8 | u64::from(i.unsigned_abs()));
        // Nobody misses two in a row: after a year the licence would be gone.
        let missed = match demo::part(n) {
            Some(_) => n == DUE && i == grant.cycle(today).0,
            None => i % 2 == 0 && draw.chance(12),
        };
        let examined_on = plus_days(plus_years(grant.first_issued_on, i), draw.days(GRACE_DAYS));
        (!missed && examined_on <= today).then_some(examined_on)
    }
}
