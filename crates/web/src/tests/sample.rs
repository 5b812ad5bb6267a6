//! A made-up city with made-up services, and made-up answers about nobody.

use std::sync::{
    Arc, LazyLock, Mutex,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use connector::{BoxFuture, Connector, Failure, Health, HealthState, Image, Question, Target};
use engine::{
    AccessView, Answer, CardState, CardView, Citizen, ConsentState, ConsentView, Direction, Freshness, Home, HomeStat,
    Limits, Parts, Platform, Preferences, Relation, SessionKind, SessionView, Unavailable, Unmatched, Who,
};
use kernel::{
    CityId, DepartmentId, FakeClock, Id, Pii, SeededRng, ServiceId, Text, Timestamp, access::Purpose,
    identifier::PlateKind,
};
use manifest::{
    Value,
    binding::Row,
    service::{Subject, Tone},
};

pub(crate) use super::pack::catalogue;
use crate::{CspReports, Site, SiteParts, asset::Files, frame::Frames, style::Styles};

/// 2026-03-02T10:00:00+08:00
pub(crate) const NOW: Timestamp = Timestamp(1_772_416_800_000);

pub(crate) fn id(n: u8) -> Id {
    Id([n; 16])
}

pub(crate) fn citizen() -> Citizen {
    Citizen {
        account: id(1),
        session: id(2),
        kind: SessionKind::Web,
        verified: true,
        preferences: Preferences::default(),
        door: "web",
        signed_in_at: NOW,
        asked_consents: 0,
    }
}

pub(crate) fn vehicle(n: u8, plate: &str) -> CardView {
    CardView {
        id: id(n),
        kind: Subject::Vehicle,
        relation: Relation::Own,
        state: CardState::InForce,
        title: plate.to_owned(),
        subtitle: "凤凰 · 蓝".to_owned(),
        whose: None,
        plate_kind: Some(PlateKind::Small),
        class: None,
        valid_to: Some(jiff::civil::date(2027, 5, 31)),
        service: None,
        bound_at: NOW,
    }
}

pub(crate) fn licence() -> CardView {
    CardView {
        kind: Subject::Licence,
        relation: Relation::Ward,
        title: "140***********0010".to_owned(),
        subtitle: "C1".to_owned(),
        whose: Some("张*".to_owned()),
        plate_kind: None,
        class: Some("C1".to_owned()),
        ..vehicle(31, "")
    }
}

pub(crate) fn cards() -> Vec<CardView> {
    let ended = CardView {
        state: CardState::ConsentEnded,
        relation: Relation::Consent,
        whose: Some("李*".into()),
        ..vehicle(30, "晋A00003")
    };
    vec![vehicle(28, "晋A00000"), vehicle(29, "晋AD00000"), ended, licence(), account()]
}

/// A parent's account at a biller.
pub(crate) fn account() -> CardView {
    CardView {
        kind: Subject::Customer,
        title: "***0002".to_owned(),
        subtitle: "湖滨市东岸区***".to_owned(),
        whose: Some("张*".to_owned()),
        plate_kind: None,
        valid_to: None,
        service: Some(ServiceId::parse("lamp-bill").expect("an id")),
        ..vehicle(32, "")
    }
}

pub(crate) fn fine(n: usize, open: bool) -> Row {
    let mut row = Row::from([
        ("id".to_owned(), Value::Text(format!("99010000000000{n:02}"))),
        ("text".to_owned(), Value::Text("违反禁令标志指示".to_owned())),
        ("at".to_owned(), Value::Text(format!("2026-02-{:02}T08:12:00", 28 - n % 28))),
        ("place".to_owned(), Value::Text(format!("湖滨大街与青年路口向北 {n} 米"))),
        ("state".to_owned(), Value::Text(if open { "open" } else { "paid" }.to_owned())),
        ("fine".to_owned(), Value::Number(10_000)),
        ("points".to_owned(), Value::Number(3)),
        ("plate".to_owned(), Value::Text("晋A00000".to_owned())),
        ("code".to_owned(), Value::Text("9001".to_owned())),
        ("law".to_owned(), Value::Text("《湖滨市非机动车管理办法》第十二条".to_owned())),
        ("office".to_owned(), Value::Text("湖滨市骑行管理处一大队".to_owned())),
        ("rule_fine".to_owned(), Value::Text("20–200 元".to_owned())),
    ]);
    if n.is_multiple_of(2) {
        row.insert("photo".to_owned(), Value::Text("evidence/1.png".to_owned()));
    }
    row
}

pub(crate) fn answer(rows: Vec<Row>, freshness: Freshness) -> Answer {
    let open = |row: &&Row| row.get("state").is_some_and(|state| state.text() == "open");
    Answer {
        card: vehicle(28, "晋A00000"),
        cards: vec![vehicle(28, "晋A00000"), vehicle(29, "晋AD00000")],
        open_count: rows.iter().filter(open).count(),
        rows,
        department: Text::new("湖滨市骑行管理处", "Lakeside Cycling Office"),
        phone: "0000-1234567".to_owned(),
        fetched_at: NOW.plus_s(-19 * 60),
        freshness,
        evidence_sha256: "c0ffee".repeat(10) + "c0de",
    }
}

pub(crate) fn unavailable() -> Unavailable {
    Unavailable {
        card: vehicle(28, "晋A00000"),
        cards: vec![vehicle(28, "晋A00000")],
        department: Text::new("湖滨市骑行管理处", "Lakeside Cycling Office"),
        phone: "0000-1234567".to_owned(),
        offline: Text::new("带身份证到湖滨路 1 号一楼窗口。", "Lakeside Road 1, ground floor."),
        failure: Failure::TimedOut,
    }
}

pub(crate) fn unmatched() -> Unmatched {
    let Unavailable { card, cards, department, phone, .. } = unavailable();
    Unmatched { card, cards, department, phone }
}

pub(crate) fn points() -> Row {
    Row::from([
        ("points_left".to_owned(), Value::Number(9)),
        ("points_taken".to_owned(), Value::Number(3)),
        ("cycle_end".to_owned(), Value::Text("2026-05-19".to_owned())),
        ("licence_no".to_owned(), Value::Text("140100199003070010".to_owned())),
    ])
}

pub(crate) fn home() -> Home {
    let figure = |service: &str, label: &str, value: Option<&str>, unit: &str, tone, age_s: i64| HomeStat {
        service: ServiceId::parse(service).expect("a slug"),
        label: Text::new(label, label),
        value: value.map(str::to_owned),
        unit: Text::new(unit, unit),
        tone,
        fetched_at: value.map(|_| NOW.plus_s(-age_s)),
    };
    Home {
        cards: cards(),
        strip: vec![
            figure("bicycle-fine", "待处理罚单", Some("2"), "条", Tone::Warn, 60),
            figure("rider-points", "剩余分", Some("9"), "分", Tone::Ok, 9_000),
        ],
        bookings: Vec::new(),
        asked_consents: 1,
        unfinished: Some((id(60), capability::payment::State::Pending)),
    }
}

pub(crate) fn consents() -> Vec<ConsentView> {
    let one = |n: u8, direction, kind, state| ConsentView {
        id: id(n),
        direction,
        other: "李*".to_owned(),
        kind,
        state,
        asked_at: NOW.plus_s(-3_600),
        decided_at: (state != ConsentState::Asked).then_some(NOW),
        expires_at: NOW.plus_s(86_400 * 365),
    };
    vec![
        one(40, Direction::Given, Subject::Vehicle, ConsentState::Asked),
        one(41, Direction::Given, Subject::Licence, ConsentState::Granted),
        one(42, Direction::Received, Subject::Vehicle, ConsentState::Granted),
        one(43, Direction::Received, Subject::Licence, ConsentState::Asked),
        one(44, Direction::Received, Subject::Licence, ConsentState::Revoked),
    ]
}

pub(crate) fn sessions() -> Vec<SessionView> {
    let one = |n: u8, label: &str, kind, current| SessionView {
        id: id(n),
        label: label.to_owned(),
        kind,
        created_at: NOW.plus_s(-86_400),
        last_seen_at: NOW.plus_s(-600),
        current,
    };
    vec![
        one(2, "iPhone · 支付宝", SessionKind::Web, true),
        one(3, "Windows · Edge", SessionKind::Web, false),
        one(4, "家里的电脑", SessionKind::Token, false),
    ]
}

pub(crate) fn access() -> engine::Page<AccessView> {
    let one = |minutes: i64, who: Who, purpose, service: Option<&str>| AccessView {
        at: NOW.plus_s(-60 * minutes),
        who,
        purpose,
        service: service.and_then(ServiceId::parse),
        city: service.and_then(|_| CityId::parse("lakeside")),
        door: "web".to_owned(),
    };
    let clerk = engine::StaffTitle {
        place: Some(kernel::Text::new("湖滨市公安局交通警察支队", "Lakeside Traffic Police")),
        roles: vec![engine::Role::RefundApprover],
    };
    engine::Page {
        items: vec![
            one(1, Who::You, Purpose::Record, Some("bicycle-fine")),
            one(70, Who::Delegate("李*".into()), Purpose::Evidence, Some("bicycle-fine")),
            one(900, Who::Staff(clerk), Purpose::Record, Some("bicycle-fine")),
            one(2_000, Who::Platform, Purpose::Message, None),
            one(3_000, Who::You, Purpose::RealName, None),
        ],
        next: None,
    }
}

pub(crate) fn health() -> Vec<Health> {
    vec![Health {
        scope: CityId::parse("lakeside"),
        department: DepartmentId::parse("cycling-office").expect("a slug"),
        state: HealthState::Down,
        last_answer_at: Some(NOW.plus_s(-600)),
        last_failure: Some(Failure::TimedOut),
    }]
}

/// Registers that know two persons and one car, and a department whose answers can be taken away.
#[derive(Default)]
pub(crate) struct Registers {
    pub down: AtomicBool,
    /// How often a binding was tried at the register of owners.
    pub owner_asked: AtomicUsize,
    pub sms: Mutex<Vec<(String, String)>>,
}

pub(crate) const OWNER_ID: &str = "140100199003070010";
pub(crate) const OTHER_ID: &str = "140200198802291021";

impl Connector for Registers {
    fn ask<'a>(
        &'a self,
        target: Target<'a>,
        question: &'a Question,
    ) -> BoxFuture<'a, Result<connector::Answer, Failure>> {
        let rows = question.values.process(|values| {
            let value = |key: &str| values.get(key).map_or("", String::as_str);
            let matched = |yes: bool| {
                let word = if yes { "yes" } else { "no" };
                vec![Row::from([
                    ("match".to_owned(), Value::Text(word.to_owned())),
                    ("brand".to_owned(), Value::Text("凤凰".to_owned())),
                ])]
            };
            Ok(match target.binding.path.as_str() {
                "/name" => {
                    matched(matches!((value("name"), value("resident_id")), ("张三", OWNER_ID) | ("李四", OTHER_ID)))
                }
                "/owner" => {
                    self.owner_asked.fetch_add(1, Ordering::Relaxed);
                    matched((value("plate"), value("resident_id")) == ("晋A00000", OWNER_ID))
                }
                "/sms" => {
                    let mut sms = self.sms.lock().expect("not poisoned");
                    sms.push((value("phone").to_owned(), value("text").to_owned()));
                    matched(true)
                }
                "/fines" if self.down.load(Ordering::Relaxed) => return Err(Failure::Down),
                "/fines" => vec![fine(2, true), fine(5, false)],
                _ => matched(false),
            })
        });
        let provenance = connector::Provenance {
            department: target.binding.department.clone(),
            fetched_at: NOW,
            evidence_sha256: "ab".repeat(32),
        };
        Box::pin(async move { rows.map(|rows| connector::Answer { rows: Pii::new(rows), provenance }) })
    }

    fn evidence<'a>(&'a self, _: Target<'a>, _: &'a Pii<Row>) -> BoxFuture<'a, Result<Image, Failure>> {
        Box::pin(async { Ok(Image { content_type: "image/png", bytes: Pii::new(b"picture".to_vec()) }) })
    }

    fn health(&self) -> Vec<Health> {
        Vec::new()
    }
}

