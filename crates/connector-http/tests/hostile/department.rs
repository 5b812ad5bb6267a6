//! A department that misbehaves, in this process: plain TCP, so that it can say what no HTTP library would. The first
//! segment of the path names the misbehaviour.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// What the department heard.
#[derive(Clone, Debug)]
pub struct Heard {
    pub line: String,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

#[derive(Default)]
pub struct Record {
    pub heard: Mutex<Vec<Heard>>,
    pub bytes_sent: AtomicU64,
}

impl Record {
    pub fn heard_of(&self, misbehaviour: &str) -> Vec<Heard> {
        let start = format!(" /{misbehaviour}/");
        self.heard.lock().expect("record").iter().filter(|heard| heard.line.contains(&start)).cloned().collect()
    }
}

pub struct Hostile {
    pub address: SocketAddr,
    pub record: Arc<Record>,
}

impl Hostile {
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("port");
        let address = listener.local_addr().expect("address");
        let record = Arc::new(Record::default());
        let kept = record.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, kept.clone()));
            }
        });
        Self { address, record }
    }

    pub fn url(&self, misbehaviour: &str) -> String {
        format!("http://{}/{misbehaviour}", self.address)
    }
}

async fn hear(stream: &mut TcpStream) -> Option<Heard> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(at) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..head_end].to_vec()).expect("text");
    let mut lines = head.lines();
    let line = lines.next()?.to_owned();
    let headers: BTreeMap<String, String> =
        lines.filter_map(|l| l.split_once(": ")).map(|(k, v)| (k.to_ascii_lowercase(), v.to_owned())).collect();
    let length: usize = headers.get("content-length").map_or(0, |n| n.parse().expect("length"));
    while bytes.len() < head_end + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    let body = String::from_utf8(bytes[head_end..head_end + length].to_vec()).expect("text");
    Some(Heard { line, headers, body })
}

/// The answer that a well-behaved department would give about `owner`.
pub fn good(owner: &str) -> String {
    format!(
        r#"{{"code":"0000","owner":"{owner}","total":1,"list":[{{"id":"1","frame":"F7","place":"湖滨路","fine":"100"}}]}}"#
    )
}

fn head(status: &str, content_type: &str, length: usize) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n")
}

async fn say(stream: &mut TcpStream, bytes: &[u8]) -> bool {
    stream.write_all(bytes).await.is_ok()
}

async fn answer(stream: &mut TcpStream, content_type: &str, body: &[u8]) {
    say(stream, head("200 OK", content_type, body.len()).as_bytes()).await;
    say(stream, body).await;
}

async fn json(stream: &mut TcpStream, body: &str) {
    answer(stream, "application/json", body.as_bytes()).await;
}

async fn forever() {
    tokio::time::sleep(Duration::from_secs(3600)).await;
}

