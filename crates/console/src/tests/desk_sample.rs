//! A made-up hospital, attraction and people for the pages of counter, gate and schedule.

use capability::booking::{State, figures::Figures, pool::Door, voucher::Show};
use engine::{
    AtDesk, DayPool, DayRow, DeskAt, DeskBooking, DeskDay, DeskPerson, DeskPlace, DeskSection, FigureDay, GateView,
    PoolView, Queue, QueueEntry, ReleaseView, ScheduleDay, ScheduleView, StopPreview, WalkIn, WalkInView,
};
use kernel::{Date, Money, ServiceId, Text};
use manifest::booking::BookingKind;

use super::sample::{NOW, id};

fn service() -> ServiceId {
    ServiceId::parse("lake-clinic").expect("slug")
}

pub(crate) fn at(section: &str) -> DeskAt {
    DeskAt { service: service(), place: "shore".into(), section: section.into(), resource: String::new() }
}

fn shore() -> Text {
    Text::new("湖滨医院", "Shore Hospital")
}

fn inner() -> Text {
    Text::new("内科", "Internal medicine")
}

fn doctor() -> Text {
    Text::new("沈大夫", "Dr Shen")
}

pub(crate) fn places() -> Vec<DeskPlace> {
    let section = |id: &str, name: Text| DeskSection {
        id: id.into(),
        name,
        resources: vec![("shen".into(), doctor()), ("lu".into(), Text::new("陆大夫", "Dr Lu"))],
    };
    let place = |id: &str, name: Text, sections| DeskPlace {
        service: service(),
        service_name: Text::new("湖滨挂号", "Lake clinic"),
        kind: BookingKind::Appointment,
        id: id.into(),
        name,
        sections,
    };
    let sections = vec![section("inner", inner()), section("bone", Text::new("骨科", "Orthopaedics"))];
    vec![place("shore", shore(), sections), place("hill", Text::new("山脚医院", "Hill Hospital"), Vec::new())]
}

pub(crate) fn booking(state: State) -> DeskBooking {
    let person = |name: &str, unit: &str| DeskPerson {
        name: name.into(),
        resident_id: "3***************17".into(),
        unit: unit.into(),
    };
    DeskBooking {
        id: id(21),
        number: "482915730642".into(),
        service: service(),
        at: at("inner"),
        place: shore(),
        section: inner(),
        resource: doctor(),
        matter: Text::default(),
        state,
        door: Door::Online,
        starts_at: NOW.plus_s(1_800),
        ends_at: NOW.plus_s(3_600),
        call_no: Some(17),
        persons: vec![person("王*", ""), person("李**", "3A")],
        price: Money::from_fen(2_500),
        paid: if state == State::Booked { Money::ZERO } else { Money::from_fen(2_500) },
        refunded: Money::ZERO,
        at_gate: Vec::new(),
        bring: vec![Text::new("身份证", "ID card")],
        can: AtDesk::of(state).to_vec(),
    }
}

fn entry(n: u8, window: &str, passed: bool) -> QueueEntry {
    QueueEntry {
        id: id(n),
        number: format!("4829157306{n:02}"),
        call_no: (n != 33).then_some(n.into()),
        resource: doctor(),
        name: "赵*".into(),
        starts_at: NOW.plus_s(i64::from(n) * 60),
        window: window.into(),
        called_at: (!window.is_empty()).then_some(NOW),
        times: u32::from(!window.is_empty()),
        passed,
    }
}

pub(crate) fn queue(full: bool) -> Queue {
    let some = |list: Vec<QueueEntry>| if full { list } else { Vec::new() };
    Queue {
        at: at("inner"),
        place: shore(),
        section: inner(),
        on: NOW.date(),
        called: some(vec![entry(15, "3 号诊室", false), entry(33, "4 号诊室", false)]),
        waiting: some(vec![entry(16, "", false), entry(17, "", false), entry(9, "", true)]),
        ahead: 12,
        done: 14,
        missed: 1,
    }
}

pub(crate) fn walk_in(open: bool) -> WalkInView {
    let sitting = |pool, part: &str, price| WalkIn {
        pool,
        resource: doctor(),
        part: part.into(),
        starts_at: NOW,
        ends_at: NOW.plus_s(7_200),
        free: 6,
        price: Money::from_fen(price),
    };
    WalkInView {
        at: at(""),
        sittings: if open { vec![sitting(7, "", 2_500), sitting(8, "morning", 0)] } else { Vec::new() },
        matters: vec![("first".into(), Text::new("初诊", "First visit"))],
        persons_max: 5,
        stops: vec![("shore".into(), Text::new("湖滨", "Shore")), ("isle".into(), Text::new("湖心岛", "Isle"))],
    }
}

