//! "Who looked at my records": the access log as its subject reads it.

use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
    fmt,
};

use kernel::{AccountId, Actor, CityId, Id, Lang, Result, ServiceId, Text, Timestamp, access::Purpose};

use crate::{Citizen, Grant, Platform, Role, staff::grants};

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
    /// Staff, by department and role; their own name is the department's affair.
    Staff(StaffTitle),
    Platform,
}

/// What a citizen is told of somebody who looked for a department.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StaffTitle {
    /// The department, or the city for whoever works for all of it.
    pub place: Option<Text>,
    pub roles: Vec<Role>,
}

impl StaffTitle {
    /// `交通警察支队 · 退款审核`.
    #[must_use]
    pub fn say(&self, lang: Lang) -> String {
        let roles: Vec<&str> = self.roles.iter().map(|role| role.name(lang)).collect();
        let roles = if roles.is_empty() {
            lang.pick("工作人员", "staff").to_owned()
        } else {
            roles.join(lang.pick("、", ", "))
        };
        match &self.place {
            Some(place) => format!("{} · {roles}", place.get(lang)),
            None => roles,
        }
    }
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
        let colleagues = self.colleagues(entries.iter().map(|(entry, _)| &entry.actor)).await?;
        let who = |actor: &Actor, city: Option<&CityId>, service: Option<&ServiceId>| match actor {
            Actor::Citizen(id) if *id == citizen.account => Who::You,
            Actor::Citizen(id) => Who::Delegate(names.get(id).cloned().unwrap_or_else(|| "*".to_owned())),
            Actor::Staff(id) => Who::Staff(self.title(colleagues.get(id).map_or(&[], Vec::as_slice), city, service)),
            Actor::Platform => Who::Platform,
        };
        let view = |(entry, city): (store::AccessEntry, Option<CityId>)| AccessView {
            at: entry.at,
            who: who(&entry.actor, city.as_ref(), entry.service.as_ref()),
            purpose: entry.purpose,
            service: entry.service,
            city,
            door: entry.door,
        };
        Ok(Page { items: entries.into_iter().map(view).collect(), next })
    }

    /// What each member of staff among the readers works as, or did.
    async fn colleagues<'a>(&self, actors: impl Iterator<Item = &'a Actor>) -> Result<HashMap<Id, Vec<Grant>>> {
        let ids: HashSet<Id> =
            actors.filter_map(|actor| if let Actor::Staff(id) = actor { Some(*id) } else { None }).collect();
        let mut found = HashMap::new();
        for id in ids {
            if let Some((_, roles)) = self.inner.stores.platform().staff_named(id).await? {
                found.insert(id, grants(roles));
            }
        }
        Ok(found)
    }

    /// Department and role of whoever read something of a city and a service. Among several roles, those for the service's
    /// own department say most, and those in another city say nothing.
    fn title(&self, grants: &[Grant], city: Option<&CityId>, service: Option<&ServiceId>) -> StaffTitle {
        let catalogue = self.catalogue();
        let there: Vec<&Grant> = grants.iter().filter(|grant| city.is_none_or(|city| grant.city == *city)).collect();
        let Some(pack) = there.first().and_then(|grant| catalogue.city(grant.city.as_str())) else {
            return StaffTitle::default();
        };
        let asked = service.and_then(|id| pack.bindings.service.get(id)).map(|binding| &binding.department);
        let of_department = |grant: &&&Grant| grant.department.is_some() && grant.department.as_ref() == asked;
        let near: Vec<&&Grant> = there.iter().filter(of_department).collect();
        let department = near.first().or(there.first().as_ref()).and_then(|grant| grant.department.as_ref());
        let place = match department.and_then(|id| pack.bindings.department.get(id)) {
            Some(department) => department.name.clone(),
            None => pack.city.name.clone(),
        };
        let same = |grant: &&&Grant| grant.department.as_ref() == department;
        let mut roles: Vec<Role> = there.iter().filter(same).map(|grant| grant.role).collect();
        roles.sort_unstable();
        roles.dedup();
        StaffTitle { place: Some(place), roles }
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
