//! `cargo xtask soak [PAYMENTS] [KILLS]`: the real binary is killed without warning, again and again, while citizens pay
//! at gateways that lie, double, lose, delay and forge. Afterwards the books are held against the gateways' and the
//! departments' truth. Prints one JSON object an engine; ends with 1 if a single fen is out of place.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    io::{BufRead, BufReader},
    process::{Child, Command, ExitCode, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use capability::payment::State;
use kernel::{CityId, Clock, FakeClock, Id, Money, ServiceId, SystemClock, Timestamp};
use ledger::{Kind, reconcile};
use manifest::{CityPack, Service, act::Act, pay::Purpose, service::Subject, story::Role};
use sandbox::{Bills, Department, Fault, Gateway, Sandbox, TradeState};
use serde_json::{Value, json};
use testkit::{Engine, Grounds, Payer, Town, TownConfig, packs};

/// Citizens who pay at the same time.
const PAYERS: usize = 16;
/// Accounts that are topped up again and again; the rest of the payments are bills and fines, one each.
const ACCOUNTS: usize = 64;
const DEBTORS: usize = 32;
const FAULT_EVERY: Duration = Duration::from_millis(700);
/// How long anything may take once the gateways are honest again.
const PATIENCE: Duration = Duration::from_secs(300);

/// What a citizen was told, and what they did at the cashier.
#[derive(Clone, Debug)]
struct Acknowledged {
    payment: Id,
    amount_fen: i64,
}

/// One payment to make.
#[derive(Clone, Debug)]
struct Errand {
    cookie: String,
    service: ServiceId,
    card: Id,
    /// `bill=…` or `amount=…`, and the total.
    form: Vec<(String, String)>,
    total_fen: i64,
    provider: &'static str,
    key: String,
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "standard output is where the figures go")]
async fn main() -> ExitCode {
    let number = |n: usize, otherwise| std::env::args().nth(n).and_then(|text| text.parse().ok()).unwrap_or(otherwise);
    let (payments, kills) = (number(1, 2_000), number(2, 20));
    let only = std::env::args().nth(3);
    let mut ending = ExitCode::SUCCESS;
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let name = format!("{engine:?}").to_lowercase();
        if only.as_ref().is_some_and(|only| *only != name) {
            continue;
        }
        let report = soak(engine, payments, kills).await;
        let clean = report["faults"].as_array().is_some_and(Vec::is_empty);
        println!("{}", json!({"engine": name, "report": report}));
        if !clean {
            ending = ExitCode::FAILURE;
        }
    }
    ending
}

async fn soak(engine: Engine, payments: usize, kills: usize) -> Value {
    let clock = Arc::new(FakeClock::at(SystemClock.now()));
    let ticking = tick(Arc::clone(&clock));
    let config = TownConfig { clock: clock.clone(), ..TownConfig::new(engine) };
    let limits = config.limits.clone();
    let town = Town::start(config).await;
    providers(&town).await;
    let city = town.open_city().city.id.clone();
    let began = Instant::now();
    let errands = settle(&town, payments).await;
    eprintln!("{} payments to make, settled in {:?}", errands.len(), began.elapsed());
    let grounds = town.close().await;

    let started_at = clock.now();
    let began = Instant::now();
    let server = Arc::new(Server::start(&grounds));
    let done = Arc::new(Mutex::new(Vec::new()));
    let queue = Arc::new(Mutex::new(VecDeque::from(errands)));
    let twice = Arc::new(AtomicUsize::new(0));
    let hostile = tokio::spawn(hostility(Arc::clone(&grounds.sandbox)));
    let killer = tokio::spawn(kill(Arc::clone(&server), Arc::clone(&done), payments, kills));
    let mut payers = tokio::task::JoinSet::new();
    for _ in 0..PAYERS {
        let (server, queue, done) = (Arc::clone(&server), Arc::clone(&queue), Arc::clone(&done));
        let (city, twice) = (city.clone(), Arc::clone(&twice));
        payers.spawn(async move {
            let http = client();
            loop {
                let next = queue.lock().expect("a lock").pop_front();
                let Some(errand) = next else { break };
                if let Some(acknowledged) = pay(&http, &server, &city, &errand, &twice).await {
                    done.lock().expect("a lock").push(acknowledged);
                }
            }
        });
    }
    while payers.join_next().await.is_some() {}
    let killed = killer.await.expect("the killer");
    hostile.abort();
    for department in Department::ALL {
        grounds.sandbox.set_fault(department, Fault::None, 0);
    }
    let paying_s = began.elapsed().as_secs();
    drop(server);
    let done = done.lock().expect("a lock").clone();

    // Whoever comes next finds everything that was under way.
    let town = Town::open(grounds, limits).await;
    providers(&town).await;
    let unsettled = settled(&town, &city, &done).await;
    ticking.abort();
    let mut faults = audit(&town, &city, &done, unsettled).await;
    let contradictions = compare(&town, &city, &clock, started_at, &mut faults).await;
    json!({
        "acknowledged": done.len(), "kills": killed, "paid_twice_at_the_cashier": twice.load(Ordering::Relaxed),
        "paying_s": paying_s, "contradictions_kept_for_a_person": contradictions, "faults": faults,
    })
}

