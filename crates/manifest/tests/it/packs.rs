//! The packs of this repository are sound, and their schemas are current.

use std::path::{Path, PathBuf};

use manifest::{Files, Known, Loaded, load, schema::Kind};

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs")
}

fn read(dir: &Path, prefix: &str, files: &mut Files) {
    for entry in std::fs::read_dir(dir).expect("a directory") {
        let path = entry.expect("an entry").path();
        let name = format!("{prefix}{}", path.file_name().and_then(|name| name.to_str()).expect("a name"));
        if path.is_dir() {
            read(&path, &format!("{name}/"), files);
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            files.insert(name, text);
        }
    }
}

pub fn files() -> Files {
    let mut files = Files::new();
    read(&root(), "", &mut files);
    files
}

pub fn loaded() -> Loaded {
    load(&files(), &Known::default())
}

#[test]
fn the_committed_packs_have_no_findings() {
    let files = files();
    let loaded = load(&files, &Known::default());
    let report: String = loaded.findings.iter().map(|finding| finding.render(&files)).collect();
    assert!(report.is_empty(), "\n{report}");
    let catalogue = &loaded.catalogue;
    assert_eq!(catalogue.cities.len(), 12, "the launch cities of the article");
    let open: Vec<_> =
        catalogue.cities.values().filter(|pack| pack.city.state == manifest::city::CityState::Open).collect();
    let mut sizes: Vec<_> =
        open.iter().map(|pack| (catalogue.services_of(pack).count(), pack.city.districts.len())).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [(1, 16), (14, 10)]);
    assert_eq!(loaded.stories.len(), catalogue.services.len());
    assert_eq!(catalogue.platform.check.len(), 3);
    assert!(
        catalogue.calendar.add_working_days(jiff::civil::date(2026, 9, 30), 1).on == jiff::civil::date(2026, 10, 8)
    );
}

#[test]
fn every_open_city_of_the_article_can_be_told_by_its_plate() {
    let loaded = loaded();
    for (plate, code) in [("晋A", "140100"), ("晋B", "140200"), ("晋M", "140800"), ("沪*", "310000"), ("赣M", "360100")]
    {
        let found = loaded.catalogue.cities.values().find(|pack| pack.city.plates.iter().any(|own| own == plate));
        assert_eq!(found.map(|pack| pack.city.code.as_str()), Some(code), "{plate}");
    }
}

#[test]
fn whatever_a_city_computes_by_a_tariff_has_one_of_that_name_there() {
    let loaded = loaded();
    let today = jiff::civil::date(2026, 11, 24);
    let mut tariffs = 0;
    for pack in loaded.catalogue.cities.values() {
        for service in loaded.catalogue.services_of(pack) {
            let by_tariff = |field: &&manifest::service::Field| {
                field.derive.as_ref().is_some_and(|derive| derive.with == manifest::service::Derivation::TariffCost)
            };
            for field in service.fields().iter().filter(by_tariff) {
                let name = field.derive.as_ref().and_then(|derive| derive.from.get(2)).expect("three arguments");
                let binding = &pack.bindings.service[&service.id].row[name];
                let tariff = binding.constant.as_deref().expect("a tariff named by the city");
                assert!(loaded.catalogue.rules.tariff_on(today, &pack.city.code, tariff).is_some(), "{tariff}");
                tariffs += 1;
            }
        }
    }
    assert!(tariffs > 0, "no city computes by a tariff");
}

#[test]
fn every_late_fee_of_a_bill_holds_in_the_cities_that_list_it() {
    let loaded = loaded();
    let today = jiff::civil::date(2026, 11, 24);
    for pack in loaded.catalogue.cities.values() {
        for service in loaded.catalogue.services_of(pack) {
            let Some(late) = service.pay.as_ref().and_then(|pay| pay.late.as_ref()) else { continue };
            assert!(
                loaded.catalogue.rules.late_fee_on(today, &pack.city.code, &late.rule).is_some(),
                "{} in {}",
                late.rule,
                pack.city.id
            );
        }
    }
}

#[test]
fn schemas_are_current() {
    let update = std::env::var_os("UPDATE_SCHEMAS").is_some();
    for kind in Kind::ALL {
        let path = root().join("schema").join(format!("{}.schema.json", kind.word()));
        if update {
            std::fs::write(&path, kind.schema_json()).expect("writable");
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            committed == kind.schema_json(),
            "{} is out of date: run the test with UPDATE_SCHEMAS=1",
            path.display()
        );
    }
}

#[test]
fn every_file_names_its_schema() {
    for (path, text) in files().iter().filter(|(path, _)| path.ends_with(".toml")) {
        let kind = Kind::of(path).unwrap_or_else(|| panic!("{path} is of no kind"));
        let up = "../".repeat(path.matches('/').count());
        let line = format!("#:schema {up}schema/{}.schema.json", kind.word());
        assert_eq!(text.lines().next(), Some(line.as_str()), "{path}");
    }
}

#[test]
fn every_kind_of_file_is_in_use() {
    let files = files();
    for kind in Kind::ALL {
        assert!(files.keys().any(|path| Kind::of(path) == Some(kind)), "no {} file", kind.word());
    }
}

/// The examples of `docs/adding-a-service.md`, put where the page says, beside the real packs.
#[test]
fn the_page_on_adding_a_service_passes_the_linter() {
    let page = std::fs::read_to_string(root().join("../docs/adding-a-service.md")).expect("the page");
    let mut files = files();
    let mut blocks = 0;
    for block in page.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()) {
        let path = block.lines().find_map(|line| line.strip_prefix("# packs/")).expect("each example names its file");
        files.entry(path.to_owned()).or_default().push_str(block);
        if let Some(city) = path.strip_suffix("bindings.toml") {
            let text = files.get_mut(&format!("{city}city.toml")).expect("the city");
            let bound = block.split("[service.").nth(1).and_then(|rest| rest.split(']').next()).expect("a binding");
            *text = text.replace("services = [", &format!("services = [\"{bound}\", "));
        }
        if let Some((city, offered)) = path.split_once("offers/") {
            let text = files.get_mut(&format!("{city}city.toml")).expect("the city");
            let offered = offered.trim_end_matches(".toml");
            *text = text.replace("services = [", &format!("services = [\"{offered}\", "));
        }
        blocks += 1;
    }
    assert_eq!(blocks, 10);
    let loaded = load(&files, &Known::default());
    let report: String = loaded.findings.iter().map(|finding| finding.render(&files)).collect();
    assert!(report.is_empty(), "\n{report}");
    for id in ["bicycle-fine", "lamp-bill"] {
        assert!(loaded.catalogue.services.contains_key(id));
        assert!(loaded.catalogue.cities.values().any(|pack| pack.bindings.service.contains_key(id)));
    }
    assert!(loaded.catalogue.cities.values().any(|pack| pack.offers.contains_key("boat-lesson")));
}
