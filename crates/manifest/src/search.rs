//! Finding a service or a city by what people type: Chinese, pinyin, initials, English, everyday words, and all of these
//! with a slip of the finger. The index is built once, when a catalogue is; a search only compares short texts.
//!
//! Deliberately no word segmentation and no ranking model: a city has dozens of services, not millions of pages.

mod place;

use std::{collections::BTreeMap, sync::Arc};

use kernel::{CityId, Lang, ServiceId};
use pinyin::ToPinyinMulti;

pub use self::place::PlaceHit;
use self::place::{Named, named};
use crate::{catalogue::Catalogue, catalogue::CityPack, service::Service};

/// A service found, and how well it fits: at most 1,000.
#[derive(Clone, Debug)]
pub struct Hit {
    pub service: Arc<Service>,
    pub score: u32,
}

/// The terms of every service, city and place.
#[derive(Clone, Debug, Default)]
pub struct Index {
    places: BTreeMap<CityId, Vec<Named>>,
    services: BTreeMap<ServiceId, Vec<Term>>,
    cities: BTreeMap<CityId, Vec<Term>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    text: String,
    /// 10 for a name, less for what is farther from it.
    weight: u32,
    lang: Option<Lang>,
    /// Initials such as `wz` are typed whole or from the start; finding them inside other letters means nothing.
    initials: bool,
}

const NAME: u32 = 10;
const WORD: u32 = 9;
const PINYIN: u32 = 8;
const INITIALS: u32 = 7;
const SUMMARY: u32 = 3;

impl Index {
    #[must_use]
    pub fn build<'a>(
        services: impl IntoIterator<Item = &'a Arc<Service>>,
        cities: impl IntoIterator<Item = &'a Arc<CityPack>> + Clone,
    ) -> Self {
        let places = |pack: &&Arc<CityPack>| pack.offers.values().flat_map(|offer| named(offer)).collect();
        Self {
            places: cities.clone().into_iter().map(|pack| (pack.city.id.clone(), places(&pack))).collect(),
            services: services.into_iter().map(|service| (service.id.clone(), service_terms(service))).collect(),
            cities: cities.into_iter().map(|pack| (pack.city.id.clone(), city_terms(pack))).collect(),
        }
    }
}

fn service_terms(service: &Service) -> Vec<Term> {
    let mut terms = Vec::new();
    for text in [&service.name, &service.short_name] {
        chinese(&text.zh_cn, NAME, &mut terms);
        english(&text.en, NAME, &mut terms);
    }
    for word in &service.words {
        if word.is_ascii() { english(word, WORD, &mut terms) } else { chinese(word, WORD, &mut terms) }
    }
    push(&mut terms, &service.summary.zh_cn, SUMMARY, Some(Lang::ZhCn), false);
    english(&service.summary.en, SUMMARY, &mut terms);
    terms
}

fn city_terms(pack: &CityPack) -> Vec<Term> {
    let city = &pack.city;
    let mut terms = Vec::new();
    chinese(&city.name.zh_cn, NAME, &mut terms);
    english(&city.name.en, NAME, &mut terms);
    chinese(&city.province.zh_cn, SUMMARY, &mut terms);
    english(&city.province.en, SUMMARY, &mut terms);
    push(&mut terms, &city.code, WORD, None, false);
    for plate in &city.plates {
        push(&mut terms, plate.trim_end_matches('*'), WORD, None, false);
    }
    terms
}

/// A Chinese text, its pinyin and its initials, with every reading of characters that have several.
fn chinese(text: &str, weight: u32, terms: &mut Vec<Term>) {
    push(terms, text, weight, Some(Lang::ZhCn), false);
    for (full, initials) in readings(text) {
        push(terms, &full, PINYIN.min(weight), None, false);
        push(terms, &initials, INITIALS.min(weight), None, true);
    }
}

/// An English text, and each of its words.
fn english(text: &str, weight: u32, terms: &mut Vec<Term>) {
    push(terms, text, weight, Some(Lang::En), false);
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 2) {
        push(terms, word, weight, Some(Lang::En), false);
    }
}

