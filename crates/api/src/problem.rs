//! What the API says when it does not do what was asked: `application/problem+json` (RFC 9457) with a stable code for
//! machines and a sentence for people, in the language of `Accept-Language`.
//!
//! A handler returns a [`Refusal`]; the gate, which knows the language, writes it out.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use kernel::{Kind, Lang};
use serde::Serialize;
use utoipa::ToSchema;

use crate::booking::{
    hold::{Near, Wait},
    refused::Why,
};

mod code;

pub use code::CODES;

/// The answer to a request that was refused or that failed.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "code": "invalid", "status": 422, "title": "Something to correct",
    "detail": "Correct the fields below and send again.",
    "fields": [{"field": "phone", "detail": "The mobile number has 11 characters; you typed 10"}]
}))]
pub struct Problem {
    /// Stable, for machines. One of the codes listed in the description of this document.
    pub code: String,
    /// The HTTP status.
    pub status: u16,
    pub title: String,
    /// What to do now, in the language of `Accept-Language`.
    pub detail: String,
    /// The mistakes in the request, all at once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldProblem>,
    /// Seconds after which trying again makes sense; also in the header `Retry-After`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u32>,
    /// The figures of a rule that stood in the way of a booking.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Why>,
    /// What is free near a claim that was refused, the nearest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub nearest: Vec<Near>,
    /// What a claim waits for while too many come at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait: Option<Wait>,
}

#[derive(Serialize, ToSchema)]
pub struct FieldProblem {
    /// The name of the field as sent.
    pub field: String,
    /// The mistake and how to mend it.
    pub detail: String,
}

