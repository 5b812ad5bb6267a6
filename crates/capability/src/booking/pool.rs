//! A stock pool: so many units, each over one or more legs, and how many of them are taken.
//!
//! The one thing that must never be wrong here is that more is taken than there is. The store keeps the same figures in
//! a row whose constraint says so; this is the arithmetic beside it, the mirror from which refusals are answered without
//! asking the disk, and the thing that a hundred thousand random operations are compared with.
//!
//! A unit may be numbered (a seat, a doctor's number) or not (a ticket). A leg is the way between two stops: a seat sold
//! from the first to the third stop is free again from the third. What is not a journey has one leg.

use serde::{Deserialize, Serialize};

use super::refusal::{Refusal, Which};
use crate::words;

pub use super::rule::coach::LEGS_MAX;

/// By which door a claim comes. A pool may keep units for the counter, for those who have no phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Door {
    Online,
    OnSite,
    Phone,
}
words!(Door {
    Online = "online",
    OnSite = "on-site",
    Phone = "phone",
});

/// From one stop to another, counted in legs: the second is not included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Legs {
    pub from: u8,
    pub to: u8,
}

impl Legs {
    /// All there is of what is not a journey.
    pub const ONE: Self = Self { from: 0, to: 1 };

    /// One bit per leg.
    fn mask(self) -> u64 {
        let upto = |n: u8| if n >= 64 { u64::MAX } else { (1 << n) - 1 };
        upto(self.to) & !upto(self.from)
    }
}

/// What is asked of a pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Take {
    pub door: Door,
    pub count: u32,
    /// These numbers and no others. Empty: whichever are free, the lowest first.
    pub chosen: Vec<u32>,
    pub legs: Legs,
}

impl Take {
    #[must_use]
    pub const fn any(door: Door, count: u32) -> Self {
        Self { door, count, chosen: Vec::new(), legs: Legs::ONE }
    }
}

/// What was taken, and is given back as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    pub door: Door,
    pub count: u32,
    /// The numbers, counted from 1; empty in a pool without.
    pub units: Vec<u32>,
    pub legs: Legs,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool {
    capacity: u32,
    stopped: bool,
    /// The most that may be taken through each door, in the order of [`Door::ALL`].
    shares: [u32; 3],
    /// By leg, and by door in it.
    taken: Vec<[u32; 3]>,
    /// Per number, the legs on which it is taken. `None`: units have no numbers.
    units: Option<Vec<u64>>,
}

const fn place(door: Door) -> usize {
    door as usize
}

impl Pool {
    /// Units without numbers.
    #[must_use]
    pub fn counted(capacity: u32) -> Self {
        Self { capacity, stopped: false, shares: [u32::MAX; 3], taken: vec![[0; 3]], units: None }
    }

    /// Units with the numbers 1 to `capacity`.
    #[must_use]
    pub fn numbered(capacity: u32) -> Self {
        Self { units: Some(vec![0; capacity as usize]), ..Self::counted(capacity) }
    }

    /// The same pool for a journey.
    #[must_use]
    pub fn over_legs(self, legs: u8) -> Self {
        Self { taken: vec![[0; 3]; usize::from(legs.clamp(1, LEGS_MAX))], ..self }
    }

    /// The same pool, of which at most so many may be taken through a door.
    #[must_use]
    pub fn with_share(mut self, door: Door, max: u32) -> Self {
        self.shares[place(door)] = max;
        self
    }

    #[must_use]
    pub const fn capacity(&self) -> u32 {
        self.capacity
    }

    /// As it was kept: how much is taken by leg and door, and for numbered units each number with a leg on which it is
    /// taken. What lies outside of the pool is passed over; whoever kept it compares.
    #[must_use]
    pub fn restored(
        capacity: u32,
        shares: [u32; 3],
        taken: Vec<[u32; 3]>,
        units: Option<impl IntoIterator<Item = (u32, u8)>>,
    ) -> Self {
        let units = units.map(|used| {
            let mut words = vec![0_u64; capacity as usize];
            for (number, leg) in used {
                if let Some(word) = number.checked_sub(1).and_then(|at| words.get_mut(at as usize)) {
                    *word |= Legs { from: leg, to: leg + 1 }.mask();
                }
            }
            words
        });
        Self { capacity, stopped: false, shares, taken, units }
    }

