//! Violations of vehicles and drivers, and the evidence sheets.

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    response::Response,
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{FOUND, NOTHING, UNKNOWN, another_driver, head, tidy};
use crate::{
    Sandbox, demo,
    department::Department,
    evidence,
    population::{CARS, District},
    reply::{Reply, Whose, answer},
    violation::Violation,
};

#[derive(Deserialize)]
struct OfVehicle {
    hphm: String,
    hpzl: String,
    clsbdh: String,
}

#[derive(Deserialize)]
struct OfDriver {
    jszh: String,
    dabh: String,
}

pub(super) fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/{area}/traffic-police/violations/vehicle", post(of_vehicle))
        .route("/{area}/traffic-police/violations/driver", post(of_driver))
        .route("/{area}/traffic-police/evidence/{file}", get(sheet))
}

async fn of_vehicle(State(sandbox): State<Arc<Sandbox>>, Path(area): Path<String>, body: Bytes) -> Response {
    answer(&sandbox, Department::TrafficPolice, |whose| {
        let Some(district) = sandbox.population.district(&area) else { return Reply::Missing };
        let Ok(asked) = serde_json::from_slice::<OfVehicle>(&body) else { return Reply::Unreadable };
        let (mut plate, kind, tail) = (tidy(&asked.hphm), tidy(&asked.hpzl), tidy(&asked.clsbdh));
        let vehicle = match whose {
            Whose::Asked => district.vehicle_by_keys(&plate, &kind, &tail),
            Whose::Another => {
                let others = (0..demo::FAMILIES * CARS).filter_map(|slot| district.vehicle(slot));
                others.into_iter().find(|vehicle| vehicle.plate != plate)
            }
        };
        let Some(vehicle) = vehicle else { return Reply::Row(head(UNKNOWN, "hphm", &plate)) };
        plate.clone_from(&vehicle.plate);
        list("hphm", &plate, &district.vehicle_violations(&vehicle, sandbox.today()))
    })
    .await
}

async fn of_driver(State(sandbox): State<Arc<Sandbox>>, Path(area): Path<String>, body: Bytes) -> Response {
    answer(&sandbox, Department::TrafficPolice, |whose| {
        let Some(district) = sandbox.population.district(&area) else { return Reply::Missing };
        let Ok(asked) = serde_json::from_slice::<OfDriver>(&body) else { return Reply::Unreadable };
        let (resident_id, file_no) = whose_licence(district, whose, tidy(&asked.jszh), tidy(&asked.dabh));
        let Some(n) = district.holder(&resident_id, &file_no) else {
            return Reply::Row(head(UNKNOWN, "jszh", &resident_id));
        };
        list("jszh", &resident_id, &district.driver_violations(n, sandbox.today()))
    })
    .await
}

/// The licence asked about, or another's for a department that confuses persons.
pub(super) fn whose_licence(district: &District, whose: Whose, id: String, file_no: String) -> (String, String) {
    match whose {
        Whose::Asked => (id, file_no),
        Whose::Another => another_driver(district, &id).unwrap_or((id, file_no)),
    }
}

fn list(echo: &str, value: &str, violations: &[Violation]) -> Reply {
    let code = if violations.is_empty() { NOTHING } else { FOUND };
    Reply::List { head: head(code, echo, value), list: violations.iter().map(record).collect() }
}

/// A record in the department's words. What is not there yet is absent, not empty.
fn record(v: &Violation) -> Value {
    let mut fields: Vec<(&str, String)> = vec![
        ("xh", v.id.clone()),
        ("hphm", v.plate.clone()),
        ("hpzl", v.kind.into()),
        ("wfsj", v.at.strftime("%Y-%m-%d %H:%M").to_string()),
        ("wfdd", v.place_code.clone()),
        ("wfdz", v.place.clone()),
        ("wfxw", v.code.into()),
        ("wfms", v.text.into()),
        ("wfgd", v.law.into()),
        ("fltw", v.basis.into()),
        ("fkje", (v.fine_fen / 100).to_string()),
        ("wfjfs", v.points.to_string()),
        ("cjjg", v.office_code.clone()),
        ("cjjgmc", v.office.clone()),
        ("cjfs", v.mode.into()),
        ("wztype", if v.on_the_spot { "现场" } else { "非现场" }.into()),
        ("wzzt", v.state.word().into()),
    ];
    if let Some(decision) = &v.decision {
        fields.extend([
            ("jdsbh", decision.no.clone()),
            ("wsjyw", decision.notice_no.clone()),
            ("clsj", decision.at.strftime("%Y-%m-%d %H:%M").to_string()),
            ("cljg", decision.office_code.clone()),
            ("cljgmc", decision.office.clone()),
            ("jszh", decision.licence_no.clone()),
            ("dsr", decision.driver_name.clone()),
            ("znj", format!("{}.{:02}", decision.late_fee_fen / 100, decision.late_fee_fen % 100)),
        ]);
    }
    fields.push(("photostatus", v.photo_status.to_string()));
    if v.photo_status == 1 {
        fields.push(("zp", format!("evidence/{}.png", v.id)));
    }
    Value::Object(fields.into_iter().map(|(key, value)| (key.to_owned(), value.into())).collect::<Map<_, _>>())
}

async fn sheet(State(sandbox): State<Arc<Sandbox>>, Path((area, file)): Path<(String, String)>) -> Response {
    answer(&sandbox, Department::TrafficPolice, |_| {
        let record =
            file.strip_suffix(".png").and_then(|id| sandbox.population.district(&area)?.violation(id, sandbox.today()));
        match record {
            Some((vehicle, violation)) if violation.photo_status == 1 => {
                evidence::sheet(&vehicle, &violation).map_or(Reply::Missing, Reply::Picture)
            }
            _ => Reply::Missing,
        }
    })
    .await
}
