//! The population register of the whole country: does a name fit a number, is somebody the guardian of somebody.

use std::sync::Arc;

use axum::{Router, body::Bytes, extract::State, response::Response, routing::post};
use kernel::identifier::PersonName;
use serde::Deserialize;

use super::{FOUND, head, tidy};
use crate::{
    Sandbox,
    department::Department,
    reply::{Reply, Whose, answer},
};

const MATCHES: &str = "01";
const DIFFERS: &str = "02";
const NOT_IN_REGISTER: &str = "03";

#[derive(Deserialize)]
struct Identity {
    xm: String,
    sfzmhm: String,
}

#[derive(Deserialize)]
struct Guardian {
    jhr: String,
    bjhr: String,
}

pub(super) fn routes() -> Router<Arc<Sandbox>> {
    Router::new().route("/public-security/identity", post(identity)).route("/public-security/guardian", post(guardian))
}

fn reply(echo: &str, value: &str, result: &str) -> Reply {
    let mut row = head(FOUND, echo, value);
    row.insert("result".into(), result.into());
    Reply::Row(row)
}

async fn identity(State(sandbox): State<Arc<Sandbox>>, body: Bytes) -> Response {
    answer(&sandbox, Department::PublicSecurity, |whose| {
        let Ok(asked) = serde_json::from_slice::<Identity>(&body) else { return Reply::Unreadable };
        let resident_id = tidy(&asked.sfzmhm);
        if whose == Whose::Another {
            return reply("sfzmhm", &another(&sandbox, &resident_id), MATCHES);
        }
        let result = match sandbox.population.person_of_resident_id(&resident_id) {
            Some(person) if same_name(&person.name, &asked.xm) => MATCHES,
            Some(_) => DIFFERS,
            None => NOT_IN_REGISTER,
        };
        reply("sfzmhm", &resident_id, result)
    })
    .await
}

async fn guardian(State(sandbox): State<Arc<Sandbox>>, body: Bytes) -> Response {
    answer(&sandbox, Department::PublicSecurity, |whose| {
        let Ok(asked) = serde_json::from_slice::<Guardian>(&body) else { return Reply::Unreadable };
        let (guardian_id, ward_id) = (tidy(&asked.jhr), tidy(&asked.bjhr));
        if whose == Whose::Another {
            return reply("jhr", &another(&sandbox, &guardian_id), MATCHES);
        }
        let yes = sandbox.population.is_guardian(&guardian_id, &ward_id, sandbox.today());
        reply("jhr", &guardian_id, if yes { MATCHES } else { DIFFERS })
    })
    .await
}

/// The two names agree once the middle dot is written one way.
fn same_name(on_record: &str, asked: &str) -> bool {
    PersonName::parse(asked).is_ok_and(|asked| asked.expose() == on_record)
}

fn another(sandbox: &Sandbox, resident_id: &str) -> String {
    let first = sandbox.population.areas().next().map(|area| area.code.clone()).unwrap_or_default();
    let persons = (0..2).filter_map(|n| sandbox.population.person(&first, n));
    persons.map(|person| person.resident_id).find(|id| id != resident_id).unwrap_or_default()
}
