//! The marriage registry: ages, whose registry, both consents, the two periods of a divorce, the days everyone wants.

use kernel::{Index, identifier::Sex};

use super::{
    super::{
        hold::{self, Ask, Names},
        lottery,
        marriage::{self, Office, Person},
        pool::Door,
        refusal::{Jurisdiction, Refusal},
        rule::{
            self,
            marriage::{MarriageRule, Origin},
        },
    },
    *,
};

fn on(text: &str) -> &'static MarriageRule {
    rule::on(&SERVICES.marriage, day(text)).unwrap()
}

fn person(n: u8, sex: Sex, born_on: &str, household: &str) -> Person {
    let household = household.to_owned();
    Person { index: Index([n; 32]), sex, born_on: day(born_on), origin: Origin::Mainland, household }
}

fn office(area: &str, designated: bool) -> Office {
    Office { area: area.to_owned(), designated }
}

#[test]
fn both_are_old_enough_on_the_day_itself() {
    let check = |his: &str, hers: &str| {
        let (man, woman) = (person(1, Sex::Male, his, "990101"), person(2, Sex::Female, hers, "990202"));
        marriage::check(on("2026-05-20"), [&man, &woman], &office("99", false), day("2026-05-20"))
    };
    assert_eq!(check("2004-05-20", "2006-05-20"), Ok(()));
    assert_eq!(check("2004-05-21", "2006-05-20"), Err(Refusal::Age { min: Some(22), max: None }));
    assert_eq!(check("2004-05-20", "2006-05-21"), Err(Refusal::Age { min: Some(20), max: None }));
}

#[test]
fn the_registry_is_one_partys_own_until_2025_and_any_since() {
    let (man, woman) = (person(1, Sex::Male, "1990-01-01", "990105"), person(2, Sex::Female, "1990-01-01", "880101"));
    let check = |today: &str, area: &str| marriage::check(on(today), [&man, &woman], &office(area, false), day(today));
    let elsewhere = Err(Refusal::Jurisdiction { rule: Jurisdiction::Household });
    assert_eq!(check("2015-04-22", "990105"), Ok(()), "his");
    assert_eq!(check("2015-04-22", "8801"), Ok(()), "hers");
    assert_eq!(check("2015-04-22", "990106"), elsewhere);
    assert_eq!(check("2025-05-09", "990106"), elsewhere);
    assert_eq!(check("2025-05-10", "990106"), Ok(()));
}

#[test]
fn couples_from_elsewhere_go_to_the_designated_registry() {
    for origin in [Origin::HongKong, Origin::Macau, Origin::Taiwan, Origin::Foreign] {
        let man = Person { origin, ..person(1, Sex::Male, "1990-01-01", "") };
        let woman = person(2, Sex::Female, "1990-01-01", "990105");
        for today in ["2015-04-22", "2026-05-20"] {
            let check =
                |designated| marriage::check(on(today), [&man, &woman], &office("990105", designated), day(today));
            assert_eq!(check(true), Ok(()));
            assert_eq!(check(false), Err(Refusal::Jurisdiction { rule: Jurisdiction::Designated }), "{origin:?}");
        }
    }
}

#[test]
fn one_person_with_two_accounts_is_one_person() {
    let one = person(1, Sex::Male, "1990-01-01", "990105");
    let result = marriage::check(on("2026-05-20"), [&one, &one.clone()], &office("99", false), day("2026-05-20"));
    assert_eq!(result, Err(Refusal::SamePerson));
}

#[test]
fn fee_and_papers_are_those_of_the_day() {
    let bring = |today| on(today).bring.iter().map(|one| one.id.as_str()).collect::<Vec<_>>();
    assert_eq!(on("2015-04-22").fee_fen, 900);
    assert_eq!(on("2026-05-20").fee_fen, 0);
    assert!(bring("2015-04-22").contains(&"household-book"));
    assert_eq!(bring("2026-05-20"), ["resident-id"]);
}

#[test]
fn both_consent_by_their_own_login_before_it_is_confirmed() {
    let ask = Ask {
        door: Door::Online,
        class: "",
        names: Names { matter: "marriage", ..Names::default() },
        starts_at: at("2026-05-19T09:00"),
        ends_at: at("2026-05-19T09:30"),
        persons: &[],
        parties: 2,
        price: Money::ZERO,
        drawn: false,
    };
    let now = at("2026-05-06T10:00");
    let held = hold::decide(&ask, &[], rules("marriage"), now).unwrap().facts;
    let run = |facts: &Facts, command| decide(facts, &command, rules("marriage"), now).map(|d| d.facts);
    assert_eq!(run(&held, Command::Confirm), Err(Refusal::ConsentMissing { missing: 1 }));
    assert_eq!(run(&held, Command::Consent { party: 2 }), Err(Refusal::NoSuchParty { party: 2 }));
    let both = run(&held, Command::Consent { party: 1 }).unwrap();
    assert_eq!(run(&both, Command::Confirm).unwrap().state, State::Booked);
    let again = run(&held, Command::Consent { party: 0 }).unwrap();
    assert_eq!(run(&again, Command::Confirm), Err(Refusal::ConsentMissing { missing: 1 }), "one of them twice");
}

#[test]
fn a_divorce_can_be_withdrawn_for_thirty_days_and_is_collected_in_the_next_thirty() {
    let periods = marriage::divorce(on("2026-03-01"), day("2026-03-02"), &CHINA).unwrap();
    assert_eq!(periods.withdraw_until_on, day("2026-04-01"));
    assert_eq!((periods.collect_from_on, periods.collect_until_on), (day("2026-04-02"), day("2026-05-06")));
    assert!(!periods.estimated);
    // The thirtieth day is a Saturday: the Monday counts.
    let moved = marriage::divorce(on("2026-03-01"), day("2026-02-19"), &CHINA).unwrap();
    assert_eq!((moved.withdraw_until_on, moved.collect_from_on), (day("2026-03-23"), day("2026-03-24")));
    assert_eq!(marriage::divorce(on("2015-04-22"), day("2015-04-22"), &CHINA), None);
}

#[test]
fn the_days_everyone_wants_are_drawn() {
    let window = |on| lottery::window(profile("marriage"), &CHINA, day(on));
    assert_eq!(window("2026-05-20"), Some((at("2026-05-04T08:30"), at("2026-05-05T07:30"))));
    for on in ["2026-02-14", "2026-08-19", "2026-10-10"] {
        assert!(window(on).is_some(), "{on}");
    }
    for on in ["2026-05-19", "2026-05-21", "2027-08-19"] {
        assert_eq!(window(on), None, "{on}");
    }
    assert_eq!(window("2027-02-14"), None, "a Sunday");
    let closed = lottery::check(profile("marriage"), &CHINA, day("2027-02-14"), at("2027-01-29T09:00"));
    assert_eq!(closed, Err(Refusal::ClosedDay { next_on: day("2027-02-15") }));
    let check = |now| lottery::check(profile("marriage"), &CHINA, day("2026-05-20"), at(now));
    assert_eq!(check("2026-05-04T08:29:59"), Err(Refusal::TooEarly { opens_at: at("2026-05-04T08:30") }));
    assert_eq!(check("2026-05-05T07:29:59"), Ok(()));
    assert_eq!(check("2026-05-05T07:30"), Err(Refusal::TooLate { closed_at: at("2026-05-05T07:30") }));
}
