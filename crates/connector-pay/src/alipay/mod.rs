//! Alipay's open platform, in its public-key mode with RSA2: pages for the payer's browser, requests of our own, notices
//! and the bill of a day.

mod agreement;
mod bill;
mod notice;
mod reply;
mod request;

use std::sync::Arc;

use connector::{
    BoxFuture, Failure,
    pay::{
        Ack, Agreements, BillLine, Callback, Cashier, Device, Forged, Notice, Order, Provider, ProviderHealth,
        RefundOrder, RefundState, Trade,
    },
};
use kernel::{Clock, Date, Text, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};
use url::Url;

use self::{
    notice::Shop,
    reply::Said,
    request::{FORM, Signed},
};
use crate::{
    config::{self, Unusable},
    field,
    gateway::{self, BILL_BYTES_MAX, BULK, Gateway, QUICK},
    rsa::{GatewayKey, MerchantKey},
};

pub const ID: &str = "alipay";

/// What the payer reads is refused if it is longer.
const SUBJECT_BYTES_MAX: usize = 256;
/// What a reply that is declined may mean.
const NO_SUCH_TRADE: &str = "ACQ.TRADE_NOT_EXIST";
const NO_BILL: [&str; 3] = ["isp.bill_not_exist", "isv.bill_not_exist", "isp.bill-not-exist"];

pub struct Alipay {
    shop: config::Alipay,
    merchant: MerchantKey,
    provider: GatewayKey,
    gateway: Gateway,
}

impl Alipay {
    pub fn new(shop: config::Alipay, allow_hosts: &[String], clock: Arc<dyn Clock>) -> Result<Self, Unusable> {
        let merchant =
            MerchantKey::read(&shop.merchant_key).map_err(|why| Unusable::Key("alipay.merchant_key", why))?;
        let provider = GatewayKey::read(&shop.gateway_public_key)
            .map_err(|why| Unusable::Key("alipay.gateway_public_key", why))?;
        let gateway = Gateway::new(ID, &shop.gateway, shop.pages.as_deref(), allow_hosts, clock)?;
        Ok(Self { shop, merchant, provider, gateway })
    }

    fn signed(
        &self,
        method: &str,
        content: &Value,
        notify_url: Option<&str>,
        return_url: Option<&str>,
    ) -> Result<Signed, Failure> {
        let at = self.gateway.clock.now();
        let said = request::Said { app_id: &self.shop.app_id, method, content, notify_url, return_url, at };
        Signed::new(&said, &self.merchant)
    }

    async fn ask(&self, method: &str, content: Value, notify_url: Option<&str>) -> Result<Said, Failure> {
        let (url, body) = self.signed(method, &content, notify_url, None)?.post(&self.gateway.url);
        let request = gateway::request(Method::POST, url, Some((FORM, body)));
        self.gateway.ask(method, QUICK, request, |reply| reply::read(method, &reply, &self.provider)).await
    }

    fn order(order: &Order) -> Value {
        json!({
            "out_trade_no": order.out_trade_no,
            "total_amount": field::yuan(order.amount),
            "subject": subject(&order.subject),
            "time_expire": field::civil(order.expires_at),
        })
    }

    async fn open(&self, order: &Order) -> Result<Cashier, Failure> {
        let mut content = Self::order(order);
        let (method, product) = match (order.device, self.shop.desktop) {
            (Device::Phone, _) => ("alipay.trade.wap.pay", "QUICK_WAP_WAY"),
            (Device::Desktop, config::Desktop::Page) => ("alipay.trade.page.pay", "FAST_INSTANT_TRADE_PAY"),
            (Device::Desktop, config::Desktop::Code) => return self.precreate(order, content).await,
        };
        content["product_code"] = product.into();
        let signed = self.signed(method, &content, Some(&order.notify_url), Some(&order.return_url))?;
        Ok(Cashier::Open(signed.page(&self.gateway.pages).into()))
    }

    async fn precreate(&self, order: &Order, content: Value) -> Result<Cashier, Failure> {
        const METHOD: &str = "alipay.trade.precreate";
        match self.ask(METHOD, content, Some(&order.notify_url)).await? {
            Said::Yes(said) => {
                about(&said, &order.out_trade_no)?;
                let code = said["qr_code"].as_str().filter(|code| (1..=1024).contains(&code.len()));
                Ok(Cashier::Scan(self.gateway.outward(code.ok_or(Failure::Half)?)))
            }
            Said::No(code) => Err(reply::refused(METHOD, &code)),
            Said::UnderWay => Err(Failure::Garbage),
        }
    }

    async fn query(&self, out_trade_no: &str) -> Result<Trade, Failure> {
        const METHOD: &str = "alipay.trade.query";
        match self.ask(METHOD, json!({ "out_trade_no": out_trade_no }), None).await? {
            Said::Yes(said) => trade(&said, out_trade_no),
            Said::No(code) if code == NO_SUCH_TRADE => Ok(Trade::Unknown),
            Said::No(code) => Err(reply::refused(METHOD, &code)),
            Said::UnderWay => Err(Failure::Garbage),
        }
    }

