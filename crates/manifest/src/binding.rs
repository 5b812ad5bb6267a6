//! A binding: which department answers a service in this city, at which endpoint, and how its words become ours.
//! `packs/cities/<id>/bindings.toml`, and `packs/platform/bindings.toml` for what the whole country shares.
//!
//! The mapping language is small on purpose: path, constant, date format, table look-up. Whoever needs a loop or a
//! condition writes a connector crate.

use std::collections::BTreeMap;

use kernel::{DepartmentId, ServiceId, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    act::{Acts, Biller},
    schema::{SlugForm, TextForm},
};

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bindings {
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Department>")]
    pub department: BTreeMap<DepartmentId, Department>,
    /// What the city's registers answer outside services: checks of ownership, names and guardianship.
    #[serde(default)]
    #[schemars(schema_with = "crate::schema::checks")]
    pub check: BTreeMap<Check, Binding>,
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Binding>")]
    pub service: BTreeMap<ServiceId, Binding>,
    /// What departments are told to do for a service, beside answering.
    #[serde(default)]
    #[schemars(schema_with = "crate::act::acts")]
    pub act: BTreeMap<ServiceId, Acts>,
    /// What billers ask of their customers, for services about a customer's account.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Biller>")]
    pub biller: BTreeMap<ServiceId, Biller>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// name + resident ID -> one row with `match` = yes / no
    RealName,
    /// guardian's resident ID + ward's resident ID -> one row with `match`
    Guardian,
    /// plate + kind + VIN tail + owner's resident ID -> one row with `match` and the vehicle's description
    VehicleOwner,
    /// licence number (resident ID) + file number -> one row with `match`, class, first issue, validity
    LicenceHolder,
    /// name + resident ID -> one row with `match` = may marry, and the area code of the household
    MaritalStatus,
    /// phone + text: the SMS gateway
    Sms,
}

impl Check {
    pub const ALL: [Self; 6] =
        [Self::RealName, Self::Guardian, Self::VehicleOwner, Self::LicenceHolder, Self::MaritalStatus, Self::Sms];

    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::RealName => "real-name",
            Self::Guardian => "guardian",
            Self::VehicleOwner => "vehicle-owner",
            Self::LicenceHolder => "licence-holder",
            Self::MaritalStatus => "marital-status",
            Self::Sms => "sms",
        }
    }

    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|check| check.word() == word)
    }

    /// Names of the values that this check's question can fill into a binding.
    #[must_use]
    pub const fn question_values(self) -> &'static [&'static str] {
        match self {
            Self::RealName | Self::MaritalStatus => &["name", "resident_id"],
            Self::Guardian => &["guardian_id", "ward_id"],
            Self::VehicleOwner => &["plate", "plate_kind", "vin_tail", "resident_id"],
            Self::LicenceHolder => &["resident_id", "file_no"],
            Self::Sms => &["phone", "text", "key"],
        }
    }

    /// Fields that the platform understands in the answer. `match` must be there, with the values `yes` and `no`.
    #[must_use]
    pub const fn row_fields(self) -> &'static [&'static str] {
        match self {
            Self::RealName => &["match", "known"],
            Self::Guardian | Self::Sms => &["match"],
            Self::VehicleOwner => &["match", "brand", "colour", "inspection_to", "first_registered_on", "status"],
            Self::LicenceHolder => &["match", "class", "first_issued_on", "valid_to", "status"],
            Self::MaritalStatus => &["match", "household"],
        }
    }

    /// Checks that the platform needs for the whole country; the others belong to a city.
    #[must_use]
    pub const fn is_national(self) -> bool {
        matches!(self, Self::RealName | Self::Guardian | Self::Sms)
    }
}

/// A department as reached over the network.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Department {
    #[schemars(with = "TextForm")]
    pub name: Text,
    #[schemars(length(min = 1))]
    pub phone: String,
    #[schemars(with = "TextForm")]
    pub address: Text,
    /// `https://host[:port]/path`. `sandbox:/path` is replaced by the sandbox's address.
    #[schemars(length(min = 1))]
    pub base_url: String,
    /// Milliseconds for one whole exchange.
    #[serde(default = "deadline_ms")]
    #[schemars(range(min = 100, max = 10_000))]
    pub deadline_ms: u32,
    /// Exchanges under way at once.
    #[serde(default = "concurrency")]
    #[schemars(range(min = 1, max = 1_024))]
    pub concurrency: u32,
    /// Largest answer in bytes.
    #[serde(default = "answer_bytes_max")]
    #[schemars(range(min = 1_024, max = 8_388_608))]
    pub answer_bytes_max: u32,
    /// Header names and values sent with every question. `env:NAME` takes the value from the environment.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
}

