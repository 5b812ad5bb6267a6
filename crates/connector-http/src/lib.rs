//! Departments described by data, asked over HTTP and answering in JSON. A department is never trusted: what `exchange`
//! takes care of, and not to speak of the person who was asked about.
//!
//! What an answer means is read in `answer` and `mapping`, which are pure. No cache here and no freshness: that is the
//! engine's. Other formats (XML, CSV) get their own crates.

mod answer;
mod body;
mod mapping;
mod picture;
mod template;

use std::{
    borrow::Cow,
    collections::BTreeMap,
    error::Error,
    fmt,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

use connector::{Answer, BoxFuture, Connector, Extent, Failure, Health, Image, Provenance, Question, Target};
use exchange::{AllowList, Limits, Line, Reply, Request, Wire, charset, json};
use kernel::{CityId, Clock, DepartmentId, Pii};
use manifest::{
    Binding, Department, Value,
    binding::{Method, Row},
};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::template::Writing;

/// The list of a day: what it may weigh, and how long it may take. Nobody waits for a page meanwhile.
const DAY_BYTES_MAX: usize = 32 << 20;
const DAY_DEADLINE: Duration = Duration::from_secs(60);

/// Largest evidence picture.
const PICTURE_BYTES_MAX: usize = 65_536;

pub struct Config {
    /// Address of the sandbox, which `sandbox:` in a base URL stands for. Its host counts as allowed.
    pub sandbox: Option<String>,
    /// `host` or `host:port`: hosts that may be spoken to over plain HTTP and may have private addresses.
    pub allow_hosts: Vec<String>,
    pub clock: Arc<dyn Clock>,
}

/// Why the connector cannot start.
#[derive(Debug)]
pub enum Unusable {
    AllowHost(String),
    Sandbox(String),
    Client(reqwest::Error),
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AllowHost(entry) => write!(f, "allowed host `{entry}` is not of the form host or host:port"),
            Self::Sandbox(url) => write!(f, "sandbox address `{url}` is not of the form http://host:port"),
            Self::Client(error) => write!(f, "the HTTP client cannot start: {error}"),
        }
    }
}

impl Error for Unusable {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Client(error) => Some(error),
            Self::AllowHost(_) | Self::Sandbox(_) => None,
        }
    }
}

/// For whatever a citizen waits for.
fn deadline(department: &Department) -> Duration {
    Duration::from_millis(department.deadline_ms.into())
}

/// Lines are per city and department; a department of the whole country has no city.
type Place = (Option<CityId>, DepartmentId);

pub struct Http {
    sandbox: Option<String>,
    clock: Arc<dyn Clock>,
    wire: Wire,
    lines: RwLock<BTreeMap<Place, Arc<Line>>>,
}

impl Http {
    pub fn new(config: Config) -> Result<Self, Unusable> {
        let mut hosts = config.allow_hosts;
        if let Some(sandbox) = &config.sandbox {
            let url = Url::parse(sandbox).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
            let host = url.as_ref().and_then(|url| Some((url.host_str()?, url.port_or_known_default()?)));
            let (host, port) = host.ok_or_else(|| Unusable::Sandbox(sandbox.clone()))?;
            hosts.push(format!("{host}:{port}"));
        }
        let allowed = AllowList::parse(hosts.iter().map(String::as_str)).map_err(Unusable::AllowHost)?;
        let wire = Wire::new(allowed).map_err(Unusable::Client)?;
        Ok(Self { sandbox: config.sandbox, clock: config.clock, wire, lines: RwLock::default() })
    }

    fn line(&self, target: Target<'_>) -> Arc<Line> {
        let place = (target.scope.cloned(), target.binding.department.clone());
        if let Some(line) = self.lines.read().unwrap_or_else(PoisonError::into_inner).get(&place) {
            return line.clone();
        }
        let mut lines = self.lines.write().unwrap_or_else(PoisonError::into_inner);
        lines.entry(place).or_insert_with(|| Arc::new(Line::new(target.department.concurrency))).clone()
    }

    /// One exchange, from the queue to the read answer, inside the department's deadline.
    async fn exchange<T>(
        &self,
        target: Target<'_>,
        deadline: Duration,
        request: Result<Request, Failure>,
        read: impl FnOnce(Reply) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let started = Instant::now();
        let line = self.line(target);
        let department = target.department;
        let limits = Limits { deadline, concurrency: department.concurrency };
        let result = match request {
            Ok(request) => line.exchange(&self.wire, limits, &self.clock, request, read).await,
            Err(failure) => {
                line.note(failure);
                Err(failure)
            }
        };
        let latency_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let department = target.binding.department.as_str();
        let scope = target.scope.map_or("", CityId::as_str);
        match &result {
            Ok(_) => tracing::debug!(department, scope, latency_ms, "answered"),
            Err(failure) => tracing::warn!(department, scope, latency_ms, %failure, "no answer"),
        }
        result
    }

    /// The address of a filled path below the department's base URL, and nowhere else.
    fn url(&self, department: &Department, path: &str) -> Result<Url, Failure> {
        let base = match (department.base_url.strip_prefix("sandbox:"), &self.sandbox) {
            (Some(rest), Some(sandbox)) => Cow::Owned(format!("{}{rest}", sandbox.trim_end_matches('/'))),
            (Some(_), None) => return Err(Failure::Forbidden),
            (None, _) => Cow::Borrowed(department.base_url.as_str()),
        };
        let base = base.trim_end_matches('/');
        let filled = match path.trim_start_matches('/') {
            "" => base.to_owned(),
            path => format!("{base}/{path}"),
        };
        let (Ok(base), Ok(url)) = (Url::parse(base), Url::parse(&filled)) else { return Err(Failure::Forbidden) };
        let below = url.path().starts_with(base.path()) && url.origin() == base.origin();
        let whole = base.query().is_none() && base.fragment().is_none() && url.fragment().is_none();
        if below && whole && !template::climbs(path) { Ok(url) } else { Err(Failure::Forbidden) }
    }

