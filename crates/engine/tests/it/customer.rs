//! Accounts at billers: one's own, a parent's, a stranger's whose number was guessed; each for one service only.

use connector::Failure;
use engine::{Asked, CustomerForm, OnceKey, Relation};
use kernel::{Id, Kind, Result, ServiceId, identifier::Mistake};
use manifest::service::Subject;

use crate::town::{Town, mistakes, resident, row};

const OWN: &str = "L000001";
const PARENTS: &str = "L000002";

async fn town() -> (Town, engine::Citizen) {
    let town = Town::open().await;
    let me = town.verified("19900000001", "张三", &resident("14010019900307001")).await;
    let holders = [(OWN.to_owned(), "张三".to_owned()), (PARENTS.to_owned(), "张父".to_owned())];
    town.registers.customers.lock().unwrap().extend(holders);
    (town, me)
}

fn service(id: &str) -> ServiceId {
    ServiceId::parse(id).expect("an id")
}

async fn bind(town: &Town, me: &engine::Citizen, service: &str, customer_no: &str, holder_tail: &str) -> Result<Id> {
    let form = CustomerForm { service, customer_no, holder_tail };
    town.platform.bind_customer(me, &town.city, form, town.key()).await
}

#[tokio::test]
async fn whoever_knows_number_and_holder_binds_an_account_also_a_parents() {
    let (town, me) = town().await;
    let own =
        bind(&town, &me, "lamp-bill", " l000-001 ", "三").await.expect("typed with a space, a hyphen, lower case");
    let parents = bind(&town, &me, "lamp-bill", PARENTS, "父").await.expect("a parent's");
    let cards = town.platform.cards(&me, &town.city).await.expect("cards");
    assert_eq!(cards.iter().map(|card| card.id).collect::<Vec<_>>(), [own, parents]);
    for card in &cards {
        assert_eq!(
            (card.kind, card.relation, card.service.as_ref()),
            (Subject::Customer, Relation::Own, Some(&service("lamp-bill")))
        );
        assert_eq!(card.subtitle, "湖滨市东岸区***", "no door is shown");
    }
    assert_eq!((cards[0].title.as_str(), cards[0].whose.as_deref()), ("***0001", None));
    assert_eq!((cards[1].title.as_str(), cards[1].whose.as_deref()), ("***0002", Some("张*")));
    town.platform.unbind(&me, &town.city, parents, town.key()).await.expect("unbound");
    assert_eq!(town.platform.cards(&me, &town.city).await.expect("cards").len(), 1);
}

#[tokio::test]
async fn a_guessed_number_and_one_that_does_not_exist_are_refused_alike() {
    let (town, me) = town().await;
    let guessed = bind(&town, &me, "lamp-bill", PARENTS, "母").await.expect_err("another name");
    let none = bind(&town, &me, "lamp-bill", "L999999", "父").await.expect_err("no such number");
    assert_eq!(mistakes(&guessed), [("customer_no", Mistake::CustomerUnknown)]);
    assert_eq!(mistakes(&guessed), mistakes(&none));
    assert!(town.platform.cards(&me, &town.city).await.expect("cards").is_empty());
    // Ten tries an hour: a biller must not become an oracle for names.
    for _ in 0..8 {
        bind(&town, &me, "lamp-bill", PARENTS, "母").await.expect_err("another name");
    }
    let held = bind(&town, &me, "lamp-bill", PARENTS, "父").await.expect_err("too many tries");
    assert!(matches!(held.kind, Kind::TooMany { .. }), "{held:?}");
}

#[tokio::test]
async fn every_mistake_is_told_in_its_place_before_the_biller_is_asked() {
    let (town, me) = town().await;
    let wrong = bind(&town, &me, "lamp-bill", "12", "张向荣").await.expect_err("both wrong");
    let example = "L000000".to_owned();
    assert_eq!(
        mistakes(&wrong),
        [("customer_no", Mistake::CustomerNo { example }), ("holder_tail", Mistake::HolderTail)]
    );
    let empty = bind(&town, &me, "lamp-bill", " - ", "").await.expect_err("both empty");
    let fields: Vec<_> = mistakes(&empty).into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["customer_no", "holder_tail"]);
    for unknown in ["bicycle-fine", "nowhere", "../x"] {
        assert_eq!(
            bind(&town, &me, unknown, OWN, "三").await.expect_err("no biller").kind,
            Kind::NotFound,
            "{unknown}"
        );
    }
    let nameless = town.sign_in("19900000003").await;
    let refused = bind(&town, &nameless, "lamp-bill", OWN, "三").await.expect_err("nameless");
    assert_eq!(refused.kind, Kind::RealNameNeeded);
    town.fail("/customer", Some(Failure::Down));
    let down = bind(&town, &me, "lamp-bill", OWN, "三").await.expect_err("down");
    assert_eq!(down.kind, Kind::Unavailable("department"));
}

#[tokio::test]
async fn an_account_belongs_to_one_service() {
    let (town, me) = town().await;
    let lamps = bind(&town, &me, "lamp-bill", OWN, "三").await.expect("bound");
    let ask = |id, card| {
        let (town, me) = (&town, &me);
        async move { town.platform.ask(me, &town.city, &service(id), card, false).await }
    };
    assert!(matches!(ask("ferry-card", None).await.expect("asked"), Asked::NeedsCard(Subject::Customer)));
    assert_eq!(ask("ferry-card", Some(lamps)).await.expect_err("another biller's").kind, Kind::NotFound);
    // The same number at another biller is another account, and both are kept apart.
    let ferries = bind(&town, &me, "ferry-card", OWN, "三").await.expect("bound");
    town.answers(vec![row(&[("id", "1"), ("at", "2026-01-02T08:00:00")])]);
    for (id, card) in [("lamp-bill", lamps), ("ferry-card", ferries)] {
        let Asked::Answered(answer) = ask(id, None).await.expect("asked") else { panic!("no answer from {id}") };
        assert_eq!((answer.card.id, answer.cards.len()), (card, 1));
    }
    assert_eq!(town.registers.asked.load(std::sync::atomic::Ordering::SeqCst), 2);
    let home = town.platform.home(&me, &town.city).await.expect("home");
    let strip: Vec<&str> = home.strip.iter().map(|one| one.service.as_str()).collect();
    assert_eq!(strip, ["lamp-bill", "ferry-card"]);
}

#[tokio::test]
async fn a_repeated_form_binds_once_and_twice_is_told() {
    let (town, me) = town().await;
    let key = OnceKey::parse("one-form-one-account").expect("a key");
    let form = || CustomerForm { service: "lamp-bill", customer_no: OWN, holder_tail: "三" };
    let first = town.platform.bind_customer(&me, &town.city, form(), key.clone()).await.expect("bound");
    assert_eq!(town.platform.bind_customer(&me, &town.city, form(), key).await.expect("repeated"), first);
    let twice = bind(&town, &me, "lamp-bill", OWN, "三").await.expect_err("bound already");
    assert_eq!(mistakes(&twice), [("customer_no", Mistake::AlreadyBound)]);
}