    #[must_use]
    pub const fn is_stopped(&self) -> bool {
        self.stopped
    }

    #[must_use]
    pub const fn is_numbered(&self) -> bool {
        self.units.is_some()
    }

    /// The most that may be taken through each door, in the order of [`Door::ALL`].
    #[must_use]
    pub const fn shares(&self) -> [u32; 3] {
        self.shares
    }

    /// Other shares. What was taken through a door stays taken, also if it is more than its share is now.
    pub const fn share_out(&mut self, shares: [u32; 3]) {
        self.shares = shares;
    }

    /// By leg, and by door in it.
    #[must_use]
    pub fn taken_by_leg(&self) -> &[[u32; 3]] {
        &self.taken
    }

    /// Taken through each door, on the leg that is fullest for it.
    #[must_use]
    pub fn taken_by_door(&self) -> [u32; 3] {
        [0, 1, 2].map(|door| self.taken.iter().map(|leg| leg[door]).max().unwrap_or(0))
    }

    /// Taken on the fullest leg.
    #[must_use]
    pub fn taken(&self) -> u32 {
        self.taken.iter().map(|leg| leg.iter().sum()).max().unwrap_or(0)
    }

    /// Called off: nothing can be taken any more, everything can be given back.
    pub const fn stop(&mut self) {
        self.stopped = true;
    }

    fn legs(&self, legs: Legs) -> Option<&[[u32; 3]]> {
        self.taken.get(usize::from(legs.from)..usize::from(legs.to)).filter(|legs| !legs.is_empty())
    }

    /// How many could still be taken through a door on these legs, and whether it is the door's share that says so.
    fn room(&self, door: Door, legs: &[[u32; 3]]) -> (u32, bool) {
        let all = legs.iter().map(|leg| leg.iter().sum::<u32>()).max().unwrap_or(0);
        let its = legs.iter().map(|leg| leg[place(door)]).max().unwrap_or(0);
        let (free, share) = (self.capacity.saturating_sub(all), self.shares[place(door)].saturating_sub(its));
        (free.min(share), share < free)
    }

    /// How many can be had through a door on these legs. Numbered units have to be free on all of them at once.
    #[must_use]
    pub fn free(&self, door: Door, legs: Legs) -> u32 {
        let Some(counts) = self.legs(legs).filter(|_| !self.stopped) else { return 0 };
        let (room, _) = self.room(door, counts);
        match &self.units {
            None => room,
            Some(_) => room.min(u32::try_from(self.free_units(legs).count()).unwrap_or(u32::MAX)),
        }
    }

    /// Something can be had through a door, on some leg at least.
    #[must_use]
    pub fn has_room(&self, door: Door) -> bool {
        let legs = u8::try_from(self.taken.len()).unwrap_or(LEGS_MAX);
        (0..legs).any(|from| self.free(door, Legs { from, to: from + 1 }) > 0)
    }