const fn deadline_ms() -> u32 {
    3_000
}
const fn concurrency() -> u32 {
    32
}
const fn answer_bytes_max() -> u32 {
    262_144
}

/// One question and the reading of its answer.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Binding {
    #[schemars(with = "SlugForm")]
    pub department: DepartmentId,
    pub method: Method,
    /// Path under the department's base URL. `{name}` places are filled from the question, percent-encoded.
    pub path: String,
    /// JSON body (POST) or query (GET). Values may contain `{name}`. A name that begins with `/` is a JSON Pointer into the
    /// body: `"/dept_info/code"`.
    #[serde(default)]
    pub send: BTreeMap<String, String>,
    /// Objects of the body that are sent as a text which holds their JSON, for departments that want it so.
    #[serde(default)]
    pub as_text: Vec<String>,
    /// JSON Pointer to the result code, and what its values mean.
    pub outcome: OutcomeRule,
    /// JSON Pointer to the array of rows, or to the one row.
    pub rows: String,
    /// JSON Pointer to the number of rows that the department says it has; a shorter array is half an answer.
    #[serde(default)]
    pub total: Option<String>,
    /// A value of the answer that must equal a value of the question, so that another person's answer is refused.
    #[serde(default)]
    pub echo: Vec<Echo>,
    /// Our field -> how to find it in a row.
    pub row: BTreeMap<String, Mapping>,
    /// Path of an evidence image below the base URL; `{name}` from the row.
    #[serde(default)]
    pub evidence_path: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    Get,
    Post,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OutcomeRule {
    pub path: String,
    /// Values that mean "here are the rows".
    #[schemars(length(min = 1))]
    pub found: Vec<String>,
    /// Values that mean "there is nothing on record".
    #[serde(default)]
    pub none: Vec<String>,
    /// Values that mean "what you ask with belongs to nothing here": a car that was sold, a licence that was replaced.
    #[serde(default)]
    pub unmatched: Vec<String>,
    /// Values that mean "we are busy, ask again".
    #[serde(default)]
    pub busy: Vec<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Echo {
    /// JSON Pointer into the answer (`/data/hphm`), or into each row (`row:/hphm`).
    pub path: String,
    /// Name of the question's value.
    #[schemars(length(min = 1))]
    pub question: String,
}

/// How one field is read from a row.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// JSON Pointer inside the row.
    #[serde(default)]
    pub path: Option<String>,
    /// A fixed value instead of a path.
    #[serde(default)]
    pub constant: Option<String>,
    /// strftime pattern of the department's dates, for fields of kind date, date-time and month.
    #[serde(default)]
    pub date: Option<String>,
    /// `yuan` or `fen` for money.
    #[serde(default)]
    pub money: Option<MoneyUnit>,
    /// Department's value -> ours. A value that the table lacks stays as it is, unless `default` is set.
    #[serde(default)]
    pub table: BTreeMap<String, String>,
    #[serde(default)]
    pub default: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MoneyUnit {
    Yuan,
    Fen,
}

/// A normalised value of a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Value {
    Number(i64),
    Text(String),
}

/// By hand, because a derived one reads every text as a number first and writes an error about it, with the text in it.
impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Either;

        impl serde::de::Visitor<'_> for Either {
            type Value = Value;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a whole number or a text")
            }

            fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
                Ok(Value::Number(number))
            }

            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Value, E> {
                i64::try_from(number).map(Value::Number).map_err(|_| E::custom("a number that is too large"))
            }

            fn visit_str<E>(self, text: &str) -> Result<Value, E> {
                Ok(Value::Text(text.to_owned()))
            }

            fn visit_string<E>(self, text: String) -> Result<Value, E> {
                Ok(Value::Text(text))
            }
        }

        from.deserialize_any(Either)
    }
}

impl Value {
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Number(n) => n.to_string(),
            Self::Text(text) => text.clone(),
        }
    }

    #[must_use]
    pub fn number(&self) -> Option<i64> {
        match self {
            Self::Number(n) => Some(*n),
            Self::Text(text) => text.parse().ok(),
        }
    }
}

/// One normalised record: field key -> value, in the order of the service's fields.
pub type Row = BTreeMap<String, Value>;
