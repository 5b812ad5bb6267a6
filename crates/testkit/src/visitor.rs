//! A citizen in a test: signs in, passes the real-name check, binds cards and asks, over real HTTP, one verb a step.

use std::time::Duration;

use kernel::CityId;
use manifest::service::Subject;
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::{Cast, Town};

pub struct Visitor<'t> {
    town: &'t Town,
    pub city: CityId,
    pub cast: Cast,
    pub phone: String,
    /// After signing in.
    pub token: String,
    /// After binding: the card that the role is about.
    pub card: String,
}

impl<'t> Visitor<'t> {
    pub(crate) fn new(town: &'t Town, city: CityId, cast: Cast, phone: String) -> Self {
        Self { town, city, cast, phone, token: String::new(), card: String::new() }
    }

    /// One request to the API, as this person.
    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Response {
        let mut request = self.town.http.request(method, format!("{}/api/v1{path}", self.town.url));
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        request.header("accept-language", "en").send().await.expect("the platform answers")
    }

    async fn must(&self, method: Method, path: &str, body: Option<Value>, status: StatusCode) -> Value {
        let response = self.call(method, path, body).await;
        let got = response.status();
        let text = response.text().await.expect("a body");
        assert_eq!(got, status, "{path}: {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    /// Asks for a code, reads it from the sandbox's SMS gateway, and exchanges it for a token.
    pub async fn signs_in(mut self) -> Self {
        self.must(Method::POST, "/sign-in/code", Some(json!({"phone": self.phone})), StatusCode::OK).await;
        let code = self.reads_code().await;
        let form = json!({"phone": self.phone, "code": code, "label": "test"});
        let done = self.must(Method::POST, "/sign-in", Some(form), StatusCode::CREATED).await;
        self.token = done["token"].as_str().expect("a token").to_owned();
        self
    }

    /// The newest code on this person's phone.
    pub async fn reads_code(&self) -> String {
        for _ in 0..200 {
            if let Some(code) = self.town.sandbox.messages(&self.phone).first().and_then(sandbox::Sms::code) {
                return code.to_owned();
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("no code arrived on {}", self.phone);
    }

    pub async fn passes_real_name(self) -> Self {
        let form = json!({"name": self.cast.person.person.name, "resident_id": self.cast.person.person.resident_id});
        self.must(Method::POST, "/real-name", Some(form), StatusCode::NO_CONTENT).await;
        self
    }

    /// The form that binds the card of this person's role.
    #[must_use]
    pub fn card_form(&self) -> Value {
        match self.cast.subject {
            Subject::Vehicle => {
                let car = &self.cast.person.vehicles[self.cast.vehicle];
                json!({"kind": "vehicle", "plate": car.vehicle.plate, "plate_kind": car.vehicle.kind, "vin_tail": car.vin_tail})
            }
            Subject::Licence => {
                let licence = self.cast.person.licence.as_ref().expect("a licence");
                json!({"kind": "licence", "file_no": licence.file_no})
            }
            Subject::Person => json!({}),
            Subject::Customer => {
                let account = self.cast.account.as_ref().expect("an account");
                json!({"kind": "customer", "service": account.service, "customer_no": account.customer_no, "holder_tail": account.holder_tail})
            }
        }
    }

    /// Binds the card that the role is about.
    pub async fn binds_card(mut self) -> Self {
        let path = format!("/cities/{}/cards", self.city);
        let bound = self.must(Method::POST, &path, Some(self.card_form()), StatusCode::CREATED).await;
        self.card = bound["id"].as_str().expect("an id").to_owned();
        self
    }

    /// Everything up to the first question.
    pub async fn settles(self) -> Self {
        self.signs_in().await.passes_real_name().await.binds_card().await
    }

    /// Asks a service about the card; `again` asks the department even if a fresh answer is kept.
    pub async fn asks(&self, service: &str, again: bool) -> Value {
        let path = format!("/cities/{}/services/{service}/records?card={}&again={again}", self.city, self.card);
        self.must(Method::GET, &path, None, StatusCode::OK).await
    }

    /// A session of the same account for pages: the cookie's line.
    pub async fn cookie(&self) -> String {
        // A second code is refused within a minute, so the session comes from the one that is there.
        let citizen = self.town.platform.citizen(&self.token, "web").await.expect("answers").expect("signed in");
        let key = engine::OnceKey::random(&*self.town.platform.rng().clone());
        let token = self.town.platform.new_token(&citizen, "pages", key).await.expect("a token");
        format!("{}={token}", web::session_name(false))
    }

    /// A page, as this person's browser fetches it.
    pub async fn page(&self, cookie: &str, path: &str) -> Response {
        let request = self.town.http.get(format!("{}{path}", self.town.url)).header("cookie", cookie);
        request.header("accept", "text/html").send().await.expect("the platform answers")
    }
}
