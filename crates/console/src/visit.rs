//! One request at the desk and who makes it. Every page goes through [`enter`], which enforces the route's policy, bounds
//! the time, catches panics and puts on the headers.

use std::{net::IpAddr, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use axum::{
    RequestPartsExt,
    body::{Body, to_bytes},
    extract::{ConnectInfo, RawPathParams, Request},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::Response,
};
use engine::{Platform, Staff, Verb};
use futures_util::FutureExt;
use kernel::{CityId, Id, Kind, Lang, Timestamp};
use manifest::{Catalogue, CityPack};
use maud::Markup;
use ui::{Css, Desk, Size, Theme, desk::Tab, page::route::DISPLAY};
use web::shell::{Pairs, cookie, encode, headers, own_path};

use crate::{
    Site,
    home::tabs,
    route::{Policy, Route, can_get},
    trouble::Trouble,
};

const BODY_BYTES_MAX: usize = 64 * 1024;
/// A list of the other side is fetched while somebody waits; longer than its deadline.
const PAGE_TIME_MAX: Duration = Duration::from_secs(25);
const SESSION_COOKIE_S: u32 = 43_200;
/// The desk's cookies go to the desk alone.
const PATH: &str = "/desk";

/// The name of the desk's session cookie. `__Host-` would need the path `/`, and with it the citizens' pages.
#[must_use]
pub const fn session_name(secure: bool) -> &'static str {
    if secure { "__Secure-shimin-desk" } else { "shimin-desk" }
}

pub(crate) struct Visit {
    pub site: Site,
    pub catalogue: Arc<Catalogue>,
    pub staff: Option<Staff>,
    pub lang: Lang,
    pub size: Size,
    pub theme: Theme,
    pub now: Timestamp,
    pub address: IpAddr,
    pub method: Method,
    pub uri: Uri,
    pub query: Pairs,
    pub form: Pairs,
    /// The city of the path, if it is one of the packs.
    pub pack: Option<Arc<CityPack>>,
    headers: HeaderMap,
    params: Vec<(Arc<str>, Arc<str>)>,
    cookies: Vec<HeaderValue>,
}

/// The parts of a page that differ from page to page.
pub(crate) struct Sheet<'a> {
    pub title: &'a str,
    pub status: StatusCode,
    pub body: Markup,
    /// It reads codes, with the desk's own script and the device's camera.
    pub scans: bool,
    /// It hangs on a wall, and is drawn anew after so many seconds; 0 for never.
    pub wall_s: Option<u32>,
}

impl<'a> Sheet<'a> {
    pub(crate) const fn new(title: &'a str, body: Markup) -> Self {
        Self { title, status: StatusCode::OK, body, scans: false, wall_s: None }
    }

    pub(crate) fn scanning(self) -> Self {
        Self { scans: true, ..self }
    }

    pub(crate) fn wall(self, seconds: u32) -> Self {
        Self { wall_s: Some(seconds), ..self }
    }

    pub(crate) fn status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }
}

pub(crate) async fn enter(site: Site, route: &'static Route, request: Request) -> Response {
    let work = AssertUnwindSafe(answer(site.clone(), route, request)).catch_unwind();
    match tokio::time::timeout(PAGE_TIME_MAX, work).await {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => {
            tracing::error!(path = route.path, "a page of the desk panicked");
            crate::trouble::page(&Visit::bare(site, HeaderMap::new(), Uri::default()), Kind::Internal.into())
        }
        Err(_) => {
            tracing::warn!(path = route.path, "a page of the desk took too long");
            crate::trouble::page(&Visit::bare(site, HeaderMap::new(), Uri::default()), Kind::Unavailable("time").into())
        }
    }
}

async fn answer(site: Site, route: &'static Route, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let address = parts.extensions.get::<ConnectInfo<std::net::SocketAddr>>().map(|info| info.0.ip());
    let params = match parts.extract::<RawPathParams>().await {
        Ok(params) => params.iter().map(|(name, value)| (Arc::from(name), Arc::from(value))).collect(),
        Err(_) => Vec::new(),
    };
    let mut visit = Visit::bare(site, parts.headers, parts.uri);
    visit.method = parts.method;
    visit.params = params;
    visit.pack = visit.catalogue.city(visit.param("city")).cloned();
    visit.address = address.unwrap_or(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST));
    let outcome = match admit(&mut visit, route, body).await {
        Ok(()) => (route.handler)(&mut visit).await,
        Err(trouble) => Err(trouble),
    };
    let mut response = outcome.unwrap_or_else(|trouble| visit.trouble(trouble));
    for line in visit.cookies.drain(..) {
        response.headers_mut().append(header::SET_COOKIE, line);
    }
    response
}

