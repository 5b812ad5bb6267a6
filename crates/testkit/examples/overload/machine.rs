//! Cores and what they did: the server and its database on one, the generator on another.

use std::{fs, process::Command};

/// The kernel counts in these.
const TICKS_PER_S: f64 = 100.0;

/// Where the two sides run; one core for both where the machine has no more.
pub struct Cores {
    pub server: usize,
    pub generator: usize,
    pub apart: bool,
}

impl Cores {
    pub fn of_this_machine() -> Self {
        let apart = std::thread::available_parallelism().is_ok_and(|count| count.get() > 1);
        Self { server: 0, generator: usize::from(apart), apart }
    }
}

/// A process with all its threads.
pub fn pin(process: u32, core: usize) {
    let pinned = Command::new("taskset")
        .args(["--all-tasks", "--cpu-list", "--pid", &core.to_string(), &process.to_string()])
        .stdout(std::process::Stdio::null())
        .status();
    assert!(pinned.is_ok_and(|status| status.success()), "taskset (util-linux) moves process {process} to core {core}");
}

/// PostgreSQL's server with the processes that it has by now; those that it starts later stay where it is.
pub fn family(process: u32) -> Vec<u32> {
    let children = fs::read_dir("/proc").into_iter().flatten().flatten().filter_map(|entry| {
        let id: u32 = entry.file_name().to_str()?.parse().ok()?;
        (stat(id)?.get(1)?.parse::<u32>().ok()? == process).then_some(id)
    });
    children.chain([process]).collect()
}

/// The fields of `stat` from the third on, which follow the name in brackets.
fn stat(process: u32) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, rest) = text.rsplit_once(") ")?;
    Some(rest.split(' ').map(str::to_owned).collect())
}

/// User and system time of some processes, in seconds.
pub fn cpu_s(processes: &[u32]) -> f64 {
    let of = |process: &u32| {
        let fields = stat(*process)?;
        Some(fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?)
    };
    processes.iter().filter_map(of).sum::<f64>() / TICKS_PER_S
}

/// The load of the machine in the last minute, by which a reader judges the figures.
pub fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or_default().to_owned()
}
