//! One request and who makes it: the session, the language and appearance, the city, what was typed. Every page goes
//! through [`enter`], which enforces the route's policy, bounds the time, catches panics and puts on the headers.

use std::{
    net::IpAddr,
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    RequestPartsExt,
    body::{Body, to_bytes},
    extract::{ConnectInfo, RawPathParams, Request},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::Response,
};
use engine::{Citizen, OnceKey, Platform, Preferences};
use futures_util::FutureExt;
use kernel::{CityId, Id, Kind, Lang, Timestamp};
use manifest::{Catalogue, CityPack, Service, city::CityState};
use ui::{Channel, Size, Theme};

mod sheet;

pub(crate) use self::sheet::Sheet;
use crate::{
    Site,
    cookie::{self, Cookies},
    form::Pairs,
    headers,
    return_path::{own_path, with_return},
    route::{Answers, Policy, Route, can_get},
    trouble::Trouble,
};

/// More than any form of ours can hold.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// Longer than the longest chain of departments behind one page; whoever still waits then gets a page that says so.
const PAGE_TIME_MAX: Duration = Duration::from_secs(25);

/// How many cities the picker remembers.
const RECENT_CITIES_MAX: usize = 4;

pub(crate) struct Visit {
    pub site: Site,
    pub catalogue: Arc<Catalogue>,
    pub citizen: Option<Citizen>,
    pub lang: Lang,
    pub size: Size,
    pub theme: Theme,
    pub channel: Channel,
    pub now: Timestamp,
    pub address: IpAddr,
    pub method: Method,
    pub uri: Uri,
    pub query: Pairs,
    pub form: Pairs,
    /// The city of the page, or the one last visited: it decides the colours and where "home" is.
    pub look: Option<Arc<CityPack>>,
    pub headers: HeaderMap,
    params: Vec<(String, String)>,
    cookies: Cookies,
    /// To be set with the answer.
    set_cookies: Vec<HeaderValue>,
}

/// The one way into a page or file.
pub(crate) async fn enter(site: Site, route: &'static Route, request: Request) -> Response {
    let (began, method) = (Instant::now(), request.method().clone());
    let work = AssertUnwindSafe(answer(site.clone(), route, request)).catch_unwind();
    let response = match tokio::time::timeout(PAGE_TIME_MAX, work).await {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => {
            tracing::error!(path = route.path, "a page panicked");
            Visit::bare(site.clone(), HeaderMap::new(), Uri::default()).trouble(Kind::Internal.into())
        }
        Err(_) => {
            tracing::warn!(path = route.path, "a page took too long");
            Visit::bare(site.clone(), HeaderMap::new(), Uri::default()).trouble(Kind::Unavailable("time").into())
        }
    };
    (site.answered)(&method, route.path, response.status(), began.elapsed());
    response
}

async fn answer(site: Site, route: &'static Route, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let address = parts.extensions.get::<ConnectInfo<std::net::SocketAddr>>().map(|info| info.0.ip());
    let params = match parts.extract::<RawPathParams>().await {
        Ok(params) => params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        Err(_) => Vec::new(),
    };
    let mut visit = Visit::bare(site, parts.headers, parts.uri);
    visit.method = parts.method;
    visit.params = params;
    visit.address = address.unwrap_or(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST));
    let outcome = admit(&mut visit, route, body).await;
    let mut response = match outcome {
        Ok(()) => match (route.handler)(&mut visit).await {
            Ok(response) => response,
            Err(trouble) => visit.trouble(trouble),
        },
        Err(trouble) => visit.trouble(trouble),
    };
    for line in visit.set_cookies.drain(..) {
        response.headers_mut().append(header::SET_COOKIE, line);
    }
    response
}

/// Looks up who this is, enforces the route's policy and reads what was sent, in this order: a stranger's body is not
/// even read.
async fn admit(visit: &mut Visit, route: &'static Route, body: Body) -> Result<(), Trouble> {
    if route.answers == Answers::Page {
        visit.recognise().await?;
    }
    match route.policy {
        Policy::Anyone => {}
        Policy::SignedIn if visit.citizen.is_some() => {}
        Policy::Verified if visit.citizen.as_ref().is_some_and(|citizen| citizen.verified) => {}
        Policy::Verified if visit.citizen.is_some() => return Err(Kind::RealNameNeeded.into()),
        Policy::SignedIn | Policy::Verified => return Err(Kind::SignInNeeded.into()),
        Policy::SandboxOnly if visit.site.sandbox_url.is_some() => {}
        Policy::SandboxOnly => return Err(Kind::NotFound.into()),
    }
    if visit.method == Method::POST && route.answers == Answers::Page {
        let bytes = to_bytes(body, BODY_BYTES_MAX).await.map_err(|_| Trouble::TooLarge)?;
        visit.form = Pairs::parse(&bytes);
    }
    Ok(())
}