/// Who this is, whether the table lets them in, whether the second code is fresh, and only then what was sent.
async fn admit(visit: &mut Visit, route: &'static Route, body: Body) -> Result<(), Trouble> {
    if let Some(token) = cookie::read(&visit.headers, session_name(visit.site.secure_cookies)) {
        visit.staff = visit.site.platform.staff(token).await?;
    }
    match (route.policy, &visit.staff) {
        (Policy::Anyone, _) => {}
        (_, None) => return Err(Kind::SignInNeeded.into()),
        (Policy::Staff, Some(_)) => {}
        (Policy::Here, Some(staff)) => {
            if !staff.cities().iter().any(|city| city.as_str() == visit.param("city")) {
                return Err(Kind::Denied("not_your_role").into());
            }
        }
        (Policy::May(verb), Some(staff)) => {
            let city = CityId::parse(visit.param("city")).ok_or(Kind::NotFound)?;
            if staff.may(verb, &city).is_none() {
                return Err(Kind::Denied("not_your_role").into());
            }
            if verb.needs_step_up() && !visit.site.platform.has_stepped_up(staff) {
                return Err(Kind::Denied("step_up_needed").into());
            }
        }
    }
    if visit.method == Method::POST {
        let bytes = to_bytes(body, BODY_BYTES_MAX).await.map_err(|_| Trouble::TooLarge)?;
        visit.form = Pairs::parse(&bytes);
    }
    Ok(())
}

impl Visit {
    pub(crate) fn bare(site: Site, headers: HeaderMap, uri: Uri) -> Self {
        let catalogue = site.platform.catalogue();
        let now = site.platform.now();
        let query = Pairs::parse(uri.query().unwrap_or_default().as_bytes());
        let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let accepted = accepted.split(',').find_map(|tag| Lang::parse(tag.split(';').next()?)).unwrap_or_default();
        let lang = cookie::read(&headers, "lang").and_then(Lang::parse).unwrap_or(accepted);
        let size = cookie::read(&headers, "size").and_then(Size::parse).unwrap_or_default();
        let theme = cookie::read(&headers, "theme").and_then(Theme::parse).unwrap_or_default();
        Self {
            site,
            catalogue,
            staff: None,
            lang,
            size,
            theme,
            now,
            address: IpAddr::V4(std::net::Ipv4Addr::LOCALHOST),
            method: Method::GET,
            uri,
            query,
            form: Pairs::default(),
            pack: None,
            headers,
            params: Vec::new(),
            cookies: Vec::new(),
        }
    }

    pub(crate) fn platform(&self) -> &Platform {
        &self.site.platform
    }

    /// Whoever is signed in. The policy has let nobody else in; the error is for a table that says otherwise.
    pub(crate) fn staff(&self) -> Result<&Staff, Trouble> {
        self.staff.as_ref().ok_or_else(|| Kind::SignInNeeded.into())
    }

    /// The city of the path.
    pub(crate) fn city(&self) -> Result<&CityPack, Trouble> {
        self.pack.as_deref().ok_or_else(|| Kind::NotFound.into())
    }

    pub(crate) fn param(&self, name: &str) -> &str {
        self.params.iter().find(|(key, _)| **key == *name).map_or("", |(_, value)| value)
    }

    #[cfg(test)]
    pub(crate) fn set_params(&mut self, params: &[(&str, &str)]) {
        self.params = params.iter().map(|(name, value)| (Arc::from(*name), Arc::from(*value))).collect();
        self.pack = self.catalogue.city(self.param("city")).cloned();
    }

    pub(crate) fn id_param(&self, name: &str) -> Result<Id, Trouble> {
        Id::parse(self.param(name)).ok_or_else(|| Kind::NotFound.into())
    }

    /// An address below the city of this visit.
    pub(crate) fn below(&self, path: &str) -> String {
        format!("{PATH}/{}/{path}", self.param("city"))
    }

    /// True if somebody is signed in who may do this here.
    pub(crate) fn may(&self, verb: Verb) -> bool {
        let city = CityId::parse(self.param("city"));
        self.staff.as_ref().zip(city).is_some_and(|(staff, city)| staff.may(verb, &city).is_some())
    }

    /// Where a person wants to go back to; only the desk's own paths count.
    pub(crate) fn return_to(&self) -> Option<&str> {
        let ours = |to: &&str| *to == PATH || (to.starts_with("/desk/") && !to.starts_with("/desk/sign-"));
        own_path(self.form.get("to")).filter(ours).or_else(|| own_path(self.query.get("to")).filter(ours))
    }

