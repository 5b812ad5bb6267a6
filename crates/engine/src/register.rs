//! Asking the registers: is this name of this number, is this car of this person, is this person a guardian.

use connector::{Failure, Question, Target};
use kernel::{Error, Kind, Result};
use manifest::{
    CityPack,
    binding::{Bindings, Check, Row},
};

use crate::Platform;

impl Platform {
    /// The register's row, `None` if it says no. National checks are bound for the platform, the others by the city.
    pub(crate) async fn check(&self, check: Check, city: Option<&CityPack>, question: Question) -> Result<Option<Row>> {
        let catalogue = self.catalogue();
        let (scope, bindings): (_, &Bindings) = match city {
            Some(pack) if !check.is_national() => (Some(&pack.city.id), &pack.bindings),
            _ => (None, &catalogue.platform),
        };
        let unavailable = |cause: &dyn std::fmt::Display| {
            tracing::warn!(check = check.word(), %cause, "register does not answer");
            Error::new(Kind::Unavailable("register")).because(check.word()).because(cause)
        };
        let binding = bindings.check.get(&check).ok_or_else(|| unavailable(&"not bound"))?;
        let department =
            bindings.department.get(&binding.department).ok_or_else(|| unavailable(&"department not bound"))?;
        let target = Target { scope, department, binding };
        let answer = self.inner.connector.ask(target, &question).await.map_err(|failure| unavailable(&failure))?;
        // Comparing is machine work; what is kept of the row is sealed before anybody sees it.
        let row = answer.rows.process(|rows| rows.first().cloned());
        match row.as_ref().map(|row| row.get("match").map(manifest::Value::text)) {
            None => Ok(None),
            Some(Some(word)) if word == "yes" => Ok(row),
            Some(Some(word)) if word == "no" => Ok(None),
            Some(_) => Err(unavailable(&Failure::Garbage)),
        }
    }
}
