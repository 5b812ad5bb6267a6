//! A small town: registers that answer from lists, a department that answers as told, and a store that can be broken.

use std::{
    collections::{BTreeMap, HashMap},
    net::{IpAddr, Ipv4Addr},
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use connector::{Answer, BoxFuture, Connector, Failure, Health, Image, Provenance, Question, Target};
use engine::{Citizen, Device, LicenceForm, Limits, OnceKey, Parts, Platform, SessionKind, VehicleForm, Whose};
use kernel::{CityId, Clock, FakeClock, Id, Lang, Pii, SeededRng, ServiceId, Timestamp, identifier::ResidentId};
use manifest::{Catalogue, CityPack, Service, Value, binding::Bindings, binding::Row};
use store::{CellName, Done, Engine, Fut, Job, Opener, Statement};

pub const PLATE: &str = "晋A00001";
pub const TAIL: &str = "000001";
pub const FILE_NO: &str = "140100000001";

pub fn resident(first_17: &str) -> String {
    ResidentId::from_parts(first_17, jiff_today()).expect("valid").expose().to_owned()
}

fn jiff_today() -> kernel::Date {
    Timestamp(1_795_500_000_000).date()
}

pub fn row(values: &[(&str, &str)]) -> Row {
    values.iter().map(|&(key, value)| (key.to_owned(), Value::Text(value.to_owned()))).collect()
}

#[derive(Default)]
pub struct Registers {
    /// resident ID -> name
    pub people: Mutex<HashMap<String, String>>,
    /// plate or file number -> owner's resident ID
    pub things: Mutex<HashMap<String, String>>,
    /// customer number -> holder's name
    pub customers: Mutex<HashMap<String, String>>,
    /// guardian, ward
    pub wards: Mutex<Vec<(String, String)>>,
    pub rows: Mutex<Vec<Row>>,
    pub failing: Mutex<HashMap<String, Failure>>,
    pub sms: Mutex<Vec<(String, String, String)>>,
    pub asked: AtomicUsize,
    pub clock: Arc<FakeClock>,
}

impl Registers {
    fn answer(&self, path: &str, values: &BTreeMap<String, String>) -> Result<Vec<Row>, Failure> {
        let matches = |yes: bool| Ok(vec![row(&[("match", if yes { "yes" } else { "no" }), ("brand", "云")])]);
        let value = |key: &str| values.get(key).cloned().unwrap_or_default();
        if let Some(failure) = self.failing.lock().unwrap().get(path) {
            return Err(*failure);
        }
        match path {
            "/name" => matches(self.people.lock().unwrap().get(&value("resident_id")) == Some(&value("name"))),
            "/guardian" => matches(self.wards.lock().unwrap().contains(&(value("guardian_id"), value("ward_id")))),
            "/owner" => matches(self.things.lock().unwrap().get(&value("plate")) == Some(&value("resident_id"))),
            "/holder" => matches(self.things.lock().unwrap().get(&value("file_no")) == Some(&value("resident_id"))),
            "/customer" => {
                let holder = self.customers.lock().unwrap().get(&value("customer_no")).cloned();
                Ok(vec![match holder.filter(|name| name.ends_with(&value("holder_tail"))) {
                    Some(name) => row(&[("match", "yes"), ("holder", &name), ("address", "湖滨市东岸区芦苇路 12 号")]),
                    None => row(&[("match", "no")]),
                }])
            }
            "/sms" => matches(true),
            "/fines" | "/boats" | "/lamps" | "/ferries" => Ok(self.rows.lock().unwrap().clone()),
            other => panic!("unknown path {other}"),
        }
    }
}

impl Connector for Registers {
    fn ask<'a>(&'a self, target: Target<'a>, question: &'a Question) -> BoxFuture<'a, Result<Answer, Failure>> {
        Box::pin(async move {
            let path = target.binding.path.as_str();
            if matches!(path, "/fines" | "/boats" | "/lamps" | "/ferries") {
                self.asked.fetch_add(1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            if path == "/sms" {
                let message = question.values.process(|v| (v["phone"].clone(), v["text"].clone(), v["key"].clone()));
                self.sms.lock().unwrap().push(message);
            }
            let rows = question.values.process(|values| self.answer(path, values))?;
            let provenance = Provenance {
                department: target.binding.department.clone(),
                fetched_at: self.clock.now(),
                evidence_sha256: "ab".repeat(32),
            };
            Ok(Answer { rows: Pii::new(rows), provenance })
        })
    }

    fn evidence<'a>(&'a self, _: Target<'a>, _: &'a Pii<Row>) -> BoxFuture<'a, Result<Image, Failure>> {
        Box::pin(async { Ok(Image { content_type: "image/png", bytes: Pii::new(b"picture".to_vec()) }) })
    }

    fn health(&self) -> Vec<Health> {
        Vec::new()
    }
}

