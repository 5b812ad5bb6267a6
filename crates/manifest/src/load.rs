//! From files to the catalogue. Whatever is broken stays out as a whole and is reported; whatever is sound comes in.

mod city;
mod rules;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use kernel::{Calendar, CityId, ServiceId};
use serde::de::DeserializeOwned;

use crate::{
    binding::{Bindings, Check},
    booking::Offer,
    catalogue::Catalogue,
    document::{Document, Problem, finding, place},
    finding::{Finding, Severity},
    lint::{self, offer},
    rule::Rules,
    schema::Kind,
    service::Service,
    shape,
    story::StoryFile,
};

/// Path below `packs/`, with `/` between its parts -> text.
pub type Files = BTreeMap<String, String>;

/// Where departments of the whole country are bound.
pub const PLATFORM: &str = "platform/bindings.toml";

/// What the rest of the house knows and packs may name.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known<'a> {
    /// Names of icons that pages can draw; `None` accepts every name.
    pub icons: Option<&'a [&'a str]>,
}

/// What came of some files.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// Everything that is sound.
    pub catalogue: Catalogue,
    /// In the order of paths and lines.
    pub findings: Vec<Finding>,
    pub stories: Vec<StoryFile>,
    /// Services and cities that have errors and are therefore not in the catalogue.
    pub refused_services: BTreeSet<ServiceId>,
    pub refused_cities: BTreeSet<CityId>,
    /// The bindings of the whole country, the rules or the calendars have errors.
    pub refused_platform: bool,
    pub refused_rules: bool,
    pub refused_calendars: bool,
}

impl Loaded {
    /// True without errors; warnings are allowed.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        !self.findings.iter().any(Finding::is_error)
    }

    /// What a running platform goes on with: everything sound that is new, and in place of what has errors the last good
    /// state. If an old city does not fit the new services, everything stays as it was.
    #[must_use]
    pub fn or_last_good(self, last: &Catalogue) -> Catalogue {
        if self.is_clean() {
            return self.catalogue;
        }
        let Catalogue { mut services, mut cities, mut platform, mut rules, mut calendar, .. } = self.catalogue;
        for id in &self.refused_services {
            services.extend(last.services.get(id).map(|service| (id.clone(), Arc::clone(service))));
        }
        for id in &self.refused_cities {
            let Some(old) = last.cities.get(id) else { continue };
            let known = services.keys().map(ServiceId::as_str);
            let offers = |(offered, offer): (&ServiceId, &Arc<Offer>)| {
                lint::offers::check(offer, offered.as_str(), &old.city, &services, None)
            };
            let problems = lint::city::check(&old.city, id.as_str(), known)
                .into_iter()
                .chain(lint::bindings::check(&old.bindings, Some(&old.city), &services))
                .chain(old.offers.iter().flat_map(offers));
            if problems.into_iter().any(|problem| problem.severity == Severity::Error) {
                return last.clone();
            }
            cities.insert(id.clone(), Arc::clone(old));
        }
        let mut taken = lint::city::Taken::default();
        if cities.values().any(|pack| !taken.check(&pack.city).is_empty()) {
            return last.clone();
        }
        if self.refused_platform {
            platform = Arc::clone(&last.platform);
        }
        if self.refused_rules {
            rules = Arc::clone(&last.rules);
        }
        if self.refused_calendars {
            calendar = Arc::clone(&last.calendar);
        }
        Catalogue::new(services, cities, platform, rules, calendar)
    }
}

/// Reads every file of a pack directory.
#[must_use]
pub fn load(files: &Files, known: &Known<'_>) -> Loaded {
    let mut desk = Desk::open(files);
    let rules = desk.rules();
    let services = desk.services(known, rules.as_ref());
    let stories = desk.stories(&services.sound, rules.as_ref());
    let (calendar, refused_calendars) = desk.calendars();
    let platform = desk.platform();
    let around = city::Around { services: &services.sound, refused_services: &services.refused, rules: rules.as_ref() };
    let cities = desk.cities(around);
    desk.orphans(&services.sound, &stories);
    let mut findings = desk.findings;
    findings.sort_by(|a, b| (&a.path, a.line, a.column, a.code).cmp(&(&b.path, b.line, b.column, b.code)));
    findings.dedup();
    Loaded {
        catalogue: Catalogue::new(
            services.sound,
            cities.sound,
            Arc::new(platform.clone().unwrap_or_default()),
            Arc::new(rules.clone().unwrap_or_default()),
            Arc::new(calendar),
        ),
        findings,
        stories,
        refused_services: services.refused,
        refused_cities: cities.refused,
        refused_platform: platform.is_none(),
        refused_rules: rules.is_none(),
        refused_calendars,
    }
}

