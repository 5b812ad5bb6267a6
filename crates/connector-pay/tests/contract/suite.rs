//! What every provider must do, whatever it speaks.

use connector::{
    Failure,
    pay::{BillKind, Cashier, Device, Event, Forged, Order, Provider, RefundState, Trade},
};
use kernel::{Clock as _, Money};
use sandbox::Fault;

use crate::world::{AMOUNT, World};

async fn open(provider: &dyn Provider, order: &Order) -> Cashier {
    provider.open(order).await.unwrap_or_else(|failure| panic!("{} opens no cashier: {failure}", provider.id()))
}

async fn paid(world: &World, provider: &dyn Provider) -> Order {
    let order = world.order(provider, Device::Phone);
    let cashier = open(provider, &order).await;
    world.pay(&cashier).await;
    world.letters_about(&order, 1).await;
    world.forget_letters();
    order
}

/// From the order to the money: asked about at every step, told once, and the same told twice.
pub async fn an_order_is_paid(world: &World, provider: &dyn Provider) {
    for device in [Device::Phone, Device::Desktop] {
        world.forget_letters();
        let order = world.order(provider, device);
        assert_eq!(provider.query(&order.out_trade_no).await, Ok(Trade::Unknown));
        let cashier = open(provider, &order).await;
        if let Cashier::Open(url) = &cashier {
            assert!(provider.cashier_origins().iter().any(|origin| url.starts_with(origin.as_str())), "{url}");
        }
        world.visit(&cashier).await;
        assert_eq!(provider.query(&order.out_trade_no).await, Ok(Trade::Waiting));
        world.pay(&cashier).await;
        let found = provider.query(&order.out_trade_no).await;
        let Ok(Trade::Paid { trade_no, amount, paid_at }) = found else { panic!("{found:?}") };
        assert_eq!((amount, paid_at), (AMOUNT, world.clock.now()));
        let notice = world.letters_about(&order, 1).await[0].read.clone().expect("a genuine notice");
        assert_eq!(notice.event, Event::Paid { out_trade_no: order.out_trade_no.clone(), trade_no, amount });
        assert_eq!(notice.at, paid_at);
        let shown = provider.open(&order).await;
        assert!(matches!(shown, Ok(Cashier::Open(_)) | Err(Failure::Refused)), "opened again: {shown:?}");
        assert!(matches!(provider.query(&order.out_trade_no).await, Ok(Trade::Paid { .. })));
    }
}

pub async fn an_order_that_nobody_paid_is_closed(world: &World, provider: &dyn Provider) {
    let order = world.order(provider, Device::Phone);
    assert_eq!(provider.close(&order.out_trade_no).await, Ok(Trade::Unknown));
    let cashier = open(provider, &order).await;
    world.visit(&cashier).await;
    assert_eq!(provider.close(&order.out_trade_no).await, Ok(Trade::Closed));
    assert_eq!(provider.close(&order.out_trade_no).await, Ok(Trade::Closed), "closed is closed");
    assert_eq!(provider.query(&order.out_trade_no).await, Ok(Trade::Closed));
    // The money was faster.
    let order = paid(world, provider).await;
    let found = provider.close(&order.out_trade_no).await;
    assert!(matches!(&found, Ok(Trade::Paid { amount, .. }) if *amount == AMOUNT), "{found:?}");
}

pub async fn an_order_ends_by_itself(world: &World, provider: &dyn Provider) {
    let order = world.order(provider, Device::Phone);
    let cashier = open(provider, &order).await;
    world.visit(&cashier).await;
    world.clock.advance_s(901);
    assert_eq!(provider.query(&order.out_trade_no).await, Ok(Trade::Closed));
    let gateway = sandbox::Gateway::parse(provider.id()).expect("a gateway");
    assert!(!world.sandbox.pay_order(gateway, &order.out_trade_no), "an order that has ended was paid");
}