pub(crate) fn day(full: bool) -> DeskDay {
    let row = |n: u8, state, persons| DayRow {
        id: id(n),
        number: format!("4829157306{n:02}"),
        resource: doctor(),
        name: "周*".into(),
        persons,
        starts_at: NOW.plus_s(i64::from(n) * 600),
        state,
    };
    let rows = State::ALL.iter().zip(41..).map(|(state, n)| row(n, *state, u32::from(n - 40))).collect();
    let pool = |part: &str, stopped| DayPool {
        number: 7,
        section: inner(),
        resource: doctor(),
        part: part.into(),
        starts_at: NOW,
        ends_at: NOW.plus_s(7_200),
        capacity: 40,
        taken: 31,
        stopped,
    };
    DeskDay {
        at: at(""),
        place: shore(),
        section: Text::default(),
        on: NOW.date(),
        pools: if full {
            ["", "day", "ride", "seat", "dawn"].map(|part| pool(part, part == "ride")).to_vec()
        } else {
            Vec::new()
        },
        rows: if full { rows } else { Vec::new() },
        more: full,
    }
}

pub(crate) fn gate() -> GateView {
    GateView {
        at: at(""),
        place: Text::new("湖心岛", "Lake Isle"),
        on: NOW.date(),
        key: "0".repeat(64),
        key_hash: "00000000".into(),
        city_code: 149_900,
        place_key: "00000000".into(),
        early_minutes: Some(30),
        concessions: vec![("student".into(), Text::new("学生半价", "Students, half price"))],
        gone: vec!["482915730600".into()],
        as_of: NOW,
        entered: 812,
        inside: 430,
        instant: Some(1_000),
    }
}

pub(crate) fn shows() -> Vec<Show> {
    vec![
        Show { persons: 2, concession: "student".into(), height_cm_max: None },
        Show { persons: 1, concession: "unknown".into(), height_cm_max: Some(120) },
    ]
}

pub(crate) fn pool(stopped: bool) -> PoolView {
    let shares = [30, u32::MAX, 4];
    let taken = [22, 3, 1];
    PoolView {
        number: 7,
        at: at("inner"),
        place: shore(),
        section: inner(),
        resource: doctor(),
        part: String::new(),
        on: on(3),
        starts_at: NOW.plus_s(3 * 86_400),
        ends_at: NOW.plus_s(3 * 86_400 + 7_200),
        capacity: 40,
        numbered: true,
        shares,
        taken,
        taken_all: 26,
        stopped,
        edited: true,
        price: Some(Money::from_fen(2_500)),
        rule_on: Some(on(-400)),
        rule_source: Text::new("湖滨卫健〔2025〕1 号", "Lakeside health notice 1 of 2025"),
        release: ReleaseView {
            opens_at: NOW.plus_s(86_400),
            closes_at: NOW.plus_s(3 * 86_400),
            on_site_opens_at: NOW.plus_s(3 * 86_400 - 36_000),
            drawn: Some((NOW, NOW.plus_s(3_600))),
            free: ReleaseView::free(40, shares, taken, 26),
        },
    }
}

pub(crate) fn on(days: i64) -> Date {
    NOW.plus_s(days * 86_400).date()
}

pub(crate) fn schedule(full: bool) -> ScheduleView {
    let day = |n, open, pools| ScheduleDay { on: on(n), open, pools };
    let days = if full {
        vec![
            day(0, true, vec![pool(false), PoolView { edited: false, ..pool(false) }]),
            day(1, true, vec![pool(true)]),
            day(2, false, Vec::new()),
        ]
    } else {
        vec![day(0, true, Vec::new())]
    };
    ScheduleView { at: at("inner"), place: shore(), section: inner(), from_on: on(0), days }
}

pub(crate) fn stop(bookings: u32, stopped: bool) -> StopPreview {
    let back = Money::from_fen(i64::from(bookings) * 2_500);
    StopPreview { pool: pool(stopped), bookings, persons: bookings, back, here: bookings / 10 }
}

pub(crate) fn figures() -> Vec<FigureDay> {
    let day = |n: i64| {
        let n_u = u64::try_from(n + 14).unwrap_or_default();
        let counts =
            [(State::Done, 20 + n_u), (State::NoShow, n_u % 5), (State::Booked, 30 - 2 * n_u), (State::Cancelled, 2)];
        let counts = if n == -3 { Vec::new() } else { counts.to_vec() };
        FigureDay { on: on(n), figures: Figures::of(60, counts) }
    };
    (-13..=0).map(day).collect()
}
