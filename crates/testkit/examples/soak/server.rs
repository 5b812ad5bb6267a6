//! The real binary, in a process of its own, so that it can be killed.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    sync::Mutex,
};

use testkit::{Grounds, packs};

/// The binary, on one port for as long as the soak lasts.
pub struct Server {
    pub url: String,
    command: Mutex<Command>,
    child: Mutex<Child>,
}

impl Server {
    pub fn start(grounds: &Grounds) -> Self {
        let port = xtask::shell::free_port().expect("a free port");
        let mut command = Command::new(binary());
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

    /// SIGKILL, and at once the next one.
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
    // Beside this program: target/<profile>/examples/soak -> target/<profile>/shimin
    let own = std::env::current_exe().expect("a path");
    let path = own.parent().and_then(std::path::Path::parent).expect("target").join("shimin");
    assert!(path.is_file(), "{}: build the binary first, or `cargo xtask soak`", path.display());
    path
}
