//! The platform: everything a door needs, behind one handle that is cheap to clone.

use std::{net::IpAddr, sync::Arc};

use arc_swap::ArcSwap;
use connector::{Connector, pay::Providers};
use kernel::{
    Access, AccountId, Actor, CityId, Clock, Error, Kind, Result, Rng, ServiceId, Timestamp, access::Purpose,
};
use manifest::{Catalogue, CityPack, city::CityState};
use tokio::sync::Semaphore;

use crate::{
    Citizen, Limits, OnceKey,
    booking::{Doors, Looks, Persons, Rolled, set_price::KnownPrices},
    flight::Flights,
    job::Bells,
    limit::Rate,
    provider::Cashiers,
    purge::Purged,
    reconciliation::Looked,
    session::{Seen, Touches},
    tally::{Counted, Tally},
};

/// Each takes 19 MiB and a core.
const HASHES_AT_ONCE: usize = 2;

/// The door of what runs without anybody asking.
pub(crate) const JOB: &str = "job";

/// What a platform is made of. Only `shimin` and tests put one together.
pub struct Parts {
    pub catalogue: Catalogue,
    pub stores: Arc<store::Stores>,
    pub connector: Arc<dyn Connector>,
    pub vault: identity::Vault,
    pub clock: Arc<dyn Clock>,
    pub rng: Arc<dyn Rng>,
    pub limits: Limits,
    /// `https://host`: where citizens and payment providers find this platform.
    pub public_url: String,
}

#[derive(Clone)]
pub struct Platform {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) catalogue: ArcSwap<Catalogue>,
    pub(crate) stores: Arc<store::Stores>,
    pub(crate) connector: Arc<dyn Connector>,
    pub(crate) tally: Arc<Tally>,
    pub(crate) vault: identity::Vault,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) rng: Arc<dyn Rng>,
    pub(crate) limits: Limits,
    pub(crate) flights: Flights,
    pub(crate) providers: ArcSwap<Providers>,
    pub(crate) public_url: String,
    pub(crate) cashiers: Cashiers,
    pub(crate) looked: Looked,
    /// Looks at pools, shared by everybody who looks within a moment.
    pub(crate) looks: Looks,
    pub(crate) prices: KnownPrices,
    pub(crate) rolled: Rolled,
    pub(crate) purged: Purged,
    /// Before the claims of each city.
    pub(crate) doors: Doors,
    pub(crate) persons: Persons,
    pub(crate) touches: Touches,
    pub(crate) seen: Seen,
    /// Rung when a message is written, so that it leaves at once.
    pub(crate) bells: Bells,
    pub(crate) by_address: Rate<IpAddr>,
    pub(crate) by_register: Rate<AccountId>,
    pub(crate) by_consent: Rate<AccountId>,
    pub(crate) by_question: Rate<AccountId>,
    /// Passwords are compared slowly on purpose: so many at once, and the others wait.
    pub(crate) hashing: Semaphore,
}

impl Platform {
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let Parts { catalogue, stores, connector, vault, clock, rng, limits, public_url } = parts;
        let tally = Arc::<Tally>::default();
        Self {
            inner: Arc::new(Inner {
                catalogue: ArcSwap::from_pointee(catalogue),
                stores,
                connector: Arc::new(Counted { connector, tally: Arc::clone(&tally) }),
                tally,
                vault,
                clock,
                rng,
                flights: Flights::default(),
                providers: ArcSwap::from_pointee(Providers::default()),
                public_url,
                cashiers: Cashiers::default(),
                looked: Looked::default(),
                looks: Looks::default(),
                prices: KnownPrices::default(),
                rolled: Rolled::default(),
                purged: Purged::default(),
                doors: Doors::default(),
                persons: Persons::default(),
                touches: Touches::default(),
                seen: Seen::default(),
                bells: Bells::default(),
                by_address: Rate::new(limits.address_hour_max, 3_600),
                by_register: Rate::new(limits.register_hour_max, 3_600),
                by_consent: Rate::new(limits.consent_hour_max, 3_600),
                by_question: Rate::new(limits.ask_minute_max, 60),
                hashing: Semaphore::new(HASHES_AT_ONCE),
                limits,
            }),
        }
    }

    /// The packs in force. A reader keeps the one it took, however often packs are published meanwhile.
    #[must_use]
    pub fn catalogue(&self) -> Arc<Catalogue> {
        self.inner.catalogue.load_full()
    }

    /// Puts other packs in force, as a whole.
    pub fn publish(&self, catalogue: Catalogue) {
        self.inner.catalogue.store(Arc::new(catalogue));
    }

    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.inner.clock
    }

    #[must_use]
    pub fn rng(&self) -> &Arc<dyn Rng> {
        &self.inner.rng
    }

    /// Where citizens reach the pages.
    #[must_use]
    pub fn public_url(&self) -> &str {
        &self.inner.public_url
    }

    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    /// A city that is open to citizens.
    pub(crate) fn open_city(&self, catalogue: &Catalogue, id: &CityId) -> Result<Arc<CityPack>> {
        let pack = catalogue.city(id.as_str()).filter(|pack| pack.city.state == CityState::Open);
        pack.cloned().ok_or_else(|| Kind::NotFound.into())
    }

    /// The entry for a reading by this citizen.
    pub(crate) fn access(
        &self,
        citizen: &Citizen,
        subject: AccountId,
        purpose: Purpose,
        service: Option<&ServiceId>,
    ) -> Access {
        // What the platform does because somebody allowed it is read by the platform, and their log says so.
        let actor = if citizen.door == JOB { Actor::Platform } else { Actor::Citizen(citizen.account) };
        Access { at: self.now(), actor, subject, purpose, service: service.cloned(), door: citizen.door }
    }

    /// Cells of every city that citizens can have used.
    pub(crate) async fn cells(&self) -> Result<Vec<(CityId, store::City)>> {
        let catalogue = self.catalogue();
        let mut cells = Vec::new();
        for (id, _) in catalogue.cities.iter().filter(|(_, pack)| pack.city.state == CityState::Open) {
            cells.push((id.clone(), self.inner.stores.city(id).await?));
        }
        Ok(cells)
    }
}

/// What makes a repeated form the same request: who, under which key, and everything that was typed.
pub(crate) fn once(citizen: &Citizen, key: &OnceKey, deed: &str, parts: &[&str]) -> store::Once {
    let bytes: Vec<&[u8]> = std::iter::once(deed).chain(parts.iter().copied()).map(str::as_bytes).collect();
    store::Once { actor: citizen.account, key: key.as_str().to_owned(), request_hash: identity::digest(&bytes) }
}

pub(crate) fn key_reused() -> Error {
    Error::new(Kind::Conflict("idempotency_key_reused"))
}

pub(crate) fn need_real_name(citizen: &Citizen) -> Result<()> {
    if citizen.verified { Ok(()) } else { Err(Kind::RealNameNeeded.into()) }
}