    /// The numbers that are free on all these legs, the lowest first. None in a pool without numbers.
    pub fn free_units(&self, legs: Legs) -> impl Iterator<Item = u32> + '_ {
        let mask = legs.mask();
        let units = self.units.iter().flatten().zip(1u32..);
        units.filter(move |(unit, _)| **unit & mask == 0).map(|(_, number)| number)
    }

    /// What would be taken, without taking it.
    pub fn check(&self, take: &Take) -> Result<Taken, Refusal> {
        if self.stopped {
            return Err(Refusal::Stopped);
        }
        let counts = self.legs(take.legs).ok_or(Refusal::NoSuchStop)?;
        let (room, by_share) = self.room(take.door, counts);
        if take.count == 0 || take.count > room {
            return Err(match by_share {
                true => Refusal::OverQuota { which: Which::Door(take.door), max: self.shares[place(take.door)] },
                false => Refusal::SoldOut { free: room },
            });
        }
        let units = if self.units.is_some() { self.pick(take)? } else { Vec::new() };
        Ok(Taken { door: take.door, count: take.count, units, legs: take.legs })
    }

    fn pick(&self, take: &Take) -> Result<Vec<u32>, Refusal> {
        let units = self.units.as_deref().unwrap_or_default();
        if take.chosen.is_empty() {
            let picked: Vec<u32> = self.free_units(take.legs).take(take.count as usize).collect();
            let free = u32::try_from(picked.len()).unwrap_or(u32::MAX);
            return if free < take.count { Err(Refusal::SoldOut { free }) } else { Ok(picked) };
        }
        for (i, &number) in take.chosen.iter().enumerate() {
            let unit = number.checked_sub(1).and_then(|at| units.get(at as usize));
            match unit {
                None => return Err(Refusal::NoSuchUnit { unit: number }),
                Some(unit) if unit & take.legs.mask() != 0 || take.chosen[..i].contains(&number) => {
                    return Err(Refusal::Taken { unit: number });
                }
                Some(_) => {}
            }
        }
        // So many people, so many seats: another number of them is a request for none that exists.
        match u32::try_from(take.chosen.len()) {
            Ok(count) if count == take.count => Ok(take.chosen.clone()),
            _ => Err(Refusal::NoSuchUnit { unit: 0 }),
        }
    }

    pub fn take(&mut self, take: &Take) -> Result<Taken, Refusal> {
        let taken = self.check(take)?;
        self.put(&taken, true);
        Ok(taken)
    }

    /// Gives back what was taken. Giving back something else, or twice, changes nothing and answers `false`.
    pub fn give_back(&mut self, taken: &Taken) -> bool {
        let Some(counts) = self.legs(taken.legs) else { return false };
        let counted = counts.iter().all(|leg| leg[place(taken.door)] >= taken.count);
        let mask = taken.legs.mask();
        let numbered = match &self.units {
            None => taken.units.is_empty(),
            Some(units) => taken.units.iter().all(|number| {
                let unit = number.checked_sub(1).and_then(|at| units.get(at as usize));
                unit.is_some_and(|unit| unit & mask == mask)
            }),
        };
        if counted && numbered {
            self.put(taken, false);
        }
        counted && numbered
    }

    fn put(&mut self, taken: &Taken, take: bool) {
        for leg in &mut self.taken[usize::from(taken.legs.from)..usize::from(taken.legs.to)] {
            let count = &mut leg[place(taken.door)];
            *count = if take { *count + taken.count } else { *count - taken.count };
        }
        let mask = taken.legs.mask();
        for &number in &taken.units {
            if let Some(unit) = self.units.as_mut().and_then(|units| units.get_mut(number as usize - 1)) {
                *unit = if take { *unit | mask } else { *unit & !mask };
            }
        }
    }

    /// More or fewer units. Fewer than are taken cannot be; the answer says how many that is.
    pub fn resize(&mut self, capacity: u32) -> Result<(), BelowTaken> {
        let last = self.units.as_deref().unwrap_or_default().iter().rposition(|unit| *unit != 0).map_or(0, |at| at + 1);
        let least = self.taken().max(u32::try_from(last).unwrap_or(u32::MAX));
        if capacity < least {
            return Err(BelowTaken { least });
        }
        if let Some(units) = &mut self.units {
            units.resize(capacity as usize, 0);
        }
        self.capacity = capacity;
        Ok(())
    }
}

/// A pool cannot shrink below what is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at least {least} units are in use")]
pub struct BelowTaken {
    pub least: u32,
}

/// Takes from several pools or from none: a day's quota and a band's, a seat and its place in the vehicle.
pub fn take_all(pools: &mut [(&mut Pool, Take)]) -> Result<Vec<Taken>, Refusal> {
    let mut all = Vec::with_capacity(pools.len());
    for at in 0..pools.len() {
        let (pool, take) = &mut pools[at];
        match pool.take(take) {
            Ok(taken) => all.push(taken),
            Err(refusal) => {
                for ((pool, _), taken) in pools.iter_mut().zip(&all) {
                    pool.give_back(taken);
                }
                return Err(refusal);
            }
        }
    }
    Ok(all)
}
