//! The town: a sandbox and a platform, running.

use std::{
    collections::BTreeSet,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
};

use engine::{Limits, Platform};
use kernel::{CityId, Clock, SystemClock, SystemRng};
use manifest::{Catalogue, CityPack, Service};
use sandbox::{Department, Fault, Sandbox};
use shimin::{
    house::{self, House, Settings},
    packs::Source,
    server::{self, Bounds},
};
use tokio::{sync::watch, task::JoinSet};

use crate::{
    Cast, Engine, Visitor,
    database::{Directory, new_name, postgres_url},
};

/// How a town is made.
pub struct TownConfig {
    pub engine: Engine,
    /// The packs; those of the repository by default.
    pub packs: Source,
    pub clock: Arc<dyn Clock>,
    pub persons: u64,
    pub limits: Limits,
}

impl TownConfig {
    #[must_use]
    pub fn new(engine: Engine) -> Self {
        // Everybody in a test lives at one address and asks quickly.
        let limits = Limits {
            address_hour_max: 1_000_000,
            ask_minute_max: 1_000_000,
            register_hour_max: 1_000,
            ..Limits::default()
        };
        Self {
            engine,
            packs: Source::Directory(packs()),
            clock: Arc::new(SystemClock),
            persons: sandbox::PERSONS_DEFAULT,
            limits,
        }
    }
}

/// The packs of the repository.
#[must_use]
pub fn packs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs")
}

/// What stays when a platform goes: the sandbox, and where the data lies.
pub struct Grounds {
    pub sandbox: Arc<Sandbox>,
    pub sandbox_url: String,
    pub clock: Arc<dyn Clock>,
    engine: Engine,
    packs: Source,
    name: String,
    directory: Directory,
    /// The sandbox stops with its grounds.
    _end: watch::Sender<bool>,
}

impl Grounds {
    /// A running sandbox and no data.
    pub async fn new(config: &TownConfig) -> Self {
        let name = new_name();
        let directory = Directory::new(&name);
        let catalogue = shimin::packs::open(&config.packs).expect("packs that can be opened");
        let sandbox = house::sandbox_of(&catalogue, 2015, config.persons, Arc::clone(&config.clock));
        let (end, told) = watch::channel(false);
        let listener = house::bind(ANY).await.expect("a free port");
        let sandbox_url = format!("http://{}", listener.local_addr().expect("an address"));
        let router = sandbox::router(Arc::clone(&sandbox));
        tokio::spawn(server::serve(listener, router, Bounds::default(), ending(told)));
        let (engine, packs, clock) = (config.engine, config.packs.clone(), Arc::clone(&config.clock));
        Self { sandbox, sandbox_url, clock, engine, packs, name, directory, _end: end }
    }

    #[must_use]
    pub fn data(&self) -> &Path {
        &self.directory.0
    }

    /// Where the data lies, if not in files.
    #[must_use]
    pub fn database(&self) -> Option<String> {
        (self.engine == Engine::Postgres).then(postgres_url)
    }

    /// Keeps these data apart from those of other towns in the same database.
    #[must_use]
    pub fn schema_prefix(&self) -> String {
        format!("{}_", self.name)
    }
}

const ANY: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

async fn ending(mut told: watch::Receiver<bool>) {
    let _ = told.wait_for(|told| *told).await;
}

pub struct Town {
    pub platform: Platform,
    /// What lies behind the platform, for tests that audit the books.
    pub stores: Arc<store::Stores>,
    /// The house itself, for whoever calls it without a connection.
    pub router: axum::Router,
    pub sandbox: Arc<Sandbox>,
    /// `http://127.0.0.1:port`
    pub url: String,
    pub sandbox_url: String,
    pub http: reqwest::Client,
    pub clock: Arc<dyn Clock>,
    pub csp_reports: web::CspReports,
    phones: AtomicU32,
    taken: Mutex<BTreeSet<u64>>,
    end: watch::Sender<bool>,
    running: JoinSet<()>,
    grounds: Option<Grounds>,
}

impl Town {
    pub async fn start(config: TownConfig) -> Self {
        let grounds = Grounds::new(&config).await;
        Self::open(grounds, config.limits).await
    }

    /// A platform over whatever data there is.
    pub async fn open(grounds: Grounds, limits: Limits) -> Self {
        let (end, told) = watch::channel(false);
        let listener = house::bind(ANY).await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let house = House::build(Settings {
            catalogue: shimin::packs::open(&grounds.packs).expect("packs that can be opened"),
            data: grounds.data().to_owned(),
            database: grounds.database(),
            schema_prefix: Some(grounds.schema_prefix()),
            sandbox_url: Some(grounds.sandbox_url.clone()),
            sandbox_public_url: Some(grounds.sandbox_url.clone()),
            allow_hosts: Vec::new(),
            secure_cookies: false,
            limits,
            public_url: url.clone(),
            payment_file: None,
            clock: Arc::clone(&grounds.clock),
            rng: Arc::new(SystemRng),
        })
        .await
        .expect("a house");
        let mut running = JoinSet::new();
        let (jobs, jobs_end) = (house.platform.clone(), ending(told.clone()));
        running.spawn(async move { jobs.run_jobs(jobs_end).await });
        let served = server::serve(listener, house.router.clone(), Bounds::default(), ending(told));
        running.spawn(async move {
            let _ = served.await;
        });
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .expect("an HTTP client");
        Self {
            platform: house.platform,
            stores: house.stores,
            router: house.router,
            sandbox: Arc::clone(&grounds.sandbox),
            url,
            sandbox_url: grounds.sandbox_url.clone(),
            http,
            clock: Arc::clone(&grounds.clock),
            csp_reports: house.csp_reports,
            phones: AtomicU32::new(0),
            taken: Mutex::default(),
            end,
            running,
            grounds: Some(grounds),
        }
    }

