//! What can be booked, as data: what a kind of booking allows, each rule with the day from which it holds, and what a
//! city offers.
//!
//! Shapes, and what follows from a shape alone: which moment a limit names, which seats a map has, whether somebody can
//! have meant it. Whether a person may have a unit is decided in `capability::booking`.

pub mod coach;
pub mod limit;
pub mod marriage;
pub mod offer;
pub mod rules;
pub mod service;
pub mod sound;
pub mod story;
pub mod ticket;

use jiff::civil::Time;
use kernel::{Date, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::schema::{DateForm, TextForm, TimeForm};

pub use offer::Offer;
pub use rules::BookingRules;
pub use service::{Booking, BookingKind, BookingWords, Eligibility};

/// A rule with the day from which it holds.
pub trait Dated {
    fn effective_on(&self) -> Date;
}

/// The rule in force on a day: the youngest that is not younger than the day.
#[must_use]
pub fn on<R: Dated>(rules: &[R], day: Date) -> Option<&R> {
    rules.iter().filter(|rule| rule.effective_on() <= day).max_by_key(|rule| rule.effective_on())
}

macro_rules! dated {
    ($($type:ty),+) => {
        $(impl $crate::booking::Dated for $type {
            fn effective_on(&self) -> kernel::Date {
                self.effective_on
            }
        })+
    };
}
pub(crate) use dated;

dated!(Profile);

/// When units appear, for how long they can be had, and what is asked of whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    #[schemars(with = "DateForm")]
    pub effective_on: Date,
    /// The notice or article that says so.
    #[schemars(with = "TextForm")]
    pub source: Text,
    /// How long a unit is held for somebody who has not confirmed, in seconds.
    #[schemars(range(min = 60, max = 604_800))]
    pub hold_s: u32,
    /// What the one extension of a hold adds, in seconds; 0 for none.
    #[serde(default)]
    #[schemars(range(min = 0, max = 604_800))]
    pub extend_s: u32,
    #[serde(default)]
    pub pay: Pay,
    /// The days on which the place works.
    #[serde(default)]
    pub days: OpenDays,
    pub release: Release,
    /// When units can be had at the counter; on the day itself, where nothing is said.
    #[serde(default)]
    pub on_site: Option<Release>,
    /// Younger persons are not booked online: their guardian comes to the counter.
    #[serde(default)]
    #[schemars(range(min = 1, max = 30))]
    pub online_age_min: Option<i16>,
    /// How many one person may have at once, and of what.
    #[serde(default)]
    pub quota: Vec<Quota>,
    #[serde(default)]
    pub block: Vec<Block>,
    /// Until when it can be cancelled, by class; until the start, where nothing is said.
    #[serde(default)]
    pub cancel: Vec<Cancel>,
    /// What is kept of the price after a cancellation, the first step in time; all is given back, where nothing is said.
    #[serde(default)]
    pub refund: Vec<RefundStep>,
    #[serde(default)]
    pub check_in: CheckIn,
    /// Given-up units come back after a random time between these, so that nobody can lie in wait for them.
    #[serde(default)]
    pub returns: Option<Delay>,
    /// Days that are drawn by lot before the rest goes to whoever comes first.
    #[serde(default)]
    pub lottery: Option<Lottery>,
    /// How often it may be exchanged for another one.
    #[serde(default)]
    #[schemars(range(min = 0, max = 10))]
    pub moves_max: u8,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Pay {
    /// Nothing, or at the counter.
    #[default]
    Never,
    /// Within the hold: paying is what confirms.
    Upfront,
    /// Any time between confirming and checking in.
    Later,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OpenDays {
    #[default]
    Every,
    /// Working days, make-up days included and statutory days off excluded.
    Working,
}

/// Which days a number of days counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Counted {
    #[default]
    Calendar,
    Working,
}

/// The window of days that can be booked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// The hour at which the furthest day opens.
    #[schemars(with = "TimeForm")]
    pub at: Time,
    /// The nearest day: 0 is today, 1 tomorrow.
    #[schemars(range(min = 0, max = 400))]
    pub days_from: u16,
    /// The furthest day.
    #[schemars(range(min = 0, max = 400))]
    pub days_to: u16,
    #[serde(default)]
    pub counted: Counted,
    /// When a day closes before its own `days_from` would close it.
    #[serde(default)]
    pub closes: Option<Limit>,
}

