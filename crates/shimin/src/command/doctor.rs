//! `shimin doctor`: whether everything is as it must be, each thing with what to do about it.

use std::{net::ToSocketAddrs as _, sync::Arc, time::Duration};

use connector_pay::{
    Unusable,
    setup::{self, Setup},
};
use kernel::{Clock, SystemClock, SystemRng};
use manifest::{Catalogue, binding::Department};
use serde::Serialize;

use super::UpArgs;
use crate::{
    house::{House, Settings},
    output::{self, Ending, Trouble},
    packs::{self, Source},
};

#[derive(Serialize)]
struct Check {
    what: String,
    state: State,
    says: String,
    #[serde(skip)]
    ending: Ending,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Ok,
    Warning,
    Failed,
}

impl Check {
    fn ok(what: impl Into<String>, says: impl Into<String>) -> Self {
        Self { what: what.into(), state: State::Ok, says: says.into(), ending: Ending::Well }
    }

    fn failed(what: impl Into<String>, says: impl Into<String>, ending: Ending) -> Self {
        Self { what: what.into(), state: State::Failed, says: says.into(), ending }
    }
}

pub async fn run(args: UpArgs) -> Result<Ending, Trouble> {
    let mut checks = Vec::new();
    let source = Source::choose(args.packs.as_deref());
    let catalogue = check_packs(&source, &mut checks);
    check_store(&args, &catalogue, &mut checks).await;
    let sandbox = (!args.no_sandbox)
        .then(|| args.sandbox_url.clone().unwrap_or_else(|| format!("http://127.0.0.1:{}", args.sandbox_port)));
    check_departments(&catalogue, sandbox.as_deref(), &mut checks).await;
    check_providers(&args, sandbox.as_deref(), &mut checks).await;

    if args.json {
        output::json(&checks)?;
    } else {
        for check in &checks {
            let mark = match check.state {
                State::Ok => "ok     ",
                State::Warning => "warning",
                State::Failed => "FAILED ",
            };
            output::data(format_args!("{mark} {}: {}", check.what, check.says));
        }
    }
    // The most telling ending wins: a store that fails matters more than a department that sleeps.
    let endings = [Ending::Failed, Ending::Invalid, Ending::Unreachable];
    Ok(endings.into_iter().find(|ending| checks.iter().any(|check| check.ending == *ending)).unwrap_or(Ending::Well))
}

fn check_packs(source: &Source, checks: &mut Vec<Check>) -> Catalogue {
    let files = match source.read() {
        Ok(files) => files,
        Err(trouble) => {
            checks.push(Check::failed("packs", trouble.says, Ending::Failed));
            return Catalogue::default();
        }
    };
    let loaded = packs::check(&files);
    let (cities, services) = (loaded.catalogue.cities.len(), loaded.catalogue.services.len());
    let says = format!("{}: {cities} cities, {services} services", source.name());
    for finding in &loaded.findings {
        let at = format!("{}:{}:{}", finding.path, finding.line, finding.column);
        let says = format!("{}; fix: {}", finding.what, finding.fix);
        checks.push(if finding.is_error() {
            Check::failed(at, says, Ending::Invalid)
        } else {
            Check { what: at, state: State::Warning, says, ending: Ending::Well }
        });
    }
    checks.push(if cities == 0 { Check::failed("packs", says, Ending::Invalid) } else { Check::ok("packs", says) });
    loaded.catalogue
}

async fn check_store(args: &UpArgs, catalogue: &Catalogue, checks: &mut Vec<Check>) {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let settings = Settings {
        catalogue: catalogue.clone(),
        data: args.data.clone(),
        database: args.database.clone(),
        schema_prefix: args.schema_prefix.clone(),
        sandbox_url: None,
        sandbox_public_url: None,
        public_url: String::new(),
        payment_file: None,
        allow_hosts: args.allow_host.clone(),
        secure_cookies: args.secure_cookies,
        limits: engine::Limits::default(),
        clock,
        rng: Arc::new(SystemRng),
    };
    let name = if args.database.is_some() { "PostgreSQL".to_owned() } else { args.data.display().to_string() };
    match House::build(settings).await {
        Ok(house) => {
            checks.push(Check::ok("master key", "readable"));
            checks.push(match house.platform.ready().await {
                Ok(()) => Check::ok("store", format!("{name} answers")),
                Err(cause) => Check::failed("store", format!("{name}: {cause}"), Ending::Unreachable),
            });
            let _ = house.stores.close().await;
        }
        Err(trouble) => checks.push(Check::failed("store and key", trouble.says, trouble.ending)),
    }
}

