use jiff::civil::date;
use kernel::Text;
use manifest::fee::{LateFeesFile, TariffStep, TariffsFile};
use proptest::prelude::*;

use super::*;

const FINE: LateFee = LateFee {
    grace_days: 15,
    per_mille_a_day: 30,
    per_mille_a_day_later_years: None,
    cap_percent: Some(100),
    min_fen: 0,
};
const HOUSEHOLD: LateFee = LateFee { grace_days: 0, per_mille_a_day: 1, cap_percent: None, min_fen: 100, ..FINE };
const COMPANY: LateFee = LateFee { per_mille_a_day: 2, per_mille_a_day_later_years: Some(3), ..HOUSEHOLD };

fn fen(money: i64) -> Money {
    Money::from_fen(money)
}

/// The rule of that name as the packs ship it.
fn shipped(name: &str) -> LateFee {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../packs/rules/current/late-fees.toml");
    let text = std::fs::read_to_string(path).expect("the rules that are shipped");
    let file: LateFeesFile = toml::from_str(&text).expect("a file of late fees");
    let mut rules = file.rule.into_iter();
    rules.find_map(|rule| rule.by_name.get(name).copied()).expect(name)
}

#[test]
fn surcharges_on_fines_follow_the_published_vectors() {
    let received = date(2026, 3, 2);
    assert_eq!(shipped("traffic-fine"), FINE);
    for (fine, paid, added) in [
        (20_000, date(2026, 3, 2), 0),
        (20_000, date(2026, 3, 17), 0),
        (20_000, date(2026, 3, 18), 600),
        (20_000, date(2026, 4, 19), 19_800),
        (20_000, date(2026, 4, 20), 20_000),
        (20_000, date(2027, 4, 20), 20_000),
        (15_000, date(2026, 3, 20), 1_350),
    ] {
        assert_eq!(late_fee(&FINE, fen(fine), received, paid, &[]), fen(added), "{fine} on {paid}");
    }
}

#[test]
fn late_fees_on_power_follow_the_published_vectors() {
    let due = date(2026, 3, 2);
    assert_eq!((shipped("electricity-resident"), shipped("electricity-other")), (HOUSEHOLD, COMPANY));
    for (days, fee) in [(0, 0), (1, 100), (5, 100), (11, 100), (12, 104), (100, 864)] {
        let paid = plus_days(due, days).expect("a day");
        assert_eq!(late_fee(&HOUSEHOLD, fen(8_640), due, paid, &[]), fen(fee), "{days} days");
    }
    // Ten days of the year at 2 ‰ and five of the next at 3 ‰: 35 ‰ of ¥1,000.
    assert_eq!(late_fee(&COMPANY, fen(100_000), date(2025, 12, 21), date(2026, 1, 5), &[]), fen(3_500));
    assert_eq!(late_fee(&COMPANY, fen(100_000), date(2025, 12, 21), date(2025, 12, 31), &[]), fen(2_000));
    // Counting begins on 1 January: the year is the one in which it began.
    assert_eq!(late_fee(&COMPANY, fen(100_000), date(2025, 12, 31), date(2026, 1, 5), &[]), fen(1_000));
}

#[test]
fn days_on_which_the_decision_is_contested_are_not_counted() {
    let received = date(2026, 3, 2);
    let on = |paid, paused: &[Pause]| late_fee(&FINE, fen(20_000), received, paid, paused);
    let late = date(2026, 3, 27); // ten days late: ¥60
    assert_eq!(on(late, &[]), fen(6_000));
    assert_eq!(on(late, &[(date(2026, 3, 20), Some(date(2026, 3, 22)))]), fen(4_200));
    assert_eq!(on(late, &[(date(2026, 3, 20), None)]), fen(1_200), "it still is contested");
    assert_eq!(on(late, &[(date(2026, 3, 1), None)]), Money::ZERO);
    let twice = [(date(2026, 3, 20), Some(date(2026, 3, 22))), (date(2026, 3, 21), Some(date(2026, 3, 23)))];
    assert_eq!(on(late, &twice), fen(3_600), "a day that two pauses share is one day");
    assert_eq!(on(late, &[(date(2026, 3, 22), Some(date(2026, 3, 20)))]), fen(6_000), "the wrong way round is none");
    assert_eq!(on(late, &[(date(2026, 3, 3), Some(date(2026, 3, 10)))]), fen(6_000), "the fifteen days run on");
}

