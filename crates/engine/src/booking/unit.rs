//! The units of a day: numbers of a sitting, times of entry, seats of a trip.

use capability::booking::{
    coach, grid, plan,
    pool::{Door, Legs},
    ticket,
};
use kernel::{CityId, Date, Error, Kind, Result, ServiceId, Timestamp};
use manifest::booking::{
    BookingKind,
    offer::{Place, Resource, Section},
};
use store::PoolInfo;

use super::{
    offer::{Offered, journey},
    view::{BandView, PeriodView, ResourceView, SeatView, SittingView, StopView, TripView, UnitsView, Where},
};
use crate::Platform;

impl Platform {
    /// What there is on a day.
    pub async fn booking_units(
        &self,
        city: &CityId,
        service: &ServiceId,
        at: Where<'_>,
        on: Date,
    ) -> Result<UnitsView> {
        let offered = self.priced_offer(city, service).await?;
        let place = offered.place(at.place)?;
        let pools = self.pools_ahead(city, service).await?;
        let today: Vec<&PoolInfo> =
            pools.iter().filter(|info| info.pool.on == on && info.pool.place == place.id).collect();
        let cell = self.inner.stores.city(city).await?;
        match offered.booking()?.kind {
            BookingKind::Appointment => self.sittings(&cell, (&offered, place, on), at, &today).await,
            BookingKind::Ticket => bands(&offered, place, on, &today),
            BookingKind::Coach => self.trips(&cell, (&offered, place, on), at, &today).await,
        }
    }

    async fn sittings(
        &self,
        cell: &store::City,
        (offered, place, on): (&Offered, &Place, Date),
        at: Where<'_>,
        today: &[&PoolInfo],
    ) -> Result<UnitsView> {
        let now = self.now();
        let wanted = |(section, resource): &(&Section, &Resource)| {
            at.section.is_none_or(|id| id == section.id)
                && at.resource.is_none_or(|id| id == resource.id)
                && at.matter.is_none_or(|matter| resource.takes(matter))
        };
        let mut resources = Vec::new();
        for (section, resource) in place.resources().filter(wanted) {
            let pools: Vec<&&PoolInfo> = today.iter().filter(|info| info.pool.resource == resource.id).collect();
            let numbers: Vec<i64> = pools.iter().map(|info| info.number).collect();
            let stock = cell.stock(&numbers, now).await?;
            let sittings = pools.iter().zip(stock).map(|(info, stock)| {
                let free: Vec<u32> = stock.iter().flat_map(|pool| pool.free_units(Legs::ONE)).collect();
                sitting_view(info, &free, stock.as_ref().map_or(0, |pool| pool.free(Door::Online, Legs::ONE)), now)
            });
            resources.push(ResourceView {
                id: resource.id.clone(),
                section: section.id.clone(),
                name: resource.name.clone(),
                title: resource.title.clone(),
                about: resource.about.clone(),
                class: resource.class.clone(),
                class_name: resource.class_name.clone(),
                price: offered.number_price(place, resource, on),
                sittings: sittings.collect(),
            });
        }
        Ok(UnitsView { resources, ..UnitsView::default() })
    }

