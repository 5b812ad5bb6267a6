use std::collections::BTreeMap;

use jiff::civil::date;
use kernel::Text;
use manifest::{
    fee::{Tariff, TariffRule, TariffStep},
    rule::{ExamRule, FineRule, PointsRule, Violation},
};
use proptest::prelude::*;

use super::*;

fn rules() -> Rules {
    let points = |effective_on, by_code: &[(&str, i64)]| PointsRule {
        effective_on,
        source: Text::default(),
        full: 12,
        by_code: by_code
            .iter()
            .map(|&(code, points)| (code.to_owned(), Violation { text: Text::default(), points }))
            .collect(),
    };
    let exam = |effective_on, age| ExamRule {
        effective_on,
        source: Text::default(),
        age,
        days_after_cycle: 30,
        cycles_by_class: BTreeMap::from([("C5".to_owned(), 3)]),
    };
    let fine = |place: &str, from: i64, to: i64| FineRule {
        effective_on: date(2004, 5, 1),
        place: place.to_owned(),
        source: Text::default(),
        by_code: BTreeMap::from([("1345".to_owned(), (Money::from_fen(from), Money::from_fen(to)))]),
    };
    Rules::new(
        vec![
            points(date(2013, 1, 1), &[("1345", 3), ("1223", 2), ("1625", 6)]),
            points(date(2022, 4, 1), &[("1345", 1), ("1223", 3), ("1625", 6)]),
        ],
        vec![exam(date(2013, 1, 1), 60), exam(date(2016, 4, 1), 70)],
        vec![fine("", 2_000, 20_000), fine("99", 10_000, 10_000)],
    )
}

fn service() -> Service {
    toml::from_str(
        r#"
        id = "bicycle-fine"
        capability = "record"
        category = "bicycles"
        icon = "bike"
        name = { zh-CN = "罚", en = "Fines" }
        short_name = { zh-CN = "罚", en = "Fines" }
        summary = { zh-CN = "罚", en = "Fines" }
        subject = "vehicle"
        [guide]
        time_limit = { zh-CN = "即时", en = "at once" }
        fee = { zh-CN = "免费", en = "free" }
        contact = { name = { zh-CN = "台", en = "desk" }, phone = "122" }
        steps = []
        materials = []
        legal_basis = []
        if_wrong = { zh-CN = "", en = "" }
        offline = { zh-CN = "", en = "" }
        [answer]
        fresh_s = 60
        shape = "list"
        some = { zh-CN = "", en = "" }
        none = { zh-CN = "", en = "" }
        none_detail = { zh-CN = "", en = "" }
        open_when = { field = "state", equals = ["open", "decided"] }
        home = { label = { zh-CN = "", en = "" }, unit = { zh-CN = "", en = "" } }
        [[answer.fields]]
        key = "code"
        label = { zh-CN = "", en = "" }
        kind = "text"
        place = "title"
        required = true
        [[answer.fields]]
        key = "left_words"
        label = { zh-CN = "", en = "" }
        kind = "number"
        place = "detail"
        derive = { with = "days-left", from = ["cycle_end"] }
        [[answer.fields]]
        key = "at"
        label = { zh-CN = "", en = "" }
        kind = "date-time"
        place = "list"
        required = true
        [[answer.fields]]
        key = "rule_points"
        label = { zh-CN = "", en = "" }
        kind = "points"
        place = "detail"
        derive = { with = "rule-points", from = ["code", "at"] }
        [[answer.fields]]
        key = "rule_fine"
        label = { zh-CN = "", en = "" }
        kind = "text"
        place = "detail"
        derive = { with = "rule-fine", from = ["code", "at"] }
        [[answer.fields]]
        key = "cycle_end"
        label = { zh-CN = "", en = "" }
        kind = "date"
        place = "detail"
        derive = { with = "cycle-end", from = ["first"] }
        [[answer.fields]]
        key = "points_left"
        label = { zh-CN = "", en = "" }
        kind = "points"
        place = "detail"
        derive = { with = "points-left", from = ["taken"] }
        [[answer.fields]]
        key = "by_tariff"
        label = { zh-CN = "", en = "" }
        kind = "money"
        place = "detail"
        derive = { with = "tariff-cost", from = ["kwh", "at", "tariff"] }
        "#,
    )
    .expect("a service")
}

