//! Payments: how far each is, where to go on, another provider, and giving it up.

use axum::{Json, extract::State, http::StatusCode};
use engine::{CashierView, PaidLine, PaymentInfo, PaymentView, ProviderView, RefundLine};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Api,
    caller::{Asked, Body, Places, SignedIn, city, id},
    catalogue::Words,
    problem::Refusal,
    quote::device,
};

/// A way to pay.
#[derive(Serialize, ToSchema)]
pub struct Provider {
    id: String,
    name: Words,
    /// It answers.
    up: bool,
}

impl From<&ProviderView> for Provider {
    fn from(provider: &ProviderView) -> Self {
        Self { id: provider.id.clone(), name: (&provider.name).into(), up: provider.up }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"id": "0h3v7c9k2m4n6p8q0r2s4t6v8w", "service": "vehicle-fine", "purpose": "fine", "state": "pending",
    "amount_fen": 20000, "refunded_fen": 0, "lines": [{"title": "违反禁令标志指示", "amount_fen": 20000, "surcharge_fen": 0}],
    "customer": "晋A00000", "treasury": true, "cashier": {"url": "https://cashier.example/pay", "scan": null, "up": true},
    "opened_at": "2026-03-02T10:00:00+08:00", "expires_at": "2026-03-02T10:15:00+08:00", "paid_at": null,
    "posted_at": null, "biller_ref": null, "receipt": null, "refunds": []}))]
pub struct Payment {
    id: String,
    service: String,
    /// `fine`, `bill` or `top-up`
    purpose: &'static str,
    /// `pending` → `paid` → `posting` → `posted`; `closed` if nothing was paid; `failed`, `refunding`, `refunded` if the
    /// department did not take it.
    state: &'static str,
    amount_fen: i64,
    refunded_fen: i64,
    lines: Vec<Paid>,
    customer: String,
    department: Words,
    phone: String,
    treasury: bool,
    provider: Option<Provider>,
    /// Where to go on while it is pending.
    cashier: Option<Cashier>,
    /// Ways to pay that can be chosen instead.
    others: Vec<Provider>,
    opened_at: String,
    expires_at: String,
    paid_at: Option<String>,
    posted_at: Option<String>,
    /// The department's own number of the posting.
    biller_ref: Option<String>,
    /// There is a receipt, with this id.
    receipt: Option<String>,
    refunds: Vec<Refund>,
}

#[derive(Serialize, ToSchema)]
pub struct Paid {
    title: String,
    /// Without the surcharge.
    amount_fen: i64,
    surcharge_fen: i64,
}

#[derive(Serialize, ToSchema)]
pub struct Cashier {
    /// An address to open.
    url: Option<String>,
    /// A text to show as a QR code.
    scan: Option<String>,
    /// The provider answers.
    up: bool,
}

/// Money on its way back.
#[derive(Serialize, ToSchema)]
pub struct Refund {
    amount_fen: i64,
    /// `surplus`, `late`, `refused`, `rest` or `staff`
    reason: &'static str,
    /// `asked`, `approved`, `sent`, `done`, `declined` or `abnormal`
    state: &'static str,
    /// `provider` or `treasury`
    route: &'static str,
    asked_at: String,
    done_at: Option<String>,
}

