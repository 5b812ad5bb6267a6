//! Prices that a desk has set, over any list of them.

use kernel::Id;
use proptest::prelude::*;

use super::{
    super::price::{self, Dated, State, Wrong},
    *,
};

fn any_day() -> impl Strategy<Value = kernel::Date> {
    (1..29i8).prop_map(|day| kernel::Date::constant(2026, 3, day))
}

fn any_set() -> impl Strategy<Value = Vec<Dated>> {
    let one = (any_day(), 0..1_000i64, 0..20_000i64).prop_map(|(from_on, at, fen)| Dated {
        from_on,
        decided_at: Timestamp(at),
        price: Money::from_fen(fen),
    });
    prop::collection::vec(one, 0..8)
}

proptest! {
    #[test]
    fn a_price_holds_from_its_day_until_another_one_does(set in any_set(), day in any_day(), later in any_set()) {
        let found = price::on(&set, day);
        match found {
            None => prop_assert!(set.iter().all(|one| one.from_on > day)),
            Some(found) => {
                prop_assert!(found.from_on <= day && set.contains(&found));
                let newer = |one: &Dated| (one.from_on, one.decided_at) > (found.from_on, found.decided_at);
                prop_assert!(!set.iter().any(|one| one.from_on <= day && newer(one)));
            }
        }
        // What is set for a later day changes nothing before it.
        let after: Vec<Dated> = later.into_iter().filter(|one| one.from_on > day).chain(set).collect();
        prop_assert_eq!(price::on(&after, day), found);
    }

    #[test]
    fn nobody_decides_alone_nor_about_a_day_that_has_begun(
        from_on in any_day(), today in any_day(), one in 0..3u8, other in 0..3u8, approves in any::<bool>(),
        state in proptest::sample::select(State::ALL),
    ) {
        let pair = (Id([one; 16]), Id([other; 16]));
        match price::decide(state, pair, approves, from_on, today) {
            Ok(State::Approved) => prop_assert!(approves && one != other && from_on > today && state == State::Asked),
            Ok(after) => prop_assert!(!approves && one != other && after == State::Declined && state == State::Asked),
            Err(Wrong::Decided) => prop_assert_ne!(state, State::Asked),
            Err(Wrong::Own) => prop_assert_eq!(one, other),
            Err(wrong) => prop_assert!(wrong == Wrong::Day && approves && from_on <= today),
        }
    }
}

#[test]
fn a_price_is_asked_for_from_a_day_that_is_still_to_come() {
    let (today, tomorrow) = (day("2026-03-02"), day("2026-03-03"));
    assert_eq!(price::ask(yuan("50"), yuan("60"), tomorrow, today), Ok(()));
    assert_eq!(price::ask(yuan("50"), yuan("0"), tomorrow, today), Ok(()), "free of charge is a price");
    assert_eq!(price::ask(yuan("50"), yuan("60"), today, today), Err(Wrong::Day));
    assert_eq!(price::ask(yuan("50"), yuan("50"), tomorrow, today), Err(Wrong::Same));
    assert_eq!(price::ask(yuan("50"), Money::from_fen(-1), tomorrow, today), Err(Wrong::Price));
    assert_eq!(price::ask(yuan("50"), yuan("1000000"), tomorrow, today), Err(Wrong::Price));
}