/// Stores in a directory of their own. What earlier runs left is removed first, because a store outlives its test.
pub(crate) async fn stores() -> Arc<store::Stores> {
    static RUN: LazyLock<std::path::PathBuf> = LazyLock::new(|| {
        let runs = std::env::temp_dir().join("shimin-web-tests");
        for old in std::fs::read_dir(&runs).into_iter().flatten().flatten() {
            let pid = old.file_name().to_string_lossy().into_owned();
            if !std::path::Path::new("/proc").join(pid).exists() {
                let _ = std::fs::remove_dir_all(old.path());
            }
        }
        runs.join(std::process::id().to_string())
    });
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let dir = RUN.join(NEXT.fetch_add(1, Ordering::Relaxed).to_string());
    std::fs::create_dir_all(&dir).expect("a directory for stores");
    store::Stores::open(Arc::new(store_sqlite::Files::new(dir))).await.expect("stores open")
}

pub(crate) async fn platform() -> Platform {
    town(Arc::default()).await.0
}

/// A whole platform over these registers, and its clock.
pub(crate) async fn town(registers: Arc<Registers>) -> (Platform, Arc<FakeClock>) {
    let clock = Arc::new(FakeClock::at(NOW));
    let platform = Platform::new(Parts {
        catalogue: catalogue(),
        stores: stores().await,
        connector: registers,
        vault: identity::Vault::new([7; 32]),
        clock: clock.clone(),
        rng: Arc::new(SeededRng::new(1)),
        limits: Limits::default(),
        public_url: "http://shimin.example".to_owned(),
    });
    (platform, clock)
}

pub(crate) async fn site() -> Site {
    Site(Arc::new(SiteParts {
        platform: platform().await,
        sandbox_url: Some("http://127.0.0.1:8090".to_owned()),
        secure_cookies: false,
        csp_reports: CspReports::default(),
        answered: Arc::new(|_, _, _, _| {}),
        frames: Frames::default(),
        styles: Styles::default(),
        files: Files::new(),
    }))
}
