//! Rules that can be read and cannot be meant: what the linter of packs says about them, with the fix.
//!
//! A schema knows that a number is a number. That a window ends before it begins, that a fare is missing between two
//! stops, or that a later cancellation costs less than an earlier one, only the meaning tells.

use std::collections::BTreeSet;

use kernel::{Calendar, Date, Timestamp};

use super::{
    Limit, Lottery, Profile, Release,
    coach::{self, CoachRule, LEGS_MAX, Line, SeatMap},
    limit,
    ticket::{self, Concession, TicketRule},
};

/// Where, what, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsound {
    /// The key, as in the file: `release.closes`.
    pub at: String,
    pub what: String,
    pub fix: String,
}

#[derive(Default)]
struct Desk(Vec<Unsound>);

impl Desk {
    fn note(&mut self, wrong: bool, at: &str, what: impl Into<String>, fix: &str) {
        if wrong {
            self.0.push(Unsound { at: at.to_owned(), what: what.into(), fix: fix.to_owned() });
        }
    }

    fn release(&mut self, at: &str, release: &Release) {
        let Release { days_from, days_to, closes, .. } = release;
        let what = format!("the window begins {days_from} days ahead and ends {days_to} days ahead");
        self.note(days_from > days_to, at, what, "let `days_to` be at least `days_from`");
        if let Some(closes) = closes {
            self.limit(&format!("{at}.closes"), closes);
        }
    }

    fn limit(&mut self, at: &str, limit: &Limit) {
        let both = limit.minutes_before.is_some() && (limit.at.is_some() || limit.days_before > 0);
        self.note(
            both,
            at,
            "both minutes and a clock time are given",
            "keep `minutes_before`, or `days_before` and `at`",
        );
    }

    fn lottery(&mut self, lottery: &Lottery) {
        let Lottery { opens_minutes_before: opens, closes_minutes_before: closes, days, .. } = lottery;
        let what = format!("claims open {opens} minutes before the release and close {closes} minutes before it");
        self.note(opens <= closes, "lottery", what, "let `opens_minutes_before` be the larger");
        for day in days {
            // 2024 has a 29 February.
            let known = day.len() == 5 && format!("2024-{day}").parse::<Date>().is_ok();
            let what = format!("`{day}` is no day of the year");
            self.note(!known, "lottery.days", what, "write month and day, for example \"05-20\"");
        }
    }

    fn unique<'a>(&mut self, at: &str, ids: impl Iterator<Item = &'a str>) {
        let mut seen = BTreeSet::new();
        for id in ids {
            self.note(!seen.insert(id), at, format!("`{id}` is there twice"), "give each its own id");
        }
    }

    fn concessions(&mut self, concessions: &[Concession]) {
        self.unique("concession", concessions.iter().map(|one| one.id.as_str()));
        for Concession { id, age_from, age_to, height_cm_max, proofs, .. } in concessions {
            let everyone = age_from.is_none() && age_to.is_none() && height_cm_max.is_none() && proofs.is_empty();
            let what = format!("`{id}` has no condition: everybody pays less");
            self.note(everyone, "concession", what, "say an age, a height or a proof");
            let never = age_from.zip(*age_to).is_some_and(|(from, to)| from > to);
            let what = format!("`{id}` is for nobody: its age begins after it ends");
            self.note(never, "concession", what, "let `age_to` be at least `age_from`");
        }
    }
}

/// What is wrong with a profile.
#[must_use]
pub fn profile(profile: &Profile) -> Vec<Unsound> {
    let mut desk = Desk::default();
    desk.release("release", &profile.release);
    if let Some(on_site) = &profile.on_site {
        desk.release("on_site", on_site);
    }
    if let Some(lottery) = &profile.lottery {
        desk.lottery(lottery);
    }
    let reversed = profile.returns.is_some_and(|delay| delay.from_s > delay.to_s);
    desk.note(reversed, "returns", "the shortest time is longer than the longest", "let `to_s` be at least `from_s`");
    for block in &profile.block {
        let never = block.lasts == Default::default();
        desk.note(never, "block.lasts", "the block lasts for no time", "say `months`, `days` or `calendar_month`");
    }
    for (i, cancel) in profile.cancel.iter().enumerate() {
        desk.limit("cancel.until", &cancel.until);
        let last = i + 1 == profile.cancel.len();
        let hides = cancel.classes.is_empty() && !last;
        desk.note(hides, "cancel", "a limit for all classes stands before another one", "put it last");
    }
    desk.refunds(profile);
    desk.0
}

