//! The batch: everybody who waits is decided in the order in which they came, and written together.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use capability::booking::{
    Facts, Refusal,
    block::Mark,
    hold::{Person, Rules, grant, over},
    number::Numbering,
    pool::{Door, Pool, Take, Taken},
    slot::Slot,
};
use kernel::{Id, Index, Timestamp};

use super::{
    Claim, HeldBooking, Hold, HoldRefused,
    write::{self, Less, Wanted},
};
use crate::{
    Cell, City, Error, Result, Tx, booking,
    pool::{
        load,
        mirror::{Mirror, Stand},
    },
};

/// One call for whatever waits: the batch of [`City::hold`](crate::City::hold).
pub(crate) async fn hold_batch(
    cell: Cell,
    mirror: Mirror,
    numbering: Numbering,
    claims: Vec<Claim>,
) -> Result<Vec<Result<HeldBooking, HoldRefused>>> {
    let claims: Arc<[Claim]> = claims.into();
    match attempt(&cell, &mirror, numbering, Arc::clone(&claims)).await {
        Err(Error::Corrupt(cause)) => {
            // A constraint had the last word.
            tracing::warn!(%cause, claims = claims.len(), "a batch of claims is made one by one");
            mirror.forget();
            let mut outcomes = Vec::with_capacity(claims.len());
            for claim in claims.iter() {
                outcomes.extend(attempt(&cell, &mirror, numbering, Arc::new([claim.clone()])).await?);
            }
            Ok(outcomes)
        }
        outcome => outcome,
    }
}

async fn attempt(
    cell: &Cell,
    mirror: &Mirror,
    numbering: Numbering,
    claims: Arc<[Claim]>,
) -> Result<Vec<Result<HeldBooking, HoldRefused>>> {
    let now = claims.iter().map(|claim| claim.hold.at).max().unwrap_or(Timestamp(0));
    let batch = Batch { claims, mirror: mirror.clone() };
    let done = cell.write(batch, |batch, tx| Box::pin(run(tx, batch))).await?;
    mirror.granted(done.pools, done.granted, done.full, now);
    let mut outcomes = Vec::with_capacity(done.outcomes.len());
    for outcome in done.outcomes {
        outcomes.push(match outcome {
            Outcome::Held(held) => Ok(*held),
            Outcome::Refused(refused) => Err(refused),
            Outcome::Again(id) => again(cell, numbering, id).await?,
        });
    }
    Ok(outcomes)
}

/// The booking of the first request, for its repeat.
pub(crate) async fn again(cell: &Cell, numbering: Numbering, id: Id) -> Result<Result<HeldBooking, HoldRefused>> {
    let facts = booking::facts(cell, numbering, id).await?.ok_or(Error::Missing("booking"))?;
    let taken = facts.parts.into_iter().map(|(_, taken)| taken).collect();
    Ok(Ok(HeldBooking { id, facts: facts.facts, taken }))
}

struct Batch {
    claims: Arc<[Claim]>,
    mirror: Mirror,
}

enum Outcome {
    Held(Box<HeldBooking>),
    /// The repeat of a claim that was granted.
    Again(Id),
    Refused(HoldRefused),
}

struct Done {
    outcomes: Vec<Outcome>,
    pools: Vec<Stand>,
    granted: Vec<(i64, Id)>,
    full: Vec<(Slot, Timestamp)>,
}

/// A claim that was granted, with what is to be written of it.
pub(crate) struct Granted<'a> {
    pub(crate) hold: &'a Hold,
    pub(crate) seq: i64,
    pub(crate) held: HeldBooking,
    /// What its persons use up, each with how many of its kind they may.
    pub(crate) slots: Vec<(Slot, u16)>,
}

/// A pool while claims are decided.
struct Open {
    stand: Stand,
    pool: Pool,
    /// What was taken in this batch, by leg and door.
    more: BTreeMap<u8, [u32; 3]>,
}

/// Everything that is asked of the database, once a batch.
#[derive(Default)]
pub(crate) struct Desk {
    pools: HashMap<i64, Open>,
    /// The ordinals in use, by the first slot of a person's key.
    used: HashMap<Slot, BTreeSet<u16>>,
    marks: HashMap<(Index, String), Vec<Mark>>,
    last: i64,
    /// Of bookings that are there already.
    requests: HashMap<Id, [u8; 32]>,
}

async fn run(tx: &mut dyn Tx, batch: &Batch) -> Result<Done> {
    let mut desk = Desk::read(tx, &batch.mirror, &batch.claims).await?;
    let mut granted: Vec<Granted<'_>> = Vec::with_capacity(batch.claims.len());
    let mut known: Vec<Option<Result<Id, HoldRefused>>> = Vec::with_capacity(batch.claims.len());
    for claim in batch.claims.iter() {
        known.push(match desk.known(&claim.hold) {
            Some(known) => Some(known),
            None => match desk.grant(claim, &BTreeSet::new()) {
                Ok(one) => {
                    granted.push(one);
                    None
                }
                Err(refused) => Some(Err(refused)),
            },
        });
    }
    let (less, pools) = desk.close();
    write::granted(tx, &granted, &less).await?;
    Ok(done(known, granted, pools))
}

