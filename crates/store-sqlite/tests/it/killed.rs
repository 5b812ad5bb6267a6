//! A process that ends while it writes, killed from outside or by itself when the disk fails under a commit: what it
//! acknowledged is there when the file is opened again.

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
    sync::Arc,
};

use kernel::{Id, Timestamp};
use store::{Message, Payload, Stores};
use store_sqlite::Files;

/// Where the process that will be killed writes; set by the one that kills it.
const DIR: &str = "SHIMIN_KILLED_WRITER_DIR";
const ACKNOWLEDGED: u128 = 400;

/// Posts messages until it is killed, and says which the store acknowledged.
async fn write_until_killed(dir: &str) {
    let stores = Stores::open(Arc::new(Files::new(dir))).await.expect("opens");
    let next = Arc::new(std::sync::atomic::AtomicU64::new(1));
    let tasks: Vec<_> = (0..16)
        .map(|_| {
            let (stores, next) = (Arc::clone(&stores), Arc::clone(&next));
            tokio::spawn(async move {
                loop {
                    let n = u128::from(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
                    let key = Id(n.to_be_bytes());
                    let message =
                        Message { key, kind: "sms", payload: Payload::Plain(vec![7; 100]), due_at: Timestamp(1) };
                    stores.platform().post(vec![message]).await.expect("store");
                    writeln!(std::io::stdout().lock(), "acknowledged {n}").expect("somebody listens");
                }
            })
        })
        .collect();
    // Never ends by itself: every task runs until the process is killed.
    futures_util::future::join_all(tasks).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_process_loses_nothing_it_acknowledged() {
    if let Ok(dir) = std::env::var(DIR) {
        return write_until_killed(&dir).await;
    }
    let dir = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("killed-{}", std::process::id()));
    let mut acknowledged = BTreeSet::new();
    for round in 0..3 {
        let dir = dir.join(round.to_string());
        let mut writer = Command::new(std::env::current_exe().expect("this test"))
            .args(["--exact", "killed::a_killed_process_loses_nothing_it_acknowledged", "--nocapture"])
            .env(DIR, &dir)
            .stdout(Stdio::piped())
            .spawn()
            .expect("starts");
        acknowledged.clear();
        for line in BufReader::new(writer.stdout.take().expect("piped")).lines() {
            let line = line.expect("text");
            let Some(n) = line.strip_prefix("acknowledged ").and_then(|n| n.parse::<u128>().ok()) else { continue };
            acknowledged.insert(Id(n.to_be_bytes()));
            if acknowledged.len() as u128 == ACKNOWLEDGED {
                writer.kill().expect("killed");
            }
        }
        writer.wait().expect("ended");
        let stores = Stores::open(Arc::new(Files::new(&dir))).await.expect("opens again");
        let found = stores.platform().claim(Timestamp(2), 1, 1_000_000).await.expect("store");
        let found: BTreeSet<Id> = found.into_iter().map(|row| row.key).collect();
        assert!(acknowledged.len() as u128 >= ACKNOWLEDGED);
        assert_eq!(acknowledged.difference(&found).count(), 0, "acknowledged and lost");
    }
    drop(std::fs::remove_dir_all(&dir));
}

/// The disk fails under a commit: a write beyond the largest size of a file is an I/O error like any other, and needs
/// neither root nor a broken disk.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failed_commit_ends_the_process_and_what_it_acknowledged_is_there() {
    use std::os::unix::process::ExitStatusExt as _;

    const SIGABRT: i32 = 6;
    if let Ok(dir) = std::env::var(DIR) {
        return write_until_killed(&dir).await;
    }
    let dir = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("failed-commit-{}", std::process::id()));
    let mut writer = Command::new("sh")
        // Blocks of 512 bytes: half a megabyte of write-ahead log, and the next commit does not fit.
        .args(["-c", "trap '' XFSZ; ulimit -f 1024; exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().expect("this test"))
        .args(["--exact", "killed::a_failed_commit_ends_the_process_and_what_it_acknowledged_is_there", "--nocapture"])
        .env(DIR, &dir)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("starts");
    let lines = BufReader::new(writer.stdout.take().expect("piped")).lines().map_while(Result::ok);
    let acknowledged: BTreeSet<Id> = lines
        .filter_map(|line| line.strip_prefix("acknowledged ")?.parse::<u128>().ok())
        .map(|n| Id(n.to_be_bytes()))
        .collect();
    let status = writer.wait().expect("ended");
    assert_eq!(status.signal(), Some(SIGABRT), "it must not carry on: {status}");
    assert!(acknowledged.len() > 10, "{}", acknowledged.len());
    let stores = Stores::open(Arc::new(Files::new(&dir))).await.expect("opens again");
    let found = stores.platform().claim(Timestamp(2), 1, 1_000_000).await.expect("store");
    let found: BTreeSet<Id> = found.into_iter().map(|row| row.key).collect();
    assert_eq!(acknowledged.difference(&found).count(), 0, "acknowledged and lost");
    drop(stores);
    drop(std::fs::remove_dir_all(&dir));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_payer_leaves_every_step_whole() {
    if let Ok(dir) = std::env::var(DIR) {
        return store::contract::pay_until_killed(Arc::new(Files::new(dir))).await;
    }
    let dir = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("killed-payer-{}", std::process::id()));
    for steps in [1, 50, 333, 1000] {
        let dir = dir.join(steps.to_string());
        let mut payer = Command::new(std::env::current_exe().expect("this test"));
        payer.args(["--exact", "killed::a_killed_payer_leaves_every_step_whole", "--nocapture"]).env(DIR, &dir);
        let acknowledged = store::contract::kill_after(&mut payer, steps);
        store::contract::nothing_acknowledged_is_lost(Arc::new(Files::new(&dir)), acknowledged).await;
    }
    drop(std::fs::remove_dir_all(&dir));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_sale_loses_no_claim_and_doubles_none() {
    if let Ok(dir) = std::env::var(DIR) {
        return store::contract::claim_until_killed(Arc::new(Files::new(dir))).await;
    }
    let dir = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("killed-sale-{}", std::process::id()));
    for steps in [1, 40, 100, 170, 230] {
        let dir = dir.join(steps.to_string());
        let mut seller = Command::new(std::env::current_exe().expect("this test"));
        seller.args(["--exact", "killed::a_killed_sale_loses_no_claim_and_doubles_none", "--nocapture"]).env(DIR, &dir);
        let acknowledged = store::contract::kill_after(&mut seller, steps);
        store::contract::no_claim_is_lost_and_none_is_doubled(Arc::new(Files::new(&dir)), acknowledged).await;
    }
    drop(std::fs::remove_dir_all(&dir));
}
