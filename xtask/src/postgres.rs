//! One PostgreSQL for a whole run: a fresh cluster in a temporary directory, on a free port, with durability left on.
//!
//! PostgreSQL refuses to run as root, so root hands it to the user `postgres`. The server goes down with this program,
//! even when this program is killed.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::{
    shell::{Outcome, free_port, is_root, run},
    tools,
};

pub struct Postgres {
    server: Child,
    directory: PathBuf,
    pub url: String,
}

impl Postgres {
    pub fn start() -> Outcome<Self> {
        Self::start_in(&std::env::temp_dir())
    }

    /// The same with its data elsewhere, for example on tmpfs.
    pub fn start_in(parent: &Path) -> Outcome<Self> {
        let programs = tools::postgres()?;
        let port = free_port()?;
        let directory = parent.join(format!("shimin-postgres-{}-{port}", std::process::id()));
        std::fs::create_dir_all(&directory).map_err(|cause| format!("{}: {cause}", directory.display()))?;
        let data = directory.join("data");
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(&directory))?;
        }
        let log = std::fs::File::create(directory.join("log")).map_err(|cause| format!("log: {cause}"))?;
        let made = as_server_user(&programs.join("initdb"))
            .args(["--auth=trust", "--username=shimin", "--encoding=UTF8", "--locale=C.UTF-8", "--pgdata"])
            .arg(&data)
            .current_dir(&directory)
            .stdout(Stdio::null())
            .status()
            .map_err(|cause| format!("initdb: {cause}"))?;
        if !made.success() {
            return Err(format!("initdb ended with {made}"));
        }
        let server = as_server_user(&programs.join("postgres"))
            .arg("-D")
            .arg(&data)
            .args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=400"])
            .arg("-k")
            .arg(&directory)
            .current_dir(&directory)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .map_err(|cause| format!("postgres: {cause}"))?;
        let url = format!("postgres://shimin@127.0.0.1:{port}/postgres");
        let mut postgres = Self { server, directory, url };
        postgres.wait_until_it_answers(&programs.join("pg_isready"), port)?;
        eprintln!("PostgreSQL answers on port {port}");
        Ok(postgres)
    }

    /// The server's process; its others are that one's children.
    #[must_use]
    pub fn process(&self) -> u32 {
        self.server.id()
    }

    fn wait_until_it_answers(&mut self, ready: &Path, port: u16) -> Outcome {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let asked = Command::new(ready).args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()]).status();
            if asked.is_ok_and(|status| status.success()) {
                return Ok(());
            }
            let ended = self.server.try_wait().ok().flatten();
            if ended.is_some() || Instant::now() > deadline {
                let log = std::fs::read_to_string(self.directory.join("log")).unwrap_or_default();
                return Err(format!("PostgreSQL did not start:\n{log}"));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // SIGQUIT is PostgreSQL's immediate shutdown: nothing in this cluster is worth a checkpoint.
        let _ = Command::new("kill").args(["-QUIT", &self.server.id().to_string()]).status();
        let _ = self.server.wait();
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

fn as_server_user(program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "QUIT"]);
    if is_root() {
        command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]);
    }
    command.arg("--").arg(program);
    command
}
