//! What a city offers of a service that is booked: places, who works there, and when. `packs/cities/<id>/offers/<service>.toml`.
//!
//! A plan of ordinary weeks, from which pools are rolled forward day by day. What a desk changes on a single day is in the
//! store and not here.

use jiff::civil::Time;
use kernel::{Date, ServiceId, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::coach::{Line, SeatMap};
use crate::schema::{DateForm, SlugForm, TextForm, TimeForm};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Offer {
    #[schemars(with = "SlugForm")]
    pub service: ServiceId,
    /// Where this plan comes from; a sample says that it is one.
    #[schemars(with = "TextForm")]
    pub source: Text,
    /// The release profile of every place that names no other: an id of a dated rule.
    #[schemars(length(min = 1))]
    pub profile: String,
    /// What one can come for; none where that goes without saying.
    #[serde(default)]
    pub matter: Vec<Matter>,
    #[schemars(length(min = 1))]
    pub place: Vec<Place>,
}

/// What one comes for: a new ID card, a passport.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Matter {
    #[schemars(with = "SlugForm")]
    pub id: String,
    #[schemars(with = "TextForm")]
    pub name: Text,
    #[serde(default)]
    #[schemars(with = "Vec<TextForm>")]
    pub bring: Vec<Text>,
    /// Paid at the window.
    #[serde(default)]
    #[schemars(range(min = 0, max = 10_000_000))]
    pub fee_fen: i64,
    #[serde(default)]
    #[schemars(with = "Option<TextForm>")]
    pub note: Option<Text>,
}

/// A hospital, a hall, a registry, an attraction, a station.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Place {
    #[schemars(with = "SlugForm")]
    pub id: String,
    #[schemars(with = "TextForm")]
    pub name: Text,
    #[schemars(with = "TextForm")]
    pub address: Text,
    #[schemars(length(min = 1))]
    pub phone: String,
    /// How to get there, in words that need no map.
    #[schemars(with = "TextForm")]
    pub way: Text,
    /// The area that it serves: two, four or six digits of the area code; empty where that does not matter.
    #[serde(default)]
    #[schemars(regex(pattern = "^([0-9]{2}){0,3}$"))]
    pub area: String,
    /// Named by the province for couples of whom one is not of the mainland.
    #[serde(default)]
    pub designated: bool,
    /// Its own release profile.
    #[serde(default)]
    pub profile: Option<String>,
    /// The rule of its tickets: an id of a dated rule.
    #[serde(default)]
    pub ticket: Option<String>,
    /// The rule of who rides for how much: an id of a dated rule.
    #[serde(default)]
    pub coach: Option<String>,
    /// What everybody brings who comes here, beside what the matter asks for.
    #[serde(default)]
    #[schemars(with = "Vec<TextForm>")]
    pub bring: Vec<Text>,
    #[serde(default)]
    pub section: Vec<Section>,
}

/// A department of a hospital, a group of windows, a direction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Section {
    #[schemars(with = "SlugForm")]
    pub id: String,
    #[schemars(with = "TextForm")]
    pub name: Text,
    #[schemars(length(min = 1))]
    pub resource: Vec<Resource>,
}

/// Whose units they are: a doctor, a group of windows, a line with its vehicle. Its id is unique within its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Resource {
    #[schemars(with = "SlugForm")]
    pub id: String,
    #[schemars(with = "TextForm")]
    pub name: Text,
    /// 主任医师.
    #[serde(default)]
    #[schemars(with = "Option<TextForm>")]
    pub title: Option<Text>,
    #[serde(default)]
    #[schemars(with = "Option<TextForm>")]
    pub about: Option<Text>,
    /// What the rules tell apart: `general`, `expert`. Empty where they do not.
    #[serde(default)]
    #[schemars(regex(pattern = "^([a-z][a-z0-9]*(-[a-z0-9]+)*)?$"))]
    pub class: String,
    /// The word that citizens read for the class: 专家号.
    #[serde(default)]
    #[schemars(with = "Option<TextForm>")]
    pub class_name: Option<Text>,
    /// Registration and consultation together. A coach has the fares of its line instead.
    #[serde(default)]
    #[schemars(range(min = 0, max = 10_000_000))]
    pub price_fen: i64,
    /// Ids of what one can come for here; everything, when empty.
    #[serde(default)]
    pub matters: Vec<String>,
    #[serde(default)]
    pub sitting: Vec<SittingPlan>,
    #[serde(default)]
    pub line: Option<Line>,
    #[serde(default)]
    pub trip: Vec<TripPlan>,
    /// Numbered seats; without, a ticket is for the ride and not for a seat.
    #[serde(default)]
    pub seats: Option<SeatMap>,
    /// How many people may be in the vehicle, carried children included; as many as there are seats, where nothing is said.
    #[serde(default)]
    #[schemars(range(min = 1, max = 1_000))]
    pub ride_max: Option<u32>,
}

