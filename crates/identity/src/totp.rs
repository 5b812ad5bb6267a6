//! Codes of an authenticator app: RFC 6238 with six digits, thirty seconds and SHA-1, because that is what every app of
//! the kind can do. SHA-1's collisions do not matter inside HMAC.
//!
//! A code is good in its own step and the ones beside it, for clocks that go a little wrong. Which steps are used up is
//! the store's to remember.

use aws_lc_rs::hmac;
use kernel::{Rng, Timestamp};

const STEP_MS: u64 = 30_000;
const DIGITS: usize = 6;
const SECRET_BYTES: usize = 20;
/// Steps before and after the present one whose codes are taken.
const DRIFT_STEPS: u64 = 1;

/// The alphabet of RFC 4648's base 32.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// A new secret, as long as RFC 4226 recommends.
#[must_use]
pub fn secret(rng: &dyn Rng) -> Vec<u8> {
    let mut secret = vec![0; SECRET_BYTES];
    rng.fill(&mut secret);
    secret
}

fn step(now: Timestamp) -> u64 {
    u64::try_from(now.0).unwrap_or_default() / STEP_MS
}

/// The code that the authenticator shows now.
#[must_use]
pub fn code(secret: &[u8], now: Timestamp) -> String {
    format!("{:0DIGITS$}", at(secret, step(now)) % 10_u32.pow(DIGITS as u32))
}

/// Seconds for which [`code`] stays the same.
#[must_use]
pub fn seconds_left(now: Timestamp) -> u64 {
    (STEP_MS - u64::try_from(now.0).unwrap_or_default() % STEP_MS).div_ceil(1000)
}

/// The step of a right code that is later than `used`, the last step that worked. Every step in reach is compared whole,
/// so that the time tells nothing.
#[must_use]
pub fn verify(secret: &[u8], typed: &str, now: Timestamp, used: u64) -> Option<u64> {
    let now = step(now);
    let mut found = None;
    for step in now.saturating_sub(DRIFT_STEPS)..=now + DRIFT_STEPS {
        let right = format!("{:0DIGITS$}", at(secret, step) % 10_u32.pow(DIGITS as u32));
        let same = aws_lc_rs::constant_time::verify_slices_are_equal(right.as_bytes(), typed.as_bytes()).is_ok();
        if same && step > used {
            found = Some(step);
        }
    }
    found
}

/// RFC 4226's dynamic truncation of one step's HMAC: 31 bits.
fn at(secret: &[u8], step: u64) -> u32 {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let bytes = tag.as_ref();
    let from = usize::from(bytes[bytes.len() - 1] & 15);
    let mut four = [0; 4];
    four.copy_from_slice(&bytes[from..from + 4]);
    u32::from_be_bytes(four) & 0x7fff_ffff
}

/// The secret for typing: base 32 without padding.
#[must_use]
pub fn base32(secret: &[u8]) -> String {
    let (mut text, mut bits, mut held) = (String::with_capacity(secret.len() * 8 / 5 + 1), 0_u32, 0_u32);
    for byte in secret {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(BASE32[((held >> bits) & 31) as usize]));
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(char::from(BASE32[((held << (5 - bits)) & 31) as usize]));
    }
    text
}

/// The address that an authenticator app reads from a QR code. `login` has no character that an address would escape.
#[must_use]
pub fn uri(secret: &[u8], login: &str) -> String {
    format!("otpauth://totp/Shimin:{login}?secret={}&issuer=Shimin&algorithm=SHA1&digits=6&period=30", base32(secret))
}

#[cfg(test)]
mod tests {
    use kernel::SeededRng;

    use super::*;

    const RFC: &[u8] = b"12345678901234567890";

    /// RFC 6238, appendix B, the rows of SHA-1: eight digits there, of which an app of six shows the last.
    #[test]
    fn the_codes_of_the_rfc() {
        for (seconds, eight) in [
            (59, 94_287_082),
            (1_111_111_109, 7_081_804),
            (1_111_111_111, 14_050_471),
            (1_234_567_890, 89_005_924),
            (2_000_000_000, 69_279_037),
            (20_000_000_000, 65_353_130),
        ] {
            let now = Timestamp(seconds * 1000);
            assert_eq!(at(RFC, step(now)) % 100_000_000, eight, "{seconds}");
            assert_eq!(code(RFC, now), format!("{:06}", eight % 1_000_000), "{seconds}");
        }
    }

    /// RFC 4226, appendix D.
    #[test]
    fn the_codes_of_the_counter() {
        let codes = [755_224, 287_082, 359_152, 969_429, 338_314, 254_676, 287_922, 162_583, 399_871, 520_489];
        for (counter, code) in (0..).zip(codes) {
            assert_eq!(at(RFC, counter) % 1_000_000, code, "{counter}");
        }
    }

    #[test]
    fn a_code_is_good_for_three_steps_and_once() {
        let now = Timestamp(1_772_416_815_000);
        let this = step(now);
        let typed = code(RFC, now);
        assert_eq!(verify(RFC, &typed, now, 0), Some(this));
        assert_eq!(verify(RFC, &typed, now, this - 1), Some(this));
        assert_eq!(verify(RFC, &typed, now, this), None, "used");
        assert_eq!(verify(RFC, &typed, now.plus_s(30), 0), Some(this), "one step late");
        assert_eq!(verify(RFC, &typed, now.plus_s(-30), 0), Some(this), "one step early");
        assert_eq!(verify(RFC, &typed, now.plus_s(60), 0), None);
        assert_eq!(verify(RFC, &typed, now.plus_s(-60), 0), None);
        for wrong in ["", "0", &typed[..5], &format!("{typed}0"), "abcdef"] {
            assert_eq!(verify(RFC, wrong, now, 0), None, "{wrong}");
        }
        assert_eq!(verify(b"another secret here", &typed, now, 0), None);
        assert_eq!(seconds_left(now), 15);
    }

    /// RFC 4648, section 10.
    #[test]
    fn base_32_is_as_apps_read_it() {
        for (clear, text) in
            [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("foobar", "MZXW6YTBOI")]
        {
            assert_eq!(base32(clear.as_bytes()), text);
        }
        let uri = uri(RFC, "li.na");
        assert_eq!(
            uri,
            "otpauth://totp/Shimin:li.na?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Shimin&algorithm=SHA1&digits=6&period=30"
        );
    }

    #[test]
    fn secrets_are_long_and_unlike() {
        let rng = SeededRng::new(1);
        assert_eq!(secret(&rng).len(), 20);
        assert_ne!(secret(&rng), secret(&rng));
    }
}
