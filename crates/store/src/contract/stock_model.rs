//! Random operations beside a model that is too simple to be wrong: a list of claims that is counted anew at every question.
//! Among the operations are crashes, after which only what the disk holds is known, and callers who go away before they are
//! answered and ask again.
//!
//! `SHIMIN_STOCK_SEQUENCES` says how many sequences are played, `SHIMIN_STOCK_SEED` from which on; a failure names its own.

mod simple;

use capability::booking::{
    Event, Facts, State, TABLE,
    hold::Key,
    pool::{Door, Legs, Take},
};
use serde_json::json;

use self::simple::{Claim, Simple, Stock, Wish};
use super::{
    booking::{claim, facts_of, new_pool, person, plan, profile},
    *,
};
use crate::{AdvanceBooking, Carried, HeldBooking, Hold, HoldRefused, MoveBooking, NewPool, StockAudit};

const SEQUENCES: u64 = 150;
const SEQUENCES_FAR: u64 = 20;
const STEPS: u64 = 30;
const PERSONS: u64 = 4;

fn from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// One sequence: two pools of its own, some persons of its own.
struct Walk<'a> {
    opener: &'a Arc<dyn Opener>,
    stores: Arc<Stores>,
    city: City,
    rng: SeededRng,
    /// Ids, persons and resources of this sequence begin here.
    first: u64,
    next: u64,
    numbers: Vec<i64>,
    profile: Arc<capability::booking::Profile>,
    model: Simple,
    now: Timestamp,
}

fn resource(first: u64, pool: usize) -> String {
    format!("r{first}-{pool}")
}

/// The units, when both say that they are granted, and the same ones.
fn agreed(
    wish: &Wish,
    outcome: &Result<HeldBooking, HoldRefused>,
    expected: Result<Vec<u32>, Vec<&'static str>>,
) -> Option<Vec<u32>> {
    match (outcome, expected) {
        (Ok(held), Ok(units)) if held.taken[0].units == units => Some(units),
        (Err(HoldRefused::Refused(refusal)), Err(words)) if words.contains(&refusal.code()) => None,
        (outcome, expected) => panic!("{outcome:?} and not {expected:?} for {wish:?}"),
    }
}

