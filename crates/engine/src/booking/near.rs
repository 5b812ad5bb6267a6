//! What is near: whoever is refused is shown what they could have instead, the nearest in time first.

use capability::booking::{
    Refusal, grid, plan,
    pool::{Door, Legs},
};
use kernel::{Result, Timestamp};
use manifest::booking::BookingKind;

use super::{claim::Wanted, hold::HoldOutcome, unit::slots};
use crate::Platform;

/// So many are offered.
const NEAREST: usize = 3;
/// Pools that are looked at, from the nearest on.
const POOLS_MAX: usize = 8;

/// Something that is free, with what a page needs to lead there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearView {
    pub resource: String,
    /// Of a ticket.
    pub band: String,
    /// Names the sitting, the band's day or the trip.
    pub pool_starts_at: Timestamp,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    /// The number of an appointment.
    pub unit: Option<u32>,
    pub free: u32,
}

impl Platform {
    pub(crate) async fn refused(
        &self,
        cell: &store::City,
        wanted: &Wanted<'_>,
        refusal: Refusal,
    ) -> Result<HoldOutcome> {
        let helps = matches!(
            refusal,
            Refusal::SoldOut { .. }
                | Refusal::Taken { .. }
                | Refusal::NoSuchUnit { .. }
                | Refusal::Stopped
                | Refusal::TooLate { .. }
                | Refusal::OverQuota { which: capability::booking::refusal::Which::Door(_), .. }
        );
        let nearest = if helps { self.nearest(cell, wanted).await? } else { Vec::new() };
        Ok(HoldOutcome::Refused { refusal, nearest })
    }

    async fn nearest(&self, cell: &store::City, wanted: &Wanted<'_>) -> Result<Vec<NearView>> {
        let now = self.now();
        let pools = self.pools_known(&wanted.offered.pack.city.id, &wanted.offered.service.id).await?;
        let Some(first) = wanted.pools.last() else { return Ok(Vec::new()) };
        let kind = wanted.kind()?;
        // The same part of the same thing; for tickets any band of the place.
        let alike = |info: &&store::PoolInfo| {
            info.pool.place == first.pool.place
                && !info.stopped
                && info.free(Door::Online) > 0
                && if kind == BookingKind::Ticket {
                    (info.pool.part == plan::DAY) == (first.pool.part == plan::DAY) && info.pool.ends_at > now
                } else {
                    info.pool.resource == first.pool.resource
                        && info.pool.part == first.pool.part
                        && info.pool.starts_at > now
                }
        };
        let mut alike: Vec<&store::PoolInfo> =
            pools.iter().filter(alike).filter(|info| self.is_open(wanted, info, now)).collect();
        alike.sort_by_key(|info| (info.pool.starts_at.0.abs_diff(wanted.starts_at.0), info.pool.starts_at));
        alike.truncate(POOLS_MAX);
        let mut near = Vec::new();
        for info in alike {
            let stock = cell.stock(&[info.number], self.now()).await?.into_iter().next().flatten();
            let Some(pool) = stock.filter(|pool| pool.free(Door::Online, wanted.legs) > 0) else { continue };
            match kind {
                BookingKind::Appointment => {
                    let free: Vec<grid::Slot> = slots(&info.pool)
                        .into_iter()
                        .filter(|slot| pool.free_units(Legs::ONE).any(|unit| unit == u32::from(slot.number)))
                        .collect();
                    near.extend(grid::nearest(wanted.starts_at, &free, now, NEAREST).into_iter().map(|slot| {
                        NearView {
                            resource: info.pool.resource.clone(),
                            band: String::new(),
                            pool_starts_at: info.pool.starts_at,
                            starts_at: slot.starts_at,
                            ends_at: slot.ends_at,
                            unit: Some(slot.number.into()),
                            free: 1,
                        }
                    }));
                }
                BookingKind::Ticket | BookingKind::Coach => near.push(NearView {
                    resource: info.pool.resource.clone(),
                    band: if info.pool.part == plan::DAY { String::new() } else { info.pool.part.clone() },
                    pool_starts_at: info.pool.starts_at,
                    starts_at: info.pool.starts_at,
                    ends_at: info.pool.ends_at,
                    unit: None,
                    free: pool.free(Door::Online, wanted.legs),
                }),
            }
        }
        near.sort_by_key(|one| (one.starts_at.0.abs_diff(wanted.starts_at.0), one.starts_at, one.unit));
        near.truncate(NEAREST);
        Ok(near)
    }

    /// Only what can be had now is offered.
    fn is_open(&self, wanted: &Wanted<'_>, info: &store::PoolInfo, now: Timestamp) -> bool {
        let times = (info.pool.starts_at, info.pool.ends_at);
        let calendar = &wanted.offered.catalogue.calendar;
        capability::booking::release::check(&wanted.profile, calendar, Door::Online, times, now).is_ok()
    }
}
