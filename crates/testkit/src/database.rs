//! Where a town keeps its data: files in a temporary directory, or schemas of its own in one PostgreSQL that all tests
//! share.

use std::{
    path::PathBuf,
    process::ExitCode,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use serde_json::{Value, json};
use xtask::postgres::Postgres;

/// The two engines. Every test that touches a store runs on both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    const ALL: [(Self, &'static str); 2] = [(Self::Sqlite, "sqlite"), (Self::Postgres, "postgres")];

    /// Prints what a program measures on each engine, or on the one that is named, an object a line, and fails if one of
    /// these is not as it should be.
    #[expect(clippy::print_stdout, reason = "standard output is where the figures go")]
    pub async fn report(
        only: Option<String>,
        measure: impl AsyncFn(Self) -> Value,
        good: impl Fn(&Value) -> bool,
    ) -> ExitCode {
        let wanted: Vec<_> =
            Self::ALL.into_iter().filter(|(_, name)| only.as_ref().is_none_or(|only| only == name)).collect();
        if wanted.is_empty() {
            eprintln!("which engine? sqlite or postgres, or nothing for both");
            return ExitCode::FAILURE;
        }
        let mut ending = ExitCode::SUCCESS;
        for (engine, name) in wanted {
            let report = measure(engine).await;
            if !good(&report) {
                ending = ExitCode::FAILURE;
            }
            println!("{}", json!({"engine": name, "report": report}));
        }
        ending
    }
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
