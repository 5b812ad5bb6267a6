//! Coach tickets: the ladder of 2012's rules, children of 2015 and 2019, stops, seats, an exchange.

use proptest::prelude::*;

use super::{
    super::{
        coach::{self, Child, Ride},
        pool::{self, Door, Legs, Pool, Take},
        refusal::Refusal,
        rule::{
            self,
            coach::{Line, SeatMap},
        },
        ticket::{self, Visitor},
    },
    *,
};

#[test]
fn refunds_follow_the_published_vectors() {
    let start = "2026-05-01T10:00";
    for (price, now, kept) in [
        ("45", "2026-05-01T08:00", "4.50"),
        ("45", "2026-05-01T08:00:00.001", "9.00"),
        ("45", "2026-05-01T09:59:59", "9.00"),
        ("2", "2026-05-01T07:00", "0.30"),
        ("2", "2026-05-01T09:00", "0.50"),
        ("0.20", "2026-05-01T09:00", "0.20"),
        ("33.33", "2026-05-01T07:00", "3.33"),
        ("33.35", "2026-05-01T07:00", "3.34"),
    ] {
        let facts = booking(State::Paid, start, price);
        let decision = decide(&facts, &Command::Cancel, rules("coach"), at(now)).unwrap();
        let back = Money::from_fen(yuan(price).fen() - yuan(kept).fen());
        assert_eq!(decision.facts.refunded, back, "{price} at {now}");
        assert_eq!(decide::kept(&facts, rules("coach"), at(now)), Some(yuan(kept)), "{price} at {now}");
    }
    let gone = decide(&booking(State::Paid, start, "45"), &Command::Cancel, rules("coach"), at(start));
    assert_eq!(gone, Err(Refusal::TooLate { closed_at: at(start) }));
}

#[test]
fn provinces_with_one_hour_are_other_data() {
    let mut terms = profile("coach").clone();
    terms.refund[0].until.minutes_before = Some(60);
    let facts = booking(State::Paid, "2026-05-01T10:00", "45");
    let kept = decide::kept(&facts, Rules { profile: &terms, calendar: &CHINA }, at("2026-05-01T09:00"));
    assert_eq!(kept, Some(yuan("4.50")));
}

proptest! {
    #[test]
    fn no_more_is_kept_than_was_paid_and_no_less_later(fen in 1..100_000i64, early in 0..86_400i64, wait in 0..86_400i64) {
        let facts = booking(State::Paid, "2026-05-01T10:00", &format!("{}.{:02}", fen / 100, fen % 100));
        let start = facts.starts_at.plus_s(-86_400);
        let kept = |s| decide::kept(&facts, rules("coach"), start.plus_s(s)).unwrap_or(facts.paid);
        prop_assert!(kept(early) <= facts.paid);
        prop_assert!(kept(early) <= kept(early + wait));
    }
}

fn child(age: i16, height_cm: u16, wants_seat: bool) -> Child {
    Child { age, height_cm, wants_seat }
}

#[test]
fn children_ride_by_height_in_2015_and_by_age_or_height_since_2019() {
    let old = rule::on(&SERVICES.coach, day("2015-04-22")).unwrap();
    let new = rule::on(&SERVICES.coach, day("2026-04-22")).unwrap();
    let free = Ride { pay_percent: 0, seat: false };
    let half = Ride { pay_percent: 50, seat: true };
    let full = Ride { pay_percent: 100, seat: true };
    for (one, in_2015, in_2026) in [
        (child(5, 110, false), free, free),
        (child(5, 120, true), half, half),
        (child(5, 121, false), half, free),
        (child(6, 130, false), half, free),
        (child(7, 120, false), free, free),
        (child(7, 121, false), half, half),
        (child(14, 150, false), half, half),
        (child(14, 151, false), full, half),
        (child(15, 150, false), half, half),
        (child(15, 151, false), full, full),
    ] {
        let ride = |rule: &rule::coach::CoachRule| coach::children(&rule.child, 1, &[one])[0];
        assert_eq!(ride(old), in_2015, "{} years, {} cm in 2015", one.age, one.height_cm);
        assert_eq!(ride(new), in_2026, "{} years, {} cm in 2026", one.age, one.height_cm);
    }
}

#[test]
fn each_adult_takes_one_child_along() {
    let rule = rule::on(&SERVICES.coach, day("2026-04-22")).unwrap();
    let small = child(4, 100, false);
    let seats = |adults, children: &[Child]| {
        coach::children(&rule.child, adults, children).iter().map(|ride| ride.pay_percent).collect::<Vec<_>>()
    };
    assert_eq!(seats(1, &[small, small]), [0, 50]);
    assert_eq!(seats(2, &[small, small]), [0, 0]);
    assert_eq!(seats(1, &[child(4, 100, true), small]), [50, 0], "the seated one does not use it up");
    assert_eq!(seats(0, &[small]), [50]);
}

