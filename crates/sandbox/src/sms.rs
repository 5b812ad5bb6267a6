//! The text-message gateway: takes messages, drops repeats of the same key, and shows the last thousand.

use std::{
    collections::{HashSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Query, State},
    response::Response,
    routing::{get, post},
};
use kernel::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Sandbox,
    department::Department,
    reply::{Reply, answer},
};

/// A delivered text message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sms {
    pub at: Timestamp,
    pub phone: String,
    pub text: String,
    pub key: String,
}

impl Sms {
    /// The one-time code inside: the first run of four to eight digits.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.text.split(|c: char| !c.is_ascii_digit()).find(|run| (4..=8).contains(&run.len()))
    }
}

const KEPT: usize = 1_000;
/// Longer texts are refused: a gateway takes no novels, and memory stays bounded.
const TEXT_CHARS_MAX: usize = 1_000;

#[derive(Default)]
pub(crate) struct Inbox(Mutex<Messages>);

#[derive(Default)]
struct Messages {
    newest_last: VecDeque<Sms>,
    keys: HashSet<String>,
}

impl Inbox {
    fn lock(&self) -> MutexGuard<'_, Messages> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn deliver(&self, sms: Sms) {
        let mut messages = self.lock();
        if !messages.keys.insert(sms.key.clone()) {
            return;
        }
        messages.newest_last.push_back(sms);
        if messages.newest_last.len() > KEPT
            && let Some(oldest) = messages.newest_last.pop_front()
        {
            messages.keys.remove(&oldest.key);
        }
    }

    pub(crate) fn messages(&self, phone: &str) -> Vec<Sms> {
        let messages = self.lock();
        messages.newest_last.iter().rev().filter(|sms| phone.is_empty() || sms.phone == phone).cloned().collect()
    }
}

#[derive(Deserialize)]
struct Send {
    phone: String,
    text: String,
    key: String,
}

#[derive(Deserialize)]
struct OfPhone {
    #[serde(default)]
    phone: String,
}

pub(crate) fn routes() -> Router<Arc<Sandbox>> {
    Router::new().route("/sms/send", post(send)).route("/sms.json", get(list))
}

async fn send(State(sandbox): State<Arc<Sandbox>>, body: Bytes) -> Response {
    answer(&sandbox, Department::Sms, |_| {
        let Ok(Send { phone, text, key }) = serde_json::from_slice(&body) else { return Reply::Unreadable };
        if key.is_empty() || key.len() > 200 || phone.len() > 20 || text.chars().count() > TEXT_CHARS_MAX {
            return Reply::Unreadable;
        }
        sandbox.inbox.deliver(Sms { at: sandbox.clock.now(), phone, text, key });
        Reply::Row([("code".to_owned(), "0000".into())].into_iter().collect())
    })
    .await
}

async fn list(State(sandbox): State<Arc<Sandbox>>, Query(OfPhone { phone }): Query<OfPhone>) -> Json<Vec<Sms>> {
    Json(sandbox.messages(phone.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sms(key: usize) -> Sms {
        Sms {
            at: Timestamp(0),
            phone: "19900000001".into(),
            text: "验证码 482913，5 分钟内有效".into(),
            key: key.to_string(),
        }
    }

    #[test]
    fn a_key_is_delivered_once_and_the_inbox_stays_small() {
        let inbox = Inbox::default();
        for key in 0..KEPT + 10 {
            inbox.deliver(sms(key));
            inbox.deliver(sms(key));
        }
        let messages = inbox.messages("19900000001");
        assert_eq!(messages.len(), KEPT);
        assert_eq!(messages[0].key, (KEPT + 9).to_string(), "newest first");
        assert_eq!(inbox.lock().keys.len(), KEPT);
        assert_eq!(inbox.messages("19900000002"), []);
    }

    #[test]
    fn the_code_is_found_in_the_text() {
        assert_eq!(sms(1).code(), Some("482913"));
    }
}
