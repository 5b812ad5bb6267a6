//! `cargo xtask soak [PAYMENTS] [KILLS]`: the real binary is killed without warning, again and again, while citizens pay
//! at gateways that lie, double, lose, delay and forge. Afterwards the books are held against the gateways' and the
//! departments' truth. Prints one JSON object an engine; ends with 1 if a single fen is out of place.

mod audit;
mod hostility;
mod paying;

use std::{
    collections::VecDeque,
    process::ExitCode,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use kernel::{Clock as _, FakeClock, Id, Money, ServiceId, SystemClock};
use manifest::{CityPack, Service, pay::Purpose, service::Subject, story::Role};
use sandbox::{Department, Fault, Gateway};
use serde_json::{Value, json};
use testkit::{Engine, Payer, Server, Town, TownConfig};

use crate::{
    audit::{audit, compare, settled},
    hostility::{hostility, kill},
    paying::{client, pay},
};

/// Citizens who pay at the same time.
const PAYERS: usize = 16;
/// Accounts that are topped up again and again; the rest of the payments are bills and fines, one each.
const ACCOUNTS: usize = 64;
const DEBTORS: usize = 32;
/// How long anything may take once the gateways are honest again.
const PATIENCE: Duration = Duration::from_secs(300);

/// What a citizen was told, and what they did at the cashier.
#[derive(Clone, Debug)]
struct Acknowledged {
    payment: Id,
    amount_fen: i64,
}

/// One payment to make.
#[derive(Clone, Debug)]
struct Errand {
    cookie: String,
    service: ServiceId,
    card: Id,
    /// `bill=…` or `amount=…`, and the total.
    form: Vec<(String, String)>,
    total_fen: i64,
    provider: &'static str,
    key: String,
}

#[tokio::main]
async fn main() -> ExitCode {
    let number = |n: usize, otherwise| std::env::args().nth(n).and_then(|text| text.parse().ok()).unwrap_or(otherwise);
    let (payments, kills) = (number(1, 2_000), number(2, 20));
    let only = std::env::args().nth(3);
    let clean = |report: &Value| report["faults"].as_array().is_some_and(Vec::is_empty);
    Engine::report(only, async |engine| soak(engine, payments, kills).await, clean).await
}

async fn soak(engine: Engine, payments: usize, kills: usize) -> Value {
    let clock = Arc::new(FakeClock::at(SystemClock.now()));
    let ticking = tick(Arc::clone(&clock));
    let config = TownConfig { clock: clock.clone(), ..TownConfig::new(engine) };
    let limits = config.limits.clone();
    let town = Town::start(config).await.with_shops().await;
    let city = town.open_city().city.id.clone();
    let began = Instant::now();
    let errands = settle(&town, payments).await;
    eprintln!("{} payments to make, settled in {:?}", errands.len(), began.elapsed());
    let grounds = town.close().await;

    let started_at = clock.now();
    let began = Instant::now();
    let server = Arc::new(Server::start(&grounds));
    let done = Arc::new(Mutex::new(Vec::new()));
    let queue = Arc::new(Mutex::new(VecDeque::from(errands)));
    let twice = Arc::new(AtomicUsize::new(0));
    let hostile = tokio::spawn(hostility(Arc::clone(&grounds.sandbox)));
    let killer = tokio::spawn(kill(Arc::clone(&server), Arc::clone(&done), payments, kills));
    let mut payers = tokio::task::JoinSet::new();
    for _ in 0..PAYERS {
        let (server, queue, done) = (Arc::clone(&server), Arc::clone(&queue), Arc::clone(&done));
        let (city, twice) = (city.clone(), Arc::clone(&twice));
        payers.spawn(async move {
            let http = client();
            loop {
                let next = queue.lock().expect("a lock").pop_front();
                let Some(errand) = next else { break };
                if let Some(acknowledged) = pay(&http, &server, &city, &errand, &twice).await {
                    done.lock().expect("a lock").push(acknowledged);
                }
            }
        });
    }
    while payers.join_next().await.is_some() {}
    let killed = killer.await.expect("the killer");
    hostile.abort();
    for department in Department::ALL {
        grounds.sandbox.set_fault(department, Fault::None, 0);
    }
    let paying_s = began.elapsed().as_secs();
    drop(server);
    let done = done.lock().expect("a lock").clone();

    // Whoever comes next finds everything that was under way.
    let town = Town::open(grounds, limits).await.with_shops().await;
    let unsettled = settled(&town, &city, &done).await;
    ticking.abort();
    let mut faults = audit(&town, &city, &done, unsettled).await;
    let contradictions = compare(&town, &city, &clock, started_at, &mut faults).await;
    json!({
        "acknowledged": done.len(), "kills": killed, "paid_twice_at_the_cashier": twice.load(Ordering::Relaxed),
        "paying_s": paying_s, "contradictions_kept_for_a_person": contradictions, "faults": faults,
    })
}

/// The sandbox's clock goes like everybody's until the day is turned over.
fn tick(clock: Arc<FakeClock>) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            clock.set(SystemClock.now());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
}

/// Citizens with accounts to top up, bills and fines.
async fn settle(town: &Town, payments: usize) -> Vec<Errand> {
    let city = town.open_city();
    let (mut errands, mut accounts) = (Vec::new(), Vec::new());
    for service in town.services(&city) {
        let purpose = service.pay.as_ref().map(|pay| pay.purpose);
        let (role, count) = match (purpose, service.subject) {
            (Some(Purpose::TopUp), _) => (Role::CustomerWithBalance, ACCOUNTS),
            (Some(Purpose::Bill), _) => (Role::CustomerWithArrears, DEBTORS),
            (Some(Purpose::Fine), Subject::Vehicle) => (Role::OwnerWithOpenViolations, DEBTORS),
            _ => continue,
        };
        for _ in 0..count {
            let (payer, cookie) = payer(town, &city, &service, role).await;
            if purpose == Some(Purpose::TopUp) {
                accounts.push((payer.card, cookie, service.id.clone()));
                continue;
            }
            for accept in [false, true] {
                let Some(row) = payer.owes(accept).await.into_iter().next() else { continue };
                let total = payer.quotes(std::slice::from_ref(&row)).await.total;
                errands.push(errand(&cookie, &service.id, payer.card, ("bill", &row), total, errands.len()));
                break;
            }
        }
    }
    for n in errands.len()..payments {
        let (card, cookie, service) = &accounts[n % accounts.len()];
        let yuan = 10 + i64::try_from(n % 90).unwrap_or(0);
        errands.push(errand(cookie, service, *card, ("amount", &yuan.to_string()), Money::from_fen(yuan * 100), n));
    }
    errands.truncate(payments);
    errands
}

async fn payer<'t>(town: &'t Town, city: &CityPack, service: &Service, role: Role) -> (Payer<'t>, String) {
    let cast =
        if service.subject == Subject::Customer { town.cast_for(city, service, role) } else { town.cast(city, role) };
    let visitor = town.visitor(&city.city.id, cast).settles().await;
    let cookie = visitor.cookie().await;
    (Payer::of(town, &visitor, &service.id).await, cookie)
}

fn errand(cookie: &str, service: &ServiceId, card: Id, what: (&str, &str), total: Money, n: usize) -> Errand {
    Errand {
        cookie: cookie.to_owned(),
        service: service.clone(),
        card,
        form: vec![(what.0.to_owned(), what.1.to_owned())],
        total_fen: total.fen(),
        provider: Gateway::ALL[n % Gateway::ALL.len()].word(),
        key: format!("soak-payment-{n}"),
    }
}
