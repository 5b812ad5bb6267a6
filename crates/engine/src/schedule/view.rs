//! What the pages of the schedule show.

use capability::booking::{figures::Figures, pool::Door};
use kernel::{Date, Money, Text, Timestamp};

use crate::counter::DeskAt;

/// Days ahead at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduleView {
    pub at: DeskAt,
    pub place: Text,
    pub section: Text,
    pub from_on: Date,
    pub days: Vec<ScheduleDay>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduleDay {
    pub on: Date,
    /// The place works on that day.
    pub open: bool,
    pub pools: Vec<PoolView>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolView {
    pub number: i64,
    pub at: DeskAt,
    pub place: Text,
    pub section: Text,
    pub resource: Text,
    /// A band, a ride or a seat; empty for a sitting.
    pub part: String,
    pub on: Date,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub capacity: u32,
    pub numbered: bool,
    /// By door, in the order of [`Door::ALL`]; `u32::MAX` for no limit.
    pub shares: [u32; 3],
    pub taken: [u32; 3],
    /// On the fullest leg.
    pub taken_all: u32,
    pub stopped: bool,
    pub edited: bool,
    /// None where one pays by the way and not by the unit.
    pub price: Option<Money>,
    /// The rule by which it is released, or priced: from when it holds and where it is published.
    pub rule_on: Option<Date>,
    pub rule_source: Text,
    pub release: ReleaseView,
}

/// When units appear, and how many there are for whom when they do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseView {
    pub opens_at: Timestamp,
    pub closes_at: Timestamp,
    /// At the counter.
    pub on_site_opens_at: Timestamp,
    /// Lots are drawn first, between these.
    pub drawn: Option<(Timestamp, Timestamp)>,
    /// What can be had through each door, in the order of [`Door::ALL`].
    pub free: [u32; 3],
}

impl ReleaseView {
    /// What a pool of so many units, with such shares, leaves for each door.
    #[must_use]
    pub fn free(capacity: u32, shares: [u32; 3], taken: [u32; 3], taken_all: u32) -> [u32; 3] {
        let room = capacity.saturating_sub(taken_all);
        let through = |door: usize| room.min(shares[door].saturating_sub(taken[door]));
        [through(Door::Online as usize), through(Door::OnSite as usize), through(Door::Phone as usize)]
    }
}

/// A sitting that no plan has, as typed.
#[derive(Clone, Copy, Debug)]
pub struct SittingForm<'a> {
    pub resource: &'a str,
    pub on: &'a str,
    pub from: &'a str,
    pub to: &'a str,
    pub units: &'a str,
    pub on_site: &'a str,
    pub phone: &'a str,
    pub reason: &'a str,
}

/// Whom it touches to call a pool off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StopPreview {
    pub pool: PoolView,
    pub bookings: u32,
    pub persons: u32,
    /// What goes back to them.
    pub back: Money,
    /// Are here already.
    pub here: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FigureDay {
    pub on: Date,
    pub figures: Figures,
}
