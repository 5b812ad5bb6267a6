//! How a gateway tells a shop what happened: a letter to the address that came with the order, again and again until the
//! shop says yes, by the gateway's own ladder. The gateway's fault decides what goes wrong on the way.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use kernel::{Rng as _, SystemRng, Timestamp};
use serde::Serialize;

use super::{Gateway, alipay, wechatpay};
use crate::{Sandbox, fault::Fault};

/// What a letter is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Subject {
    Paid,
    Refunded,
    Signed,
    Ended,
}

/// A letter, which is written anew for each try: the time in it is that of the try, its id stays.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    pub(crate) gateway: Gateway,
    pub(crate) subject: Subject,
    pub(crate) id: String,
    pub(crate) url: String,
    /// The trade, or the agreement.
    pub(crate) about: String,
    pub(crate) refund_no: Option<String>,
}

/// How a letter is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Writing {
    Genuine,
    /// Genuine in every way, but for a fen too little.
    WrongAmount,
    Forged(Forgery),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Forgery {
    /// Signed by somebody else.
    Stranger,
    /// A genuine one whose amount was raised afterwards.
    Altered,
    Unsigned,
    /// Genuine, and for another shop.
    OtherShop,
    /// Genuine, and old.
    Stale,
    /// A genuine one with something added.
    Added,
}

impl Forgery {
    pub(crate) const ALL: [Self; 6] =
        [Self::Stranger, Self::Altered, Self::Unsigned, Self::OtherShop, Self::Stale, Self::Added];
}

pub(crate) struct Message {
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

/// One try of a letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Delivery {
    pub at: Timestamp,
    pub notify_id: String,
    pub subject: &'static str,
    /// The gateway's number of the trade or agreement.
    pub about: String,
    pub forged: bool,
    /// `None` if nobody answered.
    pub status: Option<u16>,
    pub acknowledged: bool,
}

/// Letters and tries that are remembered.
const KEPT: usize = 20_000;
const TRY_TIMEOUT: Duration = Duration::from_secs(10);
/// What an early letter may hold up the answer to its order.
const EARLY_WAITS_MAX: Duration = Duration::from_secs(3);
/// Copies that a doubled letter goes out in.
const COPIES_MAX: u64 = 10;

#[derive(Default)]
pub(crate) struct Office {
    letters: Mutex<VecDeque<Letter>>,
    deliveries: Mutex<VecDeque<Delivery>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn keep<T>(items: &Mutex<VecDeque<T>>, item: T) {
    let mut items = locked(items);
    items.push_back(item);
    if items.len() > KEPT {
        items.pop_front();
    }
}

impl Office {
    pub(crate) fn deliveries(&self) -> Vec<Delivery> {
        locked(&self.deliveries).iter().cloned().collect()
    }

    pub(crate) fn letters(&self, about: &str) -> Vec<Letter> {
        locked(&self.letters).iter().filter(|letter| letter.about == about).cloned().collect()
    }
}

impl Gateway {
    /// Seconds between the tries.
    const fn ladder_s(self) -> &'static [u64] {
        match self {
            Self::Alipay => &[240, 600, 600, 3_600, 7_200, 21_600, 54_000],
            Self::WechatPay => {
                &[15, 15, 30, 180, 600, 1_200, 1_800, 1_800, 1_800, 3_600, 10_800, 10_800, 10_800, 21_600, 21_600]
            }
        }
    }

    fn write(self, sandbox: &Sandbox, letter: &Letter, writing: Writing) -> Option<Message> {
        match self {
            Self::Alipay => alipay::notice::write(sandbox, letter, writing),
            Self::WechatPay => wechatpay::notice::write(sandbox, letter, writing),
        }
    }

    /// Alipay reads the word, WeChat Pay the status.
    fn is_yes(self, status: u16, body: &str) -> bool {
        match self {
            Self::Alipay => status == 200 && body.trim() == "success",
            Self::WechatPay => (200..300).contains(&status),
        }
    }
}

