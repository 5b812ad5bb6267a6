//! The payment gateways: Alipay's open platform and WeChat Pay v3, speaking the real protocols with real signatures, and
//! a cashier to pay at. What a gateway does wrong is switched like a department's faults; what it knows, the truth tells.
//!
//! | path | what |
//! |---|---|
//! | `POST /alipay/merchant`, `/wechatpay/merchant` | the console: `{"public_key_pem"}` (and `app_id`/`mchid` to change a key), answers the shop's numbers and the gateway's public key |
//! | `GET /alipay`, `/wechatpay` | the books on a page |
//! | `/alipay/gateway.do` | the open platform, pages and requests |
//! | `/wechatpay/v3/…` | WeChat Pay |
//! | `/alipay/cashier/{trade_no}`, `/wechatpay/cashier/{trade_no}` | the cashier; `POST` with `act=pay`, `pay-twice`, `later` or `give-up` |
//! | `/alipay/agreement/{agreement_no}` | where the payer agrees to be debited; `POST` with `act=agree` or `end` |
//! | `GET /truth/{gateway}` | trades, refunds, agreements and notices |
//! | `POST /truth/{gateway}/pay` | `{"out_trade_no"}`: pays an order without the cashier |
//! | `POST /truth/{gateway}/resend` | `{"out_trade_no"}`: every notice of an order is sent again |
//! | `GET`, `PUT /gateways` | settings: `speed`, `bills`, `refunds`, `buyer_balance_fen`; absent ones stay |

mod agreement;
mod alipay;
mod book;
#[cfg(test)]
mod book_tests;
mod cashier;
mod key;
mod page;
mod post;
mod truth;
mod wechatpay;
mod zip;

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};

use axum::{Router, http::HeaderMap};
use kernel::{Rng as _, SystemRng, Timestamp};
use serde::{Deserialize, Serialize};

pub use self::{
    agreement::{Agreement, AgreementState},
    book::{Channel, Refund, RefundState, Trade, TradeState},
    post::Delivery,
    truth::GatewayTruth,
};
use self::{book::Book, key::Key};
use crate::{Sandbox, department::Department};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Gateway {
    Alipay,
    WechatPay,
}

impl Gateway {
    pub const ALL: [Self; 2] = [Self::Alipay, Self::WechatPay];

    #[must_use]
    pub const fn department(self) -> Department {
        match self {
            Self::Alipay => Department::Alipay,
            Self::WechatPay => Department::WechatPay,
        }
    }

    #[must_use]
    pub const fn word(self) -> &'static str {
        self.department().word()
    }

    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|gateway| gateway.word() == word)
    }

    /// What the gateway's own numbers begin with.
    const fn prefix(self) -> &'static str {
        match self {
            Self::Alipay => "",
            Self::WechatPay => "4200",
        }
    }
}

/// How both gateways behave where the real ones take their time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// How many times faster than the real ladder notices are repeated.
    pub speed: u32,
    pub bills: Bills,
    /// What becomes of refunds from now on.
    pub refunds: RefundState,
    /// What the payer's account holds; debits by agreement beyond it are declined.
    pub buyer_balance_fen: Option<i64>,
}

/// When the bill of a day can be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bills {
    /// At ten the next morning, as in reality.
    NextDay,
    /// The bill of today can be had as far as today has come.
    AtOnce,
}

impl Bills {
    fn has(self, day: kernel::Date, now: Timestamp) -> bool {
        match self {
            Self::AtOnce => day <= now.date(),
            Self::NextDay => {
                let civil = now.civil();
                let made = crate::days::plus_days(day, 1);
                made < civil.date() || (made == civil.date() && civil.hour() >= 10)
            }
        }
    }
}

/// One gateway's books, key and letters.
#[derive(Default)]
pub(crate) struct Desk {
    book: Mutex<Book>,
    key: OnceLock<Key>,
    post: post::Office,
}

impl Desk {
    pub(crate) fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn key(&self) -> &Key {
        self.key.get_or_init(Key::generate)
    }
}

pub(crate) struct Gateways {
    alipay: Desk,
    wechatpay: Desk,
    /// Signs what a forger sends.
    forger: OnceLock<Key>,
    client: OnceLock<reqwest::Client>,
    settings: RwLock<Settings>,
    bills: Mutex<Vec<BillTicket>>,
    /// Where a payer's phone reaches the sandbox, if not where the shop does.
    public_url: OnceLock<String>,
}

