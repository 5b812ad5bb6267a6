//! The one table of routes. Each row says who may call it, and the router is built from nothing else, so that a route
//! without a policy cannot exist. The policy is enforced in [`enter`](crate::visit::enter), before any handler runs.

use std::pin::Pin;

use axum::{
    Router,
    http::Method,
    response::Response,
    routing::{MethodFilter, MethodRouter},
};
use tower_http::csrf::CsrfLayer;

use crate::{
    Site, about, access, asset, autopay, bill, booking, card, city, companion, consent, customer, gallery, health,
    home, payment, profile, quote, real_name, receipt, record, rest, search, service, session, settings, sign_in,
    token,
    trouble::{self, Trouble},
    visit::{Visit, enter},
};

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Policy {
    /// Everybody, signed in or not.
    Anyone,
    /// Whoever is signed in. Others are sent to the sign-in page and brought back.
    SignedIn,
    /// Whoever has passed the real-name check. Others are sent there and brought back.
    Verified,
    /// Everybody, as long as the sandbox is on; nobody in production.
    SandboxOnly,
}

/// What a route answers with, which decides how much of the visitor is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answers {
    /// A page: session, language and appearance are read.
    Page,
    /// A file or a report, the same for everybody: nothing is read.
    File,
}

/// A row of the table, as other crates see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteInfo {
    pub method: Method,
    /// The path with `{name}` places.
    pub path: &'static str,
    pub policy: Policy,
}

pub(crate) type Outcome = Result<Response, Trouble>;
pub(crate) type Handler = for<'a> fn(&'a mut Visit) -> Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

pub(crate) struct Route {
    pub method: Method,
    pub path: &'static str,
    pub policy: Policy,
    pub answers: Answers,
    pub handler: Handler,
}

macro_rules! routes {
    ($($method:ident $path:literal $policy:ident $answers:ident $handler:path;)*) => {
        static ROUTES: &[Route] = &[$(Route {
            method: Method::$method,
            path: $path,
            policy: Policy::$policy,
            answers: Answers::$answers,
            handler: |visit| Box::pin($handler(visit)),
        }),*];
    };
}

