//! Citizens at work, over a real store and scripted registers: sign in, real name, a car, the answer, who looked. And a
//! second citizen who tries the first one's doors.

use std::sync::{Arc, atomic::Ordering};

use axum::{Router, http::StatusCode};
use kernel::FakeClock;

use super::{
    attributes,
    door::{Answered, call, get, post},
    sample::{self, OTHER_ID, OWNER_ID, Registers},
};
use crate::{CspReports, Policy, Web, router, routes};

struct Town {
    web: Router,
    registers: Arc<Registers>,
    clock: Arc<FakeClock>,
}

struct Person<'a> {
    town: &'a Town,
    cookie: String,
}

impl Town {
    async fn open() -> Self {
        let registers = Arc::new(Registers::default());
        let (platform, clock) = sample::town(registers.clone()).await;
        let outbox = platform.clone();
        tokio::spawn(async move { outbox.run_jobs(std::future::pending()).await });
        let web = router(Web {
            platform,
            sandbox_url: None,
            secure_cookies: false,
            csp_reports: CspReports::default(),
            answered: Arc::new(|_, _, _, _| {}),
        });
        Self { web, registers, clock }
    }

    async fn code(&self, phone: &str) -> String {
        for _ in 0..500 {
            let text = self
                .registers
                .sms
                .lock()
                .expect("not poisoned")
                .iter()
                .rfind(|(to, _)| to == phone)
                .map(|(_, text)| text.clone());
            if let Some(text) = text {
                return text
                    .split(|c: char| !c.is_ascii_digit())
                    .find(|part| part.len() == 6)
                    .expect("a code")
                    .to_owned();
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("no message came");
    }

    async fn sign_in(&self, phone: &str) -> Person<'_> {
        let sent = call(&self.web, post("/sign-in", &format!("phone={phone}&to=/lakeside/cards"))).await;
        assert_eq!((sent.status, sent.header("location")), (StatusCode::SEE_OTHER, "/sign-in/code?to=/lakeside/cards"));
        let pending = sent.header("set-cookie").split(';').next().expect("a cookie").to_owned();
        let mut person = Person { town: self, cookie: pending };
        let wrong = person.post("/sign-in/code", "code=000000x").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!wrong.text().contains("000000x"), "a code is never kept");
        let code = self.code(phone).await;
        let done = person.post("/sign-in/code", &format!("code={code}&to=/lakeside/cards")).await;
        assert_eq!(
            (done.status, done.header("location")),
            (StatusCode::SEE_OTHER, "/lakeside/cards"),
            "{}",
            done.text()
        );
        person.cookie = session(&done).expect("a session cookie");
        person
    }

    async fn verified(&self, phone: &str, name: &str, id: &str) -> Person<'_> {
        let mut person = self.sign_in(phone).await;
        assert_eq!(person.get("/lakeside/cards").await.header("location"), "/real-name?to=/lakeside/cards");
        let key = person.key("/real-name").await;
        let done = person.post("/real-name", &format!("key={key}&name={name}&resident_id={id}")).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
        let before = std::mem::replace(&mut person.cookie, session(&done).expect("a new token"));
        let old = Person { town: self, cookie: before };
        assert_eq!(old.get("/me").await.status, StatusCode::SEE_OTHER, "the old token is dead");
        person
    }
}

fn session(answered: &Answered) -> Option<String> {
    let mut lines = answered.headers.get_all("set-cookie").iter().filter_map(|line| line.to_str().ok());
    let line = lines.find(|line| line.starts_with("shimin=") && line.contains("HttpOnly; SameSite=Lax"))?;
    line.split(';').next().map(str::to_owned)
}

impl Person<'_> {
    async fn get(&self, path: &str) -> Answered {
        let mut request = get(path);
        request.headers_mut().insert("cookie", self.cookie.parse().expect("a cookie"));
        call(&self.town.web, request).await
    }

    async fn post(&self, path: &str, body: &str) -> Answered {
        let mut request = post(path, body);
        request.headers_mut().insert("cookie", self.cookie.parse().expect("a cookie"));
        call(&self.town.web, request).await
    }

    /// The idempotency key of the form on a page.
    async fn key(&self, path: &str) -> String {
        let html = self.get(path).await.text();
        let at = html.find("name=\"key\" value=\"").unwrap_or_else(|| panic!("{path} has no key"));
        html[at + 18..].split('"').next().expect("a value").to_owned()
    }

    async fn bind(&self) -> String {
        let key = self.key("/lakeside/cards/vehicle").await;
        let body = format!("key={key}&plate=晋A00000&plate_kind=02&vin_tail=000001");
        for _ in 0..2 {
            let done = self.post("/lakeside/cards/vehicle", &body).await;
            assert_eq!(
                (done.status, done.header("location")),
                (StatusCode::SEE_OTHER, "/lakeside/cards"),
                "{}",
                done.text()
            );
        }
        let html = self.get("/lakeside/cards").await.text();
        let links: Vec<_> = attributes(&html, "href").into_iter().filter(|href| href.ends_with("/unbind")).collect();
        assert_eq!(links.len(), 1, "two taps make one card");
        links[0].split('/').nth(3).expect("an id").to_owned()
    }
}

