//! Numbers that are told at a counter, and the slots of what a person uses up.

use std::collections::BTreeSet;

use kernel::Index;
use proptest::prelude::*;

use super::super::{
    hold::Key,
    number::{Numbering, is_number},
    slot::Slot,
};

const CITY: Numbering = Numbering::new([7; 16]);

proptest! {
    #[test]
    fn a_number_leads_back_to_its_booking(seq in 0_i64..90_000_000_000, key in any::<[u8; 16]>()) {
        let city = Numbering::new(key);
        let number = city.number(seq);
        prop_assert!(is_number(&number), "{number}");
        prop_assert_eq!(city.seq(&number), Some(seq));
    }

    #[test]
    fn a_slip_is_no_number(seq in 0_i64..90_000_000_000, at in 0_usize..12, by in 1_u8..10) {
        let number = CITY.number(seq).into_bytes();
        let mut wrong = number.clone();
        wrong[at] = b'0' + (wrong[at] - b'0' + by) % 10;
        prop_assert_eq!(CITY.seq(&String::from_utf8(wrong).expect("digits")), None);
        let mut exchanged = number.clone();
        exchanged.swap(at, (at + 1) % 12);
        if exchanged != number && at < 11 {
            prop_assert_eq!(CITY.seq(&String::from_utf8(exchanged).expect("digits")), None);
        }
    }
}

#[test]
fn numbers_are_all_different_and_do_not_tell_how_many_there_are() {
    let numbers: Vec<String> = (1..=20_000).map(|seq| CITY.number(seq)).collect();
    assert_eq!(numbers.iter().collect::<BTreeSet<_>>().len(), 20_000);
    let high = numbers.iter().filter(|number| number.as_str() >= "500000000000").count();
    // Five ninths of all numbers begin with 5 to 9.
    assert!((10_400..11_900).contains(&high), "{high} of 20,000");
    assert_ne!(CITY.number(1), Numbering::new([8; 16]).number(1), "another city counts otherwise");
    for wrong in ["", "12", "012345678901", "12345678901x", "１２３４５６７８９０１２"] {
        assert!(!is_number(wrong), "{wrong}");
    }
}

#[test]
fn slots_are_a_persons_a_keys_and_ordered_by_the_day_on_which_they_are_over() {
    let key = |text: &str, until_on: Option<&str>| Key {
        text: text.into(),
        max: 2,
        until_on: until_on.map(|day| day.parse().expect("a date")),
    };
    let (ann, bea) = (Index([1; 32]), Index([2; 32]));
    let day = key("place/lake/2026-03-02", Some("2026-03-02"));
    let first = Slot::first(&ann, &day);
    assert_ne!(first, Slot::first(&bea, &day));
    assert_ne!(first, Slot::first(&ann, &key("place/hill/2026-03-02", Some("2026-03-02"))));
    assert_eq!((first.ordinal(), first.with(3).ordinal(), first.with(3).with(0)), (0, 3, first));
    let live = Slot::first(&ann, &key("matter/id-card/live", None));
    assert!(live.is_live_only() && !first.is_live_only());
    let over = |slot: Slot, on: &str| {
        let (from, to) = Slot::over_before(on.parse().expect("a date"));
        from.as_slice() <= slot.what() && slot.what() < to.as_slice()
    };
    assert!(over(first.with(u16::MAX), "2026-03-03") && !over(first, "2026-03-02") && !over(live, "2099-01-01"));
    let both = vec![live, first.with(1)];
    assert_eq!(Slot::split(&Slot::join(both.clone())), Some(both));
    assert_eq!((Slot::split(&[]), Slot::split(&[0; 21])), (Some(vec![]), None));
}
