//! The packs of this repository against the sandbox's departments, over HTTP: every act that a city binds does what it
//! says, once, and says no where it must.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use connector::{Connector, Failure, Question, Target};
use connector_http::{Config, Http};
use kernel::{FakeClock, Money, Timestamp};
use manifest::{
    Act, Binding, CityPack, Files, Known, Service,
    binding::Row,
    pay::{Pay, Purpose},
    service::Subject,
};
use sandbox::{Area, BillState, Biller, Citizen, Sandbox};

/// 2026-11-24 10:00 in China.
const NOW: Timestamp = Timestamp(1_795_485_600_000);
const AT: &str = "2026-11-24 10:00:00";
const DAY: &str = "2026-11-24";

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

/// A city of the packs with its departments behind it.
struct Town {
    catalogue: manifest::Catalogue,
    city: Arc<CityPack>,
    sandbox: Arc<Sandbox>,
    http: Http,
}

impl Town {
    async fn open() -> Self {
        let mut files = Files::new();
        read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs"), "", &mut files);
        let catalogue = manifest::load(&files, &Known::default()).catalogue;
        let city = catalogue.foremost().expect("an open city").clone();
        let clock = Arc::new(FakeClock::at(NOW));
        let area =
            Area { code: city.city.code.clone(), plates: city.city.plates.clone(), name: city.city.name.zh_cn.clone() };
        let areas = vec![area];
        let sandbox = Sandbox::new(sandbox::Config { seed: 2015, persons: 2_000, areas, clock: clock.clone() });
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let router = sandbox::router(Arc::clone(&sandbox));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let http = Http::new(Config { sandbox: Some(url), allow_hosts: Vec::new(), clock }).expect("a connector");
        Self { catalogue, city, sandbox, http }
    }

    async fn ask(&self, binding: &Binding, values: &Values) -> Result<Vec<Row>, Failure> {
        let department = &self.city.bindings.department[&binding.department];
        let target = Target { scope: Some(&self.city.city.id), department, binding };
        let question = Question::new(values.clone());
        let answer = self.http.ask(target, &question).await?;
        Ok(answer.rows.process(Clone::clone))
    }

    async fn rows(&self, service: &Service, values: &Values) -> Vec<Row> {
        let rows = self.ask(&self.city.bindings.service[&service.id], values).await;
        rows.unwrap_or_else(|failure| panic!("{}: {failure}", service.id))
    }

    async fn act(&self, service: &Service, act: Act, values: &Values) -> Vec<Row> {
        let binding = &self.city.bindings.act[&service.id][&act];
        let rows = self.ask(binding, values).await;
        let rows = rows.unwrap_or_else(|failure| panic!("{} {}: {failure}", service.id, act.word()));
        assert!(!connector::missing(&rows, act.required_fields()), "{} {}: {rows:?}", service.id, act.word());
        rows
    }

    /// The one row of an act, whose `done` or `match` is as expected.
    async fn one(&self, service: &Service, act: Act, values: &Values, done: bool) -> Row {
        let rows = self.act(service, act, values).await;
        let [row] = rows.as_slice() else { panic!("{} {}: {rows:?}", service.id, act.word()) };
        let word = if act == Act::Bind { "match" } else { "done" };
        let said = if done { "yes" } else { "no" };
        assert_eq!(text(row, word), said, "{} {}: {row:?}", service.id, act.word());
        row.clone()
    }

    /// Lines of the day by key: way, fen and the department's own number.
    async fn day(&self, service: &Service) -> BTreeMap<String, (String, i64, String)> {
        let rows = self.act(service, Act::List, &values([("day", DAY)])).await;
        let line = |row: &Row| (text(row, "kind"), number(row, "amount"), text(row, "biller_ref"));
        rows.iter().map(|row| (text(row, "id"), line(row))).collect()
    }

    fn citizens(&self) -> impl Iterator<Item = Citizen> {
        (0..2_000).filter_map(|n| self.sandbox.citizen(&self.city.city.code, n))
    }