/// A moment before the start. Either minutes, up to and including that minute, or a clock time on a day before, not
/// including it; with neither, the start itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    #[serde(default)]
    #[schemars(range(min = 0, max = 600_000))]
    pub minutes_before: Option<u32>,
    #[serde(default)]
    #[schemars(range(min = 0, max = 400))]
    pub days_before: u16,
    #[serde(default)]
    #[schemars(with = "Option<TimeForm>")]
    pub at: Option<Time>,
    #[serde(default)]
    pub counted: Counted,
}

/// One person has at most so many of one thing in one period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Quota {
    pub of: What,
    pub per: Per,
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 1000))]
    pub max: u16,
}

const fn one() -> u16 {
    1
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// The hospital, hall, attraction or carrier.
    Place,
    /// The department of a hospital, or the window group of a hall.
    Section,
    /// The doctor, the window, the trip.
    Resource,
    /// What one comes for.
    Matter,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Per {
    HalfDay,
    Day,
    Month,
    /// As long as something is still to come of it.
    Live,
}

/// So many faults within a time, and nothing can be booked for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Block {
    pub fault: Fault,
    /// With this one, the block begins.
    #[schemars(range(min = 1, max = 100))]
    pub count: u16,
    /// Only faults within this time count together; all since the last block, where nothing is said.
    #[serde(default)]
    pub within: Option<Length>,
    pub lasts: Length,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    NoShow,
    Cancel,
}

/// A length of time in days: the sum of what is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Length {
    #[serde(default)]
    #[schemars(range(min = 0, max = 120))]
    pub months: u16,
    #[serde(default)]
    #[schemars(range(min = 0, max = 4000))]
    pub days: u16,
    /// The calendar month: within it, or until its end. The other two do not count then.
    #[serde(default)]
    pub calendar_month: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cancel {
    /// The classes for which it holds; all, when empty. The first that fits is taken.
    #[serde(default)]
    pub classes: Vec<String>,
    pub until: Limit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundStep {
    pub until: Limit,
    #[schemars(range(min = 0, max = 100))]
    pub keep_percent: u8,
    /// At least so much is kept, but never more than was paid.
    #[serde(default)]
    #[schemars(range(min = 0, max = 1_000_000))]
    pub keep_min_fen: i64,
}

/// When one is expected at the counter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckIn {
    /// From so many minutes before the start; from the beginning of the day, where nothing is said.
    #[serde(default)]
    #[schemars(range(min = 0, max = 1440))]
    pub minutes_before: Option<u32>,
    /// The last moment for what starts before noon; its end, where nothing is said.
    #[serde(default)]
    #[schemars(with = "Option<TimeForm>")]
    pub morning_until: Option<Time>,
    #[serde(default)]
    #[schemars(with = "Option<TimeForm>")]
    pub afternoon_until: Option<Time>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Delay {
    #[schemars(range(min = 0, max = 86_400))]
    pub from_s: u32,
    #[schemars(range(min = 0, max = 86_400))]
    pub to_s: u32,
}

/// Claims are collected before the release, and lots decide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Lottery {
    /// Claims are taken from so many minutes before the release on.
    #[schemars(range(min = 1, max = 100_000))]
    pub opens_minutes_before: u32,
    /// And until so many minutes before it; then lots are drawn.
    #[schemars(range(min = 0, max = 100_000))]
    pub closes_minutes_before: u32,
    /// Days of every year, as `05-20`. With no day and no date, every day is drawn.
    #[serde(default)]
    pub days: Vec<String>,
    /// Single days: feasts of the lunar calendar.
    #[serde(default)]
    #[schemars(with = "Vec<DateForm>")]
    pub dates: Vec<Date>,
}