fn push(terms: &mut Vec<Term>, text: &str, weight: u32, lang: Option<Lang>, initials: bool) {
    let text = fold(text);
    if !text.is_empty() && !terms.iter().any(|term| term.text == text && term.weight >= weight) {
        terms.push(Term { text, weight, lang, initials });
    }
}

/// At most this many readings of one text are kept; the first is the usual one.
const READINGS_MAX: usize = 8;

fn readings(text: &str) -> Vec<(String, String)> {
    let mut all = vec![(String::new(), String::new())];
    for (c, multi) in text.chars().zip(text.to_pinyin_multi()) {
        let mut sounds: Vec<&str> = Vec::new();
        if let Some(multi) = multi {
            for sound in multi.into_iter().map(pinyin::Pinyin::plain) {
                if !sounds.contains(&sound) {
                    sounds.push(sound);
                }
            }
        }
        if sounds.is_empty() {
            if c.is_ascii_alphanumeric() {
                for (full, initials) in &mut all {
                    full.push(c);
                    initials.push(c);
                }
            }
            continue;
        }
        sounds.truncate((READINGS_MAX / all.len()).max(1));
        all = sounds
            .iter()
            .flat_map(|sound| {
                all.iter().map(move |(full, initials)| (format!("{full}{sound}"), format!("{initials}{}", &sound[..1])))
            })
            .collect();
    }
    all.retain(|(full, _)| !full.is_empty());
    all
}