    /// Waits for the shops at the sandbox's gateways, which are opened in the background.
    pub async fn with_shops(self) -> Self {
        for _ in 0..400 {
            if self.platform.providers().len() == sandbox::Gateway::ALL.len() {
                return self;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        panic!("no payment providers");
    }

    /// Ends the platform in order and leaves the sandbox and the data to whoever comes next.
    pub async fn close(mut self) -> Grounds {
        let _ = self.end.send(true);
        while self.running.join_next().await.is_some() {}
        self.stores.close().await.expect("the store closes");
        self.grounds.take().expect("a town stands on its grounds")
    }

    /// Where the data lies.
    ///
    /// # Panics
    /// Never: a town stands on its grounds.
    #[must_use]
    pub fn data(&self) -> &Path {
        self.grounds.as_ref().expect("a town stands on its grounds").data()
    }

    #[must_use]
    pub fn catalogue(&self) -> Arc<Catalogue> {
        self.platform.catalogue()
    }

    /// The open city that lists the most.
    #[must_use]
    pub fn open_city(&self) -> Arc<CityPack> {
        let catalogue = self.catalogue();
        Arc::clone(catalogue.foremost().expect("an open city"))
    }

    /// The services of a city.
    #[must_use]
    pub fn services(&self, city: &CityPack) -> Vec<Arc<Service>> {
        self.catalogue().services_of(city).map(Arc::clone).collect()
    }

    /// Somebody who has not signed in yet, with a phone of their own.
    pub fn visitor(&self, city: &CityId, cast: Cast) -> Visitor<'_> {
        // Nobody checks whose phone it is; counting down keeps clear of the persons' own numbers.
        let n = 9_999 - self.next_number();
        Visitor::new(self, city.clone(), cast, format!("1990000{n:04}"))
    }

    /// Signed in and known by their real name, as the engine sees them.
    pub async fn citizen(&self, city: &CityId, cast: Cast) -> engine::Citizen {
        let visitor = self.visitor(city, cast).signs_in().await.passes_real_name().await;
        self.platform.citizen(&visitor.token, "web").await.expect("answers").expect("signed in")
    }

    /// A citizen of the first open city, of whom nothing else matters.
    pub async fn somebody(&self) -> engine::Citizen {
        let city = self.open_city();
        let cast = self.cast(&city, manifest::story::Role::DriverWithoutViolations);
        self.citizen(&city.city.id, cast).await
    }

    /// A number that this town has not given yet.
    pub(crate) fn next_number(&self) -> u32 {
        self.phones.fetch_add(1, Ordering::Relaxed)
    }

    /// A person who plays a role in a city; each time another one, because a person has one account.
    #[must_use]
    pub fn cast(&self, city: &CityPack, role: manifest::story::Role) -> Cast {
        self.cast_with(city, role, None)
    }

    /// The same for a service: customers have their account at the biller that answers it.
    #[must_use]
    pub fn cast_for(&self, city: &CityPack, service: &Service, role: manifest::story::Role) -> Cast {
        let biller = sandbox::Biller::parse(department_of(city, service.id.as_str()).word());
        self.cast_with(city, role, biller.map(|biller| (&service.id, biller)))
    }

    fn cast_with(
        &self,
        city: &CityPack,
        role: manifest::story::Role,
        at: Option<(&kernel::ServiceId, sandbox::Biller)>,
    ) -> Cast {
        let mut taken = self.taken.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let cast = crate::cast(&self.sandbox, &city.city.code, role, at, self.clock.today(), &taken)
            .unwrap_or_else(|| panic!("nobody in the sandbox plays {role:?}"));
        taken.insert(cast.person.person.n);
        cast
    }

    /// The first person of a city who fits and is not taken by another role: for what needs no card.
    pub fn guest(&self, city: &CityPack, fits: impl Fn(&sandbox::Citizen, i16) -> bool) -> Cast {
        let mut taken = self.taken.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let person = crate::role::guest(&self.sandbox, &city.city.code, self.clock.today(), &taken, fits);
        let person = person.expect("somebody in the sandbox fits");
        taken.insert(person.person.n);
        Cast { person, subject: manifest::service::Subject::Person, vehicle: 0, account: None }
    }

    /// Makes the department of a service misbehave.
    pub fn fault(&self, department: Department, fault: Fault) {
        self.sandbox.set_fault(department, fault, sandbox::DELAY_MS_DEFAULT);
    }
}

impl Drop for Town {
    fn drop(&mut self) {
        let _ = self.end.send(true);
    }
}

/// The sandbox's department behind a service of a city.
#[must_use]
pub fn department_of(pack: &CityPack, service: &str) -> Department {
    let binding = &pack.bindings.service.iter().find(|(id, _)| id.as_str() == service).expect("a binding").1;
    let department = &pack.bindings.department[&binding.department];
    let word = department.base_url.rsplit('/').next().unwrap_or_default();
    Department::parse(word).unwrap_or_else(|| panic!("{word} is no department of the sandbox"))
}
