//! The contract of a payment provider, run against the sandbox's gateways over HTTP: two programs that share no code speak
//! the real protocols with each other.

mod suite;
mod world;

use connector::pay::{AgreementOrder, AgreementState, Callback, Debit, Device, Event, Forged, Trade};
use connector_pay::setup;
use kernel::{Clock as _, Money};

use crate::world::{AMOUNT, World};

/// A row for each article of the contract: both providers must keep it.
macro_rules! contract {
    ($($article:ident)*) => {
        $(
            #[tokio::test]
            async fn $article() {
                let world = World::open(stringify!($article)).await;
                for id in ["alipay", "wechatpay"] {
                    suite::$article(&world, world.provider(id)).await;
                    world.forget_letters();
                }
            }
        )*
    };
}

contract! {
    an_order_is_paid
    an_order_that_nobody_paid_is_closed
    an_order_ends_by_itself
    money_goes_back_in_parts_and_each_part_once
    the_bill_of_a_day_has_every_line
    notices_are_told_apart
    an_unwell_gateway_is_a_failure_and_no_state
}

#[tokio::test]
async fn the_doctor_finds_both_gateways_well() {
    let world = World::open("doctor").await;
    for provider in world.providers.iter() {
        assert_eq!(setup::check(provider.as_ref()).await, Ok(()), "{}", provider.id());
    }
}

/// Two installations are two shops at the same gateway: what is meant for one is refused by the other.
#[tokio::test]
async fn another_installations_notice_is_refused() {
    let world = World::open("one").await;
    let (others, directory) = world::install(&world.sandbox_url(), "other", &world.clock).await;
    for provider in world.providers.iter() {
        world.forget_letters();
        let order = world.order(provider.as_ref(), Device::Phone);
        world.pay(&provider.open(&order).await.expect("a cashier")).await;
        let letter = world.letters(1).await[0].clone();
        assert!(letter.read.is_ok());
        let other = others.get(&letter.provider).expect("the same provider");
        let callback = Callback { headers: &letter.headers, body: &letter.body };
        let why = other.verify(&callback, world.clock.now()).err();
        // Alipay's notice says for whom it is; WeChat Pay's cannot even be opened.
        assert!(matches!(why, Some(Forged::Merchant | Forged::Sealed)), "{}: {why:?}", provider.id());
        assert_eq!(other.query(&order.out_trade_no).await, Ok(Trade::Unknown), "another shop's order");
    }
    std::fs::remove_dir_all(directory).expect("removed");
}

#[tokio::test]
async fn an_agreement_is_signed_debited_within_its_limit_and_ended() {
    let world = World::open("agreement").await;
    let provider = world.provider("alipay");
    let agreements = provider.agreements().expect("agreements");
    let asked = AgreementOrder {
        external_no: "9901000000000000000000000000a1".into(),
        limit: Money::from_fen(10_000),
        subject: "水费自动缴".into(),
        notify_url: world.notify_url(provider),
        return_url: "http://127.0.0.1/back".into(),
        device: Device::Phone,
    };
    let external_no = asked.external_no.clone();
    assert_eq!(agreements.query(&external_no).await, Ok(AgreementState::Unknown));
    let page = agreements.sign(&asked).await.expect("a page");
    world.visit(&page).await;
    assert_eq!(agreements.query(&external_no).await, Ok(AgreementState::Asked));
    world.act(&page, "agree").await;
    let state = agreements.query(&external_no).await;
    let Ok(AgreementState::InForce { agreement_no }) = state else { panic!("{state:?}") };
    let signed = Event::Signed { external_no: external_no.clone(), agreement_no: agreement_no.clone() };
    assert_eq!(world.letters(1).await[0].read.clone().map(|notice| notice.event), Ok(signed));

    let order = world.order(provider, Device::Desktop);
    for _ in 0..2 {
        let debit = agreements.debit(&agreement_no, &order).await;
        assert!(matches!(&debit, Ok(Debit::Trade(Trade::Paid { amount, .. })) if *amount == AMOUNT), "{debit:?}");
    }
    let mut large = world.order(provider, Device::Desktop);
    large.amount = Money::from_fen(10_001);
    let debit = agreements.debit(&agreement_no, &large).await;
    assert!(matches!(debit, Ok(Debit::Declined(_))), "{debit:?}");

    assert_eq!(agreements.end(&external_no).await, Ok(()));
    assert_eq!(agreements.end(&external_no).await, Ok(()), "ended is ended");
    assert_eq!(agreements.query(&external_no).await, Ok(AgreementState::Ended));
    assert_eq!(agreements.debit(&agreement_no, &world.order(provider, Device::Desktop)).await, Ok(Debit::NoAgreement));
    let ended = Event::Ended { external_no, agreement_no };
    let told = |event: &Event| *event == ended;
    world.letters_that(1, |letter| letter.read.as_ref().is_ok_and(|notice| told(&notice.event))).await;
}
