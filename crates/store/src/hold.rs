//! Holding: the step for which people race.
//!
//! Claims gather behind a [`Batcher`](crate::Batcher) and are decided together, in the order in which they came, against
//! the pools in memory; what they take is written in one commit, with one update for each leg of a pool and not one for
//! each claim. What memory alone can refuse never comes that far. The constraints of the tables have the last word: if one
//! of them speaks, memory was wrong, it is thrown away, and the claims are made again one by one.

mod batch;
mod refuse;
pub(crate) mod write;

use std::sync::Arc;

use capability::booking::{
    Facts, Profile, Refusal,
    hold::{Ask, Key, Names, Person, keys},
    pool::{Door, Take, Taken},
    slot::Slot,
};
use kernel::{AccountId, Calendar, Date, Id, Index, Money, Sealed, ServiceId, Timestamp};

use crate::{City, Message, Result};

use refuse::by_memory;

pub(crate) use batch::{Desk, again, hold_batch};

/// What is asked for, by the names that quotas count by and pages show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BookingNames {
    pub place: String,
    pub section: String,
    pub resource: String,
    pub matter: String,
}

impl BookingNames {
    #[must_use]
    pub fn borrowed(&self) -> Names<'_> {
        Names { place: &self.place, section: &self.section, resource: &self.resource, matter: &self.matter }
    }
}

/// Somebody who is to have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldParty {
    /// Whose login it is, if one is known: they see the booking among theirs.
    pub account: Option<AccountId>,
    /// The blind index of the resident ID: quotas and faults are the person's, whatever account they use.
    pub person: Index,
    /// Decides about ages. It is not kept.
    pub born_on: Date,
}

/// What comes along from a booking that is exchanged for this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    /// Of the old one's money: what is this one's from now on.
    pub paid: Money,
    pub payment: Option<Id>,
    /// How often it was exchanged, this time included.
    pub moves: u8,
}

/// A claim.
#[derive(Clone, Debug)]
pub struct Hold {
    /// Of the booking that is to be, and of nothing else for ever: whoever claims again under the same id, for the same
    /// request, is answered with the booking.
    pub id: Id,
    /// A hash of everything in the request that matters.
    pub request: [u8; 32],
    /// Whose it is; `None` for one that is made at the counter.
    pub account: Option<AccountId>,
    pub service: ServiceId,
    /// What is taken of which pool, each pool once. The first says how many units the booking has.
    pub pools: Vec<(i64, Take)>,
    pub door: Door,
    pub class: String,
    pub names: BookingNames,
    /// Under what the faults of these persons are looked up and put: those of one scope count together. The id of the
    /// profile, where every hospital has rules of its own.
    pub fault_scope: String,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    /// The parties who have to agree by their own login first, the one who asks at their head, then everybody else.
    pub parties: Vec<HoldParty>,
    /// How many of them are parties; 1 at least.
    pub party_count: u16,
    pub price: Money,
    /// Won in a draw, or offered from the waiting list: it need not wait for the hour of release.
    pub drawn: bool,
    /// The place in the waiting list that is left with it.
    pub waiting: Option<Id>,
    pub profile: Arc<Profile>,
    pub calendar: Arc<Calendar>,
    /// What the owner's page, the counter and the department need: names, phones, what is shown of the place.
    pub detail: Sealed,
    /// Of the id and of the tail of the resident ID, for the query without signing in.
    pub lookup: Option<Index>,
    pub messages: Vec<Message>,
    pub at: Timestamp,
}

impl Hold {
    /// The question that `capability` decides.
    fn ask<'a>(&'a self, persons: &'a [Person<'a>]) -> Ask<'a> {
        Ask {
            door: self.door,
            class: &self.class,
            names: self.names.borrowed(),
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            persons,
            parties: self.party_count,
            price: self.price,
            drawn: self.drawn,
        }
    }
}

/// A claim with what is reckoned of it while it does not wait yet: in a rush everybody waits for one writer.
#[derive(Clone, Debug)]
pub(crate) struct Claim {
    pub(crate) hold: Hold,
    pub(crate) keys: Vec<Key>,
    /// The first slots of every key, party by party.
    firsts: Vec<Slot>,
}

impl Claim {
    pub(crate) fn new(hold: Hold) -> Self {
        let keys = keys(&hold.profile, &hold.names.borrowed(), hold.starts_at);
        let of = |party: &HoldParty| keys.iter().map(|key| Slot::first(&party.person, key)).collect::<Vec<_>>();
        let firsts = hold.parties.iter().flat_map(of).collect();
        Self { hold, keys, firsts }
    }

    /// The first slots of a party's keys.
    pub(crate) fn firsts(&self, party: usize) -> &[Slot] {
        let count = self.keys.len();
        self.firsts.get(party * count..(party + 1) * count).unwrap_or_default()
    }
}

/// A claim that was granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldBooking {
    pub id: Id,
    pub facts: Facts,
    /// What was taken of each pool, in the order asked for.
    pub taken: Vec<Taken>,
}

/// Why a claim was not granted. Nothing was kept of it, so the same id may be used to ask again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HoldRefused {
    Refused(Refusal),
    /// The id is that of another claim.
    KeyReused,
    NoSuchPool,
    /// The booking that was to be exchanged has changed meanwhile: read it and decide again.
    Stale,
}

impl From<Refusal> for HoldRefused {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl City {
    /// Takes units for somebody, together with whoever else asks just now, or says why not.
    ///
    /// A repeat under the same id is answered with the booking of the first, as it is now. A refusal is not kept: it costs
    /// nobody a row, and who asks again may be luckier.
    pub async fn hold(&self, hold: Hold) -> Result<Result<HeldBooking, HoldRefused>> {
        let claim = Claim::new(hold);
        if let Some(refused) = by_memory(self, &claim).await? {
            return Ok(Err(refused));
        }
        self.holds.submit(claim).await
    }
}
