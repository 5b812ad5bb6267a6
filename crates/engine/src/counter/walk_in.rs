//! A booking for whoever stands at the counter with their IDs, a family too: out of the counter's share, without an
//! account.
//!
//! The money is taken at the place's own till and is no business of the platform: the booking costs nothing here, so that
//! nothing of it can come back from here either.

use capability::booking::{
    Command, State, plan,
    pool::{Door, Legs},
};
use kernel::{
    CityId, Error, Id, Index, Kind, Money, Result,
    identifier::{Mistake, PersonName, ResidentId},
};
use manifest::booking::{BookingKind, offer::Place};
use store::{HoldRefused, PoolInfo, PoolsOf};

use super::{AtDesk, Desk, DeskAt, PERSON_FIELDS, WalkIn, WalkInForm, WalkInView, refused};
use crate::{
    Deed, HoldForm, OnceKey, Pass, Platform, Staff, Verb, Where,
    booking::{
        claim::Coming,
        companion::{Kin, Who},
        drive::With,
        offer::stops,
        price::Said,
        unit::slots,
    },
    platform::key_reused,
    sign_in::keep,
};

/// The index from which a booking's id is taken, so that the same form finds it again.
const BOOKING: &str = "booking.id";
/// A number that somebody else took meanwhile is another number's turn.
const TRIES_MAX: usize = 4;

impl Desk {
    /// Whether a walk-in takes from this pool first, and is named by it.
    fn is_for_walk_ins(&self, place: &Place, info: &PoolInfo) -> bool {
        let part = info.pool.part.as_str();
        match self.kind {
            BookingKind::Appointment => part.is_empty(),
            BookingKind::Ticket => {
                let rules = &self.offered.catalogue.rules.booking;
                let rule = place.ticket.as_deref().and_then(|id| rules.ticket_on(info.pool.on, id));
                (part == plan::DAY) == rule.is_some_and(|rule| rule.band.is_empty())
            }
            BookingKind::Coach => part == plan::RIDE,
        }
    }

    fn price(&self, place: &Place, info: &PoolInfo) -> Money {
        let on = info.pool.on;
        let resource =
            place.resource(&info.pool.resource).map(|(_, resource)| self.offered.number_price(place, resource, on));
        let rules = &self.offered.catalogue.rules.booking;
        let ticket = || {
            let rule = place.ticket.as_deref().and_then(|id| rules.ticket_on(on, id))?;
            Some(self.offered.ticket_price(place, rule, on))
        };
        resource.or_else(ticket).unwrap_or(Money::ZERO)
    }
}

impl Platform {
    /// What the counter of a place can give out today.
    pub async fn walk_in(&self, staff: &Staff, city: &CityId, at: &DeskAt) -> Result<WalkInView> {
        let desk = self.with_prices(city, self.desk_at(staff, Verb::BookOnSite, city, at)?).await?;
        let (place, cell, now) = (desk.offered.place(&at.place)?, self.inner.stores.city(city).await?, self.now());
        let alone = desk.offered.booking()?.parties <= 1;
        let (service, today) = (at.service.clone(), now.date());
        let of = PoolsOf { service, place: Some(at.place.clone()), resource: None, from_on: today, to_on: today };
        let pools = cell.pools(of).await?;
        let here = |section: &str| at.section.is_empty() || at.section == section;
        let open = |info: &&PoolInfo| {
            let going_on = info.pool.ends_at > now && info.free(Door::OnSite) > 0;
            alone && going_on && here(&info.pool.section) && desk.is_for_walk_ins(place, info)
        };
        let sitting = |info: &PoolInfo| WalkIn {
            pool: info.number,
            resource: desk.names(&at.place, &info.pool.section, &info.pool.resource).1,
            part: info.pool.part.clone(),
            starts_at: info.pool.starts_at,
            ends_at: info.pool.ends_at,
            free: info.free(Door::OnSite),
            price: desk.price(place, info),
        };
        Ok(WalkInView {
            at: at.clone(),
            sittings: pools.iter().filter(open).map(sitting).collect(),
            matters: desk.offered.offer.matter.iter().map(|one| (one.id.clone(), one.name.clone())).collect(),
            persons_max: usize::from(desk.offered.booking()?.persons_max).clamp(1, PERSON_FIELDS.len()),
            stops: stops(place).into_iter().map(|stop| (stop.id, stop.name)).collect(),
        })
    }

