//! `cargo xtask bench booking-rush|booking-rush-tmpfs`: what a sale of one of many units costs while everybody wants one,
//! and what a refusal costs, beside PostgreSQL as it is usually written, in the same run.
//!
//! Everything is measured at the port, without HTTP on either side: 64 callers here, 64 connections there. Every sale is
//! durable (`booking-rush-tmpfs` puts both on tmpfs, where that costs nothing, and compares with one call of a function at
//! its best number of clients). Ours does more with each: an idempotency key, a quota of the person, a number for the
//! counter, figures. Every run ends with an audit: nothing oversold, every acknowledged booking there, none twice.

#[path = "../payments/cpu.rs"]
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

const CALLERS: usize = 64;

/// What came of some seconds of load.
#[derive(Clone, Copy)]
struct Load {
    done: u64,
    per_s: f64,
    cpu_us: f64,
}

/// Lets so many callers ask one thing after the other; each number is used once.
async fn load<F: Future<Output = ()> + Send + 'static>(
    time: Duration,
    callers: usize,
    next: &Arc<AtomicU64>,
    server: &cpu::Server,
    ask: impl Fn(usize, u64) -> F + Clone + Send + 'static,
) -> Load {
    let (cpu, began) = (server.cpu_us() + cpu::own_us(), Instant::now());
    let end = began + time;
    let tasks: Vec<_> = (0..callers)
        .map(|caller| {
            let (next, ask) = (Arc::clone(next), ask.clone());
            tokio::spawn(async move {
                let mut done = 0_u64;
                while Instant::now() < end {
                    ask(caller, 1 + next.fetch_add(1, Ordering::Relaxed)).await;
                    done += 1;
                }
                done
            })
        })
        .collect();
    let mut done = 0;
    for task in tasks {
        done += task.await.expect("a caller's end");
    }
    let per_s = done as f64 / began.elapsed().as_secs_f64();
    let cpu_us = server.cpu_us() + cpu::own_us() - cpu;
    Load { done, per_s, cpu_us: cpu_us as f64 / done.max(1) as f64 }
}

/// The median run, by what one costs.
fn middle(mut loads: Vec<Load>) -> Load {
    loads.sort_by(|a, b| a.cpu_us.total_cmp(&b.cpu_us));
    loads[loads.len() / 2]
}

fn round(x: f64) -> f64 {
    (x * 100.0).round() / 100.0
}

/// The number of clients with which the function sells most.
async fn best_clients(usual: &usual::Usual, time: Duration, server: &cpu::Server) -> usize {
    let (mut best, mut clients) = (0.0, 1);
    for count in [1, 2, 4, 8, 16, 32, CALLERS] {
        let tried = usual.call_function(time, count, server).await;
        if tried.per_s > best {
            (best, clients) = (tried.per_s, count);
        }
    }
    clients
}

/// What refusals cost, and which part of a sale that is; on SQLite first.
fn refusals(sales: [Load; 2], sold_out: [Load; 2], over_quota: [Load; 2]) -> serde_json::Value {
    let of = |refused: [Load; 2]| {
        json!({
            "cpu_us": round(refused[0].cpu_us),
            "of_a_sale": round(refused[0].cpu_us / sales[0].cpu_us),
            "postgres_cpu_us": round(refused[1].cpu_us),
            "postgres_of_a_sale": round(refused[1].cpu_us / sales[1].cpu_us),
        })
    };
    json!({ "sold_out": of(sold_out), "over_quota": of(over_quota), "of_a_sale_must": 0.2 })
}

async fn rush(name: &str, on_tmpfs: bool, quick: bool, url: &str, server: &cpu::Server) {
    let time = Duration::from_millis(if quick { 2000 } else { 8000 });
    let usual = usual::Usual::new(url, CALLERS).await;
    let sqlite = ours::Ours::sqlite().await;
    let postgres = ours::Ours::postgres(url).await;
    let none = cpu::Server::none();
    let clients = if on_tmpfs { best_clients(&usual, time / 5, server).await } else { CALLERS };
    let (mut base, mut on_sqlite, mut on_postgres) = (Vec::new(), Vec::new(), Vec::new());
    let (mut sold_out, mut over_quota) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
    // In turn, so that a busy neighbour meets all.
    for _ in 0..3 {
        base.push(match on_tmpfs {
            true => usual.call_function(time, clients, server).await,
            false => usual.lock_row(time, clients, server).await,
        });
        on_sqlite.push(sqlite.sell(time, CALLERS, &none).await);
        on_postgres.push(postgres.sell(time, CALLERS, server).await);
        for (at, (of, server)) in [(&sqlite, &none), (&postgres, server)].into_iter().enumerate() {
            sold_out[at].push(of.refuse_sold_out(time / 4, CALLERS, server).await);
            over_quota[at].push(of.refuse_over_quota(time / 4, CALLERS, server).await);
        }
    }
    let audit = [usual.audit().await, sqlite.audit().await, postgres.audit().await];
    let sold = [&base, &on_sqlite, &on_postgres].map(|of| of.iter().map(|load| load.done).sum::<u64>());
    let (base, on_sqlite, on_postgres) = (middle(base), middle(on_sqlite), middle(on_postgres));
    let refusals = refusals([on_sqlite, on_postgres], sold_out.map(middle), over_quota.map(middle));
    let (must, must_postgres) = if on_tmpfs { (2.0, 2.0) } else { (20.0, 8.0) };
    let result = json!({
        "bench": name,
        "baseline": if on_tmpfs { "one call of a function" } else { "SELECT FOR UPDATE" },
        "baseline_clients": clients,
        "callers": CALLERS,
        "ours_cpu_us": round(on_sqlite.cpu_us),
        "baseline_cpu_us": round(base.cpu_us),
        "ratio": round(on_sqlite.per_s / base.per_s),
        "cpu_ratio": round(base.cpu_us / on_sqlite.cpu_us),
        "must": must,
        "aim": if on_tmpfs { 4.0 } else { 60.0 },
        "postgres_cpu_us": round(on_postgres.cpu_us),
        "postgres_ratio": round(on_postgres.per_s / base.per_s),
        "postgres_cpu_ratio": round(base.cpu_us / on_postgres.cpu_us),
        "postgres_must": must_postgres,
        "ours_per_s": on_sqlite.per_s.round(),
        "postgres_per_s": on_postgres.per_s.round(),
        "baseline_per_s": base.per_s.round(),
        "refusals": refusals,
        "sold": {"baseline": sold[0], "sqlite": sold[1], "postgres": sold[2]},
        "fsync_us": cpu::fsync_us(),
        "audit": if audit.iter().all(Result::is_ok) { "ok".to_owned() } else { format!("{audit:?}") },
    });
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
        Some(name @ "booking-rush") => rush(name, false, quick, &url, &server).await,
        Some(name @ "booking-rush-tmpfs") => rush(name, true, quick, &url, &server).await,
        _ => panic!("which bench? booking-rush or booking-rush-tmpfs"),
    }
}
