//! A city by itself, and beside the others: no two share a code or a plate place.

use std::collections::{BTreeMap, BTreeSet};

use super::{is_phone, offer};
use crate::{
    city::{City, CityState, band, contrast},
    document::{Problem, place},
};

const PROVINCES: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";
/// First two digits of the area codes of the mainland's provinces.
const PROVINCE_CODES: [u8; 31] = [
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54, 61, 62, 63,
    64, 65,
];
/// Words that begin an address of the house, or of its desk, and so can be no city's: `/help` is a page. The routes are
/// held against this list by a test of the whole house.
pub const RESERVED: &[&str] = &[
    "accessibility",
    "api",
    "assets",
    "cities",
    "csp-report",
    "desk",
    "gallery",
    "healthz",
    "help",
    "me",
    "metrics",
    "notify",
    "offline",
    "pay",
    "privacy",
    "readyz",
    "real-name",
    "receipts",
    "settings",
    "sign-in",
    "sign-out",
    "status",
    "step-up",
    "verify",
];
/// The least contrast of the band with the white text on it.
const CONTRAST_MIN: f64 = 4.5;

#[must_use]
pub fn check<'a>(city: &City, directory: &str, services: impl IntoIterator<Item = &'a str> + Clone) -> Vec<Problem> {
    let mut problems = Vec::new();
    if city.id.as_str() != directory {
        problems.push(Problem::error(
            "id-differs",
            place!["id"],
            format!("the id is `{}`, and the directory is named `{directory}`", city.id),
            format!("write `id = \"{directory}\"`, or rename the directory"),
        ));
    }
    if RESERVED.contains(&city.id.as_str()) {
        problems.push(Problem::error(
            "reserved-id",
            place!["id"],
            format!("`/{}` is an address of the house itself", city.id),
            "choose another id, for example with the province in front",
        ));
    }
    let province = city.code.get(..2).and_then(|two| two.parse::<u8>().ok());
    if !province.is_some_and(|two| PROVINCE_CODES.contains(&two)) || !city.code.ends_with("00") {
        problems.push(Problem::error(
            "bad-city-code",
            place!["code"],
            format!("{} is no city's code", city.code),
            "the six digits of GB/T 2260 for the whole city, ending in 00",
        ));
    }
    plates(city, &mut problems);
    let ratio = contrast([255; 3], band(city.hue));
    if ratio < CONTRAST_MIN {
        let fits = (1..180).flat_map(|step| [(city.hue + step) % 360, (city.hue + 360 - step) % 360]);
        let near = fits.into_iter().find(|&hue| contrast([255; 3], band(hue)) >= CONTRAST_MIN).unwrap_or(202);
        problems.push(Problem::error(
            "low-contrast",
            place!["hue"],
            format!("white text on a band of hue {} has a contrast of {ratio:.2}, and needs {CONTRAST_MIN}", city.hue),
            format!("the nearest hue that can be read is {near}"),
        ));
    }
    if !is_phone(&city.hotline) {
        let what = format!("\"{}\" cannot be called", city.hotline);
        problems.push(Problem::error("bad-phone", place!["hotline"], what, "digits, spaces and hyphens"));
    }
    let mut seen = BTreeSet::new();
    for (i, id) in city.services.iter().enumerate() {
        if !services.clone().into_iter().any(|known| known == id.as_str()) {
            let what = format!("there is no service `{id}`");
            let fix = offer(id.as_str(), services.clone());
            problems.push(Problem::error("unknown-service", place!["services", i], what, fix));
        }
        if !seen.insert(id) {
            let what = format!("the service `{id}` is listed twice");
            problems.push(Problem::error("duplicate-service", place!["services", i], what, "remove one of them"));
        }
    }
    if city.state == CityState::Open && city.services.is_empty() {
        problems.push(Problem::error(
            "no-services",
            place!["state"],
            "the city is open and has no services",
            "list its services, or write `state = \"soon\"`",
        ));
    }
    districts(city, &mut problems);
    problems
}

fn plates(city: &City, problems: &mut Vec<Problem>) {
    for (i, plate) in city.plates.iter().enumerate() {
        let chars: Vec<char> = plate.chars().collect();
        let valid = matches!(chars.as_slice(), [province, letter]
            if PROVINCES.contains(*province) && (*letter == '*' || (letter.is_ascii_uppercase() && *letter != 'I')));
        if !valid {
            let what = format!("\"{plate}\" is no plate place");
            let fix = "the province's character and one letter, or `*` for every letter";
            problems.push(Problem::error("bad-plate", place!["plates", i], what, fix));
        }
    }
}

fn districts(city: &City, problems: &mut Vec<Problem>) {
    // Districts of the four cities that are provinces share two digits with them; of all others, four.
    let is_province = city.code.ends_with("0000");
    let shared = city.code.get(..if is_province { 2 } else { 4 }).unwrap_or_default();
    let mut seen = BTreeSet::new();
    for (i, district) in city.districts.iter().enumerate() {
        let at = place!["districts", i, "code"];
        if !district.code.starts_with(shared) || district.code == city.code {
            let what = format!("{} is no district of {}", district.code, city.code);
            problems.push(Problem::error(
                "bad-district",
                at.clone(),
                what,
                format!("a code that begins with {shared}"),
            ));
        }
        if !seen.insert(&district.code) {
            let what = format!("the district {} is there twice", district.code);
            problems.push(Problem::error("duplicate-district", at, what, "remove one of them"));
        }
    }
}

/// What a city shares with one that came before it in the order of paths. The later one is told.
#[derive(Debug, Default)]
pub struct Taken {
    codes: BTreeMap<String, String>,
    plates: Vec<(String, String)>,
    names: BTreeMap<String, String>,
}

impl Taken {
    pub fn check(&mut self, city: &City) -> Vec<Problem> {
        let mut problems = Vec::new();
        let id = city.id.as_str();
        if let Some(other) = self.codes.get(&city.code) {
            let what = format!("the code {} is {other}'s already", city.code);
            problems.push(Problem::error("duplicate-code", place!["code"], what, "look it up in GB/T 2260"));
        }
        if let Some(other) = self.names.get(&city.name.zh_cn) {
            let what = format!("the name {} is {other}'s already", city.name.zh_cn);
            problems.push(Problem::error(
                "duplicate-name",
                place!["name", "zh-CN"],
                what,
                "write this city's own name",
            ));
        }
        for (i, plate) in city.plates.iter().enumerate() {
            if let Some((_, other)) = self.plates.iter().find(|(taken, _)| overlap(taken, plate)) {
                let what = format!("the plate place {plate} is {other}'s already");
                problems.push(Problem::error(
                    "duplicate-plate",
                    place!["plates", i],
                    what,
                    "a plate belongs to one city",
                ));
            }
        }
        self.codes.entry(city.code.clone()).or_insert_with(|| id.to_owned());
        self.names.entry(city.name.zh_cn.clone()).or_insert_with(|| id.to_owned());
        self.plates.extend(city.plates.iter().map(|plate| (plate.clone(), id.to_owned())));
        problems
    }
}

fn overlap(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    a.first() == b.first() && (a.get(1) == b.get(1) || a.get(1) == Some(&'*') || b.get(1) == Some(&'*'))
}
