//! Planning pools: what a city offers on the days ahead, put beside what is there already.
//!
//! It runs over and over, so it says what is to be and not what is to be done. What was never edited nor sold follows a
//! changed pack; what the desk has touched, or somebody holds, stays as it is.

use crate::{City, Result, Row, Tx, Value, statement::statement, value::values};

use super::NewPool;

/// So many pools share a job, so that claims are not kept waiting by a year's planning.
const CHUNK: usize = 256;

statement! {
    POOL_FIND = "SELECT number, section, ends_at, capacity, numbered, legs, online_max, on_site_max, phone_max, edited, turn
        FROM pool WHERE service = ?1 AND place = ?2 AND resource = ?3 AND part = ?4 AND starts_at = ?5",
        set "SELECT q.n, p.number, p.section, p.ends_at, p.capacity, p.numbered, p.legs, p.online_max, p.on_site_max, p.phone_max, p.edited, p.turn
        FROM unnest(?1::text[], ?2::text[], ?3::text[], ?4::text[], ?5::bigint[]) WITH ORDINALITY AS q(service, place, resource, part, starts_at, n)
        JOIN pool p ON p.service = q.service AND p.place = q.place AND p.resource = q.resource AND p.part = q.part AND p.starts_at = q.starts_at";
    POOL_LAST = "SELECT coalesce(max(number), 0) FROM pool";
    POOL_ADD = "INSERT INTO pool (number, service, place, section, resource, part, day, starts_at, ends_at, capacity, numbered, legs,
            online_max, on_site_max, phone_max, stopped, edited, turn)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, 0, 0, 0)",
        set "INSERT INTO pool (number, service, place, section, resource, part, day, starts_at, ends_at, capacity, numbered, legs,
            online_max, on_site_max, phone_max, stopped, edited, turn)
        SELECT q.*, 0, 0, 0 FROM unnest(?1::bigint[], ?2::text[], ?3::text[], ?4::text[], ?5::text[], ?6::text[], ?7::text[], ?8::bigint[],
            ?9::bigint[], ?10::bigint[], ?11::bigint[], ?12::bigint[], ?13::bigint[], ?14::bigint[], ?15::bigint[]) AS q";
    POOL_LEG_ADD = "INSERT INTO pool_leg (pool, leg, capacity, taken_online, taken_on_site, taken_phone, online_max, on_site_max, phone_max)
        VALUES (?1, ?2, ?3, 0, 0, 0, ?4, ?5, ?6)",
        set "INSERT INTO pool_leg (pool, leg, capacity, taken_online, taken_on_site, taken_phone, online_max, on_site_max, phone_max)
        SELECT q.pool, q.leg, q.capacity, 0, 0, 0, q.a, q.b, q.c
        FROM unnest(?1::bigint[], ?2::bigint[], ?3::bigint[], ?4::bigint[], ?5::bigint[], ?6::bigint[]) AS q(pool, leg, capacity, a, b, c)";
    POOL_SOLD = "SELECT 1 FROM booking_pool WHERE pool = ?1 LIMIT 1";
    POOL_LEGS_DROP = "DELETE FROM pool_leg WHERE pool = ?1";
    POOL_OWN = "UPDATE pool SET edited = 1 WHERE service = ?1 AND place = ?2 AND resource = ?3 AND part = ?4 AND starts_at = ?5";
    POOL_FOLLOW = "UPDATE pool SET section = ?2, ends_at = ?3, capacity = ?4, numbered = ?5, legs = ?6, online_max = ?7,
            on_site_max = ?8, phone_max = ?9, turn = turn + 1
        WHERE number = ?1";
}

fn legs(number: i64, new: &NewPool) -> impl Iterator<Item = Vec<Value>> + '_ {
    let [online, on_site, phone] = new.shares;
    (0..i64::from(new.legs.max(1))).map(move |leg| values![number, leg, new.capacity, online, on_site, phone].to_vec())
}