    async fn close(&self, out_trade_no: &str) -> Result<Trade, Failure> {
        match self.ask("alipay.trade.close", json!({ "out_trade_no": out_trade_no }), None).await? {
            Said::Yes(said) => {
                about(&said, out_trade_no)?;
                Ok(Trade::Closed)
            }
            Said::No(code) if code == NO_SUCH_TRADE => Ok(Trade::Unknown),
            // Most likely the money was faster.
            Said::No(_) | Said::UnderWay => self.query(out_trade_no).await,
        }
    }

    async fn refund(&self, order: &RefundOrder) -> Result<RefundState, Failure> {
        const METHOD: &str = "alipay.trade.refund";
        let content = json!({
            "out_trade_no": order.out_trade_no,
            "out_request_no": order.refund_no,
            "refund_amount": field::yuan(order.amount),
            "refund_reason": subject(&order.reason),
        });
        match self.ask(METHOD, content, None).await? {
            Said::Yes(said) => {
                about(&said, &order.out_trade_no)?;
                // Accepted is not given back: only the refund itself says when.
                match self.query_refund(&order.out_trade_no, &order.refund_no).await {
                    Ok(RefundState::Unknown) | Err(_) => Ok(RefundState::Processing),
                    found => found,
                }
            }
            Said::No(code) if reply::is_about_the_order(&code) => Ok(RefundState::Abnormal(code)),
            Said::No(code) => Err(reply::refused(METHOD, &code)),
            Said::UnderWay => Ok(RefundState::Processing),
        }
    }

    async fn query_refund(&self, out_trade_no: &str, refund_no: &str) -> Result<RefundState, Failure> {
        const METHOD: &str = "alipay.trade.fastpay.refund.query";
        let content = json!({
            "out_trade_no": out_trade_no,
            "out_request_no": refund_no,
            "query_options": ["gmt_refund_pay"],
        });
        match self.ask(METHOD, content, None).await? {
            Said::Yes(said) => refund_state(&said, out_trade_no, refund_no),
            Said::No(code) if code == NO_SUCH_TRADE || code.ends_with("REFUND_NOT_EXIST") => Ok(RefundState::Unknown),
            Said::No(code) => Err(reply::refused(METHOD, &code)),
            Said::UnderWay => Ok(RefundState::Processing),
        }
    }

    async fn bill(&self, day: Date) -> Result<Option<Vec<BillLine>>, Failure> {
        const METHOD: &str = "alipay.data.dataservice.bill.downloadurl.query";
        let content = json!({ "bill_type": "trade", "bill_date": field::day(day) });
        let url = match self.ask(METHOD, content, None).await? {
            Said::Yes(said) => self.bill_url(said["bill_download_url"].as_str().ok_or(Failure::Half)?)?,
            Said::No(code) if NO_BILL.contains(&code.as_str()) => return Ok(None),
            Said::No(code) => return Err(reply::refused(METHOD, &code)),
            Said::UnderWay => return Err(Failure::Garbage),
        };
        let mut request = gateway::request(Method::GET, url, None);
        request.answer_bytes_max = BILL_BYTES_MAX;
        let read = |reply: exchange::Reply| bill::read(&reply.body, &self.shop.seller_id, day);
        self.gateway.ask("bill file", BULK, request, read).await.map(Some)
    }

    /// A bill may lie at the gateway or at one of its neighbours, and is fetched over TLS from there whatever the address
    /// says. The file itself is not signed, so where it comes from is all that vouches for it.
    fn bill_url(&self, text: &str) -> Result<Url, Failure> {
        let mut url = Url::parse(text).map_err(|_| Failure::Garbage)?;
        if url.origin() == self.gateway.url.origin() {
            return Ok(url);
        }
        let neighbours = self.gateway.url.domain().and_then(|domain| domain.split_once('.')).map(|(_, parent)| parent);
        let near = neighbours.is_some_and(|parent| {
            parent.contains('.') && url.domain().is_some_and(|domain| domain.ends_with(&format!(".{parent}")))
        });
        if !near || url.set_scheme("https").is_err() {
            return Err(Failure::Forbidden);
        }
        Ok(url)
    }
}

/// The platform takes none of these in what a payer reads, and they are what separates parameters and columns.
fn subject(text: &str) -> String {
    let plain: String =
        text.chars().map(|c| if matches!(c, '&' | '=' | '/' | ',' | '"' | '\\') { ' ' } else { c }).collect();
    field::cut(&plain, SUBJECT_BYTES_MAX)
}

