//! Asking every record service for random citizens and comparing each answer with the sandbox's truth.
//!
//! Which truth belongs to a service is read from its binding's endpoint, because no service is known by name here.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use engine::{Answer, Asked, Citizen, Device, LicenceForm, OnceKey, SessionKind, VehicleForm, Whose};
use kernel::{Id, Lang, Rng, SeededRng};
use manifest::{CityPack, Value, binding::Row, service::Subject};
use sandbox::{State, Violation};
use tokio::{sync::Mutex, task::JoinSet};

use crate::Town;

/// What came of it.
#[derive(Debug, Default)]
pub struct Report {
    pub citizens: u64,
    pub questions: u64,
    pub rows: u64,
    /// Each names the service and the person's place in the population.
    pub mismatches: Vec<String>,
}

/// Citizens asked at once.
const AT_ONCE: usize = 16;

/// Asks for `citizens` adults drawn at random.
pub async fn compare(town: &Town, citizens: u64, seed: u64) -> Report {
    let draw = SeededRng::new(seed);
    let city = town.open_city();
    let today = town.clock.today();
    let report = Arc::new(Mutex::new(Report::default()));
    let mut chosen = std::collections::BTreeSet::new();
    let mut tasks = JoinSet::new();
    let phones = Arc::new(AtomicU64::new(0));
    while (chosen.len() as u64) < citizens {
        let n = draw.below(town.sandbox.population().persons());
        let Some(person) = town.sandbox.citizen(&city.city.code, n) else { continue };
        let grown_up = person.person.birth.saturating_add(jiff::Span::new().years(18)) <= today;
        if !grown_up || !chosen.insert(n) {
            continue;
        }
        if tasks.len() >= AT_ONCE {
            tasks.join_next().await;
        }
        let one = One {
            platform: town.platform.clone(),
            sandbox: Arc::clone(&town.sandbox),
            city: Arc::clone(&city),
            person,
            phone: phone(phones.fetch_add(1, Ordering::Relaxed)),
            report: Arc::clone(&report),
        };
        tasks.spawn(async move { one.live().await });
    }
    while let Some(done) = tasks.join_next().await {
        if let Err(cause) = done {
            report.lock().await.mismatches.push(format!("a citizen's life broke off: {cause}"));
        }
    }
    drop(phones);
    let mut report = std::mem::take(&mut *report.lock().await);
    report.citizens = chosen.len() as u64;
    report
}

/// Phones that belong to nobody: the range that the sandbox never sends to.
fn phone(n: u64) -> String {
    format!("1990000{:04}", n % 10_000)
}

struct One {
    platform: engine::Platform,
    sandbox: Arc<sandbox::Sandbox>,
    city: Arc<CityPack>,
    person: sandbox::Citizen,
    phone: String,
    report: Arc<Mutex<Report>>,
}

impl One {
    async fn live(self) {
        let citizen = self.sign_in().await;
        let who = &self.person.person;
        let once = || OnceKey::random(self.platform.rng().as_ref());
        self.platform.verify_real_name(&citizen, &who.name, &who.resident_id, once()).await.expect("real name");
        let citizen = Citizen { verified: true, ..citizen };
        let place = &self.city.city.id;
        for car in &self.person.vehicles {
            let form = VehicleForm {
                plate: &car.vehicle.plate,
                plate_kind: car.vehicle.kind,
                vin_tail: &car.vin_tail,
                whose: Whose::Me,
            };
            let card = self.platform.bind_vehicle(&citizen, place, form, once()).await.expect("one's own car");
            self.ask_all(&citizen, Subject::Vehicle, card, &car.violations).await;
        }
        if let Some(licence) = &self.person.licence {
            let form = LicenceForm { file_no: &licence.file_no, whose: Whose::Me };
            let card = self.platform.bind_licence(&citizen, place, form, once()).await.expect("one's own licence");
            self.ask_all(&citizen, Subject::Licence, card, &self.person.driver_violations).await;
        }
        // The phone goes to the next citizen.
        self.platform.delete_account(&citizen, once()).await.expect("the account is deleted");
    }

