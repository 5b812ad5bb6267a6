//! The door before the doors: how many claims of a city are decided at once, and what the others are told.
//!
//! What a city can decide is bounded by its disk and its processor, not by how many come. Up to so many claims go in at
//! once, and a few more stand at the door, so that nobody inside waits for the next one to come. Whoever comes then takes
//! a turn, is told how many are before them, and comes back with it. A turn is a number under our seal, bound to one
//! account, so nothing is kept of those who wait. While the queue is long, a turn costs a little work or a little patience
//! ([`friction`]), which is done while one waits anyway; a machine that takes a thousand turns does a thousand times the
//! work.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use capability::booking::{
    admission::{Came, Place, Queue, Turn},
    friction::{self, Challenge},
};
use kernel::{CityId, Timestamp};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{Citizen, Platform};

/// Nobody stands at the door for longer: they are told to come back, and keep their turn.
const STAND_MAX: Duration = Duration::from_secs(2);
const STANDING_MIN: usize = 8;
/// However long it takes, whoever waits hears this often how far the queue is.
const AGAIN_S_MAX: u64 = 60;
const TURN: &str = "booking.turn";

/// What a claim brings along from an earlier answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pass<'a> {
    pub turn: Option<&'a str>,
    pub solution: Option<u64>,
}

/// What somebody is told who is not let in yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waits {
    /// 0 is next.
    pub ahead: u64,
    /// Until their turn; `None` while it cannot be said.
    pub wait_s: Option<u64>,
    /// To be brought along.
    pub turn: String,
    /// The turn is a little sum of so many bits, to be solved meanwhile; 0: none.
    pub bits: u8,
    /// Whoever does not compute is let in after so many seconds, if it is their turn by then.
    pub unsolved_s: u64,
}

impl Waits {
    /// When to come back.
    #[must_use]
    pub fn again_s(&self) -> u64 {
        self.wait_s.unwrap_or(1).clamp(1, AGAIN_S_MAX)
    }
}

struct Door {
    queue: Mutex<Queue>,
    /// A place for each claim that is decided; who stands at the door waits for one, in the order of coming.
    places: Arc<Semaphore>,
    standing: AtomicUsize,
}

/// A door for each city.
#[derive(Default)]
pub(crate) struct Doors {
    of: Mutex<HashMap<CityId, Arc<Door>>>,
    key: OnceLock<friction::Key>,
}

/// Somebody is inside as long as this lives.
pub(crate) struct Entered(#[expect(dead_code, reason = "held, not read")] OwnedSemaphorePermit);

/// Somebody stands at the door as long as this lives.
struct Standing<'d>(&'d Door);

