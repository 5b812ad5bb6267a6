//! Made-up places, days, units and bookings.

use capability::booking::State;
use engine::{
    Again, BandView, BookingDay, BookingFound, BookingLine, BookingPage, BookingParty, BookingQuote, BookingView, Can,
    CancelView, CompanionView, DayState, DrawEntry, DrawView, Drawn, Kin, MatterView, PeriodView, PersonLine, PlaceRef,
    PlaceView, PlacesView, QuotePerson, ResourceView, SeatView, SectionView, SittingView, StopView, TripView,
    UnitsView, WaitingView,
};
use kernel::{Date, Money, ServiceId, Text, Timestamp};
use manifest::{Service, booking::BookingKind};

use crate::{
    booking::waiting::Lists,
    tests::sample::{NOW, id},
};

pub(super) fn fen(fen: i64) -> Money {
    Money::from_fen(fen)
}

pub(super) fn day(n: i64) -> Date {
    NOW.plus_s(n * 86_400).date()
}

/// A time of tomorrow.
pub(super) fn at(hour: i8, minute: i8) -> Timestamp {
    Timestamp::from_civil(day(1).at(hour, minute, 0, 0))
}

pub(super) fn places(service: &Service, count: usize, sections: usize, matters: usize) -> PlacesView {
    let booking = service.booking.as_ref().expect("a service that is booked");
    let name = |n: usize| match n {
        0 => Text::new("湖滨市第一医院", "First Hospital"),
        n => Text::new(format!("湖滨市第 {} 医院", n + 1), format!("Hospital {}", n + 1)),
    };
    let section = |n: usize| SectionView {
        id: if n == 0 { "heart".to_owned() } else { format!("section-{n}") },
        name: if n == 0 { Text::new("心内科", "Cardiology") } else { Text::new("骨科", "Orthopaedics") },
        soonest_on: (n != 1).then(|| day(1)),
        free: if n == 1 { 0 } else { 12 },
    };
    let stop = |id: &str, zh: &str, en: &str| StopView { id: id.to_owned(), name: Text::new(zh, en) };
    let place = |n: usize| PlaceView {
        id: match booking.kind {
            BookingKind::Appointment if booking.parties > 1 => "office".to_owned(),
            BookingKind::Appointment if n == 0 => "first".to_owned(),
            BookingKind::Appointment => format!("place-{n}"),
            BookingKind::Ticket => "garden".to_owned(),
            BookingKind::Coach => "pier".to_owned(),
        },
        name: name(n),
        address: Text::new("湖滨大街 1 号", "1 Riverside Street"),
        phone: "0000-7654321".to_owned(),
        way: Text::new("地铁 2 号线湖滨站 C 口，向东 200 米。", "Metro 2, Riverside, exit C, 200 m east."),
        sections: (0..sections).map(section).collect(),
        stops: match booking.kind {
            BookingKind::Coach => vec![
                stop("west", "西码头", "West Pier"),
                stop("isle", "湖心岛", "Isle"),
                stop("east", "东码头", "East Pier"),
            ],
            _ => Vec::new(),
        },
        soonest_on: (n != 1).then(|| day(1)),
        free: if n == 1 { 0 } else { 22 },
    };
    let matter = |n: usize| MatterView {
        id: format!("matter-{n}"),
        name: Text::new("身份证到期换领", "Renew an ID card"),
        bring: vec![Text::new("原身份证", "The old card")],
        fee: fen(if n == 0 { 2_000 } else { 0 }),
        note: (n == 1).then(|| Text::new("16 岁以下由监护人陪同", "Under 16 with a guardian")),
    };
    PlacesView {
        kind: booking.kind,
        words: booking.words.clone(),
        parties: booking.parties,
        persons_max: booking.persons_max,
        for_others: booking.for_others,
        places: (0..count).map(place).collect(),
        matters: (0..matters).map(matter).collect(),
    }
}

pub(super) fn strip() -> Vec<BookingDay> {
    let states = [
        DayState::Full,
        DayState::Open { free: 22 },
        DayState::Open { free: 1 },
        DayState::Closed,
        DayState::Drawn { from_at: NOW.plus_s(-3_600), until_at: NOW.plus_s(86_400) },
        DayState::Ahead { opens_at: NOW.plus_s(70_000) },
    ];
    (0..15).zip(states.into_iter().cycle()).map(|(n, state)| BookingDay { on: day(n), state }).collect()
}

