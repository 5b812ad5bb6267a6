//! Licences: whose they are, how long they are valid, how many points are taken.

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    response::Response,
    routing::post,
};
use serde::Deserialize;
use serde_json::json;

use super::{FOUND, UNKNOWN, head, tidy, traffic_police::whose_licence};
use crate::{
    Sandbox,
    department::Department,
    licence::Licence,
    reply::{Reply, Whose, answer},
};

#[derive(Deserialize)]
struct Holder {
    sfzmhm: String,
    dabh: String,
}

pub(super) fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/{area}/driver-register/holder", post(holder))
        .route("/{area}/driver-register/points", post(points))
}

/// The licence behind a question, or the reply that there is none.
fn read(sandbox: &Sandbox, area: &str, body: &[u8], whose: Whose) -> Result<Licence, Box<Reply>> {
    let district = sandbox.population.district(area).ok_or_else(|| Box::new(Reply::Missing))?;
    let asked: Holder = serde_json::from_slice(body).map_err(|_| Box::new(Reply::Unreadable))?;
    let (resident_id, file_no) = whose_licence(district, whose, tidy(&asked.sfzmhm), tidy(&asked.dabh));
    let licence = district.holder(&resident_id, &file_no).and_then(|n| district.licence(n, sandbox.today()));
    licence.ok_or_else(|| Box::new(Reply::Row(head(UNKNOWN, "sfzmhm", &resident_id))))
}

async fn holder(State(sandbox): State<Arc<Sandbox>>, Path(area): Path<String>, body: Bytes) -> Response {
    answer(&sandbox, Department::DriverRegister, |whose| {
        let licence = match read(&sandbox, &area, &body, whose) {
            Ok(licence) => licence,
            Err(reply) => {
                return match *reply {
                    Reply::Row(mut row) => {
                        row.insert("match".into(), "0".into());
                        Reply::Row(row)
                    }
                    other => other,
                };
            }
        };
        let mut row = head(FOUND, "sfzmhm", &licence.resident_id);
        row.insert("match".into(), "1".into());
        let data = json!({
            "sfzmhm": licence.resident_id,
            "dabh": licence.file_no,
            "zjcx": licence.class,
            "cclzrq": licence.first_issued_on.to_string(),
            "yxqs": licence.valid_from.to_string(),
            "yxqz": licence.valid_to.to_string(),
            "zt": licence.status,
        });
        row.insert("data".into(), data);
        Reply::Row(row)
    })
    .await
}

async fn points(State(sandbox): State<Arc<Sandbox>>, Path(area): Path<String>, body: Bytes) -> Response {
    answer(&sandbox, Department::DriverRegister, |whose| {
        let licence = match read(&sandbox, &area, &body, whose) {
            Ok(licence) => licence,
            Err(reply) => return *reply,
        };
        let mut row = head(FOUND, "sfzmhm", &licence.resident_id);
        let data = json!({
            "sfzmhm": licence.resident_id,
            "dabh": licence.file_no,
            "zjcx": licence.class,
            "cclzrq": licence.first_issued_on.to_string(),
            "yxqz": licence.valid_to.to_string(),
            "ljjf": licence.points_taken.to_string(),
            "zt": licence.status,
        });
        row.insert("data".into(), data);
        Reply::Row(row)
    })
    .await
}