routes! {
    GET  "/"                                        Anyone      Page city::landing;
    GET  "/cities"                                  Anyone      Page city::picker;
    GET  "/sign-in"                                 Anyone      Page sign_in::phone;
    POST "/sign-in"                                 Anyone      Page sign_in::send_code;
    GET  "/sign-in/code"                            Anyone      Page sign_in::code;
    POST "/sign-in/code"                            Anyone      Page sign_in::finish;
    POST "/sign-out"                                SignedIn    Page sign_in::sign_out;
    GET  "/real-name"                               SignedIn    Page real_name::form;
    POST "/real-name"                               SignedIn    Page real_name::verify;
    GET  "/me"                                      SignedIn    Page profile::show;
    GET  "/me/access"                               SignedIn    Page access::log;
    GET  "/me/consents"                             Verified    Page consent::list;
    POST "/me/consents"                             Verified    Page consent::ask;
    POST "/me/consents/{id}/grant"                  Verified    Page consent::grant;
    POST "/me/consents/{id}/withdraw"               Verified    Page consent::withdraw;
    GET  "/me/companions"                           Verified    Page companion::list;
    POST "/me/companions"                           Verified    Page companion::create;
    POST "/me/companions/{id}/remove"               Verified    Page companion::remove;
    GET  "/me/sessions"                             SignedIn    Page session::list;
    POST "/me/sessions/end-all"                     SignedIn    Page session::end_all;
    POST "/me/sessions/{id}/end"                    SignedIn    Page session::end;
    GET  "/me/tokens"                               SignedIn    Page token::list;
    POST "/me/tokens"                               SignedIn    Page token::create;
    POST "/me/tokens/{id}/end"                      SignedIn    Page token::end;
    GET  "/me/export"                               SignedIn    Page profile::export_form;
    POST "/me/export"                               SignedIn    Page profile::export;
    GET  "/me/delete"                               SignedIn    Page profile::delete_form;
    POST "/me/delete"                               SignedIn    Page profile::delete;
    GET  "/settings"                                Anyone      Page settings::show;
    POST "/settings"                                Anyone      Page settings::save;
    POST "/settings/display"                        Anyone      Page settings::display;
    GET  "/help"                                    Anyone      Page about::help;
    GET  "/privacy"                                 Anyone      Page about::privacy;
    GET  "/accessibility"                           Anyone      Page about::accessibility;
    GET  "/offline"                                 Anyone      Page about::offline;
    GET  "/status"                                  Anyone      Page health::status;
    GET  "/gallery"                                 SandboxOnly Page gallery::show;
    GET  "/gallery/{trouble}"                       SandboxOnly Page gallery::trouble;
    GET  "/assets/{name}"                           Anyone      File asset::file;
    GET  "/sw.js"                                   Anyone      File asset::service_worker;
    GET  "/manifest.webmanifest"                    Anyone      File asset::web_manifest;
    GET  "/favicon.ico"                             Anyone      File asset::icon;
    GET  "/robots.txt"                              Anyone      File asset::robots;
    POST "/csp-report"                              Anyone      File asset::csp_report;
    GET  "/{city}"                                  Anyone      Page home::show;
    GET  "/{city}/services"                         Anyone      Page service::all;
    GET  "/{city}/search"                           Anyone      Page search::show;
    GET  "/{city}/s/{service}"                      Anyone      Page service::start;
    GET  "/{city}/s/{service}/ask"                  Verified    Page record::ask;
    GET  "/{city}/s/{service}/ask/{card}/{row}"     Verified    Page record::detail::show;
    GET  "/{city}/s/{service}/evidence/{card}/{row}" Verified   Page record::detail::evidence;
    GET  "/{city}/s/{service}/pay/{card}"           Verified    Page quote::show;
    POST "/{city}/s/{service}/pay/{card}"           Verified    Page quote::pay;
    GET  "/{city}/s/{service}/book"                 Anyone      Page booking::browse::show;
    GET  "/{city}/s/{service}/book/check"           Verified    Page booking::check::show;
    POST "/{city}/s/{service}/book/check"           Verified    Page booking::check::hold;
    GET  "/{city}/s/{service}/query"                Anyone      Page booking::find::form_page;
    POST "/{city}/s/{service}/query"                Anyone      Page booking::find::find;
    GET  "/{city}/s/{service}/draw"                 Anyone      Page booking::draw::show;
    GET  "/{city}/s/{service}/draw.json"            Anyone      Page booking::draw::file;
    POST "/{city}/waiting/{id}/leave"               Verified    Page booking::waiting::leave;
    POST "/{city}/draws/{id}/leave"                 Verified    Page booking::waiting::leave_draw;
    GET  "/{city}/bookings"                         Verified    Page booking::list::show;
    GET  "/{city}/bookings/{booking}"               Verified    Page booking::show::show;
    GET  "/{city}/bookings/{booking}/state"         Verified    Page booking::act::state;
    GET  "/{city}/bookings/{booking}/calendar.ics"  Verified    Page booking::calendar::file;
    POST "/{city}/bookings/{booking}/confirm"       Verified    Page booking::act::confirm;
    POST "/{city}/bookings/{booking}/extend"        Verified    Page booking::act::extend;
    POST "/{city}/bookings/{booking}/pay"           Verified    Page booking::act::pay;
    POST "/{city}/bookings/{booking}/consent"       Verified    Page booking::act::consent;
    POST "/{city}/bookings/{booking}/decline"       Verified    Page booking::act::decline;
    GET  "/{city}/bookings/{booking}/cancel"        Verified    Page booking::act::cancel_form;
    POST "/{city}/bookings/{booking}/cancel"        Verified    Page booking::act::cancel;
    GET  "/{city}/bills"                            Verified    Page bill::list;
    GET  "/{city}/payments"                         Verified    Page payment::list;
    GET  "/{city}/payments/{payment}"               Verified    Page payment::show;
    GET  "/{city}/payments/{payment}/state"         Verified    Page payment::state;
    POST "/{city}/payments/{payment}/switch"        Verified    Page payment::switch;
    POST "/{city}/payments/{payment}/cancel"        Verified    Page payment::cancel;
    GET  "/{city}/payments/{payment}/receipt"       Verified    Page receipt::show;
    GET  "/{city}/payments/{payment}/receipt.json"  Verified    Page receipt::file;
    GET  "/{city}/verify/{receipt}"                 Anyone      Page receipt::confirm;
    GET  "/{city}/receipt-key"                      Anyone      Page receipt::key;
    GET  "/verify"                                  Anyone      Page receipt::verify_form;
    POST "/verify"                                  Anyone      Page receipt::verify;
    GET  "/{city}/s/{service}/rest/{card}"          Verified    Page rest::show;
    POST "/{city}/s/{service}/rest/{card}"          Verified    Page rest::withdraw;
    GET  "/{city}/s/{service}/autopay/{card}"       Verified    Page autopay::show;
    POST "/{city}/s/{service}/autopay/{card}"       Verified    Page autopay::set;
    POST "/{city}/s/{service}/autopay/{card}/stop"  Verified    Page autopay::stop;
    GET  "/{city}/cards"                            Verified    Page card::list;
    GET  "/{city}/cards/vehicle"                    Verified    Page card::vehicle_form;
    POST "/{city}/cards/vehicle"                    Verified    Page card::bind_vehicle;
    GET  "/{city}/cards/licence"                    Verified    Page card::licence_form;
    POST "/{city}/cards/licence"                    Verified    Page card::bind_licence;
    GET  "/{city}/cards/customer/{service}"         Verified    Page customer::bind_form;
    POST "/{city}/cards/customer/{service}"         Verified    Page customer::bind;
    GET  "/{city}/cards/{card}/unbind"              Verified    Page card::unbind_form;
    POST "/{city}/cards/{card}/unbind"              Verified    Page card::unbind;
}

