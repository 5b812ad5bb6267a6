//! More come than can be served: nothing is sold twice, everybody is told where they stand, and whoever comes back with
//! their turn is served. The big versions are `cargo xtask rush` and `cargo xtask overload`.

use std::{sync::Arc, time::Duration};

use engine::Limits;
use kernel::Id;
use reqwest::{StatusCode, header};
use serde_json::{Value, json};
use store::SessionKind;
use testkit::{Engine, Scarce, Town, TownConfig, settle};
use tokio::task::JoinSet;

on_both_engines! {
    a_rush_sells_what_there_is_to_as_many_people
    whoever_waits_is_told_where_they_stand_and_keeps_their_place
}

/// A town whose door lets in so many at once, with so many standing before it.
async fn town(engine: Engine, claims_at_once: usize, claims_standing: usize) -> Town {
    let config = TownConfig::new(engine);
    let limits = Limits { claims_at_once, claims_standing, ..config.limits.clone() };
    Town::start(TownConfig { limits, ..config }).await
}

async fn people(town: &Town, scarce: &Scarce, count: usize, kind: SessionKind) -> Vec<String> {
    settle(&town.stores, town.data(), &scarce.area, 0..count, kind, town.platform.now()).await
}

async fn asks(town: &Town, scarce: &Scarce, token: &str, key: &str, claim: &Value) -> (StatusCode, Value) {
    let request = town.http.post(format!("{}{}", town.url, scarce.path)).bearer_auth(token);
    let answer = request.header("idempotency-key", key).json(claim).send().await.expect("an answer");
    let status = answer.status();
    (status, answer.json().await.expect("JSON"))
}

/// Asks until there is an answer, with the turn that was given; the booking, or why not, and how often they had to wait.
async fn waits(town: Arc<Town>, scarce: Arc<Scarce>, token: String, key: String) -> (Result<Id, String>, u32) {
    let mut claim = scarce.claim.clone();
    for waited in 0..60 {
        let (status, answer) = asks(&town, &scarce, &token, &key, &claim).await;
        match answer["code"].as_str().unwrap_or_default() {
            _ if status == StatusCode::CREATED => {
                return (Ok(answer["booking"].as_str().and_then(Id::parse).expect("an id")), waited);
            }
            "claim_queue" => {
                assert!(answer["wait"]["ahead"].is_u64() && answer["retry_after_s"].is_u64(), "{answer}");
                claim["turn"] = answer["wait"]["turn"].clone();
                tokio::time::sleep(Duration::from_secs(answer["retry_after_s"].as_u64().unwrap_or(1))).await;
            }
            code => return (Err(code.to_owned()), waited),
        }
    }
    panic!("nobody is let in");
}

async fn a_rush_sells_what_there_is_to_as_many_people(engine: Engine) {
    const SLOTS: usize = 12;
    let town = Arc::new(town(engine, 2, 2).await);
    let scarce = Arc::new(town.scarce(SLOTS).await);
    let tokens = people(&town, &scarce, 40, SessionKind::Token).await;
    let mut asking = JoinSet::new();
    for (n, token) in tokens.iter().enumerate() {
        // Every fourth asks twice in the same moment.
        for key in 0..=usize::from(n.is_multiple_of(4)) {
            let key = format!("rush-{n:04}-{key}");
            asking.spawn(waits(Arc::clone(&town), Arc::clone(&scarce), token.clone(), key));
        }
    }
    let (mut told, mut refused, mut waited) = (Vec::new(), Vec::new(), 0);
    while let Some(outcome) = asking.join_next().await {
        let (outcome, times) = outcome.expect("somebody asked");
        waited += times;
        match outcome {
            Ok(id) => told.push(id),
            Err(code) => refused.push(code),
        }
    }
    assert_eq!((told.len(), refused.len()), (SLOTS, 50 - SLOTS), "{refused:?}");
    assert!(refused.iter().all(|code| code == "sold_out" || code == "over_quota"), "{refused:?}");
    assert!(waited > 0, "fifty came at once for two places and nobody had to wait");
    assert_eq!(scarce.audit(&town, &told).await, Vec::<String>::new());
}

