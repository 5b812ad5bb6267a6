//! What people were told and how long it took them, second by second, from when they meant to ask.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

/// How an ask ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// A unit is theirs.
    Served,
    /// They were told their place in the queue.
    Told,
    /// They were told why not: sold out, has one already.
    Refused,
    /// Neither: an error, a closed connection, nothing within the time that anybody waits.
    Failed,
}

#[derive(Default)]
pub struct Second {
    pub served: u32,
    pub told: u32,
    pub refused: u32,
    pub failed: u32,
    /// Of what was served, in microseconds.
    served_us: Vec<u32>,
    all_us: Vec<u32>,
}

pub struct Tally {
    began: Instant,
    seconds: Vec<Second>,
    /// By status and code.
    pub kinds: BTreeMap<String, u64>,
    /// Sent later than meant because the generator had no time.
    pub late: u64,
    /// The longest line that anybody was told of.
    pub ahead_max: u64,
}

impl Tally {
    pub fn new(began: Instant) -> Self {
        Self { began, seconds: Vec::new(), kinds: BTreeMap::new(), late: 0, ahead_max: 0 }
    }

    /// In the second in which the answer came.
    pub fn add(&mut self, end: End, due: Instant, now: Instant) {
        let at = now.saturating_duration_since(self.began).as_secs() as usize;
        if self.seconds.len() <= at {
            self.seconds.resize_with(at + 1, Second::default);
        }
        let second = &mut self.seconds[at];
        let took = u32::try_from(now.saturating_duration_since(due).as_micros()).unwrap_or(u32::MAX);
        second.all_us.push(took);
        match end {
            End::Served => {
                second.served += 1;
                second.served_us.push(took);
            }
            End::Told => second.told += 1,
            End::Refused => second.refused += 1,
            End::Failed => second.failed += 1,
        }
    }

    pub fn kind(&mut self, status: u16, code: &str) {
        let name = if code.is_empty() { status.to_string() } else { format!("{status} {code}") };
        *self.kinds.entry(name).or_default() += 1;
    }

    /// Seconds of a stretch.
    pub fn between(&self, from: Duration, to: Duration) -> &[Second] {
        let at = |d: Duration| (d.as_secs_f64().round() as usize).min(self.seconds.len());
        &self.seconds[at(from)..at(to)]
    }
}

/// The value below which so many thousandths lie.
pub fn per_mille(values: &mut [u32], thousandths: usize) -> u32 {
    if values.is_empty() {
        return 0;
    }
    values.sort_unstable();
    values[((values.len() * thousandths).div_ceil(1000)).clamp(1, values.len()) - 1]
}

pub fn served(seconds: &[Second]) -> f64 {
    let sum: u64 = seconds.iter().map(|second| u64::from(second.served)).sum();
    sum as f64 / seconds.len().max(1) as f64
}

pub fn failed(seconds: &[Second]) -> u64 {
    seconds.iter().map(|second| u64::from(second.failed)).sum()
}

/// p99 of what was served, in milliseconds.
pub fn p99_ms<'a>(seconds: impl IntoIterator<Item = &'a Second>) -> f64 {
    let mut all: Vec<u32> = seconds.into_iter().flat_map(|second| second.served_us.iter().copied()).collect();
    f64::from(per_mille(&mut all, 990)) / 1000.0
}

pub fn sheet(seconds: &[Second]) -> Value {
    let of = |pick: fn(&Second) -> u32| seconds.iter().map(pick).collect::<Vec<_>>();
    let mut served_us: Vec<u32> = seconds.iter().flat_map(|second| second.served_us.iter().copied()).collect();
    let mut all_us: Vec<u32> = seconds.iter().flat_map(|second| second.all_us.iter().copied()).collect();
    json!({
        "served_each_second": of(|second| second.served),
        "told_their_place": of(|second| second.told).iter().map(|n| u64::from(*n)).sum::<u64>(),
        "refused": of(|second| second.refused).iter().map(|n| u64::from(*n)).sum::<u64>(),
        "failed": failed(seconds),
        "served_us": {"p50": per_mille(&mut served_us, 500), "p99": per_mille(&mut served_us, 990), "max": per_mille(&mut served_us, 1000)},
        "any_answer_us": {"p50": per_mille(&mut all_us, 500), "p99": per_mille(&mut all_us, 990), "max": per_mille(&mut all_us, 1000)},
    })
}