    async fn trips(
        &self,
        cell: &store::City,
        (offered, place, on): (&Offered, &Place, Date),
        at: Where<'_>,
        today: &[&PoolInfo],
    ) -> Result<UnitsView> {
        let now = self.now();
        let mut trips = Vec::new();
        for info in today.iter().filter(|info| info.pool.part == plan::RIDE) {
            let Some((_, resource)) = place.resource(&info.pool.resource) else { continue };
            let Some((line, legs)) = journey(resource, at) else { continue };
            let (Some(from), Some(to)) = (line.stop.get(usize::from(legs.from)), line.stop.get(usize::from(legs.to)))
            else {
                continue;
            };
            let Some(departs_at) = coach::boards_at(line, info.pool.starts_at, legs) else { continue };
            let same = |other: &&&PoolInfo| {
                other.pool.part == plan::SEAT
                    && other.pool.resource == info.pool.resource
                    && other.pool.starts_at == info.pool.starts_at
            };
            let seat = today.iter().find(same);
            let numbers: Vec<i64> = std::iter::once(info.number).chain(seat.map(|seat| seat.number)).collect();
            let stock = cell.stock(&numbers, now).await?;
            let free = stock.iter().flatten().map(|pool| pool.free(Door::Online, legs)).min().unwrap_or(0);
            let free_seats: Vec<u32> =
                stock.get(1).into_iter().flatten().flat_map(|pool| pool.free_units(legs)).collect();
            let gone = departs_at <= now;
            let seats =
                resource.seats.as_ref().map(coach::seats).unwrap_or_default().into_iter().map(|seat| SeatView {
                    unit: seat.unit,
                    label: seat.label,
                    row: seat.row,
                    column: seat.column,
                    free: !gone && free_seats.contains(&seat.unit),
                });
            trips.push(TripView {
                resource: resource.id.clone(),
                name: resource.name.clone(),
                class_name: resource.class_name.clone(),
                starts_at: info.pool.starts_at,
                departs_at,
                arrives_at: info.pool.starts_at.plus_s(i64::from(to.minutes) * 60),
                from: StopView { id: from.id.clone(), name: from.name.clone() },
                to: StopView { id: to.id.clone(), name: to.name.clone() },
                fare: offered.fare(place, resource, line, legs, on).ok_or(Kind::NotFound)?,
                free: if gone { 0 } else { free },
                stopped: info.stopped,
                seats: seats.collect(),
            });
        }
        trips.sort_by(|a, b| (a.departs_at, &a.resource).cmp(&(b.departs_at, &b.resource)));
        Ok(UnitsView { trips, ..UnitsView::default() })
    }
}

fn bands(offered: &Offered, place: &Place, on: Date, today: &[&PoolInfo]) -> Result<UnitsView> {
    let id = place.ticket.as_deref().ok_or_else(|| Error::internal("an attraction without a ticket rule"))?;
    let rule = offered.catalogue.rules.booking.ticket_on(on, id);
    let rule = rule.ok_or_else(|| Error::internal("a ticket rule that is not in force"))?;
    let day = today.iter().find(|info| info.pool.part == plan::DAY);
    let day_free = day.map_or(0, |info| info.free(Door::Online));
    let band = |id: &str| {
        let part = if id.is_empty() { plan::DAY } else { id };
        let info = today.iter().find(|info| info.pool.part == part)?;
        let (starts_at, ends_at) = ticket::times(rule, on, (!id.is_empty()).then_some(id))?;
        Some(BandView {
            id: id.to_owned(),
            starts_at,
            ends_at,
            stopped: info.stopped || day.is_some_and(|day| day.stopped),
            free: info.free(Door::Online).min(day_free),
            price: offered.ticket_price(place, rule, on),
        })
    };
    let bands = match rule.band.is_empty() {
        true => band("").into_iter().collect(),
        false => rule.band.iter().filter_map(|one| band(&one.id)).collect(),
    };
    Ok(UnitsView { bands, ..UnitsView::default() })
}

/// The numbers of a sitting with their times. A sitting that was made larger keeps its hours.
pub(crate) fn slots(pool: &store::NewPool) -> Vec<grid::Slot> {
    plan::slots(pool.starts_at, pool.ends_at, pool.capacity)
}

fn sitting_view(info: &PoolInfo, free: &[u32], room: u32, now: Timestamp) -> SittingView {
    let slots = slots(&info.pool);
    // What is kept for the counter is not free here: no more is shown than can be had.
    let mut left = room;
    let ahead: Vec<u32> = slots
        .iter()
        .filter(|slot| slot.starts_at > now && free.contains(&u32::from(slot.number)))
        .map(|slot| u32::from(slot.number))
        .take(room as usize)
        .collect();
    let is_free = |number: u16| ahead.contains(&u32::from(number));
    let periods = grid::periods(&slots, is_free).into_iter().map(|period| {
        let shown = u32::from(period.free).min(left);
        left -= shown;
        PeriodView {
            starts_at: period.starts_at,
            ends_at: period.ends_at,
            first: period.first.into(),
            last: period.last.into(),
            free: shown,
        }
    });
    let periods: Vec<PeriodView> = periods.collect();
    SittingView {
        starts_at: info.pool.starts_at,
        ends_at: info.pool.ends_at,
        stopped: info.stopped,
        free: periods.iter().map(|period| period.free).sum(),
        periods,
    }
}
