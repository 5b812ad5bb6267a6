//! The one table of routes of the desk. The policy of each row is enforced in [`enter`](crate::visit::enter), before any
//! handler runs.

use std::pin::Pin;

use axum::{Router, http::Method, response::Response, routing::MethodFilter};
use engine::Verb;

use crate::{
    Site, asset, counter, day, figures, gate, home, payment, pool, price, provider, queue, reconciliation, refund,
    schedule, settlement, sign_in, staff, staff_act,
    trouble::Trouble,
    visit::{Visit, enter},
    walk_in,
};

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Policy {
    /// Everybody: the door itself.
    Anyone,
    /// Whoever is signed in at the desk.
    Staff,
    /// Whoever has any role in the city of the path.
    Here,
    /// Whoever has a role in the city of the path that allows the verb; with a second code where the verb asks for it.
    May(Verb),
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
    pub handler: Handler,
}

macro_rules! routes {
    ($($method:ident $path:literal $policy:ident $(($verb:ident))? $handler:path;)*) => {
        static ROUTES: &[Route] = &[$(Route {
            method: Method::$method,
            path: $path,
            policy: Policy::$policy $((Verb::$verb))?,
            handler: |visit| Box::pin($handler(visit)),
        }),*];
    };
}

routes! {
    GET  "/desk"                                    Anyone              home::landing;
    GET  "/desk/sign-in"                            Anyone              sign_in::form;
    POST "/desk/sign-in"                            Anyone              sign_in::enter;
    GET  "/desk/assets/{name}"                      Anyone              asset::sheet;
    POST "/desk/sign-out"                           Staff               sign_in::leave;
    GET  "/desk/step-up"                            Staff               sign_in::step_up_form;
    POST "/desk/step-up"                            Staff               sign_in::step_up;
    GET  "/desk/me"                                 Staff               staff_act::own;
    GET  "/desk/{city}"                             Here                home::city;
    GET  "/desk/{city}/counter"                     May(SeeCounter)     counter::page;
    POST "/desk/{city}/counter"                     May(SeeCounter)     counter::find;
    GET  "/desk/{city}/bookings/{booking}"          May(SeeCounter)     counter::show;
    POST "/desk/{city}/bookings/{booking}/attend"   May(Attend)         counter::attend;
    GET  "/desk/{city}/queue"                       May(SeeCounter)     queue::page;
    POST "/desk/{city}/queue"                       May(Attend)         queue::call;
    GET  "/desk/{city}/hall"                        May(SeeCounter)     queue::hall;
    GET  "/desk/{city}/walk-in"                     May(BookOnSite)     walk_in::page;
    POST "/desk/{city}/walk-in"                     May(BookOnSite)     walk_in::book;
    GET  "/desk/{city}/day"                         May(SeeCounter)     day::page;
    GET  "/desk/{city}/gate"                        May(LetIn)          gate::choose;
    GET  "/desk/{city}/gate/{service}/{place}"      May(LetIn)          gate::page;
    POST "/desk/{city}/gate/{service}/{place}"      May(LetIn)          gate::enter;
    GET  "/desk/{city}/gate/{service}/{place}/state"   May(LetIn)       gate::state;
    POST "/desk/{city}/gate/{service}/{place}/entries" May(LetIn)       gate::report;
    POST "/desk/{city}/gate/{service}/{place}/left"    May(LetIn)       gate::left;
    GET  "/desk/{city}/schedule"                    May(SeeSchedule)    schedule::page;
    GET  "/desk/{city}/sitting"                     May(ChangeSchedule) schedule::sitting_form;
    POST "/desk/{city}/sitting"                     May(ChangeSchedule) schedule::add_sitting;
    GET  "/desk/{city}/pools/{pool}"                May(SeeSchedule)    pool::show;
    GET  "/desk/{city}/pools/{pool}/edit"           May(ChangeSchedule) pool::edit_form;
    POST "/desk/{city}/pools/{pool}/edit"           May(ChangeSchedule) pool::edit;
    GET  "/desk/{city}/pools/{pool}/stop"           May(StopSitting)    pool::stop_form;
    POST "/desk/{city}/pools/{pool}/stop"           May(StopSitting)    pool::stop;
    GET  "/desk/{city}/figures"                     May(SeeSchedule)    figures::page;
    GET  "/desk/{city}/prices"                      May(SeePrices)      price::page;
    POST "/desk/{city}/prices"                      May(AskPrice)       price::ask;
    GET  "/desk/{city}/prices/{id}"                 May(DecidePrice)    price::decide_form;
    POST "/desk/{city}/prices/{id}"                 May(DecidePrice)    price::decide;
    GET  "/desk/{city}/breaks"                      May(SeeBreaks)      reconciliation::list;
    GET  "/desk/{city}/breaks/{break}"              May(SeeBreaks)      reconciliation::show;
    POST "/desk/{city}/breaks/{break}/claim"        May(ResolveBreak)   reconciliation::claim;
    POST "/desk/{city}/breaks/{break}/release"      May(ResolveBreak)   reconciliation::release;
    POST "/desk/{city}/breaks/{break}/resolve"      May(ResolveBreak)   reconciliation::resolve;
    GET  "/desk/{city}/refunds"                     May(SeeRefunds)     refund::list;
    GET  "/desk/{city}/payments"                    May(SeeRefunds)     payment::find;
    GET  "/desk/{city}/payments/{payment}"          May(SeeRefunds)     payment::show;
    GET  "/desk/{city}/payments/{payment}/refund"   May(AskRefund)      payment::ask_form;
    POST "/desk/{city}/payments/{payment}/refund"   May(AskRefund)      refund::ask;
    GET  "/desk/{city}/payments/{payment}/refunds/{refund}/decide"   May(DecideRefund)   refund::decide_form;
    POST "/desk/{city}/payments/{payment}/refunds/{refund}/decide"   May(DecideRefund)   refund::decide;
    GET  "/desk/{city}/payments/{payment}/refunds/{refund}/complete" May(CompleteRefund) refund::complete_form;
    POST "/desk/{city}/payments/{payment}/refunds/{refund}/complete" May(CompleteRefund) refund::complete;
    GET  "/desk/{city}/settlements"                 May(SeeSettlements) settlement::show;
    GET  "/desk/{city}/settlements/{day}/table.csv" May(SeeSettlements) settlement::csv;
    POST "/desk/{city}/settlements/{day}/compare"   May(ResolveBreak)   settlement::compare;
    GET  "/desk/{city}/settlements/{day}/close"     May(CloseDay)       settlement::close_form;
    POST "/desk/{city}/settlements/{day}/close"     May(CloseDay)       settlement::close;
    GET  "/desk/{city}/providers"                   May(SeeProviders)   provider::list;
    GET  "/desk/{city}/staff"                       May(SeeStaff)       staff::list;
    GET  "/desk/{city}/staff/{id}/disable"          May(ChangeStaff)    staff::disable_form;
    POST "/desk/{city}/staff/{id}/disable"          May(ChangeStaff)    staff::disable;
    GET  "/desk/{city}/acts"                        May(SeeActs)        staff_act::all;
}

