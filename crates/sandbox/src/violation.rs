//! The violations of cars and drivers. A violation recurs every 450 days at most and is computed from its place and the
//! day, so that records grow old, get decided and get paid as the clock moves, without a stored row.

use jiff::civil::{Date, DateTime, date};
use serde::Serialize;

use crate::{
    act::Pause,
    days::{days_between, first_of_month, plus_days},
    demo::{self, Entered},
    draw::{Draw, Topic},
    offence::{OFFENCES, Offence},
    population::{District, plate::CARS},
    vehicle::Vehicle,
};

/// One record of a violation, as true as it gets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    pub id: String,
    pub plate: String,
    pub kind: &'static str,
    pub at: DateTime,
    pub place_code: String,
    pub place: String,
    pub code: &'static str,
    pub text: &'static str,
    pub law: &'static str,
    pub basis: &'static str,
    pub fine_fen: i64,
    pub points: u32,
    pub office_code: String,
    pub office: String,
    pub mode: &'static str,
    pub on_the_spot: bool,
    pub state: State,
    pub decision: Option<Decision>,
    /// 1 viewable, 2 not requested, 3 requested, 4 approved but not viewable, 5 failed.
    pub photo_status: u8,
    /// Who drove: known to the department only after the decision.
    pub driver: u64,
    #[serde(skip)]
    pub(crate) slot: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Open,
    Decided,
    Paid,
}

