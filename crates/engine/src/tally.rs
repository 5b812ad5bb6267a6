//! How often each department was asked and what came of it, counted since the start: for whoever runs the platform, and
//! about nobody. Every question of the engine goes through here, because the connector that it asks is this one.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use connector::{Answer, BoxFuture, Connector, Failure, Health, Image, Question, Target};
use kernel::{CityId, DepartmentId, Pii};
use manifest::binding::Row;

/// Rows, none, and each way of failing.
const OUTCOMES: usize = 2 + Failure::ALL.len();

type Place = (Option<CityId>, DepartmentId);

/// Questions to one department that came to the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asking {
    /// Absent for departments of the whole country.
    pub city: Option<CityId>,
    pub department: DepartmentId,
    /// `rows`, `none`, or the word of a failure.
    pub outcome: &'static str,
    pub count: u64,
}

/// As many as packs have named departments, and no more.
#[derive(Default)]
pub(crate) struct Tally(RwLock<BTreeMap<Place, [AtomicU64; OUTCOMES]>>);

impl Tally {
    fn count(&self, target: Target<'_>, outcome: usize) {
        let place = (target.scope.cloned(), target.binding.department.clone());
        {
            let counts = self.0.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(count) = counts.get(&place).and_then(|counts| counts.get(outcome)) {
                count.fetch_add(1, Ordering::Relaxed);
                return;
            }
        }
        let mut counts = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.entry(place).or_default().get(outcome) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// What was counted; outcomes that never came are left out.
    pub(crate) fn read(&self) -> Vec<Asking> {
        let words = || ["rows", "none"].into_iter().chain(Failure::ALL.into_iter().map(Failure::word));
        let counts = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let each = counts.iter().flat_map(|((city, department), counts)| {
            words().zip(counts).map(|(outcome, count)| Asking {
                city: city.clone(),
                department: department.clone(),
                outcome,
                count: count.load(Ordering::Relaxed),
            })
        });
        each.filter(|asking| asking.count > 0).collect()
    }
}

fn failed(failure: Failure) -> usize {
    2 + Failure::ALL.into_iter().position(|other| other == failure).unwrap_or_default()
}

/// The connector, with somebody who counts at its side.
pub(crate) struct Counted {
    pub(crate) connector: Arc<dyn Connector>,
    pub(crate) tally: Arc<Tally>,
}

impl Connector for Counted {
    fn ask<'a>(&'a self, target: Target<'a>, question: &'a Question) -> BoxFuture<'a, Result<Answer, Failure>> {
        Box::pin(async move {
            let answered = self.connector.ask(target, question).await;
            let outcome = match &answered {
                Ok(answer) => usize::from(answer.rows.process(Vec::is_empty)),
                Err(failure) => failed(*failure),
            };
            self.tally.count(target, outcome);
            answered
        })
    }

    fn evidence<'a>(&'a self, target: Target<'a>, row: &'a Pii<Row>) -> BoxFuture<'a, Result<Image, Failure>> {
        Box::pin(async move {
            let answered = self.connector.evidence(target, row).await;
            self.tally.count(target, answered.as_ref().map_or_else(|failure| failed(*failure), |_| 0));
            answered
        })
    }

    fn health(&self) -> Vec<Health> {
        self.connector.health()
    }
}