/// Every route with its policy.
#[must_use]
pub fn routes() -> Vec<RouteInfo> {
    let info = |route: &Route| RouteInfo { method: route.method.clone(), path: route.path, policy: route.policy };
    ROUTES.iter().map(info).collect()
}

/// True if a page of this path can be fetched, so that a person can be sent back to it.
pub(crate) fn can_get(path: &str) -> bool {
    ROUTES.iter().any(|route| route.method == Method::GET && route.path == path)
}

pub(crate) fn table(site: &Site) -> Router {
    ROUTES.iter().fold(Router::new(), |router, route| {
        let filter = if route.method == Method::GET { MethodFilter::GET } else { MethodFilter::POST };
        let site = site.clone();
        let handler = move |request: axum::extract::Request| enter(site.clone(), route, request);
        router.route(route.path, axum::routing::on(filter, handler))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verb_needs_a_city_and_a_deed_a_page_to_come_back_to() {
        for route in ROUTES {
            assert!(route.path.starts_with("/desk"), "{}", route.path);
            let in_city = route.path.starts_with("/desk/{city}/");
            assert!(!matches!(route.policy, Policy::May(_)) || in_city, "{} has no city", route.path);
            assert!(!in_city || matches!(route.policy, Policy::May(_)), "{} has no verb", route.path);
            if let Policy::May(verb) = route.policy
                && route.method == Method::POST
                && verb.needs_step_up()
            {
                assert!(can_get(route.path), "{}: the second code is asked for before the form", route.path);
            }
        }
    }

    #[test]
    fn no_two_rows_are_the_same() {
        let rows = routes();
        for (i, row) in rows.iter().enumerate() {
            assert!(!rows[..i].iter().any(|other| other.method == row.method && other.path == row.path), "{row:?}");
        }
    }
}
