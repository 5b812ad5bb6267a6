//! Refusing from memory: what most claims of a rush meet, and what must therefore cost next to nothing.
//!
//! Only what the day, the pools and the persons' used-up keys say is decided here. Whoever passes is asked again, with
//! everything, inside the commit. Nobody is refused here whose claim may be the repeat of one that was granted.

use std::collections::BTreeMap;

use capability::booking::{
    hold::{Person, Rules, grant},
    pool::{Pool, Take},
};

use super::{Claim, HoldRefused, write};
use crate::{
    City, Result,
    pool::mirror::{Known, Repeat},
};

/// The refusal, and whether it may be said already.
fn look(city: &City, claim: &Claim) -> Option<(HoldRefused, Repeat)> {
    let Claim { hold, keys, .. } = claim;
    let view = city.stock.view();
    let mut pools: Vec<(&Pool, Take)> = Vec::with_capacity(hold.pools.len());
    let mut repeated = Repeat::No;
    for (number, take) in &hold.pools {
        match view.known(*number, hold.id, hold.at) {
            Known::Nothing => return None,
            Known::Pool { pool, repeat } => {
                repeated = repeated.max(repeat);
                pools.push((pool, take.clone()));
            }
        }
    }
    if repeated == Repeat::Yes {
        return None;
    }
    let used = |party| {
        let full = keys.iter().zip(claim.firsts(party)).filter(|(_, first)| view.is_full(first));
        full.map(|(key, _)| (key.text.clone(), key.max)).collect::<BTreeMap<_, _>>()
    };
    let used: Vec<_> = (0..hold.parties.len()).map(used).collect();
    let persons: Vec<Person<'_>> = hold
        .parties
        .iter()
        .zip(&used)
        .map(|(party, counts)| Person { born_on: party.born_on, marks: &[], counts })
        .collect();
    let rules = Rules { profile: &hold.profile, calendar: &hold.calendar };
    let refusal = grant(&hold.ask(&persons), keys, &pools, rules, hold.at).err()?;
    Some((refusal.into(), repeated))
}

/// Why a claim need not be queued.
pub(crate) async fn by_memory(city: &City, claim: &Claim) -> Result<Option<HoldRefused>> {
    let Some((refused, repeat)) = look(city, claim) else { return Ok(None) };
    let is_repeat = repeat == Repeat::Perhaps && write::was_granted(city, claim.hold.id).await?;
    Ok((!is_repeat).then_some(refused))
}