    fn question(&self, target: Target<'_>, values: &BTreeMap<String, String>) -> Result<Request, Failure> {
        let Target { department, binding, .. } = target;
        let value = |name: &str| values.get(name).map(|value| Cow::Borrowed(value.as_str()));
        if let Some(echo) = binding.echo.iter().find(|echo| !values.contains_key(&echo.question)) {
            return Err(unfillable(binding, &echo.question));
        }
        let path = template::fill(&binding.path, Writing::Segment, value);
        let mut url = self.url(department, &path.ok_or_else(|| unfillable(binding, &binding.path))?)?;
        let mut sent = BTreeMap::new();
        for (name, template) in &binding.send {
            let filled = template::fill(template, Writing::AsIs, value);
            sent.insert(name.as_str(), filled.ok_or_else(|| unfillable(binding, template))?);
        }
        let mut headers = headers(department, binding, "application/json")?;
        let (method, body) = match binding.method {
            Method::Get => {
                if !sent.is_empty() {
                    url.query_pairs_mut().extend_pairs(&sent);
                }
                (reqwest::Method::GET, None)
            }
            Method::Post => {
                headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
                let body = body::of(&sent, &binding.as_text).ok_or_else(|| unfillable(binding, "send"))?;
                (reqwest::Method::POST, Some(serde_json::to_vec(&body).map_err(|_| Failure::NotAsked)?))
            }
        };
        let answer_bytes_max = usize::try_from(department.answer_bytes_max).unwrap_or(usize::MAX);
        Ok(Request { method, url, headers, body, answer_bytes_max, reads_refusal: false })
    }

    fn picture(&self, target: Target<'_>, row: &Row) -> Result<Request, Failure> {
        let path = target.binding.evidence_path.as_deref().ok_or(Failure::Half)?;
        // A row without the value has no picture to show.
        let path = template::fill(path, Writing::Path, |name| row.get(name).map(Value::text).map(Cow::Owned));
        Ok(Request {
            method: reqwest::Method::GET,
            url: self.url(target.department, &path.ok_or(Failure::Half)?)?,
            headers: headers(target.department, target.binding, "image/png, image/jpeg, image/webp")?,
            body: None,
            answer_bytes_max: PICTURE_BYTES_MAX,
            reads_refusal: false,
        })
    }
}

/// The pack asks for something that the question or the environment does not hold.
fn unfillable(binding: &Binding, what: &str) -> Failure {
    tracing::error!(department = binding.department.as_str(), what, "the binding cannot be filled");
    Failure::NotAsked
}

fn headers(department: &Department, binding: &Binding, accept: &'static str) -> Result<HeaderMap, Failure> {
    let mut headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(accept))]);
    for (name, value) in &department.headers {
        let value = match value.strip_prefix("env:") {
            Some(variable) => Cow::Owned(std::env::var(variable).map_err(|_| unfillable(binding, variable))?),
            None => Cow::Borrowed(value.as_str()),
        };
        let (Ok(header), Ok(mut value)) = (HeaderName::try_from(name.as_str()), HeaderValue::from_str(&value)) else {
            return Err(unfillable(binding, name));
        };
        value.set_sensitive(true);
        headers.insert(header, value);
    }
    Ok(headers)
}

fn sha256_hex(body: &[u8]) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, body);
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Connector for Http {
    fn ask<'a>(&'a self, target: Target<'a>, question: &'a Question) -> BoxFuture<'a, Result<Answer, Failure>> {
        Box::pin(async move {
            let mut request = question.values.process(|values| self.question(target, values));
            let (deadline, rows_max) = match question.extent {
                Extent::Subject => (deadline(target.department), answer::ROWS_MAX),
                Extent::Day => (DAY_DEADLINE, answer::DAY_ROWS_MAX),
            };
            if let (Extent::Day, Ok(request)) = (question.extent, &mut request) {
                request.answer_bytes_max = DAY_BYTES_MAX;
            }
            let read = |reply: Reply| {
                let text = charset::decode(&reply.body, reply.content_type())?;
                let json = json::parse(&text)?;
                let rows = question.values.process(|values| answer::read(target.binding, values, &json, rows_max))?;
                let provenance = Provenance {
                    department: target.binding.department.clone(),
                    fetched_at: self.clock.now(),
                    evidence_sha256: sha256_hex(&reply.body),
                };
                Ok(Answer { rows: Pii::new(rows), provenance })
            };
            self.exchange(target, deadline, request, read).await
        })
    }

    fn evidence<'a>(&'a self, target: Target<'a>, row: &'a Pii<Row>) -> BoxFuture<'a, Result<Image, Failure>> {
        Box::pin(async move {
            let request = row.process(|row| self.picture(target, row));
            let read = |reply: Reply| {
                let content_type = picture::content_type(&reply.body)?;
                Ok(Image { content_type, bytes: Pii::new(reply.body) })
            };
            self.exchange(target, deadline(target.department), request, read).await
        })
    }

    /// The departments that were asked since the start; whoever is missing was not.
    fn health(&self) -> Vec<Health> {
        let lines = self.lines.read().unwrap_or_else(PoisonError::into_inner);
        lines
            .iter()
            .map(|((scope, department), line)| {
                let (state, last_answer_at, last_failure) = line.state();
                Health { scope: scope.clone(), department: department.clone(), state, last_answer_at, last_failure }
            })
            .collect()
    }
}
