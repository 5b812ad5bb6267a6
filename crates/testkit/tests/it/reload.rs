//! Packs change while the platform runs: a sound one is in force at once, a broken one never takes a city down.

use std::{fs, path::PathBuf};

use shimin::packs::{Source, publish};
use testkit::{Engine, Town, TownConfig};

use crate::unseen::write_packs;

async fn town(name: &str) -> (Town, Source, PathBuf) {
    let directory = std::env::temp_dir().join(format!("shimin-reload-{name}-{}", std::process::id()));
    write_packs(&directory);
    let source = Source::Directory(directory.clone());
    let town = Town::start(TownConfig { packs: source.clone(), ..TownConfig::new(Engine::Sqlite) }).await;
    (town, source, directory)
}

async fn hotline(town: &Town) -> String {
    let cities = town.http.get(format!("{}/api/v1/cities", town.url)).send().await.expect("answers");
    let cities: serde_json::Value = cities.json().await.expect("JSON");
    cities[0]["hotline"].as_str().expect("a hotline").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_pack_is_in_force_without_a_restart() {
    let (town, source, directory) = town("change").await;
    let path = directory.join("cities/lakeside/city.toml");
    let text = fs::read_to_string(&path).expect("there");
    let before = hotline(&town).await;
    fs::write(&path, text.replace(&format!("hotline = \"{before}\""), "hotline = \"96969\"")).expect("written");
    publish(&source, &town.platform);
    assert_eq!(hotline(&town).await, "96969");
    fs::remove_dir_all(directory).expect("removed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_pack_leaves_the_last_good_one_in_force() {
    let (town, source, directory) = town("broken").await;
    let before = hotline(&town).await;
    let services = town.services(&town.open_city()).len();
    let path = directory.join("cities/lakeside/city.toml");
    let good = fs::read_to_string(&path).expect("there");
    for broken in ["", "this is no TOML [", "id = \"lakeside\"\n"] {
        fs::write(&path, broken).expect("written");
        publish(&source, &town.platform);
        assert_eq!(hotline(&town).await, before, "after {broken:?}");
        assert_eq!(town.services(&town.open_city()).len(), services, "after {broken:?}");
    }
    // A service that breaks stays as it was too.
    fs::write(&path, &good).expect("written");
    for entry in fs::read_dir(directory.join("services")).expect("there").flatten() {
        fs::write(entry.path(), "broken").expect("written");
    }
    publish(&source, &town.platform);
    assert_eq!(town.services(&town.open_city()).len(), services);
    // And a directory that goes away takes nothing with it.
    fs::remove_dir_all(&directory).expect("removed");
    publish(&source, &town.platform);
    assert_eq!(hotline(&town).await, before);
}