    async fn sign_in(&self) -> Citizen {
        let address = IpAddr::from([127, 0, 0, 1]);
        self.platform.send_code(&self.phone, address, Lang::ZhCn).await.expect("a code is sent");
        let device = Device { label: "truth".into(), address, kind: SessionKind::Token };
        for _ in 0..400 {
            let code = self.sandbox.messages(&self.phone).first().and_then(|sms| sms.code().map(str::to_owned));
            if let Some(code) = code {
                let done = self.platform.sign_in(&self.phone, &code, device).await.expect("the code is right");
                let citizen = self.platform.citizen(&done.token, "test").await.expect("answers");
                return citizen.expect("signed in");
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        panic!("no code arrived");
    }

    /// Asks every service about this kind of card.
    async fn ask_all(&self, citizen: &Citizen, subject: Subject, card: Id, violations: &[Violation]) {
        let catalogue = self.platform.catalogue();
        for service in catalogue.services_of(&self.city).filter(|service| service.subject == subject) {
            let asked = self.platform.ask(citizen, &self.city.city.id, &service.id, Some(card), true).await;
            let says = match asked {
                Ok(Asked::Answered(answer)) => self.differs(service.id.as_str(), &answer, violations).await,
                Ok(_) => Some("no answer".to_owned()),
                Err(cause) => Some(cause.to_string()),
            };
            let mut report = self.report.lock().await;
            report.questions += 1;
            if let Some(says) = says {
                report.mismatches.push(format!("{} of person {}: {says}", service.id, self.person.person.n));
            }
        }
    }

    /// `None` if the answer is the truth.
    async fn differs(&self, service: &str, answer: &Answer, violations: &[Violation]) -> Option<String> {
        let binding = self.city.bindings.service.iter().find(|(id, _)| id.as_str() == service)?.1;
        self.report.lock().await.rows += answer.rows.len() as u64;
        let path = binding.path.as_str();
        let want: Vec<BTreeMap<&str, String>> = if path.contains("violations") {
            violations.iter().map(violation).collect()
        } else if path.contains("points") {
            self.person.licence.iter().map(points).collect()
        } else if path.contains("exam") {
            self.person
                .exam
                .iter()
                .map(|exam| {
                    BTreeMap::from([
                        ("examined_on", exam.examined_on.to_string()),
                        ("hospital", exam.hospital.to_owned()),
                    ])
                })
                .collect()
        } else {
            return Some(format!("{path}: no truth is known for this endpoint"));
        };
        compare_rows(want, &answer.rows)
    }
}

fn violation(one: &Violation) -> BTreeMap<&'static str, String> {
    BTreeMap::from([
        ("id", one.id.clone()),
        ("plate", one.plate.clone()),
        ("code", one.code.to_owned()),
        ("place", one.place.clone()),
        ("fine", one.fine_fen.to_string()),
        ("points", one.points.to_string()),
        ("state", state(one.state).to_owned()),
        ("at", one.at.to_string()),
    ])
}

/// The platform's word for a state.
const fn state(state: State) -> &'static str {
    match state {
        State::Open => "open",
        State::Decided => "decided",
        State::Paid => "paid",
    }
}

fn points(licence: &sandbox::Licence) -> BTreeMap<&'static str, String> {
    BTreeMap::from([
        ("licence_no", licence.resident_id.clone()),
        ("class", licence.class.clone()),
        ("first_issued_on", licence.first_issued_on.to_string()),
        ("valid_to", licence.valid_to.to_string()),
        ("points_taken", licence.points_taken.to_string()),
    ])
}

/// Rows in any order, and of each row the fields for which a truth is known.
fn compare_rows(mut want: Vec<BTreeMap<&str, String>>, got: &[Row]) -> Option<String> {
    if want.len() != got.len() {
        return Some(format!("{} rows instead of {}", got.len(), want.len()));
    }
    let key = |row: &BTreeMap<&str, String>| row.get("id").cloned().unwrap_or_default();
    want.sort_by_key(key);
    let mut got: Vec<&Row> = got.iter().collect();
    got.sort_by_key(|row| row.get("id").map(Value::text).unwrap_or_default());
    want.iter().zip(got).find_map(|(want, got)| {
        want.iter().find_map(|(field, value)| {
            let said = got.get(*field).map(Value::text).unwrap_or_default();
            (said != *value).then(|| format!("{field} differs"))
        })
    })
}
