//! A member of staff in a test: signs in at the desk with both factors and works there, over real HTTP.

use engine::{Grant, NewStaffForm, Role};
use kernel::CityId;
use reqwest::{Response, StatusCode, header};

use crate::Town;

pub struct Clerk<'t> {
    town: &'t Town,
    pub city: CityId,
    pub login: String,
    password: String,
    /// The desk's session, as its cookie holds it.
    pub token: String,
}

impl Town {
    /// Somebody with a role in a city, signed in at the desk.
    pub async fn staff(&self, city: &CityId, role: Role) -> Clerk<'_> {
        let clerk = Clerk::hired(self, city, role).await;
        clerk.signs_in().await
    }
}

impl<'t> Clerk<'t> {
    async fn hired(town: &'t Town, city: &CityId, role: Role) -> Self {
        let login = format!("t{}-{}", town.next_number(), role.word());
        let grants = vec![Grant { role, city: city.clone(), department: None }];
        let form = NewStaffForm { login, name: format!("工号 {}", town.next_number()), grants };
        let secrets = town.platform.add_staff(form).await.expect("an account");
        town.sandbox.scan(&secrets.uri).expect("an authenticator's address");
        let (login, password) = (secrets.login, secrets.password);
        Self { town, city: city.clone(), login, password, token: String::new() }
    }

    /// What the authenticator shows: now, and in the next thirty seconds. A code works once, and the next one already.
    fn codes(&self) -> [String; 2] {
        let accounts = self.town.sandbox.authenticator();
        let own = accounts.into_iter().find(|one| one.account.ends_with(&format!(":{}", self.login)));
        let own = own.expect("the account is on the phone");
        [own.code, own.next]
    }

    async fn signs_in(mut self) -> Self {
        let [code, _] = self.codes();
        let form = [("login", self.login.as_str()), ("password", &self.password), ("code", &code)];
        let answered = self.post("/desk/sign-in", &form).await;
        assert_eq!(answered.status(), StatusCode::SEE_OTHER, "{}", answered.text().await.unwrap_or_default());
        let cookies = answered.headers().get_all(header::SET_COOKIE).iter().filter_map(|line| line.to_str().ok());
        let prefix = format!("{}=", console::session_name(false));
        let token = cookies.filter_map(|line| line.strip_prefix(&prefix)?.split(';').next()).next();
        self.token = token.expect("a session").to_owned();
        self
    }

    /// Enters the next code, for deeds that ask for one.
    pub async fn steps_up(self) -> Self {
        let [now, next] = self.codes();
        for code in [next, now] {
            if self.post("/desk/step-up", &[("code", &code)]).await.status() == StatusCode::SEE_OTHER {
                return self;
            }
        }
        panic!("neither code of {} is taken", self.login);
    }

    fn cookie(&self) -> String {
        format!("{}={}", console::session_name(false), self.token)
    }

    /// A page of the desk, as this person's browser fetches it.
    pub async fn page(&self, path: &str) -> Response {
        let request = self.town.http.get(format!("{}{path}", self.town.url)).header("cookie", self.cookie());
        request.header("accept-language", "en").send().await.expect("the platform answers")
    }

    /// The text of a page that must be there.
    pub async fn reads(&self, path: &str) -> String {
        let answered = self.page(path).await;
        let status = answered.status();
        let text = answered.text().await.expect("a page");
        assert_eq!(status, StatusCode::OK, "{path}: {text}");
        text
    }

    /// A form of the desk, sent.
    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Response {
        let request = self.town.http.post(format!("{}{path}", self.town.url)).header("cookie", self.cookie());
        let request = request.header("origin", &self.town.url).header("sec-fetch-site", "same-origin");
        request.header("accept-language", "en").form(form).send().await.expect("the platform answers")
    }

    /// An address below this person's city.
    #[must_use]
    pub fn below(&self, path: &str) -> String {
        format!("/desk/{}/{path}", self.city)
    }
}
