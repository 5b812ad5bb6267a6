//! The table of states, and what follows from each command in each of them.

use kernel::SeededRng;
use proptest::prelude::*;

use super::{
    super::{
        hold::{self, Ask, Names},
        pool::Door,
        refusal::Refusal,
        rule::{Delay, Fault, Pay},
    },
    *,
};

#[test]
fn words_are_read_back() {
    for state in State::ALL {
        assert_eq!(State::parse(state.word()), Some(*state));
        assert_eq!(serde_json::to_value(state).unwrap(), state.word());
    }
    for event in Event::ALL {
        assert_eq!(Event::parse(event.word()), Some(*event));
    }
    assert_eq!(State::parse("confirmed"), None);
}

#[test]
fn the_table_is_a_function_and_every_end_is_an_end() {
    for (i, (from, on, to)) in TABLE.iter().enumerate() {
        assert!(!from.is_final(), "{from:?} is left by {on:?}");
        assert!(!TABLE[..i].iter().any(|(state, event, _)| (state, event) == (from, on)), "{from:?} {on:?} twice");
        assert_ne!(from, to);
        assert!(from.takes_stock(), "{from:?}: what came back is not taken a second time");
    }
    for state in State::ALL {
        assert_eq!(TABLE.iter().any(|(from, _, _)| from == state), !state.is_final(), "{state:?}");
        let reached = *state == State::Held || TABLE.iter().any(|(_, _, to)| to == state);
        assert!(reached, "{state:?} is never reached");
    }
}

/// A profile with every rule in it, so that no branch is idle.
fn terms(pay: Pay) -> Profile {
    Profile { pay, extend_s: 300, moves_max: 1, ..profile("hospital-a").clone() }
}

fn any_command() -> impl Strategy<Value = Command> {
    let fen = prop_oneof![Just(0i64), Just(4_500), Just(200), 0..20_000i64];
    prop_oneof![
        Just(Command::Extend),
        (0..3u16).prop_map(|party| Command::Consent { party }),
        (0..3u16).prop_map(|party| Command::Decline { party }),
        Just(Command::Confirm),
        (fen.clone(), 0..200_000_000i64)
            .prop_map(|(fen, ms)| Command::Paid { amount: Money::from_fen(fen), paid_at: BASE.plus_ms(ms) }),
        Just(Command::Cancel),
        Just(Command::Expire),
        Just(Command::CheckIn),
        Just(Command::Finish),
        Just(Command::Miss),
        Just(Command::Correct),
        Just(Command::Stop),
        any::<bool>().prop_map(|unit_gone| Command::Refuse { unit_gone }),
        fen.prop_map(|fen| Command::Move { to_price: Money::from_fen(fen) }),
    ]
}

/// 2026-03-19T12:00 in Asia/Shanghai; the appointment is on the next morning.
const BASE: Timestamp = Timestamp(1_773_892_800_000);

fn any_facts() -> impl Strategy<Value = Facts> {
    let states = proptest::sample::select(State::ALL);
    let fen = prop_oneof![Just(0i64), Just(4_500), Just(200)];
    (states, fen, any::<bool>(), prop::collection::vec(any::<bool>(), 1..3), 0..90_000i64, 0..2u8).prop_map(
        |(state, fen, extended, mut consents, held_s, moves)| {
            let price = Money::from_fen(fen);
            let has_paid = matches!(state, State::Paid | State::CheckedIn | State::Done);
            consents[0] = true;
            if state != State::Held {
                consents.fill(true);
            }
            Facts {
                price,
                extended,
                consents,
                moves,
                paid: if has_paid { price } else { Money::ZERO },
                held_until_at: BASE.plus_s(held_s),
                ..booking(state, "2026-03-20T09:00", "0")
            }
        },
    )
}