/// An address under which a bill can be fetched for a short while.
struct BillTicket {
    token: String,
    shop: String,
    day: kernel::Date,
    ends_at: Timestamp,
}

const BILL_URL_MS: i64 = 30_000;
/// A hundred million yuan: what both gateways take at most for one order.
const AMOUNT_FEN_MAX: i64 = 10_000_000_000;

impl Default for Gateways {
    fn default() -> Self {
        let settings =
            Settings { speed: 1, bills: Bills::NextDay, refunds: RefundState::Done, buyer_balance_fen: None };
        Self {
            alipay: Desk::default(),
            wechatpay: Desk::default(),
            forger: OnceLock::new(),
            client: OnceLock::new(),
            settings: RwLock::new(settings),
            bills: Mutex::default(),
            public_url: OnceLock::new(),
        }
    }
}

impl Gateways {
    pub(crate) const fn desk(&self, gateway: Gateway) -> &Desk {
        match gateway {
            Gateway::Alipay => &self.alipay,
            Gateway::WechatPay => &self.wechatpay,
        }
    }

    fn forger(&self) -> &Key {
        self.forger.get_or_init(Key::generate)
    }

    pub(crate) fn settings(&self) -> Settings {
        *self.settings.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set(&self, settings: Settings) {
        let speed = settings.speed.max(1);
        *self.settings.write().unwrap_or_else(PoisonError::into_inner) = Settings { speed, ..settings };
    }

    /// The cashier of a trade as the payer reaches it.
    fn cashier(&self, gateway: Gateway, origin: &str, trade_no: &str) -> String {
        let origin = self.public_url.get().map_or(origin, String::as_str);
        format!("{origin}/{}/cashier/{trade_no}", gateway.word())
    }

    /// Hands out an address's last part for a bill.
    fn ticket(&self, shop: &str, day: kernel::Date, now: Timestamp) -> String {
        let token = random_text(32);
        let mut bills = self.bills.lock().unwrap_or_else(PoisonError::into_inner);
        bills.retain(|ticket| ticket.ends_at > now);
        let ticket = BillTicket { token: token.clone(), shop: shop.to_owned(), day, ends_at: now.plus_ms(BILL_URL_MS) };
        bills.push(ticket);
        token
    }

    /// Shop and day of an address that has not run out.
    fn redeem(&self, token: &str, now: Timestamp) -> Option<(String, kernel::Date)> {
        let bills = self.bills.lock().unwrap_or_else(PoisonError::into_inner);
        let ticket = bills.iter().find(|ticket| ticket.token == token && ticket.ends_at > now)?;
        Some((ticket.shop.clone(), ticket.day))
    }
}

impl Sandbox {
    #[must_use]
    pub fn gateway_settings(&self) -> Settings {
        self.gateways.settings()
    }

    pub fn set_gateways(&self, settings: Settings) {
        self.gateways.set(settings);
    }

    /// `http://host:port` at which phones find the cashier. Said once, before the first order; without it the cashier is
    /// where the shop reaches the gateway.
    pub fn set_public_url(&self, url: impl Into<String>) {
        let _ = self.gateways.public_url.set(url.into().trim_end_matches('/').to_owned());
    }
}

pub(crate) fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .merge(alipay::routes())
        .merge(wechatpay::routes())
        .merge(cashier::routes())
        .merge(truth::routes())
        .merge(page::routes())
}

/// Letters and digits that nobody can guess.
fn random_text(length: usize) -> String {
    const ALPHABET: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let draw = || ALPHABET[usize::try_from(SystemRng.below(36)).unwrap_or(0)] as char;
    std::iter::repeat_with(draw).take(length).collect()
}

/// `http://host:port` as the caller wrote it, so that addresses in answers lead back the same way.
fn origin(headers: &HeaderMap) -> String {
    let host = headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1:8090");
    format!("http://{host}")
}

/// `86.40`
fn yuan(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", fen.unsigned_abs() / 100, fen.unsigned_abs() % 100)
}

/// What a gateway keeps for itself: 0.6 %, half up to the fen.
const fn fee_fen(amount_fen: i64) -> i64 {
    (amount_fen * 6 + 500) / 1_000
}

/// `2026-11-24 10:00:00`
fn civil(at: Timestamp) -> String {
    at.civil().strftime("%Y-%m-%d %H:%M:%S").to_string()
}
