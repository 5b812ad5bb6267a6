//! The pools in memory: what pages read, and what refuses most claims of a rush without a queue, a row or a disk.
//!
//! Every entry names the turn of its pool. A commit that changes a pool says which turn that was: the next one after what is
//! remembered is followed, an older one is known already, and a later one means that something was missed, after which the
//! entry counts for nothing until it is read again. So the memory may be behind, and never mistaken about where it is.
//!
//! With several processes on one database a commit of another one is not heard of. There, an entry is trusted for
//! [`TRUSTED_MS`] after it was looked at.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use capability::booking::{
    pool::{Pool, Taken},
    slot::Slot,
};
use kernel::{Id, Timestamp};

/// How long an entry is believed where somebody else may write too.
const TRUSTED_MS: i64 = 200;
/// After so many pools were learned, those that are over are forgotten.
const SWEEP: usize = 4096;
/// How long after its end a pool is remembered: whoever repeats a request does it within the day.
const OVER_MS: i64 = 24 * 3600 * 1000;

struct Entry {
    turn: i64,
    /// The highest turn that was heard of.
    heard: i64,
    pool: Arc<Pool>,
    ends_at: Timestamp,
    /// When it was last known to be what the database holds.
    seen_at: Timestamp,
    /// Whatever was ever taken from it was taken here, so that `granted` is complete.
    ours: bool,
    /// The claims that were granted here.
    granted: HashSet<Id>,
}

impl Entry {
    const fn is_current(&self) -> bool {
        self.turn >= self.heard
    }
}

/// How a pool stands at a turn.
pub(crate) struct Stand {
    pub(crate) number: i64,
    /// The turn from which memory went on to this one; `None` for what was read.
    pub(crate) from: Option<i64>,
    pub(crate) turn: i64,
    pub(crate) pool: Arc<Pool>,
    /// Nothing had ever happened to it when it was read.
    pub(crate) was_new: bool,
    pub(crate) ends_at: Timestamp,
}

#[derive(Default)]
struct Memory {
    pools: HashMap<i64, Entry>,
    /// What persons use up: the first slots of keys of which they have as many as they may.
    full: HashMap<Slot, Timestamp>,
    learned: usize,
}

/// What memory says of a claim's pool.
pub(crate) enum Known<'a> {
    /// Nothing that can be relied on.
    Nothing,
    /// How it stands. `repeat`: whether the claim may be the repeat of one that was granted.
    Pool { pool: &'a Pool, repeat: Repeat },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Repeat {
    No,
    /// Memory does not go back far enough: the kept outcomes say.
    Perhaps,
    Yes,
}

/// Cloned freely; clones share the memory.
#[derive(Clone)]
pub(crate) struct Mirror(Arc<Inner>);

struct Inner {
    memory: RwLock<Memory>,
    /// Nobody else writes.
    alone: bool,
}

/// A view of the memory while something is decided.
pub(crate) struct View<'a> {
    memory: RwLockReadGuard<'a, Memory>,
    mirror: &'a Mirror,
}

impl Mirror {
    pub(crate) fn new(alone: bool) -> Self {
        Self(Arc::new(Inner { memory: RwLock::default(), alone }))
    }

    fn read(&self) -> RwLockReadGuard<'_, Memory> {
        self.0.memory.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Memory> {
        self.0.memory.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn view(&self) -> View<'_> {
        View { memory: self.read(), mirror: self }
    }

    /// A pool for a page.
    pub(crate) fn pool(&self, number: i64, now: Timestamp) -> Option<Arc<Pool>> {
        self.view().trusted(number, now).map(|entry| Arc::clone(&entry.pool))
    }

    /// A pool at a turn, for whoever decides inside a transaction.
    pub(crate) fn at_turn(&self, number: i64, turn: i64) -> Option<(Arc<Pool>, Timestamp)> {
        let memory = self.read();
        let entry = memory.pools.get(&number).filter(|entry| entry.turn == turn)?;
        Some((Arc::clone(&entry.pool), entry.ends_at))
    }

