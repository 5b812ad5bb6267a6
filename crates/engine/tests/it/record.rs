//! Questions: fresh, cached, stale, unavailable, none; one flight; every reading on record.

use std::sync::atomic::Ordering;

use connector::Failure;
use engine::{Answer, Asked, Citizen, Freshness, Who};
use kernel::{Id, Kind};

use crate::town::{Town, resident, row};

async fn ask(town: &Town, citizen: &Citizen, card: Id, again: bool) -> Asked {
    town.platform.ask(citizen, &town.city, &town.fines, Some(card), again).await.expect("asked")
}

fn answered(asked: Asked) -> Answer {
    match asked {
        Asked::Answered(answer) => answer,
        other => panic!("{other:?}"),
    }
}

fn two_rows(town: &Town) {
    town.answers(vec![
        row(&[("id", "1"), ("at", "2026-03-02T08:12:00"), ("state", "paid")]),
        row(&[("id", "2"), ("at", "2026-05-02T08:12:00"), ("state", "open"), ("photo", "x.png")]),
    ]);
}

#[tokio::test]
async fn an_answer_is_fresh_then_cached_then_stale_with_its_age() {
    let town = Town::open().await;
    let (me, card) = town.owner().await;
    two_rows(&town);
    let first = answered(ask(&town, &me, card, false).await);
    assert_eq!((first.freshness, first.open_count), (Freshness::Fresh, 1));
    assert_eq!(first.rows[0]["id"].text(), "2", "newest first");
    assert!(first.rows[0].contains_key("left"), "computed");
    assert_eq!((first.department.en.as_str(), first.evidence_sha256.len()), ("Lakeside desk", 64));
    assert_eq!(answered(ask(&town, &me, card, false).await).freshness, Freshness::Cached);
    assert_eq!(answered(ask(&town, &me, card, true).await).freshness, Freshness::Fresh);
    assert_eq!(town.registers.asked.load(Ordering::SeqCst), 2);
    town.clock.advance_s(61);
    town.fail("/fines", Some(Failure::TimedOut));
    let stale = answered(ask(&town, &me, card, false).await);
    assert_eq!(stale.freshness, Freshness::Stale(Failure::TimedOut));
    assert_eq!((stale.fetched_at, stale.rows.len()), (first.fetched_at, 2));
    let home = town.platform.home(&me, &town.city).await.expect("home");
    assert_eq!(home.strip[0].value.as_deref(), Some("1"));
    assert_eq!(home.strip[0].fetched_at, Some(first.fetched_at));
    assert_eq!(town.registers.asked.load(Ordering::SeqCst), 3, "home asks nobody");
}

#[tokio::test]
async fn none_and_unavailable_are_different_words() {
    let town = Town::open().await;
    let (me, card) = town.owner().await;
    town.fail("/fines", Some(Failure::Down));
    let Asked::Unavailable(why) = ask(&town, &me, card, false).await else { panic!("unavailable") };
    assert_eq!((why.failure, why.phone.as_str(), why.offline.en.as_str()), (Failure::Down, "0000-122", "at the desk"));
    town.fail("/fines", None);
    let none = answered(ask(&town, &me, card, false).await);
    assert!(none.rows.is_empty() && none.open_count == 0);
}

#[tokio::test]
async fn a_sold_car_is_neither_none_nor_unavailable_and_what_was_kept_goes() {
    let town = Town::open().await;
    let (me, card) = town.owner().await;
    two_rows(&town);
    answered(ask(&town, &me, card, false).await);
    town.fail("/fines", Some(Failure::Unmatched));
    let Asked::Unmatched(said) = ask(&town, &me, card, true).await else { panic!("unmatched") };
    assert_eq!((said.card.id, said.phone.as_str(), said.cards.len()), (card, "0000-122", 1));
    let home = town.platform.home(&me, &town.city).await.expect("home");
    assert_eq!(home.strip[0].value, None, "no figure about what may be somebody else's by now");
    let row = town.platform.ask_row(&me, &town.city, &town.fines, card, "2").await.expect_err("no row");
    assert_eq!(row.kind, Kind::Conflict("card_unmatched"));
    town.fail("/fines", Some(Failure::Down));
    let Asked::Unavailable(_) = ask(&town, &me, card, true).await else { panic!("nothing old is shown") };
}

