//! A claim: from what was chosen on a page to a unit that is held.
//!
//! The order is that of price, because during a rush most claims are refused: what the day and the stock in memory say
//! comes before anything is read of a person. Only a repeat of a claim that was granted is let through, whatever the stock
//! says by now.

use capability::booking::{
    Refusal,
    hold::Rules,
    pool::{Door, Take},
    release,
};
use kernel::{CityId, Date, Id, Index, Kind, Money, Result, ServiceId, Timestamp};
use store::HoldRefused;

use super::{
    admission::{Pass, Waits},
    claim::{Coming, Wanted},
    companion::{Kin, Who},
    near::NearView,
    price::{self, Priced, Said},
    view::Where,
};
use crate::{
    Citizen, OnceKey, Platform,
    platform::{key_reused, need_real_name},
};

/// The index from which a booking's id is taken.
const BOOKING: &str = "booking.id";
/// A period whose unit was just taken is tried again, with another of its units. Every race that is lost is a unit less, so
/// a sitting is sold out before this is reached.
const TRIES_MAX: usize = 64;

/// What is asked for, as chosen and typed.
#[derive(Clone, Debug)]
pub struct HoldForm<'a> {
    /// Of an appointment and a journey, with its resource.
    pub at: Where<'a>,
    /// When the sitting, the band, the day or the trip begins, as the page showed it.
    pub starts_at: Timestamp,
    /// Of a ticket; empty for the whole day.
    pub band: &'a str,
    /// Numbers of a sitting from which any will do; all of them, where none are named.
    pub period: Option<(u32, u32)>,
    /// These seats and no others; any, where none are named.
    pub seats: &'a [u32],
    pub persons: &'a [PersonForm],
    /// The other one, where two must agree.
    pub partner: Option<PartnerForm<'a>>,
    /// The total that the page showed; `None` where it showed none.
    pub quoted: Option<Money>,
    /// Confirms in the same breath, where nothing has to be paid or agreed to first.
    pub confirm: bool,
    pub pass: Pass<'a>,
}

#[derive(Clone, Debug, Default)]
pub struct PersonForm {
    /// A companion; `None` for the citizen themselves.
    pub who: Option<Id>,
    pub said: Said,
}

#[derive(Clone, Copy, Debug)]
pub struct PartnerForm<'a> {
    pub name: &'a str,
    pub resident_id: &'a str,
}

#[derive(Clone, Debug)]
pub enum HoldOutcome {
    /// Its page leads on.
    Booking(Id),
    Refused {
        refusal: Refusal,
        /// What is free nearby, the nearest first.
        nearest: Vec<NearView>,
    },
    /// It costs something else than the page showed: nothing was taken.
    Changed { total: Money },
    /// Too many come at once: nothing was taken, and this is what it waits for.
    Waits(Waits),
}

impl Platform {
    /// Takes units for persons, or says why not and what is near.
    pub async fn hold_booking(
        &self,
        citizen: &Citizen,
        city: &CityId,
        service: &ServiceId,
        form: &HoldForm<'_>,
        key: OnceKey,
    ) -> Result<HoldOutcome> {
        need_real_name(citizen)?;
        let cell = self.inner.stores.city(city).await?;
        let id = self.booking_id(citizen, &key);
        let wanted = self.wanted(city, service, form, Door::Online).await?;
        if let Some(refusal) = self.refused_by_memory(&cell, &wanted).await? {
            // The repeat of a claim that was granted is no claim.
            return match cell.booking_facts(id).await? {
                Some(_) => Ok(HoldOutcome::Booking(id)),
                None => self.refused(&cell, &wanted, refusal).await,
            };
        }
        let _entered = match self.enter(citizen, city, form.pass).await {
            Ok(entered) => entered,
            Err(waits) => return Ok(HoldOutcome::Waits(waits)),
        };
        let persons = self.persons(citizen, &wanted).await?;
        if let Some(refusal) = self.may_come(&wanted, &persons).await? {
            return self.refused(&cell, &wanted, refusal).await;
        }
        let priced = self.priced(&wanted, &persons)?;
        let coming = Coming { persons, priced };
        let total = coming.total();
        if form.quoted.is_some_and(|quoted| quoted != total) {
            return Ok(HoldOutcome::Changed { total });
        }
        for _ in 0..TRIES_MAX {
            let hold = self.claim(&cell, id, Some(citizen.account), &wanted, &coming).await?;
            let hold = match hold {
                Ok(hold) => hold,
                Err(refusal) => return self.refused(&cell, &wanted, refusal).await,
            };
            match cell.hold(hold).await? {
                Ok(held) => {
                    self.look_again(city, service);
                    if form.confirm {
                        self.confirm_if_ready(city, &cell, held.id).await?;
                    }
                    return Ok(HoldOutcome::Booking(held.id));
                }
                // Somebody was quicker with this number: another one, then.
                Err(HoldRefused::Refused(Refusal::Taken { .. })) if form.seats.is_empty() => {}
                Err(HoldRefused::Refused(refusal)) => return self.refused(&cell, &wanted, refusal).await,
                Err(HoldRefused::KeyReused) => return Err(key_reused()),
                Err(HoldRefused::NoSuchPool | HoldRefused::Stale) => return Err(Kind::NotFound.into()),
            }
        }
        self.refused(&cell, &wanted, Refusal::SoldOut { free: 0 }).await
    }

