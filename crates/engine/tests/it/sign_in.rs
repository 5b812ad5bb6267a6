//! Codes, sessions, the real name, and messages.

use connector::Failure;
use engine::{Citizen, Preferences, Size, Theme};
use kernel::{Kind, Lang, identifier::Mistake};

use crate::town::{Town, mistakes, resident};

const PHONE: &str = "19900000001";

#[tokio::test]
async fn a_code_signs_in_once_and_a_wrong_one_says_how_many_tries_are_left() {
    let town = Town::open().await;
    let code = town.code(PHONE).await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let refused = town.platform.sign_in(PHONE, wrong, town.device()).await.expect_err("wrong");
    assert_eq!(mistakes(&refused), [("code", Mistake::CodeWrong { tries_left: 4 })]);
    let first = town.platform.sign_in(PHONE, &code, town.device()).await.expect("signed in");
    assert!(first.created && !first.citizen.verified);
    let again = town.platform.sign_in(PHONE, &code, town.device()).await.expect_err("used");
    assert_eq!(mistakes(&again), [("code", Mistake::CodeExpired)]);
    town.clock.advance_s(61);
    let code = town.code(PHONE).await;
    let second = town.platform.sign_in(PHONE, &code, town.device()).await.expect("signed in");
    assert!(!second.created);
    assert_eq!(second.citizen.account, first.citizen.account);
}

#[tokio::test]
async fn every_mistake_of_the_form_is_told_at_once() {
    let town = Town::open().await;
    let refused = town.platform.sign_in("1990000", "12", town.device()).await.expect_err("both");
    assert_eq!(mistakes(&refused).iter().map(|(field, _)| *field).collect::<Vec<_>>(), ["phone", "code"]);
}

#[tokio::test]
async fn a_code_expires_dies_of_five_wrong_tries_and_is_not_sent_again_at_once() {
    let town = Town::open().await;
    let code = town.code(PHONE).await;
    let soon = town.platform.send_code(PHONE, town.device().address, Lang::ZhCn).await.expect_err("too soon");
    assert_eq!(soon.kind, Kind::TooMany { retry_after_s: 60 });
    town.clock.advance_s(301);
    let late = town.platform.sign_in(PHONE, &code, town.device()).await.expect_err("late");
    assert_eq!(mistakes(&late), [("code", Mistake::CodeExpired)]);
    let code = town.code(PHONE).await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        town.platform.sign_in(PHONE, wrong, town.device()).await.expect_err("wrong");
    }
    let dead = town.platform.sign_in(PHONE, &code, town.device()).await.expect_err("dead");
    assert_eq!(mistakes(&dead), [("code", Mistake::CodeExpired)]);
}

#[tokio::test]
async fn an_address_is_held_to_a_rate() {
    let town = Town::open().await;
    let address = "203.0.113.9".parse().expect("an address");
    for n in 0..120 {
        town.platform.send_code(&format!("1990000{n:04}"), address, Lang::En).await.expect("sent");
    }
    let refused = town.platform.send_code("19900009999", address, Lang::En).await.expect_err("too many");
    assert!(matches!(refused.kind, Kind::TooMany { .. }));
}

#[tokio::test]
async fn sessions_are_listed_rotated_and_ended_everywhere() {
    let town = Town::open().await;
    let code = town.code(PHONE).await;
    let signed = town.platform.sign_in(PHONE, &code, town.device()).await.expect("signed in");
    let me = signed.citizen;
    let api = town.platform.new_token(&me, " my script\n", town.key()).await.expect("a token");
    let key = town.key();
    let made = town.platform.new_token(&me, "another", key.clone()).await.expect("a token");
    let again = town.platform.new_token(&me, "another", key.clone()).await.expect("the same request");
    assert!(made == again && made != api, "one request, one token");
    let other = town.platform.new_token(&me, "not that one", key).await.expect_err("another request");
    assert_eq!(other.kind, Kind::Conflict("idempotency_key_reused"));
    let extra = town.platform.citizen(&made, "api").await.expect("found").expect("it works");
    assert!(town.platform.end_session(&me, extra.session).await.expect("ended"));
    let found = town.platform.citizen(&api, "api").await.expect("read").expect("a session");
    assert_eq!((found.account, found.door), (me.account, "api"));
    let sessions = town.platform.sessions(&me).await.expect("sessions");
    assert_eq!(sessions.iter().filter(|one| one.current).count(), 1);
    assert!(sessions.iter().any(|one| one.label == "my script"));

    let fresh = town.platform.rotate(&me).await.expect("rotated");
    assert_eq!(town.platform.citizen(&signed.token, "web").await.expect("read"), None, "the old token is dead");
    assert!(town.platform.citizen(&fresh, "web").await.expect("read").is_some());

    let preferences = Preferences { lang: Some(Lang::En), size: Some(Size::Huge), theme: Some(Theme::Dark) };
    town.platform.set_preferences(&me, preferences).await.expect("set");
    let now = town.platform.citizen(&fresh, "web").await.expect("read").expect("a session");
    assert_eq!(now.preferences, preferences);

    assert_eq!(town.platform.sign_out_everywhere(&me, true).await.expect("ended"), 1);
    assert_eq!(town.platform.citizen(&api, "api").await.expect("read"), None);
    assert_eq!(town.platform.sign_out_everywhere(&me, false).await.expect("ended"), 1);
    assert_eq!(town.platform.citizen(&fresh, "web").await.expect("read"), None);
}

