//! A pool from its rows. One statement, so that it always sees one state.

use std::sync::Arc;

use capability::booking::pool::Pool;
use kernel::Timestamp;

use super::mirror::Stand;
use crate::{City, Error, Result, Row, Tx, statement::statement, value::values};

statement! {
    POOL_LOAD = "SELECT 0, turn, capacity, numbered, legs, stopped, online_max, on_site_max, phone_max, ends_at FROM pool WHERE number = ?1
        UNION ALL SELECT 1, leg, taken_online, taken_on_site, taken_phone, 0, 0, 0, 0, 0 FROM pool_leg WHERE pool = ?1
        UNION ALL SELECT 2, leg, unit, 0, 0, 0, 0, 0, 0, 0 FROM unit_taken WHERE pool = ?1";
    pub(crate) POOL_TURN = "SELECT turn, (SELECT coalesce(max(seq), 0) FROM booking) FROM pool WHERE number = ?1",
        set "SELECT q.n, p.turn, (SELECT coalesce(max(seq), 0) FROM booking)
        FROM unnest(?1::bigint[]) WITH ORDINALITY AS q(number, n) JOIN pool p ON p.number = q.number";
}

pub(crate) struct Loaded {
    pub(crate) turn: i64,
    pub(crate) ends_at: Timestamp,
    pub(crate) pool: Pool,
}

fn read(rows: &[Row]) -> Result<Option<Loaded>> {
    let mut head = None;
    let (mut legs, mut units) = (Vec::new(), Vec::new());
    for row in rows {
        match row.int(0)? {
            0 => head = Some(row),
            1 => legs.push((row.int(1)?, [row.small(2)?, row.small(3)?, row.small(4)?])),
            _ => {
                let leg = u8::try_from(row.int(1)?).map_err(|_| Error::Corrupt("a unit on no leg".into()))?;
                units.push((row.small(2)?, leg));
            }
        }
    }
    let Some(head) = head else { return Ok(None) };
    legs.sort_unstable();
    let legs: Vec<[u32; 3]> = legs.into_iter().map(|(_, taken)| taken).collect();
    if i64::try_from(legs.len()).ok() != Some(head.int(4)?) {
        return Err(Error::Corrupt("a pool without all of its legs".into()));
    }
    let shares = [head.small(6)?, head.small(7)?, head.small(8)?];
    let mut pool = Pool::restored(head.small(2)?, shares, legs, head.flag(3)?.then_some(units));
    if head.flag(5)? {
        pool.stop();
    }
    Ok(Some(Loaded { turn: head.int(1)?, ends_at: head.timestamp(9)?, pool }))
}

/// As part of a job that decides upon it.
pub(crate) async fn load(tx: &mut dyn Tx, number: i64) -> Result<Option<Loaded>> {
    read(&tx.many(&POOL_LOAD, values![number]).await?)
}

impl City {
    /// Reads a pool into memory.
    pub(crate) async fn load_pool(&self, number: i64, now: Timestamp) -> Result<Option<Arc<Pool>>> {
        let rows = self.read(&POOL_LOAD, values![number]).await?;
        let Some(Loaded { turn, ends_at, pool }) = read(&rows)? else { return Ok(None) };
        let was_new = turn == 0;
        let stand = Stand { number, from: None, turn, pool: Arc::new(pool), was_new, ends_at };
        Ok(Some(self.stock.put(stand, now)))
    }
}
