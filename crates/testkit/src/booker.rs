//! A citizen who books: over real HTTP, one verb a step. What is asserted is what the citizen is told, what the department
//! was told, and what came back.

use std::{collections::BTreeMap, time::Duration};

use kernel::ServiceId;
use manifest::{Act, CityPack, Service, booking::service::BookingKind, service::Subject};
use reqwest::{Method, StatusCode};
use sandbox::{Bookings, Department, Gateway};
use serde_json::{Value, json};

use crate::{Cast, Town, Visitor};

/// Longer than anything takes that is not broken, on a busy machine too.
const LOOKS: u32 = 600;
const LOOK_EVERY: Duration = Duration::from_millis(50);

pub struct Booker<'t> {
    town: &'t Town,
    pub visitor: Visitor<'t>,
    pub service: ServiceId,
    /// Whoever is told, in the sandbox.
    pub department: Department,
    /// Where they would go; anywhere, if none is named.
    pub places: Vec<String>,
    code: String,
}

/// An answer as it came.
pub struct Answered {
    pub status: StatusCode,
    pub body: Value,
}

impl Answered {
    /// The code of a problem.
    #[must_use]
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }
}

impl Town {
    /// The first booking service of a city that fits, whose department is told.
    #[must_use]
    pub fn booked(&self, city: &CityPack, fits: impl Fn(&Service, BookingKind) -> bool) -> Option<ServiceId> {
        let fits = |service: &&std::sync::Arc<Service>| {
            service.booking.as_ref().is_some_and(|booking| booking.tell && fits(service, booking.kind))
        };
        self.catalogue().services_of(city).find(fits).map(|service| service.id.clone())
    }

    /// Person `n` of the open city, with a login and a real name, about to book something somewhere.
    pub async fn books(&self, city: &CityPack, service: &ServiceId, n: u64) -> Booker<'_> {
        let home = self.open_city();
        let person = self.sandbox.citizen(&home.city.code, n).expect("a person");
        let cast = Cast { person, subject: Subject::Person, vehicle: 0, account: None };
        let visitor = self.visitor(&city.city.id, cast).signs_in().await.passes_real_name().await;
        let binding = &city.bindings.act[service][&Act::Book];
        let url = &city.bindings.department[&binding.department].base_url;
        let word = url.rsplit('/').next().unwrap_or_default();
        let department = Department::parse(word).unwrap_or_else(|| panic!("{word} is no department of the sandbox"));
        Booker {
            town: self,
            visitor,
            service: service.clone(),
            department,
            places: Vec::new(),
            code: city.city.code.clone(),
        }
    }
}

