//! The line to one provider's gateway: where it is, what an exchange may cost, and how it has been doing.

use std::{sync::Arc, time::Duration};

use connector::{Failure, pay::ProviderHealth};
use exchange::{AllowList, Limits, Line, Reply, Request, Wire};
use kernel::Clock;
use reqwest::{
    Method,
    header::{ACCEPT, HeaderMap, HeaderValue},
};
use url::{Host, Url};

use crate::config::Unusable;

/// A citizen waits for it.
pub const QUICK: Limits = Limits { deadline: Duration::from_secs(8), concurrency: 64 };
/// A bill of a day, once a day.
pub const BULK: Limits = Limits { deadline: Duration::from_secs(60), concurrency: 64 };
pub const REPLY_BYTES_MAX: usize = 256 * 1024;
pub const BILL_BYTES_MAX: usize = 64 * 1024 * 1024;

pub struct Gateway {
    provider: &'static str,
    pub url: Url,
    /// The gateway as the payer's browser reaches it.
    pub pages: Url,
    wire: Wire,
    line: Arc<Line>,
    pub clock: Arc<dyn Clock>,
}

impl Gateway {
    /// Plain HTTP is spoken to our own sandbox on this machine and to hosts that the operator named, and to nobody else.
    pub fn new(
        provider: &'static str,
        url: &str,
        pages: Option<&str>,
        allow_hosts: &[String],
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Unusable> {
        let parse = |url: &str| Url::parse(url).map_err(|_| Unusable::Address(url.to_owned()));
        let url = parse(url)?;
        let pages = pages.map_or_else(|| Ok(url.clone()), parse)?;
        let loopback = match url.host() {
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
            None => false,
        };
        let mut hosts = allow_hosts.to_vec();
        if let (true, Some(host), Some(port)) = (loopback, url.host_str(), url.port_or_known_default()) {
            hosts.push(format!("{host}:{port}"));
        }
        let allowed = AllowList::parse(hosts.iter().map(String::as_str)).map_err(Unusable::Address)?;
        allowed.reach(&url).map_err(|_| Unusable::Address(url.to_string()))?;
        let wire = Wire::new(allowed).map_err(Unusable::Client)?;
        Ok(Self { provider, url, pages, wire, line: Arc::new(Line::new(QUICK.concurrency)), clock })
    }

    /// An address that the gateway gave out, as the payer's browser reaches it: a sandbox knows only how we reach it.
    pub fn outward(&self, address: &str) -> String {
        let own = format!("{}/", origin(&self.url));
        match address.strip_prefix(&own) {
            Some(rest) => format!("{}/{rest}", origin(&self.pages)),
            None => address.to_owned(),
        }
    }

    pub async fn ask<T>(
        &self,
        what: &str,
        limits: Limits,
        request: Request,
        read: impl FnOnce(Reply) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let result = self.line.exchange(&self.wire, limits, &self.clock, request, read).await;
        if let Err(failure) = &result {
            tracing::warn!(provider = self.provider, what, %failure, "no answer");
        }
        result
    }

    pub fn health(&self) -> ProviderHealth {
        let (state, last_answer_at, last_failure) = self.line.state();
        ProviderHealth { provider: self.provider.to_owned(), state, last_answer_at, last_failure }
    }
}

pub fn request(method: Method, url: Url, body: Option<(&'static str, String)>) -> Request {
    let mut headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]);
    let body = body.map(|(kind, body)| {
        headers.insert(reqwest::header::CONTENT_TYPE, HeaderValue::from_static(kind));
        body.into_bytes()
    });
    Request { method, url, headers, body, answer_bytes_max: REPLY_BYTES_MAX, reads_refusal: false }
}

/// `scheme://host[:port]`, as a content policy names it.
pub fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}
