//! The rest of a prepaid balance, back to where it came from.

use axum::{Json, extract::State, http::StatusCode};
use kernel::Money;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Api,
    caller::{Body, Once, Places, SignedIn, city, id, service},
    catalogue::Words,
    problem::Refusal,
};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"balance_fen": 18780, "returnable_fen": 5000, "phone": "12320",
    "department": {"zh-CN": "人民医院", "en": "People's Hospital"}}))]
pub struct Rest {
    balance_fen: i64,
    /// As far as it came from top-ups that were paid here.
    returnable_fen: i64,
    department: Words,
    phone: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"returnable_fen": 5000}))]
pub struct RestWanted {
    /// The sum that was seen. Another one by now is refused with `amount_changed`.
    #[serde(default)]
    returnable_fen: i64,
}

#[derive(Serialize, ToSchema)]
pub struct RestAsked {
    /// The payment with the refund; follow it there.
    payment: String,
}

/// What is left on a prepaid card, and how much of it can go back.
#[utoipa::path(get, path = "/api/v1/cities/{city}/services/{service}/cards/{card}/rest", tag = "payments",
    params(("city" = String, Path), ("service" = String, Path), ("card" = String, Path)),
    responses((status = 200, body = Rest)))]
pub async fn show(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Places((place, what, card)): Places<(String, String, String)>,
) -> Result<Json<Rest>, Refusal> {
    let rest = api.platform.rest(&citizen, &city(&place)?, &service(&what)?, id(&card)?).await?;
    Ok(Json(Rest {
        balance_fen: rest.balance.fen(),
        returnable_fen: rest.returnable.fen(),
        department: (&rest.department).into(),
        phone: rest.phone,
    }))
}

/// Ask for the rest back. The department lets go of it first.
#[utoipa::path(post, path = "/api/v1/cities/{city}/services/{service}/cards/{card}/rest", tag = "payments",
    params(("city" = String, Path), ("service" = String, Path), ("card" = String, Path)),
    request_body = RestWanted, responses((status = 202, body = RestAsked)))]
pub async fn withdraw(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Places((place, what, card)): Places<(String, String, String)>,
    Once(once): Once,
    Body(form): Body<RestWanted>,
) -> Result<(StatusCode, Json<RestAsked>), Refusal> {
    let (place, what, card, seen) = (city(&place)?, service(&what)?, id(&card)?, Money::from_fen(form.returnable_fen));
    let payment = api.platform.withdraw_rest(&citizen, &place, &what, card, seen, once).await?;
    Ok((StatusCode::ACCEPTED, Json(RestAsked { payment: payment.to_string() })))
}