pub(super) fn sittings(resources: usize) -> UnitsView {
    let period = |n: u32| {
        let from = at(8, 0).plus_s(i64::from(n) * 1_800);
        PeriodView { starts_at: from, ends_at: from.plus_s(1_800), first: n * 3 + 1, last: n * 3 + 3, free: n % 4 }
    };
    let sitting = |stopped| SittingView {
        starts_at: at(8, 0),
        ends_at: at(12, 0),
        stopped,
        free: 9,
        periods: (0..8).map(period).collect(),
    };
    let resource = |n: usize| ResourceView {
        id: if n == 0 { "wang".to_owned() } else { format!("doctor-{n}") },
        section: "heart".to_owned(),
        name: Text::new("王医生", "Dr Wang"),
        title: Some(Text::new("主任医师", "chief physician")),
        about: (n == 0).then(|| Text::new("擅长冠心病、高血压。", "Coronary disease, hypertension.")),
        class: "expert".to_owned(),
        class_name: Some(Text::new("专家号", "expert")),
        price: fen(2_500),
        sittings: vec![sitting(n == 2)],
    };
    UnitsView { resources: (0..resources).map(resource).collect(), ..UnitsView::default() }
}

pub(super) fn bands(count: i8) -> UnitsView {
    let band = |n: i8| BandView {
        id: if count == 1 { String::new() } else { format!("band-{n}") },
        starts_at: at(8 + 2 * n, 0),
        ends_at: at(10 + 2 * n, 0),
        stopped: n == 3,
        free: if n == 1 { 0 } else { 300 },
        price: fen(5_000),
    };
    UnitsView { bands: (0..count).map(band).collect(), ..UnitsView::default() }
}

pub(super) fn trips() -> UnitsView {
    let seat = |n: u32| SeatView {
        unit: n + 1,
        label: format!("{}{}", n / 4 + 1, ["A", "B", "C", "D"][(n % 4) as usize]),
        row: u16::try_from(n / 4).expect("a row"),
        column: u16::try_from(n % 4 + u32::from(n % 4 > 1)).expect("a column"),
        free: !n.is_multiple_of(5),
    };
    let stop = |id: &str, zh: &str, en: &str| StopView { id: id.to_owned(), name: Text::new(zh, en) };
    let trip = |n: i8| TripView {
        resource: "swan".to_owned(),
        name: Text::new("天鹅号", "The Swan"),
        class_name: Some(Text::new("游船", "boat")),
        starts_at: at(9 + n, 0),
        departs_at: at(9 + n, 0),
        arrives_at: at(9 + n, 45),
        from: stop("west", "西码头", "West Pier"),
        to: stop("east", "东码头", "East Pier"),
        fare: fen(2_000),
        free: if n == 1 { 0 } else { 9 },
        stopped: n == 2,
        seats: (0..12).map(seat).collect(),
    };
    UnitsView { trips: (0..4).map(trip).collect(), ..UnitsView::default() }
}

pub(super) fn companions(count: u8) -> Vec<CompanionView> {
    let one = |n: u8| CompanionView {
        id: id(80 + n),
        name: "张*".to_owned(),
        resident_id: "990***********0136".to_owned(),
        relation: [Kin::Child, Kin::Parent, Kin::Spouse, Kin::Other][usize::from(n) % 4],
        age: 8,
    };
    (0..count).map(one).collect()
}

pub(super) fn quote(persons: usize, each: i64) -> BookingQuote {
    let one = |n: usize| QuotePerson {
        name: "张*".to_owned(),
        kin: if n == 0 { Kin::Own } else { Kin::Child },
        price: fen(if n == 0 { each } else { 0 }),
        concession: (n > 0).then(|| Text::new("1.2 米以下儿童免费", "Children up to 1.2 m, free")),
        at_gate: capability::booking::ticket::AtGate { height_cm_max: (n > 0).then_some(120), proofs: vec![] },
        seat: true,
    };
    BookingQuote { persons: (0..persons).map(one).collect(), total: fen(each), since: (each > 0).then(|| day(-60)) }
}

pub(super) fn slug(text: &str) -> ServiceId {
    ServiceId::parse(text).expect("a slug")
}

