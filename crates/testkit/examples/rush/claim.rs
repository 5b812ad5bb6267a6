//! A claim as a program makes it: again and again under one key, until there is an answer.

use std::time::{Duration, Instant};

use kernel::Id;
use reqwest::StatusCode;
use serde_json::Value;
use testkit::{Scarce, Server};

const PATIENCE: Duration = Duration::from_secs(300);

/// Who asks, and under which key.
pub struct Claim {
    token: String,
    key: String,
}

impl Claim {
    pub fn new(token: &str, n: usize, again: usize) -> Self {
        Self { token: token.to_owned(), key: format!("rush-{n:06}-{again}") }
    }
}

pub enum Asked {
    Booked(Id),
    /// The machine-readable reason.
    Refused(String),
}

pub fn client() -> reqwest::Client {
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(20)).pool_max_idle_per_host(1);
    client.build().expect("a client")
}

pub async fn claim(http: &reqwest::Client, server: &Server, scarce: &Scarce, one: &Claim) -> Asked {
    let begun = Instant::now();
    let mut body = scarce.claim.clone();
    loop {
        assert!(begun.elapsed() < PATIENCE, "no answer within {PATIENCE:?}: {body}");
        let request = http
            .post(format!("{}{}", server.url, scarce.path))
            .bearer_auth(&one.token)
            .header("idempotency-key", &one.key)
            .json(&body);
        let Ok(response) = request.send().await else {
            // The server was killed; whoever asks again under the same key asks the same question.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let status = response.status();
        let Ok(text) = response.text().await else { continue };
        let answer: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
        if status.is_success() {
            let id = answer["booking"].as_str().and_then(Id::parse);
            return Asked::Booked(id.unwrap_or_else(|| panic!("a booking without an id: {text}")));
        }
        let code = answer["code"].as_str().unwrap_or_default().to_owned();
        match (status, code.as_str()) {
            (_, "claim_queue") => {
                body["turn"] = answer["wait"]["turn"].clone();
                let seconds = answer["retry_after_s"]
                    .as_u64()
                    .unwrap_or(1)
                    .max(answer["wait"]["unsolved_s"].as_u64().unwrap_or(0));
                tokio::time::sleep(Duration::from_secs(seconds)).await;
            }
            (StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE, _) => {
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            _ if code.is_empty() => return Asked::Refused(format!("{status}: {text}")),
            _ => return Asked::Refused(code),
        }
    }
}