#[test]
fn a_carried_child_counts_towards_what_the_vehicle_carries() {
    let (mut vehicle, mut seats) = (Pool::counted(3).over_legs(2), Pool::numbered(3).over_legs(2));
    let adult = Ride { pay_percent: 100, seat: true };
    let carried = Ride { pay_percent: 0, seat: false };
    let legs = Legs { from: 0, to: 2 };
    let [people, seated] = coach::takes(Door::Online, &[adult, carried], legs, vec![2]);
    let taken = pool::take_all(&mut [(&mut vehicle, people), (&mut seats, seated)]).unwrap();
    assert_eq!((taken[0].count, taken[1].units.as_slice()), (2, &[2][..]));
    let [people, seated] = coach::takes(Door::Online, &[adult, adult], legs, vec![]);
    let refused = pool::take_all(&mut [(&mut vehicle, people), (&mut seats, seated)]);
    assert_eq!(refused, Err(Refusal::SoldOut { free: 1 }), "two seats are free, and room for one");
}

#[test]
fn disabled_soldiers_pay_half() {
    let rule = rule::on(&SERVICES.coach, day("2026-04-22")).unwrap();
    let soldier = Visitor { age: 40, height_cm: None, proofs: ["disabled-soldier".to_owned()].into() };
    assert_eq!(ticket::quote(yuan("45"), &rule.concession, &soldier).price, yuan("22.50"));
}

pub fn line() -> Line {
    toml::from_str(
        r#"
        stop = [
            { id = "east", name = { zh-CN = "东站", en = "East" }, minutes = 0 },
            { id = "bridge", name = { zh-CN = "桥头", en = "Bridge" }, minutes = 40 },
            { id = "lake", name = { zh-CN = "湖边", en = "Lake" }, minutes = 95 },
        ]
        fares_fen = [[2000, 4500], [3000]]
        "#,
    )
    .unwrap()
}

#[test]
fn a_fare_is_from_stop_to_stop() {
    let line = line();
    let fare = |from, to| coach::legs(&line, from, to).map(|legs| coach::fare(&line, legs).unwrap());
    assert_eq!(fare("east", "lake"), Ok(yuan("45")));
    assert_eq!(fare("east", "bridge"), Ok(yuan("20")));
    assert_eq!(fare("bridge", "lake"), Ok(yuan("30")));
    for (from, to) in [("lake", "east"), ("lake", "lake"), ("east", "nowhere")] {
        assert_eq!(fare(from, to), Err(Refusal::NoSuchStop));
    }
    assert_eq!(coach::fare(&line, Legs { from: 0, to: 9 }), None);
    let boards = coach::boards_at(&line, at("2026-05-01T08:00"), Legs { from: 1, to: 2 });
    assert_eq!(boards, Some(at("2026-05-01T08:40")));
}

#[test]
fn seats_have_names_and_numbers() {
    let map = SeatMap { rows: 3, columns: "AB CD".to_owned(), missing: vec!["1A".to_owned(), "1B".to_owned()] };
    let seats = coach::seats(&map);
    let labels: Vec<&str> = seats.iter().map(|seat| seat.label.as_str()).collect();
    assert_eq!(labels, ["1C", "1D", "2A", "2B", "2C", "2D", "3A", "3B", "3C", "3D"]);
    assert!(seats.iter().zip(1..).all(|(seat, unit)| seat.unit == unit));
    assert_eq!((seats[0].row, seats[0].column), (1, 3), "beyond the aisle");
}

#[test]
fn an_exchange_carries_the_money_along_once() {
    let facts = booking(State::Paid, "2026-05-01T10:00", "45");
    let moved = |facts: &Facts, to, now| {
        decide(facts, &Command::Move { to_price: yuan(to) }, rules("coach"), at(now)).map(|d| d.effects)
    };
    let cheaper = moved(&facts, "30", "2026-05-01T09:59").unwrap();
    assert!(cheaper.contains(&Effect::Refund { amount: yuan("15") }));
    assert!(cheaper.contains(&Effect::Carry { amount: yuan("30") }));
    let dearer = moved(&facts, "60", "2026-05-01T09:59").unwrap();
    assert!(dearer.contains(&Effect::Refund { amount: yuan("45") }), "the other one is paid by itself");
    assert!(!dearer.iter().any(|effect| matches!(effect, Effect::Carry { .. } | Effect::Mark { .. })));
    let equal = moved(&facts, "45", "2026-05-01T09:59").unwrap();
    assert!(!equal.iter().any(|effect| matches!(effect, Effect::Refund { .. })), "no fee for another time");
    assert!(matches!(moved(&facts, "45", "2026-05-01T10:00"), Err(Refusal::TooLate { .. })));
    let again = Facts { moves: 1, ..facts };
    assert_eq!(moved(&again, "45", "2026-05-01T09:00"), Err(Refusal::NoMoreMoves { max: 1 }));
}

#[test]
fn a_seat_is_for_sale_as_many_days_ahead_as_the_line_says() {
    let opens = release::opens_at(&profile("coach").release, &CHINA, day("2026-05-20"));
    assert_eq!(opens, at("2026-05-05T08:00"));
    let take = Take::any(Door::Online, 1);
    let sold = hold::decide(
        &hold::Ask {
            door: Door::Online,
            class: "",
            names: hold::Names::default(),
            starts_at: at("2026-05-20T10:00"),
            ends_at: at("2026-05-20T12:00"),
            persons: &[],
            parties: 1,
            price: yuan("45"),
            drawn: false,
        },
        &[(&Pool::numbered(0), take)],
        rules("coach"),
        opens,
    );
    assert_eq!(sold, Err(Refusal::SoldOut { free: 0 }));
}
