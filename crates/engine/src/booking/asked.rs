//! What waits for somebody's yes: a booking that another one made and that names them. Until they agree it is tied to
//! their person alone and to no login, so that it is found by the person. Looked for only where a city offers what two
//! agree to.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use kernel::{AccountId, Id, Index, Result, access::Purpose};
use manifest::{Catalogue, CityPack};
use store::BookingFacts;

use super::view::BookingLine;
use crate::{Citizen, Platform, real_name::PERSON};

/// Nobody is asked by more at a time.
const ASKED_MAX: u32 = 10;

/// So many people are remembered before all of them are looked up anew.
const KNOWN_MAX: usize = 65_536;

/// By which index accounts are known: learning it opens a name, which is put on record, and a home page asks every time.
#[derive(Default)]
pub(crate) struct Persons(Mutex<HashMap<AccountId, Index>>);

impl Persons {
    fn get(&self, account: AccountId) -> Option<Index> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&account).copied()
    }

    fn keep(&self, account: AccountId, person: Index) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KNOWN_MAX {
            known.clear();
        }
        known.insert(account, person);
    }
}

impl Platform {
    /// The person who may be asked for their yes here; nobody where nothing is offered that two agree to.
    pub(crate) async fn may_be_asked(
        &self,
        citizen: &Citizen,
        catalogue: &Catalogue,
        pack: &CityPack,
    ) -> Result<Option<Index>> {
        let service = |id| catalogue.services.get(id).and_then(|service| service.booking.as_ref());
        if !citizen.verified || !pack.offers.keys().filter_map(service).any(|booking| booking.parties > 1) {
            return Ok(None);
        }
        if let Some(person) = self.inner.persons.get(citizen.account) {
            return Ok(Some(person));
        }
        let (_, resident_id) = self.real_name_of(citizen, citizen.account, Purpose::Booking).await?;
        let person = self.inner.vault.index(PERSON, &resident_id);
        self.inner.persons.keep(citizen.account, person);
        Ok(Some(person))
    }

    pub(crate) async fn asked_of(
        &self,
        citizen: &Citizen,
        catalogue: &Catalogue,
        pack: &CityPack,
        cell: &store::City,
    ) -> Result<Vec<BookingLine>> {
        let Some(person) = self.may_be_asked(citizen, catalogue, pack).await? else { return Ok(Vec::new()) };
        let ids = cell.bookings_kept_for(person, ASKED_MAX).await?;
        self.asked_among(citizen, pack, cell, ids, person).await
    }

    /// Those of what is held for a person that wait for their yes.
    pub(crate) async fn asked_among(
        &self,
        citizen: &Citizen,
        pack: &CityPack,
        cell: &store::City,
        ids: Vec<Id>,
        person: Index,
    ) -> Result<Vec<BookingLine>> {
        let mut asked = Vec::new();
        for id in ids {
            let Some(facts) = cell.booking_facts(id).await? else { continue };
            let mut parties = facts.parties.iter().zip(&facts.facts.consents);
            let waits = parties.any(|(party, agreed)| party.person == person && !agreed);
            if waits && facts.account != Some(citizen.account) {
                asked.push(self.line_of(pack, facts));
            }
        }
        asked.retain(|line| line.state.is_live());
        Ok(asked)
    }

    /// A booking in a list. Nothing personal is opened.
    pub(crate) fn line_of(&self, pack: &CityPack, facts: BookingFacts) -> BookingLine {
        let place = pack.offers.get(&facts.service).and_then(|offer| offer.place(&facts.names.place));
        let resource = place.and_then(|place| place.resource(&facts.names.resource));
        BookingLine {
            id: facts.id,
            number: facts.number.clone(),
            state: self.shown_state(&facts),
            place: place.map(|place| place.name.clone()).unwrap_or_default(),
            resource: resource.map(|(_, resource)| resource.name.clone()),
            starts_at: facts.facts.starts_at,
            ends_at: facts.facts.ends_at,
            held_until_at: facts.facts.held_until_at,
            price: facts.facts.price,
            count: facts.units(),
            service: facts.service,
        }
    }
}
