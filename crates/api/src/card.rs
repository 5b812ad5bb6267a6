//! Cards: the vehicles and licences that a citizen may ask about in a city.

use axum::{Json, extract::State, http::StatusCode};
use engine::{CardState, CardView, CustomerForm, LicenceForm, VehicleForm, Whose};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Api,
    caller::{Body, Once, Places, SignedIn, city, id},
    problem::Refusal,
};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"id": "0h3v7c9k2m4n6p8q0r2s4t6v8w", "kind": "vehicle", "relation": "self", "state": "in-force",
    "title": "晋A00000", "subtitle": "", "whose": null, "service": null, "bound_at": "2026-03-02T10:00:00+08:00"}))]
pub struct Card {
    id: String,
    /// `vehicle`, `licence` or `customer`
    kind: &'static str,
    /// `self`, `consent` or `ward`
    relation: &'static str,
    /// `in-force`, `ward-grown-up` or `consent-ended`: whether questions may be asked with it
    state: &'static str,
    title: String,
    subtitle: String,
    /// The masked name of whom it belongs to, unless it is the citizen's own.
    whose: Option<String>,
    /// Of an account at a biller: the one service that it belongs to.
    service: Option<String>,
    bound_at: String,
}

impl From<&CardView> for Card {
    fn from(card: &CardView) -> Self {
        Self {
            id: card.id.to_string(),
            kind: card.kind.word(),
            relation: card.relation.word(),
            state: match card.state {
                CardState::InForce => "in-force",
                CardState::WardGrownUp => "ward-grown-up",
                CardState::ConsentEnded => "consent-ended",
            },
            title: card.title.clone(),
            subtitle: card.subtitle.clone(),
            whose: card.whose.clone(),
            service: card.service.as_ref().map(ToString::to_string),
            bound_at: card.bound_at.rfc3339(),
        }
    }
}

/// A card to bind.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[schema(example = json!({"kind": "vehicle", "plate": "晋A00000", "plate_kind": "02", "vin_tail": "000001"}))]
pub enum CardWanted {
    Vehicle {
        #[serde(default)]
        plate: String,
        /// Two digits: `02` small car, `52` small new-energy car, and so on.
        #[serde(default)]
        plate_kind: String,
        /// The last six characters of the VIN.
        #[serde(default)]
        vin_tail: String,
        #[serde(default)]
        whose: WhoseWanted,
    },
    Licence {
        /// Twelve digits, printed on the licence.
        #[serde(default)]
        file_no: String,
        #[serde(default)]
        whose: WhoseWanted,
    },
    /// An account at a biller, one's own or a parent's: whoever knows its number and its holder may bind it.
    Customer {
        #[serde(default)]
        service: String,
        #[serde(default)]
        customer_no: String,
        /// The last character of the holder's name, or the last two.
        #[serde(default)]
        holder_tail: String,
    },
}

/// Whose it is: the citizen's own if left out.
#[derive(Default, Deserialize, ToSchema)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum WhoseWanted {
    #[default]
    Me,
    /// A minor whose guardian the citizen is.
    Ward {
        #[serde(default)]
        ward_name: String,
        #[serde(default)]
        ward_id: String,
    },
    /// A person who has consented.
    Consent { consent: String },
}

impl WhoseWanted {
    fn read(&self) -> Result<Whose<'_>, Refusal> {
        Ok(match self {
            Self::Me => Whose::Me,
            Self::Ward { ward_name, ward_id } => Whose::Ward { name: ward_name, resident_id: ward_id },
            Self::Consent { consent } => Whose::Consent(id(consent)?),
        })
    }
}

#[derive(Serialize, ToSchema)]
pub struct Bound {
    id: String,
}

/// The citizen's cards in a city. The reading is entered in the access log.
#[utoipa::path(get, path = "/api/v1/cities/{city}/cards", tag = "cards", params(("city" = String, Path)),
    responses((status = 200, body = Vec<Card>)))]
pub async fn list(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Places(place): Places<String>,
) -> Result<Json<Vec<Card>>, Refusal> {
    let cards = api.platform.cards(&citizen, &city(&place)?).await?;
    Ok(Json(cards.iter().map(Card::from).collect()))
}

/// Bind a vehicle, a licence or an account. The register must say that it belongs to that person; of an account, the
/// biller must know the holder by the end of the name.
#[utoipa::path(post, path = "/api/v1/cities/{city}/cards", tag = "cards", params(("city" = String, Path)),
    request_body = CardWanted, responses((status = 201, body = Bound)))]
pub async fn bind(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Places(place): Places<String>,
    Once(once): Once,
    Body(form): Body<CardWanted>,
) -> Result<(StatusCode, Json<Bound>), Refusal> {
    let place = city(&place)?;
    let bound = match &form {
        CardWanted::Vehicle { plate, plate_kind, vin_tail, whose } => {
            let form = VehicleForm { plate, plate_kind, vin_tail, whose: whose.read()? };
            api.platform.bind_vehicle(&citizen, &place, form, once).await?
        }
        CardWanted::Licence { file_no, whose } => {
            let form = LicenceForm { file_no, whose: whose.read()? };
            api.platform.bind_licence(&citizen, &place, form, once).await?
        }
        CardWanted::Customer { service, customer_no, holder_tail } => {
            let form = CustomerForm { service, customer_no, holder_tail };
            api.platform.bind_customer(&citizen, &place, form, once).await?
        }
    };
    Ok((StatusCode::CREATED, Json(Bound { id: bound.to_string() })))
}

/// Remove a card, with the answers kept for it.
#[utoipa::path(delete, path = "/api/v1/cities/{city}/cards/{card}", tag = "cards",
    params(("city" = String, Path), ("card" = String, Path)), responses((status = 204)))]
pub async fn unbind(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Places((place, card)): Places<(String, String)>,
    Once(once): Once,
) -> Result<StatusCode, Refusal> {
    api.platform.unbind(&citizen, &city(&place)?, id(&card)?, once).await?;
    Ok(StatusCode::NO_CONTENT)
}
