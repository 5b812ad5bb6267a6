//! The vehicle register: plates, VINs, colours and inspections.

use jiff::civil::date;
use kernel::Date;
use serde::Serialize;

use crate::{
    days::{plus_days, plus_years},
    demo,
    draw::Topic,
    population::{
        District,
        plate::{CARS, owner_place},
    },
};

/// A vehicle and its owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Vehicle {
    #[serde(skip)]
    pub(crate) slot: u64,
    /// The owner's number.
    pub owner: u64,
    pub plate: String,
    pub kind: &'static str,
    pub vin: String,
    pub brand: &'static str,
    pub colour: &'static str,
    pub first_registered_on: Date,
}

const BRANDS: [&str; 10] =
    ["远山牌", "海岚牌", "云骋牌", "北辰牌", "青禾牌", "星野牌", "长河牌", "白鹭牌", "金穗牌", "瑞行牌"];
pub(crate) const COLOURS: [(&str, u64); 9] =
    [("白", 40), ("黑", 20), ("灰", 13), ("银", 8), ("红", 7), ("蓝", 6), ("棕", 3), ("绿", 2), ("黄", 1)];
const REGISTERED_FROM: Date = date(2010, 1, 1);
/// Until 30 June 2024, so that every violation has a registered vehicle.
const REGISTERED_DAYS: i32 = 5_294;
const VIN_CHARS: &[u8; 33] = b"0123456789ABCDEFGHJKLMNPRSTUVWXYZ";

impl Vehicle {
    /// The six characters that a query asks for.
    #[must_use]
    pub fn vin_tail(&self) -> &str {
        self.vin.get(11..).unwrap_or_default()
    }
}

impl District {
    pub(crate) fn vehicle(&self, slot: u64) -> Option<Vehicle> {
        let (family, position) = (slot / CARS, slot % CARS);
        let owner = family * 4 + owner_place(position);
        if owner >= self.persons() {
            return None;
        }
        let mut draw = self.draw(Topic::Vehicle, slot);
        let exists = match demo::part(owner) {
            Some(part) => part.cars.len() > usize::from(position == 1),
            None => draw.chance([85, 15, 40, 25, 20][usize::try_from(position).ok()?]) && self.grant(owner).is_some(),
        };
        if !exists {
            return None;
        }
        let (plate, kind) = self.plate(slot)?;
        let first_registered_on = plus_days(REGISTERED_FROM, draw.days(REGISTERED_DAYS));
        let class =
            self.grant(owner).zip(self.birth(owner)).map(|(grant, birth)| grant.class_on(birth, first_registered_on));
        let kind = kind.unwrap_or(match class {
            Some("C1D") if position == 1 => "07",
            Some(class) if position == 1 && class.starts_with(['A', 'B']) => "01",
            _ => "02",
        });
        let vin = self.vin(slot, first_registered_on, draw.below(1_000_000));
        Some(Vehicle {
            slot,
            owner,
            plate,
            kind,
            vin,
            brand: draw.pick::<&'static str>(&BRANDS),
            colour: draw.weigh(&COLOURS, |&(_, share)| share).0,
            first_registered_on,
        })
    }

    /// 17 characters: a maker that does not exist, the car's place, check, model year, plant, serial.
    fn vin(&self, slot: u64, first_registered_on: Date, serial: u64) -> String {
        let mut rest = slot;
        let mut place = [b'0'; 5];
        for c in place.iter_mut().rev() {
            *c = VIN_CHARS[usize::try_from(rest % 33).unwrap_or(0)];
            rest /= 33;
        }
        let place = String::from_utf8_lossy(&place);
        // A for 2010, without the letters that look like digits.
        let years = b"ABCDEFGHJKLMNPRSTVWXY";
        let year = years[usize::from((first_registered_on.year() - 2010).unsigned_abs()) % years.len()] as char;
        let with = |check: char| format!("LZZ{place}{check}{year}0{serial:06}");
        "0123456789X"
            .chars()
            .map(with)
            .find(|vin| kernel::identifier::Vin::parse(vin).is_ok_and(|vin| vin.check_fits()))
            .unwrap_or_else(|| with('0'))
    }

    pub(crate) fn vehicles_of(&self, n: u64) -> Vec<Vehicle> {
        self.slots_of_family(n).filter_map(|slot| self.vehicle(slot)).filter(|vehicle| vehicle.owner == n).collect()
    }

    pub(crate) fn slots_of_family(&self, n: u64) -> std::ops::Range<u64> {
        n / 4 * CARS..(n / 4 + 1) * CARS
    }

    /// The vehicle with these three, if they belong together.
    pub(crate) fn vehicle_by_keys(&self, plate: &str, kind: &str, vin_tail: &str) -> Option<Vehicle> {
        let vehicle = self.vehicle(self.slot_of_plate(plate, kind)?)?;
        (vehicle.kind == kind && vehicle.plate == plate && vehicle.vin_tail() == vin_tail).then_some(vehicle)
    }

    /// The last day of the present inspection: every second year for ten years, every year afterwards.
    pub(crate) fn inspection_to(&self, vehicle: &Vehicle, today: Date) -> Date {
        let late = demo::part(vehicle.owner).is_none() && self.draw(Topic::Vehicle, vehicle.slot ^ (1 << 42)).chance(4);
        let grace = if late { 120 } else { 0 };
        let mut years = 2;
        loop {
            let to = plus_years(vehicle.first_registered_on, years).last_of_month();
            if plus_days(to, grace) >= today || years > 60 {
                return to;
            }
            years += if years < 10 { 2 } else { 1 };
        }
    }

    pub(crate) fn vehicle_status(&self, vehicle: &Vehicle, today: Date) -> &'static str {
        if self.inspection_to(vehicle, today) < today {
            "逾期未检验"
        } else if self.vehicle_violations(vehicle, today).iter().any(|v| v.decision.is_none()) {
            "违法未处理"
        } else {
            "正常"
        }
    }
}
