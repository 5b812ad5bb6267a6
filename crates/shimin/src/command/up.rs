//! `shimin`, `shimin serve`, `shimin sandbox`: start, say where, and end in order.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket},
    sync::Arc,
};

use axum::Router;
use kernel::{Clock, SystemClock, SystemRng, Timestamp};
use sandbox::{DemoClock, DemoPerson, Sandbox};
use serde::Serialize;
use tokio::{net::TcpListener, sync::watch};

use super::UpArgs;
use crate::{
    demo::{self, DemoStaff},
    house::{self, House, Settings},
    output::{self, Ending, Trouble, progress},
    packs::{self, Source},
    server::{self, Bounds},
    terminal,
};

/// What to start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parts {
    Both,
    Platform,
    Sandbox,
}

/// What was started, for people and scripts.
#[derive(Default, Serialize)]
struct Started {
    platform: Option<String>,
    sandbox: Option<String>,
    lan: Option<String>,
    data: Option<String>,
    logins: Vec<DemoPerson>,
    staff: Vec<DemoStaff>,
}

pub async fn run(args: UpArgs, parts: Parts) -> Result<Ending, Trouble> {
    let (clock, demo_clock) = clocks(&args, parts)?;
    let source = Source::choose(args.packs.as_deref());
    let catalogue = packs::open(&source)?;
    let address = if args.lan { Ipv4Addr::UNSPECIFIED } else { Ipv4Addr::LOCALHOST };
    let outside = args.lan.then(lan_address).flatten();

    let with_sandbox = parts == Parts::Sandbox || (parts == Parts::Both && !args.no_sandbox);
    let mut started = Started { sandbox: args.sandbox_url.clone(), ..Started::default() };
    let mut sandbox_server = None;
    let mut phone = None;
    if with_sandbox {
        let listener = house::bind(SocketAddr::from((address, args.sandbox_port))).await?;
        let port = port_of(&listener)?;
        let sandbox = house::sandbox_of(&catalogue, args.seed, args.persons, Arc::clone(&clock));
        started.sandbox = Some(format!("http://127.0.0.1:{port}"));
        started.logins = logins(&sandbox);
        if let Some(ip) = outside {
            sandbox.set_public_url(format!("http://{ip}:{port}"));
        }
        demo_clock.into_iter().for_each(|clock| sandbox.lend_clock(clock));
        phone = Some(Arc::clone(&sandbox));
        sandbox_server = Some((listener, sandbox::router(sandbox)));
    }

    let mut platform_server = None;
    if parts != Parts::Sandbox {
        let listener = house::bind(SocketAddr::from((address, args.port))).await?;
        let port = port_of(&listener)?;
        let public = match (outside, sandbox_server.as_ref()) {
            (Some(ip), Some((listener, _))) => Some(format!("http://{ip}:{}", port_of(listener)?)),
            _ => started.sandbox.clone(),
        };
        let house = House::build(Settings {
            catalogue,
            data: args.data.clone(),
            database: args.database.clone(),
            schema_prefix: args.schema_prefix.clone(),
            sandbox_url: started.sandbox.clone(),
            sandbox_public_url: public,
            allow_hosts: args.allow_host.clone(),
            secure_cookies: args.secure_cookies,
            limits: limits(&args),
            payment_file: args.payments.clone(),
            public_url: args.public_url.clone().unwrap_or_else(|| {
                outside.map_or_else(|| format!("http://127.0.0.1:{port}"), |ip| format!("http://{ip}:{port}"))
            }),
            clock,
            rng: Arc::new(SystemRng),
        })
        .await?;
        started.platform = Some(format!("http://127.0.0.1:{port}"));
        started.lan = outside.map(|ip| format!("http://{ip}:{port}"));
        started.data = Some(match &args.database {
            Some(_) => "PostgreSQL".into(),
            None => args.data.display().to_string(),
        });
        started.staff = match &phone {
            Some(sandbox) => demo::open(&house.platform, sandbox).await.map_err(Trouble::failed)?,
            None => {
                demo::shut(&house.platform).await.map_err(Trouble::failed)?;
                Vec::new()
            }
        };
        platform_server = Some((listener, house));
    }

    if args.json {
        output::json(&started)?
    } else {
        greet(&started, &source)
    }
    serve_until_told(sandbox_server, platform_server, source).await;
    progress("ended in order");
    Ok(Ending::Well)
}

type Clocks = (Arc<dyn Clock>, Option<Arc<DemoClock>>);

/// The platform's clock, and the same where it can be moved: where platform and sandbox are one demo. Whatever serves
/// citizens has the machine's own.
fn clocks(args: &UpArgs, parts: Parts) -> Result<Clocks, Trouble> {
    if parts != Parts::Both || args.no_sandbox {
        let moved = "--at moves a demo: it needs the sandbox beside the platform";
        return match args.at {
            None => Ok((Arc::new(SystemClock), None)),
            Some(_) => Err(Trouble::new(Ending::Usage, moved)),
        };
    }
    let clock = match &args.at {
        None => DemoClock::default(),
        Some(at) => {
            let hint = || Trouble::new(Ending::Usage, format!("--at {at}: a time such as 2026-11-26T09:05:00+08:00"));
            DemoClock::at(Timestamp::parse_rfc3339(at).ok_or_else(hint)?)
        }
    };
    let clock = Arc::new(clock);
    Ok((Arc::<DemoClock>::clone(&clock), Some(clock)))
}

