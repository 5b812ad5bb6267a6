//! A crowd that does not wait for the server: people come when they mean to, whatever became of those before them. Whoever
//! is told to wait comes back with their turn after the time that they were told, beside all who come anew.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeSet, BinaryHeap, VecDeque},
    rc::Rc,
    time::{Duration, Instant},
};

use kernel::Id;
use tokio::{sync::Notify, task::JoinSet};

use crate::{
    count::{End, Tally},
    wire::Wire,
};

/// Connections that people's phones keep open, all together.
pub const CONNECTIONS: usize = 1_024;
const LOOKING: usize = 64;
/// Nobody looks at a blank page for longer.
const PATIENCE: Duration = Duration::from_secs(15);
/// The generator is late when it sends later than this after it meant to.
const LATE: Duration = Duration::from_millis(20);

/// Who asks and for what: each person asks once for each day.
pub struct People {
    pub host: String,
    pub path: String,
    pub tokens: Vec<String>,
    /// The claim of each day, without its closing brace.
    pub claims: Vec<String>,
    next: Cell<usize>,
    /// Those that have theirs.
    have: RefCell<Vec<bool>>,
    pub told: RefCell<BTreeSet<Id>>,
}

impl People {
    pub fn new(host: String, path: String, tokens: Vec<String>, claims: Vec<String>) -> Self {
        let have = RefCell::new(vec![false; tokens.len() * claims.len()]);
        Self { host, path, tokens, claims, next: Cell::new(0), have, told: RefCell::default() }
    }

    /// The next one who has nothing yet.
    fn next(&self) -> usize {
        let have = self.have.borrow();
        for _ in 0..have.len() {
            let n = self.next.get();
            self.next.set((n + 1) % have.len());
            if !have[n] {
                return n;
            }
        }
        panic!("everybody has theirs: more people are needed");
    }

    fn request(&self, ask: &Ask, to: &mut Vec<u8>) {
        use std::io::Write as _;
        let (token, claim) = (&self.tokens[ask.who % self.tokens.len()], &self.claims[ask.who / self.tokens.len()]);
        let (turn, close) = match &ask.turn {
            Some(turn) => (&**turn, "}"),
            None => ("", "}"),
        };
        to.clear();
        let _ = write!(
            to,
            "POST {} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {token}\r\nidempotency-key: overload-{:08}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{claim}{turn}{close}",
            self.path,
            self.host,
            ask.who,
            claim.len() + turn.len() + close.len(),
        );
    }
}

/// One request to be made.
pub struct Ask {
    due: Instant,
    who: usize,
    /// What they bring along, as JSON.
    turn: Option<Box<str>>,
}

impl PartialEq for Ask {
    fn eq(&self, other: &Self) -> bool {
        self.due == other.due
    }
}
impl Eq for Ask {}
impl PartialOrd for Ask {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Ask {
    /// The earliest is the greatest, for the heap.
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        other.due.cmp(&self.due)
    }
}

/// A stretch of time with so many arrivals a second.
pub struct Stretch {
    pub rate: f64,
    pub lasts: Duration,
    /// Whoever waits goes home before it begins.
    pub leave: bool,
}

pub struct Crowd {
    people: Rc<People>,
    line: RefCell<VecDeque<Ask>>,
    called: Notify,
    waiting: RefCell<BinaryHeap<Ask>>,
    pub tally: RefCell<Tally>,
    over: Cell<bool>,
}

impl Crowd {
    pub fn new(people: Rc<People>) -> Rc<Self> {
        Rc::new(Self {
            people,
            line: RefCell::default(),
            called: Notify::new(),
            waiting: RefCell::default(),
            tally: RefCell::new(Tally::new(Instant::now())),
            over: Cell::new(false),
        })
    }

    /// So many people, one after another, as fast as they are served: what the server can do.
    pub async fn closed(self: &Rc<Self>, connections: usize, lasts: Duration) {
        let end = Instant::now() + lasts;
        let mut loops = JoinSet::new();
        for _ in 0..connections {
            let crowd = Rc::clone(self);
            loops.spawn_local(async move {
                let mut wire = Wire::new(&crowd.people.host);
                let mut bytes = Vec::new();
                let mut again = None;
                while Instant::now() < end {
                    let (who, turn) = again.take().unwrap_or_else(|| (crowd.people.next(), None));
                    let ask = Ask { due: Instant::now(), who, turn };
                    if let Some(back) = crowd.ask(&mut wire, &mut bytes, &ask).await {
                        tokio::time::sleep_until(back.due.into()).await;
                        again = Some((back.who, back.turn));
                    }
                }
            });
        }
        while loops.join_next().await.is_some() {}
    }

