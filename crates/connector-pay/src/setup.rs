//! The providers of an installation: those that a file names, or the sandbox's, whose console gives a shop to whoever
//! brings a public key, as the real sandboxes do. Our own key lies in the data directory and only its owner reads it.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use connector::{
    Failure,
    pay::{Provider, Providers, Trade},
};
use kernel::{Clock, Rng};
use reqwest::Method;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::json;

use crate::{
    Alipay, Config, Unusable, WeChatPay, alipay,
    config::{self, Agreement, Desktop, PlatformKey, Secret},
    gateway::{self, Gateway, QUICK},
    rsa::MerchantKey,
    wechatpay,
};

const FILE: &str = "payment-merchant.pem";
/// What is entered in the provider's console.
const PUBLIC_FILE: &str = "payment-merchant.public.pem";
/// A sandbox that starts together with the platform may be a moment later.
const SANDBOX_TRIES: u32 = 5;
const SANDBOX_AGAIN_AFTER: Duration = Duration::from_millis(200);

pub struct Setup<'a> {
    /// The file of the city's shops. It wins over the sandbox.
    pub file: Option<&'a Path>,
    /// `http://host:port` of the sandbox, as this process reaches it.
    pub sandbox: Option<&'a str>,
    /// The same, as a citizen's browser reaches it.
    pub sandbox_pages: Option<&'a str>,
    /// Where our own key lies.
    pub data: &'a Path,
    /// Hosts that may be spoken to over plain HTTP.
    pub allow_hosts: &'a [String],
    pub clock: Arc<dyn Clock>,
    pub rng: Arc<dyn Rng>,
}

/// Everything that can be paid through. Nothing, if there is neither a file nor a sandbox.
pub async fn providers(setup: Setup<'_>) -> Result<Providers, Unusable> {
    let mut config = match (setup.file, setup.sandbox) {
        (Some(file), _) => Config::from_file(file)?,
        (None, Some(sandbox)) => from_sandbox(&setup, sandbox).await?,
        (None, None) => Config::default(),
    };
    if let Some(alipay) = config.alipay.as_mut().filter(|alipay| alipay.merchant_key.is_empty()) {
        alipay.merchant_key = own_key(setup.data)?;
    }
    let mut providers: Vec<Arc<dyn Provider>> = Vec::new();
    if let Some(shop) = config.alipay {
        providers.push(Arc::new(Alipay::new(shop, setup.allow_hosts, Arc::clone(&setup.clock))?));
    }
    if let Some(shop) = config.wechatpay {
        providers.push(Arc::new(WeChatPay::new(shop, setup.allow_hosts, setup.clock, setup.rng)?));
    }
    Ok(Providers::new(providers))
}

/// Whether a provider knows us and we know it: it is asked about an order that cannot exist. "No such order", signed, is
/// the good answer; it needs both keys to be right. Otherwise, what to look at.
pub async fn check(provider: &dyn Provider) -> Result<(), (Failure, &'static str)> {
    let answer = provider.query("00000000000000000000000000doctor").await;
    let failure = match answer {
        Ok(Trade::Unknown) => return Ok(()),
        Ok(_) => Failure::WrongSubject,
        Err(failure) => failure,
    };
    Err((failure, advice(failure)))
}

fn advice(failure: Failure) -> &'static str {
    match failure {
        Failure::Refused => {
            "it refuses our request: compare the shop's numbers with its console, and enter our public key there \
             (RUST_LOG=connector_pay=error shows its code)"
        }
        Failure::Garbage => {
            "its answer does not verify: the pinned public key must be the one its console shows, and this machine's \
             clock must be right"
        }
        Failure::Forbidden => "its address is not one that may be spoken to",
        _ => "it does not answer: is this machine allowed to reach it?",
    }
}

/// The installation's own key in PEM, made on the first run with its public half beside it.
pub fn own_key(directory: &Path) -> Result<Secret, Unusable> {
    let path = directory.join(FILE);
    let trouble = |cause| Unusable::File(path.clone(), cause);
    match fs::read_to_string(&path) {
        Ok(text) => {
            MerchantKey::read(&text).map_err(|why| Unusable::Key(FILE, why))?;
            Ok(Secret::new(text))
        }
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
            let made = MerchantKey::generate().and_then(|key| Ok((key.pem()?, key.public_pem()?)));
            let (pem, public) = made.map_err(|why| Unusable::Key(FILE, why))?;
            write_once(directory, &path, &pem).map_err(trouble)?;
            fs::write(directory.join(PUBLIC_FILE), public).map_err(trouble)?;
            Ok(Secret::new(pem.as_str()))
        }
        Err(cause) => Err(trouble(cause)),
    }
}

