//! Benches and the truth run: programs of `testkit`, built in release and run with what they need.

use crate::{
    postgres::Postgres,
    shell::{Outcome, cargo, run as shell_run},
};

/// `cargo xtask bench NAME [--quick] [--json]`
pub fn run(args: &[String]) -> Outcome {
    let Some(name) = args.first().filter(|name| matches!(name.as_str(), "page" | "start")) else {
        return Err("which bench? page or start".into());
    };
    shell_run(&mut cargo(&["build", "--release", "--locked", "--package", "shimin"]))?;
    shell_run(&mut cargo(&["build", "--release", "--locked", "--package", "testkit", "--examples"]))?;
    let mut call =
        vec!["run", "--quiet", "--release", "--locked", "--package", "testkit", "--example", "bench", "--", name];
    call.extend(args[1..].iter().map(String::as_str));
    shell_run(&mut cargo(&call))
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
