//! The real binary with a directory of packs: a file that changes is in force moments later, without a restart, and one
//! that is broken changes nothing and is reported with its place and its fix.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use serde_json::Value;

/// The directory is looked at every two seconds; a busy machine takes its time.
const PATIENCE: Duration = Duration::from_secs(30);

struct House {
    child: Child,
    directory: PathBuf,
    address: String,
    said: Arc<Mutex<String>>,
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.directory);
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("created");
    for entry in fs::read_dir(from).expect("there").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("copied");
        }
    }
}

impl House {
    fn start() -> Self {
        let directory = std::env::temp_dir().join(format!("shimin-watch-{}", std::process::id()));
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs"), &directory.join("packs"));
        let mut child = Command::new(env!("CARGO_BIN_EXE_shimin"))
            .args(["--json", "--port", "0", "--sandbox-port", "0"])
            .arg("--packs")
            .arg(directory.join("packs"))
            .arg("--data")
            .arg(directory.join("data"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts");
        let said = Arc::new(Mutex::new(String::new()));
        let (mut stderr, heard) = (child.stderr.take().expect("piped"), Arc::clone(&said));
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(read @ 1..) = stderr.read(&mut bytes) {
                heard.lock().expect("whole").push_str(&String::from_utf8_lossy(&bytes[..read]));
            }
        });
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
        let told: Value = serde_json::from_str(&line).expect("JSON");
        let address = told["platform"].as_str().expect("an address").trim_start_matches("http://").to_owned();
        Self { child, directory, address, said }
    }

    /// The city that is open, as the platform knows it now.
    fn city(&self) -> Value {
        let mut stream = TcpStream::connect(&self.address).expect("connects");
        let asked = format!("GET /api/v1/cities HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", self.address);
        stream.write_all(asked.as_bytes()).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("answered");
        let (_, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        let cities: Value = serde_json::from_str(body).expect("JSON");
        let open = cities.as_array().expect("a list").iter().find(|city| city["state"] == "open");
        open.expect("an open city").clone()
    }

    fn eventually(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let until = Instant::now() + PATIENCE;
        while !holds(self) {
            assert!(Instant::now() < until, "{what}: not within {PATIENCE:?}; it said: {}", self.said());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn said(&self) -> String {
        self.said.lock().expect("whole").clone()
    }
}

#[test]
fn packs_are_changed_under_a_running_platform() {
    let house = House::start();
    let city = house.city();
    let (id, hotline) = (city["id"].as_str().expect("an id"), city["hotline"].as_str().expect("a hotline"));
    let path = house.directory.join("packs/cities").join(id).join("city.toml");
    let good = fs::read_to_string(&path).expect("there");
    let line = format!("hotline = \"{hotline}\"");
    assert!(good.contains(&line), "{good}");

    fs::write(&path, good.replace(&line, "hotline = \"96969\"")).expect("written");
    house.eventually("the new hotline", |house| house.city()["hotline"] == "96969");
    let services = house.city()["services"].clone();

    let before = house.said().len();
    fs::write(&path, good.replace(&line, "hotline = 5")).expect("written");
    house.eventually("a report", |house| house.said()[before..].contains(&format!("cities/{id}/city.toml:")));
    house.eventually("the end of the report", |house| house.said()[before..].contains("shimin pack check"));
    let report = house.said()[before..].to_owned();
    assert!(report.contains("error[") && report.contains("fix:"), "{report}");
    assert_eq!((&house.city()["hotline"], &house.city()["services"]), (&"96969".into(), &services), "nothing changed");

    fs::write(&path, &good).expect("written");
    house.eventually("the mended file", |house| house.city()["hotline"] == hotline);
}
