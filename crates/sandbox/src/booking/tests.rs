//! A register on its own: what it keeps, gives back and refuses.

use super::*;

fn booked(number: &str, unit: &str) -> Booked {
    let text = |text: &str| text.to_owned();
    Booked {
        number: text(number),
        reference: String::new(),
        state: BookedState::Booked,
        place: text("p"),
        section: text("s"),
        resource: text("r"),
        matter: String::new(),
        starts_at: text("2026-11-25 08:00:00"),
        unit: text(unit),
        names: vec![text("林远舟")],
        ids: vec![text("659900198603129912")],
        paid_fen: 1_500,
        back_fen: 0,
        reason: String::new(),
    }
}

fn tell(register: &mut Register, key: &str, message: Message) -> Outcome {
    register.tell(key, &message, "MZ", None, Timestamp(0))
}

fn book(booked: Booked) -> Message {
    Message::Book(Box::new(booked))
}

fn cancel(number: &str) -> Message {
    Message::Cancel { number: number.into(), back_fen: 1_500, reason: "本人取消".into() }
}

#[test]
fn a_unit_is_booked_once_and_given_back_once() {
    let mut register = Register::default();
    let first = tell(&mut register, "k1", book(booked("1", "7"))).expect("free");
    assert_eq!(tell(&mut register, "k1", book(booked("1", "7"))), Ok(first.clone()), "the same key");
    assert_eq!(tell(&mut register, "k1", book(booked("2", "7"))), Err(No::KeyReused));
    assert_eq!(tell(&mut register, "k2", book(booked("1", "7"))), Ok(first.clone()), "the same booking");
    let paid = Booked { paid_fen: 2_000, ..booked("1", "7") };
    assert_eq!(tell(&mut register, "k2a", book(paid)).map(|one| one.paid_fen), Ok(2_000), "paid later");
    assert_eq!(tell(&mut register, "k3", book(booked("1", "8"))), Err(No::NumberReused));
    assert_eq!(tell(&mut register, "k4", book(booked("2", "6,7"))), Err(No::UnitGone));
    assert_eq!(tell(&mut register, "k5", cancel("3")), Err(No::Unknown));
    assert_eq!(tell(&mut register, "k6", cancel("1")).map(|one| one.back_fen), Ok(1_500));
    assert!(tell(&mut register, "k7", cancel("1")).is_ok(), "it is as they want it");
    assert_eq!(tell(&mut register, "k8", book(booked("1", "7"))), Err(No::Cancelled));
    assert!(tell(&mut register, "k9", book(booked("2", "6,7"))).is_ok(), "both are free now");
    let told = register.told.iter().find(|told| told.key == "k1").expect("told");
    assert_eq!((told.times, told.refused), (3, None));
}

#[test]
fn nobody_arrives_twice_nor_after_giving_up() {
    let mut register = Register::default();
    let arrive = |number: &str| Message::Arrive { number: number.into() };
    assert_eq!(tell(&mut register, "k1", arrive("1")), Err(No::Unknown));
    tell(&mut register, "k2", book(booked("1", ""))).expect("booked");
    tell(&mut register, "k3", book(booked("2", ""))).expect("no units, no conflict");
    assert_eq!(tell(&mut register, "k4", arrive("1")).map(|one| one.state), Ok(BookedState::Arrived));
    assert_eq!(tell(&mut register, "k5", arrive("1")), Err(No::Arrived));
    assert_eq!(tell(&mut register, "k6", cancel("1")), Err(No::Arrived));
    tell(&mut register, "k7", cancel("2")).expect("cancelled");
    assert_eq!(tell(&mut register, "k8", arrive("2")), Err(No::Cancelled));
}

#[test]
fn what_is_called_off_is_gone_even_for_whoever_is_here() {
    let mut register = Register::default();
    let stop = |number: &str| Message::Cancel { number: number.into(), back_fen: 1_500, reason: STOPPED.into() };
    for (number, unit) in [("1", "7"), ("2", "8"), ("3", "9")] {
        tell(&mut register, number, book(booked(number, unit))).expect("free");
    }
    tell(&mut register, "k1", Message::Arrive { number: "1".into() }).expect("here");
    tell(&mut register, "k2", cancel("2")).expect("given up before");
    for (number, state) in [("1", BookedState::CalledOff), ("2", BookedState::Cancelled), ("3", BookedState::CalledOff)]
    {
        let key = format!("stop-{number}");
        let told = tell(&mut register, &key, stop(number));
        assert_eq!(told.as_ref().map(|one| one.state), Ok(state), "{number}");
        assert_eq!(tell(&mut register, &key, stop(number)), told, "told again");
    }
    assert_eq!(tell(&mut register, "k3", Message::Arrive { number: "3".into() }), Err(No::Cancelled));
    assert_eq!(tell(&mut register, "k4", book(booked("3", "9"))), Err(No::Cancelled), "a late word of it");
}

#[test]
fn a_switched_department_refuses_what_is_new_and_keeps_its_word_for_the_rest() {
    let mut register = Register::default();
    let no = Some(No::PersonRefused);
    let known = tell(&mut register, "k1", book(booked("1", "7"))).expect("booked");
    let again = register.tell("k2", &book(booked("1", "7")), "MZ", no, Timestamp(0));
    assert_eq!(again, Ok(known));
    let new = register.tell("k3", &book(booked("2", "8")), "MZ", no, Timestamp(0));
    assert_eq!(new, Err(No::PersonRefused));
    assert_eq!(tell(&mut register, "k3", book(booked("2", "8"))), new, "the key keeps its answer");
    assert!(register.tell("k4", &cancel("1"), "MZ", no, Timestamp(0)).is_ok());
}
