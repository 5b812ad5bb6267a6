//! Whether a vehicle belongs to a person. "Does not exist" and "somebody else's" are one answer.

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

use super::{FOUND, UNKNOWN, head, tidy};
use crate::{
    Sandbox, demo,
    department::Department,
    population::plate::CARS,
    reply::{Reply, Whose, answer},
};

#[derive(Deserialize)]
struct Owner {
    hphm: String,
    hpzl: String,
    clsbdh: String,
    sfzmhm: String,
}

pub(super) fn routes() -> Router<Arc<Sandbox>> {
    Router::new().route("/{area}/vehicle-register/owner", post(owner))
}

async fn owner(State(sandbox): State<Arc<Sandbox>>, Path(area): Path<String>, body: Bytes) -> Response {
    answer(&sandbox, Department::VehicleRegister, |whose| {
        let Some(district) = sandbox.population.district(&area) else { return Reply::Missing };
        let Ok(asked) = serde_json::from_slice::<Owner>(&body) else { return Reply::Unreadable };
        let (plate, kind, tail) = (tidy(&asked.hphm), tidy(&asked.hpzl), tidy(&asked.clsbdh));
        let vehicle = match whose {
            Whose::Asked => district.vehicle_by_keys(&plate, &kind, &tail).filter(|vehicle| {
                district.person(vehicle.owner).is_some_and(|owner| owner.resident_id == tidy(&asked.sfzmhm))
            }),
            Whose::Another => {
                (0..demo::FAMILIES * CARS).filter_map(|slot| district.vehicle(slot)).find(|other| other.plate != plate)
            }
        };
        let Some(vehicle) = vehicle else {
            let mut row = head(UNKNOWN, "hphm", &plate);
            row.insert("match".into(), "0".into());
            return Reply::Row(row);
        };
        let mut row = head(FOUND, "hphm", &vehicle.plate);
        row.insert("match".into(), "1".into());
        let data = json!({
            "hphm": vehicle.plate,
            "hpzl": vehicle.kind,
            "clpp": vehicle.brand,
            "csys": vehicle.colour,
            "syxz": "非营运",
            "yxqz": district.inspection_to(&vehicle, sandbox.today()).to_string(),
            "ccdjrq": vehicle.first_registered_on.to_string(),
            "zt": district.vehicle_status(&vehicle, sandbox.today()),
        });
        row.insert("data".into(), data);
        Reply::Row(row)
    })
    .await
}
