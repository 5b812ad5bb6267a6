//! Readers that keep what they see until something is committed.

use std::{path::Path, sync::Arc};

use kernel::{Id, Timestamp};
use store::{CellName, Message, Payload, Stores};
use store_sqlite::Files;

const ROUNDS: u128 = 12;
/// More than after which the log is moved into the file.
const MESSAGES: u128 = 1_100;

#[tokio::test]
async fn whoever_reads_between_commits_sees_each_and_the_log_stays_short() {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("readers-{}", std::process::id()));
    let files = Files::new(&dir);
    let stores = Stores::open(Arc::new(files.clone())).await.expect("opens");
    let log = files.path(&CellName::Platform).with_extension("sqlite-wal");
    let mut lengths = Vec::new();
    for round in 0..ROUNDS {
        let message = |n: u128| Message {
            key: Id((round * MESSAGES + n).to_be_bytes()),
            kind: "sms",
            payload: Payload::Plain(vec![7; 200]),
            due_at: Timestamp(1),
        };
        for chunk in (0..MESSAGES).collect::<Vec<_>>().chunks(100) {
            stores.platform().post(chunk.iter().map(|n| message(*n)).collect()).await.expect("store");
        }
        let depth = stores.platform().outbox_depth().await.expect("store");
        assert_eq!(u128::from(depth), (round + 1) * MESSAGES, "what was answered is seen by the next read");
        lengths.push(std::fs::metadata(&log).expect("a log").len());
    }
    let (first, last) = (lengths[2], *lengths.last().expect("rounds"));
    assert!(last <= first * 2, "nobody who is idle keeps the log from being used again: {lengths:?}");
    drop(stores);
    drop(std::fs::remove_dir_all(&dir));
}
