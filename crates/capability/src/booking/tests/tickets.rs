//! Two attractions: every concession of their notices, quotas of a day and of a band, the gate, refunds, a closure.

use std::collections::BTreeSet;

use super::{
    super::{
        pool::{self, Door, Legs, Pool, Take},
        refusal::Refusal,
        rule::ticket::{Band, TicketRule},
        ticket::{self, Crowded, Visitor},
    },
    *,
};

fn visitor(age: i16, height_cm: Option<u16>, proofs: &[&str]) -> Visitor {
    Visitor { age, height_cm, proofs: proofs.iter().map(|&proof| proof.to_owned()).collect::<BTreeSet<_>>() }
}

fn quote(rule: &TicketRule, visitor: &Visitor) -> ticket::Quote {
    ticket::quote(Money::from_fen(rule.price_fen), &rule.concession, visitor)
}

#[test]
fn visitors_pay_what_the_notices_say() {
    let (grottoes, mountain) = (&SERVICES.grottoes, &SERVICES.mountain);
    for (rule, age, height, proofs, price, concession) in [
        (grottoes, 35, None, &[][..], "120", None),
        (grottoes, 59, None, &[], "120", None),
        (grottoes, 60, None, &[], "0", Some("elderly")),
        (grottoes, 5, Some(130), &[], "0", Some("child")),
        (grottoes, 6, Some(130), &[], "60", Some("minor")),
        (grottoes, 6, Some(120), &[], "0", Some("small")),
        (grottoes, 6, Some(121), &[], "60", Some("minor")),
        (grottoes, 18, None, &[], "60", Some("minor")),
        (grottoes, 19, None, &[], "120", None),
        (grottoes, 21, None, &["undergraduate-full-time"], "60", Some("student")),
        (grottoes, 24, None, &["postgraduate"], "120", None),
        (grottoes, 30, None, &["adult-student"], "120", None),
        (grottoes, 40, None, &["military-family"], "60", Some("military-family")),
        (grottoes, 40, None, &["disability"], "0", Some("paper")),
        (grottoes, 40, None, &["guide"], "0", Some("paper")),
        (grottoes, 16, None, &["disability"], "0", Some("paper")),
        (mountain, 35, None, &[], "50", None),
        (mountain, 10, Some(140), &[], "0", Some("small")),
        (mountain, 10, Some(141), &[], "50", None),
        (mountain, 70, None, &[], "50", None),
    ] {
        let quote = quote(rule, &visitor(age, height, proofs));
        assert_eq!(
            (quote.price, quote.concession.as_deref()),
            (yuan(price), concession),
            "{age} {height:?} {proofs:?}"
        );
    }
}

#[test]
fn of_equal_prices_the_one_that_asks_least_is_taken() {
    let veteran = visitor(70, None, &["veteran"]);
    let quote = quote(&SERVICES.grottoes, &veteran);
    assert_eq!((quote.concession.as_deref(), quote.at_gate), (Some("elderly"), ticket::AtGate::default()));
}

#[test]
fn the_gate_checks_what_was_claimed() {
    let full = yuan("120");
    let student = quote(&SERVICES.grottoes, &visitor(21, None, &["undergraduate-full-time"]));
    let shown = |proofs| ticket::check_proof(&student, full, &visitor(21, None, proofs));
    assert_eq!(shown(&["undergraduate-full-time"]), Ok(()));
    let missing = Refusal::ProofMissing { concession: "student".to_owned(), owed: yuan("60") };
    assert_eq!(shown(&["postgraduate"]), Err(missing));
    let small = quote(&SERVICES.grottoes, &visitor(8, Some(118), &[]));
    let measured = |height| ticket::check_proof(&small, full, &visitor(8, height, &[]));
    assert_eq!(measured(Some(120)), Ok(()));
    for height in [Some(121), None] {
        assert_eq!(measured(height), Err(Refusal::TooTall { height_cm_max: 120, owed: yuan("120") }));
    }
    let plain = quote(&SERVICES.grottoes, &visitor(35, None, &[]));
    assert_eq!(ticket::check_proof(&plain, full, &visitor(35, None, &[])), Ok(()));
}

