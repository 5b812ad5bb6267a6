//! Booking, from the choice of a place to the voucher: what is offered, the check before the deed, the hold, and what
//! becomes of it. The address holds what was chosen, so that every step can be reloaded, shared and gone back to.
//!
//! - `browse`: place, section, day, unit; anyone may look. `check`: who it is for, the price, the rules; the one button.
//! - `refused`: why not, and the nearest that are free. `queue`: a place in it, or a little work.
//! - `waiting`, `draw`: what one can do about what is full, or drawn by lot.
//! - `show`, `act`, `list`: a booking that exists. `calendar`: the same for a phone's calendar. `find`: without signing in.

pub(crate) mod act;
pub(crate) mod browse;
pub(crate) mod calendar;
pub(crate) mod check;
pub(crate) mod draw;
pub(crate) mod find;
pub(crate) mod list;
pub(crate) mod person;
pub(crate) mod queue;
pub(crate) mod refused;
pub(crate) mod rules;
pub(crate) mod show;
mod standing;
pub(crate) mod units;
pub(crate) mod waiting;

use kernel::{Date, Lang, Timestamp};
use manifest::{CityPack, Service};
use ui::format;

use crate::{form::Pairs, return_path::encode};

/// The names under which an address holds what was chosen, up to the unit.
const CHOSEN: [&str; 13] =
    ["matter", "place", "section", "resource", "from", "to", "on", "at", "period", "band", "move", "wait", "draw"];

/// What was chosen so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chosen(Vec<(&'static str, String)>);

impl Chosen {
    pub(crate) fn of(pairs: &Pairs) -> Self {
        let given = CHOSEN.into_iter().map(|name| (name, pairs.get(name).trim().to_owned()));
        Self(given.filter(|(_, value)| !value.is_empty()).collect())
    }

    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value)
    }

    /// The same with something else under a name; without it, if that is empty.
    pub(crate) fn with(&self, name: &'static str, value: &str) -> Self {
        let mut pairs: Vec<_> = self.0.iter().filter(|(key, _)| *key != name).cloned().collect();
        if !value.is_empty() {
            pairs.push((name, value.to_owned()));
        }
        Self(pairs)
    }

    /// The same without some of it: what was chosen for another place says nothing about this one.
    pub(crate) fn without(&self, names: &[&str]) -> Self {
        Self(self.0.iter().filter(|(key, _)| !names.contains(key)).cloned().collect())
    }

    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (*name, value.as_str()))
    }

    pub(crate) fn on(&self) -> Option<Date> {
        self.get("on").parse().ok()
    }

    /// Numbers of a sitting: `3-5`.
    pub(crate) fn period(&self) -> Option<(u32, u32)> {
        let (first, last) = self.get("period").split_once('-')?;
        Some((first.parse().ok()?, last.parse().ok()?))
    }

    /// The start of the sitting, the band or the trip, as civil time.
    pub(crate) fn at(&self) -> Option<Timestamp> {
        self.get("at").parse::<jiff::civil::DateTime>().ok().map(Timestamp::from_civil)
    }

    pub(crate) fn href(&self, path: &str) -> String {
        href(path, self.pairs())
    }
}

/// An address with a query.
pub(crate) fn href<'a>(path: &str, pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let query: Vec<String> = pairs.map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
}

/// A start as it stands in an address: to the minute.
pub(crate) fn minute(at: Timestamp) -> String {
    let civil = at.civil();
    format!("{}T{:02}:{:02}", civil.date(), civil.hour(), civil.minute())
}

pub(crate) fn book_path(pack: &CityPack, service: &Service) -> String {
    format!("/{}/s/{}/book", pack.city.id, service.id)
}

pub(crate) fn check_path(pack: &CityPack, service: &Service) -> String {
    format!("/{}/s/{}/book/check", pack.city.id, service.id)
}

pub(crate) fn booking_path(pack: &CityPack, id: kernel::Id) -> String {
    format!("/{}/bookings/{id}", pack.city.id)
}

/// `11 月 26 日 周四 09:30–10:00`; what ends where it begins has one time.
pub(crate) fn when(lang: Lang, starts_at: Timestamp, ends_at: Timestamp, now: Timestamp) -> String {
    let day = format::day_and_weekday(lang, starts_at.date(), now.date());
    if ends_at <= starts_at {
        format!("{day} {}", format::clock(starts_at))
    } else {
        format!("{day} {}", format::clocks(starts_at, ends_at))
    }
}

/// How long, in the largest unit that is not misleading.
pub(crate) fn length(lang: Lang, seconds: u64) -> String {
    if seconds < 120 {
        ui::text::wait_seconds(lang, seconds)
    } else {
        ui::text::wait_minutes(lang, seconds.div_ceil(60))
    }
}
