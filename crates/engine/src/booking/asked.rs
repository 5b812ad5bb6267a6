//! What waits for somebody's yes: a booking that another one made and that names them. Until they agree it is tied to
//! their person alone and to no login, so that it is found by the person. Looked for only where a city offers what two
//! agree to.

use kernel::{Result, access::Purpose};
use manifest::{Catalogue, CityPack};
use store::BookingFacts;

use super::view::BookingLine;
use crate::{Citizen, Platform, real_name::PERSON};

/// Nobody is asked by more at a time.
const ASKED_MAX: u32 = 10;

impl Platform {
    pub(crate) async fn asked_of(
        &self,
        citizen: &Citizen,
        catalogue: &Catalogue,
        pack: &CityPack,
        cell: &store::City,
    ) -> Result<Vec<BookingLine>> {
        let service = |id| catalogue.services.get(id).and_then(|service| service.booking.as_ref());
        if !citizen.verified || !pack.offers.keys().filter_map(service).any(|booking| booking.parties > 1) {
            return Ok(Vec::new());
        }
        let (_, resident_id) = self.real_name_of(citizen, citizen.account, Purpose::Booking).await?;
        let person = self.inner.vault.index(PERSON, &resident_id);
        let mut asked = Vec::new();
        for id in cell.bookings_kept_for(person, ASKED_MAX).await? {
            let Some(facts) = cell.booking_facts(id).await? else { continue };
            let parties = facts.parties.iter().zip(&facts.facts.consents);
            let waits = parties.filter(|(party, agreed)| party.person == person && !**agreed).count() > 0;
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
