//! A wish: a claim that waits, on a list or in a draw, with everything that it takes to make it later, without whoever
//! made it. It is sealed with the list's row; when it is granted it becomes a hold like any other.

use capability::booking::{
    Refusal,
    pool::{Door, Take},
};
use kernel::{AccountId, CityId, Error, Id, Kind, Result, Sealed, ServiceId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{HeldBooking, HoldRefused};

use super::{
    claim::{Coming, Wanted},
    companion::Who,
    drive::offered_message,
    hold::{HoldForm, PersonForm},
    price::Said,
    view::Where,
};
use crate::{Platform, booking::Pass};

const WISH: &str = "booking.wish";
/// Another number is drawn this often, if one is taken.
const TRIES_MAX: usize = 4;

/// In clear only inside this file's functions; it cannot be printed.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Wish {
    pub(crate) service: ServiceId,
    place: String,
    resource: Option<String>,
    matter: Option<String>,
    from: Option<String>,
    to: Option<String>,
    starts_at: i64,
    band: String,
    persons: Vec<(Who, Said)>,
}

impl Wish {
    /// Of a claim that was understood.
    pub(crate) fn of(wanted: &Wanted<'_>, persons: Vec<(Who, Said)>) -> Self {
        let HoldForm { at, starts_at, band, .. } = wanted.form;
        Self {
            service: wanted.offered.service.id.clone(),
            place: at.place.to_owned(),
            resource: at.resource.map(str::to_owned),
            matter: at.matter.map(str::to_owned),
            from: at.from.map(str::to_owned),
            to: at.to.map(str::to_owned),
            starts_at: starts_at.0,
            band: (*band).to_owned(),
            persons,
        }
    }

    pub(crate) const fn starts_at(&self) -> Timestamp {
        Timestamp(self.starts_at)
    }

    /// The one who made it.
    pub(crate) fn first(&self) -> Option<&Who> {
        self.persons.first().map(|(who, _)| who)
    }

    /// The same wish for another sitting, a lesser one.
    pub(crate) fn instead(&self, pool: &store::NewPool) -> Self {
        Self { resource: Some(pool.resource.clone()), starts_at: pool.starts_at.0, ..self.clone() }
    }

    fn form<'a>(&'a self, persons: &'a [PersonForm]) -> HoldForm<'a> {
        HoldForm {
            at: Where {
                place: &self.place,
                section: None,
                resource: self.resource.as_deref(),
                matter: self.matter.as_deref(),
                from: self.from.as_deref(),
                to: self.to.as_deref(),
            },
            starts_at: self.starts_at(),
            band: &self.band,
            period: None,
            seats: &[],
            persons,
            partner: None,
            quoted: None,
            confirm: false,
            pass: Pass::default(),
        }
    }
}

impl Platform {
    pub(crate) fn seal_wish(&self, wish: &Wish) -> Result<Sealed> {
        let bytes = serde_json::to_vec(wish).map_err(Error::internal)?;
        Ok(self.inner.vault.seal(&*self.inner.rng, WISH, &bytes))
    }

    /// For the machine that makes the claim: nobody looks at it there.
    pub(crate) fn read_wish(&self, sealed: &Sealed) -> Result<Wish> {
        let read = self.inner.vault.process(WISH, sealed, |bytes| serde_json::from_slice(bytes))?;
        read.map_err(|_| Error::internal("a wish that cannot be read"))
    }

    /// What a wish takes of which pool, as far as any unit will do.
    pub(crate) async fn wished(
        &self,
        city: &CityId,
        cell: &store::City,
        wish: &Wish,
    ) -> Result<std::result::Result<Vec<(i64, Take)>, Refusal>> {
        let persons = vec![PersonForm::default(); wish.persons.len()];
        let form = wish.form(&persons);
        let wanted = self.wanted(city, &wish.service, &form, Door::Online).await?;
        let priced = self.priced(&wanted, &wish.persons)?;
        let takes = self.takes(cell, &wanted, &priced).await?;
        let any = |(number, take): (i64, Take)| (number, Take { chosen: Vec::new(), ..take });
        Ok(takes.map(|takes| takes.into_iter().map(any).collect()))
    }

    /// Makes the claim of a wish, and tells whoever made it. `waiting` leaves the list in the same commit.
    pub(crate) async fn hold_wish(
        &self,
        city: &CityId,
        cell: &store::City,
        wish: &Wish,
        account: AccountId,
        id: Id,
        waiting: Option<Id>,
    ) -> Result<std::result::Result<HeldBooking, Refusal>> {
        let persons = vec![PersonForm::default(); wish.persons.len()];
        let form = wish.form(&persons);
        let mut wanted = self.wanted(city, &wish.service, &form, Door::Online).await?;
        // It need not wait for the hour of release.
        wanted.drawn = true;
        let priced = self.priced(&wanted, &wish.persons)?;
        let coming = Coming { persons: wish.persons.clone(), priced };
        for _ in 0..TRIES_MAX {
            let mut hold = match self.claim(cell, id, Some(account), &wanted, &coming).await? {
                Ok(hold) => hold,
                Err(refusal) => return Ok(Err(refusal)),
            };
            hold.waiting = waiting;
            hold.messages.push(offered_message(id, self.now())?);
            match cell.hold(hold).await? {
                Ok(held) => {
                    self.look_again(city, &wish.service);
                    self.inner.bells.ring(Some(city));
                    return Ok(Ok(held));
                }
                Err(HoldRefused::Refused(Refusal::Taken { .. })) => {}
                Err(HoldRefused::Refused(refusal)) => return Ok(Err(refusal)),
                Err(HoldRefused::KeyReused | HoldRefused::NoSuchPool | HoldRefused::Stale) => {
                    return Err(Kind::NotFound.into());
                }
            }
        }
        Ok(Err(Refusal::SoldOut { free: 0 }))
    }
}
