//! A question to a department about a card, and the answer with its source, its time and its freshness.

use connector::Failure;
use kernel::{CityId, Id, Result, ServiceId, Text, Timestamp};
use manifest::{binding::Row, service::Subject};

use crate::{CardView, Citizen, Platform};

/// What comes of a question.
#[derive(Clone, Debug)]
pub enum Asked {
    /// There is no card of this kind yet.
    NeedsCard(Subject),
    Answered(Answer),
    /// The department does not answer, and no earlier answer is kept.
    Unavailable(Unavailable),
}

#[derive(Clone, Debug)]
pub struct Answer {
    /// The card that was asked about.
    pub card: CardView,
    /// All cards of the citizen that this service can be asked about.
    pub cards: Vec<CardView>,
    /// The rows with computed fields filled in, newest first. Empty: the department has nothing on record.
    pub rows: Vec<Row>,
    /// How many rows the headline counts.
    pub open_count: usize,
    pub department: Text,
    pub phone: String,
    pub fetched_at: Timestamp,
    pub freshness: Freshness,
    /// SHA-256 of what the department said, in hex.
    pub evidence_sha256: String,
}

#[derive(Clone, Debug)]
pub struct Unavailable {
    pub card: CardView,
    pub cards: Vec<CardView>,
    pub department: Text,
    pub phone: String,
    /// Where to go instead.
    pub offline: Text,
    pub failure: Failure,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// Asked just now.
    Fresh,
    /// Kept from a moment ago, and still within the time that the service calls fresh.
    Cached,
    /// The department failed; this is its last good answer.
    Stale(Failure),
}

/// The name of a row in a path: its own `id` if the department gives one, else its place in the answer.
#[must_use]
pub fn row_key(row: &Row, place: usize) -> String {
    row.get("id").map_or_else(|| place.to_string(), manifest::Value::text)
}

impl Platform {
    /// Asks a service about a card, or about the first that fits. `again` asks the department even if a fresh answer is
    /// kept.
    pub async fn ask(
        &self,
        citizen: &Citizen,
        city: &CityId,
        service: &ServiceId,
        card: Option<Id>,
        again: bool,
    ) -> Result<Asked> {
        let _ = (citizen, city, service, card, again);
        Err(kernel::Error::internal("not built yet"))
    }

    /// One row of the answer about a card. `NotFound` if the answer has no such row.
    pub async fn ask_row(
        &self,
        citizen: &Citizen,
        city: &CityId,
        service: &ServiceId,
        card: Id,
        row: &str,
    ) -> Result<(Answer, Row)> {
        let _ = (citizen, city, service, card, row);
        Err(kernel::Error::internal("not built yet"))
    }

    /// The evidence picture of one row: content type and bytes.
    pub async fn evidence(
        &self,
        citizen: &Citizen,
        city: &CityId,
        service: &ServiceId,
        card: Id,
        row: &str,
    ) -> Result<(&'static str, Vec<u8>)> {
        let _ = (citizen, city, service, card, row);
        Err(kernel::Error::internal("not built yet"))
    }
}
