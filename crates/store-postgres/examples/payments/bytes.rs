//! What a payment weighs, with what makes its accounts' history quick to read: our file against the same schema in
//! PostgreSQL, both freshly loaded in the same order, both after a checkpoint.

use serde_json::json;
use tokio_postgres::NoTls;

use crate::{ours::Ours, say};

const ACCOUNTS: u64 = 100;

pub async fn run(quick: bool, url: &str) {
    let payments: u64 = if quick { 300_000 } else { 2_000_000 };
    let sqlite = Ours::sqlite(ACCOUNTS).await;
    let postgres = Ours::postgres(url, ACCOUNTS).await;
    let file = sqlite.dir.as_ref().expect("a directory").join("city-lakeside.sqlite");
    let size = || std::fs::metadata(&file).map_or(0, |about| about.len());
    let empty = size();
    sqlite.fill(payments).await;
    postgres.fill(payments).await;
    let audit = [sqlite.audit().await, postgres.audit().await];
    sqlite.stores.close().await.expect("closes");
    checkpoint(&file);
    let ours = size() - empty;
    rebuild(&file);
    let ours_rebuilt = size() - empty;
    let (client, io) = tokio_postgres::connect(url, NoTls).await.expect("connects");
    tokio::spawn(io);
    let of = |table: &str| format!("SELECT pg_total_relation_size('{}.{table}')", postgres.schema);
    let weigh = async || client.query_one(&of("transfer"), &[]).await.expect("size").get::<_, i64>(0);
    client.batch_execute("CHECKPOINT").await.expect("checkpoint");
    let theirs = weigh().await;
    client.batch_execute(&format!("VACUUM FULL {}.transfer", postgres.schema)).await.expect("vacuum");
    client.batch_execute("CHECKPOINT").await.expect("checkpoint");
    let theirs_rebuilt = weigh().await;
    let each = |bytes: f64| (bytes / payments as f64 * 10.0).round() / 10.0;
    let (ours, theirs) = (ours as f64, theirs as f64);
    say(&json!({
        "bench": "payment-bytes",
        "ours_bytes": each(ours),
        "baseline_bytes": each(theirs),
        "ratio": (ours / theirs * 1000.0).round() / 1000.0,
        "must": 0.333,
        "aim_bytes": 80,
        "ours_rebuilt_bytes": each(ours_rebuilt as f64),
        "baseline_rebuilt_bytes": each(theirs_rebuilt as f64),
        "ratio_rebuilt": (ours_rebuilt as f64 / theirs_rebuilt as f64 * 1000.0).round() / 1000.0,
        "payments": payments,
        "accounts": ACCOUNTS,
        "audit": if audit.iter().all(Result::is_ok) { "ok".to_owned() } else { format!("{audit:?}") },
    }));
}

/// Moves the log into the file, all of it.
fn checkpoint(file: &std::path::Path) {
    let connection = rusqlite::Connection::open(file).expect("opens");
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).expect("checkpoint");
}

/// What `VACUUM FULL` does there.
fn rebuild(file: &std::path::Path) {
    rusqlite::Connection::open(file).and_then(|connection| connection.execute_batch("VACUUM")).expect("vacuum");
    checkpoint(file);
}