/// The sandbox's clock goes like everybody's until the day is turned over.
fn tick(clock: Arc<FakeClock>) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            clock.set(SystemClock.now());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
}

async fn providers(town: &Town) {
    while town.platform.providers().len() < Gateway::ALL.len() {
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}

/// Citizens with accounts to top up, bills and fines.
async fn settle(town: &Town, payments: usize) -> Vec<Errand> {
    let city = town.open_city();
    let (mut errands, mut accounts) = (Vec::new(), Vec::new());
    for service in town.services(&city) {
        let purpose = service.pay.as_ref().map(|pay| pay.purpose);
        let (role, count) = match (purpose, service.subject) {
            (Some(Purpose::TopUp), _) => (Role::CustomerWithBalance, ACCOUNTS),
            (Some(Purpose::Bill), _) => (Role::CustomerWithArrears, DEBTORS),
            (Some(Purpose::Fine), Subject::Vehicle) => (Role::OwnerWithOpenViolations, DEBTORS),
            _ => continue,
        };
        for _ in 0..count {
            let (payer, cookie) = payer(town, &city, &service, role).await;
            if purpose == Some(Purpose::TopUp) {
                accounts.push((payer.card, cookie, service.id.clone()));
                continue;
            }
            for accept in [false, true] {
                let Some(row) = payer.owes(accept).await.into_iter().next() else { continue };
                let total = payer.quotes(std::slice::from_ref(&row)).await.total;
                errands.push(errand(&cookie, &service.id, payer.card, ("bill", &row), total, errands.len()));
                break;
            }
        }
    }
    for n in errands.len()..payments {
        let (card, cookie, service) = &accounts[n % accounts.len()];
        let yuan = 10 + i64::try_from(n % 90).unwrap_or(0);
        errands.push(errand(cookie, service, *card, ("amount", &yuan.to_string()), Money::from_fen(yuan * 100), n));
    }
    errands.truncate(payments);
    errands
}

async fn payer<'t>(town: &'t Town, city: &CityPack, service: &Service, role: Role) -> (Payer<'t>, String) {
    let cast =
        if service.subject == Subject::Customer { town.cast_for(city, service, role) } else { town.cast(city, role) };
    let visitor = town.visitor(&city.city.id, cast).settles().await;
    let cookie = visitor.cookie().await;
    (Payer::of(town, &visitor, &service.id).await, cookie)
}

fn errand(cookie: &str, service: &ServiceId, card: Id, what: (&str, &str), total: Money, n: usize) -> Errand {
    Errand {
        cookie: cookie.to_owned(),
        service: service.clone(),
        card,
        form: vec![(what.0.to_owned(), what.1.to_owned())],
        total_fen: total.fen(),
        provider: Gateway::ALL[n % Gateway::ALL.len()].word(),
        key: format!("soak-payment-{n}"),
    }
}

fn client() -> reqwest::Client {
    let phone = "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36";
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .user_agent(phone)
        .timeout(Duration::from_secs(20))
        .build()
        .expect("a client")
}