    fn paid(&self, purpose: Purpose) -> Vec<(Arc<Service>, Pay)> {
        let services = self.catalogue.services_of(&self.city);
        services.filter_map(|one| Some((one.clone(), one.pay.clone().filter(|pay| pay.purpose == purpose)?))).collect()
    }
}

type Values = BTreeMap<String, String>;

fn values<const N: usize>(values: [(&str, &str); N]) -> Values {
    values.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

fn with<const N: usize>(card: &Values, more: [(&str, &str); N]) -> Values {
    card.clone().into_iter().chain(values(more)).collect()
}

fn text(row: &Row, key: &str) -> String {
    row.get(key).unwrap_or_else(|| panic!("no {key} in {row:?}")).text()
}

fn number(row: &Row, key: &str) -> i64 {
    row.get(key).and_then(manifest::Value::number).unwrap_or_else(|| panic!("no number {key} in {row:?}"))
}

/// What every posting says, with sums of money in both units.
fn posting(card: &Values, key: &str, ids: &str, fen: i64, surcharge_fen: i64) -> Values {
    let mut all = with(card, [("ids", ids), ("decision_nos", ids), ("at", AT), ("key", key)]);
    all.extend(values([("provider", "alipay"), ("trade_no", "2026112422001400000000000001"), ("biller_ref", "")]));
    for (name, fen) in [("amount", fen), ("surcharge", surcharge_fen), ("total", fen + surcharge_fen)] {
        all.insert(format!("{name}_fen"), fen.to_string());
        all.insert(format!("{name}_yuan"), Money::from_fen(fen).yuan().replace(',', ""));
    }
    all
}

fn payable<'a>(pay: &Pay, rows: &'a [Row]) -> Vec<&'a Row> {
    let when = pay.when.as_ref().expect("rows that can be paid");
    rows.iter().filter(|row| when.equals.contains(&text(row, &when.field))).collect()
}

#[tokio::test]
async fn an_account_is_bound_by_its_number_and_its_holder() {
    let town = Town::open().await;
    let mut bound = 0;
    for service in town.catalogue.services_of(&town.city).filter(|service| service.subject == Subject::Customer) {
        let word = town.city.bindings.service[&service.id].department.as_str();
        let biller = Biller::parse(word).expect("a biller");
        let number = &town.city.bindings.biller[&service.id].customer_no;
        for account in town.citizens().flat_map(|one| one.customers).filter(|one| one.biller == biller).take(40) {
            assert!(number.accepts(&account.no), "{} refuses {}", service.id, account.no);
            let card = values([("customer_no", &account.no), ("holder_tail", &account.holder_tail)]);
            let row = town.one(service, Act::Bind, &card, true).await;
            assert!(text(&row, "holder").ends_with('*') && text(&row, "address").contains('*'), "{row:?}");
            let wrong = with(&card, [("holder_tail", "㒰")]);
            town.one(service, Act::Bind, &wrong, false).await;
            bound += 1;
        }
        let none = values([("customer_no", &number.example), ("holder_tail", "明")]);
        town.one(service, Act::Bind, &none, false).await;
    }
    assert!(bound >= 6 * 40, "{bound}");
}

