//! Money, end to end: from the quote over a real cashier and signed callbacks to the department, the receipt and the
//! books. Each story runs on both engines.

use capability::{
    payment::State,
    refund::{Reason, State as RefundState},
};
use engine::{Chosen, Opened};
use kernel::{CityId, Money, ServiceId};
use ledger::Account;
use manifest::{pay::Purpose, story::Role};
use sandbox::{Department, Fault, Gateway};
use testkit::{Engine, Payer, Town, TownConfig};

on_both_engines! {
    a_fine_is_paid_receipted_and_booked_to_the_treasury
    an_amount_that_changed_asks_again_and_a_repeat_pays_once
    a_notice_told_ten_times_has_one_effect
    what_was_paid_twice_goes_back_by_itself
    a_payment_that_was_given_up_takes_no_money
    a_department_that_is_down_leaves_the_payment_under_way
    a_lost_notice_is_found_by_asking
    a_forged_or_altered_notice_moves_nothing
}

async fn town(engine: Engine) -> Town {
    Town::start(TownConfig::new(engine)).await.with_shops().await
}

fn fines(town: &Town) -> (CityId, ServiceId) {
    let city = town.open_city();
    let services = town.services(&city);
    let vehicle = services.iter().find(|service| {
        service.subject == manifest::service::Subject::Vehicle
            && service.pay.as_ref().is_some_and(|pay| pay.purpose == Purpose::Fine)
    });
    (city.city.id.clone(), vehicle.expect("a service where fines of a vehicle are paid").id.clone())
}

async fn driver(town: &Town) -> Payer<'_> {
    let (city, service) = fines(town);
    let cast = town.cast(&town.open_city(), Role::OwnerWithOpenViolations);
    let visitor = town.visitor(&city, cast).settles().await;
    Payer::of(town, &visitor, &service).await
}

/// A row of the driver's that can be paid: a decided one, or an open one that is accepted with the payment.
async fn bill(driver: &Payer<'_>) -> Vec<String> {
    let decided = driver.owes(false).await;
    let rows = if decided.is_empty() { driver.owes(true).await } else { decided };
    rows.into_iter().take(1).collect()
}

/// The books of the city: every balance by its account.
async fn balance(town: &Town, city: &CityId, account: &Account) -> Money {
    let cell = town.stores.city(city).await.expect("the cell");
    cell.balance(account).await.expect("answers").map_or(Money::ZERO, |balance| balance.amount())
}

async fn treasury(town: &Town, city: &CityId) -> Money {
    let cell = town.stores.city(city).await.expect("the cell");
    let balances = cell.balances().await.expect("answers");
    let sum =
        balances.iter().filter(|it| it.account.kind() == ledger::Kind::Treasury).map(|it| it.amount().fen()).sum();
    Money::from_fen(sum)
}

async fn a_fine_is_paid_receipted_and_booked_to_the_treasury(engine: Engine) {
    let town = town(engine).await;
    let driver = driver(&town).await;
    let rows = bill(&driver).await;
    let quote = driver.quotes(&rows).await;
    assert!(quote.payee.treasury, "a fine is the treasury's");
    let payment = driver.goes_to_cashier(&rows, "alipay").await;
    driver.pays_at_cashier(payment).await;
    let posted = driver.waits_for(payment, State::Posted).await;
    assert_eq!(posted.amount, quote.total);
    assert!(posted.biller_ref.is_some_and(|reference| !reference.is_empty()), "the department's own number");
    assert_eq!(treasury(&town, &driver.city).await, quote.total);
    assert_eq!(balance(&town, &driver.city, &Account::escrow()).await, Money::ZERO);
    let receipt = town.platform.receipt(&driver.citizen, &driver.city, payment).await.expect("a receipt");
    assert_eq!(receipt.body.amount_fen, quote.total);
    let (_, file) = town.platform.receipt_file(&driver.citizen, &driver.city, payment).await.expect("its file");
    assert_eq!(town.platform.verify_file(&file.write()).expect("genuine"), receipt.body);
    assert!(!driver.owes(false).await.contains(&rows[0]), "the police know that it is paid");
}

