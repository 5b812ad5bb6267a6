//! The population: computed, never stored. Person `n` of an area is a pure function of (seed, area, n), and every
//! identifier leads back to its number in constant time, so ten million persons cost no memory.
//!
//! Persons come in families of four: `4g` and `4g+1` are a couple, `4g+2` their child, `4g+3` a parent of the first.
//! Identifiers are valid and nobody's: resident IDs of the city level (`NNNN00`), plate serials of three letters and
//! two digits or all zeros, which GA 36 never issues, and phones of a range that is not assigned.

pub(crate) mod plate;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard};

use jiff::civil::date;
use kernel::{Date, identifier::ResidentId, rng::mix};
use serde::{Deserialize, Serialize};

use crate::{
    act::Acts,
    biller,
    booking::Register,
    days::{age_on, days_between, plus_days},
    demo,
    department::Department,
    draw::{Draw, Topic},
    name,
    permutation::Permutation,
    posting::Journal,
};

/// A city as the sandbox knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Area {
    /// Six digits, ending in `00`.
    pub code: String,
    /// Province character and letter, such as those on the city's plates.
    pub plates: Vec<String>,
    pub name: String,
}

/// Births of the first of each couple: 1958 to 1996.
const BIRTH_FIRST: Date = date(1958, 1, 1);
const BIRTH_DAYS: u64 = 14_244;
/// Sequence numbers below 992; the rest belongs to the demo persons.
const SEQUENCES: u64 = 124;
const FILE_NOS: u64 = 100_000_000 - FILE_NOS_RESERVED;
const FILE_NOS_RESERVED: u64 = 1_000;
pub(crate) const PHONES: u64 = 10_000;
/// The most persons that one area can hold with a single plate prefix.
pub const PERSONS_MAX: u64 = 11_000_000;

pub struct Population {
    persons: u64,
    districts: Vec<District>,
}

/// One area with its keys.
pub(crate) struct District {
    pub(crate) area: Area,
    pub(crate) seed: u64,
    first: bool,
    persons: u64,
    births: [Permutation; 2],
    plates: Permutation,
    file_nos: Permutation,
    /// Turns a record's place into the ten digits behind its area.
    pub(crate) record_nos: Permutation,
    /// Customer numbers, one order for each biller.
    pub(crate) customer_nos: [Permutation; 6],
    acts: Mutex<Acts>,
    /// What was done at the counters since the start, by department.
    journals: [Mutex<Journal>; Department::ALL.len()],
    /// What was told of bookings since the start, by department.
    registers: [Mutex<Register>; Department::ALL.len()],
}

/// A person in the registers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Person {
    pub area: Arc<str>,
    pub n: u64,
    pub name: String,
    pub resident_id: String,
    pub birth: Date,
    pub male: bool,
    pub phone: Option<String>,
}

impl Population {
    pub(crate) fn new(seed: u64, persons: u64, areas: Vec<Area>) -> Self {
        let persons = persons.clamp(demo::PERSONS, PERSONS_MAX);
        let district = |(i, area): (usize, Area)| {
            let seed = mix(seed ^ mix(area.code.bytes().fold(0, |sum, b| sum * 31 + u64::from(b))));
            let key = |k| Draw::new(seed, Topic::Key, k).word();
            let births = BIRTH_DAYS * SEQUENCES;
            District {
                first: i == 0,
                persons,
                births: [Permutation::new(births, key(0)), Permutation::new(births, key(1))],
                plates: Permutation::new(plate::ORDINARY_SERIALS * area.plates.len().max(1) as u64, key(2)),
                file_nos: Permutation::new(FILE_NOS, key(3)),
                record_nos: Permutation::new(10_000_000_000, key(4)),
                customer_nos: biller::numbers(seed),
                acts: Mutex::default(),
                journals: Default::default(),
                registers: Default::default(),
                seed,
                area,
            }
        };
        Self { persons, districts: areas.into_iter().enumerate().map(district).collect() }
    }

    /// Persons of each area.
    #[must_use]
    pub const fn persons(&self) -> u64 {
        self.persons
    }

