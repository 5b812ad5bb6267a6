//! Plates: a car's place becomes a serial, and a serial the car's place. None of them is ever issued.

use super::District;
use crate::demo;

/// Car places of a family: two of the first person, one of each other.
pub(crate) const CARS: u64 = 5;
/// Ordinary serials of one plate prefix: ten arrangements of three letters (24 each) and two digits.
pub(super) const ORDINARY_SERIALS: u64 = 10 * 24 * 24 * 24 * 100;
/// New-energy serials of one prefix with all-zero digits: ten first characters, 33 second ones.
const NEW_ENERGY_SERIALS: u64 = 330;
const LETTERS: &[u8; 24] = b"ABCDEFGHJKLMNPQRSTUVWXYZ";
const NEW_ENERGY_FIRST: &[u8; 10] = b"DABCEFGHJK";
const NEW_ENERGY_SECOND: &[u8; 33] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
/// Where the three letters stand among five characters.
const ARRANGEMENTS: [[usize; 3]; 10] =
    [[0, 1, 2], [0, 1, 3], [0, 1, 4], [0, 2, 3], [0, 2, 4], [0, 3, 4], [1, 2, 3], [1, 2, 4], [1, 3, 4], [2, 3, 4]];

impl District {
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
