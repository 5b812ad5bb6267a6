//! Finding a place at which something is booked by its name: a hospital, an attraction, a station, a stop.

use std::sync::Arc;

use kernel::{Lang, ServiceId, Text};

use super::{NAME, QUERY_MAX, Term, chinese, english, fold, score, words};
use crate::{
    booking::Offer,
    catalogue::{Catalogue, CityPack},
    service::Service,
};

/// A name that only shares some characters with what was typed is no place that somebody asked for.
const PLACE_MIN: u32 = 310;
/// More places are a list and no answer.
const PLACES_MAX: usize = 8;

/// A place found at which something is booked: a hospital, an attraction, a station, or a stop of one of its lines.
#[derive(Clone, Debug)]
pub struct PlaceHit {
    pub service: Arc<Service>,
    /// Its id in the offer of that service.
    pub place: String,
    /// The stop that was meant, to which one goes from there.
    pub stop: Option<String>,
    pub name: Text,
    pub score: u32,
}

/// Something of an offer that has a name.
#[derive(Clone, Debug)]
pub(super) struct Named {
    service: ServiceId,
    place: String,
    stop: Option<String>,
    name: Text,
    terms: Vec<Term>,
}

/// Places, and below each the stops to which one goes from there.
pub(super) fn named(offer: &Offer) -> Vec<Named> {
    let one = |place: &str, stop: Option<&str>, name: &Text| Named {
        service: offer.service.clone(),
        place: place.to_owned(),
        stop: stop.map(str::to_owned),
        name: name.clone(),
        terms: place_terms(name),
    };
    let mut all: Vec<Named> = Vec::new();
    for place in &offer.place {
        all.push(one(&place.id, None, &place.name));
        let lines = place.resources().filter_map(|(_, resource)| resource.line.as_ref());
        for stop in lines.flat_map(|line| line.stop.iter().skip(1)) {
            if !all.iter().any(|known| known.place == place.id && known.stop.as_deref() == Some(&stop.id)) {
                all.push(one(&place.id, Some(&stop.id), &stop.name));
            }
        }
    }
    all
}

/// What stands in brackets behind a name is about it and not what people type.
fn place_terms(name: &Text) -> Vec<Term> {
    let bare = |text: &str| text.split(['（', '(']).next().unwrap_or_default().trim().to_owned();
    let mut terms = Vec::new();
    chinese(&bare(&name.zh_cn), NAME, &mut terms);
    english(&bare(&name.en), NAME, &mut terms);
    terms
}

impl Catalogue {
    /// Places of a city at which something is booked, best first; equal ones in the order of their offers.
    #[must_use]
    pub fn search_places(&self, city: &CityPack, query: &str, lang: Lang) -> Vec<PlaceHit> {
        let query: String = query.chars().take(QUERY_MAX).collect();
        let (words, whole) = (words(&query), vec![fold(&query)]);
        let Some(places) = self.index.places.get(&city.city.id).filter(|_| !words.is_empty()) else {
            return Vec::new();
        };
        let hit = |named: &Named| {
            let score = score(&words, &named.terms, lang).max(score(&whole, &named.terms, lang));
            let service = self.service(city, named.service.as_str()).filter(|_| score >= PLACE_MIN)?;
            Some(PlaceHit {
                service: Arc::clone(service),
                place: named.place.clone(),
                stop: named.stop.clone(),
                name: named.name.clone(),
                score,
            })
        };
        let mut hits: Vec<PlaceHit> = places.iter().filter_map(hit).collect();
        hits.sort_by_key(|hit| std::cmp::Reverse(hit.score));
        hits.truncate(PLACES_MAX);
        hits
    }
}
