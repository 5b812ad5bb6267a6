//! What is open: cities, their services, search, and the citizen's home in a city.

use axum::{Json, extract::State};
use kernel::{Kind, Text};
use manifest::{City, Service, city::CityState};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Api,
    caller::{Asked, Places, SignedIn, Speaks, city},
    card::Card,
    problem::Refusal,
};

/// A text in every language.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"zh-CN": "湖滨市", "en": "Lakeside"}))]
pub struct Words {
    #[serde(rename = "zh-CN")]
    zh_cn: String,
    en: String,
}

impl From<&Text> for Words {
    fn from(text: &Text) -> Self {
        Self { zh_cn: text.zh_cn.clone(), en: text.en.clone() }
    }
}

#[derive(Serialize, ToSchema)]
pub struct CityEntry {
    id: String,
    name: Words,
    province: Words,
    /// Six digits of GB/T 2260.
    code: String,
    plates: Vec<String>,
    /// `open` or `soon`
    state: &'static str,
    hotline: String,
    services: Vec<String>,
}

impl From<&City> for CityEntry {
    fn from(city: &City) -> Self {
        Self {
            id: city.id.to_string(),
            name: (&city.name).into(),
            province: (&city.province).into(),
            code: city.code.clone(),
            plates: city.plates.clone(),
            state: match city.state {
                CityState::Open => "open",
                CityState::Soon => "soon",
            },
            hotline: city.hotline.clone(),
            services: city.services.iter().map(ToString::to_string).collect(),
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct ServiceEntry {
    id: String,
    category: String,
    name: Words,
    summary: Words,
    /// The kind of card that the question is about.
    subject: &'static str,
}

impl From<&Service> for ServiceEntry {
    fn from(service: &Service) -> Self {
        Self {
            id: service.id.to_string(),
            category: service.category.clone(),
            name: (&service.name).into(),
            summary: (&service.summary).into(),
            subject: service.subject.word(),
        }
    }
}

/// A service with what a citizen must know before starting, and the meaning of its records' fields.
#[derive(Serialize, ToSchema)]
pub struct ServiceGuide {
    #[serde(flatten)]
    entry: ServiceEntry,
    time_limit: Words,
    fee: Words,
    contact: Words,
    phone: String,
    steps: Vec<Words>,
    materials: Vec<Words>,
    legal_basis: Vec<Words>,
    if_wrong: Words,
    offline: Words,
    /// For how many seconds an answer counts as fresh.
    fresh_s: u32,
    fields: Vec<FieldEntry>,
}

#[derive(Serialize, ToSchema)]
pub struct FieldEntry {
    key: String,
    label: Words,
    /// `text`, `date`, `date-time`, `money` (fen), `number`, `points`, `choice`, `plate` or `resident-id`
    #[schema(value_type = String)]
    kind: manifest::service::FieldKind,
    /// For choices: value and its words.
    choices: Vec<ChoiceEntry>,
}

#[derive(Serialize, ToSchema)]
pub struct ChoiceEntry {
    value: String,
    label: Words,
}

impl From<&Service> for ServiceGuide {
    fn from(service: &Service) -> Self {
        let guide = &service.guide;
        let all = |texts: &[Text]| texts.iter().map(Words::from).collect();
        Self {
            entry: service.into(),
            time_limit: (&guide.time_limit).into(),
            fee: (&guide.fee).into(),
            contact: (&guide.contact.name).into(),
            phone: guide.contact.phone.clone(),
            steps: all(&guide.steps),
            materials: all(&guide.materials),
            legal_basis: all(&guide.legal_basis),
            if_wrong: (&guide.if_wrong).into(),
            offline: (&guide.offline).into(),
            fresh_s: service.fresh_s(),
            fields: service
                .fields()
                .iter()
                .map(|field| FieldEntry {
                    key: field.key.clone(),
                    label: (&field.label).into(),
                    kind: field.kind,
                    choices: field
                        .choices
                        .iter()
                        .map(|choice| ChoiceEntry { value: choice.value.clone(), label: (&choice.label).into() })
                        .collect(),
                })
                .collect(),
        }
    }
}

#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    q: String,
}

/// What the home page shows, from kept answers only.
#[derive(Serialize, ToSchema)]
pub struct Home {
    cards: Vec<Card>,
    strip: Vec<HomeStat>,
    /// Consents that wait for the citizen's decision.
    asked_consents: u64,
    /// The newest payment that has not come to an end.
    unfinished_payment: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct HomeStat {
    service: String,
    label: Words,
    /// Absent if nothing was asked yet.
    value: Option<String>,
    unit: Words,
    fetched_at: Option<String>,
}

/// Every city.
#[utoipa::path(get, path = "/api/v1/cities", tag = "catalogue", responses((status = 200, body = Vec<CityEntry>)))]
pub async fn cities(State(api): State<Api>) -> Json<Vec<CityEntry>> {
    Json(api.platform.catalogue().cities.values().map(|pack| CityEntry::from(&pack.city)).collect())
}

/// The services of a city, in its order.
#[utoipa::path(get, path = "/api/v1/cities/{city}/services", tag = "catalogue", params(("city" = String, Path)),
    responses((status = 200, body = Vec<ServiceEntry>)))]
pub async fn services(
    State(api): State<Api>,
    Places(place): Places<String>,
) -> Result<Json<Vec<ServiceEntry>>, Refusal> {
    let catalogue = api.platform.catalogue();
    let pack = catalogue.city(&place).ok_or(Kind::NotFound)?;
    Ok(Json(catalogue.services_of(pack).map(|service| ServiceEntry::from(service.as_ref())).collect()))
}

/// One service: guide and fields.
#[utoipa::path(get, path = "/api/v1/cities/{city}/services/{service}", tag = "catalogue",
    params(("city" = String, Path), ("service" = String, Path)), responses((status = 200, body = ServiceGuide)))]