/// Lower case, half width, without spaces and punctuation.
fn fold(text: &str) -> String {
    text.chars()
        .map(|c| match c as u32 {
            full @ 0xFF01..=0xFF5E => char::from_u32(full - 0xFEE0).unwrap_or(c),
            _ => c,
        })
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// How well a term answers what was typed, from 0 to 100.
fn fit(typed: &str, term: &Term) -> u32 {
    let text = term.text.as_str();
    if typed == text {
        return 100;
    }
    let ascii = typed.is_ascii();
    let length = typed.chars().count();
    if text.starts_with(typed) && (!ascii || length > 1) {
        return 80;
    }
    if term.initials {
        return 0;
    }
    if text.contains(typed) && (!ascii || length > 2) {
        return 60;
    }
    let text_length = text.chars().count();
    if typed.contains(text) && text_length >= if ascii { 4 } else { 2 } {
        return 55;
    }
    if ascii && text.is_ascii() {
        let allowed = match length {
            0..=4 => 0,
            5..=8 => 1,
            _ => 2,
        };
        return if allowed > 0 && text_length.abs_diff(length) <= allowed && distance(typed, text) <= allowed {
            40
        } else {
            0
        };
    }
    if length >= 3 && !ascii {
        // Half of the neighbouring pairs in common: 查询驾照分数 still finds 驾照分.
        let pairs: Vec<(char, char)> = typed.chars().zip(typed.chars().skip(1)).collect();
        let found = text.chars().zip(text.chars().skip(1)).filter(|pair| pairs.contains(pair)).count();
        if found * 2 >= pairs.len() {
            return 30;
        }
    }
    0
}

fn score(typed: &[String], terms: &[Term], lang: Lang) -> u32 {
    let one = |typed: &str| {
        let weighed = terms.iter().map(|term| {
            let away = u32::from(term.lang.is_some_and(|other| other != lang));
            fit(typed, term) * (term.weight * 10 - away) / 10
        });
        weighed.max().unwrap_or(0)
    };
    let scores: Vec<u32> = typed.iter().map(|typed| one(typed)).collect();
    // Every word must mean something here; one that fits nothing would make the others a coincidence.
    if scores.contains(&0) { 0 } else { scores.iter().sum::<u32>() / u32::try_from(scores.len().max(1)).unwrap_or(1) }
}

fn words(query: &str) -> Vec<String> {
    query.split_whitespace().map(fold).filter(|word| !word.is_empty()).take(8).collect()
}

/// The longest query that is looked at, in characters.
const QUERY_MAX: usize = 64;

impl Catalogue {
    /// Services of a city, best first; equal ones in the city's order.
    #[must_use]
    pub fn search(&self, city: &CityPack, query: &str, lang: Lang) -> Vec<Hit> {
        let query: String = query.chars().take(QUERY_MAX).collect();
        let words = words(&query);
        let whole = vec![fold(&query)];
        if words.is_empty() {
            return Vec::new();
        }
        let mut hits: Vec<Hit> = self
            .services_of(city)
            .filter_map(|service| {
                let terms = self.index.services.get(&service.id)?;
                let score = score(&words, terms, lang).max(score(&whole, terms, lang));
                (score > 0).then(|| Hit { service: Arc::clone(service), score })
            })
            .collect();
        hits.sort_by_key(|hit| std::cmp::Reverse(hit.score));
        hits
    }

    /// What to offer when nothing was found: the services that share most characters with the query, at most three, or
    /// else the first three of the city.
    #[must_use]
    pub fn suggest(&self, city: &CityPack, query: &str) -> Vec<Arc<Service>> {
        let typed = fold(&query.chars().take(QUERY_MAX).collect::<String>());
        let likeness = |service: &Arc<Service>| -> u32 {
            let terms = self.index.services.get(&service.id).map_or(&[][..], Vec::as_slice);
            terms.iter().filter(|term| !term.initials).map(|term| common(&typed, &term.text)).max().unwrap_or(0)
        };
        let mut rated: Vec<(u32, &Arc<Service>)> = self.services_of(city).map(|one| (likeness(one), one)).collect();
        rated.sort_by_key(|(likeness, _)| std::cmp::Reverse(*likeness));
        rated.into_iter().take(3).map(|(_, service)| Arc::clone(service)).collect()
    }

    /// Cities by name, pinyin, initials, province, code or plate, best first; all of them for an empty query.
    #[must_use]
    pub fn search_cities(&self, query: &str, lang: Lang) -> Vec<Arc<CityPack>> {
        let typed = vec![fold(&query.chars().take(QUERY_MAX).collect::<String>())];
        let mut found: Vec<(u32, &Arc<CityPack>)> = self
            .cities
            .iter()
            .filter_map(|(id, pack)| {
                let score = if typed[0].is_empty() { 1 } else { score(&typed, self.index.cities.get(id)?, lang) };
                (score > 0).then_some((score, pack))
            })
            .collect();
        found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        found.into_iter().map(|(_, pack)| Arc::clone(pack)).collect()
    }

    /// The first letter of a city's name in pinyin, for an A–Z list.
    #[must_use]
    pub fn initial(city: &CityPack) -> char {
        city.city.name.en.chars().next().filter(char::is_ascii_alphabetic).map_or('#', |c| c.to_ascii_uppercase())
    }
}

/// The share of the typed characters that a text has too, in per cent, for texts of the same script.
fn common(typed: &str, text: &str) -> u32 {
    let total = typed.chars().count();
    if typed.is_ascii() {
        if !text.is_ascii() || total < 3 {
            return 0;
        }
        let length = total.max(text.len());
        let same = length - distance(typed, text).min(length);
        return u32::try_from(same * 100 / length).unwrap_or(0) / 2;
    }
    let shared = typed.chars().filter(|&c| text.contains(c)).count();
    u32::try_from(shared * 100 / total.max(1)).unwrap_or(0)
}

/// Edits (insert, delete, replace, swap of neighbours) between two texts.
#[must_use]
pub fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before_last: Vec<usize> = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before_last[j - 2] + 1);
            }
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_edits() {
        for (a, b, edits) in
            [("", "abc", 3), ("abc", "abc", 0), ("weizhang", "wiezhang", 1), ("fine", "fines", 1), ("罚单", "罚款", 1)]
        {
            assert_eq!(distance(a, b), edits, "{a} {b}");
            assert_eq!(distance(b, a), edits, "{b} {a}");
        }
    }

    #[test]
    fn characters_with_several_readings_have_them_all() {
        let all = readings("音乐");
        assert!(all.iter().any(|(full, initials)| full == "yinyue" && initials == "yy"), "{all:?}");
        assert!(all.iter().any(|(full, initials)| full == "yinle" && initials == "yl"), "{all:?}");
        assert!(readings("重重重重重重重重").len() <= READINGS_MAX);
    }

    #[test]
    fn folding_ignores_width_case_and_punctuation() {
        assert_eq!(fold(" ＷＺ-违章 · "), "wz违章");
    }
}