    /// Everybody looks at their bookings once, as people do in the minutes before.
    pub async fn look(self: &Rc<Self>, path: &str) {
        let next = Rc::new(Cell::new(0));
        let mut loops = JoinSet::new();
        for _ in 0..LOOKING {
            let (crowd, next, path) = (Rc::clone(self), Rc::clone(&next), path.to_owned());
            loops.spawn_local(async move {
                let people = &crowd.people;
                let mut wire = Wire::new(&people.host);
                while let Some(token) = people.tokens.get(next.replace(next.get() + 1)) {
                    let bytes = format!(
                        "GET {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {token}\r\n\r\n",
                        people.host
                    );
                    let answer = wire.call(bytes.as_bytes()).await.expect("a list");
                    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(answer.body));
                }
            });
        }
        while loops.join_next().await.is_some() {}
    }

    /// Stretch after stretch, by the clock; what the server had used of its processor when each began, and at the end.
    pub async fn open(self: &Rc<Self>, stretches: &[Stretch], cpu_s: impl Fn() -> f64) -> Vec<f64> {
        let mut used = Vec::new();
        let mut phones = JoinSet::new();
        for _ in 0..CONNECTIONS {
            let crowd = Rc::clone(self);
            phones.spawn_local(async move { crowd.phone().await });
        }
        let mut tick = tokio::time::interval(Duration::from_millis(1));
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        let mut began = Instant::now();
        self.tally.replace(Tally::new(began));
        for stretch in stretches {
            used.push(cpu_s());
            if stretch.leave {
                self.waiting.borrow_mut().clear();
                self.line.borrow_mut().clear();
            }
            let mut come = 0_u64;
            while began.elapsed() < stretch.lasts {
                tick.tick().await;
                let now = Instant::now();
                let due = |n: u64| began + Duration::from_secs_f64(n as f64 / stretch.rate);
                while due(come) <= now && due(come) < began + stretch.lasts {
                    self.push(Ask { due: due(come), who: self.people.next(), turn: None }, now);
                    come += 1;
                }
                while self.waiting.borrow().peek().is_some_and(|ask| ask.due <= now) {
                    let back = self.waiting.borrow_mut().pop();
                    self.push(back.expect("it was there"), now);
                }
            }
            began += stretch.lasts;
        }
        used.push(cpu_s());
        self.over.set(true);
        self.called.notify_waiters();
        while phones.join_next().await.is_some() {}
        used
    }

    fn push(&self, ask: Ask, now: Instant) {
        if now.duration_since(ask.due) > LATE {
            self.tally.borrow_mut().late += 1;
        }
        self.line.borrow_mut().push_back(ask);
        self.called.notify_one();
    }

    async fn phone(&self) {
        let mut wire = Wire::new(&self.people.host);
        let mut bytes = Vec::new();
        loop {
            let next = self.line.borrow_mut().pop_front();
            let Some(ask) = next else {
                if self.over.get() {
                    return;
                }
                let called = self.called.notified();
                tokio::select! {
                    () = called => {}
                    () = tokio::time::sleep(Duration::from_millis(500)) => {}
                }
                continue;
            };
            if let Some(back) = self.ask(&mut wire, &mut bytes, &ask).await {
                self.waiting.borrow_mut().push(back);
            }
        }
    }

    /// Asks, and notes what came of it; whoever has to wait comes back as told.
    async fn ask(&self, wire: &mut Wire, bytes: &mut Vec<u8>, ask: &Ask) -> Option<Ask> {
        self.people.request(ask, bytes);
        let left = PATIENCE.saturating_sub(ask.due.elapsed());
        let answered = tokio::time::timeout(left, wire.call(bytes)).await;
        let now = Instant::now();
        let mut tally = self.tally.borrow_mut();
        let answer = match answered {
            Ok(Ok(answer)) => answer,
            failed => {
                let kind = match &failed {
                    Ok(Err(cause)) => format!("{:?}", cause.kind()),
                    _ => "nothing within the time that anybody waits".to_owned(),
                };
                tally.kind(0, &kind);
                tally.add(End::Failed, ask.due, now);
                // A connection in the middle of an answer is of no use.
                *wire = Wire::new(&self.people.host);
                return None;
            }
        };
        let code = answer.text("code").unwrap_or_default();
        tally.kind(answer.status, code);
        let end = match (answer.status, code) {
            (201, _) => End::Served,
            (_, "claim_queue") => End::Told,
            (400..500, _) if answer.status != 429 => End::Refused,
            _ => End::Failed,
        };
        tally.add(end, ask.due, now);
        match end {
            End::Served => {
                self.people.have.borrow_mut()[ask.who] = true;
                self.people.told.borrow_mut().extend(answer.text("booking").and_then(Id::parse));
                None
            }
            End::Told => {
                tally.ahead_max = tally.ahead_max.max(answer.number("ahead").unwrap_or(0));
                // Nobody here computes: the generator has no time for sums.
                let wait_s = answer.number("retry_after_s").unwrap_or(1).max(answer.number("unsolved_s").unwrap_or(0));
                let turn = answer.text("turn").map(|turn| format!(",\"turn\":\"{turn}\"").into_boxed_str());
                Some(Ask { due: now + Duration::from_secs(wait_s), who: ask.who, turn })
            }
            End::Refused | End::Failed => None,
        }
    }
}
