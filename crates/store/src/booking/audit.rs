//! Whether the pools say what the bookings say. It reads everything: for an operator, a test and the end of a bench.

use std::collections::BTreeMap;

use capability::booking::{State, pool::Taken};
use kernel::Timestamp;

use super::parts;
use crate::{City, Result, Row, pool::load, statement::statement, value::values};

/// How many pools are named that disagree.
const NAMED_MAX: usize = 100;
const PAGE: u32 = 1000;

statement! {
    STOCK_AUDIT_POOL = "SELECT b.seq, b.state, b.back_at, b.withdrawn, b.parts FROM booking_pool p JOIN booking b ON b.seq = p.booking
        WHERE p.pool = ?1";
    STOCK_AUDIT_UNITS = "SELECT unit, leg, booking FROM unit_taken WHERE pool = ?1";
    STOCK_AUDIT_LEGS = "SELECT leg, capacity, taken_online, taken_on_site, taken_phone FROM pool_leg WHERE pool = ?1";
}

/// What an audit of the stock found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StockAudit {
    pub pools: u64,
    /// Of all pools and legs.
    pub capacity: u64,
    /// By the bookings that have them.
    pub taken: u64,
    /// Pools of which more is taken than there is.
    pub oversold: Vec<i64>,
    /// Pools whose rows say something else than their bookings.
    pub disagree: Vec<i64>,
    /// Pools that memory holds otherwise than the database.
    pub misremembered: Vec<i64>,
}

impl StockAudit {
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        self.oversold.is_empty() && self.disagree.is_empty() && self.misremembered.is_empty()
    }
}

/// What one booking has of a pool, if it has it.
fn has(row: &Row, pool: i64) -> Result<Vec<(i64, Taken)>> {
    let state = row.word(1, State::parse)?;
    let back_at: Option<Timestamp> = row.maybe(2, Row::timestamp)?;
    if !(state.takes_stock() || back_at.is_some() || row.flag(3)?) {
        return Ok(Vec::new());
    }
    let seq = row.int(0)?;
    let of_pool = parts(row, 4)?.into_iter().filter(|(of, _)| *of == pool);
    Ok(of_pool.map(|(_, taken)| (seq, taken)).collect())
}

impl City {
    /// Holds every pool against its bookings and against memory. While claims come, two of its questions may see two states,
    /// so it is asked again before anybody is woken.
    pub async fn audit_stock(&self) -> Result<StockAudit> {
        let mut audit = StockAudit::default();
        let mut after = 0;
        loop {
            let numbers = self.pool_numbers(after, PAGE).await?;
            let Some(&last) = numbers.last() else { return Ok(audit) };
            self.audit_pools(&numbers, &mut audit).await?;
            after = last;
        }
    }

    /// The same for some pools, added to what was found.
    pub async fn audit_pools(&self, numbers: &[i64], audit: &mut StockAudit) -> Result<()> {
        for &number in numbers {
            self.audit_pool(number, audit).await?;
        }
        Ok(())
    }

    async fn audit_pool(&self, number: i64, audit: &mut StockAudit) -> Result<()> {
        let mut legs: BTreeMap<i64, [i64; 3]> = BTreeMap::new();
        let mut units: BTreeMap<(i64, i64), Vec<i64>> = BTreeMap::new();
        for row in self.read(&STOCK_AUDIT_POOL, values![number]).await? {
            for (seq, taken) in has(&row, number)? {
                for leg in taken.legs.from..taken.legs.to {
                    legs.entry(leg.into()).or_default()[taken.door as usize] += i64::from(taken.count);
                    for unit in &taken.units {
                        units.entry((i64::from(*unit), leg.into())).or_default().push(seq);
                    }
                }
            }
        }
        let (mut agrees, mut fits) = (units.values().all(|owners| owners.len() == 1), true);
        for row in self.read(&STOCK_AUDIT_LEGS, values![number]).await? {
            let said = legs.remove(&row.int(0)?).unwrap_or_default();
            agrees &= said == [row.int(2)?, row.int(3)?, row.int(4)?];
            let (capacity, taken) = (row.int(1)?, said.iter().sum::<i64>());
            fits &= taken <= capacity;
            audit.capacity += capacity.unsigned_abs();
            audit.taken += taken.unsigned_abs();
        }
        for row in self.read(&STOCK_AUDIT_UNITS, values![number]).await? {
            agrees &= units.remove(&(row.int(0)?, row.int(1)?)) == Some(vec![row.int(2)?]);
        }
        agrees &= legs.is_empty() && units.is_empty();
        audit.pools += 1;
        let remembered = self.stock.pool(number, Timestamp(i64::MAX));
        let loaded = self.write(number, |&number, tx| Box::pin(load::load(tx, number))).await?;
        let same = match (remembered, loaded) {
            (Some(memory), Some(loaded)) => *memory == loaded.pool,
            (None, Some(_)) => true,
            (_, None) => false,
        };
        for (wrong, list) in
            [(!fits, &mut audit.oversold), (!agrees, &mut audit.disagree), (!same, &mut audit.misremembered)]
        {
            if wrong && list.len() < NAMED_MAX {
                list.push(number);
            }
        }
        Ok(())
    }
}
