//! A question to a department about a card, and the answer with its source, its time and its freshness.

use std::{sync::Arc, time::Instant};

use capability::record;
use connector::{Failure, Question, Target};
use kernel::{CityId, Error, Id, Kind, Pii, Receipt, Result, Sealed, ServiceId, Text, Timestamp, access::Purpose};
use manifest::{Catalogue, CityPack, Service, binding::Row, service::Subject};
use store::KeptAnswer;

use crate::{CardState, CardView, Citizen, Platform, card::Held, flight::Landed, platform::need_real_name};

/// The field of kept rows.
const ROWS: &str = "answer.rows";

/// What comes of a question.
#[derive(Clone, Debug)]
pub enum Asked {
    /// There is no card of this kind yet.
    NeedsCard(Subject),
    Answered(Answer),
    /// The department does not answer, and no earlier answer is kept.
    Unavailable(Unavailable),
    /// The department knows nothing under the card's keys any more: a car that was sold, a licence that was replaced.
    Unmatched(Unmatched),
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

/// Neither "none" nor "unavailable": the card is to be bound anew, or to go.
#[derive(Clone, Debug)]
pub struct Unmatched {
    pub card: CardView,
    pub cards: Vec<CardView>,
    pub department: Text,
    pub phone: String,
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

/// A service of the city that asks a department. What is booked asks none.
fn asks<'c>(catalogue: &'c Catalogue, pack: &CityPack, id: &ServiceId) -> Result<&'c Arc<Service>> {
    let service = catalogue.service(pack, id.as_str()).filter(|service| service.answer.is_some());
    Ok(service.ok_or(Kind::NotFound)?)
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
        let asked_at = Instant::now();
        need_real_name(citizen)?;
        let (inner, catalogue) = (&self.inner, self.catalogue());
        let pack = self.open_city(&catalogue, city)?;
        let service = asks(&catalogue, &pack, service)?;
        let cell = inner.stores.city(city).await?;
        let mut fitting = self.held(citizen, &cell).await?;
        fitting.retain(|held| held.view.fits(service));
        let chosen = match card {
            Some(id) => fitting.iter().position(|held| held.view.id == id).ok_or(Kind::NotFound)?,
            None => match fitting.iter().position(|held| held.view.state == CardState::InForce) {
                Some(first) => first,
                None => return Ok(Asked::NeedsCard(service.subject)),
            },
        };
        let cards: Vec<CardView> = fitting.iter().map(|held| held.view.clone()).collect();
        let Held { view: card, thing, key, subject } = fitting.swap_remove(chosen);
        if card.state != CardState::InForce {
            return Err(Kind::Denied("card_not_in_force").into());
        }

