//! The model: claims in a list, questions answered by looking through all of them.

use capability::booking::{
    State,
    pool::{Door, Legs, Take},
};
use kernel::Timestamp;

pub struct Stock {
    pub capacity: u32,
    pub numbered: bool,
    pub legs: u8,
    pub shares: [u32; 3],
    pub stopped: bool,
}

#[derive(Clone, Debug)]
pub struct Wish {
    pub person: u64,
    pub pool: usize,
    pub take: Take,
}

pub struct Claim {
    /// What it was made with.
    pub n: u64,
    pub person: u64,
    pool: usize,
    door: Door,
    legs: Legs,
    count: u32,
    units: Vec<u32>,
    pub state: State,
    pub back_at: Option<Timestamp>,
    pub withdrawn: bool,
}

impl Claim {
    pub fn new(n: u64, wish: &Wish, units: Vec<u32>) -> Self {
        let Wish { person, pool, take } = wish;
        Self {
            n,
            person: *person,
            pool: *pool,
            door: take.door,
            legs: take.legs,
            count: take.count,
            units,
            state: State::Held,
            back_at: None,
            withdrawn: false,
        }
    }

    fn is_live(&self) -> bool {
        matches!(self.state, State::Held | State::Booked | State::Paid | State::CheckedIn)
    }

    fn is_used(&self) -> bool {
        self.is_live() || matches!(self.state, State::Done | State::NoShow)
    }

    /// Whether nobody else can have its units, on one of these legs.
    fn blocks(&self, pool: usize, legs: Legs) -> bool {
        let away = self.is_used() || self.back_at.is_some() || self.withdrawn;
        away && self.pool == pool && self.legs.from < legs.to && legs.from < self.legs.to
    }
}

pub struct Simple {
    pub stocks: Vec<Stock>,
    pub claims: Vec<Claim>,
}

impl Simple {
    pub fn on_leg(&self, pool: usize, leg: u8, door: Option<Door>) -> u32 {
        let leg = Legs { from: leg, to: leg + 1 };
        let counts = |claim: &&Claim| claim.blocks(pool, leg) && door.is_none_or(|door| claim.door == door);
        self.claims.iter().filter(counts).map(|claim| claim.count).sum()
    }

    fn room(&self, pool: usize, legs: Legs) -> u32 {
        let left = |leg| self.stocks[pool].capacity - self.on_leg(pool, leg, None);
        (legs.from..legs.to).map(left).min().unwrap_or(0)
    }

    fn share(&self, pool: usize, door: Door, legs: Legs) -> u32 {
        let share = self.stocks[pool].shares[Door::ALL.iter().position(|it| *it == door).expect("a door")];
        let left = |leg| share.saturating_sub(self.on_leg(pool, leg, Some(door)));
        (legs.from..legs.to).map(left).min().unwrap_or(0)
    }

    fn is_free(&self, pool: usize, unit: u32, legs: Legs) -> bool {
        !self.claims.iter().any(|claim| claim.blocks(pool, legs) && claim.units.contains(&unit))
    }

    fn free_units(&self, pool: usize, legs: Legs) -> Vec<u32> {
        (1..=self.stocks[pool].capacity).filter(|&unit| self.is_free(pool, unit, legs)).collect()
    }

    pub fn free(&self, pool: usize, door: Door, legs: Legs) -> u32 {
        if self.stocks[pool].stopped {
            return 0;
        }
        let room = self.room(pool, legs).min(self.share(pool, door, legs));
        if self.stocks[pool].numbered { room.min(self.free_units(pool, legs).len() as u32) } else { room }
    }

    /// Below this a pool cannot shrink.
    pub fn least(&self, pool: usize) -> u32 {
        let Stock { legs, .. } = self.stocks[pool];
        let taken = (0..legs).map(|leg| self.on_leg(pool, leg, None)).max().unwrap_or(0);
        let whole = Legs { from: 0, to: legs };
        let last = self.claims.iter().filter(|claim| claim.blocks(pool, whole)).flat_map(|claim| &claim.units).max();
        taken.max(last.copied().unwrap_or(0))
    }

    /// How many live claims a person has.
    pub fn live(&self, person: u64) -> usize {
        self.claims.iter().filter(|claim| claim.person == person && claim.is_live()).count()
    }

    /// The units, or the words of all rules that stand in the way; `instead` of a claim that is given up for it. Which of the
    /// words is said depends on what memory knows, so any of them is right.
    pub fn may_hold(&self, wish: &Wish, instead: Option<usize>) -> Result<Vec<u32>, Vec<&'static str>> {
        let Wish { person, pool, .. } = wish;
        let others = || {
            let all = self.claims.iter().enumerate();
            all.filter(|(at, claim)| claim.person == *person && Some(*at) != instead).map(|(_, claim)| claim)
        };
        let mut words = Vec::new();
        if others().filter(|claim| claim.pool == *pool && claim.is_used()).count() >= 2 {
            words.push("same_half_day");
        }
        if others().filter(|claim| claim.is_live()).count() >= 3 {
            words.push("over_quota");
        }
        match self.units(wish) {
            Ok(units) if words.is_empty() => Ok(units),
            Ok(_) => Err(words),
            Err(word) => {
                words.push(word);
                Err(words)
            }
        }
    }

    fn units(&self, Wish { pool, take, .. }: &Wish) -> Result<Vec<u32>, &'static str> {
        let stock = &self.stocks[*pool];
        if stock.stopped {
            return Err("stopped");
        }
        if take.legs.to > stock.legs {
            return Err("no_such_stop");
        }
        let (room, share) = (self.room(*pool, take.legs), self.share(*pool, take.door, take.legs));
        if take.count > room.min(share) {
            return Err(if share < room { "over_quota" } else { "sold_out" });
        }
        if !stock.numbered {
            return Ok(vec![]);
        }
        if take.chosen.is_empty() {
            let free = self.free_units(*pool, take.legs);
            return free.get(..take.count as usize).map(<[u32]>::to_vec).ok_or("sold_out");
        }
        for (at, unit) in take.chosen.iter().enumerate() {
            if !(1..=stock.capacity).contains(unit) {
                return Err("no_such_unit");
            }
            if !self.is_free(*pool, *unit, take.legs) || take.chosen[..at].contains(unit) {
                return Err("taken");
            }
        }
        Ok(take.chosen.clone())
    }
}
