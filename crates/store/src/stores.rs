//! All cells of one deployment: the platform's, opened at the start, and the cities', opened when first asked for.

use std::{
    collections::HashMap,
    ops::Deref,
    sync::{Arc, PoisonError, RwLock},
};

use capability::booking::number::Numbering;
use kernel::{CityId, Rng, SystemRng};

use crate::{
    Batcher, Cell, CellName, HeldBooking, HoldRefused, Opener, PostRefused, Posting, Result,
    hold::{Claim, hold_batch},
    ledger::{Accounts, post_batch},
    numbering,
    pool::mirror::Mirror,
};

/// The cell of accounts, codes, sessions and consents. It also has everything that [`Cell`] has.
#[derive(Clone)]
pub struct Platform(Cell);

/// The cell of one city: cards, kept answers, money and stock. It also has everything that [`Cell`] has.
#[derive(Clone)]
pub struct City {
    cell: Cell,
    pub(crate) accounts: Accounts,
    pub(crate) postings: Batcher<Posting, Result<i64, PostRefused>>,
    pub(crate) stock: Mirror,
    pub(crate) holds: Batcher<Claim, Result<HeldBooking, HoldRefused>>,
    pub(crate) numbering: Numbering,
}

impl City {
    fn new(cell: Cell, numbering: Numbering) -> Self {
        let accounts = Accounts::default();
        let (of, known) = (cell.clone(), accounts.clone());
        let postings = Batcher::new(move |batch| post_batch(of.clone(), known.clone(), batch));
        let stock = Mirror::new(cell.engine().is_alone());
        let (of, known) = (cell.clone(), stock.clone());
        let holds = Batcher::new(move |batch| hold_batch(of.clone(), known.clone(), numbering, batch));
        Self { cell, accounts, postings, stock, holds, numbering }
    }

    pub(crate) const fn cell(&self) -> &Cell {
        &self.cell
    }
}

impl Deref for Platform {
    type Target = Cell;

    fn deref(&self) -> &Cell {
        &self.0
    }
}

impl Deref for City {
    type Target = Cell;

    fn deref(&self) -> &Cell {
        &self.cell
    }
}

pub struct Stores {
    opener: Arc<dyn Opener>,
    rng: Arc<dyn Rng>,
    platform: Platform,
    cities: RwLock<HashMap<CityId, City>>,
    /// Held while a city is opened, so that two callers do not migrate it at once.
    opening: tokio::sync::Mutex<()>,
}

impl Stores {
    pub async fn open(opener: Arc<dyn Opener>) -> Result<Arc<Self>> {
        Self::open_with(opener, Arc::new(SystemRng)).await
    }

    /// The same with the source of the access entries' ids as an argument.
    pub async fn open_with(opener: Arc<dyn Opener>, rng: Arc<dyn Rng>) -> Result<Arc<Self>> {
        let name = CellName::Platform;
        let engine = opener.open(&name).await?;
        let platform = Platform(Cell::new(name, engine, Arc::clone(&rng)));
        Ok(Arc::new(Self { opener, rng, platform, cities: RwLock::default(), opening: tokio::sync::Mutex::default() }))
    }

    #[must_use]
    pub const fn platform(&self) -> &Platform {
        &self.platform
    }

    pub async fn city(&self, id: &CityId) -> Result<City> {
        if let Some(city) = self.opened(id) {
            return Ok(city);
        }
        let _opening = self.opening.lock().await;
        if let Some(city) = self.opened(id) {
            return Ok(city);
        }
        let name = CellName::City(id.clone());
        let engine = self.opener.open(&name).await?;
        let cell = Cell::new(name, engine, Arc::clone(&self.rng));
        let numbering = numbering::of(&cell, &*self.rng).await?;
        let city = City::new(cell, numbering);
        self.cities.write().unwrap_or_else(PoisonError::into_inner).insert(id.clone(), city.clone());
        Ok(city)
    }

    /// The cells that are open: the platform's, and those of cities that were asked for.
    #[must_use]
    pub fn opened_cells(&self) -> Vec<Cell> {
        let cities = self.cities.read().unwrap_or_else(PoisonError::into_inner);
        let mut cities: Vec<&City> = cities.values().collect();
        cities.sort_by_cached_key(|city| city.name().to_string());
        std::iter::once(&self.platform.0).chain(cities.into_iter().map(|city| &city.cell)).cloned().collect()
    }

    fn opened(&self, id: &CityId) -> Option<City> {
        self.cities.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    /// Commits what waits in every cell, then refuses further writes.
    pub async fn close(&self) -> Result<()> {
        let cities: Vec<City> = self.cities.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect();
        for city in cities {
            city.engine().close().await?;
        }
        self.platform.engine().close().await
    }
}
