//! A form that did not go through: which fields need mending, or why it could not be dealt with now. The form is shown
//! again with everything that was typed, so nobody starts over.

use std::borrow::Cow;

use axum::http::StatusCode;
use kernel::{Error, Kind, Lang};
use maud::{Markup, html};
use ui::{
    Tone,
    component::{error_summary, notice},
};

use crate::trouble::Trouble;

#[derive(Debug)]
pub(crate) struct Mishap {
    fields: Vec<(Cow<'static, str>, String)>,
    /// Title and explanation, when it is not the person's typing.
    notice: Option<(String, &'static str)>,
    status: StatusCode,
}

impl Mishap {
    pub(crate) const fn none() -> Self {
        Self { fields: Vec::new(), notice: None, status: StatusCode::OK }
    }

    /// Mistakes in fields that the page itself has named.
    pub(crate) fn of_fields(fields: Vec<(String, String)>) -> Self {
        let fields = fields.into_iter().map(|(name, message)| (Cow::Owned(name), message)).collect();
        Self { fields, notice: None, status: StatusCode::UNPROCESSABLE_ENTITY }
    }

    /// What a form can say about an error; what it cannot is passed on, to be a page of its own.
    pub(crate) fn of_error(error: Error, lang: Lang) -> Result<Self, Trouble> {
        let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let notice = match &error.kind {
            Kind::Invalid(fields) => {
                let fields = fields.iter().map(|field| (Cow::Borrowed(field.field), field.say(lang))).collect();
                return Ok(Self { fields, notice: None, status });
            }
            Kind::TooMany { retry_after_s } => (
                wait(lang, *retry_after_s),
                lang.pick("您填的内容还在，到时再提交。", "What you typed is still here; send it again then."),
            ),
            Kind::Unavailable(_) => (
                lang.pick("核验部门现在没有回应", "The department does not answer right now").to_owned(),
                lang.pick("什么都没有丢，过几分钟再提交一次。", "Nothing is lost. Send it again in a few minutes."),
            ),
            Kind::Conflict(code) if conflict(lang, code).is_some() => {
                let (title, detail) = conflict(lang, code).unwrap_or_default();
                (title.to_owned(), detail)
            }
            Kind::Conflict(_) => (
                lang.pick("这件事已经办过了", "This has been done already").to_owned(),
                lang.pick(
                    "核对一下现在的情况，需要时再提交。",
                    "Look at how things stand, and send it again if needed.",
                ),
            ),
            _ => return Err(error.into()),
        };
        Ok(Self { fields: Vec::new(), notice: Some(notice), status })
    }

    /// The message for a field.
    pub(crate) fn of(&self, field: &str) -> Option<&str> {
        self.fields.iter().find(|(name, _)| *name == field).map(|(_, message)| message.as_str())
    }

    pub(crate) const fn status(&self) -> StatusCode {
        self.status
    }

    /// What stands above the heading.
    pub(crate) fn above(&self, lang: Lang) -> Markup {
        html! {
            (error_summary(lang, self.fields.iter().map(|(name, message)| (&**name, message.as_str()))))
            @if let Some((title, detail)) = &self.notice { (notice(Tone::Warn, title, html! { p { (detail) } })) }
        }
    }
}

/// What stands in the way has words of its own, where "done already" would be wrong.
const fn conflict(lang: Lang, code: &str) -> Option<(&'static str, &'static str)> {
    let words = match code.as_bytes() {
        b"too_many_waiting" => (
            lang.pick("候补已经满 5 个", "You wait for five already"),
            lang.pick("在“我的预约”里退掉一个，再加入。", "Leave one of them under My bookings first."),
        ),
        b"too_many_companions" => {
            (lang.pick("最多添加 5 个人", "Five people at most"), lang.pick("去掉一个，再添加。", "Remove one first."))
        }
        b"may_not_marry" => (
            lang.pick("婚姻登记信息核对没有通过", "The register does not confirm that you may marry"),
            lang.pick("带身份证到登记处窗口核对。", "Take your ID cards to the registry and have it checked."),
        ),
        b"draw_closed" => (
            lang.pick("摇号已经截止", "The draw is closed"),
            lang.pick("结果出来后会短信告诉您。", "You will be told the result by text message."),
        ),
        b"booking_changed" => (
            lang.pick("预约刚刚有变化", "The booking has just changed"),
            lang.pick("看一眼现在的情况，再决定。", "Look at how it stands now, then decide."),
        ),
        _ => return None,
    };
    Some(words)
}

/// When to come back, in the largest unit that is not misleading.
#[must_use]
pub fn wait(lang: Lang, retry_after_s: u32) -> String {
    let minutes = retry_after_s.div_ceil(60);
    match (lang, retry_after_s) {
        (Lang::ZhCn, 0..=90) => format!("试得太快了，{retry_after_s} 秒后再试"),
        (Lang::ZhCn, 91..=5400) => format!("试的次数多了，{minutes} 分钟后再试"),
        (Lang::ZhCn, _) => format!("今天试的次数多了，{} 小时后再试", minutes.div_ceil(60)),
        (Lang::En, 0..=90) => format!("Too fast: try again in {retry_after_s} seconds"),
        (Lang::En, 91..=5400) => format!("Too many tries: try again in {minutes} minutes"),
        (Lang::En, _) => format!("Too many tries today: try again in {} hours", minutes.div_ceil(60)),
    }
}

#[cfg(test)]
mod tests {
    use kernel::identifier::Mistake;

    use super::*;

    #[test]
    fn typing_mistakes_stay_on_the_form_and_strangers_are_passed_on() {
        let mishap = Mishap::of_error(Error::field("plate", Mistake::PlatePattern), Lang::ZhCn).expect("a form error");
        assert_eq!(mishap.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(mishap.of("plate").is_some() && mishap.of("vin_tail").is_none());
        assert!(mishap.above(Lang::ZhCn).into_string().contains("href=\"#plate\""));
        assert!(Mishap::of_error(Kind::NotFound.into(), Lang::ZhCn).is_err());
        assert!(Mishap::of_error(Kind::Internal.into(), Lang::En).is_err());
    }

    #[test]
    fn the_wait_is_told_in_a_fitting_unit() {
        assert_eq!(wait(Lang::ZhCn, 40), "试得太快了，40 秒后再试");
        assert_eq!(wait(Lang::En, 601), "Too many tries: try again in 11 minutes");
        assert_eq!(wait(Lang::En, 7201), "Too many tries today: try again in 3 hours");
    }
}
