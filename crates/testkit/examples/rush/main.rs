//! `cargo xtask rush [SLOTS] [CLAIMANTS] [KILLS] [ENGINE]`: many more people than there are units ask for one sitting at
//! once, over HTTP, and the real binary is killed without warning in the middle. Afterwards the stock is held against
//! what people were told. Prints one JSON object an engine; ends with 1 if one unit is sold twice, one person has two, or
//! one booking that was acknowledged is gone.

mod claim;
#[path = "../soak/server.rs"]
mod server;
mod settle;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    process::ExitCode,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use capability::booking::pool::{Door, Legs};
use kernel::{CityId, Id, Index, ServiceId};
use manifest::booking::BookingKind;
use serde_json::{Value, json};
use store::{City, PoolInfo, PoolsOf};
use testkit::{Engine, Grounds, Town, TownConfig};

use crate::{
    claim::{Asked, Claim, claim},
    server::Server,
};

/// How many ask at the same moment; the others come as these have their answer.
const AT_ONCE: usize = 256;
/// One in so many asks a second time, under another key.
const TWICE: usize = 10;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "standard output is where the figures go")]
async fn main() -> ExitCode {
    let number = |n: usize, otherwise| std::env::args().nth(n).and_then(|text| text.parse().ok()).unwrap_or(otherwise);
    let (slots, claimants, kills) = (number(1, 20), number(2, 5_000), number(3, 1));
    let only = std::env::args().nth(4);
    let mut ending = ExitCode::SUCCESS;
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let name = format!("{engine:?}").to_lowercase();
        if only.as_ref().is_some_and(|only| *only != name) {
            continue;
        }
        let report = rush(engine, slots, claimants, kills).await;
        let clean = report["faults"].as_array().is_some_and(Vec::is_empty);
        println!("{}", json!({"engine": name, "report": report}));
        if !clean {
            ending = ExitCode::FAILURE;
        }
    }
    ending
}

async fn rush(engine: Engine, slots: usize, claimants: usize, kills: usize) -> Value {
    let config = TownConfig::new(engine);
    let limits = config.limits.clone();
    let grounds = Grounds::new(&config).await;
    let data = grounds.data().to_owned();
    let town = Town::open(grounds, limits.clone()).await;
    let began = Instant::now();
    let (city, service) = scarce(&town);
    let (pool, body) = sitting(&town, &city, &service, slots).await;
    let area = town.catalogue().city(city.as_str()).expect("the city").city.code.clone();
    let tokens = settle::settle(&town.stores, &data, &area, claimants, town.platform.now()).await;
    eprintln!("{claimants} people for {slots} units, settled in {:?}", began.elapsed());
    let grounds = town.close().await;

    let server = Arc::new(Server::start(&grounds));
    let mut asks: Vec<Claim> = tokens.iter().enumerate().map(|(n, token)| Claim::new(token, n, 0)).collect();
    asks.extend(tokens.iter().enumerate().step_by(TWICE).map(|(n, token)| Claim::new(token, n, 1)));
    let queue = Arc::new(Mutex::new(VecDeque::from(asks)));
    let told = Arc::new(Mutex::new(Vec::new()));
    let reasons = Arc::new(Mutex::new(BTreeMap::<String, u64>::new()));
    let sold = Arc::new(AtomicUsize::new(0));
    let path = Arc::new(format!("/api/v1/cities/{city}/services/{service}/bookings"));
    let began = Instant::now();
    let killer = tokio::spawn(kill(Arc::clone(&server), Arc::clone(&sold), slots, kills));
    let mut people = tokio::task::JoinSet::new();
    for _ in 0..AT_ONCE {
        let (server, queue, told, reasons) =
            (Arc::clone(&server), Arc::clone(&queue), Arc::clone(&told), Arc::clone(&reasons));
        let (sold, body, path) = (Arc::clone(&sold), body.clone(), Arc::clone(&path));
        people.spawn(async move {
            let http = claim::client();
            loop {
                let next = queue.lock().expect("a lock").pop_front();
                let Some(one) = next else { break };
                match claim(&http, &server, &path, &body, &one).await {
                    Asked::Booked(id) => {
                        sold.fetch_add(1, Ordering::Relaxed);
                        told.lock().expect("a lock").push(id);
                    }
                    Asked::Refused(code) => {
                        *reasons.lock().expect("a lock").entry(code).or_default() += 1;
                    }
                }
            }
        });
    }
    while people.join_next().await.is_some() {}
    let took = began.elapsed();
    let killed = killer.await.expect("the killer");
    drop(server);
    let told = told.lock().expect("a lock").clone();
    let town = Town::open(grounds, limits).await;
    let cell = town.stores.city(&city).await.expect("the cell");
    let faults = audit(&cell, pool, slots, &told).await;
    let reasons = reasons.lock().expect("a lock").clone();
    json!({
        "slots": slots, "claims": claimants + claimants.div_ceil(TWICE), "kills": killed,
        "acknowledged": told.len(), "refused": reasons, "took_ms": took.as_millis() as u64, "faults": faults,
    })
}

