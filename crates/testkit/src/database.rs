//! Where a town keeps its data: files in a temporary directory, or schemas of its own in one PostgreSQL that all tests
//! share.

use std::{
    path::PathBuf,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use xtask::postgres::Postgres;

/// The two engines. Every test that touches a store runs on both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// Names of towns in this process.
static TOWNS: AtomicU32 = AtomicU32::new(0);

pub(crate) fn new_name() -> String {
    format!("t{}x{}", std::process::id(), TOWNS.fetch_add(1, Ordering::Relaxed))
}

/// A temporary directory that goes away with its town.
pub(crate) struct Directory(pub PathBuf);

impl Directory {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("shimin-town-{name}"));
        std::fs::create_dir_all(&path).expect("a temporary directory");
        Self(path)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The PostgreSQL of this run: the one of `cargo xtask test`, else one started for this process.
pub(crate) fn postgres_url() -> String {
    static OWN: OnceLock<String> = OnceLock::new();
    std::env::var("SHIMIN_TEST_POSTGRES").unwrap_or_else(|_| OWN.get_or_init(start_one).clone())
}

/// The server goes down with the thread that started it, so that thread sleeps until the process ends.
fn start_one() -> String {
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let postgres = Postgres::start().expect("PostgreSQL starts");
        let _ = tell.send(postgres.url.clone());
        loop {
            std::thread::park();
        }
    });
    told.recv().expect("PostgreSQL started")
}