fn write_once(directory: &Path, path: &PathBuf, text: &str) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    // The name must survive a power cut as well as the bytes.
    fs::File::open(directory)?.sync_all()
}

#[derive(Deserialize)]
struct AlipayShop {
    app_id: String,
    seller_id: String,
    gateway_public_key: String,
}

#[derive(Deserialize)]
struct WeChatPayShop {
    mchid: String,
    appid: String,
    api_v3_key: String,
    serial: String,
    platform_serial: String,
    platform_public_key: String,
}

async fn from_sandbox(setup: &Setup<'_>, sandbox: &str) -> Result<Config, Unusable> {
    let key = own_key(setup.data)?;
    let public = MerchantKey::read(&key).and_then(|key| key.public_pem()).map_err(|why| Unusable::Key(FILE, why))?;
    let sandbox = sandbox.trim_end_matches('/');
    let pages = |path: &str| setup.sandbox_pages.map(|url| format!("{}{path}", url.trim_end_matches('/')));
    let shop: AlipayShop = register(setup, alipay::ID, sandbox, &public).await?;
    let alipay = config::Alipay {
        gateway: format!("{sandbox}/alipay/gateway.do"),
        pages: pages("/alipay/gateway.do"),
        app_id: shop.app_id,
        seller_id: shop.seller_id,
        merchant_key: key.clone(),
        gateway_public_key: Secret::new(shop.gateway_public_key),
        desktop: Desktop::default(),
        agreement: Some(Agreement {
            personal_product_code: "CYCLE_PAY_AUTH_P".to_owned(),
            product_code: "CYCLE_PAY_AUTH".to_owned(),
            sign_scene: "INDUSTRY|DEFAULT".to_owned(),
        }),
    };
    let shop: WeChatPayShop = register(setup, wechatpay::ID, sandbox, &public).await?;
    let wechatpay = config::WeChatPay {
        gateway: format!("{sandbox}/wechatpay"),
        pages: pages("/wechatpay"),
        mchid: shop.mchid,
        appid: shop.appid,
        serial: shop.serial,
        merchant_key: key,
        api_v3_key: Secret::new(shop.api_v3_key),
        platform_keys: vec![PlatformKey {
            serial: shop.platform_serial,
            public_key: Secret::new(shop.platform_public_key),
        }],
    };
    Ok(Config { alipay: Some(alipay), wechatpay: Some(wechatpay) })
}

/// Brings our public key to the sandbox's console, which answers with a shop.
async fn register<T: DeserializeOwned>(
    setup: &Setup<'_>,
    provider: &'static str,
    sandbox: &str,
    public: &str,
) -> Result<T, Unusable> {
    let url = format!("{sandbox}/{provider}/merchant");
    let console = Gateway::new(provider, &url, None, setup.allow_hosts, Arc::clone(&setup.clock))?;
    let body = json!({ "public_key_pem": public }).to_string();
    let mut tries = 0;
    loop {
        tries += 1;
        let request = gateway::request(Method::POST, console.url.clone(), Some(("application/json", body.clone())));
        let read = |reply: exchange::Reply| serde_json::from_slice(&reply.body).map_err(|_| Failure::Garbage);
        match console.ask("merchant", QUICK, request, read).await {
            Err(Failure::Down) if tries < SANDBOX_TRIES => tokio::time::sleep(SANDBOX_AGAIN_AFTER).await,
            result => return result.map_err(|failure| Unusable::Sandbox(provider, failure)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_made_once_and_only_its_owner_reads_it() {
        let directory = std::env::temp_dir().join(format!("shimin-pay-key-{}", std::process::id()));
        let first = own_key(&directory).expect("made");
        assert_eq!(&*first, &*own_key(&directory).expect("read"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(directory.join(FILE)).expect("there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        let public = fs::read_to_string(directory.join(PUBLIC_FILE)).expect("the public half");
        assert_eq!(MerchantKey::read(&first).and_then(|key| key.public_pem()), Ok(public));
        fs::write(directory.join(FILE), "short").expect("written");
        assert!(own_key(&directory).is_err(), "a broken key is never replaced");
        fs::remove_dir_all(directory).expect("removed");
    }
}