fn limits(args: &UpArgs) -> engine::Limits {
    let usual = engine::Limits::default();
    let claims_at_once = args.claims_at_once.unwrap_or(usual.claims_at_once);
    // Where few are decided at once, few stand at the door; where it is one at a time, nobody does.
    let claims_standing = usual.claims_standing.min(4 * claims_at_once.saturating_sub(1));
    engine::Limits { claims_at_once, claims_standing, ..usual }
}

async fn serve_until_told(
    sandbox: Option<(TcpListener, Router)>,
    platform: Option<(TcpListener, House)>,
    source: Source,
) {
    let (tell, told) = watch::channel(false);
    let end = move || {
        let mut told = told.clone();
        async move {
            let _ = told.wait_for(|told| *told).await;
        }
    };
    let mut tasks = tokio::task::JoinSet::new();
    // The platform stops first: its last questions and messages still find the sandbox.
    let (sandbox_ends, sandbox_told) = watch::channel(false);
    let sandbox_task = sandbox.map(|(listener, router)| {
        let mut told = sandbox_told;
        tokio::spawn(server::serve(listener, router, Bounds::default(), async move {
            let _ = told.wait_for(|told| *told).await;
        }))
    });
    let mut stores = None;
    if let Some((listener, house)) = platform {
        let (jobs, jobs_end) = (house.platform.clone(), end());
        tasks.spawn(async move { jobs.run_jobs(jobs_end).await });
        let (watched, watch_end) = (house.platform.clone(), end());
        tasks.spawn(async move {
            tokio::select! {
                () = packs::watch(source, watched) => {}
                () = watch_end => {}
            }
        });
        tasks.spawn(server::serve(listener, house.router, Bounds::default(), end()));
        stores = Some(house.stores);
    }
    stop_signal().await;
    let _ = tell.send(true);
    while tasks.join_next().await.is_some() {}
    let _ = sandbox_ends.send(true);
    if let Some(task) = sandbox_task {
        let _ = task.await;
    }
    if let Some(stores) = stores
        && let Err(cause) = stores.close().await
    {
        progress(format_args!("the store did not close in order: {cause}"));
    }
}

/// SIGINT or SIGTERM.
async fn stop_signal() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) else {
            let _ = interrupt.await;
            return;
        };
        tokio::select! {
            _ = interrupt => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    let _ = interrupt.await;
}

fn port_of(listener: &TcpListener) -> Result<u16, Trouble> {
    listener.local_addr().map(|address| address.port()).map_err(Trouble::failed)
}

/// The address under which others on the same network see this machine. Nothing is sent.
fn lan_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect((Ipv4Addr::new(10, 255, 255, 255), 1)).ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_unspecified() && !address.is_loopback()).then_some(address)
}

/// Demo persons who can sign in.
fn logins(sandbox: &Sandbox) -> Vec<DemoPerson> {
    let Some(area) = sandbox.population().areas().next() else { return Vec::new() };
    sandbox.demo(&area.code).into_iter().filter(|person| !person.phone.is_empty()).collect()
}

fn greet(started: &Started, source: &Source) {
    let mut text = String::from("\n  市民之家 Shimin\n\n");
    let mut line = |label: &str, value: &str| text.push_str(&format!("  {label:<9} {value}\n"));
    if let Some(url) = &started.platform {
        line("open", url);
        line("desk", &format!("{url}/desk   for staff"));
    }
    if let Some(url) = &started.lan {
        line("phone", url);
    }
    if let Some(url) = &started.sandbox {
        line("sandbox", &format!("{url}   departments, fault switches"));
        line("codes", &format!("{url}/sms   where the one-time codes arrive"));
        line("", &format!("{url}/authenticator   the staff's authenticator"));
    }
    if let Some(data) = &started.data {
        line("data", data);
    }
    line("packs", &source.name());
    if !started.logins.is_empty() {
        text.push_str("\n  Demo persons (synthetic; sign in with the phone, read the code at the address above)\n\n");
        text.push_str(&terminal::table(&login_rows(&started.logins)));
    }
    if !started.staff.is_empty() {
        text.push_str(
            "\n  Demo staff (synthetic; passwords are new at every start, codes are in the authenticator above)\n\n",
        );
        text.push_str(&terminal::table(&staff_rows(&started.staff)));
    }
    if let Some(code) = started.lan.as_deref().and_then(terminal::qr) {
        text.push('\n');
        text.push_str(&code);
        text.push('\n');
    }
    text.push_str("\n  Ctrl-C ends it.");
    output::data(text);
}

fn login_rows(persons: &[DemoPerson]) -> Vec<Vec<String>> {
    let head = ["phone", "name", "resident ID", "plate (kind) VIN tail", "file no.", "who"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for person in persons {
        let cars: Vec<String> =
            person.vehicles.iter().map(|(plate, kind, tail)| format!("{plate} ({kind}) {tail}")).collect();
        rows.push(vec![
            person.phone.clone(),
            person.name.clone(),
            person.resident_id.clone(),
            cars.join(", "),
            person.file_no.clone(),
            person.about.en.clone(),
        ]);
    }
    rows
}

fn staff_rows(staff: &[DemoStaff]) -> Vec<Vec<String>> {
    let mut rows = vec![["login", "password", "name", "city", "what"].map(str::to_owned).to_vec()];
    for one in staff {
        let cells = [one.login.as_str(), &one.password, one.name, &one.city, one.about];
        rows.push(cells.map(str::to_owned).to_vec());
    }
    rows
}