impl Drop for Standing<'_> {
    fn drop(&mut self) {
        self.0.standing.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What the door says at once.
enum Said {
    Entered(Entered),
    /// There will be a place in a moment. With the turn, for whoever has none by then.
    Stand(Ticket),
    Waits(Ticket, Place),
}

/// A turn, and the sum that it was given out with.
#[derive(Clone, Copy)]
struct Ticket {
    turn: Turn,
    challenge: Challenge,
}

impl Door {
    fn new(at_once: usize) -> Self {
        Self { queue: Mutex::default(), places: Arc::new(Semaphore::new(at_once)), standing: AtomicUsize::new(0) }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place, if one is free and nobody stands before it.
    fn free(&self) -> Option<Entered> {
        if self.standing.load(Ordering::Relaxed) > 0 {
            return None;
        }
        Arc::clone(&self.places).try_acquire_owned().ok().map(Entered)
    }

    fn knock(&self, standing_max: usize, known: Option<(Ticket, bool)>, now: Timestamp) -> Said {
        let mut queue = self.queue();
        queue.pass(now);
        let known = known.filter(|(ticket, _)| queue.knows(ticket.turn));
        let place = known.map(|(ticket, _)| queue.place(ticket.turn));
        if let Some(entered) = self.free() {
            queue.served(if place == Some(Place::In) { Came::ByTurn } else { Came::Between }, now);
            return Said::Entered(entered);
        }
        // Nobody stands there who is not served within a second or so.
        let standing_max = match usize::try_from(queue.rate_per_s()).unwrap_or(usize::MAX) {
            0 => standing_max,
            rate => standing_max.min(rate.max(STANDING_MIN)),
        };
        let room = self.standing.load(Ordering::Relaxed) < standing_max;
        let (ticket, place) = match (known, place) {
            (Some((ticket, true)), Some(Place::In)) if room => {
                self.standing.fetch_add(1, Ordering::Relaxed);
                return Said::Stand(ticket);
            }
            (Some((ticket, _)), Some(place)) => (ticket, place),
            _ => {
                let first = queue.waiting() == 0;
                let ticket = newcomer(&mut queue, now);
                if first && room {
                    queue.served(Came::Between, now);
                    self.standing.fetch_add(1, Ordering::Relaxed);
                    return Said::Stand(ticket);
                }
                (ticket, queue.place(ticket.turn))
            }
        };
        Said::Waits(ticket, place)
    }
}

impl Platform {
    fn door(&self, city: &CityId) -> Arc<Door> {
        let mut doors = self.inner.doors.of.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(door) = doors.get(city) {
            return Arc::clone(door);
        }
        let door = Arc::new(Door::new(self.inner.limits.claims_at_once));
        Arc::clone(doors.entry(city.clone()).or_insert(door))
    }

    /// Lets a claim in, or says what it waits for.
    pub(crate) async fn enter(&self, citizen: &Citizen, city: &CityId, pass: Pass<'_>) -> Result<Entered, Waits> {
        let (door, now) = (self.door(city), self.now());
        let known = pass.turn.and_then(|text| {
            let ticket = self.read_turn(citizen, city, text)?;
            Some((ticket, ticket.challenge.is_paid(text, pass.solution, now)))
        });
        let ticket = match door.knock(self.inner.limits.claims_standing, known, now) {
            Said::Entered(entered) => return Ok(entered),
            Said::Waits(ticket, place) => return Err(self.waits(citizen, city, ticket, place)),
            Said::Stand(ticket) => ticket,
        };
        let standing = Standing(&door);
        let place = tokio::time::timeout(STAND_MAX, Arc::clone(&door.places).acquire_owned()).await;
        drop(standing);
        if let Ok(Ok(place)) = place {
            door.queue().served(Came::ByTurn, self.now());
            return Ok(Entered(place));
        }
        Err(self.waits(citizen, city, ticket, Place::In))
    }

    /// How many of a city wait for their turn; `None` where nobody has come yet.
    pub(crate) fn queue_length(&self, city: &CityId) -> Option<u64> {
        self.known_door(city).map(|door| door.queue().waiting())
    }

    fn known_door(&self, city: &CityId) -> Option<Arc<Door>> {
        self.inner.doors.of.lock().unwrap_or_else(PoisonError::into_inner).get(city).cloned()
    }

    /// Whether whoever comes to a city now has to wait, which can be said before anything else is looked at.
    #[must_use]
    pub fn is_crowded(&self, city: &CityId) -> bool {
        // Where a place is free, nobody waits: what is sold out refuses at once.
        self.known_door(city).is_some_and(|door| door.places.available_permits() == 0 && door.queue().waiting() > 0)
    }

    /// What somebody is told whose turn has not come, at the price of a number under a seal; `None` for whoever may come in.
    #[must_use]
    pub fn told_to_wait(&self, citizen: &Citizen, city: &CityId, pass: Pass<'_>) -> Option<Waits> {
        let (door, now) = (self.door(city), self.now());
        let known = pass.turn.and_then(|text| self.read_turn(citizen, city, text));
        let (ticket, place) = {
            let mut queue = door.queue();
            queue.pass(now);
            let ticket = known.filter(|ticket| queue.knows(ticket.turn)).unwrap_or_else(|| newcomer(&mut queue, now));
            (ticket, queue.place(ticket.turn))
        };
        (place != Place::In).then(|| self.waits(citizen, city, ticket, place))
    }

    /// Where somebody stands who only looks; `None` when their turn has come, when a place is free anyway, or when it is no
    /// turn.
    #[must_use]
    pub fn place_in_queue(&self, citizen: &Citizen, city: &CityId, turn: &str) -> Option<Waits> {
        let ticket = self.read_turn(citizen, city, turn)?;
        let door = self.door(city);
        if door.places.available_permits() > 0 {
            return None;
        }
        let place = {
            let mut queue = door.queue();
            queue.pass(self.now());
            queue.knows(ticket.turn).then(|| queue.place(ticket.turn))?
        };
        (place != Place::In).then(|| self.waits(citizen, city, ticket, place))
    }

    /// What somebody with a turn is told.
    fn waits(&self, citizen: &Citizen, city: &CityId, ticket: Ticket, place: Place) -> Waits {
        let (ahead, wait_s) = match place {
            Place::Waiting { ahead, wait_s } => (ahead, wait_s),
            Place::In => (0, Some(1)),
        };
        let Ticket { turn, challenge } = ticket;
        let sealed = challenge.seal(self.turn_key(), &subject(citizen, city, turn));
        let unsolved_s = challenge.left_s(self.now());
        Waits { ahead, wait_s, turn: format!("{}.{sealed}", turn.0), bits: challenge.bits, unsolved_s }
    }

    fn read_turn(&self, citizen: &Citizen, city: &CityId, text: &str) -> Option<Ticket> {
        let (number, sealed) = text.split_once('.')?;
        let turn = Turn(number.parse().ok()?);
        let challenge = Challenge::open(self.turn_key(), &subject(citizen, city, turn), sealed)?;
        Some(Ticket { turn, challenge })
    }

    fn turn_key(&self) -> &friction::Key {
        let key = || friction::Key::new(&self.inner.vault.secret(TURN, &[]));
        self.inner.doors.key.get_or_init(key)
    }
}

/// The end of the queue.
fn newcomer(queue: &mut Queue, now: Timestamp) -> Ticket {
    // Before the pace is known nobody can say whether this is a rush.
    let bits = match queue.rate_per_s() {
        0 => 0,
        rate => friction::bits(queue.waiting(), rate),
    };
    Ticket { turn: queue.enter(now), challenge: Challenge { bits, at: now } }
}

/// Whom a turn is bound to.
fn subject(citizen: &Citizen, city: &CityId, turn: Turn) -> String {
    format!("{}|{city}|{}", citizen.account, turn.0)
}