    /// Learns how a pool stands, unless something newer is known, and answers with what is known then.
    pub(crate) fn put(&self, stand: Stand, now: Timestamp) -> Arc<Pool> {
        let Stand { number, from, turn, pool, was_new, ends_at } = stand;
        let mut memory = self.write();
        let entry = memory.pools.entry(number).or_insert_with(|| Entry {
            turn,
            heard: turn,
            ours: was_new,
            pool: Arc::clone(&pool),
            ends_at,
            seen_at: Timestamp(i64::MIN),
            granted: HashSet::new(),
        });
        if entry.turn < turn {
            // What we did not do ourselves, somebody else did; where nobody else writes, it was us.
            entry.ours &= self.0.alone || from == Some(entry.turn);
            (entry.turn, entry.pool, entry.ends_at) = (turn, pool, ends_at);
        }
        entry.heard = entry.heard.max(turn);
        if entry.turn == turn {
            entry.seen_at = entry.seen_at.max(now);
        }
        let known = Arc::clone(&entry.pool);
        memory.learned += 1;
        if memory.learned >= SWEEP {
            memory.learned = 0;
            memory.pools.retain(|_, entry| entry.ends_at.plus_ms(OVER_MS) > now);
            memory.full.retain(|_, ends_at| ends_at.plus_ms(OVER_MS) > now);
        }
        known
    }

    /// A pool was changed by something else than a claim: it is read again when it is wanted.
    pub(crate) fn changed(&self, number: i64, turn: i64) {
        if let Some(entry) = self.write().pools.get_mut(&number) {
            entry.heard = entry.heard.max(turn);
        }
    }

    /// Something came back.
    pub(crate) fn given_back(&self, number: i64, turn: i64, back: &[Taken]) {
        let mut memory = self.write();
        let Some(entry) = memory.pools.get_mut(&number) else { return };
        if entry.turn + 1 == turn {
            let pool = Arc::make_mut(&mut entry.pool);
            if back.iter().all(|taken| pool.give_back(taken)) {
                entry.turn = turn;
            } else {
                // Half of it may be given back by now: an entry of no turn is one that must be read.
                entry.turn = i64::MIN;
            }
        }
        entry.heard = entry.heard.max(turn);
    }

    /// A batch of claims was committed: how the pools stand now, which claims it granted, and which persons' keys are used
    /// up.
    pub(crate) fn granted(
        &self,
        pools: impl IntoIterator<Item = Stand>,
        granted: impl IntoIterator<Item = (i64, Id)>,
        full: impl IntoIterator<Item = (Slot, Timestamp)>,
        now: Timestamp,
    ) {
        for stand in pools {
            self.put(stand, now);
        }
        let mut memory = self.write();
        for (number, id) in granted {
            if let Some(entry) = memory.pools.get_mut(&number) {
                entry.granted.insert(id);
            }
        }
        if self.0.alone {
            memory.full.extend(full);
        }
    }

    /// Persons have keys free again.
    pub(crate) fn freed(&self, slots: &[Slot]) {
        let mut memory = self.write();
        for slot in slots {
            memory.full.remove(&slot.with(0));
        }
    }

    /// Nothing is remembered any more.
    pub(crate) fn forget(&self) {
        *self.write() = Memory::default();
    }
}

impl View<'_> {
    /// What can be relied on at a moment.
    fn trusted(&self, number: i64, now: Timestamp) -> Option<&Entry> {
        let fresh = |entry: &Entry| self.mirror.0.alone || (0..TRUSTED_MS).contains(&now.since_ms(entry.seen_at));
        self.memory.pools.get(&number).filter(|entry| entry.is_current() && fresh(entry))
    }

    /// What is known of a pool for a claim made at a moment.
    pub(crate) fn known(&self, number: i64, claim: Id, now: Timestamp) -> Known<'_> {
        let Some(entry) = self.trusted(number, now) else { return Known::Nothing };
        let repeat = match entry.granted.contains(&claim) {
            true => Repeat::Yes,
            false if !entry.ours => Repeat::Perhaps,
            false => Repeat::No,
        };
        Known::Pool { pool: &entry.pool, repeat }
    }

    /// Whether a person is known to have as many of a key as they may.
    pub(crate) fn is_full(&self, first: &Slot) -> bool {
        self.memory.full.contains_key(first)
    }
}
