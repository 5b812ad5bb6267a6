//! The population: computed, never stored. Person `n` of an area is a pure function of (seed, area, n), and every
//! identifier leads back to its number in constant time, so ten million persons cost no memory.
//!
//! Persons come in families of four: `4g` and `4g+1` are a couple, `4g+2` their child, `4g+3` a parent of the first.
//! Identifiers are valid and nobody's: resident IDs of the city level (`NNNN00`), plate serials of three letters and
//! two digits or all zeros, which GA 36 never issues, and phones of a range that is not assigned.

use std::sync::{Arc, Mutex, MutexGuard};

use jiff::civil::date;
use kernel::{Date, identifier::ResidentId, rng::mix};
use serde::{Deserialize, Serialize};

use crate::{
    biller,
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
/// Ordinary serials of one plate prefix: ten arrangements of three letters (24 each) and two digits.
const ORDINARY_SERIALS: u64 = 10 * 24 * 24 * 24 * 100;
/// New-energy serials of one prefix with all-zero digits: ten first characters, 33 second ones.
const NEW_ENERGY_SERIALS: u64 = 330;
const FILE_NOS: u64 = 100_000_000 - FILE_NOS_RESERVED;
const FILE_NOS_RESERVED: u64 = 1_000;
pub(crate) const PHONES: u64 = 10_000;
/// Car places of a family: two of the first person, one of each other.
pub(crate) const CARS: u64 = 5;
/// The most persons that one area can hold with a single plate prefix.
pub const PERSONS_MAX: u64 = 11_000_000;

const LETTERS: &[u8; 24] = b"ABCDEFGHJKLMNPQRSTUVWXYZ";
const NEW_ENERGY_FIRST: &[u8; 10] = b"DABCEFGHJK";
const NEW_ENERGY_SECOND: &[u8; 33] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
/// Where the three letters stand among five characters.
const ARRANGEMENTS: [[usize; 3]; 10] =
    [[0, 1, 2], [0, 1, 3], [0, 1, 4], [0, 2, 3], [0, 2, 4], [0, 3, 4], [1, 2, 3], [1, 2, 4], [1, 3, 4], [2, 3, 4]];

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
    /// What was done at the counters since the start, by department.
    journals: [Mutex<Journal>; Department::ALL.len()],
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
                plates: Permutation::new(ORDINARY_SERIALS * area.plates.len().max(1) as u64, key(2)),
                file_nos: Permutation::new(FILE_NOS, key(3)),
                record_nos: Permutation::new(10_000_000_000, key(4)),
                customer_nos: biller::numbers(seed),
                journals: Default::default(),
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

    /// The plate and, where the plate fixes it, the kind of the car at a place (family times five plus position).
    pub(crate) fn plate(&self, slot: u64) -> Option<(String, Option<&'static str>)> {
        let (family, position) = (slot / CARS, slot % CARS);
        let prefix = |i: u64| self.area.plates.get(usize::try_from(i).ok()?);
        if let Some((serial, kind)) = demo_serial(family, position) {
            return Some((format!("{}{serial}", prefix(0)?), Some(kind)));
        }
        if let Some(j) = self.new_energy_of_family(family).filter(|_| position == 0) {
            let (first, second) = (j % 10, j / 10 % 33);
            let serial =
                [NEW_ENERGY_FIRST[usize::try_from(first).ok()?], NEW_ENERGY_SECOND[usize::try_from(second).ok()?]];
            let serial = String::from_utf8_lossy(&serial).into_owned();
            return Some((format!("{}{serial}0000", prefix(j / NEW_ENERGY_SERIALS)?), Some("52")));
        }
        let place = self.plates.forward(slot)?;
        let mut serial = *b"00000";
        let mut rest = place % ORDINARY_SERIALS;
        let letters = ARRANGEMENTS[usize::try_from(rest % 10).ok()?];
        rest /= 10;
        for (i, c) in serial.iter_mut().enumerate() {
            let (base, alphabet): (u64, &[u8]) = if letters.contains(&i) { (24, LETTERS) } else { (10, b"0123456789") };
            *c = alphabet[usize::try_from(rest % base).ok()?];
            rest /= base;
        }
        Some((format!("{}{}", prefix(place / ORDINARY_SERIALS)?, String::from_utf8_lossy(&serial)), None))
    }

    /// The place of the car with this plate and kind.
    pub(crate) fn slot_of_plate(&self, plate: &str, kind: &str) -> Option<u64> {
        for slot in 0..demo::FAMILIES * CARS {
            if let Some((serial, own_kind)) = demo_serial(slot / CARS, slot % CARS)
                && own_kind == kind
                && self.area.plates.first().is_some_and(|prefix| plate.strip_prefix(prefix.as_str()) == Some(serial))
            {
                return Some(slot);
            }
        }
        let (i, serial) =
            self.area.plates.iter().enumerate().find_map(|(i, prefix)| {
                plate.strip_prefix(prefix.as_str()).map(|serial| (i as u64, serial.as_bytes()))
            })?;
        let digit = |alphabet: &[u8], c: u8| alphabet.iter().position(|&b| b == c).map(|d| d as u64);
        let slot = if let [first, second, b'0', b'0', b'0', b'0'] = *serial {
            let j = i * NEW_ENERGY_SERIALS + digit(NEW_ENERGY_SECOND, second)? * 10 + digit(NEW_ENERGY_FIRST, first)?;
            (j * self.stride() + self.stride() - 1) * CARS
        } else {
            let serial: &[u8; 5] = serial.try_into().ok()?;
            let arrangement = ARRANGEMENTS
                .iter()
                .position(|letters| (0..5).all(|i| letters.contains(&i) == serial[i].is_ascii_alphabetic()))?;
            let mut rest = 0;
            for at in (0..5).rev() {
                let (base, alphabet): (u64, &[u8]) =
                    if serial[at].is_ascii_alphabetic() { (24, LETTERS) } else { (10, b"0123456789") };
                rest = rest * base + digit(alphabet, serial[at])?;
            }
            self.plates.inverse(i * ORDINARY_SERIALS + rest * 10 + arrangement as u64)?
        };
        (slot < self.families() * CARS && self.plate(slot)?.0 == plate).then_some(slot)
    }

    /// Every how many families the first car has one of the few new-energy serials that nobody can have.
    fn stride(&self) -> u64 {
        self.families().div_ceil(NEW_ENERGY_SERIALS * self.area.plates.len().max(1) as u64).max(1)
    }

    fn new_energy_of_family(&self, family: u64) -> Option<u64> {
        let (j, rest) = (family / self.stride(), family % self.stride());
        let all = NEW_ENERGY_SERIALS * self.area.plates.len() as u64;
        (family >= demo::FAMILIES && rest == self.stride() - 1 && j < all).then_some(j)
    }
}

