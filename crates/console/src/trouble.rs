//! Pages of the desk for what went wrong: what happened and one thing to do next.

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::Response,
};
use kernel::{Error, Kind};
use maud::html;
use ui::{Button, component::heading, text};
use web::shell::wait;

use crate::{
    Site,
    visit::{Sheet, Visit},
};

/// Why a handler gives no page of its own.
#[derive(Debug)]
pub(crate) enum Trouble {
    Error(Error),
    /// More was sent than any form holds.
    TooLarge,
    /// A form that another site sent.
    ForeignForm,
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

pub(crate) fn page(visit: &Visit, trouble: Trouble) -> Response {
    let l = visit.lang;
    let mut retry_after_s = None;
    let (status, title, detail) = match trouble {
        Trouble::TooLarge => {
            (StatusCode::PAYLOAD_TOO_LARGE, text::unprocessable_title(l).to_owned(), text::unprocessable_detail(l))
        }
        Trouble::ForeignForm => {
            (StatusCode::FORBIDDEN, text::form_stale_title(l).to_owned(), text::form_stale_detail(l))
        }
        Trouble::Error(error) => {
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let (title, detail) = match &error.kind {
                Kind::NotFound => (text::not_found_title(l).to_owned(), text::not_found_detail(l)),
                Kind::Invalid(_) => (text::unprocessable_title(l).to_owned(), text::unprocessable_detail(l)),
                Kind::Conflict(_) => (text::form_stale_title(l).to_owned(), text::form_stale_detail(l)),
                Kind::Denied(_) | Kind::SignInNeeded | Kind::RealNameNeeded => {
                    (text::desk_forbidden_title(l).to_owned(), text::desk_forbidden_detail(l))
                }
                Kind::TooMany { retry_after_s: seconds } => {
                    retry_after_s = Some(*seconds);
                    (wait(l, *seconds), text::busy_detail(l))
                }
                Kind::Unavailable(_) => {
                    tracing::warn!(error = %error, "a page of the desk could not be made now");
                    retry_after_s = Some(30);
                    (text::busy_title(l).to_owned(), text::busy_detail(l))
                }
                Kind::Internal => {
                    tracing::error!(error = %error, "a page of the desk failed");
                    (text::internal_title(l).to_owned(), text::internal_detail(l))
                }
            };
            (status, title, detail)
        }
    };
    let body = html! {
        (heading(&title, detail))
        p.actions { (Button::primary(text::desk_back(l)).href("/desk")) }
    };
    let mut response = visit.show(Sheet::new(&title, body).status(status));
    if let Some(seconds) = retry_after_s {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// A form that came from somebody else's page. Nothing was done.
pub(crate) fn foreign_form(site: Site) -> Response {
    page(&Visit::bare(site, HeaderMap::new(), Uri::default()), Trouble::ForeignForm)
}