async fn an_amount_that_changed_asks_again_and_a_repeat_pays_once(engine: Engine) {
    let town = town(engine).await;
    let driver = driver(&town).await;
    let rows = bill(&driver).await;
    let total = driver.quotes(&rows).await.total;
    let wrong = Money::from_fen(total.fen() - 1);
    let changed = driver.opens(Chosen::Rows(&rows), wrong, "alipay", "the-same-key-1").await.expect("answers");
    assert!(matches!(&changed, Opened::Changed(quote) if quote.total == total), "{changed:?}");
    let ids = futures_util::future::join_all(
        (0..8).map(|_| driver.opens(Chosen::Rows(&rows), total, "alipay", "the-same-key-2")),
    )
    .await;
    let mut ids: Vec<_> = ids.into_iter().map(|opened| format!("{:?}", opened.expect("opens"))).collect();
    ids.dedup();
    assert_eq!(ids.len(), 1, "eight taps, one payment");
    let other = driver.opens(Chosen::Rows(&rows), total, "wechatpay", "another-key-3").await.expect("answers");
    assert_eq!(format!("{other:?}"), ids[0], "one open payment for a bill");
}

async fn a_notice_told_ten_times_has_one_effect(engine: Engine) {
    let town = town(engine).await;
    town.fault(Department::Alipay, Fault::Doubled);
    let driver = driver(&town).await;
    let rows = bill(&driver).await;
    let payment = driver.goes_to_cashier(&rows, "alipay").await;
    driver.pays_at_cashier(payment).await;
    let posted = driver.waits_for(payment, State::Posted).await;
    let (gateway, order) = driver.order(payment).await;
    for _ in 0..3 {
        assert!(town.sandbox.resend(gateway, &order) > 0, "there are notices to send again");
    }
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    let after = driver.sees(payment, false).await;
    assert_eq!((after.state, after.refunds.len()), (State::Posted, 0));
    assert_eq!(treasury(&town, &driver.city).await, posted.amount);
    let cell = town.stores.city(&driver.city).await.expect("the cell");
    let facts = cell.payment_facts(payment).await.expect("answers").expect("a payment");
    assert_eq!(cell.journal_of(facts.number).await.expect("answers").len(), 2, "paid, posted, and nothing else");
}

async fn what_was_paid_twice_goes_back_by_itself(engine: Engine) {
    let town = town(engine).await;
    let driver = driver(&town).await;
    let rows = bill(&driver).await;
    let payment = driver.goes_to_cashier(&rows, "alipay").await;
    let (first_gateway, first) = driver.order(payment).await;
    // Alipay does not hear that its order is no longer wanted: both can be paid.
    town.fault(Department::Alipay, Fault::Down);
    let _ = town.platform.switch_provider(&driver.citizen, &driver.city, payment, "wechatpay").await;
    town.fault(Department::Alipay, Fault::None);
    driver.looks_at_cashier(payment).await;
    driver.pays_at_cashier(payment).await;
    assert!(town.sandbox.pay_order(first_gateway, &first), "the first order can still be paid");
    let both = |view: &engine::PaymentView| {
        view.state == State::Posted && view.refunds.iter().any(|refund| refund.state == RefundState::Done)
    };
    let view = driver.waits_until(payment, "the surplus to be back", both).await;
    assert!(view.refunds.iter().all(|refund| refund.reason == Reason::Surplus && refund.amount == view.amount));
    // Whichever was heard of first counts; the other one is the surplus.
    let trades = Gateway::ALL.into_iter().flat_map(|gateway| town.sandbox.gateway(gateway).trades);
    let given_back: i64 = trades.map(|trade| trade.refunded_fen()).sum();
    assert_eq!(given_back, view.amount.fen(), "one of the two gateways gave it back");
    assert_eq!(treasury(&town, &driver.city).await, view.amount, "and the treasury has it once");
    assert_eq!(balance(&town, &driver.city, &Account::refund()).await, Money::ZERO);
}

