//! The truth behind the wire formats, as typed values: tests ask the platform and compare. Never faulty.

use std::{ops::Deref, sync::Arc};

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::StatusCode,
    routing::get,
};
use kernel::{Date, Text};
use serde::{Deserialize, Serialize};

use crate::{
    Sandbox,
    biller::{Bill, Biller, Customer},
    demo::{self, DemoCustomer, DemoPerson},
    exam::Exam,
    licence::Licence,
    marriage::Marital,
    population::{District, Person},
    vehicle::Vehicle,
    violation::Violation,
};

/// A vehicle as its register and the traffic police know it on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VehicleTruth {
    #[serde(flatten)]
    pub vehicle: Vehicle,
    pub vin_tail: String,
    pub inspection_to: Date,
    pub status: &'static str,
    pub violations: Vec<Violation>,
}

/// Everything that all departments know about a person on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Citizen {
    #[serde(flatten)]
    pub person: Person,
    pub licence: Option<Licence>,
    pub vehicles: Vec<VehicleTruth>,
    /// Records that name this person as the driver.
    pub driver_violations: Vec<Violation>,
    pub exam: Option<Exam>,
    pub marital: Marital,
    /// Accounts at billers and the hospital's card.
    pub customers: Vec<CustomerTruth>,
}

/// An account as its company knows it on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CustomerTruth {
    #[serde(flatten)]
    pub customer: Customer,
    pub holder_tail: String,
    pub bills: Vec<Bill>,
    /// Money on the account and how much of it can be given back, where it holds money.
    pub balance_fen: Option<i64>,
    pub withdrawable_fen: Option<i64>,
}

impl Deref for CustomerTruth {
    type Target = Customer;

    fn deref(&self) -> &Customer {
        &self.customer
    }
}

const COUNT_MAX: u64 = 1_000;

impl Sandbox {
    /// Person `n` of an area with everything on record today.
    #[must_use]
    pub fn citizen(&self, area: &str, n: u64) -> Option<Citizen> {
        let (district, today) = (self.population.district(area)?, self.today());
        Some(Citizen {
            person: district.person(n)?,
            licence: district.licence(n, today),
            vehicles: district
                .vehicles_of(n)
                .into_iter()
                .map(|vehicle| vehicle_truth(district, vehicle, today))
                .collect(),
            driver_violations: district.driver_violations(n, today),
            exam: district.exam(n, today),
            marital: district.marital(n),
            customers: customers(district, n, today),
        })
    }

    /// Whether person `n` of an area is married, by the register.
    #[must_use]
    pub fn marital(&self, area: &str, n: u64) -> Option<Marital> {
        Some(self.population.district(area)?.marital(n))
    }

    /// What is on record for a vehicle card; `None` if the three do not belong together.
    #[must_use]
    pub fn vehicle(&self, area: &str, plate: &str, kind: &str, vin_tail: &str) -> Option<VehicleTruth> {
        let district = self.population.district(area)?;
        Some(vehicle_truth(district, district.vehicle_by_keys(plate, kind, vin_tail)?, self.today()))
    }

    /// What is on record for a licence card; `None` if the two do not belong together.
    #[must_use]
    pub fn licence(&self, area: &str, resident_id: &str, file_no: &str) -> Option<Licence> {
        let district = self.population.district(area)?;
        district.licence(district.holder(resident_id, file_no)?, self.today())
    }

    #[must_use]
    pub fn driver_violations(&self, area: &str, resident_id: &str, file_no: &str) -> Option<Vec<Violation>> {
        let district = self.population.district(area)?;
        Some(district.driver_violations(district.holder(resident_id, file_no)?, self.today()))
    }

    /// The inner `None` means that no exam was ever handed in.
    #[must_use]
    pub fn exam(&self, area: &str, resident_id: &str, file_no: &str) -> Option<Option<Exam>> {
        let district = self.population.district(area)?;
        Some(district.exam(district.holder(resident_id, file_no)?, self.today()))
    }

