//! WeChat Pay v3: signed requests, verified replies, sealed callbacks, and the bill of a day. A code to scan on a desktop,
//! a page that opens the app on a phone, and a call within the app for who is already in it.

mod bill;
mod notice;
mod sealed;
mod signature;

use std::sync::Arc;

use connector::{
    BoxFuture, Failure,
    pay::{
        Ack, BillLine, Callback, Cashier, Device, Forged, Notice, Order, Provider, ProviderHealth, RefundOrder,
        RefundState, Trade,
    },
};
use exchange::{Reply, json};
use kernel::{Clock, Date, Id, Money, Rng, Text, Timestamp};
use reqwest::{
    Method, StatusCode,
    header::{AUTHORIZATION, HeaderValue},
};
use serde_json::{Value, json};
use url::Url;

use self::{
    bill::Shop,
    sealed::ApiKey,
    signature::{Pinned, Signer, Stamped},
};
use crate::{
    config::{self, Unusable},
    field,
    gateway::{self, BILL_BYTES_MAX, BULK, Gateway, QUICK},
    rsa::{GatewayKey, MerchantKey},
};

pub const ID: &str = "wechatpay";
const JSON: &str = "application/json";
/// What the payer reads is refused if it is longer.
const DESCRIPTION_BYTES_MAX: usize = 127;
const REASON_BYTES_MAX: usize = 80;
/// Codes of declined requests that say what became of an order or a refund.
const NO_SUCH_ORDER: [&str; 3] = ["ORDER_NOT_EXIST", "ORDERNOTEXIST", "RESOURCE_NOT_EXISTS"];
const NO_BILL: [&str; 2] = ["NO_STATEMENT_EXIST", "STATEMENT_CREATING"];
/// Refunds that a person must look at; any other refusal is about our request.
const REFUND_STUCK: [&str; 5] =
    ["NOT_ENOUGH", "USER_ACCOUNT_ABNORMAL", "RESOURCE_NOT_EXISTS", "ORDER_NOT_EXIST", "INVALID_REQUEST"];

pub struct WeChatPay {
    mchid: String,
    appid: String,
    signer: Signer,
    pinned: Pinned,
    key: ApiKey,
    gateway: Gateway,
    rng: Arc<dyn Rng>,
}

/// What the provider said, verified.
enum Said {
    Yes(Value),
    No(String),
}

/// What a page inside the app hands to the app's own pay function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InApp {
    pub app_id: String,
    pub time_stamp: String,
    pub nonce_str: String,
    pub package: String,
    pub pay_sign: String,
}

impl WeChatPay {
    pub fn new(
        shop: config::WeChatPay,
        allow_hosts: &[String],
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
    ) -> Result<Self, Unusable> {
        let key = MerchantKey::read(&shop.merchant_key).map_err(|why| Unusable::Key("wechatpay.merchant_key", why))?;
        let mut pinned = Vec::new();
        for platform in shop.platform_keys {
            let key = GatewayKey::read(&platform.public_key)
                .map_err(|why| Unusable::Key("wechatpay.platform_keys.public_key", why))?;
            pinned.push((platform.serial, key));
        }
        Ok(Self {
            signer: Signer { mchid: shop.mchid.clone(), serial: shop.serial, key },
            mchid: shop.mchid,
            appid: shop.appid,
            pinned: Pinned::new(pinned),
            key: ApiKey::new(shop.api_v3_key.as_bytes()).ok_or(Unusable::ApiKey)?,
            gateway: Gateway::new(ID, &shop.gateway, shop.pages.as_deref(), allow_hosts, clock)?,
            rng,
        })
    }

    fn nonce(&self) -> String {
        Id::random(self.rng.as_ref()).to_string()
    }

