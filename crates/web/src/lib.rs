//! The citizen's pages: every address a phone can open, who may open it, and what stands on it.
//!
//! A page is a handler over `engine` and components of `ui`; no rule of any service lives here, and no city or service is
//! known by name. [`routes`] is the one table that both the router and the authorisation tests are made from. Every page
//! works without JavaScript: links, forms, and a redirect after each deed.
//!
//! - [`route`]: the table and its policies. `visit`: one request and who makes it. `headers`: what every answer carries.
//! - `frame`: what of the home page is the same for many people, made once.
//! - One file per noun: `home`, `city`, `service`, `search`, `record`, `card`, `sign_in`, `real_name`, `profile`, `access`,
//!   `consent`, `session`, `token`, `settings`, `health`, `about`, and `trouble` for what went wrong.

use std::{
    ops::Deref,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    http::{Method, StatusCode},
};
use engine::Platform;

mod about;
mod access;
mod asset;
mod autopay;
mod bill;
mod booking;
mod card;
mod city;
mod companion;
mod consent;
pub mod cookie;
mod customer;
mod form;
mod frame;
mod gallery;
pub mod headers;
mod health;
mod home;
mod mishap;
mod payment;
mod profile;
mod quote;
mod real_name;
mod receipt;
mod record;
mod rest;
mod return_path;
mod route;
mod search;
mod service;
mod session;
mod settings;
mod sign_in;
mod style;
#[cfg(test)]
mod tests;
mod token;
mod trouble;
mod visit;

pub use cookie::session_name;

/// What the staff desk makes its pages with as well: forms, cookies, headers, style sheets, ways back.
pub mod shell {
    pub use crate::{
        cookie,
        form::Pairs,
        headers,
        mishap::wait,
        return_path::{encode, own_path, with_return},
        style::{Style, short_hash},
    };
}
pub use route::{Policy, RouteInfo, routes};

/// What the pages need to run.
#[derive(Clone)]
pub struct Web {
    pub platform: Platform,
    /// Where the sandbox's own pages are, if answers come from it. Pages then say so.
    pub sandbox_url: Option<String>,
    /// True behind TLS: cookies are then marked so, and the session's name makes browsers insist on it.
    pub secure_cookies: bool,
    /// Counts what browsers report about our content security policy; any other number than 0 is a mistake of ours.
    pub csp_reports: CspReports,
    /// Told of every answer.
    pub answered: Answered,
}

/// Method, pattern of the route (`none` if there is none), status, and how long it took.
pub type Answered = Arc<dyn Fn(&Method, &'static str, StatusCode, Duration) + Send + Sync>;

/// A counter shared with whoever shows metrics.
#[derive(Clone, Debug, Default)]
pub struct CspReports(Arc<AtomicU64>);

impl CspReports {
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Everything that requests share.
#[derive(Clone)]
pub(crate) struct Site(Arc<SiteParts>);

pub(crate) struct SiteParts {
    pub platform: Platform,
    pub sandbox_url: Option<String>,
    pub secure_cookies: bool,
    pub csp_reports: CspReports,
    pub answered: Answered,
    pub styles: style::Styles,
    pub frames: frame::Frames,
    pub files: asset::Files,
}

impl Deref for Site {
    type Target = SiteParts;

    fn deref(&self) -> &SiteParts {
        &self.0
    }
}

/// The pages as a router, to be served alone or merged with others. Its fallback is the "no such page" page.
pub fn router(web: Web) -> Router {
    let site = Site(Arc::new(SiteParts {
        platform: web.platform,
        sandbox_url: web.sandbox_url,
        secure_cookies: web.secure_cookies,
        csp_reports: web.csp_reports,
        answered: web.answered,
        frames: frame::Frames::default(),
        styles: style::Styles::default(),
        files: asset::Files::new(),
    }));
    let (missing, refused) = (site.clone(), site.clone());
    route::table(&site)
        .fallback(move |request| trouble::missing(missing.clone(), request))
        .method_not_allowed_fallback(move |request| trouble::method_not_allowed(refused.clone(), request))
}