    /// The persons of an area whose logins are worth trying; empty for an unknown area.
    #[must_use]
    pub fn demo(&self, area: &str) -> Vec<DemoPerson> {
        let Some(district) = self.population.district(area) else { return Vec::new() };
        (0..demo::PERSONS).filter_map(|n| demo_person(district, n, self.today())).collect()
    }
}

impl District {
    /// The licensed person to whom both numbers belong.
    pub(crate) fn holder(&self, resident_id: &str, file_no: &str) -> Option<u64> {
        let n = self.n_of_resident_id(resident_id)?;
        self.grant(n)?;
        (self.file_no(n)? == file_no).then_some(n)
    }
}

fn vehicle_truth(district: &District, vehicle: Vehicle, today: Date) -> VehicleTruth {
    VehicleTruth {
        vin_tail: vehicle.vin_tail().to_owned(),
        inspection_to: district.inspection_to(&vehicle, today),
        status: district.vehicle_status(&vehicle, today),
        violations: district.vehicle_violations(&vehicle, today),
        vehicle,
    }
}

fn customers(district: &District, n: u64, today: Date) -> Vec<CustomerTruth> {
    let truth = |customer: Customer| {
        let journal = district.journal(customer.biller.department());
        let balance = district.balance(&customer, &journal);
        CustomerTruth {
            holder_tail: customer.holder_tail(),
            bills: district.bills(&customer, &journal, today),
            balance_fen: balance.map(|balance| balance.fen),
            withdrawable_fen: balance.map(|balance| balance.withdrawable_fen),
            customer,
        }
    };
    let Some(person) = district.person(n) else { return Vec::new() };
    Biller::ALL.into_iter().filter_map(|biller| district.account(biller, &person, today)).map(truth).collect()
}

fn demo_person(district: &District, n: u64, today: Date) -> Option<DemoPerson> {
    let (part, person) = (demo::part(n)?, district.person(n)?);
    let file_no = district.grant(n).and_then(|_| district.file_no(n)).unwrap_or_default();
    let keys = |vehicle: Vehicle| (vehicle.plate.clone(), vehicle.kind.to_owned(), vehicle.vin_tail().to_owned());
    Some(DemoPerson {
        role: part.role,
        name: person.name,
        phone: person.phone.unwrap_or_default(),
        resident_id: person.resident_id,
        file_no,
        vehicles: district.vehicles_of(n).into_iter().map(keys).collect(),
        customers: [Some(n), demo::looks_after(n)]
            .into_iter()
            .flatten()
            .flat_map(|holder| {
                Biller::ALL.into_iter().filter_map(move |biller| district.customer(biller, holder, today))
            })
            // A parent's card is the parent's own matter; their bills are not.
            .filter(|customer| customer.n == n || customer.biller != Biller::Hospital)
            .map(|customer| DemoCustomer {
                holder_tail: customer.holder_tail(),
                own: customer.n == n,
                biller: customer.biller,
                no: customer.no,
                holder: customer.holder,
            })
            .collect(),
        about: Text::new(part.about.0, part.about.1),
    })
}

#[derive(Deserialize)]
struct Window {
    #[serde(default)]
    from: u64,
    #[serde(default = "count")]
    count: u64,
}

const fn count() -> u64 {
    20
}

pub(crate) fn routes() -> Router<Arc<Sandbox>> {
    Router::new().route("/truth/{area}/persons", get(persons))
}

async fn persons(
    State(sandbox): State<Arc<Sandbox>>,
    Path(area): Path<String>,
    Query(Window { from, count }): Query<Window>,
) -> Result<Json<Vec<Citizen>>, StatusCode> {
    sandbox.population.district(&area).ok_or(StatusCode::NOT_FOUND)?;
    let to = from.saturating_add(count.min(COUNT_MAX));
    Ok(Json((from..to).map_while(|n| sandbox.citizen(&area, n)).collect()))
}