fn row(values: &[(&str, &str)]) -> Row {
    values.iter().map(|&(key, value)| (key.to_owned(), Value::Text(value.to_owned()))).collect()
}

fn text(row: &Row, key: &str) -> Option<String> {
    row.get(key).map(Value::text)
}

#[test]
fn the_cycle_follows_the_published_vectors() {
    let first = date(2012, 5, 20);
    let at = |day| cycle::holding(first, day);
    assert_eq!(at(date(2026, 4, 1)).start_on, date(2025, 5, 20));
    assert_eq!(at(date(2026, 4, 1)).end_on, date(2026, 5, 19));
    assert_eq!(at(date(2026, 5, 19)), at(date(2026, 4, 1)), "the last day still belongs to it");
    assert_eq!(at(date(2026, 5, 21)).start_on, date(2026, 5, 20), "decided on 21 May: the next cycle");
}

#[test]
fn a_licence_of_29_february_turns_on_the_28th_in_common_years() {
    let first = date(2024, 2, 29);
    let ends: Vec<Date> = (1..=5).map(|number| cycle::nth(first, number).end_on).collect();
    let expected = [date(2025, 2, 27), date(2026, 2, 27), date(2027, 2, 27), date(2028, 2, 28), date(2029, 2, 27)];
    assert_eq!(ends, expected);
    assert_eq!(cycle::holding(first, date(2025, 2, 28)).start_on, date(2025, 2, 28));
}

fn exam(born: Date, first: Date, class: &str, examined: Option<Date>, today: Date) -> Option<Option<Date>> {
    let rules = rules();
    exam::due_on(|day| rules.exam_on(day), born, first, class, examined, today)
}

#[test]
fn the_exam_starts_at_the_age_of_the_day() {
    let (born, first) = (date(1955, 6, 1), date(1990, 3, 10));
    // In 2015 the age was 60: this person turns 60 within the cycle that ends on 9 March 2016.
    assert_eq!(exam(born, first, "C1", None, date(2015, 12, 1)), Some(Some(date(2016, 4, 8))));
    // The age is 70 since April 2016; the obligation of the cycle that ended in March 2016 stands until it is met.
    assert_eq!(exam(born, first, "C1", None, date(2016, 5, 1)), Some(Some(date(2016, 4, 8))));
    assert_eq!(exam(date(1950, 6, 1), first, "C1", None, date(2012, 5, 1)), None, "no rule is known for that day");
    assert_eq!(exam(born, first, "C1", None, date(2020, 5, 1)), Some(None), "64 years old");
    assert_eq!(exam(born, first, "C1", None, date(2025, 1, 1)), Some(None), "turns 70 after the cycle's end");
    assert_eq!(exam(born, first, "C1", None, date(2025, 3, 10)), Some(Some(date(2026, 4, 8))));
}

#[test]
fn an_exam_handed_in_moves_the_due_day_to_the_next_cycle() {
    let (born, first) = (date(1950, 6, 1), date(1990, 3, 10));
    let today = date(2026, 3, 25);
    assert_eq!(exam(born, first, "C1", None, today), Some(Some(date(2026, 4, 8))));
    assert_eq!(exam(born, first, "C1", Some(date(2025, 3, 20)), today), Some(Some(date(2026, 4, 8))), "last year's");
    assert_eq!(exam(born, first, "C1", Some(date(2026, 3, 20)), today), Some(Some(date(2027, 4, 8))));
    assert_eq!(exam(born, first, "C1", Some(date(2026, 1, 5)), today), Some(Some(date(2027, 4, 8))), "still valid");
}

#[test]
fn class_c5_has_its_own_period_at_any_age() {
    let (born, first) = (date(1990, 6, 1), date(2020, 3, 10));
    assert_eq!(exam(born, first, "C5", None, date(2021, 1, 1)), Some(Some(date(2023, 4, 8))));
    assert_eq!(exam(born, first, "C1C5", None, date(2023, 4, 1)), Some(Some(date(2023, 4, 8))), "not handed in");
    assert_eq!(exam(born, first, "C5", Some(date(2023, 3, 20)), date(2023, 4, 1)), Some(Some(date(2026, 4, 8))));
    assert_eq!(exam(born, first, "C1", None, date(2023, 4, 1)), Some(None));
}

