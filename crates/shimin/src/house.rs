//! The wiring: which store, which connector, which doors. Nobody else names an adapter.

use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::{MatchedPath, Request, State},
    http::StatusCode,
    middleware::{self, Next},
    response::Response,
};
use engine::{Limits, Parts, Platform, SteadyClock};
use kernel::{Clock, Rng, Timestamp};
use manifest::{Catalogue, city::CityState};
use sandbox::{Area, Sandbox};
use store::{Opener, Stores};
use tower::ServiceBuilder;
use tower_http::{catch_panic::CatchPanicLayer, limit::RequestBodyLimitLayer, timeout::TimeoutLayer};

use crate::{
    key,
    output::{Ending, Trouble},
    shop::Shops,
};

/// What a house is built from.
pub struct Settings {
    pub catalogue: Catalogue,
    /// Where SQLite files and the master key lie.
    pub data: PathBuf,
    /// `postgres://…`: the data lies there instead of in files.
    pub database: Option<String>,
    /// Keeps several deployments in one database apart.
    pub schema_prefix: Option<String>,
    /// `http://host:port` of the sandbox, as this process reaches it.
    pub sandbox_url: Option<String>,
    /// The same, as a citizen's browser reaches it.
    pub sandbox_public_url: Option<String>,
    /// Department hosts that may be spoken to over plain HTTP or at private addresses.
    pub allow_hosts: Vec<String>,
    /// The platform stands behind TLS.
    pub secure_cookies: bool,
    pub limits: Limits,
    /// The file of the city's shops at payment providers. Without it the sandbox's are used, if there is a sandbox.
    pub payment_file: Option<PathBuf>,
    /// Where citizens and payment providers find this platform: `https://host`.
    pub public_url: String,
    pub clock: Arc<dyn Clock>,
    pub rng: Arc<dyn Rng>,
}

/// A platform ready to be served.
pub struct House {
    pub platform: Platform,
    pub stores: Arc<Stores>,
    pub router: Router,
    pub meter: Arc<api::Meter>,
    pub csp_reports: web::CspReports,
}

/// No form and no request of the API is longer.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// Longer than any deadline of a department.
const REQUEST_TIME_MAX: Duration = Duration::from_secs(30);

impl House {
    pub async fn build(mut settings: Settings) -> Result<Self, Trouble> {
        let stores = open_stores(&settings).await?;
        let clock = Arc::new(SteadyClock::new(settings.clock, latest(&stores, &settings.catalogue).await?));
        settings.clock = Arc::<SteadyClock>::clone(&clock);
        let vault = identity::Vault::new(key::load_or_create(&settings.data, settings.rng.as_ref())?);
        let connector = connector_http::Http::new(connector_http::Config {
            sandbox: settings.sandbox_url.clone(),
            allow_hosts: settings.allow_hosts.clone(),
            clock: Arc::clone(&settings.clock),
        })
        .map_err(Trouble::failed)?;
        let shops = Shops {
            file: settings.payment_file.clone(),
            sandbox: settings.sandbox_url.clone(),
            sandbox_pages: settings.sandbox_public_url.clone(),
            data: settings.data.clone(),
            allow_hosts: settings.allow_hosts.clone(),
            clock: Arc::clone(&settings.clock),
            rng: Arc::clone(&settings.rng),
        };
        let platform = Platform::new(Parts {
            catalogue: settings.catalogue,
            stores: Arc::clone(&stores),
            connector: Arc::new(connector),
            vault,
            clock: settings.clock,
            rng: settings.rng,
            limits: settings.limits,
            public_url: settings.public_url,
        });
        shops.open(&platform).await?;
        let meter = Arc::new(api::Meter::default());
        meter.watch(
            "shimin_clock_doubt_ms",
            "How far the machine's clock was moved from the time that is gone by; 0 while it is believed.",
            move || clock.doubt_ms().unsigned_abs(),
        );
        let csp_reports = web::CspReports::default();
        let counter = csp_reports.clone();
        meter.watch("shimin_csp_reports_total", "Browsers' reports of a broken content policy.", move || {
            counter.count()
        });
        let counted = Arc::clone(&meter);
        let pages = web::router(web::Web {
            platform: platform.clone(),
            sandbox_url: settings.sandbox_public_url.clone(),
            secure_cookies: settings.secure_cookies,
            csp_reports: csp_reports.clone(),
            answered: Arc::new(move |method, route, status, took| {
                counted.request("web", method.as_str(), route, status.as_u16(), took);
            }),
        });
        let desk = console::router(console::Console {
            platform: platform.clone(),
            sandbox_url: settings.sandbox_public_url,
            secure_cookies: settings.secure_cookies,
        })
        .layer(middleware::from_fn_with_state(("desk", Arc::clone(&meter)), count));
        // Pages bound their own time, bodies and panics, and answer with a page.
        let bounds = ServiceBuilder::new()
            .layer(CatchPanicLayer::new())
            .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, REQUEST_TIME_MAX))
            .layer(RequestBodyLimitLayer::new(BODY_BYTES_MAX));
        let api = api::router(api::Api::new(platform.clone(), Arc::clone(&meter)));
        let router = pages.merge(desk.merge(api).layer(bounds));
        Ok(Self { platform, stores, router, meter, csp_reports })
    }
}

