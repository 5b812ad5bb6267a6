//! Receipts: what they say, the file that proves it, and the key that verifies the file without us.

use axum::{
    Json,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use kernel::Kind;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    Api,
    caller::{Places, SignedIn, city, id},
    problem::Refusal,
};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"id": "0h3v7c9k2m4n6p8q0r2s4t6v8w", "receipt_no": "1401002026030200000001",
    "issued_at": "2026-03-02T10:01:00+08:00", "amount_fen": 20000, "amount_capitals": "贰佰元整",
    "verify_url": "https://shimin.example/…"}))]
pub struct Receipt {
    id: String,
    receipt_no: String,
    issued_at: String,
    /// Surcharges included.
    amount_fen: i64,
    surcharge_fen: i64,
    amount_capitals: String,
    customer: String,
    lines: Vec<ReceiptLine>,
    provider: String,
    paid_at: String,
    posted_at: String,
    biller_ref: String,
    /// Address behind the printed code: it confirms amount, day and payee to whoever holds the paper, and names nobody.
    verify_url: String,
}

#[derive(Serialize, ToSchema)]
pub struct ReceiptLine {
    title: String,
    /// The surcharge included.
    amount_fen: i64,
    surcharge_fen: i64,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"key": "receipts.shimin/lakeside+0a1b2c3d+AUd6…"}))]
pub struct ReceiptKey {
    /// `name+hash+key`, as C2SP writes Ed25519 keys: `shimin receipt verify FILE --key KEY`.
    key: String,
}

/// The receipt of a payment. There is none before the department has booked it.
#[utoipa::path(get, path = "/api/v1/cities/{city}/payments/{payment}/receipt", tag = "payments",
    params(("city" = String, Path), ("payment" = String, Path)), responses((status = 200, body = Receipt)))]
pub async fn show(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Places((place, payment)): Places<(String, String)>,
) -> Result<Json<Receipt>, Refusal> {
    let receipt = api.platform.receipt(&citizen, &city(&place)?, id(&payment)?).await?;
    let body = receipt.body;
    let lines = body.lines.into_iter().map(|line| ReceiptLine {
        title: line.title,
        amount_fen: line.amount_fen.fen(),
        surcharge_fen: line.surcharge_fen.fen(),
    });
    Ok(Json(Receipt {
        id: receipt.id.to_string(),
        receipt_no: body.receipt_no,
        issued_at: receipt.issued_at.rfc3339(),
        amount_fen: body.amount_fen.fen(),
        surcharge_fen: body.surcharge_fen.fen(),
        amount_capitals: body.amount_capitals,
        customer: body.customer,
        lines: lines.collect(),
        provider: body.provider,
        paid_at: body.paid_at,
        posted_at: body.posted_at,
        biller_ref: body.biller_ref,
        verify_url: receipt.verify_url,
    }))
}

/// The receipt's file, signed, with its proof that it stands in the city's log. The bytes are what is verified.
#[utoipa::path(get, path = "/api/v1/cities/{city}/payments/{payment}/receipt/file", tag = "payments",
    params(("city" = String, Path), ("payment" = String, Path)),
    responses((status = 200, content_type = "application/json", body = String)))]
pub async fn file(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Places((place, payment)): Places<(String, String)>,
) -> Result<Response, Refusal> {
    let (number, file) = api.platform.receipt_file(&citizen, &city(&place)?, id(&payment)?).await?;
    let name = HeaderValue::try_from(format!("attachment; filename=\"receipt-{number}.json\""));
    let name = name.map_err(|_| Kind::Internal)?;
    let json = HeaderValue::from_static("application/json; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, json), (header::CONTENT_DISPOSITION, name)], file.write()).into_response())
}

/// The public key of a city's receipts.
#[utoipa::path(get, path = "/api/v1/cities/{city}/receipt-key", tag = "catalogue",
    params(("city" = String, Path)), responses((status = 200, body = ReceiptKey)))]
pub async fn key(State(api): State<Api>, Places(place): Places<String>) -> Result<Json<ReceiptKey>, Refusal> {
    Ok(Json(ReceiptKey { key: api.platform.receipt_key(&city(&place)?)?.to_string() }))
}