impl Booker<'_> {
    /// One request below the city.
    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Answered {
        let response = self.visitor.call(method, &format!("/cities/{}{path}", self.visitor.city), body).await;
        let status = response.status();
        let text = response.text().await.expect("a body");
        Answered { status, body: serde_json::from_str(&text).unwrap_or(Value::Null) }
    }

    async fn must(&self, method: Method, path: &str, body: Option<Value>, status: StatusCode) -> Value {
        let answered = self.call(method, path, body).await;
        assert_eq!(answered.status, status, "{path}: {}", answered.body);
        answered.body
    }

    async fn asks(&self, what: &str, query: &[(&str, &str)]) -> Value {
        let service = &self.service;
        let query: Vec<String> = query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let path = format!("/services/{service}/{what}?{}", query.join("&"));
        self.must(Method::GET, &path, None, StatusCode::OK).await
    }

    /// Claims for everything that a page would offer on the days that are open, the nearest day first: one for a period, a
    /// band, a trip. Waits for the pools, which a job makes when the house starts.
    pub async fn finds(&self, at_least: usize) -> Vec<Value> {
        for _ in 0..LOOKS {
            let claims = self.looks_around(at_least).await;
            if claims.len() >= at_least {
                return claims;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        panic!("{}: less than {at_least} things are free", self.service);
    }

    /// The latest thing that is free: there is time to give it up again.
    pub async fn finds_late(&self) -> Value {
        self.finds(1).await;
        let all = self.looks_around(usize::MAX).await;
        let at = |claim: &Value| claim["starts_at"].as_str().unwrap_or_default().to_owned();
        all.into_iter().max_by_key(at).expect("something is free")
    }

    async fn looks_around(&self, at_least: usize) -> Vec<Value> {
        let places = self.asks("places", &[]).await;
        let matter = places["matters"][0]["id"].as_str().unwrap_or_default().to_owned();
        let mut claims = Vec::new();
        for place in places["places"].as_array().expect("places").iter().filter(|place| place["free"] != 0) {
            let id = place["id"].as_str().expect("an id");
            if !self.places.is_empty() && !self.places.iter().any(|known| known == id) {
                continue;
            }
            let mut at = vec![("place", id)];
            if !matter.is_empty() {
                at.push(("matter", matter.as_str()));
            }
            let days = self.asks("days", &at).await;
            for day in days.as_array().expect("days").iter().filter(|day| day["state"] == "open") {
                let mut at_day = at.clone();
                at_day.push(("on", day["on"].as_str().expect("a day")));
                let units = self.asks("units", &at_day).await;
                let known: BTreeMap<&str, &str> = at.iter().copied().collect();
                claims.extend(offers(&units).into_iter().map(|mut claim| {
                    for (name, value) in &known {
                        claim[*name] = (*value).into();
                    }
                    claim
                }));
                if claims.len() >= at_least {
                    return claims;
                }
            }
        }
        claims
    }

    /// Claims it, for the price that a quote names.
    pub async fn claims(&self, claim: &Value) -> Answered {
        let path = format!("/services/{}/booking-quote", self.service);
        let quote = self.call(Method::POST, &path, Some(claim.clone())).await;
        assert_eq!(quote.status, StatusCode::OK, "{}", quote.body);
        let mut claim = claim.clone();
        claim["total_fen"] = quote.body["total_fen"].clone();
        self.call(Method::POST, &format!("/services/{}/bookings", self.service), Some(claim)).await
    }

    /// The id of a booking that must be had.
    pub async fn holds(&self, claim: &Value) -> String {
        let answered = self.claims(claim).await;
        assert_eq!(answered.status, StatusCode::CREATED, "{claim}: {}", answered.body);
        answered.body["booking"].as_str().expect("an id").to_owned()
    }

    pub async fn sees(&self, booking: &str) -> Value {
        self.must(Method::GET, &format!("/bookings/{booking}"), None, StatusCode::OK).await
    }

    pub async fn waits_for(&self, booking: &str, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let mut last = Value::Null;
        for _ in 0..LOOKS {
            last = self.sees(booking).await;
            if fits(&last) {
                return last;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        let cell = self.town.stores.city(&self.visitor.city).await.expect("the cell");
        panic!("a booking waits for {what}: {last} {:?}", cell.stuck(1, 10).await);
    }

    /// A deed on a booking: `confirmation`, `extension`, `consent`.
    pub async fn does(&self, booking: &str, deed: &str) -> Answered {
        self.call(Method::POST, &format!("/bookings/{booking}/{deed}"), None).await
    }

    pub async fn gives_up(&self, booking: &str) -> Answered {
        self.call(Method::DELETE, &format!("/bookings/{booking}"), None).await
    }

    /// Opens the payment and pays at the sandbox's cashier, as a browser goes there. Answers with the payment.
    pub async fn pays(&self, booking: &str) -> String {
        let form = json!({ "provider": "alipay" });
        let path = format!("/bookings/{booking}/payments");
        let begun = self.must(Method::POST, &path, Some(form), StatusCode::CREATED).await;
        let payment = begun["payment"].as_str().expect("an id").to_owned();
        let seen = self.must(Method::GET, &format!("/payments/{payment}"), None, StatusCode::OK).await;
        let url = seen["cashier"]["url"].as_str().expect("a cashier to go to");
        let answer = self.town.http.get(url).send().await.expect("the cashier answers");
        assert!(answer.status().as_u16() < 400, "{url}: {}", answer.status());
        let cell = self.town.stores.city(&self.visitor.city).await.expect("the cell");
        let id = kernel::Id::parse(&payment).expect("an id");
        let facts = cell.payment_facts(id).await.expect("answers").expect("a payment");
        let order = &facts.attempts.first().expect("an order").out_trade_no;
        assert!(self.town.sandbox.pay_order(Gateway::Alipay, order), "the cashier does not take it: {order}");
        payment
    }

    /// A payment as the citizen sees it.
    pub async fn sees_payment(&self, payment: &str) -> Value {
        self.must(Method::GET, &format!("/payments/{payment}"), None, StatusCode::OK).await
    }

    pub async fn waits_for_payment(&self, payment: &str, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let mut last = Value::Null;
        for _ in 0..LOOKS {
            last = self.sees_payment(payment).await;
            if fits(&last) {
                return last;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        panic!("a payment waits for {what}: {last}");
    }

    /// What the department was told.
    #[must_use]
    pub fn told(&self) -> Bookings {
        self.town.sandbox.bookings(&self.code, self.department)
    }

    /// Name and resident ID, as typed.
    #[must_use]
    pub fn face(&self) -> (String, String) {
        let person = &self.visitor.cast.person.person;
        (person.name.clone(), person.resident_id.clone())
    }
}

/// A claim for everything that is free on a day, without its place.
fn offers(units: &Value) -> Vec<Value> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let is_free = |value: &Value| value["free"].as_u64().is_some_and(|free| free > 0) && value["stopped"] != true;
    let mut claims = Vec::new();
    for resource in list(&units["resources"]) {
        for sitting in list(&resource["sittings"]).into_iter().filter(is_free) {
            for period in list(&sitting["periods"]).into_iter().filter(is_free) {
                claims.push(json!({ "resource": resource["id"], "starts_at": sitting["starts_at"],
                    "numbers": [period["first"], period["last"]] }));
            }
        }
    }
    for band in list(&units["bands"]).into_iter().filter(is_free) {
        claims.push(json!({ "starts_at": band["starts_at"], "band": band["id"] }));
    }
    for trip in list(&units["trips"]).into_iter().filter(is_free) {
        claims.push(json!({ "resource": trip["resource"], "starts_at": trip["starts_at"] }));
    }
    claims
}
