//! Which places are in whose care, and what a booking of one of them is called there.

use capability::booking::pool::Taken;
use kernel::{CityId, DepartmentId, Kind, Result, ServiceId, Text};
use manifest::{
    Act, CityPack,
    booking::{
        BookingKind,
        offer::{Place, Section},
    },
};
use store::BookingFacts;

use super::{DeskAt, DeskPlace, DeskSection};
use crate::{Platform, Staff, Verb, booking::Offered};

/// A service as the desk of a place understands it.
pub(crate) struct Desk {
    pub(crate) offered: Offered,
    pub(crate) department: DepartmentId,
    pub(crate) kind: BookingKind,
}

/// The department whose bookings a service makes.
fn department(pack: &CityPack, service: &ServiceId) -> Option<DepartmentId> {
    let told = pack.bindings.act.get(service).and_then(|acts| acts.get(&Act::Book));
    told.or_else(|| pack.bindings.service.get(service)).map(|binding| binding.department.clone())
}

impl Desk {
    pub(crate) fn place_name(&self, place: &str) -> Text {
        let known = self.offered.offer.place(place);
        known.map_or_else(|| Text::new(place, place), |place| place.name.clone())
    }

    /// What section and resource are called. Who was booked when the plan was another one keeps their ids.
    pub(crate) fn names(&self, place: &str, section: &str, resource: &str) -> (Text, Text) {
        let place = self.offered.offer.place(place);
        let found = place.and_then(|place| place.resource(resource));
        let own = |text: &str| Text::new(text, text);
        let named = place.and_then(|place| place.section(section)).map(|section| section.name.clone());
        match found {
            Some((section, resource)) => (named.unwrap_or_else(|| section.name.clone()), resource.name.clone()),
            None => (named.unwrap_or_else(|| own(section)), own(resource)),
        }
    }

    /// The number by which somebody is called: an appointment's unit.
    pub(crate) fn call_no(&self, facts: &BookingFacts) -> Option<u32> {
        let taken: Option<&Taken> = facts.parts.first().map(|(_, taken)| taken);
        taken.filter(|_| self.kind == BookingKind::Appointment).and_then(|taken| taken.units.first().copied())
    }
}

fn sections(place: &Place) -> Vec<DeskSection> {
    let section = |section: &Section| DeskSection {
        id: section.id.clone(),
        name: section.name.clone(),
        resources: section.resource.iter().map(|one| (one.id.clone(), one.name.clone())).collect(),
    };
    place.section.iter().map(section).collect()
}

impl Platform {
    /// The places of a city at which this person may do something, service by service.
    #[must_use]
    pub fn desk_places(&self, staff: &Staff, verb: Verb, city: &CityId) -> Vec<DeskPlace> {
        let catalogue = self.catalogue();
        let (Some(scope), Some(pack)) = (staff.may(verb, city), catalogue.city(city.as_str())) else {
            return Vec::new();
        };
        let mut places = Vec::new();
        for service in catalogue.services_of(pack) {
            let (Some(booking), Some(offer)) = (&service.booking, pack.offers.get(&service.id)) else { continue };
            let Some(department) = department(pack, &service.id) else { continue };
            for place in offer.place.iter().filter(|place| scope.covers_place(&department, &place.id)) {
                places.push(DeskPlace {
                    service: service.id.clone(),
                    service_name: service.name.clone(),
                    kind: booking.kind,
                    id: place.id.clone(),
                    name: place.name.clone(),
                    sections: sections(place),
                });
            }
        }
        places
    }

    /// The desk of a place, for somebody who may do this there. Another's place does not exist for them.
    pub(crate) fn desk(
        &self,
        staff: &Staff,
        verb: Verb,
        city: &CityId,
        service: &ServiceId,
        place: &str,
    ) -> Result<Desk> {
        let offered = self.offered(city, service)?;
        let department = department(&offered.pack, service).ok_or(Kind::NotFound)?;
        if !staff.may_in(verb, city, Some(&department), place) {
            return Err(Kind::Denied("not_your_role").into());
        }
        let kind = offered.booking()?.kind;
        Ok(Desk { offered, department, kind })
    }

    pub(crate) fn desk_at(&self, staff: &Staff, verb: Verb, city: &CityId, at: &DeskAt) -> Result<Desk> {
        let desk = self.desk(staff, verb, city, &at.service, &at.place)?;
        desk.offered.place(&at.place)?;
        Ok(desk)
    }

    pub(crate) fn desk_of_booking(
        &self,
        staff: &Staff,
        verb: Verb,
        city: &CityId,
        facts: &BookingFacts,
    ) -> Result<Desk> {
        self.desk(staff, verb, city, &facts.service, &facts.names.place)
    }
}
