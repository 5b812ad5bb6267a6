//! A shop for tests: the sandbox on a free port, the platform's own clients of both gateways, and a door for notices that
//! says no to the first copy of each, so that a second must come.

use std::{
    collections::HashMap,
    net::Ipv4Addr,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::IntoResponse,
    routing::post,
};
use connector::pay::{Callback, Cashier, Device, Event, Notice, Order, Provider, Providers, RefundOrder};
use connector_pay::setup::{self, Setup};
use jiff::civil::date;
use kernel::{Clock, Date, FakeClock, Money, Pii, SystemRng, Timestamp};
use sandbox::{Area, Config, Gateway, Sandbox, Settings, Trade};

pub struct Shop {
    pub sandbox: Arc<Sandbox>,
    pub clock: Arc<FakeClock>,
    providers: Providers,
    door: Arc<Door>,
    door_url: String,
    client: reqwest::Client,
    data: PathBuf,
}

struct Door {
    providers: Mutex<Option<Providers>>,
    clock: Arc<FakeClock>,
    heard: Mutex<Vec<(String, Notice)>>,
    refused: Mutex<HashMap<String, usize>>,
}

impl Drop for Shop {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.data);
    }
}

pub async fn eventually(what: &str, mut look: impl AsyncFnMut() -> bool) {
    for _ in 0..500 {
        if look().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{what}: not within ten seconds");
}

async fn serve(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

async fn hear(
    State(door): State<Arc<Door>>,
    Path(gateway): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> impl IntoResponse {
    let providers = door.providers.lock().unwrap().clone().unwrap();
    let provider = providers.get(&gateway).unwrap();
    let headers: Vec<(String, String)> =
        headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned())).collect();
    let ok = match provider.verify(&Callback { headers: &headers, body: &body }, door.clock.now()) {
        Ok(notice) => {
            let mut heard = door.heard.lock().unwrap();
            let again = heard.iter().any(|(_, before)| before.notify_id == notice.notify_id);
            heard.push((gateway, notice));
            again
        }
        Err(_) => {
            *door.refused.lock().unwrap().entry(gateway).or_default() += 1;
            false
        }
    };
    let ack = provider.acknowledge(ok);
    (StatusCode::from_u16(ack.status).unwrap(), ack.body)
}

impl Shop {
    pub async fn open() -> Self {
        static SHOPS: AtomicU32 = AtomicU32::new(0);
        let clock = Arc::new(FakeClock::at(Timestamp::from_civil(date(2026, 11, 24).at(10, 30, 0, 0))));
        let area = Area { code: "659900".into(), plates: vec!["新Y".into()], name: "湖滨市".into() };
        let sandbox = Sandbox::new(Config { seed: 42, persons: 100, areas: vec![area], clock: clock.clone() });
        sandbox.set_gateways(Settings { speed: 10_000, ..sandbox.gateway_settings() });
        let url = serve(sandbox::router(sandbox.clone())).await;
        let name = format!("shimin-shop-{}-{}", std::process::id(), SHOPS.fetch_add(1, Ordering::Relaxed));
        let data = std::env::temp_dir().join(name);
        let asked = Setup {
            file: None,
            sandbox: Some(&url),
            sandbox_pages: None,
            data: &data,
            allow_hosts: &[],
            clock: clock.clone(),
            rng: Arc::new(SystemRng),
        };
        let providers = setup::providers(asked).await.unwrap_or_else(|why| panic!("{why}"));
        let door = Arc::new(Door {
            providers: Mutex::new(Some(providers.clone())),
            clock: clock.clone(),
            heard: Mutex::default(),
            refused: Mutex::default(),
        });
        let door_url = serve(Router::new().route("/notify/{gateway}", post(hear)).with_state(door.clone())).await;
        let redirects = reqwest::redirect::Policy::none();
        let client = reqwest::Client::builder().no_proxy().redirect(redirects).build().unwrap();
        Self { sandbox, clock, providers, door, door_url, client, data }
    }

    pub fn today(&self) -> Date {
        self.clock.today()
    }

    pub fn provider(&self, gateway: Gateway) -> &dyn Provider {
        self.providers.get(gateway.word()).unwrap().as_ref()
    }

    pub fn notify_url(&self, gateway: Gateway) -> String {
        format!("{}/notify/{}", self.door_url, gateway.word())
    }

    pub fn order(&self, no: &str, fen: i64, device: Device) -> Order {
        let gateway = if no.contains(Gateway::WechatPay.word()) { Gateway::WechatPay } else { Gateway::Alipay };
        Order {
            out_trade_no: no.into(),
            amount: Money::from_fen(fen),
            subject: "电费 2026-10".into(),
            expires_at: self.clock.now().plus_s(900),
            notify_url: self.notify_url(gateway),
            return_url: "http://127.0.0.1:1/back".into(),
            device,
            payer_ip: Pii::new("127.0.0.1".to_owned()),
        }
    }

    pub fn refund(&self, order: &Order, no: &str, fen: i64) -> RefundOrder {
        RefundOrder {
            out_trade_no: order.out_trade_no.clone(),
            refund_no: format!("{}{no}", order.out_trade_no),
            amount: Money::from_fen(fen),
            total: order.amount,
            reason: "多付退回".into(),
            notify_url: order.notify_url.clone(),
        }
    }

    /// Goes to a page and on to where that leads, as a browser does; the address of the cashier.
    pub async fn follow(&self, url: &str) -> String {
        let answer = self.client.get(url).send().await.unwrap();
        let Some(onward) = answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned()) else {
            assert_eq!(answer.status(), 200, "{url}");
            return url.to_owned();
        };
        let base = url.split('/').take(3).collect::<Vec<_>>().join("/");
        let page = format!("{base}{onward}");
        let answer = self.client.get(&page).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{page}");
        page
    }

    pub async fn cashier(&self, provider: &dyn Provider, order: &Order) -> String {
        let mut order = order.clone();
        order.notify_url = self.notify_url(Gateway::parse(provider.id()).unwrap());
        let (Cashier::Open(url) | Cashier::Scan(url)) = provider.open(&order).await.unwrap();
        self.follow(&url).await
    }

    /// Presses a button of the cashier; where the browser is sent.
    pub async fn press(&self, cashier: &str, act: &str) -> String {
        let answer = self.client.post(cashier).form(&[("act", act)]).send().await.unwrap();
        assert_eq!(answer.status(), 303, "{cashier} {act}");
        answer.headers()["location"].to_str().unwrap().to_owned()
    }

    pub fn trade(&self, gateway: Gateway, out_trade_no: &str) -> Trade {
        let trades = self.sandbox.gateway(gateway).trades;
        trades.into_iter().find(|trade| trade.out_trade_no == out_trade_no).unwrap()
    }

    /// The first notice that fits, once it has been accepted too.
    pub async fn notice(&self, gateway: Gateway, fits: impl Fn(&Event) -> bool) -> Notice {
        let found = || {
            let heard = self.door.heard.lock().unwrap();
            let of_gateway = heard.iter().filter(|(word, _)| word == gateway.word()).map(|(_, notice)| notice);
            let fitting: Vec<&Notice> = of_gateway.filter(|notice| fits(&notice.event)).collect();
            (fitting.len() > 1).then(|| fitting[0].clone())
        };
        eventually("a notice", async || found().is_some()).await;
        found().unwrap()
    }

    fn of_order(&self, gateway: Gateway, out_trade_no: &str) -> Vec<String> {
        let heard = self.door.heard.lock().unwrap();
        let own = heard.iter().filter(|(word, _)| word == gateway.word());
        let own = own.filter(|(_, notice)| notice.event.out_trade_no() == Some(out_trade_no));
        own.map(|(_, notice)| notice.notify_id.clone()).collect()
    }

    /// Different notices of an order.
    pub fn ids(&self, gateway: Gateway, out_trade_no: &str) -> Vec<String> {
        let mut ids = self.of_order(gateway, out_trade_no);
        ids.sort();
        ids.dedup();
        ids
    }

    /// How often a notice of an order arrived.
    pub fn copies(&self, gateway: Gateway, out_trade_no: &str) -> usize {
        self.of_order(gateway, out_trade_no).len()
    }

    pub fn times(&self, gateway: Gateway, notify_id: &str) -> usize {
        let heard = self.door.heard.lock().unwrap();
        heard.iter().filter(|(word, notice)| word == gateway.word() && notice.notify_id == notify_id).count()
    }

    /// Notices that were not believed.
    pub fn refused(&self, gateway: Gateway) -> usize {
        self.door.refused.lock().unwrap().get(gateway.word()).copied().unwrap_or_default()
    }
}
