//! A made-up city, a made-up colleague, and made-up money.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use capability::{
    payment::{AttemptState, State as PaymentState},
    refund::{Reason, Route, State as RefundState},
};
use connector::{
    Answer, BoxFuture, Connector, Failure, Health, HealthState, Image, Question, Target, pay::ProviderHealth,
};
use engine::{
    ActView, BalanceView, BreakView, DayView, DeskEntry, DeskOrder, DeskPayment, Grant, Limits, Parts, PartyView,
    Platform, ProviderView, RefundView, Role, SettlementDay, SettlementView, Staff, StaffView,
};
use kernel::{CityId, Date, DepartmentId, FakeClock, Id, Money, Pii, SeededRng, ServiceId, Text, Timestamp};
use ledger::{
    Step,
    reconcile::{Cause, Kind, Side},
};
use manifest::{
    Catalogue, CityPack,
    binding::{Bindings, Row},
};
use web::shell::Style;

use crate::{Site, SiteParts, settlement::DayPage};

/// 2026-03-02T10:00:00+08:00
pub(crate) const NOW: Timestamp = Timestamp(1_772_416_800_000);

const CITY: &str = r#"
id = "lakeside"
name = { zh-CN = "湖滨市", en = "Lakeside" }
province = { zh-CN = "山西省", en = "Shanxi" }
code = "149900"
plates = ["晋Z"]
state = "open"
hue = 202
motif = "waves"
hotline = "12345"
offline = { zh-CN = "拨打 12345", en = "Call 12345" }
"#;

const BINDINGS: &str = r#"
[department.waterworks]
name = { zh-CN = "湖滨市自来水公司", en = "Lakeside Waterworks" }
phone = "0000-122"
address = { zh-CN = "湖滨路 1 号", en = "Lakeside Road 1" }
base_url = "https://water.invalid"
"#;

/// Departments that nobody asks in these tests.
struct Nobody;

impl Connector for Nobody {
    fn ask<'a>(&'a self, _: Target<'a>, _: &'a Question) -> BoxFuture<'a, Result<Answer, Failure>> {
        Box::pin(async { Err(Failure::Down) })
    }

    fn evidence<'a>(&'a self, _: Target<'a>, _: &'a Pii<Row>) -> BoxFuture<'a, Result<Image, Failure>> {
        Box::pin(async { Err(Failure::Down) })
    }

    fn health(&self) -> Vec<Health> {
        health()
    }
}

