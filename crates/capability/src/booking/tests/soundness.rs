//! Each mistake is found, at its place; what is right passes.

use jiff::civil::time;

use super::{
    super::{
        rule::{
            Delay, Length, Limit, Lottery,
            coach::{Line, SeatMap},
            ticket::TicketRule,
        },
        sound::{self, Unsound},
    },
    coaches::line,
    *,
};

fn places(found: &[Unsound]) -> Vec<&str> {
    assert!(found.iter().all(|one| !one.what.is_empty() && !one.fix.is_empty()));
    found.iter().map(|one| one.at.as_str()).collect()
}

#[test]
fn what_the_facts_say_is_sound() {
    for (name, profile) in PROFILES.iter() {
        assert_eq!(sound::profile(profile), [], "{name}");
    }
    assert_eq!(sound::tickets(&SERVICES.grottoes), []);
    assert_eq!(sound::tickets(&SERVICES.mountain), []);
    assert_eq!(sound::line(&line()), []);
    assert_eq!(sound::seats(&SeatMap { rows: 2, columns: "AB CD".to_owned(), missing: vec!["2D".to_owned()] }), []);
}

#[test]
fn a_profile_that_cannot_be_meant_is_found_out() {
    let found = |name: &str, change: fn(&mut Profile)| {
        let mut profile = profile(name).clone();
        change(&mut profile);
        places(&sound::profile(&profile)).join(" ")
    };
    assert_eq!(found("hospital-a", |p| p.release.days_from = 15), "release");
    assert_eq!(
        found("hospital-a", |p| p.on_site = Some(rule::Release { days_from: 9, days_to: 8, ..p.release.clone() })),
        "on_site"
    );
    assert_eq!(found("hospital-d", |p| p.release.closes.as_mut().unwrap().minutes_before = Some(5)), "release.closes");
    assert_eq!(found("hospital-a", |p| p.returns = Some(Delay { from_s: 2, to_s: 1 })), "returns");
    assert_eq!(found("hospital-a", |p| p.block[1].lasts = Length::default()), "block.lasts");
    assert_eq!(found("hospital-b", |p| p.cancel.reverse()), "cancel");
    let both = Limit { minutes_before: Some(1), days_before: 1, ..Limit::default() };
    let mut double = profile("hospital-c").clone();
    double.cancel[0].until = both;
    assert_eq!(places(&sound::profile(&double)), ["cancel.until"]);
    assert_eq!(found("coach", |p| p.refund.swap(0, 1)), "refund refund");
    assert_eq!(found("coach", |p| p.refund[1].keep_percent = 5), "refund");
    assert_eq!(found("coach", |p| p.refund[0].keep_min_fen = 60), "refund");
    let lottery = |closes, days: &[&str]| Lottery {
        opens_minutes_before: 60,
        closes_minutes_before: closes,
        days: days.iter().map(|&day| day.to_owned()).collect(),
        dates: Vec::new(),
    };
    for (lottery, expected) in [
        (lottery(60, &[]), &["lottery"][..]),
        (lottery(5, &["02-29", "05-20"]), &[]),
        (lottery(5, &["02-30", "5-20", "05-20-1"]), &["lottery.days"; 3]),
    ] {
        let profile = Profile { lottery: Some(lottery), ..profile("marriage").clone() };
        assert_eq!(places(&sound::profile(&profile)), expected);
    }
}

#[test]
fn an_attraction_that_cannot_be_meant_is_found_out() {
    let found = |change: fn(&mut TicketRule)| {
        let mut rule = SERVICES.grottoes.clone();
        change(&mut rule);
        places(&sound::tickets(&rule)).join(" ")
    };
    assert_eq!(found(|rule| rule.band[1].to = time(17, 30, 0, 0)), "band");
    assert_eq!(found(|rule| rule.band[1].id = "morning".to_owned()), "band");
    assert_eq!(found(|rule| rule.band[1].units = 61), "band band", "more than the day, and more than the place holds");
    assert_eq!(found(|rule| rule.stay_minutes = 181), "band");
    assert_eq!(found(|rule| rule.concession[0].age_from = None), "concession");
    assert_eq!(found(|rule| rule.concession[4].age_to = Some(5)), "concession");
    assert_eq!(found(|rule| rule.concession[1].id = "elderly".to_owned()), "concession");
    let mut upside_down = SERVICES.mountain.clone();
    std::mem::swap(&mut upside_down.opens, &mut upside_down.closes);
    assert_eq!(places(&sound::tickets(&upside_down)), ["closes"]);
}

#[test]
fn a_line_or_a_map_that_cannot_be_meant_is_found_out() {
    let found = |change: fn(&mut Line)| {
        let mut line = line();
        change(&mut line);
        places(&sound::line(&line)).join(" ")
    };
    assert_eq!(found(|line| line.stop[2].minutes = 40), "stop");
    assert_eq!(found(|line| line.stop[2].id = "east".to_owned()), "stop");
    assert_eq!(found(|line| line.fares_fen[0].truncate(1)), "fares_fen");
    assert_eq!(found(|line| line.fares_fen[1].push(1)), "fares_fen");
    assert_eq!(found(|line| line.fares_fen.push(vec![])), "fares_fen");
    assert_eq!(found(|line| line.fares_fen[1][0] = 0), "fares_fen");
    assert_eq!(found(|line| line.stop.truncate(1)), "stop fares_fen");
    assert_eq!(found(|line| line.stop.clear()), "stop fares_fen");
    let map = |columns: &str, missing: &str| SeatMap {
        rows: 2,
        columns: columns.to_owned(),
        missing: vec![missing.to_owned()],
    };
    assert_eq!(places(&sound::seats(&map("AB", "3A"))), ["missing"]);
    assert_eq!(places(&sound::seats(&map("AA", "1A"))), ["columns"; 2]);
    assert_eq!(places(&sound::seats(&map(" ", "1A"))), ["columns", "missing"]);
}
