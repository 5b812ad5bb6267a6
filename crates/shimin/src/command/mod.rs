//! The command line: what can be typed, and which file does it.

mod doctor;
mod pack;
mod receipt;
mod staff;
mod up;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use serde::Serialize;

use crate::output::{self, Ending, Trouble};

/// 市民之家 — the Citizens' Home: city services from one binary.
///
/// Without a command it starts everything on this machine: the platform, and a sandbox of every department.
#[derive(Parser)]
#[command(name = "shimin", version, args_conflicts_with_subcommands = true)]
pub struct Line {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    up: UpArgs,
}

#[derive(Subcommand)]
enum Command {
    /// Start the platform and the sandbox (what happens without a command)
    Up(UpArgs),
    /// Start the platform alone
    Serve(UpArgs),
    /// Start the sandbox of departments alone
    Sandbox(UpArgs),
    /// Check, show, make and compare packs: cities, services, bindings and rules as files
    #[command(subcommand)]
    Pack(pack::Command),
    /// Accounts of the staff desk: make, list, renew, disable
    #[command(subcommand)]
    Staff(staff::Command),
    /// Receipts: whether a file is genuine
    #[command(subcommand)]
    Receipt(receipt::Command),
    /// Look whether everything is as it must be: configuration, store, packs, departments
    Doctor(UpArgs),
    /// Print the description of the open API (OpenAPI 3.1)
    Openapi(JsonArgs),
    /// Print every route with who may call it
    Routes(JsonArgs),
}

#[derive(Args)]
struct JsonArgs {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// How to start.
#[derive(Args, Clone, Debug)]
pub struct UpArgs {
    /// Where data is kept
    #[arg(long, env = "SHIMIN_DATA", default_value = "data", value_name = "DIR")]
    data: PathBuf,
    /// Keep data in PostgreSQL instead of in files: postgres://…
    #[arg(long, env = "SHIMIN_DATABASE", value_name = "URL", hide_env_values = true)]
    database: Option<String>,
    /// What the names of its schemas begin with, where several deployments share one database
    #[arg(long, env = "SHIMIN_SCHEMA_PREFIX", value_name = "PREFIX")]
    schema_prefix: Option<String>,
    /// Directory of packs; ./packs if it is there, else those inside the binary
    #[arg(long, env = "SHIMIN_PACKS", value_name = "DIR")]
    packs: Option<PathBuf>,
    /// Port of the platform; 0 takes a free one
    #[arg(long, env = "SHIMIN_PORT", default_value_t = 8080)]
    port: u16,
    /// Port of the sandbox; 0 takes a free one
    #[arg(long, env = "SHIMIN_SANDBOX_PORT", default_value_t = 8090)]
    sandbox_port: u16,
    /// Do not start the sandbox
    #[arg(long)]
    no_sandbox: bool,
    /// Address of a sandbox that runs elsewhere
    #[arg(long, env = "SHIMIN_SANDBOX_URL", value_name = "URL")]
    sandbox_url: Option<String>,
    /// Synthetic persons of each city in the sandbox
    #[arg(long, default_value_t = sandbox::PERSONS_DEFAULT)]
    persons: u64,
    /// Seed of the sandbox's population
    #[arg(long, default_value_t = 2015)]
    seed: u64,
    /// How many bookings of a city are decided at once before others queue; for a machine that is smaller or larger than usual
    #[arg(long, env = "SHIMIN_CLAIMS_AT_ONCE", value_name = "COUNT")]
    claims_at_once: Option<usize>,
    /// The time at which the demo begins, for example 2026-11-26T09:05:00+08:00; only with the sandbox beside it
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// Listen on every address of this machine, and print a QR code for a phone
    #[arg(long)]
    lan: bool,
    /// A department's host that may be reached over plain HTTP or at a private address; may be repeated
    #[arg(long, value_name = "HOST[:PORT]")]
    allow_host: Vec<String>,
    /// The file of the city's shops at payment providers; without it the sandbox's are used
    #[arg(long, env = "SHIMIN_PAYMENTS")]
    payments: Option<PathBuf>,
    /// Where citizens and payment providers find this platform, if that is not the address it listens on
    #[arg(long, env = "SHIMIN_PUBLIC_URL")]
    public_url: Option<String>,
    /// The platform stands behind TLS: cookies are marked secure
    #[arg(long, env = "SHIMIN_SECURE_COOKIES")]
    secure_cookies: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Does what was typed.
pub async fn run(line: Line) -> Result<Ending, Trouble> {
    match line.command {
        None => up::run(line.up, up::Parts::Both).await,
        Some(Command::Up(args)) => up::run(args, up::Parts::Both).await,
        Some(Command::Serve(args)) => up::run(args, up::Parts::Platform).await,
        Some(Command::Sandbox(args)) => up::run(args, up::Parts::Sandbox).await,
        Some(Command::Pack(command)) => pack::run(command),
        Some(Command::Staff(command)) => staff::run(command).await,
        Some(Command::Receipt(command)) => receipt::run(command),
        Some(Command::Doctor(args)) => doctor::run(args).await,
        Some(Command::Openapi(_)) => {
            output::data(api::openapi().to_pretty_json().map_err(Trouble::failed)?);
            Ok(Ending::Well)
        }
        Some(Command::Routes(args)) => routes(args.json),
    }
}

#[derive(Serialize)]
struct Route {
    door: &'static str,
    method: String,
    path: &'static str,
    policy: String,
}

fn routes(json: bool) -> Result<Ending, Trouble> {
    let pages = web::routes().into_iter().map(|row| Route {
        door: "web",
        method: row.method.to_string(),
        path: row.path,
        policy: format!("{:?}", row.policy),
    });
    let api = api::routes().into_iter().map(|row| Route {
        door: "api",
        method: row.method.to_string(),
        path: row.path,
        policy: format!("{:?}", row.policy),
    });
    let desk = console::routes().into_iter().map(|row| Route {
        door: "desk",
        method: row.method.to_string(),
        path: row.path,
        policy: format!("{:?}", row.policy),
    });
    let all: Vec<Route> = pages.chain(desk).chain(api).collect();
    if json {
        output::json(&all)?;
    } else {
        let rows: Vec<Vec<String>> =
            all.into_iter().map(|row| vec![row.door.into(), row.method, row.path.into(), row.policy]).collect();
        output::data(crate::terminal::table(&rows).trim_end());
    }
    Ok(Ending::Well)
}
