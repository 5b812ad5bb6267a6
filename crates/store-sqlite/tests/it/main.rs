//! The store's contract on SQLite, and the plan of every statement.

mod full;
mod killed;
mod plan;
mod reader;

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use store::{CellName, Engine, Fut, Opener};
use store_sqlite::Files;

store::contract_suite!(opener());

/// Files in a directory that goes with the opener.
struct Fresh(Files, std::path::PathBuf);

impl Opener for Fresh {
    fn open<'a>(&'a self, cell: &'a CellName) -> Fut<'a, Arc<dyn Engine>> {
        self.0.open(cell)
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.1));
    }
}

fn opener() -> Arc<dyn Opener> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    let dir = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("store-{}-{n}", std::process::id()));
    Arc::new(Fresh(Files::new(&dir), dir))
}
