//! The model: claims in a list, questions answered by looking through all of them.

use super::{
    super::{
        super::pool::{Door, Legs},
        Command, State, Timestamp,
    },
    HOUR_MS, PRICE, Pay, START, ends_at,
};

pub struct Claim {
    person: usize,
    door: Door,
    legs: Legs,
    count: u32,
    units: Vec<u32>,
    pub state: State,
    pub until_at: Timestamp,
    extended: bool,
    pub paid: bool,
    /// Given up, and not back in the pool; or never to come back.
    away: bool,
}

pub struct Wish<'a> {
    pub person: usize,
    pub door: Door,
    pub count: u32,
    pub chosen: &'a [u32],
    pub legs: Legs,
}

pub struct Simple {
    pub capacity: u32,
    pub legs: u8,
    pub numbered: bool,
    online_max: u32,
    pay: Pay,
    live: bool,
    pub stopped: bool,
    pub claims: Vec<Claim>,
    /// Who cancelled, and when.
    cancels: Vec<(usize, Timestamp)>,
}

impl Claim {
    fn is_live(&self) -> bool {
        matches!(self.state, State::Held | State::Booked | State::Paid | State::CheckedIn)
    }

    fn is_used(&self) -> bool {
        self.is_live() || matches!(self.state, State::Done | State::NoShow)
    }

    fn touches(&self, legs: Legs) -> bool {
        (self.is_used() || self.away) && self.legs.from < legs.to && legs.from < self.legs.to
    }

    pub fn paid_back(&self) -> bool {
        self.paid && matches!(self.state, State::Cancelled | State::Stopped | State::Refused)
    }
}

impl Simple {
    pub fn new(capacity: u32, legs: u8, numbered: bool, online_max: u32, pay: Pay, live: bool) -> Self {
        let (claims, cancels) = (Vec::new(), Vec::new());
        Self { capacity, legs, numbered, online_max, pay, live, stopped: false, claims, cancels }
    }

    /// On one leg, by one door or by all.
    fn on_leg(&self, leg: u8, door: Option<Door>) -> u32 {
        let leg = Legs { from: leg, to: leg + 1 };
        let counted = |claim: &&Claim| claim.touches(leg) && door.is_none_or(|door| claim.door == door);
        self.claims.iter().filter(counted).map(|claim| claim.count).sum()
    }

    pub fn sold(&self) -> u32 {
        (0..self.legs).map(|leg| self.on_leg(leg, None)).max().unwrap_or(0)
    }

    fn room(&self, legs: Legs) -> u32 {
        (legs.from..legs.to).map(|leg| self.capacity - self.on_leg(leg, None)).min().unwrap_or(0)
    }

    fn share(&self, door: Door, legs: Legs) -> u32 {
        if door != Door::Online {
            return u32::MAX;
        }
        let left = |leg| self.online_max.saturating_sub(self.on_leg(leg, Some(door)));
        (legs.from..legs.to).map(left).min().unwrap_or(0)
    }

    fn is_free(&self, unit: u32, legs: Legs) -> bool {
        !self.claims.iter().any(|claim| claim.touches(legs) && claim.units.contains(&unit))
    }

    fn free_units(&self, legs: Legs) -> Vec<u32> {
        (1..=self.capacity).filter(|&unit| self.is_free(unit, legs)).collect()
    }

    pub fn free(&self, door: Door, legs: Legs) -> u32 {
        if self.stopped {
            return 0;
        }
        let room = self.room(legs).min(self.share(door, legs));
        if self.numbered { room.min(self.free_units(legs).len() as u32) } else { room }
    }

    pub fn in_use(&self, person: usize) -> usize {
        let uses = |claim: &&Claim| claim.person == person && if self.live { claim.is_live() } else { claim.is_used() };
        self.claims.iter().filter(uses).count()
    }