pub async fn money_goes_back_in_parts_and_each_part_once(world: &World, provider: &dyn Provider) {
    let order = paid(world, provider).await;
    let part = world.refund(provider, &order, 1, Money::from_fen(1_000));
    assert_eq!(provider.query_refund(&order.out_trade_no, &part.refund_no).await, Ok(RefundState::Unknown));
    let at = world.clock.now();
    for _ in 0..3 {
        let state = provider.refund(&part).await;
        assert!(matches!(state, Ok(RefundState::Processing | RefundState::Done { .. })), "{state:?}");
    }
    done(world, provider, &order, &part.refund_no).await;
    let letters = world.letters_about(&order, 1).await;
    let events: Vec<_> = letters.iter().map(|letter| letter.read.clone().map(|notice| notice.event)).collect();
    let event = Event::Refund { out_trade_no: order.out_trade_no.clone(), refund_no: part.refund_no.clone() };
    assert_eq!(events, [Ok(event)], "one refund, one notice");
    assert_eq!(letters[0].read.as_ref().map(|notice| notice.at), Ok(at));

    let rest = world.refund(provider, &order, 2, Money::from_fen(7_640));
    assert!(provider.refund(&rest).await.is_ok());
    done(world, provider, &order, &rest.refund_no).await;
    // Paid is what it was, also when all of it went back.
    let found = provider.query(&order.out_trade_no).await;
    assert!(matches!(&found, Ok(Trade::Paid { amount, .. }) if *amount == AMOUNT), "{found:?}");
    let more = world.refund(provider, &order, 3, Money::from_fen(1));
    let state = provider.refund(&more).await;
    assert!(matches!(state, Ok(RefundState::Abnormal(_))), "more than was paid: {state:?}");
}

async fn done(world: &World, provider: &dyn Provider, order: &Order, refund_no: &str) {
    for _ in 0..200 {
        match provider.query_refund(&order.out_trade_no, refund_no).await {
            Ok(RefundState::Done { at }) => return assert_eq!(at, world.clock.now()),
            Ok(RefundState::Processing) => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
            state => panic!("{refund_no}: {state:?}"),
        }
    }
    panic!("{refund_no} does not end");
}

pub async fn the_bill_of_a_day_has_every_line(world: &World, provider: &dyn Provider) {
    // A day of its own.
    world.clock.advance_s(2 * 86_400);
    let day = world.clock.now().date();
    assert_eq!(provider.bill(day).await, Ok(None));
    let (first, second) = (paid(world, provider).await, paid(world, provider).await);
    let refund = world.refund(provider, &first, 1, Money::from_fen(1_000));
    provider.refund(&refund).await.expect("ordered");
    done(world, provider, &first, &refund.refund_no).await;
    let mut lines = provider.bill(day).await.expect("a bill").expect("of this day");
    lines.sort_by(|a, b| (a.kind, &a.out_trade_no).cmp(&(b.kind, &b.out_trade_no)));
    let told: Vec<_> = lines
        .iter()
        .map(|line| (line.kind, line.out_trade_no.as_str(), line.refund_no.as_deref(), line.amount))
        .collect();
    let wanted = [
        (BillKind::Paid, first.out_trade_no.as_str(), None, AMOUNT),
        (BillKind::Paid, second.out_trade_no.as_str(), None, AMOUNT),
        (BillKind::Refund, first.out_trade_no.as_str(), Some(refund.refund_no.as_str()), Money::from_fen(1_000)),
    ];
    assert_eq!(told, wanted);
    assert!(lines.iter().all(|line| line.at == world.clock.now()));
    assert_eq!(lines[0].fee, Money::from_fen(52));
    assert!(lines[2].fee.fen() < 0, "a fee goes back with the money");
}

