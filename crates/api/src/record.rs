//! The question: ask a department for a record, with source, time and freshness in the answer.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use engine::{Answer, Asked as EngineAsked, Freshness};
use kernel::{Kind, Text};
use manifest::Value;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Api,
    caller::{Asked, Places, SignedIn, city, id, service},
    card::Card,
    catalogue::Words,
    problem::Refusal,
};

/// A department's answer about one card.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"outcome": "answered", "card": null, "cards": [], "rows": [{"id": "1401000000000001",
    "state": "open", "fine": 10000, "points": 1}], "open_count": 1,
    "department": {"zh-CN": "交警支队", "en": "Traffic police"}, "phone": "122",
    "fetched_at": "2026-03-02T10:00:00+08:00", "freshness": "fresh", "failure": null,
    "evidence_sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "needs": null, "offline": null}))]
pub struct Records {
    /// `answered`: rows, of which there can be none. `unavailable`: the department does not answer and there is no
    /// earlier answer; this is not "none". `unmatched`: the department answers that it knows nothing under this card any
    /// more (a car that was sold, a licence that was replaced); bind it anew. `needs-card`: bind a card of the kind in `needs` first.
    outcome: &'static str,
    /// The card that was asked about.
    card: Option<Card>,
    /// All cards that could be asked about.
    cards: Vec<Card>,
    /// Normalised values by field key; the service's description says what each key means. Money is in fen.
    #[schema(value_type = Vec<BTreeMap<String, serde_json::Value>>)]
    rows: Vec<BTreeMap<String, Value>>,
    /// How many rows still want something from the citizen.
    open_count: usize,
    department: Option<Words>,
    phone: Option<String>,
    fetched_at: Option<String>,
    /// `fresh`, `cached` (young enough not to ask again) or `stale` (the department failed; this is the last good answer).
    freshness: Option<&'static str>,
    /// Why the department did not answer now.
    failure: Option<String>,
    /// SHA-256 of the department's raw answer.
    evidence_sha256: Option<String>,
    /// `vehicle` or `licence`
    needs: Option<&'static str>,
    /// What to do instead.
    offline: Option<Words>,
}

/// One row of an answer.
#[derive(Serialize, ToSchema)]
pub struct Record {
    #[schema(value_type = BTreeMap<String, serde_json::Value>)]
    row: BTreeMap<String, Value>,
    department: Words,
    fetched_at: String,
    freshness: &'static str,
    evidence_sha256: String,
}

#[derive(Deserialize)]
pub struct Which {
    card: Option<String>,
    #[serde(default)]
    again: bool,
}

#[derive(Deserialize)]
pub struct WhichCard {
    card: String,
}

fn freshness(answer: &Answer) -> (&'static str, Option<String>) {
    match &answer.freshness {
        Freshness::Fresh => ("fresh", None),
        Freshness::Cached => ("cached", None),
        Freshness::Stale(failure) => ("stale", Some(failure.to_string())),
    }
}

fn words(text: &Text) -> Words {
    Words::from(text)
}

fn empty(outcome: &'static str) -> Records {
    Records {
        outcome,
        card: None,
        cards: Vec::new(),
        rows: Vec::new(),
        open_count: 0,
        department: None,
        phone: None,
        fetched_at: None,
        freshness: None,
        failure: None,
        evidence_sha256: None,
        needs: None,
        offline: None,
    }
}

impl From<EngineAsked> for Records {
    fn from(asked: EngineAsked) -> Self {
        match asked {
            EngineAsked::NeedsCard(kind) => Self { needs: Some(kind.word()), ..empty("needs-card") },
            EngineAsked::Answered(answer) => {
                let (fresh, failure) = freshness(&answer);
                Self {
                    card: Some(Card::from(&answer.card)),
                    cards: answer.cards.iter().map(Card::from).collect(),
                    open_count: answer.open_count,
                    department: Some(words(&answer.department)),
                    phone: Some(answer.phone.clone()),
                    fetched_at: Some(answer.fetched_at.rfc3339()),
                    freshness: Some(fresh),
                    failure,
                    evidence_sha256: Some(answer.evidence_sha256.clone()),
                    rows: answer.rows,
                    ..empty("answered")
                }
            }
            EngineAsked::Unmatched(unmatched) => Self {
                card: Some(Card::from(&unmatched.card)),
                cards: unmatched.cards.iter().map(Card::from).collect(),
                department: Some(words(&unmatched.department)),
                phone: Some(unmatched.phone),
                ..empty("unmatched")
            },
            EngineAsked::Unavailable(none) => Self {
                card: Some(Card::from(&none.card)),
                cards: none.cards.iter().map(Card::from).collect(),
                department: Some(words(&none.department)),
                phone: Some(none.phone.clone()),
                failure: Some(none.failure.to_string()),
                offline: Some(words(&none.offline)),
                ..empty("unavailable")
            },
        }
    }
}

/// Ask the department. Without `card` the first fitting card is used; `again` asks even if the kept answer is young.
#[utoipa::path(get, path = "/api/v1/cities/{city}/services/{service}/records", tag = "records",
    params(("city" = String, Path), ("service" = String, Path), ("card" = Option<String>, Query),
        ("again" = Option<bool>, Query)),
    responses((status = 200, body = Records)))]
pub async fn ask(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Places((place, what)): Places<(String, String)>,
    Asked(query): Asked<Which>,
) -> Result<Json<Records>, Refusal> {
    let card = query.card.as_deref().map(id).transpose()?;
    let asked = api.platform.ask(&citizen, &city(&place)?, &service(&what)?, card, query.again).await?;
    Ok(Json(asked.into()))
}

/// One row of the answer about a card.
#[utoipa::path(get, path = "/api/v1/cities/{city}/services/{service}/records/{row}", tag = "records",
    params(("city" = String, Path), ("service" = String, Path), ("row" = String, Path), ("card" = String, Query)),
    responses((status = 200, body = Record)))]
pub async fn row(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Places((place, what, row)): Places<(String, String, String)>,
    Asked(query): Asked<WhichCard>,
) -> Result<Json<Record>, Refusal> {
    let (answer, row) =
        api.platform.ask_row(&citizen, &city(&place)?, &service(&what)?, id(&query.card)?, &row).await?;
    Ok(Json(Record {
        row,
        department: words(&answer.department),
        fetched_at: answer.fetched_at.rfc3339(),
        freshness: freshness(&answer).0,
        evidence_sha256: answer.evidence_sha256,
    }))
}

/// The picture that belongs to a row.
#[utoipa::path(get, path = "/api/v1/cities/{city}/services/{service}/records/{row}/evidence", tag = "records",
    params(("city" = String, Path), ("service" = String, Path), ("row" = String, Path), ("card" = String, Query)),
    responses((status = 200, content_type = "image/png", body = Vec<u8>)))]
pub async fn evidence(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Places((place, what, row)): Places<(String, String, String)>,
    Asked(query): Asked<WhichCard>,
) -> Result<Response, Refusal> {
    let (content_type, bytes) =
        api.platform.evidence(&citizen, &city(&place)?, &service(&what)?, id(&query.card)?, &row).await?;
    let content_type = HeaderValue::from_str(content_type).map_err(|_| Kind::Internal)?;
    Ok(([(header::CONTENT_TYPE, content_type)], bytes).into_response())
}
