//! Who may register a marriage where, as data.

use kernel::{Date, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::dated;
use crate::schema::{DateForm, TextForm};

dated!(MarriageRule);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MarriageRule {
    #[schemars(with = "DateForm")]
    pub effective_on: Date,
    #[schemars(with = "TextForm")]
    pub source: Text,
    #[schemars(range(min = 14, max = 40))]
    pub age_min_man: i16,
    #[schemars(range(min = 14, max = 40))]
    pub age_min_woman: i16,
    pub registry: Registry,
    /// Origins whose marriages go to registries that the province has named.
    #[serde(default)]
    pub designated_for: Vec<Origin>,
    #[schemars(range(min = 0, max = 100_000))]
    pub fee_fen: i64,
    /// What each of the two brings.
    pub bring: Vec<Bring>,
    /// An application for divorce can be withdrawn within so many days, and the certificate is collected within as many
    /// of the second kind after them.
    #[serde(default)]
    #[schemars(range(min = 0, max = 365))]
    pub divorce_withdraw_days: u16,
    #[serde(default)]
    #[schemars(range(min = 0, max = 365))]
    pub divorce_collect_days: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Registry {
    /// Where one of the two has their household registered.
    Household,
    /// Any in the country.
    Any,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    Mainland,
    HongKong,
    Macau,
    Taiwan,
    Foreign,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bring {
    #[schemars(regex(pattern = "^[a-z][a-z0-9]*(-[a-z0-9]+)*$"))]
    pub id: String,
    #[schemars(with = "TextForm")]
    pub name: Text,
}
