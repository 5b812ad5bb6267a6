//! A reply of the open platform: one object named after the method, and a signature over exactly the bytes of that
//! object. Nothing is read from it before the signature holds.

use std::collections::HashMap;

use connector::Failure;
use exchange::{Reply, json};
use serde_json::{Value, value::RawValue};

use crate::rsa::GatewayKey;

/// The business code of success.
const DONE: &str = "10000";
/// A payment that the payer has still to confirm.
const UNDER_WAY: &str = "10003";

/// What the platform said, verified.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    Yes(Value),
    /// Accepted, and not finished.
    UnderWay,
    /// Declined, with the code that tells why.
    No(String),
}

pub fn read(method: &str, reply: &Reply, key: &GatewayKey) -> Result<Said, Failure> {
    let text = std::str::from_utf8(&reply.body).map_err(|_| Failure::Garbage)?;
    // Read once for its form: no name twice, no endless depth. After that the raw pieces mean one thing only.
    json::parse(text)?;
    let pieces: HashMap<String, &RawValue> = serde_json::from_str(text).map_err(|_| Failure::Garbage)?;
    let sign = pieces.get("sign").and_then(|sign| serde_json::from_str::<String>(sign.get()).ok());
    let Some(raw) = pieces.get(&format!("{}_response", method.replace('.', "_"))) else {
        return Err(refusal(method, pieces.get("error_response")));
    };
    let said = json::parse(raw.get())?;
    match sign {
        Some(sign) if key.verifies(raw.get().as_bytes(), &sign) => judge(method, said),
        None if said["code"] != DONE => Err(refusal(method, Some(raw))),
        _ => {
            tracing::error!(method, "the reply's signature does not hold");
            Err(Failure::Garbage)
        }
    }
}

/// An error of the whole request, for example of an application that the platform does not know, may come unsigned: it
/// says nothing about any order.
fn refusal(method: &str, error: Option<&&RawValue>) -> Failure {
    let Some(error) = error.and_then(|error| json::parse(error.get()).ok()) else { return Failure::Garbage };
    tracing::error!(method, code = code(&error), "the gateway refuses the request");
    Failure::Refused
}

fn code(said: &Value) -> &str {
    let text = |name: &str| said[name].as_str().filter(|code| !code.is_empty());
    text("sub_code").or_else(|| text("code")).unwrap_or_default()
}

fn judge(method: &str, said: Value) -> Result<Said, Failure> {
    let sub_code = code(&said).to_owned();
    match said["code"].as_str() {
        Some(DONE) => Ok(Said::Yes(said)),
        Some(UNDER_WAY) => Ok(Said::UnderWay),
        // The platform itself is unwell; 20001 is about our authorisation and falls through.
        Some("20000") => Err(Failure::Down),
        Some("40005") => Err(Failure::Busy),
        Some(_) if sub_code.ends_with("SYSTEM_ERROR") || sub_code.starts_with("isp.unknow") => Err(Failure::Down),
        Some(_) => {
            tracing::debug!(method, code = sub_code, "declined");
            Ok(Said::No(sub_code))
        }
        None => Err(Failure::Half),
    }
}

/// True for codes that speak of the order rather than of our request or our rights.
pub fn is_about_the_order(code: &str) -> bool {
    code.starts_with("ACQ.")
}

/// A refusal that says nothing about the order.
pub fn refused(method: &str, code: &str) -> Failure {
    tracing::error!(method, code, "the gateway refuses the request");
    Failure::Refused
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use reqwest::{StatusCode, header::HeaderMap};
    use serde_json::json;

    use super::*;
    use crate::testing;

    const METHOD: &str = "alipay.trade.query";

    fn reply(body: impl Into<Vec<u8>>) -> Reply {
        Reply { status: StatusCode::OK, headers: HeaderMap::new(), body: body.into() }
    }

    fn heard(body: impl Into<Vec<u8>>) -> Result<Said, Failure> {
        read(METHOD, &reply(body), &testing::provider_public())
    }

    fn signed(said: &str) -> String {
        let sign = testing::provider().sign(said).expect("signed");
        format!("{{\"alipay_trade_query_response\":{said},\"sign\":\"{sign}\"}}")
    }

    #[test]
    fn the_raw_substring_is_what_is_verified() {
        // Escapes, spaces and nesting as the platform sends them: a second writing of the same value would not verify.
        let said =
            r#"{"code":"10000","msg":"Success", "qr_code":"https:\/\/qr.example\/bax","a":{"b":[1,"}\""]},"sign":"x"}"#;
        assert!(matches!(heard(signed(said)), Ok(Said::Yes(value)) if value["qr_code"] == "https://qr.example/bax"));
        let rewritten = signed(said).replace(r"https:\/\/", "https://");
        assert_eq!(heard(rewritten), Err(Failure::Garbage));
    }

    #[test]
    fn codes_become_words_or_failures() {
        let say = |said: Value| heard(signed(&said.to_string()));
        assert_eq!(
            say(json!({ "code": "40004", "sub_code": "ACQ.TRADE_NOT_EXIST" })),
            Ok(Said::No("ACQ.TRADE_NOT_EXIST".into()))
        );
        assert_eq!(say(json!({ "code": "10003" })), Ok(Said::UnderWay));
        assert_eq!(say(json!({ "code": "20000", "sub_code": "isp.unknow-error" })), Err(Failure::Down));
        assert_eq!(say(json!({ "code": "40004", "sub_code": "ACQ.SYSTEM_ERROR" })), Err(Failure::Down));
        assert_eq!(say(json!({ "code": "40005", "sub_code": "isv.app-call-limited" })), Err(Failure::Busy));
        assert_eq!(say(json!({ "msg": "Success" })), Err(Failure::Half));
        for name in ["error_response", "alipay_trade_query_response"] {
            let unsigned = format!(r#"{{"{name}":{{"code":"40002","sub_code":"isv.invalid-app-id"}}}}"#);
            assert_eq!(heard(unsigned), Err(Failure::Refused), "{name}");
        }
    }

    #[test]
    fn garbage_is_a_failure() {
        let good = signed(r#"{"code":"10000"}"#);
        let foreign = good.replace("alipay_trade_query_response", "alipay_trade_close_response");
        let twice = good.replacen('{', r#"{"alipay_trade_query_response":{"code":"10000"},"#, 1);
        for body in
            ["", "null", "[]", "<html>", "{}", r#"{"sign":"x"}"#, r#"{"alipay_trade_query_response":{"code":"10000"}}"#]
        {
            assert_eq!(heard(body), Err(Failure::Garbage), "{body}");
        }
        assert_eq!(heard(foreign), Err(Failure::Garbage));
        assert_eq!(heard(twice), Err(Failure::Garbage));
        assert_eq!(heard(b"\xFF\xFE".to_vec()), Err(Failure::Garbage));
        assert_eq!(heard(&good.as_bytes()[..good.len() - 9]), Err(Failure::Half));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn an_altered_reply_never_says_something_else(at in any::<proptest::sample::Index>(), with in any::<u8>()) {
            let good = signed(r#"{"code":"10000","msg":"Success","trade_status":"WAIT_BUYER_PAY","total_amount":"86.40"}"#);
            let truth = heard(good.clone());
            let mut bytes = good.into_bytes();
            let at = at.index(bytes.len());
            bytes[at] = with;
            let said = heard(bytes);
            prop_assert!(said.is_err() || said == truth);
        }
    }
}
