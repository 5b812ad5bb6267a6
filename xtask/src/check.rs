//! What must hold before a test is worth running: the format, the lints, and what comes in from outside.

use crate::shell::{self, Outcome, cargo, has};

pub fn run_checks() -> Outcome {
    shell::run(&mut cargo(&["fmt", "--all", "--check"]))
        .map_err(|_| "the format differs: run `cargo fmt --all`".to_owned())?;
    shell::run(&mut cargo(&["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]))
}

/// `cargo xtask check [--install]`
pub fn run(args: &[String]) -> Outcome {
    let install = args.iter().any(|arg| arg == "--install");
    run_checks()?;
    for (tool, call) in [("cargo-deny", &["deny", "check"] as &[&str]), ("cargo-machete", &["machete"])] {
        if !has(tool) && install {
            shell::run(&mut cargo(&["install", "--locked", tool]))?;
        }
        if has(tool) {
            // The advisory database is fetched over the network, which a check must not need.
            let call = if tool == "cargo-deny" { &["deny", "check", "bans", "licenses", "sources"] } else { call };
            shell::run(&mut cargo(call))?;
        } else {
            eprintln!("{tool} is not installed: not run (cargo xtask check --install gets it)");
        }
    }
    Ok(())
}
