//! Benches, the truth run and the soak: programs of `testkit`, built in release and run with what they need.

use crate::{
    postgres::Postgres,
    shell::{Outcome, cargo, run as shell_run},
};

/// `cargo xtask bench NAME [--quick] [--json]`
pub fn run(args: &[String]) -> Outcome {
    let name = match args.first().map(String::as_str) {
        Some(name @ ("page" | "start")) => name,
        Some("payments-hot" | "payments-100" | "payment-bytes") => return payments(args),
        _ => return Err("which bench? page, start, payments-hot, payments-100 or payment-bytes".into()),
    };
    shell_run(&mut cargo(&["build", "--release", "--locked", "--package", "shimin"]))?;
    shell_run(&mut cargo(&["build", "--release", "--locked", "--package", "testkit", "--examples"]))?;
    let mut call =
        vec!["run", "--quiet", "--release", "--locked", "--package", "testkit", "--example", "bench", "--", name];
    call.extend(args[1..].iter().map(String::as_str));
    shell_run(&mut cargo(&call))
}

/// What a payment costs, beside PostgreSQL as it is usually written: one server serves both.
fn payments(args: &[String]) -> Outcome {
    let example = ["--release", "--locked", "--package", "store-postgres", "--example", "payments"];
    shell_run(&mut cargo(&[&["build"], &example[..]].concat()))?;
    let postgres = Postgres::start()?;
    let mut call = [&["run", "--quiet"], &example[..], &["--"]].concat();
    call.extend(args.iter().map(String::as_str));
    shell_run(
        cargo(&call)
            .env("SHIMIN_TEST_POSTGRES", &postgres.url)
            .env("SHIMIN_TEST_POSTGRES_PID", postgres.process().to_string()),
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