impl State {
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "未确认",
            Self::Decided => "已确认",
            Self::Paid => "已缴款",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Decision {
    pub no: String,
    pub notice_no: String,
    pub at: DateTime,
    pub office_code: String,
    pub office: String,
    pub licence_no: String,
    pub driver_name: String,
    /// 3 % of the fine a day from the sixteenth day, at most the fine.
    pub late_fee_fen: i64,
    /// The days of a reconsideration, during which no surcharge runs; without an end while it lasts.
    pub reconsidered: Option<(Date, Option<Date>)>,
    pub paid_on: Option<Date>,
}

/// Longer than a points cycle and the slowest decision together, so that no counted record is forgotten.
const RECUR_DAYS: i32 = 450;
const ANCHOR: Date = date(2010, 1, 1);
/// Records that one car can have.
const RECORDS: u64 = 8;
/// Recurrences told apart in a record number.
const ROUNDS: u64 = 64;
const COUNTS: [(u64, u64); 8] = [(1, 42), (2, 25), (3, 13), (4, 8), (5, 5), (6, 3), (7, 2), (8, 2)];

pub(crate) const ROADS: [&str; 16] = [
    "建设路",
    "人民大街",
    "滨河东路",
    "解放北路",
    "迎宾路",
    "长安街",
    "和平南路",
    "新华街",
    "学府街",
    "体育西路",
    "南中环",
    "北中环",
    "东环快速路",
    "文化路",
    "胜利街",
    "工业大道",
];
const ORDINALS: [&str; 8] = ["一", "二", "三", "四", "五", "六", "七", "八"];

/// When and how a record came about, before its texts are drawn.
struct Outline {
    k: u64,
    round: u64,
    entered_on: Date,
    offence: &'static Offence,
    on_the_spot: bool,
    decided_on: Option<Date>,
    paid_on: Option<Date>,
    photo_status: u8,
    driver: u64,
    draw: Draw,
}

/// Days to pay in, the day of receipt not counted.
const PAY_DAYS: i32 = 15;

/// The surcharge of a fine whose decision was received on a day, as of another day. Days under reconsideration are not
/// counted.
fn late_fee_fen(fine_fen: i64, received_on: Date, until: Date, pauses: &[Pause]) -> i64 {
    let first = plus_days(received_on, PAY_DAYS + 1);
    let late = (0..days_between(first, until) + 1).map(|day| plus_days(first, day));
    let paused = |day: &Date| pauses.iter().any(|pause| pause.from <= *day && pause.to.is_none_or(|to| *day <= to));
    // The cap is reached after 34 days that count, so nobody counts through years.
    let days = late.filter(|day| !paused(day)).take(34).count();
    (fine_fen * 3 * i64::try_from(days).unwrap_or(0) / 100).min(fine_fen)
}

impl District {
    /// All records of a car, newest first.
    pub(crate) fn vehicle_violations(&self, vehicle: &Vehicle, today: Date) -> Vec<Violation> {
        let mut all: Vec<_> = self
            .outlines(vehicle, today)
            .into_iter()
            .filter_map(|outline| self.fill(vehicle, outline, today))
            .collect();
        all.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.id.cmp(&b.id)));
        all
    }

    /// The records that name a driver: those of the spot, and camera records once decided.
    pub(crate) fn driver_violations(&self, n: u64, today: Date) -> Vec<Violation> {
        let mut all = Vec::new();
        for vehicle in self.slots_of_family(n).filter_map(|slot| self.vehicle(slot)) {
            let outlines = self.outlines(&vehicle, today).into_iter();
            let records = outlines.filter_map(|outline| self.fill(&vehicle, outline, today));
            all.extend(records.filter(|record| record.driver == n && record.decision.is_some()));
        }
        let accepted = self.acts().accepted_by(n);
        for id in accepted {
            if all.iter().all(|record: &Violation| record.id != id) {
                all.extend(self.violation(&id, today).map(|(_, record)| record));
            }
        }
        all.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.id.cmp(&b.id)));
        all
    }

    /// The surcharge of a decided record if it is paid on a day.
    pub(crate) fn surcharge_fen(&self, violation: &Violation, on: Date) -> i64 {
        let pauses = self.acts().pauses(&violation.id);
        let received_on = violation.decision.as_ref().map_or(on, |decision| decision.at.date());
        late_fee_fen(violation.fine_fen, received_on, on, &pauses)
    }

    /// The record with a number, if it is still on record, and its vehicle.
    pub(crate) fn violation(&self, id: &str, today: Date) -> Option<(Vehicle, Violation)> {
        let number: u64 = id.strip_prefix(self.area.code.as_str()).filter(|tail| tail.len() == 10)?.parse().ok()?;
        let slot = self.record_nos.inverse(number)? / (RECORDS * ROUNDS);
        let vehicle = self.vehicle(slot)?;
        let violation = self.vehicle_violations(&vehicle, today).into_iter().find(|violation| violation.id == id)?;
        Some((vehicle, violation))
    }

    fn outlines(&self, vehicle: &Vehicle, today: Date) -> Vec<Outline> {
        if vehicle.slot < demo::FAMILIES * CARS {
            return self.scripted(vehicle, today);
        }
        let mut draw = self.draw(Topic::ViolationCount, vehicle.slot);
        if draw.chance(80) {
            return Vec::new();
        }
        let count = draw.weigh(&COUNTS, |&(_, share)| share).0;
        (0..count).filter_map(|k| self.outline(vehicle, k, today)).collect()
    }

    fn outline(&self, vehicle: &Vehicle, k: u64, today: Date) -> Option<Outline> {
        let phase = self.draw(Topic::Violation, vehicle.slot * RECORDS + k).days(RECUR_DAYS);
        let yesterday = days_between(ANCHOR, today) - 1;
        let round = (yesterday - phase).div_euclid(RECUR_DAYS);
        let entered_on = plus_days(ANCHOR, phase + round * RECUR_DAYS);
        let round = u64::from(round.rem_euclid(64).unsigned_abs());
        let mut draw = self.draw(Topic::Violation, ((vehicle.slot * RECORDS + k) * ROUNDS + round) | (1 << 50));
        let on_the_spot = draw.chance(20);
        let offence = draw.weigh(&OFFENCES, |o| if on_the_spot { o.on_the_spot } else { o.by_camera });
        let (decided, delay) = (draw.chance(70), 3 + draw.days(68));
        let decided_on = match on_the_spot {
            true => Some(entered_on),
            false => Some(plus_days(entered_on, delay)).filter(|&on| decided && on < today),
        };
        let paying = draw.below(100);
        let (promptly, late) = (draw.days(15), 16 + draw.days(40));
        let paid_on = decided_on
            .and_then(|on| match paying {
                0..70 => Some(plus_days(on, promptly)),
                70..85 => Some(plus_days(on, late)),
                _ => None,
            })
            .filter(|&on| on < today);
        let photo_status = match draw.below(100) {
            _ if on_the_spot => 2,
            0..80 => 1,
            80..88 => 2,
            88..92 => 3,
            92..97 => 4,
            _ => 5,
        };
        let driver = self.driver(vehicle, draw.chance(15))?;
        Some(Outline { k, round, entered_on, offence, on_the_spot, decided_on, paid_on, photo_status, driver, draw })
    }

    /// The owner, now and then the spouse, and for an owner without a licence whoever of the family has one.
    fn driver(&self, vehicle: &Vehicle, spouse_drives: bool) -> Option<u64> {
        let family = vehicle.owner / 4 * 4;
        let spouse = [family, family + 1].into_iter().find(|&n| n != vehicle.owner);
        let couple = vehicle.owner % 4 < 2;
        let licensed = |n: &u64| self.grant(*n).is_some();
        let swapped = spouse.filter(|_| couple && spouse_drives).filter(licensed);
        swapped.or_else(|| Some(vehicle.owner).filter(licensed)).or_else(|| (family..family + 4).find(|n| licensed(n)))
    }

    fn scripted(&self, vehicle: &Vehicle, today: Date) -> Vec<Outline> {
        let (family, position) = (vehicle.slot / CARS, vehicle.slot % CARS);
        let outline = |(k, scene): (usize, &demo::Scene)| {
            let driver = self.driver(vehicle, false)?;
            let (_, cycle_from) = self.grant(driver)?.cycle(today);
            let (from, days) = match scene.entered {
                Entered::BeforeMonth(days) => (first_of_month(today), days),
                Entered::BeforeCycle(days) => (cycle_from, days),
            };
            let entered_on = plus_days(from, -days);
            let decided_on = scene.decided.map(|(after, _)| plus_days(entered_on, after)).filter(|&on| on <= today);
            let paid_after = scene.decided.and_then(|(_, paid_after)| paid_after);
            let paid_on = decided_on.zip(paid_after).map(|(on, after)| plus_days(on, after)).filter(|&on| on <= today);
            let round = (i64::from(from.year()) * 12 + i64::from(from.month())).rem_euclid(64).unsigned_abs();
            let k = k as u64;
            let offence = Offence::by_code(scene.code)?;
            let draw = self.draw(Topic::Violation, ((vehicle.slot * RECORDS + k) * ROUNDS + round) | (1 << 50));
            let (on_the_spot, photo_status) = (scene.on_the_spot, scene.photo_status);
            Some(Outline {
                k,
                round,
                entered_on,
                offence,
                on_the_spot,
                decided_on,
                paid_on,
                photo_status,
                driver,
                draw,
            })
        };
        demo::scenes(family, position).iter().enumerate().filter_map(outline).collect()
    }

    fn fill(&self, vehicle: &Vehicle, outline: Outline, today: Date) -> Option<Violation> {
        let Outline { k, round, entered_on, offence, on_the_spot, decided_on, paid_on, photo_status, driver, mut draw } =
            outline;
        let number = self.record_nos.forward((vehicle.slot * RECORDS + k) * ROUNDS + round)?;
        let id = format!("{}{number:010}", self.area.code);
        let (accepted, told_paid_on, pauses) = {
            let acts = self.acts();
            (acts.accepted(&id), acts.paid_on(&id), acts.pauses(&id))
        };
        let driver = accepted.map_or(driver, |accepted| accepted.driver);
        let paid_on = match accepted {
            Some(_) => told_paid_on,
            None => told_paid_on.or(paid_on),
        };
        let on = if on_the_spot { entered_on } else { plus_days(entered_on, -1 - draw.days(5)) };
        let clock = |draw: &mut Draw, from: u64, to: u64| (from + draw.below(to - from), draw.below(60));
        let (hour, minute) = clock(&mut draw, 6, 23);
        let at = on.at(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, 0, 0);
        let team = draw.below(8);
        let ordinal = ORDINALS[usize::try_from(team).ok()?];
        let (road, other) = (draw.pick(&ROADS), draw.pick(&ROADS));
        let place = match draw.below(3) {
            _ if offence.code == "6011" => format!("东环快速路 K{}+{:03} 处", draw.below(30), draw.below(10) * 100),
            _ if road == other => format!("{road}公交站前"),
            0 => format!("{road}与{other}交叉口"),
            1 => format!("{road}（{other}至工业大道）{}侧", draw.pick(&["东", "西", "南", "北"])),
            _ => format!("{road} {} 号前", 1 + draw.below(300)),
        };
        let office_code = format!("{}0000{:02}", self.area.code, team + 1);
        let office = format!("{}公安局交通警察支队{ordinal}大队", self.area.name);
        // The place of the violation decides with its own standard, so an area always takes the same fine.
        let tariff = offence.code.bytes().fold(0, |sum, b| sum * 10 + u64::from(b - b'0'));
        let fine_fen = i64::from(*self.draw(Topic::Tariff, tariff).pick(offence.fines_yuan)) * 100;
        let camera = ["电子警察", "固定测速", "路口监控", "移动摄像", "警务人员拍摄"];
        let mode = if on_the_spot { "现场查处" } else { *draw.pick(&camera) };
        let person = self.person(driver)?;
        let (hour, minute) = clock(&mut draw, 9, 17);
        let (hour, minute) = (i8::try_from(hour).ok()?, i8::try_from(minute).ok()?);
        let computed = decided_on
            .map(|day| if on_the_spot { day.at(at.hour(), at.minute(), 0, 0) } else { day.at(hour, minute, 0, 0) });
        let decision = accepted.map(|accepted| accepted.at).or(computed).map(|at| Decision {
            no: self.decision_no(number),
            notice_no: format!("{}{:09}", self.area.code, number % 1_000_000_000),
            at,
            office_code: office_code.clone(),
            office: office.clone(),
            licence_no: person.resident_id,
            driver_name: person.name,
            late_fee_fen: late_fee_fen(fine_fen, at.date(), paid_on.unwrap_or(today), &pauses),
            reconsidered: pauses.last().map(|pause| (pause.from, pause.to)),
            paid_on,
        });
        let state = match &decision {
            None => State::Open,
            Some(_) if paid_on.is_some() => State::Paid,
            Some(_) => State::Decided,
        };
        Some(Violation {
            id,
            plate: vehicle.plate.clone(),
            kind: vehicle.kind,
            at,
            place_code: format!("{:05}", 10_000 + draw.below(80_000)),
            place,
            code: offence.code,
            text: offence.text,
            law: offence.law,
            basis: offence.basis,
            fine_fen,
            points: offence.points_on(at.date()),
            office_code,
            office,
            mode,
            on_the_spot,
            state,
            decision,
            photo_status,
            driver,
            slot: vehicle.slot,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn late_fees_follow_the_vectors() {
        let received_on = date(2026, 3, 2);
        for (fine, until, extra) in [
            (20_000, date(2026, 3, 17), 0),
            (20_000, date(2026, 3, 18), 600),
            (20_000, date(2026, 4, 19), 19_800),
            (20_000, date(2026, 4, 20), 20_000),
            (20_000, date(2026, 9, 1), 20_000),
            (15_000, date(2026, 3, 20), 1_350),
        ] {
            assert_eq!(late_fee_fen(fine, received_on, until, &[]), extra, "{fine} paid on {until}");
        }
        // Reconsidered from 10 March to 20 March: 18, 19 and 20 March are late days that do not count.
        let pause = Pause { from: date(2026, 3, 10), to: Some(date(2026, 3, 20)) };
        assert_eq!(late_fee_fen(20_000, received_on, date(2026, 3, 20), &[pause]), 0);
        assert_eq!(late_fee_fen(20_000, received_on, date(2026, 3, 22), &[pause]), 1_200);
        let open = Pause { from: date(2026, 3, 19), to: None };
        assert_eq!(late_fee_fen(20_000, received_on, date(2026, 12, 1), &[open]), 600);
    }

    #[test]
    fn points_follow_the_rules_of_the_day() {
        let points = |code, day| Offence::by_code(code).map(|offence| offence.points_on(day));
        assert_eq!(points("1345", date(2022, 3, 31)), Some(3));
        assert_eq!(points("1345", date(2022, 4, 1)), Some(1));
        assert_eq!(points("1223", date(2026, 1, 1)), Some(3));
    }
}
