//! Differences between packs, and new cities made after old ones.

use kernel::{CityId, Text};
use manifest::{
    Known,
    change::diff,
    load,
    scaffold::{NewCity, Refusal, scaffold},
};

use crate::{
    lakeside::{BINDINGS, CITY, SERVICE, check, files, with},
    packs,
};

fn id(text: &str) -> CityId {
    CityId::parse(text).expect("a slug")
}

#[test]
fn a_diff_names_values_and_ignores_layout() {
    let (old, mut new) = (files(), with(SERVICE, "fresh_s = 600", "fresh_s   = 60 # shorter"));
    new.remove("rules/old/fines.toml");
    new.insert("cities/hillside/city.toml".into(), String::new());
    let field = "[[answer.fields]]\nkey = \"at\"";
    let text = new.get_mut(SERVICE).expect("service");
    *text = text.replacen(field, &format!("[[answer.fields]]\nkey = \"lane\"\nlabel = {{ zh-CN = \"道\", en = \"Lane\" }}\nkind = \"text\"\nplace = \"list\"\n\n{field}"), 1);
    let changes = diff(&old, &new);
    let said: Vec<_> = changes
        .iter()
        .map(|one| (one.path.as_str(), one.place.as_str(), one.old.as_deref(), one.new.as_deref()))
        .collect();
    assert_eq!(
        said,
        [
            ("cities/hillside/city.toml", "", None, Some("file")),
            ("rules/old/fines.toml", "", Some("file"), None),
            (SERVICE, "answer.fields[lane].key", None, Some("\"lane\"")),
            (SERVICE, "answer.fields[lane].kind", None, Some("\"text\"")),
            (SERVICE, "answer.fields[lane].label.en", None, Some("\"Lane\"")),
            (SERVICE, "answer.fields[lane].label.zh-CN", None, Some("\"道\"")),
            (SERVICE, "answer.fields[lane].place", None, Some("\"list\"")),
            (SERVICE, "answer.fresh_s", Some("600"), Some("60")),
        ]
    );
    assert!(diff(&old, &old).is_empty());
    assert!(diff(&old, &with(CITY, "hue = 202", "# a comment\nhue = 202")).is_empty());
}

#[test]
fn a_new_city_is_complete_when_its_facts_are_given() {
    let old = files();
    let new = NewCity {
        id: id("hillside"),
        name: Some(Text::new("山滨市", "Hillside")),
        code: Some("149800".into()),
        plates: vec!["晋Y".into()],
    };
    let made = scaffold(&old, &new, &id("lakeside")).expect("made");
    assert_eq!(made.len(), 2);
    let mut all = old.clone();
    all.extend(made);
    let loaded = check(&all);
    let left: Vec<_> = loaded.findings.iter().map(|one| (one.line, one.column, one.code)).collect();
    assert_eq!(
        left,
        [(2, 18, "other-city"), (4, 21, "other-city")],
        "the bureau still has the model's name and address"
    );
    let text = all.get_mut("cities/hillside/bindings.toml").expect("bindings");
    *text = text.replace("湖滨", "山滨");
    let loaded = check(&all);
    let report: String = loaded.findings.iter().map(|finding| finding.render(&all)).collect();
    assert!(report.is_empty(), "\n{report}");
    let city = &loaded.catalogue.city("hillside").expect("the city").city;
    assert_eq!((city.name.zh_cn.as_str(), city.code.as_str()), ("山滨市", "149800"));
    assert_eq!(city.state, manifest::city::CityState::Soon);
    assert!(city.districts.is_empty());
    assert!(all["cities/hillside/bindings.toml"].contains("sandbox:/149800/bureau"));
}

#[test]
fn what_is_not_known_is_pointed_at() {
    let mut all = files();
    all.extend(scaffold(&all, &NewCity::named(id("hillside")), &id("lakeside")).expect("made"));
    let loaded = check(&all);
    let codes: Vec<_> = loaded.findings.iter().map(|one| (one.path.as_str(), one.code)).collect();
    let path = "cities/hillside/city.toml";
    // The model is open and keeps what is its own, though it comes later in the order of paths.
    let twins: Vec<_> = loaded.findings.iter().filter(|one| one.code.starts_with("duplicate-")).collect();
    assert_eq!(twins.len(), 3, "{codes:?}");
    assert!(twins.iter().all(|one| one.path == path), "{twins:#?}");
    assert!(loaded.catalogue.city("lakeside").is_some());
}

#[test]
fn a_city_is_never_overwritten_nor_made_of_nothing() {
    let old = files();
    assert_eq!(scaffold(&old, &NewCity::named(id("lakeside")), &id("lakeside")), Err(Refusal::Exists(id("lakeside"))));
    assert_eq!(scaffold(&old, &NewCity::named(id("hillside")), &id("seaside")), Err(Refusal::NoModel(id("seaside"))));
}

/// `docs/adding-a-city.md` step by step, with the committed packs: a new city after the open one, opened at once.
#[test]
fn the_page_on_adding_a_city_works_with_the_real_packs() {
    let mut all = packs::files();
    let before = load(&all, &Known::default());
    let model = before.catalogue.foremost().expect("an open city");
    let new = NewCity {
        id: id("lakeside"),
        name: Some(Text::new("湖滨市", "Lakeside")),
        code: Some("149900".into()),
        plates: vec!["晋Z".into()],
    };
    all.extend(scaffold(&all, &new, &model.city.id).expect("made"));
    let text = all.get_mut(CITY).expect("the new city");
    *text = text.replace("state = \"soon\"", "state = \"open\"");
    let loaded = load(&all, &Known::default());
    // All that is left to write are the departments' own names and addresses, and each is pointed at.
    let left: Vec<_> = loaded.findings.iter().map(|one| (one.path.as_str(), one.code)).collect();
    let count = |path: &str, code: &str| left.iter().filter(|one| one.0.starts_with(path) && one.1 == code).count();
    let departments = count(BINDINGS, "other-city");
    assert_eq!(departments, 2 * model.bindings.department.len());
    // And its places: a hospital that two cities count would be sold twice.
    let places = count("cities/lakeside/offers/", "shared-place");
    assert_eq!(places, model.offers.values().map(|offer| offer.place.len()).sum::<usize>());
    assert!(places > 10);
    assert_eq!(left.len(), departments + 2 * places, "both cities are told: {left:?}");
    assert!(loaded.is_clean());
    let city = loaded.catalogue.city("lakeside").expect("the city");
    assert_eq!(loaded.catalogue.services_of(city).count(), model.city.services.len());
}