#[tokio::test]
async fn bills_are_paid_once_and_stand_in_the_list_of_the_day() {
    let town = Town::open().await;
    for (service, pay) in town.paid(Purpose::Bill) {
        let biller = Biller::parse(town.city.bindings.service[&service.id].department.as_str()).expect("a biller");
        let owing = town
            .citizens()
            .flat_map(|one| one.customers)
            .find(|one| one.biller == biller && one.bills.iter().any(|bill| bill.state == BillState::Unpaid));
        let account = owing.expect("somebody owes");
        let card = values([("customer_no", &account.no), ("holder_tail", &account.holder_tail)]);
        let field = |key: &Option<String>| key.clone().expect("the field is named");
        let (id, amount, surcharge) = (field(&pay.id), field(&pay.amount), field(&pay.surcharge));

        let rows = town.rows(&service, &card).await;
        let open = payable(&pay, &rows);
        let ids = open.iter().map(|row| text(row, &id)).collect::<Vec<_>>().join(",");
        let (due, late) =
            open.iter().fold((0, 0), |(due, late), row| (due + number(row, &amount), late + number(row, &surcharge)));
        assert!(due > 0, "{}", service.id);

        let changed = town.one(&service, Act::Pay, &posting(&card, "short", &ids, due, late + 1), false).await;
        assert!(!text(&changed, "reason").is_empty());
        let order = posting(&card, "whole", &ids, due, late);
        let first = town.one(&service, Act::Pay, &order, true).await;
        assert!(text(&first, "posted_at").starts_with(DAY), "{first:?}");
        assert_eq!(town.one(&service, Act::Pay, &order, true).await, first, "told twice, done once");
        town.one(&service, Act::Pay, &posting(&card, "again", &ids, due, late), false).await;

        let rows = town.rows(&service, &card).await;
        assert!(payable(&pay, &rows).is_empty(), "{}: {rows:?}", service.id);
        let line = ("in".to_owned(), due + late, text(&first, "biller_ref"));
        assert_eq!(town.day(&service).await, BTreeMap::from([("whole".to_owned(), line)]), "{}", service.id);
    }
}

#[tokio::test]
async fn balances_are_topped_up_within_bounds_and_given_back() {
    let town = Town::open().await;
    let (mut topped, mut given_back) = (0, 0);
    for service in town.catalogue.services_of(&town.city) {
        let Some(prepaid) = town.city.bindings.biller.get(&service.id).and_then(|biller| biller.prepaid) else {
            continue;
        };
        let pay = service.pay.as_ref().expect("a prepaid account is paid into");
        let biller = Biller::parse(town.city.bindings.service[&service.id].department.as_str()).expect("a biller");
        let account = town.citizens().flat_map(|one| one.customers).find(|one| one.biller == biller).expect("one");
        let card = values([("customer_no", &account.no), ("holder_tail", &account.holder_tail)]);
        let balance = || async {
            match &pay.balance {
                Some(field) => number(&town.rows(service, &card).await[0], field),
                None => number(&town.act(service, Act::Balance, &card).await[0], "balance"),
            }
        };
        let before = balance().await;
        for (key, fen) in [("little", prepaid.min_fen - 1), ("much", prepaid.max_fen + 1)] {
            town.one(service, Act::Pay, &posting(&card, key, "", fen, 0), false).await;
        }
        for (key, fen) in [("least", prepaid.min_fen), ("most", prepaid.max_fen)] {
            town.one(service, Act::Pay, &posting(&card, key, "", fen, 0), true).await;
        }
        assert_eq!(balance().await, before + prepaid.min_fen + prepaid.max_fen, "{}", service.id);
        let lines = town.day(service).await;
        assert_eq!((lines["most"].0.as_str(), lines["most"].1), ("in", prepaid.max_fen));
        topped += 1;

        if !town.city.bindings.act[&service.id].contains_key(&Act::Withdraw) {
            continue;
        }
        let wanted = |key, fen| with(&posting(&card, key, "", fen, 0), [("biller_ref", &lines["least"].2)]);
        town.one(service, Act::Withdraw, &wanted("too-much", prepaid.min_fen + 1), false).await;
        let row = town.one(service, Act::Withdraw, &wanted("back", prepaid.min_fen), true).await;
        assert_eq!(number(&row, "amount"), prepaid.min_fen);
        assert_eq!(town.one(service, Act::Withdraw, &wanted("back", prepaid.min_fen), true).await, row);
        assert_eq!(balance().await, before + prepaid.max_fen, "told twice, given back once");
        let line = &town.day(service).await["back"];
        assert_eq!((line.0.as_str(), line.1), ("out", prepaid.min_fen));
        given_back += 1;
    }
    assert!(topped >= 3 && given_back >= 1, "{topped} topped up, {given_back} gave back");
}

