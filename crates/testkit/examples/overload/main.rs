//! `cargo xtask overload [SECONDS] [TIMES] [ENGINE]`: many times more people come than can be served, by the clock and not
//! by the server's leave. First what the server can do, in a closed loop; then half of that, which is a normal day; then so
//! many times more for so many seconds; then half again. Prints one JSON object an engine, with a verdict for each part of
//! the bar; ends with 1 where one is not met.

mod count;
mod crowd;
mod machine;
mod neighbour;
mod wire;

use std::{
    collections::BTreeSet,
    process::ExitCode,
    rc::Rc,
    time::{Duration, Instant},
};

use engine::{DayState, Where};
use kernel::{CityId, Clock, Id, ServiceId, SystemClock};
use manifest::booking::BookingKind;
use serde_json::{Value, json};
use store::{City, PoolInfo, PoolsOf, SessionKind};
use testkit::{Engine, Grounds, Server, Town, TownConfig, settle};

use crate::{
    count::{failed, p99_ms, served, sheet},
    crowd::{Crowd, People, Stretch},
    machine::Cores,
    neighbour::Neighbour,
};

/// How long the server shows what it can do, with the better of two numbers of connections.
const CLOSED: Duration = Duration::from_secs(6);
const WARM: Duration = Duration::from_secs(2);
const CONNECTIONS: [usize; 2] = [64, 256];
/// A normal day, before and after.
const BEFORE: Duration = Duration::from_secs(8);
const AFTER: Duration = Duration::from_secs(15);
/// The bar.
const SUSTAINED: f64 = 0.8;
const NORMAL_AGAIN_S: usize = 5;
/// So many seconds in a row must be calm: one alone may be luck, and a machine has neighbours.
const CALM_S: usize = 3;

#[tokio::main]
async fn main() -> ExitCode {
    let number = |n: usize, otherwise| std::env::args().nth(n).and_then(|text| text.parse().ok()).unwrap_or(otherwise);
    let (seconds, times): (u64, f64) = (number(1, 30.0) as u64, number(2, 10.0));
    let only = std::env::args().nth(3);
    let people: usize =
        std::env::var("SHIMIN_OVERLOAD_PEOPLE").ok().and_then(|text| text.parse().ok()).unwrap_or(40_000);
    let lasts = Duration::from_secs(seconds);
    let met =
        |report: &Value| report["bar"].as_object().is_some_and(|bar| bar.values().all(|part| part["met"] == true));
    Engine::report(only, async |engine| overload(engine, people, lasts, times).await, met).await
}

async fn overload(engine: Engine, people: usize, lasts: Duration, times: f64) -> Value {
    let config = TownConfig::new(engine);
    let limits = config.limits.clone();
    let grounds = Grounds::new(&config).await;
    let data = grounds.data().to_owned();
    let town = Town::open(grounds, limits.clone()).await;
    let began = Instant::now();
    let now = town.platform.now();
    let (city, service) = tickets(&town);
    let (pools, claims) = days(&town, &city, &service).await;
    let area = town.catalogue().city(city.as_str()).expect("the city").city.code.clone();
    let tokens = settle(&town.stores, &data, &area, 0..people, SessionKind::Token, now).await;
    let home = settle(&town.stores, &data, &area, people..people + 1, SessionKind::Web, now).await.remove(0);
    eprintln!("{people} people for {} days, settled in {:?}", claims.len(), began.elapsed());
    let grounds = town.close().await;

    let cores = Cores::of_this_machine();
    let server = if cores.apart { Server::start_on(&grounds, cores.server) } else { Server::start(&grounds) };
    let mut processes = vec![server.pid()];
    if let (Engine::Postgres, Some(id)) = (engine, std::env::var("SHIMIN_TEST_POSTGRES_PID").ok()) {
        processes.extend(machine::family(id.parse().expect("a process")));
    }
    let host = server.url.trim_start_matches("http://").to_owned();
    let path = format!("/api/v1/cities/{city}/services/{service}/bookings");
    let list = format!("/api/v1/cities/{city}/bookings");
    let errand =
        Errand { host, path, list, home: format!("/{city}"), cookie: format!("shimin={home}"), tokens, claims };
    let run = Run { errand, lasts, times, processes, cores };
    let (mut report, told) = tokio::task::spawn_blocking(move || run.on_one_thread()).await.expect("the crowd");
    drop(server);
    let town = Town::open(grounds, limits).await;
    let cell = town.stores.city(&city).await.expect("the cell");
    let faults = audit(&cell, &pools, &told).await;
    report["bar"]["stock"] = json!({"met": faults.is_empty(), "acknowledged": told.len(), "faults": faults});
    report
}

/// The first service with tickets.
fn tickets(town: &Town) -> (CityId, ServiceId) {
    let catalogue = town.catalogue();
    let found = catalogue.cities.iter().find_map(|(city, pack)| {
        let mut services = pack.offers.keys().filter_map(|id| catalogue.service(pack, id.as_str()));
        let fits = |service: &&std::sync::Arc<manifest::Service>| {
            service.booking.as_ref().is_some_and(|one| one.kind == BookingKind::Ticket && one.parties == 1)
        };
        services.find(fits).map(|service| (city.clone(), service.id.clone()))
    });
    found.expect("a city that offers tickets")
}