impl Walk<'_> {
    fn below(&self, n: u64) -> u64 {
        self.rng.below(n)
    }

    fn wish(&self) -> Wish {
        let pool = self.below(2) as usize;
        let stock = &self.model.stocks[pool];
        let from = self.below(stock.legs.into()) as u8;
        let to = from + 1 + self.below(u64::from(stock.legs - from) + 1) as u8;
        let count = 1 + self.below(2) as u32;
        let door = Door::ALL[self.below(3) as usize];
        let number = || 1 + self.below(u64::from(stock.capacity) + 1) as u32;
        let chosen = if stock.numbered && self.below(2) == 0 { (0..count).map(|_| number()).collect() } else { vec![] };
        Wish { person: self.below(PERSONS), pool, take: Take { door, count, chosen, legs: Legs { from, to } } }
    }

    /// The claim of a wish, under the next number.
    fn hold(&mut self, wish: &Wish) -> Hold {
        self.next += 1;
        let (n, who) = (self.first + self.next, self.first + wish.person);
        let door = wish.take.door;
        let pools = vec![(self.numbers[wish.pool], wish.take.clone())];
        let hold = claim(n, who, &resource(self.first, wish.pool), 0, &self.profile);
        Hold { pools, door, at: self.now, messages: vec![], ..hold }
    }

    async fn claim(&mut self) {
        let wish = self.wish();
        let hold = self.hold(&wish);
        let n = self.first + self.next;
        let outcome = match self.below(4) {
            1 => {
                // The caller goes away and nobody knows what became of it; the repeat is told.
                let (city, lost) = (self.city.clone(), hold.clone());
                let caller = tokio::spawn(async move { drop(city.hold(lost).await) });
                for _ in 0..self.below(20) {
                    tokio::task::yield_now().await;
                }
                caller.abort();
                drop(caller.await);
                self.city.hold(hold).await.expect("store")
            }
            2 => {
                let first = self.city.hold(hold.clone()).await.expect("store");
                let again = self.city.hold(hold).await.expect("store");
                assert_eq!(first.is_ok(), again.is_ok(), "a repeat is told the same");
                first
            }
            _ => self.city.hold(hold).await.expect("store"),
        };
        self.compare(&wish, n, &outcome);
    }

    fn compare(&mut self, wish: &Wish, n: u64, outcome: &Result<HeldBooking, HoldRefused>) {
        if let Some(units) = agreed(wish, outcome, self.model.may_hold(wish, None)) {
            self.model.claims.push(Claim::new(n, wish, units));
        }
    }

    /// Several at once, in one batch: as if one after the other.
    async fn claim_together(&mut self) {
        let wishes: Vec<Wish> = (0..=self.below(4)).map(|_| self.wish()).collect();
        let mut holds = Vec::new();
        let mut numbers = Vec::new();
        for wish in &wishes {
            holds.push(self.hold(wish));
            numbers.push(self.first + self.next);
        }
        let outcomes = self.city.hold_all(holds).await.expect("store");
        for ((wish, n), outcome) in wishes.iter().zip(numbers).zip(&outcomes) {
            self.compare(wish, n, outcome);
        }
    }

    /// Something that can happen to one of the bookings happens to it.
    async fn advance(&mut self) {
        let Some(at) = self.some_claim() else { return };
        let claim = &self.model.claims[at];
        let events: Vec<(Event, State)> = TABLE
            .iter()
            .filter(|(from, event, _)| *from == claim.state && *event != Event::Moved)
            .map(|row| (row.1, row.2))
            .collect();
        if events.is_empty() {
            return;
        }
        let (_, state) = events[self.below(events.len() as u64) as usize];
        let booking = facts_of(&self.city, claim.n).await;
        assert_eq!(booking.facts.state, claim.state, "the store keeps what was decided");
        let facts = Facts { state, ..booking.facts.clone() };
        let mut advance = AdvanceBooking::to(booking.id, booking.version, facts, self.now);
        let gives_up = !state.takes_stock();
        if gives_up && state == State::Refused && self.below(2) == 0 {
            advance.withdraw = true;
        } else if gives_up {
            advance.release = Some(self.now.plus_s(60 * self.below(3).cast_signed()));
        }
        let stale = AdvanceBooking { version: booking.version - 1, ..advance.clone() };
        assert_eq!(self.city.advance_booking(stale).await, Ok(false));
        assert_eq!(self.city.advance_booking(advance.clone()).await, Ok(true));
        let claim = &mut self.model.claims[at];
        claim.state = state;
        claim.back_at = advance.release.filter(|&back_at| back_at > self.now);
        claim.withdrawn = advance.withdraw;
    }

    fn some_claim(&self) -> Option<usize> {
        let count = self.model.claims.len() as u64;
        (count > 0).then(|| self.below(count) as usize)
    }

    async fn exchange(&mut self) {
        let Some(at) = self.some_claim() else { return };
        let old = &self.model.claims[at];
        if !matches!(old.state, State::Booked | State::Paid) {
            return;
        }
        let wish = Wish { person: old.person, ..self.wish() };
        let to = self.hold(&wish);
        let n = self.first + self.next;
        let booking = facts_of(&self.city, self.model.claims[at].n).await;
        let facts = Facts { state: State::Moved, ..booking.facts.clone() };
        let back_at = self.now.plus_s(60 * self.below(2).cast_signed());
        let from = AdvanceBooking::to(booking.id, booking.version, facts, self.now);
        let from = AdvanceBooking { release: Some(back_at), ..from };
        let carried = Carried { paid: kernel::Money::ZERO, payment: None, moves: 1 };
        let outcome = self.city.move_booking(MoveBooking { from, to, carried }).await.expect("store");
        if let Some(units) = agreed(&wish, &outcome, self.model.may_hold(&wish, Some(at))) {
            let old = &mut self.model.claims[at];
            old.state = State::Moved;
            old.back_at = (back_at > self.now).then_some(back_at);
            self.model.claims.push(Claim::new(n, &wish, units));
        }
    }

    async fn edit(&mut self) {
        let pool = self.below(2) as usize;
        if self.below(12) == 0 {
            let stopped = self.city.stop_pool(self.numbers[pool]).await.expect("store");
            assert_eq!(stopped, !std::mem::replace(&mut self.model.stocks[pool].stopped, true));
            return;
        }
        let (capacity, online) = (self.below(6) as u32, self.below(6) as u32);
        let outcome = self.city.resize_pool(self.numbers[pool], capacity, [online, 9, 9]).await.expect("store");
        let least = self.model.least(pool);
        assert_eq!(outcome.map_err(|below| below.least), if capacity < least { Err(least) } else { Ok(()) });
        if outcome.is_ok() {
            let stock = &mut self.model.stocks[pool];
            (stock.capacity, stock.shares) = (capacity, [online, 9, 9]);
        }
    }

    async fn time_passes(&mut self) {
        self.now = self.now.plus_s(self.below(60).cast_signed());
        loop {
            if self.city.return_units(self.now, 1 + self.below(3) as u32).await.expect("store").is_empty() {
                break;
            }
        }
        for claim in &mut self.model.claims {
            claim.back_at = claim.back_at.filter(|&back_at| back_at > self.now);
        }
    }

    /// Nothing is left but what was committed.
    async fn crash(&mut self) {
        self.stores = open(self.opener).await;
        self.city = lakeside(&self.stores).await;
    }

    async fn step(&mut self) {
        match self.below(20) {
            0..=7 => self.claim().await,
            8 | 9 => self.claim_together().await,
            10..=14 => self.advance().await,
            15 => self.exchange().await,
            16 => self.edit().await,
            17 | 18 => self.time_passes().await,
            _ => self.crash().await,
        }
    }

    /// Everything that can be asked is answered as the model answers.
    async fn agrees(&self) {
        let stock = self.city.stock(&self.numbers, self.now).await.expect("store");
        for (pool, stock) in stock.iter().enumerate() {
            let stock = stock.as_ref().expect("planned");
            let info = self.city.pool(self.numbers[pool]).await.expect("store").expect("planned");
            let doors = [0, 1, 2].map(|door| {
                (0..self.model.stocks[pool].legs).map(|leg| self.model.on_leg(pool, leg, Some(Door::ALL[door]))).max()
            });
            assert_eq!(info.taken.map(Some), doors, "pool {pool}");
            for door in Door::ALL {
                for from in 0..self.model.stocks[pool].legs {
                    for to in from + 1..=self.model.stocks[pool].legs {
                        let legs = Legs { from, to };
                        assert_eq!(stock.free(*door, legs), self.model.free(pool, *door, legs), "{door:?} {legs:?}");
                    }
                }
            }
        }
        let live_key = Key { text: "section/lakeside-clinic/eyes/live".into(), max: 3, until_on: None };
        for who in 0..PERSONS {
            let live = self.city.used_of(&person(self.first + who), &live_key).await;
            assert_eq!(live.map(usize::from), Ok(self.model.live(who)));
        }
        let mut audit = StockAudit::default();
        self.city.audit_pools(&self.numbers, &mut audit).await.expect("store");
        assert!(audit.is_clean(), "{audit:?}");
    }
}