    /// The units, or the word of the refusal.
    pub fn hold(&mut self, wish: &Wish<'_>, now: Timestamp) -> Result<Vec<u32>, &'static str> {
        let units = self.may_hold(wish, now)?;
        self.claims.push(Claim {
            person: wish.person,
            door: wish.door,
            legs: wish.legs,
            count: wish.count,
            units: units.clone(),
            state: State::Held,
            until_at: now.plus_s(900).min(ends_at()),
            extended: false,
            paid: false,
            away: false,
        });
        Ok(units)
    }

    fn may_hold(&self, wish: &Wish<'_>, now: Timestamp) -> Result<Vec<u32>, &'static str> {
        let at_counter = wish.door == Door::OnSite;
        if now >= if at_counter { ends_at() } else { START } {
            return Err("too_late");
        }
        if at_counter && now < START.plus_ms(-9 * HOUR_MS) {
            return Err("too_early");
        }
        let by_them = |(person, at): &&(usize, Timestamp)| *person == wish.person && at.date() <= now.date();
        if !at_counter && self.cancels.iter().filter(by_them).count() >= 2 {
            return Err("blocked_until");
        }
        if self.in_use(wish.person) > 0 {
            return Err(if self.live { "one_live_booking_per_matter" } else { "same_half_day" });
        }
        if self.stopped {
            return Err("stopped");
        }
        let (room, share) = (self.room(wish.legs), self.share(wish.door, wish.legs));
        if wish.count > room.min(share) {
            return Err(if share < room { "over_quota" } else { "sold_out" });
        }
        if !self.numbered {
            return Ok(Vec::new());
        }
        if wish.chosen.is_empty() {
            let mut free = self.free_units(wish.legs);
            free.truncate(wish.count as usize);
            return if free.len() < wish.count as usize { Err("sold_out") } else { Ok(free) };
        }
        for (i, unit) in wish.chosen.iter().enumerate() {
            if *unit == 0 || *unit > self.capacity {
                return Err("no_such_unit");
            }
            if !self.is_free(*unit, wish.legs) || wish.chosen[..i].contains(unit) {
                return Err("taken");
            }
        }
        Ok(wish.chosen.to_vec())
    }

    pub fn command(&mut self, at: usize, command: &Command, now: Timestamp) -> Result<(), &'static str> {
        let pay = self.pay;
        let claim = &mut self.claims[at];
        let booked = matches!(claim.state, State::Booked | State::Paid);
        let held = claim.state == State::Held;
        let in_time = now < claim.until_at;
        let no = match claim.state {
            State::Expired => Err("hold_expired"),
            State::Stopped => Err("stopped"),
            _ => Err("wrong_state"),
        };
        let to = match command {
            Command::Extend | Command::Confirm | Command::Paid { .. } if held && !in_time => {
                return Err("hold_expired");
            }
            Command::Extend if held && claim.extended => return Err("already_extended"),
            Command::Extend if held => {
                claim.extended = true;
                claim.until_at = claim.until_at.plus_s(300).min(ends_at());
                return Ok(());
            }
            Command::Confirm if held && pay == Pay::Upfront => return Err("payment_needed"),
            Command::Confirm if held => State::Booked,
            Command::Paid { amount, .. } if held || claim.state == State::Booked => {
                if *amount != PRICE {
                    return Err("wrong_amount");
                }
                claim.paid = true;
                State::Paid
            }
            Command::Decline { .. } if held => return Err("no_such_party"),
            Command::Cancel if held => State::Cancelled,
            Command::Cancel if booked && now >= START => return Err("too_late"),
            Command::Cancel if booked => {
                self.cancels.push((claim.person, now));
                State::Cancelled
            }
            Command::Expire if held && in_time => return Err("not_yet"),
            Command::Expire if held => State::Expired,
            Command::CheckIn if matches!(claim.state, State::CheckedIn | State::Done) => return Err("already_used"),
            Command::CheckIn if claim.state == State::Booked && pay != Pay::Never => return Err("payment_needed"),
            Command::CheckIn if booked && now < START.plus_ms(-HOUR_MS / 2) => return Err("not_yet"),
            Command::CheckIn if booked && now >= ends_at() => return Err("too_late"),
            Command::CheckIn if booked => State::CheckedIn,
            Command::Finish if claim.state == State::CheckedIn => State::Done,
            Command::Miss if booked && now < ends_at() => return Err("not_yet"),
            Command::Miss if booked => State::NoShow,
            Command::Correct if claim.state == State::NoShow => State::Done,
            Command::Stop if held || booked || claim.state == State::CheckedIn => State::Stopped,
            Command::Refuse { .. } if booked => State::Refused,
            Command::Move { .. } if booked && now >= START => return Err("too_late"),
            Command::Move { .. } if booked => State::Moved,
            _ => return no,
        };
        claim.state = to;
        // It is away until the sweep says that it is back; a unit that is gone never is.
        claim.away = !claim.is_used();
        Ok(())
    }

    pub fn back(&mut self, at: usize) {
        assert!(self.claims[at].away, "came back twice");
        self.claims[at].away = false;
    }

    pub fn resize(&mut self, capacity: u32) -> Result<(), u32> {
        let whole = Legs { from: 0, to: self.legs };
        let numbers = self.claims.iter().filter(|claim| claim.touches(whole)).flat_map(|claim| &claim.units);
        let least = self.sold().max(numbers.copied().max().unwrap_or(0));
        if capacity < least {
            return Err(least);
        }
        self.capacity = capacity;
        Ok(())
    }
}