#[test]
fn rules_are_those_of_the_day_and_of_the_place() {
    let mut rows = vec![
        row(&[("code", "1345"), ("at", "2021-05-01T08:00:00"), ("taken", "3"), ("first", "2012-05-20")]),
        row(&[("code", "1345"), ("at", "2023-05-01T08:00:00"), ("taken", "14"), ("rule_points", "99")]),
        row(&[("code", "9999"), ("at", "2022-05-01T08:00:00"), ("rule_points", "99")]),
    ];
    derive(&service(), &mut rows, &rules(), "990100", date(2026, 4, 1));
    let order: Vec<_> = rows.iter().map(|row| text(row, "at").expect("at")[..4].to_owned()).collect();
    assert_eq!(order, ["2023", "2022", "2021"], "newest first");
    assert_eq!(text(&rows[0], "rule_points").as_deref(), Some("1"), "ours, not the department's");
    assert_eq!(text(&rows[0], "points_left").as_deref(), Some("0"), "never below zero");
    assert_eq!(text(&rows[1], "rule_points"), None, "an unknown code has no rule");
    assert_eq!(text(&rows[2], "rule_points").as_deref(), Some("3"));
    assert_eq!(text(&rows[2], "rule_fine").as_deref(), Some("¥100"), "the place's own rule");
    assert_eq!(text(&rows[2], "points_left").as_deref(), Some("9"));
    assert_eq!(text(&rows[2], "cycle_end").as_deref(), Some("2026-05-19"));
    assert_eq!(text(&rows[2], "left_words").as_deref(), Some("48"), "a computed field stands on another");
    derive(&service(), &mut rows, &rules(), "140100", date(2026, 4, 1));
    assert_eq!(text(&rows[2], "rule_fine").as_deref(), Some("¥20–200"), "the country's");
}

#[test]
fn a_row_without_a_required_field_is_half_an_answer() {
    let whole = row(&[("code", "1345"), ("at", "2021-05-01T08:00:00")]);
    assert_eq!(missing_field(&service(), &[]), None, "nothing on record is whole");
    assert_eq!(missing_field(&service(), std::slice::from_ref(&whole)), None);
    assert_eq!(missing_field(&service(), &[whole.clone(), row(&[("code", "1345")])]), Some("at"));
    assert_eq!(missing_field(&service(), &[whole, row(&[("code", " "), ("at", "x")])]), Some("code"));
}

#[test]
fn the_headline_counts_open_rows_and_the_figure_adds_them_up() {
    let rows = [row(&[("state", "open")]), row(&[("state", "paid")]), row(&[("state", "decided")])];
    assert_eq!(open_count(&service(), &rows), 2);
    let both = figure(&service(), &[&rows, &rows[1..]]);
    assert_eq!(both, Figure { value: Some("3".into()), tone: Tone::Warn });
    assert_eq!(figure(&service(), &[&[]]), Figure { value: Some("0".into()), tone: Tone::Ok });

    let mut points = service();
    points.answer.as_mut().unwrap().home.field = Some("points_left".into());
    for (left, tone) in [("12", Tone::Ok), ("3", Tone::Warn), ("0", Tone::Bad)] {
        let shown = figure(&points, &[&[row(&[("points_left", left)])]]);
        assert_eq!(shown, Figure { value: Some(left.into()), tone });
    }
    assert_eq!(figure(&points, &[&[]]), Figure { value: None, tone: Tone::Plain });
}

fn any_day() -> impl Strategy<Value = Date> {
    (0..25_000_i32).prop_map(|days| date(1970, 1, 1).checked_add(jiff::Span::new().days(days)).expect("in range"))
}