/// SQLite whose writes fail on demand.
struct Fragile<T> {
    inner: T,
    broken: Arc<AtomicBool>,
}

impl Opener for Fragile<store_sqlite::Files> {
    fn open<'a>(&'a self, cell: &'a CellName) -> Fut<'a, Arc<dyn Engine>> {
        Box::pin(async move {
            let inner = self.inner.open(cell).await?;
            Ok(Arc::new(Fragile { inner, broken: Arc::clone(&self.broken) }) as Arc<dyn Engine>)
        })
    }
}

impl Engine for Fragile<Arc<dyn Engine>> {
    fn read<'a>(&'a self, statement: &'static Statement, values: &'a [store::Value]) -> Fut<'a, Vec<store::Row>> {
        self.inner.read(statement, values)
    }

    fn write(&self, job: Box<dyn Job>) -> Fut<'_, Done> {
        if self.broken.load(Ordering::SeqCst) {
            return Box::pin(async { Err(store::Error::Unavailable("broken by the test".into())) });
        }
        self.inner.write(job)
    }

    fn prepare(&self, statement: &'static Statement) -> Fut<'_, ()> {
        self.inner.prepare(statement)
    }

    fn load(&self) -> store::Load {
        self.inner.load()
    }

    fn is_alone(&self) -> bool {
        self.inner.is_alone()
    }

    fn close(&self) -> Fut<'_, ()> {
        self.inner.close()
    }
}

pub struct Town {
    pub platform: Platform,
    pub stores: Arc<store::Stores>,
    pub registers: Arc<Registers>,
    pub clock: Arc<FakeClock>,
    pub broken: Arc<AtomicBool>,
    pub city: CityId,
    pub fines: ServiceId,
    keys: AtomicU64,
    dir: PathBuf,
    outbox: tokio::task::JoinHandle<()>,
}