    /// Books for whoever is here, and checks in whoever came to a counter. The same form sent twice makes one booking.
    pub async fn book_on_site(
        &self,
        staff: &Staff,
        city: &CityId,
        at: &DeskAt,
        form: WalkInForm<'_>,
        key: OnceKey,
    ) -> Result<Id> {
        let desk = self.desk_at(staff, Verb::BookOnSite, city, at)?;
        let most = usize::from(desk.offered.booking()?.persons_max).clamp(1, PERSON_FIELDS.len());
        let here = self.whoever_is_here(form, most)?;
        let number = form.pool.parse().map_err(|_| Error::field("pool", Mistake::Choice))?;
        let cell = self.inner.stores.city(city).await?;
        let info = cell.pool(number).await?.filter(|info| {
            let own = info.pool.service == at.service && info.pool.place == at.place;
            own && desk.offered.offer.place(&at.place).is_some_and(|place| desk.is_for_walk_ins(place, info))
        });
        let info = info.ok_or_else(|| Error::field("pool", Mistake::Choice))?;
        let Index(hash) = self.inner.vault.index(BOOKING, &format!("desk|{}|{}", staff.id, key.as_str()));
        let id = Id::from_slice(&hash[..16]).ok_or_else(|| Error::internal("a booking's id"))?;
        let on_record = Deed {
            verb: Verb::BookOnSite,
            city,
            department: Some(&desk.department),
            place: &at.place,
            object: format!("booking {id}"),
            reason: "",
        };
        let work = async {
            let mut persons = Vec::with_capacity(here.len());
            for (field, name, resident) in &here {
                self.check_name(name, resident, field).await?;
                let kin = if persons.is_empty() { Kin::Own } else { Kin::Other };
                let (name, resident_id) = (name.expose().to_owned(), resident.expose().to_owned());
                persons.push((Who { name, resident_id, kin }, Said::default()));
            }
            self.hold_on_site(city, &cell, &desk, &info, (form, &persons), id).await
        };
        self.deed(staff, on_record, work).await?;
        // A ticket is used at the gate, where entries are counted, and a seat when the coach is boarded.
        if desk.kind != BookingKind::Appointment {
            return Ok(id);
        }
        // What cannot be checked in yet is booked all the same.
        match self.attend(staff, city, id, AtDesk::CheckIn, "").await {
            Err(error) if !matches!(error.kind, Kind::Conflict(_)) => Err(error),
            _ => Ok(id),
        }
    }

    fn whoever_is_here(
        &self,
        form: WalkInForm<'_>,
        most: usize,
    ) -> Result<Vec<(&'static str, PersonName, ResidentId)>> {
        let (mut mistakes, mut here, today) = (Vec::new(), Vec::new(), self.now().date());
        let lines = PERSON_FIELDS.into_iter().zip(form.persons).take(most).enumerate();
        for (at, ((name_field, id_field), (name, resident_id))) in lines {
            // The first line is somebody's; any other may be left empty.
            if at > 0 && name.trim().is_empty() && resident_id.trim().is_empty() {
                continue;
            }
            let name = keep(&mut mistakes, name_field, PersonName::parse(name));
            let resident = keep(&mut mistakes, id_field, ResidentId::parse(resident_id, today));
            if let (Some(name), Some(resident)) = (name, resident) {
                let twice = here.iter().any(|(_, _, known): &(_, _, ResidentId)| known.expose() == resident.expose());
                if twice {
                    mistakes.push(kernel::FieldError { field: id_field, mistake: Mistake::PersonTwice });
                }
                here.push((id_field, name, resident));
            }
        }
        if form.pool.is_empty() {
            mistakes.push(kernel::FieldError { field: "pool", mistake: Mistake::Choice });
        }
        if mistakes.is_empty() && !here.is_empty() { Ok(here) } else { Err(Kind::Invalid(mistakes).into()) }
    }

