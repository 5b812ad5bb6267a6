//! Standing orders: bills of a card paid by themselves, up to a limit, with a notice the day before.

use axum::{Json, extract::State, http::StatusCode};
use connector::pay::Cashier as Way;
use engine::{AutopayState, AutopayView, DebitView};
use kernel::Kind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Api,
    caller::{Body, Once, Places, SignedIn, city, id, service},
    problem::Refusal,
    quote::device,
};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"state": "in-force", "provider": "alipay", "limit_fen": 20000,
    "since_at": "2026-03-02T10:00:00+08:00", "debits": []}))]
pub struct Autopay {
    /// `asked` until the citizen has agreed at the provider, `in-force`, `stopped`
    state: &'static str,
    provider: String,
    /// No single debit is larger.
    limit_fen: i64,
    since_at: String,
    debits: Vec<Debited>,
}

#[derive(Serialize, ToSchema)]
pub struct Debited {
    amount_fen: i64,
    /// When the citizen was told of it.
    told_at: String,
    /// When it will be made; absent once it was, or will not be.
    debit_at: Option<String>,
    /// `paid`, `declined`, `changed` or `stopped`
    outcome: Option<String>,
    payment: Option<String>,
}

impl From<DebitView> for Debited {
    fn from(debit: DebitView) -> Self {
        Self {
            amount_fen: debit.amount.fen(),
            told_at: debit.told_at.rfc3339(),
            debit_at: debit.debit_at.map(kernel::Timestamp::rfc3339),
            outcome: debit.outcome,
            payment: debit.payment.map(|id| id.to_string()),
        }
    }
}

impl From<AutopayView> for Autopay {
    fn from(set: AutopayView) -> Self {
        Self {
            state: match set.state {
                AutopayState::Asked => "asked",
                AutopayState::InForce => "in-force",
                AutopayState::Stopped => "stopped",
            },
            provider: set.provider,
            limit_fen: set.limit.fen(),
            since_at: set.since_at.rfc3339(),
            debits: set.debits.into_iter().map(Debited::from).collect(),
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"limit": "200", "provider": "alipay"}))]
pub struct AutopayWanted {
    /// Yuan as typed.
    #[serde(default)]
    limit: String,
    #[serde(default)]
    provider: String,
    /// `phone` (left out) or `desktop`
    #[serde(default)]
    device: Option<String>,
}

/// Where the citizen agrees. Nothing is in force before.
#[derive(Serialize, ToSchema)]
pub struct Agree {
    /// An address to open.
    url: Option<String>,
    /// A text to show as a QR code.
    scan: Option<String>,
}

/// What stands for a card.
#[utoipa::path(get, path = "/api/v1/cities/{city}/services/{service}/cards/{card}/autopay", tag = "payments",
    params(("city" = String, Path), ("service" = String, Path), ("card" = String, Path)),
    responses((status = 200, body = Autopay)))]
pub async fn show(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Places((place, what, card)): Places<(String, String, String)>,
) -> Result<Json<Autopay>, Refusal> {
    let set = api.platform.autopay(&citizen, &city(&place)?, &service(&what)?, id(&card)?, true).await?;
    Ok(Json(set.ok_or(Kind::NotFound)?.into()))
}

/// Begin a standing order: the answer leads to the provider, where the citizen agrees.
#[utoipa::path(post, path = "/api/v1/cities/{city}/services/{service}/cards/{card}/autopay", tag = "payments",
    params(("city" = String, Path), ("service" = String, Path), ("card" = String, Path)),
    request_body = AutopayWanted, responses((status = 202, body = Agree)))]
pub async fn set(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Places((place, what, card)): Places<(String, String, String)>,
    Once(once): Once,
    Body(form): Body<AutopayWanted>,
) -> Result<(StatusCode, Json<Agree>), Refusal> {
    let (place, what, card, device) = (city(&place)?, service(&what)?, id(&card)?, device(form.device.as_deref())?);
    let (limit, provider) = (&form.limit, &form.provider);
    let way = api.platform.set_autopay(&citizen, &place, &what, card, limit, provider, device, once).await?;
    let agree = match way {
        Way::Open(url) => Agree { url: Some(url), scan: None },
        Way::Scan(text) => Agree { url: None, scan: Some(text) },
    };
    Ok((StatusCode::ACCEPTED, Json(agree)))
}

/// Stop it. Nothing is debited from now on.
#[utoipa::path(delete, path = "/api/v1/cities/{city}/services/{service}/cards/{card}/autopay", tag = "payments",
    params(("city" = String, Path), ("service" = String, Path), ("card" = String, Path)), responses((status = 204)))]
pub async fn stop(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Places((place, what, card)): Places<(String, String, String)>,
) -> Result<StatusCode, Refusal> {
    let place = city(&place)?;
    let set = api.platform.autopay(&citizen, &place, &service(&what)?, id(&card)?, false).await?;
    let set = set.filter(|set| set.state != AutopayState::Stopped).ok_or(Kind::NotFound)?;
    api.platform.stop_autopay(&citizen, &place, set.id).await?;
    Ok(StatusCode::NO_CONTENT)
}
