//! The authenticator app on the phone of whoever tries the staff desk: scans an `otpauth` address and shows codes.
//!
//! An app of its own, as on a real phone: it knows RFC 6238 and nothing of the platform. What it was shown is kept in
//! memory and shown to everybody, which is right for demo accounts and for nothing else.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::hmac;
use axum::{
    Form, Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use kernel::Timestamp;
use maud::html;
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};

use crate::{Sandbox, page::page};

const STEP_S: i64 = 30;
/// The page fetches itself anew this often.
const REFRESH_S: u32 = 5;
/// More than any demo has, and a bound on memory.
const KEPT: usize = 200;

/// One account on the phone, as its page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// Issuer and login, for example `Shimin:li.na`.
    pub account: String,
    pub code: String,
    /// The code of the next thirty seconds.
    pub next: String,
    pub seconds_left: i64,
}

struct Account {
    name: String,
    secret: Vec<u8>,
}

#[derive(Default)]
pub(crate) struct Authenticator(Mutex<Vec<Account>>);

impl Authenticator {
    fn lock(&self) -> MutexGuard<'_, Vec<Account>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sandbox {
    /// Points the phone's camera at a QR code. Scanning an account again replaces its secret. The error says what is wrong
    /// with the address.
    pub fn scan(&self, uri: &str) -> Result<(), &'static str> {
        let account = parse(uri.trim())?;
        let mut accounts = self.authenticator.lock();
        accounts.retain(|kept| kept.name != account.name);
        if accounts.len() >= KEPT {
            accounts.remove(0);
        }
        accounts.push(account);
        Ok(())
    }

    /// What the app shows now, in the order of scanning.
    #[must_use]
    pub fn authenticator(&self) -> Vec<Shown> {
        let now = self.clock.now();
        let shown = |account: &Account| Shown {
            account: account.name.clone(),
            code: code(&account.secret, now),
            next: code(&account.secret, now.plus_s(STEP_S)),
            seconds_left: STEP_S - now.0.div_euclid(1000).rem_euclid(STEP_S),
        };
        self.authenticator.lock().iter().map(shown).collect()
    }
}

fn parse(uri: &str) -> Result<Account, &'static str> {
    let rest = uri.strip_prefix("otpauth://totp/").ok_or("an address begins with otpauth://totp/")?;
    let (label, query) = rest.split_once('?').ok_or("the part after ? with the secret is missing")?;
    let value = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    if value("algorithm").is_some_and(|it| it != "SHA1")
        || value("digits").is_some_and(|it| it != "6")
        || value("period").is_some_and(|it| it != "30")
    {
        return Err("this app knows SHA1, six digits and thirty seconds");
    }
    let secret = value("secret").and_then(unbase32).filter(|secret| secret.len() >= 10);
    Ok(Account {
        name: percent_decode_str(label).decode_utf8_lossy().chars().filter(|c| !c.is_control()).take(80).collect(),
        secret: secret.ok_or("the secret is base 32, at least 16 characters")?,
    })
}

fn unbase32(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut bits, mut held) = (Vec::with_capacity(text.len() * 5 / 8), 0_u32, 0_u32);
    for c in text.trim_end_matches('=').bytes() {
        let five = match c.to_ascii_uppercase() {
            letter @ b'A'..=b'Z' => letter - b'A',
            digit @ b'2'..=b'7' => digit - b'2' + 26,
            _ => return None,
        };
        held = (held << 5) | u32::from(five);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits).ok()?);
            held &= (1 << bits) - 1;
        }
    }
    Some(bytes)
}

fn code(secret: &[u8], at: Timestamp) -> String {
    let step = at.0.div_euclid(1000 * STEP_S).to_be_bytes();
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret), &step);
    let bytes = tag.as_ref();
    let from = usize::from(bytes[19] & 15);
    let number = bytes[from..from + 4].iter().fold(0_u32, |number, byte| (number << 8) | u32::from(*byte));
    format!("{:06}", (number & 0x7fff_ffff) % 1_000_000)
}

pub(crate) fn routes() -> Router<Arc<Sandbox>> {
    Router::new().route("/authenticator", get(show).post(scan)).route("/authenticator.json", get(list))
}

async fn show(State(sandbox): State<Arc<Sandbox>>) -> Response {
    let accounts = sandbox.authenticator();
    let body = html! {
        h2 { "动态码 " span.en lang="en" { "Codes for signing in at the staff desk" } }
        @if accounts.is_empty() {
            p { "还没有账号，在下面加一个。" span.en lang="en" { " No account yet: add one below." } }
        }
        div.grid {
            @for one in &accounts {
                article.card {
                    p { (one.account) }
                    p.code { (one.code) }
                    p { small { "还有 " (one.seconds_left) " 秒，之后是 " (one.next) } }
                }
            }
        }
        h2 { "添加账号 " span.en lang="en" { "Add an account" } }
        form.scan method="post" action="/authenticator" {
            label { "otpauth 地址 " span lang="en" { "· address" } " "
                input type="text" name="uri" maxlength="400" autocomplete="off" placeholder="otpauth://totp/…"; }
            button type="submit" { "添加" }
        }
    };
    page("验证器", (!accounts.is_empty()).then_some(REFRESH_S), body)
}

async fn list(State(sandbox): State<Arc<Sandbox>>) -> Json<Vec<Shown>> {
    Json(sandbox.authenticator())
}

#[derive(Deserialize)]
struct Scanned {
    uri: String,
}

async fn scan(State(sandbox): State<Arc<Sandbox>>, headers: HeaderMap, Form(scanned): Form<Scanned>) -> Response {
    if headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site") {
        return StatusCode::FORBIDDEN.into_response();
    }
    match sandbox.scan(&scanned.uri) {
        Ok(()) => Redirect::to("/authenticator").into_response(),
        Err(why) => (StatusCode::UNPROCESSABLE_ENTITY, why).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RFC: &str = "otpauth://totp/Shimin:li.na?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Shimin&algorithm=SHA1&digits=6&period=30";

    #[test]
    fn a_scanned_account_shows_the_codes_of_the_rfc() {
        let account = parse(RFC).expect("an address");
        assert_eq!((account.name.as_str(), account.secret.as_slice()), ("Shimin:li.na", &b"12345678901234567890"[..]));
        for (seconds, shown) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            assert_eq!(code(&account.secret, Timestamp(seconds * 1000)), shown);
        }
    }

    #[test]
    fn an_address_that_the_app_cannot_use_is_refused_with_a_reason() {
        for bad in [
            "",
            "https://example.com",
            "otpauth://hotp/a?secret=GEZDGNBVGY3TQOJQ",
            "otpauth://totp/a",
            "otpauth://totp/a?secret=GEZ",
            "otpauth://totp/a?secret=0189",
            "otpauth://totp/a?secret=GEZDGNBVGY3TQOJQ&digits=8",
            "otpauth://totp/a?secret=GEZDGNBVGY3TQOJQ&algorithm=SHA256",
        ] {
            assert!(parse(bad).err().is_some_and(|why| why.len() > 10), "{bad}");
        }
        assert!(parse("otpauth://totp/%E6%9D%8E?secret=gezdgnbvgy3tqojq").is_ok_and(|account| account.name == "李"));
    }
}