pub async fn service(
    State(api): State<Api>,
    Places((place, what)): Places<(String, String)>,
) -> Result<Json<ServiceGuide>, Refusal> {
    let catalogue = api.platform.catalogue();
    let pack = catalogue.city(&place).ok_or(Kind::NotFound)?;
    let service = catalogue.service(pack, &what).ok_or(Kind::NotFound)?;
    Ok(Json(service.as_ref().into()))
}

/// Find a service by Chinese, pinyin, initials or everyday words.
#[utoipa::path(get, path = "/api/v1/cities/{city}/search", tag = "catalogue",
    params(("city" = String, Path), ("q" = String, Query)), responses((status = 200, body = Vec<ServiceEntry>)))]
pub async fn search(
    State(api): State<Api>,
    Speaks(lang): Speaks,
    Places(place): Places<String>,
    Asked(query): Asked<Wanted>,
) -> Result<Json<Vec<ServiceEntry>>, Refusal> {
    let catalogue = api.platform.catalogue();
    let pack = catalogue.city(&place).ok_or(Kind::NotFound)?;
    let hits = catalogue.search(pack, &query.q, lang);
    Ok(Json(hits.iter().map(|hit| ServiceEntry::from(hit.service.as_ref())).collect()))
}

/// A place at which something is booked.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"service": "lamp-visit", "place": "lakeside-1", "to": null,
    "name": {"zh-CN": "湖滨医院", "en": "Lakeside Hospital"}}))]
pub struct PlaceEntry {
    service: String,
    place: String,
    /// The stop that was meant, if it was one to which one goes from there.
    to: Option<String>,
    name: Words,
}

/// Find a hospital, a hall, an attraction, a station or a stop by Chinese, pinyin or initials.
#[utoipa::path(get, path = "/api/v1/cities/{city}/places", tag = "catalogue",
    params(("city" = String, Path), ("q" = String, Query)), responses((status = 200, body = Vec<PlaceEntry>)))]
pub async fn places(
    State(api): State<Api>,
    Speaks(lang): Speaks,
    Places(place): Places<String>,
    Asked(query): Asked<Wanted>,
) -> Result<Json<Vec<PlaceEntry>>, Refusal> {
    let catalogue = api.platform.catalogue();
    let pack = catalogue.city(&place).ok_or(Kind::NotFound)?;
    let hits = catalogue.search_places(pack, &query.q, lang).into_iter().map(|hit| PlaceEntry {
        service: hit.service.id.to_string(),
        place: hit.place,
        to: hit.stop,
        name: (&hit.name).into(),
    });
    Ok(Json(hits.collect()))
}

/// The citizen's home in a city: never waits for a department.
#[utoipa::path(get, path = "/api/v1/cities/{city}/home", tag = "records", params(("city" = String, Path)),
    responses((status = 200, body = Home)))]
pub async fn home(
    State(api): State<Api>,
    SignedIn(citizen): SignedIn,
    Places(place): Places<String>,
) -> Result<Json<Home>, Refusal> {
    let home = api.platform.home(&citizen, &city(&place)?).await?;
    Ok(Json(Home {
        cards: home.cards.iter().map(Card::from).collect(),
        strip: home
            .strip
            .iter()
            .map(|stat| HomeStat {
                service: stat.service.to_string(),
                label: (&stat.label).into(),
                value: stat.value.clone(),
                unit: (&stat.unit).into(),
                fetched_at: stat.fetched_at.map(kernel::Timestamp::rfc3339),
            })
            .collect(),
        asked_consents: home.asked_consents,
        unfinished_payment: home.unfinished.map(|(payment, _)| payment.to_string()),
    }))
}