#[tokio::test]
async fn half_an_answer_is_no_answer_and_is_not_kept() {
    let town = Town::open().await;
    let (me, card) = town.owner().await;
    town.answers(vec![row(&[("id", "1")])]);
    for _ in 0..2 {
        let Asked::Unavailable(why) = ask(&town, &me, card, false).await else { panic!("unavailable") };
        assert_eq!(why.failure, Failure::Half);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_questions_at_once_are_one_question_to_the_department() {
    let town = Town::open().await;
    let (me, card) = town.owner().await;
    two_rows(&town);
    let asking = (0..100).map(|_| {
        let (platform, me, city, fines) = (town.platform.clone(), me.clone(), town.city.clone(), town.fines.clone());
        tokio::spawn(async move { platform.ask(&me, &city, &fines, Some(card), false).await })
    });
    let mut answers = 0;
    let mut held = 0;
    for task in asking.collect::<Vec<_>>() {
        match task.await.expect("no panic") {
            Ok(Asked::Answered(answer)) => answers += usize::from(answer.rows.len() == 2),
            Err(error) if matches!(error.kind, Kind::TooMany { .. }) => held += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((answers + held, town.registers.asked.load(Ordering::SeqCst)), (100, 1));
    assert!(answers >= 60, "{answers}");
}

#[tokio::test]
async fn a_row_and_its_picture_are_found_by_key_and_nobody_elses() {
    let town = Town::open().await;
    let (me, card) = town.owner().await;
    two_rows(&town);
    let (platform, city, fines) = (&town.platform, &town.city, &town.fines);
    let (_, found) = platform.ask_row(&me, city, fines, card, "2").await.expect("row");
    assert_eq!(found["state"].text(), "open");
    assert_eq!(platform.ask_row(&me, city, fines, card, "9").await.expect_err("none").kind, Kind::NotFound);
    let (kind, bytes) = platform.evidence(&me, city, fines, card, "2").await.expect("picture");
    assert_eq!((kind, bytes.as_slice()), ("image/png", &b"picture"[..]));
    assert_eq!(platform.evidence(&me, city, fines, card, "1").await.expect_err("none").kind, Kind::NotFound);

    let stranger = town.verified("19900000002", "李四", &resident("14010019880101002")).await;
    assert_eq!(platform.ask(&stranger, city, fines, Some(card), false).await.expect_err("theirs").kind, Kind::NotFound);
    assert_eq!(platform.ask_row(&stranger, city, fines, card, "2").await.expect_err("theirs").kind, Kind::NotFound);
    assert_eq!(platform.evidence(&stranger, city, fines, card, "2").await.expect_err("theirs").kind, Kind::NotFound);
    assert!(matches!(platform.ask(&stranger, city, fines, None, false).await, Ok(Asked::NeedsCard(_))));
    let log = platform.access_log(&me, None, None).await.expect("log");
    assert!(log.items.iter().all(|entry| matches!(entry.who, Who::You | Who::Platform)), "the stranger read nothing");
}

#[tokio::test]
async fn every_reading_leaves_an_entry() {
    let town = Town::open().await;
    let (me, card) = town.owner().await;
    two_rows(&town);
    let (platform, city, fines) = (&town.platform, &town.city, &town.fines);
    let mut before = town.log_count(&me).await;
    macro_rules! leaves_an_entry {
        ($($name:literal: $read:expr;)+) => {$(
            town.clock.advance_s(1);
            let _ = $read.await.expect($name);
            let after = town.log_count(&me).await;
            assert!(after > before, "{}", $name);
            before = after;
        )+};
    }
    leaves_an_entry! {
        "profile": platform.profile(&me);
        "cards": platform.cards(&me, city);
        "ask": platform.ask(&me, city, fines, Some(card), false);
        "cached": platform.ask(&me, city, fines, Some(card), false);
        "row": platform.ask_row(&me, city, fines, card, "2");
        "evidence": platform.evidence(&me, city, fines, card, "2");
        "home": platform.home(&me, city);
        "export": platform.export(&me);
    }
    assert!(before > 8);
}

#[tokio::test]
async fn without_an_entry_there_is_no_data() {
    let town = Town::open().await;
    let (me, card) = town.owner().await;
    two_rows(&town);
    ask(&town, &me, card, false).await;
    let asked = town.registers.asked.load(Ordering::SeqCst);
    town.broken.store(true, Ordering::SeqCst);
    let (platform, city, fines) = (&town.platform, &town.city, &town.fines);
    macro_rules! gives_nothing {
        ($($read:expr;)+) => {$(
            assert_eq!($read.await.map(drop).expect_err(stringify!($read)).kind, Kind::Unavailable("store"));
        )+};
    }
    gives_nothing! {
        platform.profile(&me);
        platform.cards(&me, city);
        platform.ask(&me, city, fines, Some(card), true);
        platform.ask_row(&me, city, fines, card, "2");
        platform.evidence(&me, city, fines, card, "2");
        platform.home(&me, city);
        platform.export(&me);
    }
    assert_eq!(town.registers.asked.load(Ordering::SeqCst), asked, "no department was asked either");
}

#[tokio::test]
async fn the_access_log_turns_its_pages_without_a_gap() {
    let town = Town::open().await;
    let (me, _) = town.owner().await;
    for _ in 0..35 {
        town.platform.cards(&me, &town.city).await.expect("cards");
        town.platform.profile(&me).await.expect("profile");
    }
    let first = town.platform.access_log(&me, None, None).await.expect("page");
    assert_eq!(first.items.len(), 30);
    let next = engine::Cursor::parse(&first.next.expect("more").to_string());
    assert_eq!(next, first.next);
    assert!(town.log_count(&me).await >= 70);
    assert!(town.platform.ready().await.is_ok());
}
