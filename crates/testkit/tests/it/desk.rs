//! The desk from its door to its deeds: the matrix of its routes by roles, and addresses that no city may take.

use engine::{Role, Verb};
use kernel::CityId;
use manifest::story;
use reqwest::{Method, StatusCode};
use testkit::{Clerk, Engine, Town, TownConfig};

/// Everybody who knocks.
struct Caller<'t> {
    name: String,
    /// What they hold: nothing, a citizen's cookie, or the desk's.
    cookie: String,
    /// In the city of the path; none for citizens and for staff of another city.
    role: Option<Role>,
    staff: bool,
    _clerk: Option<Clerk<'t>>,
}

/// Every address that belongs to somebody gets an id that nobody has: a role decides before anything is looked up.
fn path(pattern: &str, city: &CityId) -> String {
    let id = kernel::Id([7; 16]).to_string();
    let city = pattern.replace("{city}", city.as_str()).replace("{day}", "2026-03-01").replace("{refund}", "r0");
    let city = city.replace("{pool}", "7").replace("{service}", "no-service").replace("{place}", "no-place");
    ["{break}", "{payment}", "{booking}", "{id}"].iter().fold(city, |path, place| path.replace(place, &id))
}

async fn callers<'t>(town: &'t Town, city: &CityId, elsewhere: &CityId) -> Vec<Caller<'t>> {
    let mut all = Vec::new();
    let mut add = |name: &str, cookie: String, role: Option<Role>, clerk: Option<Clerk<'t>>| {
        let staff = clerk.is_some();
        all.push(Caller { name: name.to_owned(), cookie, role, staff, _clerk: clerk });
    };
    add("anonymous", String::new(), None, None);
    let pack = town.open_city();
    let citizen = town.visitor(city, town.cast(&pack, story::Role::OwnerWithoutViolations)).settles().await;
    let newcomer = town.visitor(city, town.cast(&pack, story::Role::OwnerWithoutViolations)).signs_in().await;
    for (name, visitor) in [("citizen", &citizen), ("unverified citizen", &newcomer)] {
        let own = visitor.cookie().await;
        add(name, own, None, None);
        add(&format!("{name} at the desk"), format!("{}={}", console::session_name(false), visitor.token), None, None);
    }
    for role in Role::ALL {
        let clerk = town.staff(city, *role).await;
        add(role.word(), format!("{}={}", console::session_name(false), clerk.token), Some(*role), Some(clerk));
        let other = town.staff(elsewhere, *role).await;
        let name = format!("{} of another city", role.word());
        add(&name, format!("{}={}", console::session_name(false), other.token), None, Some(other));
    }
    all
}

async fn attempt(town: &Town, method: &Method, path: &str, cookie: &str) -> (StatusCode, String) {
    let mut request = town.http.request(method.clone(), format!("{}{path}", town.url)).header("cookie", cookie);
    request = request.header("origin", &town.url).header("sec-fetch-site", "same-origin");
    if *method == Method::POST {
        request = request.form(&[("amount", "1"), ("reason", "matrix"), ("decision", "approve")]);
    }
    let response = request.send().await.expect("the platform answers");
    let location = response.headers().get("location").and_then(|to| to.to_str().ok()).unwrap_or_default().to_owned();
    (response.status(), location)
}

