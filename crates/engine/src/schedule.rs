//! The schedule: how much there is on the days ahead, who may have it through which door, and when it appears.
//!
//! What is changed here is a day's and not the plan's: the pack keeps saying how ordinary weeks are. A change is shown with
//! what follows from it before it is made, and a sitting is called off only with the count of those whom it touches.

mod edit;
mod stop;
pub mod view;

use capability::booking::{figures::Figures, limit, lottery, plan, pool::Door, release};
use kernel::{CityId, Date, Kind, Money, Result, Text};
use manifest::booking::{BookingKind, Profile, offer::Place};
use store::{PoolInfo, PoolsOf, TallyOf};

use crate::{
    Platform, Staff, Verb,
    counter::{Desk, DeskAt},
};

pub use edit::SittingWrong;
pub use view::{FigureDay, PoolView, ReleaseView, ScheduleDay, ScheduleView, SittingForm, StopPreview};

/// A stretch of figures that a page still shows.
const DAYS_MAX: i32 = 92;

impl Platform {
    /// So many days at a place, from one on.
    pub async fn schedule(
        &self,
        staff: &Staff,
        city: &CityId,
        at: &DeskAt,
        from_on: Date,
        days: i32,
    ) -> Result<ScheduleView> {
        let desk = self.with_prices(city, self.desk_at(staff, Verb::SeeSchedule, city, at)?).await?;
        let place = desk.offered.place(&at.place)?;
        let cell = self.inner.stores.city(city).await?;
        let last_on = limit::plus_days(from_on, days.clamp(1, DAYS_MAX) - 1);
        let (service, named) = (at.service.clone(), Some(at.place.clone()));
        let pools = cell.pools(PoolsOf { service, place: named, resource: None, from_on, to_on: last_on }).await?;
        let mut view = Vec::new();
        let mut on = from_on;
        while on <= last_on {
            let here =
                |info: &&PoolInfo| info.pool.on == on && (at.section.is_empty() || at.section == info.pool.section);
            let of_day: Vec<PoolView> =
                pools.iter().filter(here).map(|info| self.pool_view(&desk, place, info)).collect::<Result<_>>()?;
            let rules = &desk.offered.catalogue.rules.booking;
            let open = plan::works(&desk.offered.offer, place, rules, &desk.offered.catalogue.calendar, on);
            view.push(ScheduleDay { on, open, pools: of_day });
            on = limit::plus_days(on, 1);
        }
        let (section, _) = desk.names(&at.place, &at.section, "");
        Ok(ScheduleView { at: at.clone(), place: desk.place_name(&at.place), section, from_on, days: view })
    }

    /// One pool of a place in somebody's care.
    pub async fn desk_pool(&self, staff: &Staff, city: &CityId, number: i64) -> Result<PoolView> {
        let (desk, info) = self.pool_at(staff, Verb::SeeSchedule, city, number).await?;
        let place = desk.offered.place(&info.pool.place)?;
        self.pool_view(&desk, place, &info)
    }

    /// A pool, for somebody who may do this at its place.
    pub(crate) async fn pool_at(
        &self,
        staff: &Staff,
        verb: Verb,
        city: &CityId,
        number: i64,
    ) -> Result<(Desk, PoolInfo)> {
        let cell = self.inner.stores.city(city).await?;
        let info = cell.pool(number).await?.ok_or(Kind::NotFound)?;
        let desk = self.desk(staff, verb, city, &info.pool.service, &info.pool.place)?;
        Ok((self.with_prices(city, desk).await?, info))
    }

    pub(crate) fn pool_view(&self, desk: &Desk, place: &Place, info: &PoolInfo) -> Result<PoolView> {
        let pool = &info.pool;
        let (section, resource) = desk.names(&pool.place, &pool.section, &pool.resource);
        // A booking keeps the rules of the day on which it is made, and so the release is that of today's.
        let profile = desk.offered.profile(place, self.now().date())?;
        let (price, rule_on, rule_source) = price(desk, place, info, &profile);
        Ok(PoolView {
            number: info.number,
            at: DeskAt {
                service: pool.service.clone(),
                place: pool.place.clone(),
                section: pool.section.clone(),
                resource: String::new(),
            },
            place: place.name.clone(),
            section,
            resource,
            part: pool.part.clone(),
            on: pool.on,
            starts_at: pool.starts_at,
            ends_at: pool.ends_at,
            capacity: pool.capacity,
            numbered: pool.numbered,
            shares: pool.shares,
            taken: info.taken,
            taken_all: info.taken_all,
            stopped: info.stopped,
            edited: info.edited,
            price,
            rule_on,
            rule_source,
            release: release_view(desk, &profile, info),
        })
    }

    /// How a place was used, day by day.
    pub async fn figures(
        &self,
        staff: &Staff,
        city: &CityId,
        at: &DeskAt,
        (from_on, until_on): (Date, Date),
    ) -> Result<Vec<FigureDay>> {
        self.desk_at(staff, Verb::SeeSchedule, city, at)?;
        let cell = self.inner.stores.city(city).await?;
        let to_on = until_on.min(limit::plus_days(from_on, DAYS_MAX));
        let of = TallyOf { service: at.service.clone(), place: Some(at.place.clone()), from_on, to_on };
        let tallies = cell.tallies(of).await?;
        let day = |tally: store::Tally| FigureDay { on: tally.on, figures: Figures::of(tally.capacity, tally.counts) };
        Ok(tallies.into_iter().map(day).collect())
    }
}

fn release_view(desk: &Desk, profile: &Profile, info: &PoolInfo) -> ReleaseView {
    let (pool, calendar) = (&info.pool, &desk.offered.catalogue.calendar);
    let on_site = release::window(profile, Door::OnSite);
    ReleaseView {
        opens_at: release::opens_at(&profile.release, calendar, pool.on),
        closes_at: release::closes_at(&profile.release, calendar, pool.starts_at),
        on_site_opens_at: on_site
            .map_or_else(|| limit::midnight(pool.on), |release| release::opens_at(release, calendar, pool.on)),
        drawn: lottery::window(profile, calendar, pool.on),
        free: if info.stopped {
            [0; 3]
        } else {
            ReleaseView::free(pool.capacity, pool.shares, info.taken, info.taken_all)
        },
    }
}

/// What a unit costs, and which rule says so; the release's own rule where nothing has a price of its own.
fn price(desk: &Desk, place: &Place, info: &PoolInfo, profile: &Profile) -> (Option<Money>, Option<Date>, Text) {
    let rules = &desk.offered.catalogue.rules.booking;
    let on = info.pool.on;
    if let Some(rule) = place.ticket.as_deref().and_then(|id| rules.ticket_on(on, id)) {
        let since = desk.offered.set_price(place, "", on).map_or(rule.effective_on, |set| set.from_on);
        return (Some(desk.offered.ticket_price(place, rule, on)), Some(since), rule.source.clone());
    }
    let resource = place.resource(&info.pool.resource).filter(|_| desk.kind == BookingKind::Appointment);
    let price = resource.map(|(_, resource)| desk.offered.number_price(place, resource, on));
    let since = resource.and_then(|(_, resource)| desk.offered.set_price(place, &resource.id, on));
    (price, Some(since.map_or(profile.effective_on, |set| set.from_on)), profile.source.clone())
}
