//! `cargo xtask bench page|start`: figures with their baseline in the same run. Servers run in processes of their own; what
//! counts is their CPU time per request, which holds on a noisy machine where rates do not.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

struct Server {
    child: Child,
    line: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    fn start(program: &Path, args: &[&str]) -> Self {
        let mut child = Command::new(program).args(args).stdout(Stdio::piped()).spawn().expect("the server starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
        Self { child, line: line.trim().to_owned() }
    }

    /// User and system time so far, in microseconds. A tick is 10 ms on every Linux that we run on.
    fn cpu_us(&self) -> u64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).expect("Linux");
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = |i: usize| fields[i].parse::<u64>().expect("a number");
        (ticks(11) + ticks(12)) * 10_000
    }
}

fn beside(name: &str) -> PathBuf {
    let own = std::env::current_exe().expect("a path");
    let examples = own.parent().expect("examples").to_owned();
    if name == "hello" { examples.join(name) } else { examples.parent().expect("release").join(name) }
}

/// Sixteen connections, each asks again as soon as it is answered. Returns how many were answered.
async fn load(address: &str, path: &str, headers: &str, time: Duration) -> u64 {
    let end = Instant::now() + time;
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\n{headers}\r\n");
    let tasks: Vec<_> = (0..16)
        .map(|_| {
            let (address, request) = (address.to_owned(), request.clone());
            tokio::spawn(async move {
                let mut stream = TcpStream::connect(address).await.expect("connects");
                stream.set_nodelay(true).expect("set");
                let (mut buffer, mut count) = (vec![0; 256 * 1024], 0_u64);
                while Instant::now() < end {
                    stream.write_all(request.as_bytes()).await.expect("sent");
                    exchange(&mut stream, &mut buffer).await;
                    count += 1;
                }
                count
            })
        })
        .collect();
    let mut sum = 0;
    for task in tasks {
        sum += task.await.expect("a connection's count");
    }
    sum
}

/// Reads one answer with a content length; anything but 200 ends the bench.
async fn exchange(stream: &mut TcpStream, buffer: &mut [u8]) {
    let mut filled = 0;
    loop {
        let read = stream.read(&mut buffer[filled..]).await.expect("answers");
        assert!(read > 0, "the server hung up");
        filled += read;
        let Some(head) = buffer[..filled].windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let text = String::from_utf8_lossy(&buffer[..head]).to_lowercase();
        assert!(text.starts_with("http/1.1 200"), "{text}");
        let length = text.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse::<usize>().ok());
        if filled >= head + 4 + length.expect("a content length") {
            return;
        }
    }
}

/// A citizen of the bench, signed in and verified, seen from outside.
struct Citizen<'a> {
    http: reqwest::Client,
    platform: &'a str,
    token: String,
}

impl<'a> Citizen<'a> {
    async fn sign_in(platform: &'a str, sandbox: &str, person: &Value) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let mut citizen = Self { http, platform, token: String::new() };
        citizen.post("/sign-in/code", json!({"phone": person["phone"]})).await;
        for _ in 0..200 {
            let url = format!("{sandbox}/sms.json?phone={}", person["phone"].as_str().expect("a phone"));
            let text = citizen.http.get(url).send().await.expect("answers").text().await.expect("text");
            if let Some(code) = text.split(|c: char| !c.is_ascii_digit()).find(|digits| digits.len() == 6) {
                let done = citizen.post("/sign-in", json!({"phone": person["phone"], "code": code})).await;
                citizen.token = done["token"].as_str().expect("a token").to_owned();
                let real = json!({"name": person["name"], "resident_id": person["resident_id"]});
                citizen.post("/real-name", real).await;
                return citizen;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("no code arrived");
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let url = format!("{}/api/v1{path}", self.platform);
        let answer = self.http.post(url).bearer_auth(&self.token).json(&body).send().await.expect("answers");
        answer.json::<Value>().await.unwrap_or_default()
    }

    async fn get(&self, path: &str) -> Value {
        let url = format!("{}/api/v1{path}", self.platform);
        let answer = self.http.get(url).bearer_auth(&self.token).send().await.expect("answers");
        answer.json::<Value>().await.expect("JSON")
    }

    /// Binds the person's car and asks every service of the city about it, so that the home page has figures to show.
    async fn settle(&self, city: &str, person: &Value) {
        let car = &person["vehicles"][0];
        let form = json!({"kind": "vehicle", "plate": car[0], "plate_kind": car[1], "vin_tail": car[2]});
        let bound = self.post(&format!("/cities/{city}/cards"), form).await;
        assert!(bound["id"].is_string(), "{bound}");
        let mut kept = 0;
        for service in self.get(&format!("/cities/{city}/services")).await.as_array().expect("a list") {
            let id = service["id"].as_str().expect("an id");
            let asked = self.get(&format!("/cities/{city}/services/{id}/records")).await;
            kept += u32::from(asked["outcome"] == "answered");
        }
        assert!(kept > 0, "no service has an answer to keep");
    }

    /// The cookies of somebody who comes back: the style sheet is in their cache, their city is known.
    async fn cookies(&self, path: &str) -> String {
        let session = format!("{}={}", web::session_name(false), self.token);
        let page = self.http.get(format!("{}{path}", self.platform)).header("cookie", &session).send().await;
        let page = page.expect("answers");
        let set = page.headers().get_all("set-cookie").iter();
        let set = set.filter_map(|value| value.to_str().ok()?.split(';').next());
        set.fold(session, |cookies, one| format!("{cookies}; {one}"))
    }
}

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, reason = "standard output is where the figures go")]
async fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let data = std::env::temp_dir().join(format!("shimin-bench-{}", std::process::id()));
    let data_text = data.display().to_string();
    let up = ["up", "--json", "--port", "0", "--sandbox-port", "0", "--data", &data_text];
    let began = Instant::now();
    let platform = Server::start(&beside("shimin"), &up);
    let started = began.elapsed();
    let told: Value = serde_json::from_str(&platform.line).expect("JSON");
    let result = if args.first().is_some_and(|name| name == "start") {
        let url = told["platform"].as_str().expect("an address");
        reqwest::get(format!("{url}/healthz")).await.expect("answers");
        let size = std::fs::metadata(beside("shimin")).map(|about| about.len()).unwrap_or_default();
        json!({"bench": "start", "listening_ms": started.as_millis(), "first_page_ms": began.elapsed().as_millis(),
            "binary_bytes": size, "must": {"first_page_ms": 200, "binary_bytes": 26_214_400}})
    } else {
        let time = Duration::from_secs(if args.iter().any(|arg| arg == "--quick") { 3 } else { 8 });
        page(&platform, &told, time).await
    };
    println!("{result}");
    drop(platform);
    let _ = std::fs::remove_dir_all(data);
}