proptest! {
    #[test]
    fn every_day_lies_in_exactly_one_cycle(first in any_day(), later in 0..20_000_i32) {
        let today = first.checked_add(jiff::Span::new().days(later)).expect("in range");
        let held = cycle::holding(first, today);
        prop_assert!(held.start_on <= today && today <= held.end_on);
        prop_assert_eq!(held, cycle::nth(first, held.number));
        prop_assert_eq!(cycle::nth(first, held.number + 1).start_on, held.end_on.tomorrow().expect("in range"));
        prop_assert!((365..=366).contains(&(cycle::days_between(held.start_on, held.end_on) + 1)));
    }

    #[test]
    fn a_due_day_is_a_cycles_end_and_some_days_and_the_exam_moves_it_on(
        born in any_day(), first_after in 6_600..20_000_i32, later in 0..12_000_i32, examined in 0..12_000_i32,
    ) {
        let day = |from: Date, days: i32| from.checked_add(jiff::Span::new().days(days)).expect("in range");
        let first = day(born, first_after);
        let today = day(first, later).max(date(2013, 1, 1));
        let examined = day(first, examined).min(today);
        let without = exam(born, first, "C1", None, today).expect("a rule");
        let with = exam(born, first, "C1", Some(examined), today).expect("a rule");
        if let Some(due) = with {
            let end = due.checked_sub(jiff::Span::new().days(30)).expect("in range");
            prop_assert_eq!(cycle::holding(first, end).end_on, end);
            prop_assert!(without.is_some_and(|without| without <= due), "an exam never makes it earlier");
        }
    }

    #[test]
    fn no_text_of_a_department_makes_the_computation_panic(
        values in proptest::collection::btree_map("code|at|taken|first|state", ".{0,24}", 0..5),
    ) {
        let mut rows = vec![values.into_iter().map(|(key, value)| (key, Value::Text(value))).collect::<Row>()];
        derive(&service(), &mut rows, &rules(), "990100", date(2026, 4, 1));
        prop_assert!(rows.len() == 1);
    }
}

#[test]
fn usage_costs_what_the_tariff_of_that_day_and_place_says() {
    let step = |up_to, unit_milliyuan| TariffStep { up_to, unit_milliyuan };
    let tariff = |step| Tariff { unit: Text::default(), step };
    let rule = |effective_on, step| TariffRule {
        effective_on,
        place: "14".to_owned(),
        source: Text::default(),
        by_name: BTreeMap::from([("home".to_owned(), tariff(step))]),
    };
    let rules = rules().with_fees(
        Vec::new(),
        vec![
            rule(date(2012, 7, 1), vec![step(Some(170), 477), step(Some(260), 527), step(None, 777)]),
            rule(date(2020, 1, 1), vec![step(None, 500)]),
        ],
    );
    let cost = |place: &str, day: &str, kwh: &str, name: &str| {
        let mut rows = [row(&[("code", "x"), ("at", day), ("kwh", kwh), ("tariff", name)])];
        derive(&service(), &mut rows, &rules, place, date(2026, 4, 1));
        rows[0].get("by_tariff").and_then(Value::number)
    };
    assert_eq!(cost("149900", "2019-12-01", "300", "home"), Some(15_960), "the published vector");
    assert_eq!(cost("149900", "2020-01-01", "300", "home"), Some(15_000), "the younger tariff");
    for (place, day, kwh, name) in [
        ("149900", "2019-12-01", "300", "shop"),
        ("119900", "2019-12-01", "300", "home"),
        ("149900", "2000-12-01", "300", "home"),
        ("149900", "2019-12-01", "-3", "home"),
        ("149900", "2019-12-01", "many", "home"),
    ] {
        assert_eq!(cost(place, day, kwh, name), None, "{place} {day} {kwh} {name}");
    }
}

#[test]
fn money_on_the_home_page_is_one_sum_in_yuan() {
    let mut service = service();
    service.answer.as_mut().unwrap().home.field = Some("by_tariff".to_owned());
    let row = |fen| Row::from([("by_tariff".to_owned(), Value::Number(fen))]);
    let (one, other) = ([row(123_450)], [row(50)]);
    assert_eq!(figure(&service, &[&one, &other]).value.as_deref(), Some("1,235.00"));
    assert_eq!(figure(&service, &[&one]).value.as_deref(), Some("1,234.50"));
    assert_eq!(figure(&service, &[&[row(i64::MAX)], &one]).value, None, "no sum is better than a wrong one");
}
