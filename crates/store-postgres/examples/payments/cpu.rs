//! Processor time from `/proc`, and what an fsync costs here.

use std::{
    io::{Seek, Write},
    time::Instant,
};

/// A tick is 10 ms on every Linux that we run on.
const TICK_US: u64 = 10_000;

fn stat(pid: &str) -> Option<Vec<u64>> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in brackets may hold anything; after it come numbers, and one letter first.
    Some(stat.rsplit(')').next()?.split_whitespace().map(|field| field.parse().unwrap_or_default()).collect())
}

/// User and system time of this process so far.
pub fn own_us() -> u64 {
    stat("self").map_or(0, |stat| (stat[11] + stat[12]) * TICK_US)
}

/// A database server with its processes; or none.
pub struct Server(Option<u64>);

impl Server {
    pub const fn none() -> Self {
        Self(None)
    }

    /// The process that `cargo xtask bench` started and named.
    pub fn from_environment() -> Self {
        let pid = std::env::var("SHIMIN_TEST_POSTGRES_PID").ok().and_then(|pid| pid.parse().ok());
        Self(Some(pid.expect("SHIMIN_TEST_POSTGRES_PID: `cargo xtask bench` sets it")))
    }

    /// Of the server, of those of its processes that have ended, and of those that run.
    pub fn cpu_us(&self) -> u64 {
        let Some(server) = self.0 else { return 0 };
        let own = stat(&server.to_string()).map_or(0, |stat| stat[11] + stat[12] + stat[13] + stat[14]);
        let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        let children = processes.filter_map(|entry| {
            let stat = stat(entry.file_name().to_str().filter(|name| name.bytes().all(|b| b.is_ascii_digit()))?)?;
            (stat[1] == server).then(|| stat[11] + stat[12])
        });
        (own + children.sum::<u64>()) * TICK_US
    }
}

/// The median of a hundred, on the disk that the stores are on.
pub fn fsync_us() -> u64 {
    let path = std::env::temp_dir().join(format!("shimin-fsync-{}", std::process::id()));
    let mut file = std::fs::File::create(&path).expect("a file");
    let mut times: Vec<u64> = (0..100)
        .map(|_| {
            file.rewind().expect("rewinds");
            file.write_all(&[7; 4096]).expect("writes");
            let began = Instant::now();
            file.sync_data().expect("syncs");
            u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX)
        })
        .collect();
    drop(std::fs::remove_file(path));
    times.sort_unstable();
    times[times.len() / 2]
}
