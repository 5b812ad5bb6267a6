//! Working days of China: weekends, statutory days off and the make-up days that pay for them.
//!
//! The data is an operator's (packs carry one file a year), because next year's notice appears only in November. A year
//! without data counts weekends only, and the answer says that it is an estimate.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::clock::Date;

#[derive(Clone, Debug, Default)]
pub struct Calendar {
    /// Days that differ from their weekday: true = off.
    exceptions: BTreeMap<Date, bool>,
    /// Years whose notice is out.
    years: Vec<i16>,
}

/// A computed day, and whether a year without a notice was involved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    pub on: Date,
    pub estimated: bool,
}

#[derive(Deserialize)]
struct Year {
    year: i16,
    days: Vec<Day>,
}

#[derive(Deserialize)]
struct Day {
    date: Date,
    #[serde(rename = "isOffDay")]
    is_off_day: bool,
}

impl Calendar {
    /// Adds one year's file in the form of the holiday-cn data set.
    pub fn add_year(&mut self, json: &str) -> Result<(), serde_json::Error> {
        let year: Year = serde_json::from_str(json)?;
        if !year.days.is_empty() && !self.years.contains(&year.year) {
            self.years.push(year.year);
        }
        self.exceptions.extend(year.days.into_iter().map(|day| (day.date, day.is_off_day)));
        Ok(())
    }

    #[must_use]
    pub fn is_working_day(&self, day: Date) -> bool {
        match self.exceptions.get(&day) {
            Some(off) => !off,
            None => !matches!(day.weekday(), jiff::civil::Weekday::Saturday | jiff::civil::Weekday::Sunday),
        }
    }

    /// The n-th working day after `day`; `day` itself is not counted.
    #[must_use]
    pub fn add_working_days(&self, day: Date, n: u32) -> Deadline {
        let mut on = day;
        let mut left = n;
        let mut estimated = false;
        while left > 0 {
            let Ok(next) = on.tomorrow() else { break };
            on = next;
            estimated |= !self.years.contains(&on.year());
            left -= u32::from(self.is_working_day(on));
        }
        Deadline { on, estimated }
    }

    /// The n-th calendar day after `day`, moved to the next working day if it falls on a day off.
    #[must_use]
    pub fn add_days(&self, day: Date, n: i32) -> Deadline {
        let mut on = day.checked_add(jiff::Span::new().days(n)).unwrap_or(day);
        while !self.is_working_day(on) {
            let Ok(next) = on.tomorrow() else { break };
            on = next;
        }
        Deadline { on, estimated: !self.years.contains(&on.year()) }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn china() -> Calendar {
        let mut calendar = Calendar::default();
        let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs/calendars");
        for entry in std::fs::read_dir(dir).expect("packs/calendars") {
            let path = entry.expect("entry").path();
            if path.extension().is_some_and(|e| e == "json") {
                calendar.add_year(&std::fs::read_to_string(path).expect("readable")).expect("a year's file");
            }
        }
        calendar
    }

    #[test]
    fn working_days_follow_the_published_vectors() {
        let china = china();
        for (from, n, to) in [
            (date(2026, 2, 13), 1, date(2026, 2, 14)),
            (date(2026, 2, 13), 5, date(2026, 2, 27)),
            (date(2026, 9, 18), 1, date(2026, 9, 20)),
            (date(2026, 9, 30), 1, date(2026, 10, 8)),
            (date(2026, 9, 30), 7, date(2026, 10, 15)),
            (date(2026, 4, 28), 5, date(2026, 5, 8)),
            (date(2026, 9, 21), 20, date(2026, 10, 26)),
            (date(2015, 2, 13), 5, date(2015, 2, 26)),
            (date(2015, 4, 22), 20, date(2015, 5, 21)),
        ] {
            assert_eq!(china.add_working_days(from, n), Deadline { on: to, estimated: false }, "{from} + {n}");
        }
    }

    #[test]
    fn years_have_their_working_days() {
        let china = china();
        for (year, days) in [(2015, 249), (2026, 248)] {
            let all = date(year, 1, 1).series(jiff::Span::new().days(1)).take_while(|d| d.year() == year);
            assert_eq!(all.filter(|&d| china.is_working_day(d)).count(), days, "{year}");
        }
    }

    #[test]
    fn a_deadline_on_a_day_off_moves_and_an_unknown_year_is_an_estimate() {
        let china = china();
        assert_eq!(china.add_days(date(2026, 3, 2), 60).on, date(2026, 5, 6));
        assert!(china.add_working_days(date(2026, 12, 31), 1).estimated);
    }
}
