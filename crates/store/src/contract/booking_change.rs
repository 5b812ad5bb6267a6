//! What becomes of a booking: units that come back, faults, exchanges.

use capability::booking::{Refusal, State, rule::Fault};
use kernel::Money;
use serde_json::json;

use super::{
    booking::{becomes, claim, day, facts_of, given_up, hold, is_clean, new_pool, nine, person, plan, profile},
    *,
};
use crate::{AdvanceBooking, Carried, Hold, HoldRefused, MoveBooking, NewMark, TallyOf};

pub async fn given_up_units_come_back_when_it_is_time(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    let pool = plan(&city, new_pool("d1", 2)).await;
    let profile = profile(&json!({}));
    for n in [1, 2] {
        hold(&city, claim(n, n, "d1", pool, &profile)).await.expect("held");
    }
    assert_eq!(city.next_booking_due().await, Ok(Some(NOON.plus_s(600))), "a hold runs out");
    let sold_out = Err(Refusal::SoldOut { free: 0 }.into());
    let back_at = NOON.plus_s(60);
    let later = AdvanceBooking { release: Some(back_at), ..given_up(&facts_of(&city, 1).await) };
    assert_eq!(city.advance_booking(later.clone()).await, Ok(true));
    assert_eq!(city.advance_booking(later).await, Ok(false), "the version was spent");
    assert_eq!(facts_of(&city, 1).await.back_at, Some(back_at));
    assert_eq!(city.next_booking_due().await, Ok(Some(back_at)));
    is_clean(&city).await;
    assert_eq!(hold(&city, claim(3, 3, "d1", pool, &profile)).await, sold_out, "it is still away");
    assert_eq!(city.return_units(back_at.plus_ms(-1), 10).await, Ok(vec![]));
    assert_eq!(hold(&city, claim(3, 3, "d1", pool, &profile)).await, sold_out);
    assert_eq!(city.return_units(back_at, 10).await, Ok(vec![pool]));
    assert_eq!(city.return_units(back_at, 10).await, Ok(vec![]));
    assert_eq!(hold(&city, claim(3, 3, "d1", pool, &profile)).await.expect("held").taken[0].units, [1]);
    // What the department does not have after all is nobody's.
    let gone = AdvanceBooking { withdraw: true, ..becomes(&facts_of(&city, 2).await, State::Refused) };
    assert_eq!(city.advance_booking(gone).await, Ok(true));
    assert!(facts_of(&city, 2).await.withdrawn);
    assert_eq!(hold(&city, claim(4, 4, "d1", pool, &profile)).await, sold_out);
    is_clean(&city).await;

    assert_eq!(city.holds_to_expire(NOON.plus_s(599), 10).await, Ok(vec![]));
    assert_eq!(city.holds_to_expire(NOON.plus_s(600), 10).await, Ok(vec![id(3)]));
    assert_eq!(city.advance_booking(becomes(&facts_of(&city, 3).await, State::Booked)).await, Ok(true));
    assert_eq!(city.holds_to_expire(NOON.plus_s(600), 10).await, Ok(vec![]));
    let end = nine().plus_s(1800);
    assert_eq!(city.to_miss(end.plus_ms(-1), 10).await, Ok(vec![]));
    assert_eq!(city.to_miss(end, 10).await, Ok(vec![id(3)]));
    assert_eq!(city.advance_booking(becomes(&facts_of(&city, 3).await, State::CheckedIn)).await, Ok(true));
    assert_eq!((city.to_miss(end, 10).await, city.to_finish(end, 10).await), (Ok(vec![]), Ok(vec![id(3)])));
    let tallies = city.tallies(TallyOf { service: service(), place: None, from_on: day(), to_on: day() }).await;
    let tally = &tallies.expect("store")[0];
    assert_eq!((tally.capacity, tally.on), (2, day()));
    let counts = [(State::Cancelled, 1), (State::CheckedIn, 1), (State::Refused, 1)];
    assert_eq!(tally.counts, counts);
}

pub async fn faults_block_and_are_forgiven(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    let pool = plan(&city, new_pool("d1", 20)).await;
    let block = json!({ "quota": [], "block": [{ "fault": "no-show", "count": 2, "lasts": { "months": 1 } }] });
    let profile = profile(&block);
    for n in [1, 2] {
        hold(&city, claim(n, 1, "d1", pool, &profile)).await.expect("held");
        let missed = becomes(&facts_of(&city, n).await, State::NoShow);
        let marks = vec![NewMark { fault: Fault::NoShow, on: NOON.date() }];
        assert_eq!(city.advance_booking(AdvanceBooking { marks, ..missed }).await, Ok(true));
    }
    assert_eq!(city.marks_of(&person(1), "clinics").await.expect("store").len(), 2);
    assert!(city.marks_of(&person(1), "halls").await.expect("store").is_empty());
    let until_on = "2026-04-02".parse().expect("a date");
    let blocked = Refusal::BlockedUntil { until_on, fault: Fault::NoShow, count: 2 };
    assert_eq!(hold(&city, claim(3, 1, "d1", pool, &profile)).await, Err(blocked.into()));
    hold(&city, claim(4, 2, "d1", pool, &profile)).await.expect("somebody else is free");
    let corrected = becomes(&facts_of(&city, 2).await, State::Done);
    assert_eq!(city.advance_booking(AdvanceBooking { forgive: Some(Fault::NoShow), ..corrected }).await, Ok(true));
    hold(&city, claim(5, 1, "d1", pool, &profile)).await.expect("the block went with the fault");
}