#[test]
fn a_rest_of_half_a_fen_is_a_fen() {
    let rule = LateFee { min_fen: 0, ..HOUSEHOLD };
    let due = date(2026, 3, 2);
    for (amount, fee) in [(499, 0), (500, 1), (1_499, 1), (1_500, 2)] {
        assert_eq!(late_fee(&rule, fen(amount), due, date(2026, 3, 3), &[]), fen(fee), "{amount}");
    }
}

#[test]
fn nothing_owed_and_no_date_too_far_is_a_fee() {
    let rule = LateFee { grace_days: 366, ..HOUSEHOLD };
    assert_eq!(late_fee(&HOUSEHOLD, Money::ZERO, date(2026, 1, 1), date(2026, 3, 1), &[]), Money::ZERO);
    assert_eq!(late_fee(&rule, fen(1), Date::MAX, Date::MAX, &[]), Money::ZERO);
    assert_eq!(grows_on(&HOUSEHOLD, fen(8_640), Date::MAX, Date::MAX, &[]), None);
    let ever = late_fee(&HOUSEHOLD, fen(i64::MAX), Date::MIN, Date::MAX, &[]);
    assert_eq!(ever, fen(i64::MAX), "absurd, and no panic");
}

#[test]
fn the_day_on_which_more_is_due_is_known_ahead() {
    let received = date(2026, 3, 2);
    let on = |today, paused: &[Pause]| grows_on(&FINE, fen(20_000), received, today, paused);
    assert_eq!(on(received, &[]), Some(date(2026, 3, 18)), "the first day that costs");
    assert_eq!(on(date(2026, 3, 18), &[]), Some(date(2026, 3, 19)));
    assert_eq!(on(date(2026, 4, 19), &[]), Some(date(2026, 4, 20)));
    assert_eq!(on(date(2026, 4, 20), &[]), None, "capped");
    assert_eq!(on(date(2026, 3, 18), &[(date(2026, 3, 19), None)]), None, "contested");
    assert_eq!(on(date(2026, 3, 18), &[(date(2026, 3, 19), Some(date(2026, 3, 25)))]), Some(date(2026, 3, 26)));
    // The least fee covers the first days: more is due when a thousandth a day exceeds it.
    assert_eq!(grows_on(&HOUSEHOLD, fen(8_640), received, date(2026, 3, 3), &[]), Some(date(2026, 3, 14)));
}

#[test]
fn steps_of_a_tariff_follow_the_published_vector() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../packs/rules/current/tariffs.toml");
    let text = std::fs::read_to_string(path).expect("the tariffs that are shipped");
    let file: TariffsFile = toml::from_str(&text).expect("a file of tariffs");
    let tariff = file.rule.iter().find_map(|rule| rule.by_name.get("electricity-resident")).expect("the tariff");
    for (units, total) in [(0, 0), (1, 48), (170, 8_109), (171, 8_162), (260, 12_852), (261, 12_930), (300, 15_960)] {
        assert_eq!(cost(tariff, units).total, fen(total), "{units}");
    }
    let units: Vec<u32> = cost(tariff, 300).steps.iter().map(|step| step.units).collect();
    assert_eq!(units, [170, 90, 40]);
    assert_eq!(cost(tariff, 100).steps.len(), 1);
}

#[test]
fn the_oldest_bills_come_first() {
    let open = ["2026-01", "2026-02", "2026-03"];
    for chosen in [&["2026-01"][..], &["2026-02", "2026-01"], &["2026-03", "2026-01", "2026-02"], &[]] {
        assert!(is_oldest_first(&open, chosen), "{chosen:?}");
    }
    for chosen in [&["2026-02"][..], &["2026-01", "2026-03"], &["2026-01", "2025-12"], &["2025-12"]] {
        assert!(!is_oldest_first(&open, chosen), "{chosen:?}");
    }
}