async fn check_departments(catalogue: &Catalogue, sandbox: Option<&str>, checks: &mut Vec<Check>) {
    let national = catalogue.platform.department.iter().map(|(id, department)| (id.to_string(), department));
    let local = catalogue.cities.values().flat_map(|pack| {
        let city = &pack.city.id;
        pack.bindings.department.iter().map(move |(id, department)| (format!("{city}/{id}"), department))
    });
    for (name, department) in national.chain(local) {
        checks.push(check_department(name, department, sandbox).await);
    }
}

/// Whether each payment provider knows us, and we it: an order that cannot exist is asked about.
async fn check_providers(args: &UpArgs, sandbox: Option<&str>, checks: &mut Vec<Check>) {
    let opened = setup::providers(Setup {
        file: args.payments.as_deref(),
        sandbox,
        sandbox_pages: None,
        data: &args.data,
        allow_hosts: &args.allow_host,
        clock: Arc::new(SystemClock),
        rng: Arc::new(SystemRng),
    });
    let providers = match opened.await {
        Ok(providers) => providers,
        Err(cause @ Unusable::Sandbox(..)) => {
            return checks.push(Check::failed("payment providers", cause.to_string(), Ending::Unreachable));
        }
        Err(cause) => return checks.push(Check::failed("payment providers", cause.to_string(), Ending::Invalid)),
    };
    if providers.iter().next().is_none() {
        let says = "none: nothing can be paid (--payments FILE names the city's shops)".to_owned();
        checks.push(Check { what: "payment providers".into(), state: State::Warning, says, ending: Ending::Well });
    }
    for provider in providers.iter() {
        let what = format!("payment provider {}", provider.id());
        checks.push(match setup::check(provider.as_ref()).await {
            Ok(()) => Check::ok(what, "knows our key, and we know its"),
            Err((failure, advice)) => Check::failed(what, format!("{failure}: {advice}"), Ending::Unreachable),
        });
    }
}

/// Whether somebody listens there. Nothing is asked: a question without a citizen is nobody's business.
async fn check_department(name: String, department: &Department, sandbox: Option<&str>) -> Check {
    let what = format!("department {name}");
    let base = match (department.base_url.strip_prefix("sandbox:"), sandbox) {
        (Some(_), Some(sandbox)) => sandbox,
        (Some(_), None) => return Check::failed(what, "needs the sandbox, which is off", Ending::Unreachable),
        (None, _) => department.base_url.as_str(),
    };
    let Some(place) = host_and_port(base) else {
        return Check::failed(what, format!("{base} is no address"), Ending::Invalid);
    };
    let resolved = tokio::task::spawn_blocking(move || place.to_socket_addrs().ok()?.next()).await.ok().flatten();
    let Some(address) = resolved else {
        return Check::failed(what, format!("{base}: the name does not resolve"), Ending::Unreachable);
    };
    match tokio::time::timeout(Duration::from_secs(2), tokio::net::TcpStream::connect(address)).await {
        Ok(Ok(_)) => Check::ok(what, format!("{base} listens")),
        _ => Check::failed(what, format!("{base}: nobody listens there"), Ending::Unreachable),
    }
}

fn host_and_port(url: &str) -> Option<(String, u16)> {
    let (rest, default) = match url.split_once("://")? {
        ("http", rest) => (rest, 80),
        ("https", rest) => (rest, 443),
        _ => return None,
    };
    let authority = rest.split('/').next()?;
    match authority.rsplit_once(':') {
        Some((host, port)) => Some((host.to_owned(), port.parse().ok()?)),
        None => Some((authority.to_owned(), default)),
    }
}