    pub fn areas(&self) -> impl Iterator<Item = &Area> {
        self.districts.iter().map(|district| &district.area)
    }

    pub(crate) fn district(&self, area: &str) -> Option<&District> {
        self.districts.iter().find(|district| district.area.code == area)
    }

    #[must_use]
    pub fn person(&self, area: &str, n: u64) -> Option<Person> {
        self.district(area)?.person(n)
    }

    /// The person with a resident ID, of any area.
    #[must_use]
    pub fn person_of_resident_id(&self, resident_id: &str) -> Option<Person> {
        let district = self.district(resident_id.get(..6)?)?;
        district.person(district.n_of_resident_id(resident_id)?)
    }

    /// The person who was given this licence file number.
    #[must_use]
    pub fn person_of_file_no(&self, file_no: &str) -> Option<Person> {
        let district = self.districts.iter().find(|district| district.n_of_file_no(file_no).is_some())?;
        district.person(district.n_of_file_no(file_no)?)
    }

    #[must_use]
    pub fn person_of_phone(&self, phone: &str) -> Option<Person> {
        let tail = phone.strip_prefix("1990000").filter(|tail| tail.len() == 4)?;
        let district = self.districts.first()?;
        let n = (tail.parse::<u64>().ok()? + PHONES - 1) % PHONES;
        district.person(n).filter(|person| person.phone.as_deref() == Some(phone))
    }

    /// True if the first is a guardian of the second: a parent of somebody under 18.
    #[must_use]
    pub fn is_guardian(&self, guardian_id: &str, ward_id: &str, today: Date) -> bool {
        let (Some(guardian), Some(ward)) =
            (self.person_of_resident_id(guardian_id), self.person_of_resident_id(ward_id))
        else {
            return false;
        };
        guardian.area == ward.area
            && guardian.n / 4 == ward.n / 4
            && guardian.n % 4 < 2
            && ward.n % 4 == 2
            && age_on(ward.birth, today) < 18
    }
}

impl District {
    pub(crate) fn code4(&self) -> &str {
        self.area.code.get(..4).unwrap_or("0000")
    }

    pub(crate) const fn persons(&self) -> u64 {
        self.persons
    }

    pub(crate) fn journal(&self, department: Department) -> MutexGuard<'_, Journal> {
        self.journals[department.index()].lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    pub(crate) fn register(&self, department: Department) -> MutexGuard<'_, Register> {
        self.registers[department.index()].lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Held for a moment only, and never while waiting for a journal.
    pub(crate) fn acts(&self) -> MutexGuard<'_, Acts> {
        self.acts.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    const fn families(&self) -> u64 {
        self.persons.div_ceil(4)
    }

    pub(crate) fn draw(&self, topic: Topic, subject: u64) -> Draw {
        Draw::new(self.seed, topic, subject)
    }

    pub(crate) fn person(&self, n: u64) -> Option<Person> {
        if n >= self.persons {
            return None;
        }
        let (birth, sequence) = self.birth_and_sequence(n)?;
        let first_17 = format!("{}{}{sequence:03}", self.area.code, birth.strftime("%Y%m%d"));
        // The registers know no tomorrow here: births are fixed, so the last day of the calendar serves as today.
        let resident_id = ResidentId::from_parts(&first_17, Date::MAX).ok()?.expose().to_owned();
        let male = sequence % 2 == 1;
        let child = n % 4 == 2 && birth.year() >= 2010;
        let phone = (self.first && n < PHONES && !child).then(|| format!("1990000{:04}", (n + 1) % PHONES));
        let name = match demo::part(n) {
            Some(part) => part.name.to_owned(),
            None => self.name(n, male),
        };
        Some(Person { area: self.area.code.as_str().into(), n, name, resident_id, birth, male, phone })
    }

    fn name(&self, n: u64, male: bool) -> String {
        let family = name::surname(&mut self.draw(Topic::Name, n / 4 * 4));
        let mut draw = self.draw(Topic::Name, n ^ (1 << 40));
        let surname = if n % 4 == 1 { name::surname(&mut draw) } else { family };
        name::full(&mut draw, surname, male)
    }

