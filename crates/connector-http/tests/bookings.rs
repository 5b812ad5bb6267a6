//! What the packs of this repository tell departments of bookings, against the sandbox over HTTP: every city that binds
//! the acts is understood, does a thing once, and hears a refusal as one.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use connector::{Connector, Failure, Question, Target};
use connector_http::{Config, Http};
use kernel::{FakeClock, ServiceId, Timestamp};
use manifest::{Act, CityPack, Files, Known, binding::Row, service::Subject};
use sandbox::{Area, BookedState, Bookings, Department, Fault, Sandbox};

/// 2026-11-24 10:00 in China.
const NOW: Timestamp = Timestamp(1_795_485_600_000);

fn read(dir: &Path, prefix: &str, files: &mut Files) {
    for entry in std::fs::read_dir(dir).expect("a directory") {
        let path = entry.expect("an entry").path();
        let name = format!("{prefix}{}", path.file_name().and_then(|name| name.to_str()).expect("a name"));
        if path.is_dir() {
            read(&path, &format!("{name}/"), files);
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            files.insert(name, text);
        }
    }
}

struct Town {
    city: Arc<CityPack>,
    sandbox: Arc<Sandbox>,
    http: Http,
}

/// Every city that tells departments of bookings, with its departments behind it.
async fn towns() -> Vec<Town> {
    let mut files = Files::new();
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs"), "", &mut files);
    let catalogue = manifest::load(&files, &Known::default()).catalogue;
    let mut towns = Vec::new();
    for city in
        catalogue.cities.values().filter(|city| city.bindings.act.values().any(|acts| acts.contains_key(&Act::Book)))
    {
        let clock = Arc::new(FakeClock::at(NOW));
        let area =
            Area { code: city.city.code.clone(), plates: city.city.plates.clone(), name: city.city.name.zh_cn.clone() };
        let sandbox =
            Sandbox::new(sandbox::Config { seed: 2015, persons: 2_000, areas: vec![area], clock: clock.clone() });
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let router = sandbox::router(Arc::clone(&sandbox));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let http = Http::new(Config { sandbox: Some(url), allow_hosts: Vec::new(), clock }).expect("a connector");
        towns.push(Town { city: city.clone(), sandbox, http });
    }
    towns
}

impl Town {
    fn services(&self) -> Vec<(ServiceId, Department)> {
        let told = self.city.bindings.act.iter().filter_map(|(id, acts)| Some((id.clone(), acts.get(&Act::Book)?)));
        told.map(|(id, binding)| {
            let url = &self.city.bindings.department[&binding.department].base_url;
            let word = url.rsplit('/').next().expect("a path");
            (id, Department::parse(word).unwrap_or_else(|| panic!("{url} is no department of the sandbox")))
        })
        .collect()
    }

    /// Two persons, because a registry wants two and nobody else minds.
    fn values(&self, act: Act, own: &[(&str, &str)]) -> BTreeMap<String, String> {
        let persons = [4, 5].map(|n| self.sandbox.citizen(&self.city.city.code, n).expect("a person").person);
        let joined = |part: fn(&sandbox::Person) -> &str| persons.iter().map(part).collect::<Vec<_>>().join(",");
        let all = [
            ("at", "2026-11-24 10:00:00".to_owned()),
            ("on", "2026-11-25".to_owned()),
            ("starts_at", "2026-11-25 08:00:00".to_owned()),
            ("ends_at", "2026-11-25 08:30:00".to_owned()),
            ("period", "08:00-08:30".to_owned()),
            ("name", persons[0].name.clone()),
            ("resident_id", persons[0].resident_id.clone()),
            ("names", joined(|person| &person.name)),
            ("ids", joined(|person| &person.resident_id)),
            ("place", "place-1".to_owned()),
            ("section", "section-1".to_owned()),
            ("resource", "resource-1".to_owned()),
            ("paid_yuan", "15.00".to_owned()),
            ("back_yuan", "15.00".to_owned()),
            ("reason", "“本人”取消\",\"x\":\"1".to_owned()),
            ("event", "cancelled".to_owned()),
        ];
        let mut values: BTreeMap<String, String> =
            act.question_values(Subject::Person).into_iter().map(|name| (name.to_owned(), String::new())).collect();
        let own = own.iter().map(|(name, value)| (*name, (*value).to_owned()));
        for (name, value) in all.into_iter().chain(own) {
            if let Some(place) = values.get_mut(name) {
                *place = value;
            }
        }
        values
    }

