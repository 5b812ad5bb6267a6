//! What a city enters to be paid: its shops at the providers, as a TOML file. A secret may stand in the file, or the file
//! says where it is: `env:NAME`, or `file:PATH` beside the file. `docs/payment-providers.md` tells what to enter.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use zeroize::Zeroizing;

use crate::rsa::NotAKey;

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub alipay: Option<Alipay>,
    pub wechatpay: Option<WeChatPay>,
}

/// A shop at Alipay's open platform, in public-key mode.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alipay {
    #[serde(default = "alipay_gateway")]
    pub gateway: String,
    /// The gateway as the payer's browser reaches it, if that differs.
    pub pages: Option<String>,
    pub app_id: String,
    /// The shop's own number at Alipay, which begins with 2088.
    pub seller_id: String,
    /// Our private key. Without it the installation's own key is used, and its public half is what the console is given.
    #[serde(default)]
    pub merchant_key: Secret,
    /// Alipay's public key, as the console shows it after ours was entered.
    pub gateway_public_key: Secret,
    #[serde(default)]
    pub desktop: Desktop,
    /// Present if the shop may debit by agreement.
    pub agreement: Option<Agreement>,
}

/// What a payer on a desktop sees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Desktop {
    /// Alipay's own page.
    #[default]
    Page,
    /// A code on ours, to scan.
    Code,
}

/// The product codes of a contract for debiting, as agreed with Alipay.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agreement {
    pub personal_product_code: String,
    pub product_code: String,
    pub sign_scene: String,
}

/// A shop at WeChat Pay.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeChatPay {
    #[serde(default = "wechatpay_gateway")]
    pub gateway: String,
    /// The gateway as the payer's browser reaches it, if that differs.
    pub pages: Option<String>,
    pub mchid: String,
    pub appid: String,
    /// The number of our API certificate.
    pub serial: String,
    /// The private key of our API certificate.
    pub merchant_key: Secret,
    /// The 32 characters that callbacks are sealed with.
    pub api_v3_key: Secret,
    /// WeChat Pay's public keys. While one is replaced there are two.
    pub platform_keys: Vec<PlatformKey>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlatformKey {
    /// The number of the platform's certificate, or the `PUB_KEY_ID_…` of its public key.
    pub serial: String,
    pub public_key: Secret,
}

fn alipay_gateway() -> String {
    "https://openapi.alipay.com/gateway.do".to_owned()
}

fn wechatpay_gateway() -> String {
    "https://api.mch.weixin.qq.com".to_owned()
}

/// A text that is wiped when it is no longer needed, and never printed.
#[derive(Clone, Default)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    fn resolve(&mut self, name: &'static str, beside: &Path) -> Result<(), Unusable> {
        if let Some(variable) = self.0.strip_prefix("env:") {
            let text = std::env::var(variable).map_err(|_| Unusable::Variable(name, variable.to_owned()))?;
            *self = Self::new(text);
        } else if let Some(path) = self.0.strip_prefix("file:") {
            let path = beside.join(path);
            let text = fs::read_to_string(&path).map_err(|cause| Unusable::File(path, cause))?;
            *self = Self::new(text.trim());
        }
        Ok(())
    }
}

impl std::ops::Deref for Secret {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("‹secret›")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d).map(Self::new)
    }
}

impl Config {
    /// Reads a file with what it refers to.
    pub fn from_file(path: &Path) -> Result<Self, Unusable> {
        let text = fs::read_to_string(path).map_err(|cause| Unusable::File(path.to_owned(), cause))?;
        Self::read(&text, path.parent().unwrap_or(Path::new(".")))
    }

    pub fn read(text: &str, beside: &Path) -> Result<Self, Unusable> {
        let mut config: Self = toml::from_str(text).map_err(|cause| Unusable::Toml(cause.to_string()))?;
        if let Some(alipay) = &mut config.alipay {
            alipay.merchant_key.resolve("alipay.merchant_key", beside)?;
            alipay.gateway_public_key.resolve("alipay.gateway_public_key", beside)?;
            filled([("alipay.app_id", &alipay.app_id), ("alipay.seller_id", &alipay.seller_id)])?;
        }
        if let Some(wechatpay) = &mut config.wechatpay {
            wechatpay.merchant_key.resolve("wechatpay.merchant_key", beside)?;
            wechatpay.api_v3_key.resolve("wechatpay.api_v3_key", beside)?;
            for key in &mut wechatpay.platform_keys {
                key.public_key.resolve("wechatpay.platform_keys.public_key", beside)?;
            }
            let WeChatPay { mchid, appid, serial, .. } = &*wechatpay;
            filled([("wechatpay.mchid", mchid), ("wechatpay.appid", appid), ("wechatpay.serial", serial)])?;
            if wechatpay.platform_keys.is_empty() {
                return Err(Unusable::Empty("wechatpay.platform_keys"));
            }
        }
        Ok(config)
    }
}

