//! The world around a provider: the sandbox's gateways on a port of their own, a payer who goes to the cashier, and a door
//! at which notices arrive, are verified, kept and answered.

use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::IntoResponse,
    routing::post,
};
use connector::pay::{Callback, Cashier, Device, Forged, Notice, Order, Provider, Providers, RefundOrder};
use connector_pay::setup::{self, Setup};
use kernel::{Clock as _, FakeClock, Money, Pii, SystemRng, Timestamp};
use sandbox::{Area, Fault, Gateway, Sandbox};
use tokio::net::TcpListener;

/// 2026-03-02 10:00:00.
pub const NOW: Timestamp = Timestamp(1_772_416_800_000);
pub const AMOUNT: Money = Money::from_fen(8_640);

/// What arrived and what was made of it.
#[derive(Clone, Debug)]
pub struct Letter {
    pub provider: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub read: Result<Notice, Forged>,
}

pub struct World {
    pub sandbox: Arc<Sandbox>,
    pub clock: Arc<FakeClock>,
    pub providers: Providers,
    http: reqwest::Client,
    gateways: SocketAddr,
    door: SocketAddr,
    letters: Arc<Mutex<Vec<Letter>>>,
    orders: AtomicU64,
    _directory: Directory,
}

struct Directory(PathBuf);

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[derive(Clone)]
struct Door {
    clock: Arc<FakeClock>,
    providers: Arc<Mutex<Providers>>,
    letters: Arc<Mutex<Vec<Letter>>>,
}

async fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await.expect("served") });
    address
}

async fn arrive(
    State(door): State<Door>,
    Path(provider): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> impl IntoResponse {
    let headers: Vec<(String, String)> =
        headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned())).collect();
    let providers = door.providers.lock().expect("providers").clone();
    let known = providers.get(&provider).expect("a provider");
    let read = known.verify(&Callback { headers: &headers, body: &body }, door.clock.now());
    let ack = known.acknowledge(read.is_ok());
    door.letters.lock().expect("letters").push(Letter { provider, headers, body: body.to_vec(), read });
    (StatusCode::from_u16(ack.status).expect("a status"), [(header::CONTENT_TYPE, ack.content_type)], ack.body)
}

/// An installation's providers at a sandbox; the directory holds its key.
pub async fn install(sandbox: &str, name: &str, clock: &Arc<FakeClock>) -> (Providers, PathBuf) {
    let data = std::env::temp_dir().join(format!("shimin-pay-{name}-{}", std::process::id()));
    let clock: Arc<FakeClock> = Arc::clone(clock);
    let opened = setup::providers(Setup {
        file: None,
        sandbox: Some(sandbox),
        sandbox_pages: None,
        data: &data,
        allow_hosts: &[],
        clock,
        rng: Arc::new(SystemRng),
    });
    (opened.await.unwrap_or_else(|why| panic!("{why}")), data)
}

impl World {
    pub async fn open(name: &str) -> Self {
        let clock = Arc::new(FakeClock::at(NOW));
        let area = Area { code: "990100".into(), plates: vec!["晋A".into()], name: "湖滨市".into() };
        let sandbox =
            Sandbox::new(sandbox::Config { seed: 1, persons: 16, areas: vec![area], clock: Arc::clone(&clock) as _ });
        let settings = sandbox.gateway_settings();
        sandbox.set_gateways(sandbox::Settings { speed: 1_000, bills: sandbox::Bills::AtOnce, ..settings });
        let address = serve(sandbox::router(Arc::clone(&sandbox))).await;
        let (providers, directory) = install(&format!("http://{address}"), name, &clock).await;
        let letters = Arc::<Mutex<Vec<Letter>>>::default();
        let door = Door {
            clock: Arc::clone(&clock),
            providers: Arc::new(Mutex::new(providers.clone())),
            letters: Arc::clone(&letters),
        };
        let door = serve(Router::new().route("/notify/{provider}", post(arrive)).with_state(door)).await;
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build();
        Self {
            sandbox,
            clock,
            providers,
            http: http.expect("a client"),
            gateways: address,
            door,
            letters,
            orders: AtomicU64::new(1),
            _directory: Directory(directory),
        }
    }

