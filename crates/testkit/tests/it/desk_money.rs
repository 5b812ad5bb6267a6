//! Money at the desk: a wrong amount becomes a break, the day stays open until somebody has seen to it, and then closes for
//! good; a refund needs three people.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use capability::payment::State;
use engine::Role;
use kernel::{Clock, SystemClock, Timestamp};
use manifest::{pay::Purpose, service::Subject, story};
use reqwest::StatusCode;
use sandbox::{Department, Fault};
use testkit::{Clerk, Engine, Payer, Town, TownConfig};

/// The machine's clock, ahead by so many milliseconds.
#[derive(Default)]
struct Ahead(AtomicI64);

impl Clock for Ahead {
    fn now(&self) -> Timestamp {
        SystemClock.now().plus_ms(self.0.load(Ordering::SeqCst))
    }
}

async fn town(engine: Engine, clock: Arc<Ahead>) -> Town {
    Town::start(TownConfig { clock, ..TownConfig::new(engine) }).await.with_shops().await
}

async fn driver(town: &Town) -> Payer<'_> {
    let city = town.open_city();
    let services = town.services(&city);
    let fines = services.iter().find(|service| {
        service.subject == Subject::Vehicle && service.pay.as_ref().is_some_and(|pay| pay.purpose == Purpose::Fine)
    });
    let cast = town.cast(&city, story::Role::OwnerWithOpenViolations);
    let visitor = town.visitor(&city.city.id, cast).settles().await;
    Payer::of(town, &visitor, &fines.expect("a service of fines").id.clone()).await
}

/// A fine on its way to the cashier.
async fn opened(driver: &Payer<'_>) -> kernel::Id {
    let decided = driver.owes(false).await;
    let rows = if decided.is_empty() { driver.owes(true).await } else { decided };
    driver.goes_to_cashier(&rows[..1], "alipay").await
}

/// Ids of the breaks that a page links to.
fn breaks_on(page: &str, clerk: &Clerk<'_>) -> Vec<String> {
    let mark = format!("href=\"{}", clerk.below("breaks/"));
    let mut ids: Vec<String> = page.split(&mark).skip(1).filter_map(|rest| rest.get(..26)).map(str::to_owned).collect();
    ids.dedup();
    ids
}