/// Why a request was not done, on its way to the gate.
#[derive(Clone, Debug)]
pub enum Refusal {
    Engine(kernel::Error),
    /// The request itself cannot be read: its code, and the cause in English for whoever writes the client.
    Request(StatusCode, &'static str, String),
    /// A rule of bookings stood in the way.
    Booking(Box<NotBooked>),
    /// Too many claims come at once.
    Waits(Box<Wait>),
}

/// A refusal of a booking, with what is near.
#[derive(Clone, Debug)]
pub struct NotBooked {
    refusal: capability::booking::Refusal,
    nearest: Vec<Near>,
}

impl From<kernel::Error> for Refusal {
    fn from(error: kernel::Error) -> Self {
        Self::Engine(error)
    }
}

impl From<Kind> for Refusal {
    fn from(kind: Kind) -> Self {
        Self::Engine(kind.into())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

pub(crate) async fn no_such_method() -> Response {
    Refusal::Request(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", String::new()).written(Lang::En)
}

impl Refusal {
    pub fn of_booking(refusal: capability::booking::Refusal, nearest: Vec<Near>) -> Self {
        Self::Booking(Box::new(NotBooked { refusal, nearest }))
    }

    pub fn status(&self) -> StatusCode {
        match self {
            Self::Engine(error) => StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            Self::Request(status, ..) => *status,
            Self::Booking(_) => StatusCode::CONFLICT,
            Self::Waits(_) => StatusCode::TOO_MANY_REQUESTS,
        }
    }

    pub fn code(&self) -> &'static str {
        match self {
            Self::Engine(error) => error.code(),
            Self::Request(_, code, _) => code,
            Self::Booking(not) => not.refusal.code(),
            Self::Waits(_) => "claim_queue",
        }
    }

    /// The whole answer in one language.
    pub fn written(&self, lang: Lang) -> Response {
        let code = self.code();
        let [title, detail] = words(code, lang);
        let mut problem = Problem {
            code: code.into(),
            status: self.status().as_u16(),
            title: title.into(),
            detail: detail.into(),
            fields: Vec::new(),
            retry_after_s: None,
            refusal: None,
            nearest: Vec::new(),
            wait: None,
        };
        match self {
            Self::Engine(error) => match &error.kind {
                Kind::Invalid(fields) => {
                    problem.fields = fields
                        .iter()
                        .map(|error| FieldProblem { field: error.field.into(), detail: error.say(lang) })
                        .collect();
                }
                Kind::TooMany { retry_after_s } => problem.retry_after_s = Some(*retry_after_s),
                Kind::Unavailable(_) => problem.retry_after_s = Some(RETRY_UNAVAILABLE_S),
                _ => {}
            },
            Self::Request(_, _, cause) if !cause.is_empty() => problem.detail = format!("{detail} ({cause})"),
            Self::Request(..) => {}
            Self::Booking(not) => {
                problem.refusal = Some((&not.refusal).into());
                problem.nearest.clone_from(&not.nearest);
            }
            Self::Waits(wait) => {
                problem.retry_after_s = Some(wait.again_s);
                problem.wait = Some((**wait).clone());
            }
        }
        let retry = problem.retry_after_s;
        let mut response = (self.status(), Json(problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json; charset=utf-8"));
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(lang.tag()));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = retry {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if self.status() == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"shimin\""));
        }
        response
    }
}

const RETRY_UNAVAILABLE_S: u32 = 30;

fn words(code: &str, lang: Lang) -> [&'static str; 2] {
    let known = CODES.iter().find(|known| known.code == code);
    match (known, lang) {
        (Some(known), Lang::ZhCn) => known.zh_cn,
        (Some(known), Lang::En) => known.en,
        (None, Lang::ZhCn) => ["没有办成", "核对后再试。"],
        (None, Lang::En) => ["Not done", "Check the request and try again."],
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::*;

    /// What only staff can be told: the desk has pages of its own.
    const OF_STAFF: [&str; 9] =
        ["staff", "reconciliation", "settlement", "break", "day", "schedule", "counter", "gate", "price"];

    fn codes_in(dir: &Path, found: &mut BTreeSet<String>) {
        for entry in fs::read_dir(dir).expect("the engine's sources").flatten() {
            let path = entry.path();
            let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if OF_STAFF.iter().any(|word| name.starts_with(word)) {
                continue;
            }
            if path.is_dir() {
                codes_in(&path, found);
            } else {
                let text = fs::read_to_string(&path).expect("a source");
                for kind in ["Kind::Conflict(\"", "Kind::Denied(\"", "Kind::Unavailable(\""] {
                    found.extend(text.split(kind).skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned));
                }
            }
        }
    }

    #[test]
    fn whatever_the_engine_says_to_a_citizen_has_words_here() {
        let mut found = BTreeSet::new();
        codes_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../engine/src"), &mut found);
        // Said to staff in files that citizens share.
        found.remove("not_your_role");
        assert!(found.len() > 15, "only {found:?}");
        let unknown: Vec<&String> =
            found.iter().filter(|code| !CODES.iter().any(|known| known.code == **code)).collect();
        assert!(unknown.is_empty(), "no words for {unknown:?}");
    }

    #[test]
    fn every_refusal_of_a_booking_has_words_here() {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../capability/src/booking/refusal.rs");
        let text = fs::read_to_string(source).expect("the refusals");
        let words = text.split("=> \"").skip(1).filter_map(|rest| rest.split('"').next());
        let unknown: Vec<&str> = words.filter(|code| !CODES.iter().any(|known| known.code == *code)).collect();
        assert!(unknown.is_empty() && text.matches("=> \"").count() > 25, "no words for {unknown:?}");
    }

    #[tokio::test]
    async fn a_refusal_of_a_booking_tells_its_figures() {
        let opens_at = kernel::Timestamp::from_civil(jiff::civil::date(2026, 3, 2).at(6, 30, 0, 0));
        let refusal = Refusal::of_booking(capability::booking::Refusal::TooEarly { opens_at }, Vec::new());
        let response = refusal.written(Lang::En);
        assert_eq!(response.status(), StatusCode::CONFLICT);
        let bytes = axum::body::to_bytes(response.into_body(), 1 << 16).await.expect("a body");
        let problem: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
        assert_eq!((&problem["code"], &problem["title"]), (&"too_early".into(), &"Not open yet".into()));
        assert_eq!(problem["refusal"], serde_json::json!({ "opens_at": "2026-03-02T06:30:00+08:00" }));
        assert!(problem.get("nearest").is_none() && problem.get("fields").is_none());
    }
}
