//! A request to the open platform: parameters, the string that is signed, and the two ways to send it. A page is an
//! address that the payer's browser opens; everything else is posted by us.

use std::collections::BTreeMap;

use connector::Failure;
use kernel::Timestamp;
use url::Url;

use crate::{field, rsa::MerchantKey};

pub const FORM: &str = "application/x-www-form-urlencoded;charset=utf-8";
const BIZ_CONTENT: &str = "biz_content";

/// The parameters of one request, signed.
pub struct Signed(BTreeMap<&'static str, String>);

/// What is said besides the content.
pub struct Said<'a> {
    pub app_id: &'a str,
    pub method: &'a str,
    pub content: &'a serde_json::Value,
    pub notify_url: Option<&'a str>,
    pub return_url: Option<&'a str>,
    pub at: Timestamp,
}

/// `name=value` of everything that has a value, in the order of the names, joined by `&`. `sign` is not in it.
pub fn to_sign<'a>(parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut text = String::new();
    for (name, value) in parameters.into_iter().filter(|(name, value)| *name != "sign" && !value.is_empty()) {
        if !text.is_empty() {
            text.push('&');
        }
        text.push_str(name);
        text.push('=');
        text.push_str(value);
    }
    text
}

impl Signed {
    pub fn new(said: &Said<'_>, key: &MerchantKey) -> Result<Self, Failure> {
        let mut parameters = BTreeMap::from([
            ("app_id", said.app_id.to_owned()),
            (BIZ_CONTENT, said.content.to_string()),
            ("charset", "utf-8".to_owned()),
            ("format", "JSON".to_owned()),
            ("method", said.method.to_owned()),
            ("sign_type", "RSA2".to_owned()),
            ("timestamp", field::civil(said.at)),
            ("version", "1.0".to_owned()),
        ]);
        for (name, url) in [("notify_url", said.notify_url), ("return_url", said.return_url)] {
            if let Some(url) = url {
                parameters.insert(name, url.to_owned());
            }
        }
        let sign = key.sign(&to_sign(parameters.iter().map(|(name, value)| (*name, value.as_str()))))?;
        parameters.insert("sign", sign);
        Ok(Self(parameters))
    }

    /// The address that a browser opens.
    pub fn page(&self, gateway: &Url) -> Url {
        let mut url = gateway.clone();
        url.query_pairs_mut().extend_pairs(&self.0);
        url
    }

    /// Where to post, and what: the content in the body, everything about it in the query, as the provider's own
    /// libraries do.
    pub fn post(&self, gateway: &Url) -> (Url, String) {
        let mut url = gateway.clone();
        url.query_pairs_mut().extend_pairs(self.0.iter().filter(|(name, _)| **name != BIZ_CONTENT));
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(self.0.iter().filter(|(name, _)| **name == BIZ_CONTENT));
        (url, body.finish())
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::digest;
    use serde_json::json;

    use super::*;
    use crate::{rsa::GatewayKey, testing};

    const VECTOR: &str = "app_id=2021000000000001&biz_content={\"out_trade_no\":\"CS20260302000001\"}&charset=utf-8&\
                          format=JSON&method=alipay.trade.query&sign_type=RSA2&timestamp=2026-03-02 10:00:00&version=1.0";

    fn signed() -> Signed {
        let said = Said {
            app_id: "2021000000000001",
            method: "alipay.trade.query",
            content: &json!({ "out_trade_no": "CS20260302000001" }),
            notify_url: None,
            return_url: None,
            at: Timestamp(1_772_416_800_000),
        };
        Signed::new(&said, testing::merchant()).expect("signed")
    }

    #[test]
    fn the_string_that_is_signed_is_the_vectors() {
        let text = to_sign(signed().0.iter().map(|(name, value)| (*name, value.as_str())));
        assert_eq!(text, VECTOR);
        let hash: String = digest::digest(&digest::SHA256, text.as_bytes())
            .as_ref()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(hash, "2af05adef3796a1afa967a24dcf24f56596f62dec004e63c0c00b9266a659d5e");
    }

    #[test]
    fn both_ways_carry_every_parameter_once_and_the_signature_verifies() {
        let gateway = Url::parse("https://openapi.example/gateway.do").expect("url");
        let signed = signed();
        let key = GatewayKey::read(&testing::merchant().public_pem().expect("pem")).expect("key");
        let (url, body) = signed.post(&gateway);
        let posted = url.query_pairs().into_owned().chain(url::form_urlencoded::parse(body.as_bytes()).into_owned());
        for pairs in [signed.page(&gateway).query_pairs().into_owned().collect::<Vec<_>>(), posted.collect()] {
            let map: BTreeMap<String, String> = pairs.iter().cloned().collect();
            assert_eq!((map.len(), pairs.len()), (9, 9));
            let text = to_sign(map.iter().map(|(name, value)| (name.as_str(), value.as_str())));
            assert!(key.verifies(text.as_bytes(), &map["sign"]), "{map:?}");
        }
    }
}
