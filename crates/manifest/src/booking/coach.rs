//! What a coach line sells, as data.

use kernel::{Date, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{dated, ticket::Concession};
use crate::schema::{DateForm, TextForm};

dated!(CoachRule);

/// A journey of more legs would not fit the word in which a pool keeps them; no coach stops that often.
pub const LEGS_MAX: u8 = 64;

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

/// A seat: its number in the pool, and the name on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    pub unit: u32,
    pub row: u16,
    /// Counted from 0, the aisle included.
    pub column: u16,
    pub label: String,
}

/// The seats in reading order: a list first, which a page may also draw as a map.
#[must_use]
pub fn seats(map: &SeatMap) -> Vec<Seat> {
    let columns: Vec<(u16, char)> = (0..).zip(map.columns.chars()).filter(|(_, c)| !c.is_whitespace()).collect();
    let all = (1..=map.rows).flat_map(|row| columns.iter().map(move |&(column, c)| (row, column, format!("{row}{c}"))));
    let there = all.filter(|(_, _, label)| !map.missing.contains(label));
    (1..).zip(there).map(|(unit, (row, column, label))| Seat { unit, row, column, label }).collect()
}
