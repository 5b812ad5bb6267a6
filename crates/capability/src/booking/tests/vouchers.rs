//! A voucher says what it was written with, and nothing else passes for one.

use ledger::note::{Signer, Wrong};
use proptest::prelude::*;

use super::{
    super::voucher::{PlaceKey, Presented, Show, Voucher},
    *,
};

fn signer() -> Signer {
    Signer::from_seed("receipts.example/lakeside", &[7; 32]).expect("a key")
}

fn plain() -> Voucher {
    Voucher {
        city_code: 990_100,
        number: "000000000042".to_owned(),
        place: PlaceKey::of("lake-walk", "north-gate"),
        starts_at: at("2026-03-20 08:30"),
        ends_at: at("2026-03-20 09:00"),
        persons: 2,
        at_gate: Vec::new(),
    }
}

fn with_shows() -> Voucher {
    let show =
        |persons, concession: &str, height_cm_max| Show { persons, concession: concession.to_owned(), height_cm_max };
    Voucher { at_gate: vec![show(1, "child-height", Some(120)), show(1, "student", None)], ..plain() }
}

#[test]
fn a_voucher_is_read_back_by_its_key_alone() {
    for voucher in [plain(), with_shows()] {
        let text = voucher.sign(&signer()).expect("a voucher");
        assert_eq!(Voucher::verify(&text, signer().public()), Ok(voucher.clone()));
        assert_eq!(voucher.sign(&signer()).as_ref(), Some(&text), "the same picture every time");
        let other = Signer::from_seed("receipts.example/lakeside", &[8; 32]).expect("a key");
        assert_eq!(Voucher::verify(&text, other.public()), Err(Wrong::Key));
    }
}

/// The gate's script reads the same text: `e2e` holds it against this one.
#[test]
fn the_form_stays_as_printed() {
    let text = with_shows().sign(&signer()).expect("a voucher");
    assert_eq!(text, include_str!("voucher.txt").trim_end(), "vouchers that are out there could not be read any more");
}

#[test]
fn an_ordinary_voucher_is_a_small_code() {
    let text = plain().sign(&signer()).expect("a voucher");
    // What a code of 41 squares (version 6) keeps in digits, at the middle level of correction.
    assert!(text.len() <= 255, "{}", text.len());
    assert!(text.bytes().all(|digit| digit.is_ascii_digit()), "{text}");
}

#[test]
fn no_digit_of_a_voucher_can_be_another() {
    let text = with_shows().sign(&signer()).expect("a voucher");
    for place in 0..text.len() {
        for digit in b'0'..=b'9' {
            let mut bent = text.clone().into_bytes();
            if bent[place] == digit {
                continue;
            }
            bent[place] = digit;
            let bent = String::from_utf8(bent).expect("digits");
            assert!(Voucher::verify(&bent, signer().public()).is_err(), "digit {place} as {}", char::from(digit));
        }
    }
    for bent in [format!("{text}0"), format!("0{text}"), text[1..].to_owned(), text[..text.len() - 1].to_owned()] {
        assert!(Voucher::verify(&bent, signer().public()).is_err(), "{bent}");
    }
}

#[test]
fn what_is_no_voucher_is_refused_whatever_it_is() {
    let long = "9".repeat(100_000);
    let texts = ["", "0", "000000000042", "-1", "+12", "１２３", "V1", "https://example.org", "\0", " 1 ", &long];
    for text in texts {
        assert_eq!(Voucher::verify(text, signer().public()), Err(Wrong::Form), "{text:.40}");
    }
}

#[test]
fn what_cannot_be_written_is_not() {
    let id = "a".repeat(41);
    let show = |persons, concession: &str| Show { persons, concession: concession.to_owned(), height_cm_max: None };
    let wrong: [(&str, Voucher); 11] = [
        ("a number that is too short", Voucher { number: "42".to_owned(), ..plain() }),
        ("a number with a sign", Voucher { number: "+00000000042".to_owned(), ..plain() }),
        ("a code of seven digits", Voucher { city_code: 1_000_000, ..plain() }),
        ("nobody", Voucher { persons: 0, ..plain() }),
        ("half a minute", Voucher { starts_at: at("2026-03-20 08:30:30"), ..plain() }),
        ("before the count", Voucher { starts_at: at("2019-12-31 08:30"), ..plain() }),
        ("an end before its start", Voucher { ends_at: at("2026-03-20 08:00"), ..plain() }),
        ("an end at its start", Voucher { ends_at: at("2026-03-20 08:30"), ..plain() }),
        ("words for an id", Voucher { at_gate: vec![show(1, "Über")], ..plain() }),
        ("a long id", Voucher { at_gate: vec![show(1, &id)], ..plain() }),
        ("more than a code holds", Voucher { at_gate: vec![show(1, &id[..40]); 12], ..plain() }),
    ];
    for (what, voucher) in wrong {
        assert_eq!(voucher.sign(&signer()), None, "{what}");
    }
}

#[test]
fn what_was_scanned_is_told_from_what_was_typed() {
    let text = plain().sign(&signer()).expect("a voucher");
    assert_eq!(Presented::read(&text), Some(Presented::Voucher(text.clone())));
    assert_eq!(Presented::read("000000000042"), Some(Presented::Number("000000000042".to_owned())));
    for other in ["", "42", "00000000004２", "0000000000420", "HTTPS://EXAMPLE.ORG", &"1".repeat(100)] {
        assert_eq!(Presented::read(other), None, "{other}");
    }
}

fn any_voucher() -> impl Strategy<Value = Voucher> {
    let show = (1..=u8::MAX, "[a-z][a-z0-9-]{0,19}", proptest::option::of(50..=250u8));
    let times = (0..16_777_216i64, 1..=65_535i64);
    (0..1_000_000u32, 0..1_000_000_000_000u64, any::<[u8; 4]>(), times, 1..=u8::MAX, prop::collection::vec(show, 0..4))
        .prop_map(|(city_code, number, place, (starts, lasts), persons, shows)| {
            let starts_at = Timestamp(1_577_836_800_000 + starts * 60_000);
            let show = |(persons, concession, height_cm_max)| Show { persons, concession, height_cm_max };
            Voucher {
                city_code,
                number: format!("{number:012}"),
                place: PlaceKey(place),
                starts_at,
                ends_at: starts_at.plus_ms(lasts * 60_000),
                persons,
                at_gate: shows.into_iter().map(show).collect(),
            }
        })
}

proptest! {
    #[test]
    fn every_voucher_is_read_back_as_it_was_written(voucher in any_voucher()) {
        let text = voucher.sign(&signer()).expect("a voucher");
        prop_assert_eq!(Voucher::verify(&text, signer().public()), Ok(voucher));
    }

    #[test]
    fn digits_at_random_are_nobodys_voucher(text in "[0-9]{0,400}") {
        prop_assert!(Voucher::verify(&text, signer().public()).is_err());
    }

    #[test]
    fn text_at_random_is_an_answer_and_no_panic(text in "\\PC{0,300}") {
        prop_assert!(Voucher::verify(&text, signer().public()).is_err());
        let _ = Presented::read(&text);
    }
}
