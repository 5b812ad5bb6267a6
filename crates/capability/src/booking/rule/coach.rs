//! What a coach line sells, as data.

use kernel::{Date, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    dated,
    form::{DateForm, TextForm},
    ticket::Concession,
};

dated!(CoachRule);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CoachRule {
    #[schemars(with = "DateForm")]
    pub effective_on: Date,
    #[schemars(with = "TextForm")]
    pub source: Text,
    pub child: ChildRule,
    /// Of adults.
    #[serde(default)]
    pub concession: Vec<Concession>,
}

/// A child is small by age or by height, both limits included; where no age is given, by height alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChildRule {
    #[serde(default)]
    #[schemars(range(min = 0, max = 18))]
    pub free_age_to: Option<i16>,
    #[schemars(range(min = 50, max = 200))]
    pub free_height_cm_to: u16,
    #[serde(default)]
    #[schemars(range(min = 0, max = 18))]
    pub half_age_to: Option<i16>,
    #[schemars(range(min = 50, max = 200))]
    pub half_height_cm_to: u16,
    /// How many an adult takes along without seat and fare.
    #[schemars(range(min = 0, max = 5))]
    pub free_per_adult: u16,
}

/// A line: its stops in order, and what it costs from each to each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Line {
    #[schemars(length(min = 2))]
    pub stop: Vec<Stop>,
    /// One row per stop but the last: the fares to the stops after it, in order.
    pub fares_fen: Vec<Vec<i64>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stop {
    #[schemars(regex(pattern = "^[a-z][a-z0-9]*(-[a-z0-9]+)*$"))]
    pub id: String,
    #[schemars(with = "TextForm")]
    pub name: Text,
    /// After the first departure.
    #[schemars(range(min = 0, max = 10_000))]
    pub minutes: u32,
}

/// Seats by row and column: `columns = "AB CD"` is two, the aisle, two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SeatMap {
    #[schemars(range(min = 1, max = 60))]
    pub rows: u16,
    pub columns: String,
    /// Seats that are not there: the door, the driver's mate.
    #[serde(default)]
    pub missing: Vec<String>,
}
