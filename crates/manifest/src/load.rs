//! From files to the catalogue. Whatever is broken stays out as a whole and is reported; whatever is sound comes in.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use kernel::{Calendar, CityId, ServiceId};

use crate::{
    binding::Bindings,
    catalogue::{Catalogue, CityPack},
    city::City,
    document::Document,
    finding::Finding,
    rule::{ExamFile, FinesFile, PointsFile, Rules},
    schema::Kind,
    service::Service,
    story::StoryFile,
};

/// Path below `packs/`, with `/` between its parts -> text.
pub type Files = BTreeMap<String, String>;

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
    pub findings: Vec<Finding>,
    pub stories: Vec<StoryFile>,
    /// Services and cities that have errors and are therefore not in the catalogue.
    pub refused_services: BTreeSet<ServiceId>,
    pub refused_cities: BTreeSet<CityId>,
}

impl Loaded {
    #[must_use]
    pub fn is_clean(&self) -> bool {
        !self.findings.iter().any(Finding::is_error)
    }
}

/// Reads every file of a pack directory.
#[must_use]
pub fn load(files: &Files, _known: &Known<'_>) -> Loaded {
    let mut loaded = Loaded::default();
    let mut services = BTreeMap::new();
    let mut cities: BTreeMap<CityId, City> = BTreeMap::new();
    let mut bindings: BTreeMap<String, Bindings> = BTreeMap::new();
    let (mut points, mut exam, mut fines) = (Vec::new(), Vec::new(), Vec::new());
    let mut calendar = Calendar::default();
    for (path, text) in files {
        if path.starts_with("calendars/") && path.ends_with(".json") {
            let _ = calendar.add_year(text);
            continue;
        }
        let Some(kind) = Kind::of(path) else { continue };
        let document = match Document::parse(path, text) {
            Ok(document) => document,
            Err(findings) => {
                loaded.findings.extend(findings);
                continue;
            }
        };
        let result = match kind {
            Kind::Service => document.read::<Service>().map(|service| {
                services.insert(service.id.clone(), Arc::new(service));
            }),
            Kind::Story => document.read::<StoryFile>().map(|file| loaded.stories.push(file)),
            Kind::City => document.read::<City>().map(|city| {
                cities.insert(city.id.clone(), city);
            }),
            Kind::Bindings => document.read::<Bindings>().map(|read| {
                bindings.insert(path.clone(), read);
            }),
            Kind::Points => document.read::<PointsFile>().map(|file| points.extend(file.rule)),
            Kind::Exam => document.read::<ExamFile>().map(|file| exam.extend(file.rule)),
            Kind::Fines => document.read::<FinesFile>().map(|file| fines.extend(file.rule.into_iter().map(Into::into))),
        };
        if let Err(finding) = result {
            loaded.findings.push(*finding);
        }
    }
    let platform = bindings.remove("platform/bindings.toml").unwrap_or_default();
    loaded.catalogue = Catalogue {
        services,
        cities: cities
            .into_iter()
            .map(|(id, city)| {
                let bindings = bindings.remove(&format!("cities/{id}/bindings.toml")).unwrap_or_default();
                (id, Arc::new(CityPack { city, bindings }))
            })
            .collect(),
        platform: Arc::new(platform),
        rules: Arc::new(Rules::new(points, exam, fines)),
        calendar: Arc::new(calendar),
    };
    loaded
}
