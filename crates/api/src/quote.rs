//! What is about to be paid, priced now, and the payment that is opened for it.

use axum::{Json, extract::State, http::StatusCode};
use connector::pay::Device;
use engine::{Chosen, Opened, PayForm, ProviderView, Quote as EngineQuote, QuoteLine};
use kernel::{Kind, Money};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Api,
    caller::{Address, Body, Once, Places, SignedIn, city, id, service},
    card::Card,
    catalogue::Words,
    payment::Provider,
    problem::Refusal,
};

/// What to pay: whole rows of the answer, a part of one of them, or money in advance.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"rows": ["1401000000000001"]}))]
pub struct Wanted {
    /// Rows of the answer by their `id`, or by their place if they have none.
    #[serde(default)]
    rows: Vec<String>,
    /// Yuan as typed, for a part of the one row or for a top-up: `50`, `50.00`.
    #[serde(default)]
    amount: Option<String>,
}

impl Wanted {
    fn chosen(&self) -> Result<Chosen<'_>, Refusal> {
        Ok(match (self.rows.as_slice(), self.amount.as_deref()) {
            ([], None) => return Err(Kind::Conflict("nothing_to_pay").into()),
            ([], Some(amount)) => Chosen::TopUp(amount),
            ([row], Some(amount)) => Chosen::Part(row, amount),
            (_, Some(_)) => return Err(kernel::Error::field("amount", kernel::identifier::Mistake::Amount).into()),
            (rows, None) => Chosen::Rows(rows),
        })
    }
}

/// What it costs now. It promises nothing: whoever pays sends the total back, and is told if it has changed.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"purpose": "fine", "lines": [{"row": "1401000000000001", "title": "违反禁令标志指示",
    "amount_fen": 20000, "surcharge_fen": 0, "surcharge_source": null, "grows_on": "2026-03-18", "accept": true}],
    "total_fen": 20000, "treasury": true, "payee": {"zh-CN": "交警支队", "en": "Traffic police"}, "budget_item": "103050101",
    "note": {"zh-CN": "罚款直接进国库。", "en": "Straight to the treasury."}, "fetched_at": "2026-03-02T10:00:00+08:00",
    "providers": [{"id": "alipay", "name": {"zh-CN": "支付宝", "en": "Alipay"}, "up": true}]}))]
pub struct Quote {
    /// `fine`, `bill` or `top-up`
    purpose: &'static str,
    card: Card,
    lines: Vec<Line>,
    total_fen: i64,
    /// The money goes to the city's treasury, and comes back by treasury procedure only.
    treasury: bool,
    payee: Words,
    budget_item: Option<String>,
    note: Words,
    department: Words,
    fetched_at: String,
    providers: Vec<Provider>,
}

#[derive(Serialize, ToSchema)]
pub struct Line {
    row: String,
    title: String,
    /// Without the surcharge.
    amount_fen: i64,
    surcharge_fen: i64,
    /// The rule that the surcharge is by, where it is computed from one.
    surcharge_source: Option<Words>,
    /// The first day on which more is due.
    grows_on: Option<String>,
    /// Paying begins with accepting a decision: points may be entered on the licence of whoever pays.
    accept: bool,
}

impl From<&QuoteLine> for Line {
    fn from(line: &QuoteLine) -> Self {
        Self {
            row: line.row.clone(),
            title: line.title.clone(),
            amount_fen: line.amount.fen(),
            surcharge_fen: line.surcharge.fen(),
            surcharge_source: line.surcharge_source.as_ref().map(Words::from),
            grows_on: line.grows_on.map(|day| day.to_string()),
            accept: line.accept,
        }
    }
}

impl From<&EngineQuote> for Quote {
    fn from(quote: &EngineQuote) -> Self {
        Self {
            purpose: quote.purpose.word(),
            card: Card::from(&quote.card),
            lines: quote.lines.iter().map(Line::from).collect(),
            total_fen: quote.total.fen(),
            treasury: quote.payee.treasury,
            payee: (&quote.payee.department).into(),
            budget_item: quote.payee.item.clone(),
            note: (&quote.payee.note).into(),
            department: (&quote.department).into(),
            fetched_at: quote.fetched_at.rfc3339(),
            providers: quote.providers.iter().map(|provider: &ProviderView| Provider::from(provider)).collect(),
        }
    }
}

/// Price what is wanted, asking the department anew. Nothing is charged.
#[utoipa::path(post, path = "/api/v1/cities/{city}/services/{service}/cards/{card}/quote", tag = "payments",
    params(("city" = String, Path), ("service" = String, Path), ("card" = String, Path)),
    request_body = Wanted, responses((status = 200, body = Quote)))]
pub async fn quote(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Places((place, what, card)): Places<(String, String, String)>,
    Body(form): Body<Wanted>,
) -> Result<Json<Quote>, Refusal> {
    let chosen = form.chosen()?;
    let quote = api.platform.quote_of(&citizen, &city(&place)?, &service(&what)?, id(&card)?, chosen).await?;
    Ok(Json(Quote::from(&quote)))
}

/// What to pay, how, and the total that was seen.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"rows": ["1401000000000001"], "total_fen": 20000, "provider": "alipay"}))]
pub struct Pay {
    #[serde(default)]
    rows: Vec<String>,
    #[serde(default)]
    amount: Option<String>,
    /// The total of the quote. Another total by now is refused with `amount_changed`.
    #[serde(default)]
    total_fen: i64,
    /// One of the quote's providers.
    #[serde(default)]
    provider: String,
    /// `phone` (left out) opens the provider's app; `desktop` a page or a code to scan.
    #[serde(default)]
    device: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct Begun {
    /// The payment; `GET …/payments/{payment}` says where to go on.
    payment: String,
}

/// Open a payment. The same `Idempotency-Key` gives the same payment, also after it was paid.
#[utoipa::path(post, path = "/api/v1/cities/{city}/services/{service}/cards/{card}/payments", tag = "payments",
    params(("city" = String, Path), ("service" = String, Path), ("card" = String, Path)),
    request_body = Pay, responses((status = 201, body = Begun)))]
pub async fn pay(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Places((place, what, card)): Places<(String, String, String)>,
    Once(once): Once,
    Address(address): Address,
    Body(form): Body<Pay>,
) -> Result<(StatusCode, Json<Begun>), Refusal> {
    let wanted = Wanted { rows: form.rows, amount: form.amount };
    let pay = PayForm {
        what: wanted.chosen()?,
        quoted: Money::from_fen(form.total_fen),
        provider: &form.provider,
        device: device(form.device.as_deref())?,
        address,
    };
    match api.platform.pay(&citizen, &city(&place)?, &service(&what)?, id(&card)?, pay, once).await? {
        Opened::Payment(payment) => Ok((StatusCode::CREATED, Json(Begun { payment: payment.to_string() }))),
        Opened::Changed(_) => Err(Kind::Conflict("amount_changed").into()),
    }
}

/// Where the payer sits.
pub fn device(word: Option<&str>) -> Result<Device, Refusal> {
    match word {
        None | Some("phone") => Ok(Device::Phone),
        Some("desktop") => Ok(Device::Desktop),
        Some(_) => Err(kernel::Error::field("device", kernel::identifier::Mistake::Choice).into()),
    }
}
