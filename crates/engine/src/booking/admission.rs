//! The door before the doors: how many claims of a city are decided at once, and what the others are told.
//!
//! What a city can decide is bounded by its disk, not by how many come. Up to so many claims go in at once; whoever comes
//! then takes a turn, is told how many stand before them and comes back with it. A turn is a number under our seal, bound
//! to one account, so nothing is kept of those who wait. While the queue is long, a new turn costs a little work or a
//! little patience ([`friction`]), so that a machine that asks a thousand times does a thousand times the work.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use capability::booking::{
    admission::{Place, Queue, Turn},
    friction,
};
use kernel::{CityId, Index, ServiceId, Timestamp};

use crate::{Citizen, Platform};

/// People are let in this often at most, as many as there is room for.
const LET_IN_MS: i64 = 50;
const TURN: &str = "booking.turn";
const FRICTION: &str = "booking.friction";

/// What a claim brings along from an earlier answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pass<'a> {
    pub turn: Option<&'a str>,
    pub challenge: Option<&'a str>,
    pub solution: Option<u64>,
}

/// What somebody is told who is not let in yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Waits {
    Queue {
        /// 0 is next.
        ahead: u64,
        /// `None` while it cannot be said.
        wait_s: Option<u64>,
        /// To be brought along.
        turn: String,
    },
    /// Solve this, or wait so long and bring it unsolved.
    Work { challenge: String, bits: u8, wait_s: i64 },
}

#[derive(Default)]
struct Door {
    queue: Queue,
    let_in_at: Option<Timestamp>,
}

#[derive(Default)]
struct Inside {
    door: Mutex<Door>,
    inside: AtomicUsize,
}

/// A door for each city.
#[derive(Default)]
pub(crate) struct Doors(Mutex<HashMap<CityId, Arc<Inside>>>);

/// Somebody is inside as long as this lives.
pub(crate) struct Entered(Arc<Inside>);

impl Drop for Entered {
    fn drop(&mut self) {
        self.0.inside.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Doors {
    fn of(&self, city: &CityId) -> Arc<Inside> {
        let mut doors = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(inside) = doors.get(city) {
            return Arc::clone(inside);
        }
        Arc::clone(doors.entry(city.clone()).or_default())
    }
}

impl Platform {
    /// Lets a claim in, or says what it waits for.
    pub(crate) fn enter(
        &self,
        citizen: &Citizen,
        city: &CityId,
        service: &ServiceId,
        pass: Pass<'_>,
    ) -> Result<Entered, Waits> {
        let (inside, now) = (self.inner.doors.of(city), self.now());
        let most = self.inner.limits.claims_at_once;
        let mut door = inside.door.lock().unwrap_or_else(PoisonError::into_inner);
        let room = most.saturating_sub(inside.inside.load(Ordering::Relaxed));
        if door.queue.waiting() > 0 {
            let due = door.let_in_at.is_none_or(|at| now.since_ms(at) >= LET_IN_MS || now < at);
            if due {
                door.queue.admit(room as u64, now);
                door.let_in_at = Some(now);
            }
        } else if room > 0 {
            return Ok(self.entered(&inside));
        }
        let turn = pass.turn.and_then(|text| self.read_turn(citizen, city, text));
        let turn = match turn.filter(|turn| door.queue.knows(*turn)) {
            Some(turn) => turn,
            None => {
                let bits = friction::bits(door.queue.waiting(), door.queue.rate_per_s());
                self.work_done(citizen, service, bits, pass, now)?;
                door.queue.enter()
            }
        };
        match door.queue.place(turn) {
            Place::In => Ok(self.entered(&inside)),
            Place::Waiting { ahead, wait_s } => {
                Err(Waits::Queue { ahead, wait_s, turn: self.write_turn(citizen, city, turn) })
            }
        }
    }

    fn entered(&self, inside: &Arc<Inside>) -> Entered {
        inside.inside.fetch_add(1, Ordering::Relaxed);
        Entered(Arc::clone(inside))
    }

    fn work_done(
        &self,
        citizen: &Citizen,
        service: &ServiceId,
        bits: u8,
        pass: Pass<'_>,
        now: Timestamp,
    ) -> Result<(), Waits> {
        if bits == 0 {
            return Ok(());
        }
        let key = self.inner.vault.secret(FRICTION, &citizen.account.0);
        let subject = format!("{}|{service}", citizen.account);
        let done = pass.challenge.is_some_and(|challenge| {
            friction::verify(&key, subject.as_bytes(), bits, challenge, pass.solution, now).is_ok()
        });
        if done {
            return Ok(());
        }
        let challenge = friction::issue(&key, subject.as_bytes(), bits, now);
        Err(Waits::Work { challenge, bits, wait_s: friction::wait_s(bits) })
    }

    fn turn_seal(&self, citizen: &Citizen, city: &CityId, number: u64) -> String {
        let Index(hash) = self.inner.vault.index(TURN, &format!("{city}|{}|{number}", citizen.account));
        hash[..8].iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn write_turn(&self, citizen: &Citizen, city: &CityId, turn: Turn) -> String {
        format!("{}.{}", turn.0, self.turn_seal(citizen, city, turn.0))
    }

    fn read_turn(&self, citizen: &Citizen, city: &CityId, text: &str) -> Option<Turn> {
        let (number, seal) = text.split_once('.')?;
        let number: u64 = number.parse().ok()?;
        identity::same(self.turn_seal(citizen, city, number).as_bytes(), seal.as_bytes()).then_some(Turn(number))
    }
}