async fn play(opener: &Arc<dyn Opener>, stores: Arc<Stores>, seed: u64) -> Arc<Stores> {
    let city = lakeside(&stores).await;
    let (rng, first) = (SeededRng::new(seed), 1_000_000 + 1000 * seed);
    let legs = 1 + rng.below(3) as u8;
    let mut numbers = Vec::new();
    let mut stocks = Vec::new();
    for pool in 0..2 {
        let shares = [if rng.below(2) == 0 { u32::MAX } else { rng.below(4) as u32 }, 9, 9];
        let new = NewPool {
            numbered: rng.below(2) == 0,
            legs,
            shares,
            ..new_pool(&resource(first, pool), 1 + rng.below(4) as u32)
        };
        stocks.push(Stock { capacity: new.capacity, numbered: new.numbered, legs, shares, stopped: false });
        numbers.push(plan(&city, new).await);
    }
    let quota = json!({
        "quota": [{ "of": "resource", "per": "half-day", "max": 2 }, { "of": "section", "per": "live", "max": 3 }],
        // At the counter and by phone from the same hour on.
        "on_site": { "at": "00:00", "days_from": 0, "days_to": 30 },
    });
    let model = Simple { stocks, claims: vec![] };
    let profile = profile(&quota);
    let mut walk = Walk { opener, stores, city, rng, first, next: 0, numbers, profile, model, now: NOON };
    for _ in 0..STEPS {
        walk.step().await;
        walk.agrees().await;
    }
    walk.stores
}

pub async fn random_operations_follow_the_model_of_the_stock(opener: Arc<dyn Opener>) {
    let first = from_environment("SHIMIN_STOCK_SEED").unwrap_or(0);
    let mut stores = open(&opener).await;
    // Where every question is a way to a server and back, the normal run is shorter.
    let usual = if lakeside(&stores).await.engine().is_alone() { SEQUENCES } else { SEQUENCES_FAR };
    let sequences = from_environment("SHIMIN_STOCK_SEQUENCES").unwrap_or(usual);
    for seed in first..first + sequences {
        let (opener, of) = (Arc::clone(&opener), Arc::clone(&stores));
        let played = tokio::spawn(async move { play(&opener, of, seed).await }).await;
        stores = played.unwrap_or_else(|cause| panic!("SHIMIN_STOCK_SEED={seed} SHIMIN_STOCK_SEQUENCES=1: {cause}"));
    }
}
