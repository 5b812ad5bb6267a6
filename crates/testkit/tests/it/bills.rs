//! Household bills and days that pass: periods in their order, parts, balances, automatic payment with its notice, and the
//! comparison of a day with everybody who has a list of it.

use std::sync::Arc;

use capability::{
    payment::State,
    refund::{Reason, State as RefundState},
};
use connector::pay::{Cashier, Device};
use engine::{AutopayState, Chosen, OnceKey, Opened};
use kernel::{Clock as _, FakeClock, Kind, Money, SystemClock, Timestamp};
use ledger::{Account, reconcile::Side};
use manifest::{CityPack, Service, pay::Purpose, story::Role};
use sandbox::Gateway;
use testkit::{Engine, Payer, Town, TownConfig};

on_both_engines! {
    several_periods_are_paid_at_once_and_the_oldest_first
    a_part_is_paid_where_the_biller_takes_parts
    a_top_up_is_booked_and_its_rest_comes_back
    a_bill_is_paid_by_itself_after_a_notice_and_never_above_the_limit
    a_day_is_compared_with_everybody_and_nothing_is_missing
}

async fn town(engine: Engine) -> (Town, Arc<FakeClock>) {
    // At noon, so that the day does not end under the payments. From then on it only goes forward: a platform does not
    // follow a clock that is set back.
    let noon = SystemClock.now().date().at(12, 0, 0, 0);
    let clock = Arc::new(FakeClock::at(Timestamp::from_civil(noon)));
    let town = Town::start(TownConfig { clock: clock.clone(), ..TownConfig::new(engine) }).await;
    (town.with_shops().await, clock)
}

/// The first service of the open city that is paid like this.
fn service(town: &Town, fits: impl Fn(&CityPack, &Service) -> bool) -> Arc<Service> {
    let city = town.open_city();
    town.services(&city).into_iter().find(|service| fits(&city, service)).expect("such a service")
}

fn is(service: &Service, purpose: Purpose) -> bool {
    service.pay.as_ref().is_some_and(|pay| pay.purpose == purpose)
}

async fn customer<'t>(town: &'t Town, service: &Service, role: Role) -> Payer<'t> {
    let city = town.open_city();
    let cast = town.cast_for(&city, service, role);
    let visitor = town.visitor(&city.city.id, cast).settles().await;
    Payer::of(town, &visitor, &service.id).await
}

async fn merchant(town: &Town, payer: &Payer<'_>) -> Money {
    let city = town.open_city();
    let department = &city.bindings.service[&payer.service].department;
    let cell = town.stores.city(&payer.city).await.expect("the cell");
    let balance = cell.balance(&Account::merchant(department)).await.expect("answers");
    balance.map_or(Money::ZERO, |balance| balance.amount())
}

async fn several_periods_are_paid_at_once_and_the_oldest_first(engine: Engine) {
    let (town, _) = town(engine).await;
    let service = service(&town, |city, service| {
        is(service, Purpose::Bill) && city.bindings.biller.get(&service.id).is_some_and(|biller| biller.oldest_first)
    });
    let payer = customer(&town, &service, Role::CustomerWithSeveralPeriods).await;
    let rows = payer.owes(false).await;
    assert!(rows.len() >= 2, "{rows:?}");
    let youngest = rows.last().cloned().into_iter().collect::<Vec<_>>();
    let refused = town.platform.quote(&payer.citizen, &payer.city, &payer.service, payer.card, &youngest).await;
    assert_eq!(refused.expect_err("the older ones come first").kind, Kind::Conflict("oldest_first"));
    let quote = payer.quotes(&rows).await;
    let payment = payer.goes_to_cashier(&rows, "alipay").await;
    payer.pays_at_cashier(payment).await;
    let posted = payer.waits_for(payment, State::Posted).await;
    assert_eq!((posted.lines.len(), posted.amount), (rows.len(), quote.total));
    assert_eq!(merchant(&town, &payer).await, quote.total);
    assert!(payer.owes(false).await.is_empty(), "nothing is owed any more");
    let year = town.platform.paid_by_month(&payer.citizen, &payer.city, None).await.expect("a year");
    assert_eq!(year.last().map(|month| month.amount), Some(quote.total), "the chart shows it");
}

