//! A day's pools from an ordinary week: working days with their make-up days, half-days, bands, trips over legs.

use jiff::civil::time;
use kernel::Money;

use super::{
    super::{
        plan::{self, PlannedPool},
        pool::{Door, Pool},
        rule::{
            BookingKind, BookingRules, Offer,
            rules::{ProfilesFile, TicketsFile},
        },
    },
    *,
};

const OFFER: &str = r#"
service = "sample"
source = { zh-CN = "样例", en = "sample" }
profile = "police"
[[place]]
id = "hall"
name = { zh-CN = "大厅", en = "Hall" }
address = { zh-CN = "一号", en = "1" }
phone = "0000-1234567"
way = { zh-CN = "向东", en = "east" }
[[place.section]]
id = "windows"
name = { zh-CN = "窗口", en = "Windows" }
[[place.section.resource]]
id = "group"
name = { zh-CN = "一组", en = "Group" }
class = "general"
price_fen = 1200
sitting = [
  { from = "09:00", to = "12:00", units = 12, on_site = 4, phone = 2 },
  { from = "13:30", to = "17:00", units = 14, weekdays = ["tue", "wed"], from_on = "2026-03-01", until_on = "2026-03-31" },
]
[[place]]
id = "clinic"
name = { zh-CN = "门诊", en = "Clinic" }
address = { zh-CN = "二号", en = "2" }
phone = "0000-1234567"
way = { zh-CN = "向西", en = "west" }
profile = "hospital-b"
[[place.section]]
id = "eyes"
name = { zh-CN = "眼科", en = "Eyes" }
[[place.section.resource]]
id = "doctor"
name = { zh-CN = "医生", en = "Doctor" }
sitting = [{ from = "08:00", to = "12:00", units = 20 }]
"#;

const TRIPS: &str = r#"
service = "sample"
source = { zh-CN = "样例", en = "sample" }
profile = "coach"
[[place]]
id = "station"
name = { zh-CN = "车站", en = "Station" }
address = { zh-CN = "一号", en = "1" }
phone = "0000-1234567"
way = { zh-CN = "向东", en = "east" }
coach = "coach"
[[place.section]]
id = "north"
name = { zh-CN = "北线", en = "North" }
[[place.section.resource]]
id = "express"
name = { zh-CN = "快客", en = "Express" }
line = { stop = [
  { id = "here", name = { zh-CN = "本站", en = "Here" }, minutes = 0 },
  { id = "half", name = { zh-CN = "半路", en = "Half" }, minutes = 50 },
  { id = "there", name = { zh-CN = "那站", en = "There" }, minutes = 95 },
], fares_fen = [[2000, 3500], [2000]] }
seats = { rows = 10, columns = "AB CD", missing = ["1A"] }
ride_max = 42
trip = [{ id = "early", departs = "07:30" }, { id = "late", departs = "23:30", weekdays = ["fri"] }]
[[place.section.resource]]
id = "minibus"
name = { zh-CN = "中巴", en = "Minibus" }
line = { stop = [
  { id = "here", name = { zh-CN = "本站", en = "Here" }, minutes = 0 },
  { id = "near", name = { zh-CN = "近处", en = "Near" }, minutes = 20 },
], fares_fen = [[500]] }
ride_max = 19
trip = [{ id = "noon", departs = "12:00" }]
"#;

fn offer(text: &str) -> Offer {
    toml::from_str(text).unwrap()
}

fn dated() -> BookingRules {
    let profile = PROFILES.iter().map(|(id, profile)| (id.clone(), vec![profile.clone()])).collect();
    let ticket = [("grottoes", &SERVICES.grottoes), ("mountain", &SERVICES.mountain)];
    let ticket = ticket.map(|(id, rule)| (id.to_owned(), vec![rule.clone()])).into();
    BookingRules::new(vec![ProfilesFile { profile }], vec![TicketsFile { ticket }], vec![], vec![])
}

fn planned(text: &str, kind: BookingKind, on: &str) -> Vec<PlannedPool> {
    plan::pools(&offer(text), kind, &dated(), &CHINA, day(on))
}

fn said(pools: &[PlannedPool]) -> Vec<String> {
    let hm = |at: Timestamp| format!("{:02}:{:02}", at.civil().hour(), at.civil().minute());
    let line = |pool: &PlannedPool| {
        let PlannedPool { place, resource, part, capacity, legs, .. } = pool;
        format!("{place}/{resource}/{part} {}-{} {capacity}x{legs}", hm(pool.starts_at), hm(pool.ends_at))
    };
    pools.iter().map(line).collect()
}

#[test]
fn an_office_is_planned_on_working_days_and_a_clinic_every_day() {
    let at_the_hall = |on: &str| {
        let planned = planned(OFFER, BookingKind::Appointment, on);
        assert!(planned.iter().any(|pool| pool.place == "clinic"), "{on}");
        planned.iter().filter(|pool| pool.place == "hall").count()
    };
    for (on, pools) in [
        ("2026-02-13", 1), // a Friday
        ("2026-02-14", 1), // a Saturday that pays for the Spring Festival
        ("2026-02-15", 0), // the Sunday after it
        ("2026-02-16", 0), // a Monday of the festival
        ("2026-03-03", 2), // a Tuesday: also the afternoon
        ("2026-03-05", 1),
        ("2026-04-07", 1), // a Tuesday, and the afternoons have ended
        ("2026-09-20", 1), // a Sunday that pays for the National Day
        ("2026-10-01", 0),
        ("2027-01-04", 1), // a year without a notice: by the week
    ] {
        assert_eq!(at_the_hall(on), pools, "{on}");
    }
}

