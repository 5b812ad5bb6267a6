//! All accounts of a citizen at billers, with what each owes by the answer that is kept.

use axum::{Json, extract::State};
use engine::BillAccount;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    Api,
    caller::{Places, SignedIn, city},
    card::Card,
    problem::Refusal,
};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"service": "electricity", "open_count": 3, "due_fen": 23668, "balance_fen": null,
    "fetched_at": "2026-03-02T10:00:00+08:00", "autopay_limit_fen": null, "can_autopay": true}))]
pub struct Account {
    card: Card,
    service: String,
    /// How many bills can be paid; absent if the biller was not asked yet, which does not mean that nothing is owed.
    open_count: Option<usize>,
    due_fen: Option<i64>,
    /// Of a prepaid account.
    balance_fen: Option<i64>,
    fetched_at: Option<String>,
    /// What may be debited at most each time, if a standing order was set.
    autopay_limit_fen: Option<i64>,
    can_autopay: bool,
}

impl From<&BillAccount> for Account {
    fn from(account: &BillAccount) -> Self {
        let known = account.known;
        Self {
            card: Card::from(&account.card),
            service: account.service.to_string(),
            open_count: known.map(|known| known.open_count),
            due_fen: known.map(|known| known.due.fen()),
            balance_fen: known.and_then(|known| known.balance).map(kernel::Money::fen),
            fetched_at: known.map(|known| known.fetched_at.rfc3339()),
            autopay_limit_fen: account.autopay.map(kernel::Money::fen),
            can_autopay: account.can_autopay,
        }
    }
}

/// Every account with what it owes, from kept answers only.
#[utoipa::path(get, path = "/api/v1/cities/{city}/bills", tag = "payments", params(("city" = String, Path)),
    responses((status = 200, body = Vec<Account>)))]
pub async fn list(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Places(place): Places<String>,
) -> Result<Json<Vec<Account>>, Refusal> {
    let accounts = api.platform.bills(&citizen, &city(&place)?).await?;
    Ok(Json(accounts.iter().map(Account::from).collect()))
}