#[tokio::test]
async fn a_citizen_walks_the_whole_street() {
    let town = Town::open().await;
    let me = town.verified("19900000001", "张三", OWNER_ID).await;
    let home = me.get("/lakeside").await;
    assert_eq!(home.header("cache-control"), "no-store");
    assert!(home.text().contains("添加我的车"), "no card yet");
    let needs = me.get("/lakeside/s/bicycle-fine/ask").await;
    assert!(needs.text().contains("/lakeside/cards/vehicle?to=/lakeside/s/bicycle-fine/ask"));
    let key = me.key("/lakeside/cards/vehicle").await;
    let wrong = me.post("/lakeside/cards/vehicle", &format!("key={key}&plate=晋A1&plate_kind=52&vin_tail=12")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let html = wrong.text();
    assert!(html.contains("value=\"晋A1\"") && html.contains("value=\"12\"") && html.contains("value=\"52\" selected"));
    assert!(html.contains("href=\"#plate\"") && html.contains("href=\"#vin_tail\""), "all mistakes at once");
    let card = me.bind().await;
    let home = me.get("/lakeside").await.text();
    assert!(home.contains("href=\"/lakeside/s/bicycle-fine/ask\""), "one tap to the answer");
    let list = me.get("/lakeside/s/bicycle-fine/ask").await;
    assert_eq!((list.status, list.header("cache-control")), (StatusCode::OK, "no-store"));
    let html = list.text();
    assert!(html.contains("1 条待处理") && html.contains("数据来自湖滨市骑行管理处"));
    let detail = format!("/lakeside/s/bicycle-fine/ask/{card}/9901000000000002");
    assert!(html.contains(&detail), "the list leads to the record");
    assert!(me.get(&detail).await.text().contains("¥100.00"));
    let picture = me.get(&format!("/lakeside/s/bicycle-fine/evidence/{card}/9901000000000002")).await;
    assert_eq!((picture.header("content-type"), &picture.body[..]), ("image/png", &b"picture"[..]));
    let missing = me.get(&format!("/lakeside/s/bicycle-fine/ask/{card}/77")).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    assert!(me.get("/me/access").await.text().contains("非机动车违法查询"), "the reading is on record");
    for path in [
        "/me",
        "/me/consents",
        "/me/sessions",
        "/me/tokens",
        "/me/export",
        "/me/delete",
        "/settings",
        "/lakeside/cards/licence",
        "/lakeside/s/bicycle-fine",
    ] {
        assert_eq!(me.get(path).await.status, StatusCode::OK, "{path}");
    }
    let copy = me.post("/me/export", "").await;
    assert_eq!(copy.header("content-type"), "application/json; charset=utf-8");
    assert!(serde_json::from_slice::<serde_json::Value>(&copy.body).is_ok());
}

#[tokio::test]
async fn a_department_that_is_down_gives_its_last_answer_or_says_what_to_do() {
    let town = Town::open().await;
    let me = town.verified("19900000001", "张三", OWNER_ID).await;
    me.bind().await;
    town.registers.down.store(true, Ordering::Relaxed);
    let none = me.get("/lakeside/s/bicycle-fine/ask").await;
    assert_eq!(none.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(none.text().contains("暂时连不上") && none.text().contains("0000-1234567"));
    assert!(!none.text().contains("太好了"), "unavailable is not none");
    town.registers.down.store(false, Ordering::Relaxed);
    assert_eq!(me.get("/lakeside/s/bicycle-fine/ask").await.status, StatusCode::OK);
    town.registers.down.store(true, Ordering::Relaxed);
    town.clock.advance_s(7_200);
    let stale = me.get("/lakeside/s/bicycle-fine/ask").await;
    assert_eq!(stale.status, StatusCode::OK);
    assert!(stale.text().contains("2 小时前") && stale.text().contains("1 条待处理"), "the last answer with its age");
}

#[tokio::test]
async fn another_citizen_finds_nothing_behind_these_doors() {
    let town = Town::open().await;
    let me = town.verified("19900000001", "张三", OWNER_ID).await;
    let card = me.bind().await;
    let sessions = me.get("/me/sessions").await.text();
    town.clock.advance_s(61);
    let other = town.verified("19900000002", "李四", OTHER_ID).await;
    let key = other.key("/lakeside/cards/vehicle").await;
    let taken =
        other.post("/lakeside/cards/vehicle", &format!("key={key}&plate=晋A00000&plate_kind=02&vin_tail=000001")).await;
    assert_eq!(taken.status, StatusCode::UNPROCESSABLE_ENTITY, "a stranger's car is refused");
    let mine = other.get("/lakeside/cards").await.text();
    assert!(!mine.contains(&card));
    for path in [
        format!("/lakeside/s/bicycle-fine/ask?card={card}"),
        format!("/lakeside/s/bicycle-fine/ask/{card}/9901000000000002"),
        format!("/lakeside/s/bicycle-fine/evidence/{card}/9901000000000002"),
        format!("/lakeside/cards/{card}/unbind"),
        "/lakeside/s/bicycle-fine/ask?card=nonsense".to_owned(),
    ] {
        let answered = other.get(&path).await;
        assert_eq!(answered.status, StatusCode::NOT_FOUND, "{path}");
        assert!(!answered.text().contains("晋A00000"), "{path}");
    }
    let key = other.key("/lakeside/cards/vehicle").await;
    let unbound = other.post(&format!("/lakeside/cards/{card}/unbind"), &format!("key={key}")).await;
    assert_eq!(unbound.status, StatusCode::NOT_FOUND);
    for end in attributes(&sessions, "action").into_iter().filter(|action| action.ends_with("/end")) {
        assert_eq!(other.post(end, "").await.status, StatusCode::NOT_FOUND, "{end}");
    }
    let unknown = sample::id(99).to_string();
    for path in
        ["/me/consents/{id}/grant", "/me/consents/{id}/withdraw", "/me/sessions/{id}/end", "/me/tokens/{id}/end"]
    {
        assert_eq!(other.post(&path.replace("{id}", &unknown), "").await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(me.get("/lakeside/s/bicycle-fine/ask").await.status, StatusCode::OK, "nothing was lost");
}

#[tokio::test]
async fn whoever_has_no_real_name_is_led_to_it_from_every_door_that_needs_one() {
    let town = Town::open().await;
    let person = town.sign_in("19900000003").await;
    for route in routes().into_iter().filter(|route| route.policy == Policy::Verified) {
        let id = sample::id(9).to_string();
        let path = route
            .path
            .replace("{city}", "lakeside")
            .replace("{service}", "bicycle-fine")
            .replace("{card}", &id)
            .replace("{row}", "1")
            .replace("{id}", &id);
        let answered = if route.method == "GET" { person.get(&path).await } else { person.post(&path, "").await };
        assert_eq!(answered.status, StatusCode::SEE_OTHER, "{path}");
        assert!(answered.header("location").starts_with("/real-name"), "{path}");
    }
}

#[tokio::test]
async fn signing_out_ends_it_here_and_everywhere() {
    let town = Town::open().await;
    let me = town.sign_in("19900000001").await;
    let key = me.key("/me/tokens").await;
    let made = me.post("/me/tokens", &format!("key={key}&label=电脑")).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER);
    assert!(made.header("set-cookie").starts_with("shimin-token-once="), "shown on the next page only");
    let out = me.post("/sign-out", "").await;
    assert_eq!((out.status, out.header("location")), (StatusCode::SEE_OTHER, "/"));
    assert!(out.header("set-cookie").starts_with("shimin=; Path=/; Max-Age=0"));
    assert!(me.get("/me").await.header("location").starts_with("/sign-in"));
    town.clock.advance_s(61);
    town.registers.sms.lock().expect("not poisoned").clear();
    let again = town.sign_in("19900000001").await;
    assert_eq!(again.post("/me/sessions/end-all", "").await.status, StatusCode::SEE_OTHER);
    assert!(again.get("/me").await.header("location").starts_with("/sign-in"));
}

#[tokio::test]
async fn on_a_shared_browser_everybody_reads_as_they_chose_and_leaves_nothing_behind() {
    let town = Town::open().await;
    let mut me = town.sign_in("19900000001").await;
    let html = |answered: &Answered| answered.text().lines().next().unwrap_or_default()[..80].to_owned();
    // Whoever sat here before wanted it huge, dark and in English.
    me.cookie.push_str("; size=huge; theme=dark; lang=en");
    assert!(html(&me.get("/me").await).contains(r#"lang="en" class="huge dark"#), "nothing chosen yet");
    let saved = me.post("/settings", "size=large&theme=light&lang=zh-CN").await;
    assert_eq!((saved.status, saved.header("set-cookie")), (StatusCode::SEE_OTHER, ""), "kept with the account");
    assert!(html(&me.get("/me").await).contains(r#"lang="zh-CN" class="large light"#));
    let out = me.post("/sign-out", "").await;
    for name in ["shimin", "size", "theme", "lang"] {
        let dropped = format!("{name}=; Path=/; Max-Age=0");
        let lines = out.headers.get_all("set-cookie").iter().filter_map(|line| line.to_str().ok());
        assert_eq!(lines.filter(|line| line.starts_with(&dropped)).count(), 1, "{name}");
    }
    let nobody = call(&town.web, post("/settings", "size=large&theme=light")).await;
    assert_eq!(nobody.headers.get_all("set-cookie").iter().count(), 2, "nobody in particular keeps it in cookies");
}