/// Forged, doubled and early notices, and genuine ones that name a wrong amount.
pub async fn notices_are_told_apart(world: &World, provider: &dyn Provider) {
    world.forget_letters();
    world.fault(provider, Fault::Forged);
    let order = world.order(provider, Device::Phone);
    let cashier = open(provider, &order).await;
    world.pay(&cashier).await;
    world.letters_about(&order, 1).await;
    let letters = world.letters(7).await;
    let genuine: Vec<_> = letters.iter().filter_map(|letter| letter.read.as_ref().ok()).collect();
    assert!(genuine.iter().all(|notice| matches!(notice.event, Event::Paid { amount, .. } if amount == AMOUNT)));
    assert_eq!(genuine.len(), 1, "{letters:?}");
    let mut why: Vec<Forged> = letters.iter().filter_map(|letter| letter.read.as_ref().err().copied()).collect();
    why.sort();
    why.dedup();
    for wanted in [Forged::Malformed, Forged::Signature, Forged::Stale, Forged::Merchant] {
        assert!(why.contains(&wanted), "no forgery was {wanted}: {why:?}");
    }

    world.forget_letters();
    world.fault(provider, Fault::Doubled);
    let order = world.order(provider, Device::Phone);
    world.act(&open(provider, &order).await, "pay-twice").await;
    let letters = world.letters_about(&order, 2).await;
    let mut ids: Vec<_> = letters.iter().filter_map(|l| l.read.as_ref().ok()).map(|n| n.notify_id.clone()).collect();
    ids.sort();
    ids.dedup();
    assert!(ids.len() <= 2, "every copy of a notice has its id: {ids:?}");

    world.forget_letters();
    world.fault(provider, Fault::WrongAmount);
    let order = world.order(provider, Device::Phone);
    world.pay(&open(provider, &order).await).await;
    let notice = world.letters_about(&order, 1).await[0].read.clone().expect("signed and ours");
    assert!(
        matches!(notice.event, Event::Paid { amount, .. } if amount != AMOUNT),
        "the wrong amount is told as it is"
    );
    let found = provider.query(&order.out_trade_no).await;
    assert!(matches!(&found, Ok(Trade::Paid { amount, .. }) if *amount == AMOUNT), "{found:?}");
    world.fault(provider, Fault::None);
}

/// A gateway that is unwell leaves everything as it was.
pub async fn an_unwell_gateway_is_a_failure_and_no_state(world: &World, provider: &dyn Provider) {
    let order = paid(world, provider).await;
    let refund = world.refund(provider, &order, 1, AMOUNT);
    for fault in [Fault::Down, Fault::Garbage, Fault::Half, Fault::Giant] {
        world.fault(provider, fault);
        let mut failures = Vec::new();
        for _ in 0..2 {
            // The breaker lets one question pass after a while.
            world.clock.advance_s(10);
            failures.push(provider.query(&order.out_trade_no).await.err());
            world.clock.advance_s(10);
            failures.push(provider.close(&order.out_trade_no).await.err());
            world.clock.advance_s(10);
            failures.push(provider.query_refund(&order.out_trade_no, &refund.refund_no).await.err());
            world.clock.advance_s(10);
            failures.push(provider.refund(&refund).await.err());
        }
        assert!(failures.iter().all(Option::is_some), "{fault:?}: {failures:?}");
    }
    world.fault(provider, Fault::None);
    world.clock.advance_s(10);
    assert!(matches!(provider.query(&order.out_trade_no).await, Ok(Trade::Paid { .. })));
    // Ordered by the same number as often as it takes, the money goes back once.
    assert!(provider.refund(&refund).await.is_ok());
    done_by(world, provider, &order, &refund.refund_no).await;
}

async fn done_by(_: &World, provider: &dyn Provider, order: &Order, refund_no: &str) {
    for _ in 0..200 {
        match provider.query_refund(&order.out_trade_no, refund_no).await {
            Ok(RefundState::Done { .. }) => return,
            Ok(RefundState::Processing) => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
            state => panic!("{refund_no}: {state:?}"),
        }
    }
    panic!("{refund_no} does not end");
}
