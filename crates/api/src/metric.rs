//! What machines read about this process, in the text format of Prometheus. Counters only grow; nothing here names a
//! person, and a route is named by its pattern, so that no id ends up in a label.

use std::{collections::BTreeMap, fmt::Write as _, sync::Mutex, time::Duration};

/// Counters of one process.
#[derive(Default)]
pub struct Meter {
    requests: Mutex<BTreeMap<Answered, Requests>>,
    watched: Mutex<Vec<Watched>>,
}

/// Door, method, route pattern and status of requests that are counted together.
type Answered = (&'static str, String, String, u16);

struct Watched {
    name: &'static str,
    help: &'static str,
    read: Box<dyn Fn() -> u64 + Send + Sync>,
}

#[derive(Clone, Copy, Default)]
struct Requests {
    count: u64,
    micros: u64,
}

/// Buckets that could not be told apart any more than this are counted together, so that memory stays bounded.
const ROUTES_MAX: usize = 4_096;

impl Meter {
    /// Counts a request that was answered.
    pub fn request(&self, door: &'static str, method: &str, route: &str, status: u16, took: Duration) {
        let mut requests = self.requests.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let key = if requests.len() < ROUTES_MAX {
            (door, method.to_owned(), route.to_owned(), status)
        } else {
            (door, "other".to_owned(), "other".to_owned(), status)
        };
        let entry = requests.entry(key).or_default();
        entry.count += 1;
        entry.micros += u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    }

    /// Shows a number that somebody else counts, under a name that ends in `_total` if it only grows.
    pub fn watch(&self, name: &'static str, help: &'static str, read: impl Fn() -> u64 + Send + Sync + 'static) {
        let watched = Watched { name, help, read: Box::new(read) };
        self.watched.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(watched);
    }

    pub(crate) fn render(&self, health: &[connector::Health]) -> String {
        let mut text = String::with_capacity(4_096);
        text.push_str("# HELP shimin_requests_total Requests answered.\n# TYPE shimin_requests_total counter\n");
        let requests = self.requests.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        for ((door, method, route, status), entry) in &requests {
            let _ = writeln!(
                text,
                "shimin_requests_total{{door=\"{door}\",method=\"{}\",route=\"{}\",status=\"{status}\"}} {}",
                escape(method),
                escape(route),
                entry.count
            );
        }
        text.push_str(
            "# HELP shimin_request_seconds_total Time spent on answering.\n# TYPE shimin_request_seconds_total counter\n",
        );
        for ((door, method, route, status), entry) in &requests {
            let _ = writeln!(
                text,
                "shimin_request_seconds_total{{door=\"{door}\",method=\"{}\",route=\"{}\",status=\"{status}\"}} {}.{:06}",
                escape(method),
                escape(route),
                entry.micros / 1_000_000,
                entry.micros % 1_000_000
            );
        }
        for one in self.watched.lock().unwrap_or_else(std::sync::PoisonError::into_inner).iter() {
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
        if let Some(bytes) = resident_bytes() {
            text.push_str("# HELP process_resident_memory_bytes Memory in use.\n");
            text.push_str("# TYPE process_resident_memory_bytes gauge\n");
            let _ = writeln!(text, "process_resident_memory_bytes {bytes}");
        }
        text
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
        let text = meter.render(&[]);
        assert!(text.contains("# TYPE shimin_commits_total counter\nshimin_commits_total 7\n"), "{text}");
        let labels = "door=\"api\",method=\"GET\",route=\"/api/v1/cities\",status=\"200\"";
        assert!(text.contains(&format!("shimin_requests_total{{{labels}}} 2\n")), "{text}");
        assert!(text.contains(&format!("shimin_request_seconds_total{{{labels}}} 0.002000\n")), "{text}");
        assert!(text.contains("route=\"/\\\"odd\\\"\""), "{text}");
        assert!(text.ends_with('\n'));
    }
}