    async fn hold_on_site(
        &self,
        city: &CityId,
        cell: &store::City,
        desk: &Desk,
        info: &PoolInfo,
        (typed, persons): (WalkInForm<'_>, &[(Who, Said)]),
        id: Id,
    ) -> Result<()> {
        let pool = &info.pool;
        let (ticket, coach) = (desk.kind == BookingKind::Ticket, desk.kind == BookingKind::Coach);
        let named = |text: &'_ str| !text.is_empty();
        for _ in 0..TRIES_MAX {
            if let Some(facts) = cell.booking_facts(id).await? {
                return self.confirm_on_site(city, cell, id, facts.facts.state).await;
            }
            let form = HoldForm {
                at: Where {
                    place: &pool.place,
                    section: (!ticket).then_some(pool.section.as_str()),
                    resource: (!ticket).then_some(pool.resource.as_str()),
                    matter: Some(typed.matter).filter(|text| named(text)),
                    from: Some(typed.from).filter(|text| coach && named(text)),
                    to: Some(typed.to).filter(|text| coach && named(text)),
                },
                starts_at: pool.starts_at,
                band: if ticket && pool.part != plan::DAY { &pool.part } else { "" },
                period: self.next_number(cell, info).await?,
                seats: &[],
                persons: &[],
                partner: None,
                quoted: None,
                confirm: true,
                pass: Pass::default(),
            };
            let wanted = self.wanted(city, &pool.service, &form, Door::OnSite).await;
            // The line does not go from there to there.
            let no_way = |error: Error| match error.kind {
                Kind::NotFound if coach => Error::field("to", Mistake::Choice),
                _ => error,
            };
            let wanted = wanted.map_err(no_way)?;
            let priced = self.priced(&wanted, persons)?;
            let coming = Coming { persons: persons.to_vec(), priced };
            let claim = self.claim(cell, id, None, &wanted, &coming).await?;
            let mut hold = claim.map_err(refused)?;
            hold.price = Money::ZERO;
            match cell.hold(hold).await? {
                Ok(_) => self.look_again(city, &pool.service),
                Err(HoldRefused::Refused(capability::booking::Refusal::Taken { .. })) => {}
                Err(HoldRefused::Refused(refusal)) => return Err(refused(refusal)),
                Err(HoldRefused::KeyReused) => return Err(key_reused()),
                Err(HoldRefused::NoSuchPool | HoldRefused::Stale) => return Err(Kind::NotFound.into()),
            }
        }
        Err(Error::new(Kind::Conflict("sold_out")))
    }

    /// The first free number that is still to be called, so that nobody who was there before has to wait for them; the
    /// last one, when all that is left is past.
    async fn next_number(&self, cell: &store::City, info: &PoolInfo) -> Result<Option<(u32, u32)>> {
        if !info.pool.numbered {
            return Ok(None);
        }
        let stock = cell.stock(&[info.number], self.now()).await?.into_iter().next().flatten().ok_or(Kind::NotFound)?;
        let now = self.now();
        let ahead: Vec<u32> = slots(&info.pool)
            .into_iter()
            .filter(|slot| slot.starts_at > now)
            .map(|slot| u32::from(slot.number))
            .collect();
        let free: Vec<u32> = stock.free_units(Legs::ONE).collect();
        let next = free.iter().find(|number| ahead.contains(number)).or(free.last());
        Ok(next.map(|number| (*number, *number)))
    }

    async fn confirm_on_site(&self, city: &CityId, cell: &store::City, id: Id, state: State) -> Result<()> {
        if state != State::Held {
            return Ok(());
        }
        self.drive_booking(city, cell, id, Command::Confirm, With::default()).await?.map(drop).map_err(refused)
    }
}