/// What a changed pack may change, in the order of `POOL_FIND` after the number.
fn wanted(new: &NewPool) -> [Value; 8] {
    let [online, on_site, phone] = new.shares;
    [
        Value::from(&new.section),
        new.ends_at.into(),
        new.capacity.into(),
        new.numbered.into(),
        i64::from(new.legs.max(1)).into(),
        online.into(),
        on_site.into(),
        phone.into(),
    ]
}

/// The pool as it is to be, if the one that is there may still follow.
async fn follow(tx: &mut dyn Tx, new: &NewPool, found: &Row) -> Result<Option<(i64, i64)>> {
    let (number, edited, turn) = (found.int(0)?, found.flag(9)?, found.int(10)?);
    let wanted = wanted(new);
    if edited || found.0[1..9] == wanted || tx.one(&POOL_SOLD, values![number]).await?.is_some() {
        return Ok(None);
    }
    let values: Vec<Value> = std::iter::once(number.into()).chain(wanted).collect();
    tx.execute(&POOL_FOLLOW, &values).await?;
    tx.execute(&POOL_LEGS_DROP, values![number]).await?;
    let legs: Vec<Vec<Value>> = legs(number, new).collect();
    tx.set(&POOL_LEG_ADD, &legs).await?;
    Ok(Some((number, turn + 1)))
}

/// How many were added, and which others changed, with their turns.
async fn plan(tx: &mut dyn Tx, pools: &[NewPool]) -> Result<(u64, Vec<(i64, i64)>)> {
    let what =
        |new: &NewPool| values![new.service.as_str(), &new.place, &new.resource, &new.part, new.starts_at].to_vec();
    let asked: Vec<Vec<Value>> = pools.iter().map(what).collect();
    let found = tx.each(&POOL_FIND, &asked).await?;
    let mut number = tx.one(&POOL_LAST, values![]).await?.map_or(Ok(0), |row| row.int(0))?;
    let (mut rows, mut leg_rows, mut changed) = (Vec::new(), Vec::new(), Vec::new());
    let mut seen = std::collections::BTreeSet::new();
    for (new, found) in pools.iter().zip(found) {
        let one = (new.service.as_str(), &*new.place, &*new.resource, &*new.part, new.starts_at);
        if !seen.insert(one) {
            continue;
        }
        if let Some(found) = found.first() {
            changed.extend(follow(tx, new, found).await?);
            continue;
        }
        number += 1;
        let [section, ends_at, capacity, numbered, legs_count, online, on_site, phone] = wanted(new);
        let mut row = values![number, new.service.as_str(), &new.place].to_vec();
        row.push(section);
        row.extend_from_slice(values![&new.resource, &new.part, new.on, new.starts_at]);
        row.extend([ends_at, capacity, numbered, legs_count, online, on_site, phone]);
        rows.push(row);
        leg_rows.extend(legs(number, new));
    }
    tx.set(&POOL_ADD, &rows).await?;
    tx.set(&POOL_LEG_ADD, &leg_rows).await?;
    Ok((rows.len() as u64, changed))
}

impl City {
    /// Adds the pools that are missing and says how many. A pool that is there and was never edited nor sold takes over
    /// what is new here; every other one stays as it is.
    pub async fn plan_pools(&self, pools: Vec<NewPool>) -> Result<u64> {
        let mut added = 0;
        for chunk in pools.chunks(CHUNK) {
            let (new, changed) = self.write(chunk.to_vec(), |pools, tx| Box::pin(plan(tx, pools))).await?;
            added += new;
            for (number, turn) in changed {
                self.stock.changed(number, turn);
            }
        }
        Ok(added)
    }

    /// Adds a pool that no plan has; it counts as edited, so that no plan touches it. False when there is one already.
    pub async fn add_pool(&self, new: NewPool) -> Result<bool> {
        self.write(new, |new, tx| {
            Box::pin(async move {
                let what = values![new.service.as_str(), &new.place, &new.resource, &new.part, new.starts_at];
                if tx.one(&POOL_FIND, what).await?.is_some() {
                    return Ok(false);
                }
                plan(tx, std::slice::from_ref(new)).await?;
                tx.execute(&POOL_OWN, what).await?;
                Ok(true)
            })
        })
        .await
    }
}
