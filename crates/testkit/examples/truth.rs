//! `cargo xtask truth [CITIZENS]`: the truth run at full size, on both engines. Prints one JSON object an engine.

use std::process::ExitCode;

use testkit::{Engine, Town, TownConfig, truth};

#[tokio::main]
#[expect(clippy::print_stdout, reason = "standard output is where the figures go")]
async fn main() -> ExitCode {
    let citizens = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(10_000);
    let mut ending = ExitCode::SUCCESS;
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let town = Town::start(TownConfig::new(engine)).await;
        let report = truth::compare(&town, citizens, 42).await;
        println!(
            "{}",
            serde_json::json!({
                "engine": format!("{engine:?}").to_lowercase(), "citizens": report.citizens,
                "questions": report.questions, "rows": report.rows, "mismatches": report.mismatches.len(),
            })
        );
        for mismatch in report.mismatches.iter().take(20) {
            eprintln!("{mismatch}");
        }
        if !report.mismatches.is_empty() {
            ending = ExitCode::FAILURE;
        }
    }
    ending
}