impl Drop for Town {
    fn drop(&mut self) {
        self.outbox.abort();
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

fn service(id: &str, subject: &str) -> Service {
    let text = include_str!("service.toml").replace("$id", id).replace("$subject", subject);
    toml::from_str(&text).expect("a service")
}

fn catalogue() -> Catalogue {
    let services = [
        service("bicycle-fine", "vehicle"),
        service("boat-licence", "licence"),
        service("lamp-bill", "customer"),
        service("ferry-card", "customer"),
    ];
    let bindings: Bindings = toml::from_str(include_str!("bindings.toml")).expect("bindings");
    let city: manifest::City = toml::from_str(include_str!("city.toml")).expect("a city");
    let pack = CityPack { city, bindings: bindings.clone(), offers: BTreeMap::new() };
    let mut catalogue = Catalogue::default();
    catalogue.services = services.into_iter().map(|service| (service.id.clone(), Arc::new(service))).collect();
    catalogue.cities = BTreeMap::from([(pack.city.id.clone(), Arc::new(pack))]);
    catalogue.platform = Arc::new(bindings);
    catalogue
}

impl Town {
    pub async fn open() -> Self {
        static TOWNS: AtomicU64 = AtomicU64::new(0);
        let name = format!("town-{}-{}", std::process::id(), TOWNS.fetch_add(1, Ordering::SeqCst));
        let dir = std::env::temp_dir().join(name);
        let broken = Arc::new(AtomicBool::new(false));
        let opener = Fragile { inner: store_sqlite::Files::new(&dir), broken: Arc::clone(&broken) };
        let stores = store::Stores::open(Arc::new(opener)).await.expect("stores");
        let clock = Arc::new(FakeClock::at(Timestamp(1_795_500_000_000)));
        let registers = Arc::new(Registers { clock: Arc::clone(&clock), ..Registers::default() });
        let platform = Platform::new(Parts {
            catalogue: catalogue(),
            stores: Arc::clone(&stores),
            connector: Arc::clone(&registers) as Arc<dyn Connector>,
            vault: identity::Vault::new([7; 32]),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            rng: Arc::new(SeededRng::new(1)),
            limits: Limits { register_hour_max: 10, ..Limits::default() },
            public_url: "http://shimin.example".into(),
        });
        let outbox = tokio::spawn({
            let platform = platform.clone();
            async move { platform.run_jobs(std::future::pending()).await }
        });
        let id = |text| CityId::parse(text).expect("an id");
        let fines = ServiceId::parse("bicycle-fine").expect("an id");
        Self { platform, stores, registers, clock, broken, city: id("lakeside"), fines, keys: 0.into(), dir, outbox }
    }

    pub fn key(&self) -> OnceKey {
        OnceKey::parse(&format!("test-key-{}", self.keys.fetch_add(1, Ordering::SeqCst))).expect("a key")
    }

    pub fn device(&self) -> Device {
        Device { label: "browser".into(), address: IpAddr::V4(Ipv4Addr::LOCALHOST), kind: SessionKind::Web }
    }

    /// Waits for the newest of at least `n` messages to the phone.
    pub async fn message(&self, phone: &str, n: usize) -> String {
        for _ in 0..500 {
            let texts: Vec<String> = {
                let sms = self.registers.sms.lock().unwrap();
                sms.iter().filter(|(to, ..)| to == phone).map(|(_, text, _)| text.clone()).collect()
            };
            if texts.len() >= n {
                return texts.last().cloned().unwrap_or_default();
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("no message came");
    }

    pub async fn code(&self, phone: &str) -> String {
        let before = self.registers.sms.lock().unwrap().iter().filter(|(to, ..)| to == phone).count();
        self.platform.send_code(phone, self.device().address, Lang::En).await.expect("sent");
        let text = self.message(phone, before + 1).await;
        text.split(|c: char| !c.is_ascii_digit()).find(|part| part.len() == 6).expect("a code").to_owned()
    }

    pub async fn sign_in(&self, phone: &str) -> Citizen {
        let code = self.code(phone).await;
        let citizen = self.platform.sign_in(phone, &code, self.device()).await.expect("signed in").citizen;
        self.clock.advance_s(61);
        citizen
    }

    /// Signed in and known by name.
    pub async fn verified(&self, phone: &str, name: &str, id: &str) -> Citizen {
        self.registers.people.lock().unwrap().insert(id.to_owned(), name.to_owned());
        let citizen = self.sign_in(phone).await;
        self.platform.verify_real_name(&citizen, name, id, self.key()).await.expect("verified");
        Citizen { verified: true, ..citizen }
    }

    /// 张三 with a car of his own, bound.
    pub async fn owner(&self) -> (Citizen, Id) {
        let id = resident("14010019900307001");
        self.registers.things.lock().unwrap().insert(PLATE.to_owned(), id.clone());
        self.registers.things.lock().unwrap().insert(FILE_NO.to_owned(), id.clone());
        let citizen = self.verified("19900000001", "张三", &id).await;
        let card = self.bind(&citizen, Whose::Me).await.expect("bound");
        (citizen, card)
    }

    pub async fn bind(&self, citizen: &Citizen, whose: Whose<'_>) -> kernel::Result<Id> {
        let form = VehicleForm { plate: PLATE, plate_kind: "02", vin_tail: TAIL, whose };
        self.platform.bind_vehicle(citizen, &self.city, form, self.key()).await
    }

    pub async fn bind_licence(&self, citizen: &Citizen, whose: Whose<'_>) -> kernel::Result<Id> {
        let form = LicenceForm { file_no: FILE_NO, whose };
        self.platform.bind_licence(citizen, &self.city, form, self.key()).await
    }

    pub async fn log_count(&self, citizen: &Citizen) -> usize {
        let mut before = None;
        let mut count = 0;
        loop {
            let page = self.platform.access_log(citizen, None, before).await.expect("a page");
            count += page.items.len();
            match page.next {
                Some(next) => before = Some(next),
                None => return count,
            }
        }
    }

    pub fn fail(&self, path: &str, failure: Option<Failure>) {
        let mut failing = self.registers.failing.lock().unwrap();
        match failure {
            Some(failure) => failing.insert(path.to_owned(), failure),
            None => failing.remove(path),
        };
    }

    pub fn answers(&self, rows: Vec<Row>) {
        *self.registers.rows.lock().unwrap() = rows;
    }
}

pub fn mistakes(error: &kernel::Error) -> Vec<(&'static str, kernel::identifier::Mistake)> {
    match &error.kind {
        kernel::Kind::Invalid(fields) => fields.iter().map(|one| (one.field, one.mistake.clone())).collect(),
        other => panic!("not a mistake of a form: {other:?}"),
    }
}