    fn request(&self, method: Method, url: Url, body: Option<String>) -> Result<exchange::Request, Failure> {
        let target = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        let authorization = self.signer.authorization(
            method.as_str(),
            &target,
            body.as_deref().unwrap_or_default(),
            &self.nonce(),
            self.gateway.clock.now(),
        )?;
        let mut request = gateway::request(method, url, body.map(|body| (JSON, body)));
        let mut value = HeaderValue::from_str(&authorization).map_err(|_| Failure::NotAsked)?;
        value.set_sensitive(true);
        request.headers.insert(AUTHORIZATION, value);
        request.reads_refusal = true;
        Ok(request)
    }

    /// An address below the gateway's, with a query.
    fn url(&self, path: &str, query: &[(&str, &str)]) -> Url {
        let mut url = self.gateway.url.clone();
        url.set_path(&format!("{}{path}", self.gateway.url.path().trim_end_matches('/')));
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    async fn ask(&self, method: Method, url: Url, body: Option<Value>) -> Result<Said, Failure> {
        let what = url.path().to_owned();
        let request = self.request(method, url, body.map(|body| body.to_string()))?;
        self.gateway.ask(&what, QUICK, request, |reply| self.read(&reply)).await
    }

    fn read(&self, reply: &Reply) -> Result<Said, Failure> {
        self.believe(reply)?;
        if reply.status == StatusCode::NO_CONTENT || (reply.status.is_success() && reply.body.is_empty()) {
            return Ok(Said::Yes(Value::Null));
        }
        let value = json::parse(std::str::from_utf8(&reply.body).map_err(|_| Failure::Garbage)?)?;
        if reply.status.is_success() {
            return Ok(Said::Yes(value));
        }
        Ok(Said::No(value["code"].as_str().ok_or(Failure::Garbage)?.to_owned()))
    }

    /// A reply is believed for its signature. Refusals may come from in front of the signing machines: those are believed
    /// if TLS says where they come from.
    fn believe(&self, reply: &Reply) -> Result<(), Failure> {
        let header = |name: &str| {
            let mut found = reply.headers.get_all(name).iter();
            match (found.next(), found.next()) {
                (Some(value), None) => value.to_str().ok(),
                _ => None,
            }
        };
        let verified = match Stamped::read(header) {
            Some(stamped) => self.pinned.verify(&stamped, &reply.body, self.gateway.clock.now()).is_ok(),
            None => !reply.status.is_success() && self.gateway.url.scheme() == "https",
        };
        if !verified {
            tracing::error!(provider = ID, status = reply.status.as_u16(), "the reply's signature does not hold");
            return Err(Failure::Garbage);
        }
        Ok(())
    }

    fn order(&self, order: &Order) -> Value {
        json!({
            "appid": self.appid,
            "mchid": self.mchid,
            "description": field::cut(&order.subject, DESCRIPTION_BYTES_MAX),
            "out_trade_no": order.out_trade_no,
            "time_expire": order.expires_at.rfc3339(),
            "notify_url": order.notify_url,
            "amount": { "total": order.amount.fen(), "currency": "CNY" },
        })
    }

    async fn prepay(&self, kind: &str, content: Value, field: &str) -> Result<String, Failure> {
        let url = self.url(&format!("/v3/pay/transactions/{kind}"), &[]);
        match self.ask(Method::POST, url, Some(content)).await? {
            Said::Yes(said) => {
                let text = said[field].as_str().filter(|text| (1..=2048).contains(&text.len()));
                Ok(self.gateway.outward(text.ok_or(Failure::Half)?))
            }
            Said::No(code) => Err(refused(kind, &code)),
        }
    }

    async fn open(&self, order: &Order) -> Result<Cashier, Failure> {
        let mut content = self.order(order);
        match order.device {
            Device::Desktop => Ok(Cashier::Scan(self.prepay("native", content, "code_url").await?)),
            Device::Phone => {
                let ip = order.payer_ip.process(Clone::clone);
                content["scene_info"] = json!({ "payer_client_ip": ip, "h5_info": { "type": "Wap" } });
                let page = self.prepay("h5", content, "h5_url").await?;
                let mut page = Url::parse(&page).map_err(|_| Failure::Garbage)?;
                if page.scheme() != "https" && self.gateway.url.scheme() == "https" {
                    return Err(Failure::Garbage);
                }
                page.query_pairs_mut().append_pair("redirect_url", &order.return_url);
                Ok(Cashier::Open(page.into()))
            }
        }
    }

    /// For a page that is open inside the app, where the app knows the payer by `openid`.
    pub async fn open_in_app(&self, order: &Order, openid: &str) -> Result<InApp, Failure> {
        let mut content = self.order(order);
        content["payer"] = json!({ "openid": openid });
        let prepay_id = self.prepay("jsapi", content, "prepay_id").await?;
        let time_stamp = self.gateway.clock.now().0.div_euclid(1000).to_string();
        let (nonce_str, package) = (self.nonce(), format!("prepay_id={prepay_id}"));
        let pay_sign = self.signer.key.sign(&format!("{}\n{time_stamp}\n{nonce_str}\n{package}\n", self.appid))?;
        Ok(InApp { app_id: self.appid.clone(), time_stamp, nonce_str, package, pay_sign })
    }

    async fn query(&self, out_trade_no: &str) -> Result<Trade, Failure> {
        let path = format!("/v3/pay/transactions/out-trade-no/{out_trade_no}");
        match self.ask(Method::GET, self.url(&path, &[("mchid", &self.mchid)]), None).await? {
            Said::Yes(said) => self.trade(&said, out_trade_no),
            Said::No(code) if NO_SUCH_ORDER.contains(&code.as_str()) => Ok(Trade::Unknown),
            Said::No(code) => Err(refused("query", &code)),
        }
    }

    fn trade(&self, said: &Value, out_trade_no: &str) -> Result<Trade, Failure> {
        about(said, out_trade_no)?;
        if said["mchid"].as_str() != Some(&self.mchid) {
            return Err(Failure::WrongSubject);
        }
        match said["trade_state"].as_str().ok_or(Failure::Half)? {
            "NOTPAY" | "USERPAYING" | "PAYERROR" => Ok(Trade::Waiting),
            "CLOSED" | "REVOKED" => Ok(Trade::Closed),
            "SUCCESS" | "REFUND" => {
                let trade_no =
                    said["transaction_id"].as_str().filter(|no| field::is_number(no)).ok_or(Failure::Half)?;
                let paid_at = said["success_time"].as_str().ok_or(Failure::Half)?;
                Ok(Trade::Paid {
                    trade_no: trade_no.to_owned(),
                    amount: amount(&said["amount"], "total")?,
                    paid_at: field::read_rfc3339(paid_at).ok_or(Failure::Garbage)?,
                })
            }
            _ => Err(Failure::Garbage),
        }
    }

    async fn close(&self, out_trade_no: &str) -> Result<Trade, Failure> {
        let path = format!("/v3/pay/transactions/out-trade-no/{out_trade_no}/close");
        match self.ask(Method::POST, self.url(&path, &[]), Some(json!({ "mchid": self.mchid }))).await? {
            Said::Yes(_) => Ok(Trade::Closed),
            Said::No(code) if NO_SUCH_ORDER.contains(&code.as_str()) => Ok(Trade::Unknown),
            // Paid or closed already: the order itself says which.
            Said::No(_) => self.query(out_trade_no).await,
        }
    }

    async fn refund(&self, order: &RefundOrder) -> Result<RefundState, Failure> {
        let content = json!({
            "out_trade_no": order.out_trade_no,
            "out_refund_no": order.refund_no,
            "reason": field::cut(&order.reason, REASON_BYTES_MAX),
            "notify_url": order.notify_url,
            "amount": { "refund": order.amount.fen(), "total": order.total.fen(), "currency": "CNY" },
        });
        match self.ask(Method::POST, self.url("/v3/refund/domestic/refunds", &[]), Some(content)).await? {
            Said::Yes(said) => {
                if amount(&said["amount"], "refund")? != order.amount {
                    return Err(Failure::WrongSubject);
                }
                refund_state(&said, &order.out_trade_no, &order.refund_no)
            }
            Said::No(code) if REFUND_STUCK.contains(&code.as_str()) => Ok(RefundState::Abnormal(code)),
            Said::No(code) => Err(refused("refund", &code)),
        }
    }

    async fn query_refund(&self, out_trade_no: &str, refund_no: &str) -> Result<RefundState, Failure> {
        match self.ask(Method::GET, self.url(&format!("/v3/refund/domestic/refunds/{refund_no}"), &[]), None).await? {
            Said::Yes(said) => refund_state(&said, out_trade_no, refund_no),
            Said::No(code) if NO_SUCH_ORDER.contains(&code.as_str()) => Ok(RefundState::Unknown),
            Said::No(code) => Err(refused("refund query", &code)),
        }
    }

    async fn bill(&self, day: Date) -> Result<Option<Vec<BillLine>>, Failure> {
        let query = [("bill_date", field::day(day)), ("bill_type", "ALL".to_owned())];
        let query = query.each_ref().map(|(name, value)| (*name, value.as_str()));
        let said = match self.ask(Method::GET, self.url("/v3/bill/tradebill", &query), None).await? {
            Said::Yes(said) => said,
            Said::No(code) if NO_BILL.contains(&code.as_str()) => return Ok(None),
            Said::No(code) => return Err(refused("bill", &code)),
        };
        let text = |name: &str| said[name].as_str().ok_or(Failure::Half);
        let url = Url::parse(text("download_url")?).map_err(|_| Failure::Garbage)?;
        if url.origin() != self.gateway.url.origin() {
            return Err(Failure::Forbidden);
        }
        let (hash_type, hash) = (text("hash_type")?, text("hash_value")?);
        let mut request = self.request(Method::GET, url, None)?;
        request.answer_bytes_max = BILL_BYTES_MAX;
        request.reads_refusal = false;
        let shop = Shop { mchid: &self.mchid, appid: &self.appid };
        let read = |reply: Reply| {
            // The file is not signed; the signed reply told its hash.
            if bill::is_whole(&reply.body, hash_type, hash) {
                bill::read(&reply.body, &shop, day)
            } else {
                Err(Failure::Half)
            }
        };
        self.gateway.ask("bill file", BULK, request, read).await.map(Some)
    }
}

fn refused(what: &str, code: &str) -> Failure {
    tracing::error!(provider = ID, what, code, "the gateway refuses the request");
    Failure::Refused
}

fn about(said: &Value, out_trade_no: &str) -> Result<(), Failure> {
    match said["out_trade_no"].as_str() {
        Some(no) if no == out_trade_no => Ok(()),
        Some(_) => Err(Failure::WrongSubject),
        None => Err(Failure::Half),
    }
}

/// A positive amount in yuan, told in fen.
fn amount(said: &Value, name: &str) -> Result<Money, Failure> {
    if said["currency"].as_str().is_some_and(|currency| currency != "CNY") {
        return Err(Failure::Garbage);
    }
    let fen = said[name].as_i64().filter(|fen| *fen > 0);
    fen.map(Money::from_fen).ok_or(if said[name].is_null() { Failure::Half } else { Failure::Garbage })
}

fn refund_state(said: &Value, out_trade_no: &str, refund_no: &str) -> Result<RefundState, Failure> {
    about(said, out_trade_no)?;
    if said["out_refund_no"].as_str() != Some(refund_no) {
        return Err(Failure::WrongSubject);
    }
    match said["status"].as_str().ok_or(Failure::Half)? {
        "SUCCESS" => {
            let at = said["success_time"].as_str().ok_or(Failure::Half)?;
            Ok(RefundState::Done { at: field::read_rfc3339(at).ok_or(Failure::Garbage)? })
        }
        "PROCESSING" => Ok(RefundState::Processing),
        state @ ("CLOSED" | "ABNORMAL") => Ok(RefundState::Abnormal(state.to_owned())),
        _ => Err(Failure::Garbage),
    }
}

mod provider;

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
#[cfg(test)]
mod wire_tests;
