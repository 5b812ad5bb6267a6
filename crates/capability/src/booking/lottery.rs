//! Lots before first-come: whoever asks in time has the same chance, on a slow phone as behind a fast line.
//!
//! Before the first claim, the hash of a secret seed is published. After the last one, the seed, the claims and the
//! order that follows are published too, and anyone can recompute it with a hash and a sort:
//!
//! ```text
//! commitment = SHA-256(seed)
//! draw       = SHA-256(seed ‖ SHA-256(beacon) ‖ SHA-256(claim ‖ claim ‖ …))      claims ascending, 16 bytes each
//! lot(claim) = SHA-256(draw ‖ claim)                                             the lowest lot comes first
//! ```
//!
//! The order depends on all claims, so an id cannot be chosen for its luck while others still come in. The operator who
//! closes the list could still try; a beacon that nobody knows before the close, named with the commitment (a public
//! lottery's numbers of that evening), takes that away too. It may be empty.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{Context, SHA256};
use kernel::{Calendar, Date, Id, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    limit::{self, MINUTE_MS},
    refusal::Refusal,
    release,
    rule::{Lottery, Profile},
};

pub type Hash = [u8; 32];

fn sha256<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Hash {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

/// What is published before the first claim.
#[must_use]
pub fn commit(seed: &[u8; 32]) -> Hash {
    sha256([seed.as_slice()])
}

/// All that anyone needs to recompute a draw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draw {
    pub commitment: Hash,
    pub seed: [u8; 32],
    pub beacon: Vec<u8>,
    /// Ascending, none twice.
    pub claims: Vec<Id>,
    /// The claims in the order of their lots: the first win, the others wait in this order.
    pub order: Vec<Id>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    #[error("the seed is not the one that was committed to")]
    Seed,
    #[error("the claims are not in ascending order, or one is there twice")]
    Claims,
    #[error("the order does not follow from the seed and the claims")]
    Order,
}

/// Draws. The claims may come in any order; one that comes twice counts once.
#[must_use]
pub fn draw(seed: [u8; 32], beacon: &[u8], mut claims: Vec<Id>) -> Draw {
    claims.sort_unstable();
    claims.dedup();
    let order = order(&seed, beacon, &claims);
    Draw { commitment: commit(&seed), seed, beacon: beacon.to_vec(), claims, order }
}

fn order(seed: &[u8; 32], beacon: &[u8], claims: &[Id]) -> Vec<Id> {
    let list = sha256(claims.iter().map(|claim| claim.0.as_slice()));
    let draw = sha256([seed.as_slice(), &sha256([beacon]), &list]);
    let mut lots: Vec<(Hash, Id)> = claims.iter().map(|claim| (sha256([draw.as_slice(), &claim.0]), *claim)).collect();
    lots.sort_unstable();
    lots.into_iter().map(|(_, claim)| claim).collect()
}

/// Recomputes a published draw against the commitment that was published before it.
pub fn verify(commitment: &Hash, draw: &Draw) -> Result<(), Wrong> {
    if commit(&draw.seed) != *commitment || draw.commitment != *commitment {
        return Err(Wrong::Seed);
    }
    if !draw.claims.is_sorted_by(|a, b| a < b) {
        return Err(Wrong::Claims);
    }
    match order(&draw.seed, &draw.beacon, &draw.claims) == draw.order {
        true => Ok(()),
        false => Err(Wrong::Order),
    }
}

/// Gives each claim, in the order of the lots, the first of its wishes of which something is left.
#[must_use]
pub fn allot<P: Copy + Ord>(
    order: &[Id],
    wishes: &BTreeMap<Id, Vec<P>>,
    mut free: BTreeMap<P, u32>,
) -> Vec<(Id, Option<P>)> {
    let mut give = |claim: &Id| {
        let wish = wishes.get(claim)?.iter().find(|pool| free.get(pool).is_some_and(|&left| left > 0))?;
        *free.get_mut(wish)? -= 1;
        Some(*wish)
    };
    order.iter().map(|claim| (*claim, give(claim))).collect()
}

/// Whether a day's units are drawn.
#[must_use]
pub fn is_drawn(lottery: &Lottery, day: Date) -> bool {
    let every = lottery.days.is_empty() && lottery.dates.is_empty();
    let named = format!("{:02}-{:02}", day.month(), day.day());
    every || lottery.dates.contains(&day) || lottery.days.contains(&named)
}

/// From when until when claims for a day are collected; `None` for a day that is not drawn.
#[must_use]
pub fn window(profile: &Profile, calendar: &Calendar, day: Date) -> Option<(Timestamp, Timestamp)> {
    let drawn = |lottery: &&Lottery| is_drawn(lottery, day) && limit::is_open(profile.days, calendar, day);
    let lottery = profile.lottery.as_ref().filter(drawn)?;
    let opens_at = release::opens_at(&profile.release, calendar, day);
    let before = |minutes: u32| opens_at.plus_ms(-i64::from(minutes) * MINUTE_MS);
    Some((before(lottery.opens_minutes_before), before(lottery.closes_minutes_before)))
}

/// Whether a claim can be made now.
pub fn check(profile: &Profile, calendar: &Calendar, day: Date, now: Timestamp) -> Result<(), Refusal> {
    if !limit::is_open(profile.days, calendar, day) {
        return Err(Refusal::ClosedDay { next_on: limit::next_open(profile.days, calendar, day) });
    }
    let opens_at = release::opens_at(&profile.release, calendar, day);
    let (from_at, until_at) = window(profile, calendar, day).ok_or(Refusal::TooEarly { opens_at })?;
    match () {
        () if now < from_at => Err(Refusal::TooEarly { opens_at: from_at }),
        () if now >= until_at => Err(Refusal::TooLate { closed_at: until_at }),
        () => Ok(()),
    }
}
