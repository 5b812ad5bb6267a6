//! Debiting by agreement: the payer signs it on the platform's page, and each debit after that is one request of ours.

use connector::{
    BoxFuture, Failure,
    pay::{AgreementOrder, AgreementState, Agreements, Cashier, Debit, Device, Order, Trade},
};
use serde_json::{Value, json};

use super::{Alipay, NO_SUCH_TRADE, Said, about, field, reply};
use crate::config::Agreement;

/// The product that is signed with a limit and a period.
const PERIODIC: &str = "CYCLE_PAY_AUTH_P";

impl Alipay {
    fn terms(&self) -> Result<&Agreement, Failure> {
        self.shop.agreement.as_ref().ok_or(Failure::NotAsked)
    }

    fn page_of(&self, order: &AgreementOrder) -> Result<Cashier, Failure> {
        let terms = self.terms()?;
        let channel = match order.device {
            Device::Phone => "ALIPAYAPP",
            Device::Desktop => "QRCODE",
        };
        let mut content = json!({
            "personal_product_code": terms.personal_product_code,
            "product_code": terms.product_code,
            "sign_scene": terms.sign_scene,
            "external_agreement_no": order.external_no,
            "access_params": { "channel": channel },
            "effect_time": 900,
        });
        if terms.personal_product_code == PERIODIC {
            content["period_rule_params"] = json!({
                "period_type": "MONTH",
                "period": 1,
                "execute_time": field::day(self.gateway.clock.today()),
                "single_amount": field::yuan(order.limit),
            });
        }
        let method = "alipay.user.agreement.page.sign";
        let signed = self.signed(method, &content, Some(&order.notify_url), Some(&order.return_url))?;
        Ok(Cashier::Open(signed.page(&self.gateway.pages).into()))
    }

    async fn agreement(&self, external_no: &str) -> Result<AgreementState, Failure> {
        const METHOD: &str = "alipay.user.agreement.query";
        let terms = self.terms()?;
        let content = json!({
            "personal_product_code": terms.personal_product_code,
            "sign_scene": terms.sign_scene,
            "external_agreement_no": external_no,
        });
        match self.ask(METHOD, content, None).await? {
            Said::Yes(said) => agreement_state(&said, external_no),
            Said::No(code) if code.ends_with("AGREEMENT_NOT_EXIST") => Ok(AgreementState::Unknown),
            Said::No(code) => Err(reply::refused(METHOD, &code)),
            Said::UnderWay => Err(Failure::Garbage),
        }
    }

    /// The platform ends an agreement by its own number, which it is asked for first.
    async fn unsign(&self, external_no: &str) -> Result<(), Failure> {
        const METHOD: &str = "alipay.user.agreement.unsign";
        let AgreementState::InForce { agreement_no } = self.agreement(external_no).await? else { return Ok(()) };
        match self.ask(METHOD, json!({ "agreement_no": agreement_no }), None).await? {
            Said::Yes(_) => Ok(()),
            Said::No(code) if code.ends_with("AGREEMENT_NOT_EXIST") => Ok(()),
            Said::No(code) => Err(reply::refused(METHOD, &code)),
            Said::UnderWay => Err(Failure::Garbage),
        }
    }

    async fn pay(&self, agreement_no: &str, order: &Order) -> Result<Debit, Failure> {
        const METHOD: &str = "alipay.trade.pay";
        let mut content = Self::order(order);
        content["product_code"] = self.terms()?.product_code.clone().into();
        content["agreement_params"] = json!({ "agreement_no": agreement_no });
        match self.ask(METHOD, content, Some(&order.notify_url)).await? {
            // The reply knows fewer fields than the trade: the trade itself is asked.
            Said::Yes(said) => {
                about(&said, &order.out_trade_no)?;
                self.found(&order.out_trade_no).await
            }
            Said::UnderWay => Ok(Debit::Trade(Trade::Waiting)),
            Said::No(code) if code == "ACQ.TRADE_HAS_SUCCESS" => self.found(&order.out_trade_no).await,
            Said::No(code) if code.starts_with("ACQ.AGREEMENT_") => Ok(Debit::NoAgreement),
            Said::No(code) if reply::is_about_the_order(&code) && code != NO_SUCH_TRADE => Ok(Debit::Declined(code)),
            Said::No(code) => Err(reply::refused(METHOD, &code)),
        }
    }

    async fn found(&self, out_trade_no: &str) -> Result<Debit, Failure> {
        match self.query(out_trade_no).await {
            Ok(trade) => Ok(Debit::Trade(trade)),
            // Taken, and not yet to be seen: the order is asked about again later.
            Err(_) => Ok(Debit::Trade(Trade::Waiting)),
        }
    }
}

fn agreement_state(said: &Value, external_no: &str) -> Result<AgreementState, Failure> {
    if said["external_agreement_no"].as_str() != Some(external_no) {
        return Err(Failure::WrongSubject);
    }
    match said["status"].as_str() {
        Some("TEMP") => Ok(AgreementState::Asked),
        Some("NORMAL") => {
            let no = said["agreement_no"].as_str().filter(|no| field::is_number(no)).ok_or(Failure::Half)?;
            Ok(AgreementState::InForce { agreement_no: no.to_owned() })
        }
        Some("STOP" | "UNSIGN") => Ok(AgreementState::Ended),
        Some(_) => Err(Failure::Garbage),
        None => Err(Failure::Half),
    }
}

impl Agreements for Alipay {
    fn sign<'a>(&'a self, order: &'a AgreementOrder) -> BoxFuture<'a, Result<Cashier, Failure>> {
        Box::pin(async move { self.page_of(order) })
    }

    fn query<'a>(&'a self, external_no: &'a str) -> BoxFuture<'a, Result<AgreementState, Failure>> {
        Box::pin(self.agreement(external_no))
    }

    fn end<'a>(&'a self, external_no: &'a str) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(self.unsign(external_no))
    }

    fn debit<'a>(&'a self, agreement_no: &'a str, order: &'a Order) -> BoxFuture<'a, Result<Debit, Failure>> {
        Box::pin(self.pay(agreement_no, order))
    }
}
