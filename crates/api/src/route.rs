//! The one table of the API's routes. Each row says who may call it; a request whose route is not in the table is refused,
//! and a test compares the table with the document and with the router.

use axum::http::Method;

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Policy {
    /// Everybody.
    Anyone,
    /// Whoever signs what they send: payment providers. The signature is verified before anything is kept.
    Signed,
    /// Whoever brings a token that is in force.
    SignedIn,
    /// Whoever brings a token and has passed the real-name check.
    Verified,
}

/// How often one caller may call a route within a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rate {
    /// Probes and public texts.
    Open,
    /// One-time codes and everything else that somebody could guess with.
    Guessing,
    Reading,
    Writing,
    /// What providers send, many times over if they like.
    Callback,
}

impl Rate {
    #[must_use]
    pub const fn per_minute(self) -> u32 {
        match self {
            Self::Open => 6_000,
            Self::Guessing => 60,
            Self::Reading => 1_200,
            Self::Writing => 120,
            Self::Callback => 600_000,
        }
    }
}

/// A row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteInfo {
    pub method: Method,
    /// The path with `{name}` places.
    pub path: &'static str,
    pub policy: Policy,
    pub rate: Rate,
}

macro_rules! table {
    ($($method:ident $path:literal $policy:ident $rate:ident;)*) => {
        static TABLE: &[RouteInfo] = &[$(RouteInfo {
            method: Method::$method,
            path: $path,
            policy: Policy::$policy,
            rate: Rate::$rate,
        }),*];
    };
}

