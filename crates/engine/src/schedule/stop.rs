//! Calling a pool off: nothing new is claimed from then on, and everybody who has something of it is told and made whole.
//!
//! Claims stop first, so that the count can only fall. Each booking is stopped in a commit of its own; a process that ends
//! in between leaves the rest to whoever presses the button again, and nobody is stopped twice.

use capability::booking::{Command, State};
use kernel::{CityId, Money, Result};
use store::BookingInfo;

use super::StopPreview;
use crate::{Deed, Platform, Staff, Verb, booking::drive::With};

const PAGE: u32 = 500;

fn is_touched(info: &BookingInfo) -> bool {
    info.state.is_live()
}

impl Platform {
    async fn live_of_pool(&self, cell: &store::City, number: i64) -> Result<Vec<BookingInfo>> {
        let (mut live, mut after) = (Vec::new(), 0);
        loop {
            let page = cell.bookings_of_pool(number, after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(live) };
            after = last.seq;
            live.extend(page.into_iter().filter(is_touched));
        }
    }

    /// Whom it would touch, and what would go back to them.
    pub async fn stop_preview(&self, staff: &Staff, city: &CityId, number: i64) -> Result<StopPreview> {
        let (desk, info) = self.pool_at(staff, Verb::StopSitting, city, number).await?;
        let place = desk.offered.place(&info.pool.place)?;
        let cell = self.inner.stores.city(city).await?;
        let live = self.live_of_pool(&cell, number).await?;
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let back = live.iter().map(|one| one.paid.fen() - one.refunded.fen()).sum();
        Ok(StopPreview {
            pool: self.pool_view(&desk, place, &info)?,
            bookings: count(live.len()),
            persons: live.iter().map(|one| one.units).sum(),
            back: Money::from_fen(back),
            here: count(live.iter().filter(|one| one.state == State::CheckedIn).count()),
        })
    }

    /// Calls it off. Whoever was quicker than this, by giving theirs up or by being seen to, is left alone.
    pub async fn stop_sitting(&self, staff: &Staff, city: &CityId, number: i64, reason: &str) -> Result<()> {
        let (desk, info) = self.pool_at(staff, Verb::StopSitting, city, number).await?;
        let cell = self.inner.stores.city(city).await?;
        let deed = Deed {
            verb: Verb::StopSitting,
            city,
            department: Some(&desk.department),
            place: &info.pool.place,
            object: format!("pool {number}"),
            reason,
        };
        let work = async {
            cell.stop_pool(number).await?;
            self.look_again(city, &info.pool.service);
            for one in self.live_of_pool(&cell, number).await? {
                if let Err(refusal) = self.drive_booking(city, &cell, one.id, Command::Stop, With::default()).await? {
                    tracing::info!(booking = %one.id, %refusal, "a booking of a stopped pool was over already");
                }
            }
            Ok(())
        };
        self.deed(staff, deed, work).await
    }
}
