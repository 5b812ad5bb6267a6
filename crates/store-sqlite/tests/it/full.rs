//! Full: the writer's queue, and the disk. Either is said at once, nothing that was acknowledged is lost, reading goes on,
//! and as soon as there is room again writing does, too.

use std::{collections::BTreeSet, path::Path, process::Command, sync::Arc, time::Duration};

use futures_util::future::join_all;
use kernel::{Id, Kind, Timestamp};
use store::{BATCH_MAX, CellName, Error, Message, Payload, QUEUE_MAX, Stores};
use store_sqlite::Files;

fn message(n: u128, bytes: usize) -> Message {
    Message { key: Id(n.to_be_bytes()), kind: "sms", payload: Payload::Plain(vec![7; bytes]), due_at: Timestamp(1) }
}

async fn keys(stores: &Stores) -> BTreeSet<Id> {
    let rows = stores.platform().claim(Timestamp(2), 1, 1_000_000).await.expect("store");
    rows.into_iter().map(|row| row.key).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_queue_says_so_at_once_and_loses_nothing_it_took() {
    const TOO_MANY: usize = 500;
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("full-queue-{}", std::process::id()));
    let files = Files::new(&dir);
    let stores = Stores::open(Arc::new(files.clone())).await.expect("opens");
    // Somebody else holds the file, so the writer waits with its first batch in hand, and the queue fills behind it.
    let other = rusqlite::Connection::open(files.path(&CellName::Platform)).expect("opens");
    other.execute_batch("BEGIN IMMEDIATE").expect("held");
    let posts = (0..QUEUE_MAX + BATCH_MAX + TOO_MANY).map(|n| {
        let stores = Arc::clone(&stores);
        async move { (n, stores.platform().post(vec![message(n as u128, 10)]).await) }
    });
    let released = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(stores.platform().outbox_depth().await.expect("reading goes on"), 0);
        other.execute_batch("COMMIT").expect("released");
    };
    let (outcomes, ()) = tokio::join!(join_all(posts), released);
    let (mut taken, mut refused) = (BTreeSet::new(), 0);
    for (n, outcome) in outcomes {
        match outcome {
            Ok(()) => drop(taken.insert(Id((n as u128).to_be_bytes()))),
            Err(error @ Error::Busy { position }) => {
                assert!(position > QUEUE_MAX, "{position}");
                let error = kernel::Error::from(error);
                assert_eq!((error.status(), &error.kind), (503, &Kind::Unavailable("store")));
                refused += 1;
            }
            Err(other) => panic!("{other}"),
        }
    }
    assert!(refused >= TOO_MANY, "only {refused} were told that the queue is full");
    assert!(taken == keys(&stores).await, "what was taken is there, what was refused is not");
    stores.platform().post(vec![message(u128::MAX, 10)]).await.expect("room again");
    drop(std::fs::remove_dir_all(&dir));
}

/// Set for the process that runs on the small disk: the directory where it is mounted.
const SMALL_DISK: &str = "SHIMIN_SMALL_DISK";

#[tokio::test]
async fn a_full_disk_refuses_writes_loses_nothing_and_recovers() {
    if let Ok(dir) = std::env::var(SMALL_DISK) {
        return fill(Path::new(&dir)).await;
    }
    // A disk of a few megabytes that only this process sees: as root, or as whoever is root of their own namespace.
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("full-disk-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("created");
    let mount = "mount -t tmpfs -o size=4m tmpfs \"$SHIMIN_SMALL_DISK\"";
    let namespace = ["-m", "-rm"].into_iter().find(|flags| {
        let tried = Command::new("unshare").args([flags, "sh", "-c", mount]).env(SMALL_DISK, &dir).output();
        tried.is_ok_and(|tried| tried.status.success())
    });
    let Some(namespace) = namespace else {
        eprintln!("no small disk can be mounted here; that writes are refused and recover is tested over HTTP as well");
        return;
    };
    let run = "exec \"$0\" --exact full::a_full_disk_refuses_writes_loses_nothing_and_recovers --nocapture";
    let ended = Command::new("unshare")
        .args([namespace, "sh", "-c", &format!("{mount} && {run}")])
        .arg(std::env::current_exe().expect("this test"))
        .env(SMALL_DISK, &dir)
        .output()
        .expect("starts");
    drop(std::fs::remove_dir_all(&dir));
    let said = String::from_utf8_lossy(&ended.stdout).into_owned() + &String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success() && said.contains("it recovered"), "{said}");
}

async fn fill(dir: &Path) {
    let ballast = dir.join("ballast");
    std::fs::write(&ballast, vec![1; 1 << 20]).expect("written");
    let stores = Stores::open(Arc::new(Files::new(dir.join("data")))).await.expect("opens");
    let mut acknowledged = BTreeSet::new();
    let mut refused = 0_u32;
    for n in 0..200_u128 {
        match stores.platform().post(vec![message(n, 100_000)]).await {
            Ok(()) => drop(acknowledged.insert(Id(n.to_be_bytes()))),
            Err(Error::Unavailable(cause)) => {
                assert!(cause.to_lowercase().contains("full"), "{cause}");
                refused += 1;
            }
            Err(other) => panic!("{other}"),
        }
        if refused == 5 {
            break;
        }
    }
    assert!(refused == 5 && !acknowledged.is_empty(), "{refused} refused, {} acknowledged", acknowledged.len());
    let depth = stores.platform().outbox_depth().await.expect("reading goes on");
    assert_eq!(depth, acknowledged.len() as u64, "nothing that was refused stands");
    std::fs::remove_file(&ballast).expect("room");
    stores.platform().post(vec![message(1_000, 100_000)]).await.expect("room again");
    acknowledged.insert(Id(1_000_u128.to_be_bytes()));
    drop(stores);
    let stores = Stores::open(Arc::new(Files::new(dir.join("data")))).await.expect("opens again");
    assert_eq!(stores.platform().outbox_depth().await.expect("store"), acknowledged.len() as u64);
    std::io::Write::write_all(&mut std::io::stdout().lock(), b"it recovered\n").expect("somebody listens");
}
