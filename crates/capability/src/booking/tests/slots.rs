//! Half-days cut into numbers, periods for a page, the nearest three, figures.

use jiff::civil::time;
use proptest::prelude::*;

use super::{
    super::{
        figures::Figures,
        grid::{self, SLOT_MINUTES_MAX, Sitting, Slot},
    },
    *,
};

fn sitting(from: (i8, i8), to: (i8, i8), numbers: u16) -> Sitting {
    let time = |(hour, minute)| time(hour, minute, 0, 0);
    Sitting { on: day("2026-03-20"), from: time(from), to: time(to), numbers }
}

fn clock(slot: &Slot) -> String {
    let hm = |at: Timestamp| format!("{:02}:{:02}", at.civil().hour(), at.civil().minute());
    format!("{} {}-{}", slot.number, hm(slot.starts_at), hm(slot.ends_at))
}

#[test]
fn a_morning_is_cut_into_numbers() {
    let slots = sitting((8, 0), (12, 0), 20).slots();
    assert_eq!(slots.len(), 20);
    assert_eq!(clock(&slots[0]), "1 08:00-08:12");
    assert_eq!(clock(&slots[19]), "20 11:48-12:00");
    let few = sitting((8, 0), (12, 0), 4).slots();
    let few: Vec<String> = few.iter().map(clock).collect();
    assert_eq!(few, ["1 08:00-08:30", "2 09:00-09:30", "3 10:00-10:30", "4 11:00-11:30"]);
    let uneven: Vec<String> = sitting((14, 0), (15, 0), 7).slots().iter().map(clock).collect();
    assert_eq!(uneven[..3], ["1 14:00-14:08", "2 14:08-14:17", "3 14:17-14:25"]);
    assert!(sitting((12, 0), (8, 0), 20).slots().is_empty());
    assert!(sitting((8, 0), (12, 0), 0).slots().is_empty());
}

proptest! {
    #[test]
    fn slots_are_short_in_order_and_inside(from in 0..1_400u16, length in 1..400u16, numbers in 1..300u16) {
        let to = (from + length).min(1_439);
        prop_assume!(to > from);
        let hm = |minute: u16| (i8::try_from(minute / 60).unwrap(), i8::try_from(minute % 60).unwrap());
        let sitting = sitting(hm(from), hm(to), numbers);
        let slots = sitting.slots();
        prop_assert_eq!(slots.len(), usize::from(numbers));
        for (i, slot) in slots.iter().enumerate() {
            prop_assert_eq!(usize::from(slot.number), i + 1);
            let minutes = slot.ends_at.since_ms(slot.starts_at) / 60_000;
            prop_assert!((1..=i64::from(SLOT_MINUTES_MAX)).contains(&minutes), "{} minutes", minutes);
            prop_assert!(i == 0 || slots[i - 1].starts_at <= slot.starts_at);
            prop_assert!(slot.starts_at >= slots[0].starts_at);
            prop_assert!(slot.ends_at.since_ms(slots[0].starts_at) <= i64::from(to - from) * 60_000);
            if numbers <= to - from {
                prop_assert!(i == 0 || slots[i - 1].ends_at <= slot.starts_at, "two at once");
            }
        }
        let periods = grid::periods(&slots, |number| number % 2 == 0);
        prop_assert_eq!(periods.iter().map(|period| period.last - period.first + 1).sum::<u16>(), numbers);
        prop_assert_eq!(periods.iter().map(|period| period.free).sum::<u16>(), numbers / 2);
        prop_assert!(periods.iter().all(|period| period.ends_at.since_ms(period.starts_at) <= 1_800_000));
    }
}

#[test]
fn a_page_shows_half_hours() {
    let slots = sitting((8, 0), (10, 0), 12).slots();
    let taken = [1, 2, 3, 7];
    let periods = grid::periods(&slots, |number| !taken.contains(&number));
    let seen: Vec<_> = periods.iter().map(|period| (period.first, period.last, period.free)).collect();
    assert_eq!(seen, [(1, 3, 0), (4, 6, 3), (7, 9, 2), (10, 12, 3)]);
    assert_eq!((periods[1].starts_at, periods[1].ends_at), (at("2026-03-20T08:30"), at("2026-03-20T09:00")));
}

#[test]
fn a_slot_that_is_gone_offers_the_nearest_three() {
    let slots = sitting((8, 0), (12, 0), 24).slots();
    let free: Vec<Slot> = slots.iter().filter(|slot| [2, 5, 9, 11, 20].contains(&slot.number)).copied().collect();
    let nearest = |wanted: usize, now: &str| {
        let found = grid::nearest(slots[wanted - 1].starts_at, &free, at(now), 3);
        found.iter().map(|slot| slot.number).collect::<Vec<_>>()
    };
    assert_eq!(nearest(10, "2026-03-19T12:00"), [9, 11, 5], "of two as near, the earlier one");
    assert_eq!(nearest(1, "2026-03-19T12:00"), [2, 5, 9]);
    assert_eq!(nearest(10, "2026-03-20T09:20"), [11, 20], "what has begun is not offered");
}

#[test]
fn figures_are_shares_of_what_could_have_been() {
    let counts = [
        (State::Done, 70),
        (State::CheckedIn, 5),
        (State::NoShow, 8),
        (State::Booked, 4),
        (State::Paid, 2),
        (State::Held, 1),
        (State::Cancelled, 20),
        (State::Expired, 300),
        (State::Moved, 9),
        (State::Stopped, 3),
        (State::Refused, 1),
    ];
    let figures = Figures::of(100, counts);
    assert_eq!((figures.came, figures.ahead, figures.missed, figures.called_off), (75, 7, 8, 4));
    assert_eq!(figures.no_show_permille(), Some(96));
    assert_eq!(figures.used_permille(), Some(750));
    assert_eq!(figures.sold_permille(), Some(900));
    assert_eq!(Figures::of(0, []).no_show_permille(), None, "nobody was expected");
    assert_eq!(Figures::of(0, []).used_permille(), None);
}