/// The owner of the car at `position`, counted inside the family.
pub(crate) const fn owner_place(position: u64) -> u64 {
    if position < 2 { 0 } else { position - 1 }
}

fn demo_serial(family: u64, position: u64) -> Option<(&'static str, &'static str)> {
    if family >= demo::FAMILIES {
        return None;
    }
    let part = demo::part(family * 4 + owner_place(position))?;
    *part.cars.get(usize::from(position == 1))?
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

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use kernel::identifier::{LicenceFileNo, PersonName, Phone, Plate, Sex};
    use proptest::prelude::*;

    use super::*;

    const TODAY: Date = date(2026, 11, 24);

    fn check(population: &Population, area: &str, n: u64) {
        let district = population.district(area).expect("area");
        let person = population.person(area, n).expect("person");
        let id = ResidentId::parse(&person.resident_id, TODAY).expect("a valid resident ID");
        assert_eq!((id.birth(), id.sex() == Sex::Male), (person.birth, person.male));
        assert_eq!(population.person_of_resident_id(&person.resident_id).as_ref(), Some(&person));
        PersonName::parse(&person.name).expect("a valid name");
        if let Some(phone) = &person.phone {
            Phone::parse(phone).expect("a valid phone");
            assert_eq!(population.person_of_phone(phone).as_ref(), Some(&person));
        }
        let file_no = district.file_no(n).expect("file number");
        LicenceFileNo::parse(&file_no).expect("a valid file number");
        assert_eq!(population.person_of_file_no(&file_no).as_ref(), Some(&person));
        for slot in n / 4 * CARS..(n / 4 + 1) * CARS {
            let (plate, kind) = district.plate(slot).expect("plate");
            assert_eq!(Plate::parse(&plate).expect("a valid plate").expose(), plate);
            assert_eq!(district.slot_of_plate(&plate, kind.unwrap_or("02")), Some(slot), "{plate}");
        }
    }

    proptest! {
        #[test]
        fn identifiers_are_valid_and_lead_back(n in 0..100_000_u64, second: bool) {
            check(&lakeside(100_000), if second { "429900" } else { "659900" }, n);
        }

        #[test]
        fn ten_million_persons_are_no_different(n in 0..10_000_000_u64) {
            check(&lakeside(10_000_000), "659900", n);
        }
    }

    #[test]
    fn demo_persons_lead_back_too() {
        for n in 0..demo::PERSONS {
            check(&lakeside(100_000), "659900", n);
            check(&lakeside(16), "429900", n);
        }
    }

    #[test]
    fn nobody_shares_an_identifier() {
        let population = lakeside(20_000);
        let district = population.district("659900").expect("area");
        let mut ids = HashSet::new();
        let mut plates = HashSet::new();
        let mut new_energy = 0;
        for n in 0..20_000 {
            let person = district.person(n).expect("person");
            assert!(ids.insert(person.resident_id));
            assert!(ids.insert(district.file_no(n).expect("file number")));
        }
        for slot in 0..5_000 * CARS {
            let (plate, kind) = district.plate(slot).expect("plate");
            new_energy += u64::from(kind == Some("52"));
            assert!(plates.insert((plate, kind.unwrap_or("02"))));
        }
        assert!((200..400).contains(&new_energy), "{new_energy}");
    }

    #[test]
    fn ordinary_serials_carry_three_letters() {
        let population = lakeside(100_000);
        let district = population.district("659900").expect("area");
        for slot in demo::FAMILIES * CARS..5_000 {
            let (plate, kind) = district.plate(slot).expect("plate");
            let serial = &plate["新Y".len()..];
            match kind {
                None => assert_eq!(serial.bytes().filter(u8::is_ascii_alphabetic).count(), 3, "{plate}"),
                Some(_) => assert!(serial.ends_with("0000"), "{plate}"),
            }
        }
    }

    #[test]
    fn strangers_lead_nowhere() {
        let population = lakeside(100);
        assert_eq!(population.person("659900", 100), None);
        assert_eq!(population.person_of_resident_id("659900199003070010"), None);
        assert_eq!(population.person_of_resident_id("身份证"), None);
        assert_eq!(population.person_of_phone("19900009999"), None);
        let district = population.district("659900").expect("area");
        for plate in ["新YAB123", "新Y00001", "新Y", "鄂YABC12", "新YI00000", "新Y挂挂挂挂挂"] {
            assert_eq!(district.slot_of_plate(plate, "02"), None, "{plate}");
        }
    }

    #[test]
    fn a_parent_is_the_guardian_of_a_minor() {
        let population = lakeside(1_000);
        let id = |n| population.person("659900", n).expect("person").resident_id;
        assert!(population.is_guardian(&id(0), &id(2), TODAY));
        assert!(population.is_guardian(&id(1), &id(2), TODAY));
        assert!(!population.is_guardian(&id(3), &id(2), TODAY), "a grandparent");
        assert!(!population.is_guardian(&id(2), &id(0), TODAY));
        assert!(!population.is_guardian(&id(4), &id(2), TODAY), "another family");
        assert!(!population.is_guardian(&id(8), &id(10), TODAY), "of age");
    }
}
