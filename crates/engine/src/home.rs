//! The home page's strip: what is known already, without waiting for any department.

use kernel::{CityId, Result, ServiceId, Text, Timestamp};
use manifest::service::Tone;

use crate::{CardView, Citizen, Platform};

#[derive(Clone, Debug)]
pub struct Home {
    pub cards: Vec<CardView>,
    pub strip: Vec<HomeStat>,
    /// How many people wait for the citizen's consent.
    pub asked_consents: usize,
}

/// One figure of the strip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HomeStat {
    pub service: ServiceId,
    pub label: Text,
    /// `None`: never asked, so there is nothing to show yet.
    pub value: Option<String>,
    pub unit: Text,
    pub tone: Tone,
    pub fetched_at: Option<Timestamp>,
}

impl Platform {
    /// From kept answers only.
    pub async fn home(&self, citizen: &Citizen, city: &CityId) -> Result<Home> {
        let _ = (citizen, city);
        Err(kernel::Error::internal("not built yet"))
    }
}