/// The days of a place without bands that can be booked now, each with more tickets than anybody will buy, and the claim for each.
async fn days(town: &Town, city: &CityId, service: &ServiceId) -> (Vec<i64>, Vec<String>) {
    let cell = town.stores.city(city).await.expect("the cell");
    let (today, now) = (town.platform.now().date(), town.platform.now());
    let of = PoolsOf {
        service: service.clone(),
        place: None,
        resource: None,
        from_on: capability::booking::limit::plus_days(today, 1),
        to_on: capability::booking::limit::plus_days(today, 30),
    };
    let mut found: Vec<PoolInfo> = Vec::new();
    for _ in 0..600 {
        let pools = cell.pools(of.clone()).await.expect("pools");
        let banded = |info: &PoolInfo| {
            pools.iter().any(|other| other.pool.place == info.pool.place && other.pool.part != info.pool.part)
        };
        let place = pools.iter().find(|info| !banded(info)).map(|info| info.pool.place.clone());
        found = pools.iter().filter(|info| Some(&info.pool.place) == place.as_ref()).cloned().collect();
        if let Some(place) = &place {
            let at = Where { place, ..Where::default() };
            let days = town.platform.booking_days(city, service, at).await.expect("days");
            let open = days.iter().filter(|day| matches!(day.state, DayState::Open { .. })).map(|day| day.on);
            let open: BTreeSet<_> = open.collect();
            found.retain(|info| info.pool.starts_at > now && open.contains(&info.pool.on));
            if found.len() > 1 {
                break;
            }
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(!found.is_empty(), "pools are made");
    let (mut pools, mut claims) = (Vec::new(), Vec::new());
    for info in found {
        const PLENTY: u32 = 10_000_000;
        cell.resize_pool(info.number, PLENTY, [PLENTY; 3]).await.expect("answers").expect("nothing is taken yet");
        let claim = json!({"place": info.pool.place, "starts_at": info.pool.starts_at.rfc3339()}).to_string();
        pools.push(info.number);
        claims.push(claim.trim_end_matches('}').to_owned());
    }
    (pools, claims)
}

struct Errand {
    host: String,
    path: String,
    list: String,
    home: String,
    cookie: String,
    tokens: Vec<String>,
    claims: Vec<String>,
}

struct Run {
    errand: Errand,
    lasts: Duration,
    times: f64,
    processes: Vec<u32>,
    cores: Cores,
}

impl Run {
    /// The generator is one thread, as the server has one core.
    fn on_one_thread(self) -> (Value, BTreeSet<Id>) {
        if self.cores.apart {
            machine::pin(std::process::id(), self.cores.generator);
            for process in &self.processes {
                machine::pin(*process, self.cores.server);
            }
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        tokio::task::LocalSet::new().block_on(&runtime, self.phases())
    }

    async fn phases(self) -> (Value, BTreeSet<Id>) {
        let Errand { host, path, list, home, cookie, tokens, claims } = self.errand;
        let people = Rc::new(People::new(host.clone(), path, tokens, claims));
        Crowd::new(Rc::clone(&people)).look(&list).await;
        Crowd::new(Rc::clone(&people)).closed(CONNECTIONS[0], WARM).await;
        let mut best = Best::default();
        let mut closed = Vec::new();
        for connections in CONNECTIONS {
            let (crowd, cpu) = (Crowd::new(Rc::clone(&people)), machine::cpu_s(&self.processes));
            crowd.closed(connections, CLOSED).await;
            let tally = crowd.tally.borrow();
            let (seconds, cpu) = (tally.between(Duration::ZERO, CLOSED), machine::cpu_s(&self.processes) - cpu);
            let one = Best { per_s: served(seconds), cpu_us: cpu * 1e6 / (served(seconds) * CLOSED.as_secs_f64()) };
            closed.push(json!({"connections": connections, "served_per_s": one.per_s.round(),
                "cpu_us_each": one.cpu_us.round(), "p99_ms": p99_ms(seconds), "answers": tally.kinds}));
            if one.per_s > best.per_s {
                best = one;
            }
        }
        eprintln!("capacity {:.0}/s; now {:.0}/s for {:?}", best.per_s, best.per_s * self.times, self.lasts);
        let half = |lasts, leave| Stretch { rate: best.per_s / 2.0, lasts, leave };
        let rush = Stretch { rate: best.per_s * self.times, lasts: self.lasts, leave: false };
        let crowd = Crowd::new(Rc::clone(&people));
        let neighbour = Rc::new(Neighbour::default());
        let (beside, began) = (Rc::clone(&neighbour), Instant::now());
        let beside = tokio::task::spawn_local(async move { beside.look(&host, &home, &cookie).await });
        let own = [std::process::id()];
        let generator = machine::cpu_s(&own);
        let used =
            crowd.open(&[half(BEFORE, false), rush, half(AFTER, true)], || machine::cpu_s(&self.processes)).await;
        let generator = (machine::cpu_s(&own) - generator) / began.elapsed().as_secs_f64();
        neighbour.gone.set(true);
        beside.await.expect("the neighbour");
        let whole = (BEFORE + self.lasts + AFTER).as_secs_f64();
        let mut report = told(&crowd, &best, self.lasts, (used[2] - used[1]) * 1e6);
        report["closed"] = json!(closed);
        report["times"] = json!(self.times);
        report["cores"] = json!(if self.cores.apart { "server 0, generator 1" } else { "one core for both" });
        report["cpu_share"] = json!({"server": (used[3] - used[0]) / whole,
            "server_during": (used[2] - used[1]) / self.lasts.as_secs_f64(), "generator": generator});
        let home = |from: Duration, lasts: Duration| {
            let (p50, p99, missed) = neighbour.between(began + from, began + from + lasts);
            json!({"p50_ms": p50, "p99_ms": p99, "missed": missed})
        };
        report["home_page"] = json!({"before": home(Duration::ZERO, BEFORE), "during": home(BEFORE, self.lasts),
            "after": home(BEFORE + self.lasts, AFTER)});
        (report, people.told.borrow().clone())
    }
}

/// What the server can do.
#[derive(Default)]
struct Best {
    per_s: f64,
    cpu_us: f64,
}

/// What the crowd was told, against the bar.
fn told(crowd: &Crowd, best: &Best, lasts: Duration, cpu_us: f64) -> Value {
    let tally = crowd.tally.borrow();
    let (from, to) = (BEFORE, BEFORE + lasts);
    let (before, during, after) =
        (tally.between(Duration::ZERO, from), tally.between(from, to), tally.between(to, to + AFTER));
    // A second in which the loop warms up is no measure of a normal day.
    let normal = Normal { p99_ms: p99_ms(&before[1.min(before.len())..]), served: best.per_s / 2.0 };
    let (ratio, again) = (served(during) / best.per_s, normal.again(after));
    // Neighbours on the machine take time from both, and not in the same measure: so the ratio also by what was used.
    let by_cpu = served(during) * lasts.as_secs_f64() * best.cpu_us / cpu_us;
    json!({
        "load": machine::load(), "capacity_per_s": best.per_s.round(),
        "before": sheet(before), "during": sheet(during), "after": sheet(after),
        "p99_ms_each_second_after": after.iter().map(|second| p99_ms([second])).collect::<Vec<_>>(),
        "longest_line": tally.ahead_max, "answers": tally.kinds, "sent_late": tally.late,
        "bar": {
            "sustained": {"met": ratio >= SUSTAINED, "ratio": ratio, "ratio_by_cpu": by_cpu, "must": SUSTAINED},
            "place": {"met": failed(during) == 0, "without_an_answer": failed(during)},
            "normal_again": {"met": again.is_some_and(|s| s <= NORMAL_AGAIN_S), "after_s": again,
                "must_s": NORMAL_AGAIN_S, "normal_p99_ms": normal.p99_ms},
        },
    })
}

/// What a normal day is like.
struct Normal {
    p99_ms: f64,
    served: f64,
}

impl Normal {
    /// The second from which on everything is as before for a while: who comes is served, and as quickly.
    fn again(&self, after: &[count::Second]) -> Option<usize> {
        let calm = |second: &count::Second| {
            let quick = p99_ms([second]) <= (self.p99_ms * 2.0).max(self.p99_ms + 20.0);
            quick && second.told + second.failed == 0 && f64::from(second.served) >= self.served * 0.9
        };
        after.windows(CALM_S).position(|some| some.iter().all(calm))
    }
}

/// What people were told against what there is.
async fn audit(cell: &City, pools: &[i64], told: &BTreeSet<Id>) -> Vec<String> {
    let mut faults = Vec::new();
    let mut fault = |wrong: bool, what: String| faults.extend(wrong.then_some(what));
    let audit = cell.audit_stock().await.expect("an audit");
    fault(!audit.is_clean(), format!("the stock is not sound: {audit:?}"));
    let (mut ids, mut taken) = (BTreeSet::new(), 0);
    for pool in pools {
        let stock = cell.stock(&[*pool], SystemClock.now()).await.expect("stock").remove(0).expect("the pool");
        taken += stock.taken() as usize;
        let mut after = 0;
        loop {
            let page = cell.bookings_of_pool(*pool, after, 500).await.expect("bookings");
            let Some(last) = page.last() else { break };
            after = last.seq;
            ids.extend(page.iter().filter(|info| info.state.takes_stock()).map(|info| info.id));
        }
    }
    fault(ids.len() != taken, format!("{} bookings and {taken} units taken", ids.len()));
    let lost = told.difference(&ids).count();
    fault(lost > 0, format!("{lost} acknowledged bookings are gone"));
    faults
}