table! {
    GET    "/healthz"                                                       Anyone   Open;
    GET    "/readyz"                                                        Anyone   Open;
    GET    "/metrics"                                                       Anyone   Open;
    GET    "/openapi.json"                                                  Anyone   Open;
    POST   "/notify/{provider}/{city}"                                      Signed   Callback;
    GET    "/api/v1/status"                                                 Anyone   Open;
    GET    "/api/v1/cities"                                                 Anyone   Open;
    GET    "/api/v1/cities/{city}/services"                                 Anyone   Open;
    GET    "/api/v1/cities/{city}/services/{service}"                       Anyone   Open;
    GET    "/api/v1/cities/{city}/search"                                   Anyone   Open;
    GET    "/api/v1/cities/{city}/places"                                   Anyone   Open;
    POST   "/api/v1/sign-in/code"                                           Anyone   Guessing;
    POST   "/api/v1/sign-in"                                                Anyone   Guessing;
    DELETE "/api/v1/session"                                                SignedIn Writing;
    GET    "/api/v1/sessions"                                               SignedIn Reading;
    DELETE "/api/v1/sessions"                                               SignedIn Writing;
    DELETE "/api/v1/sessions/{session}"                                     SignedIn Writing;
    POST   "/api/v1/tokens"                                                 SignedIn Writing;
    PUT    "/api/v1/preferences"                                            SignedIn Writing;
    POST   "/api/v1/real-name"                                              SignedIn Guessing;
    GET    "/api/v1/profile"                                                SignedIn Reading;
    DELETE "/api/v1/profile"                                                SignedIn Writing;
    GET    "/api/v1/profile/export"                                         SignedIn Reading;
    GET    "/api/v1/access-log"                                             SignedIn Reading;
    GET    "/api/v1/consents"                                               Verified Reading;
    POST   "/api/v1/consents"                                               Verified Guessing;
    POST   "/api/v1/consents/{consent}/decision"                            Verified Writing;
    DELETE "/api/v1/consents/{consent}"                                     Verified Writing;
    GET    "/api/v1/cities/{city}/home"                                     SignedIn Reading;
    GET    "/api/v1/cities/{city}/cards"                                    Verified Reading;
    POST   "/api/v1/cities/{city}/cards"                                    Verified Guessing;
    DELETE "/api/v1/cities/{city}/cards/{card}"                             Verified Writing;
    GET    "/api/v1/cities/{city}/services/{service}/records"               Verified Reading;
    GET    "/api/v1/cities/{city}/services/{service}/records/{row}"         Verified Reading;
    GET    "/api/v1/cities/{city}/services/{service}/records/{row}/evidence" Verified Reading;
    GET    "/api/v1/cities/{city}/bills"                                    Verified Reading;
    POST   "/api/v1/cities/{city}/services/{service}/cards/{card}/quote"    Verified Writing;
    POST   "/api/v1/cities/{city}/services/{service}/cards/{card}/payments" Verified Writing;
    GET    "/api/v1/cities/{city}/services/{service}/cards/{card}/rest"     Verified Reading;
    POST   "/api/v1/cities/{city}/services/{service}/cards/{card}/rest"     Verified Writing;
    GET    "/api/v1/cities/{city}/services/{service}/cards/{card}/autopay"  Verified Reading;
    POST   "/api/v1/cities/{city}/services/{service}/cards/{card}/autopay"  Verified Writing;
    DELETE "/api/v1/cities/{city}/services/{service}/cards/{card}/autopay"  Verified Writing;
    GET    "/api/v1/cities/{city}/payments"                                 Verified Reading;
    GET    "/api/v1/cities/{city}/payments/{payment}"                       Verified Reading;
    DELETE "/api/v1/cities/{city}/payments/{payment}"                       Verified Writing;
    PUT    "/api/v1/cities/{city}/payments/{payment}/provider"              Verified Writing;
    GET    "/api/v1/cities/{city}/payments/{payment}/receipt"               Verified Reading;
    GET    "/api/v1/cities/{city}/payments/{payment}/receipt/file"          Verified Reading;
    GET    "/api/v1/cities/{city}/services/{service}/places"                        Anyone   Open;
    GET    "/api/v1/cities/{city}/services/{service}/days"                          Anyone   Open;
    GET    "/api/v1/cities/{city}/services/{service}/units"                         Anyone   Open;
    POST   "/api/v1/cities/{city}/services/{service}/booking-quote"                 Verified Writing;
    POST   "/api/v1/cities/{city}/services/{service}/bookings"                      Verified Writing;
    POST   "/api/v1/cities/{city}/services/{service}/bookings/find"                 Anyone   Guessing;
    GET    "/api/v1/cities/{city}/bookings"                                         Verified Reading;
    GET    "/api/v1/cities/{city}/bookings/{booking}"                               Verified Reading;
    DELETE "/api/v1/cities/{city}/bookings/{booking}"                               Verified Writing;
    POST   "/api/v1/cities/{city}/bookings/{booking}/confirmation"                  Verified Writing;
    POST   "/api/v1/cities/{city}/bookings/{booking}/extension"                     Verified Writing;
    POST   "/api/v1/cities/{city}/bookings/{booking}/consent"                       Verified Writing;
    DELETE "/api/v1/cities/{city}/bookings/{booking}/consent"                       Verified Writing;
    POST   "/api/v1/cities/{city}/bookings/{booking}/payments"                      Verified Writing;
    POST   "/api/v1/cities/{city}/bookings/{booking}/exchange"                      Verified Writing;
    POST   "/api/v1/cities/{city}/services/{service}/waiting"                       Verified Writing;
    GET    "/api/v1/cities/{city}/waiting"                                          Verified Reading;
    DELETE "/api/v1/cities/{city}/waiting/{waiting}"                                Verified Writing;
    GET    "/api/v1/cities/{city}/services/{service}/draw"                          Anyone   Open;
    POST   "/api/v1/cities/{city}/services/{service}/draw"                          Verified Writing;
    GET    "/api/v1/cities/{city}/draws"                                            Verified Reading;
    DELETE "/api/v1/cities/{city}/draws/{claim}"                                    Verified Writing;
    GET    "/api/v1/companions"                                                     Verified Reading;
    POST   "/api/v1/companions"                                                     Verified Guessing;
    DELETE "/api/v1/companions/{companion}"                                         Verified Writing;
    GET    "/api/v1/cities/{city}/receipt-key"                              Anyone   Open;
}

/// Every route with its policy.
#[must_use]
pub fn routes() -> Vec<RouteInfo> {
    TABLE.to_vec()
}

pub(crate) fn find(method: &Method, path: &str) -> Option<&'static RouteInfo> {
    // HEAD is GET without the body.
    let method = if method == Method::HEAD { &Method::GET } else { method };
    TABLE.iter().find(|row| row.method == *method && row.path == path)
}
