mod clocks;
mod coaches;
mod fairness;
mod life;
mod marriages;
mod model;
mod numbers;
mod plan;
mod pools;
mod prices;
mod profiles;
mod rush;
mod slots;
mod soundness;
mod tickets;
mod vouchers;

use std::{collections::BTreeMap, sync::LazyLock};

use kernel::Calendar;
use serde::Deserialize;

use super::{
    hold::Rules,
    rule::{coach::CoachRule, marriage::MarriageRule, ticket::TicketRule},
    *,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Services {
    grottoes: TicketRule,
    mountain: TicketRule,
    coach: Vec<CoachRule>,
    marriage: Vec<MarriageRule>,
}

static SERVICES: LazyLock<Services> = LazyLock::new(|| toml::from_str(include_str!("tests/services.toml")).unwrap());

static PROFILES: LazyLock<BTreeMap<String, Profile>> =
    LazyLock::new(|| toml::from_str(include_str!("tests/profiles.toml")).unwrap());

/// The published days off and make-up days.
static CHINA: LazyLock<Calendar> = LazyLock::new(|| {
    let mut calendar = Calendar::default();
    let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs/calendars");
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "json") {
            calendar.add_year(&std::fs::read_to_string(path).unwrap()).unwrap();
        }
    }
    calendar
});

fn profile(name: &str) -> &'static Profile {
    PROFILES.get(name).unwrap_or_else(|| panic!("no profile {name}"))
}

fn rules(name: &str) -> Rules<'static> {
    Rules { profile: profile(name), calendar: &CHINA }
}

/// `2026-03-02 08:30`, or with seconds, in Asia/Shanghai.
fn at(text: &str) -> Timestamp {
    Timestamp::from_civil(text.parse().unwrap_or_else(|cause| panic!("{text}: {cause}")))
}

fn day(text: &str) -> kernel::Date {
    text.parse().unwrap_or_else(|cause| panic!("{text}: {cause}"))
}

fn yuan(text: &str) -> Money {
    Money::parse_yuan(text).unwrap_or_else(|| panic!("{text} is no amount"))
}

/// A booking of a half-hour that costs something.
fn booking(state: State, starts_at: &str, price: &str) -> Facts {
    let starts_at = at(starts_at);
    let paid = if matches!(state, State::Paid | State::CheckedIn | State::Done) { yuan(price) } else { Money::ZERO };
    Facts {
        state,
        held_until_at: starts_at.plus_s(-3600),
        extended: false,
        class: "general".to_owned(),
        starts_at,
        ends_at: starts_at.plus_s(1800),
        price: yuan(price),
        paid,
        refunded: Money::ZERO,
        consents: vec![true],
        moves: 0,
    }
}