/// Every cell: who must pass passes, and who must not is sent to the door or told that it is not their role.
async fn matrix(engine: Engine) {
    let town = Town::start(TownConfig::new(engine)).await;
    let city = town.open_city().city.id.clone();
    let elsewhere = town.catalogue().cities.keys().find(|id| **id != city).cloned().expect("another city");
    let callers = callers(&town, &city, &elsewhere).await;
    let mut gaps = Vec::new();
    let mut cells = 0;
    for route in console::routes() {
        let path = path(route.path, &city);
        for caller in &callers {
            let may = match route.policy {
                console::Policy::Anyone => continue,
                // Whoever signs out is gone; that they may is what every journey ends with.
                console::Policy::Staff if path == "/desk/sign-out" && caller.staff => continue,
                console::Policy::Staff => caller.staff,
                console::Policy::Here => caller.role.is_some(),
                console::Policy::May(verb) => caller.role.is_some_and(|role| verb.roles().contains(&role)),
            };
            cells += 1;
            let (status, location) = attempt(&town, &route.method, &path, &caller.cookie).await;
            let to_the_door = status == StatusCode::SEE_OTHER && location.starts_with("/desk/sign-in");
            let refused = to_the_door || status == StatusCode::FORBIDDEN;
            if refused == may || status.is_server_error() {
                gaps.push(format!("{} {} {}: {status} {location}", route.method, route.path, caller.name));
            }
            if !caller.staff && may != to_the_door && !to_the_door {
                gaps.push(format!(
                    "{} {} {} was not sent to the door: {status}",
                    route.method, route.path, caller.name
                ));
            }
            if let console::Policy::May(verb) = route.policy
                && may
                && verb.needs_step_up()
                && !location.starts_with("/desk/step-up")
            {
                gaps.push(format!("{} {} {} needed no second code", route.method, route.path, caller.name));
            }
        }
    }
    assert!(cells > 400, "only {cells} cells");
    assert_eq!(gaps, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_role_opens_its_rooms_and_no_others_on_sqlite() {
    matrix(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_role_opens_its_rooms_and_no_others_on_postgres() {
    matrix(Engine::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_sees_providers_and_puts_out_whoever_left_under_the_auditors_eye() {
    let town = Town::start(TownConfig::new(Engine::Sqlite)).await;
    let city = town.open_city().city.id.clone();
    let leaver = town.staff(&city, Role::RefundClerk).await;
    let operator = town.staff(&city, Role::Operator).await.steps_up().await;
    assert!(operator.reads(&operator.below("providers")).await.contains("Departments"));
    let list = operator.reads(&operator.below("staff")).await;
    let id = town.platform.all_staff().await.expect("list").into_iter().find(|one| one.login == leaver.login);
    let disable = operator.below(&format!("staff/{}/disable", id.expect("an account").id));
    assert!(list.contains(&disable));
    let empty = operator.post(&disable, &[("reason", " ")]).await;
    assert_eq!(empty.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(leaver.page("/desk/me").await.status().is_success(), "nothing happened yet");
    let done = operator.post(&disable, &[("reason", "moved on")]).await;
    assert_eq!(done.status(), StatusCode::SEE_OTHER);
    assert!(leaver.page("/desk/me").await.status().is_redirection(), "out at once");
    let auditor = town.staff(&city, Role::Auditor).await;
    let acts = auditor.reads(&auditor.below("acts")).await;
    assert!(acts.contains("moved on") && acts.contains(Verb::ChangeStaff.name(kernel::Lang::En)), "{acts}");
    let own = operator.reads("/desk/me").await;
    assert!(own.contains("moved on") && own.contains("signed in"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_citizen_gets_nothing_from_a_desk_cookie_and_staff_nothing_from_a_citizens() {
    let town = Town::start(TownConfig::new(Engine::Sqlite)).await;
    let city = town.open_city().city.id.clone();
    let clerk = town.staff(&city, Role::Treasurer).await;
    let cookie = format!("{}={}", web::session_name(false), clerk.token);
    let request = town.http.get(format!("{}/me", town.url)).header("cookie", cookie);
    assert!(request.send().await.expect("answers").status().is_redirection(), "staff are no citizen");
    let request = town.http.get(format!("{}/api/v1/profile", town.url)).bearer_auth(&clerk.token);
    assert_eq!(request.send().await.expect("answers").status(), StatusCode::UNAUTHORIZED);
    // A form that another site sends is not even looked at.
    let request = town.http.post(format!("{}/desk/sign-out", town.url));
    let request = request.header("cookie", format!("{}={}", console::session_name(false), clerk.token));
    let foreign = request.header("sec-fetch-site", "cross-site").send().await.expect("answers");
    assert_eq!(foreign.status(), StatusCode::FORBIDDEN);
    assert!(clerk.page("/desk/me").await.status().is_success(), "still signed in");
}

#[tokio::test(flavor = "multi_thread")]
async fn demo_staff_live_as_long_as_the_sandbox_and_not_a_start_longer() {
    let town = Town::start(TownConfig::new(Engine::Sqlite)).await;
    let enter = async |account: &shimin::demo::DemoStaff, next: bool| {
        let shown = town.sandbox.authenticator().into_iter().find(|one| one.account.ends_with(&account.login));
        let shown = shown.expect("on the phone");
        let code = if next { shown.next } else { shown.code };
        let form = [("login", account.login.as_str()), ("password", &account.password), ("code", &code)];
        let request = town.http.post(format!("{}/desk/sign-in", town.url)).header("sec-fetch-site", "same-origin");
        request.form(&form).send().await.expect("answers").status()
    };
    let first = shimin::demo::open(&town.platform, &town.sandbox).await.expect("opened");
    // The foremost city has all roles; whoever else has something to book has a counter and a schedule.
    let booked = town.catalogue().cities.values().filter(|pack| !pack.offers.is_empty()).count();
    let all = Role::ALL.len() + 2 * (booked - 1);
    assert!(booked > 1 && first.len() == all, "{first:?}");
    for account in &first {
        assert_eq!(enter(account, false).await, StatusCode::SEE_OTHER, "{}", account.login);
    }
    let second = shimin::demo::open(&town.platform, &town.sandbox).await.expect("opened again");
    assert_ne!(first[0].password, second[0].password, "new at every start");
    assert_eq!(enter(&first[0], false).await, StatusCode::UNPROCESSABLE_ENTITY, "the old password is over");
    assert_eq!(enter(&second[0], true).await, StatusCode::SEE_OTHER);
    assert_eq!(shimin::demo::shut(&town.platform).await.expect("shut"), all);
    assert_eq!(enter(&second[1], false).await, StatusCode::UNPROCESSABLE_ENTITY, "no sandbox, no demo staff");
    assert_eq!(shimin::demo::shut(&town.platform).await.expect("shut"), 0);
}

/// Whatever begins an address of a door can be no city's id, and neither can what follows `/desk`.
#[test]
fn no_address_of_the_house_can_be_a_city() {
    let reserved = manifest::lint::city::RESERVED;
    let web = web::routes().into_iter().map(|row| row.path);
    let desk = console::routes().into_iter().map(|row| row.path);
    let api = api::routes().into_iter().map(|row| row.path);
    let mut missing = Vec::new();
    for path in web.chain(desk).chain(api) {
        let mut parts = path.split('/').skip(1);
        let first = parts.next().unwrap_or_default();
        let second = parts.next().filter(|_| first == "desk");
        let names = std::iter::once(first).chain(second).filter(|part| kernel::id::is_slug(part));
        missing.extend(names.filter(|name| !reserved.contains(name)).map(|name| format!("{name} of {path}")));
    }
    assert!(missing.is_empty(), "reserve these in manifest::lint::city: {missing:?}");
}
