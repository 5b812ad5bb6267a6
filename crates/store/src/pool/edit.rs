//! What the desk does to a pool: more or fewer units, other shares for the doors, calling it off.

pub use capability::booking::pool::BelowTaken;

use super::load;
use crate::{City, Error, Result, statement::statement, value::values};

statement! {
    POOL_RESIZE = "UPDATE pool SET capacity = ?2, online_max = ?3, on_site_max = ?4, phone_max = ?5, edited = 1, turn = turn + 1
        WHERE number = ?1 RETURNING turn";
    POOL_LEG_RESIZE = "UPDATE pool_leg SET capacity = ?2,
            online_max = CASE WHEN taken_online > ?3 THEN taken_online ELSE ?3 END,
            on_site_max = CASE WHEN taken_on_site > ?4 THEN taken_on_site ELSE ?4 END,
            phone_max = CASE WHEN taken_phone > ?5 THEN taken_phone ELSE ?5 END
        WHERE pool = ?1";
    POOL_STOP = "UPDATE pool SET stopped = 1, edited = 1, turn = turn + 1 WHERE number = ?1 AND stopped = 0 RETURNING turn";
}

impl City {
    /// Another capacity and other shares for the doors (in the order of `Door::ALL`, `u32::MAX` for no limit). It cannot
    /// fall below what is taken. A share may: then nothing more is taken through that door until enough has come back.
    pub async fn resize_pool(&self, number: i64, capacity: u32, shares: [u32; 3]) -> Result<Result<(), BelowTaken>> {
        let turn = self
            .write((number, capacity, shares), |&(number, capacity, shares), tx| {
                Box::pin(async move {
                    let loaded = load::load(tx, number).await?.ok_or(Error::Missing("pool"))?;
                    let mut pool = loaded.pool;
                    if let Err(below) = pool.resize(capacity) {
                        return Ok(Err(below));
                    }
                    let [online, on_site, phone] = shares;
                    let values = values![number, capacity, online, on_site, phone];
                    tx.execute(&POOL_LEG_RESIZE, values).await?;
                    tx.one(&POOL_RESIZE, values).await?.ok_or(Error::Missing("pool"))?.int(0).map(Ok)
                })
            })
            .await?;
        Ok(turn.map(|turn| self.stock.changed(number, turn)))
    }

    /// Calls a pool off: no new claim is granted from now on. Bookings that stand are the caller's to stop, one by one. False
    /// when it is called off already, or there is no such pool.
    pub async fn stop_pool(&self, number: i64) -> Result<bool> {
        let row = self.write(number, |&number, tx| Box::pin(async move { tx.one(&POOL_STOP, values![number]).await }));
        let Some(row) = row.await? else { return Ok(false) };
        self.stock.changed(number, row.int(0)?);
        Ok(true)
    }
}
