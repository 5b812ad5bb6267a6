//! The city that the code has never seen: packs written into an empty directory, and every service of them walked over
//! HTTP, on pages and through the API.

use std::{fs, path::Path};

use manifest::{Act, service::Subject, story::Role};
use reqwest::StatusCode;
use shimin::packs::Source;
use testkit::{Engine, Town, TownConfig};

/// Writes an invented city with an invented service beside those that exist. Everything is made from the repository's
/// packs by replacing words, so that this file knows no city either.
pub fn write_packs(to: &Path) {
    let files = Source::Directory(testkit::packs()).read().expect("packs");
    let loaded = shimin::packs::check(&files);
    let model = loaded.catalogue.foremost().expect("an open city");
    let (id, code) = (model.city.id.as_str(), model.city.code.as_str());
    for (path, text) in &files {
        let keep = !path.starts_with("cities/") || path.starts_with(&format!("cities/{id}/"));
        if !keep || path.ends_with(".story.toml") {
            continue;
        }
        let mut path = path.clone();
        let mut text = text.clone();
        if path.starts_with("cities/") {
            text = text
                .replace(&format!("\"{id}\""), "\"lakeside\"")
                .replace(code, "659900")
                .replace(&model.city.name.zh_cn, "湖滨市")
                .replace(&model.city.name.en, "Lakeside");
            if let Some(districts) = text.find("[[districts]]") {
                text.truncate(districts);
            }
            path = path.replace(&format!("cities/{id}/"), "cities/lakeside/");
        }
        for service in &model.city.services {
            // Services get new names as well: the code must not know those either.
            let (old, new) = (service.as_str(), renamed(service.as_str()));
            text = text.replace(&format!("\"{old}\""), &format!("\"{new}\""));
            text = text.replace(&format!("[service.{old}]"), &format!("[service.{new}]"));
            text = text.replace(&format!("[service.{old}."), &format!("[service.{new}."));
            for table in ["act", "biller"] {
                text = text.replace(&format!("[{table}.{old}."), &format!("[{table}.{new}."));
                text = text.replace(&format!("[{table}.{old}]"), &format!("[{table}.{new}]"));
            }
            for directory in ["services", "offers"] {
                path = path.replace(&format!("{directory}/{old}.toml"), &format!("{directory}/{new}.toml"));
            }
        }
        let path = to.join(path);
        fs::create_dir_all(path.parent().expect("a directory")).expect("made");
        fs::write(path, text).expect("written");
    }
}

fn renamed(service: &str) -> String {
    let turned: String = service.chars().rev().collect();
    format!("x-{turned}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_city_that_the_code_has_never_seen_opens() {
    let directory = std::env::temp_dir().join(format!("shimin-unseen-{}", std::process::id()));
    write_packs(&directory);
    let source = Source::Directory(directory.clone());
    let loaded = shimin::packs::check(&source.read().expect("packs"));
    let errors: Vec<_> = loaded.findings.iter().filter(|finding| finding.is_error()).collect();
    assert!(errors.is_empty(), "{errors:?}");

    let config = TownConfig { packs: source, ..TownConfig::new(Engine::Sqlite) };
    let town = Town::start(config).await;
    let city = town.open_city();
    assert_eq!(city.city.id.as_str(), "lakeside");
    let services = town.services(&city);
    assert!(services.len() >= 4);
    assert!(services.iter().any(|service| service.pay.is_some() && service.subject == Subject::Customer));
    // Vehicles and licences are asked about by one person each; every account has a service and a holder of its own.
    let cards = |subject| services.iter().filter(move |service| service.subject == subject).map(|one| vec![one]);
    let of = |subject| cards(subject).flatten().collect::<Vec<_>>();
    let groups = [of(Subject::Vehicle), of(Subject::Licence)].into_iter().chain(cards(Subject::Customer));
    for services in groups {
        let role = match services[0].subject {
            Subject::Vehicle => Role::OwnerWithOpenViolations,
            Subject::Licence => Role::DriverWithPoints,
            Subject::Customer if city.bindings.act[&services[0].id].contains_key(&Act::Withdraw) => {
                Role::CustomerWithBalance
            }
            Subject::Customer => Role::CustomerWithArrears,
            Subject::Person => unreachable!("what is booked asks nobody"),
        };
        let visitor = town.visitor(&city.city.id, town.cast_for(&city, services[0], role)).settles().await;
        let cookie = visitor.cookie().await;
        let home = visitor.page(&cookie, "/lakeside").await;
        assert_eq!(home.status(), StatusCode::OK);
        assert!(home.text().await.expect("a page").contains("湖滨市"));
        for service in services {
            let answer = visitor.asks(service.id.as_str(), false).await;
            assert_eq!(answer["outcome"], "answered", "{}: {answer}", service.id);
            for path in [
                format!("/lakeside/s/{}", service.id),
                format!("/lakeside/s/{}/ask?card={}", service.id, visitor.card),
                format!("/lakeside/search?q={}", service.id),
            ] {
                let page = visitor.page(&cookie, &path).await;
                assert_eq!(page.status(), StatusCode::OK, "{path}");
                let text = page.text().await.expect("a page");
                let named = [&service.name.zh_cn, &service.short_name.zh_cn]
                    .into_iter()
                    .any(|name| text.contains(name.as_str()));
                assert!(path.contains("search") || named, "{path}");
            }
        }
    }
    fs::remove_dir_all(directory).expect("removed");
}
