//! Acts: telling a department to do something, and reading whether it has.
//!
//! An act is bound like a question. What differs is what silence means: a question may be asked again, a deed may have
//! been done. So every act that changes something carries a key, and whoever gets no answer repeats it with the same one.

use std::collections::BTreeMap;

use connector::{Failure, Question, Target};
use kernel::{Error, Kind, Money, Result, Timestamp};
use manifest::{Act, CityPack, Service, binding::Row};

use crate::Platform;

/// The department's word on a deed.
#[derive(Clone, Debug)]
pub(crate) enum Said {
    Yes(Row),
    /// Understood and refused; the reason is the department's own, and the row says what else it knows.
    No {
        reason: String,
        row: Row,
    },
}

/// What a binding's places are filled from.
pub(crate) type Values = BTreeMap<String, String>;

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

    /// Tells a department to do something, and hears whether it did.
    pub(crate) async fn told(
        &self,
        pack: &CityPack,
        service: &Service,
        act: Act,
        values: Values,
    ) -> Result<Said, Failure> {
        let rows = self.act_rows(pack, service, act, &Question::new(values)).await?;
        let row = rows.into_iter().next().ok_or(Failure::Half)?;
        let text = |field: &str| row.get(field).map(manifest::Value::text).unwrap_or_default();
        match text("done").as_str() {
            "yes" => Ok(Said::Yes(row)),
            "no" => Ok(Said::No { reason: text("reason"), row }),
            _ => Err(Failure::Garbage),
        }
    }
}

/// `amount` in both units, under the names that bindings know.
pub(crate) fn put_money(values: &mut Values, name: &str, amount: Money) {
    values.insert(format!("{name}_fen"), amount.fen().to_string());
    values.insert(format!("{name}_yuan"), amount.plain_yuan());
}

/// Civil time of Asia/Shanghai as departments write it.
pub(crate) fn civil(at: Timestamp) -> String {
    at.civil().strftime("%Y-%m-%d %H:%M:%S").to_string()
}