    pub(crate) fn here(&self) -> &str {
        self.uri.path_and_query().map_or(PATH, |path| path.as_str())
    }

    pub(crate) fn set_session(&mut self, token: &str) {
        self.set_cookie(session_name(self.site.secure_cookies), token, SESSION_COOKIE_S);
    }

    pub(crate) fn drop_session(&mut self) {
        self.set_cookie(session_name(self.site.secure_cookies), "", 0);
    }

    fn set_cookie(&mut self, name: &str, value: &str, max_age_s: u32) {
        self.cookies.extend(cookie::set_strict(name, value, PATH, max_age_s, self.site.secure_cookies));
    }

    pub(crate) fn request_headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// 303: the page after a deed can be reloaded and bookmarked.
    pub(crate) fn see_other(&self, to: &str) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::SEE_OTHER;
        let location = HeaderValue::try_from(to).unwrap_or(HeaderValue::from_static(PATH));
        response.headers_mut().insert(header::LOCATION, location);
        headers::put_on(response.headers_mut(), None, true);
        response
    }

    /// The key under which a form about to be shown has its effect once.
    pub(crate) fn once_key(&self) -> String {
        engine::OnceKey::random(&**self.site.platform.rng()).as_str().to_owned()
    }

    /// A few lines for the script of a page.
    pub(crate) fn text(&self, text: String) -> Response {
        let mut response = Response::new(Body::from(text));
        headers::put_on(response.headers_mut(), None, true);
        let plain = HeaderValue::from_static("text/plain; charset=utf-8");
        response.headers_mut().insert(header::CONTENT_TYPE, plain);
        response
    }

    /// The document around a body.
    pub(crate) fn show(&self, sheet: Sheet<'_>) -> Response {
        let style = &self.site.style;
        let known = cookie::read(&self.headers, "desk-css") == Some(style.hash.as_str());
        let rooms = tabs(self);
        let tabs: Vec<Tab<'_>> = rooms
            .iter()
            .map(|(label, href)| Tab { label, href: href.clone(), current: self.uri.path().starts_with(href.as_str()) })
            .collect();
        let page = Desk {
            title: sheet.title,
            lang: self.lang,
            size: self.size,
            theme: self.theme,
            css: if known { Css::Linked(&style.url) } else { Css::Inline(&style.text) },
            path: if self.method == Method::POST { self.uri.path() } else { self.here() },
            staff: self.staff.as_ref().map(|staff| staff.name.as_str()),
            place: self.pack.as_ref().map_or("", |pack| pack.city.name.get(self.lang)),
            tabs: &tabs,
            sandbox: self.site.sandbox_url.is_some(),
            script: (sheet.scans || sheet.wall_s.is_some()).then_some(self.site.script.url.as_str()),
            wall_s: sheet.wall_s,
            error: sheet.status == StatusCode::UNPROCESSABLE_ENTITY,
            body: sheet.body,
        };
        let html = page.html().into_string();
        debug_assert!(sheet.wall_s.is_some() || html.contains(DISPLAY));
        let mut response = headers::html(html, sheet.status, &self.headers, Some(style), true);
        if sheet.scans {
            headers::allow_camera(response.headers_mut());
        }
        let year = cookie::YEAR_S;
        if !known && let Some(line) = cookie::set_strict("desk-css", &style.hash, PATH, year, self.site.secure_cookies)
        {
            response.headers_mut().append(header::SET_COOKIE, line);
        }
        response
    }

    /// What went wrong, as a page, or as the way to what is missing.
    fn trouble(&self, trouble: Trouble) -> Response {
        let here = if self.method == Method::POST { self.fetchable_path() } else { Some(self.here()) };
        let with = |path: &str| match here.and_then(own_path) {
            Some(to) => format!("{path}?to={}", encode(to)),
            None => path.to_owned(),
        };
        match &trouble {
            Trouble::Error(error) if error.kind == Kind::SignInNeeded => self.see_other(&with("/desk/sign-in")),
            Trouble::Error(error) if error.kind == Kind::Denied("step_up_needed") => {
                self.see_other(&with("/desk/step-up"))
            }
            _ => crate::trouble::page(self, trouble),
        }
    }

    /// The path of this POST, if the same path has a page.
    fn fetchable_path(&self) -> Option<&str> {
        let path = self.uri.path();
        let mut template = path.to_owned();
        for (name, value) in &self.params {
            template = template.replacen(&**value, &format!("{{{name}}}"), 1);
        }
        can_get(&template).then_some(path)
    }
}
