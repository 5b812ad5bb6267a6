//! Both gateways over real HTTP, asked by the platform's own clients: orders, cashier, notices, refunds, bills, agreements.

#![expect(clippy::unwrap_used, reason = "a test's own helpers may fail loudly")]

mod shop;

use std::time::Duration;

use connector::pay::{AgreementOrder, AgreementState, BillKind, Cashier, Debit, Device, Event, RefundState, Trade};
use kernel::Money;
use sandbox::{Fault, Gateway, Settings};
use shop::{Shop, eventually};

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_placed_paid_told_and_given_back_at_both() {
    let shop = Shop::open().await;
    for gateway in Gateway::ALL {
        let provider = shop.provider(gateway);
        for (i, device) in [Device::Phone, Device::Desktop].into_iter().enumerate() {
            let order = shop.order(&format!("{}{i}", gateway.word()), 8_640, device);
            assert_eq!(provider.query(&order.out_trade_no).await, Ok(Trade::Unknown));
            let url = match provider.open(&order).await.unwrap() {
                Cashier::Open(url) | Cashier::Scan(url) => url,
            };
            let cashier = shop.follow(&url).await;
            assert_eq!(provider.query(&order.out_trade_no).await, Ok(Trade::Waiting));
            let back = shop.press(&cashier, "pay").await;
            // A code is scanned by another device, which has nowhere to go back to.
            if gateway == Gateway::Alipay || device == Device::Phone {
                assert!(back.starts_with(&order.return_url), "{back}");
            }
            let Ok(Trade::Paid { amount, trade_no, .. }) = provider.query(&order.out_trade_no).await else {
                panic!("not paid")
            };
            assert_eq!(amount, order.amount);
            let notice = shop
                .notice(
                    gateway,
                    |event| matches!(event, Event::Paid { out_trade_no, .. } if *out_trade_no == order.out_trade_no),
                )
                .await;
            let told = Event::Paid { out_trade_no: order.out_trade_no.clone(), trade_no, amount };
            assert_eq!(notice.event, told);
            // The shop said no the first time, and the same notice came again.
            assert_eq!(shop.times(gateway, &notice.notify_id), 2);

            let part = shop.refund(&order, "r1", 1_000);
            let state = provider.refund(&part).await.unwrap();
            assert!(matches!(state, RefundState::Done { .. } | RefundState::Processing), "{state:?}");
            eventually("a refund", async || {
                matches!(
                    provider.query_refund(&order.out_trade_no, &part.refund_no).await,
                    Ok(RefundState::Done { .. })
                )
            })
            .await;
            shop.notice(
                gateway,
                |event| matches!(event, Event::Refund { refund_no, .. } if *refund_no == part.refund_no),
            )
            .await;
            assert!(matches!(provider.refund(&part).await, Ok(RefundState::Done { .. })), "the same refund again");
            let truth = shop.trade(gateway, &order.out_trade_no);
            assert_eq!((truth.refunds.len(), truth.refunded_fen()), (1, 1_000));
            let too_much = shop.refund(&order, "r2", 7_641);
            assert!(matches!(provider.refund(&too_much).await, Ok(RefundState::Abnormal(_))));
            let rest = shop.refund(&order, "r3", 7_640);
            provider.refund(&rest).await.unwrap();
            assert_eq!(provider.query_refund(&order.out_trade_no, "none").await, Ok(RefundState::Unknown));
            assert_eq!(shop.trade(gateway, &order.out_trade_no).refunded_fen(), 8_640);
            assert!(matches!(provider.query(&order.out_trade_no).await, Ok(Trade::Paid { .. })));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_closed_runs_out_or_is_paid_later() {
    let shop = Shop::open().await;
    for gateway in Gateway::ALL {
        let provider = shop.provider(gateway);
        let closed = shop.order("closed1", 100, Device::Phone);
        let cashier = shop.cashier(provider, &closed).await;
        assert_eq!(provider.close(&closed.out_trade_no).await, Ok(Trade::Closed));
        shop.press(&cashier, "pay").await;
        assert_eq!(provider.query(&closed.out_trade_no).await, Ok(Trade::Closed));
        assert_eq!(provider.close("nothing1").await, Ok(Trade::Unknown));

        let paid = shop.order("paid01", 100, Device::Phone);
        let cashier = shop.cashier(provider, &paid).await;
        shop.press(&cashier, "pay-twice").await;
        assert!(matches!(provider.close(&paid.out_trade_no).await, Ok(Trade::Paid { .. })), "the money was faster");
        eventually("two notices", async || shop.ids(gateway, &paid.out_trade_no).len() == 2).await;

        let left = shop.order("left01", 100, Device::Phone);
        let cashier = shop.cashier(provider, &left).await;
        assert_eq!(shop.press(&cashier, "give-up").await, left.return_url);
        assert_eq!(provider.query(&left.out_trade_no).await, Ok(Trade::Waiting));
        assert_eq!(shop.press(&cashier, "later").await, left.return_url);
        eventually("paid later", async || matches!(provider.query(&left.out_trade_no).await, Ok(Trade::Paid { .. })))
            .await;

        let late = shop.order("late01", 100, Device::Phone);
        let cashier = shop.cashier(provider, &late).await;
        shop.clock.advance_s(901);
        shop.press(&cashier, "pay").await;
        assert_eq!(provider.query(&late.out_trade_no).await, Ok(Trade::Closed));
        shop.clock.advance_s(-901);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bill_of_a_day_holds_what_was_paid_and_given_back() {
    let shop = Shop::open().await;
    for gateway in Gateway::ALL {
        let provider = shop.provider(gateway);
        let day = shop.today();
        let mut orders = Vec::new();
        for i in 0..3 {
            let order = shop.order(&format!("bill{i}{}", gateway.word()), 1_234 + i, Device::Phone);
            let cashier = shop.cashier(provider, &order).await;
            shop.press(&cashier, "pay").await;
            orders.push(order);
        }
        let back = shop.refund(&orders[0], "rb1", 34);
        provider.refund(&back).await.unwrap();
        eventually("given back", async || {
            matches!(
                provider.query_refund(&orders[0].out_trade_no, &back.refund_no).await,
                Ok(RefundState::Done { .. })
            )
        })
        .await;
        assert_eq!(provider.bill(day).await, Ok(None), "made at ten the next morning");
        shop.clock.advance_s(86_400);
        let lines = provider.bill(day).await.unwrap().unwrap();
        let sum = |kind| lines.iter().filter(|line| line.kind == kind).map(|line| line.amount.fen()).sum::<i64>();
        assert_eq!((lines.len(), sum(BillKind::Paid), sum(BillKind::Refund)), (4, 3 * 1_234 + 3, 34));
        let fee = lines.iter().find(|line| line.kind == BillKind::Paid).unwrap().fee;
        assert_eq!(fee, Money::from_fen(7), "0.6 % of 12.34");
        assert!(lines.iter().any(|line| line.refund_no.as_deref() == Some(back.refund_no.as_str())));
        assert_eq!(provider.bill(shop.today()).await, Ok(None), "nothing happened");
        shop.clock.advance_s(-86_400);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agreement_is_signed_debited_and_ended() {
    let shop = Shop::open().await;
    let provider = shop.provider(Gateway::Alipay);
    let agreements = provider.agreements().unwrap();
    assert_eq!(agreements.query("a1").await, Ok(AgreementState::Unknown));
    let order = AgreementOrder {
        external_no: "a1".into(),
        limit: Money::from_fen(20_000),
        subject: "电费自动缴".into(),
        notify_url: shop.notify_url(Gateway::Alipay),
        return_url: "http://127.0.0.1:1/back".into(),
        device: Device::Phone,
    };
    let Cashier::Open(url) = agreements.sign(&order).await.unwrap() else { panic!("a page") };
    let page = shop.follow(&url).await;
    assert_eq!(agreements.query("a1").await, Ok(AgreementState::Asked));
    assert_eq!(shop.press(&page, "agree").await, order.return_url);
    let Ok(AgreementState::InForce { agreement_no }) = agreements.query("a1").await else { panic!("in force") };
    let signed = shop.notice(Gateway::Alipay, |event| matches!(event, Event::Signed { .. })).await;
    assert_eq!(signed.event, Event::Signed { external_no: "a1".into(), agreement_no: agreement_no.clone() });

    let debit = shop.order("debit1", 20_000, Device::Desktop);
    assert!(matches!(agreements.debit(&agreement_no, &debit).await, Ok(Debit::Trade(Trade::Paid { .. }))));
    assert!(matches!(agreements.debit(&agreement_no, &debit).await, Ok(Debit::Trade(Trade::Paid { .. }))), "once");
    let over = shop.order("debit2", 20_001, Device::Desktop);
    assert!(matches!(agreements.debit(&agreement_no, &over).await, Ok(Debit::Declined(_))));
    let before = shop.sandbox.gateway_settings();
    shop.sandbox.set_gateways(Settings { buyer_balance_fen: Some(99), ..before });
    let poor = shop.order("debit3", 100, Device::Desktop);
    let declined = Debit::Declined("ACQ.BUYER_BALANCE_NOT_ENOUGH".into());
    assert_eq!(agreements.debit(&agreement_no, &poor).await, Ok(declined));
    agreements.end("a1").await.unwrap();
    agreements.end("a1").await.unwrap();
    assert_eq!(agreements.query("a1").await, Ok(AgreementState::Ended));
    assert_eq!(agreements.debit(&agreement_no, &poor).await, Ok(Debit::NoAgreement));
    shop.notice(Gateway::Alipay, |event| matches!(event, Event::Ended { .. })).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn notices_go_wrong_in_every_way_and_the_truth_stays() {
    let shop = Shop::open().await;
    for gateway in Gateway::ALL {
        let provider = shop.provider(gateway);
        let department = gateway.department();
        let word = gateway.word();
        let paid = async |no: &str, fault: Fault| {
            shop.sandbox.set_fault(department, fault, 300);
            let order = shop.order(&format!("{no}{word}"), 5_000, Device::Phone);
            let cashier = shop.cashier(provider, &order).await;
            shop.press(&cashier, "pay").await;
            assert!(matches!(provider.query(&order.out_trade_no).await, Ok(Trade::Paid { .. })), "{fault:?}");
            order
        };
        let lost = paid("lost1", Fault::Lost).await;
        let late = paid("late1", Fault::Late).await;
        assert_eq!(shop.ids(gateway, &late.out_trade_no).len(), 0, "not yet");
        eventually("late", async || shop.ids(gateway, &late.out_trade_no).len() == 1).await;
        assert_eq!(shop.ids(gateway, &lost.out_trade_no).len(), 0);

        let doubled = paid("doubled1", Fault::Doubled).await;
        eventually("doubled", async || shop.copies(gateway, &doubled.out_trade_no) >= 2).await;
        assert_eq!(shop.ids(gateway, &doubled.out_trade_no).len(), 1, "copies of one");

        let less = paid("less1", Fault::WrongAmount).await;
        let told = shop
            .notice(
                gateway,
                |event| matches!(event, Event::Paid { out_trade_no, .. } if *out_trade_no == less.out_trade_no),
            )
            .await;
        assert!(
            matches!(told.event, Event::Paid { amount, .. } if amount == Money::from_fen(4_999)),
            "{:?}",
            told.event
        );

        // Every forgery is refused, at the order and at the payment; the genuine one is not.
        let before = shop.refused(gateway);
        let forged = paid("forged1", Fault::Forged).await;
        eventually("the genuine one", async || shop.ids(gateway, &forged.out_trade_no).len() == 1).await;
        assert!(shop.refused(gateway) - before >= 12, "{}", shop.refused(gateway) - before);

        shop.sandbox.set_fault(department, Fault::Early, 0);
        let early = shop.order(&format!("early1{word}"), 5_000, Device::Phone);
        let opened = provider.open(&early).await.unwrap();
        if let (Gateway::Alipay, Cashier::Open(url)) = (gateway, opened) {
            shop.follow(&url).await;
        }
        assert_eq!(shop.ids(gateway, &early.out_trade_no).len(), 1, "before the answer");
        shop.sandbox.set_fault(department, Fault::None, 0);
        assert_eq!(shop.sandbox.resend(gateway, &early.out_trade_no), 1);
        eventually("sent again", async || shop.copies(gateway, &early.out_trade_no) >= 3).await;
        assert_eq!(shop.ids(gateway, &early.out_trade_no).len(), 1);
    }
    let deliveries = shop.sandbox.gateway(Gateway::Alipay).deliveries;
    assert!(deliveries.iter().filter(|one| one.forged).all(|one| !one.acknowledged));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_is_ill_gives_no_answer_that_could_be_believed() {
    let shop = Shop::open().await;
    for gateway in Gateway::ALL {
        let provider = shop.provider(gateway);
        let order = shop.order(&format!("ill1{}", gateway.word()), 700, Device::Phone);
        shop.cashier(provider, &order).await;
        for fault in [Fault::Garbage, Fault::Half, Fault::Down, Fault::Down, Fault::Giant] {
            shop.sandbox.set_fault(gateway.department(), fault, 0);
            assert!(provider.query(&order.out_trade_no).await.is_err(), "{fault:?}");
        }
        shop.sandbox.set_fault(gateway.department(), Fault::None, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_is_not_there_is_told_by_the_real_ladder_and_then_left_alone() {
    let shop = Shop::open().await;
    // Twenty milliseconds a rung.
    shop.sandbox.set_gateways(Settings { speed: u32::MAX, ..shop.sandbox.gateway_settings() });
    for (gateway, tries) in [(Gateway::Alipay, 8), (Gateway::WechatPay, 16)] {
        let provider = shop.provider(gateway);
        let mut order = shop.order("nobody1", 100, Device::Phone);
        order.notify_url = "http://127.0.0.1:1/notify".into();
        let (Cashier::Open(url) | Cashier::Scan(url)) = provider.open(&order).await.unwrap();
        let cashier = shop.follow(&url).await;
        shop.press(&cashier, "pay").await;
        let deliveries = || shop.sandbox.gateway(gateway).deliveries;
        eventually("all tries", async || deliveries().len() == tries).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        let deliveries = deliveries();
        assert_eq!(deliveries.len(), tries, "{gateway:?}");
        assert!(deliveries.iter().all(|one| one.notify_id == deliveries[0].notify_id && !one.acknowledged));
    }
}
