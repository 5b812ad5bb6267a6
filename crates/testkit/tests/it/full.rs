//! The store is full, or its writer is: failures put in below everything, at the narrow waist. Reading goes on, writing is
//! answered with 503 and when to come back, on pages and in the API, nothing stands half, and all is well afterwards.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use engine::{Device, Limits, Parts, Platform, SessionKind};
use kernel::{Lang, SystemClock, SystemRng};
use store::{CellName, Done, Engine as StoreEngine, Error, Fut, Job, Load, Opener, Row, Statement, Stores, Value};
use testkit::{Engine, Town, TownConfig};
use tower::ServiceExt as _;

const WELL: u8 = 0;
const DISK_FULL: u8 = 1;
const QUEUE_FULL: u8 = 2;

/// A store whose writes fail as they are told to.
struct Failing<T> {
    inner: T,
    how: Arc<AtomicU8>,
}

impl Opener for Failing<store_sqlite::Files> {
    fn open<'a>(&'a self, cell: &'a CellName) -> Fut<'a, Arc<dyn StoreEngine>> {
        Box::pin(async move {
            let inner = self.inner.open(cell).await?;
            Ok(Arc::new(Failing { inner, how: Arc::clone(&self.how) }) as Arc<dyn StoreEngine>)
        })
    }
}

impl StoreEngine for Failing<Arc<dyn StoreEngine>> {
    fn read<'a>(&'a self, statement: &'static Statement, values: &'a [Value]) -> Fut<'a, Vec<Row>> {
        self.inner.read(statement, values)
    }

    fn write(&self, job: Box<dyn Job>) -> Fut<'_, Done> {
        match self.how.load(Ordering::SeqCst) {
            DISK_FULL => Box::pin(async { Err(Error::Unavailable("COMMIT: database or disk is full".into())) }),
            QUEUE_FULL => Box::pin(async { Err(Error::Busy { position: store::QUEUE_MAX + 1 }) }),
            _ => self.inner.write(job),
        }
    }

    fn prepare(&self, statement: &'static Statement) -> Fut<'_, ()> {
        self.inner.prepare(statement)
    }

    fn load(&self) -> Load {
        self.inner.load()
    }

    fn is_alone(&self) -> bool {
        self.inner.is_alone()
    }

    fn close(&self) -> Fut<'_, ()> {
        self.inner.close()
    }
}

struct Answer {
    status: StatusCode,
    retry_after_s: Option<u32>,
    text: String,
}

async fn call(door: &Router, method: &str, path: &str, authority: (&str, String), body: &str) -> Answer {
    let kind = if body.starts_with('{') { "application/json" } else { "application/x-www-form-urlencoded" };
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(authority.0, authority.1)
        .header(header::CONTENT_TYPE, kind)
        .body(Body::from(body.to_owned()))
        .expect("a request");
    let response = door.clone().oneshot(request).await.expect("answers");
    let retry = response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    let status = response.status();
    let bytes = to_bytes(response.into_body(), 1 << 20).await.expect("a body");
    Answer { status, retry_after_s: retry, text: String::from_utf8_lossy(&bytes).into_owned() }
}

/// The town's sandbox and packs, and a platform of its own over a store that can be told to fail.
async fn platform(town: &Town, data: &Path, how: &Arc<AtomicU8>) -> Platform {
    let opener = Failing { inner: store_sqlite::Files::new(data), how: Arc::clone(how) };
    let connector = connector_http::Http::new(connector_http::Config {
        sandbox: Some(town.sandbox_url.clone()),
        allow_hosts: Vec::new(),
        clock: Arc::new(SystemClock),
    });
    Platform::new(Parts {
        catalogue: shimin::packs::open(&TownConfig::new(Engine::Sqlite).packs).expect("packs"),
        stores: Stores::open(Arc::new(opener)).await.expect("opens"),
        connector: Arc::new(connector.expect("a connector")),
        vault: identity::Vault::new([7; 32]),
        clock: Arc::new(SystemClock),
        rng: Arc::new(SystemRng),
        limits: Limits::default(),
        public_url: town.url.clone(),
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_full_answers_reads_says_when_to_write_again_and_recovers() {
    let town = Town::start(TownConfig::new(Engine::Sqlite)).await;
    let (data, how) = (std::env::temp_dir().join(format!("shimin-full-{}", std::process::id())), Arc::default());
    let platform = platform(&town, &data, &how).await;
    tokio::spawn({
        let jobs = platform.clone();
        async move { jobs.run_jobs(std::future::pending()).await }
    });
    let pages = web::router(web::Web {
        platform: platform.clone(),
        sandbox_url: None,
        secure_cookies: false,
        csp_reports: web::CspReports::default(),
        answered: Arc::new(|_, _, _, _| {}),
    });
    let api = api::router(api::Api::new(platform.clone(), Arc::new(api::Meter::default())));
    let (phone, here) = ("19900009998", "127.0.0.1".parse().expect("an address"));
    platform.send_code(phone, here, Lang::En).await.expect("sent");
    let mut code = None;
    while code.is_none() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        code = town.sandbox.messages(phone).first().and_then(sandbox::Sms::code).map(str::to_owned);
    }
    let device = Device { label: "test".into(), address: here, kind: SessionKind::Web };
    let token = platform.sign_in(phone, &code.expect("a code"), device).await.expect("signed in").token;
    let cookie = || ("cookie", format!("{}={token}", web::session_name(false)));
    let bearer = || ("authorization", format!("Bearer {token}"));
    let home = format!("/{}", town.open_city().city.id);
    let sizes = ["standard", "large", "huge"];

    for (failure, size) in [WELL, DISK_FULL, QUEUE_FULL].into_iter().zip(sizes) {
        how.store(failure, Ordering::SeqCst);
        let page = call(&pages, "GET", &home, cookie(), "").await;
        assert_eq!(page.status, StatusCode::OK, "reading goes on: {failure}");
        let saved = call(&pages, "POST", "/settings", cookie(), &format!("size={size}")).await;
        let put = call(&api, "PUT", "/api/v1/preferences", bearer(), &format!("{{\"size\": \"{size}\"}}")).await;
        if failure == WELL {
            assert_eq!((saved.status, put.status), (StatusCode::SEE_OTHER, StatusCode::NO_CONTENT));
            continue;
        }
        for answer in [&saved, &put] {
            assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{failure}: {}", answer.text);
            assert!(answer.retry_after_s.is_some_and(|seconds| seconds > 0), "{failure}: when to come back");
        }
        assert!(put.text.contains("\"store\""), "{}", put.text);
        assert!(saved.text.contains(&home) || saved.text.contains("/help"), "a page with a way on");
        let citizen = platform.citizen(&token, "web").await.expect("reading goes on").expect("signed in");
        assert_eq!(citizen.preferences.size, Some(engine::Size::Standard), "nothing of it stands");
    }
    how.store(WELL, Ordering::SeqCst);
    let saved = call(&pages, "POST", "/settings", cookie(), "size=large").await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "room again");
    let citizen = platform.citizen(&token, "web").await.expect("read").expect("signed in");
    assert_eq!(citizen.preferences.size, Some(engine::Size::Large));
    let _ = std::fs::remove_dir_all(&data);
}
