//! Acts: telling a department to do something, and reading whether it has.

use connector::{Failure, Question, Target};
use kernel::{Error, Kind, Result};
use manifest::{Act, CityPack, Service, binding::Row};

use crate::Platform;

/// The department and the binding of an act; `None` if the city does not bind it.
pub(crate) fn target<'a>(pack: &'a CityPack, service: &Service, act: Act) -> Option<Target<'a>> {
    let binding = pack.bindings.act.get(&service.id)?.get(&act)?;
    let department = pack.bindings.department.get(&binding.department)?;
    Some(Target { scope: Some(&pack.city.id), department, binding })
}

impl Platform {
    /// All rows that the department answers with. Whether something was done stands in them; that it did not answer
    /// says nothing about it.
    pub(crate) async fn act_rows(
        &self,
        pack: &CityPack,
        service: &Service,
        act: Act,
        question: &Question,
    ) -> Result<Vec<Row>, Failure> {
        let target = target(pack, service, act).ok_or(Failure::NotAsked)?;
        let answer = self.inner.connector.ask(target, question).await?;
        // What comes back about money is compared by machines; what a citizen reads of it is written with their payment.
        answer.rows.process(|rows| {
            if connector::missing(rows, act.required_fields()) { Err(Failure::Half) } else { Ok(rows.clone()) }
        })
    }

    /// The one row of an act.
    pub(crate) async fn act(&self, pack: &CityPack, service: &Service, act: Act, question: &Question) -> Result<Row> {
        let rows = self.act_rows(pack, service, act, question).await;
        let unavailable = |failure: Failure| {
            tracing::warn!(service = %service.id, act = act.word(), %failure, "a department does not act");
            Error::new(Kind::Unavailable("department")).because(failure)
        };
        rows.map_err(unavailable)?.into_iter().next().ok_or_else(|| unavailable(Failure::Half))
    }
}
