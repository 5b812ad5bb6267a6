//! Dated rules: in the order of their days, and never two for the same day.

use std::collections::BTreeMap;

use kernel::Date;

use crate::{
    booking::{
        Dated,
        rules::{CoachesFile, MarriagesFile, ProfilesFile, TicketsFile},
        sound,
    },
    document::{Place, Problem, place},
    fee::{LateFeesFile, Tariff, TariffsFile},
    rule::{ExamFile, FinesFile, PointsFile},
};

/// Days that rules begin on, over all files: (kind, place) -> day -> file.
#[derive(Debug, Default)]
pub struct Timeline {
    taken: BTreeMap<(&'static str, String, Date), String>,
}

impl Timeline {
    pub fn points(&mut self, path: &str, file: &PointsFile) -> Vec<Problem> {
        let mut problems = self.days(path, "points", file.rule.iter().map(|rule| (String::new(), rule.effective_on)));
        for (i, rule) in file.rule.iter().enumerate() {
            let at = place!["rule", i];
            codes(rule.by_code.keys(), &at, &mut problems);
            for (code, violation) in rule.by_code.iter().filter(|(_, violation)| violation.points > rule.full) {
                let what = format!("{} points are more than the full {}", violation.points, rule.full);
                problems.push(Problem::error(
                    "out-of-range",
                    at.at("code").at(code).at("points"),
                    what,
                    "check the order",
                ));
            }
        }
        problems
    }

    pub fn exam(&mut self, path: &str, file: &ExamFile) -> Vec<Problem> {
        let mut problems = self.days(path, "exam", file.rule.iter().map(|rule| (String::new(), rule.effective_on)));
        for (i, rule) in file.rule.iter().enumerate() {
            for (class, _) in rule.cycles_by_class.iter().filter(|(_, cycles)| **cycles == 0) {
                let at = place!["rule", i, "cycles_by_class", class];
                problems.push(Problem::error(
                    "out-of-range",
                    at,
                    format!("class {class} in no cycle"),
                    "write 1 or more",
                ));
            }
        }
        problems
    }

    pub fn fines(&mut self, path: &str, file: &FinesFile) -> Vec<Problem> {
        let mut problems =
            self.days(path, "fines", file.rule.iter().map(|rule| (rule.place.clone(), rule.effective_on)));
        for (i, rule) in file.rule.iter().enumerate() {
            let at = place!["rule", i];
            codes(rule.code.keys(), &at, &mut problems);
            for (code, range) in rule.code.iter().filter(|(_, range)| range.from_yuan > range.to_yuan) {
                let what = format!("the fine goes from {} to {} yuan", range.from_yuan, range.to_yuan);
                problems.push(Problem::error(
                    "out-of-range",
                    at.at("code").at(code),
                    what,
                    "write the smaller one first",
                ));
            }
        }
        problems
    }

    pub fn late_fees(&mut self, path: &str, file: &LateFeesFile) -> Vec<Problem> {
        let mut problems =
            self.days(path, "late-fees", file.rule.iter().map(|rule| (rule.place.clone(), rule.effective_on)));
        for (i, rule) in file.rule.iter().enumerate() {
            named(rule.by_name.keys(), &place!["rule", i, "fee"], &mut problems);
        }
        problems
    }

    pub fn tariffs(&mut self, path: &str, file: &TariffsFile) -> Vec<Problem> {
        let mut problems =
            self.days(path, "tariffs", file.rule.iter().map(|rule| (rule.place.clone(), rule.effective_on)));
        for (i, rule) in file.rule.iter().enumerate() {
            let at = place!["rule", i, "tariff"];
            named(rule.by_name.keys(), &at, &mut problems);
            for (name, tariff) in &rule.by_name {
                steps(tariff, &at.at(name).at("step"), &mut problems);
            }
        }
        problems
    }

    pub fn profiles(&mut self, path: &str, file: &ProfilesFile) -> Vec<Problem> {
        self.by_id(path, "profile", &file.profile, sound::profile)
    }

    pub fn tickets(&mut self, path: &str, file: &TicketsFile) -> Vec<Problem> {
        self.by_id(path, "ticket", &file.ticket, sound::tickets)
    }

    pub fn coaches(&mut self, path: &str, file: &CoachesFile) -> Vec<Problem> {
        self.by_id(path, "coach", &file.coach, sound::coach)
    }