/// The signed-in home page of two citizens against a bare hello: one without cards (two reads), and one with a car and
/// kept answers, whose page is a write as well, because every look at personal data is on record before it is shown.
async fn page(platform: &Server, told: &Value, time: Duration) -> Value {
    let (url, sandbox) =
        (told["platform"].as_str().expect("an address"), told["sandbox"].as_str().expect("an address"));
    let (bare_person, settled_person) = (&told["logins"][1], &told["logins"][0]);
    let bare = Citizen::sign_in(url, sandbox, bare_person).await;
    let settled = Citizen::sign_in(url, sandbox, settled_person).await;
    let cities = bare.get("/cities").await;
    // Where the car is from: another city's register does not know it.
    let plate = settled_person["vehicles"][0][0].as_str().expect("a plate");
    let home = |city: &&Value| {
        let mut plates = city["plates"].as_array().expect("a list").iter().filter_map(Value::as_str);
        city["state"] == "open" && plates.any(|letters| plate.starts_with(letters))
    };
    let city = cities.as_array().expect("a list").iter().find(home).expect("an open city");
    let city = city["id"].as_str().expect("an id");
    settled.settle(city, settled_person).await;
    let path = format!("/{city}");
    let hello = Server::start(&beside("hello"), &[]);
    let address = url.trim_start_matches("http://");
    // The baseline says five bytes uncompressed, so the page that is held against it is uncompressed too; what
    // compression costs on top is told beside it.
    let plain = format!("cookie: {}\r\n", bare.cookies(&path).await);
    let packed = format!("{plain}accept-encoding: gzip\r\n");
    let figures = format!("cookie: {}\r\n", settled.cookies(&path).await);
    let runs = [
        ("hello", &hello, hello.line.as_str(), "/", &plain),
        ("page", platform, address, path.as_str(), &plain),
        ("page_gzip", platform, address, path.as_str(), &packed),
        ("page_with_car", platform, address, path.as_str(), &figures),
    ];
    let mut costs = [const { Vec::new() }; 4];
    // In turn, so that a busy neighbour meets all of them.
    for _ in 0..3 {
        for ((_, server, address, path, headers), costs) in runs.iter().zip(&mut costs) {
            let before = server.cpu_us();
            let answered = load(address, path, headers, time).await;
            costs.push((server.cpu_us() - before) as f64 / answered.max(1) as f64);
        }
    }
    let [hello, page, gzip, with_car] = costs.map(|mut costs| {
        costs.sort_by(f64::total_cmp);
        costs[costs.len() / 2]
    });
    json!({"bench": "page", "hello_cpu_us": hello, "page_cpu_us": page, "page_gzip_cpu_us": gzip,
        "page_with_car_cpu_us": with_car, "ratio": hello / page, "ratio_with_car": hello / with_car, "must": 0.30, "aim": 0.40,
        "connections": 16, "load_average": load_average()})
}

/// How busy the machine was, which a reader of the figures wants to know.
fn load_average() -> f64 {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().and_then(|one| one.parse().ok()).unwrap_or_default()
}