pub(super) fn booking(state: State) -> BookingView {
    let lets_in = matches!(state, State::Booked | State::Paid | State::CheckedIn);
    let held = state == State::Held;
    BookingView {
        id: id(90),
        number: "202603020012".to_owned(),
        service: slug("clinic-number"),
        kind: BookingKind::Appointment,
        state,
        place: PlaceRef {
            id: "first".to_owned(),
            name: Text::new("湖滨市第一医院", "First Hospital"),
            address: Text::new("湖滨大街 1 号", "1 Riverside Street"),
            phone: "0000-7654321".to_owned(),
            way: Text::new("地铁 2 号线湖滨站 C 口，向东 200 米。", "Metro 2, Riverside, exit C, 200 m east."),
        },
        section: Some(Text::new("心内科", "Cardiology")),
        resource_id: "wang".to_owned(),
        resource: Some(Text::new("王医生", "Dr Wang")),
        class: "expert".to_owned(),
        matter: None,
        starts_at: at(9, 0),
        ends_at: at(9, 30),
        units: vec!["12".to_owned()],
        count: 1,
        from: None,
        to: None,
        held_until_at: NOW.plus_s(600),
        price: fen(2_500),
        paid: if state == State::Paid { fen(2_500) } else { Money::ZERO },
        refunded: Money::ZERO,
        persons: vec![PersonLine {
            name: "张*".to_owned(),
            kin: Kin::Child,
            price: fen(2_500),
            concession: None,
            height_cm_max: None,
            proofs: vec![],
            seat: true,
        }],
        parties: vec![],
        bring: vec![Text::new("身份证", "ID card"), Text::new("就诊卡或医保卡", "Hospital or insurance card")],
        can: Can {
            confirm: held,
            pay: None,
            extend_s: held.then_some(300),
            cancel: (held || lets_in).then(|| CancelView {
                until_at: lets_in.then(|| at(8, 30)),
                kept: Money::ZERO,
                back: Money::ZERO,
            }),
            move_: matches!(state, State::Booked | State::Paid),
            consent: false,
            decline: false,
        },
        payment: None,
        department_ref: lets_in.then(|| "MZ0001".to_owned()),
        department: Text::new("湖滨市第一医院", "First Hospital"),
        phone: "0000-7654321".to_owned(),
        voucher: lets_in.then(|| "SM1.9901.202603020012.1772418600.1.k1.AAAAAAAA".to_owned()),
        check_in_until_at: at(9, 30),
        moved_to: (state == State::Moved).then(|| id(91)),
        instead_of: None,
        again: Again { section: "heart".to_owned(), matter: "clinic-number".to_owned(), ..Again::default() },
    }
}

pub(super) fn party(own: bool, agreed: bool) -> BookingParty {
    BookingParty { name: "李*".to_owned(), agreed, own }
}

pub(super) fn line(n: u8, state: State) -> BookingLine {
    BookingLine {
        id: id(n),
        number: "202603020012".to_owned(),
        service: slug("clinic-number"),
        state,
        place: Text::new("湖滨市第一医院", "First Hospital"),
        resource: Some(Text::new("王医生", "Dr Wang")),
        starts_at: at(9, 0).plus_s(i64::from(n) * 86_400),
        ends_at: at(9, 30).plus_s(i64::from(n) * 86_400),
        held_until_at: NOW.plus_s(600),
        price: fen(2_500),
        count: 1,
    }
}

pub(super) fn list(next: Option<i64>) -> BookingPage {
    BookingPage { items: State::ALL.iter().zip(1..).map(|(state, n)| line(n, *state)).collect(), next }
}

pub(super) fn found() -> BookingFound {
    let booking = booking(State::Booked);
    BookingFound {
        number: booking.number,
        state: booking.state,
        place: booking.place,
        section: booking.section,
        resource: booking.resource,
        matter: booking.matter,
        starts_at: booking.starts_at,
        ends_at: booking.ends_at,
        units: booking.units,
        bring: booking.bring,
    }
}

/// A draw whose claims are taken from so many days from now on, for two days.
pub(super) fn draw(opens: i64, drawn: bool) -> DrawView {
    let opens_at = NOW.plus_s(opens * 86_400);
    DrawView {
        service: slug("garden-ticket"),
        place: "garden".to_owned(),
        on: day(1),
        opens_at,
        closes_at: opens_at.plus_s(2 * 86_400),
        commitment: "c0de".repeat(16),
        drawn: drawn.then(|| Drawn {
            at: NOW,
            seed: "5eed".repeat(16),
            beacon: "0305".to_owned(),
            claims: (1..4).map(id).collect(),
            order: (1..4).rev().map(id).collect(),
        }),
    }
}

pub(super) fn lists() -> Lists {
    let entry = |n: u8, lot, booking| DrawEntry {
        id: id(n),
        service: slug("garden-ticket"),
        place: "garden".to_owned(),
        on: day(1),
        closes_at: NOW.plus_s(3_600),
        lot,
        of: 120,
        booking,
    };
    Lists {
        waiting: vec![WaitingView {
            id: id(50),
            service: slug("clinic-number"),
            place: Text::new("湖滨市第一医院", "First Hospital"),
            resource: Some(Text::new("王医生", "Dr Wang")),
            band: String::new(),
            starts_at: at(8, 0),
            units: 1,
            ahead: 3,
        }],
        draws: vec![entry(51, None, None), entry(52, Some(3), Some(id(90))), entry(53, Some(99), None)],
    }
}
