//! The house's chores: `cargo xtask test`, `check`, `shots`, `bench`, `truth`, `rush`, `overload`,
//! `soak`.
//!
//! It compiles in a few seconds because everybody waits for it first; whatever needs the platform's own crates is an
//! example of `testkit` that this program builds and runs. It installs what a test needs and is missing, because a test
//! that is skipped on one machine and run on another proves nothing.

use std::process::ExitCode;

use xtask::{bench, check, shell, shots, test};

const HELP: &str = "\
cargo xtask <chore>

  test [FILTER]        set up what is needed (PostgreSQL, Chromium, Node packages), then run everything
  test --no-browser    the same without the browser
  e2e [ARGS]           only the browser journeys; ARGS go to playwright
  check [--install]    fmt, clippy, cargo-deny and cargo-machete (installed first with --install)
  shots [DIR]          screenshots of every page into DIR (target/shots)
  bench NAME [ARGS]    a bench with its baseline in the same run: page, start, payments-hot, payments-100, payment-bytes,
                       booking-rush, booking-rush-tmpfs; prints JSON
  truth [CITIZENS]     ask every record service for so many random citizens (10000) on both engines, compare with the
                       sandbox's truth
  rush [SLOTS] [CLAIMANTS] [KILLS] [ENGINE]
                       many more people (5000) than units (20) ask at once, the server is killed in the middle; then hold the
                       stock against what people were told
  overload [SECONDS] [TIMES] [ENGINE]
                       so many times (10) more people than can be served come for so many seconds (30), by the clock: what is
                       served, what the others are told, how soon it is over; prints JSON
  soak [PAYMENTS] [KILLS]
                       kill the server again and again (20) while citizens pay (2000) at hostile gateways, on both
                       engines, then hold the books against everybody's truth

Exit codes: 0 well, 1 failed, 2 wrong usage.";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let rest = args.get(1..).unwrap_or_default();
    let outcome = match args.first().map(String::as_str) {
        Some("test") => test::run(rest),
        Some("e2e") => test::browser_only(rest),
        Some("check") => check::run(rest),
        Some("shots") => shots::run(rest),
        Some("bench") => bench::run(rest),
        Some("truth") => bench::truth(rest),
        Some("rush") => bench::rush(rest),
        Some("overload") => bench::overload(rest),
        Some("soak") => bench::soak(rest),
        Some("help" | "--help" | "-h") => {
            shell::say(HELP);
            return ExitCode::SUCCESS;
        }
        _ => {
            eprintln!("{HELP}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(cause) => {
            eprintln!("xtask: {cause}");
            ExitCode::FAILURE
        }
    }
}
