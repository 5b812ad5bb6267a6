//! The counter: whoever comes is found by what they hold or say, checked in, called, and seen to.
//!
//! A booking opens only against an entry in its owner's access log, and only to staff of the city, the department or the
//! place whose booking it is; what is shown of persons is masked. Every step is a deed on record, and what it does to the
//! booking is decided where all its steps are decided.

mod day;
mod place;
mod queue;
pub mod view;
mod walk_in;

use capability::booking::{Command, Refusal, State, voucher::Presented};
use kernel::{Access, Actor, CityId, Error, Id, Kind, Receipt, Result, access::Purpose, identifier::normalise, mask};
use store::{ArrivalsOf, BookingFacts, NewArrival};

use crate::{
    Deed, Platform, Staff, Verb,
    booking::{claim::Detail, drive::With, errand::unit_labels, show},
};

pub(crate) use place::Desk;
pub use view::{
    AtDesk, Call, CounterFind, DayPool, DayRow, DeskAt, DeskBooking, DeskDay, DeskPerson, DeskPlace, DeskSection,
    PERSON_FIELDS, Queue, QueueEntry, WalkIn, WalkInForm, WalkInView,
};

/// The door of a reading at the desk.
const DOOR: &str = "desk";

impl Platform {
    /// The booking of what was scanned or typed. Forged vouchers and other people's bookings are in the log of deeds.
    pub async fn find_at_counter(&self, staff: &Staff, city: &CityId, typed: &str) -> Result<CounterFind> {
        if staff.may(Verb::SeeCounter, city).is_none() {
            return Err(Kind::Denied("not_your_role").into());
        }
        let number = match Presented::read(&normalise(typed)) {
            None => return Ok(CounterFind::Unreadable),
            Some(Presented::Number(number)) => number,
            Some(Presented::Voucher(text)) => match self.read_voucher(city, &text)? {
                Ok(voucher) => voucher.number,
                Err(_) => {
                    self.note_in(staff, city, "counter", "voucher", "forged").await?;
                    return Ok(CounterFind::Forged);
                }
            },
        };
        let cell = self.inner.stores.city(city).await?;
        let Some(id) = cell.booking_by_number(&number).await? else { return Ok(CounterFind::Unknown) };
        let facts = cell.booking_facts(id).await?.ok_or(Kind::NotFound)?;
        if self.desk_of_booking(staff, Verb::SeeCounter, city, &facts).is_err() {
            self.note_in(staff, city, "counter", &format!("booking {id}"), "elsewhere").await?;
            return Ok(CounterFind::Elsewhere);
        }
        Ok(CounterFind::Booking(id))
    }

    /// A booking as the counter sees it. Whoever's it is sees that it was looked at.
    pub async fn desk_booking(&self, staff: &Staff, city: &CityId, id: Id) -> Result<DeskBooking> {
        let cell = self.inner.stores.city(city).await?;
        let facts = cell.booking_facts(id).await?.ok_or(Kind::NotFound)?;
        let desk = self.desk_of_booking(staff, Verb::SeeCounter, city, &facts)?;
        let (kept, receipt) = cell.booking_for_staff(self.looks(staff, &facts), id).await?.ok_or(Kind::NotFound)?;
        let detail = match &kept.detail {
            Some(sealed) => Some(self.open_booking_detail(sealed, &receipt)?),
            None => None,
        };
        let mut view = desk_view(&desk, &kept.facts, detail.as_ref());
        // Nobody is missing before their time is over, and nobody comes after it.
        let over = self.now() >= kept.facts.missed_at;
        view.can.retain(|deed| match deed {
            AtDesk::CheckIn => !over,
            AtDesk::Miss => over,
            AtDesk::Finish | AtDesk::Correct => true,
        });
        Ok(view)
    }

    /// The entry for a reading at the desk. A booking without an account has nobody to tell: the entry stands under the
    /// booking itself.
    pub(crate) fn looks(&self, staff: &Staff, facts: &BookingFacts) -> Access {
        Access {
            at: self.now(),
            actor: Actor::Staff(staff.id),
            subject: facts.account.unwrap_or(facts.id),
            purpose: Purpose::Booking,
            service: Some(facts.service.clone()),
            door: DOOR,
        }
    }

