//! Binding: one's own, a stranger's, a ward's; and doing it once.

use engine::{CardState, OnceKey, VehicleForm, Whose};
use kernel::{Id, Kind, SeededRng, Timestamp, identifier::Mistake};

use crate::town::{PLATE, TAIL, Town, mistakes, resident};

#[tokio::test]
async fn ones_own_car_is_bound_and_shown() {
    let town = Town::open().await;
    let (me, card) = town.owner().await;
    let cards = town.platform.cards(&me, &town.city).await.expect("cards");
    assert_eq!(cards.len(), 1);
    assert_eq!((cards[0].id, cards[0].title.as_str(), cards[0].subtitle.as_str()), (card, PLATE, "云"));
    let twice = town.bind(&me, Whose::Me).await.expect_err("bound already");
    assert_eq!(mistakes(&twice), [("plate", Mistake::AlreadyBound)]);
    town.bind_licence(&me, Whose::Me).await.expect("licence");
    town.platform.unbind(&me, &town.city, card, town.key()).await.expect("unbound");
    let gone = town.platform.unbind(&me, &town.city, card, town.key()).await.expect_err("gone");
    assert_eq!(gone.kind, Kind::NotFound);
}

#[tokio::test]
async fn a_strangers_car_and_a_car_that_does_not_exist_are_refused_alike() {
    let town = Town::open().await;
    let (_, card) = town.owner().await;
    let stranger = town.verified("19900000002", "李四", &resident("14010019880101002")).await;
    let theirs = town.bind(&stranger, Whose::Me).await.expect_err("not theirs");
    let form = VehicleForm { plate: "晋A99999", plate_kind: "02", vin_tail: TAIL, whose: Whose::Me };
    let none = town.platform.bind_vehicle(&stranger, &town.city, form, town.key()).await.expect_err("none");
    assert_eq!(mistakes(&theirs), [("plate", Mistake::NotYours)]);
    assert_eq!(mistakes(&theirs), mistakes(&none));
    let licence = town.bind_licence(&stranger, Whose::Me).await.expect_err("not theirs");
    assert_eq!(mistakes(&licence), [("file_no", Mistake::NotYours)]);
    // Knowing the card's id opens nothing.
    let refused = town.platform.unbind(&stranger, &town.city, card, town.key()).await.expect_err("theirs");
    assert_eq!(refused.kind, Kind::NotFound);
    let guessed = Whose::Consent(Id::random(&SeededRng::new(9)));
    assert_eq!(town.bind(&stranger, guessed).await.expect_err("guessed").kind, Kind::NotFound);
}

#[tokio::test]
async fn every_mistake_is_told_and_nothing_is_bound_without_a_real_name() {
    let town = Town::open().await;
    let (me, _) = town.owner().await;
    let form =
        VehicleForm { plate: "x", plate_kind: "77", vin_tail: "", whose: Whose::Ward { name: "", resident_id: "1" } };
    let refused = town.platform.bind_vehicle(&me, &town.city, form, town.key()).await.expect_err("all wrong");
    let fields: Vec<_> = mistakes(&refused).into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["plate", "plate_kind", "vin_tail", "ward_name", "ward_id"]);
    let nameless = town.sign_in("19900000003").await;
    assert_eq!(town.bind(&nameless, Whose::Me).await.expect_err("nameless").kind, Kind::RealNameNeeded);
}

#[tokio::test]
async fn a_repeated_form_has_one_effect_and_a_key_belongs_to_one_request() {
    let town = Town::open().await;
    let (me, card) = town.owner().await;
    town.platform.unbind(&me, &town.city, card, town.key()).await.expect("unbound");
    let key = OnceKey::parse("one-form-one-card").expect("a key");
    let bind = |plate, key| {
        let form = VehicleForm { plate, plate_kind: "02", vin_tail: TAIL, whose: Whose::Me };
        town.platform.bind_vehicle(&me, &town.city, form, key)
    };
    let first = bind(PLATE, key.clone()).await.expect("bound");
    assert_eq!(bind(PLATE, key.clone()).await.expect("repeated"), first);
    assert_eq!(town.platform.cards(&me, &town.city).await.expect("cards").len(), 1);
    let owner = resident("14010019900307001");
    town.registers.things.lock().unwrap().insert("晋A00002".into(), owner);
    let reused = bind("晋A00002", key).await.expect_err("another request");
    assert_eq!(reused.kind, Kind::Conflict("idempotency_key_reused"));
    let gone = OnceKey::parse("one-form-unbinds").expect("a key");
    town.platform.unbind(&me, &town.city, first, gone.clone()).await.expect("unbound");
    town.platform.unbind(&me, &town.city, first, gone).await.expect("the same request again");
    assert!(OnceKey::parse("short").is_err() && OnceKey::parse(&"x".repeat(65)).is_err());
}

#[tokio::test]
async fn a_ward_is_a_minor_whose_guardian_asks_until_the_eighteenth_birthday() {
    let town = Town::open().await;
    let (me, _) = town.owner().await;
    let (child, adult) = (resident("14010020091201001"), resident("14010020001201001"));
    town.registers.people.lock().unwrap().extend([(child.clone(), "张小".into()), (adult.clone(), "张大".into())]);
    town.registers.things.lock().unwrap().insert(crate::town::FILE_NO.into(), child.clone());
    let ward = |name, resident_id| Whose::Ward { name, resident_id };
    let grown = town.bind_licence(&me, ward("张大", &adult)).await.expect_err("of age");
    assert_eq!(mistakes(&grown), [("ward_id", Mistake::NotYours)]);
    let stranger = town.bind_licence(&me, ward("张小", &child)).await.expect_err("not the guardian");
    assert_eq!(mistakes(&stranger), [("ward_id", Mistake::NotYours)]);
    town.registers.wards.lock().unwrap().push((resident("14010019900307001"), child.clone()));
    let card = town.bind_licence(&me, ward("张小", &child)).await.expect("bound");
    let boats = kernel::ServiceId::parse("boat-licence").expect("an id");
    let asked = town.platform.ask(&me, &town.city, &boats, Some(card), false).await.expect("asked");
    assert!(matches!(asked, engine::Asked::Answered(_)));
    let figures = || async {
        let home = town.platform.home(&me, &town.city).await.expect("home");
        home.strip.iter().filter(|figure| figure.service == boats && figure.fetched_at.is_some()).count()
    };
    assert_eq!(figures().await, 1, "a minor's figure stands on the guardian's home page");
    // 1 December 2027, the child's eighteenth birthday.
    town.clock.set(Timestamp::from_civil("2027-12-01T00:00:00".parse().expect("a time")));
    let refused = town.platform.ask(&me, &town.city, &boats, Some(card), false).await.expect_err("grown up");
    assert_eq!(refused.kind, Kind::Denied("card_not_in_force"));
    let cards = town.platform.cards(&me, &town.city).await.expect("cards");
    assert!(cards.iter().any(|one| one.id == card && one.state == CardState::WardGrownUp));
    assert_eq!(figures().await, 0);
}