impl Desk {
    fn refunds(&mut self, profile: &Profile) {
        // Any start will do to see which step ends first, if it is not the start of a day.
        let starts_at = Timestamp(1_773_968_400_000);
        let ends_at = |limit: &Limit| limit::ends_at(limit, starts_at, &Calendar::default());
        for pair in profile.refund.windows(2) {
            let order = ends_at(&pair[0].until) >= ends_at(&pair[1].until);
            self.note(order, "refund", "a step ends before the one above it", "put the earliest limit first");
            let less = pair[0].keep_percent > pair[1].keep_percent || pair[0].keep_min_fen > pair[1].keep_min_fen;
            self.note(less, "refund", "a later cancellation costs less", "let what is kept grow from step to step");
        }
        for step in &profile.refund {
            self.limit("refund.until", &step.until);
        }
    }
}

/// What is wrong with an attraction's rule.
#[must_use]
pub fn tickets(rule: &TicketRule) -> Vec<Unsound> {
    let mut desk = Desk::default();
    desk.note(rule.opens >= rule.closes, "closes", "it closes before it opens", "let `closes` be after `opens`");
    desk.unique("band", rule.band.iter().map(|band| band.id.as_str()));
    for band in &rule.band {
        let outside = band.from < rule.opens || band.to > rule.closes || band.from >= band.to;
        let what = format!("`{}` is not within the hours", band.id);
        desk.note(outside, "band", what, "let `opens` ≤ `from` < `to` ≤ `closes`");
        let what = format!("`{}` has {} places and the day {}", band.id, band.units, rule.daily);
        desk.note(band.units > rule.daily, "band", what, "lower its `units`, or raise `daily`");
    }
    if let Err(ticket::Crowded { at, people, instant }) = ticket::check_bands(rule) {
        let what = format!("at {at} there may be {people} people in a place for {instant}");
        desk.note(true, "band", what, "lower the `units` of the bands that overlap, or shorten `stay_minutes`");
    }
    desk.concessions(&rule.concession);
    desk.0
}

/// What is wrong with a rule of who rides for how much.
#[must_use]
pub fn coach(rule: &CoachRule) -> Vec<Unsound> {
    let mut desk = Desk::default();
    let child = &rule.child;
    let by_age = child.free_age_to.zip(child.half_age_to).is_some_and(|(free, half)| free > half);
    let by_height = child.free_height_cm_to > child.half_height_cm_to;
    let what = "a child that rides free would not be small enough for half the fare";
    desk.note(by_age || by_height, "child", what, "let the limits of `half_…` be at least those of `free_…`");
    desk.concessions(&rule.concession);
    desk.0
}

/// What is wrong with a line.
#[must_use]
pub fn line(line: &Line) -> Vec<Unsound> {
    let mut desk = Desk::default();
    let stops = line.stop.len();
    let many = stops > usize::from(LEGS_MAX) + 1;
    desk.note(many, "stop", format!("{stops} stops"), "at most 65: split the line");
    desk.note(stops < 2, "stop", "a line has two ends", "list at least two stops");
    desk.unique("stop", line.stop.iter().map(|stop| stop.id.as_str()));
    let late = line.stop.windows(2).any(|pair| pair[0].minutes >= pair[1].minutes);
    desk.note(
        late,
        "stop",
        "a stop is reached before the one above it",
        "list the stops in order, with rising `minutes`",
    );
    let rows = stops.saturating_sub(1);
    let shape = line.fares_fen.len() == rows && line.fares_fen.iter().zip(1..).all(|(row, i)| row.len() == stops - i);
    let fix = "one row per stop but the last, with one fare per stop after it";
    desk.note(!shape, "fares_fen", "a fare is missing, or one is too many", fix);
    let free = line.fares_fen.iter().flatten().any(|&fen| fen <= 0);
    desk.note(free, "fares_fen", "a fare is not more than nothing", "write fares in fen");
    desk.0
}

/// What is wrong with a map of seats.
#[must_use]
pub fn seats(map: &SeatMap) -> Vec<Unsound> {
    let mut desk = Desk::default();
    let all = SeatMap { missing: Vec::new(), ..map.clone() };
    let labels: Vec<String> = coach::seats(&all).into_iter().map(|seat| seat.label).collect();
    desk.unique("columns", labels.iter().map(String::as_str));
    desk.note(labels.is_empty(), "columns", "there is no seat", "name the columns, for example \"AB CD\"");
    for missing in &map.missing {
        let what = format!("`{missing}` would not be there anyway");
        desk.note(!labels.contains(missing), "missing", what, "write row and column, for example \"1A\"");
    }
    desk.0
}
