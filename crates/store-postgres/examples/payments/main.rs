//! `cargo xtask bench payments-hot|payments-100|payment-bytes`: what a payment costs here, beside PostgreSQL as it is
//! usually written, in the same run. Everything is durable: fsync is on for all.
//!
//! What counts is CPU time: that of this process, which has the store and its callers, and that of the database server's
//! processes. Every run ends with an audit: entries sum to zero, every acknowledged payment is there, none twice.

mod bytes;
mod cpu;
mod ours;
mod usual;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::json;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// As many callers as the usual transaction gets.
const CALLERS: usize = 16;
/// As many as the bar for acknowledged payments names.
const CALLERS_MANY: usize = 32;

/// What came of some seconds of load.
#[derive(Clone, Copy)]
struct Load {
    payments: u64,
    per_s: f64,
    cpu_us: f64,
}

/// Lets so many callers send one payment after the other; each payment's number is used once.
async fn load<F: Future<Output = ()> + Send + 'static>(
    time: Duration,
    callers: usize,
    next: &Arc<AtomicU64>,
    acknowledged: &Arc<AtomicU64>,
    server: &cpu::Server,
    pay: impl Fn(usize, u64) -> F + Clone + Send + 'static,
) -> Load {
    let before = (acknowledged.load(Ordering::SeqCst), server.cpu_us() + cpu::own_us(), Instant::now());
    let end = before.2 + time;
    let tasks: Vec<_> = (0..callers)
        .map(|caller| {
            let (next, acknowledged, pay) = (Arc::clone(next), Arc::clone(acknowledged), pay.clone());
            tokio::spawn(async move {
                while Instant::now() < end {
                    pay(caller, 1 + next.fetch_add(1, Ordering::Relaxed)).await;
                    acknowledged.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("a caller's end");
    }
    let payments = acknowledged.load(Ordering::SeqCst) - before.0;
    let cpu_us = server.cpu_us() + cpu::own_us() - before.1;
    let per_s = payments as f64 / before.2.elapsed().as_secs_f64();
    Load { payments, per_s, cpu_us: cpu_us as f64 / payments.max(1) as f64 }
}

/// The median run, by what a payment costs.
fn middle(mut loads: Vec<Load>) -> Load {
    loads.sort_by(|a, b| a.cpu_us.total_cmp(&b.cpu_us));
    loads[loads.len() / 2]
}

/// A number from the generator, for spreading payments over accounts.
fn spread(n: u64, accounts: u64) -> u64 {
    (n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 33) % accounts
}

async fn payments(name: &str, accounts: u64, quick: bool, url: &str, server: &cpu::Server) {
    let time = Duration::from_millis(if quick { 2000 } else { 8000 });
    let usual = usual::Usual::new(url, accounts).await;
    let sqlite = ours::Ours::sqlite(accounts).await;
    let postgres = ours::Ours::postgres(url, accounts).await;
    let (mut base, mut base_batch, mut batch) = (Vec::new(), Vec::new(), Vec::new());
    let (mut on_sqlite, mut on_sqlite_many, mut on_postgres) = (Vec::new(), Vec::new(), Vec::new());
    // In turn, so that a busy neighbour meets all.
    for _ in 0..3 {
        base.push(usual.load(time, CALLERS, server).await);
        on_sqlite.push(sqlite.load(time, CALLERS, &cpu::Server::none()).await);
        on_postgres.push(postgres.load(time, CALLERS, server).await);
        on_sqlite_many.push(sqlite.load(time, CALLERS_MANY, &cpu::Server::none()).await);
        if accounts > 1 {
            base_batch.push(usual.load_batches(time / 2, server).await);
            batch.push(sqlite.load_batches(time / 2).await);
        }
    }
    let (audit, total) = (
        [usual.audit().await, sqlite.audit().await, postgres.audit().await],
        [&base, &on_sqlite, &on_postgres, &on_sqlite_many, &base_batch, &batch]
            .map(|of| of.iter().map(|load| load.payments).sum::<u64>()),
    );
    let (base, on_sqlite, on_postgres) = (middle(base), middle(on_sqlite), middle(on_postgres));
    let on_sqlite_many = middle(on_sqlite_many);
    let round = |x: f64| (x * 100.0).round() / 100.0;
    let mut result = json!({
        "bench": name,
        "ours_cpu_us": round(on_sqlite.cpu_us),
        "baseline_cpu_us": round(base.cpu_us),
        "ratio": round(base.cpu_us / on_sqlite.cpu_us),
        "must": if accounts == 1 { 20.0 } else { 10.0 },
        "aim": if accounts == 1 { 40.0 } else { 50.0 },
        "postgres_cpu_us": round(on_postgres.cpu_us),
        "postgres_ratio": round(base.cpu_us / on_postgres.cpu_us),
        "postgres_must": 8.0,
        "postgres_aim": 15.0,
        "callers": CALLERS,
        "ours_per_s": on_sqlite.per_s.round(),
        "postgres_per_s": on_postgres.per_s.round(),
        "baseline_per_s": base.per_s.round(),
        "callers_many": CALLERS_MANY,
        "many_per_s": on_sqlite_many.per_s.round(),
        "many_per_s_must": 20_000,
        "many_cpu_us": round(on_sqlite_many.cpu_us),
        "payments": {"baseline": total[0] + total[4], "sqlite": total[1] + total[3] + total[5], "postgres": total[2]},
        "fsync_us": cpu::fsync_us(),
        "audit": if audit.iter().all(Result::is_ok) { "ok".to_owned() } else { format!("{audit:?}") },
    });
    if !base_batch.is_empty() {
        let (base, ours) = (middle(base_batch), middle(batch));
        result["batch_1000"] = json!({
            "ours_cpu_us": round(ours.cpu_us),
            "baseline_cpu_us": round(base.cpu_us),
            "ratio": round(base.cpu_us / ours.cpu_us),
            "must": 1.0,
            "aim": 5.0,
            "ours_per_s": ours.per_s.round(),
            "per_s_aim": 85_900,
        });
    }
    say(&result);
}

#[expect(clippy::print_stdout, reason = "standard output is where the figures go")]
fn say(result: &serde_json::Value) {
    println!("{result}");
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let quick = args.iter().any(|arg| arg == "--quick");
    let url = std::env::var("SHIMIN_TEST_POSTGRES").expect("SHIMIN_TEST_POSTGRES: `cargo xtask bench` sets it");
    let server = cpu::Server::from_environment();
    match args.first().map(String::as_str) {
        Some(name @ "payments-hot") => payments(name, 1, quick, &url, &server).await,
        Some(name @ "payments-100") => payments(name, 100, quick, &url, &server).await,
        Some("payment-bytes") => bytes::run(quick, &url).await,
        _ => panic!("which bench? payments-hot, payments-100 or payment-bytes"),
    }
}
