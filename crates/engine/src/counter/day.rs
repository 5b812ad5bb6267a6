//! A day at a place, as its counter sees it: every sitting, and everybody who comes. Whoever is on the list finds in their
//! access log that it was looked at on that day, once for each who looked.

use kernel::{Access, Actor, CityId, Date, Result, access::Purpose};
use manifest::booking::BookingKind;
use store::{BookingInfo, PoolsOf};

use super::{DayPool, DayRow, DeskAt, DeskDay};
use crate::{Platform, Staff, Verb};

/// A page that people read; more are found by number.
const ROWS_MAX: u32 = 500;
/// The door of a list that is open all day: one entry of a day stands for every look at it.
const LIST: &str = "desk-list";

impl Platform {
    pub async fn desk_day(&self, staff: &Staff, city: &CityId, at: &DeskAt, on: Date) -> Result<DeskDay> {
        let desk = self.desk_at(staff, Verb::SeeCounter, city, at)?;
        let cell = self.inner.stores.city(city).await?;
        let (service, place) = (at.service.clone(), Some(at.place.clone()));
        let pools = cell.pools(PoolsOf { service, place, resource: None, from_on: on, to_on: on }).await?;
        let here = |section: &str| at.section.is_empty() || at.section == section;
        let pool = |info: store::PoolInfo| {
            let (section, resource) = desk.names(&at.place, &info.pool.section, &info.pool.resource);
            DayPool {
                number: info.number,
                section,
                resource,
                part: info.pool.part,
                starts_at: info.pool.starts_at,
                ends_at: info.pool.ends_at,
                capacity: info.pool.capacity,
                taken: info.taken_all,
                stopped: info.stopped,
            }
        };
        let pools = pools.into_iter().filter(|info| here(&info.pool.section)).map(pool).collect();
        let access = Access {
            at: self.now(),
            actor: Actor::Staff(staff.id),
            subject: staff.id,
            purpose: Purpose::Booking,
            service: Some(at.service.clone()),
            door: LIST,
        };
        let (list, receipt) = cell.bookings_of_day(access, &at.service, &at.place, on, ROWS_MAX + 1).await?;
        let more = list.len() > ROWS_MAX as usize;
        let mut rows = Vec::with_capacity(list.len());
        for info in list.into_iter().take(ROWS_MAX as usize).filter(|info| here(&info.names.section)) {
            let (_, resource) = desk.names(&at.place, &info.names.section, &info.names.resource);
            let name = self.masked_name(info.detail.as_ref(), &receipt)?;
            rows.push(row(info, name, resource, desk.kind));
        }
        let (section, _) = desk.names(&at.place, &at.section, "");
        Ok(DeskDay { at: at.clone(), place: desk.place_name(&at.place), section, on, pools, rows, more })
    }
}

fn row(info: BookingInfo, name: String, resource: kernel::Text, kind: BookingKind) -> DayRow {
    DayRow {
        id: info.id,
        number: info.number,
        resource,
        name,
        persons: if kind == BookingKind::Appointment { 1 } else { info.units },
        starts_at: info.starts_at,
        state: info.state,
    }
}
