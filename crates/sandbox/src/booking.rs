//! What hospitals, halls, registries, attractions and carriers are told of bookings that were made elsewhere: who comes
//! when, who does not come after all, who is here. Each has a register of its own. A key that comes again gets the same
//! answer for ever, and a unit that somebody has already is refused, so that whoever oversells is found out here.
//!
//! A counter of its own can take a unit, or not want a person, without anybody outside knowing: the levers at the end.

use std::collections::{HashMap, HashSet};

use kernel::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Sandbox, department::Department, fault::Fault, population::District};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum BookedState {
    Booked,
    Cancelled,
    /// By whoever offers it, and not by whoever was to come.
    CalledOff,
    Arrived,
}

/// A booking as the department knows it, in its own words where it has any.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Booked {
    /// As on the citizen's voucher.
    pub number: String,
    /// The department's own number: a visit, an acceptance, a ticket.
    pub reference: String,
    pub state: BookedState,
    pub place: String,
    pub section: String,
    pub resource: String,
    pub matter: String,
    /// `2026-11-24 08:00:00`
    pub starts_at: String,
    /// A number, or seats joined by commas; empty where there are none.
    pub unit: String,
    pub names: Vec<String>,
    pub ids: Vec<String>,
    pub paid_fen: i64,
    /// What went back when it was cancelled.
    pub back_fen: i64,
    pub reason: String,
}

/// A message as it arrived, and what was answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Told {
    pub at: Timestamp,
    pub key: String,
    pub what: What,
    pub number: String,
    /// The code of the refusal; `None` if it was done.
    pub refused: Option<&'static str>,
    /// How often the key came.
    pub times: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    Book,
    Cancel,
    Arrive,
}

/// Everything that a department was told since the start.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Bookings {
    pub booked: Vec<Booked>,
    /// Oldest first.
    pub told: Vec<Told>,
}

/// The reason that a message gives when a sitting does not take place.
const STOPPED: &str = "stopped";

/// Why a department does not do what it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum No {
    KeyReused,
    UnitGone,
    PersonRefused,
    Unknown,
    Cancelled,
    Arrived,
    NumberReused,
}

impl No {
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::KeyReused => "2003",
            Self::UnitGone => "3001",
            Self::PersonRefused => "3002",
            Self::Unknown => "3003",
            Self::Cancelled => "3004",
            Self::Arrived => "3005",
            Self::NumberReused => "3006",
        }
    }

    pub(crate) const fn message(self) -> &'static str {
        match self {
            Self::KeyReused => "流水号已用于另一笔业务",
            Self::UnitGone => "该号源已被现场占用",
            Self::PersonRefused => "当事人不符合受理条件",
            Self::Unknown => "没有这笔预约",
            Self::Cancelled => "预约已取消",
            Self::Arrived => "已经报到",
            Self::NumberReused => "预约号已用于另一笔预约",
        }
    }
}

pub(crate) type Outcome = Result<Booked, No>;

/// A message, read from whatever words the department uses.
#[derive(Clone, Debug)]
pub(crate) enum Message {
    /// `reference` is empty yet.
    Book(Box<Booked>),
    Cancel {
        number: String,
        back_fen: i64,
        reason: String,
    },
    Arrive {
        number: String,
    },
}

impl Message {
    pub(crate) fn number(&self) -> &str {
        match self {
            Self::Book(booked) => &booked.number,
            Self::Cancel { number, .. } | Self::Arrive { number } => number,
        }
    }

    const fn what(&self) -> What {
        match self {
            Self::Book(_) => What::Book,
            Self::Cancel { .. } => What::Cancel,
            Self::Arrive { .. } => What::Arrive,
        }
    }
}

/// The register of one department of one area.
#[derive(Default)]
pub(crate) struct Register {
    booked: Vec<Booked>,
    by_number: HashMap<String, usize>,
    /// Units that somebody has, by place, resource, time and number; the booking is absent for whoever came to the counter.
    units: HashMap<[String; 4], Option<String>>,
    unwanted: HashSet<String>,
    told: Vec<Told>,
    answers: HashMap<String, (String, usize, Outcome)>,
}

impl Register {
    /// Decides once per key. `switched` is what the department answers to every new booking just now, if it refuses.
    pub(crate) fn tell(
        &mut self,
        key: &str,
        message: &Message,
        prefix: &str,
        switched: Option<No>,
        now: Timestamp,
    ) -> Outcome {
        let content = format!("{message:?}");
        if let Some((before, told, outcome)) = self.answers.get(key) {
            self.told[*told].times += 1;
            return if *before == content { outcome.clone() } else { Err(No::KeyReused) };
        }
        let outcome = match message {
            Message::Book(booked) => match switched {
                Some(no) if !self.by_number.contains_key(&booked.number) => Err(no),
                _ => self.book(booked, &format!("{prefix}{}{:06}", now.date().strftime("%Y%m%d"), self.told.len() + 1)),
            },
            Message::Cancel { number, back_fen, reason } => self.cancel(number, *back_fen, reason),
            Message::Arrive { number } => self.arrive(number),
        };
        let refused = outcome.as_ref().err().map(|no| no.code());
        let (number, what) = (message.number().to_owned(), message.what());
        self.told.push(Told { at: now, key: key.to_owned(), what, number, refused, times: 1 });
        self.answers.insert(key.to_owned(), (content, self.told.len() - 1, outcome.clone()));
        outcome
    }