impl Visit {
    /// A visit of nobody yet, with what cookies and headers say about reading.
    pub(crate) fn bare(site: Site, headers: HeaderMap, uri: Uri) -> Self {
        let catalogue = site.platform.catalogue();
        let now = site.platform.now();
        let query = Pairs::parse(uri.query().unwrap_or_default().as_bytes());
        let cookies = Cookies::of(&headers);
        let lang = cookies.get("lang").and_then(Lang::parse).unwrap_or_else(|| accepted_lang(&headers));
        let size = cookies.get("size").and_then(Size::parse).unwrap_or_default();
        let theme = cookies.get("theme").and_then(Theme::parse).unwrap_or_default();
        let channel = cookies.get("channel").and_then(Channel::parse).unwrap_or_default();
        let look = recent_cities(&cookies).next().and_then(|id| catalogue.city(id).cloned());
        let mut visit = Self {
            site,
            catalogue,
            citizen: None,
            lang,
            size,
            theme,
            channel,
            now,
            address: IpAddr::V4(std::net::Ipv4Addr::LOCALHOST),
            method: Method::GET,
            uri,
            query,
            form: Pairs::default(),
            look,
            headers,
            params: Vec::new(),
            cookies,
            set_cookies: Vec::new(),
        };
        // A host app names itself once, on the first address that it opens.
        if let Some(channel) = Channel::parse(visit.query.get("channel"))
            && channel != visit.channel
        {
            visit.channel = channel;
            visit.set_cookie("channel", channel.word(), "/", cookie::YEAR_S);
        }
        visit
    }

    /// Finds the citizen behind the session cookie. What they chose goes before what somebody chose on this browser.
    async fn recognise(&mut self) -> Result<(), Trouble> {
        let Some(token) = self.cookies.get(cookie::session_name(self.site.secure_cookies)) else {
            return Ok(());
        };
        self.citizen = self.site.platform.citizen(token, "web").await?;
        if let Some(citizen) = &self.citizen {
            let Preferences { lang, size, theme } = citizen.preferences;
            self.lang = lang.unwrap_or(self.lang);
            self.size = size.and_then(|size| Size::parse(size.word())).unwrap_or(self.size);
            self.theme = theme.and_then(|theme| Theme::parse(theme.word())).unwrap_or(self.theme);
        }
        Ok(())
    }

    pub(crate) fn platform(&self) -> &Platform {
        &self.site.platform
    }

    /// The signed-in citizen. The policy has let nobody else in; the error is for a table that says otherwise.
    pub(crate) fn citizen(&self) -> Result<&Citizen, Trouble> {
        self.citizen.as_ref().ok_or_else(|| Kind::SignInNeeded.into())
    }

