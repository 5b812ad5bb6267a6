//! Pages for what went wrong: what happened, what became of what was typed, and one thing to do next.

use std::{sync::Arc, time::Instant};

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::Response,
};
use kernel::{Error, Kind};
use manifest::CityPack;
use maud::{Markup, html};
use ui::{
    Button, Tone,
    component::{heading, notice},
    text,
};

use crate::{
    Site,
    mishap::wait,
    route::Route,
    visit::{Sheet, Visit},
};

/// Why a handler gives no page of its own.
#[derive(Debug)]
pub(crate) enum Trouble {
    Error(Error),
    /// The service exists, and this city does not offer it.
    Gone,
    /// More was sent than any form holds.
    TooLarge,
    MethodNotAllowed,
    /// A form that another site sent.
    ForeignForm,
    /// The city is listed and not open yet.
    CitySoon(Arc<CityPack>),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl From<Kind> for Trouble {
    fn from(kind: Kind) -> Self {
        Self::Error(kind.into())
    }
}

struct Words<'a> {
    status: StatusCode,
    title: String,
    detail: &'a str,
    /// Label and address of the next action.
    next: (&'a str, String),
}

/// The page for a trouble. Those that are the way to somewhere else (sign-in, real name) never come here.
pub(crate) fn page(visit: &Visit, trouble: Trouble) -> Response {
    let l = visit.lang;
    let home = || (text::back_home(l), "/".to_owned());
    let again = || (text::try_again(l), visit.here().to_owned());
    let words = |status, title: &str, detail, next| Words { status, title: title.to_owned(), detail, next };
    let mut retry_after_s = None;
    let words = match trouble {
        Trouble::CitySoon(pack) => return city_soon(visit, &pack),
        Trouble::Gone => {
            let services = visit.look.as_ref().map(|pack| format!("/{}/services", pack.city.id));
            let next = services.map_or_else(home, |href| (text::services_title(l), href));
            words(StatusCode::GONE, text::gone_title(l), text::gone_detail(l), next)
        }
        Trouble::TooLarge => {
            words(StatusCode::PAYLOAD_TOO_LARGE, text::unprocessable_title(l), text::unprocessable_detail(l), home())
        }
        Trouble::MethodNotAllowed => {
            words(StatusCode::METHOD_NOT_ALLOWED, text::form_stale_title(l), text::form_stale_detail(l), home())
        }
        Trouble::ForeignForm => {
            words(StatusCode::FORBIDDEN, text::form_stale_title(l), text::form_stale_detail(l), home())
        }
        Trouble::Error(error) => {
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            match &error.kind {
                Kind::NotFound => words(status, text::not_found_title(l), text::not_found_detail(l), home()),
                Kind::Invalid(_) => words(status, text::unprocessable_title(l), text::unprocessable_detail(l), again()),
                Kind::Conflict(_) => words(status, text::form_stale_title(l), text::form_stale_detail(l), again()),
                Kind::Denied(_) | Kind::SignInNeeded | Kind::RealNameNeeded => {
                    words(status, text::forbidden_title(l), text::forbidden_detail(l), home())
                }
                Kind::TooMany { retry_after_s: seconds } => {
                    retry_after_s = Some(*seconds);
                    let detail = l.pick("到时再来，您的信息都在。", "Come back then; nothing of yours is lost.");
                    Words { status, title: wait(l, *seconds), detail, next: again() }
                }
                Kind::Unavailable(_) => {
                    tracing::warn!(error = %error, "a page could not be made now");
                    retry_after_s = Some(30);
                    words(status, text::busy_title(l), text::busy_detail(l), again())
                }
                Kind::Internal => {
                    tracing::error!(error = %error, "a page failed");
                    words(status, text::internal_title(l), text::internal_detail(l), again())
                }
            }
        }
    };
    let (label, href) = &words.next;
    let body = html! {
        (heading(&words.title, words.detail))
        p.actions { (Button::primary(label).href(href)) a.btn.btn-link href="/help" { (text::help(l)) } }
        @if words.status == StatusCode::NOT_FOUND && let Some(pack) = &visit.look {
            (ui::component::band::search(l, &format!("/{}/search", pack.city.id), ""))
        }
    };
    let mut response = visit.show(Sheet { title: &words.title, status: words.status, body, ..Sheet::default() });
    if let Some(seconds) = retry_after_s {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if words.status.is_server_error() || words.status.is_client_error() {
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

fn city_soon(visit: &Visit, pack: &CityPack) -> Response {
    let l = visit.lang;
    let city = &pack.city;
    let title = text::city_soon_title(l, city.name.get(l));
    let body: Markup = html! {
        (heading(&title, text::city_soon_detail(l)))
        (notice(Tone::Info, l.pick("现在可以这样办", "What you can do now"), html! {
            p { (city.offline.get(l)) }
            p { a href={ "tel:" (city.hotline) } { (text::help_call(l, &city.hotline)) } }
        }))
        p.actions { (Button::primary(text::switch_city(l)).href("/cities")) }
    };
    visit.show(Sheet { title: &title, back: "/cities", body, ..Sheet::default() })
}

/// An address that is in no table.
pub(crate) async fn missing(site: Site, request: Request) -> Response {
    nowhere(site, request, Kind::NotFound.into())
}

pub(crate) async fn method_not_allowed(site: Site, request: Request) -> Response {
    nowhere(site, request, Trouble::MethodNotAllowed)
}

fn nowhere(site: Site, request: Request, trouble: Trouble) -> Response {
    let (began, (parts, _)) = (Instant::now(), request.into_parts());
    let response = page(&Visit::bare(site.clone(), parts.headers, parts.uri), trouble);
    (site.answered)(&parts.method, "none", response.status(), began.elapsed());
    response
}

/// A form that came from somebody else's page. The browser told us so; nothing was done.
pub(crate) fn foreign_form(site: Site, route: &'static Route) -> Response {
    let began = Instant::now();
    let response = page(&Visit::bare(site.clone(), HeaderMap::new(), Uri::default()), Trouble::ForeignForm);
    (site.answered)(&route.method, route.path, response.status(), began.elapsed());
    response
}
