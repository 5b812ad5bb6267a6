//! A city: `packs/cities/<id>/city.toml`.

use kernel::{CityId, ServiceId, Text};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct City {
    pub id: CityId,
    pub name: Text,
    pub province: Text,
    /// Six digits of GB/T 2260, for example 140100.
    pub code: String,
    /// Plate places registered here, for example `晋A`. `沪*` stands for every letter.
    pub plates: Vec<String>,
    pub state: CityState,
    /// 0–359: the hue of the band. The linter refuses one whose contrast falls below 4.5.
    pub hue: u16,
    /// Name of the lattice pattern drawn in the band.
    pub motif: Motif,
    /// The government service hotline.
    pub hotline: String,
    /// Services in the order of the home page.
    #[serde(default)]
    pub services: Vec<ServiceId>,
    pub offline: Text,
    #[serde(default)]
    pub districts: Vec<District>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CityState {
    /// Open to citizens.
    Open,
    /// Listed in the city picker, with the service list still empty.
    Soon,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Motif {
    Lattice,
    Waves,
    Ice,
    Coins,
    Tortoise,
    Wan,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct District {
    pub code: String,
    pub name: Text,
}