/// Sends a letter, in the background, as the gateway is switched now.
pub(crate) fn send(sandbox: &Arc<Sandbox>, letter: Letter) {
    keep(&sandbox.gateways.desk(letter.gateway).post.letters, letter.clone());
    let switch = sandbox.faults.get(letter.gateway.department());
    let sandbox = Arc::clone(sandbox);
    tokio::spawn(async move {
        let delay = |ms: u64| tokio::time::sleep(Duration::from_millis(ms));
        match switch.fault {
            Fault::Lost => return,
            Fault::Late => delay(switch.delay_ms).await,
            Fault::Shuffled => delay(SystemRng.below(switch.delay_ms.max(1))).await,
            Fault::Forged => forge(&sandbox, &letter).await,
            Fault::Doubled => {
                let copies =
                    (0..1 + SystemRng.below(COPIES_MAX - 1)).map(|_| attempt(&sandbox, &letter, Writing::Genuine));
                futures_util::future::join_all(copies).await;
            }
            _ => {}
        }
        let writing = if switch.fault == Fault::WrongAmount { Writing::WrongAmount } else { Writing::Genuine };
        climb(&sandbox, &letter, writing).await;
    });
}

/// Sends a letter and waits a moment for what is said to it, so that it arrives before something else does.
pub(crate) async fn send_first(sandbox: &Arc<Sandbox>, letter: Letter) {
    keep(&sandbox.gateways.desk(letter.gateway).post.letters, letter.clone());
    let first = tokio::time::timeout(EARLY_WAITS_MAX, attempt(sandbox, &letter, Writing::Genuine)).await;
    if !matches!(first, Ok(true)) {
        let sandbox = Arc::clone(sandbox);
        tokio::spawn(async move { climb(&sandbox, &letter, Writing::Genuine).await });
    }
}

/// Sends every forgery of a letter.
pub(crate) async fn forge(sandbox: &Arc<Sandbox>, letter: &Letter) {
    for forgery in Forgery::ALL {
        attempt(sandbox, letter, Writing::Forged(forgery)).await;
    }
}

/// Tries until somebody says yes or the ladder ends.
async fn climb(sandbox: &Arc<Sandbox>, letter: &Letter, writing: Writing) {
    if attempt(sandbox, letter, writing).await {
        return;
    }
    for wait_s in letter.gateway.ladder_s() {
        let ms = wait_s * 1_000 / u64::from(sandbox.gateways.settings().speed.max(1));
        tokio::time::sleep(Duration::from_millis(ms.max(20))).await;
        if attempt(sandbox, letter, writing).await {
            return;
        }
    }
}

async fn attempt(sandbox: &Arc<Sandbox>, letter: &Letter, writing: Writing) -> bool {
    let gateway = letter.gateway;
    let Some(message) = gateway.write(sandbox, letter, writing) else { return true };
    let mut request = sandbox.gateways.client().post(&letter.url).timeout(TRY_TIMEOUT).body(message.body);
    for (name, value) in message.headers {
        request = request.header(name, value);
    }
    let answer = async {
        let answer = request.send().await.ok()?;
        let status = answer.status().as_u16();
        let body = answer.bytes().await.ok()?;
        Some((status, String::from_utf8_lossy(&body[..body.len().min(64)]).into_owned()))
    };
    let answer = answer.await;
    let acknowledged = answer.as_ref().is_some_and(|(status, body)| gateway.is_yes(*status, body));
    let subject = match letter.subject {
        Subject::Paid => "paid",
        Subject::Refunded => "refunded",
        Subject::Signed => "signed",
        Subject::Ended => "ended",
    };
    let delivery = Delivery {
        at: sandbox.clock.now(),
        notify_id: letter.id.clone(),
        subject,
        about: letter.about.clone(),
        forged: matches!(writing, Writing::Forged(_)),
        status: answer.map(|(status, _)| status),
        acknowledged,
    };
    keep(&sandbox.gateways.desk(gateway).post.deliveries, delivery);
    acknowledged
}

impl super::Gateways {
    /// Neither proxies nor redirects: a shop's address is where its letters go.
    fn client(&self) -> &reqwest::Client {
        self.client.get_or_init(|| {
            let builder = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
            builder.build().unwrap_or_default()
        })
    }
}
