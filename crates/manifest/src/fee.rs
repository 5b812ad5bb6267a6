//! Dated rules about money: what is added for being late, and what a unit costs by steps. `packs/rules/<set>/late-fees.toml`
//! and `tariffs.toml`. The arithmetic is in `capability`; here is only which rule holds on which day and where.

use std::collections::BTreeMap;

use kernel::{Date, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    rule::Rules,
    schema::{DateForm, TextForm},
};

/// `packs/rules/<set>/late-fees.toml`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LateFeesFile {
    #[schemars(length(min = 1))]
    pub rule: Vec<LateFeeRule>,
}

/// Late fees by name from a day on.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LateFeeRule {
    #[schemars(with = "DateForm")]
    pub effective_on: Date,
    /// First two, four or six digits of the area code; empty for the whole country.
    #[serde(default)]
    #[schemars(regex(pattern = "^([0-9]{2}){0,3}$"))]
    pub place: String,
    /// The law, order or contract that says so.
    #[schemars(with = "TextForm")]
    pub source: Text,
    #[serde(rename = "fee")]
    pub by_name: BTreeMap<String, LateFee>,
}

/// What a debt grows by. The day from which days are counted is not counted itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LateFee {
    /// Days that cost nothing.
    #[serde(default)]
    #[schemars(range(min = 0, max = 366))]
    pub grace_days: u16,
    /// Thousandths of the amount for every day after those: 30 is 3 %.
    #[schemars(range(min = 0, max = 100))]
    pub per_mille_a_day: u16,
    /// The same for days of a later year than the one in which counting began, if it differs.
    #[serde(default)]
    #[schemars(range(min = 0, max = 100))]
    pub per_mille_a_day_later_years: Option<u16>,
    /// Never more than this share of the amount.
    #[serde(default)]
    #[schemars(range(min = 1, max = 1_000))]
    pub cap_percent: Option<u16>,
    /// Never less than this, once anything is due.
    #[serde(default)]
    #[schemars(range(min = 0, max = 100_000))]
    pub min_fen: i64,
}

/// `packs/rules/<set>/tariffs.toml`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TariffsFile {
    #[schemars(length(min = 1))]
    pub rule: Vec<TariffRule>,
}

/// Tariffs by name from a day on.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TariffRule {
    #[schemars(with = "DateForm")]
    pub effective_on: Date,
    /// First two, four or six digits of the area code; empty for the whole country.
    #[serde(default)]
    #[schemars(regex(pattern = "^([0-9]{2}){0,3}$"))]
    pub place: String,
    /// The order that says so.
    #[schemars(with = "TextForm")]
    pub source: Text,
    #[serde(rename = "tariff")]
    pub by_name: BTreeMap<String, Tariff>,
}

/// What a unit costs, step by step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tariff {
    /// What is counted: kWh, m³.
    #[schemars(with = "TextForm")]
    pub unit: Text,
    /// The lowest step first.
    #[schemars(length(min = 1))]
    pub step: Vec<TariffStep>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TariffStep {
    /// Last unit that costs this; absent in the last step.
    #[serde(default)]
    #[schemars(range(min = 1, max = 1_000_000))]
    pub up_to: Option<u32>,
    /// Thousandths of a yuan for one unit: 477 is ¥0.477.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub unit_milliyuan: u32,
}

impl Rules {
    /// The late fee of this name at a place on a day: of the most local rules that know it, the youngest.
    #[must_use]
    pub fn late_fee_on(&self, day: Date, place: &str, name: &str) -> Option<(&LateFee, &LateFeeRule)> {
        self.late_fees
            .iter()
            .filter(|rule| rule.effective_on <= day && place.starts_with(&rule.place))
            .filter_map(|rule| rule.by_name.get(name).map(|fee| (fee, rule)))
            .max_by_key(|(_, rule)| (rule.place.len(), rule.effective_on))
    }

    /// The tariff of this name at a place on a day.
    #[must_use]
    pub fn tariff_on(&self, day: Date, place: &str, name: &str) -> Option<(&Tariff, &TariffRule)> {
        self.tariffs
            .iter()
            .filter(|rule| rule.effective_on <= day && place.starts_with(&rule.place))
            .filter_map(|rule| rule.by_name.get(name).map(|tariff| (tariff, rule)))
            .max_by_key(|(_, rule)| (rule.place.len(), rule.effective_on))
    }

    /// The names of all late fees, whatever the day.
    #[must_use]
    pub fn late_fee_names(&self) -> Vec<&str> {
        self.late_fees.iter().flat_map(|rule| rule.by_name.keys()).map(String::as_str).collect()
    }
}