fn done(known: Vec<Option<Result<Id, HoldRefused>>>, granted: Vec<Granted<'_>>, pools: Vec<Stand>) -> Done {
    let of = |one: &Granted<'_>| one.hold.pools.iter().map(|(pool, _)| (*pool, one.hold.id)).collect::<Vec<_>>();
    let full = |one: &Granted<'_>| {
        let last = one.slots.iter().filter(|(slot, max)| slot.ordinal() + 1 >= *max);
        last.map(|(slot, _)| (slot.with(0), one.hold.ends_at)).collect::<Vec<_>>()
    };
    let (ids, full) = (granted.iter().flat_map(of).collect(), granted.iter().flat_map(full).collect());
    let mut held = granted.into_iter().map(|one| one.held);
    let outcome = |known: Option<Result<Id, HoldRefused>>| match known {
        Some(Ok(id)) => Outcome::Again(id),
        Some(Err(refused)) => Outcome::Refused(refused),
        None => held.next().map_or(Outcome::Refused(HoldRefused::NoSuchPool), |held| Outcome::Held(Box::new(held))),
    };
    Done { outcomes: known.into_iter().map(outcome).collect(), pools, granted: ids, full }
}

impl Desk {
    pub(crate) async fn read(tx: &mut dyn Tx, mirror: &Mirror, claims: &[Claim]) -> Result<Self> {
        let wanted = wanted(claims);
        let found = write::ask(tx, &wanted).await?;
        let known = wanted.ids.iter().zip(found.requests).filter_map(|(id, request)| Some((*id, request?)));
        let mut desk = Self {
            pools: HashMap::new(),
            used: wanted.slots.iter().copied().zip(found.used).collect(),
            marks: wanted.marks.into_iter().zip(found.marks).collect(),
            last: found.last,
            requests: known.collect(),
        };
        for (number, turn) in wanted.pools.into_iter().zip(found.turns) {
            if let Some(turn) = turn {
                desk.pools.insert(number, open(tx, mirror, number, turn).await?);
            }
        }
        Ok(desk)
    }

    /// Whether the id is a booking's already: that one, if it was the same request.
    pub(crate) fn known(&self, hold: &Hold) -> Option<Result<Id, HoldRefused>> {
        let request = self.requests.get(&hold.id)?;
        Some(if *request == hold.request { Ok(hold.id) } else { Err(HoldRefused::KeyReused) })
    }