    fn book(&mut self, wanted: &Booked, reference: &str) -> Outcome {
        if let Some(known) = self.known(&wanted.number) {
            // Told again, or told that it is paid now: the rest is as it was.
            let told = Booked { reference: known.reference.clone(), paid_fen: known.paid_fen, ..wanted.clone() };
            return match known.state {
                BookedState::Cancelled | BookedState::CalledOff => Err(No::Cancelled),
                BookedState::Booked if *known == told => {
                    known.paid_fen = wanted.paid_fen;
                    Ok(known.clone())
                }
                BookedState::Booked | BookedState::Arrived => Err(No::NumberReused),
            };
        }
        if wanted.ids.iter().any(|id| self.unwanted.contains(id)) {
            return Err(No::PersonRefused);
        }
        let units = units(wanted);
        if units.iter().any(|unit| self.units.contains_key(unit)) {
            return Err(No::UnitGone);
        }
        self.units.extend(units.into_iter().map(|unit| (unit, Some(wanted.number.clone()))));
        let booked = Booked { reference: reference.to_owned(), ..wanted.clone() };
        self.by_number.insert(booked.number.clone(), self.booked.len());
        self.booked.push(booked.clone());
        Ok(booked)
    }

    fn known(&mut self, number: &str) -> Option<&mut Booked> {
        self.by_number.get(number).map(|&at| &mut self.booked[at])
    }

    fn cancel(&mut self, number: &str, back_fen: i64, reason: &str) -> Outcome {
        let booked = self.known(number).ok_or(No::Unknown)?;
        let stopped = reason == STOPPED;
        match booked.state {
            // Whoever is here cannot give it up any more, but the doctor can be called away.
            BookedState::Arrived if !stopped => return Err(No::Arrived),
            // It is as they want it to be.
            BookedState::Cancelled | BookedState::CalledOff => return Ok(booked.clone()),
            BookedState::Booked | BookedState::Arrived => {}
        }
        booked.state = if stopped { BookedState::CalledOff } else { BookedState::Cancelled };
        booked.back_fen = back_fen;
        reason.clone_into(&mut booked.reason);
        let booked = booked.clone();
        for unit in units(&booked) {
            self.units.remove(&unit);
        }
        Ok(booked)
    }

    fn arrive(&mut self, number: &str) -> Outcome {
        let booked = self.known(number).ok_or(No::Unknown)?;
        match booked.state {
            BookedState::Booked => {
                booked.state = BookedState::Arrived;
                Ok(booked.clone())
            }
            BookedState::Cancelled | BookedState::CalledOff => Err(No::Cancelled),
            BookedState::Arrived => Err(No::Arrived),
        }
    }
}

/// The single units of a booking.
fn units(booked: &Booked) -> Vec<[String; 4]> {
    let Booked { place, resource, starts_at, .. } = booked;
    let units = booked.unit.split(',').map(str::trim).filter(|unit| !unit.is_empty());
    units.map(|unit| [place.clone(), resource.clone(), starts_at.clone(), unit.to_owned()]).collect()
}

/// Something at the counter that nobody outside knows of.
#[derive(Debug, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Happened {
    /// Somebody at the counter got this unit.
    UnitTaken { place: String, resource: String, starts_at: String, unit: String },
    /// A person who is not to be booked for, or who may be again.
    Person { resident_id: String, unwanted: bool },
}

impl District {
    /// Tells a department, which answers as it is switched.
    pub(crate) fn told(
        &self,
        department: Department,
        key: &str,
        message: &Message,
        switched: Option<No>,
        now: Timestamp,
    ) -> Outcome {
        self.register(department).tell(key, message, prefix(department), switched, now)
    }

    /// Whoever a department expects on a day, or has seen.
    pub(crate) fn expected(&self, department: Department, day: kernel::Date) -> Vec<Booked> {
        let day = day.to_string();
        let comes = |one: &&Booked| {
            matches!(one.state, BookedState::Booked | BookedState::Arrived) && one.starts_at.starts_with(&day)
        };
        self.register(department).booked.iter().filter(comes).cloned().collect()
    }
}

/// How a department's own numbers begin.
const fn prefix(department: Department) -> &'static str {
    match department {
        Department::Clinic => "MZ",
        Department::PoliceHall => "SL",
        Department::MarriageRegistry => "HY",
        Department::Attraction => "TK",
        _ => "CP",
    }
}

impl Sandbox {
    /// What a department was told of bookings; nothing for an unknown area.
    #[must_use]
    pub fn bookings(&self, area: &str, department: Department) -> Bookings {
        self.population.district(area).map_or_else(Bookings::default, |district| {
            let register = district.register(department);
            Bookings { booked: register.booked.clone(), told: register.told.clone() }
        })
    }

    /// Something happens at a department's own counter. `None` for an unknown area.
    pub fn at_the_counter(&self, area: &str, department: Department, happened: Happened) -> Option<()> {
        let district = self.population.district(area)?;
        let mut register = district.register(department);
        match happened {
            Happened::UnitTaken { place, resource, starts_at, unit } => {
                register.units.insert([place, resource, starts_at, unit], None);
            }
            Happened::Person { resident_id, unwanted: true } => {
                register.unwanted.insert(resident_id);
            }
            Happened::Person { resident_id, unwanted: false } => {
                register.unwanted.remove(&resident_id);
            }
        }
        Some(())
    }

    /// What a department refuses every booking with just now, if it is switched to.
    pub(crate) fn refusing(&self, department: Department) -> Option<No> {
        match self.faults.get(department).fault {
            Fault::UnitGone => Some(No::UnitGone),
            Fault::PersonRefused => Some(No::PersonRefused),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
