//! Departments that misbehave in every way that came to mind: each gives its own failure, in time, in bounded memory,
//! and to nobody else's cost.

mod department;

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use connector::{Connector, Failure, HealthState, Question, Target};
use connector_http::{Config, Http};
use department::Hostile;
use kernel::{CityId, DepartmentId, FakeClock, Pii, Text, Timestamp};
use manifest::{
    Binding, Department, Mapping, Value,
    binding::{Echo, Method, MoneyUnit, OutcomeRule, Row},
};

const DEADLINE_MS: u32 = 1_200;
const GRACE_MS: u128 = 200;
/// Tests that measure, and those that keep the machine busy, run one after another.
static ONE_AT_A_TIME: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
const NOW: Timestamp = Timestamp(1_772_416_800_000);

fn http(allow: &[String]) -> Http {
    let clock = Arc::new(FakeClock::at(NOW));
    Http::new(Config { sandbox: None, allow_hosts: allow.to_vec(), clock }).expect("connector")
}

fn open_to(hostile: &Hostile) -> Http {
    http(&[hostile.address.to_string()])
}

fn desk(base_url: String) -> Department {
    Department {
        name: Text::new("自行车警", "bicycle police"),
        phone: String::new(),
        address: Text::new("湖滨路1号", "1 Lakeside Road"),
        base_url,
        deadline_ms: DEADLINE_MS,
        concurrency: 8,
        answer_bytes_max: 262_144,
        headers: BTreeMap::new(),
    }
}

fn binding(department: &str) -> Binding {
    let at = |path: &str| Mapping {
        path: Some(path.into()),
        constant: None,
        date: None,
        money: None,
        table: BTreeMap::new(),
        default: None,
    };
    Binding {
        department: DepartmentId::parse(department).expect("slug"),
        method: Method::Post,
        path: "/fines".into(),
        send: [("owner".to_owned(), "{owner}".to_owned()), ("frame".to_owned(), "{frame}".to_owned())].into(),
        as_text: Vec::new(),
        outcome: OutcomeRule {
            path: "/code".into(),
            found: vec!["0000".into()],
            none: vec!["0001".into()],
            unmatched: Vec::new(),
            busy: vec!["9001".into()],
        },
        rows: "/list".into(),
        total: Some("/total".into()),
        echo: [("/owner", "owner"), ("row:/frame", "frame")]
            .map(|(path, question)| Echo { path: path.into(), question: question.into() })
            .into(),
        row: [
            ("id".to_owned(), at("/id")),
            ("place".to_owned(), at("/place")),
            ("fine".to_owned(), Mapping { money: Some(MoneyUnit::Yuan), ..at("/fine") }),
        ]
        .into(),
        evidence_path: Some("/evidence/{id}.png".into()),
    }
}

fn question() -> Question {
    Question::new([("owner", "AB1".to_owned()), ("frame", "f7".to_owned())])
}

/// Asks once; the rows, and how long it took.
async fn ask(http: &Http, base_url: String, id: &str) -> (Result<Vec<Row>, Failure>, u128) {
    let (department, binding) = (desk(base_url), binding(id));
    let started = Instant::now();
    let answer = http.ask(Target { scope: None, department: &department, binding: &binding }, &question()).await;
    let rows = answer.map(|answer| answer.rows.process(Clone::clone));
    (rows, started.elapsed().as_millis())
}