    pub(crate) fn birth(&self, n: u64) -> Option<Date> {
        self.birth_and_sequence(n).map(|(birth, _)| birth)
    }

    /// Birth date and three-digit sequence number, which carry the whole number of the person.
    fn birth_and_sequence(&self, n: u64) -> Option<(Date, u64)> {
        let place = n % 4;
        if let Some(part) = demo::part(n) {
            return Some((part.birth, SEQUENCES * 8 + place * 2 + u64::from(part.male)));
        }
        let (family, branch) = (n / 4, n / 4 % 2);
        let at = self.births[usize::try_from(branch).ok()?].forward(family / 2)?;
        let (day, q) = (i32::try_from(at / SEQUENCES).ok()?, at % SEQUENCES);
        let birth = plus_days(BIRTH_FIRST, day + self.kin_days(place, q));
        Some((birth, q * 8 + place * 2 + self.sex_bit(place, q, branch)))
    }

    /// How much younger (or older) than the first of the family the person at `place` is.
    fn kin_days(&self, place: u64, q: u64) -> i32 {
        let mut draw = self.draw(Topic::Kin, place << 32 | q);
        match place {
            1 => draw.days(3_000) - 1_500,
            2 => 8_035 + draw.days(1_826),
            3 => -8_035 - draw.days(1_826),
            _ => 0,
        }
    }

    fn sex_bit(&self, place: u64, q: u64, branch: u64) -> u64 {
        match place {
            0 => branch,
            1 => 1 - branch,
            _ => branch ^ self.draw(Topic::Kin, place << 32 | q | 1 << 20).below(2),
        }
    }

    pub(crate) fn n_of_resident_id(&self, resident_id: &str) -> Option<u64> {
        if !resident_id.is_ascii() || resident_id.len() != 18 {
            return None;
        }
        let birth = Date::strptime("%Y%m%d", resident_id.get(6..14)?).ok()?;
        let sequence: u64 = resident_id.get(14..17)?.parse().ok()?;
        let (q, place, sex) = (sequence / 8, sequence % 8 / 2, sequence % 2);
        let n = if q == SEQUENCES {
            (0..demo::PERSONS).find(|&n| self.birth_and_sequence(n) == Some((birth, sequence)))?
        } else {
            let day = days_between(BIRTH_FIRST, birth) - self.kin_days(place, q);
            let at = u64::try_from(day).ok()? * SEQUENCES + q;
            let branch = u64::from(self.sex_bit(place, q, 1) == sex);
            let half = self.births[usize::try_from(branch).ok()?].inverse(at)?;
            (half * 2 + branch) * 4 + place
        };
        (self.person(n)?.resident_id == resident_id).then_some(n)
    }

    pub(crate) fn file_no(&self, n: u64) -> Option<String> {
        let number = match demo::part(n) {
            Some(_) => n + 1,
            None => self.file_nos.forward(n)? + FILE_NOS_RESERVED,
        };
        Some(format!("{}{number:08}", self.code4()))
    }

    pub(crate) fn n_of_file_no(&self, file_no: &str) -> Option<u64> {
        let number: u64 = file_no.strip_prefix(self.code4()).filter(|tail| tail.len() == 8)?.parse().ok()?;
        let n = match number.checked_sub(FILE_NOS_RESERVED) {
            Some(number) => self.file_nos.inverse(number)?,
            None => number.checked_sub(1)?,
        };
        (n < self.persons && self.file_no(n)? == file_no).then_some(n)
    }
}

#[cfg(test)]
pub(crate) fn lakeside(persons: u64) -> Population {
    let area = |code: &str, plates: &[&str], name: &str| Area {
        code: code.into(),
        plates: plates.iter().map(|&plate| plate.into()).collect(),
        name: name.into(),
    };
    Population::new(7, persons, vec![area("659900", &["新Y"], "湖滨市"), area("429900", &["鄂Y", "鄂Z"], "山前市")])
}