    pub fn sandbox_url(&self) -> String {
        format!("http://{}", self.gateways)
    }

    pub fn provider(&self, id: &str) -> &dyn Provider {
        &**self.providers.get(id).expect("a provider")
    }

    pub fn notify_url(&self, provider: &dyn Provider) -> String {
        format!("http://{}/notify/{}", self.door, provider.id())
    }

    /// A new order of 86.40 yuan, which ends after a quarter of an hour.
    pub fn order(&self, provider: &dyn Provider, device: Device) -> Order {
        let no = self.orders.fetch_add(1, Ordering::Relaxed);
        Order {
            out_trade_no: format!("990100{no:026}"),
            amount: AMOUNT,
            subject: "水费 2026-02".into(),
            expires_at: self.clock.now().plus_s(900),
            notify_url: self.notify_url(provider),
            return_url: format!("http://{}/back?order={no}", self.door),
            device,
            payer_ip: Pii::new("203.0.113.7".into()),
        }
    }

    pub fn refund(&self, provider: &dyn Provider, order: &Order, no: u32, amount: Money) -> RefundOrder {
        RefundOrder {
            out_trade_no: order.out_trade_no.clone(),
            refund_no: format!("R{no}{}", &order.out_trade_no[20..]),
            amount,
            total: order.amount,
            reason: "退一部分".into(),
            notify_url: self.notify_url(provider),
        }
    }

    /// Goes to the cashier as a browser does and says where that is.
    pub async fn visit(&self, cashier: &Cashier) -> String {
        let (Cashier::Open(url) | Cashier::Scan(url)) = cashier;
        let mut url = reqwest::Url::parse(url).expect("an address");
        for _ in 0..5 {
            let answer = self.http.get(url.clone()).send().await.expect("an answer");
            let Some(onward) = answer.headers().get(header::LOCATION) else {
                assert!(answer.status().is_success(), "{url}: {}", answer.status());
                return url.into();
            };
            url = url.join(onward.to_str().expect("text")).expect("an address");
        }
        panic!("{cashier:?} leads nowhere");
    }

    pub async fn act(&self, cashier: &Cashier, act: &str) {
        let url = self.visit(cashier).await;
        let answer = self.http.post(&url).form(&[("act", act)]).send().await.expect("an answer");
        assert!(answer.status().is_redirection() || answer.status().is_success(), "{url}: {}", answer.status());
    }

    pub async fn pay(&self, cashier: &Cashier) {
        self.act(cashier, "pay").await;
    }

    /// What has arrived, once there is so much of it.
    pub async fn letters(&self, at_least: usize) -> Vec<Letter> {
        self.letters_that(at_least, |_| true).await
    }

    /// What has arrived about an order: notices of others may still be under way.
    pub async fn letters_about(&self, order: &Order, at_least: usize) -> Vec<Letter> {
        self.letters_that(at_least, |letter| {
            letter.read.as_ref().is_ok_and(|notice| notice.event.out_trade_no() == Some(&order.out_trade_no))
        })
        .await
    }

    pub async fn letters_that(&self, at_least: usize, wanted: impl Fn(&Letter) -> bool) -> Vec<Letter> {
        for _ in 0..500 {
            let letters = self.letters.lock().expect("letters").clone();
            let found: Vec<Letter> = letters.into_iter().filter(&wanted).collect();
            if found.len() >= at_least {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{at_least} letters were waited for, these came: {:?}", self.letters.lock().expect("letters"));
    }

    pub fn forget_letters(&self) {
        self.letters.lock().expect("letters").clear();
    }

    pub fn fault(&self, provider: &dyn Provider, fault: Fault) {
        let gateway = Gateway::parse(provider.id()).expect("a gateway");
        self.sandbox.set_fault(gateway.department(), fault, 200);
    }
}
