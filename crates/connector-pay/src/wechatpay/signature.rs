//! The two signatures of WeChat Pay v3: ours in the `Authorization` of a request, theirs in the headers of a reply or a
//! callback. Both are over lines; a part that could hold a line break is refused, because it could move a line's end.

use connector::{Failure, pay::Forged};
use kernel::Timestamp;

use crate::rsa::{GatewayKey, MerchantKey};

pub const ALGORITHM: &str = "WECHATPAY2-SHA256-RSA2048";
/// How far clocks may differ and messages may take.
const AGE_MAX_S: u64 = 300;

/// Whose key signs our requests, and under which number the provider knows it.
pub struct Signer {
    pub mchid: String,
    pub serial: String,
    pub key: MerchantKey,
}

impl Signer {
    /// `target` is the path with its query.
    pub fn authorization(
        &self,
        method: &str,
        target: &str,
        body: &str,
        nonce: &str,
        at: Timestamp,
    ) -> Result<String, Failure> {
        let seconds = at.0.div_euclid(1000);
        let signature = self.key.sign(&format!("{method}\n{target}\n{seconds}\n{nonce}\n{body}\n"))?;
        let (mchid, serial) = (&self.mchid, &self.serial);
        Ok(format!(
            "{ALGORITHM} mchid=\"{mchid}\",nonce_str=\"{nonce}\",timestamp=\"{seconds}\",serial_no=\"{serial}\",\
             signature=\"{signature}\""
        ))
    }
}

/// The provider's keys by their numbers: while a key is changed there are two.
pub struct Pinned(Vec<(String, GatewayKey)>);

/// What the provider put into the headers.
pub struct Stamped<'a> {
    pub serial: &'a str,
    pub timestamp: &'a str,
    pub nonce: &'a str,
    pub signature: &'a str,
}

impl<'a> Stamped<'a> {
    /// Takes the four headers, each by its name. `None` if one is missing.
    pub fn read(header: impl Fn(&str) -> Option<&'a str>) -> Option<Self> {
        Some(Self {
            serial: header("Wechatpay-Serial")?,
            timestamp: header("Wechatpay-Timestamp")?,
            nonce: header("Wechatpay-Nonce")?,
            signature: header("Wechatpay-Signature")?,
        })
    }
}

impl Pinned {
    pub fn new(keys: Vec<(String, GatewayKey)>) -> Self {
        Self(keys)
    }

    pub fn verify(&self, stamped: &Stamped<'_>, body: &[u8], now: Timestamp) -> Result<(), Forged> {
        let (_, key) = self.0.iter().find(|(serial, _)| serial == stamped.serial).ok_or(Forged::Key)?;
        let plain =
            |text: &str, max: usize| (1..=max).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        let canonical = stamped.timestamp.parse::<u64>().ok().filter(|s| s.to_string() == stamped.timestamp);
        let seconds = canonical.ok_or(Forged::Malformed)?;
        if !plain(stamped.nonce, 128) {
            return Err(Forged::Malformed);
        }
        let now = u64::try_from(now.0.div_euclid(1000)).unwrap_or(0);
        if now.abs_diff(seconds) >= AGE_MAX_S {
            return Err(Forged::Stale);
        }
        let mut message = format!("{seconds}\n{}\n", stamped.nonce).into_bytes();
        message.extend_from_slice(body);
        message.push(b'\n');
        if key.verifies(&message, stamped.signature) { Ok(()) } else { Err(Forged::Signature) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    /// 2026-03-02 10:00:00.
    const NOW: Timestamp = Timestamp(1_772_416_800_000);

    #[test]
    fn a_request_is_signed_line_by_line() {
        let key = MerchantKey::read(&testing::merchant().pem().expect("pem")).expect("key");
        let signer = Signer { mchid: "1900000001".into(), serial: "5157F09E".into(), key };
        let target = "/v3/pay/transactions/out-trade-no/o1?mchid=1900000001";
        let header = signer.authorization("GET", target, "", "n1", NOW).expect("signed");
        let (rest, signature) = header.trim_end_matches('"').split_once("signature=\"").expect("a signature");
        let says = "WECHATPAY2-SHA256-RSA2048 mchid=\"1900000001\",nonce_str=\"n1\",timestamp=\"1772416800\",\
                    serial_no=\"5157F09E\",";
        assert_eq!(rest, says);
        let public = GatewayKey::read(&testing::merchant().public_pem().expect("pem")).expect("key");
        let message = "GET\n/v3/pay/transactions/out-trade-no/o1?mchid=1900000001\n1772416800\nn1\n\n";
        assert!(public.verifies(message.as_bytes(), signature));
    }

    #[test]
    fn only_the_pinned_keys_lines_of_these_minutes_are_believed() {
        let pinned = Pinned::new(vec![("P1".into(), testing::provider_public())]);
        let signed = |timestamp: &str, nonce: &str, body: &str| {
            testing::provider().sign(&format!("{timestamp}\n{nonce}\n{body}\n")).expect("signed")
        };
        let check = |serial: &str, timestamp: &str, nonce: &str, body: &str, signature: &str| {
            pinned.verify(&Stamped { serial, timestamp, nonce, signature }, body.as_bytes(), NOW)
        };
        let good = signed("1772416800", "n1", "{}");
        assert_eq!(check("P1", "1772416800", "n1", "{}", &good), Ok(()));
        assert_eq!(check("P2", "1772416800", "n1", "{}", &good), Err(Forged::Key));
        assert_eq!(check("P1", "1772416801", "n1", "{}", &good), Err(Forged::Signature));
        assert_eq!(check("P1", "1772416800", "n2", "{}", &good), Err(Forged::Signature));
        assert_eq!(check("P1", "1772416800", "n1", "{ }", &good), Err(Forged::Signature));
        assert_eq!(check("P1", "1772416800", "n1", "{}", "WECHATPAY/SIGNTEST/AAAA"), Err(Forged::Signature));
        for (timestamp, says) in [
            ("1772416501", Ok(())),
            ("1772416500", Err(Forged::Stale)),
            ("1772417099", Ok(())),
            ("1772417100", Err(Forged::Stale)),
            ("0", Err(Forged::Stale)),
            ("-1", Err(Forged::Malformed)),
            ("+1772416800", Err(Forged::Malformed)),
            ("01772416800", Err(Forged::Malformed)),
            ("1772416800000", Err(Forged::Stale)),
            ("", Err(Forged::Malformed)),
        ] {
            assert_eq!(check("P1", timestamp, "n1", "{}", &signed(timestamp, "n1", "{}")), says, "{timestamp}");
        }
        // The same signed lines, cut elsewhere: the body's first line moves into the nonce.
        let cut = signed("1772416800", "n1", "a\nb");
        assert_eq!(check("P1", "1772416800", "n1", "a\nb", &cut), Ok(()));
        assert_eq!(check("P1", "1772416800", "n1\na", "b", &cut), Err(Forged::Malformed));
    }
}
