//! One request and its reply over HTTP: sent once, only to an address that was checked, read no further than the cap.
//! Redirects, proxies, cookies and compression are all off. The deadline is the caller's, around the whole.

use std::{error::Error, io, time::Duration};

use connector::Failure;
use reqwest::{
    Client, Method, StatusCode, Url,
    header::{CONTENT_TYPE, HeaderMap},
};

use crate::address::{AllowList, Pinned, Reach, Refused};

/// Before the one retry after a connection that could not be made.
const RETRY_AFTER: Duration = Duration::from_millis(50);
const IDLE_MAX: Duration = Duration::from_secs(30);

pub struct Request {
    pub method: Method,
    pub url: Url,
    pub headers: HeaderMap,
    pub body: Option<Vec<u8>>,
    pub answer_bytes_max: usize,
    /// The reply is read also if its status declines the request (4xx): it says why.
    pub reads_refusal: bool,
}

pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Reply {
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok())
    }
}

/// Two clients, because a connection that was opened to a listed host must never serve one that is not listed.
pub struct Wire {
    allowed: AllowList,
    public: Client,
    listed: Client,
}

impl Wire {
    pub fn new(allowed: AllowList) -> reqwest::Result<Self> {
        Ok(Self { allowed, public: client(Reach::Public)?, listed: client(Reach::Listed)? })
    }

    pub async fn exchange(&self, request: Request) -> Result<Reply, Failure> {
        let client = match self.allowed.reach(&request.url)? {
            Reach::Public => &self.public,
            Reach::Listed => &self.listed,
        };
        let answer_bytes_max = request.answer_bytes_max;
        let response = match send(client, &request).await {
            // Nothing has left yet, so asking again cannot do anything twice.
            Err(error) if error.is_connect() && source::<Refused>(&error).is_none() => {
                tokio::time::sleep(RETRY_AFTER).await;
                send(client, &request).await
            }
            result => result,
        };
        let mut response = response.map_err(|error| without_reply(&error))?;
        accept(response.status(), request.reads_refusal)?;
        if response.content_length().is_some_and(|length| length > answer_bytes_max as u64) {
            return Err(Failure::TooLarge);
        }
        let (status, headers) = (response.status(), response.headers().clone());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| amid_reply(&error, body.is_empty()))? {
            if body.len() + chunk.len() > answer_bytes_max {
                return Err(Failure::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Reply { status, headers, body })
    }
}

fn client(reach: Reach) -> reqwest::Result<Client> {
    builder(reach).build().or_else(|error| {
        // A bare machine has no certificate authorities. It can still speak to its own sandbox; over TLS it trusts nobody.
        tracing::warn!(%error, "no certificate authorities: departments over https will not be reached");
        builder(reach).tls_certs_only([]).build()
    })
}

fn builder(reach: Reach) -> reqwest::ClientBuilder {
    Client::builder()
        .dns_resolver(Pinned(reach))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy()
        .referer(false)
        .http1_only()
        .https_only(reach == Reach::Public)
        .pool_idle_timeout(IDLE_MAX)
        .pool_max_idle_per_host(32)
        .tcp_nodelay(true)
        .user_agent(concat!("shimin/", env!("CARGO_PKG_VERSION")))
}

async fn send(client: &Client, request: &Request) -> reqwest::Result<reqwest::Response> {
    let mut builder = client.request(request.method.clone(), request.url.clone()).headers(request.headers.clone());
    if let Some(body) = &request.body {
        builder = builder.body(body.clone());
    }
    builder.send().await
}

fn accept(status: StatusCode, reads_refusal: bool) -> Result<(), Failure> {
    match status.as_u16() {
        200..=299 => Ok(()),
        300..=399 => Err(Failure::Redirected),
        408 => Err(Failure::TimedOut),
        429 => Err(Failure::Busy),
        400..=499 if reads_refusal => Ok(()),
        500..=599 => Err(Failure::Down),
        _ => Err(Failure::Garbage),
    }
}

fn source<'e, E: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e E> {
    std::iter::successors(Some(error), |error| (*error).source()).find_map(|error| error.downcast_ref())
}

/// No reply came, or its head could not be read. The error's own text holds the address with the question in it, so it
/// is looked at and never printed.
fn without_reply(error: &reqwest::Error) -> Failure {
    if source::<Refused>(error).is_some() {
        return Failure::Forbidden;
    }
    match source::<hyper::Error>(error) {
        Some(error) if error.is_parse_too_large() => Failure::TooLarge,
        Some(error) if error.is_parse() => Failure::Garbage,
        _ => Failure::Down,
    }
}

/// The reply broke off. A department that hangs up before it has said anything is down, whatever its head promised.
fn amid_reply(error: &reqwest::Error, nothing_said: bool) -> Failure {
    match source::<io::Error>(error).map(io::Error::kind) {
        Some(io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe) => {
            Failure::Down
        }
        Some(io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput) => Failure::Garbage,
        _ if nothing_said => Failure::Down,
        _ => Failure::Half,
    }
}