#[test]
fn a_free_ticket_takes_a_place_like_any_other() {
    let rule = &SERVICES.grottoes;
    let mut of_day = Pool::counted(rule.daily);
    let mut bands: Vec<Pool> = rule.band.iter().map(|band| Pool::counted(band.units)).collect();
    let mut sell = |visitors: &[Visitor], band: usize| {
        let free = visitors.iter().filter(|visitor| quote(rule, visitor).price == Money::ZERO).count();
        let take = Take::any(Door::Online, u32::try_from(visitors.len()).unwrap());
        let pools = &mut [(&mut of_day, take.clone()), (&mut bands[band], take)];
        pool::take_all(pools).map(|_| free)
    };
    let family = [visitor(70, None, &[]), visitor(4, None, &[]), visitor(35, None, &[]), visitor(36, None, &[])];
    for _ in 0..10 {
        assert_eq!(sell(&family, 0), Ok(2));
    }
    assert_eq!(sell(&[visitor(70, None, &[])], 0), Err(Refusal::SoldOut { free: 0 }), "the band is full");
    for _ in 0..5 {
        assert_eq!(sell(&family, 1), Ok(2));
    }
    assert_eq!(sell(&[visitor(70, None, &[])], 1), Err(Refusal::SoldOut { free: 0 }), "the day is full");
    assert_eq!((of_day.taken(), bands[1].free(Door::Online, Legs::ONE)), (60, 20));
}

#[test]
fn no_more_are_inside_than_the_place_holds() {
    assert_eq!(ticket::check_room(1499, 1, 1500), Ok(()));
    assert_eq!(ticket::check_room(1499, 2, 1500), Err(Refusal::Full { inside: 1499, max: 1500 }));
    assert_eq!(ticket::check_room(u32::MAX, u32::MAX, 1500), Err(Refusal::Full { inside: u32::MAX, max: 1500 }));
}

#[test]
fn bands_must_fit_into_the_place() {
    let mut rule = SERVICES.grottoes.clone();
    assert_eq!(ticket::check_bands(&rule), Ok(()), "who came by noon has left at three");
    let (from, to) = (jiff::civil::time(14, 0, 0, 0), jiff::civil::time(15, 0, 0, 0));
    rule.band.insert(1, Band { id: "noon".to_owned(), from, to, units: 10 });
    assert_eq!(ticket::check_bands(&rule), Err(Crowded { at: from, people: 50, instant: 40 }));
    rule.band.truncate(1);
    rule.band[0].units = 41;
    assert!(ticket::check_bands(&rule).is_err());
}

#[test]
fn a_ticket_is_sold_until_the_last_sale_of_its_day() {
    let (starts_at, ends_at) = ticket::times(&SERVICES.grottoes, day("2026-05-01"), None).unwrap();
    assert_eq!((starts_at, ends_at), (at("2026-05-01T09:00"), at("2026-05-01T17:00")));
    let sold = |now| release::check(profile("attraction"), &CHINA, Door::Online, (starts_at, ends_at), at(now));
    assert_eq!(sold("2026-04-24T08:59:59"), Err(Refusal::TooEarly { opens_at: at("2026-04-24T09:00") }));
    assert_eq!(sold("2026-05-01T16:29:59"), Ok(()), "hours after the gates have opened");
    assert_eq!(sold("2026-05-01T16:30"), Err(Refusal::TooLate { closed_at: at("2026-05-01T16:30") }));
    let band = ticket::times(&SERVICES.grottoes, day("2026-05-01"), Some("late")).unwrap();
    assert_eq!(band, (at("2026-05-01T15:00"), at("2026-05-01T16:30")));
    assert_eq!(ticket::times(&SERVICES.grottoes, day("2026-05-01"), Some("night")), None);
}

#[test]
fn what_comes_back_follows_the_ladder() {
    let facts = booking(State::Paid, "2026-05-01T09:00", "120");
    let cancelled = |now| decide(&facts, &Command::Cancel, rules("attraction"), at(now)).map(|d| d.facts.refunded);
    assert_eq!(cancelled("2026-04-30T23:59:59"), Ok(yuan("120")));
    assert_eq!(cancelled("2026-05-01T00:00"), Ok(yuan("96")));
    assert!(matches!(cancelled("2026-05-01T16:30"), Err(Refusal::TooLate { .. })));
}

#[test]
fn a_closure_gives_everybody_everything_back() {
    for now in ["2026-04-30T20:00", "2026-05-01T08:00", "2026-05-01T16:59"] {
        for state in [State::Paid, State::CheckedIn] {
            let facts = booking(state, "2026-05-01T09:00", "120");
            let decision = decide(&facts, &Command::Stop, rules("attraction"), at(now)).unwrap();
            assert_eq!(decision.facts.refunded, yuan("120"), "{state:?} at {now}");
        }
    }
}
