//! Refusing from memory: what most claims of a rush meet, and what must therefore cost next to nothing.
//!
//! Only what the day, the pools and the persons' used-up keys say is decided here. Whoever passes is asked again, with
//! everything, inside the commit. Nobody is refused here whose claim may be the repeat of one that was granted.

use std::collections::BTreeMap;

use capability::booking::{
    hold::{Person, Rules, decide, keys},
    pool::{Pool, Take},
};

use super::{Hold, HoldRefused, write};
use crate::{
    City, Result,
    pool::mirror::{Known, Repeat},
};

/// The refusal, and whether it may be said already.
fn look(city: &City, hold: &Hold) -> Option<(HoldRefused, Repeat)> {
    let once = hold.once.as_ref().map(|once| city.stock.print_once(once));
    let view = city.stock.view();
    let mut pools: Vec<(&Pool, Take)> = Vec::with_capacity(hold.pools.len());
    let mut repeated = Repeat::No;
    for (number, take) in &hold.pools {
        match view.known(*number, once, hold.at) {
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
    let names = hold.names.borrowed();
    let mut used = vec![BTreeMap::new(); hold.parties.len()];
    if view.knows_persons() && !hold.profile.quota.is_empty() {
        let keys = keys(&hold.profile, &names, hold.starts_at);
        for (party, used) in hold.parties.iter().zip(&mut used) {
            let full = keys.iter().filter(|key| view.is_full(&party.person, &key.text));
            used.extend(full.map(|key| (key.text.clone(), key.max)));
        }
    }
    let persons: Vec<Person<'_>> = hold
        .parties
        .iter()
        .zip(&used)
        .map(|(party, counts)| Person { born_on: party.born_on, marks: &[], counts })
        .collect();
    let rules = Rules { profile: &hold.profile, calendar: &hold.calendar };
    let refusal = decide(&hold.ask(&persons), &pools, rules, hold.at).err()?;
    Some((refusal.into(), repeated))
}

/// Why a claim need not be queued.
pub(crate) async fn by_memory(city: &City, hold: &Hold) -> Result<Option<HoldRefused>> {
    let Some((refused, repeat)) = look(city, hold) else { return Ok(None) };
    if repeat == Repeat::Perhaps
        && let Some(once) = &hold.once
        && write::was_kept(city, once).await?
    {
        return Ok(None);
    }
    Ok(Some(refused))
}
