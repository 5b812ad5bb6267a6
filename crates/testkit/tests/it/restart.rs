//! The real binary, killed without warning: what was acknowledged is there when it comes back.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};

/// A running binary; it goes down with the test.
struct Running {
    child: Child,
    started: Value,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("SHIMIN_TEST_BIN") {
        return path.into();
    }
    // Beside this test's own program: target/<profile>/deps/it-… -> target/<profile>/shimin
    let own = std::env::current_exe().expect("a path");
    let path = own.parent().and_then(Path::parent).expect("target").join("shimin");
    assert!(path.is_file(), "{}: run `cargo build -p shimin` first, or `cargo xtask test`", path.display());
    path
}

fn start(data: &Path) -> Running {
    let mut child = Command::new(binary())
        .args(["up", "--json", "--port", "0", "--sandbox-port", "0", "--data"])
        .arg(data)
        .arg("--packs")
        .arg(testkit::packs())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
    let started = serde_json::from_str(&line).unwrap_or_else(|cause| panic!("{cause}: {line}"));
    Running { child, started }
}

async fn call(method: reqwest::Method, url: String, token: &str, body: Option<Value>) -> (u16, Value) {
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let mut request = http.request(method, url);
    if !token.is_empty() {
        request = request.bearer_auth(token);
    }
    if let Some(body) = body {
        request = request.json(&body);
    }
    let response = request.send().await.expect("answers");
    let status = response.status().as_u16();
    (status, response.json().await.unwrap_or(Value::Null))
}

async fn sign_in(running: &Running, phone: &str) -> String {
    let platform = running.started["platform"].as_str().expect("an address");
    let sandbox = running.started["sandbox"].as_str().expect("an address");
    let post = reqwest::Method::POST;
    let (status, body) =
        call(post.clone(), format!("{platform}/api/v1/sign-in/code"), "", Some(json!({"phone": phone}))).await;
    assert_eq!(status, 200, "{body}");
    for _ in 0..200 {
        let (_, messages) = call(reqwest::Method::GET, format!("{sandbox}/sms.json?phone={phone}"), "", None).await;
        let text = messages.to_string();
        let code = text.split(|c: char| !c.is_ascii_digit()).find(|digits| digits.len() == 6).map(str::to_owned);
        if let Some(code) = code {
            let form = json!({"phone": phone, "code": code});
            let (status, body) = call(post, format!("{platform}/api/v1/sign-in"), "", Some(form)).await;
            assert_eq!(status, 201, "{body}");
            return body["token"].as_str().expect("a token").to_owned();
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("no code arrived");
}

#[tokio::test(flavor = "multi_thread")]
async fn acknowledged_sign_ins_and_cards_survive_a_kill() {
    let data = std::env::temp_dir().join(format!("shimin-restart-{}", std::process::id()));
    let running = start(&data);
    let person = running.started["logins"][0].clone();
    let (phone, name) = (person["phone"].as_str().expect("a phone"), person["name"].as_str().expect("a name"));
    let token = sign_in(&running, phone).await;
    let platform = running.started["platform"].as_str().expect("an address").to_owned();
    let form = json!({"name": name, "resident_id": person["resident_id"]});
    let (status, body) = call(reqwest::Method::POST, format!("{platform}/api/v1/real-name"), &token, Some(form)).await;
    assert_eq!(status, 204, "{body}");
    let (_, cities) = call(reqwest::Method::GET, format!("{platform}/api/v1/cities"), "", None).await;
    let cities = cities.as_array().expect("cities").clone();
    // Theirs: the first six digits of their number are its code.
    let area = person["resident_id"].as_str().and_then(|id| id.get(..6)).expect("a number");
    let theirs = |city: &&serde_json::Value| city["state"] == "open" && city["code"] == area;
    let city = cities.iter().find(theirs).expect("their city")["id"].clone();
    let city = city.as_str().expect("an id");
    let mut bound = Vec::new();
    for car in person["vehicles"].as_array().expect("vehicles") {
        let form = json!({"kind": "vehicle", "plate": car[0], "plate_kind": car[1], "vin_tail": car[2]});
        let url = format!("{platform}/api/v1/cities/{city}/cards");
        let (status, body) = call(reqwest::Method::POST, url, &token, Some(form)).await;
        assert_eq!(status, 201, "{body}");
        bound.push(body["id"].clone());
    }
    assert!(!bound.is_empty());
    // SIGKILL: nothing gets a chance to be written after this.
    drop(running);

    let again = start(&data);
    let platform = again.started["platform"].as_str().expect("an address");
    let (status, cards) =
        call(reqwest::Method::GET, format!("{platform}/api/v1/cities/{city}/cards"), &token, None).await;
    assert_eq!(status, 200, "the sign-in is gone: {cards}");
    let found: Vec<Value> = cards.as_array().expect("cards").iter().map(|card| card["id"].clone()).collect();
    for id in bound {
        assert!(found.contains(&id), "{id} was acknowledged and is gone");
    }
    drop(again);
    std::fs::remove_dir_all(data).expect("removed");
}
