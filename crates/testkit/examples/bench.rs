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

/// The cookies of somebody who comes back: the style sheet is in their cache, their city is known.
async fn returning_visitor(url: &str, path: &str, session: &str) -> String {
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let page = http.get(format!("{url}{path}")).header("cookie", session).send().await.expect("answers");
    let set = page.headers().get_all("set-cookie").iter().filter_map(|value| value.to_str().ok()?.split(';').next());
    set.fold(session.to_owned(), |cookies, one| format!("{cookies}; {one}"))
}

async fn sign_in(platform: &str, sandbox: &str, person: &Value) -> String {
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let post = async |path: &str, token: &str, body: Value| {
        let answer = http.post(format!("{platform}/api/v1{path}")).bearer_auth(token).json(&body).send().await;
        answer.expect("answers").json::<Value>().await.unwrap_or_default()
    };
    post("/sign-in/code", "", json!({"phone": person["phone"]})).await;
    for _ in 0..200 {
        let url = format!("{sandbox}/sms.json?phone={}", person["phone"].as_str().expect("a phone"));
        let text = http.get(url).send().await.expect("answers").text().await.expect("text");
        if let Some(code) = text.split(|c: char| !c.is_ascii_digit()).find(|digits| digits.len() == 6) {
            let done = post("/sign-in", "", json!({"phone": person["phone"], "code": code})).await;
            let token = done["token"].as_str().expect("a token").to_owned();
            post("/real-name", &token, json!({"name": person["name"], "resident_id": person["resident_id"]})).await;
            return token;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("no code arrived");
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
    let url = told["platform"].as_str().expect("an address").to_owned();
    if args.first().is_some_and(|name| name == "start") {
        reqwest::get(format!("{url}/healthz")).await.expect("answers");
        let size = std::fs::metadata(beside("shimin")).map(|about| about.len()).unwrap_or_default();
        let result = json!({"bench": "start", "listening_ms": started.as_millis(),
            "first_page_ms": began.elapsed().as_millis(), "binary_bytes": size, "must": {"first_page_ms": 200, "binary_bytes": 26_214_400}});
        println!("{result}");
    } else {
        let person = &told["logins"][0];
        let token = sign_in(&url, told["sandbox"].as_str().expect("an address"), person).await;
        let cities: Vec<Value> =
            reqwest::get(format!("{url}/api/v1/cities")).await.expect("answers").json().await.expect("JSON");
        let city = cities.iter().find(|city| city["state"] == "open").expect("an open city")["id"].clone();
        let path = format!("/{}", city.as_str().expect("an id"));
        let hello = Server::start(&beside("hello"), &[]);
        let address = url.trim_start_matches("http://");
        let cookie = returning_visitor(&url, &path, &format!("{}={token}", web::session_name(false))).await;
        // The baseline says five bytes uncompressed, so the page that is held against it is uncompressed too; what
        // compression costs on top is told beside it.
        let (plain, packed) =
            (format!("cookie: {cookie}\r\n"), format!("cookie: {cookie}\r\naccept-encoding: gzip\r\n"));
        let time = Duration::from_secs(if args.iter().any(|arg| arg == "--quick") { 3 } else { 8 });
        let (mut ours, mut gzip, mut base) = (Vec::new(), Vec::new(), Vec::new());
        // In turn, so that a busy neighbour meets both.
        for _ in 0..3 {
            for (server, address, path, headers, costs) in [
                (&platform, address, path.as_str(), &plain, &mut ours),
                (&hello, hello.line.as_str(), "/", &plain, &mut base),
                (&platform, address, path.as_str(), &packed, &mut gzip),
            ] {
                let before = server.cpu_us();
                let answered = load(address, path, headers, time).await;
                costs.push((server.cpu_us() - before) as f64 / answered.max(1) as f64);
            }
        }
        let middle = |costs: &mut Vec<f64>| {
            costs.sort_by(f64::total_cmp);
            costs[costs.len() / 2]
        };
        let (ours, gzip, base) = (middle(&mut ours), middle(&mut gzip), middle(&mut base));
        println!(
            "{}",
            json!({"bench": "page", "ours_cpu_us": ours, "ours_gzip_cpu_us": gzip, "baseline_cpu_us": base, "ratio": base / ours, "must": 0.30,
                "aim": 0.60, "connections": 16, "audit": "ok"})
        );
    }
    drop(platform);
    let _ = std::fs::remove_dir_all(data);
}