#[tokio::test]
async fn nobody_ends_another_persons_session_and_an_idle_one_ends_itself() {
    let town = Town::open().await;
    let (me, other) = (town.sign_in(PHONE).await, town.sign_in("19900000002").await);
    assert!(!town.platform.end_session(&other, me.session).await.expect("asked"));
    let token = town.platform.rotate(&me).await.expect("alive");
    town.clock.advance_s(7 * 86_400 + 1);
    assert_eq!(town.platform.citizen(&token, "web").await.expect("read"), None);
}

#[tokio::test]
async fn the_real_name_is_checked_and_one_person_has_one_account() {
    let town = Town::open().await;
    let id = resident("14010019900307001");
    let me = town.sign_in(PHONE).await;
    let both = town.platform.verify_real_name(&me, "", "1401", town.key()).await.expect_err("both");
    assert_eq!(mistakes(&both).len(), 2);
    let differs = town.platform.verify_real_name(&me, "张三", &id, town.key()).await.expect_err("unknown");
    assert_eq!(mistakes(&differs), [("resident_id", Mistake::NameAndIdDiffer)]);
    town.registers.people.lock().unwrap().insert(id.clone(), "张三".into());
    town.fail("/name", Some(Failure::Down));
    let down = town.platform.verify_real_name(&me, "张三", &id, town.key()).await.expect_err("down");
    assert_eq!(down.kind, Kind::Unavailable("register"));
    town.fail("/name", None);
    let key = town.key();
    town.platform.verify_real_name(&me, "张三", &id, key.clone()).await.expect("verified");
    town.platform.verify_real_name(&me, "张三", &id, key).await.expect("the same request again");
    let profile = town.platform.profile(&me).await.expect("profile");
    assert_eq!(profile.name.as_deref(), Some("张*"));
    assert_eq!(profile.phone, "199****0001");
    let other = town.sign_in("19900000002").await;
    let taken = town.platform.verify_real_name(&other, "张三", &id, town.key()).await.expect_err("taken");
    assert_eq!(mistakes(&taken), [("resident_id", Mistake::PersonHasAccount)]);
}

#[tokio::test]
async fn the_register_is_no_oracle() {
    let town = Town::open().await;
    let me = town.sign_in(PHONE).await;
    let id = resident("14010019900307001");
    for _ in 0..10 {
        town.platform.verify_real_name(&me, "张三", &id, town.key()).await.expect_err("unknown");
    }
    let held = town.platform.verify_real_name(&me, "张三", &id, town.key()).await.expect_err("held");
    assert!(matches!(held.kind, Kind::TooMany { .. }));
}

#[tokio::test]
async fn a_message_is_sent_until_the_gateway_says_yes_always_under_one_key() {
    let town = Town::open().await;
    town.fail("/sms", Some(Failure::TimedOut));
    town.platform.send_code(PHONE, town.device().address, Lang::En).await.expect("sent");
    town.message(PHONE, 1).await;
    town.fail("/sms", None);
    // The failed try is put back by seconds; whenever that is written, this is later.
    for _ in 0..40 {
        town.clock.advance_s(5);
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        if town.registers.sms.lock().unwrap().len() > 1 {
            break;
        }
    }
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    let sms = town.registers.sms.lock().unwrap().clone();
    assert_eq!(sms.len(), 2, "once refused, once taken");
    assert_eq!(sms[0], sms[1], "the same key and text");
}

#[tokio::test]
async fn a_code_that_has_run_out_is_not_sent_when_the_gateway_comes_back() {
    let town = Town::open().await;
    town.fail("/sms", Some(Failure::TimedOut));
    town.platform.send_code(PHONE, town.device().address, Lang::En).await.expect("sent");
    town.message(PHONE, 1).await;
    town.fail("/sms", None);
    town.clock.advance_s(3_600);
    // A fresh code goes out past the old one, which has been due for an hour.
    town.platform.send_code(PHONE, town.device().address, Lang::En).await.expect("sent");
    town.message(PHONE, 2).await;
    tokio::time::sleep(std::time::Duration::from_millis(2_500)).await;
    let sms = town.registers.sms.lock().unwrap().clone();
    assert_eq!(sms.len(), 2, "the refused try of the old code, and the new one");
    assert_ne!(sms[0], sms[1]);
}

#[tokio::test]
async fn a_deleted_account_is_gone() {
    let town = Town::open().await;
    let (me, _) = town.owner().await;
    let copy = town.platform.export(&me).await.expect("a copy");
    assert_eq!(copy["name"], "张三");
    assert_eq!(copy["cities"]["lakeside"]["cards"].as_array().map(Vec::len), Some(1));
    town.platform.delete_account(&me, town.key()).await.expect("deleted");
    assert!(town.platform.profile(&me).await.is_err());
    assert!(town.platform.cards(&me, &town.city).await.expect("read").is_empty());
    let back: Citizen = town.sign_in(PHONE).await;
    assert_ne!(back.account, me.account);
}
