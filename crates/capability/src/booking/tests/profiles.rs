//! The four hospitals, the hall and the registry: every figure of their notices.

use super::{
    super::{
        block::{self, Mark},
        hold::{self, Ask, Names, Person},
        limit,
        pool::Door,
        refusal::Which,
        release,
        rule::{Counted, Fault, OpenDays, Per, What},
    },
    *,
};

fn ask<'a>(starts_at: &str, persons: &'a [Person<'a>]) -> Ask<'a> {
    Ask {
        door: Door::Online,
        class: "general",
        names: Names { place: "one", section: "eyes", resource: "d1", matter: "card" },
        starts_at: at(starts_at),
        ends_at: at(starts_at).plus_s(1800),
        persons,
        parties: 1,
        price: Money::ZERO,
        drawn: false,
    }
}

/// What is answered to somebody of whom nothing is known.
fn asked(name: &str, starts_at: &str, now: &str) -> Result<(), Refusal> {
    hold::decide(&ask(starts_at, &[]), &[], rules(name), at(now)).map(|_| ())
}

/// The first and the last moment at which something can be had.
fn window(name: &str, starts_at: &str) -> (Timestamp, Timestamp) {
    let release = &profile(name).release;
    let starts_at = at(starts_at);
    (release::opens_at(release, &CHINA, starts_at.date()), release::closes_at(release, &CHINA, starts_at))
}

#[test]
fn a_day_opens_at_its_hour_and_closes_in_time() {
    for (name, starts_at, opens_at, closes_at) in [
        ("hospital-a", "2026-03-20T09:00", "2026-03-06T06:30", "2026-03-20T00:00"),
        ("hospital-b", "2026-03-20T09:00", "2026-02-20T06:00", "2026-03-20T09:00"),
        ("hospital-c", "2026-03-20T09:00", "2026-03-06T00:00", "2026-03-20T00:00"),
        ("hospital-d", "2026-03-20T09:00", "2026-03-13T07:00", "2026-03-19T17:00"),
        ("marriage", "2026-05-20T09:00", "2026-05-05T08:30", "2026-05-20T00:00"),
        ("attraction", "2026-05-20T09:00", "2026-05-13T09:00", "2026-05-20T16:30"),
    ] {
        assert_eq!(window(name, starts_at), (at(opens_at), at(closes_at)), "{name}");
    }
}

#[test]
fn nothing_can_be_had_a_millisecond_early_or_late() {
    for (name, starts_at) in [("hospital-a", "2026-03-20T09:00"), ("hospital-d", "2026-03-20T14:00")] {
        let (opens_at, closes_at) = window(name, starts_at);
        let decide = |now| hold::decide(&ask(starts_at, &[]), &[], rules(name), now).map(|_| ());
        assert_eq!(decide(opens_at.plus_ms(-1)), Err(Refusal::TooEarly { opens_at }));
        assert_eq!(decide(opens_at), Ok(()));
        assert_eq!(decide(closes_at.plus_ms(-1)), Ok(()));
        assert_eq!(decide(closes_at), Err(Refusal::TooLate { closed_at: closes_at }));
    }
}

#[test]
fn a_lot_need_not_wait_for_the_hour_but_comes_too_late_like_any_claim() {
    let drawn = |name, starts_at, now| {
        let ask = Ask { drawn: true, ..ask(starts_at, &[]) };
        hold::decide(&ask, &[], rules(name), at(now)).map(|_| ())
    };
    assert_eq!(drawn("hospital-a", "2026-03-20T09:00", "2026-03-06T06:00"), Ok(()));
    let closed_at = at("2026-03-20T00:00");
    assert_eq!(drawn("hospital-a", "2026-03-20T09:00", "2026-03-20T00:00"), Err(Refusal::TooLate { closed_at }));
    let closed = drawn("police", "2026-03-21T09:00", "2026-03-10T00:00");
    assert_eq!(closed, Err(Refusal::ClosedDay { next_on: day("2026-03-23") }), "a Saturday");
}

#[test]
fn the_counter_has_the_day_itself() {
    let on_site = Ask { door: Door::OnSite, ..ask("2026-03-20T09:00", &[]) };
    let decide = |now| hold::decide(&on_site, &[], rules("hospital-a"), at(now)).map(|_| ());
    assert_eq!(decide("2026-03-19T23:59:59"), Err(Refusal::TooEarly { opens_at: at("2026-03-20T00:00") }));
    assert_eq!(decide("2026-03-20T09:10"), Ok(()));
    assert_eq!(decide("2026-03-20T09:30"), Err(Refusal::TooLate { closed_at: at("2026-03-20T09:30") }));
}

#[test]
fn a_working_day_office_is_open_on_exactly_the_working_days() {
    // Spring Festival 2026: the 14th and the 28th are Saturdays that are worked, the 15th to the 23rd are off.
    let open = |on: &str| limit::is_open(OpenDays::Working, &CHINA, day(on));
    for (on, expected) in [
        ("2026-02-13", true),
        ("2026-02-14", true),
        ("2026-02-15", false),
        ("2026-02-16", false),
        ("2026-02-23", false),
        ("2026-02-24", true),
        ("2026-02-28", true),
        ("2026-03-01", false),
        ("2026-09-20", true),
        ("2026-10-01", false),
        ("2026-10-07", false),
        ("2026-10-08", true),
    ] {
        assert_eq!(open(on), expected, "{on}");
    }
    let booked = |on: &str, now: &str| asked("police", &format!("{on}T09:00"), now);
    assert_eq!(booked("2026-02-14", "2026-02-10T10:00"), Ok(()), "a make-up Saturday");
    assert_eq!(booked("2026-02-16", "2026-02-10T10:00"), Err(Refusal::ClosedDay { next_on: day("2026-02-24") }));
    let year = day("2026-01-01").series(jiff::Span::new().days(1)).take(365);
    assert_eq!(year.filter(|&on| limit::is_open(OpenDays::Working, &CHINA, on)).count(), 248);
}

#[test]
fn the_strip_shows_what_is_open_and_the_next_release() {
    let strip = release::strip(profile("hospital-a"), &CHINA, at("2026-03-02T06:00"));
    let open: Vec<_> = strip.iter().filter(|day| day.open).map(|day| day.on).collect();
    // The fourteenth day appears at half past six.
    assert_eq!((open[0], open.len()), (day("2026-03-03"), 13));
    let ahead = strip.last().unwrap();
    assert_eq!((ahead.on, ahead.opens_at), (day("2026-03-16"), Some(at("2026-03-02T06:30"))));
    let strip = release::strip(profile("hospital-a"), &CHINA, at("2026-03-02T06:30"));
    assert_eq!(strip.iter().filter(|day| day.open).count(), 14);
    let police = release::strip(profile("police"), &CHINA, at("2026-02-13T10:00"));
    let open: Vec<_> = police.iter().filter(|day| day.open).map(|day| day.on.to_string()).collect();
    assert_eq!(open, ["2026-02-14", "2026-02-24", "2026-02-25", "2026-02-26", "2026-02-27", "2026-02-28"]);
}

#[test]
fn a_cancellation_is_in_time_until_the_hospitals_own_limit() {
    for (name, class, starts_at, last, late) in [
        ("hospital-a", "general", "2026-03-20T09:00", "2026-03-19T23:59:59.999", "2026-03-20T00:00"),
        ("hospital-b", "expert", "2026-03-20T14:00", "2026-03-20T02:00", "2026-03-20T02:00:00.001"),
        ("hospital-b", "general", "2026-03-20T14:00", "2026-03-20T13:30", "2026-03-20T13:30:00.001"),
        // The working day before a Monday is the Friday; before 24 February 2026 it is a Saturday that is worked.
        ("hospital-c", "general", "2026-03-23T09:00", "2026-03-20T14:59:59.999", "2026-03-20T15:00"),
        ("hospital-c", "general", "2026-02-24T09:00", "2026-02-14T14:59:59.999", "2026-02-14T15:00"),
        ("police", "general", "2026-03-20T09:00", "2026-03-20T08:59:59.999", "2026-03-20T09:00"),
    ] {
        let facts = Facts { class: class.to_owned(), ..booking(State::Booked, starts_at, "0") };
        let cancel = |now| decide(&facts, &Command::Cancel, rules(name), at(now));
        assert_eq!(cancel(last).unwrap().facts.state, State::Cancelled, "{name} {class}");
        assert!(matches!(cancel(late), Err(Refusal::TooLate { .. })), "{name} {class} {starts_at}");
    }
}

fn marks(fault: Fault, days: &[&str]) -> Vec<Mark> {
    days.iter().map(|on| Mark { on: day(on), fault }).collect()
}

fn blocked(name: &str, fault: Fault, days: &[&str], today: &str) -> Option<String> {
    match block::check(&profile(name).block, &marks(fault, days), day(today)) {
        Ok(()) => None,
        Err(Refusal::BlockedUntil { until_on, .. }) => Some(until_on.to_string()),
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn three_misses_block_for_as_long_as_the_notice_says() {
    let no_shows = |name, days: &[&str], today| blocked(name, Fault::NoShow, days, today);
    let three = ["2026-01-10", "2026-02-10", "2026-03-10"];
    assert_eq!(no_shows("hospital-a", &three[..2], "2026-03-10"), None);
    assert_eq!(no_shows("hospital-a", &three, "2026-03-10").as_deref(), Some("2026-04-10"));
    assert_eq!(no_shows("hospital-a", &three, "2026-04-09").as_deref(), Some("2026-04-10"));
    assert_eq!(no_shows("hospital-a", &three, "2026-04-10"), None);
    // Twelve months: the same day of the year before is outside.
    assert_eq!(no_shows("hospital-a", &["2025-03-10", "2026-02-10", "2026-03-10"], "2026-03-11"), None);
    assert!(no_shows("hospital-a", &["2025-03-11", "2026-02-10", "2026-03-10"], "2026-03-11").is_some());
    assert_eq!(no_shows("hospital-b", &three, "2026-03-11").as_deref(), Some("2026-09-10"));
    // No window is given: misses of years count together, once.
    let years = ["2023-01-10", "2024-02-10", "2026-03-10", "2026-11-01"];
    assert_eq!(no_shows("hospital-c", &years, "2026-03-10").as_deref(), Some("2026-09-10"));
    assert_eq!(no_shows("hospital-c", &years, "2026-11-02"), None, "the three are used up");
    let cancels = |days: &[&str], today| blocked("hospital-a", Fault::Cancel, days, today);
    assert_eq!(cancels(&["2026-03-01", "2026-03-15", "2026-03-31"], "2026-03-31").as_deref(), Some("2026-04-30"));
    assert_eq!(cancels(&["2026-03-01", "2026-03-15", "2026-04-01"], "2026-04-01"), None);
}

#[test]
fn more_than_three_misses_in_a_calendar_month_block_the_rest_of_it() {
    let no_shows = |days: &[&str], today| blocked("hospital-d", Fault::NoShow, days, today);
    let four = ["2026-03-02", "2026-03-03", "2026-03-04", "2026-03-20"];
    assert_eq!(no_shows(&four[..3], "2026-03-20"), None);
    assert_eq!(no_shows(&four, "2026-03-20").as_deref(), Some("2026-04-01"));
    assert_eq!(no_shows(&four, "2026-04-01"), None);
    assert_eq!(no_shows(&["2026-02-27", "2026-03-03", "2026-03-04", "2026-03-20"], "2026-03-20"), None);
}

#[test]
fn the_hall_blocks_for_thirty_days_after_three_misses_in_ninety() {
    let no_shows = |days: &[&str], today| blocked("police", Fault::NoShow, days, today);
    assert_eq!(no_shows(&["2026-01-01", "2026-02-01", "2026-03-31"], "2026-03-31").as_deref(), Some("2026-04-30"));
    assert_eq!(no_shows(&["2026-01-01", "2026-02-01", "2026-04-01"], "2026-04-01"), None, "the ninetieth day later");
    assert_eq!(no_shows(&["2026-03-01", "2026-03-02", "2027-01-01"], "2026-03-31"), None, "the future does not count");
}

#[test]
fn a_blocked_person_is_told_until_when_and_may_still_come_to_the_counter() {
    let counts = BTreeMap::new();
    let marks = marks(Fault::NoShow, &["2026-03-01", "2026-03-02", "2026-03-03"]);
    let persons = [Person { born_on: day("1990-03-07"), marks: &marks, counts: &counts }];
    let decide = |door, starts_at, now| {
        hold::decide(&Ask { door, ..ask(starts_at, &persons) }, &[], rules("hospital-a"), at(now)).map(|_| ())
    };
    let blocked = Refusal::BlockedUntil { until_on: day("2026-04-03"), fault: Fault::NoShow, count: 3 };
    assert_eq!(decide(Door::Online, "2026-03-20T09:00", "2026-03-10T09:00"), Err(blocked));
    assert_eq!(decide(Door::OnSite, "2026-03-20T09:00", "2026-03-20T08:00"), Ok(()));
}

#[test]
fn a_child_is_booked_online_from_fourteen_on_where_the_hospital_says_so() {
    let counts = BTreeMap::new();
    let decide = |name, door, born, now| {
        let persons = [Person { born_on: day(born), marks: &[], counts: &counts }];
        hold::decide(&Ask { door, ..ask("2026-03-20T09:00", &persons) }, &[], rules(name), at(now)).map(|_| ())
    };
    let online = |name, born| decide(name, Door::Online, born, "2026-03-10T09:00");
    assert_eq!(online("hospital-a", "2012-03-20"), Ok(()), "fourteen on the day");
    assert_eq!(online("hospital-a", "2012-03-21"), Err(Refusal::Age { min: Some(14), max: None }));
    assert_eq!(online("hospital-b", "2025-03-21"), Ok(()));
    assert_eq!(decide("hospital-a", Door::OnSite, "2020-01-01", "2026-03-20T08:00"), Ok(()));
}

#[test]
fn quotas_are_per_person_and_say_which() {
    let asked = |name, key: &str| {
        let counts = BTreeMap::from([(key.to_owned(), 1)]);
        let persons = [Person { born_on: day("1990-03-07"), marks: &[], counts: &counts }];
        hold::decide(&ask("2026-03-20T09:00", &persons), &[], rules(name), at("2026-03-12T10:00")).map(|_| ())
    };
    assert_eq!(asked("hospital-a", "resource/one/d1/2026-03-20am"), Err(Refusal::SameHalfDay));
    assert_eq!(asked("hospital-a", "resource/one/d1/2026-03-20pm"), Ok(()), "the afternoon is another half-day");
    assert_eq!(asked("hospital-a", "resource/one/d2/2026-03-20am"), Ok(()), "another doctor");
    let which = Which::Person { of: What::Section, per: Per::Day };
    assert_eq!(asked("hospital-b", "section/one/eyes/2026-03-20"), Err(Refusal::OverQuota { which, max: 1 }));
    assert_eq!(asked("police", "matter/card/live"), Err(Refusal::OneLiveBookingPerMatter));
    assert_eq!(asked("police", "matter/passport/live"), Ok(()));
}

#[test]
fn the_afternoon_begins_at_noon() {
    let key = |starts_at| hold::keys(profile("hospital-a"), &Names::default(), at(starts_at))[0].text.clone();
    assert!(key("2026-03-20T11:59:59").ends_with("2026-03-20am"));
    assert!(key("2026-03-20T12:00").ends_with("2026-03-20pm"));
}

#[test]
fn working_days_are_counted_backwards_over_a_holiday() {
    let before = |from, n| limit::days_before(&CHINA, day(from), n, Counted::Working).to_string();
    assert_eq!(before("2026-10-08", 1), "2026-09-30");
    assert_eq!(before("2026-02-27", 5), "2026-02-13");
    assert_eq!(before("2026-03-02", 1), "2026-02-28", "a Saturday that is worked");
}

#[test]
fn a_profile_is_the_one_of_the_day_and_its_schema_knows_every_key() {
    let newer = Profile { effective_on: day("2026-01-01"), hold_s: 60, ..profile("police").clone() };
    let all = [newer.clone(), profile("police").clone()];
    assert_eq!(rule::on(&all, day("2025-12-31")).unwrap().hold_s, 600);
    assert_eq!(rule::on(&all, day("2026-01-01")), Some(&newer));
    assert_eq!(rule::on(&all, day("2014-12-31")), None);
    let schema = schemars::schema_for!(Profile).to_value();
    for profile in PROFILES.values() {
        let json = serde_json::to_value(profile).unwrap();
        for key in json.as_object().unwrap().keys() {
            assert!(schema["properties"].get(key).is_some(), "{key}");
        }
        assert_eq!(&serde_json::from_value::<Profile>(json).unwrap(), profile);
    }
    let typo = "hold_s = 1\nrelaese = 2";
    assert!(toml::from_str::<Profile>(typo).unwrap_err().to_string().contains("unknown field"));
}
