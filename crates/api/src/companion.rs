//! Companions: those for whom a citizen books beside themselves.

use axum::{Json, extract::State, http::StatusCode};
use engine::{CompanionForm, CompanionView};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Api,
    caller::{Body, Once, Places, SignedIn, id},
    problem::Refusal,
};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"id": "0h3v7c9k2m4n6p8q0r2s4t6v8w", "name": "林**", "resident_id": "659***********0010",
    "relation": "child", "age": 12}))]
pub struct Companion {
    id: String,
    /// Masked, as is the number.
    name: String,
    resident_id: String,
    /// `child`, `parent`, `spouse` or `other`
    relation: &'static str,
    age: i16,
}

impl From<CompanionView> for Companion {
    fn from(companion: CompanionView) -> Self {
        Self {
            id: companion.id.to_string(),
            name: companion.name,
            resident_id: companion.resident_id,
            relation: companion.relation.word(),
            age: companion.age,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "林小满", "resident_id": "140100201405219924", "relation": "child"}))]
pub struct NewCompanion {
    #[serde(default)]
    name: String,
    #[serde(default)]
    resident_id: String,
    /// `child`, `parent`, `spouse` or `other`. Of a child, the register must show that it is theirs.
    #[serde(default)]
    relation: String,
}

#[derive(Serialize, ToSchema)]
pub struct Added {
    id: String,
}

/// The citizen's companions. The reading is entered in the access log.
#[utoipa::path(get, path = "/api/v1/companions", tag = "bookings", responses((status = 200, body = Vec<Companion>)))]
pub async fn list(State(api): State<Api>, SignedIn(citizen): SignedIn) -> Result<Json<Vec<Companion>>, Refusal> {
    let companions = api.platform.companions(&citizen).await?;
    Ok(Json(companions.into_iter().map(Companion::from).collect()))
}

/// Add a companion. The register must know name and number. Adding somebody again answers with the one that is there.
#[utoipa::path(post, path = "/api/v1/companions", tag = "bookings", request_body = NewCompanion,
    responses((status = 201, body = Added)))]
pub async fn add(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Once(once): Once,
    Body(form): Body<NewCompanion>,
) -> Result<(StatusCode, Json<Added>), Refusal> {
    let form = CompanionForm { name: &form.name, resident_id: &form.resident_id, relation: &form.relation };
    let companion = api.platform.add_companion(&citizen, form, once).await?;
    Ok((StatusCode::CREATED, Json(Added { id: companion.to_string() })))
}

/// Remove a companion. What was booked for them stays.
#[utoipa::path(delete, path = "/api/v1/companions/{companion}", tag = "bookings",
    params(("companion" = String, Path)), responses((status = 204)))]
pub async fn remove(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Places(companion): Places<String>,
) -> Result<StatusCode, Refusal> {
    api.platform.remove_companion(&citizen, id(&companion)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