    /// Decides one claim, and takes what it takes. The `freed` slots are given up by the same persons in the same commit.
    pub(crate) fn grant<'a>(&mut self, claim: &'a Claim, freed: &BTreeSet<Slot>) -> Result<Granted<'a>, HoldRefused> {
        let hold = &claim.hold;
        if hold.pools.is_empty() || hold.parties.is_empty() {
            return Err(HoldRefused::NoSuchPool);
        }
        for slot in freed {
            if let Some(used) = self.used.get_mut(&slot.with(0)) {
                used.remove(&slot.ordinal());
            }
        }
        let facts = self.decide(claim)?;
        let taken = self.take(&hold.pools)?;
        let slots = match self.take_slots(claim) {
            Ok(slots) => slots,
            Err(refusal) => {
                self.put_back(&hold.pools, &taken);
                return Err(refusal.into());
            }
        };
        self.last += 1;
        // The repeat may be in the same batch.
        self.requests.insert(hold.id, hold.request);
        let held = HeldBooking { id: hold.id, facts, taken };
        Ok(Granted { hold, seq: self.last, held, slots })
    }

    fn decide(&self, claim: &Claim) -> Result<Facts, HoldRefused> {
        let Claim { hold, keys, .. } = claim;
        let counts = |party| {
            let used = |first| self.used.get(first).map_or(0, BTreeSet::len);
            let used = keys.iter().zip(claim.firsts(party)).map(|(key, first)| (key, used(first)));
            let some = used.filter(|(_, used)| *used > 0);
            some.map(|(key, used)| (key.text.clone(), u16::try_from(used).unwrap_or(u16::MAX))).collect()
        };
        let counts: Vec<BTreeMap<String, u16>> = (0..hold.parties.len()).map(counts).collect();
        let marks = |person: Index| self.marks.get(&(person, hold.fault_scope.clone())).map_or(&[][..], Vec::as_slice);
        let persons: Vec<Person<'_>> = hold
            .parties
            .iter()
            .zip(&counts)
            .map(|(party, counts)| Person { born_on: party.born_on, marks: marks(party.person), counts })
            .collect();
        let mut pools: Vec<(&Pool, Take)> = Vec::with_capacity(hold.pools.len());
        for (number, take) in &hold.pools {
            let open = self.pools.get(number).ok_or(HoldRefused::NoSuchPool)?;
            pools.push((&open.pool, take.clone()));
        }
        let rules = Rules { profile: &hold.profile, calendar: &hold.calendar };
        Ok(grant(&hold.ask(&persons), keys, &pools, rules, hold.at)?)
    }

    fn take(&mut self, pools: &[(i64, Take)]) -> Result<Vec<Taken>, HoldRefused> {
        let mut taken: Vec<Taken> = Vec::with_capacity(pools.len());
        for (number, take) in pools {
            let open = self.pools.get_mut(number).ok_or(HoldRefused::NoSuchPool)?;
            match open.pool.take(take) {
                Ok(one) => {
                    open.count(&one, true);
                    taken.push(one);
                }
                Err(refusal) => {
                    self.put_back(pools, &taken);
                    return Err(refusal.into());
                }
            }
        }
        Ok(taken)
    }

    fn put_back(&mut self, pools: &[(i64, Take)], taken: &[Taken]) {
        for ((number, _), taken) in pools.iter().zip(taken) {
            if let Some(open) = self.pools.get_mut(number)
                && open.pool.give_back(taken)
            {
                open.count(taken, false);
            }
        }
    }

    /// The lowest slot that is free of each key of each person. The same person twice in one claim counts twice.
    fn take_slots(&mut self, claim: &Claim) -> Result<Vec<(Slot, u16)>, Refusal> {
        let Claim { hold, keys, .. } = claim;
        let mut taken: Vec<(Slot, u16)> = Vec::with_capacity(hold.parties.len() * keys.len());
        for party in 0..hold.parties.len() {
            for ((key, quota), first) in keys.iter().zip(&hold.profile.quota).zip(claim.firsts(party)) {
                let used = self.used.entry(*first).or_default();
                let Some(ordinal) = (0..key.max).find(|ordinal| !used.contains(ordinal)) else {
                    for (slot, _) in taken {
                        self.used.entry(slot.with(0)).or_default().remove(&slot.ordinal());
                    }
                    return Err(over(quota));
                };
                used.insert(ordinal);
                taken.push((first.with(ordinal), key.max));
            }
        }
        Ok(taken)
    }

    /// What was taken of the pools, and how they stand then.
    pub(crate) fn close(self) -> (Less, Vec<Stand>) {
        let mut less = Less::default();
        let mut stands = Vec::with_capacity(self.pools.len());
        for (number, Open { mut stand, pool, more }) in self.pools {
            let more: Vec<_> = more.into_iter().filter(|(_, more)| *more != [0; 3]).collect();
            if !more.is_empty() {
                less.pools.push(number);
                stand.turn += 1;
                stand.pool = Arc::new(pool);
                less.legs.extend(more.into_iter().map(|(leg, more)| (number, leg, more)));
            }
            stands.push(stand);
        }
        (less, stands)
    }
}

/// What claims ask about, each thing once.
fn wanted(claims: &[Claim]) -> Wanted {
    let mut wanted = Wanted::default();
    for Claim { hold, firsts, .. } in claims {
        wanted.ids.push(hold.id);
        wanted.pools.extend(hold.pools.iter().map(|(pool, _)| *pool));
        wanted.slots.extend(firsts);
        if !hold.profile.block.is_empty() && hold.door != Door::OnSite {
            wanted.marks.extend(hold.parties.iter().map(|party| (party.person, hold.fault_scope.clone())));
        }
    }
    each_once(&mut wanted.ids);
    each_once(&mut wanted.pools);
    each_once(&mut wanted.slots);
    each_once(&mut wanted.marks);
    wanted
}

/// In order, so that neighbours in a tree are neighbours here.
fn each_once<T: Ord>(things: &mut Vec<T>) {
    things.sort_unstable();
    things.dedup();
}

/// The pool from memory, where its turn says that memory is right.
async fn open(tx: &mut dyn Tx, mirror: &Mirror, number: i64, turn: i64) -> Result<Open> {
    let (from, pool, ends_at) = match mirror.at_turn(number, turn) {
        Some((pool, ends_at)) => (Some(turn), pool, ends_at),
        None => {
            let loaded = load::load(tx, number).await?.ok_or(Error::Missing("pool"))?;
            (None, Arc::new(loaded.pool), loaded.ends_at)
        }
    };
    let was_new = from.is_none() && turn == 0;
    let open = (*pool).clone();
    Ok(Open { stand: Stand { number, from, turn, pool, was_new, ends_at }, pool: open, more: BTreeMap::new() })
}

impl Open {
    fn count(&mut self, taken: &Taken, take: bool) {
        for leg in taken.legs.from..taken.legs.to {
            let count = &mut self.more.entry(leg).or_default()[taken.door as usize];
            *count = if take { *count + taken.count } else { *count - taken.count };
        }
    }
}

impl City {
    /// The batch without the queue before it: many claims in one commit, with an outcome each.
    pub async fn hold_all(&self, holds: Vec<Hold>) -> Result<Vec<Result<HeldBooking, HoldRefused>>> {
        let claims = holds.into_iter().map(Claim::new).collect();
        hold_batch(self.cell().clone(), self.stock.clone(), self.numbering, claims).await
    }
}
