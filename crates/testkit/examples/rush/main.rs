//! `cargo xtask rush [SLOTS] [CLAIMANTS] [KILLS] [ENGINE]`: many more people than there are units ask for one sitting at
//! once, over HTTP, and the real binary is killed without warning in the middle. Afterwards the stock is held against
//! what people were told. Prints one JSON object an engine; ends with 1 if one unit is sold twice, one person has two, or
//! one booking that was acknowledged is gone.

mod claim;

use std::{
    collections::{BTreeMap, VecDeque},
    process::ExitCode,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use store::SessionKind;
use testkit::{Engine, Grounds, Server, Town, TownConfig, settle};

use crate::claim::{Asked, Claim, claim};

/// How many ask at the same moment; the others come as these have their answer.
const AT_ONCE: usize = 256;
/// One in so many asks a second time, under another key.
const TWICE: usize = 10;

#[tokio::main]
async fn main() -> ExitCode {
    let number = |n: usize, otherwise| std::env::args().nth(n).and_then(|text| text.parse().ok()).unwrap_or(otherwise);
    let (slots, claimants, kills) = (number(1, 20), number(2, 5_000), number(3, 1));
    let only = std::env::args().nth(4);
    let clean = |report: &Value| report["faults"].as_array().is_some_and(Vec::is_empty);
    Engine::report(only, async |engine| rush(engine, slots, claimants, kills).await, clean).await
}

async fn rush(engine: Engine, slots: usize, claimants: usize, kills: usize) -> Value {
    let config = TownConfig::new(engine);
    let limits = config.limits.clone();
    let grounds = Grounds::new(&config).await;
    let data = grounds.data().to_owned();
    let town = Town::open(grounds, limits.clone()).await;
    let began = Instant::now();
    let scarce = Arc::new(town.scarce(slots).await);
    let tokens = settle(&town.stores, &data, &scarce.area, 0..claimants, SessionKind::Token, town.platform.now()).await;
    eprintln!("{claimants} people for {slots} units, settled in {:?}", began.elapsed());
    let grounds = town.close().await;

    let server = Arc::new(Server::start(&grounds));
    // Whoever asks twice does it in the same moment: both may be decided in one commit.
    let asks = tokens.iter().enumerate().flat_map(|(n, token)| {
        let again = if n.is_multiple_of(TWICE) { 1 } else { 0 };
        (0..=again).map(move |key| Claim::new(token, n, key))
    });
    let queue: Arc<Mutex<VecDeque<Claim>>> = Arc::new(Mutex::new(asks.collect()));
    let told = Arc::new(Mutex::new(Vec::new()));
    let reasons = Arc::new(Mutex::new(BTreeMap::<String, u64>::new()));
    let sold = Arc::new(AtomicUsize::new(0));
    let began = Instant::now();
    let killer = tokio::spawn(kill(Arc::clone(&server), Arc::clone(&sold), slots, kills));
    let mut people = tokio::task::JoinSet::new();
    for _ in 0..AT_ONCE {
        let (server, queue, told, reasons) =
            (Arc::clone(&server), Arc::clone(&queue), Arc::clone(&told), Arc::clone(&reasons));
        let (sold, scarce) = (Arc::clone(&sold), Arc::clone(&scarce));
        people.spawn(async move {
            let http = claim::client();
            loop {
                let next = queue.lock().expect("a lock").pop_front();
                let Some(one) = next else { break };
                match claim(&http, &server, &scarce, &one).await {
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
    let faults = scarce.audit(&town, &told).await;
    let reasons = reasons.lock().expect("a lock").clone();
    json!({
        "slots": slots, "claims": claimants + claimants.div_ceil(TWICE), "kills": killed,
        "acknowledged": told.len(), "refused": reasons, "took_ms": took.as_millis() as u64, "faults": faults,
    })
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
