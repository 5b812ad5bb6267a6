//! "Asked at once, answered right": what the platform says about random citizens against what the sandbox knows, through
//! the engine, on both engines. `cargo xtask truth` asks for ten thousand.

use testkit::{Engine, Town, TownConfig};

const CITIZENS: u64 = 200;

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_true_on_sqlite() {
    run(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_true_on_postgres() {
    run(Engine::Postgres).await;
}

async fn run(engine: Engine) {
    let town = Town::start(TownConfig::new(engine)).await;
    let report = testkit::truth::compare(&town, CITIZENS, 7).await;
    assert_eq!(report.mismatches, Vec::<String>::new());
    assert!(report.questions > CITIZENS, "only {} questions were asked", report.questions);
    assert!(report.rows > 50, "only {} rows were compared", report.rows);
}