    async fn tell(&self, id: &ServiceId, act: Act, own: &[(&str, &str)]) -> Result<Row, Failure> {
        let binding = &self.city.bindings.act[id][&act];
        let department = &self.city.bindings.department[&binding.department];
        let target = Target { scope: Some(&self.city.city.id), department, binding };
        let answer = self.http.ask(target, &Question::new(self.values(act, own))).await?;
        let rows = answer.rows.process(Clone::clone);
        assert!(!connector::missing(&rows, act.required_fields()), "{id} {}: {rows:?}", act.word());
        let [row] = rows.as_slice() else { panic!("{id} {}: {rows:?}", act.word()) };
        Ok(row.clone())
    }

    fn told(&self, department: Department) -> Bookings {
        self.sandbox.bookings(&self.city.city.code, department)
    }
}

fn text(row: &Row, key: &str) -> String {
    row.get(key).map(manifest::Value::text).unwrap_or_default()
}

#[tokio::test]
async fn a_department_is_told_and_says_yes_or_no_in_its_own_words() {
    let mut services = 0;
    for town in towns().await {
        for (id, department) in town.services() {
            services += 1;
            let book = [("key", "k1"), ("number", "100000000001"), ("unit", "7")];
            let first = town.tell(&id, Act::Book, &book).await.expect("an answer");
            assert_eq!((text(&first, "done"), text(&first, "unit_gone")), ("yes".into(), "no".into()), "{id}");
            assert!(!text(&first, "ref").is_empty(), "{id}: {first:?}");
            assert_eq!(
                town.tell(&id, Act::Book, &book).await.expect("an answer"),
                first,
                "{id}: told twice, done once"
            );
            let gone = town.tell(&id, Act::Book, &[("key", "k2"), ("number", "100000000002"), ("unit", "7")]).await;
            let gone = gone.expect("a refusal is an answer");
            // An attraction has no numbered units: it takes everybody.
            if department == Department::Attraction {
                assert_eq!(text(&gone, "done"), "yes", "{id}");
            } else {
                assert_eq!((text(&gone, "done"), text(&gone, "unit_gone")), ("no".into(), "yes".into()), "{id}");
                assert!(!text(&gone, "reason").is_empty(), "{id}");
            }
            town.sandbox.set_fault(department, Fault::PersonRefused, 0);
            let refused = town.tell(&id, Act::Book, &[("key", "k3"), ("number", "100000000003"), ("unit", "8")]).await;
            let refused = refused.expect("a refusal is an answer");
            assert_eq!((text(&refused, "done"), text(&refused, "unit_gone")), ("no".into(), "no".into()), "{id}");
            town.sandbox.set_fault(department, Fault::None, 0);

            let reference = text(&first, "ref");
            let here = [("key", "k4"), ("number", "100000000001"), ("ref", reference.as_str())];
            let arrive = town.tell(&id, Act::Arrive, &here).await.expect("an answer");
            assert_eq!(text(&arrive, "done"), "yes", "{id}");
            let book = [("key", "k5"), ("number", "100000000005"), ("unit", "9")];
            town.tell(&id, Act::Book, &book).await.expect("an answer");
            let unbook = town.tell(&id, Act::Unbook, &[("key", "k6"), ("number", "100000000005")]).await;
            assert_eq!(text(&unbook.expect("an answer"), "done"), "yes", "{id}");
            let unknown = town.tell(&id, Act::Unbook, &[("key", "k7"), ("number", "100000000009")]).await;
            assert_eq!(text(&unknown.expect("an answer"), "done"), "no", "{id}");

            let truth = town.told(department);
            let of = |number: &str| truth.booked.iter().find(|one| one.number == number).expect("it is on record");
            let (arrived, cancelled) = (of("100000000001"), of("100000000005"));
            assert_eq!((arrived.state, cancelled.state), (BookedState::Arrived, BookedState::Cancelled), "{id}");
            assert_eq!(
                (arrived.place.as_str(), arrived.starts_at.as_str()),
                ("place-1", "2026-11-25 08:00:00"),
                "{id}"
            );
            assert!(cancelled.reason.contains("\",\"x\":\"1"), "{id}: a value stays a value: {}", cancelled.reason);
            assert_eq!(truth.told.iter().find(|told| told.key == "k1").expect("told").times, 2, "{id}");
        }
    }
    assert!(services >= 4, "{services} services tell departments of bookings");
}

#[tokio::test]
async fn whatever_a_department_does_wrong_is_a_failure_and_no_answer() {
    for town in towns().await {
        for (id, department) in town.services() {
            for (fault, failure) in [
                (Fault::WrongPerson, Failure::WrongSubject),
                (Fault::Garbage, Failure::Garbage),
                (Fault::Half, Failure::Half),
                (Fault::Redirect, Failure::Redirected),
            ] {
                town.sandbox.set_fault(department, fault, 0);
                let key = format!("{fault:?}");
                let told = town.tell(&id, Act::Book, &[("key", &key), ("number", "100000000001"), ("unit", "7")]).await;
                assert_eq!(told, Err(failure), "{id} {fault:?}");
            }
        }
    }
}
