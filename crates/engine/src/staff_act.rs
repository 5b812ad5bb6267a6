//! Deeds of staff: allowed by the table, written down before they happen, and their outcome after.
//!
//! [`Platform::deed`] is the one gate. A door checks the same table for what it shows; this check is the one that counts.

use std::future::Future;

use kernel::{CityId, DepartmentId, Error, Id, Kind, Result, Timestamp};

use crate::{Cursor, Page, Platform, Staff, Verb};

/// Reasons are sentences, not files.
const REASON_CHARS_MAX: usize = 500;

/// What somebody is about to do.
#[derive(Clone, Debug)]
pub struct Deed<'a> {
    pub verb: Verb,
    pub city: &'a CityId,
    /// `None`: it concerns the whole city.
    pub department: Option<&'a DepartmentId>,
    /// The place of that department to which it is done: its own staff may do it too. Empty where there are no places.
    pub place: &'a str,
    /// To what, by kind and id. Never personal data.
    pub object: String,
    /// In their own words; empty where none is asked for.
    pub reason: &'a str,
}

/// A deed as it stands in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActView {
    pub at: Timestamp,
    /// Who; empty for the command line.
    pub name: String,
    /// The word of a [`Verb`], or `sign-in` and its like.
    pub act: String,
    pub city: Option<CityId>,
    pub department: Option<DepartmentId>,
    pub object: String,
    pub reason: String,
    /// `done`, or the code of the refusal. `None`: it broke off.
    pub outcome: Option<String>,
}

/// Who acts from the command line of the machine.
pub(crate) const NOBODY: Id = Id([0; 16]);

const DONE: &str = "done";

impl Platform {
    /// Does `work` if the table allows it, between two entries in the log of deeds.
    pub async fn deed<T>(
        &self,
        staff: &Staff,
        deed: Deed<'_>,
        work: impl Future<Output = Result<T>> + Send,
    ) -> Result<T> {
        if !staff.may_in(deed.verb, deed.city, deed.department, deed.place) {
            return Err(Kind::Denied("not_your_role").into());
        }
        if deed.verb.needs_step_up() && !self.has_stepped_up(staff) {
            return Err(Kind::Denied("step_up_needed").into());
        }
        let id = Id::random(&*self.inner.rng);
        let cell = self.inner.stores.platform();
        let entry = store::NewStaffAct {
            id,
            at: self.now(),
            staff: staff.id,
            act: deed.verb.word(),
            city: Some(deed.city.clone()),
            department: deed.department.cloned(),
            object: deed.object,
            reason: deed.reason.trim().chars().take(REASON_CHARS_MAX).collect(),
        };
        cell.begin_staff_act(&entry).await?;
        let outcome = work.await;
        let word = outcome.as_ref().map_or_else(Error::code, |_| DONE);
        if let Err(cause) = cell.end_staff_act(id, self.now(), word).await {
            // The deed stands; its entry stays without an outcome, which is what the auditor looks for.
            tracing::error!(%cause, act = %id, "the outcome of a deed is not written");
        }
        outcome
    }

    /// Something of no city that simply happened, such as a sign-in.
    pub(crate) async fn note(&self, staff: &Staff, act: &'static str, object: &str) -> Result<()> {
        self.note_of(staff.id, act, object).await
    }

    /// Something in a city that was asked for and refused, without being anybody's deed: a forged voucher, a booking of
    /// another place. `outcome` is the code of the refusal.
    pub(crate) async fn note_in(
        &self,
        staff: &Staff,
        city: &CityId,
        act: &'static str,
        object: &str,
        outcome: &str,
    ) -> Result<()> {
        let (id, at) = (Id::random(&*self.inner.rng), self.now());
        let entry = store::NewStaffAct {
            id,
            at,
            staff: staff.id,
            act,
            city: Some(city.clone()),
            department: None,
            object: object.to_owned(),
            reason: String::new(),
        };
        let cell = self.inner.stores.platform();
        cell.begin_staff_act(&entry).await?;
        cell.end_staff_act(id, at, outcome).await?;
        Ok(())
    }

    /// The same for somebody who is not at the desk.
    pub(crate) async fn note_of(&self, staff: Id, act: &'static str, object: &str) -> Result<()> {
        let (id, at) = (Id::random(&*self.inner.rng), self.now());
        let entry = store::NewStaffAct {
            id,
            at,
            staff,
            act,
            city: None,
            department: None,
            object: object.to_owned(),
            reason: String::new(),
        };
        let cell = self.inner.stores.platform();
        cell.begin_staff_act(&entry).await?;
        cell.end_staff_act(id, at, DONE).await?;
        Ok(())
    }

    /// One's own deeds, newest first.
    pub async fn own_acts(&self, staff: &Staff, before: Option<Cursor>) -> Result<Page<ActView>> {
        self.acts(&store::ActsOf::Staff(staff.id), before).await
    }

    /// Everybody's deeds in a city, newest first, for the auditor.
    pub async fn city_acts(&self, staff: &Staff, city: &CityId, before: Option<Cursor>) -> Result<Page<ActView>> {
        if staff.may(Verb::SeeActs, city).is_none() {
            return Err(Kind::Denied("not_your_role").into());
        }
        self.acts(&store::ActsOf::City(city.clone()), before).await
    }

    async fn acts(&self, of: &store::ActsOf, before: Option<Cursor>) -> Result<Page<ActView>> {
        let page = self.inner.limits.access_page;
        let limit = u32::try_from(page + 1).unwrap_or(u32::MAX);
        let before = before.map(|cursor| (cursor.at, cursor.id));
        let mut acts = self.inner.stores.platform().staff_acts(of, before, limit).await?;
        let more = acts.len() > page;
        acts.truncate(page);
        let next = acts.last().filter(|_| more).map(|act| Cursor { at: act.at, id: act.id });
        let view = |act: store::StaffAct| ActView {
            at: act.at,
            name: act.name,
            act: act.act,
            city: act.city,
            department: act.department,
            object: act.object,
            reason: act.reason,
            outcome: act.outcome,
        };
        Ok(Page { items: acts.into_iter().map(view).collect(), next })
    }
}
