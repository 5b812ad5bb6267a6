//! Our store: callers with one claim each, whatever waits in one commit.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use capability::booking::{
    Profile, Refusal,
    pool::{Door, Take},
};
use kernel::{Calendar, CityId, Date, Id, Index, Money, Sealed, ServiceId, Timestamp};
use serde_json::json;
use store::{BookingNames, City, Hold, HoldParty, HoldRefused, NewPool, Opener, PoolsOf, Stores};

use crate::{Load, cpu};

const NOW: Timestamp = Timestamp(1_772_424_000_000);
const DAY_S: i64 = 86_400;
/// Nobody sells that many in a minute.
const UNITS: u32 = 100_000_000;

/// What every claim of the bench has in common.
struct Shop {
    city: City,
    many: i64,
    none: i64,
    profile: Arc<Profile>,
    calendar: Arc<Calendar>,
    service: ServiceId,
    born_on: Date,
}

pub struct Ours {
    _stores: Arc<Stores>,
    shop: Arc<Shop>,
    next: Arc<AtomicU64>,
    granted: Arc<AtomicU64>,
    refused: Arc<AtomicU64>,
    /// Goes with the bench.
    dir: Option<PathBuf>,
}

impl Drop for Ours {
    fn drop(&mut self) {
        if let Some(dir) = &self.dir {
            drop(std::fs::remove_dir_all(dir));
        }
    }
}

fn id(n: u64, salt: u64) -> Id {
    let mixed = kernel::rng::mix(n ^ salt);
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&mixed.to_be_bytes());
    bytes[8..].copy_from_slice(&n.to_be_bytes());
    Id(bytes)
}

fn index(n: u64, salt: u64) -> Index {
    let mut bytes = [0; 32];
    bytes[..16].copy_from_slice(&id(n, salt).0);
    bytes[16..].copy_from_slice(&id(n, salt + 1).0);
    Index(bytes)
}

impl Shop {
    fn starts_at() -> Timestamp {
        NOW.plus_s(DAY_S)
    }

    fn pool(service: &ServiceId, resource: &str, capacity: u32) -> NewPool {
        NewPool {
            service: service.clone(),
            place: "lakeside-park".into(),
            section: String::new(),
            resource: resource.into(),
            part: "day".into(),
            on: Self::starts_at().date(),
            starts_at: Self::starts_at(),
            ends_at: Self::starts_at().plus_s(8 * 3600),
            capacity,
            numbered: false,
            legs: 1,
            shares: [u32::MAX; 3],
        }
    }

    /// The n-th claim, of the person `who`.
    fn claim(&self, n: u64, who: u64, resource: &str, pool: i64) -> Hold {
        let account = id(who, 1);
        Hold {
            id: id(n, 2),
            request: index(n, 7).0,
            account: Some(account),
            service: self.service.clone(),
            pools: vec![(pool, Take::any(Door::Online, 1))],
            door: Door::Online,
            class: String::new(),
            names: BookingNames { place: "lakeside-park".into(), resource: resource.into(), ..BookingNames::default() },
            fault_scope: "park".into(),
            starts_at: Self::starts_at(),
            ends_at: Self::starts_at().plus_s(8 * 3600),
            parties: vec![HoldParty { account: Some(account), person: index(who, 3), born_on: self.born_on }],
            party_count: 1,
            price: Money::from_fen(5000),
            drawn: false,
            waiting: None,
            profile: Arc::clone(&self.profile),
            calendar: Arc::clone(&self.calendar),
            // As long as a sealed name, number and phone.
            detail: Sealed(vec![7; 220]),
            lookup: Some(index(n, 5)),
            messages: Vec::new(),
            // Time goes on at about the pace at which so many come.
            at: NOW.plus_ms(((n & 0xffff_ffff) / 8).cast_signed()),
        }
    }
}

impl Ours {
    pub async fn sqlite() -> Self {
        let dir = std::env::temp_dir().join(format!("shimin-rush-{}", std::process::id()));
        Self::open(Arc::new(store_sqlite::Files::new(&dir)), Some(dir)).await
    }

    pub async fn postgres(url: &str) -> Self {
        let database = store_postgres::Database::connect(url).await.expect("connects").with_prefix("rush_");
        Self::open(Arc::new(database), None).await
    }

