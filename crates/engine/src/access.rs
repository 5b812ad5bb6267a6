//! "Who looked at my records": the access log as its subject reads it.

use std::{cmp::Reverse, collections::HashMap, fmt};

use kernel::{AccountId, Actor, CityId, Id, Result, ServiceId, Timestamp, access::Purpose};

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
        let stores = &self.inner.stores;
        let before = before.map(|cursor| (cursor.at, cursor.id));
        let page = self.inner.limits.access_page;
        let limit = u32::try_from(page + 1).unwrap_or(u32::MAX);
        let mut entries = Vec::new();
        let cells = match city {
            Some(id) => {
                self.open_city(&self.catalogue(), id)?;
                vec![(id.clone(), stores.city(id).await?)]
            }
            None => {
                let own = stores.platform().access_log(citizen.account, before, limit).await?;
                entries.extend(own.into_iter().map(|entry| (entry, None)));
                self.cells().await?
            }
        };
        for (id, cell) in cells {
            let there = cell.access_log(citizen.account, before, limit).await?;
            entries.extend(there.into_iter().map(|entry| (entry, Some(id.clone()))));
        }
        entries.sort_unstable_by_key(|(entry, _)| Reverse((entry.at, entry.id)));
        let more = entries.len() > page;
        entries.truncate(page);
        let next = entries.last().filter(|_| more).map(|(entry, _)| Cursor { at: entry.at, id: entry.id });
        let names = self.delegates(citizen, entries.iter().map(|(entry, _)| &entry.actor)).await?;
        let who = |actor: &Actor| match actor {
            Actor::Citizen(id) if *id == citizen.account => Who::You,
            Actor::Citizen(id) => Who::Delegate(names.get(id).cloned().unwrap_or_else(|| "*".to_owned())),
            Actor::Staff(id) => Who::Staff(id.to_string()),
            Actor::Platform => Who::Platform,
        };
        let view = |(entry, city): (store::AccessEntry, Option<CityId>)| AccessView {
            at: entry.at,
            who: who(&entry.actor),
            purpose: entry.purpose,
            service: entry.service,
            city,
            door: entry.door,
        };
        Ok(Page { items: entries.into_iter().map(view).collect(), next })
    }

    /// Masked names of the other citizens among the readers, as far as a consent names them.
    async fn delegates<'a>(
        &self,
        citizen: &Citizen,
        mut actors: impl Iterator<Item = &'a Actor>,
    ) -> Result<HashMap<AccountId, String>> {
        if !actors.any(|actor| matches!(actor, Actor::Citizen(id) if *id != citizen.account)) {
            return Ok(HashMap::new());
        }
        let consents = self.inner.stores.platform().consents(citizen.account, self.now()).await?;
        if consents.is_empty() {
            return Ok(HashMap::new());
        }
        Ok(self.names(citizen, &consents).await?.into_iter().collect())
    }
}