/// Pays as a browser does: the form, the way to the cashier, the cashier's button. Whatever does not answer is tried again,
/// under the same key. `None` if the form was refused for good.
async fn pay(
    http: &reqwest::Client,
    server: &Server,
    city: &CityId,
    errand: &Errand,
    twice: &AtomicUsize,
) -> Option<Acknowledged> {
    let begun = Instant::now();
    let mut form = errand.form.clone();
    form.push(("total_fen".to_owned(), errand.total_fen.to_string()));
    form.push(("provider".to_owned(), errand.provider.to_owned()));
    form.push(("key".to_owned(), errand.key.clone()));
    let path = format!("/{city}/s/{}/pay/{}", errand.service, errand.card);
    let mut last = String::new();
    let to = loop {
        if begun.elapsed() > PATIENCE {
            eprintln!("{}: no payment opens: {last}", errand.key);
            return None;
        }
        let request = http.post(format!("{}{path}", server.url)).header("cookie", &errand.cookie).form(&form);
        match request.send().await {
            Ok(answer) if answer.status().as_u16() == 303 => {
                let to = answer.headers().get("location").and_then(|to| to.to_str().ok()).unwrap_or_default();
                break to.to_owned();
            }
            Ok(answer) => last = answer.status().to_string(),
            Err(cause) => last = cause.to_string(),
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    let payment = to.split(['/', '?']).find_map(Id::parse);
    let Some(payment) = payment else {
        eprintln!("{}: sent to {to}", errand.key);
        return None;
    };
    // From here on the platform has said yes: whatever happens now, this payment must be there.
    let acknowledged = Acknowledged { payment, amount_fen: errand.total_fen };
    while begun.elapsed() < PATIENCE {
        if at_cashier(http, server, errand, &to, twice).await.is_some() {
            return Some(acknowledged);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    eprintln!("{}: {payment} finds no cashier", errand.key);
    Some(acknowledged)
}

/// The way to the cashier and its button; `None` if it has to be tried again.
async fn at_cashier(
    http: &reqwest::Client,
    server: &Server,
    errand: &Errand,
    to: &str,
    twice: &AtomicUsize,
) -> Option<()> {
    let page = http.get(format!("{}{to}", server.url)).header("cookie", &errand.cookie).send().await.ok()?;
    if page.status().as_u16() != 303 {
        // A page that offers no way out is one of a payment that is not open any more: it was paid after all.
        let answered = page.status().is_success();
        let text = page.text().await.ok()?;
        return (answered && !text.contains("/cancel\"")).then_some(());
    }
    let cashier = page.headers().get("location")?.to_str().ok()?.to_owned();
    let mut url = reqwest::Url::parse(&cashier).ok()?;
    let mut seen = http.get(url.clone()).send().await.ok()?;
    while seen.status().is_redirection() {
        url = url.join(seen.headers().get("location")?.to_str().ok()?).ok()?;
        seen = http.get(url.clone()).send().await.ok()?;
    }
    if !seen.status().is_success() {
        return None;
    }
    let act = if errand.key.ends_with('7') { "pay-twice" } else { "pay" };
    let paid = http.post(url).form(&[("act", act)]).send().await.ok()?;
    // Back at the cashier: the button did not pay.
    let to_cashier =
        paid.headers().get("location").is_some_and(|to| to.as_bytes().windows(9).any(|it| it == b"/cashier/"));
    if paid.status().as_u16() >= 400 || to_cashier {
        return None;
    }
    twice.fetch_add(usize::from(act == "pay-twice"), Ordering::Relaxed);
    if errand.key.ends_with('3') {
        // Some come back at once, some never.
        let back = format!("{}{}", server.url, to.replace("go=1", "back=1"));
        let _ = http.get(back).header("cookie", &errand.cookie).send().await;
    }
    Some(())
}

/// The binary, on one port for as long as the soak lasts.
struct Server {
    url: String,
    command: Mutex<Command>,
    child: Mutex<Child>,
}

impl Server {
    fn start(grounds: &Grounds) -> Self {
        let port = xtask::shell::free_port().expect("a free port");
        let mut command = Command::new(binary());
        command
            .args(["serve", "--json", "--port", &port.to_string(), "--sandbox-url", &grounds.sandbox_url])
            .args(["--schema-prefix", &grounds.schema_prefix(), "--data"])
            .arg(grounds.data())
            .arg("--packs")
            .arg(packs())
            .env("RUST_LOG", std::env::var("RUST_LOG").unwrap_or_else(|_| "error".into()))
            .stdout(Stdio::piped());
        if let Some(database) = grounds.database() {
            command.args(["--database", &database]);
        }
        let child = up(&mut command);
        Self { url: format!("http://127.0.0.1:{port}"), command: Mutex::new(command), child: Mutex::new(child) }
    }

    /// SIGKILL, and at once the next one.
    fn kill(&self) {
        let mut child = self.child.lock().expect("a lock");
        child.kill().expect("killed");
        child.wait().expect("gone");
        *child = up(&mut self.command.lock().expect("a lock"));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let child = self.child.get_mut().expect("a lock");
        let _ = child.kill();
        let _ = child.wait();
    }
}

fn up(command: &mut Command) -> Child {
    let mut child = command.spawn().expect("the binary starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
    assert!(line.starts_with('{'), "the binary says where it is: {line}");
    child
}

fn binary() -> std::path::PathBuf {
    // Beside this program: target/<profile>/examples/soak -> target/<profile>/shimin
    let own = std::env::current_exe().expect("a path");
    let path = own.parent().and_then(std::path::Path::parent).expect("target").join("shimin");
    assert!(path.is_file(), "{}: build the binary first, or `cargo xtask soak`", path.display());
    path
}

/// Gateways and departments that change their faults all the time.
async fn hostility(sandbox: Arc<Sandbox>) {
    let gateways = [
        Fault::Doubled,
        Fault::Lost,
        Fault::Forged,
        Fault::Shuffled,
        Fault::None,
        Fault::Early,
        Fault::WrongAmount,
        Fault::Garbage,
        Fault::Late,
        Fault::Half,
        Fault::Down,
        Fault::None,
    ];
    let departments = [Fault::None, Fault::Garbage, Fault::None, Fault::Down, Fault::None, Fault::Half];
    sandbox.set_gateways(sandbox::Settings { speed: 20, bills: Bills::AtOnce, ..sandbox.gateway_settings() });
    for n in 0.. {
        for (at, gateway) in Gateway::ALL.into_iter().enumerate() {
            sandbox.set_fault(gateway.department(), gateways[(n + at * 5) % gateways.len()], 500);
        }
        for (at, department) in Department::ALL.into_iter().filter(|it| books(*it)).enumerate() {
            sandbox.set_fault(department, departments[(n / 2 + at) % departments.len()], 500);
        }
        tokio::time::sleep(FAULT_EVERY).await;
    }
}

/// Departments at which something is posted.
fn books(department: Department) -> bool {
    department == Department::TrafficPolice || sandbox::Biller::parse(department.word()).is_some()
}

/// Kills the server evenly over the payments. Says how often.
async fn kill(server: Arc<Server>, done: Arc<Mutex<Vec<Acknowledged>>>, payments: usize, kills: usize) -> usize {
    for n in 1..=kills {
        let at = payments * n / (kills + 1);
        let waiting = Instant::now();
        while done.lock().expect("a lock").len() < at && waiting.elapsed() < PATIENCE {
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
        let server = Arc::clone(&server);
        tokio::task::spawn_blocking(move || server.kill()).await.expect("killed");
        eprintln!("kill {n} of {kills}, after {} payments", done.lock().expect("a lock").len());
    }
    kills
}

/// Waits until every payment has come to its end. Names those that have not.
async fn settled(town: &Town, city: &CityId, done: &[Acknowledged]) -> BTreeMap<Id, String> {
    let cell = town.stores.city(city).await.expect("the cell");
    let mut open: BTreeMap<Id, String> = done.iter().map(|it| (it.payment, String::new())).collect();
    let began = Instant::now();
    while !open.is_empty() && began.elapsed() < PATIENCE {
        for id in open.keys().copied().collect::<Vec<_>>() {
            match cell.payment_facts(id).await.expect("answers") {
                None => drop(open.insert(id, "it is gone".to_owned())),
                Some(facts) if matches!(facts.state, State::Posted | State::Refunded) => drop(open.remove(&id)),
                Some(facts) => drop(open.insert(id, format!("still {:?}", facts.state))),
            }
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    open
}

/// What the books say against what was acknowledged and what the gateways hold.
async fn audit(town: &Town, city: &CityId, done: &[Acknowledged], unsettled: BTreeMap<Id, String>) -> Vec<String> {
    let mut faults: Vec<String> = unsettled.into_iter().map(|(id, why)| format!("payment {id}: {why}")).collect();
    let cell = town.stores.city(city).await.expect("the cell");
    let known: BTreeSet<Id> = done.iter().map(|it| it.payment).collect();
    if known.len() != done.len() {
        faults.push(format!("{} errands share {} payments", done.len(), known.len()));
    }
    // Money that was paid twice is on its way back for a moment.
    tokio::time::sleep(Duration::from_secs(5)).await;
    let balances = cell.balances().await.expect("answers");
    let sum =
        |kind: Kind| balances.iter().filter(|it| it.account.kind() == kind).map(|it| it.amount().fen()).sum::<i64>();
    let debits: i64 = balances.iter().map(|it| it.debit.fen()).sum();
    let credits: i64 = balances.iter().map(|it| it.credit.fen()).sum();
    if debits != credits {
        faults.push(format!("debits {debits}, credits {credits}"));
    }
    for kind in [Kind::Escrow, Kind::Refund] {
        if sum(kind) != 0 {
            faults.push(format!("{kind:?} holds {}", sum(kind)));
        }
    }
    let kept: i64 = Gateway::ALL
        .into_iter()
        .flat_map(|gateway| town.sandbox.gateway(gateway).trades)
        .filter(|trade| trade.state == TradeState::Paid)
        .map(|trade| trade.amount_fen - trade.refunds.iter().map(|refund| refund.amount_fen).sum::<i64>())
        .sum();
    let payees = sum(Kind::Merchant) + sum(Kind::Treasury);
    if payees != kept {
        faults.push(format!("payees have {payees}, the gateways keep {kept}"));
    }
    let posted: i64 = Department::ALL
        .into_iter()
        .filter(|it| books(*it))
        .flat_map(|department| town.sandbox.postings(&town.open_city().city.code, department))
        .map(|posting| posting.amount_fen + posting.late_fee_fen)
        .sum();
    if posted != payees {
        faults.push(format!("the departments have booked {posted}, our books give them {payees}"));
    }
    let acknowledged: i64 = done.iter().map(|it| it.amount_fen).sum();
    eprintln!("acknowledged {acknowledged} fen, payees {payees}, gateways {kept}, departments {posted}");
    faults
}

/// The next morning, every day of the soak is compared three ways. Says how many contradictions had been kept before.
async fn compare(town: &Town, city: &CityId, clock: &FakeClock, from: Timestamp, faults: &mut Vec<String>) -> usize {
    let cell = town.stores.city(city).await.expect("the cell");
    let (first, last) = (from.date(), clock.today());
    let pack = town.open_city();
    let lists = pack.bindings.act.values().filter_map(|acts| acts.get(&Act::List));
    let parties = Gateway::ALL.len() + lists.map(|binding| &binding.department).collect::<BTreeSet<_>>().len();
    clock.set(Timestamp::from_civil(last.at(10, 30, 0, 0)).plus_s(86_400));
    let mut contradictions = 0;
    for day in BTreeSet::from([first, last]) {
        let began = Instant::now();
        while cell.reconciled(day).await.expect("answers").len() < parties && began.elapsed() < PATIENCE {
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        let compared = cell.reconciled(day).await.expect("answers");
        for side in [reconcile::Side::Provider, reconcile::Side::Department] {
            let lines = |it: fn(&store::ReconciledDay) -> u32| {
                compared.iter().filter(|day| day.side == side).map(it).sum::<u32>()
            };
            eprintln!("{day} {side:?}: ours {}, theirs {}", lines(|it| it.ours), lines(|it| it.theirs));
        }
        if compared.len() < parties {
            faults.push(format!("{day} was compared with {} parties only", compared.len()));
        }
        for found in cell.breaks_of(day).await.expect("answers") {
            // A notice that told a wrong amount is kept for a person; the comparison itself must find nothing.
            if found.found.kind == reconcile::Kind::Amount && found.found.side == reconcile::Side::Provider {
                contradictions += 1;
            } else {
                faults.push(format!("{day} {}: {:?} {}", found.party, found.found.kind, found.found.order));
            }
        }
    }
    contradictions
}