pub(crate) async fn platform() -> Platform {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("shimin-desk-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let opener = store_sqlite::Files::new(std::env::temp_dir().join(name));
    let city: manifest::City = toml::from_str(CITY).expect("a city");
    let bindings: Bindings = toml::from_str(BINDINGS).expect("bindings");
    let mut catalogue = Catalogue::default();
    catalogue.cities =
        BTreeMap::from([(city.id.clone(), Arc::new(CityPack { city, bindings, offers: BTreeMap::new() }))]);
    Platform::new(Parts {
        catalogue,
        stores: store::Stores::open(Arc::new(opener)).await.expect("stores"),
        connector: Arc::new(Nobody),
        vault: identity::Vault::new([7; 32]),
        clock: Arc::new(FakeClock::at(NOW)),
        rng: Arc::new(SeededRng::new(1)),
        limits: Limits::default(),
        public_url: "https://shimin.example".to_owned(),
    })
}

pub(crate) async fn site() -> Site {
    let css = format!("{}{}", *ui::assets::CSS, *ui::assets::DESK_CSS);
    Site(Arc::new(SiteParts {
        platform: platform().await,
        sandbox_url: Some("http://127.0.0.1:8090".to_owned()),
        secure_cookies: false,
        style: Style::of(css, "/desk/assets"),
        script: crate::asset::Script::new(),
    }))
}

pub(crate) fn city() -> CityId {
    CityId::parse("lakeside").expect("slug")
}

fn waterworks() -> DepartmentId {
    DepartmentId::parse("waterworks").expect("slug")
}

pub(crate) fn id(n: u8) -> Id {
    Id([n; 16])
}

fn grant(role: Role, department: Option<DepartmentId>) -> Grant {
    Grant { role, city: city(), department }
}

/// Everybody at once, so that every link of every page is drawn.
pub(crate) fn staff() -> Staff {
    let mut grants: Vec<Grant> = Role::ALL.iter().map(|role| grant(*role, None)).collect();
    grants.push(grant(Role::RefundClerk, Some(waterworks())));
    Staff {
        id: id(1),
        session: id(2),
        login: "li.na".into(),
        name: "李娜".into(),
        grants,
        signed_in_at: NOW,
        stepped_up_at: Some(NOW),
    }
}

pub(crate) fn day() -> Date {
    NOW.plus_s(-86_400).date()
}

fn yuan(fen: i64) -> Money {
    Money::from_fen(fen)
}

pub(crate) fn breaks() -> Vec<BreakView> {
    let one = |n: u8, kind, side, party: &str, ours: Option<i64>, theirs: Option<i64>| BreakView {
        id: id(n),
        day: day(),
        side,
        party: party.into(),
        kind,
        number: format!("149900{:026}", n),
        ours: ours.map(yuan),
        theirs: theirs.map(yuan),
        found_at: NOW.plus_s(-3_600),
        resolved_at: None,
        resolved_by: String::new(),
        note: String::new(),
        cause: None,
        claimed_by: String::new(),
        own: false,
    };
    vec![
        one(11, Kind::Long, Side::Provider, "alipay", None, Some(8_640)),
        BreakView {
            claimed_by: "李娜".into(),
            own: true,
            ..one(12, Kind::Short, Side::Provider, "wechatpay", Some(12_000), None)
        },
        BreakView {
            claimed_by: "周明".into(),
            ..one(13, Kind::Amount, Side::Department, "waterworks", Some(8_640), Some(8_600))
        },
        BreakView {
            resolved_at: Some(NOW),
            resolved_by: "周明".into(),
            cause: Some(Cause::Timing),
            note: "渠道次日账单已有".into(),
            ..one(14, Kind::Late, Side::Department, "waterworks", Some(100), Some(100))
        },
    ]
}

pub(crate) fn refunds() -> Vec<RefundView> {
    let states = [
        (RefundState::Asked, Route::Provider, Reason::Staff),
        (RefundState::Approved, Route::Treasury, Reason::Staff),
        (RefundState::Sent, Route::Provider, Reason::Rest),
        (RefundState::Done, Route::Provider, Reason::Surplus),
        (RefundState::Declined, Route::Provider, Reason::Staff),
        (RefundState::Abnormal, Route::Provider, Reason::Refused),
        (RefundState::Asked, Route::Provider, Reason::Late),
    ];
    states
        .into_iter()
        .enumerate()
        .map(|(n, (state, route, reason))| RefundView {
            refund_no: format!("149900{:026}r{n}", 12),
            payment: id(21),
            service: ServiceId::parse("lamp-bill").expect("slug"),
            department: waterworks(),
            amount: yuan(8_640),
            paid: yuan(12_000),
            state,
            reason,
            route,
            asked_by: if reason == Reason::Staff { "吴有据".into() } else { String::new() },
            asked_at: NOW.plus_s(-7_200),
            decided_by: if state == RefundState::Asked { String::new() } else { "郑四目".into() },
            decided_at: (state != RefundState::Asked).then_some(NOW),
            note: "重复缴费".into(),
            document_no: (state == RefundState::Done).then(|| "财退〔2026〕3 号".into()),
            own: n == 6,
        })
        .collect()
}

pub(crate) fn payment() -> DeskPayment {
    let entry = |step, debit: &str, credit: &str| DeskEntry {
        at: NOW.plus_s(-9_000),
        step,
        debit: debit.into(),
        credit: credit.into(),
        amount: yuan(12_000),
    };
    DeskPayment {
        id: id(21),
        service: ServiceId::parse("lamp-bill").expect("slug"),
        department: waterworks(),
        payee: "merchant:waterworks".into(),
        state: PaymentState::Posted,
        amount: yuan(12_000),
        refunded: yuan(0),
        orders: vec![DeskOrder {
            out_trade_no: format!("149900{:026}", 12),
            provider: serde_json::from_value(serde_json::json!("alipay")).expect("a provider"),
            state: AttemptState::Paid,
            trade_no: Some("2026030222001400000000000001".into()),
            paid_at: Some(NOW.plus_s(-9_000)),
        }],
        biller_ref: Some("W-20260302-1".into()),
        opened_at: NOW.plus_s(-9_100),
        paid_at: Some(NOW.plus_s(-9_000)),
        posted_at: None,
        refunds: refunds(),
        journal: vec![
            entry(Step::Paid, "clearing:alipay", "escrow"),
            entry(Step::Posted, "escrow", "merchant:waterworks"),
        ],
        refundable: yuan(12_000),
    }
}

pub(crate) fn day_page(closed: bool, empty: bool) -> DayPage {
    let settlement = |account: &str, name: Text, treasury: bool| SettlementView {
        account: account.into(),
        name,
        treasury,
        payments: 12,
        gross: yuan(123_456_789),
        refunds: 1,
        refunded: yuan(8_640),
        net: yuan(123_448_149),
    };
    let party = |side, party: &str, compared: bool| PartyView {
        side,
        party: party.into(),
        compared_at: compared.then_some(NOW),
        ours: 12,
        theirs: 11,
    };
    let all = vec![
        settlement("merchant:waterworks", Text::new("湖滨市自来水公司", "Lakeside Waterworks"), false),
        settlement("treasury:149900:103050101", Text::new("国库 · 科目 103050101", "Treasury, item 103050101"), true),
    ];
    let day = day();
    let done = SettlementDay { day, closed_by: "周明账".into(), closed_at: NOW };
    DayPage {
        day,
        settlements: if empty { Vec::new() } else { all },
        state: Some(DayView {
            day,
            parties: vec![party(Side::Provider, "alipay", true), party(Side::Department, "waterworks", closed)],
            open: usize::from(!closed) * 2,
        }),
        closed: if closed { vec![done] } else { Vec::new() },
        balances: vec![BalanceView { account: "escrow".into(), amount: yuan(0) }],
    }
}

pub(crate) fn health() -> Vec<Health> {
    vec![Health {
        scope: Some(city()),
        department: waterworks(),
        state: HealthState::Shaky,
        last_answer_at: Some(NOW.plus_s(-60)),
        last_failure: Some(Failure::TimedOut),
    }]
}

pub(crate) fn providers() -> (Vec<ProviderView>, Vec<ProviderHealth>) {
    let view = ProviderView { id: "alipay".into(), name: Text::new("支付宝", "Alipay"), up: true };
    let health = ProviderHealth {
        provider: "alipay".into(),
        state: HealthState::Up,
        last_answer_at: Some(NOW.plus_s(-5)),
        last_failure: None,
    };
    (vec![view], vec![health])
}

pub(crate) fn colleagues() -> Vec<StaffView> {
    let one = |n: u8, login: &str, disabled: bool, locked: bool| StaffView {
        id: id(n),
        login: login.into(),
        name: format!("同事 {n}"),
        grants: vec![grant(Role::Treasurer, None), grant(Role::RefundClerk, Some(waterworks()))],
        created_at: NOW,
        disabled_at: disabled.then_some(NOW),
        locked_until: locked.then_some(NOW.plus_s(900)),
    };
    vec![
        one(1, "li.na", false, false),
        one(31, "an", true, false),
        one(32, "wu", false, true),
        one(33, "zh", false, false),
    ]
}

pub(crate) fn acts(n: usize) -> engine::Page<ActView> {
    let one = |act: &str, outcome: Option<&str>, name: &str| ActView {
        at: NOW.plus_s(-60),
        name: name.into(),
        act: act.into(),
        city: Some(city()),
        department: Some(waterworks()),
        object: format!("payment {}", id(21)),
        reason: "重复缴费".into(),
        outcome: outcome.map(str::to_owned),
    };
    let all = [
        one("decide-refund", Some("done"), "郑四目"),
        one("close-day", Some("day_stays_open"), "周明账"),
        one("sign-in", Some("done"), "李娜"),
        one("reset-staff", None, ""),
    ];
    engine::Page { items: all.into_iter().take(n).collect(), next: None }
}