    /// Checks in, finishes, takes down a no-show or takes one back.
    pub async fn attend(&self, staff: &Staff, city: &CityId, id: Id, deed: AtDesk, reason: &str) -> Result<()> {
        let cell = self.inner.stores.city(city).await?;
        let facts = cell.booking_facts(id).await?.ok_or(Kind::NotFound)?;
        let desk = self.desk_of_booking(staff, Verb::SeeCounter, city, &facts)?;
        let on_record = Deed {
            verb: Verb::Attend,
            city,
            department: Some(&desk.department),
            place: &facts.names.place,
            object: format!("booking {id} {}", deed.word()),
            reason,
        };
        let command = match deed {
            AtDesk::CheckIn => Command::CheckIn,
            AtDesk::Finish => Command::Finish,
            AtDesk::Miss => Command::Miss,
            AtDesk::Correct => Command::Correct,
        };
        let work = async {
            self.drive_booking(city, &cell, id, command, With::default()).await?.map_err(refused)?;
            if deed == AtDesk::CheckIn {
                self.queue_up(staff, &cell, &desk, &facts).await?;
            }
            Ok(())
        };
        self.deed(staff, on_record, work).await
    }

    /// Puts somebody who was checked in into the queue of their sitting. Opening their name is on record like any other.
    pub(crate) async fn queue_up(
        &self,
        staff: &Staff,
        cell: &store::City,
        desk: &Desk,
        facts: &BookingFacts,
    ) -> Result<()> {
        let opened = cell.booking_for_staff(self.looks(staff, facts), facts.id).await?;
        let Some((kept, receipt)) = opened else { return Ok(()) };
        let name = self.masked_name(kept.detail.as_ref(), &receipt)?;
        let names = &facts.names;
        cell.arrive(NewArrival {
            booking: facts.id,
            at: ArrivalsOf {
                service: facts.service.clone(),
                place: names.place.clone(),
                section: names.section.clone(),
                resource: names.resource.clone(),
                on: facts.facts.starts_at.date(),
            },
            number: facts.number.clone(),
            call_no: desk.call_no(facts),
            name,
            starts_at: facts.facts.starts_at,
            arrived_at: self.now(),
        })
        .await?;
        Ok(())
    }

    /// The first person's name, masked; empty where it went with the account.
    pub(crate) fn masked_name(&self, detail: Option<&kernel::Sealed>, receipt: &Receipt) -> Result<String> {
        let Some(sealed) = detail else { return Ok(String::new()) };
        let detail = self.open_booking_detail(sealed, receipt)?;
        Ok(detail.persons.first().map(|person| mask::name(&person.who.name)).unwrap_or_default())
    }
}

fn desk_view(desk: &Desk, facts: &BookingFacts, detail: Option<&Detail>) -> DeskBooking {
    let offered = &desk.offered;
    let labels = unit_labels(offered, facts);
    let seated = desk.call_no(facts).is_none();
    let mut seats = labels.iter().filter(|_| seated);
    let persons = detail.map(|detail| detail.persons.as_slice()).unwrap_or_default().iter().map(|person| DeskPerson {
        name: mask::name(&person.who.name),
        resident_id: mask::resident_id(&person.who.resident_id),
        unit: if person.seat { seats.next().cloned().unwrap_or_default() } else { String::new() },
    });
    let names = &facts.names;
    let (section, resource) = desk.names(&names.place, &names.section, &names.resource);
    let matter = offered.offer.matter(&names.matter).map(|matter| matter.name.clone()).unwrap_or_default();
    DeskBooking {
        id: facts.id,
        number: facts.number.clone(),
        service: facts.service.clone(),
        at: DeskAt {
            service: facts.service.clone(),
            place: names.place.clone(),
            section: names.section.clone(),
            resource: String::new(),
        },
        place: desk.place_name(&names.place),
        section,
        resource,
        matter,
        state: facts.facts.state,
        door: facts.door,
        starts_at: facts.facts.starts_at,
        ends_at: facts.facts.ends_at,
        call_no: desk.call_no(facts),
        persons: persons.collect(),
        price: facts.facts.price,
        paid: facts.facts.paid,
        refunded: facts.facts.refunded,
        at_gate: detail.map(show::shows).unwrap_or_default(),
        bring: show::bring(offered, facts),
        can: AtDesk::of(facts.facts.state).to_vec(),
    }
}

/// A refusal of the rules, as the desk's forms take it.
pub(crate) fn refused(refusal: Refusal) -> Error {
    let code = refusal.code();
    Error::new(Kind::Conflict(code))
}

/// Whether somebody with a booking in such a state may still go in.
pub(crate) const fn lets_in(state: State) -> bool {
    matches!(state, State::Booked | State::Paid)
}
