//! Medical certificates of drivers. "No exam was ever handed in" and "unknown" are different codes.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, Query, State},
    response::Response,
    routing::get,
};
use serde::Deserialize;
use serde_json::json;

use super::{FOUND, NOTHING, UNKNOWN, head, tidy, traffic_police::whose_licence};
use crate::{
    Sandbox,
    department::Department,
    reply::{Reply, answer},
};

#[derive(Deserialize)]
struct Holder {
    #[serde(default)]
    sfzmhm: String,
    #[serde(default)]
    dabh: String,
}

pub(super) fn routes() -> Router<Arc<Sandbox>> {
    Router::new().route("/{area}/medical-register/exam", get(exam))
}

async fn exam(State(sandbox): State<Arc<Sandbox>>, Path(area): Path<String>, Query(asked): Query<Holder>) -> Response {
    answer(&sandbox, Department::MedicalRegister, |whose| {
        let Some(district) = sandbox.population.district(&area) else { return Reply::Missing };
        let (resident_id, file_no) = whose_licence(district, whose, tidy(&asked.sfzmhm), tidy(&asked.dabh));
        let found =
            district.holder(&resident_id, &file_no).and_then(|n| Some((n, district.person(n)?, district.grant(n)?)));
        let Some((n, person, grant)) = found else { return Reply::Row(head(UNKNOWN, "sfzmhm", &resident_id)) };
        let Some(exam) = district.exam(n, sandbox.today()) else {
            return Reply::Row(head(NOTHING, "sfzmhm", &resident_id));
        };
        let mut row = head(FOUND, "sfzmhm", &resident_id);
        let data = json!({
            "sfzmhm": resident_id,
            "dabh": file_no,
            "csrq": person.birth.to_string(),
            "zjcx": grant.class_on(person.birth, sandbox.today()),
            "cclzrq": grant.first_issued_on.to_string(),
            "tjrq": exam.examined_on.to_string(),
            "tjyymc": exam.hospital,
            "tjjg": exam.result,
        });
        row.insert("data".into(), data);
        Reply::Row(row)
    })
    .await
}
