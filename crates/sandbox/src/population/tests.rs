use std::collections::HashSet;

use kernel::identifier::{LicenceFileNo, PersonName, Phone, Plate, Sex};
use proptest::prelude::*;

use super::{plate::CARS, *};

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
