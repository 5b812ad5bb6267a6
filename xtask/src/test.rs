//! `cargo xtask test`: everything, on a machine that may have nothing but Rust and a C compiler.
//!
//! One PostgreSQL serves every test of the run, so that each store test runs on both engines. Counts of all runners are
//! added up into one last line.

use std::path::PathBuf;

use crate::{
    check,
    postgres::Postgres,
    shell::{self, Outcome, cargo, command, has, root, run_and_read, say},
    tools,
};

#[derive(Default)]
struct Count {
    passed: u64,
    failed: u64,
}

pub fn run(args: &[String]) -> Outcome {
    let with_browser = !args.iter().any(|arg| arg == "--no-browser");
    let filter: Vec<&str> = args.iter().map(String::as_str).filter(|arg| !arg.starts_with("--")).collect();
    let postgres = Postgres::start()?;
    let chromium = if with_browser { Some(tools::browser()?) } else { None };

    check::run_checks()?;
    // The tests kill and restart the real binary, so it has to be there.
    build()?;

    let mut count = Count::default();
    count.add(cargo_tests(&postgres, &filter)?);
    if filter.is_empty() {
        count.add(doc_tests()?);
        if let Some(chromium) = chromium {
            count.add(browser_tests(&chromium, &[])?);
        }
    }
    say(&format!("{} passed, {} failed", count.passed, count.failed));
    if count.failed == 0 && count.passed > 0 { Ok(()) } else { Err("not everything passed".into()) }
}

/// `cargo xtask e2e [ARGS]`
pub fn browser_only(args: &[String]) -> Outcome {
    let chromium = tools::browser()?;
    build()?;
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let count = browser_tests(&chromium, &args)?;
    say(&format!("{} passed, {} failed", count.passed, count.failed));
    if count.failed == 0 && count.passed > 0 { Ok(()) } else { Err("not everything passed".into()) }
}

fn build() -> Outcome {
    shell::run(&mut cargo(&["build", "--locked", "--package", "shimin"]))
}

fn cargo_tests(postgres: &Postgres, filter: &[&str]) -> Outcome<Count> {
    let nextest = has("cargo-nextest");
    let mut args = if nextest {
        vec!["nextest", "run", "--workspace", "--locked", "--no-fail-fast"]
    } else {
        vec!["test", "--workspace", "--locked", "--no-fail-fast", "--lib", "--bins", "--tests"]
    };
    args.extend(filter);
    let (well, output) =
        run_and_read(cargo(&args).env("SHIMIN_TEST_POSTGRES", &postgres.url).env("SHIMIN_TEST_BIN", binary()))?;
    let count = if nextest { count_nextest(&output) } else { count_libtest(&output) };
    count.or_broken(well, "cargo tests")
}

fn doc_tests() -> Outcome<Count> {
    let (well, output) = run_and_read(&mut cargo(&["test", "--workspace", "--locked", "--doc", "--no-fail-fast"]))?;
    count_libtest(&output).or_broken(well, "doc tests")
}

fn browser_tests(chromium: &std::path::Path, args: &[&str]) -> Outcome<Count> {
    let e2e = root().join("e2e");
    let mut all = vec!["playwright", "test"];
    all.extend(args);
    let (well, output) = run_and_read(
        command("npx", &all).current_dir(e2e).env("SHIMIN_BIN", binary()).env("SHIMIN_CHROMIUM", chromium),
    )?;
    count_playwright(&output).or_broken(well, "browser journeys")
}

pub fn binary() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from).join("debug/shimin")
}

impl Count {
    fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }

    /// A runner that failed without counting a failure (it did not compile, it crashed) counts as one.
    fn or_broken(mut self, well: bool, what: &str) -> Outcome<Self> {
        if !well && self.failed == 0 {
            eprintln!("{what}: ended badly without naming a failed test");
            self.failed = 1;
        }
        Ok(self)
    }
}

/// `Summary [  12.3s] 456 tests run: 455 passed (3 slow), 1 failed, 0 skipped`
fn count_nextest(output: &str) -> Count {
    let line = output.lines().rev().find(|line| line.contains("tests run:")).unwrap_or_default();
    Count {
        passed: number_before(line, "passed"),
        failed: number_before(line, "failed") + number_before(line, "timed out"),
    }
}

/// `test result: ok. 3 passed; 0 failed; 0 ignored; ...`, one line a target.
fn count_libtest(output: &str) -> Count {
    let mut count = Count::default();
    for line in output.lines().filter(|line| line.starts_with("test result:")) {
        count.add(Count { passed: number_before(line, "passed"), failed: number_before(line, "failed") });
    }
    count
}

/// `  41 passed (2.1m)` and `  1 failed`, each on its own line.
fn count_playwright(output: &str) -> Count {
    let mut count = Count::default();
    for line in output.lines().map(str::trim) {
        let mut words = line.split(' ');
        let Some(number) = words.next().and_then(|word| word.parse::<u64>().ok()) else { continue };
        match words.next() {
            Some("passed") => count.passed = number,
            Some("failed" | "flaky" | "interrupted" | "did") => count.failed += number,
            _ => {}
        }
    }
    count
}

fn number_before(line: &str, word: &str) -> u64 {
    line.split(word)
        .next()
        .filter(|before| before.len() < line.len())
        .and_then(|before| before.split_whitespace().last()?.parse().ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summaries_of_three_runners_are_understood() {
        let count = count_nextest("x\n     Summary [   1.2s] 12 tests run: 11 passed (1 slow), 1 failed, 2 skipped\n");
        assert_eq!((count.passed, count.failed), (11, 1));
        let count = count_libtest(
            "test result: ok. 3 passed; 0 failed; 0 ignored\ntest result: FAILED. 1 passed; 2 failed; 0 ignored\n",
        );
        assert_eq!((count.passed, count.failed), (4, 2));
        let count = count_playwright("Running 5 tests\n  1 failed\n    a.spec.js:3 title\n  4 passed (1.2m)\n");
        assert_eq!((count.passed, count.failed), (4, 1));
    }

    #[test]
    fn a_runner_that_broke_is_a_failure() {
        let count = Count { passed: 3, failed: 0 }.or_broken(false, "x").expect("counts");
        assert_eq!((count.passed, count.failed), (3, 1));
    }
}
