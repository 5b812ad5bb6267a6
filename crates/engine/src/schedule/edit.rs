//! Other numbers for a pool, and a sitting that no plan has.

use capability::booking::{limit, pool::Door};
use jiff::civil::Time;
use kernel::{
    CityId, Date, Error, Kind, Result,
    identifier::{Mistake, normalise},
};
use manifest::booking::BookingKind;
use store::NewPool;

use super::SittingForm;
use crate::{Deed, Platform, Staff, Verb, counter::DeskAt};

/// What is wrong with a sitting as typed, by its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SittingWrong {
    Resource,
    /// No date, or one that is past.
    Day,
    From,
    To,
    Units,
    /// More is kept than there is.
    OnSite,
    Phone,
    /// There is one at this time.
    Exists,
    Reason,
}

/// More is no half-day of anybody.
const UNITS_MAX: u32 = 2_000;

/// A sitting as it is to be.
struct Sitting {
    on: Date,
    from: Time,
    to: Time,
    units: u32,
    on_site: u32,
    phone: u32,
}

impl SittingForm<'_> {
    fn read(&self, today: Date) -> std::result::Result<Sitting, Vec<SittingWrong>> {
        let mut wrong = Vec::new();
        let mut keep = |value: Option<u32>, otherwise: u32, why: SittingWrong| {
            if value.is_none() {
                wrong.push(why);
            }
            value.unwrap_or(otherwise)
        };
        let count = |text: &str| normalise(text).parse::<u32>().ok();
        let kept = |text: &str| if text.trim().is_empty() { Some(0) } else { count(text) };
        let units = keep(count(self.units).filter(|units| (1..=UNITS_MAX).contains(units)), 0, SittingWrong::Units);
        let on_site = keep(kept(self.on_site).filter(|kept| *kept <= units), 0, SittingWrong::OnSite);
        let phone = keep(kept(self.phone).filter(|kept| on_site + kept <= units), 0, SittingWrong::Phone);
        let on = self.on.trim().parse::<Date>().ok().filter(|on| *on >= today);
        if on.is_none() {
            wrong.push(SittingWrong::Day);
        }
        let from = self.from.trim().parse::<Time>().ok();
        let to = self.to.trim().parse::<Time>().ok().filter(|to| from.is_none_or(|from| from < *to));
        wrong.extend(from.is_none().then_some(SittingWrong::From));
        wrong.extend(to.is_none().then_some(SittingWrong::To));
        wrong.extend(self.reason.trim().is_empty().then_some(SittingWrong::Reason));
        match (on, from, to) {
            (Some(on), Some(from), Some(to)) if wrong.is_empty() => Ok(Sitting { on, from, to, units, on_site, phone }),
            _ => Err(wrong),
        }
    }
}

impl Platform {
    /// Another number of units and other shares. `Some` says how many are in use: it cannot be fewer.
    pub async fn resize_pool(
        &self,
        staff: &Staff,
        city: &CityId,
        number: i64,
        capacity: u32,
        shares: [u32; 3],
        reason: &str,
    ) -> Result<Option<u32>> {
        let (desk, info) = self.pool_at(staff, Verb::ChangeSchedule, city, number).await?;
        if capacity > UNITS_MAX.max(info.pool.capacity.saturating_mul(10)) {
            return Err(Error::field("units", Mistake::Choice));
        }
        let cell = self.inner.stores.city(city).await?;
        let deed = Deed {
            verb: Verb::ChangeSchedule,
            city,
            department: Some(&desk.department),
            place: &info.pool.place,
            object: format!("pool {number} {} to {capacity}", info.pool.capacity),
            reason,
        };
        let work = async { Ok(cell.resize_pool(number, capacity, shares).await?) };
        let done = self.deed(staff, deed, work).await?;
        self.look_again(city, &info.pool.service);
        Ok(done.err().map(|below| below.least))
    }

    /// A sitting that the weekly plan does not have. The answer says what is wrong with it; nothing, when it was added.
    pub async fn add_sitting(
        &self,
        staff: &Staff,
        city: &CityId,
        at: &DeskAt,
        form: SittingForm<'_>,
    ) -> Result<Vec<SittingWrong>> {
        let desk = self.desk_at(staff, Verb::ChangeSchedule, city, at)?;
        if desk.kind != BookingKind::Appointment {
            return Err(Kind::NotFound.into());
        }
        let place = desk.offered.place(&at.place)?;
        let Some((section, resource)) = place.resource(form.resource) else { return Ok(vec![SittingWrong::Resource]) };
        let sitting = match form.read(self.now().date()) {
            Ok(sitting) => sitting,
            Err(wrong) => return Ok(wrong),
        };
        let mut shares = [sitting.units; 3];
        shares[Door::Online as usize] = sitting.units - sitting.on_site - sitting.phone;
        shares[Door::Phone as usize] = sitting.phone;
        let new = NewPool {
            service: at.service.clone(),
            place: at.place.clone(),
            section: section.id.clone(),
            resource: resource.id.clone(),
            part: String::new(),
            on: sitting.on,
            starts_at: limit::at(sitting.on, sitting.from),
            ends_at: limit::at(sitting.on, sitting.to),
            capacity: sitting.units,
            numbered: true,
            legs: 1,
            shares,
        };
        let deed = Deed {
            verb: Verb::ChangeSchedule,
            city,
            department: Some(&desk.department),
            place: &at.place,
            object: format!("sitting {at}/{} {} {}", resource.id, sitting.on, sitting.from.strftime("%H:%M")),
            reason: form.reason,
        };
        let cell = self.inner.stores.city(city).await?;
        let work = async {
            if cell.add_pool(new).await? { Ok(()) } else { Err(Error::new(Kind::Conflict("sitting_exists"))) }
        };
        match self.deed(staff, deed, work).await {
            Ok(()) => {
                self.look_again(city, &at.service);
                Ok(Vec::new())
            }
            Err(error) if error.kind == Kind::Conflict("sitting_exists") => Ok(vec![SittingWrong::Exists]),
            Err(error) => Err(error),
        }
    }
}
