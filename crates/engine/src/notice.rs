//! A word to the citizen about their money, by text message, when nobody is looking at the page: money on its way back,
//! money that is back, and an automatic payment before it is made. What was paid on the page is told by the page.

use capability::refund::Reason;
use connector::Question;
use kernel::{Access, AccountId, Actor, CityId, Error, Id, Kind, Money, Result, access::Purpose};
use manifest::binding::Check;

use crate::{Platform, outbox::Delivery, payment::drive::Errand, sign_in::PHONE};

impl Platform {
    pub(crate) async fn tell(&self, city: &CityId, cell: &store::City, key: Id, errand: &Errand) -> Result<Delivery> {
        let Some(facts) = cell.payment_facts(errand.payment).await? else { return Ok(Delivery::Done) };
        let Some(account) = facts.account else { return Ok(Delivery::Done) };
        let catalogue = self.catalogue();
        let service = catalogue.services.get(&facts.service).map(|service| service.short_name.zh_cn.as_str());
        let service = service.unwrap_or("缴费");
        let amount = errand.amount.yuan();
        let text = match errand.word.as_str() {
            "goes-back" => {
                let why = match Reason::parse(&errand.number) {
                    Some(Reason::Surplus) => "这笔您已经付过了",
                    Some(Reason::Late) => "付款到账时，付款单已经关闭",
                    Some(Reason::Refused) => "收费单位没有收下",
                    Some(Reason::Rest) => "您申请退回余额",
                    Some(Reason::Booking) => "预约已经取消",
                    Some(Reason::Staff) | None => "工作人员已经办理",
                };
                format!("【市民之家】{service}退款 {amount} 元，正在退回。原因：{why}。进展看“我的付款”。")
            }
            "is-back" => format!("【市民之家】{service}退款 {amount} 元，已退回原来的付款方式，到账时间以它为准。"),
            "stays-here" => format!(
                "【市民之家】{service} {amount} 元没有退：收费单位说余额已经用掉，或账户已经变动。可以拨打它的电话核对。"
            ),
            _ => return Err(Error::internal("a word to a citizen that this binary does not know")),
        };
        tracing::debug!(%city, payment = %errand.payment, word = errand.word, "a word to the citizen");
        self.text_to(account, key, &text).await?;
        Ok(Delivery::Done)
    }

    /// One text message to an account's phone, once for the key. Reading the number is on record.
    pub(crate) async fn text_to(&self, account: AccountId, key: Id, text: &str) -> Result<()> {
        let (at, purpose) = (self.now(), Purpose::Message);
        let access = Access { at, actor: Actor::Platform, subject: account, purpose, service: None, door: "job" };
        let Some((profile, receipt)) = self.inner.stores.platform().open_profile(access).await? else { return Ok(()) };
        let phone = self.open_text(PHONE, &profile.phone, &receipt)?;
        let question = Question::new([("phone", phone), ("text", text.to_owned()), ("key", key.to_string())]);
        match self.check(Check::Sms, None, question).await? {
            Some(_) => Ok(()),
            None => Err(Error::new(Kind::Unavailable("sms")).because("the gateway refused")),
        }
    }
}

/// The text before an automatic payment.
pub(crate) fn before_debit(service: &str, customer: &str, amount: Money, day: kernel::Date) -> String {
    format!(
        "【市民之家】{service}（{customer}）{} 元，将在 {} 月 {} 日自动缴，当天的违约金另计，不超过您的限额。不想缴，在那之前到“自动缴费”里停掉。",
        amount.yuan(),
        day.month(),
        day.day()
    )
}
