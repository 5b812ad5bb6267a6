//! Sittings cut into numbered slots, and the slots that are nearest to one that is gone. For any face: no words, no
//! layout.

use jiff::civil::Time;
use kernel::{Date, Timestamp};

use super::limit::{self, MINUTE_MS};

/// No one waits longer than this for their own number: what the national rules of 2023 ask of hospitals.
pub const SLOT_MINUTES_MAX: u16 = 30;

/// A half-day of one doctor or window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sitting {
    pub on: Date,
    pub from: Time,
    pub to: Time,
    /// How many can be seen.
    pub numbers: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Counted from 1: the number of the unit in the pool.
    pub number: u16,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
}

impl Sitting {
    /// The numbers with the time for which each is called: spread evenly on whole minutes, none longer than half an
    /// hour. More numbers than minutes share theirs. Empty for a sitting that ends before it begins.
    #[must_use]
    pub fn slots(&self) -> Vec<Slot> {
        let (from, to) = (limit::at(self.on, self.from), limit::at(self.on, self.to));
        let minutes = to.since_ms(from) / MINUTE_MS;
        let numbers = i64::from(self.numbers);
        let slot = |number: u16| {
            let at = |n: i64| n * minutes / numbers;
            let starts = at(i64::from(number) - 1);
            let ends = at(i64::from(number)).max(starts + 1).min(starts + i64::from(SLOT_MINUTES_MAX)).min(minutes);
            Slot { number, starts_at: from.plus_ms(starts * MINUTE_MS), ends_at: from.plus_ms(ends * MINUTE_MS) }
        };
        if minutes > 0 { (1..=self.numbers).map(slot).collect() } else { Vec::new() }
    }
}

/// Slots that a page shows as one: at most half an hour together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub first: u16,
    pub last: u16,
    pub free: u16,
}

/// Gathers slots, in their order, into periods.
#[must_use]
pub fn periods(slots: &[Slot], is_free: impl Fn(u16) -> bool) -> Vec<Period> {
    let mut periods: Vec<Period> = Vec::new();
    for slot in slots {
        let free = u16::from(is_free(slot.number));
        match periods.last_mut() {
            Some(last) if slot.ends_at.since_ms(last.starts_at) <= i64::from(SLOT_MINUTES_MAX) * MINUTE_MS => {
                last.ends_at = slot.ends_at;
                last.last = slot.number;
                last.free += free;
            }
            _ => periods.push(Period {
                starts_at: slot.starts_at,
                ends_at: slot.ends_at,
                first: slot.number,
                last: slot.number,
                free,
            }),
        }
    }
    periods
}

/// The free slots nearest to a wanted time that have not begun, nearest first; of two as near, the earlier one.
#[must_use]
pub fn nearest(wanted_at: Timestamp, free: &[Slot], now: Timestamp, count: usize) -> Vec<Slot> {
    let mut ahead: Vec<Slot> = free.iter().filter(|slot| slot.starts_at > now).copied().collect();
    ahead.sort_by_key(|slot| (slot.starts_at.0.abs_diff(wanted_at.0), slot.starts_at, slot.number));
    ahead.truncate(count);
    ahead
}
