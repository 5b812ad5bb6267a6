//! "Who looked at my records": the access log as its subject reads it.

use std::fmt;

use kernel::{CityId, Id, Result, ServiceId, Timestamp, access::Purpose};

use crate::{Citizen, Platform};

/// One page of a list, and where the next one begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next: Option<Cursor>,
}

/// A place in a list, newest first. Its text is for links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub(crate) at: Timestamp,
    pub(crate) id: Id,
}

impl Cursor {
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (at, id) = text.split_once('.')?;
        Some(Self { at: Timestamp(at.parse().ok()?), id: Id::parse(id)? })
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at.0, self.id)
    }
}

/// One reading of the citizen's data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessView {
    pub at: Timestamp,
    pub who: Who,
    pub purpose: Purpose,
    pub service: Option<ServiceId>,
    /// `None`: data of the platform itself, such as the profile.
    pub city: Option<CityId>,
    pub door: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    You,
    /// Another citizen, by consent: their masked name.
    Delegate(String),
    /// Staff, with what they are called.
    Staff(String),
    Platform,
}

impl Platform {
    /// Readings of the citizen's data, newest first, in one city or everywhere.
    pub async fn access_log(
        &self,
        citizen: &Citizen,
        city: Option<&CityId>,
        before: Option<Cursor>,
    ) -> Result<Page<AccessView>> {
        let _ = (citizen, city, before);
        Err(kernel::Error::internal("not built yet"))
    }
}
