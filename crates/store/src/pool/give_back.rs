//! What was taken goes back into its pools, as part of the job of whatever gives it back.

use std::collections::BTreeMap;

use capability::booking::pool::Taken;

use crate::{Error, Result, Tx, Value, statement::statement, value::values};

statement! {
    GIVE_BACK_UNIT = "DELETE FROM unit_taken WHERE pool = ?1 AND unit = ?2 AND leg = ?3 AND booking = ?4";
    GIVE_BACK_LEG = "UPDATE pool_leg SET taken_online = taken_online - ?3, taken_on_site = taken_on_site - ?4, taken_phone = taken_phone - ?5
        WHERE pool = ?1 AND leg = ?2";
    GIVE_BACK_TURN = "UPDATE pool SET turn = turn + 1 WHERE number = ?1 RETURNING turn";
}

/// A pool, the turn with which it changed, and what it got back then.
pub(crate) type Back = (i64, i64, Vec<Taken>);

/// Gives back the parts of bookings, each named by its place. Every pool changes once.
pub(crate) async fn give_back(tx: &mut dyn Tx, bookings: &[(i64, Vec<(i64, Taken)>)]) -> Result<Vec<Back>> {
    let mut units: Vec<Vec<Value>> = Vec::new();
    let mut legs: BTreeMap<(i64, u8), [i64; 3]> = BTreeMap::new();
    let mut pools: BTreeMap<i64, Vec<Taken>> = BTreeMap::new();
    for (booking, parts) in bookings {
        for (pool, taken) in parts {
            for leg in taken.legs.from..taken.legs.to {
                legs.entry((*pool, leg)).or_default()[taken.door as usize] += i64::from(taken.count);
                let unit = |unit: &u32| values![*pool, *unit, i64::from(leg), *booking].to_vec();
                units.extend(taken.units.iter().map(unit));
            }
            pools.entry(*pool).or_default().push(taken.clone());
        }
    }
    let rows: Vec<Vec<Value>> = legs
        .into_iter()
        .map(|((pool, leg), [online, on_site, phone])| values![pool, i64::from(leg), online, on_site, phone].to_vec())
        .collect();
    let gone = tx.batch(&GIVE_BACK_UNIT, &units).await?;
    let less = tx.batch(&GIVE_BACK_LEG, &rows).await?;
    if gone.iter().chain(&less).any(|changed| *changed != 1) {
        return Err(Error::Corrupt("what is given back was not taken".into()));
    }
    let mut back = Vec::with_capacity(pools.len());
    for (pool, taken) in pools {
        let turn = tx.one(&GIVE_BACK_TURN, values![pool]).await?.ok_or(Error::Missing("pool"))?.int(0)?;
        back.push((pool, turn, taken));
    }
    Ok(back)
}