#[test]
fn amounts_are_taken_within_their_limits() {
    use AmountRefused::{TooLarge, TooSmall, WholeOnly};
    let due = fen(8_640);
    for (takes_parts, part, result) in [
        (true, 8_640, Ok(())),
        (false, 8_640, Ok(())),
        (true, 1, Ok(())),
        (true, 0, Err(TooSmall { min: fen(1) })),
        (true, -1, Err(TooSmall { min: fen(1) })),
        (false, 8_639, Err(WholeOnly { due })),
        (true, 8_641, Err(TooLarge { max: due })),
    ] {
        assert_eq!(check_part(takes_parts, due, fen(part)), result, "{takes_parts} {part}");
    }
    let (min, max) = (fen(1_000), fen(100_000));
    for (amount, result) in [
        (1_000, Ok(())),
        (100_000, Ok(())),
        (999, Err(TooSmall { min })),
        (100_001, Err(TooLarge { max })),
        (-5, Err(TooSmall { min })),
    ] {
        assert_eq!(check_top_up(min, max, fen(amount)), result, "{amount}");
    }
}

fn days_of_2026() -> impl Strategy<Value = Date> {
    (0i32..900).prop_map(|n| plus_days(date(2025, 10, 1), n).expect("a day"))
}

fn rule() -> impl Strategy<Value = LateFee> {
    (0u16..20, 0u16..40, prop::option::of(0u16..60), prop::option::of(1u16..200), 0i64..300).prop_map(
        |(grace_days, per_mille_a_day, later, cap_percent, min_fen)| LateFee {
            grace_days,
            per_mille_a_day,
            per_mille_a_day_later_years: later,
            cap_percent,
            min_fen,
        },
    )
}

/// The fee as one would count it on a calendar, day by day.
fn by_calendar(rule: &LateFee, amount: i64, from: Date, today: Date, paused: &[Pause]) -> i64 {
    let (mut day, mut nth, mut per_mille, mut counted) = (from, 0, 0i64, 0);
    let mut began = None;
    while day < today {
        day = day.tomorrow().expect("a day");
        nth += 1;
        if nth <= rule.grace_days {
            continue;
        }
        let year = *began.get_or_insert(day.year());
        if paused.iter().any(|(first, last)| *first <= day && last.is_none_or(|last| day <= last)) {
            continue;
        }
        counted += 1;
        let later = rule.per_mille_a_day_later_years.unwrap_or(rule.per_mille_a_day);
        per_mille += i64::from(if day.year() == year { rule.per_mille_a_day } else { later });
    }
    if counted == 0 || amount <= 0 {
        return 0;
    }
    let fee = ((amount * per_mille * 2 + 1_000) / 2_000).max(rule.min_fen);
    rule.cap_percent.map_or(fee, |cap| fee.min((amount * i64::from(cap) * 2 + 100) / 200))
}

proptest! {
    #[test]
    fn a_fee_is_what_a_calendar_says(
        rule in rule(), amount in 0i64..1_000_000, from in days_of_2026(), today in days_of_2026(),
        paused in prop::collection::vec((days_of_2026(), prop::option::of(days_of_2026())), 0..4),
    ) {
        let fee = late_fee(&rule, fen(amount), from, today, &paused);
        prop_assert_eq!(fee.fen(), by_calendar(&rule, amount, from, today, &paused));
        if let Some(day) = grows_on(&rule, fen(amount), from, today, &paused) {
            let before = day.yesterday().expect("a day");
            prop_assert!(day > today);
            prop_assert_eq!(late_fee(&rule, fen(amount), from, before, &paused), fee, "not before");
            prop_assert!(late_fee(&rule, fen(amount), from, day, &paused) > fee);
        }
    }

    #[test]
    fn a_tariff_is_the_sum_of_its_units(
        limits in prop::collection::btree_set(1u32..400, 0..4),
        prices in prop::collection::vec(1u32..2_000, 5),
        units in 0u32..600,
    ) {
        let ends: Vec<Option<u32>> = limits.into_iter().map(Some).chain([None]).collect();
        let step = ends.iter().zip(&prices).map(|(up_to, price)| TariffStep { up_to: *up_to, unit_milliyuan: *price });
        let tariff = Tariff { unit: Text::new("度", "kWh"), step: step.collect() };
        let price = |unit: u32| {
            let step = tariff.step.iter().find(|step| step.up_to.is_none_or(|up_to| unit <= up_to));
            i64::from(step.expect("the last one has no end").unit_milliyuan)
        };
        let milliyuan: i64 = (1..=units).map(price).sum();
        let cost = cost(&tariff, units);
        prop_assert_eq!(cost.total.fen(), (milliyuan + 5) / 10);
        prop_assert_eq!(cost.steps.iter().map(|step| step.units).sum::<u32>(), units);
    }
}