async fn without_end(stream: &mut TcpStream, record: &Record, piece: &[u8]) {
    while say(stream, piece).await {
        record.bytes_sent.fetch_add(piece.len() as u64, Ordering::Relaxed);
    }
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0\0\0\0\0\0\0\0\0IEND\xaeB`\x82";

async fn serve(mut stream: TcpStream, record: Arc<Record>) {
    // Without it each answer in two pieces would wait for a delayed acknowledgement.
    stream.set_nodelay(true).expect("no delay");
    let s = &mut stream;
    while let Some(heard) = hear(s).await {
        record.heard.lock().expect("record").push(heard.clone());
        let misbehaviour = heard.line.split('/').nth(1).unwrap_or_default().to_owned();
        let good = good("AB1");
        match misbehaviour.as_str() {
            "well" | "well-too" => json(s, &good).await,
            "nothing" => json(s, r#"{"code":"0001"}"#).await,
            "hang-before-head" => forever().await,
            "hang-in-head" => {
                say(s, b"HTTP/1.1 200 OK\r\nContent-").await;
                forever().await;
            }
            "hang-in-body" => {
                say(s, head("200 OK", "application/json", good.len()).as_bytes()).await;
                say(s, &good.as_bytes()[..20]).await;
                forever().await;
            }
            "drip" => {
                say(s, head("200 OK", "application/json", good.len()).as_bytes()).await;
                for byte in good.as_bytes() {
                    if !say(s, &[*byte]).await {
                        return;
                    }
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
            "endless-chunks" => {
                say(s, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").await;
                let piece = format!("10000\r\n{}\r\n", "[".repeat(0x10000));
                return without_end(s, &record, piece.as_bytes()).await;
            }
            "endless-unframed" => {
                say(s, b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n").await;
                return without_end(s, &record, &[b' '; 65_536]).await;
            }
            "endless-head" => {
                say(s, b"HTTP/1.1 200 OK\r\nX: ").await;
                return without_end(s, &record, &[b'x'; 65_536]).await;
            }
            "endless-continue" => return without_end(s, &record, b"HTTP/1.1 100 Continue\r\n\r\n").await,
            "announced-giant" => {
                say(s, head("200 OK", "application/json", 10_000_000_000).as_bytes()).await;
                forever().await;
            }
            "head-of-many" => {
                let many: String = (0..5_000).map(|n| format!("X-{n}: y\r\n")).collect();
                say(s, format!("HTTP/1.1 200 OK\r\n{many}Content-Length: 2\r\n\r\n{{}}").as_bytes()).await;
            }
            "deep" => json(s, &"[".repeat(100_000)).await,
            "deep-but-whole" => json(s, &format!("{}{}", "{\"a\":".repeat(60) + "1", "}".repeat(60))).await,
            "huge-number" => json(s, &good.replace("\"100\"", "1e999")).await,
            "huge-money" => json(s, &good.replace("\"100\"", "\"99999999999999999999999\"")).await,
            "wrong-types" => json(s, &good.replace("\"100\"", "{\"yuan\":100}")).await,
            "rows-are-text" => json(s, r#"{"code":"0000","owner":"AB1","total":1,"list":"none"}"#).await,
            "name-twice" => json(s, &good.replace("\"total\"", "\"owner\":\"AB2\",\"total\"")).await,
            "null-rows" => json(s, r#"{"code":"0000","owner":"AB1","total":1,"list":null}"#).await,
            "null-row" => json(s, r#"{"code":"0000","owner":"AB1","total":1,"list":[null]}"#).await,
            "unknown-code" => json(s, &good.replace("0000", "4711")).await,
            "busy" => json(s, r#"{"code":"9001"}"#).await,
            "total-lies" => json(s, &good.replace("\"total\":1", "\"total\":3")).await,
            "wrong-person" => json(s, &good.replace("AB1", "AB2")).await,
            "wrong-person-nothing" => json(s, r#"{"code":"0001","owner":"AB2"}"#).await,
            "wrong-row" => json(s, &good.replace("F7", "F8")).await,
            "redirect-metadata" => {
                say(s, b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n").await;
            }
            "redirect-loop" => {
                say(s, b"HTTP/1.1 307 Again\r\nLocation: /redirect-loop/fines\r\nContent-Length: 0\r\n\r\n").await;
            }
            "500" | "503" | "404" | "429" | "401" => {
                say(s, format!("HTTP/1.1 {misbehaviour} No\r\nContent-Length: 2\r\n\r\n{{}}").as_bytes()).await;
            }
            "204" => {
                say(s, b"HTTP/1.1 204 No Content\r\n\r\n").await;
            }
            "close" => return,
            "reset" => return s.set_zero_linger().expect("linger"),
            "reset-in-body" => {
                say(s, head("200 OK", "application/json", good.len()).as_bytes()).await;
                say(s, &good.as_bytes()[..20]).await;
                tokio::time::sleep(Duration::from_millis(50)).await;
                return s.set_zero_linger().expect("linger");
            }
            "cut-in-body" => {
                say(s, head("200 OK", "application/json", good.len() + 500).as_bytes()).await;
                say(s, good.as_bytes()).await;
                return;
            }
            "close-before-body" => {
                say(s, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").await;
                return;
            }
            "cut-picture" => answer(s, "image/png", &PNG[..PNG.len() - 6]).await,
            "length-too-short" => {
                say(s, head("200 OK", "application/json", good.len() - 9).as_bytes()).await;
                say(s, good.as_bytes()).await;
                return;
            }
            "two-lengths" => {
                say(s, format!("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 9\r\n\r\n{good}").as_bytes())
                    .await;
            }
            "chunks-of-nonsense" => {
                say(s, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n").await;
            }
            "not-http" => {
                say(s, b"SSH-2.0-OpenSSH_9.2\r\n\r\n").await;
            }
            "smuggled" => {
                json(s, &good).await;
                json(s, &good.replace("湖滨路", "elsewhere")).await;
            }
            "gzip" => {
                let bytes = b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xab\xae\x05\0\x43\xbf\xa6\xa3\x02\0\0\0";
                let head =
                    format!("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", bytes.len());
                say(s, head.as_bytes()).await;
                say(s, bytes).await;
            }
            "gb18030" => {
                let bytes = encoding_rs::GB18030.encode(&good).0.into_owned();
                answer(s, "application/json; charset=GB18030", &bytes).await;
            }
            "gbk-unlabelled" => answer(s, "application/json", &encoding_rs::GBK.encode(&good).0).await,
            "gbk-called-utf8" => answer(s, "application/json; charset=utf-8", &encoding_rs::GBK.encode(&good).0).await,
            "utf8-called-gbk" => answer(s, "application/json; charset=gbk", good.as_bytes()).await,
            "utf16" => {
                let bytes: Vec<u8> = good.encode_utf16().flat_map(u16::to_le_bytes).collect();
                answer(s, "application/json; charset=utf-16le", &bytes).await;
            }
            "utf16-unlabelled" => {
                let bytes: Vec<u8> = format!("\u{feff}{good}").encode_utf16().flat_map(u16::to_be_bytes).collect();
                answer(s, "application/json", &bytes).await;
            }
            "empty" => json(s, "").await,
            "html" => answer(s, "text/html", b"<html><body>maintenance</body></html>").await,
            "cut-json" => json(s, &good[..good.len() - 12]).await,
            "png" => answer(s, "text/plain", PNG).await,
            "svg" => answer(s, "image/png", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>").await,
            "html-picture" => answer(s, "image/png", b"<!doctype html><script></script>").await,
            "large-picture" => {
                answer(s, "image/png", &[PNG, &[0; 65_536]].concat()).await;
            }
            other => panic!("no such misbehaviour: {other}"),
        }
    }
}
