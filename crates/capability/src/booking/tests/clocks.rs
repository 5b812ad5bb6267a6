//! Clocks that jump: nothing is revived, nothing is released early, and time goes on.

use proptest::prelude::*;

use super::{super::steady::Steady, *};

#[test]
fn a_clock_that_is_set_back_revives_nothing() {
    let rules = rules("coach");
    let held = booking(State::Held, "2026-03-20T09:00", "45");
    let expired = decide(&held, &Command::Expire, rules, held.held_until_at).unwrap().facts;
    let back = held.held_until_at.plus_s(-7200);
    for command in [
        Command::Confirm,
        Command::Extend,
        Command::Consent { party: 0 },
        Command::Paid { amount: yuan("45"), paid_at: back },
        Command::CheckIn,
    ] {
        assert!(decide(&expired, &command, rules, back).is_err(), "{command:?}");
    }
}

#[test]
fn time_goes_on_at_its_own_pace_when_the_wall_clock_jumps() {
    let start = at("2026-03-20T06:00");
    let mut steady = Steady::new(start, start, 0);
    let mut read = |wall: Timestamp, counted_s: i64| steady.read(wall, counted_s * 1000);
    let fine = read(start.plus_s(10), 10);
    assert_eq!((fine.now, fine.doubt_ms), (start.plus_s(10), None));
    // A day ahead: nothing of tomorrow is released.
    let ahead = read(start.plus_s(86_420), 20);
    assert_eq!((ahead.now, ahead.doubt_ms), (start.plus_s(20), Some(86_400_000)));
    // Two hours back: nothing that was told is taken back.
    let back = read(start.plus_s(-7_170), 30);
    assert_eq!((back.now, back.doubt_ms), (start.plus_s(30), Some(-7_200_000)));
    let right = read(start.plus_s(41), 40);
    assert_eq!((right.now, right.doubt_ms), (start.plus_s(41), None), "a second's correction is followed");
    let slower = read(start.plus_s(41), 41);
    assert_eq!((slower.now, slower.doubt_ms), (start.plus_s(41), None));
    steady.trust(start.plus_s(500), 50_000);
    assert_eq!(steady.read(start.plus_s(501), 51_000).now, start.plus_s(501));
}

#[test]
fn after_a_restart_time_is_not_before_the_last_that_was_told() {
    let told = at("2026-03-20T06:00");
    let mut steady = Steady::new(told, told.plus_s(-7200), 5_000);
    assert_eq!(steady.highest(), told);
    let reading = steady.read(told.plus_s(-7199), 6_000);
    assert_eq!((reading.now, reading.doubt_ms), (told.plus_s(1), Some(-7_200_000)));
}

proptest! {
    #[test]
    fn time_never_goes_back_and_never_faster_than_it_passes(
        jumps in prop::collection::vec((prop_oneof![-90_000_000..90_000_000i64, -3_000..3_000i64], 1..5_000i64), 1..50)
    ) {
        let start = at("2026-03-20T06:00");
        let mut steady = Steady::new(start, start, 0);
        let (mut counted, mut before) = (0, start);
        for (jump, pass) in jumps {
            counted += pass;
            let reading = steady.read(start.plus_ms(counted + jump), counted);
            prop_assert!(reading.now >= before);
            prop_assert!(reading.now <= start.plus_ms(counted + 2_000 + counted / 1_000), "many small jumps are a big one");
            before = reading.now;
        }
    }

    #[test]
    fn a_clock_that_is_slewed_is_followed_without_a_doubt(slew in proptest::sample::select(&[-1i64, 0, 1][..])) {
        let start = at("2026-03-20T06:00");
        let mut steady = Steady::new(start, start, 0);
        for minute in 1..1_000i64 {
            // Half a millisecond a second, as the kernel's own corrections do.
            let wall = start.plus_ms(minute * 60_000 + slew * minute * 30);
            let reading = steady.read(wall, minute * 60_000);
            prop_assert_eq!((reading.now, reading.doubt_ms), (wall, None));
        }
    }
}

proptest! {
    #[test]
    fn a_jump_opens_nothing_early_and_expires_nothing_early(
        jumps in prop::collection::vec((prop_oneof![-90_000..-3i64, 3..90_000i64, Just(0)], 1..40i64), 1..60)
    ) {
        // A quarter of an hour before the release, with a hold that ends a minute after it.
        let true_start = at("2026-03-06T06:15");
        let opens_at = at("2026-03-06T06:30");
        let held = Facts { held_until_at: opens_at.plus_s(60), ..booking(State::Held, "2026-03-20T09:00", "0") };
        let slot = (held.starts_at, held.ends_at);
        let mut steady = Steady::new(true_start, true_start, 0);
        let mut passed = 0;
        let mut opened = false;
        for (jump_s, pass_s) in jumps {
            passed += pass_s;
            let is = true_start.plus_s(passed);
            let now = steady.read(is.plus_s(jump_s), passed * 1000).now;
            let open = release::check(profile("hospital-a"), &CHINA, pool::Door::Online, slot, now).is_ok();
            prop_assert_eq!(open, is >= opens_at, "{} s after the start, {} s off", passed, jump_s);
            prop_assert!(open || !opened, "what was released is taken back");
            opened |= open;
            let expired = decide(&held, &Command::Expire, rules("hospital-a"), now).is_ok();
            prop_assert_eq!(expired, is >= held.held_until_at);
            prop_assert_eq!(decide(&held, &Command::Confirm, rules("hospital-a"), now).is_ok(), !expired);
        }
    }
}
