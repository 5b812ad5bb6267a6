//! The store's contract on PostgreSQL, several processes on one database, and the schema beside SQLite's.

mod killed;
mod processes;
mod schema;
mod server;

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use store::Opener;
use store_postgres::Database;

store::contract_suite!(Arc::new(database().await) as Arc<dyn Opener>);

/// A place of its own in the one server.
async fn database() -> Database {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    let database = Database::connect(server::url()).await.expect("the test server answers");
    database.with_prefix(&format!("t{}_{n}_", std::process::id()))
}
