//! The batch: everybody who waits is decided in the order in which they came, and written together.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use capability::booking::{
    Refusal,
    block::Mark,
    hold::{Key, Person, Rules, decide, keys, over},
    pool::{Door, Pool, Take, Taken},
};
use kernel::{Id, Index, Timestamp};

use super::{HeldBooking, Hold, HoldRefused, write};
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
    holds: Vec<Hold>,
) -> Result<Vec<Result<HeldBooking, HoldRefused>>> {
    let holds: Arc<[Hold]> = holds.into();
    match attempt(&cell, &mirror, Arc::clone(&holds), false).await {
        Err(Error::Corrupt(cause)) => {
            // A constraint had the last word.
            tracing::warn!(%cause, claims = holds.len(), "a batch of claims is made one by one");
            mirror.forget();
            let mut outcomes = Vec::with_capacity(holds.len());
            for hold in holds.iter() {
                outcomes.extend(attempt(&cell, &mirror, Arc::new([hold.clone()]), true).await?);
            }
            Ok(outcomes)
        }
        outcome => outcome,
    }
}

async fn attempt(
    cell: &Cell,
    mirror: &Mirror,
    holds: Arc<[Hold]>,
    careful: bool,
) -> Result<Vec<Result<HeldBooking, HoldRefused>>> {
    let now = holds.iter().map(|hold| hold.at).max().unwrap_or(Timestamp(0));
    let batch = Batch { holds, mirror: mirror.clone(), careful };
    let done = cell.write(batch, |batch, tx| Box::pin(run(tx, batch))).await?;
    mirror.granted(done.pools, done.granted, done.full, now);
    let mut outcomes = Vec::with_capacity(done.outcomes.len());
    for outcome in done.outcomes {
        outcomes.push(match outcome {
            Outcome::Held(held) => Ok(*held),
            Outcome::Refused(refused) => Err(refused),
            Outcome::Again(id) => again(cell, id).await?,
        });
    }
    Ok(outcomes)
}

/// The booking of the first request, for its repeat.
pub(crate) async fn again(cell: &Cell, id: Id) -> Result<Result<HeldBooking, HoldRefused>> {
    let facts = booking::facts(cell, id).await?.ok_or(Error::Missing("booking"))?;
    let taken = facts.parts.into_iter().map(|(_, taken)| taken).collect();
    Ok(Ok(HeldBooking { id, number: facts.number, facts: facts.facts, taken }))
}

struct Batch {
    holds: Arc<[Hold]>,
    mirror: Mirror,
    /// Ids and numbers are looked up first.
    careful: bool,
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
    granted: Vec<(i64, (u64, u64))>,
    full: Vec<((u64, u64), Timestamp)>,
}

/// A claim that was granted, with what is to be written of it.
pub(crate) struct Granted<'a> {
    pub(crate) hold: &'a Hold,
    pub(crate) seq: i64,
    pub(crate) held: HeldBooking,
    /// Which of their keys each person has now, each with its ordinal.
    pub(crate) keys: Vec<(Index, Key, u16)>,
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
    /// The ordinals of a person's key that are in use.
    used: HashMap<(Index, String), BTreeSet<u16>>,
    marks: HashMap<(Index, String), Vec<Mark>>,
    last: i64,
}

async fn run(tx: &mut dyn Tx, batch: &Batch) -> Result<Done> {
    let holds: Vec<&Hold> = batch.holds.iter().collect();
    let mut outcomes = write::recall(tx, &holds).await?;
    if batch.careful {
        write::check_numbers(tx, &holds, &mut outcomes).await?;
    }
    let open: Vec<&Hold> =
        holds.iter().zip(&outcomes).filter(|(_, known)| known.is_none()).map(|(hold, _)| *hold).collect();
    let mut desk = Desk::read(tx, &batch.mirror, &open).await?;
    let mut granted: Vec<Granted<'_>> = Vec::with_capacity(open.len());
    let mut first: HashMap<(Id, &str), (Id, &[u8; 32])> = HashMap::new();
    for (hold, outcome) in holds.iter().zip(&mut outcomes) {
        if outcome.is_some() {
            continue;
        }
        // The repeat may be in the same batch as the first.
        if let Some(once) = &hold.once
            && let Some((id, request)) = first.get(&(once.actor, once.key.as_str()))
        {
            *outcome = Some(if **request == once.request_hash { Ok(*id) } else { Err(HoldRefused::KeyReused) });
            continue;
        }
        match desk.grant(hold, &BTreeSet::new()) {
            Ok(one) => {
                if let Some(once) = &hold.once {
                    first.insert((once.actor, &once.key), (hold.id, &once.request_hash));
                }
                granted.push(one);
            }
            Err(refused) => *outcome = Some(Err(refused)),
        }
    }
    write::granted(tx, &granted).await?;
    let pools = desk.close(tx).await?;
    Ok(done(&batch.mirror, outcomes, granted, pools))
}

