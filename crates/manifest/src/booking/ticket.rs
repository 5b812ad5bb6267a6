//! What an attraction sells, as data.

use jiff::civil::Time;
use kernel::{Date, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::dated;
use crate::schema::{DateForm, TextForm, TimeForm};

dated!(TicketRule);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TicketRule {
    #[schemars(with = "DateForm")]
    pub effective_on: Date,
    #[schemars(with = "TextForm")]
    pub source: Text,
    #[schemars(range(min = 0, max = 10_000_000))]
    pub price_fen: i64,
    #[schemars(with = "TimeForm")]
    pub opens: Time,
    #[schemars(with = "TimeForm")]
    pub closes: Time,
    /// How many people a day.
    #[schemars(range(min = 1, max = 10_000_000))]
    pub daily: u32,
    /// How many people at once.
    #[schemars(range(min = 1, max = 10_000_000))]
    pub instant: u32,
    /// How long people stay, most of them.
    #[schemars(range(min = 1, max = 1440))]
    pub stay_minutes: u16,
    /// Times of entry with a quota each; none, where a ticket is for the day.
    #[serde(default)]
    pub band: Vec<Band>,
    #[serde(default)]
    pub concession: Vec<Concession>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Band {
    #[schemars(regex(pattern = "^[a-z][a-z0-9]*(-[a-z0-9]+)*$"))]
    pub id: String,
    #[schemars(with = "TimeForm")]
    pub from: Time,
    #[schemars(with = "TimeForm")]
    pub to: Time,
    #[schemars(range(min = 1, max = 10_000_000))]
    pub units: u32,
}

/// Who pays less. All that is given must hold; another way to the same price is another row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Concession {
    #[schemars(regex(pattern = "^[a-z][a-z0-9]*(-[a-z0-9]+)*$"))]
    pub id: String,
    #[schemars(with = "TextForm")]
    pub name: Text,
    /// How much of the price is paid.
    #[schemars(range(min = 0, max = 99))]
    pub pay_percent: u8,
    /// Whole years on the day of the visit, both included. The resident ID proves them.
    #[serde(default)]
    #[schemars(range(min = 0, max = 150))]
    pub age_from: Option<i16>,
    #[serde(default)]
    #[schemars(range(min = 0, max = 150))]
    pub age_to: Option<i16>,
    /// Measured at the gate.
    #[serde(default)]
    #[schemars(range(min = 50, max = 250))]
    pub height_cm_max: Option<u16>,
    /// One of these is shown at the gate.
    #[serde(default)]
    pub proofs: Vec<String>,
}

/// A time at which more people could be inside than the place holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crowded {
    pub at: Time,
    pub people: u32,
    pub instant: u32,
}

/// Checks the quotas of the bands against the place: all who may come in a band are thought to come at its beginning and
/// to stay their time from its end on.
pub fn check_bands(rule: &TicketRule) -> Result<(), Crowded> {
    let inside = |band: &Band, at: Time| {
        // A span past midnight stays within the day: the place is closed then.
        let leaves = band.to.saturating_add(jiff::Span::new().minutes(i32::from(rule.stay_minutes))).min(rule.closes);
        band.from <= at && at < leaves
    };
    let people = |at: Time| rule.band.iter().filter(|band| inside(band, at)).map(|band| band.units).sum::<u32>();
    let crowded = |at: &Time| people(*at) > rule.instant;
    match rule.band.iter().map(|band| band.from).find(crowded) {
        Some(at) => Err(Crowded { at, people: people(at), instant: rule.instant }),
        None => Ok(()),
    }
}