        // The entry is written before anything is read or asked: without it there is no receipt, and no answer.
        let access = self.access(citizen, subject, Purpose::Record, Some(&service.id));
        let (kept, receipt) = cell.open_answer(access, service.id.clone(), key).await?;
        let age_ms = kept.as_ref().map(|kept| self.now().since_ms(kept.fetched_at));
        let young = age_ms.is_some_and(|age_ms| age_ms < i64::from(service.fresh_s()) * 1_000);
        let landed = if young && !again {
            Ok(None)
        } else {
            inner.by_question.take(citizen.account, self.now())?;
            let flight = (city.clone(), service.id.clone(), key);
            let question = thing.question();
            let start = || self.clone().fly(Arc::clone(&pack), Arc::clone(service), question, cell, key);
            inner.flights.join(flight, asked_at, start).await.map(Some)
        };
        let (department, phone) = department(&pack, service);
        let (answer, freshness) = match (landed, &kept) {
            (Ok(Some(answer)), _) => (KeptAnswer::clone(&answer), Freshness::Fresh),
            (Ok(None), Some(kept)) => (kept.clone(), Freshness::Cached),
            // An earlier answer is no help: it may be about what is somebody else's by now.
            (Err(Failure::Unmatched), _) => {
                return Ok(Asked::Unmatched(Unmatched { card, cards, department, phone }));
            }
            (Err(failure), Some(kept)) => (kept.clone(), Freshness::Stale(failure)),
            (Err(failure), None) => {
                let offline = service.guide.offline.clone();
                return Ok(Asked::Unavailable(Unavailable { card, cards, department, phone, offline, failure }));
            }
            (Ok(None), None) => return Err(Kind::Internal.into()),
        };
        let rows = self.rows(&catalogue, &pack, service, &answer.rows, &receipt)?;
        Ok(Asked::Answered(Answer {
            card,
            cards,
            open_count: record::open_count(service, &rows),
            rows,
            department,
            phone,
            fetched_at: answer.fetched_at,
            freshness,
            evidence_sha256: hex(&answer.evidence_sha256),
        }))
    }

    /// Opens kept rows and computes what is computed from them today.
    pub(crate) fn rows(
        &self,
        catalogue: &Catalogue,
        pack: &CityPack,
        service: &Service,
        sealed: &Sealed,
        receipt: &Receipt,
    ) -> Result<Vec<Row>> {
        let rows = self.inner.vault.open(ROWS, sealed, receipt)?;
        let mut rows: Vec<Row> =
            serde_json::from_slice(&rows).map_err(|_| Error::internal("a kept answer that cannot be read"))?;
        record::derive(service, &mut rows, &catalogue.rules, &pack.city.code, self.now().date());
        Ok(rows)
    }

    /// Asks the department, refuses half an answer, and keeps a whole one.
    pub(crate) async fn fly(
        self,
        pack: Arc<CityPack>,
        service: Arc<Service>,
        question: Question,
        cell: store::City,
        key: kernel::Index,
    ) -> Landed {
        let target = target(&pack, &service).ok_or(Failure::NotAsked)?;
        let answer = match self.inner.connector.ask(target, &question).await {
            Err(Failure::Unmatched) => {
                if let Err(cause) = cell.forget_answer(service.id.clone(), key).await {
                    tracing::warn!(service = %service.id, %cause, "an answer that is no longer theirs is still kept");
                }
                return Err(Failure::Unmatched);
            }
            answered => answered?,
        };
        let rows = answer.rows.process(|rows| {
            if let Some(field) = record::missing_field(&service, rows) {
                tracing::warn!(service = %service.id, field, "half an answer");
                return Err(Failure::Half);
            }
            serde_json::to_vec(rows).map_err(|_| Failure::Garbage)
        })?;
        let provenance = answer.provenance;
        let answer = KeptAnswer {
            rows: self.inner.vault.seal(&*self.inner.rng, ROWS, &rows),
            department: provenance.department,
            evidence_sha256: unhex(&provenance.evidence_sha256).ok_or(Failure::Garbage)?,
            fetched_at: provenance.fetched_at,
        };
        let keep = store::KeepAnswer {
            service: service.id.clone(),
            key,
            rows: answer.rows.clone(),
            department: answer.department.clone(),
            evidence_sha256: answer.evidence_sha256,
            fetched_at: answer.fetched_at,
        };
        // The citizen gets the answer all the same; only the next question has nothing to fall back on.
        if let Err(cause) = cell.keep_answer(keep).await {
            tracing::warn!(service = %service.id, %cause, "an answer is not kept");
        }
        Ok(Arc::new(answer))
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
        match self.ask(citizen, city, service, Some(card), false).await? {
            Asked::Answered(answer) => {
                let place = answer.rows.iter().enumerate().position(|(place, one)| row_key(one, place) == row);
                let found = place.and_then(|place| answer.rows.get(place)).cloned().ok_or(Kind::NotFound)?;
                Ok((answer, found))
            }
            Asked::Unavailable(why) => Err(Error::new(Kind::Unavailable("department")).because(why.failure)),
            Asked::Unmatched(_) => Err(Kind::Conflict("card_unmatched").into()),
            Asked::NeedsCard(_) => Err(Kind::NotFound.into()),
        }
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
        let (_, row) = self.ask_row(citizen, city, service, card, row).await?;
        let catalogue = self.catalogue();
        let pack = self.open_city(&catalogue, city)?;
        let service = catalogue.service(&pack, service.as_str()).ok_or(Kind::NotFound)?;
        let field = service.answer.as_ref().and_then(|answer| answer.evidence.as_ref()).ok_or(Kind::NotFound)?;
        if row.get(field).is_none_or(|value| value.text().is_empty()) {
            return Err(Kind::NotFound.into());
        }
        let cell = self.inner.stores.city(city).await?;
        let info = cell.cards(citizen.account).await?.into_iter().find(|info| info.id == card);
        let subject = info.ok_or(Kind::NotFound)?.subject.unwrap_or(citizen.account);
        let access = self.access(citizen, subject, Purpose::Evidence, Some(&service.id));
        let receipts = cell.record_access(vec![access]).await?;
        let receipt = receipts.first().ok_or(Kind::Internal)?;
        let unavailable = |failure: Failure| Error::new(Kind::Unavailable("department")).because(failure);
        let target = target(&pack, service).ok_or_else(|| unavailable(Failure::NotAsked))?;
        let image = self.inner.connector.evidence(target, &Pii::new(row)).await.map_err(unavailable)?;
        Ok((image.content_type, image.bytes.open(receipt)))
    }
}

fn target<'a>(pack: &'a CityPack, service: &Service) -> Option<Target<'a>> {
    let binding = pack.bindings.service.get(&service.id)?;
    let department = pack.bindings.department.get(&binding.department)?;
    Some(Target { scope: Some(&pack.city.id), department, binding })
}

/// What the department is called, and whom to ring.
fn department(pack: &CityPack, service: &Service) -> (Text, String) {
    target(pack, service).map_or_else(
        || (service.guide.contact.name.clone(), service.guide.contact.phone.clone()),
        |target| (target.department.name.clone(), target.department.phone.clone()),
    )
}

fn hex(bytes: &[u8; 32]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}
