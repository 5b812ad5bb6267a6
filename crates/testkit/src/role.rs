//! Casting: which synthetic person of the sandbox plays a story's role in a city.

use std::collections::BTreeSet;

use kernel::{Date, ServiceId};
use manifest::{service::Subject, story::Role};
use sandbox::{BillState, Biller, Citizen, CustomerTruth, Sandbox, State};

/// A person for a role, and which of their cards the story is about.
#[derive(Clone, Debug)]
pub struct Cast {
    pub person: Citizen,
    pub subject: Subject,
    /// Place among the person's vehicles.
    pub vehicle: usize,
    /// The account at a biller, for roles of customers.
    pub account: Option<Account>,
}

/// An account as its holder would type it in.
#[derive(Clone, Debug)]
pub struct Account {
    /// It belongs to one service.
    pub service: ServiceId,
    pub customer_no: String,
    pub holder_tail: String,
}

/// Persons looked at before giving up. Every role is played by at least one person in a hundred.
const PERSONS_LOOKED_AT: u64 = 20_000;

/// The first adult of an area who fits the role and is not taken by another one. Customers have an account `at` a biller.
#[must_use]
pub fn cast(
    sandbox: &Sandbox,
    area: &str,
    role: Role,
    at: Option<(&ServiceId, Biller)>,
    today: Date,
    taken: &BTreeSet<u64>,
) -> Option<Cast> {
    (0..PERSONS_LOOKED_AT)
        .filter(|n| !taken.contains(n))
        .map_while(|n| sandbox.citizen(area, n))
        .filter(|person| age(person.person.birth, today) >= 18)
        .find_map(|person| {
            let subject = role.subject();
            if subject == Subject::Customer {
                let (service, biller) = at?;
                let customer = person.customers.iter().find(|one| one.biller == biller && owes(one, role))?;
                let (customer_no, holder_tail) = (customer.no.clone(), customer.holder_tail.clone());
                let account = Account { service: service.clone(), customer_no, holder_tail };
                return Some(Cast { person, subject, vehicle: 0, account: Some(account) });
            }
            fit(&person, role, today).map(|vehicle| Cast { person, subject, vehicle, account: None })
        })
}

/// The first person of an area who fits, by what is on record and by age, and is not taken.
pub(crate) fn guest(
    sandbox: &Sandbox,
    area: &str,
    today: Date,
    taken: &BTreeSet<u64>,
    fits: impl Fn(&Citizen, i16) -> bool,
) -> Option<Citizen> {
    (0..PERSONS_LOOKED_AT)
        .filter(|n| !taken.contains(n))
        .map_while(|n| sandbox.citizen(area, n))
        .find(|person| fits(person, age(person.person.birth, today)))
}

/// Whether an account is as the role says.
fn owes(customer: &CustomerTruth, role: Role) -> bool {
    let open = customer.bills.iter().filter(|bill| bill.state == BillState::Unpaid).count();
    match role {
        Role::CustomerWithArrears => open >= 1,
        // The oldest of them is past its day on any day, so that a late fee has begun where there is one.
        Role::CustomerWithSeveralPeriods => open >= 2,
        Role::CustomerWithoutArrears => open == 0 && !customer.bills.is_empty(),
        Role::CustomerWithBalance => customer.balance_fen.is_some_and(|fen| fen > 0),
        _ => false,
    }
}

/// Full years.
fn age(birth: Date, today: Date) -> i16 {
    let before = (today.month(), today.day()) < (birth.month(), birth.day());
    today.year() - birth.year() - i16::from(before)
}

/// The place of the fitting vehicle, or 0 for licences.
fn fit(person: &Citizen, role: Role, today: Date) -> Option<usize> {
    let open = |violations: &[sandbox::Violation]| violations.iter().any(|one| one.state != State::Paid);
    let licence = person.licence.as_ref();
    let age = age(person.person.birth, today);
    let fits = match role {
        Role::OwnerWithOpenViolations => return person.vehicles.iter().position(|car| open(&car.violations)),
        Role::OwnerWithPaidViolations => {
            return person.vehicles.iter().position(|car| !car.violations.is_empty() && !open(&car.violations));
        }
        Role::OwnerWithoutViolations => return person.vehicles.iter().position(|car| car.violations.is_empty()),
        Role::DriverWithOpenViolations => licence.is_some() && open(&person.driver_violations),
        Role::DriverWithoutViolations => licence.is_some() && person.driver_violations.is_empty(),
        Role::DriverWithPoints => licence.is_some_and(|licence| licence.points_taken > 0),
        Role::DriverWithoutPoints => licence.is_some_and(|licence| licence.points_taken == 0),
        Role::DriverBelowExamAge => {
            age < 60 && licence.is_some_and(|licence| matches!(licence.class.as_str(), "C1" | "C2"))
        }
        Role::DriverAtExamAge => age >= 71 && licence.is_some() && person.exam.is_some(),
        Role::DriverWithoutExam => licence.is_some() && person.exam.is_none(),
        // `owes` looks at their accounts.
        Role::CustomerWithArrears
        | Role::CustomerWithSeveralPeriods
        | Role::CustomerWithoutArrears
        | Role::CustomerWithBalance => false,
    };
    fits.then_some(0)
}
