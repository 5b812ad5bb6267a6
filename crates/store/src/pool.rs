//! Pools: how much there is of what can run out, and how much of it is taken.
//!
//! A pool is planned from what a city offers and edited at the desk; what is taken from it changes only with a booking, in
//! `hold` and `booking`. Each pool counts its changes in `turn`, by which the memory of it ([`mirror`]) knows whether it is
//! right. Nothing here knows a person.

pub(crate) mod edit;
pub(crate) mod give_back;
pub(crate) mod load;
pub(crate) mod mirror;
pub(crate) mod plan;

use capability::booking::pool::{Door, Pool};
use kernel::{Date, ServiceId, Timestamp};

use crate::{City, Error, Result, Row, Value, statement::statement, value::values};

pub use self::edit::BelowTaken;

statement! {
    POOL_OF_SERVICE = "SELECT number, place, section, resource, part, day, starts_at, ends_at, capacity, numbered, legs,
            online_max, on_site_max, phone_max, stopped, edited,
            coalesce((SELECT max(taken_online) FROM pool_leg WHERE pool = pool.number), 0),
            coalesce((SELECT max(taken_on_site) FROM pool_leg WHERE pool = pool.number), 0),
            coalesce((SELECT max(taken_phone) FROM pool_leg WHERE pool = pool.number), 0),
            coalesce((SELECT max(taken_online + taken_on_site + taken_phone) FROM pool_leg WHERE pool = pool.number), 0), service
        FROM pool WHERE service = ?1 AND day >= ?2 AND day <= ?3 ORDER BY day, place, number";
    POOL_OF_PLACE = "SELECT number, place, section, resource, part, day, starts_at, ends_at, capacity, numbered, legs,
            online_max, on_site_max, phone_max, stopped, edited,
            coalesce((SELECT max(taken_online) FROM pool_leg WHERE pool = pool.number), 0),
            coalesce((SELECT max(taken_on_site) FROM pool_leg WHERE pool = pool.number), 0),
            coalesce((SELECT max(taken_phone) FROM pool_leg WHERE pool = pool.number), 0),
            coalesce((SELECT max(taken_online + taken_on_site + taken_phone) FROM pool_leg WHERE pool = pool.number), 0), service
        FROM pool WHERE service = ?1 AND place = ?4 AND day >= ?2 AND day <= ?3 AND (?5 = '' OR resource = ?5) ORDER BY day, number";
    POOL_OF_NUMBER = "SELECT number, place, section, resource, part, day, starts_at, ends_at, capacity, numbered, legs,
            online_max, on_site_max, phone_max, stopped, edited,
            coalesce((SELECT max(taken_online) FROM pool_leg WHERE pool = pool.number), 0),
            coalesce((SELECT max(taken_on_site) FROM pool_leg WHERE pool = pool.number), 0),
            coalesce((SELECT max(taken_phone) FROM pool_leg WHERE pool = pool.number), 0),
            coalesce((SELECT max(taken_online + taken_on_site + taken_phone) FROM pool_leg WHERE pool = pool.number), 0), service
        FROM pool WHERE number = ?1";
    POOL_AFTER = "SELECT number FROM pool WHERE number > ?1 ORDER BY number LIMIT ?2";
}

/// A pool to be. One of a service, place, resource and part at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPool {
    pub service: ServiceId,
    pub place: String,
    pub section: String,
    pub resource: String,
    /// Which pool of a claim it is: empty, `day`, a band, `ride`, `seat`.
    pub part: String,
    pub on: Date,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub capacity: u32,
    /// Units have the numbers 1 to `capacity`.
    pub numbered: bool,
    /// 1 for what is no journey; 64 at most.
    pub legs: u8,
    /// The most that may be taken through each door, in the order of [`Door::ALL`]; `u32::MAX` for no limit.
    pub shares: [u32; 3],
}

/// A pool as lists and grids show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolInfo {
    /// Names the pool within the city.
    pub number: i64,
    pub pool: NewPool,
    /// Called off: nothing can be taken any more.
    pub stopped: bool,
    /// The desk has changed it, so what a pack says does not touch it any more.
    pub edited: bool,
    /// Taken through each door, on the leg that is fullest for it.
    pub taken: [u32; 3],
    /// Taken in all, on the fullest leg.
    pub taken_all: u32,
}

impl PoolInfo {
    /// How many can be had through a door on every leg at once. For a part of a journey ask [`City::stock`].
    #[must_use]
    pub fn free(&self, door: Door) -> u32 {
        if self.stopped {
            return 0;
        }
        let its = door as usize;
        let room = self.pool.capacity.saturating_sub(self.taken_all);
        room.min(self.pool.shares[its].saturating_sub(self.taken[its]))
    }

    fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            number: row.int(0)?,
            pool: NewPool {
                service: row.word(20, ServiceId::parse)?,
                place: row.text(1)?,
                section: row.text(2)?,
                resource: row.text(3)?,
                part: row.text(4)?,
                on: row.date(5)?,
                starts_at: row.timestamp(6)?,
                ends_at: row.timestamp(7)?,
                capacity: row.small(8)?,
                numbered: row.flag(9)?,
                legs: u8::try_from(row.int(10)?).map_err(|_| Error::Corrupt("a pool of too many legs".into()))?,
                shares: [row.small(11)?, row.small(12)?, row.small(13)?],
            },
            stopped: row.flag(14)?,
            edited: row.flag(15)?,
            taken: [row.small(16)?, row.small(17)?, row.small(18)?],
            taken_all: row.small(19)?,
        })
    }
}

/// Which pools: of a service, on the days from `from_on` to `to_on`, both included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolsOf {
    pub service: ServiceId,
    pub place: Option<String>,
    /// Only together with a place: two places may each have their window 3.
    pub resource: Option<String>,
    pub from_on: Date,
    pub to_on: Date,
}

impl City {
    /// The pools of some days, by day. Without a place also by place, so that a list of places is one read.
    pub async fn pools(&self, of: PoolsOf) -> Result<Vec<PoolInfo>> {
        let days: [Value; 3] = [of.service.as_str().into(), of.from_on.into(), of.to_on.into()];
        let rows = match &of.place {
            None => self.read(&POOL_OF_SERVICE, &days).await?,
            Some(place) => {
                let [service, from, to] = days;
                let values = [service, from, to, place.into(), of.resource.as_deref().unwrap_or_default().into()];
                self.read(&POOL_OF_PLACE, &values).await?
            }
        };
        rows.iter().map(PoolInfo::read).collect()
    }

    pub async fn pool(&self, number: i64) -> Result<Option<PoolInfo>> {
        self.read_one(&POOL_OF_NUMBER, values![number]).await?.as_ref().map(PoolInfo::read).transpose()
    }

    /// The numbers of all pools, in order; `after` is the last one of the page before. For an audit.
    pub async fn pool_numbers(&self, after: i64, limit: u32) -> Result<Vec<i64>> {
        self.read(&POOL_AFTER, values![after, limit]).await?.iter().map(|row| row.int(0)).collect()
    }

    /// How the pools stand, each as a value of its own to ask and to try on: which seats are free between two stops, what
    /// a claim would take. From memory when it is warm; `None` for a number without a pool.
    pub async fn stock(&self, numbers: &[i64], now: Timestamp) -> Result<Vec<Option<Pool>>> {
        let mut pools = Vec::with_capacity(numbers.len());
        for number in numbers {
            let pool = match self.stock.pool(*number, now) {
                Some(pool) => Some(pool),
                None => self.load_pool(*number, now).await?,
            };
            pools.push(pool.map(|pool| (*pool).clone()));
        }
        Ok(pools)
    }
}
