//! Violations of vehicles and drivers, the evidence sheets, and the acts: accepting a decision and paying a fine.
//!
//! | path | asks | answers |
//! |---|---|---|
//! | `/violations/vehicle` | `hphm`, `hpzl`, `clsbdh` last six of the VIN | `total`, `list` of records |
//! | `/violations/driver` | `jszh`, `dabh` | `total`, `list` of records |
//! | `/accept` | `xh` record, `jszh` licence of whoever accepts | `xh`, `jg` 已处理/拒绝, and of the decision `jdsbh`, `wsjyw`, `clsj`, `cljg`, `cljgmc`, `jszh`, `dsr`, `fkje`, `wfjfs`. Asked again by the same driver: the same. Refusals: `2001` already paid, `2010` contested, `2011` decided for another driver; `0002` no such record or licence |
//! | `/pay` | `lsh` idempotency key, `jdsbh` decision, `je` fine in yuan, `znj` surcharge (absent: 0), `jfsj` paid at, `jylsh` the provider's trade number | `lsh`, `jdsbh`, `xh`, `jg` 已入账/拒绝, `jzlsh` number of the police's own line, `jzsj`, `je`, `znj`. The surcharge is as of the day of `jfsj`. Refusals: `2001`, `2002` (`yjje`, `znj` due), `2003` key reused; `0002` no such decision |
//! | `/list` | `rq` day of booking | as of the billers, with `jdsbh` instead of `hh` and the record in `zdbh` |

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

use super::{
    FOUND, NOTHING, UNKNOWN, another_driver,
    biller::{day_list, fen, instant, key, refused, written, yuan},
    head, tidy,
};
use crate::{
    Sandbox,
    act::FinePaid,
    demo,
    department::Department,
    evidence,
    population::{District, plate::CARS},
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
        .route("/{area}/traffic-police/accept", post(accept))
        .route("/{area}/traffic-police/pay", post(pay))
        .route("/{area}/traffic-police/list", post(list_of_day))
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
            ("znj", yuan(decision.late_fee_fen)),
        ]);
        if let Some((from, to)) = decision.reconsidered {
            fields.push(("fyqs", from.to_string()));
            fields.extend(to.map(|to| ("fyzz", to.to_string())));
        }
    }
    fields.push(("photostatus", v.photo_status.to_string()));
    if v.photo_status == 1 {
        fields.push(("zp", format!("evidence/{}.png", v.id)));
    }
    Value::Object(fields.into_iter().map(|(key, value)| (key.to_owned(), value.into())).collect::<Map<_, _>>())
}

#[derive(Deserialize)]
struct Accept {
    xh: String,
    jszh: String,
}

#[derive(Deserialize)]
struct Pay {
    lsh: String,
    jdsbh: String,
    je: String,
    #[serde(default)]
    znj: String,
    jfsj: String,
    #[serde(default)]
    jylsh: String,
}

async fn accept(State(sandbox): State<Arc<Sandbox>>, Path(area): Path<String>, body: Bytes) -> Response {
    answer(&sandbox, Department::TrafficPolice, |whose| {
        let Some(district) = sandbox.population.district(&area) else { return Reply::Missing };
        let Ok(asked) = serde_json::from_slice::<Accept>(&body) else { return Reply::Unreadable };
        let id = tidy(&asked.xh);
        if whose == Whose::Another {
            return confused("xh", "jdsbh");
        }
        let mut row = head(FOUND, "xh", &id);
        match district.accept(&id, &tidy(&asked.jszh), sandbox.clock.now()) {
            None => Reply::Row(head(UNKNOWN, "xh", &id)),
            Some(Err(refusal)) => refused(row, &refusal, "znj"),
            Some(Ok(decided)) => {
                row.insert("jg".into(), "已处理".into());
                if let Value::Object(fields) = record(&decided) {
                    let told = ["jdsbh", "wsjyw", "clsj", "cljg", "cljgmc", "jszh", "dsr", "fkje", "wfjfs"];
                    row.extend(fields.into_iter().filter(|(field, _)| told.contains(&field.as_str())));
                }
                Reply::Row(row)
            }
        }
    })
    .await
}

async fn pay(State(sandbox): State<Arc<Sandbox>>, Path(area): Path<String>, body: Bytes) -> Response {
    answer(&sandbox, Department::TrafficPolice, |whose| {
        let Some(district) = sandbox.population.district(&area) else { return Reply::Missing };
        let Some(paid) = read_payment(&body, &sandbox) else { return Reply::Unreadable };
        if whose == Whose::Another {
            return confused("jdsbh", "jzlsh");
        }
        let (no, key) = (paid.decision_no.clone(), paid.key.clone());
        let Some(outcome) = district.fine_paid(paid, sandbox.clock.now()) else {
            return Reply::Row(head(UNKNOWN, "jdsbh", &no));
        };
        let mut row = head(FOUND, "jdsbh", &no);
        row.insert("lsh".into(), key.into());
        match outcome {
            Err(refusal) => refused(row, &refusal, "znj"),
            Ok(posting) => {
                row.insert("jg".into(), "已入账".into());
                row.extend(posting.bills.first().map(|share| ("xh".to_owned(), share.id.as_str().into())));
                row.insert("jzlsh".into(), posting.reference.into());
                row.insert("jzsj".into(), written(posting.booked_at).into());
                row.insert("je".into(), yuan(posting.amount_fen).into());
                row.insert("znj".into(), yuan(posting.late_fee_fen).into());
                Reply::Row(row)
            }
        }
    })
    .await
}

fn read_payment(body: &[u8], sandbox: &Sandbox) -> Option<FinePaid> {
    let asked = serde_json::from_slice::<Pay>(body).ok()?;
    let paid_at = instant(&asked.jfsj)?;
    if paid_at.date() > sandbox.today() {
        return None;
    }
    Some(FinePaid {
        key: key(&asked.lsh)?,
        decision_no: tidy(&asked.jdsbh),
        fine_fen: fen(&asked.je)?,
        surcharge_fen: if asked.znj.trim().is_empty() { 0 } else { fen(&asked.znj)? },
        paid_at,
        trade_no: asked.jylsh.trim().to_owned(),
    })
}

/// An answer about somebody else's record. Nothing is done to anybody's.
fn confused(echo: &str, number: &str) -> Reply {
    let mut row = head(FOUND, echo, "0000000000000000");
    row.insert(number.into(), "0000000000000000".into());
    Reply::Row(row)
}

async fn list_of_day(State(sandbox): State<Arc<Sandbox>>, Path(area): Path<String>, body: Bytes) -> Response {
    answer(&sandbox, Department::TrafficPolice, |_| {
        let Some(district) = sandbox.population.district(&area) else { return Reply::Missing };
        let Ok(asked) = serde_json::from_slice(&body) else { return Reply::Unreadable };
        day_list(district, Department::TrafficPolice, &asked, "jdsbh")
    })
    .await
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
