//! Every department that a city needs, simulated behind real wire formats, with faults: so that the whole platform runs
//! and can be tested on one machine, against persons who do not exist.
//!
//! It shares wire formats with the connectors and nothing with the engine. It keeps no data: the population is computed;
//! the switches of the faults, the last text messages, and what was paid and posted since the start are held in memory. It
//! is bound to loopback, so its pages show synthetic personal data in clear.

mod act;
mod authenticator;
mod biller;
mod booking;
mod days;
mod demo;
mod department;
mod draw;
mod evidence;
mod exam;
mod fault;
mod gateway;
mod lever;
mod licence;
mod marriage;
mod name;
mod offence;
mod page;
mod permutation;
mod population;
mod posting;
mod reply;
mod sms;
mod time;
mod truth;
mod vehicle;
mod violation;
mod wire;

use std::sync::{Arc, OnceLock};

use axum::{Router, routing::get};
use kernel::{Clock, Date};

pub use authenticator::Shown;
pub use biller::{Bill, BillState, Biller, Customer};
pub use booking::{Booked, BookedState, Bookings, Happened, Told, What};
pub use demo::{DemoCustomer, DemoPerson};
pub use department::Department;
pub use exam::Exam;
pub use fault::{DELAY_MS_DEFAULT, DELAY_MS_MAX, Fault, Standing, Switch};
pub use gateway::{
    Agreement, AgreementState, Bills, Channel, Delivery, Gateway, GatewayTruth, Refund, RefundState, Settings, Trade,
    TradeState,
};
pub use licence::Licence;
pub use marriage::Marital;
pub use population::{Area, PERSONS_MAX, Person, Population};
pub use posting::{Posting, PostingKind, Share};
pub use sms::Sms;
pub use time::DemoClock;
pub use truth::{Citizen, CustomerTruth, VehicleTruth};
pub use vehicle::Vehicle;
pub use violation::{Decision, State, Violation};

/// What a sandbox is made of. The same values give the same world on every machine on the same day.
pub struct Config {
    pub seed: u64,
    /// Persons of each area; at least the 16 demo persons, at most [`PERSONS_MAX`].
    pub persons: u64,
    pub areas: Vec<Area>,
    pub clock: Arc<dyn Clock>,
}

/// Persons of each area unless somebody asks for more.
pub const PERSONS_DEFAULT: u64 = 100_000;

pub struct Sandbox {
    population: Population,
    clock: Arc<dyn Clock>,
    /// The same, where it may be moved.
    lent: OnceLock<Arc<DemoClock>>,
    faults: fault::Switchboard,
    inbox: sms::Inbox,
    authenticator: authenticator::Authenticator,
    gateways: gateway::Gateways,
}

impl Sandbox {
    #[must_use]
    pub fn new(config: Config) -> Arc<Self> {
        Arc::new(Self {
            population: Population::new(config.seed, config.persons, config.areas),
            clock: config.clock,
            lent: OnceLock::new(),
            faults: fault::Switchboard::new(),
            inbox: sms::Inbox::default(),
            authenticator: authenticator::Authenticator::default(),
            gateways: gateway::Gateways::default(),
        })
    }

    #[must_use]
    pub const fn population(&self) -> &Population {
        &self.population
    }

    /// Text messages to a phone, newest first; of all phones if it is empty.
    #[must_use]
    pub fn messages(&self, phone: &str) -> Vec<Sms> {
        self.inbox.messages(phone)
    }

    /// Makes a department misbehave from the next question on. The delay matters to [`Fault::Slow`] only.
    pub fn set_fault(&self, department: Department, fault: Fault, delay_ms: u64) {
        self.faults.set(department, fault, delay_ms);
    }

    /// How every department behaves, and how often each was asked.
    #[must_use]
    pub fn standings(&self) -> Vec<Standing> {
        self.faults.standings()
    }

    /// Questions put to a department since the start.
    #[must_use]
    pub fn questions(&self, department: Department) -> u64 {
        self.faults.questions(department)
    }

    fn today(&self) -> Date {
        self.clock.today()
    }
}

/// All departments, the fault switches, the truth and the pages.
pub fn router(sandbox: Arc<Sandbox>) -> Router {
    Router::new()
        .merge(wire::routes())
        .merge(sms::routes())
        .merge(authenticator::routes())
        .merge(page::routes())
        .merge(truth::routes())
        .merge(lever::routes())
        .merge(time::routes())
        .merge(gateway::routes())
        .route("/healthz", get(async || axum::Json(serde_json::json!({ "status": "ok" }))))
        .with_state(sandbox)
}
