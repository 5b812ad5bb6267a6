//! A citizen who pays: what a test does with money, one verb a step. Pages are the browser's to test; here the use cases
//! are driven, the sandbox's cashier is real, and what is asserted is what three parties know.

use std::time::Duration;

use capability::payment::State;
use connector::pay::Device;
use engine::{CashierView, Chosen, Citizen, OnceKey, Opened, PayForm, PaymentView, Quote};
use kernel::{CityId, Id, Money, ServiceId};
use sandbox::Gateway;

use crate::{Town, Visitor};

/// Longer than anything takes that is not broken, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(30);
const LOOK_EVERY: Duration = Duration::from_millis(40);

pub struct Payer<'t> {
    town: &'t Town,
    pub citizen: Citizen,
    pub city: CityId,
    pub service: ServiceId,
    pub card: Id,
}

impl<'t> Payer<'t> {
    /// Somebody who has signed in and bound the card that their role is about.
    pub async fn of(town: &'t Town, visitor: &Visitor<'_>, service: &ServiceId) -> Self {
        let citizen = town.platform.citizen(&visitor.token, "api").await.expect("answers").expect("signed in");
        let card = Id::parse(&visitor.card).expect("a card");
        Self { town, citizen, city: visitor.city.clone(), service: service.clone(), card }
    }

    /// Somebody who pays for what needs no card: a booking.
    #[must_use]
    pub const fn with(town: &'t Town, citizen: Citizen, city: CityId, service: ServiceId) -> Self {
        Self { town, citizen, city, service, card: Id([0; 16]) }
    }

    /// Names of the rows that can be paid, the oldest first; `accept`: those whose decision is still to be accepted.
    pub async fn owes(&self, accept: bool) -> Vec<String> {
        let asked = self.town.platform.ask(&self.citizen, &self.city, &self.service, Some(self.card), true).await;
        let engine::Asked::Answered(answer) = asked.expect("the department answers") else { panic!("no answer") };
        let catalogue = self.town.catalogue();
        let pack = catalogue.city(self.city.as_str()).expect("the city");
        let service = catalogue.service(pack, self.service.as_str()).expect("the service");
        let payable = self.town.platform.payable(pack, service, &answer).expect("something can be paid here");
        payable.rows.into_iter().filter(|row| row.accept == accept).map(|row| row.row).collect()
    }

    pub async fn quotes(&self, rows: &[String]) -> Quote {
        let quote = self.town.platform.quote(&self.citizen, &self.city, &self.service, self.card, rows).await;
        quote.expect("a quote")
    }

    /// Opens a payment and goes to the cashier, without paying yet.
    pub async fn opens(&self, what: Chosen<'_>, quoted: Money, provider: &str, key: &str) -> kernel::Result<Opened> {
        let form = PayForm {
            what,
            quoted,
            provider,
            device: Device::Phone,
            address: std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST),
        };
        let key = OnceKey::parse(key)?;
        self.town.platform.pay(&self.citizen, &self.city, &self.service, self.card, form, key).await
    }

    /// Everything up to the open cashier, for rows.
    pub async fn goes_to_cashier(&self, rows: &[String], provider: &str) -> Id {
        let quote = self.quotes(rows).await;
        let key = format!("pay-{}", Id::random(&kernel::SystemRng));
        let opened = self.opens(Chosen::Rows(rows), quote.total, provider, &key).await.expect("a payment opens");
        let Opened::Payment(id) = opened else { panic!("the amount changed within a moment") };
        self.looks_at_cashier(id).await;
        id
    }

    /// Follows the way to the cashier, as a browser does: some providers make their order only then.
    pub async fn looks_at_cashier(&self, payment: Id) {
        match self.sees(payment, false).await.cashier {
            Some(CashierView::Open(url)) => {
                let answer = self.town.http.get(&url).send().await.expect("the cashier answers");
                assert!(answer.status().as_u16() < 400, "{url}: {}", answer.status());
            }
            Some(CashierView::Scan(_)) => {}
            other => panic!("no cashier: {other:?}"),
        }
    }

    /// Pays the newest order at the cashier.
    pub async fn pays_at_cashier(&self, payment: Id) {
        let (gateway, order) = self.order(payment).await;
        assert!(self.town.sandbox.pay_order(gateway, &order), "the cashier does not take it: {order}");
    }

    /// The payment's newest order and where it is.
    pub async fn order(&self, payment: Id) -> (Gateway, String) {
        let cell = self.town.stores.city(&self.city).await.expect("the cell");
        let facts = cell.payment_facts(payment).await.expect("answers").expect("a payment");
        let newest = facts.attempts.iter().max_by_key(|attempt| attempt.opened_at).expect("an order");
        let gateway = Gateway::parse(newest.provider.as_str()).expect("a gateway of the sandbox");
        (gateway, newest.out_trade_no.clone())
    }

    pub async fn sees(&self, payment: Id, look: bool) -> PaymentView {
        let seen = self.town.platform.payment(&self.citizen, &self.city, payment, Device::Phone, look).await;
        seen.expect("their own payment")
    }

    /// Waits until a payment has come to a state, or says where it got stuck.
    pub async fn waits_for(&self, payment: Id, state: State) -> PaymentView {
        self.waits_until(payment, &format!("{state:?}"), |view| view.state == state).await
    }

    pub async fn waits_until(&self, payment: Id, what: &str, fits: impl Fn(&PaymentView) -> bool) -> PaymentView {
        let mut last = None;
        for _ in 0..PATIENCE.as_millis() / LOOK_EVERY.as_millis() {
            let view = self.sees(payment, false).await;
            if fits(&view) {
                return view;
            }
            last = Some(view);
            tokio::time::sleep(LOOK_EVERY).await;
        }
        panic!("a payment waits for {what}: {last:?}");
    }
}