/// The reply must be about the order that was asked about.
fn about(said: &Value, out_trade_no: &str) -> Result<(), Failure> {
    match said["out_trade_no"].as_str() {
        Some(no) if no == out_trade_no => Ok(()),
        Some(_) => Err(Failure::WrongSubject),
        None => Err(Failure::Half),
    }
}

fn trade(said: &Value, out_trade_no: &str) -> Result<Trade, Failure> {
    about(said, out_trade_no)?;
    let paid_at = match said["send_pay_date"].as_str() {
        Some(text) => Some(field::read_civil(text).ok_or(Failure::Garbage)?),
        None => None,
    };
    match (said["trade_status"].as_str(), paid_at) {
        (Some("WAIT_BUYER_PAY"), _) => Ok(Trade::Waiting),
        (Some("TRADE_CLOSED"), None) => Ok(Trade::Closed),
        // Closed after it was paid: it was given back, which is the refund's to tell.
        (Some("TRADE_SUCCESS" | "TRADE_FINISHED" | "TRADE_CLOSED"), Some(paid_at)) => {
            let trade_no = said["trade_no"].as_str().filter(|no| field::is_number(no)).ok_or(Failure::Half)?;
            let amount = said["total_amount"].as_str().ok_or(Failure::Half)?;
            let amount = field::read_yuan(amount).filter(|m| m.fen() > 0).ok_or(Failure::Garbage)?;
            Ok(Trade::Paid { trade_no: trade_no.to_owned(), amount, paid_at })
        }
        (Some("TRADE_SUCCESS" | "TRADE_FINISHED") | None, _) => Err(Failure::Half),
        (Some(_), _) => Err(Failure::Garbage),
    }
}

fn refund_state(said: &Value, out_trade_no: &str, refund_no: &str) -> Result<RefundState, Failure> {
    match said["refund_status"].as_str() {
        Some("REFUND_SUCCESS") => {
            about(said, out_trade_no)?;
            if said["out_request_no"].as_str() != Some(refund_no) {
                return Err(Failure::WrongSubject);
            }
            let at = said["gmt_refund_pay"].as_str().ok_or(Failure::Half)?;
            Ok(RefundState::Done { at: field::read_civil(at).ok_or(Failure::Garbage)? })
        }
        // "Not received, or failed": either way the same number may be ordered again.
        None => Ok(RefundState::Unknown),
        Some(_) => Err(Failure::Garbage),
    }
}

impl Provider for Alipay {
    fn id(&self) -> &str {
        ID
    }

    fn name(&self) -> Text {
        Text::new("支付宝", "Alipay")
    }

    fn open<'a>(&'a self, order: &'a Order) -> BoxFuture<'a, Result<Cashier, Failure>> {
        Box::pin(self.open(order))
    }

    fn query<'a>(&'a self, out_trade_no: &'a str) -> BoxFuture<'a, Result<Trade, Failure>> {
        Box::pin(self.query(out_trade_no))
    }

    fn close<'a>(&'a self, out_trade_no: &'a str) -> BoxFuture<'a, Result<Trade, Failure>> {
        Box::pin(self.close(out_trade_no))
    }

    fn refund<'a>(&'a self, order: &'a RefundOrder) -> BoxFuture<'a, Result<RefundState, Failure>> {
        Box::pin(self.refund(order))
    }

    fn query_refund<'a>(
        &'a self,
        out_trade_no: &'a str,
        refund_no: &'a str,
    ) -> BoxFuture<'a, Result<RefundState, Failure>> {
        Box::pin(self.query_refund(out_trade_no, refund_no))
    }

    fn bill(&self, day: Date) -> BoxFuture<'_, Result<Option<Vec<BillLine>>, Failure>> {
        Box::pin(self.bill(day))
    }

    fn verify(&self, callback: &Callback<'_>, now: Timestamp) -> Result<Notice, Forged> {
        let shop = Shop { app_id: &self.shop.app_id, seller_id: &self.shop.seller_id, key: &self.provider };
        notice::read(callback.body, &shop, now)
    }

    /// The platform reads the body alone, and takes nothing but this word for a yes.
    fn acknowledge(&self, ok: bool) -> Ack {
        Ack { status: 200, content_type: "text/plain; charset=utf-8", body: if ok { "success" } else { "fail" } }
    }

    fn cashier_origins(&self) -> Vec<String> {
        let pages = &self.gateway.pages;
        let mut origins = vec![gateway::origin(pages)];
        // The gateway sends the browser on to its neighbours, and a content policy follows every step.
        if let Some((_, parent)) = pages.domain().and_then(|domain| domain.split_once('.'))
            && parent.contains('.')
        {
            origins.push(format!("https://*.{parent}"));
        }
        origins
    }

    fn health(&self) -> ProviderHealth {
        self.gateway.health()
    }

    fn agreements(&self) -> Option<&dyn Agreements> {
        self.shop.agreement.as_ref().map(|_| self as &dyn Agreements)
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
#[cfg(test)]
mod wire_tests;
