//! What machines read about this process, in the text format of Prometheus. Counters only grow; nothing here names a
//! person, and a route is named by its pattern, so that no id ends up in a label.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::{
        Mutex, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use engine::{Asking, CellLoad};

/// Counters of one process.
#[derive(Default)]
pub struct Meter {
    /// By pattern of the route. A request that was met before is counted without waiting for others and without a copy.
    requests: RwLock<BTreeMap<String, BTreeMap<Answered, Requests>>>,
    watched: Mutex<Vec<Watched>>,
}

/// Door, method and status of requests to one route that are counted together.
type Answered = (&'static str, &'static str, u16);

struct Watched {
    name: &'static str,
    help: &'static str,
    read: Box<dyn Fn() -> u64 + Send + Sync>,
}

#[derive(Default)]
struct Requests {
    count: AtomicU64,
    micros: AtomicU64,
}

impl Requests {
    fn add(&self, took: Duration) {
        self.count.fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

/// Routes are a table of ours, and this is more than it will ever have; beyond it they are counted together, so that
/// memory stays bounded whatever happens.
const ROUTES_MAX: usize = 1_024;

/// The methods that have a count of their own. A stranger may call with any word.
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

impl Meter {
    /// Counts a request that was answered.
    pub fn request(&self, door: &'static str, method: &str, route: &str, status: u16, took: Duration) {
        let method = METHODS.into_iter().find(|known| *known == method).unwrap_or("other");
        let key = (door, method, status);
        {
            let requests = self.requests.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(met) = requests.get(route).and_then(|of_route| of_route.get(&key)) {
                return met.add(took);
            }
        }
        let mut requests = self.requests.write().unwrap_or_else(PoisonError::into_inner);
        let route = if requests.len() < ROUTES_MAX || requests.contains_key(route) { route } else { "other" };
        requests.entry(route.to_owned()).or_default().entry(key).or_default().add(took);
    }

    /// Shows a number that somebody else counts, under a name that ends in `_total` if it only grows.
    pub fn watch(&self, name: &'static str, help: &'static str, read: impl Fn() -> u64 + Send + Sync + 'static) {
        let watched = Watched { name, help, read: Box::new(read) };
        self.watched.lock().unwrap_or_else(PoisonError::into_inner).push(watched);
    }

    pub(crate) fn render(&self, health: &[connector::Health], askings: &[Asking], cells: &[CellLoad]) -> String {
        let mut text = String::with_capacity(4_096);
        text.push_str("# HELP shimin_requests_total Requests answered.\n# TYPE shimin_requests_total counter\n");
        let requests = self.requests.read().unwrap_or_else(PoisonError::into_inner);
        let each = || requests.iter().flat_map(|(route, of_route)| of_route.iter().map(move |entry| (route, entry)));
        for (route, ((door, method, status), entry)) in each() {
            let _ = writeln!(
                text,
                "shimin_requests_total{{door=\"{door}\",method=\"{method}\",route=\"{}\",status=\"{status}\"}} {}",
                escape(route),
                entry.count.load(Ordering::Relaxed)
            );
        }
        text.push_str(
            "# HELP shimin_request_seconds_total Time spent on answering.\n# TYPE shimin_request_seconds_total counter\n",
        );
        for (route, ((door, method, status), entry)) in each() {
            let micros = entry.micros.load(Ordering::Relaxed);
            let _ = writeln!(
                text,
                "shimin_request_seconds_total{{door=\"{door}\",method=\"{method}\",route=\"{}\",status=\"{status}\"}} {}.{:06}",
                escape(route),
                micros / 1_000_000,
                micros % 1_000_000
            );
        }
        drop(requests);
        for one in self.watched.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let kind = if one.name.ends_with("_total") { "counter" } else { "gauge" };
            let _ = writeln!(text, "# HELP {0} {1}\n# TYPE {0} {kind}\n{0} {2}", one.name, one.help, (one.read)());
        }
        text.push_str("# HELP shimin_department_state 1 for the state in which a department is.\n");
        text.push_str("# TYPE shimin_department_state gauge\n");
        for one in health {
            let city = one.scope.as_ref().map_or("", |city| city.as_str());
            let state = match one.state {
                connector::HealthState::Unknown => "unknown",
                connector::HealthState::Up => "up",
                connector::HealthState::Shaky => "shaky",
                connector::HealthState::Down => "down",
            };
            let _ = writeln!(
                text,
                "shimin_department_state{{city=\"{city}\",department=\"{}\",state=\"{state}\"}} 1",
                one.department
            );
        }
        questions(&mut text, askings);
        stores(&mut text, cells);
        if let Some(bytes) = resident_bytes() {
            text.push_str("# HELP process_resident_memory_bytes Memory in use.\n");
            text.push_str("# TYPE process_resident_memory_bytes gauge\n");
            let _ = writeln!(text, "process_resident_memory_bytes {bytes}");
        }
        text
    }
}

fn questions(text: &mut String, askings: &[Asking]) {
    text.push_str("# HELP shimin_questions_total Questions to departments, by what came of them.\n");
    text.push_str("# TYPE shimin_questions_total counter\n");
    for Asking { city, department, outcome, count } in askings {
        let city = city.as_ref().map_or("", |city| city.as_str());
        let _ = writeln!(
            text,
            "shimin_questions_total{{city=\"{city}\",department=\"{department}\",outcome=\"{outcome}\"}} {count}"
        );
    }
}

/// A gauge or counter of a cell: name, help, and how it is read.
type OfCell = (&'static str, &'static str, fn(&CellLoad) -> Option<u64>);

const OF_CELL: [OfCell; 5] = [
    ("shimin_store_commits_total", "Commits.", |cell| Some(cell.load.commits)),
    ("shimin_store_jobs_total", "Writes in those commits: so many share one.", |cell| Some(cell.load.jobs)),
    ("shimin_store_waiting", "Writes that wait for the writer now.", |cell| Some(cell.load.waiting)),
    ("shimin_outbox_messages", "Messages that are not delivered yet.", |cell| cell.outbox),
    ("shimin_claims_waiting", "Claims that were told to come back with their turn.", |cell| cell.queue),
];

fn stores(text: &mut String, cells: &[CellLoad]) {
    for (name, help, read) in OF_CELL {
        let kind = if name.ends_with("_total") { "counter" } else { "gauge" };
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
        for cell in cells {
            if let Some(value) = read(cell) {
                let _ = writeln!(text, "{name}{{cell=\"{}\"}} {value}", cell.cell);
            }
        }
    }
}

fn escape(label: &str) -> String {
    label.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// Linux only; elsewhere the line is left out.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_are_written_as_prometheus_reads_them() {
        let meter = Meter::default();
        meter.request("api", "GET", "/api/v1/cities", 200, Duration::from_micros(1_500));
        meter.request("api", "GET", "/api/v1/cities", 200, Duration::from_micros(500));
        meter.request("web", "GET", "/\"odd\"", 404, Duration::ZERO);
        meter.watch("shimin_commits_total", "Commits.", || 7);
        let asking = Asking {
            city: kernel::CityId::parse("lakeside"),
            department: kernel::DepartmentId::parse("harbour-office").expect("an id"),
            outcome: "timed_out",
            count: 3,
        };
        let load = engine::StoreLoad { commits: 2, jobs: 5, waiting: 0 };
        let cell = CellLoad { cell: "lakeside".into(), load, outbox: Some(1), queue: Some(3) };
        let text = meter.render(&[], &[asking], &[cell]);
        let asked = "shimin_questions_total{city=\"lakeside\",department=\"harbour-office\",outcome=\"timed_out\"} 3\n";
        assert!(text.contains(asked), "{text}");
        for line in [
            "shimin_store_commits_total{cell=\"lakeside\"} 2\n",
            "shimin_store_jobs_total{cell=\"lakeside\"} 5\n",
            "shimin_outbox_messages{cell=\"lakeside\"} 1\n",
        ] {
            assert!(text.contains(line), "{line}{text}");
        }
        let described = include_str!("../../../docs/metrics.md");
        for name in text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()) {
            assert!(
                name == "shimin_commits_total" || described.contains(&format!("`{name}`")),
                "docs/metrics.md: {name}"
            );
        }
        assert!(text.contains("# TYPE shimin_commits_total counter\nshimin_commits_total 7\n"), "{text}");
        let labels = "door=\"api\",method=\"GET\",route=\"/api/v1/cities\",status=\"200\"";
        assert!(text.contains(&format!("shimin_requests_total{{{labels}}} 2\n")), "{text}");
        assert!(text.contains(&format!("shimin_request_seconds_total{{{labels}}} 0.002000\n")), "{text}");
        assert!(text.contains("route=\"/\\\"odd\\\"\""), "{text}");
        assert!(text.ends_with('\n'));
    }
}