pub async fn a_booking_is_moved_in_one_commit(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    let pool = plan(&city, new_pool("d1", 2)).await;
    let full = plan(&city, new_pool("d2", 1)).await;
    let profile = profile(&json!({}));
    hold(&city, claim(1, 1, "d1", pool, &profile)).await.expect("held");
    hold(&city, claim(2, 2, "d2", full, &profile)).await.expect("held");
    let old = facts_of(&city, 1).await;
    let from = AdvanceBooking { release: Some(NOON), payment: Some(None), ..becomes(&old, State::Moved) };
    let carried = Carried { paid: Money::from_fen(100), payment: Some(id(77)), moves: 1 };
    let moving = |from: &AdvanceBooking, to: Hold| {
        let to = Hold { price: Money::from_fen(100), ..to };
        city.move_booking(MoveBooking { from: from.clone(), to, carried: carried.clone() })
    };
    let refused = moving(&from, claim(3, 1, "d2", full, &profile)).await.expect("store");
    assert_eq!(refused, Err(Refusal::SoldOut { free: 0 }.into()));
    assert_eq!(facts_of(&city, 1).await, old, "the old one stands as it stood");
    let stale = AdvanceBooking { version: 9, ..from.clone() };
    assert_eq!(moving(&stale, claim(3, 1, "d1", pool, &profile)).await, Ok(Err(HoldRefused::Stale)));
    // The same doctor in the same half-day: what the old one used up is free for the new one.
    let wish = claim(3, 1, "d1", pool, &profile);
    let held = moving(&from, wish.clone()).await.expect("store").expect("moved");
    assert_eq!((held.taken[0].units.as_slice(), held.facts.paid), (&[2][..], Money::from_fen(100)));
    assert_eq!(moving(&from, wish).await.expect("store").expect("moved").id, id(3), "a repeat");
    let (old, new) = (facts_of(&city, 1).await, facts_of(&city, 3).await);
    assert_eq!((old.facts.state, old.moved_to, old.payment), (State::Moved, Some(id(3)), None));
    assert_eq!((new.moved_from, new.payment, new.facts.moves), (Some(id(1)), Some(id(77)), 1));
    assert_eq!(city.booking_of_payment(id(77)).await, Ok(Some(id(3))));
    assert_eq!(hold(&city, claim(4, 1, "d1", pool, &profile)).await, Err(Refusal::SameHalfDay.into()));
    hold(&city, claim(5, 3, "d1", pool, &profile)).await.expect("the old unit is back");
    is_clean(&city).await;
}

pub async fn what_was_held_beside_a_booking_takes_its_place(opener: Arc<dyn Opener>) {
    let stores = open(&opener).await;
    let city = lakeside(&stores).await;
    let (pool, other) = (plan(&city, new_pool("d1", 1)).await, plan(&city, new_pool("d2", 1)).await);
    let profile = profile(&json!({}));
    hold(&city, claim(1, 1, "d1", pool, &profile)).await.expect("held");
    hold(&city, claim(2, 1, "d2", other, &profile)).await.expect("held beside it");
    let (old, new) = (facts_of(&city, 1).await, facts_of(&city, 2).await);
    let from = AdvanceBooking { release: Some(NOON), ..becomes(&old, State::Moved) };
    let to = AdvanceBooking { payment: Some(Some(id(77))), ..becomes(&new, State::Paid) };
    for (from, to) in [
        (AdvanceBooking { version: 9, ..from.clone() }, to.clone()),
        (from.clone(), AdvanceBooking { version: 9, ..to.clone() }),
    ] {
        assert_eq!(city.replace_booking(from, to).await, Ok(false));
        assert_eq!((facts_of(&city, 1).await, facts_of(&city, 2).await), (old.clone(), new.clone()), "both or neither");
    }
    assert_eq!(city.replace_booking(from.clone(), to.clone()).await, Ok(true));
    assert_eq!(city.replace_booking(from, to).await, Ok(false), "the versions were spent");
    let (old, new) = (facts_of(&city, 1).await, facts_of(&city, 2).await);
    assert_eq!((old.facts.state, old.moved_to), (State::Moved, Some(id(2))));
    assert_eq!((new.facts.state, new.moved_from, new.payment), (State::Paid, Some(id(1)), Some(id(77))));
    hold(&city, claim(3, 1, "d1", pool, &profile))
        .await
        .expect("the old unit is back, and who had it may have it again");
    is_clean(&city).await;
}
