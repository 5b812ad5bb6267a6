//! The staff desk: money reconciled, given back and settled by people whose every deed is on record; and the rooms of the
//! operator and the auditor.
//!
//! Built like `web`, and with its shell: one table of routes with a policy each, pages of `ui`'s components, a strict
//! content policy, every deed a form that works without script. A policy here names a verb; who may do it is the table of
//! [`engine::POLICY`], asked once more by the use case itself.
//!
//! - [`route`]: the table. `visit`: one request and who makes it.
//! - One file per noun: `sign_in`, `home`; `counter`, `queue`, `walk_in`, `day` and `gate` for whoever comes; `schedule`, `pool`
//!   and `figures` for how much there is; `reconciliation`, `payment`, `refund`, `settlement` for money; `provider`, `staff`,
//!   `staff_act`; and `trouble` for what went wrong. `place` is where somebody works, `word` says states and causes.

use std::{ops::Deref, sync::Arc};

use axum::Router;
use engine::Platform;
use web::shell::Style;

mod asset;
mod counter;
mod day;
mod figures;
mod gate;
mod home;
mod mishap;
mod payment;
mod place;
mod pool;
mod price;
mod provider;
mod queue;
mod reconciliation;
mod refund;
mod route;
mod schedule;
mod settlement;
mod sign_in;
mod staff;
mod staff_act;
#[cfg(test)]
mod tests;
mod trouble;
mod visit;
mod walk_in;
mod word;

pub use route::{Policy, RouteInfo, routes};
pub use visit::session_name;

/// What the desk needs to run.
#[derive(Clone)]
pub struct Console {
    pub platform: Platform,
    /// Where the sandbox's own pages are: the authenticator stands there.
    pub sandbox_url: Option<String>,
    /// True behind TLS.
    pub secure_cookies: bool,
}

#[derive(Clone)]
pub(crate) struct Site(Arc<SiteParts>);

pub(crate) struct SiteParts {
    pub platform: Platform,
    pub sandbox_url: Option<String>,
    pub secure_cookies: bool,
    pub style: Style,
    pub script: asset::Script,
}

impl Deref for Site {
    type Target = SiteParts;

    fn deref(&self) -> &SiteParts {
        &self.0
    }
}

/// The desk as a router, to be merged with the citizens' pages, which answer addresses that no table has.
pub fn router(console: Console) -> Router {
    let css = format!("{}{}", *ui::assets::CSS, *ui::assets::DESK_CSS);
    let site = Site(Arc::new(SiteParts {
        platform: console.platform,
        sandbox_url: console.sandbox_url,
        secure_cookies: console.secure_cookies,
        style: Style::of(css, "/desk/assets"),
        script: asset::Script::new(),
    }));
    let foreign = site.clone();
    route::table(&site).layer(
        tower_http::csrf::CsrfLayer::new().with_rejection_response(move |_| trouble::foreign_form(foreign.clone())),
    )
}