/// Values by id, and the ids whose files have errors.
struct Sorted<K, V> {
    sound: BTreeMap<K, V>,
    refused: BTreeSet<K>,
}

/// The files while they are being read.
struct Desk<'a> {
    files: &'a Files,
    documents: BTreeMap<&'a str, Document<'a>>,
    findings: Vec<Finding>,
}

impl<'a> Desk<'a> {
    fn open(files: &'a Files) -> Self {
        let mut desk = Self { files, documents: BTreeMap::new(), findings: Vec::new() };
        for (path, text) in files.iter().filter(|(path, _)| Kind::of(path).is_some()) {
            match Document::parse(path, text) {
                Ok(document) => {
                    desk.documents.insert(path, document);
                }
                Err(findings) => desk.findings.extend(findings),
            }
        }
        desk
    }

    fn of_kind(&self, kind: Kind) -> Vec<&'a str> {
        self.files.keys().map(String::as_str).filter(|path| Kind::of(path) == Some(kind)).collect()
    }

    /// A value, if the file has the right shape. Whatever is wrong has been reported then.
    fn read<T: DeserializeOwned>(&mut self, path: &'a str) -> Option<T> {
        let (kind, document) = (Kind::of(path)?, self.documents.get(path)?);
        let mut problems = shape::check(document, kind);
        problems.extend(lint::texts::check(document));
        let broken = problems.iter().any(|problem| problem.severity == Severity::Error);
        let value = if broken { None } else { Some(document.read::<T>()) };
        self.report(path, problems);
        match value? {
            Ok(value) => Some(value),
            Err(finding) => {
                self.findings.push(*finding);
                None
            }
        }
    }

    /// True if none of the problems is an error.
    fn report(&mut self, path: &str, problems: Vec<Problem>) -> bool {
        let sound = problems.iter().all(|problem| problem.severity != Severity::Error);
        if let Some(document) = self.documents.get(path) {
            self.findings.extend(problems.into_iter().map(|problem| document.find(problem)));
        }
        sound
    }

    /// Ids of the services that some city has a file of offers for.
    fn offered(&self) -> impl Iterator<Item = &'a str> {
        self.of_kind(Kind::Offer).into_iter().map(|path| stem(path, ".toml"))
    }

    fn services(&mut self, known: &Known<'_>, rules: Option<&Rules>) -> Sorted<ServiceId, Arc<Service>> {
        let mut sorted = Sorted { sound: BTreeMap::new(), refused: BTreeSet::new() };
        for path in self.of_kind(Kind::Service) {
            let stem = stem(path, ".toml");
            let service = self
                .read::<Service>(path)
                .filter(|service| self.report(path, lint::service::check(service, stem, known)))
                .filter(|service| self.report(path, lint::booking::check(service)))
                .filter(|service| self.report(path, lint::pay::check(service, rules)));
            match service {
                Some(service) => {
                    sorted.sound.insert(service.id.clone(), Arc::new(service));
                }
                None => sorted.refused.extend(ServiceId::parse(stem)),
            }
        }
        sorted
    }

    fn stories(&mut self, services: &BTreeMap<ServiceId, Arc<Service>>, rules: Option<&Rules>) -> Vec<StoryFile> {
        let mut stories = Vec::new();
        for path in self.of_kind(Kind::Story) {
            let stem = stem(path, ".story.toml");
            stories.extend(
                self.read::<StoryFile>(path)
                    .filter(|file| self.report(path, lint::story::check(file, stem, services, rules))),
            );
        }
        stories
    }

    fn calendars(&mut self) -> (Calendar, bool) {
        let mut calendar = Calendar::default();
        let mut refused = false;
        for (path, text) in
            self.files.iter().filter(|(path, _)| path.starts_with("calendars/") && path.ends_with(".json"))
        {
            if let Err(error) = calendar.add_year(text) {
                refused = true;
                let line_start =
                    text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
                let at = line_start + error.column().saturating_sub(1);
                let what = format!("no calendar: {error}");
                let fix = "take the year's file from the holiday-cn data set";
                self.findings.push(finding(path, text, at..at + 1, Severity::Error, "bad-calendar", &what, fix));
            }
        }
        (calendar, refused)
    }

    fn platform(&mut self) -> Option<Bindings> {
        if !self.files.contains_key(PLATFORM) {
            return Some(Bindings::default());
        }
        let path = self.files.get_key_value(PLATFORM)?.0.as_str();
        let bindings = self.read::<Bindings>(path)?;
        let mut problems = lint::bindings::check(&bindings, None, &BTreeMap::new());
        for check in Check::ALL.into_iter().filter(|check| check.is_national() && !bindings.check.contains_key(check)) {
            problems.push(Problem::error(
                "missing-check",
                place!["check"],
                format!("nobody can sign in: the check `{}` is missing", check.word()),
                format!("add [check.{}]", check.word()),
            ));
        }
        self.report(path, problems).then_some(bindings)
    }

    /// Files that nobody reads, services without a story, and fields that no city fills.
    fn orphans(&mut self, services: &BTreeMap<ServiceId, Arc<Service>>, stories: &[StoryFile]) {
        for (path, text) in self.files.iter().filter(|(path, _)| path.ends_with(".toml") && Kind::of(path).is_none()) {
            let places = [
                "services/x.toml",
                "cities/x/city.toml",
                "cities/x/bindings.toml",
                "cities/x/offers/x.toml",
                "rules/x/points.toml",
                PLATFORM,
            ];
            let what = "nobody reads this file";
            let fix = offer(path, places);
            self.findings.push(finding(path, text, 0..0, Severity::Warning, "unread-file", what, &fix));
        }
        let bindings: Vec<Bindings> = self
            .documents
            .values()
            .filter(|document| Kind::of(document.path) == Some(Kind::Bindings))
            .filter_map(|document| document.read::<Bindings>().ok())
            .collect();
        for (id, service) in services {
            let path = format!("services/{id}.toml");
            let mut problems = Vec::new();
            if !stories.iter().any(|file| file.service == *id) {
                let fix = format!("write services/{id}.story.toml: its examples run as acceptance tests");
                problems.push(Problem::warning("no-story", place!["id"], format!("`{id}` has no story"), fix));
            }
            let bound: Vec<_> = bindings.iter().filter_map(|bindings| bindings.service.get(id)).collect();
            let offered = service.booking.is_some() && self.offered().any(|offered| offered == id.as_str());
            if bound.is_empty() && !offered {
                let what = format!("no city offers `{id}`");
                problems.push(Problem::warning("unoffered-service", place!["id"], what, "bind and list it in a city"));
            } else {
                let nobody = |key: &str| !bound.iter().any(|binding| binding.row.contains_key(key));
                for (i, field) in service.fields().iter().enumerate() {
                    if field.derive.is_none() && !field.required && nobody(&field.key) {
                        let what = format!("no city's department fills `{}`", field.key);
                        let at = place!["answer", "fields", i, "key"];
                        problems.push(Problem::error(
                            "unfilled-field",
                            at,
                            what,
                            "map it in a bindings.toml, or remove it",
                        ));
                    }
                }
            }
            self.report(&path, problems);
        }
    }
}

fn stem<'p>(path: &'p str, ending: &str) -> &'p str {
    let file = path.rsplit('/').next().unwrap_or(path);
    file.strip_suffix(ending).unwrap_or(file)
}

/// The directory that a city's file is in.
fn directory(path: &str) -> &str {
    path.split('/').nth(1).unwrap_or_default()
}