async fn a_part_is_paid_where_the_biller_takes_parts(engine: Engine) {
    let (town, _) = town(engine).await;
    let service = service(&town, |city, service| {
        is(service, Purpose::Bill) && city.bindings.biller.get(&service.id).is_some_and(|biller| biller.partial)
    });
    let payer = customer(&town, &service, Role::CustomerWithArrears).await;
    let row = payer.owes(false).await.into_iter().next().expect("a bill");
    let due = payer.quotes(std::slice::from_ref(&row)).await.total;
    let too_much = Money::from_fen(due.fen() + 1).plain_yuan();
    let asked =
        town.platform.quote_part(&payer.citizen, &payer.city, &payer.service, payer.card, &row, &too_much).await;
    assert!(matches!(asked.expect_err("more than is owed").kind, Kind::Invalid(_)));
    let part = Money::from_fen((due.fen() - 1).max(1_000.min(due.fen())));
    let opened = payer.opens(Chosen::Part(&row, &part.plain_yuan()), part, "wechatpay", "part-of-a-bill-1").await;
    let Opened::Payment(payment) = opened.expect("a payment opens") else { panic!("the amount changed") };
    payer.looks_at_cashier(payment).await;
    payer.pays_at_cashier(payment).await;
    payer.waits_for(payment, State::Posted).await;
    let left = payer.quotes(std::slice::from_ref(&row)).await.total;
    assert_eq!(left.fen(), due.fen() - part.fen(), "the rest is still owed");
}

async fn a_top_up_is_booked_and_its_rest_comes_back(engine: Engine) {
    let (town, _) = town(engine).await;
    let service = service(&town, |_, service| is(service, Purpose::TopUp));
    let payer = customer(&town, &service, Role::CustomerWithBalance).await;
    let (platform, citizen) = (&town.platform, &payer.citizen);
    for outside in ["0", "9.99", "1000.01", "ten"] {
        let quote = platform.quote_top_up(citizen, &payer.city, &payer.service, payer.card, outside).await;
        assert!(matches!(quote.expect_err(outside).kind, Kind::Invalid(_)), "{outside}");
    }
    let amount = Money::from_fen(10_000);
    let opened = payer.opens(Chosen::TopUp("100"), amount, "alipay", "top-up-once-1").await.expect("opens");
    let Opened::Payment(payment) = opened else { panic!("the amount changed") };
    payer.looks_at_cashier(payment).await;
    payer.pays_at_cashier(payment).await;
    payer.waits_for(payment, State::Posted).await;
    let rest = platform.rest(citizen, &payer.city, &payer.service, payer.card).await.expect("a balance");
    assert_eq!(rest.returnable, amount, "only what was put on here can go back");
    assert!(rest.balance >= amount);
    let key = OnceKey::parse("rest-back-once-1").expect("a key");
    let asked = platform.withdraw_rest(citizen, &payer.city, &payer.service, payer.card, amount, key).await;
    assert_eq!(asked.expect("asked for"), payment);
    let done = |view: &engine::PaymentView| view.refunds.iter().any(|refund| refund.state == RefundState::Done);
    let view = payer.waits_until(payment, "the rest to be back", done).await;
    assert!(view.refunds.iter().all(|refund| refund.reason == Reason::Rest));
    let after = platform.rest(citizen, &payer.city, &payer.service, payer.card).await.expect("a balance");
    assert_eq!(after.balance.fen(), rest.balance.fen() - amount.fen());
    assert_eq!(merchant(&town, &payer).await, Money::ZERO);
}