async fn a_wrong_amount_keeps_the_day_open(engine: Engine) {
    let clock = Arc::new(Ahead::default());
    let town = town(engine, Arc::clone(&clock)).await;
    let city = town.open_city().city.id.clone();
    let driver = driver(&town).await;
    let payment = opened(&driver).await;
    town.fault(Department::Alipay, Fault::WrongAmount);
    driver.pays_at_cashier(payment).await;
    let day = town.clock.today();
    let first = town.staff(&city, Role::Treasurer).await;
    let mut found = Vec::new();
    for _ in 0..400 {
        found = breaks_on(&first.reads(&first.below("breaks")).await, &first);
        if !found.is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(found.len(), 1, "what the notice contradicts is a break at once");
    assert_ne!(driver.sees(payment, false).await.state, State::Posted, "and never posts");
    town.fault(Department::Alipay, Fault::None);

    // The next noon.
    let noon = Timestamp::from_civil(day.at(12, 0, 0, 0)).plus_s(86_400);
    clock.0.store(noon.since_ms(SystemClock.now()), Ordering::SeqCst);
    assert!(first.page("/desk/me").await.status().is_redirection(), "a session does not last for a day");
    let first = town.staff(&city, Role::Treasurer).await.steps_up().await;
    let second = town.staff(&city, Role::Treasurer).await;
    let below = |path: &str| first.below(&format!("settlements/{day}/{path}"));
    let early = first.post(&below("close"), &[]).await;
    assert_eq!(early.status(), StatusCode::CONFLICT, "not compared with anybody yet");
    assert_eq!(first.post(&below("compare"), &[]).await.status(), StatusCode::SEE_OTHER);
    let open = first.post(&below("close"), &[]).await;
    assert_eq!(open.status(), StatusCode::CONFLICT);
    let text = open.text().await.expect("a page");
    assert!(text.contains("resolve"), "it says why: {text}");

    let of_day = first.below(&format!("breaks?day={day}"));
    let all = breaks_on(&first.reads(&of_day).await, &first);
    assert!(!all.is_empty());
    for id in &all {
        let deed = |deed: &str| first.below(&format!("breaks/{id}/{deed}"));
        if first.reads(&first.below(&format!("breaks/{id}"))).await.contains("Resolved") {
            continue;
        }
        assert_eq!(second.post(&deed("claim"), &[]).await.status(), StatusCode::SEE_OTHER);
        assert_eq!(first.post(&deed("claim"), &[]).await.status(), StatusCode::CONFLICT, "a colleague has it");
        let typed = [("cause", "wrong-amount"), ("note", "the gateway told a wrong amount")];
        assert_eq!(first.post(&deed("resolve"), &typed).await.status(), StatusCode::CONFLICT);
        assert_eq!(second.post(&deed("resolve"), &typed[1..]).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(second.post(&deed("resolve"), &typed).await.status(), StatusCode::SEE_OTHER);
    }
    assert_eq!(first.post(&below("close"), &[]).await.status(), StatusCode::SEE_OTHER);
    let closed = first.reads(&first.below(&format!("settlements?day={day}"))).await;
    assert!(closed.contains("Closed by"), "{closed}");
    assert_eq!(first.post(&below("close"), &[]).await.status(), StatusCode::CONFLICT, "once");
    let csv = first.page(&below("table.csv")).await;
    assert_eq!(csv.headers()["content-type"], "text/csv; charset=utf-8");
    let own = second.reads("/desk/me").await;
    assert!(own.contains("the gateway told a wrong amount"), "what was done stands in the log");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_amount_keeps_the_day_open_until_somebody_has_seen_to_it_on_sqlite() {
    a_wrong_amount_keeps_the_day_open(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_amount_keeps_the_day_open_until_somebody_has_seen_to_it_on_postgres() {
    a_wrong_amount_keeps_the_day_open(Engine::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fine_goes_back_by_three_people_and_nobody_decides_alone() {
    let town = town(Engine::Sqlite, Arc::default()).await;
    let city = town.open_city().city.id.clone();
    let driver = driver(&town).await;
    let payment = opened(&driver).await;
    driver.pays_at_cashier(payment).await;
    let paid = driver.waits_for(payment, State::Posted).await.amount;
    let clerk = town.staff(&city, Role::RefundClerk).await;
    let page = format!("payments/{payment}");
    let ask = clerk.below(&format!("{page}/refund"));
    let too_much = format!("{}", paid.fen() / 100 + 1);
    let answered = clerk.post(&ask, &[("amount", &too_much), ("reason", "annulled")]).await;
    assert_eq!(answered.status(), StatusCode::CONFLICT, "more than was paid");
    for bad in [[("amount", "1.234"), ("reason", "annulled")], [("amount", "1"), ("reason", " ")]] {
        assert_eq!(clerk.post(&ask, &bad).await.status(), StatusCode::UNPROCESSABLE_ENTITY, "{bad:?}");
    }
    let form = [("amount", "1.00"), ("reason", "annulled")];
    assert_eq!(clerk.post(&ask, &form).await.status(), StatusCode::SEE_OTHER);
    assert_eq!(clerk.post(&ask, &form).await.status(), StatusCode::CONFLICT, "one waits already");

    let approver = town.staff(&city, Role::RefundApprover).await;
    let list = approver.reads(&approver.below("refunds")).await;
    let decide = list.split("href=\"").find(|rest| rest.contains("/decide\"")).and_then(|rest| rest.split('"').next());
    let decide = decide.expect("a refund to decide").to_owned();
    let sent = approver.post(&decide, &[("decision", "approve")]).await;
    assert!(sent.headers()["location"].to_str().expect("text").starts_with("/desk/step-up"), "a second code first");
    let approver = approver.steps_up().await;
    assert_eq!(approver.post(&decide, &[("decision", "decline")]).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(approver.post(&decide, &[("decision", "approve")]).await.status(), StatusCode::SEE_OTHER);
    assert_eq!(
        approver.post(&decide, &[("decision", "decline"), ("reason", "no")]).await.status(),
        StatusCode::CONFLICT
    );

    let complete = decide.replace("/decide", "/complete");
    assert_eq!(approver.page(&complete).await.status(), StatusCode::FORBIDDEN, "the treasurer's deed");
    let treasurer = town.staff(&city, Role::Treasurer).await.steps_up().await;
    assert_eq!(treasurer.post(&complete, &[("document_no", "")]).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let document = [("document_no", "T-2026-12")];
    assert_eq!(treasurer.post(&complete, &document).await.status(), StatusCode::SEE_OTHER);
    let shown = treasurer.reads(&treasurer.below(&page)).await;
    assert!(shown.contains("T-2026-12") && !shown.contains(&driver.citizen.account.to_string()));
    let seen = driver.sees(payment, false).await;
    assert_eq!(seen.refunds.len(), 1);
    let auditor = town.staff(&city, Role::Auditor).await;
    let acts = auditor.reads(&auditor.below("acts")).await;
    for word in ["ask for a refund", "decide a refund", "complete a treasury refund", "refund_too_much"] {
        assert!(acts.contains(word), "{word}: {acts}");
    }
}
