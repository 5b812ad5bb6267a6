//! The server that the tests of this binary share: the one of `SHIMIN_TEST_POSTGRES`, or one of their own that ends with
//! them.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{OnceLock, mpsc},
    time::{Duration, Instant},
};

pub fn url() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| std::env::var("SHIMIN_TEST_POSTGRES").unwrap_or_else(|_| start()))
}

/// PostgreSQL is told to end when the thread that started it ends, so that thread waits as long as the process lives.
fn start() -> String {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        sender.send(serve()).expect("somebody waits for the address");
        loop {
            std::thread::park();
        }
    });
    receiver.recv().expect("PostgreSQL starts")
}

fn serve() -> String {
    let programs = programs();
    let port = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port").port();
    sweep();
    let directory = std::env::temp_dir().join(format!("shimin-store-test-{}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a directory");
    let run = |command: &mut Command| {
        let output = command.current_dir(&directory).stdin(Stdio::null()).output().expect("runs");
        assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    if is_root() {
        run(Command::new("chown").arg("postgres").arg(&directory));
    }
    let data = directory.join("data");
    run(as_server_user(&programs.join("initdb"))
        .args(["--auth=trust", "--username=shimin", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--pgdata"])
        .arg(&data));
    let log = std::fs::File::create(directory.join("log")).expect("a log");
    let mut server = as_server_user(&programs.join("postgres"))
        .arg("-D")
        .arg(&data)
        .args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=400", "-k"])
        .arg(&directory)
        .current_dir(&directory)
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .expect("PostgreSQL starts");
    let deadline = Instant::now() + Duration::from_secs(30);
    // An open port is not enough: the server listens before it has recovered, and turns callers away until then.
    let answers =
        || Command::new(programs.join("pg_isready")).args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()]).status();
    while !answers().expect("pg_isready").success() {
        let ended = server.try_wait().expect("status");
        let log = || std::fs::read_to_string(directory.join("log")).unwrap_or_default();
        assert!(ended.is_none() && Instant::now() < deadline, "PostgreSQL did not start:\n{}", log());
        std::thread::sleep(Duration::from_millis(50));
    }
    // It is waited for as long as the process lives, which ends it.
    std::thread::spawn(move || server.wait());
    format!("postgres://shimin@127.0.0.1:{port}/postgres")
}

/// Removes what earlier runs left: their servers ended with them, their files did not.
fn sweep() {
    for entry in std::fs::read_dir(std::env::temp_dir()).expect("temporary directory").flatten() {
        let name = entry.file_name();
        let process = name.to_str().and_then(|name| name.strip_prefix("shimin-store-test-"));
        if process.is_some_and(|process| !Path::new("/proc").join(process).exists()) {
            drop(std::fs::remove_dir_all(entry.path()));
        }
    }
}

fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = versions.map(|entry| entry.path().join("bin")).collect();
    found.retain(|bin| bin.join("initdb").exists());
    found.sort();
    found.pop().expect("PostgreSQL is missing; install it with: apt-get install -y postgresql")
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("id");
    id.stdout.trim_ascii() == b"0"
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