    pub fn marriages(&mut self, path: &str, file: &MarriagesFile) -> Vec<Problem> {
        self.days(path, "marriages", file.rule.iter().map(|rule| (String::new(), rule.effective_on)))
    }

    /// Rules that have ids of their own, each with its days.
    fn by_id<R: Dated>(
        &mut self,
        path: &str,
        key: &'static str,
        rules: &BTreeMap<String, Vec<R>>,
        unsound: fn(&R) -> Vec<sound::Unsound>,
    ) -> Vec<Problem> {
        let mut problems = Vec::new();
        named(rules.keys(), &place![key], &mut problems);
        for (id, rules) in rules {
            let at = place![key, id];
            let days = rules.iter().map(|rule| (id.clone(), rule.effective_on()));
            self.days_at(path, key, &at, |id| format!("`{id}`"), days, &mut problems);
            for (i, rule) in rules.iter().enumerate() {
                for one in unsound(rule) {
                    let at = one.at.split('.').fold(at.at(i), |at, key| at.at(key));
                    problems.push(Problem::error("unsound", at, one.what, one.fix));
                }
            }
        }
        problems
    }

    fn days(&mut self, path: &str, kind: &'static str, rules: impl Iterator<Item = (String, Date)>) -> Vec<Problem> {
        let mut problems = Vec::new();
        let words = |area: &str| match area {
            "" => "the whole country".to_owned(),
            area => format!("area {area}"),
        };
        self.days_at(path, kind, &place!["rule"], words, rules, &mut problems);
        problems
    }

    fn days_at(
        &mut self,
        path: &str,
        kind: &'static str,
        list: &Place,
        words: impl Fn(&str) -> String,
        rules: impl Iterator<Item = (String, Date)>,
        problems: &mut Vec<Problem>,
    ) {
        let mut before: Option<Date> = None;
        for (i, (whose, day)) in rules.enumerate() {
            let at = list.at(i).at("effective_on");
            if before.is_some_and(|before| day < before) {
                let what = format!("the rule of {day} stands below a younger one");
                problems.push(Problem::error("unsorted-rules", at.clone(), what, "oldest first"));
            }
            before = Some(day);
            let words = words(&whose);
            if let Some(other) = self.taken.insert((kind, whose, day), path.to_owned()) {
                let what = format!("two rules for {words} begin on {day}; the other is in {other}");
                problems.push(Problem::error("overlapping-rules", at, what, "merge them, or mend the day"));
            }
        }
    }
}

/// Each step ends above the one before, and only the last has no end: every unit has one price.
fn steps(tariff: &Tariff, at: &Place, problems: &mut Vec<Problem>) {
    let mut before = 0;
    for (i, step) in tariff.step.iter().enumerate() {
        let last = i + 1 == tariff.step.len();
        let (what, fix) = match step.up_to {
            Some(_) if last => ("the last step ends, and the next unit has no price", "remove its `up_to`"),
            None if !last => ("a step without an end has others after it", "say up to which unit it goes"),
            Some(up_to) if up_to <= before => ("a step ends where the one before has ended", "the lowest step first"),
            _ => {
                before = step.up_to.unwrap_or(before);
                continue;
            }
        };
        problems.push(Problem::error("bad-step", at.at(i), what, fix));
    }
}

fn named<'a>(mut names: impl Iterator<Item = &'a String>, at: &Place, problems: &mut Vec<Problem>) {
    let mut none = true;
    for name in names.by_ref() {
        none = false;
        if !kernel::id::is_slug(name) {
            let what = format!("`{name}` is no name of a rule");
            let fix = "lower-case letters, digits and single hyphens";
            problems.push(Problem::error("bad-id", at.at(name).key(), what, fix));
        }
    }
    if none {
        problems.push(Problem::error("empty", at.clone(), "the rule says nothing", "name at least one"));
    }
}

fn codes<'a>(codes: impl Iterator<Item = &'a String>, at: &Place, problems: &mut Vec<Problem>) {
    let mut none = true;
    for code in codes {
        none = false;
        if !(4..=5).contains(&code.len()) || !code.bytes().all(|b| b.is_ascii_digit()) {
            let what = format!("`{code}` is no violation code");
            problems.push(Problem::error(
                "bad-violation-code",
                at.at("code").at(code).key(),
                what,
                "four or five digits",
            ));
        }
    }
    if none {
        problems.push(Problem::error("empty", at.at("code"), "the rule names no violation", "list at least one code"));
    }
}