    async fn open(opener: Arc<dyn Opener>, dir: Option<PathBuf>) -> Self {
        let stores = Stores::open(opener).await.expect("opens");
        let city = stores.city(&CityId::parse("lakeside").expect("slug")).await.expect("opens");
        let service = ServiceId::parse("lakeside-tickets").expect("slug");
        let profile = json!({
            "effective_on": "2015-01-01",
            "source": { "zh-CN": "样例", "en": "Sample" },
            "hold_s": 600,
            "release": { "at": "00:00", "days_from": 0, "days_to": 30 },
            "quota": [{ "of": "resource", "per": "day" }],
        });
        let pools = vec![Shop::pool(&service, "many", UNITS), Shop::pool(&service, "none", 1)];
        city.plan_pools(pools).await.expect("planned");
        let on = Shop::starts_at().date();
        let of = PoolsOf { service: service.clone(), place: None, resource: None, from_on: on, to_on: on };
        let pools = city.pools(of).await.expect("listed");
        let number = |resource: &str| pools.iter().find(|info| info.pool.resource == resource).expect("planned").number;
        let shop = Shop {
            many: number("many"),
            none: number("none"),
            city,
            profile: Arc::new(serde_json::from_value(profile).expect("a profile")),
            calendar: Arc::new(Calendar::default()),
            service,
            born_on: "1990-03-07".parse().expect("a date"),
        };
        let last = shop.claim(u64::MAX >> 1, u64::MAX >> 1, "none", shop.none);
        shop.city.hold(Hold { at: NOW, ..last }).await.expect("answers").expect("the only one");
        let (next, granted, refused) = Default::default();
        Self { _stores: stores, shop: Arc::new(shop), next, granted, refused, dir }
    }

    /// Everybody claims one, each another person.
    pub async fn sell(&self, time: Duration, callers: usize, server: &cpu::Server) -> Load {
        let (shop, granted) = (Arc::clone(&self.shop), Arc::clone(&self.granted));
        crate::load(time, callers, &self.next, server, move |_, n| {
            let (shop, granted) = (Arc::clone(&shop), Arc::clone(&granted));
            async move {
                shop.city.hold(shop.claim(n, n, "many", shop.many)).await.expect("answers").expect("there are many");
                granted.fetch_add(1, Ordering::Relaxed);
            }
        })
        .await
    }

    /// Everybody claims one of what is gone.
    pub async fn refuse_sold_out(&self, time: Duration, callers: usize, server: &cpu::Server) -> Load {
        let shop = Arc::clone(&self.shop);
        crate::load(time, callers, &self.refused, server, move |_, n| {
            let shop = Arc::clone(&shop);
            async move {
                let outcome = shop.city.hold(shop.claim((1 << 40) + n, (1 << 40) + n, "none", shop.none)).await;
                assert_eq!(outcome.expect("answers"), Err(HoldRefused::Refused(Refusal::SoldOut { free: 0 })));
            }
        })
        .await
    }

    /// Everybody claims another one: those who have one already.
    pub async fn refuse_over_quota(&self, time: Duration, callers: usize, server: &cpu::Server) -> Load {
        let (shop, sold) = (Arc::clone(&self.shop), self.granted.load(Ordering::SeqCst));
        crate::load(time, callers, &self.refused, server, move |_, n| {
            let shop = Arc::clone(&shop);
            async move {
                let outcome = shop.city.hold(shop.claim((1 << 40) + n, 1 + n % sold, "many", shop.many)).await;
                assert!(
                    matches!(outcome.expect("answers"), Err(HoldRefused::Refused(Refusal::OverQuota { .. }))),
                    "they have one"
                );
            }
        })
        .await
    }

    /// The pools say what the bookings say, and every booking that was acknowledged is there, once.
    pub async fn audit(&self) -> Result<(), String> {
        let city = &self.shop.city;
        let audit = city.audit_stock().await.map_err(|cause| cause.to_string())?;
        let granted = self.granted.load(Ordering::SeqCst);
        if !audit.is_clean() || audit.taken != granted + 1 {
            return Err(format!("{granted} acknowledged, {audit:?}"));
        }
        let mut seen: std::collections::HashSet<Id> = (1..=granted).map(|n| id(n, 2)).collect();
        let mut after = 0;
        loop {
            let page = city.bookings_of_pool(self.shop.many, after, 10_000).await.map_err(|cause| cause.to_string())?;
            let Some(last) = page.last() else { break };
            after = last.seq;
            for info in page {
                if !seen.remove(&info.id) {
                    return Err(format!("booking {} is there twice, or was never acknowledged", info.number));
                }
            }
        }
        if seen.is_empty() { Ok(()) } else { Err(format!("{} were acknowledged and are lost", seen.len())) }
    }
}