/// Each goes into an address, a header or a signed line, where nothing but letters, digits and `_-` has a place.
fn filled<'a>(fields: impl IntoIterator<Item = (&'static str, &'a String)>) -> Result<(), Unusable> {
    for (name, value) in fields {
        let plain =
            (1..=64).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
        if !plain {
            return Err(Unusable::Empty(name));
        }
    }
    Ok(())
}

/// Why a provider cannot be used, with what to do about it. Never a secret.
#[derive(Debug)]
pub enum Unusable {
    File(PathBuf, io::Error),
    Toml(String),
    Variable(&'static str, String),
    Empty(&'static str),
    Key(&'static str, NotAKey),
    ApiKey,
    Address(String),
    Client(reqwest::Error),
    /// The sandbox does not give us a shop.
    Sandbox(&'static str, connector::Failure),
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path, cause) => write!(f, "{}: {cause}", path.display()),
            Self::Toml(cause) => write!(f, "the payment providers' file: {cause}"),
            Self::Variable(name, variable) => write!(f, "{name}: the environment has no {variable}"),
            Self::Empty(name) => write!(f, "{name}: fill it in as the provider's console shows it"),
            Self::Key(name, why) => write!(f, "{name}: {why}"),
            Self::ApiKey => f.write_str("wechatpay.api_v3_key: 32 characters are needed, as entered in the console"),
            Self::Address(url) => write!(f, "`{url}` is not an https address of a payment gateway"),
            Self::Client(cause) => write!(f, "the HTTP client cannot start: {cause}"),
            Self::Sandbox(provider, failure) => write!(f, "the sandbox gives no shop at {provider}: {failure}"),
        }
    }
}

impl std::error::Error for Unusable {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::File(_, cause) => Some(cause),
            Self::Client(cause) => Some(cause),
            Self::Key(_, why) => Some(why),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: &str = r#"
        [alipay]
        app_id = "2021000000000001"
        seller_id = "2088000000000001"
        gateway_public_key = "file:alipay.pem"
        agreement = { personal_product_code = "GENERAL_WITHHOLDING_P", product_code = "GENERAL_WITHHOLDING", sign_scene = "INDUSTRY|DEFAULT" }

        [wechatpay]
        mchid = "1900000001"
        appid = "wx0000000000000001"
        serial = "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"
        merchant_key = "x"
        api_v3_key = "0123456789abcdef0123456789abcdef"
        platform_keys = [{ serial = "PUB_KEY_ID_1", public_key = "y" }]
    "#;

    fn beside() -> PathBuf {
        let directory = std::env::temp_dir().join(format!("shimin-pay-config-{}", std::process::id()));
        fs::create_dir_all(&directory).expect("made");
        fs::write(directory.join("alipay.pem"), "KEY\n").expect("written");
        directory
    }

    #[test]
    fn a_file_with_what_it_refers_to_is_read() {
        let config = Config::read(BOTH, &beside()).unwrap_or_else(|why| panic!("{why}"));
        let (alipay, wechatpay) = (config.alipay.expect("alipay"), config.wechatpay.expect("wechatpay"));
        assert_eq!(alipay.gateway, "https://openapi.alipay.com/gateway.do");
        assert_eq!(&*alipay.gateway_public_key, "KEY");
        assert_eq!(&*alipay.merchant_key, "");
        assert_eq!(alipay.desktop, Desktop::Page);
        assert_eq!(wechatpay.gateway, "https://api.mch.weixin.qq.com");
        assert_eq!(format!("{:?}", wechatpay.api_v3_key), "‹secret›");
    }

    #[test]
    fn a_mistake_is_named_with_its_field() {
        for (from, to, says) in [
            ("app_id = \"2021000000000001\"", "app_id = \"\"", "alipay.app_id"),
            ("file:alipay.pem", "file:none.pem", "none.pem"),
            ("file:alipay.pem", "env:SHIMIN_NO_SUCH_VARIABLE", "SHIMIN_NO_SUCH_VARIABLE"),
            ("mchid =", "merchant =", "unknown field `merchant`"),
            ("[{ serial = \"PUB_KEY_ID_1\", public_key = \"y\" }]", "[]", "wechatpay.platform_keys"),
            ("serial = \"5157", "serial = \"\\n5157", "wechatpay.serial"),
        ] {
            let mistake = Config::read(&BOTH.replace(from, to), &beside()).err().expect("a mistake").to_string();
            assert!(mistake.contains(says), "{mistake}");
        }
    }
}
