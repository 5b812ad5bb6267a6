//! A process that is killed while payments change: what it acknowledged is there, and every step is there whole.

use std::{process::Command, sync::Arc};

use store_postgres::Database;

/// Where the process that will be killed writes; set by the one that kills it.
const PREFIX: &str = "SHIMIN_KILLED_PAYER_PREFIX";

async fn database(prefix: &str) -> Arc<Database> {
    let database = Database::connect(crate::server::url()).await.expect("the test server answers");
    Arc::new(database.with_prefix(prefix))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_payer_leaves_every_step_whole() {
    if let Ok(prefix) = std::env::var(PREFIX) {
        return store::contract::pay_until_killed(database(&prefix).await).await;
    }
    for steps in [1, 50, 333, 1000] {
        let prefix = format!("k{}_{steps}_", std::process::id());
        let mut payer = Command::new(std::env::current_exe().expect("this test"));
        payer
            .args(["--exact", "killed::a_killed_payer_leaves_every_step_whole", "--nocapture"])
            .env(PREFIX, &prefix)
            .env("SHIMIN_TEST_POSTGRES", crate::server::url());
        let acknowledged = store::contract::kill_after(&mut payer, steps);
        store::contract::nothing_acknowledged_is_lost(database(&prefix).await, acknowledged).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_sale_loses_no_claim_and_doubles_none() {
    if let Ok(prefix) = std::env::var(PREFIX) {
        return store::contract::claim_until_killed(database(&prefix).await).await;
    }
    for steps in [1, 40, 130, 230] {
        let prefix = format!("s{}_{steps}_", std::process::id());
        let mut seller = Command::new(std::env::current_exe().expect("this test"));
        seller
            .args(["--exact", "killed::a_killed_sale_loses_no_claim_and_doubles_none", "--nocapture"])
            .env(PREFIX, &prefix)
            .env("SHIMIN_TEST_POSTGRES", crate::server::url());
        let acknowledged = store::contract::kill_after(&mut seller, steps);
        store::contract::no_claim_is_lost_and_none_is_doubled(database(&prefix).await, acknowledged).await;
    }
}