fn done(
    mirror: &Mirror,
    outcomes: Vec<Option<Result<Id, HoldRefused>>>,
    granted: Vec<Granted<'_>>,
    pools: Vec<Stand>,
) -> Done {
    let once = |one: &Granted<'_>| {
        let print = one.hold.once.as_ref().map(|once| mirror.print_once(once));
        one.hold.pools.iter().filter_map(move |(pool, _)| Some((*pool, print?))).collect::<Vec<_>>()
    };
    let full = |one: &Granted<'_>| {
        let last = one.keys.iter().filter(|(_, key, ordinal)| ordinal + 1 >= key.max);
        last.map(|(person, key, _)| (mirror.print((*person, key.text.as_str())), one.hold.ends_at)).collect::<Vec<_>>()
    };
    let (prints, full) = (granted.iter().flat_map(once).collect(), granted.iter().flat_map(full).collect());
    let mut held = granted.into_iter().map(|one| one.held);
    let outcome = |known: Option<Result<Id, HoldRefused>>| match known {
        Some(Ok(id)) => Outcome::Again(id),
        Some(Err(refused)) => Outcome::Refused(refused),
        None => held.next().map_or(Outcome::Refused(HoldRefused::NoSuchPool), |held| Outcome::Held(Box::new(held))),
    };
    Done { outcomes: outcomes.into_iter().map(outcome).collect(), pools, granted: prints, full }
}

impl Desk {
    pub(crate) async fn read(tx: &mut dyn Tx, mirror: &Mirror, holds: &[&Hold]) -> Result<Self> {
        let mut desk = Self { last: write::last_booking(tx).await?, ..Self::default() };
        desk.read_pools(tx, mirror, holds).await?;
        desk.read_persons(tx, holds).await?;
        Ok(desk)
    }

    /// The pools from memory, where their turns say that memory is right.
    async fn read_pools(&mut self, tx: &mut dyn Tx, mirror: &Mirror, holds: &[&Hold]) -> Result<()> {
        let numbers: BTreeSet<i64> = holds.iter().flat_map(|hold| hold.pools.iter().map(|(pool, _)| *pool)).collect();
        let numbers: Vec<i64> = numbers.into_iter().collect();
        for (&number, turn) in numbers.iter().zip(load::turns(tx, &numbers).await?) {
            let Some(turn) = turn else { continue };
            let (from, pool, ends_at) = match mirror.at_turn(number, turn) {
                Some((pool, ends_at)) => (Some(turn), pool, ends_at),
                None => {
                    let loaded = load::load(tx, number).await?.ok_or(Error::Missing("pool"))?;
                    (None, Arc::new(loaded.pool), loaded.ends_at)
                }
            };
            let open = (*pool).clone();
            let was_new = from.is_none() && turn == 0;
            let stand = Stand { number, from, turn, pool, was_new, ends_at };
            self.pools.insert(number, Open { stand, pool: open, more: BTreeMap::new() });
        }
        Ok(())
    }

    async fn read_persons(&mut self, tx: &mut dyn Tx, holds: &[&Hold]) -> Result<()> {
        let mut wanted: Vec<(Index, String)> = Vec::new();
        let mut blocked: Vec<(Index, String)> = Vec::new();
        for hold in holds {
            let keys = keys(&hold.profile, &hold.names.borrowed(), hold.starts_at);
            for party in &hold.parties {
                wanted.extend(keys.iter().map(|key| (party.person, key.text.clone())));
                if !hold.profile.block.is_empty() && hold.door != Door::OnSite {
                    blocked.push((party.person, hold.fault_scope.clone()));
                }
            }
        }
        wanted.sort_unstable();
        wanted.dedup();
        blocked.sort_unstable();
        blocked.dedup();
        let used = write::ordinals(tx, &wanted).await?;
        self.used = wanted.into_iter().zip(used).collect();
        let marks = booking::marks(tx, &blocked).await?;
        self.marks = blocked.into_iter().zip(marks).collect();
        Ok(())
    }