    pub(crate) fn param(&self, name: &str) -> &str {
        self.params.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    #[cfg(test)]
    pub(crate) fn set_params(&mut self, params: &[(&str, &str)]) {
        self.params = params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    }

    pub(crate) fn id_param(&self, name: &str) -> Result<Id, Trouble> {
        Id::parse(self.param(name)).ok_or_else(|| Kind::NotFound.into())
    }

    /// The city in the path, open or not. It becomes the one whose colours are shown and to which "home" leads.
    pub(crate) fn any_city(&mut self) -> Result<Arc<CityPack>, Trouble> {
        let pack = self.catalogue.city(self.param("city")).cloned().ok_or(Kind::NotFound)?;
        self.look = Some(pack.clone());
        Ok(pack)
    }

    /// The city in the path, if it is open; a friendly page otherwise.
    pub(crate) fn city(&mut self) -> Result<Arc<CityPack>, Trouble> {
        let pack = self.any_city()?;
        if pack.city.state == CityState::Soon { Err(Trouble::CitySoon(pack)) } else { Ok(pack) }
    }

    /// The service in the path, as this city offers it.
    pub(crate) fn service(&self, pack: &CityPack) -> Result<Arc<Service>, Trouble> {
        let id = self.param("service");
        match self.catalogue.service(pack, id) {
            Some(service) => Ok(service.clone()),
            None if self.catalogue.services.contains_key(id) => Err(Trouble::Gone),
            None => Err(Kind::NotFound.into()),
        }
    }

    /// Where a person wants to go back to, from the form or the address; only our own paths count.
    pub(crate) fn return_to(&self) -> Option<&str> {
        own_path(self.form.get("to")).or_else(|| own_path(self.query.get("to")))
    }

    /// The number to call: the city's own, or the national one.
    pub(crate) fn hotline(&self) -> &str {
        self.look.as_ref().map_or(HOTLINE, |pack| &pack.city.hotline)
    }

    /// The path with its query.
    pub(crate) fn here(&self) -> &str {
        self.uri.path_and_query().map_or("/", |path| path.as_str())
    }

    /// A new idempotency key for a form.
    pub(crate) fn new_key(&self) -> String {
        OnceKey::random(&**self.platform().rng()).as_str().to_owned()
    }

    /// The idempotency key that the form carried.
    pub(crate) fn once(&self) -> Result<OnceKey, Trouble> {
        Ok(OnceKey::parse(self.form.get("key"))?)
    }

    /// "iPhone · Safari": enough for a person to recognise their own device, nothing more.
    pub(crate) fn device_label(&self) -> String {
        let agent = self.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or("");
        crate::session::device_label(agent)
    }

    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name)
    }

    pub(crate) fn set_cookie(&mut self, name: &str, value: &str, path: &str, max_age_s: u32) {
        self.set_cookies.extend(cookie::set(name, value, path, max_age_s, self.site.secure_cookies));
    }

    pub(crate) fn drop_cookie(&mut self, name: &str, path: &str) {
        self.set_cookie(name, "", path, 0);
    }

    pub(crate) fn set_session(&mut self, token: &str, max_age_s: u32) {
        self.set_cookie(cookie::session_name(self.site.secure_cookies), token, "/", max_age_s);
    }

    /// Ends the session in this browser, and the look that came with it: the next person may be somebody else.
    pub(crate) fn drop_session(&mut self) {
        self.drop_cookie(cookie::session_name(self.site.secure_cookies), "/");
        for name in ["lang", "size", "theme"] {
            self.drop_cookie(name, "/");
        }
    }

    /// Cities lately visited, newest first.
    pub(crate) fn recent_cities(&self) -> impl Iterator<Item = &str> {
        recent_cities(&self.cookies)
    }

    /// Remembers a city as the last one visited.
    pub(crate) fn remember_city(&mut self, id: &CityId) {
        if self.recent_cities().next() == Some(id.as_str()) {
            return;
        }
        let others = recent_cities(&self.cookies).filter(|other| *other != id.as_str()).take(RECENT_CITIES_MAX - 1);
        let value = std::iter::once(id.as_str()).chain(others).collect::<Vec<_>>().join(".");
        self.set_cookie("city", &value, "/", cookie::YEAR_S);
    }

    /// 303: the page after a deed is another page, which can be reloaded and bookmarked.
    pub(crate) fn see_other(&self, to: &str) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::SEE_OTHER;
        let location = HeaderValue::try_from(to).unwrap_or(HeaderValue::from_static("/"));
        response.headers_mut().insert(header::LOCATION, location);
        headers::put_on(response.headers_mut(), None, true);
        response
    }

    /// What went wrong, as a page, or as the way to what is missing.
    pub(crate) fn trouble(&self, trouble: Trouble) -> Response {
        let back = || {
            let here = if self.method == Method::POST { self.fetchable_path() } else { Some(self.here()) };
            here.and_then(own_path)
        };
        match &trouble {
            Trouble::Error(error) if error.kind == Kind::SignInNeeded => {
                self.see_other(&with_return("/sign-in", back()))
            }
            Trouble::Error(error) if error.kind == Kind::RealNameNeeded => {
                self.see_other(&with_return("/real-name", back()))
            }
            _ => crate::trouble::page(self, trouble),
        }
    }

    /// The path of this POST, if the same path has a page.
    fn fetchable_path(&self) -> Option<&str> {
        let path = self.uri.path();
        let mut template = path.to_owned();
        for (name, value) in &self.params {
            template = template.replacen(value.as_str(), &format!("{{{name}}}"), 1);
        }
        can_get(&template).then_some(path)
    }
}

/// The national number of the government hotlines, shown where no city is known.
const HOTLINE: &str = "12345";

fn recent_cities(cookies: &Cookies) -> impl Iterator<Item = &str> {
    cookies.get("city").into_iter().flat_map(|value| value.split('.')).take(RECENT_CITIES_MAX)
}

/// The first language of `Accept-Language` that we speak. Browsers send them in order of preference.
fn accepted_lang(headers: &HeaderMap) -> Lang {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split(',').filter_map(|tag| Lang::parse(tag.split(';').next()?)).next().unwrap_or_default()
}