    /// What a claim would cost, person by person; nothing is held.
    pub async fn quote_booking(
        &self,
        citizen: &Citizen,
        city: &CityId,
        service: &ServiceId,
        form: &HoldForm<'_>,
    ) -> Result<BookingQuote> {
        need_real_name(citizen)?;
        let wanted = self.wanted(city, service, form, Door::Online).await?;
        let persons = self.persons(citizen, &wanted).await?;
        let priced = self.priced(&wanted, &persons)?;
        let name_of = |id: &str| {
            let concessions = price::concessions(&wanted.offered, wanted.place().ok()?, wanted.starts_at.date());
            concessions.into_iter().find(|one| one.id == id).map(|one| one.name)
        };
        let lines = persons.iter().zip(&priced).map(|((who, _), priced)| QuotePerson {
            name: kernel::mask::name(&who.name),
            kin: who.kin,
            price: priced.price,
            concession: priced.concession.as_deref().and_then(name_of),
            at_gate: priced.at_gate.clone(),
            seat: priced.ride.seat,
        });
        let since =
            price::since(&wanted.offered, wanted.place()?, wanted.resource(), wanted.legs, wanted.starts_at.date());
        Ok(BookingQuote {
            since,
            persons: lines.collect(),
            total: Money::from_fen(priced.iter().map(|one| one.price.fen()).sum()),
        })
    }

    /// The id of the booking that this key makes: nobody else can guess it, and the same form finds it again.
    pub(super) fn booking_id(&self, citizen: &Citizen, key: &OnceKey) -> Id {
        let Index(hash) = self.inner.vault.index(BOOKING, &format!("{}|{}", citizen.account, key.as_str()));
        Id::from_slice(&hash[..16]).unwrap_or(Id([0; 16]))
    }

    /// What can be said without knowing who asks.
    pub(super) async fn refused_by_memory(&self, cell: &store::City, wanted: &Wanted<'_>) -> Result<Option<Refusal>> {
        let Rules { profile, calendar } = wanted.rules();
        let times = (wanted.starts_at, wanted.ends_at);
        if let Err(refusal) = release::check(profile, calendar, wanted.door, times, self.now()) {
            return Ok(Some(refusal));
        }
        let numbers: Vec<i64> = wanted.pools.iter().map(|info| info.number).collect();
        for pool in cell.stock(&numbers, self.now()).await? {
            let pool = pool.ok_or(Kind::NotFound)?;
            if let Err(refusal) = pool.check(&Take { legs: wanted.legs, ..Take::any(wanted.door, 1) }) {
                return Ok(Some(refusal));
            }
        }
        Ok(None)
    }

    pub(crate) fn priced(&self, wanted: &Wanted<'_>, persons: &[(Who, Said)]) -> Result<Vec<Priced>> {
        let on = wanted.starts_at.date();
        price::persons(&wanted.offered, wanted.place()?, wanted.resource(), wanted.legs, on, persons)
    }
}

/// A claim's price, before it is made.
#[derive(Clone, Debug)]
pub struct BookingQuote {
    pub persons: Vec<QuotePerson>,
    pub total: Money,
    /// The day from which on it costs so much, where that is known.
    pub since: Option<Date>,
}

#[derive(Clone, Debug)]
pub struct QuotePerson {
    /// Masked.
    pub name: String,
    pub kin: Kin,
    pub price: Money,
    pub concession: Option<kernel::Text>,
    pub at_gate: capability::booking::ticket::AtGate,
    pub seat: bool,
}
