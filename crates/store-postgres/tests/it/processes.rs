//! Two processes on one database, played by two sets of stores with pools of their own.

use std::sync::Arc;

use kernel::{CityId, Id, Index, Sealed, Timestamp};
use store::{BindCard, Message, Opener, Payload, Relation, Stores};
use store_postgres::Database;

fn card(n: u8) -> BindCard {
    BindCard {
        id: Id([n; 16]),
        account: Id([255; 16]),
        subject: None,
        kind: "vehicle".into(),
        relation: Relation::Ward,
        consent: None,
        key: Index([n; 32]),
        sealed: Sealed(vec![n]),
        at: Timestamp(1),
        max: 10,
        once: None,
    }
}

/// One place, reached with two pools.
async fn two_processes() -> [Database; 2] {
    let first = crate::database().await;
    let second = Database::connect(crate::server::url()).await.expect("connects");
    let name = store::CellName::Platform;
    let prefix = first.schema(&name).replace("platform", "");
    let second = second.with_prefix(&prefix);
    assert_eq!(first.schema(&name), second.schema(&name));
    [first, second]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_keep_one_book() {
    let [first, second] = two_processes().await;
    store::contract::two_processes_keep_one_book(Arc::new(first), Arc::new(second)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_sell_one_stock() {
    let [first, second] = two_processes().await;
    store::contract::two_processes_sell_one_stock(Arc::new(first), Arc::new(second)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_keep_one_writer_per_city() {
    let [first, second] = two_processes().await;

    let mut tasks = Vec::new();
    for database in [first, second] {
        let stores = Stores::open(Arc::new(database) as Arc<dyn Opener>).await.expect("opens");
        let city = stores.city(&CityId::parse("lakeside").expect("slug")).await.expect("opens");
        for n in 1..=50 {
            let city = city.clone();
            tasks.push(tokio::spawn(async move { city.bind_card(card(n)).await.expect("store").is_ok() }));
        }
    }
    let mut bound = 0;
    for task in tasks {
        bound += u32::from(task.await.expect("task"));
    }
    assert_eq!(bound, 10, "the limit holds across processes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_drops_its_connections_costs_nothing() {
    // Named, so that no other test's connections are dropped.
    let name = format!("dropped-{}", std::process::id());
    let url = crate::server::url();
    let named = format!("{url}{}application_name={name}", if url.contains('?') { '&' } else { '?' });
    let database = Database::connect(&named).await.expect("connects").with_prefix(&format!("d{}_", std::process::id()));
    let stores = Stores::open(Arc::new(database) as Arc<dyn Opener>).await.expect("opens");
    let platform = stores.platform();
    let post = |n: u8| Message { key: Id([n; 16]), kind: "sms", payload: Payload::Plain(vec![]), due_at: Timestamp(1) };
    let (client, io) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.expect("connects");
    tokio::spawn(io);
    for n in 1..=10 {
        platform.post(vec![post(n)]).await.expect("a batch that was not committed is tried again");
        assert_eq!(platform.outbox_depth().await.expect("a read is repeated"), u64::from(n));
        let terminate = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = $1";
        let dropped = client.query(terminate, &[&name]).await.expect("terminated").len();
        assert!(dropped > 0, "there was a connection to drop");
    }
}