    /// Decides one claim, and takes what it takes. The `freed` keys are given up by the same persons in the same commit.
    pub(crate) fn grant<'a>(
        &mut self,
        hold: &'a Hold,
        freed: &BTreeSet<(Index, String, u16)>,
    ) -> Result<Granted<'a>, HoldRefused> {
        if hold.pools.is_empty() || hold.parties.is_empty() {
            return Err(HoldRefused::NoSuchPool);
        }
        for (person, key, ordinal) in freed {
            if let Some(used) = self.used.get_mut(&(*person, key.clone())) {
                used.remove(ordinal);
            }
        }
        let held = self.decide(hold)?;
        let taken = self.take(&hold.pools)?;
        let keys = match self.take_keys(hold, &held.keys) {
            Ok(keys) => keys,
            Err(refusal) => {
                self.put_back(&hold.pools, &taken);
                return Err(refusal.into());
            }
        };
        self.last += 1;
        let held = HeldBooking { id: hold.id, number: hold.number.clone(), facts: held.facts, taken };
        Ok(Granted { hold, seq: self.last, held, keys })
    }

    fn decide(&self, hold: &Hold) -> Result<capability::booking::hold::Held, HoldRefused> {
        let keys = keys(&hold.profile, &hold.names.borrowed(), hold.starts_at);
        let count = |person: Index, key: &Key| {
            let used = self.used.get(&(person, key.text.clone()))?.len();
            (used > 0).then(|| (key.text.clone(), u16::try_from(used).unwrap_or(u16::MAX)))
        };
        let counts: Vec<BTreeMap<String, u16>> =
            hold.parties.iter().map(|party| keys.iter().filter_map(|key| count(party.person, key)).collect()).collect();
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
        Ok(decide(&hold.ask(&persons), &pools, rules, hold.at)?)
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

    /// The lowest ordinal that is free of each key of each person. The same person twice in one claim counts twice.
    fn take_keys(&mut self, hold: &Hold, keys: &[Key]) -> Result<Vec<(Index, Key, u16)>, Refusal> {
        let mut taken: Vec<(Index, Key, u16)> = Vec::with_capacity(hold.parties.len() * keys.len());
        for party in &hold.parties {
            for (key, quota) in keys.iter().zip(&hold.profile.quota) {
                let used = self.used.entry((party.person, key.text.clone())).or_default();
                let Some(ordinal) = (0..key.max).find(|ordinal| !used.contains(ordinal)) else {
                    for (person, key, ordinal) in taken {
                        self.used.entry((person, key.text)).or_default().remove(&ordinal);
                    }
                    return Err(over(quota));
                };
                used.insert(ordinal);
                taken.push((party.person, key.clone(), ordinal));
            }
        }
        Ok(taken)
    }

    /// Writes what was taken of each pool, and says how they stand then.
    pub(crate) async fn close(self, tx: &mut dyn Tx) -> Result<Vec<Stand>> {
        let mut changed: Vec<i64> = Vec::new();
        let mut legs: Vec<(i64, u8, [u32; 3])> = Vec::new();
        let mut stands = Vec::with_capacity(self.pools.len());
        for (number, Open { mut stand, pool, more }) in self.pools {
            let more: Vec<_> = more.into_iter().filter(|(_, more)| *more != [0; 3]).collect();
            if !more.is_empty() {
                changed.push(number);
                stand.turn += 1;
                stand.pool = Arc::new(pool);
                legs.extend(more.into_iter().map(|(leg, more)| (number, leg, more)));
            }
            stands.push(stand);
        }
        write::pools(tx, &changed, &legs).await?;
        Ok(stands)
    }
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
        hold_batch(self.cell().clone(), self.stock.clone(), holds).await
    }
}