#[tokio::test]
async fn a_record_is_accepted_and_its_fine_paid_by_the_number_of_the_decision() {
    let town = Town::open().await;
    let services = town.paid(Purpose::Fine);
    assert_eq!(services.len(), 2);
    let mut accepted = 0;
    for (service, pay) in services {
        let accept = pay.accept.as_ref().expect("records can be accepted");
        let field = |key: &Option<String>| key.clone().expect("the field is named");
        let (id, amount, decision) = (field(&pay.id), field(&pay.amount), field(&pay.decision));
        let mut paid = 0;
        for citizen in town.citizens() {
            let Some((card, resident_id)) = card_of(&citizen, service.subject) else { continue };
            let rows = town.rows(&service, &card).await;
            // Who drove is known only after a decision, so a driver's own records are decided already.
            let open = rows.iter().find(|row| accept.equals.contains(&text(row, &accept.field)));
            let Some(record) = open.or_else(|| payable(&pay, &rows).first().copied()) else { continue };
            if record == open.unwrap_or(&Row::new()) {
                assert!(!record.contains_key(&decision), "a record without a decision has no number: {record:?}");
                accepts(&town, &service, &card, &citizen, &resident_id, &text(record, &id)).await;
                accepted += 1;
            }
            let record = text(record, &id);
            let rows = town.rows(&service, &card).await;
            let row = rows.iter().find(|row| text(row, &id) == record).expect("it stays on record");
            assert!(payable(&pay, &rows).contains(&row));
            let surcharge = pay.surcharge.as_ref().and_then(|key| row.get(key)?.number()).unwrap_or(0);
            let (no, fine) = (text(row, &decision), number(row, &amount));
            if fine == 0 {
                continue;
            }
            let (key, again) = (format!("fine-{record}"), format!("again-{record}"));
            town.one(&service, Act::Pay, &posting(&card, "wrong", &no, fine + 100, surcharge), false).await;
            let order = posting(&card, &key, &no, fine, surcharge);
            let first = town.one(&service, Act::Pay, &order, true).await;
            assert_eq!(town.one(&service, Act::Pay, &order, true).await, first);
            town.one(&service, Act::Pay, &posting(&card, &again, &no, fine, surcharge), false).await;
            let lines = town.day(&service).await;
            assert_eq!(lines[&key], ("in".to_owned(), fine + surcharge, text(&first, "biller_ref")));
            assert!(!lines.contains_key("wrong") && !lines.contains_key(&again));
            paid += 1;
            if paid == 3 {
                break;
            }
        }
        assert_eq!(paid, 3, "{}", service.id);
    }
    assert!(accepted >= 3, "{accepted} accepted");
}

/// Accepts a record, twice, and one that is not there.
async fn accepts(town: &Town, service: &Service, card: &Values, who: &Citizen, resident_id: &str, record: &str) {
    let own = [("id", record), ("name", &who.person.name), ("resident_id", resident_id), ("at", AT), ("key", "accept")];
    let told = with(card, own);
    let decided = town.one(service, Act::Accept, &told, true).await;
    assert_eq!(town.one(service, Act::Accept, &told, true).await, decided, "one decision, however often told");
    assert!(text(&decided, "decided_at").starts_with(DAY) && !text(&decided, "decision_no").is_empty());
    town.one(service, Act::Accept, &with(&told, [("id", "0000000000000000")]), false).await;
}

/// The values of somebody's card of a kind, and the number of the licence with which they accept.
fn card_of(citizen: &Citizen, subject: Subject) -> Option<(Values, String)> {
    let licence = citizen.licence.as_ref()?;
    let resident_id = citizen.person.resident_id.clone();
    let card = match subject {
        Subject::Vehicle => {
            let car = citizen.vehicles.first()?;
            values([("plate", &car.vehicle.plate), ("plate_kind", car.vehicle.kind), ("vin_tail", &car.vin_tail)])
        }
        Subject::Licence => values([("licence_no", &resident_id), ("file_no", &licence.file_no)]),
        Subject::Customer | Subject::Person => return None,
    };
    Some((card, resident_id))
}