async fn a_payment_that_was_given_up_takes_no_money(engine: Engine) {
    let town = town(engine).await;
    let driver = driver(&town).await;
    let rows = bill(&driver).await;
    let payment = driver.goes_to_cashier(&rows, "alipay").await;
    let (gateway, order) = driver.order(payment).await;
    town.fault(Department::Alipay, Fault::Lost);
    let closed = town.platform.cancel_payment(&driver.citizen, &driver.city, payment).await;
    assert!(closed.is_ok(), "{closed:?}");
    assert_eq!(driver.sees(payment, false).await.state, State::Closed);
    town.fault(Department::Alipay, Fault::None);
    // The order is closed at the gateway by an errand; if somebody is quicker, the money comes back as late.
    if town.sandbox.pay_order(gateway, &order) {
        let back = |view: &engine::PaymentView| view.refunds.iter().any(|refund| refund.state == RefundState::Done);
        let view = driver.waits_until(payment, "the late money to be back", back).await;
        assert!(view.refunds.iter().all(|refund| refund.reason == Reason::Late));
    }
    assert_eq!(treasury(&town, &driver.city).await, Money::ZERO);
    assert!(!bill(&driver).await.is_empty(), "the bill can be paid again");
}

async fn a_department_that_is_down_leaves_the_payment_under_way(engine: Engine) {
    let town = town(engine).await;
    let driver = driver(&town).await;
    let rows = bill(&driver).await;
    let payment = driver.goes_to_cashier(&rows, "wechatpay").await;
    town.fault(Department::TrafficPolice, Fault::Down);
    driver.pays_at_cashier(payment).await;
    let under_way = driver.waits_for(payment, State::Posting).await;
    assert!(under_way.receipt.is_none() && under_way.refunds.is_empty());
    assert_eq!(balance(&town, &driver.city, &Account::escrow()).await, under_way.amount, "still the citizen's");
    town.fault(Department::TrafficPolice, Fault::None);
    driver.waits_for(payment, State::Posted).await;
    assert_eq!(balance(&town, &driver.city, &Account::escrow()).await, Money::ZERO);
}

async fn a_lost_notice_is_found_by_asking(engine: Engine) {
    let town = town(engine).await;
    town.fault(Department::WechatPay, Fault::Lost);
    let driver = driver(&town).await;
    let rows = bill(&driver).await;
    let payment = driver.goes_to_cashier(&rows, "wechatpay").await;
    driver.pays_at_cashier(payment).await;
    assert_eq!(driver.sees(payment, false).await.state, State::Pending, "nobody has told us");
    driver.sees(payment, true).await;
    driver.waits_for(payment, State::Posted).await;
}

async fn a_forged_or_altered_notice_moves_nothing(engine: Engine) {
    let town = town(engine).await;
    let driver = driver(&town).await;
    let rows = bill(&driver).await;
    let payment = driver.goes_to_cashier(&rows, "alipay").await;
    town.fault(Department::Alipay, Fault::WrongAmount);
    driver.pays_at_cashier(payment).await;
    tokio::time::sleep(std::time::Duration::from_millis(800)).await;
    assert_eq!(driver.sees(payment, false).await.state, State::Pending, "a wrong amount is not applied");
    let cell = town.stores.city(&driver.city).await.expect("the cell");
    let breaks = cell.open_breaks(10).await.expect("answers");
    assert!(breaks.iter().any(|found| found.found.kind == ledger::reconcile::Kind::Amount), "{breaks:?}");
    let (_, order) = driver.order(payment).await;
    for body in [
        format!("out_trade_no={order}&trade_status=TRADE_SUCCESS&total_amount=1.00&sign=AAAA&sign_type=RSA2"),
        String::new(),
        "x".repeat(50_000),
    ] {
        let url = format!("{}/notify/alipay/{}", town.url, driver.city);
        let answer = town.http.post(url).body(body).send().await.expect("answers");
        assert_ne!(answer.text().await.expect("a body"), "success", "a forged notice is not acknowledged");
    }
    assert_eq!(treasury(&town, &driver.city).await, Money::ZERO);
}
