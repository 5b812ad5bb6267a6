//! Stories of the packs, run as acceptance tests: for every open city that lists the service, on both engines.

use manifest::{
    Service,
    story::{Outcome, Story, When},
};
use sandbox::Fault;
use serde_json::Value;
use testkit::{Engine, Town, TownConfig, department_of};

#[tokio::test(flavor = "multi_thread")]
async fn stories_hold_on_sqlite() {
    run(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stories_hold_on_postgres() {
    run(Engine::Postgres).await;
}

async fn run(engine: Engine) {
    let files = shimin::packs::Source::Directory(testkit::packs()).read().expect("packs");
    let stories = shimin::packs::check(&files).stories;
    assert!(!stories.is_empty(), "no story in the packs");
    let mut told = 0;
    // What is booked has steps instead: see `booking_stories`.
    for file in stories.into_iter().filter(|file| !file.story.is_empty()) {
        // A town for each service: a department that failed is left alone for a while, which is not the next one's story.
        let town = Town::start(TownConfig::new(engine)).await;
        let city = town.open_city();
        let service = town.catalogue().service(&city, file.service.as_str()).map(std::sync::Arc::clone);
        let Some(service) = service else { continue };
        let department = department_of(&city, service.id.as_str());
        let mut stories = file.story;
        stories.sort_by_key(|story| !story.when.fault.is_harmless());
        for story in &stories {
            town.fault(department, Fault::None);
            let cast = town.cast_for(&city, &service, story.given);
            let visitor = town.visitor(&city.city.id, cast).settles().await;
            let When { fault, asked_before } = story.when;
            if asked_before {
                let before = visitor.asks(service.id.as_str(), true).await;
                assert_eq!(before["outcome"], "answered", "{}", story.name.en);
            }
            town.fault(department, Fault::parse(fault.word()).expect("a fault of the sandbox"));
            let answer = visitor.asks(service.id.as_str(), asked_before).await;
            check(story, &service, &answer);
            told += 1;
        }
    }
    assert!(told >= 10, "only {told} stories were told");
}

fn check(story: &Story, service: &Service, answer: &Value) {
    let name = format!("{} · {}: {answer}", service.id, story.name.en);
    let rows: Vec<manifest::binding::Row> = serde_json::from_value(answer["rows"].clone()).expect("rows");
    let expect = &story.expect;
    let (outcome, freshness) = (answer["outcome"].as_str(), answer["freshness"].as_str());
    match expect.outcome {
        Outcome::Some => {
            assert_eq!((outcome, freshness), (Some("answered"), Some("fresh")), "{name}");
            assert!(!rows.is_empty(), "{name}");
        }
        Outcome::None => {
            assert_eq!((outcome, freshness), (Some("answered"), Some("fresh")), "{name}");
            assert!(rows.is_empty(), "{name}");
        }
        Outcome::Stale => {
            assert_eq!((outcome, freshness), (Some("answered"), Some("stale")), "{name}");
            assert!(answer["failure"].is_string() && answer["fetched_at"].is_string(), "{name}");
        }
        Outcome::Unmatched => {
            assert_eq!((outcome, freshness), (Some("unmatched"), None), "{name}");
            assert!(rows.is_empty() && answer["failure"].is_null(), "neither rows nor a failure: {name}");
            assert!(answer["phone"].as_str().is_some_and(|phone| !phone.is_empty()), "says whom to call: {name}");
        }
        Outcome::Unavailable => {
            assert_eq!(outcome, Some("unavailable"), "{name}");
            assert!(answer["phone"].as_str().is_some_and(|phone| !phone.is_empty()), "says whom to call: {name}");
            assert!(answer["offline"]["en"].as_str().is_some_and(|text| !text.is_empty()), "says what to do: {name}");
        }
    }
    if let Some(headline) = &expect.headline {
        let open = answer["open_count"].as_u64().unwrap_or_default() > 0;
        let shown = service.answer.as_ref().expect("rows");
        let said = if rows.is_empty() { &shown.none } else { &shown.some };
        assert!(said == headline || !open, "{name}: the headline is {said:?}");
    }
    let count = u32::try_from(rows.len()).expect("few rows");
    assert!(expect.rows_min.is_none_or(|least| count >= least), "{name}");
    assert!(expect.rows_max.is_none_or(|most| count <= most), "{name}");
    let open = answer["open_count"].as_u64().and_then(|count| u32::try_from(count).ok()).expect("a count");
    assert!(expect.open_min.is_none_or(|least| open >= least), "{name}");
    assert!(expect.open_max.is_none_or(|most| open <= most), "{name}");
    for field in &expect.field {
        assert!(field.holds(&rows), "{name}: {field:?}");
    }
}