#[test]
fn every_working_day_of_a_year_and_no_other_is_planned() {
    let (rules, offer) = (dated(), offer(OFFER));
    let mut on = day("2026-01-01");
    let mut open = 0;
    while on < day("2027-01-01") {
        let planned = plan::pools(&offer, BookingKind::Appointment, &rules, &CHINA, on);
        let there = planned.iter().any(|pool| pool.place == "hall");
        assert_eq!(there, CHINA.is_working_day(on), "{on}");
        open += usize::from(there);
        on = super::super::limit::plus_days(on, 1);
    }
    assert_eq!(open, 248);
}

#[test]
fn before_the_oldest_rule_nothing_is_planned() {
    assert!(planned(OFFER, BookingKind::Appointment, "2014-12-31").is_empty());
}

#[test]
fn what_is_kept_for_the_counter_is_not_sold_online() {
    let pools = planned(OFFER, BookingKind::Appointment, "2026-03-03");
    let morning = &pools[0];
    assert_eq!((morning.capacity, morning.shares), (12, [6, 12, 2]));
    assert_eq!((morning.class.as_str(), morning.price, morning.numbered), ("general", Money::from_fen(1200), true));
    let mut pool = Pool::numbered(morning.capacity);
    for (door, share) in Door::ALL.iter().zip(morning.shares) {
        pool = pool.with_share(*door, share);
    }
    let one = super::super::pool::Legs::ONE;
    assert_eq!([Door::Online, Door::OnSite, Door::Phone].map(|door| pool.free(door, one)), [6, 12, 2]);
}

#[test]
fn a_half_day_is_cut_into_the_numbers_of_its_pool() {
    let pools = planned(OFFER, BookingKind::Appointment, "2026-03-03");
    let slots = plan::slots(pools[0].starts_at, pools[0].ends_at, pools[0].capacity);
    assert_eq!(slots.len(), 12);
    assert_eq!(slots[0].starts_at, at("2026-03-03T09:00"));
    assert_eq!(slots[11].ends_at, at("2026-03-03T12:00"));
}

#[test]
fn a_ticket_has_the_day_and_each_band() {
    let text =
        OFFER.replace("id = \"hall\"", "id = \"hall\"\nticket = \"grottoes\"").replace("\"police\"", "\"attraction\"");
    let tickets = said(&planned(&text, BookingKind::Ticket, "2026-05-01"));
    assert_eq!(
        tickets,
        ["hall//day 09:00-17:00 60x1", "hall//morning 09:00-12:00 40x1", "hall//late 15:00-16:30 40x1"]
    );
    let pools = planned(&text, BookingKind::Ticket, "2026-05-01");
    assert!(pools.iter().all(|pool| !pool.numbered && pool.price == Money::from_fen(12_000)));
}

#[test]
fn a_trip_counts_people_and_seats_over_its_legs() {
    let friday = said(&planned(TRIPS, BookingKind::Coach, "2026-05-01"));
    assert_eq!(
        friday,
        [
            "station/express/ride 07:30-09:05 42x2",
            "station/express/seat 07:30-09:05 39x2",
            "station/express/ride 23:30-01:05 42x2",
            "station/express/seat 23:30-01:05 39x2",
            "station/minibus/ride 12:00-12:20 19x1",
        ]
    );
    assert_eq!(planned(TRIPS, BookingKind::Coach, "2026-05-02").len(), 3);
    let late = &planned(TRIPS, BookingKind::Coach, "2026-05-01")[2];
    assert_eq!((late.on, late.ends_at), (day("2026-05-01"), at("2026-05-02T01:05")), "past midnight");
}

#[test]
fn pools_are_rolled_one_day_past_what_can_be_booked() {
    let until = |profile: &str, now: &str| {
        let text = OFFER
            .replace("profile = \"police\"", &format!("profile = \"{profile}\""))
            .replace("profile = \"hospital-b\"\n", "");
        plan::until_on(&offer(&text), &dated(), &CHINA, at(now))
    };
    // Days 1 to 14 are open from 06:30; the fifteenth is the next to open.
    assert_eq!(until("hospital-a", "2026-03-02T10:00"), day("2026-03-17"));
    assert_eq!(until("hospital-a", "2026-03-02T06:00"), day("2026-03-16"));
    // Of working days, the next working one; and a day more, for the lots that are drawn a day before.
    assert_eq!(until("police", "2026-03-04T10:00"), day("2026-03-20"));
    assert_eq!(until("marriage", "2026-03-04T10:00"), day("2026-03-21"));
}

#[test]
fn the_same_day_gives_the_same_pools() {
    for (text, kind) in [(OFFER, BookingKind::Appointment), (TRIPS, BookingKind::Coach)] {
        let once = planned(text, kind, "2026-05-06");
        assert_eq!(once, planned(text, kind, "2026-05-06"));
        let mut keys: Vec<_> = once.iter().map(|p| (&p.place, &p.resource, &p.part, p.starts_at)).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), once.len(), "a pool's place, resource, part and start are its own");
    }
    let morning = time(9, 0, 0, 0);
    assert_eq!(offer(OFFER).place[0].section[0].resource[0].sitting[0].from, morning);
}
