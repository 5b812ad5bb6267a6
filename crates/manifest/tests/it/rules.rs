//! Rules by the day and the place.

use jiff::civil::{Date, date};
use kernel::{Money, Text};
use manifest::rule::{FineRule, PointsRule, Rules};
use proptest::prelude::*;

use crate::packs;

#[test]
fn points_follow_the_set_of_the_day() {
    let rules = packs::loaded().catalogue.rules;
    let points =
        |day: Date, code: &str| rules.points_on(day).and_then(|rule| rule.by_code.get(code)).map(|one| one.points);
    for (code, before, since) in
        [("1345", 3, 1), ("1344", 3, 1), ("1223", 2, 3), ("1352", 3, 0), ("1625", 6, 6), ("6011", 2, 1)]
    {
        assert_eq!(points(date(2022, 3, 31), code), Some(before), "{code} before");
        assert_eq!(points(date(2022, 4, 1), code), Some(since), "{code} since");
    }
    assert_eq!(points(date(2012, 12, 31), "1625"), None, "no rule is invented for older days");
    assert_eq!(points(date(2026, 1, 1), "9999"), None);
    assert_eq!(rules.points_on(date(2026, 1, 1)).map(|rule| rule.full), Some(12));
}

#[test]
fn the_age_of_the_exam_rose_in_2016() {
    let rules = packs::loaded().catalogue.rules;
    let age = |day| rules.exam_on(day).map(|rule| rule.age);
    assert_eq!(age(date(2015, 4, 22)), Some(60));
    assert_eq!(age(date(2016, 3, 31)), Some(60));
    assert_eq!(age(date(2016, 4, 1)), Some(70));
    assert_eq!(rules.exam_on(date(2026, 1, 1)).and_then(|rule| rule.cycles_by_class.get("C5").copied()), Some(3));
}

#[test]
fn the_place_decides_the_fine() {
    let rules = packs::loaded().catalogue.rules;
    let fine =
        |day, place, code| rules.fine_on(day, place, code).map(|(from, to, _)| (from.fen() / 100, to.fen() / 100));
    let day = date(2015, 4, 22);
    assert_eq!(fine(day, "330100", "1625"), Some((150, 150)));
    assert_eq!(fine(day, "530100", "1625"), Some((150, 150)));
    assert_eq!(fine(day, "110000", "1625"), Some((200, 200)));
    assert_eq!(fine(day, "140100", "1625"), Some((20, 200)), "the country's range where the place has no rule");
    assert_eq!(fine(date(2013, 1, 1), "330100", "1625"), Some((20, 200)), "the place's rule came later");
    assert_eq!(fine(day, "330100", "1712"), Some((1000, 2000)), "a place that is silent on a code");
    assert_eq!(fine(date(2003, 1, 1), "330100", "1625"), None);
}

fn any_day() -> impl Strategy<Value = Date> {
    (1990i16..2060, 1i8..=12, 1i8..=28).prop_map(|(y, m, d)| date(y, m, d))
}

fn points_rule(effective_on: Date) -> PointsRule {
    PointsRule { effective_on, source: Text::default(), full: 12, by_code: Default::default() }
}

proptest! {
    #[test]
    fn the_youngest_rule_in_force_is_chosen(days in proptest::collection::btree_set(any_day(), 0..12), asked in any_day(), seed in any::<u64>()) {
        // Any order in: a rotation and a reversal stand for the order in which files happen to be read.
        let mut shuffled: Vec<Date> = days.iter().copied().collect();
        if !shuffled.is_empty() {
            let by = (seed as usize) % shuffled.len();
            shuffled.rotate_left(by);
            if seed % 2 == 0 { shuffled.reverse(); }
        }
        let rules = Rules::new(shuffled.into_iter().map(points_rule).collect(), Vec::new(), Vec::new());
        let expected = days.iter().copied().filter(|day| *day <= asked).max();
        prop_assert_eq!(rules.points_on(asked).map(|rule| rule.effective_on), expected);
    }

    #[test]
    fn the_most_local_fine_wins_and_then_the_youngest(
        rules in proptest::collection::vec((any_day(), prop::sample::select(vec!["", "14", "1499", "149901", "15"]), 1i64..500), 0..12),
        asked in any_day(),
    ) {
        let made = rules.iter().map(|(day, place, yuan)| FineRule {
            effective_on: *day,
            place: (*place).to_owned(),
            source: Text::default(),
            by_code: [("1001".to_owned(), (Money::from_fen(*yuan), Money::from_fen(*yuan)))].into(),
        }).collect();
        let found = Rules::new(Vec::new(), Vec::new(), made);
        let found = found.fine_on(asked, "149901", "1001").map(|(_, _, rule)| (rule.place.len(), rule.effective_on));
        let expected = rules.iter()
            .filter(|(day, place, _)| *day <= asked && "149901".starts_with(place))
            .map(|(day, place, _)| (place.len(), *day))
            .max();
        prop_assert_eq!(found, expected);
    }
}
