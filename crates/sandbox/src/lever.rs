//! What happens in a city without the platform: a doctor is paid with a card, a record is contested at a window, a decision
//! is reconsidered. Levers for tests and for whoever tries things out; nothing here is a department's wire.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::StatusCode,
    routing::{get, post},
};
use kernel::Date;
use serde::Deserialize;

use crate::{
    Sandbox,
    act::Pause,
    biller::Biller,
    booking::{Bookings, Happened as AtTheCounter},
    department::Department,
    posting::Posting,
};

impl Sandbox {
    /// Lines that a department booked since the start, oldest first; empty for an unknown area.
    #[must_use]
    pub fn postings(&self, area: &str, department: Department) -> Vec<Posting> {
        let district = self.population.district(area);
        district.map_or_else(Vec::new, |district| district.journal(department).postings().to_vec())
    }

    /// Money leaves an account at the counter. `None` for an unknown account.
    pub fn spend(&self, area: &str, biller: Biller, no: &str, amount_fen: i64) -> Option<()> {
        let district = self.population.district(area)?;
        let customer = district.customer_of_no(biller, no, self.today())?;
        district.journal(biller.department()).spend(&customer.no, amount_fen.max(0));
        Some(())
    }

    /// A record is contested, or no longer: it cannot be accepted meanwhile. `None` for an unknown record.
    pub fn contest(&self, area: &str, record: &str, contested: bool) -> Option<()> {
        let district = self.population.district(area)?;
        district.violation(record, self.today())?;
        district.contest(record, contested);
        Some(())
    }

    /// The decision about a record is reconsidered during these days, without an end if it still is. `None` for an unknown
    /// record.
    pub fn reconsider(&self, area: &str, record: &str, from: Date, to: Option<Date>) -> Option<()> {
        let district = self.population.district(area)?;
        district.violation(record, self.today())?;
        district.pause(record, Pause { from, to });
        Some(())
    }
}

pub(crate) fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/truth/{area}/postings/{department}", get(postings))
        .route("/truth/{area}/{biller}/spend", post(spend))
        .route("/truth/{area}/violations/{record}", post(record))
        .route("/truth/{area}/bookings/{department}", get(bookings).post(at_the_counter))
}

#[derive(Deserialize)]
struct OfDay {
    day: Option<Date>,
}

async fn postings(
    State(sandbox): State<Arc<Sandbox>>,
    Path((area, department)): Path<(String, String)>,
    Query(OfDay { day }): Query<OfDay>,
) -> Result<Json<Vec<Posting>>, StatusCode> {
    sandbox.population.district(&area).ok_or(StatusCode::NOT_FOUND)?;
    let department = Department::parse(&department).ok_or(StatusCode::NOT_FOUND)?;
    let mut postings = sandbox.postings(&area, department);
    postings.retain(|posting| day.is_none_or(|day| posting.booked_at.date() == day));
    Ok(Json(postings))
}

#[derive(Deserialize)]
struct Spent {
    no: String,
    amount_fen: i64,
}

async fn spend(
    State(sandbox): State<Arc<Sandbox>>,
    Path((area, biller)): Path<(String, String)>,
    Json(Spent { no, amount_fen }): Json<Spent>,
) -> StatusCode {
    let done = Biller::parse(&biller).and_then(|biller| sandbox.spend(&area, biller, &no, amount_fen));
    done.map_or(StatusCode::NOT_FOUND, |()| StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
struct Happened {
    contested: Option<bool>,
    reconsidered_from: Option<Date>,
    reconsidered_to: Option<Date>,
}

async fn record(
    State(sandbox): State<Arc<Sandbox>>,
    Path((area, record)): Path<(String, String)>,
    Json(happened): Json<Happened>,
) -> StatusCode {
    let contested = happened.contested.map(|contested| sandbox.contest(&area, &record, contested));
    let reconsidered =
        happened.reconsidered_from.map(|from| sandbox.reconsider(&area, &record, from, happened.reconsidered_to));
    match (contested, reconsidered) {
        (None, None) => StatusCode::UNPROCESSABLE_ENTITY,
        (Some(None), _) | (_, Some(None)) => StatusCode::NOT_FOUND,
        _ => StatusCode::NO_CONTENT,
    }
}

/// Whoever is told of bookings, by their word.
fn booked(department: &str) -> Result<Department, StatusCode> {
    let department = Department::parse(department).filter(|one| Department::BOOKED.contains(one));
    department.ok_or(StatusCode::NOT_FOUND)
}

async fn bookings(
    State(sandbox): State<Arc<Sandbox>>,
    Path((area, department)): Path<(String, String)>,
) -> Result<Json<Bookings>, StatusCode> {
    sandbox.population.district(&area).ok_or(StatusCode::NOT_FOUND)?;
    Ok(Json(sandbox.bookings(&area, booked(&department)?)))
}

async fn at_the_counter(
    State(sandbox): State<Arc<Sandbox>>,
    Path((area, department)): Path<(String, String)>,
    Json(happened): Json<AtTheCounter>,
) -> Result<StatusCode, StatusCode> {
    let done = sandbox.at_the_counter(&area, booked(&department)?, happened);
    done.map(|()| StatusCode::NO_CONTENT).ok_or(StatusCode::NOT_FOUND)
}