fn well() -> Vec<Row> {
    let row = [
        ("id".to_owned(), Value::Text("1".into())),
        ("place".to_owned(), Value::Text("湖滨路".into())),
        ("fine".to_owned(), Value::Number(10_000)),
    ];
    vec![row.into()]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_misbehaviour_gives_its_failure_in_time() {
    let _alone = ONE_AT_A_TIME.lock().await;
    use Failure::*;
    let hostile = Hostile::open().await;
    let http = open_to(&hostile);
    let table = [
        ("hang-before-head", TimedOut),
        ("hang-in-head", TimedOut),
        ("hang-in-body", TimedOut),
        ("drip", TimedOut),
        ("endless-chunks", TooLarge),
        ("endless-unframed", TooLarge),
        ("endless-head", TooLarge),
        ("announced-giant", TooLarge),
        ("head-of-many", TooLarge),
        ("deep", TooLarge),
        ("deep-but-whole", TooLarge),
        ("huge-number", Garbage),
        ("huge-money", Garbage),
        ("wrong-types", Garbage),
        ("rows-are-text", Garbage),
        ("name-twice", Garbage),
        ("null-rows", Half),
        ("null-row", Garbage),
        ("unknown-code", Garbage),
        ("busy", Busy),
        ("total-lies", Half),
        ("wrong-person", WrongSubject),
        ("wrong-person-nothing", WrongSubject),
        ("wrong-row", WrongSubject),
        ("redirect-metadata", Redirected),
        ("redirect-loop", Redirected),
        ("500", Down),
        ("503", Down),
        ("404", Garbage),
        ("401", Garbage),
        ("429", Busy),
        ("204", Garbage),
        ("close", Down),
        ("reset", Down),
        ("reset-in-body", Down),
        ("cut-in-body", Half),
        ("close-before-body", Down),
        ("length-too-short", Half),
        ("two-lengths", Garbage),
        ("chunks-of-nonsense", Garbage),
        ("not-http", Garbage),
        ("gzip", Garbage),
        ("gbk-called-utf8", Garbage),
        ("utf8-called-gbk", Garbage),
        ("utf16", Garbage),
        ("utf16-unlabelled", Garbage),
        ("empty", Garbage),
        ("html", Garbage),
        ("cut-json", Half),
    ];
    let mut wrong = Vec::new();
    for (i, group) in table.chunks(12).enumerate() {
        let asked = group.iter().enumerate().map(|(j, (misbehaviour, wanted))| {
            let (http, url) = (&http, hostile.url(misbehaviour));
            async move { (*misbehaviour, *wanted, ask(http, url, &format!("desk-{i}-{j}")).await) }
        });
        for (misbehaviour, wanted, (got, ms)) in futures_util::future::join_all(asked).await {
            if got != Err(wanted) || ms > u128::from(DEADLINE_MS) + GRACE_MS {
                wrong.push(format!("{misbehaviour}: wanted {wanted:?}, got {:?} after {ms} ms", got.map(|r| r.len())));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    // Nothing that had left was ever sent again, and no redirect was followed.
    for (misbehaviour, _) in table {
        assert_eq!(hostile.record.heard_of(misbehaviour).len(), 1, "{misbehaviour}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_only_looks_odd_works() {
    let hostile = Hostile::open().await;
    let http = open_to(&hostile);
    for misbehaviour in ["well", "gb18030", "gbk-unlabelled"] {
        assert_eq!(ask(&http, hostile.url(misbehaviour), misbehaviour).await.0, Ok(well()), "{misbehaviour}");
    }
    assert_eq!(ask(&http, hostile.url("nothing"), "nothing").await.0, Ok(Vec::new()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn endless_interim_answers_end_at_the_deadline() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let hostile = Hostile::open().await;
    let http = open_to(&hostile);
    let (got, ms) = ask(&http, hostile.url("endless-continue"), "desk").await;
    assert!(got == Err(Failure::TimedOut) || got == Err(Failure::TooLarge), "{got:?}");
    assert!(ms <= u128::from(DEADLINE_MS) + GRACE_MS, "{ms} ms");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_nobody_asked_for_is_not_the_next_answer() {
    let hostile = Hostile::open().await;
    let http = open_to(&hostile);
    for _ in 0..6 {
        let (got, _) = ask(&http, hostile.url("smuggled"), "desk").await;
        // A connection that was poisoned may break; it must never answer with what was left on it.
        assert!(got == Ok(well()) || got == Err(Failure::Down) || got == Err(Failure::Garbage), "{got:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("linux");
    let line = status.lines().find(|line| line.starts_with("VmHWM")).expect("peak");
    line.split_whitespace().nth(1).expect("number").parse().expect("number")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn endless_bodies_cost_no_more_than_the_cap() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let hostile = Hostile::open().await;
    let http = open_to(&hostile);
    let before = peak_kib();
    // Long enough for all of them to have their turn.
    let patient = Department { deadline_ms: 20_000, ..desk(hostile.url("endless-chunks")) };
    let (binding, question) = (binding("desk"), question());
    let target = Target { scope: None, department: &patient, binding: &binding };
    for answer in futures_util::future::join_all((0..64).map(|_| http.ask(target, &question))).await {
        assert_eq!(answer.err(), Some(Failure::TooLarge));
    }
    let grown = peak_kib() - before;
    assert!(grown < 64 * 1024, "{grown} KiB more at the peak");
    tokio::time::sleep(Duration::from_millis(100)).await;
    let sent = hostile.record.bytes_sent.load(Ordering::Relaxed);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(sent, hostile.record.bytes_sent.load(Ordering::Relaxed), "somebody still reads");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_questions_to_a_hanging_department_slow_nobody_else() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let hostile = Hostile::open().await;
    let http = Arc::new(open_to(&hostile));
    let median = async |n: usize| {
        let mut all = Vec::new();
        for _ in 0..n {
            let started = Instant::now();
            assert_eq!(ask(&http, hostile.url("well"), "healthy").await.0, Ok(well()));
            all.push(started.elapsed());
        }
        all.sort();
        all[n / 2]
    };
    median(20).await;
    let alone = median(100).await;
    let hanging: Vec<_> = (0..200)
        .map(|_| {
            let (http, url) = (http.clone(), hostile.url("hang-before-head"));
            tokio::spawn(async move { ask(&http, url, "hanging").await })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(20)).await;
    let beside = median(100).await;
    assert!(beside <= alone * 3 + Duration::from_millis(10), "alone {alone:?}, beside the hanging one {beside:?}");
    let mut timed_out = 0;
    for task in hanging {
        let (got, ms) = task.await.expect("task");
        assert!(ms <= u128::from(DEADLINE_MS) + GRACE_MS, "{ms} ms");
        match got {
            Err(Failure::TimedOut) => timed_out += 1,
            Err(Failure::NotAsked) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(timed_out, 8, "the bulkhead's places, and nobody after them");
    assert_eq!(hostile.record.heard_of("hang-before-head").len(), 8);
    let health: BTreeMap<String, HealthState> =
        http.health().into_iter().map(|h| (h.department.to_string(), h.state)).collect();
    assert_eq!(health, [("hanging".into(), HealthState::Down), ("healthy".into(), HealthState::Up)].into());
}

#[tokio::test]
async fn lines_are_per_city_and_the_breaker_recovers() {
    let hostile = Hostile::open().await;
    let clock = Arc::new(FakeClock::at(NOW));
    let allow_hosts = vec![hostile.address.to_string()];
    let http = Http::new(Config { sandbox: None, allow_hosts, clock: clock.clone() }).expect("connector");
    let (here, there) = (CityId::parse("lakeside").expect("id"), CityId::parse("hillside").expect("id"));
    let binding = binding("desk");
    let asked = async |scope: &CityId, misbehaviour: &str| {
        let department = desk(hostile.url(misbehaviour));
        let target = Target { scope: Some(scope), department: &department, binding: &binding };
        http.ask(target, &question()).await.map(|answer| answer.rows.process(Vec::len))
    };
    for _ in 0..5 {
        assert_eq!(asked(&here, "503").await, Err(Failure::Down));
    }
    assert_eq!(asked(&here, "well").await, Err(Failure::NotAsked));
    assert_eq!(asked(&there, "well").await, Ok(1));
    clock.advance_s(5);
    assert_eq!(asked(&here, "503").await, Err(Failure::Down));
    assert_eq!(asked(&here, "well").await, Err(Failure::NotAsked));
    clock.advance_s(5);
    assert_eq!(asked(&here, "well").await, Ok(1));
    assert_eq!(asked(&here, "well").await, Ok(1));
    let health = http.health();
    assert_eq!(health.len(), 2);
    let mine = health.iter().find(|h| h.scope.as_ref() == Some(&here)).expect("line");
    assert_eq!((mine.last_answer_at, mine.last_failure), (Some(NOW.plus_s(10)), Some(Failure::Down)));
}

#[tokio::test]
async fn a_question_is_sent_as_the_binding_says() {
    let hostile = Hostile::open().await;
    let http = open_to(&hostile);
    let mut department = desk(hostile.url("well"));
    department.headers =
        [("X-Key".to_owned(), "lakeside".to_owned()), ("X-Secret".to_owned(), "env:CARGO_PKG_NAME".to_owned())].into();
    let mut binding = binding("desk");
    binding.echo.clear();
    let question = Question::new([("owner", "湖 A/../?&=#".to_owned()), ("frame", "{owner}".to_owned())]);
    binding.path = "/fines/{owner}/list".into();
    let answer =
        http.ask(Target { scope: None, department: &department, binding: &binding }, &question).await.expect("answer");
    assert_eq!(answer.provenance.fetched_at, NOW);
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, department::good("AB1").as_bytes());
    let hex: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(answer.provenance.evidence_sha256, hex);
    let heard = hostile.record.heard_of("well").remove(0);
    assert_eq!(heard.line, "POST /well/fines/%E6%B9%96%20A%2F..%2F%3F%26%3D%23/list HTTP/1.1");
    assert_eq!(heard.headers["content-type"], "application/json");
    assert_eq!((heard.headers["x-key"].as_str(), heard.headers["x-secret"].as_str()), ("lakeside", "connector-http"));
    assert!(!heard.headers.contains_key("accept-encoding") && !heard.headers.contains_key("cookie"));
    let body: serde_json::Value = serde_json::from_str(&heard.body).expect("json");
    assert_eq!(body, serde_json::json!({"owner": "湖 A/../?&=#", "frame": "{owner}"}));

    department.base_url = hostile.url("well-too");
    (binding.method, binding.path) = (Method::Get, "/exam".into());
    http.ask(Target { scope: None, department: &department, binding: &binding }, &question).await.expect("answer");
    let heard = hostile.record.heard_of("well-too").remove(0);
    let query = heard.line.split(['?', ' ']).nth(2).expect("query");
    let pairs: BTreeMap<String, String> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    assert_eq!(pairs, [("owner".into(), "湖 A/../?&=#".into()), ("frame".into(), "{owner}".into())].into());
    assert_eq!(heard.body, "");
}

#[tokio::test]
async fn what_cannot_be_filled_is_not_asked() {
    let hostile = Hostile::open().await;
    let http = open_to(&hostile);
    let asked = async |department: &Department, binding: &Binding, question: &Question| {
        http.ask(Target { scope: None, department, binding }, question).await.map(|_| ())
    };
    let (department, plain) = (desk(hostile.url("well")), binding("desk"));
    let short = Question::new([("owner", "AB1".to_owned())]);
    assert_eq!(asked(&department, &plain, &short).await, Err(Failure::NotAsked));
    let secret = Department { headers: [("X".into(), "env:NOBODY_SETS_THIS".into())].into(), ..department.clone() };
    assert_eq!(asked(&secret, &plain, &question()).await, Err(Failure::NotAsked));
    let bad = Department { headers: [("X".into(), "a\r\nY: b".into())].into(), ..department.clone() };
    assert_eq!(asked(&bad, &plain, &question()).await, Err(Failure::NotAsked));
    let climbing = Binding { path: "/{owner}/x".into(), ..plain.clone() };
    for up in ["..", "."] {
        let up = Question::new([("owner", up.to_owned()), ("frame", "F7".to_owned())]);
        assert_eq!(asked(&department, &climbing, &up).await, Err(Failure::Forbidden));
    }
    assert!(hostile.record.heard.lock().expect("record").is_empty());
}

#[tokio::test]
async fn only_allowed_addresses_are_reached() {
    let hostile = Hostile::open().await;
    let port = hostile.address.port();
    let closed = http(&[]);
    let other = http(&[format!("127.0.0.1:{}", port ^ 1), "169.254.169.254.example".into()]);
    for base_url in [
        hostile.url("well"),
        format!("https://127.0.0.1:{port}/well"),
        format!("http://localhost:{port}/well"),
        format!("https://localhost.:{port}/well"),
        format!("http://2130706433:{port}/well"),
        format!("http://[::ffff:127.0.0.1]:{port}/well"),
        format!("http://user@127.0.0.1:{port}/well"),
        format!("http://127.0.0.1:{port}/well?to="),
        "http://169.254.169.254/latest".into(),
        "sandbox:/well".into(),
        "nonsense".into(),
        String::new(),
    ] {
        assert_eq!(ask(&closed, base_url.clone(), "desk").await.0, Err(Failure::Forbidden), "{base_url}");
        assert_eq!(ask(&other, base_url.clone(), "desk").await.0, Err(Failure::Forbidden), "{base_url}");
    }
    assert!(hostile.record.heard.lock().expect("record").is_empty());
    assert_eq!(closed.health()[0].last_failure, Some(Failure::Forbidden));
    let named = http(&[format!("localhost:{port}")]);
    assert_eq!(ask(&named, format!("http://localhost:{port}/well"), "desk").await.0, Ok(well()));
}

#[tokio::test]
async fn the_sandbox_stands_in_for_its_scheme() {
    let hostile = Hostile::open().await;
    let clock = Arc::new(FakeClock::at(NOW));
    let sandbox = Some(format!("http://{}/", hostile.address));
    let http = Http::new(Config { sandbox, allow_hosts: Vec::new(), clock: clock.clone() }).expect("connector");
    assert_eq!(ask(&http, "sandbox:/well".into(), "desk").await.0, Ok(well()));
    for sandbox in ["127.0.0.1:8090", "ftp://a", "x"] {
        let config = Config { sandbox: Some(sandbox.into()), allow_hosts: Vec::new(), clock: clock.clone() };
        assert!(Http::new(config).err().is_some_and(|error| error.to_string().contains(sandbox)), "{sandbox}");
    }
    let config = Config { sandbox: None, allow_hosts: vec!["http://a".into()], clock };
    assert!(Http::new(config).err().is_some_and(|error| error.to_string().contains("http://a")));
}

/// Runs the test above once more in a process that finds no certificate authorities.
#[test]
fn a_machine_without_certificate_authorities_reaches_its_sandbox() {
    let bare = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("no-authorities");
    std::fs::create_dir_all(&bare).expect("directory");
    let file = bare.join("none.pem");
    std::fs::write(&file, "").expect("file");
    let run = std::process::Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "the_sandbox_stands_in_for_its_scheme"])
        .env("SSL_CERT_FILE", &file)
        .env("SSL_CERT_DIR", &bare)
        .output()
        .expect("run");
    let told = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success() && told.contains("1 passed"), "{told}");
}

#[tokio::test]
async fn a_connection_that_fails_is_tried_once_more() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let spot = std::net::TcpListener::bind("127.0.0.1:0").expect("port");
    let address = spot.local_addr().expect("address");
    drop(spot);
    let http = http(&[address.to_string()]);
    let (got, ms) = ask(&http, format!("http://{address}/well"), "desk").await;
    assert_eq!(got, Err(Failure::Down));
    assert!((50..u128::from(DEADLINE_MS)).contains(&ms), "{ms} ms");
    let late = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(20)).await;
        let listener = tokio::net::TcpListener::bind(address).await.expect("port");
        listener.accept().await.expect("the second try");
    });
    let (got, _) = ask(&http, format!("http://{address}/well"), "desk").await;
    assert_eq!(got, Err(Failure::Down), "the late one closes without a word");
    late.await.expect("it was tried again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_is_a_picture_by_its_bytes() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let hostile = Hostile::open().await;
    let http = open_to(&hostile);
    let fetch = async |misbehaviour: &str, id: &str, path: &str| {
        let department = desk(hostile.url(misbehaviour));
        let binding = Binding { evidence_path: Some(path.into()), ..binding("desk") };
        let row: Pii<Row> = Pii::new([("id".to_owned(), Value::Text(id.into()))].into());
        let started = Instant::now();
        let image = http.evidence(Target { scope: None, department: &department, binding: &binding }, &row).await;
        assert!(started.elapsed().as_millis() <= u128::from(DEADLINE_MS) + GRACE_MS);
        image.map(|image| image.content_type)
    };
    assert_eq!(fetch("png", "1", "/evidence/{id}.png").await, Ok("image/png"));
    assert_eq!(fetch("png", "evidence/2.png", "/{id}").await, Ok("image/png"));
    for (misbehaviour, failure) in [
        ("svg", Failure::Garbage),
        ("html-picture", Failure::Garbage),
        ("cut-picture", Failure::Half),
        ("large-picture", Failure::TooLarge),
        ("endless-chunks", Failure::TooLarge),
        ("hang-in-body", Failure::TimedOut),
        ("redirect-metadata", Failure::Redirected),
        ("404", Failure::Garbage),
    ] {
        assert_eq!(fetch(misbehaviour, "1", "/{id}").await, Err(failure), "{misbehaviour}");
    }
    assert_eq!(fetch("png", "1", "/{photo}").await, Err(Failure::Half));
    assert_eq!(fetch("png", "../secret", "/{id}").await, Err(Failure::Forbidden));
    let lines: Vec<String> = hostile.record.heard_of("png").into_iter().map(|heard| heard.line).collect();
    assert_eq!(lines, ["GET /png/evidence/1.png HTTP/1.1", "GET /png/evidence/2.png HTTP/1.1"]);
}
