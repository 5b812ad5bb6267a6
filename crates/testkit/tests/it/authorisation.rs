//! Who may call what: every route of the citizens' doors, tried by everybody who must not get through, staff among them;
//! and every route of the desk, tried by every role and by everybody else. What gets through all the same is compared with
//! a list of known gaps, which is empty.

use manifest::story::Role;
use reqwest::{Method, StatusCode};
use testkit::{Engine, Town, TownConfig, Visitor};

const GAPS: &str = include_str!("golden/authorisation-gaps.txt");

/// A route of either door.
struct Route {
    door: &'static str,
    method: Method,
    path: &'static str,
    /// Needs a citizen.
    closed: bool,
    /// Needs a citizen who has passed the real-name check.
    verified: bool,
}

fn routes() -> Vec<Route> {
    let pages = web::routes().into_iter().map(|row| Route {
        door: "web",
        method: row.method,
        path: row.path,
        closed: matches!(row.policy, web::Policy::SignedIn | web::Policy::Verified),
        verified: row.policy == web::Policy::Verified,
    });
    let api = api::routes().into_iter().map(|row| Route {
        door: "api",
        method: row.method,
        path: row.path,
        closed: matches!(row.policy, api::Policy::SignedIn | api::Policy::Verified),
        verified: row.policy == api::Policy::Verified,
    });
    pages.chain(api).collect()
}

/// What belongs to the owner, by the name of its place in a path.
struct Owned {
    city: String,
    service: String,
    card: String,
    row: String,
    session: String,
}

impl Owned {
    fn path(&self, route: &Route) -> String {
        // Sessions and tokens share the web's `{id}`; a consent of the owner's would be found by the same word.
        let path = route
            .path
            .replace("{city}", &self.city)
            .replace("{service}", &self.service)
            .replace("{card}", &self.card)
            .replace("{row}", &self.row)
            .replace("{session}", &self.session)
            .replace("{consent}", &self.session)
            .replace("{payment}", &self.session)
            .replace("{receipt}", &self.session)
            .replace("{booking}", &self.session)
            .replace("{companion}", &self.session)
            .replace("{waiting}", &self.session)
            .replace("{claim}", &self.session)
            .replace("{id}", &self.session);
        let by_query = route.door == "api" && route.path.contains("/records");
        if by_query { format!("{path}?card={}", self.card) } else { path }
    }
}

/// Something of the owner's is named in the path.
fn names_property(route: &Route) -> bool {
    let owned = ["{card}", "{row}", "{session}", "{consent}", "{id}", "/records"];
    route.closed && owned.iter().any(|place| route.path.contains(place))
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_passes_who_must_not_on_sqlite() {
    matrix(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_passes_who_must_not_on_postgres() {
    matrix(Engine::Postgres).await;
}

async fn matrix(engine: Engine) {
    let town = Town::start(TownConfig::new(engine)).await;
    let city = town.open_city();
    let owner = town.visitor(&city.city.id, town.cast(&city, Role::OwnerWithOpenViolations)).settles().await;
    let other = town.visitor(&city.city.id, town.cast(&city, Role::OwnerWithoutViolations)).settles().await;
    let newcomer = town.visitor(&city.city.id, town.cast(&city, Role::OwnerWithoutViolations)).signs_in().await;
    let service = town
        .services(&city)
        .into_iter()
        .find(|service| service.subject == manifest::service::Subject::Vehicle)
        .expect("a service about vehicles");
    let answer = owner.asks(service.id.as_str(), false).await;
    let sessions = owner.call(Method::GET, "/sessions", None).await.json::<serde_json::Value>().await.expect("JSON");
    let owned = Owned {
        city: city.city.id.to_string(),
        service: service.id.to_string(),
        card: owner.card.clone(),
        row: answer["rows"][0]["id"].as_str().expect("a row").to_owned(),
        session: sessions[0]["id"].as_str().expect("a session").to_owned(),
    };
    let mut staff = Vec::new();
    for role in engine::Role::ALL {
        staff.push((*role, town.staff(&city.city.id, *role).await));
    }
    let plate = owner.cast.person.vehicles[owner.cast.vehicle].vehicle.plate.clone();
    let mut gaps = Vec::new();
    let mut tried = 0;
    for route in routes().iter().filter(|route| route.closed) {
        let mut callers = vec![("anonymous", String::new()), ("stranger", "a-token-of-nobody-at-all".to_owned())];
        callers.extend(staff.iter().map(|(role, clerk)| (role.word(), clerk.token.clone())));
        if route.verified {
            callers.push(("unverified citizen", newcomer.token.clone()));
        }
        if names_property(route) {
            callers.push(("other citizen", other.token.clone()));
        }
        for (caller, token) in callers {
            tried += 1;
            let (status, text) = attempt(&town, route, &owned.path(route), &token, &[&other, &newcomer]).await;
            let passed = match (route.door, caller) {
                (_, "other citizen") => status.is_success() && text.contains(&owned.row) || text.contains(&plate),
                ("api", "unverified citizen") => status != StatusCode::FORBIDDEN,
                ("api", _) => status != StatusCode::UNAUTHORIZED,
                _ => !status.is_redirection() && status != StatusCode::UNAUTHORIZED,
            };
            // A stranger's deed on somebody's property must be refused, not only be without a trace in the answer.
            let done = caller == "other citizen" && route.method != Method::GET && status.is_success();
            if passed || done {
                gaps.push(format!("{} {} {} {caller}: {status}", route.door, route.method, route.path));
            }
        }
    }
    assert!(tried > 80, "only {tried} attempts");
    let known: Vec<&str> = GAPS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    assert_eq!(gaps, known);
    // Whatever was tried, the owner still has everything.
    let cards = owner.call(Method::GET, &format!("/cities/{}/cards", owned.city), None).await;
    assert_eq!(cards.status(), StatusCode::OK);
    assert!(cards.text().await.expect("cards").contains(&plate));
}

async fn attempt(town: &Town, route: &Route, path: &str, token: &str, known: &[&Visitor<'_>]) -> (StatusCode, String) {
    let mut request = town.http.request(route.method.clone(), format!("{}{path}", town.url));
    if route.door == "api" {
        if !token.is_empty() {
            request = request.bearer_auth(token);
        }
        if route.method != Method::GET {
            request = request.json(&serde_json::json!({"granted": true}));
        }
    } else {
        let cookie = match known.iter().find(|visitor| visitor.token == token) {
            Some(visitor) => visitor.cookie().await,
            None => format!("{}={token}", web::session_name(false)),
        };
        request = request.header("cookie", cookie).header("origin", &town.url);
        if route.method != Method::GET {
            request = request.form(&[("once", "authorisation-matrix-1")]);
        }
    }
    let response = request.send().await.expect("the platform answers");
    (response.status(), response.text().await.unwrap_or_default())
}