async fn a_bill_is_paid_by_itself_after_a_notice_and_never_above_the_limit(engine: Engine) {
    let (town, clock) = town(engine).await;
    let service = service(&town, |_, service| is(service, Purpose::Bill));
    let payer = customer(&town, &service, Role::CustomerWithArrears).await;
    let (platform, citizen) = (&town.platform, &payer.citizen);
    let oldest = payer.owes(false).await.into_iter().next().expect("a bill");
    let due = payer.quotes(std::slice::from_ref(&oldest)).await.total;
    let limit = Money::from_fen(due.fen() + 5_000).plain_yuan();
    let key = OnceKey::parse("autopay-once-1").expect("a key");
    let (city, card) = (&payer.city, payer.card);
    let asked = platform.set_autopay(citizen, city, &payer.service, card, &limit, "alipay", Device::Phone, key).await;
    let Cashier::Open(url) = asked.expect("the way to the agreement") else { panic!("an address to agree at") };
    let answer = town.http.get(&url).send().await.expect("answers");
    let page = answer.headers().get("location").and_then(|to| to.to_str().ok()).map_or(url.clone(), |to| {
        if to.starts_with('/') { format!("{}{to}", town.sandbox_url) } else { to.to_owned() }
    });
    let agreed = town.http.post(&page).form(&[("act", "agree")]).send().await.expect("answers");
    assert!(agreed.status().as_u16() < 400, "{page}: {}", agreed.status());
    let set =
        async || platform.autopay(citizen, city, &payer.service, card, true).await.expect("answers").expect("set");
    eventually("the agreement is in force", async || set().await.state == AutopayState::InForce).await;
    eventually("the notice is sent and the debit planned", async || {
        clock.advance_s(60);
        !set().await.debits.is_empty()
    })
    .await;
    let planned = set().await.debits.remove(0);
    assert!(planned.debit_at.is_some_and(|at| at.since_ms(planned.told_at) >= 24 * 3_600_000), "a day's notice");
    assert!(planned.amount <= Money::parse_yuan(&limit).expect("an amount"));
    let sent = town.sandbox.messages("");
    eventually("the message has arrived", async || {
        town.sandbox.messages("").iter().any(|sms| sms.text.contains(&planned.amount.yuan()))
    })
    .await;
    drop(sent);
    clock.set(planned.debit_at.expect("planned").plus_s(60));
    eventually("the debit is made", async || {
        set().await.debits.iter().any(|debit| debit.outcome.as_deref() == Some("paid") && debit.payment.is_some())
    })
    .await;
    let payment = set().await.debits.into_iter().find_map(|debit| debit.payment).expect("a payment");
    payer.waits_for(payment, State::Posted).await;
    platform.stop_autopay(citizen, city, set().await.id).await.expect("stopped");
    let stopped = platform.autopay(citizen, city, &payer.service, card, false).await.expect("answers").expect("known");
    assert_eq!(stopped.state, AutopayState::Stopped);
}

async fn eventually(what: &str, holds: impl AsyncFn() -> bool) {
    for _ in 0..600 {
        if holds().await {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{what}: waited in vain");
}

async fn a_day_is_compared_with_everybody_and_nothing_is_missing(engine: Engine) {
    let (town, clock) = town(engine).await;
    let today = clock.today();
    let service = service(&town, |_, service| is(service, Purpose::Bill));
    for provider in ["alipay", "wechatpay"] {
        let payer = customer(&town, &service, Role::CustomerWithArrears).await;
        let oldest = payer.owes(false).await.into_iter().take(1).collect::<Vec<_>>();
        let payment = payer.goes_to_cashier(&oldest, provider).await;
        payer.pays_at_cashier(payment).await;
        payer.waits_for(payment, State::Posted).await;
    }
    clock.set(Timestamp::from_civil(today.at(10, 30, 0, 0)).plus_s(86_400));
    let city = town.open_city().city.id.clone();
    let cell = town.stores.city(&city).await.expect("the cell");
    let providers = Gateway::ALL.len();
    eventually("the day is compared with everybody", async || {
        let done = cell.reconciled(today).await.expect("answers");
        done.iter().filter(|day| day.side == Side::Provider).count() == providers
            && done.iter().any(|day| day.side == Side::Department && day.ours == 2 && day.theirs == 2)
    })
    .await;
    let compared = cell.reconciled(today).await.expect("answers");
    let ours: u32 = compared.iter().filter(|day| day.side == Side::Provider).map(|day| day.ours).sum();
    assert_eq!(ours, 2, "{compared:?}");
    let breaks = cell.breaks_of(today).await.expect("answers");
    assert!(breaks.is_empty(), "{breaks:?}");
}