/// A line of the history.
#[derive(Serialize, ToSchema)]
pub struct PaymentEntry {
    id: String,
    service: String,
    state: &'static str,
    amount_fen: i64,
    refunded_fen: i64,
    titles: Vec<String>,
    customer: String,
    opened_at: String,
    paid_at: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct Payments {
    payments: Vec<PaymentEntry>,
    /// Send it as `before` to read on; absent at the end.
    next: Option<i64>,
    /// What was paid in each of the last twelve months.
    months: Vec<Month>,
}

#[derive(Serialize, ToSchema)]
pub struct Month {
    /// `2026-03`
    month: String,
    amount_fen: i64,
}

impl From<CashierView> for Cashier {
    fn from(cashier: CashierView) -> Self {
        match cashier {
            CashierView::Open(url) => Self { url: Some(url), scan: None, up: true },
            CashierView::Scan(text) => Self { url: None, scan: Some(text), up: true },
            CashierView::Unavailable => Self { url: None, scan: None, up: false },
        }
    }
}

impl From<&RefundLine> for Refund {
    fn from(refund: &RefundLine) -> Self {
        Self {
            amount_fen: refund.amount.fen(),
            reason: refund.reason.word(),
            state: refund.state.word(),
            route: refund.route.word(),
            asked_at: refund.asked_at.rfc3339(),
            done_at: refund.done_at.map(kernel::Timestamp::rfc3339),
        }
    }
}

impl From<PaymentView> for Payment {
    fn from(payment: PaymentView) -> Self {
        let paid = |line: PaidLine| Paid {
            title: line.title,
            amount_fen: line.amount.fen(),
            surcharge_fen: line.surcharge.fen(),
        };
        Self {
            id: payment.id.to_string(),
            service: payment.service.to_string(),
            purpose: payment.purpose.word(),
            state: payment.state.word(),
            amount_fen: payment.amount.fen(),
            refunded_fen: payment.refunded.fen(),
            lines: payment.lines.into_iter().map(paid).collect(),
            customer: payment.customer,
            department: (&payment.department).into(),
            phone: payment.phone,
            treasury: payment.treasury,
            provider: payment.provider.as_ref().map(Provider::from),
            cashier: payment.cashier.map(Cashier::from),
            others: payment.others.iter().map(Provider::from).collect(),
            opened_at: payment.opened_at.rfc3339(),
            expires_at: payment.expires_at.rfc3339(),
            paid_at: payment.paid_at.map(kernel::Timestamp::rfc3339),
            posted_at: payment.posted_at.map(kernel::Timestamp::rfc3339),
            biller_ref: payment.biller_ref,
            receipt: payment.receipt.map(|id| id.to_string()),
            refunds: payment.refunds.iter().map(Refund::from).collect(),
        }
    }
}

impl From<PaymentInfo> for PaymentEntry {
    fn from(info: PaymentInfo) -> Self {
        Self {
            id: info.id.to_string(),
            service: info.service.to_string(),
            state: info.state.word(),
            amount_fen: info.amount.fen(),
            refunded_fen: info.refunded.fen(),
            titles: info.titles,
            customer: info.customer,
            opened_at: info.opened_at.rfc3339(),
            paid_at: info.paid_at.map(kernel::Timestamp::rfc3339),
        }
    }
}

#[derive(Deserialize)]
pub struct Before {
    before: Option<i64>,
}

#[derive(Deserialize)]
pub struct Look {
    #[serde(default)]
    look: bool,
    device: Option<String>,
}

/// The citizen's payments in a city, newest first.
#[utoipa::path(get, path = "/api/v1/cities/{city}/payments", tag = "payments",
    params(("city" = String, Path), ("before" = Option<i64>, Query)), responses((status = 200, body = Payments)))]
pub async fn list(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Places(place): Places<String>,
    Asked(query): Asked<Before>,
) -> Result<Json<Payments>, Refusal> {
    let place = city(&place)?;
    let page = api.platform.payments(&citizen, &place, query.before).await?;
    let months = api.platform.paid_by_month(&citizen, &place, None).await?;
    let month = |paid: engine::MonthPaid| Month {
        month: format!("{}-{:02}", paid.year, paid.month),
        amount_fen: paid.amount.fen(),
    };
    Ok(Json(Payments {
        payments: page.items.into_iter().map(PaymentEntry::from).collect(),
        next: page.next,
        months: months.into_iter().map(month).collect(),
    }))
}

/// One payment. `look` asks the provider about an open order first.
#[utoipa::path(get, path = "/api/v1/cities/{city}/payments/{payment}", tag = "payments",
    params(("city" = String, Path), ("payment" = String, Path), ("look" = Option<bool>, Query),
        ("device" = Option<String>, Query)),
    responses((status = 200, body = Payment)))]
pub async fn show(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Places((place, payment)): Places<(String, String)>,
    Asked(query): Asked<Look>,
) -> Result<Json<Payment>, Refusal> {
    let device = device(query.device.as_deref())?;
    let payment = api.platform.payment(&citizen, &city(&place)?, id(&payment)?, device, query.look).await?;
    Ok(Json(payment.into()))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"provider": "wechatpay"}))]
pub struct OtherProvider {
    #[serde(default)]
    provider: String,
}

/// Pay at another provider. The order before is closed; should it be paid all the same, that money goes back by itself.
#[utoipa::path(put, path = "/api/v1/cities/{city}/payments/{payment}/provider", tag = "payments",
    params(("city" = String, Path), ("payment" = String, Path)), request_body = OtherProvider,
    responses((status = 204)))]
pub async fn switch(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Places((place, payment)): Places<(String, String)>,
    Body(form): Body<OtherProvider>,
) -> Result<StatusCode, Refusal> {
    api.platform.switch_provider(&citizen, &city(&place)?, id(&payment)?, &form.provider).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Give up a payment that is pending.
#[utoipa::path(delete, path = "/api/v1/cities/{city}/payments/{payment}", tag = "payments",
    params(("city" = String, Path), ("payment" = String, Path)), responses((status = 204)))]
pub async fn cancel(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Places((place, payment)): Places<(String, String)>,
) -> Result<StatusCode, Refusal> {
    api.platform.cancel_payment(&citizen, &city(&place)?, id(&payment)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
