//! Consent: asked, granted, used, revoked; and no way to find out who is here.

use engine::{Asked, ConsentState, Direction, Who, Whose};
use kernel::{Kind, access::Purpose, identifier::Mistake};
use manifest::service::Subject;

use crate::town::{Town, mistakes, resident, row};

#[tokio::test]
async fn consent_is_asked_granted_used_and_revoked() {
    let town = Town::open().await;
    let (owner, _) = town.owner().await;
    let friend = town.verified("19900000002", "李四", &resident("14010019880101002")).await;
    let id =
        town.platform.ask_consent(&friend, "19900000001", "张三", Subject::Vehicle, town.key()).await.expect("asked");
    assert_eq!(town.bind(&friend, Whose::Consent(id)).await.expect_err("not granted").kind, Kind::NotFound);
    let token = town.platform.new_token(&owner, "another device", town.key()).await.expect("a token");
    let looking = town.platform.citizen(&token, "web").await.expect("found").expect("signed in");
    assert_eq!(town.platform.home(&looking, &town.city).await.expect("home").asked_consents, 1);
    let given = town.platform.consents(&owner).await.expect("consents");
    assert_eq!(
        (given[0].direction, given[0].other.as_str(), given[0].state),
        (Direction::Given, "李*", ConsentState::Asked)
    );

    let self_granted = town.platform.decide_consent(&friend, id, true).await.expect_err("not theirs to give");
    assert_eq!(self_granted.kind, Kind::NotFound);
    town.platform.decide_consent(&owner, id, true).await.expect("granted");
    let licence = town.bind_licence(&friend, Whose::Consent(id)).await.expect_err("only the car");
    assert_eq!(licence.kind, Kind::NotFound);
    let card = town.bind(&friend, Whose::Consent(id)).await.expect("bound");
    let Asked::Answered(answer) =
        town.platform.ask(&friend, &town.city, &town.fines, Some(card), false).await.expect("asked")
    else {
        panic!("an answer")
    };
    assert_eq!(answer.card.whose.as_deref(), Some("张*"));
    let log = town.platform.access_log(&owner, None, None).await.expect("log");
    assert!(log.items.iter().any(|entry| {
        entry.who == Who::Delegate("李*".into()) && entry.purpose == Purpose::Record && entry.service.is_some()
    }));

    town.platform.revoke_consent(&owner, id).await.expect("revoked");
    let refused = town.platform.ask(&friend, &town.city, &town.fines, Some(card), false).await.expect_err("revoked");
    assert_eq!(refused.kind, Kind::NotFound);
    assert!(town.platform.cards(&friend, &town.city).await.expect("cards").is_empty());
}

#[tokio::test]
async fn an_expired_consent_opens_nothing() {
    let town = Town::open().await;
    let (owner, _) = town.owner().await;
    let friend = town.verified("19900000002", "李四", &resident("14010019880101002")).await;
    let id =
        town.platform.ask_consent(&friend, "19900000001", "张三", Subject::Vehicle, town.key()).await.expect("asked");
    town.platform.decide_consent(&owner, id, true).await.expect("granted");
    let card = town.bind(&friend, Whose::Consent(id)).await.expect("bound");
    town.clock.advance_s(366 * 86_400);
    let refused = town.platform.ask(&friend, &town.city, &town.fines, Some(card), false).await.expect_err("over");
    assert_eq!(refused.kind, Kind::Denied("card_not_in_force"));
    let shown = town.platform.cards(&friend, &town.city).await.expect("cards");
    assert_eq!(shown[0].title, "晋A***01", "masked from now on");
}

#[tokio::test]
async fn home_shows_a_lent_car_for_as_long_as_it_is_lent_and_its_owner_reads_of_it() {
    let town = Town::open().await;
    let (owner, _) = town.owner().await;
    let friend = town.verified("19900000002", "李四", &resident("14010019880101002")).await;
    let id =
        town.platform.ask_consent(&friend, "19900000001", "张三", Subject::Vehicle, town.key()).await.expect("asked");
    town.platform.decide_consent(&owner, id, true).await.expect("granted");
    let card = town.bind(&friend, Whose::Consent(id)).await.expect("bound");
    town.answers(vec![row(&[("id", "1"), ("at", "2026-03-02T08:12:00"), ("state", "open")])]);
    town.platform.ask(&friend, &town.city, &town.fines, Some(card), false).await.expect("asked");
    let looks = async |purpose| {
        let log = town.platform.access_log(&owner, None, None).await.expect("log");
        log.items.iter().filter(|entry| entry.purpose == purpose && entry.who != Who::You).count()
    };
    let before = (looks(Purpose::Cards).await, looks(Purpose::Record).await);
    let home = town.platform.home(&friend, &town.city).await.expect("home");
    assert_eq!(home.strip[0].value.as_deref(), Some("1"));
    let after = (looks(Purpose::Cards).await, looks(Purpose::Record).await);
    assert_eq!(after, (before.0 + 1, before.1 + 1), "one entry for the card, one for what is kept about it");
    town.clock.advance_s(366 * 86_400);
    let home = town.platform.home(&friend, &town.city).await.expect("home");
    assert!(home.strip.is_empty() && home.cards[0].title == "晋A***01", "nothing is shown any more");
    assert_eq!(looks(Purpose::Record).await, after.1, "and nothing was read");
}

#[tokio::test]
async fn the_reply_does_not_tell_who_is_here() {
    let town = Town::open().await;
    let (owner, _) = town.owner().await;
    let friend = town.verified("19900000002", "李四", &resident("14010019880101002")).await;
    let ask = |phone, name| town.platform.ask_consent(&friend, phone, name, Subject::Vehicle, town.key());
    ask("19900000009", "王五").await.expect("nobody has this phone");
    ask("19900000001", "王五").await.expect("another name");
    assert!(town.platform.consents(&owner).await.expect("consents").is_empty());
    let wrong = ask("1", "").await.expect_err("mistyped");
    assert_eq!(mistakes(&wrong).len(), 2);
}

#[tokio::test]
async fn an_account_at_a_biller_is_nothing_to_consent_to() {
    let town = Town::open().await;
    let friend = town.verified("19900000002", "李四", &resident("14010019880101002")).await;
    let asked = town.platform.ask_consent(&friend, "19900000001", "张三", Subject::Customer, town.key()).await;
    assert_eq!(mistakes(&asked.expect_err("not lent")), [("kind", Mistake::Choice)]);
}