/// The latest time that any open city has on record: a clock that was set back while the house was closed takes nothing
/// back.
async fn latest(stores: &Stores, catalogue: &Catalogue) -> Result<Timestamp, Trouble> {
    let closed = |cause| Trouble::new(Ending::Unreachable, format!("a city's store does not open: {cause}"));
    let mut latest = Timestamp(0);
    for (id, _) in catalogue.cities.iter().filter(|(_, pack)| pack.city.state == CityState::Open) {
        let cell = stores.city(id).await.map_err(closed)?;
        latest = latest.max(cell.highest_time().await.map_err(closed)?);
    }
    Ok(latest)
}

async fn open_stores(settings: &Settings) -> Result<Arc<Stores>, Trouble> {
    let opener: Arc<dyn Opener> = match &settings.database {
        Some(url) => {
            let database = store_postgres::Database::connect(url)
                .await
                .map_err(|cause| Trouble::new(Ending::Unreachable, format!("the database: {cause}")))?;
            match &settings.schema_prefix {
                Some(prefix) => Arc::new(database.with_prefix(prefix)),
                None => Arc::new(database),
            }
        }
        None => {
            let data = &settings.data;
            std::fs::create_dir_all(data).map_err(|cause| Trouble::failed(format!("{}: {cause}", data.display())))?;
            Arc::new(store_sqlite::Files::new(data.clone()))
        }
    };
    Stores::open_with(opener, Arc::clone(&settings.rng))
        .await
        .map_err(|cause| Trouble::new(Ending::Unreachable, format!("the store does not open: {cause}")))
}

/// Counts what the pages answered, by the pattern of the route.
async fn count(State((door, meter)): State<(&'static str, Arc<api::Meter>)>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    let route = route.as_ref().map_or("none", |route| route.as_str());
    meter.request(door, method.as_str(), route, response.status().as_u16(), began.elapsed());
    response
}

/// A sandbox that knows every city of a catalogue. Cities that are open come first: the demo logins live in the first.
#[must_use]
pub fn sandbox_of(catalogue: &Catalogue, seed: u64, persons: u64, clock: Arc<dyn Clock>) -> Arc<Sandbox> {
    Sandbox::new(sandbox::Config { seed, persons, areas: areas(catalogue), clock })
}

/// Every city as the sandbox needs it, the open ones first, and of them the one that lists the most.
#[must_use]
pub fn areas(catalogue: &Catalogue) -> Vec<Area> {
    let mut packs: Vec<_> = catalogue.cities.values().collect();
    packs.sort_by_key(|pack| (pack.city.state != CityState::Open, std::cmp::Reverse(pack.city.services.len())));
    packs
        .into_iter()
        .map(|pack| Area {
            code: pack.city.code.clone(),
            plates: pack.city.plates.iter().map(|plate| plate.replace('*', "A")).collect(),
            name: pack.city.name.zh_cn.clone(),
        })
        .collect()
}

/// A socket to listen on.
pub async fn bind(address: SocketAddr) -> Result<tokio::net::TcpListener, Trouble> {
    tokio::net::TcpListener::bind(address).await.map_err(|cause| {
        let hint = if cause.kind() == std::io::ErrorKind::AddrInUse { "; choose another port" } else { "" };
        Trouble::failed(format!("cannot listen on {address}: {cause}{hint}"))
    })
}