/// A half-day of an ordinary week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SittingPlan {
    /// On every day on which the place works, when empty.
    #[serde(default)]
    pub weekdays: Vec<Weekday>,
    #[schemars(with = "TimeForm")]
    pub from: Time,
    #[schemars(with = "TimeForm")]
    pub to: Time,
    #[schemars(range(min = 1, max = 2_000))]
    pub units: u16,
    /// Of them: kept for those who come to the counter.
    #[serde(default)]
    #[schemars(range(min = 0, max = 2_000))]
    pub on_site: u16,
    /// Of them: kept for those who call.
    #[serde(default)]
    #[schemars(range(min = 0, max = 2_000))]
    pub phone: u16,
    #[serde(default)]
    #[schemars(with = "Option<DateForm>")]
    pub from_on: Option<Date>,
    #[serde(default)]
    #[schemars(with = "Option<DateForm>")]
    pub until_on: Option<Date>,
}

/// A departure of an ordinary week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TripPlan {
    #[schemars(with = "SlugForm")]
    pub id: String,
    #[schemars(with = "TimeForm")]
    pub departs: Time,
    /// Every day, when empty.
    #[serde(default)]
    pub weekdays: Vec<Weekday>,
    #[serde(default)]
    #[schemars(with = "Option<DateForm>")]
    pub from_on: Option<Date>,
    #[serde(default)]
    #[schemars(with = "Option<DateForm>")]
    pub until_on: Option<Date>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Weekday {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl Weekday {
    pub const ALL: [Self; 7] = [Self::Mon, Self::Tue, Self::Wed, Self::Thu, Self::Fri, Self::Sat, Self::Sun];

    #[must_use]
    pub fn of(day: Date) -> Self {
        let at = usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or_default();
        Self::ALL[at % Self::ALL.len()]
    }
}

impl Offer {
    #[must_use]
    pub fn matter(&self, id: &str) -> Option<&Matter> {
        self.matter.iter().find(|matter| matter.id == id)
    }

    #[must_use]
    pub fn place(&self, id: &str) -> Option<&Place> {
        self.place.iter().find(|place| place.id == id)
    }

    /// The id of the release profile that holds at a place.
    #[must_use]
    pub fn profile_of<'a>(&'a self, place: &'a Place) -> &'a str {
        place.profile.as_deref().unwrap_or(&self.profile)
    }
}

impl Place {
    #[must_use]
    pub fn section(&self, id: &str) -> Option<&Section> {
        self.section.iter().find(|section| section.id == id)
    }

    /// A resource, with the section in which it is.
    #[must_use]
    pub fn resource(&self, id: &str) -> Option<(&Section, &Resource)> {
        self.resources().find(|(_, resource)| resource.id == id)
    }

    pub fn resources(&self) -> impl Iterator<Item = (&Section, &Resource)> {
        self.section.iter().flat_map(|section| section.resource.iter().map(move |resource| (section, resource)))
    }
}

impl Resource {
    /// Whether one can come here for a matter.
    #[must_use]
    pub fn takes(&self, matter: &str) -> bool {
        self.matters.is_empty() || self.matters.iter().any(|one| one == matter)
    }
}
