//! Cities with what stands beside them: their bindings and their offers.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use kernel::{CityId, ServiceId};

use super::{Desk, PLATFORM, Sorted, directory, stem};
use crate::{
    binding::Bindings,
    booking::Offer,
    catalogue::CityPack,
    city::{City, CityState},
    document::{Problem, place},
    lint,
    rule::Rules,
    schema::Kind,
    service::Service,
};

/// What a city is held against.
#[derive(Clone, Copy)]
pub(super) struct Around<'s> {
    pub services: &'s BTreeMap<ServiceId, Arc<Service>>,
    pub refused_services: &'s BTreeSet<ServiceId>,
    /// `None` if they have errors themselves: what they would say is unknown.
    pub rules: Option<&'s Rules>,
}

/// The other files of a city's directory. A value that cannot be read has been reported: what it lacks is unknown.
#[derive(Default)]
struct Beside<'a> {
    bindings: Option<(&'a str, Option<Bindings>)>,
    offers: Vec<(&'a str, Option<Offer>)>,
}

impl<'a> Desk<'a> {
    pub(super) fn cities(&mut self, around: Around<'_>) -> Sorted<CityId, Arc<CityPack>> {
        let mut sorted = Sorted { sound: BTreeMap::new(), refused: BTreeSet::new() };
        let mut taken = lint::city::Taken::default();
        let mut beside = self.beside();
        let mut cities = Vec::new();
        for path in self.of_kind(Kind::City) {
            match self.read::<City>(path) {
                Some(city) => cities.push((path, city)),
                None => {
                    sorted.refused.extend(CityId::parse(directory(path)));
                    beside.remove(directory(path));
                }
            }
        }
        let names: Vec<(CityId, String)> =
            cities.iter().map(|(_, city)| (city.id.clone(), city.name.zh_cn.clone())).collect();
        for (path, city) in &cities {
            let bindings = beside.get(directory(path)).and_then(|beside| beside.bindings.as_ref());
            if let Some((bindings_path, Some(bindings))) = bindings {
                self.report(bindings_path, lint::bindings::borrowed(bindings, city, &names));
            }
        }
        // Open cities first: where two claim the same code, the one that citizens use keeps it.
        cities.sort_by_key(|(_, city)| city.state != CityState::Open);
        self.shared_places(&cities, &beside);
        for (path, city) in cities {
            let directory = directory(path);
            let pack = self.city(path, city, around, &mut taken, beside.remove(directory).unwrap_or_default());
            match pack {
                Some(pack) => {
                    sorted.sound.insert(pack.city.id.clone(), Arc::new(pack));
                }
                None => sorted.refused.extend(CityId::parse(directory)),
            }
        }
        for (directory, beside) in beside {
            let bindings = beside.bindings.map(|(path, _)| (path, "bindings"));
            for (path, word) in bindings.into_iter().chain(beside.offers.iter().map(|(path, _)| (*path, "offers"))) {
                let what = format!("the {word} of `{directory}` have no city beside them");
                let problem = Problem::error("no-city", place![], what, "add city.toml to the directory");
                self.report(path, vec![problem]);
            }
            sorted.refused.extend(CityId::parse(directory));
        }
        sorted
    }

    fn shared_places(&mut self, cities: &[(&'a str, City)], beside: &BTreeMap<&'a str, Beside<'a>>) {
        let offers = || {
            let of_city = |(path, city)| {
                let offers = beside.get(directory(path)).into_iter().flat_map(|beside| &beside.offers);
                offers.filter_map(move |(path, offer)| Some((*path, offer.as_ref()?, city)))
            };
            cities.iter().map(|(path, city)| (*path, city)).flat_map(of_city)
        };
        let mut counted = lint::offers::Counted::default();
        offers().for_each(|(_, offer, city)| counted.add(offer, city));
        for (path, offer, city) in offers() {
            self.report(path, counted.check(offer, city));
        }
    }

    fn beside(&mut self) -> BTreeMap<&'a str, Beside<'a>> {
        let mut beside: BTreeMap<&str, Beside<'a>> = BTreeMap::new();
        for path in self.of_kind(Kind::Bindings).into_iter().filter(|path| *path != PLATFORM) {
            let bindings = self.read::<Bindings>(path);
            beside.entry(directory(path)).or_default().bindings = Some((path, bindings));
        }
        for path in self.of_kind(Kind::Offer) {
            let offer = self.read::<Offer>(path);
            beside.entry(directory(path)).or_default().offers.push((path, offer));
        }
        beside
    }

    fn city(
        &mut self,
        path: &'a str,
        city: City,
        around: Around<'_>,
        taken: &mut lint::city::Taken,
        beside: Beside<'a>,
    ) -> Option<CityPack> {
        let Around { services, refused_services, .. } = around;
        let known = services.keys().chain(refused_services).map(ServiceId::as_str);
        let mut problems = lint::city::check(&city, directory(path), known);
        problems.extend(taken.check(&city));
        for (i, id) in city.services.iter().enumerate().filter(|(_, id)| refused_services.contains(*id)) {
            let what = format!("the service `{id}` has errors, so the city cannot be checked");
            let fix = format!("mend services/{id}.toml");
            problems.push(Problem::error("broken-service", place!["services", i], what, fix));
        }
        let mut sound = true;
        let bindings = match beside.bindings {
            Some((_, None)) => {
                sound = false;
                Bindings::default()
            }
            Some((bindings_path, Some(bindings))) => {
                problems.extend(lint::bindings::unbound(&city, &bindings, services));
                sound &= self.report(bindings_path, lint::bindings::check(&bindings, Some(&city), services));
                bindings
            }
            None => {
                problems.extend(lint::bindings::unbound(&city, &Bindings::default(), services));
                Bindings::default()
            }
        };
        let (mut offers, mut written) = (BTreeMap::new(), BTreeSet::new());
        for (offer_path, offer) in beside.offers {
            let stem = stem(offer_path, ".toml");
            written.extend(ServiceId::parse(stem));
            let offer = offer.filter(|offer| {
                self.report(offer_path, lint::offers::check(offer, stem, &city, services, around.rules))
            });
            sound &= offer.is_some();
            offers.extend(offer.map(|offer| (offer.service.clone(), Arc::new(offer))));
        }
        problems.extend(lint::offers::missing(&city, &written, services));
        sound &= self.report(path, problems);
        sound.then_some(CityPack { city, bindings, offers })
    }
}
