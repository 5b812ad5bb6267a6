//! The real binary, in a process of its own, so that it can be killed.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    sync::Mutex,
};

use crate::{Grounds, packs};

/// The binary, on one port for as long as this lives.
pub struct Server {
    pub url: String,
    command: Mutex<Command>,
    child: Mutex<Child>,
}

impl Server {
    /// # Panics
    /// If the binary was not built.
    #[must_use]
    pub fn start(grounds: &Grounds) -> Self {
        Self::started(grounds, Command::new(binary()))
    }

    /// On one core of the machine, for whoever measures what a core does.
    ///
    /// # Panics
    /// If the binary was not built, or `taskset` is missing.
    #[must_use]
    pub fn start_on(grounds: &Grounds, core: usize) -> Self {
        let mut command = Command::new("taskset");
        command.args(["--cpu-list", &core.to_string()]).arg(binary());
        Self::started(grounds, command)
    }

    fn started(grounds: &Grounds, mut command: Command) -> Self {
        let port = xtask::shell::free_port().expect("a free port");
        command
            .args(["serve", "--json", "--port", &port.to_string(), "--sandbox-url", &grounds.sandbox_url])
            .args(["--schema-prefix", &grounds.schema_prefix(), "--data"])
            .arg(grounds.data())
            .arg("--packs")
            .arg(packs())
            .env("RUST_LOG", std::env::var("RUST_LOG").unwrap_or_else(|_| "error".into()))
            .stdout(Stdio::piped());
        if let Some(database) = grounds.database() {
            command.args(["--database", &database]);
        }
        let child = up(&mut command);
        Self { url: format!("http://127.0.0.1:{port}"), command: Mutex::new(command), child: Mutex::new(child) }
    }

    /// The process as it runs now.
    ///
    /// # Panics
    /// If another thread panicked while it was killing it.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.lock().expect("a lock").id()
    }

    /// SIGKILL, and at once the next one.
    ///
    /// # Panics
    /// If it cannot be killed, or the next one does not start.
    pub fn kill(&self) {
        let mut child = self.child.lock().expect("a lock");
        child.kill().expect("killed");
        child.wait().expect("gone");
        *child = up(&mut self.command.lock().expect("a lock"));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let child = self.child.get_mut().expect("a lock");
        let _ = child.kill();
        let _ = child.wait();
    }
}

fn up(command: &mut Command) -> Child {
    let mut child = command.spawn().expect("the binary starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
    assert!(line.starts_with('{'), "the binary says where it is: {line}");
    child
}

fn binary() -> std::path::PathBuf {
    // Beside this program: target/<profile>/examples/<name> -> target/<profile>/shimin
    let own = std::env::current_exe().expect("a path");
    let path = own.parent().and_then(std::path::Path::parent).expect("target").join("shimin");
    assert!(path.is_file(), "{}: build the binary first, as `cargo xtask` does", path.display());
    path
}