async fn whoever_waits_is_told_where_they_stand_and_keeps_their_place(engine: Engine) {
    // A door that lets nobody in: everybody waits.
    let town = town(engine, 0, 0).await;
    let scarce = town.scarce(5).await;
    let tokens = people(&town, &scarce, 3, SessionKind::Token).await;
    let mut turns = Vec::new();
    for (n, token) in tokens.iter().enumerate() {
        let (status, answer) = asks(&town, &scarce, token, "queue-0001", &scarce.claim).await;
        assert_eq!(status, StatusCode::TOO_MANY_REQUESTS, "{answer}");
        assert_eq!((answer["code"].as_str(), answer["wait"]["ahead"].as_u64()), (Some("claim_queue"), Some(n as u64)));
        turns.push(answer["wait"]["turn"].clone());
    }
    let with = |turn: &Value| {
        let mut claim = scarce.claim.clone();
        claim["turn"] = turn.clone();
        claim
    };
    let (_, again) = asks(&town, &scarce, &tokens[1], "queue-0001", &with(&turns[1])).await;
    assert_eq!((&again["wait"]["turn"], &again["wait"]["ahead"]), (&turns[1], &json!(1)), "the place is kept");
    let (_, foreign) = asks(&town, &scarce, &tokens[2], "queue-0001", &with(&turns[0])).await;
    assert_eq!(foreign["wait"]["ahead"], 3, "somebody else's turn is none: they stand at the end");
    let forged = json!(turns[2].as_str().expect("a turn").replacen('3', "1", 1));
    let (_, forged) = asks(&town, &scarce, &tokens[2], "queue-0001", &with(&forged)).await;
    assert_eq!(forged["wait"]["ahead"], 4, "nor is one that was changed");
    on_the_page(&town, &scarce).await;
    assert_eq!(
        town.stores
            .city(&scarce.city)
            .await
            .expect("the cell")
            .pool(scarce.pool)
            .await
            .expect("answers")
            .map(|pool| pool.taken_all),
        Some(0)
    );
}

/// What a browser without a script shows, in both languages.
async fn on_the_page(town: &Town, scarce: &Scarce) {
    let cookie =
        settle(&town.stores, town.data(), &scarce.area, 10..11, SessionKind::Web, town.platform.now()).await.remove(0);
    let form = page_form(town, scarce).await;
    let path = format!("{}/{}/s/{}/book/check", town.url, scarce.city, scarce.service);
    for (lang, ahead) in [("zh", "人在您前面"), ("en", "people before you")] {
        let cookie = format!("shimin={cookie}; lang={lang}");
        let posted = town.http.post(&path).header(header::COOKIE, &cookie).form(&form).send().await.expect("a page");
        assert_eq!(posted.status(), StatusCode::OK);
        let page = posted.text().await.expect("a page");
        assert!(page.contains(ahead), "{lang}: the page does not say how many stand before: {page}");
        let turn = value_of(&page, "turn");
        let refresh =
            page.split("<noscript><meta http-equiv=\"refresh\" content=\"").nth(1).expect("it looks again by itself");
        let (seconds, url) =
            refresh.split('"').next().and_then(|text| text.split_once(";url=")).expect("where and when");
        assert!(seconds.parse::<u32>().is_ok_and(|s| (3..=60).contains(&s)), "{seconds}");
        assert!(!url.contains("key="), "the key of the form is no part of an address: {url}");
        let url = format!("{}{}", town.url, url.replace("&amp;", "&"));
        let looked = town.http.get(&url).header(header::COOKIE, &cookie).send().await.expect("a page");
        let page = looked.text().await.expect("a page");
        assert!(page.contains(ahead) && value_of(&page, "turn") == turn, "{lang}: the place is kept: {page}");
    }
}

/// The value of a hidden field.
fn value_of(page: &str, name: &str) -> String {
    let rest = page.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_else(|| panic!("no {name}: {page}"));
    rest.split('"').next().unwrap_or_default().to_owned()
}

/// The form of the last look, as a browser sends it.
async fn page_form(town: &Town, scarce: &Scarce) -> Vec<(&'static str, String)> {
    let cell = town.stores.city(&scarce.city).await.expect("the cell");
    let pool = cell.pool(scarce.pool).await.expect("answers").expect("the pool").pool;
    let civil = pool.starts_at.civil();
    let text = |name: &str| scarce.claim[name].as_str().unwrap_or_default().to_owned();
    vec![
        ("place", text("place")),
        ("resource", text("resource")),
        ("matter", text("matter")),
        ("on", pool.on.to_string()),
        ("at", format!("{}T{:02}:{:02}", civil.date(), civil.hour(), civil.minute())),
        ("persons", "own".to_owned()),
        ("key", "page-key-0001".to_owned()),
    ]
}