/// The first service whose numbers one person books for themselves.
fn scarce(town: &Town) -> (CityId, ServiceId) {
    let catalogue = town.catalogue();
    let found = catalogue.cities.iter().find_map(|(city, pack)| {
        let services = pack.offers.keys().filter_map(|id| catalogue.service(pack, id.as_str()));
        let fits = |service: &&Arc<manifest::Service>| {
            service.booking.as_ref().is_some_and(|one| one.kind == BookingKind::Appointment && one.parties == 1)
        };
        let mut fitting = services.filter(fits);
        fitting.next().map(|service| (city.clone(), service.id.clone()))
    });
    found.expect("a city that offers appointments")
}

/// A sitting some days ahead with so many units, and the claim for any of them.
async fn sitting(town: &Town, city: &CityId, service: &ServiceId, slots: usize) -> (i64, Value) {
    let cell = town.stores.city(city).await.expect("the cell");
    let catalogue = town.catalogue();
    let offer = &catalogue.city(city.as_str()).expect("the city").offers[service];
    let (mut from_on, now) = (town.platform.now().date(), town.platform.now());
    from_on = capability::booking::limit::plus_days(from_on, 2);
    let of = PoolsOf {
        service: service.clone(),
        place: None,
        resource: None,
        from_on,
        to_on: capability::booking::limit::plus_days(from_on, 4),
    };
    let mut pool: Option<PoolInfo> = None;
    for _ in 0..600 {
        let pools = cell.pools(of.clone()).await.expect("pools");
        pool = pools.into_iter().find(|info| info.pool.starts_at > now && info.free(Door::Online) > 0);
        if pool.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let pool = pool.expect("pools are made");
    let capacity = u32::try_from(slots).expect("not so many");
    cell.resize_pool(pool.number, capacity, [capacity; 3]).await.expect("answers").expect("nothing is taken yet");
    let matter = offer.place(&pool.pool.place).and_then(|place| place.resource(&pool.pool.resource)).and_then(
        |(_, resource)| offer.matter.iter().find(|matter| resource.takes(&matter.id)).map(|matter| matter.id.clone()),
    );
    let body = json!({
        "place": pool.pool.place, "resource": pool.pool.resource, "matter": matter,
        "starts_at": pool.pool.starts_at.rfc3339(), "confirm": true,
    });
    (pool.number, body)
}

async fn kill(server: Arc<Server>, sold: Arc<AtomicUsize>, slots: usize, kills: usize) -> usize {
    for n in 1..=kills {
        let after = slots * n / (kills + 1);
        let patience = Instant::now();
        while sold.load(Ordering::Relaxed) < after && patience.elapsed() < Duration::from_secs(60) {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let server = Arc::clone(&server);
        tokio::task::spawn_blocking(move || server.kill()).await.expect("killed and up again");
    }
    kills
}

/// What people were told against what there is.
async fn audit(cell: &City, pool: i64, slots: usize, told: &[Id]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut fault = |wrong: bool, what: String| faults.extend(wrong.then_some(what));
    let stock = cell.stock(&[pool]).await.expect("stock").remove(0).expect("the pool");
    let free = stock.free(Door::Online, Legs::ONE);
    fault(free != 0, format!("{free} units are left"));
    fault(stock.taken() as usize != slots, format!("{} of {slots} units are taken", stock.taken()));
    let audit = cell.audit_stock().await.expect("an audit");
    fault(!audit.is_clean(), format!("the stock is not sound: {audit:?}"));
    let (mut ids, mut persons, mut after) = (BTreeSet::new(), BTreeSet::<Index>::new(), 0);
    loop {
        let page = cell.bookings_of_pool(pool, after, 500).await.expect("bookings");
        let Some(last) = page.last() else { break };
        after = last.seq;
        for info in page.iter().filter(|info| info.state.takes_stock()) {
            ids.insert(info.id);
            let facts = cell.booking_facts(info.id).await.expect("facts").expect("a booking");
            for party in facts.parties {
                fault(!persons.insert(party.person), "somebody has two".to_owned());
            }
        }
    }
    fault(ids.len() != slots, format!("{} bookings for {slots} units", ids.len()));
    let told: BTreeSet<Id> = told.iter().copied().collect();
    let lost = told.difference(&ids).count();
    fault(lost > 0, format!("{lost} acknowledged bookings are gone"));
    let silent = ids.difference(&told).count();
    fault(silent > 0, format!("{silent} bookings of which nobody was told, although everybody asked until they heard"));
    faults
}
