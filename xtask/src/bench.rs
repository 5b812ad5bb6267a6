//! Benches, the truth run and the soak: programs of `testkit`, built in release and run with what they need.

use std::path::Path;

use crate::{
    postgres::Postgres,
    shell::{Outcome, cargo, run as shell_run},
};

/// `cargo xtask bench NAME [--quick] [--json]`
pub fn run(args: &[String]) -> Outcome {
    let name = match args.first().map(String::as_str) {
        Some(name @ ("page" | "start")) => name,
        Some("payments-hot" | "payments-100" | "payment-bytes") => {
            return beside_postgres("payments", args, &std::env::temp_dir());
        }
        Some("booking-rush") => return beside_postgres("rush", args, &std::env::temp_dir()),
        Some("booking-rush-tmpfs") => return beside_postgres("rush", args, Path::new("/dev/shm")),
        _ => {
            let names = "page, start, payments-hot, payments-100, payment-bytes, booking-rush, booking-rush-tmpfs";
            return Err(format!("which bench? {names}"));
        }
    };
    shell_run(&mut cargo(&["build", "--release", "--locked", "--package", "shimin"]))?;
    shell_run(&mut cargo(&["build", "--release", "--locked", "--package", "testkit", "--examples"]))?;
    let mut call =
        vec!["run", "--quiet", "--release", "--locked", "--package", "testkit", "--example", "bench", "--", name];
    call.extend(args[1..].iter().map(String::as_str));
    shell_run(&mut cargo(&call))
}

/// What something costs, beside PostgreSQL as it is usually written: one server serves both, with everything in one directory.
fn beside_postgres(program: &str, args: &[String], directory: &Path) -> Outcome {
    let example = ["--release", "--locked", "--package", "store-postgres", "--example", program];
    shell_run(&mut cargo(&[&["build"], &example[..]].concat()))?;
    let postgres = Postgres::start_in(directory)?;
    let mut call = [&["run", "--quiet"], &example[..], &["--"]].concat();
    call.extend(args.iter().map(String::as_str));
    shell_run(
        cargo(&call)
            .env("SHIMIN_TEST_POSTGRES", &postgres.url)
            .env("SHIMIN_TEST_POSTGRES_PID", postgres.process().to_string())
            .env("TMPDIR", directory),
    )
}

/// `cargo xtask truth [CITIZENS]`
pub fn truth(args: &[String]) -> Outcome {
    let citizens = args.first().map_or("10000", String::as_str);
    if citizens.parse::<u32>().is_err() {
        return Err(format!("how many citizens? `{citizens}` is no number"));
    }
    let postgres = Postgres::start()?;
    shell_run(
        cargo(&["run", "--release", "--locked", "--package", "testkit", "--example", "truth", "--", citizens])
            .env("SHIMIN_TEST_POSTGRES", &postgres.url),
    )
}

/// `cargo xtask rush [SLOTS] [CLAIMANTS] [KILLS] [ENGINE]`
pub fn rush(args: &[String]) -> Outcome {
    for number in args.iter().take(3) {
        number.parse::<usize>().map_err(|_| format!("how many slots, claimants and kills? `{number}` is no number"))?;
    }
    shell_run(&mut cargo(&["build", "--release", "--locked", "--package", "shimin"]))?;
    let postgres = Postgres::start()?;
    let mut call = vec!["run", "--release", "--locked", "--package", "testkit", "--example", "rush", "--"];
    call.extend(args.iter().map(String::as_str));
    shell_run(cargo(&call).env("SHIMIN_TEST_POSTGRES", &postgres.url))
}

/// `cargo xtask overload [SECONDS] [TIMES] [ENGINE]`
pub fn overload(args: &[String]) -> Outcome {
    for number in args.iter().take(2) {
        number
            .parse::<f64>()
            .map_err(|_| format!("how many seconds, how many times capacity? `{number}` is no number"))?;
    }
    shell_run(&mut cargo(&["build", "--release", "--locked", "--package", "shimin"]))?;
    let postgres = Postgres::start()?;
    let mut call = vec!["run", "--release", "--locked", "--package", "testkit", "--example", "overload", "--"];
    call.extend(args.iter().map(String::as_str));
    shell_run(
        cargo(&call)
            .env("SHIMIN_TEST_POSTGRES", &postgres.url)
            .env("SHIMIN_TEST_POSTGRES_PID", postgres.process().to_string()),
    )
}

/// `cargo xtask soak [PAYMENTS] [KILLS] [ENGINE]`
pub fn soak(args: &[String]) -> Outcome {
    for number in args.iter().take(2) {
        number.parse::<usize>().map_err(|_| format!("how many payments and kills? `{number}` is no number"))?;
    }
    shell_run(&mut cargo(&["build", "--release", "--locked", "--package", "shimin"]))?;
    let postgres = Postgres::start()?;
    let mut call = vec!["run", "--release", "--locked", "--package", "testkit", "--example", "soak", "--"];
    call.extend(args.iter().map(String::as_str));
    shell_run(cargo(&call).env("SHIMIN_TEST_POSTGRES", &postgres.url))
}
