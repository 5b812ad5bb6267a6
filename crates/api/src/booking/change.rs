//! What a citizen does with a booking of theirs. Every deed answers with the state that the booking has now.

use axum::{Json, extract::State, http::StatusCode};
use engine::Wished;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Api,
    caller::{Body, Once, Places, SignedIn, city, id},
    problem::Refusal,
};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"state": "booked"}))]
pub struct Now {
    /// As in the booking.
    state: &'static str,
}

fn now(wished: Wished<capability::booking::State>) -> Result<Json<Now>, Refusal> {
    match wished {
        Ok(state) => Ok(Json(Now { state: state.word() })),
        Err(refusal) => Err(Refusal::of_booking(refusal, Vec::new())),
    }
}

/// Confirm a booking that is held, where nothing has to be paid first. Again is the same as once.
#[utoipa::path(post, path = "/api/v1/cities/{city}/bookings/{booking}/confirmation", tag = "bookings",
    params(("city" = String, Path), ("booking" = String, Path)), responses((status = 200, body = Now)))]
pub async fn confirm(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Places((place, booking)): Places<(String, String)>,
) -> Result<Json<Now>, Refusal> {
    now(api.platform.confirm_booking(&citizen, &city(&place)?, id(&booking)?).await?)
}

/// More time for a booking that is held, once.
#[utoipa::path(post, path = "/api/v1/cities/{city}/bookings/{booking}/extension", tag = "bookings",
    params(("city" = String, Path), ("booking" = String, Path)), responses((status = 200, body = Now)))]
pub async fn extend(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Places((place, booking)): Places<(String, String)>,
) -> Result<Json<Now>, Refusal> {
    now(api.platform.extend_hold(&citizen, &city(&place)?, id(&booking)?).await?)
}

/// Agree to a booking that somebody made for two: by one's own login, because the booking names one.
#[utoipa::path(post, path = "/api/v1/cities/{city}/bookings/{booking}/consent", tag = "bookings",
    params(("city" = String, Path), ("booking" = String, Path)), responses((status = 200, body = Now)))]
pub async fn consent(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Places((place, booking)): Places<(String, String)>,
) -> Result<Json<Now>, Refusal> {
    now(api.platform.consent_booking(&citizen, &city(&place)?, id(&booking)?).await?)
}

/// Say no to a booking that somebody made for two. Whoever made it is told, and it is held no longer.
#[utoipa::path(delete, path = "/api/v1/cities/{city}/bookings/{booking}/consent", tag = "bookings",
    params(("city" = String, Path), ("booking" = String, Path)), responses((status = 200, body = Now)))]
pub async fn decline(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Places((place, booking)): Places<(String, String)>,
) -> Result<Json<Now>, Refusal> {
    now(api.platform.decline_booking(&citizen, &city(&place)?, id(&booking)?).await?)
}

/// Give a booking up. What was paid goes back as its rules say; `can.cancel` of the booking says how much before.
#[utoipa::path(delete, path = "/api/v1/cities/{city}/bookings/{booking}", tag = "bookings",
    params(("city" = String, Path), ("booking" = String, Path)), responses((status = 200, body = Now)))]
pub async fn cancel(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Places((place, booking)): Places<(String, String)>,
) -> Result<Json<Now>, Refusal> {
    now(api.platform.cancel_booking(&citizen, &city(&place)?, id(&booking)?).await?)
}

/// Where to pay.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"provider": "alipay"}))]
pub struct Pay {
    /// `alipay` or `wechatpay`
    #[serde(default)]
    provider: String,
}

#[derive(Serialize, ToSchema)]
pub struct Begun {
    /// The payment; `GET …/payments/{payment}` says where to go on.
    payment: String,
}

/// Open the payment of what is owed for a booking, or find the one that is open.
#[utoipa::path(post, path = "/api/v1/cities/{city}/bookings/{booking}/payments", tag = "bookings",
    params(("city" = String, Path), ("booking" = String, Path)), request_body = Pay,
    responses((status = 201, body = Begun)))]
pub async fn pay(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Places((place, booking)): Places<(String, String)>,
    Once(once): Once,
    Body(form): Body<Pay>,
) -> Result<(StatusCode, Json<Begun>), Refusal> {
    let (place, booking) = (city(&place)?, id(&booking)?);
    let paid = api.platform.pay_booking(&citizen, &place, booking, &form.provider, once).await?;
    match paid {
        Ok(payment) => Ok((StatusCode::CREATED, Json(Begun { payment: payment.to_string() }))),
        Err(refusal) => Err(Refusal::of_booking(refusal, Vec::new())),
    }
}