/// The event of a command that changes the state.
fn event(command: &Command) -> Option<Event> {
    Some(match command {
        Command::Extend | Command::Consent { .. } => return None,
        Command::Decline { .. } => Event::Declined,
        Command::Confirm => Event::Confirmed,
        Command::Paid { .. } => Event::Paid,
        Command::Cancel => Event::Cancelled,
        Command::Expire => Event::Expired,
        Command::CheckIn => Event::CheckedIn,
        Command::Finish => Event::Finished,
        Command::Miss => Event::Missed,
        Command::Correct => Event::Corrected,
        Command::Stop => Event::Stopped,
        Command::Refuse { .. } => Event::Refused,
        Command::Move { .. } => Event::Moved,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn every_step_is_in_the_table_and_keeps_stock_and_money(
        facts in any_facts(),
        command in any_command(),
        pay in proptest::sample::select(&[Pay::Never, Pay::Upfront, Pay::Later][..]),
        ms in 0..200_000_000i64,
    ) {
        let terms = terms(pay);
        let rules = Rules { profile: &terms, calendar: &CHINA };
        let now = BASE.plus_ms(ms);
        let outcome = decide(&facts, &command, rules, now);
        prop_assert_eq!(&outcome, &decide(&facts, &command, rules, now), "the same question, another answer");
        let Ok(Decision { facts: after, effects }) = outcome else { return Ok(()) };

        match event(&command) {
            None => prop_assert_eq!(after.state, facts.state),
            Some(event) => prop_assert_eq!(Some(after.state), next(facts.state, event)),
        }
        let released = effects.iter().filter(|e| matches!(e, Effect::Release { .. } | Effect::Withdraw)).count();
        let gave_up = facts.state.takes_stock() && !after.state.takes_stock();
        prop_assert_eq!(released, usize::from(gave_up), "stock comes back exactly once");

        let refunds: i64 = effects.iter().map(|e| if let Effect::Refund { amount } = e { amount.fen() } else { 0 }).sum();
        let carried: i64 = effects.iter().map(|e| if let Effect::Carry { amount } = e { amount.fen() } else { 0 }).sum();
        prop_assert_eq!(refunds, after.refunded.fen() - facts.refunded.fen());
        prop_assert!(refunds >= 0 && refunds + carried <= after.paid.fen(), "never more than was paid");
        if let (Command::Move { to_price }, State::Moved) = (&command, after.state) {
            prop_assert_eq!(refunds + carried, facts.paid.fen() - facts.refunded.fen(), "an exchange keeps no fen");
            prop_assert!(carried == 0 || carried == to_price.fen(), "nobody pays one booking in two parts");
        }
        prop_assert!(after.paid == facts.paid || (facts.paid == Money::ZERO && after.paid == facts.price));
        if matches!(after.state, State::Stopped | State::Refused) {
            prop_assert_eq!(after.refunded, after.paid, "whoever is called off gets everything back");
            prop_assert!(!effects.iter().any(|effect| matches!(effect, Effect::Mark { .. })), "and is not blamed");
        }
        let blamed = effects.iter().any(|effect| matches!(effect, Effect::Mark { .. }));
        prop_assert_eq!(blamed, after.state == State::NoShow || (after.state == State::Cancelled && facts.state != State::Held));
        let told = effects.iter().filter(|effect| matches!(effect, Effect::TellDepartment { .. })).count();
        if gave_up {
            let knows_of_it = facts.state != State::Held && after.state != State::Refused;
            prop_assert_eq!(told, usize::from(knows_of_it), "no register keeps what is gone");
        }
        if pay == Pay::Upfront && after.price > Money::ZERO {
            prop_assert_ne!(after.state, State::Booked, "unpaid where paying confirms", );
        }
        prop_assert_eq!((after.price, after.starts_at, after.consents.len()), (facts.price, facts.starts_at, facts.consents.len()));
    }

    #[test]
    fn nothing_is_refused_that_the_table_has_no_word_for(facts in any_facts(), command in any_command()) {
        let terms = terms(Pay::Later);
        let rules = Rules { profile: &terms, calendar: &CHINA };
        let may = event(&command).is_none_or(|event| next(facts.state, event).is_some());
        for now in [BASE, facts.starts_at, facts.ends_at.plus_s(1)] {
            let outcome = decide(&facts, &command, rules, now);
            if facts.state.is_final() {
                prop_assert!(outcome.is_err(), "{:?} was left by {:?}", facts.state, command);
            } else if !may {
                prop_assert!(outcome.is_err());
            }
        }
    }
}

#[test]
fn every_row_of_the_table_can_be_walked() {
    let start = "2026-03-20T09:00";
    for (from, event, to) in TABLE {
        let (command, now) = match event {
            Event::Confirmed => (Command::Confirm, "2026-03-19T12:00"),
            Event::Paid => (Command::Paid { amount: yuan("45"), paid_at: at("2026-03-19T12:00") }, "2026-03-19T12:00"),
            Event::CheckedIn => (Command::CheckIn, start),
            Event::Finished => (Command::Finish, start),
            Event::Cancelled => (Command::Cancel, "2026-03-19T12:00"),
            Event::Moved => (Command::Move { to_price: yuan("45") }, "2026-03-19T12:00"),
            Event::Missed => (Command::Miss, "2026-03-20T09:30"),
            Event::Corrected => (Command::Correct, "2026-03-20T10:00"),
            Event::Expired => (Command::Expire, start),
            Event::Stopped => (Command::Stop, start),
            Event::Refused => (Command::Refuse { unit_gone: true }, start),
            Event::Declined => (Command::Decline { party: 1 }, "2026-03-19T12:00"),
        };
        let mut terms = terms(Pay::Later);
        // A free one is not billed before it is used.
        let price = if *from == State::Booked && *event == Event::CheckedIn { "0" } else { "45" };
        terms.pay = if price == "0" { Pay::Never } else { Pay::Later };
        let rules = Rules { profile: &terms, calendar: &CHINA };
        let mut facts = booking(*from, start, price);
        facts.consents = vec![true; if *event == Event::Declined { 2 } else { 1 }];
        let decision = decide(&facts, &command, rules, at(now));
        assert_eq!(decision.map(|decision| decision.facts.state), Ok(*to), "{from:?} {event:?}");
    }
}

#[test]
fn a_hold_ends_at_its_deadline_and_is_extended_once() {
    let terms = terms(Pay::Never);
    let rules = Rules { profile: &terms, calendar: &CHINA };
    let ask = Ask {
        door: Door::Online,
        class: "general",
        names: Names::default(),
        starts_at: at("2026-03-20T09:00"),
        ends_at: at("2026-03-20T09:30"),
        persons: &[],
        parties: 1,
        price: Money::ZERO,
        drawn: false,
    };
    let now = at("2026-03-10T08:00");
    let held = hold::decide(&ask, &[], rules, now).unwrap().facts;
    assert_eq!(held.held_until_at, at("2026-03-10T08:15"));
    let extended = decide(&held, &Command::Extend, rules, at("2026-03-10T08:14:59.999")).unwrap().facts;
    assert_eq!(extended.held_until_at, at("2026-03-10T08:20"), "from the deadline, not from the asking");
    assert_eq!(decide(&extended, &Command::Extend, rules, now), Err(Refusal::AlreadyExtended));
    let expired = Refusal::HoldExpired { expired_at: extended.held_until_at };
    for command in [Command::Extend, Command::Confirm, Command::Consent { party: 0 }] {
        assert_eq!(decide(&extended, &command, rules, at("2026-03-10T08:20")), Err(expired.clone()), "{command:?}");
    }
    assert!(decide(&extended, &Command::Confirm, rules, at("2026-03-10T08:19:59.999")).is_ok());
    let early = decide(&extended, &Command::Expire, rules, at("2026-03-10T08:19:59.999"));
    assert_eq!(early, Err(Refusal::NotYet { from_at: extended.held_until_at }));
}

#[test]
fn a_hold_never_outlives_what_it_holds() {
    let on_site = Ask {
        door: Door::OnSite,
        class: "",
        names: Names::default(),
        starts_at: at("2026-03-20T09:00"),
        ends_at: at("2026-03-20T09:30"),
        persons: &[],
        parties: 1,
        price: Money::ZERO,
        drawn: false,
    };
    let held = hold::decide(&on_site, &[], rules("hospital-a"), at("2026-03-20T09:25")).unwrap().facts;
    assert_eq!(held.held_until_at, at("2026-03-20T09:30"));
}

#[test]
fn money_counts_from_when_it_was_paid() {
    let terms = terms(Pay::Upfront);
    let rules = Rules { profile: &terms, calendar: &CHINA };
    let held = booking(State::Held, "2026-03-20T09:00", "45");
    let paid = |amount, s| Command::Paid { amount: yuan(amount), paid_at: held.held_until_at.plus_s(s) };
    let late_news = held.held_until_at.plus_s(60);
    assert_eq!(decide(&held, &paid("45", -1), rules, late_news).unwrap().facts.state, State::Paid);
    let expired = Refusal::HoldExpired { expired_at: held.held_until_at };
    assert_eq!(decide(&held, &paid("45", 0), rules, late_news), Err(expired));
    assert_eq!(decide(&held, &paid("44", -1), rules, late_news), Err(Refusal::WrongAmount { expected: yuan("45") }));
    assert_eq!(decide(&held, &Command::Confirm, rules, BASE), Err(Refusal::PaymentNeeded { amount: yuan("45") }));
    let twice = booking(State::Paid, "2026-03-20T09:00", "45");
    assert_eq!(decide(&twice, &paid("45", -1), rules, BASE), Err(Refusal::WrongState { state: State::Paid }));
}

#[test]
fn a_stopped_clinic_pays_back_tells_and_blames_nobody() {
    let paid = booking(State::Paid, "2026-03-20T09:00", "45");
    let decision = decide(&paid, &Command::Stop, rules("hospital-a"), at("2026-03-20T08:50")).unwrap();
    let event = Event::Stopped;
    let expected = [
        Effect::Release { after: None },
        Effect::Refund { amount: yuan("45") },
        Effect::TellDepartment { event },
        Effect::Tell { event },
    ];
    assert_eq!(decision.effects, expected);
    let held = booking(State::Held, "2026-03-20T09:00", "45");
    let decision = decide(&held, &Command::Stop, rules("hospital-a"), at("2026-03-20T08:50")).unwrap();
    assert_eq!(decision.effects, [Effect::Release { after: None }, Effect::Tell { event }], "nobody knew of it");
}

#[test]
fn whoever_was_asked_says_no_and_whoever_asked_gives_up() {
    let rules = rules("marriage");
    let mut held = booking(State::Held, "2026-03-20T09:00", "0");
    held.consents = vec![true, false];
    let in_time = held.held_until_at.plus_s(-1);
    let no = |party| decide(&held, &Command::Decline { party }, rules, in_time);
    assert_eq!(no(0), Err(Refusal::NoSuchParty { party: 0 }), "the one who asked cancels");
    assert_eq!(no(2), Err(Refusal::NoSuchParty { party: 2 }));
    let declined = no(1).unwrap();
    assert_eq!(declined.facts.state, State::Declined);
    let release = Effect::Release { after: rules.profile.returns };
    assert_eq!(declined.effects, [release, Effect::Tell { event: Event::Declined }], "no fault, no department");
    let late = decide(&held, &Command::Decline { party: 1 }, rules, held.held_until_at);
    assert_eq!(late, Err(Refusal::HoldExpired { expired_at: held.held_until_at }));
    let agrees = decide(&declined.facts, &Command::Consent { party: 1 }, rules, in_time);
    assert_eq!(agrees, Err(Refusal::WrongState { state: State::Declined }));
}

#[test]
fn what_a_department_refuses_is_made_whole() {
    let paid = booking(State::Paid, "2026-03-20T09:00", "45");
    let command = Command::Refuse { unit_gone: true };
    let decision = decide(&paid, &command, rules("hospital-a"), at("2026-03-19T08:50")).unwrap();
    assert_eq!(decision.facts.state, State::Refused);
    assert!(decision.effects.contains(&Effect::Refund { amount: yuan("45") }));
    assert!(decision.effects.contains(&Effect::Withdraw));
    assert!(decision.effects.contains(&Effect::Tell { event: Event::Refused }));
}

#[test]
fn whoever_comes_late_for_pick_up_has_missed_it() {
    let rules = rules("hospital-d");
    for (starts_at, last, late) in [
        ("2026-03-20T09:00", "2026-03-20T11:20", "2026-03-20T11:20:00.001"),
        ("2026-03-20T14:00", "2026-03-20T16:20", "2026-03-20T16:20:00.001"),
    ] {
        let facts = booking(State::Booked, starts_at, "0");
        assert!(decide(&facts, &Command::CheckIn, rules, at(last)).is_ok(), "{last}");
        assert!(matches!(decide(&facts, &Command::Miss, rules, at(last)), Err(Refusal::NotYet { .. })));
        assert!(matches!(decide(&facts, &Command::CheckIn, rules, at(late)), Err(Refusal::TooLate { .. })));
        let missed = decide(&facts, &Command::Miss, rules, at(late)).unwrap();
        assert!(missed.effects.contains(&Effect::Mark { fault: Fault::NoShow, on: day("2026-03-20") }));
        let corrected = decide(&missed.facts, &Command::Correct, rules, at(late)).unwrap();
        assert_eq!(corrected.facts.state, State::Done);
        assert!(corrected.effects.contains(&Effect::Forgive { fault: Fault::NoShow }));
    }
}

#[test]
fn nobody_checks_in_early_or_twice() {
    let rules = rules("police");
    let facts = booking(State::Booked, "2026-03-20T09:00", "0");
    let from_at = at("2026-03-20T08:30");
    assert_eq!(decide(&facts, &Command::CheckIn, rules, from_at.plus_ms(-1)), Err(Refusal::NotYet { from_at }));
    let here = decide(&facts, &Command::CheckIn, rules, from_at).unwrap().facts;
    assert_eq!(decide(&here, &Command::CheckIn, rules, from_at), Err(Refusal::AlreadyUsed));
}

#[test]
fn a_cancelled_unit_comes_back_at_a_time_that_nobody_knows() {
    let facts = booking(State::Booked, "2026-03-20T09:00", "0");
    let now = at("2026-03-10T09:00");
    let decision = decide(&facts, &Command::Cancel, rules("hospital-a"), now).unwrap();
    let after = Some(Delay { from_s: 3600, to_s: 7200 });
    assert_eq!(decision.effects[0], Effect::Release { after });
    let rng = SeededRng::new(4);
    let times: Vec<i64> =
        (0..1000).map(|_| returns::back_at(after, now, facts.starts_at, &rng).since_ms(now)).collect();
    assert!(times.iter().all(|ms| (3_600_000..=7_200_000).contains(ms)));
    let early = times.iter().filter(|&&ms| ms < 5_400_000).count();
    assert!((400..600).contains(&early), "{early} of 1000 in the first half");
    let soon = returns::back_at(after, now, now.plus_s(1800), &rng);
    assert_eq!(soon, now.plus_s(900), "half of the time that is left, at most");
    assert_eq!(returns::back_at(None, now, facts.starts_at, &rng), now);
}

#[test]
fn refusals_are_words_for_machines() {
    let refusal = Refusal::TooEarly { opens_at: Timestamp(5) };
    let json = serde_json::to_string(&refusal).unwrap();
    assert_eq!(json, r#"{"code":"too_early","opens_at":5}"#);
    assert_eq!(serde_json::from_str::<Refusal>(&json).unwrap(), refusal);
    let which = refusal::Which::Person { of: rule::What::Section, per: rule::Per::Day };
    for refusal in [
        Refusal::SoldOut { free: 0 },
        Refusal::OverQuota { which, max: 1 },
        Refusal::SameHalfDay,
        Refusal::BlockedUntil { until_on: day("2026-03-03"), fault: Fault::NoShow, count: 3 },
        Refusal::ProofMissing { concession: "student".to_owned(), owed: yuan("60") },
    ] {
        let json = serde_json::to_value(&refusal).unwrap();
        assert_eq!(json["code"], refusal.code());
        assert_eq!(serde_json::from_value::<Refusal>(json).unwrap(), refusal);
    }
}