/// Every route with its policy.
#[must_use]
pub fn routes() -> Vec<RouteInfo> {
    ROUTES
        .iter()
        .map(|route| RouteInfo { method: route.method.clone(), path: route.path, policy: route.policy })
        .collect()
}

/// True if a page of this path can be fetched, so that a person can be sent back to it.
pub(crate) fn can_get(path: &str) -> bool {
    ROUTES.iter().any(|route| route.method == Method::GET && route.path == path)
}

pub(crate) fn table(site: &Site) -> Router {
    ROUTES.iter().fold(Router::new(), |router, route| {
        // GET answers HEAD too: axum runs the handler and drops the body.
        let filter = if route.method == Method::GET { MethodFilter::GET } else { MethodFilter::POST };
        let (site, foreign) = (site.clone(), site.clone());
        let handler = move |request: axum::extract::Request| enter(site.clone(), route, request);
        let handler: MethodRouter = axum::routing::on(filter, handler);
        // Whoever only reads changes nothing, so only what is posted is asked where it comes from.
        let own_forms_only =
            || CsrfLayer::new().with_rejection_response(move |_| trouble::foreign_form(foreign.clone(), route));
        router.route(route.path, if filter == MethodFilter::POST { handler.layer(own_forms_only()) } else { handler })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_rows_are_the_same_and_all_are_get_or_post() {
        let rows = routes();
        for (i, row) in rows.iter().enumerate() {
            assert!(row.method == Method::GET || row.method == Method::POST, "{row:?}");
            assert!(!rows[..i].iter().any(|other| other.method == row.method && other.path == row.path), "{row:?}");
        }
    }
}
