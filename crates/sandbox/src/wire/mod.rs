//! The wire formats of the departments, field names as the real ones use them. A module for each department.

pub(crate) mod biller;
mod booking;
mod driver_register;
mod medical_register;
mod public_security;
mod traffic_police;
mod vehicle_register;

use std::sync::Arc;

use axum::Router;
use serde_json::{Map, Value};

use crate::{Sandbox, demo, population::District};

pub(crate) const FOUND: &str = "0000";
pub(crate) const NOTHING: &str = "0001";
pub(crate) const UNKNOWN: &str = "0002";

pub(crate) fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .merge(traffic_police::routes())
        .merge(vehicle_register::routes())
        .merge(driver_register::routes())
        .merge(medical_register::routes())
        .merge(public_security::routes())
        .merge(biller::routes())
        .merge(booking::routes())
}

fn head(code: &str, echo: &str, value: &str) -> Map<String, Value> {
    let message = match code {
        FOUND => "成功",
        NOTHING => "无记录",
        _ => "信息不符",
    };
    let fields = [("code", code), ("msg", message), (echo, value)];
    fields.into_iter().map(|(key, value)| (key.to_owned(), value.into())).collect()
}

/// As typed by machines and people: outer blanks away, letters in capitals.
fn tidy(text: &str) -> String {
    text.trim().to_uppercase()
}

/// Resident ID and file number of a licensed person other than the one asked about.
fn another_driver(district: &District, resident_id: &str) -> Option<(String, String)> {
    let n = (0..demo::PERSONS).filter(|&n| district.grant(n).is_some());
    n.filter_map(|n| Some((district.person(n)?.resident_id, district.file_no(n)?))).find(|(id, _)| id != resident_id)
}
