//! The dated rules of booking, each by its id: which one holds on a day. `packs/rules/<set>/booking-profiles.toml`,
//! `tickets.toml`, `coaches.toml` and `marriages.toml`.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use kernel::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Dated, OpenDays, Profile, coach::CoachRule, marriage::MarriageRule, ticket::TicketRule};

/// `packs/rules/<set>/booking-profiles.toml`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProfilesFile {
    pub profile: BTreeMap<String, Vec<Profile>>,
}

/// `packs/rules/<set>/tickets.toml`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TicketsFile {
    pub ticket: BTreeMap<String, Vec<TicketRule>>,
}

/// `packs/rules/<set>/coaches.toml`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CoachesFile {
    pub coach: BTreeMap<String, Vec<CoachRule>>,
}

/// `packs/rules/<set>/marriages.toml`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MarriagesFile {
    #[schemars(length(min = 1))]
    pub rule: Vec<MarriageRule>,
}

/// Rules by id, each with its days.
#[derive(Clone, Debug)]
struct ById<R>(BTreeMap<String, Vec<Arc<R>>>);

impl<R> Default for ById<R> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<R: Dated> ById<R> {
    fn new(rules: impl IntoIterator<Item = (String, Vec<R>)>) -> Self {
        let mut by_id: BTreeMap<String, Vec<Arc<R>>> = BTreeMap::new();
        for (id, rules) in rules {
            by_id.entry(id).or_default().extend(rules.into_iter().map(Arc::new));
        }
        Self(by_id)
    }

    fn on(&self, day: Date, id: &str) -> Option<&Arc<R>> {
        let rules = self.0.get(id)?.iter();
        rules.filter(|rule| rule.effective_on() <= day).max_by_key(|rule| rule.effective_on())
    }
}

/// All dated rules of booking, merged.
#[derive(Clone, Debug, Default)]
pub struct BookingRules {
    profiles: ById<Profile>,
    tickets: ById<TicketRule>,
    coaches: ById<CoachRule>,
    marriages: Vec<Arc<MarriageRule>>,
}

impl BookingRules {
    /// Merges the files of all sets, in any order.
    #[must_use]
    pub fn new(
        profiles: Vec<ProfilesFile>,
        tickets: Vec<TicketsFile>,
        coaches: Vec<CoachesFile>,
        marriages: Vec<MarriagesFile>,
    ) -> Self {
        Self {
            profiles: ById::new(profiles.into_iter().flat_map(|file| file.profile)),
            tickets: ById::new(tickets.into_iter().flat_map(|file| file.ticket)),
            coaches: ById::new(coaches.into_iter().flat_map(|file| file.coach)),
            marriages: marriages.into_iter().flat_map(|file| file.rule).map(Arc::new).collect(),
        }
    }

    /// The release profile of this id in force on a day; `None` for an unknown id, and before the oldest.
    #[must_use]
    pub fn profile_on(&self, day: Date, id: &str) -> Option<&Arc<Profile>> {
        self.profiles.on(day, id)
    }

    #[must_use]
    pub fn ticket_on(&self, day: Date, id: &str) -> Option<&Arc<TicketRule>> {
        self.tickets.on(day, id)
    }

    #[must_use]
    pub fn coach_on(&self, day: Date, id: &str) -> Option<&Arc<CoachRule>> {
        self.coaches.on(day, id)
    }

    #[must_use]
    pub fn marriage_on(&self, day: Date) -> Option<&Arc<MarriageRule>> {
        self.marriages.iter().filter(|rule| rule.effective_on <= day).max_by_key(|rule| rule.effective_on)
    }

    /// Whether a place under this profile is closed on days that are no working days, under a rule of any day.
    #[must_use]
    pub fn keeps_working_days(&self, profile: &str) -> bool {
        self.profiles.0.get(profile).into_iter().flatten().any(|profile| profile.days == OpenDays::Working)
    }

    /// The classes of which a profile speaks, of any day.
    #[must_use]
    pub fn classes_of(&self, profile: &str) -> BTreeSet<String> {
        let profiles = self.profiles.0.get(profile).into_iter().flatten();
        profiles.flat_map(|profile| &profile.cancel).flat_map(|cancel| &cancel.classes).cloned().collect()
    }

    pub fn profile_ids(&self) -> impl Iterator<Item = &str> {
        self.profiles.0.keys().map(String::as_str)
    }

    pub fn ticket_ids(&self) -> impl Iterator<Item = &str> {
        self.tickets.0.keys().map(String::as_str)
    }

    pub fn coach_ids(&self) -> impl Iterator<Item = &str> {
        self.coaches.0.keys().map(String::as_str)
    }
}
